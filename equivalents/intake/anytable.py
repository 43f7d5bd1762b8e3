"""One table of its own, beside any case, from a file of any kind: proposals and the like."""

from pathlib import Path

from equivalents.errors import Place, called
from equivalents.findings import Findings, Places, Table
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.opener import open_tables
from equivalents.intake.tables import read_table

__all__ = ["read_file"]


def read_file(path: Path, table: str, findings: Findings) -> Table:
    """The table of a name in a file, empty with what is wrong noted where there is not one."""
    opened = open_tables([(path, path.name)], [table], SpoolFolder())
    findings.problems += opened.problems
    if len(opened.tables) > 1:
        names = ", ".join(called(one.file, one.sheet) for one in opened.tables)
        findings.add("TABLE_TWICE", Place(names), table, other=names)
    for found in opened.tables[:1]:
        return read_table(found, TABLES[table], findings)
    return Table(Places(path.name, ()), {})
