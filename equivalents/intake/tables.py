"""Small tables (everything but the records) as rows of text, each knowing its place.

A table is ``NAME.csv`` or ``NAME.parquet`` in the case folder. All problems are collected in a
:class:`Findings`, so that one reading reports everything at once.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from equivalents.errors import DataError, Place, Problem
from equivalents.findings import Findings, Row, near
from equivalents.intake.headings import TABLES, Column, Sheet
from equivalents.intake.text import find_encoding

__all__ = [
    "NO_HEADINGS",
    "SUFFIXES",
    "WORKBOOKS",
    "WORKBOOK_HINT",
    "breaks",
    "match_columns",
    "read_csv_rows",
    "read_table",
    "table_file",
]

SUFFIXES: Final = (".csv", ".parquet")
WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


def table_file(folder: Path, name: str, findings: Findings, *, required: bool) -> Path | None:
    """The one file of a table, or ``None`` with what is wrong noted."""
    found = [path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        findings.add("TABLE_TWICE", Place(names), name, other=names)
    if found:
        return found[0]
    for suffix in WORKBOOKS:
        if (folder / f"{name}{suffix}").is_file():
            findings.add("FILE_FORMAT", Place(f"{name}{suffix}"), suffix, detail=WORKBOOK_HINT)
            return None
    if required:
        others = [path.stem for path in folder.iterdir() if path.stem not in TABLES]
        findings.add("TABLE_MISSING", Place(), name, near=near(name, others))
    return None


WORKBOOK_HINT: Final = "工作簿须能安全读取后才支持¦workbooks come when they can be read safely"


def read_table(path: Path, sheet: Sheet, findings: Findings) -> list[Row]:
    """All rows of a small table as text, blank lines left out; faults go to ``findings``."""
    try:
        if path.suffix == ".parquet":
            from equivalents.intake.parquet import read_text_rows

            raw = read_text_rows(path)
        else:
            raw = read_csv_rows(path)
    except DataError as error:
        findings.take(error)
        return []
    _, headings = next(raw, (1, []))
    name, width = path.name, len(headings)
    if not any(headings):
        findings.add("FILE_DAMAGED", Place(name, row=1), detail=NO_HEADINGS)
        return []
    columns, inclusive = match_columns(headings, sheet, name, findings)
    named = [(at, column.name) for at, column in columns.items()]
    judged = [column for column in columns.values() if column.required or column.later]
    rows = []
    for number, values in raw:
        place = Place(name, "", number)
        if len(values) != width:
            findings.add("ROW_SHAPE", place, found=str(len(values)), expected=str(width))
            continue
        row = Row(place, {column: values[at] for at, column in named}, inclusive)
        rows.append(row)
        if breaks(values):
            _note_breaks(row, values, headings, findings)
        for column in judged:
            if column.required and not row.values[column.name]:
                findings.add("VALUE_MISSING", row.at(column.name), column=column.name)
            elif column.later and row.values[column.name]:
                findings.add("NOT_SUPPORTED", row.at(column.name), column.name)
    if not rows and columns:
        findings.add("TABLE_EMPTY", Place(name), sheet.name)
    return rows


NO_HEADINGS: Final = "第一行不是标题¦row 1 is blank where headings should be"


def breaks(values: Sequence[str]) -> bool:
    """Whether any value of a row holds a line break."""
    joined = "".join(values)
    return "\n" in joined or "\r" in joined


def _note_breaks(
    row: Row, values: Sequence[str], headings: Sequence[str], findings: Findings
) -> None:
    """A line break inside a value: a missing quote may have drawn whole rows into it."""
    for heading, value in zip(headings, values, strict=True):
        if breaks([value]):
            findings.add("LINE_BREAK", row.at(heading), value, column=heading)


def read_csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows of a CSV file with the numbers that Excel shows; blank lines are counted, not given."""
    encoding = find_encoding(path, path.name)
    text = path.read_bytes().decode("utf-8-sig" if encoding == "utf-8" else encoding)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    return _numbered(reader, path.name)


def _numbered(reader: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for values in reader:
            number += 1
            if number == 1 or any(values):
                yield number, values
    except csv.Error as error:
        detail = f"row {number + 1}: {error}"
        problem = Problem("FILE_DAMAGED", Place(name, row=number + 1), facts={"detail": detail})
        raise DataError([problem]) from None


def match_columns(
    headings: Sequence[str], sheet: Sheet, file: str, findings: Findings
) -> tuple[dict[int, Column], bool]:
    """Positions of known columns; and whether end dates are the inclusive Chinese ones.

    Missing, doubled and unknown columns are noted, with near misses.
    """
    lookup = sheet.lookup()
    columns: dict[int, Column] = {}
    seen: dict[str, str] = {}
    inclusive = False
    for at, heading in enumerate(headings):
        column = lookup.get(heading.strip())
        if column is None:
            if heading.strip():
                hint = near(heading, list(lookup))
                findings.add("COLUMN_UNKNOWN", Place(file, row=1), heading, near=hint)
            continue
        if column.name in seen:
            findings.add(
                "COLUMN_TWICE",
                Place(file, row=1),
                column.name,
                other=f"{seen[column.name]}, {heading}",
            )
            continue
        seen[column.name] = heading
        columns[at] = column
        inclusive |= heading.strip() == column.heading and "（含）" in heading
    for column in sheet.columns:
        if column.required and column.name not in seen:
            unknown = [heading for heading in headings if heading not in lookup]
            hint = near(column.name, unknown) or near(column.heading, unknown)
            findings.add("COLUMN_MISSING", Place(file, row=1), column.name, near=hint)
    return columns, inclusive
