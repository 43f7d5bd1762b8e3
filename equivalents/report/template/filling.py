"""A given case as the content of the workbook to fill in.

Every row and column is kept, also what is at fault, so that the workbook settles to the same bytes.
Exclusive end dates become the last days that the Chinese headings ask for (5.21).
"""

import json
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from equivalents.errors import DataError, Problem
from equivalents.findings import Findings
from equivalents.intake.headings import TABLES
from equivalents.intake.pages import Page, PageRow, case_pages
from equivalents.policy.calendar import parse_day, print_day
from equivalents.policy.yamltext import Entry, read_yaml
from equivalents.report.template.choices import CHOICES
from equivalents.report.template.lists import LAST_ROW
from equivalents.report.template.writing import FilledSheet, Filling

__all__ = ["beside", "filling_of"]

_ENDS: Final = ("valid_to", "active_to")
_SHOWN: Final = 100
"""Values of a case that an open list gets at most."""


def filling_of(folder: Path) -> Filling:
    """The case in a folder, to be written; its rows are read as they are asked for.

    Raises:
        DataError: there is no case, or its case.yaml cannot be read.
    """
    if not (folder / "case.yaml").is_file():
        raise DataError([Problem("CASE_NOT_FOUND", value=folder.name)])
    findings = Findings()
    entry = read_yaml(folder / "case.yaml", "case.yaml", findings)
    findings.stop_on_errors()
    settings = {} if entry is None else {key: _flow(one) for key, one in entry.mapping.items()}
    pages = case_pages(folder)
    sheets = [one for name in TABLES for one in _sheets(name, pages)]
    return Filling(settings, sheets, _values(pages))


def beside(folder: Path) -> list[str]:
    """Files of a case that no sheet holds, as schemes: they go beside the workbook."""
    found = [path for path in folder.rglob("*.y*ml") if path.name != "case.yaml"]
    return sorted(path.relative_to(folder).as_posix() for path in found)


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
