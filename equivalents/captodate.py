"""The year to date of a total pay cap: what earlier locked periods paid and carried (5.18).

The idea: a cap is one of a year. A shorter period counts what its earlier periods of the year paid
within the cap as used, and adds its own; so a chain of periods comes to the cap of the year. What
an earlier period carried opens the pool that it came off, which is tested with it again.
Sources: B9; definition 5.18.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from equivalents.errors import Place, Problem
from equivalents.policy.calendar import Period, month_of, parse_period, print_day
from equivalents.policy.capbefore import CapBefore, CapBeforeKind
from equivalents.policy.scheme import CapTermKind, PayCap

__all__ = ["Before", "WHOLES", "befores_of", "months_to_date", "note_missing"]

WHOLES: Final[Mapping[CapTermKind, CapBeforeKind]] = {
    CapTermKind.FUND_SHARE: CapBeforeKind.FUND,
    CapTermKind.LINE_SHARE: CapBeforeKind.LINE,
}
"""The terms that are a share of what came in over the year, and what is brought in for them."""

_Name = tuple[CapBeforeKind, str]


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier periods of the year had at one institution, in fen, by kind and name.

    ``months`` are the first days of the months that rows cover.
    """

    sums: Mapping[_Name, int]
    months: Mapping[_Name, frozenset[int]]
    place: Place

    def of(self, kind: CapBeforeKind, name: str) -> int:
        """The sum of one kind and name."""
        return self.sums.get((kind, name), 0)

    def all_of(self, kind: CapBeforeKind) -> dict[str, int]:
        """The sums of one kind by name, those of 0.00 left out."""
        return {name: fen for (one, name), fen in self.sums.items() if one is kind and fen}


def befores_of(rows: Iterable[CapBefore]) -> dict[str, Before]:
    """The rows of each institution, added up; names in the order of code points."""
    sums: dict[str, dict[_Name, int]] = {}
    months: dict[str, dict[_Name, frozenset[int]]] = {}
    places: dict[str, Place] = {}
    for row in sorted(rows, key=lambda one: one[:4]):
        of_place, name = sums.setdefault(row.institution_id, {}), (row.kind, row.name)
        of_place[name] = of_place.get(name, 0) + row.amount_fen
        covered = parse_period(row.period).month_starts if row.period else ()
        known = months.setdefault(row.institution_id, {})
        known[name] = known.get(name, frozenset()).union(covered)
        places.setdefault(row.institution_id, row.place)
    return {name: Before(sums[name], months[name], places[name]) for name in sums}


def months_to_date(period: Period) -> int:
    """The months of the year up to the end of the period."""
    return len(_year_to(period, period.end).month_starts)


def note_missing(
    rule: PayCap,
    period: Period,
    befores: Mapping[str, Before],
    names: Sequence[str],
    problems: list[Problem],
) -> None:
    """Note institutions of which an earlier month of the year is not known (``PAYCAP_YEAR``).

    A cap that began anew in each period would pay too much. The base part is asked for every
    month, and so is what a term is a share of; pools are not, as there may have been none.
    """
    earlier = frozenset(_year_to(period, period.start).month_starts)
    asked: list[_Name] = [(CapBeforeKind.BASE, "")]
    asked += [(WHOLES[term.kind], term.name) for term in rule.terms if term.kind in WHOLES]
    for name in names:
        known = befores[name].months if name in befores else {}
        for kind, of in dict.fromkeys(asked):
            lost = sorted(earlier - known.get((kind, of), frozenset()))
            if lost:
                months = ", ".join(month_of(day) for day in lost)
                facts = {"kind": kind.value, "name": of, "months": months}
                problems.append(Problem("PAYCAP_YEAR", rule.place, name, facts))


def _year_to(period: Period, day: int) -> Period:
    """From the first day of a period's year up to a day."""
    return Period("", parse_period(print_day(period.start)[:4]).start, day)
