"""One table of its own, beside any case, from a file of any kind: proposals and the like."""

from pathlib import Path

from equivalents.errors import Place, called
from equivalents.findings import Findings, Places, Table
from equivalents.intake.headings import TABLES, Sheet
from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.opener import open_tables
from equivalents.intake.tables import read_table

__all__ = ["read_file"]


def read_file(path: Path, table: str | Sheet, findings: Findings) -> Table:
    """The table, ours by name or any other, in a file of any kind that tables are read from.

    It is empty, with what is wrong noted, where there is not one.
    """
    sheet = TABLES[table] if isinstance(table, str) else table
    opened = open_tables([(path, path.name)], [sheet], SpoolFolder())
    findings.problems += opened.problems
    if len(opened.tables) > 1:
        names = ", ".join(called(one.file, one.sheet) for one in opened.tables)
        findings.add("TABLE_TWICE", Place(names), sheet.name, other=names)
    for found in opened.tables[:1]:
        return read_table(found, sheet, findings)
    return Table(Places(path.name, ()), {})
