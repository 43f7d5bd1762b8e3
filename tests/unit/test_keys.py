"""From equivalents to keys: every line, cut and key is what slow fractions say (A7, A8; 5.1, 5.12).

Faults seen to be caught: a coefficient rounded before it is multiplied, equal neighbouring runs
left apart, a first rate that stops at 0, a cut that is added, a tie given to the later segment,
places that count on their own where they count together.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from equivalents.policy.keyrules import (
    Ceiling,
    Coefficient,
    KindRule,
    OpeningKey,
    Window,
)
from equivalents.policy.model import CaseRules, Pool
from equivalents.tally import Plan
from tests.models.keys import (
    POOL,
    POSTINGS,
    SPOTS,
    YEAR,
    Event,
    ceiling,
    coefficient,
    figures,
    keys_of,
    rules,
    slow,
)


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
