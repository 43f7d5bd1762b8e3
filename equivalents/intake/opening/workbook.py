"""Sheets of a workbook as rows of plain Python values; for the child process only.

python-calamine reads xlsx, xlsm, xlsb, xls and ods. A file can make it panic or abort the whole
process, so it is imported only here and called only by tasks of
:func:`equivalents.intake.opening.child.in_child`, after :mod:`prescan` has looked through it.

A cell is a ``str``, ``float``, ``int``, ``bool``, ``datetime``, ``date``, ``time`` or
``timedelta``; a blank one is ``""``. A number too large for a double is ``inf``; formulas give the
result that was saved with them; macros are never looked at. The dimensions that a sheet declares
are not believed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from equivalents.errors import DataError, Place, Problem, as_object
from equivalents.intake.opening.bookglobals import epoch_1904, has_password
from equivalents.intake.opening.child import plain_words
from equivalents.intake.opening.hiddenparts import HiddenParts
from equivalents.intake.opening.kinds import Kind, different_name, kind_of
from equivalents.intake.opening.limits import Limits, setting_of
from equivalents.intake.opening.numberformats import Formats, apply_formats
from equivalents.intake.opening.prescan import Scanned, prescan
from equivalents.reasons import BOTH

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

    from equivalents.intake.opening.rawcells import RawColumns

__all__ = ["RawSheet", "look", "raw_sheets"]

_SHOWN_ROWS: Final = 20
_SHOWN_COLUMNS: Final = 50
_CHUNK: Final = 8192
_HOT: Final = 1024
"""Rows that stay in the processor's cache until they are turned into columns."""
_BLOCK_ROWS: Final = 1 << 15
_BLOCK_CELLS: Final = 1 << 19


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet; ``chunks`` gives its rows once more each time it is called.

    ``hidden``: its tab is not shown. ``epoch_1904``: serial numbers of days count from 1904, not
    1900 (cells with a date format are dates already). ``first_row`` and ``first_column`` are the
    numbers, from 1, of the first row and column that ``chunks`` gives, blank ones included;
    ``rows`` and ``columns`` how many.
    ``errors``: texts like ``#DIV/0!`` by row and column, from 1, of cells that the parser gives as
    blank; ``chunks`` has the texts. ``formats``: runs of rows by column whose numbers show as
    other digits; ``chunks`` has them as :class:`~.cellvalues.Formatted`.
    """

    name: str
    hidden: bool
    epoch_1904: bool
    first_row: int
    first_column: int
    rows: int
    columns: int
    errors: Mapping[tuple[int, int], str]
    _rows: Callable[[], Iterator[Any]]
    formats: Formats = field(default_factory=dict)
    not_shown: Mapping[str, Any] = field(default_factory=dict)
    """Hidden rows and columns, as :meth:`~.hiddenparts.HiddenParts.within` tells them."""

    def chunks(self, size: int = _CHUNK) -> Iterator[list[list[object]]]:
        """All rows in lists of ``size``; every row has ``columns`` cells."""
        rows = self._rows()
        faults = sorted(self.errors.items(), reverse=True)
        row = self.first_row
        while chunk := list(islice(rows, size)):
            while faults and faults[-1][0][0] < row + len(chunk):
                (at, column), text = faults.pop()
                # The parser counts such a cell as one with content, so that it lies within.
                if 0 <= column - self.first_column < self.columns:
                    chunk[at - row][column - self.first_column] = text
            if self.formats:
                apply_formats(chunk, row, self.formats, self.first_column)
            row += len(chunk)
            yield chunk

    def blocks(self) -> "Iterator[RawColumns]":
        """All rows by columns, as many at once as have some half a million cells."""
        # Only here: to look at a file without reading it takes no NumPy.
        from equivalents.intake.opening.rawcells import RawColumns

        rows = min(max(_BLOCK_CELLS // max(self.columns, 1), _HOT), _BLOCK_ROWS)
        columns: list[list[object]] = [[] for _ in range(self.columns)]
        for chunk in self.chunks(_HOT):
            for column, part in zip(columns, zip(*chunk, strict=True), strict=True):
                column.extend(part)
            if columns and len(columns[0]) >= rows:
                yield RawColumns(tuple(columns))
                columns = [[] for _ in range(self.columns)]
        if columns and columns[0]:
            yield RawColumns(tuple(columns))


def raw_sheets(
    path: Path,
    kind: Kind,
    limits: Limits | None = None,
    name: str = "",
    told: list[Problem] | None = None,
) -> Iterator[RawSheet]:
    """The worksheets of a workbook in its order, hidden ones too; one at a time is in memory.

    ``told`` is given the warnings (``MACROS_IGNORED``).

    Raises:
        DataError: what the look through it refuses; ``FILE_ENCRYPTED``; ``SHEET_TOO_LARGE``;
            ``FILE_UNREADABLE`` with the parser's words.
    """
    limits, name = limits or Limits.from_environment(), name or path.name
    if kind is Kind.HTML:
        yield from _of_page(path, limits, name)
        return
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum

    scanned = prescan(path, kind, limits, name)
    if told is not None:
        told += scanned.told
    if has_password(path, kind):
        raise DataError([Problem("FILE_ENCRYPTED", Place(name))])
    scanned = replace(scanned, from_1904=epoch_1904(path, kind))
    found = False
    try:
        book = _book(path, kind)
        _few(len(book.sheets_metadata), Place(name), limits)
        for at, one in enumerate(book.sheets_metadata):
            if one.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(at)
            yield _sheet(sheet, one.visible != SheetVisibleEnum.Visible, scanned, limits, name)
            found = True
    # An OSError is the parser's own, of a part that ends too early.
    except (CalamineError, OSError) as error:
        raise _unreadable(name, error) from None
    if not found:
        facts = {"detail": f"工作簿里没有工作表{BOTH}the workbook has no sheet"}
        raise DataError([Problem("FILE_UNREADABLE", Place(name), facts=facts)])


def _sheet(
    sheet: "CalamineSheet", hidden: bool, scanned: Scanned, limits: Limits, name: str
) -> RawSheet:
    """One sheet with what the look through it found."""
    title = sheet.name
    if scanned.titles is not None and scanned.titles.count(title) != 1:
        # What was found in it is known by its title: error cells, formats, hidden rows.
        facts = {
            "detail": f"工作表“{title}”在文件中对不上{BOTH}its sheet '{title}' is not to be told"
        }
        raise DataError([Problem("FILE_DAMAGED", Place(name, title), facts=facts)])
    errors = scanned.errors.get(title, {})
    first, rows, columns, given = _extent(sheet, errors)
    _within(Place(name, title), rows, columns, limits)
    parts = scanned.hidden.get(title, HiddenParts())
    return RawSheet(
        title, hidden, scanned.from_1904, 1, first, rows, columns, errors, given,
        scanned.formats.get(title, {}), parts.within(first, first + columns - 1),
    )  # fmt: skip


def _of_page(path: Path, limits: Limits, name: str) -> Iterator[RawSheet]:
    """The tables of a web page; several are numbered."""
    from equivalents.intake.opening.webpage import page_tables

    tables = page_tables(path, limits, name)
    for number, table in enumerate(tables, 1):
        title = str(number) if len(tables) > 1 else ""
        rows, columns = len(table.rows), table.width
        yield RawSheet(title, False, False, 1, 1, rows, columns, {}, table.iter_rows)


def _book(path: Path, kind: Kind) -> "CalamineWorkbook":
    """The workbook; the parser goes by the name of a path, so a wrong name is not given."""
    from python_calamine import CalamineWorkbook

    if path.suffix.lower() == f".{kind}":
        return CalamineWorkbook.from_path(path)
    with path.open("rb") as file:
        return CalamineWorkbook.from_filelike(file)


def _few(sheets: int, place: Place, limits: Limits) -> None:
    """Refuse a workbook with more sheets than may be; one sheet may be named many times."""
    if sheets > limits.sheets:
        facts = {"most": str(limits.sheets), "setting": setting_of("sheets")}
        raise DataError([Problem("SHEETS_TOO_MANY", place, str(sheets), facts)])


def _extent(
    sheet: "CalamineSheet", errors: Mapping[tuple[int, int], str]
) -> tuple[int, int, int, Callable[[], Iterator[Any]]]:
    """The first column, from 1, how many rows, from the top, and columns there are; the rows.

    The parser passes by formulas without a result at the edges: they lie within here.
    """
    first, last, rows = 1, 0, 0
    if sheet.start is not None and sheet.end is not None:
        first, last, rows = sheet.start[1] + 1, sheet.end[1] + 1, sheet.end[0] + 1
    columns = [column for _, column in errors]
    begin, end = min([first, *columns]) if rows else 1, max([last, *columns])
    most = max([rows, *(row for row, _ in errors)])
    if (begin, end, most) == (first, last, rows):
        return first, rows, last + 1 - first, sheet.iter_rows

    def wider() -> Iterator[list[Any]]:
        before, after = [""] * (first - begin), [""] * (end - max(last, first - 1))
        given = sheet.iter_rows() if rows else iter(())
        yield from ([*before, *row, *after] for row in given)
        yield from ([""] * (end + 1 - begin) for _ in range(rows, most))

    return begin, most, end + 1 - begin, wider


def _within(place: Place, rows: int, columns: int, limits: Limits) -> None:
    """Refuse a sheet that is larger than may be."""
    for found, limit in ((rows, "rows"), (columns, "columns")):
        most = limits.values()[limit]
        if found > most:
            facts = {"most": str(most), "setting": setting_of(limit), "what": _WHAT[limit]}
            raise DataError([Problem("SHEET_TOO_LARGE", place, str(found), facts)])


_WHAT: Final = {"rows": f"行{BOTH}rows", "columns": f"列{BOTH}columns"}


def _unreadable(name: str, error: Exception) -> DataError:
    from python_calamine import PasswordError

    if isinstance(error, PasswordError):
        return DataError([Problem("FILE_ENCRYPTED", Place(name))])
    facts = {"detail": plain_words(f"{type(error).__name__}: {error}")}
    return DataError([Problem("FILE_UNREADABLE", Place(name), facts=facts)])


def look(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """The task ``workbook:look``: kind, sheets and their first rows as texts.

    The request has ``path`` and ``name``; of each sheet comes ``name``, ``hidden``, ``rows``,
    ``columns`` and ``first``, the first rows; ``told`` has the warnings as objects.
    """
    path, name = Path(request["path"]), str(request["name"])
    kind = kind_of(path, name)
    told = [one for one in (different_name(kind, name),) if one is not None]
    sheets = []
    for sheet in raw_sheets(path, kind, limits, name, told):
        seen = 0
        first: list[list[str]] = []
        for chunk in sheet.chunks():
            seen += len(chunk)
            for row in chunk[: max(_SHOWN_ROWS - len(first), 0)]:
                first.append([str(cell)[:100] for cell in row[:_SHOWN_COLUMNS]])
        sheets.append(
            {
                "name": sheet.name, "hidden": sheet.hidden, "epoch_1904": sheet.epoch_1904,
                "rows": seen, "columns": sheet.columns, "first": first,
            }
        )  # fmt: skip
    return {"kind": str(kind), "sheets": sheets, "told": [as_object(one) for one in told]}
