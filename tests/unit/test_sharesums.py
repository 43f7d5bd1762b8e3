"""The sums of shared totals against the parts of each total, which the tally path keeps.

Faults caught: a remainder that is split by more than its rest, a negative total rounded another
way, a total of two crews (a post that changes its title or department) given to the wrong posting,
records of a class weighed by their quantity, performers of different titles treated alike.
"""

from collections.abc import Sequence

import numpy as np
import pytest

from equivalents.policy.basis import basis_of
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.model import CaseRules, Institution, Posting, WeightRow
from equivalents.records import RecordBlock
from equivalents.sharesums import shared_sums
from equivalents.tally import Placed, Plan, Tally
from equivalents.weigh import Scales, weigh_tally

_SINCE, _MIDDLE = parse_day("2020-01-01"), parse_day("2025-02-10")
_PEOPLE = 6


def _rules(*, moves: bool, titles: bool) -> CaseRules:
    """Three items at two places; everybody's title changes within February."""
    rows = [
        WeightRow("pay", "A", 12_345, _SINCE, LAST_DAY),
        WeightRow("pay", "B", 7, _SINCE, LAST_DAY),
        WeightRow("pay", "C", 20_001, _SINCE, LAST_DAY, basis=basis_of("resident", "year", "")),
        WeightRow("pay", "A", 33_333, _SINCE, LAST_DAY, conditions=("G", "", "", "", "")),
    ]
    if titles:
        rows.append(WeightRow("pay", "B", 11, _SINCE, LAST_DAY, ("", "", "senior", "", "")))
    postings = []
    for at in range(_PEOPLE):
        one = Posting(f"P{at}", f"I{at % 2}", _SINCE, _MIDDLE)
        later = one._replace(active_from=_MIDDLE, active_to=LAST_DAY, title_tier="senior")
        if moves:
            later = later._replace(department_id="D")
        postings += [one, later]
    places = Institution("I0", group="G"), Institution("I1")
    return CaseRules(parse_period("2025-02"), places, tuple(postings), tuple(rows), ())


def _tally(plan: Plan, seed: int) -> Tally:
    """A thousand drawn shared cells; each crew is of one place and one half of the month."""
    draw = np.random.default_rng(seed)
    crews: list[Sequence[tuple[int, int]]] = []
    since = plan.postings.since
    for place in (0, 1):
        for late in (False, True):
            here = np.flatnonzero((plan.postings.institution == place) & ((since > _SINCE) == late))
            for size in (2, 3, 3):
                share = draw.integers(1, 8, size).tolist()
                share[0] = 1
                who = np.sort(draw.permutation(here)[:size]).tolist()
                crews.append(tuple(zip(who, share, strict=True)))
    # The same people with the same shares in both halves are one total (5.4).
    crews += [tuple((int(_other(plan, who)), share) for who, share in crew) for crew in crews[::2]]
    learned = np.array(plan.performers.crews.learn(tuple(map(tuple, crews))), np.int32)
    size = 1000
    block = RecordBlock(
        0,
        np.arange(size),
        np.zeros(size, np.int32),
        np.zeros(size, np.int32),
        draw.integers(0, 3, size).astype(np.int32),
        np.zeros(size, np.int32),
        draw.integers(-40, 400, size),
        np.zeros(size, np.int32),
        records=np.ones(size, np.int64),
    )
    posting = learned[draw.integers(0, learned.size, size)] + np.int32(len(plan.postings))
    bucket = np.full(size, plan.first_bucket, np.int32)
    none = np.zeros(0, np.int64)
    tally = Tally(plan)
    tally.add(block, Placed(posting, bucket, none, none.astype(np.int32)))
    tally.settle()
    return tally


def _other(plan: Plan, posting: int) -> int:
    """The posting of the same person in the other half of the month."""
    same = np.flatnonzero(plan.postings.identity == plan.postings.identity[posting])
    return int(same[same != posting][0])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("moves", [False, True])
@pytest.mark.parametrize("titles", [False, True])
def test_sums_are_those_of_the_parts(seed: int, moves: bool, titles: bool) -> None:
    rules = _rules(moves=moves, titles=titles)
    plan = Plan(rules)
    scales = Scales(rules, plan)
    tally = _tally(plan, seed)
    expected = weigh_tally(tally, scales, "pay").posting_e7
    assert shared_sums(tally, scales, "pay").tolist() == expected.tolist()
    assert np.count_nonzero(expected) > _PEOPLE


def test_nothing_shared_adds_nothing() -> None:
    rules = _rules(moves=False, titles=False)
    plan = Plan(rules)
    assert not shared_sums(Tally(plan), Scales(rules, plan), "pay").any()
