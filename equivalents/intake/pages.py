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

from equivalents.errors import DataError, Place
from equivalents.findings import Findings
from equivalents.intake.casefolder import CaseFolder
from equivalents.intake.csvfile import CsvPart, RawBatch, csv_parts
from equivalents.intake.headings import TABLES, Sheet
from equivalents.intake.opening.found import Found
from equivalents.intake.opening.spool import ROW_SHAPE
from equivalents.intake.parquet import ParquetPart, parquet_parts, text_values
from equivalents.intake.spoolpart import SpoolPart, spool_parts
from equivalents.intake.tables import match_columns

__all__ = ["Page", "PageRow", "WholeLine", "case_pages", "settings_page", "text_page"]

PageRow = tuple[int, Sequence[str]]
"""A row number and the texts of the row; of a row of another shape a :class:`WholeLine`."""


class WholeLine(tuple[str]):
    """A row of another shape: its whole line as one text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A table that the case has: ``file`` and ``sheet`` are the names that problems give.

    ``titles`` are its headings as written, in the row ``header_row`` of a sheet (0: it has none);
    ``names`` are our names of known columns by position. ``stood`` are the headings of a cleaned
    file as they stand there, where ``titles`` are made unique. ``table`` is blank for what is no
    table of ours. ``before`` are rows above the headings. ``offset`` is what a row's number in a
    sheet is more than its own: a Parquet file has no row of headings. ``inclusive`` says what kind
    of end dates it has.
    """

    file: str
    sheet: str = ""
    table: str = ""
    titles: Sequence[str] = ()
    stood: Sequence[str] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    header_row: int = 1
    inclusive: bool = False
    before: Sequence[PageRow] = ()
    offset: int = 0
    parts: Sequence[CsvPart | ParquetPart] = ()
    size: int = 0

    def rows(
        self, understood: frozenset[str] = frozenset(), *, whole: bool = False
    ) -> Iterator[PageRow]:
        """The rows below the headings with their numbers, those that are blank left out.

        Args:
            understood: columns of ours whose texts are given as they were understood.
            whole: whether a row of another shape is one text also where its cells are known.
        """
        waiting: list[PageRow] = []
        cleaned = frozenset(
            self.titles[at] for at, name in self.names.items() if name in understood
        )
        for part in self.parts:
            # Of what was cleaned people see what stood there.
            stood = part.as_written(cleaned) if isinstance(part, SpoolPart) else part.batches()
            for raw in stood:
                waiting = sorted([*waiting, *_malformed(raw)], key=itemgetter(0))
                last = int(raw.row[-1]) if raw.row.size else 0
                due = [row for row in waiting if row[0] < last]
                waiting = waiting[len(due) :]
                good = _with_lines(part, raw) if whole else _good(part, raw)
                yield from merge(good, due, key=itemgetter(0))
        yield from waiting


def _good(part: CsvPart | ParquetPart, raw: RawBatch) -> Iterator[PageRow]:
    columns = [text_values(raw.columns[heading]) for heading in part.headings]
    for row, values in zip(raw.row.tolist(), zip(*columns, strict=True), strict=True):
        if any(values):
            yield row, values


def _with_lines(part: CsvPart | ParquetPart, raw: RawBatch) -> Iterator[PageRow]:
    """The same, with those of another shape as one text."""
    shapes = [fault.row.tolist() for fault in raw.given if fault.code == ROW_SHAPE]
    wrong = {row for rows in shapes for row in rows}
    for row, values in _good(part, raw):
        yield row, WholeLine((",".join(values),)) if row in wrong else values


def _malformed(raw: RawBatch) -> list[PageRow]:
    """Rows of another shape: the whole line as one text, as ``rejected.csv`` has it.

    With its values in cells a row that lacks some could pass for a good one.
    """
    rows, texts = raw.malformed.row.tolist(), raw.malformed.texts().to_pylist()
    return [(row, WholeLine((text,))) for row, text in zip(rows, texts, strict=True)]


def case_pages(case: CaseFolder, findings: Findings | None = None) -> list[Page]:
    """Every table and record file of a case that can be read, in the order of tables.

    What is wrong with the others goes to ``findings``, for those who do not check the case.
    """
    findings = Findings() if findings is None else findings
    pages = []
    for name, sheet in TABLES.items():
        found: Sequence[Found]
        if name == "records":
            found = case.records(findings)
        else:
            one = case.table(name, findings, required=sheet.required)
            found = [one] if one is not None else []
        for one in found:
            page = _page(one, sheet, findings)
            pages += [page] if page is not None else []
    return pages


def _page(found: Found, sheet: Sheet, findings: Findings) -> Page | None:
    parts: Sequence[CsvPart | ParquetPart]
    try:
        if found.spool is not None:
            parts = spool_parts(found)
        elif found.is_parquet:
            parts = parquet_parts(found.path, found.file)
        else:
            parts = csv_parts(found.path, found.file)
    except DataError as error:
        findings.take(error)
        return None
    titles = parts[0].titles
    columns, inclusive = match_columns(titles, sheet, Place(found.file), Findings())
    plain = found.spool is None
    whole = [part for part in parts if not isinstance(part, ParquetPart) or part.group >= 0]
    return Page(
        found.file,
        found.sheet,
        sheet.name,
        titles,
        found.spool.titles if found.spool is not None and not found.is_mapped else (),
        {at: column.name for at, column in columns.items()},
        header_row=1 if plain else parts[0].heading_row,
        inclusive=inclusive,
        before=() if plain else _above(found),
        offset=1 if plain and found.is_parquet else 0,
        parts=whole,
        size=found.path.stat().st_size,
    )


def _above(found: Found) -> list[PageRow]:
    """The rows above the headings, each as one text."""
    assert found.spool is not None, "asked for spools only"
    rows = [row for known in found.spool.understood for row in known.get("rows_above", ())]
    return [(int(row), [str(text)]) for row, text in rows]


def settings_page(case: CaseFolder) -> Page | None:
    """What stands for case.yaml: the file, or the sheet of a workbook."""
    if case.book is None:
        path = case.files.get("case.yaml")
        return text_page(path, "case.yaml") if path is not None else None
    rows = [(row, [key, value]) for row, key, value in case.book.rows if key or value]
    return Page(case.given.name, case.book.sheet, header_row=0, before=rows)


def text_page(path: Path, name: str) -> Page | None:
    """A text file (case.yaml, a scheme) as a page of one column, a row a line."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    before = [(number, [line]) for number, line in enumerate(lines, 1) if line]
    return Page(name, header_row=0, before=before, size=path.stat().st_size)
