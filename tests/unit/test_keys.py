"""From equivalents to keys: every line, cut and key is what slow fractions say (A7, A8; 5.1, 5.12).

:func:`slow` below is written from the definitions, day by day and with fractions, and never looks
at the engine. Faults seen to be caught: a coefficient rounded before it is multiplied, equal
neighbouring runs left apart, a first rate that stops at 0, a cut that is added, a tie given to the
later segment, places that count on their own where they count together.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import floor
from random import Random
from typing import NamedTuple

import numpy as np
import pytest

from equivalents.ceilings import after_tiers_e7, split_e7
from equivalents.errors import RefusedError
from equivalents.headcount import headcount_e4
from equivalents.keys import VARIED, PoolKeys, adjust_e7
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, Period, parse_day, parse_period
from equivalents.policy.coefficients import Coefficients, check_coefficients, product_e4
from equivalents.policy.keyrules import (
    Applies,
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
from equivalents.policy.roster import Roster
from equivalents.tally import Plan
from equivalents.units import Int64
from equivalents.weigh import Weighed
from equivalents.withhold import withhold_fen

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


# -- random cases ----------------------------------------------------------------------------------


def random_coefficients(rng: Random) -> list[Coefficient]:
    found = []
    for subject in ("P1", "P2", "P1@I1", "P2@I2", "P1@I1/A", "P1@I1/B"):
        for kind in ("title", "post"):
            name = f"{kind}{subject.count('/')}"  # a post and all posts are not one kind
            days = sorted(rng.sample(range(YEAR.start - 20, YEAR.end + 20), rng.randrange(0, 5)))
            for start, end in pairwise(days):
                value = rng.choice([0, 1, 5_000, 9_999, 10_000, 10_000, 11_500, 12_345, 20_001])
                found.append(coefficient(subject, value, start, end, name))
    return found


def random_events(rng: Random) -> list[Event]:
    events = []
    for _ in range(rng.randrange(1, 60)):
        at = rng.randrange(len(POSTINGS))
        row = POSTINGS[at]
        first, last = max(row.active_from, YEAR.start), min(row.active_to, YEAR.end)
        value = rng.choice([1, 3, 7, 10**7, rng.randrange(-(10**9), 3 * 10**9)])
        events.append(Event(*SPOTS[at], rng.randrange(first, last), value))
    return events


CEILINGS: Sequence[Sequence[Ceiling]] = (
    (),
    (ceiling(),),
    (ceiling(together=True),),
    (ceiling(Window.YEAR),),
    (ceiling(Window.YEAR, together=True),),
)


@pytest.mark.rules("A7", "A8")
@pytest.mark.parametrize("ceilings", CEILINGS, ids=["none", "month", "months", "year", "years"])
@pytest.mark.parametrize("seed", range(6))
def test_every_line_is_what_slow_fractions_say(seed: int, ceilings: Sequence[Ceiling]) -> None:
    rng = Random(seed)
    case = rules(random_coefficients(rng), ceilings)
    if not (case.key_rules.coefficients or ceilings):
        case = rules([coefficient("P1", 9_000)])
    events = random_events(rng)
    assert figures(keys_of(case, events)) == slow(case, events)


def cut_rows(case: CaseRules, rng: Random) -> CaseRules:
    """The same coefficients in more rows."""
    cut = []
    for row in case.key_rules.coefficients:
        middle = rng.randrange(row.valid_from, row.valid_to + 1)
        halves = ((row.valid_from, middle), (middle, row.valid_to))
        cut += [row._replace(valid_from=a, valid_to=b) for a, b in halves if a < b]
    rng.shuffle(cut)
    return replace(case, key_rules=replace(case.key_rules, coefficients=tuple(cut)))


def cut_postings(case: CaseRules, rng: Random) -> CaseRules:
    """The same postings with new titles in the middle of the year."""
    cut = []
    for row in case.postings:
        middle = rng.randrange(max(row.active_from, YEAR.start), min(row.active_to, YEAR.end))
        halves = ((row.active_from, middle), (middle, row.active_to))
        cut += [
            row._replace(active_from=a, active_to=b, title_tier=str(a)) for a, b in halves if a < b
        ]
    return replace(case, postings=cut)


def other_pools(case: CaseRules, rng: Random) -> CaseRules:
    """A kind of another pool cuts the roster there, and changes nothing here."""
    kind = KindRule(pools=("y",))
    days = sorted(rng.sample(range(YEAR.start, YEAR.end), 8))
    more = [coefficient("P1", 10_000 + day, day, end, "y") for day, end in pairwise(days)]
    rows = (*case.key_rules.coefficients, *more)
    keys = replace(case.key_rules, coefficients=rows, kinds={"y": kind})
    return replace(case, key_rules=keys, pools=(*case.pools, Pool("I1", "y", "pay", 1)))


@pytest.mark.parametrize("ceilings", CEILINGS[:3], ids=["none", "month", "months"])
@pytest.mark.parametrize("change", [cut_rows, cut_postings, other_pools])
@pytest.mark.parametrize("seed", range(4))
def test_more_cuts_change_nothing(
    seed: int, change: Callable[[CaseRules, Random], CaseRules], ceilings: Sequence[Ceiling]
) -> None:
    rng = Random(100 + seed)
    case = rules([*random_coefficients(rng), coefficient("P2", 8_000, kind="z")], ceilings)
    events = random_events(rng)
    cut = change(case, rng)
    assert len(Plan(cut).postings) >= len(Plan(case).postings)
    assert figures(keys_of(cut, events)) == figures(keys_of(case, events))


def test_the_order_and_grouping_of_work_change_nothing() -> None:
    rng = Random(7)
    case = rules(random_coefficients(rng), [ceiling(together=True)])
    events = random_events(rng)
    halves = [e._replace(value_e7=e.value_e7 - e.value_e7 // 2) for e in events]
    halves += [e._replace(value_e7=e.value_e7 // 2) for e in events]
    rng.shuffle(halves)
    assert figures(keys_of(case, halves)) == figures(keys_of(case, events))


# -- coefficients ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "product"),
    [
        ([], 10_000),
        ([0], 0),
        ([11_111, 12_345], 13_717),
        ([10_000, 10_001], 10_001),
        ([5_001, 5_000], 2_501),  # 0.25005: half-up
        ([3_333, 5_000], 1_667),  # 0.16665
        ([1, 4_999], 0),
        ([1, 5_000], 1),
    ],
)
def test_a_product_is_rounded_once_half_up(values: Sequence[int], product: int) -> None:
    assert product_e4(values) == product


def test_a_coefficient_of_no_key_cuts_nothing() -> None:
    plain = rules()
    touched = rules(
        [
            coefficient("P1", 5_000, parse_day("2025-03-10"), kind="attendance"),
            coefficient("P1", 5_000, parse_day("2025-03-10"), kind="fte"),
            coefficient("P1", 5_000, parse_day("2025-03-10"), kind="other"),
        ],
        other=KindRule(Applies.NONE),
    )
    assert len(Plan(touched).postings) == len(Plan(plain).postings)
    events = [Event("I1", "P1", "A", YEAR.start + 100, 7)]
    keys = keys_of(touched, events).of(POOL)
    assert keys.key_e7.tolist() == keys_of(plain, events).of(POOL).key_e7.tolist()
    assert set(keys.coefficient_e4.tolist()) == {10_000}


def test_without_rules_there_are_no_lines_and_the_roster_is_as_it_was() -> None:
    case = rules()
    table = keys_of(case, [Event("I1", "P1", "A", YEAR.start, 7)]).of(POOL)
    assert table.lines is None
    assert table.key_e7 is table.equivalents_e7
    roster = Roster.of(case.postings)
    assert Coefficients(case).stints(roster) is roster


def test_a_coefficient_that_varied_is_marked() -> None:
    case = rules([coefficient("P1@I1", 12_000, parse_day("2025-07-01"))])
    table = keys_of(case, [Event("I1", "P2", "", parse_day("2025-03-01"), 7)]).of(POOL)
    assert table.coefficient_e4.tolist() == [VARIED, 10_000, 10_000, 10_000]


def test_overlaps_of_one_kind_and_subject_are_found() -> None:
    rows = [
        coefficient("P1", 1, 0, 10),
        coefficient("P1", 1, 9, 20),
        coefficient("P1", 1, 20, 30),
        coefficient("P1", 1, 0, 30, "other"),
        coefficient("P1@I1", 1, 0, 30),
        coefficient("P1@I1/A", 1, 29, 31),
        coefficient("P1@I1/B", 1, 30, 31),
    ]
    found = [(one.code, one.value) for one in check_coefficients(rows)]
    assert found == [("COEFFICIENT_OVERLAP", "P1"), ("COEFFICIENT_OVERLAP", "P1@I1")]


def test_the_coefficients_of_an_institution_come_as_runs_and_touch_no_key() -> None:
    def remote(value: int, since: int, until: int, kind: str) -> Coefficient:
        scope = Scope.INSTITUTION
        return Coefficient(scope, "I1", kind, value, since, until, institution_id="I1")

    july = parse_day("2025-07-01")
    case = rules(
        [remote(11_000, FIRST_DAY, LAST_DAY, "remote"), remote(9_000, july, LAST_DAY, "assessed")]
    )
    runs = Coefficients(case).institution_runs("I1", "x")
    assert runs == ((YEAR.start, july, 11_000), (july, YEAR.end, 9_900))
    assert Coefficients(case).institution_runs("I2", "x") == ((YEAR.start, YEAR.end, 10_000),)
    table = keys_of(case, [Event("I1", "P1", "A", july, 7)]).of(POOL)
    assert table.key_e7.tolist() == [7, 0, 0, 0]


def test_headcount_is_the_mean_over_the_days_of_a_posting() -> None:
    # P2 is at I1 for 203 days, of which 100 at 0.5; at I2 all year.
    since = parse_day("2025-02-10")
    half = coefficient("P2", 5_000, since, since + 100, "attendance")
    count = headcount_e4(keys_of(rules([half]), [Event("I1", "P1", "A", since, 7)]), POOL)
    assert count.tolist() == [
        10_000,
        half_up(Fraction(10_000 * 103 + 5_000 * 100, 203)),
        10_000,
        half_up(Fraction(10_000 * 265 + 5_000 * 100, 365)),
    ]


# -- exactness -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "factor", "adjusted"),
    [
        (3_330_333, 13_717, 4_568_218),
        (1, 5_000, 1),
        (-1, 5_000, -1),
        (1, 4_999, 0),
        (-3, 5_000, -2),
        (2**62, 9_999, half_up(Fraction(2**62 * 9_999, 10_000))),
        (-(2**62), 10_001, half_up(Fraction(-(2**62) * 10_001, 10_000))),
    ],
)
def test_a_line_is_rounded_once_half_away_from_zero(value: int, factor: int, adjusted: int) -> None:
    assert adjust_e7(np.array([value]), np.array([factor])).tolist() == [adjusted]


def test_a_key_beyond_the_limits_is_refused() -> None:
    case = rules([coefficient("P1", 30_000)])
    with pytest.raises(RefusedError, match="TOTAL_TOO_LARGE"):
        keys_of(case, [Event("I1", "P1", "A", YEAR.start, 2**62)]).of(POOL)


@pytest.mark.parametrize(
    ("amount", "factor", "paid"),
    [(20_002, 2_500, 5_001), (10_001, 9_950, 9_951), (10**15 - 1, 10_000, 10**15 - 1), (7, 0, 0)],
)
def test_what_is_withheld_is_rounded_to_the_fen(amount: int, factor: int, paid: int) -> None:
    assert withhold_fen(np.array([amount]), np.array([factor])).tolist() == [paid]


TOTALS = [0, 1, -1, -7, 10**9 - 1, 10**9, 10**9 + 1, 2_500_000_000, 2_500_000_001, 2_500_000_002]


@pytest.mark.parametrize("total", [*TOTALS, 10**10 + 5, 2**62, -(2**62)])
@pytest.mark.parametrize("first", [10_000, 8_001])
def test_tiers_are_marginal_and_half_open(total: int, first: int) -> None:
    tiers = (Tier(0, first), *TIERS[1:])
    alone = after_tiers_e7(np.array([total]), tiers).tolist()
    assert alone == [counted(total, tiers)]
    # In the company of a giant the same is computed with Python integers.
    assert after_tiers_e7(np.array([total, 2**62]), tiers).tolist()[:1] == alone


def ints(*values: int) -> Int64:
    return np.array(values, np.int64)


def test_a_cut_is_split_by_largest_remainder_with_ties_to_the_first() -> None:
    amounts, starts = ints(1, 5, -3, 0, 2), ints(0, 3, 6, 8, 9)
    cells = ints(5, 5, 5, 6, -9, 3, -1, -2, 0, -4, 4)
    assert split_e7(amounts, cells, starts).tolist() == [1, 0, 0, 3, 0, 2, -1, -2, 0, 0, 2]


def test_ties_go_to_the_earlier_segment_then_to_the_smaller_post() -> None:
    tiers = (Tier(0, 10_000), Tier(199_9999999, 0))
    hard = replace(ceiling(), tiers=tiers)
    case = rules([coefficient("P1@I1", 12_000, parse_day("2025-06-16"))], [hard])
    days = {"A": parse_day("2025-06-20"), "B": parse_day("2025-06-01")}
    events = [Event("I1", "P1", post, day, 100_0000000) for post, day in days.items()]
    lines = figures(keys_of(case, events))["I1", "P1"][2]
    left = [(line[0], line[3]) for line in lines if line[3]]
    assert left == [("B", 99_9999999), ("A", 100_0000000)]
    events = [one._replace(day=days["A"]) for one in events]
    lines = figures(keys_of(case, events))["I1", "P1"][2]
    left = [(line[0], line[3]) for line in lines if line[3]]
    assert left == [("A", 99_9999999), ("B", 100_0000000)]


# -- keys brought in -------------------------------------------------------------------------------


def test_a_key_brought_in_is_added_and_one_for_nobody_is_kept() -> None:
    opening = [
        OpeningKey("I1", "x", "P1", -9),
        OpeningKey("I1", "x", "P1", 2),
        OpeningKey("I1", "y", "P1", 5),
    ]
    keys = keys_of(rules(opening=opening), [Event("I1", "P1", "A", YEAR.start, 4)])
    assert keys.of(POOL).key_e7.tolist() == [-3, 0, 0, 0]
    assert keys.of(POOL).equivalents_e7.tolist() == [4, 0, 0, 0]
    assert keys.pair_of(OpeningKey("I2", "x", "P9", 1)) == -1
    assert keys.pair_of(OpeningKey("I2", "x", "P2", 1)) == 3
