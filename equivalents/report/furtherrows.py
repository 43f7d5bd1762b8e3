"""The rows of the further sheets of settlement.xlsx: those of the tables, with names and words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Final

from equivalents.errors import Problem, called
from equivalents.policy.accounts import SURPLUS_POOL
from equivalents.policy.calendar import parse_day, print_day
from equivalents.policy.roster import Roster
from equivalents.report.book import ROWS_SHOWN
from equivalents.report.furthersheets import FurtherSheet
from equivalents.report.shown import in_words
from equivalents.report.table import OutTable
from equivalents.report.words import assessment_titles, column_title, pool_title, titled
from equivalents.settle import Settlement

__all__ = ["further_rows", "noted_rows"]

_SEVERITY: Final = {"warning": "警告", "note": "说明"}


def noted_rows(noted: Iterable[Problem]) -> Iterator[Sequence[str]]:
    """The rows of the sheet 提示: what was noted and counted all the same."""
    for one in noted:
        place = one.place
        yield (
            _SEVERITY[one.severity],
            one.code,
            called(place.file, place.sheet),
            str(place.row or ""),
            column_title(place.column),
            one.value,
            one.text("zh"),
            one.series,
        )


def further_rows(
    sheet: FurtherSheet, table: OutTable, settlement: Settlement
) -> Iterator[Sequence[str]]:
    """The rows of a sheet from its table, in the order of the table."""
    texts = {name: column.to_pylist() for name, column in table.columns.items()}
    if sheet.details and len(texts[sheet.details]) > ROWS_SHOWN:
        texts = _only(texts, [not one for one in texts[sheet.details]])
    if sheet.without_level:
        texts = _only(texts, [one != sheet.without_level for one in texts["level"]])
    _named(texts, settlement)
    if sheet.table == "components":
        texts["source"] = [_titled(one, _titles(settlement)) for one in texts["source"]]
    if sheet.table == "assessment":
        titles = assessment_titles(settlement.rules.scheme)
        for name in ("composite", "indicator"):
            texts[name] = [titled(one, titles) for one in texts[name]]
    for name, shown in sheet.forms.items():
        texts[name] = [shown(one) for one in texts[name]]
    for name, words in sheet.words.items():
        texts[name] = [in_words(one, words) for one in texts[name]]
    columns = [texts[name] for name, _ in sheet.columns]
    yield from zip(*columns, strict=True)


def _only(texts: Mapping[str, list[str]], kept: Sequence[bool]) -> dict[str, list[str]]:
    return {name: list(compress(values, kept)) for name, values in texts.items()}


def _titles(settlement: Settlement) -> dict[str, str]:
    """The titles of the funds of a scheme."""
    scheme = settlement.rules.scheme
    return {fund.name: fund.title for fund in scheme.funds.values()} if scheme else {}


def _named(texts: dict[str, list[str]], settlement: Settlement) -> None:
    """Names beside the codes, and last days in place of ends."""
    if "institution_id" in texts:
        names = {row.institution_id: row.name for row in settlement.rules.institutions}
        texts["institution_name"] = [names.get(one, "") for one in texts["institution_id"]]
    if "person_id" in texts:
        people = Roster.of(settlement.rules.postings).names()
        texts["person_name"] = [people.get(one, "") for one in texts["person_id"]]
    scheme = settlement.rules.scheme
    titles = _titles(settlement)
    if "fund" in texts:
        texts["fund_title"] = [titles.get(one, "") for one in texts["fund"]]
    if "name" in texts:
        titles[SURPLUS_POOL] = pool_title(SURPLUS_POOL)
        texts["name_title"] = [titles.get(one, "") for one in texts["name"]]
    if "test" in texts and scheme:
        tests = {test.name: test.title for test in scheme.share_tests}
        texts["test_title"] = [tests.get(one, "") for one in texts["test"]]
    if "pool" in texts:
        texts["pool"] = [pool_title(one) for one in texts["pool"]]
    if "to" in texts:
        spans = zip(texts["from"], texts["to"], strict=True)
        texts["to"] = [_last_day(start, end) for start, end in spans]
    if "subject_id" in texts:
        texts["subject_name"] = _subject_names(texts["level"], texts["subject_id"], settlement)


def _titled(source: str, titles: Mapping[str, str]) -> str:
    """Who pays a component; a fund by its title."""
    word, _, name = source.partition(":")
    return f"{word}:{titles.get(name) or name}" if word == "fund" else source


def _subject_names(levels: Sequence[str], ids: Sequence[str], settlement: Settlement) -> list[str]:
    """The names of who was assessed; a team of contracts has none."""
    rules = settlement.rules
    named = {"institution": {row.institution_id: row.name for row in rules.institutions}}
    named["person"] = Roster.of(rules.postings).names()
    rooms = {row.department_id: row.name for row in rules.departments}
    return [named.get(level, rooms).get(one, "") for level, one in zip(levels, ids, strict=True)]


def _last_day(start: str, end: str) -> str:
    """The last day of a half-open span; none of what has no days."""
    return "" if start == end else print_day(parse_day(end) - 1)
