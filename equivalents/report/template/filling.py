"""A given case as the content of the workbook to fill in.

Every row and column is kept, also what is at fault, so that the workbook settles to the same bytes.
Exclusive end dates become the last days that the Chinese headings ask for (5.21).
"""

import json
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final

from equivalents.findings import Findings
from equivalents.intake.casefolder import CASE_FILE, CaseFolder
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.othersheets import YAML_NAME
from equivalents.intake.pages import Page, PageRow, case_pages
from equivalents.intake.settings import read_settings
from equivalents.policy.calendar import parse_day, print_day
from equivalents.policy.yamltext import Entry
from equivalents.report.template.choices import CHOICES
from equivalents.report.template.lists import LAST_ROW
from equivalents.report.template.writing import FilledSheet, Filling

__all__ = ["filling_of", "left_out"]

_YAML: Final = (".yaml", ".yml")
_LONGEST_NAME: Final = 31
_ENDS: Final = ("valid_to", "active_to")
_SHOWN: Final = 100
"""Values of a case that an open list gets at most."""


def filling_of(case: CaseFolder) -> Filling:
    """A case, to be written; its rows are read as they are asked for.

    Raises:
        DataError: its case.yaml cannot be read.
    """
    findings = Findings()
    entry = case.entry(findings)
    findings.stop_on_errors()
    case.reading = read_settings(entry, case.folder, Findings()).reading
    settings = {key: _flow(one) for key, one in entry.mapping.items()}
    pages = case_pages(case)
    sheets = [one for name in TABLES for one in _sheets(name, pages)]
    names = [name for name in _rule_files(case) if _fits(name)]
    texts = {name: _lines(case, name) for name in names}
    return Filling(settings, sheets, _values(pages), texts)


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


def _sheets(name: str, pages: Sequence[Page]) -> list[FilledSheet]:
    """The sheets of one table: all its files behind each other, cut where a sheet is full."""
    mine = [page for page in pages if page.table == name]
    if not mine:
        return []
    more = tuple(dict.fromkeys(title for page in mine for title in _others(page)))
    count = sum(1 for page in mine for _ in page.rows())
    rows = chain.from_iterable(_arranged(page, more) for page in mine)
    title, room = TABLES[name].title, LAST_ROW - 1
    sheets = [FilledSheet(title, name, islice(rows, room), more)]
    for number in range(2, -(-count // room) + 1):
        sheets.append(FilledSheet(f"{title} ({number})", name, islice(rows, room), more))
    return sheets


def _others(page: Page) -> list[str]:
    """The headings of a page that are none of ours."""
    return [title for at, title in enumerate(page.titles) if title and at not in page.names]


def _arranged(page: Page, more: Sequence[str]) -> Iterator[Sequence[str]]:
    """The rows of a page in the order of our columns."""
    sheet = TABLES[page.table]
    place = {name: at for at, name in page.names.items()}
    others = {title: at for at, title in enumerate(page.titles) if at not in page.names}
    at = [place.get(name, -1) for name in sheet.names] + [others.get(title, -1) for title in more]
    ends = [] if page.inclusive else [sheet.names.index(n) for n in _ENDS if n in sheet.names]
    for _, values in page.rows():
        yield _in_order(values, at, ends)


def _in_order(values: Sequence[str], at: Sequence[int], ends: Sequence[int]) -> Sequence[str]:
    if len(values) == 1 < len(at):
        return values  # a row of another shape: its line stays one text, and is refused again
    found = [values[i] if i >= 0 else "" for i in at]
    for end in ends:
        found[end] = _day_before(found[end])
    return found


def _day_before(text: str) -> str:
    """The last day of an exclusive end; what is no date stays."""
    try:
        return print_day(parse_day(text) - 1)
    except ValueError:
        return text


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
    rows: Iterator[PageRow] = page.rows()
    texts = (values[at] for _, values in rows if at < len(values))
    parts = (part.strip() for text in texts for part in text.split(";"))
    return [*dict.fromkeys(part for part in parts if part)]
