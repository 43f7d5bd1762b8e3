"""Which files hold the records of a case: one table, or a folder of many."""

from pathlib import Path

from equivalents.errors import Place
from equivalents.findings import Findings
from equivalents.intake.tables import SUFFIXES, WORKBOOK_HINT, table_file

__all__ = ["record_files"]


def record_files(case: Path, findings: Findings) -> tuple[Path, ...]:
    """The record files in the order of their names; workbooks are refused politely.

    ``records.csv``, ``records.parquet`` or a folder ``records/``, but not two of them: an export
    in two formats would pay everything twice.
    """
    folder = case / "records"
    inside = [path for path in folder.rglob("*") if path.is_file() and path.name[0] != "."]
    single = [path for suffix in SUFFIXES if (path := case / f"records{suffix}").is_file()]
    if not inside and len(single) != 1:
        table = table_file(case, "records", findings, required=True)
        return (table,) if table is not None else ()
    if inside and single:
        names = ", ".join([*(path.name for path in single), "records/"])
        findings.add("TABLE_TWICE", Place(names), "records", other=names)
    files = []
    for path in sorted([*single, *inside]):
        if path.suffix in SUFFIXES:
            files.append(path)
        else:
            name = path.relative_to(case).as_posix()
            findings.add("FILE_FORMAT", Place(name), path.suffix, detail=WORKBOOK_HINT)
    return tuple(files)
