"""Small tables (everything but the records) as rows of text, each knowing its place.

A table is ``NAME.csv`` or ``NAME.parquet`` in the case folder. All problems are collected in a
:class:`Findings`, so that one reading reports everything at once.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Final

from equivalents.errors import DataError, Place, Problem
from equivalents.findings import Findings, Places, Table, near
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

_Rows = Sequence[tuple[int, Sequence[str]]]
"""Row numbers as Excel shows them, with the values of each row."""

_VALUES: Final[Callable[[tuple[int, Sequence[str]]], Sequence[str]]] = itemgetter(1)
"""The values of a numbered row."""

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


def read_table(path: Path, sheet: Sheet, findings: Findings) -> Table:
    """A small table as columns of text, blank lines left out; faults go to ``findings``."""
    name = path.name
    try:
        if path.suffix == ".parquet":
            from equivalents.intake.parquet import read_text_rows

            raw: _Rows = list(read_text_rows(path))
        else:
            raw = read_csv_rows(path)
    except DataError as error:
        findings.take(error)
        return Table(Places(name, ()), {})
    headings = raw[0][1] if raw else []
    if not any(headings):
        findings.add("FILE_DAMAGED", Place(name, row=1), detail=NO_HEADINGS)
        return Table(Places(name, ()), {})
    columns, inclusive = match_columns(headings, sheet, name, findings)
    rows = _of_one_shape(raw[1:], len(headings), name, findings)
    texts = tuple(zip(*map(_VALUES, rows), strict=True)) or ((),) * len(headings)
    places = Places(name, [number for number, _ in rows])
    table = Table(places, {column.name: texts[at] for at, column in columns.items()}, inclusive)
    _note_breaks(table, headings, texts, findings)
    _note_cells(table, columns.values(), findings)
    if not rows and columns:
        findings.add("TABLE_EMPTY", Place(name), sheet.name)
    return table


def _of_one_shape(rows: _Rows, width: int, name: str, findings: Findings) -> _Rows:
    """The rows with as many values as there are headings; the others are noted."""
    if set(map(len, map(_VALUES, rows))) <= {width}:
        return rows
    for number, values in rows:
        if len(values) != width:
            found, expected = str(len(values)), str(width)
            findings.add("ROW_SHAPE", Place(name, "", number), found=found, expected=expected)
    return [row for row in rows if len(row[1]) == width]


def _note_cells(table: Table, columns: Iterable[Column], findings: Findings) -> None:
    """Required cells that are blank, and filled ones of later versions, row by row."""
    faulty = [
        (at, column)
        for column in columns
        if column.required or column.later
        for at, text in _where(table.columns[column.name], blank=column.required)
    ]
    for at, column in sorted(faulty, key=itemgetter(0)):
        place = table.places[at].at(column.name)
        if column.required:
            findings.add("VALUE_MISSING", place, column=column.name)
        else:
            findings.add("NOT_SUPPORTED", place, column.name)


def _where(texts: Sequence[str], *, blank: bool) -> Iterator[tuple[int, str]]:
    """Positions of the blank texts, or of the filled ones; nothing is walked where none are."""
    if ("" in texts) if blank else any(texts):
        yield from ((at, text) for at, text in enumerate(texts) if (text == "") is blank)


NO_HEADINGS: Final = "第一行不是标题¦row 1 is blank where headings should be"


def breaks(values: Sequence[str]) -> bool:
    """Whether any value of a row holds a line break."""
    joined = "".join(values)
    return "\n" in joined or "\r" in joined


def _note_breaks(
    table: Table, headings: Sequence[str], texts: Sequence[Sequence[str]], findings: Findings
) -> None:
    """A line break inside a value: a missing quote may have drawn whole rows into it."""
    broken = [(at, column) for column, some in enumerate(texts) for at in _breaks_at(some)]
    for at, column in sorted(broken):
        heading = headings[column]
        place = table.places[at].at(heading)
        findings.add("LINE_BREAK", place, texts[column][at], column=heading)


def _breaks_at(texts: Sequence[str]) -> Sequence[int]:
    return [at for at, text in enumerate(texts) if breaks([text])] if breaks(texts) else ()


def read_csv_rows(path: Path) -> _Rows:
    """Rows of a CSV file with the numbers that Excel shows; blank lines are counted, not given.

    Raises:
        DataError: the file is no CSV (an unclosed quote), at the row where reading stops.
    """
    encoding = find_encoding(path, path.name)
    text = path.read_bytes().decode("utf-8-sig" if encoding == "utf-8" else encoding)
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        number = len(rows) + 1
        place, facts = Place(path.name, row=number), {"detail": f"row {number}: {error}"}
        raise DataError([Problem("FILE_DAMAGED", place, facts=facts)]) from None
    if all(map(any, rows)):
        return [*enumerate(rows, start=1)]
    numbered = enumerate(rows, start=1)
    return [(number, values) for number, values in numbered if number == 1 or any(values)]


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
