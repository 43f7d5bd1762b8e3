"""Tables in every shape that a hospital's exports have: ``python -m tests.files.make.shapes``.

Each file is one case of "files as they are", with its outcome written by hand: ``read`` (rows of
data, perhaps with notes), ``faults`` (some rows refused) or ``refused`` (the whole file), the codes
told, and the rows as they must be read.
"""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from tests.files.make.shapecases import BOOKS, TEXTS, Book, Styled, Text

FOLDER = Path(__file__).parents[1] / "shapes"
EXPECTED = Path(__file__).parents[1] / "expected"
_CREATED = datetime(2025, 1, 1, tzinfo=UTC)


class Row(NamedTuple):
    """A row as it must be read: file, sheet, number and values, joined by ``|``."""

    file: str
    row: int
    values: str


def make_book(book: Book) -> bytes:
    """A workbook as bytes, the same every time."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_numbers": False, "date_1904": book.epoch_1904}
    workbook = xlsxwriter.Workbook(stream, options)
    workbook.set_properties({"created": _CREATED, "author": "", "comments": book.note})
    formats = {
        date: workbook.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        time: workbook.add_format({"num_format": "hh:mm:ss"}),
    }
    for name, rows in book.sheets.items():
        sheet = workbook.add_worksheet(name)
        if name in book.hidden:
            sheet.hide()
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, Styled):
                    style = workbook.add_format({"num_format": cell.form})
                    sheet.write_number(at + book.down, column + book.right, cell.value, style)
                    continue
                _write(sheet, at + book.down, column + book.right, cell, formats)
    if book.hidden:
        first = next((name for name in book.sheets if name not in book.hidden), None)
        if first is not None:
            workbook.get_worksheet_by_name(first).activate()
    workbook.close()
    return stream.getvalue()


def _write(sheet: Any, row: int, column: int, cell: object, formats: dict[type, Any]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif type(cell) in formats:
        sheet.write_datetime(row, column, cell, formats[type(cell)])
    else:
        sheet.write_string(row, column, str(cell))


def make_text(text: Text) -> bytes:
    """A CSV file as bytes."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(text.rows)
    return stream.getvalue().encode()


def outcome_rows() -> list[tuple[str, str, str, str]]:
    """File, outcome, codes and note of every case."""
    found = [
        (case.name, case.outcome, " ".join(sorted(case.codes.split())), case.note)
        for case in (*BOOKS, *TEXTS)
    ]
    return sorted(found)


def cell_rows() -> list[Row]:
    """The rows of every case as they must be read."""
    found = [
        Row(case.name, number, "|".join(values))
        for case in (*BOOKS, *TEXTS)
        for number, values in case.read
    ]
    return sorted(found)


def write_csv(path: Path, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table of expectations."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(rows)


def made() -> dict[str, bytes]:
    """Every file by name."""
    books = {book.name: make_book(book) for book in BOOKS}
    return books | {text.name: make_text(text) for text in TEXTS}


def main() -> None:
    """Write all files and their expected outcomes."""
    FOLDER.mkdir(exist_ok=True)
    for name, data in made().items():
        (FOLDER / name).write_bytes(data)
    write_csv(EXPECTED / "shapes.csv", ("file", "outcome", "codes", "note"), outcome_rows())
    write_csv(EXPECTED / "shapes_rows.csv", ("file", "row", "values"), cell_rows())


if __name__ == "__main__":
    main()
