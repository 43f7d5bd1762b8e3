"""Leave 请假 and its dated rules as plain values: what a day of leave adds to a key (5.20).

A kind of leave (产假, 病假, 进修 ...) is a free name; its rule, with date and reference, says by
whose average a day of it counts, and at what percentage. Without a rule in force a leave is
refused: no kind is free of one in silence. Sources: definitions 5.3 and 5.20.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from operator import attrgetter
from typing import Final, NamedTuple

from equivalents.errors import NOWHERE, Place, Problem
from equivalents.policy.calendar import Period, print_day

__all__ = ["Average", "Leave", "LeaveRule", "Over", "PastKey", "WHOLE_E4", "check_leave"]

WHOLE_E4: Final = 10_000
"""A hundred percent."""


class Average(StrEnum):
    """By whose daily average a day of leave counts (5.20)."""

    NONE = "none"
    OWN = "own"
    DEPARTMENT = "department"


class Over(StrEnum):
    """Over which days the person's own average goes."""

    PAST = "past"
    PERIOD = "period"
    BOTH = "both"


class Leave(NamedTuple):
    """A leave of a person over ``[valid_from, valid_to)``, wherever the person works."""

    person_id: str
    kind: str
    valid_from: int
    valid_to: int
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class LeaveRule:
    """What a day of a kind of leave adds over ``[valid_from, valid_to)``.

    ``percent_e4`` of the daily average, in ten-thousandths; ``pools`` names the pools that it
    holds in (none named: all).
    """

    kind: str
    average: Average
    over: Over
    percent_e4: int
    pools: tuple[str, ...]
    valid_from: int
    valid_to: int
    reference: str = ""
    place: Place = NOWHERE


class PastKey(NamedTuple):
    """A key that a person earned in closed periods, and on how many calendar days (5.20)."""

    institution_id: str
    pool: str
    person_id: str
    equivalents_e7: int
    days: int
    place: Place = NOWHERE


def check_leave(
    leaves: Iterable[Leave], rules: Iterable[LeaveRule], period: Period
) -> list[Problem]:
    """Leaves and rules that overlap, and leaves of the period without a rule in force (5.20)."""
    found: list[Problem] = []
    by_person: dict[str, list[Leave]] = {}
    for leave in leaves:
        by_person.setdefault(leave.person_id, []).append(leave)
    for person, of_person in sorted(by_person.items()):
        ordered = sorted(of_person, key=attrgetter("valid_from", "place"))
        for one, other in combinations(ordered, 2):
            span = _common(one, other)
            if span:
                facts = {"kind": one.kind, "other": str(other.place), "span": span}
                found.append(Problem("LEAVE_OVERLAP", one.place, person, facts))
    by_kind: dict[str, list[LeaveRule]] = {}
    for rule in rules:
        by_kind.setdefault(rule.kind, []).append(rule)
    for kind, of_kind in sorted(by_kind.items()):
        for former, latter in combinations(sorted(of_kind, key=attrgetter("valid_from")), 2):
            span = _common(former, latter)
            if span:
                facts = {"other": str(former.place), "span": span}
                found.append(Problem("LEAVE_RULE_OVERLAP", latter.place, kind, facts))
    return [*found, *_without_rule(by_person, by_kind, period)]


def _common(one: Leave | LeaveRule, other: Leave | LeaveRule) -> str:
    """The days that two have in common, as text; blank where there are none."""
    start = max(one.valid_from, other.valid_from)
    end = min(one.valid_to, other.valid_to)
    return f"{print_day(start)}..{print_day(end)}" if start < end else ""


def _without_rule(
    by_person: Mapping[str, Iterable[Leave]],
    by_kind: Mapping[str, Iterable[LeaveRule]],
    period: Period,
) -> Iterable[Problem]:
    """The leaves with a day of the period on which no rule of their kind is in force."""
    for of_person in by_person.values():
        for leave in of_person:
            day = max(leave.valid_from, period.start)
            end = min(leave.valid_to, period.end)
            for rule in sorted(by_kind.get(leave.kind, ()), key=attrgetter("valid_from")):
                if rule.valid_from <= day < rule.valid_to:
                    day = rule.valid_to
            if day < end:
                facts = {"person": leave.person_id, "day": print_day(day)}
                yield Problem("LEAVE_NO_RULE", leave.place, leave.kind, facts)
