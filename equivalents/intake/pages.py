"""The tables of a case as people see them: each file or sheet a page of rows, nothing judged.

For writing a case into a workbook, and for the marked copy of what was checked: every row at its
number, every text as it stands, also the columns that are none of ours. Rows are given one by one;
no page is kept in memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from operator import itemgetter
from pathlib import Path

from equivalents.errors import DataError
from equivalents.findings import Findings
from equivalents.intake.csvfile import CsvPart, RawBatch, csv_parts
from equivalents.intake.headings import TABLES, Sheet
from equivalents.intake.parquet import ParquetPart, parquet_parts, text_values
from equivalents.intake.recordfiles import record_files
from equivalents.intake.tables import match_columns, table_file

__all__ = ["Page", "PageRow", "case_pages", "text_page"]

PageRow = tuple[int, Sequence[str]]
"""A row number and the texts of the row; a row of another shape has its whole line as one text."""


@dataclass(frozen=True, slots=True)
class Page:
    """A table that the case has: ``file`` and ``sheet`` are the names that problems give.

    ``titles`` are its headings as written, in the row ``header_row`` (0: it has none); ``names``
    are our names of known columns by position. ``table`` is blank for what is no table of ours.
    ``before`` are rows above the headings, ``inclusive`` says what kind of end dates it has.
    """

    file: str
    sheet: str = ""
    table: str = ""
    titles: Sequence[str] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    header_row: int = 1
    inclusive: bool = False
    before: Sequence[PageRow] = ()
    parts: Sequence[CsvPart | ParquetPart] = ()
    size: int = 0

    def rows(self) -> Iterator[PageRow]:
        """The rows below the headings with their numbers, those that are blank left out."""
        waiting: list[PageRow] = []
        for part in self.parts:
            for raw in part.batches():
                waiting = sorted([*waiting, *_malformed(raw)], key=itemgetter(0))
                last = int(raw.row[-1]) if raw.row.size else 0
                due = [row for row in waiting if row[0] < last]
                waiting = waiting[len(due) :]
                yield from merge(_good(part, raw), due, key=itemgetter(0))
        yield from waiting


def _good(part: CsvPart | ParquetPart, raw: RawBatch) -> Iterator[PageRow]:
    columns = [text_values(raw.columns[heading]) for heading in part.headings]
    for row, values in zip(raw.row.tolist(), zip(*columns, strict=True), strict=True):
        if any(values):
            yield row, values


def _malformed(raw: RawBatch) -> list[PageRow]:
    """Rows of another shape: the whole line as one text, as ``rejected.csv`` has it.

    With its values in cells a row that lacks some could pass for a good one.
    """
    rows, texts = raw.malformed.row.tolist(), raw.malformed.texts().to_pylist()
    return [(row, [text]) for row, text in zip(rows, texts, strict=True)]


def case_pages(folder: Path) -> list[Page]:
    """Every table and record file of a case folder that can be read, in the order of tables."""
    quiet = Findings()
    pages = []
    for name, sheet in TABLES.items():
        if name == "records":
            files = [path for path in record_files(folder, quiet) if path.is_file()]
        else:
            path = table_file(folder, name, quiet, required=False)
            files = [path] if path is not None else []
        for file in files:
            page = _page(file, file.relative_to(folder).as_posix(), sheet)
            pages += [page] if page is not None else []
    return pages


def _page(path: Path, name: str, sheet: Sheet) -> Page | None:
    parts: Sequence[CsvPart | ParquetPart]
    parquet = path.suffix == ".parquet"
    try:
        parts = parquet_parts(path, name) if parquet else csv_parts(path, name)
    except DataError:
        return None  # check says why
    titles = parts[0].titles
    columns, inclusive = match_columns(titles, sheet, name, Findings())
    names = {at: column.name for at, column in columns.items()}
    # The first record of a Parquet file is row 1: it has no row of headings.
    empty = parquet and parts[0].group < 0  # type: ignore[union-attr]
    return Page(
        name,
        table=sheet.name,
        titles=titles,
        names=names,
        header_row=0 if parquet else 1,
        inclusive=inclusive,
        parts=() if empty else parts,
        size=path.stat().st_size,
    )


def text_page(path: Path, name: str) -> Page | None:
    """A text file (case.yaml, a scheme) as a page of one column, a row a line."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    before = [(number, [line]) for number, line in enumerate(lines, 1) if line]
    return Page(name, header_row=0, before=before, size=path.stat().st_size)
