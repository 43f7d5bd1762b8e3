"""A given case as the content of the workbook to fill in.

Every row and column is kept, also what is at fault, so that the workbook settles to the same bytes.
Exclusive end dates become the last days that the Chinese headings ask for (5.21).
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from equivalents.errors import Place, Problem
from equivalents.findings import Findings
from equivalents.intake.casefolder import CASE_FILE, CaseFolder
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.othersheets import YAML_NAME
from equivalents.intake.pages import Page, WholeLine, case_pages
from equivalents.intake.settings import read_settings
from equivalents.policy.daytext import Times
from equivalents.policy.yamltext import Entry
from equivalents.report.template.choices import CHOICES
from equivalents.report.template.ends import ENDS, LastDays
from equivalents.report.template.writing import FilledTable, Filling

__all__ = ["filling_of", "left_out"]

_YAML: Final = (".yaml", ".yml")
_LONGEST_NAME: Final = 31
_NO_MATTER: Final = ("TABLE_MISSING", "CELLS_UNDERSTOOD")
"""What is filled in next, and what stands in the workbook as it stood in the case."""
_SHOWN: Final = 100
"""Values of a case that an open list gets at most."""


def filling_of(case: CaseFolder) -> Filling:
    """A case, to be written; its rows are read as they are asked for.

    What cannot be written as it is meant is in ``told`` once all rows were asked for.

    Raises:
        DataError: its case.yaml or a table cannot be opened, or what it holds as two files, which a
            workbook would hide; ``TEMPLATE_SOURCES`` where it has tables of other systems, as a
            workbook has no place for exports and maps.
    """
    findings = Findings()
    entry = case.entry(findings)
    sources = entry.get("sources")
    if sources.value != "":
        findings.add("TEMPLATE_SOURCES", sources.place, ", ".join(sources.mapping))
    findings.stop_on_errors()
    declared = read_settings(entry, case.folder, Findings())
    case.reading = declared.reading
    settings = {key: _flow(one) for key, one in entry.mapping.items()}
    pages, told = _pages(case)
    tables = [one for name in TABLES if (one := _table(name, pages, declared.times, told))]
    names = [name for name in _rule_files(case) if _fits(name)]
    texts = {name: _lines(case, name) for name in names}
    return Filling(settings, tables, _values(pages), texts, told)


def _pages(case: CaseFolder) -> tuple[list[Page], list[Problem]]:
    """The tables of a case, and what was left out of them; some may not be there yet.

    Raises:
        DataError: a table cannot be opened, stands there twice, or two files are the same records.
    """
    findings = Findings()
    case.told(findings)
    pages = case_pages(case, findings)
    findings.problems = [one for one in findings.problems if one.code not in _NO_MATTER]
    findings.stop_on_errors()
    return pages, findings.problems


def left_out(case: CaseFolder) -> list[str]:
    """Scheme files that no sheet can hold: their names are too long or hold other signs."""
    return [name for name in _rule_files(case) if not _fits(name)]


def _rule_files(case: CaseFolder) -> list[str]:
    return sorted(name for name in case.files if name.endswith(_YAML) and name != CASE_FILE)


def _fits(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and YAML_NAME.fullmatch(name) is not None


def _lines(case: CaseFolder, name: str) -> list[str]:
    """The lines of a file; what is no UTF-8 is told by the check of the workbook."""
    return case.files[name].read_text("utf-8-sig", errors="replace").splitlines()


def _flow(entry: Entry) -> str:
    """A value of case.yaml as one text: plain, or as YAML in one line."""
    return entry.text if isinstance(entry.value, str) else json.dumps(_data(entry), **_JSON)


_JSON: Final[dict[str, Any]] = {"ensure_ascii": False}


def _data(entry: Entry) -> Any:
    if isinstance(entry.value, str):
        return entry.value
    if isinstance(entry.value, list):
        return [_data(one) for one in entry.value]
    return {key: _data(one) for key, one in entry.value.items()}


def _table(
    name: str, pages: Sequence[Page], times: Times, told: list[Problem]
) -> FilledTable | None:
    """One table: the rows of all its files behind each other."""
    mine = [page for page in pages if page.table == name]
    if not mine:
        return None
    more = tuple(dict.fromkeys(one for page in mine for one in _others(page)))
    rows = chain.from_iterable(_arranged(page, more, times, told) for page in mine)
    return FilledTable(name, rows, [title for title, _ in more])


_Other = tuple[str, int]
"""A heading that is none of ours, and how many of the page are called so before it."""


def _others(page: Page) -> dict[_Other, int]:
    """The columns of a page that are none of ours: their positions."""
    seen: Counter[str] = Counter()
    found = {}
    for at, title in enumerate(page.stood or page.titles):
        if at not in page.names:
            found[(title, seen[title])] = at
            seen[title] += 1
    return found


def _arranged(
    page: Page, more: Sequence[_Other], times: Times, told: list[Problem]
) -> Iterator[Sequence[str]]:
    """The rows of a page in the order of our columns; what is odd is told behind the last."""
    sheet, others = TABLES[page.table], _others(page)
    place = {name: at for at, name in page.names.items()}
    at = [place.get(name, -1) for name in sheet.names] + [others.get(one, -1) for one in more]
    ends = [] if page.inclusive else [sheet.names.index(n) for n in ENDS if n in place]
    last_days = LastDays(times)
    lines: list[int] = []
    # As understood: a serial day counts in the calendar of its own workbook.
    days = frozenset(column.name for column in sheet.columns if column.is_day)
    for row, values in page.rows(days, whole=True):
        if isinstance(values, WholeLine):
            lines = [lines[0] if lines else row, lines[1] + 1 if lines else 1]
            yield values  # its line stays one text, and is refused again
            continue
        found = [values[i] if i >= 0 else "" for i in at]
        for end in ends:
            found[end] = last_days.of(found[end], row, sheet.names[end])
        yield found
    whole = Place(page.file, page.sheet)
    if lines:
        told.append(Problem("TEMPLATE_ROWS", whole._replace(row=lines[0]), str(lines[1])))
    told.extend(last_days.problems(whole))


def _values(pages: Sequence[Page]) -> dict[str, Sequence[str]]:
    """What small tables have in columns with an open list."""
    found: dict[str, dict[str, None]] = {}
    for page in pages:
        for at, name in page.names.items():
            choice = CHOICES.get((page.table, name))
            if choice is not None and not choice.closed and page.table != "records":
                into = found.setdefault(choice.title, {})
                into.update(dict.fromkeys(_distinct(page, at)))
    return {title: [*values][:_SHOWN] for title, values in found.items() if values}


def _distinct(page: Page, at: int) -> Sequence[str]:
    """The different texts of a column, parted at ``;``, in the order in which they come."""
    rows = page.rows(whole=True)
    texts = (values[at] for _, values in rows if not isinstance(values, WholeLine))
    parts = (part.strip() for text in texts for part in text.split(";"))
    return [*dict.fromkeys(part for part in parts if part)]
