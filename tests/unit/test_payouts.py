"""All pools down all their levels: pools of several rules and series stay apart (D1, D2)."""

from dataclasses import replace

import numpy as np
import pytest

from equivalents.payouts import share
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_period
from equivalents.policy.model import CaseRules, Institution, Pool, Posting
from equivalents.policy.sharing import Level, LevelKey, LevelKind, Sharing
from equivalents.tally import Plan
from equivalents.tree import Keys

pytestmark = pytest.mark.rules("D1", "D2")
PERSON = LevelKind.PERSON


def test_pools_of_several_rules_and_series_stay_apart() -> None:
    postings = tuple(Posting(f"P{n}", "I0", FIRST_DAY, LAST_DAY) for n in (1, 2))
    pools = (
        Pool("I0", "a", "pay", 100),
        Pool("I0", "b", "other", 100),
        Pool("I0", "c", "pay", 100),
    )
    sharing = {"c": Sharing((Level(PERSON, LevelKey.HEADCOUNT),))}
    rules = CaseRules(
        parse_period("2025"), (Institution("I0"),), postings, (), pools, sharing=sharing
    )
    keys = Keys({"pay": np.array([1, 3]), "other": np.array([4, 1])})
    payouts, problems = share(pools, rules, Plan(rules), keys)
    assert problems == ()
    assert payouts.pool.tolist() == [0, 0, 1, 1, 2, 2]
    assert payouts.amount_fen.tolist() == [25, 75, 80, 20, 50, 50]
    assert payouts.equivalents_e7.tolist() == [1, 3, 4, 1, 1, 3]
    adjusted = [np.array([2, 2]), np.array([4, 1]), np.array([9, 9])]
    payouts, _ = share(pools, rules, Plan(rules), replace(keys, adjusted_e7=adjusted))
    assert payouts.amount_fen.tolist() == [50, 50, 80, 20, 50, 50]
    assert payouts.equivalents_e7.tolist() == [1, 3, 4, 1, 1, 3]
