"""Keys of definitions 5.1 and 5.12, slowly: day by day, in fractions, and small cases to try them.

:func:`slow` is written from the definitions and never looks at the engine; :func:`figures` says the
same of the engine's keys.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import NamedTuple

import numpy as np

from equivalents.keys import PoolKeys
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, Period, parse_day, parse_period
from equivalents.policy.keyrules import (
    Ceiling,
    Coefficient,
    KeyRules,
    KindRule,
    OpeningKey,
    Scope,
    Tier,
    Window,
)
from equivalents.policy.model import CaseRules, Institution, Pool, Posting
from equivalents.tally import Plan
from equivalents.weigh import Weighed

__all__ = [
    "Event",
    "Figures",
    "Line",
    "POOL",
    "POSTINGS",
    "SPOTS",
    "TIERS",
    "YEAR",
    "ceiling",
    "coefficient",
    "counted",
    "figures",
    "half_up",
    "keys_of",
    "rules",
    "shared",
    "slow",
]

YEAR = parse_period("2025")
POOL = Pool("I1", "x", "pay", 1)
TIERS = (Tier(0, 10_000), Tier(100_0000000, 5_000), Tier(250_0000001, 3_333), Tier(10**10, 0))


class Event(NamedTuple):
    """Equivalents of somebody at a place in a post on a day."""

    place: str
    person: str
    post: str
    day: int
    value_e7: int


Line = tuple[str, int, int, int, int, int]
"""Post, first day, end, equivalents, coefficient, adjusted."""
Figures = Mapping[tuple[str, str], tuple[int, int, Sequence[Line]]]


def rules(
    coefficients: Sequence[Coefficient] = (),
    ceilings: Sequence[Ceiling] = (),
    opening: Sequence[OpeningKey] = (),
    postings: Sequence[Posting] = (),
    period: Period = YEAR,
    **kinds: KindRule,
) -> CaseRules:
    places = tuple(Institution(name) for name in ("I1", "I2"))
    keys = KeyRules(tuple(coefficients), kinds, tuple(ceilings), tuple(opening))
    return CaseRules(period, places, postings or POSTINGS, (), (POOL,), key_rules=keys)


def coefficient(
    subject: str, value_e4: int, since: int = FIRST_DAY, until: int = LAST_DAY, kind: str = "k"
) -> Coefficient:
    """A coefficient of a person (`P1`) or a posting (`P1@I1`, `P1@I1/A`)."""
    person, _, where = subject.partition("@")
    place, _, post = where.partition("/")
    scope = Scope.POSTING if place else Scope.PERSON
    return Coefficient(scope, subject, kind, value_e4, since, until, person, place, post)


def ceiling(window: Window = Window.MONTH, *, together: bool = False) -> Ceiling:
    return Ceiling("C", "pay", window, together, TIERS, FIRST_DAY, LAST_DAY)


POSTINGS = (
    Posting("P1", "I1", FIRST_DAY, LAST_DAY, "A", main=True),
    Posting("P1", "I1", FIRST_DAY, LAST_DAY, "B"),
    Posting("P1", "I2", FIRST_DAY, LAST_DAY),
    Posting("P2", "I1", parse_day("2025-02-10"), parse_day("2025-09-01")),
    Posting("P2", "I2", FIRST_DAY, LAST_DAY),
)
SPOTS = [(row.institution_id, row.person_id, row.post_id) for row in POSTINGS]


def keys_of(case: CaseRules, events: Sequence[Event]) -> PoolKeys:
    """The engine's keys for these events: each is added to the posting that `find` gives."""
    plan = Plan(case)
    sums = np.zeros(len(plan.postings), np.int64)

    def column(values: Sequence[int]) -> "np.typing.NDArray[np.int32]":
        return np.array(values, np.int32)

    stint = plan.postings.find(
        column([plan.institutions.find(one.place) for one in events]),
        column([plan.persons.find(one.person) for one in events]),
        column([one.day for one in events]),
        column([plan.postings.posts.find(one.post) for one in events]),
    )
    assert (stint >= 0).all()
    np.add.at(sums, stint, np.array([one.value_e7 for one in events], np.int64))
    return PoolKeys(plan, {"pay": Weighed("pay", sums, len(events), {})}, case)


def figures(keys: PoolKeys) -> Figures:
    """What the engine says, by natural codes."""
    plan, staff, table = keys.plan, keys.staff, keys.of(POOL)
    lines: dict[int, list[Line]] = defaultdict(list)
    if table.lines is not None:
        one = table.lines
        columns = (one.pair, one.post, one.since, one.until, one.equivalents_e7)
        for pair, post, *rest in zip(
            *(c.tolist() for c in (*columns, one.coefficient_e4, one.adjusted_e7)), strict=True
        ):
            since, until, value, factor, adjusted = rest
            name = plan.postings.posts[post]
            lines[pair].append((name, since, until, value, factor, adjusted))
    return {
        (plan.institutions[int(staff.institution[at])], plan.persons[int(staff.person[at])]): (
            int(table.equivalents_e7[at]),
            int(table.key_e7[at]),
            lines[at],
        )
        for at in range(len(staff))
    }


# -- the same, slowly ------------------------------------------------------------------------------


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2)) if value >= 0 else -floor(-value + Fraction(1, 2))


def factor_on(case: CaseRules, spot: tuple[str, str, str], day: int) -> int:
    """The rounded product of 5.1 on one day, from the subjects' texts."""
    place, person, post = spot
    names = {person, f"{person}@{place}"} | ({f"{person}@{place}/{post}"} if post else set())
    product = Fraction(10_000)
    for row in case.key_rules.coefficients:
        if row.subject_id in names and row.valid_from <= day < row.valid_to:
            product *= Fraction(row.value_e4, 10_000)
    return half_up(product)


def segment(case: CaseRules, spot: tuple[str, str, str], day: int) -> tuple[int, int]:
    """The longest run of days of the period with the factor of this day."""
    start = end = day
    while start > case.period.start and same(case, spot, start - 1, day):
        start -= 1
    while end < case.period.end and same(case, spot, end, day):
        end += 1
    return start, end


def same(case: CaseRules, spot: tuple[str, str, str], one: int, other: int) -> bool:
    return factor_on(case, spot, one) == factor_on(case, spot, other)


def counted(total: int, tiers: Sequence[Tier]) -> int:
    """Marginal tiers on one total, exact, rounded once."""
    value = Fraction(0)
    bounds = [tier.from_e7 for tier in tiers[1:]]
    for tier, upper in zip(tiers, [*bounds, None], strict=True):
        top = total if upper is None else min(total, upper)
        low = tier.from_e7 if tier is not tiers[0] else min(0, total)
        if tier is tiers[0] and total < 0:
            return half_up(Fraction(total * tier.rate_e4, 10_000))
        if top > low:
            value += Fraction((top - low) * tier.rate_e4, 10_000)
    return half_up(value)


def shared(amount: int, cells: Sequence[int]) -> list[int]:
    """Largest remainder in e7; cells stand in the order that settles ties (5.10)."""
    keys = [max(value, 0) for value in cells]
    if not any(keys):
        keys = [abs(value) for value in cells]
    if amount == 0:
        return [0] * len(cells)
    exact = [Fraction(abs(amount) * key, sum(keys)) for key in keys]
    parts = [floor(value) for value in exact]
    order = sorted(range(len(keys)), key=lambda i: (parts[i] - exact[i], -keys[i], i))
    for at in order[: abs(amount) - sum(parts)]:
        parts[at] += 1
    return [part if amount > 0 else -part for part in parts]


def window_on(case: CaseRules, day: int) -> int:
    window = case.key_rules.ceilings[0].window
    starts = case.period.month_starts if window is Window.MONTH else (case.period.start,)
    return max(start for start in starts if start <= day)


def slow(case: CaseRules, events: Sequence[Event]) -> Figures:
    """Every line, from the definitions alone."""
    cells: dict[tuple[str, str], dict[tuple[int, str, int], int]] = defaultdict(dict)
    ends: dict[tuple[str, str, str, int], tuple[int, int]] = {}
    for row in case.postings:
        spot = (row.institution_id, row.person_id, row.post_id)
        day = max(row.active_from, case.period.start)
        while day < min(row.active_to, case.period.end):
            start, end = segment(case, spot, day)
            ends[(*spot, start)] = end, factor_on(case, spot, day)
            day = end
    for one in events:
        spot = (one.place, one.person, one.post)
        start, _ = segment(case, spot, one.day)
        window = window_on(case, one.day) if case.key_rules.ceilings else 0
        cell = (start, one.post, window)
        mine = cells[one.place, one.person]
        mine[cell] = mine.get(cell, 0) + one.value_e7
    if case.key_rules.ceilings:
        cut_cells(case, cells)
    result: dict[tuple[str, str], tuple[int, int, list[Line]]] = {}
    for place, person, post, start in sorted(ends, key=lambda e: (e[0], e[1], e[3], e[2])):
        end, factor = ends[place, person, post, start]
        value = sum(v for (s, p, _), v in cells[place, person].items() if (s, p) == (start, post))
        adjusted = half_up(Fraction(value * factor, 10_000))
        before = result.get((place, person), (0, 0, []))
        line = (post, start, end, value, factor, adjusted)
        result[place, person] = (before[0] + value, before[1] + adjusted, [*before[2], line])
    return result


def cut_cells(
    case: CaseRules, cells: Mapping[tuple[str, str], dict[tuple[int, str, int], int]]
) -> None:
    """Take the cut of the first ceiling from the cells (5.12)."""
    rule = case.key_rules.ceilings[0]
    totals: dict[tuple[str, int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (place, person), mine in cells.items():
        for (_, _, window), value in mine.items():
            totals[person, window, "" if rule.together else place][place] += value
    for (person, window, _), by_place in totals.items():
        places = sorted(by_place)
        total = sum(by_place.values())
        cut = total - counted(total, rule.tiers)
        for place, part in zip(places, shared(cut, [by_place[p] for p in places]), strict=True):
            mine = cells[place, person]
            names = sorted(name for name in mine if name[2] == window)
            for name, less in zip(names, shared(part, [mine[n] for n in names]), strict=True):
                mine[name] -= less
