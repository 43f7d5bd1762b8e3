"""A file of equivalents of past years, and what the next year comes to by a declared method (B3).

The file is no table of a case: a budget is drawn up before the year has any. One line is a year
of an institution, or of one of its series. Sources: rule B3; specification page 3 (columns).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from equivalents.errors import Problem
from equivalents.findings import Findings, Row
from equivalents.forecast import GROWTH, foretold, growth_rate, years_before
from equivalents.intake.anytable import read_file
from equivalents.intake.headings import Column, Sheet
from equivalents.policy.load import fault_text
from equivalents.units import E7_PLACES, NumberFaultError, parse_fixed

__all__ = ["Forecast", "YEARS", "forecasts"]

YEARS: Final = Sheet(
    "years",
    "历年当量",
    (
        Column("institution_id", "机构编号", required=True),
        Column("year", "年度", required=True),
        Column("equivalents", "当量", required=True),
        Column("series", "当量口径"),
    ),
)
_FIRST, _LAST = 1900, 2199
_DIGITS: Final = 4
_NOT_A_YEAR: Final = "年度须是四位数¦a year has four digits"
_ZERO: Final = "增长率须有大于 0 的前一年当量¦a growth rate needs equivalents above 0 a year before"

_Who = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Forecast:
    """The equivalents of ``year`` from those of the years before it, the earliest first, in e7.

    ``growth`` is the exact rate from the year before last to the last one, where that was used.
    """

    institution_id: str
    series: str
    year: int
    past_e7: tuple[int, ...]
    forecast_e7: int
    growth: Fraction | None = None


def forecasts(path: Path, weights: Sequence[int]) -> tuple[tuple[Forecast, ...], list[Problem]]:
    """The year after the last one of every institution and series, in their order.

    Args:
        path: a file of any kind that tables are read from, with the columns of :data:`YEARS`.
        weights: of the last years, the earliest first; ``GROWTH`` for the growth rate.

    Every fault is listed; with one there are no forecasts.
    """
    findings = Findings()
    known = _read(path, findings)
    found = tuple(_all(known, weights, findings))
    return (() if findings.errors else found), findings.problems


def _read(path: Path, findings: Findings) -> dict[_Who, dict[int, tuple[int, Row]]]:
    found: dict[_Who, dict[int, tuple[int, Row]]] = {}
    for row in read_file(path, YEARS, findings):
        year, value = _year(row, findings), _equivalents(row, findings)
        who = row["institution_id"], row["series"]
        years = found.setdefault(who, {})
        if year is None or value is None or not who[0]:
            continue
        if year in years:
            facts = {"year": str(year), "other": str(years[year][1].place)}
            findings.add("YEAR_TWICE", row.place, " ".join(filter(None, who)), **facts)
            continue
        years[year] = value, row
    return found


def _year(row: Row, findings: Findings) -> int | None:
    text = row["year"]
    four = len(text) == _DIGITS and text.isascii() and text.isdigit()
    if four and _FIRST <= int(text) <= _LAST:
        return int(text)
    if text:
        findings.add("NUMBER_INVALID", row.at("year"), text, detail=_NOT_A_YEAR)
    return None


def _equivalents(row: Row, findings: Findings) -> int | None:
    text = row["equivalents"]
    try:
        value = parse_fixed(text, E7_PLACES) if text else None
    except NumberFaultError as fault:
        findings.add("NUMBER_INVALID", row.at("equivalents"), text, detail=fault_text(fault))
        return None
    return value


def _all(
    known: Mapping[_Who, Mapping[int, tuple[int, Row]]], weights: Sequence[int], findings: Findings
) -> Iterator[Forecast]:
    for who, years in sorted(known.items()):
        if not years:
            continue
        last = max(years)
        wanted = years_before(last + 1, weights)
        missing = [str(year) for year in wanted if year not in years]
        place = years[last][1].place
        name = " ".join(filter(None, who))
        if missing:
            findings.add("YEAR_MISSING", place, name, missing="、".join(missing))
            continue
        past = tuple(years[year][0] for year in wanted)
        if weights == GROWTH and past[0] <= 0:
            at = years[wanted[0]][1].at("equivalents")
            findings.add("NUMBER_INVALID", at, name, detail=_ZERO)
            continue
        rate = growth_rate(*past) if weights == GROWTH else None
        yield Forecast(*who, last + 1, past, foretold(past, weights), rate)
