"""The marked copy as a whole: which pages stand in it, where each problem is, in which order.

A case that is one workbook comes back whole, its sheets under their names, so that it can be
corrected and sent again. Of a case of many files each is a sheet; where they are large only those
with problems are. Source: issue "Files as they are", point 4.
"""

import json
import tempfile
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from equivalents.errors import Problem
from equivalents.intake.casefolder import CaseFolder
from equivalents.intake.pages import Page, case_pages, settings_page, text_page
from equivalents.report.marking.listsheet import LIST_SHEET, LISTED, Listing, write_list
from equivalents.report.marking.marks import Marks, Rows
from equivalents.report.marking.names import sheet_names
from equivalents.report.marking.pagesheet import write_page
from equivalents.report.marking.sentences import told
from equivalents.report.template.lists import LAST_ROW
from equivalents.report.template.styles import Styles

__all__ = ["write_copy"]

_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SMALL: Final = 64 << 20
"""Bytes of files that are copied whole; of larger cases only files with problems are."""
_MAY_BE_LONG: Final = 16 << 20
"""A smaller file cannot have more rows than a sheet takes."""
_YAML: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class _Marked:
    """A page with its marks."""

    page: Page
    marks: Marks


def write_copy(path: Path, case: CaseFolder, problems: Iterable[Problem]) -> int:
    """Write the marked copy of a case; how many problems there are."""
    pages = [_Marked(page, Marks(page)) for page in _pages(case)]
    counts: Counter[str] = Counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8", dir=path.parent) as spilled:
        _collect(problems, pages, counts, spilled)
        kept = _chosen(case, pages)
        names = _names(case, [pages[at].page for at in kept])
        rows = [Rows.of(pages[at].page, pages[at].marks.rows()) for at in kept]
        book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)})
        book.set_properties({"title": "当量绩效核算检查结果", "created": _MADE})
        styles = Styles(book)
        where = {at: (name, some) for at, name, some in zip(kept, names, rows, strict=True)}
        listings = _listings(spilled, where, pages)
        left = len(pages) - len(kept)
        write_list(book.add_worksheet(LIST_SHEET), listings, counts, _notes(case, left), styles)
        for at, name, some in zip(kept, names, rows, strict=True):
            one = pages[at]
            whole = _is_whole(one.page, some)
            sheet = book.add_worksheet(name)
            write_page(sheet, one.page, one.marks, some, styles, whole=whole)
        book.close()
    return sum(counts.values())


def _pages(case: CaseFolder) -> list[Page]:
    """Every page of a case: its settings, its tables, then the schemes beside it."""
    settings = settings_page(case)
    pages = [settings] if settings is not None else []
    pages += case_pages(case)
    schemes = [name for name in sorted(case.files) if name.endswith(_YAML) and name != "case.yaml"]
    found = [text_page(case.files[name], name) for name in schemes]
    return [*pages, *(page for page in found if page is not None)]


def _collect(
    problems: Iterable[Problem], pages: Sequence[_Marked], counts: Counter[str], spilled: IO[str]
) -> None:
    """Mark every problem; the first are put down, as the list begins with how many there are."""
    by_name = {(one.page.file, one.page.sheet): at for at, one in enumerate(pages)}
    for number, problem in enumerate(problems):
        counts[problem.severity] += 1
        place = problem.place
        reason, remedy = told(problem)
        at = by_name.get((place.file, place.sheet), -1)
        row, column, title = 0, 0, place.column
        if at >= 0:
            text = f"{problem.code}：{reason}{remedy}"
            row, column = pages[at].marks.add(problem, text)
            title = _title(pages[at].page, column) if place.column else ""
            title = title or place.column
        if number < LISTED:
            listed = [
                *(at, row, column, place.file, place.sheet, place.row, title, problem.value),
                *(problem.severity, problem.code, reason, remedy, problem.series),
            ]
            spilled.write(json.dumps(listed, ensure_ascii=False) + "\n")


def _title(page: Page, column: int) -> str:
    return page.titles[column].strip() if column < len(page.titles) else ""


def _chosen(case: CaseFolder, pages: Sequence[_Marked]) -> list[int]:
    """Which pages stand in the copy: all of a workbook or of a small case."""
    whole = case.book is not None or sum(one.page.size for one in pages) <= _SMALL
    return [
        at
        for at, one in enumerate(pages)
        if len(one.marks) or (whole and (one.page.titles or at == 0 or case.book is not None))
    ]


def _names(case: CaseFolder, pages: Sequence[Page]) -> list[str]:
    if case.book is not None:
        return [page.sheet or page.file for page in pages]
    wanted = [f"{page.file} {page.sheet}".strip() for page in pages]
    return sheet_names(wanted, [LIST_SHEET])


def _notes(case: CaseFolder, left: int) -> list[str]:
    if case.book is not None:
        return ["在本文件中改好标色的单元格，保存后直接再检查、再核算；本页会被忽略。"]
    notes = ["每个文件一页，行号与原文件一致；请在原文件中更正。"]
    if left:
        notes.append(f"另有 {left} 个文件没有列入（没有问题，或与表格无关）。")
    notes.append(f"一页最多 {LAST_ROW:,} 行，有问题的行都在内。")
    return notes


def _is_whole(page: Page, rows: Rows) -> bool:
    """Whether no row is left out; only long files are read once more to know."""
    if page.size < _MAY_BE_LONG:
        return not rows.behind
    last = deque((row for row, _ in page.rows()), maxlen=1)
    return not last or last[0] + page.offset <= LAST_ROW


def _listings(
    spilled: IO[str], where: dict[int, tuple[str, Rows]], pages: Sequence[_Marked]
) -> Iterator[Listing]:
    spilled.seek(0)
    for line in spilled:
        at, row, column, *told_of = json.loads(line)
        name, cell = "", ""
        if at in where:
            name, rows = where[at]
            place = rows.find(row) if row else pages[at].page.header_row
            cell = xl_rowcol_to_cell(place - 1, column) if place else ""
        yield Listing(name, cell, *told_of)
