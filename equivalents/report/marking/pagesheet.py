"""One page of the marked copy: every row at its number, wrong cells in colour and commented.

Values are as they stand: ids and days as text, numbers as numbers where the text is one and Excel
keeps it to the last digit.
"""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from equivalents.intake.headings import TABLES
from equivalents.intake.pages import Page
from equivalents.report.marking.marks import Marks, RowMarks, Rows
from equivalents.report.neutral import legible
from equivalents.report.template.kinds import DAY, TEXT, Kind, cell_of, kind_of
from equivalents.report.template.styles import Styles

__all__ = ["COLOURS", "INCOMPLETE", "write_page"]

COLOURS: Final = {2: "#FFC7CE", 1: "#FFEB9C"}
"""The colour of an error and of a warning."""
INCOMPLETE: Final = "（不完整）"
"""Stands before the headings of a page of which rows are left out: it is read as no table."""
_WIDEST_TEXT: Final = 60


class _Line(NamedTuple):
    """Something of a sheet row: its values, or its marks."""

    at: int
    values: Sequence[str] | None
    marks: RowMarks | None
    head: bool = False


def write_page(
    sheet: Any, page: Page, marks: Marks, rows: Rows, styles: Styles, *, whole: bool
) -> None:
    """Write a page; not ``whole``: rows are left out, and its headings say so."""
    kinds = _kinds(page)
    for at, kind in enumerate(kinds):
        sheet.set_column(at, at, kind.width, styles(num_format=kind.form))
    if not page.titles:
        sheet.set_column(0, 1, _WIDEST_TEXT, styles(num_format=TEXT.form))
    comments: dict[int, dict[int, str]] = {}
    for (row, column), texts in marks.comments.items():
        at = rows.find(row) if row else page.header_row
        comments.setdefault(at, {})[column] = legible("\n".join(texts))
    every = merge(_lines(page, rows, whole), _marked(page, marks, rows), key=itemgetter(0))
    for at, some in groupby(every, key=itemgetter(0)):
        _write_line(sheet, at, list(some), kinds, styles)
        # A row that is written goes to the disk with the next one: its comments stand there now.
        for column, text in comments.get(at, {}).items():
            high = 18 * sum(1 + len(line) // 20 for line in text.split("\n")) + 12
            size = {"width": 300, "height": high, "font_size": 9}
            sheet.write_comment(at - 1, column, text, {"author": "equivalents", **size})
    if page.header_row:
        sheet.freeze_panes(page.header_row, 0)


def _kinds(page: Page) -> list[Kind]:
    """The kinds of the columns; days stay the texts that they are."""
    if not page.table:
        return [TEXT for _ in page.titles]
    columns = {column.name: column for column in TABLES[page.table].columns}
    kinds = [
        kind_of(columns[page.names[at]]) if at in page.names else TEXT
        for at in range(len(page.titles))
    ]
    return [TEXT if kind is DAY else kind for kind in kinds]


def _lines(page: Page, rows: Rows, whole: bool) -> Iterator[_Line]:
    """The rows of a page by their row in the sheet, ascending."""
    for row, values in page.before:
        yield _Line(row, values, None)
    if page.header_row:
        titles = page.titles if whole else [f"{INCOMPLETE}{title}" for title in page.titles]
        yield _Line(page.header_row, titles, None, head=True)
    for row, values in page.rows():
        at = rows.find(row)
        if at:
            yield _Line(at, values, None)


def _marked(page: Page, marks: Marks, rows: Rows) -> Iterator[_Line]:
    """The marks by their row in the sheet, ascending; those of the headings in their turn."""
    waiting: RowMarks | None = None
    for row, some in marks.by_row():
        if row == 0:
            waiting = some
            continue
        at = rows.find(row)
        if waiting is not None and at > page.header_row:
            yield _Line(page.header_row, None, waiting)
            waiting = None
        if at:
            yield _Line(at, None, some)
    if waiting is not None:
        yield _Line(page.header_row, None, waiting)


def _write_line(
    sheet: Any, at: int, lines: Sequence[_Line], kinds: Sequence[Kind], styles: Styles
) -> None:
    values: Sequence[str] = ()
    marks: RowMarks = {}
    head = False
    for line in lines:
        values = line.values if line.values is not None else values
        marks = marks | (line.marks or {})
        head |= line.head
    for column, text in enumerate(values):
        rank = marks.get(column, 0)
        if text:
            kind = TEXT if head or column >= len(kinds) else kinds[column]
            _write_cell(sheet, at - 1, column, text, kind, _look(rank, head), styles)
        elif rank:
            sheet.write_blank(at - 1, column, None, styles(**_look(rank, head)))
    for column in sorted(column for column in marks if column >= len(values)):
        sheet.write_blank(at - 1, column, None, styles(**_look(marks[column], head)))


def _look(rank: int, head: bool) -> dict[str, Any]:
    look: dict[str, Any] = {"bg_color": COLOURS[rank], "border": 1} if rank else {}
    return look | ({"bold": True, "border": 1, "text_wrap": True} if head else {})


def _write_cell(
    sheet: Any, row: int, column: int, text: str, kind: Kind, look: dict[str, Any], styles: Styles
) -> None:
    cell = cell_of(text, kind)
    if isinstance(cell.value, str):
        # In a column of numbers what is typed over a text is to be a number again.
        form = {"num_format": "General" if kind.places >= 0 else TEXT.form}
        quoted = {"quote_prefix": True} if cell.quoted else {}
        sheet.write_string(row, column, cell.value, styles(**form, **look, **quoted))
    else:
        decimals = len(text.partition(".")[2])
        form = {"num_format": "0." + "0" * decimals if decimals else "0"}
        sheet.write_number(row, column, cell.value, styles(**form, **look))
