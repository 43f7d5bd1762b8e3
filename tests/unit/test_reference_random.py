"""The random cases of the reference: repeatable, payable, and nasty enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference import FEATURES, FUNDS, settle, write_random_case
from tests.reference.case import read_case

KINDS = ("given", "per_head", "per_item", "per_equivalent", "packages", "tasks", "floor", "split")
FORMS = (
    *("'share'", "'percent'", "'amount'", "'equal'", "'valid_from'", "'floating'", "'tiers'"),
    *("'group_prices'", "'budget'", "'channel'", "'registers'", "'age_from'", "'permanent'"),
    *("'prorate'", "'coefficient'", "'coefficients'", "'offset_lines'", "'less_charges'"),
    *("'below_zero'", "'institutions'", "'assessment'"),
)


@pytest.mark.parametrize("dirty", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_random_cases_can_be_settled(tmp_path: Path, seed: int, dirty: bool) -> None:
    write_random_case(tmp_path / "a", seed, 60, dirty=dirty)
    write_random_case(tmp_path / "b", seed, 60, dirty=dirty)
    outcome = settle(tmp_path / "a")
    assert outcome == settle(tmp_path / "b"), "one seed, one case"
    assert outcome.received == 60 if dirty else 0 < outcome.received <= 60
    assert dirty or not any(counts.rejected for counts in outcome.counts.values())
    assert all(pool.amount_fen == pool.paid_fen for pool in outcome.pools.values())


def test_random_cases_meet_every_verdict(tmp_path: Path) -> None:
    met: set[str] = set()
    for seed in range(30):
        write_random_case(tmp_path / str(seed), seed, 100, dirty=True)
        for verdicts in settle(tmp_path / str(seed)).verdicts.values():
            met |= {verdict.code for verdict in verdicts.values()}
    every = """
        ROW_SHAPE VALUE_MISSING DATE_INVALID QUANTITY_INVALID QUANTITY_RANGE QUANTITY_NEGATIVE
        VISIT_NUMBER_INVALID INSTITUTION_UNKNOWN PERSON_UNKNOWN
        RECORD_ID_REPEATED RECORD_ID_CONFLICT CORRECTS_UNKNOWN OUTSIDE_PERIOD NO_POST
        ITEM_UNKNOWN NOT_IN_SERIES ITEM_STOPPED NO_WEIGHT_ON_DATE NO_WEIGHT_FOR_CONDITIONS
    """
    assert met == {"", *every.split()}


@pytest.mark.parametrize("features", [*({name} for name in sorted(FEATURES)), FEATURES])
def test_features_can_be_switched_on_one_by_one(tmp_path: Path, features: set[str]) -> None:
    on = frozenset(features)
    for seed in range(4):
        places = [tmp_path / f"{seed}{name}" for name in "ab"]
        for place in places:
            write_random_case(place, seed, 60, dirty=seed % 2 > 0, features=on)
        outcome = settle(places[0])
        assert outcome == settle(places[1]), "one seed, one case"
        assert seed % 2 or not any(counts.rejected for counts in outcome.counts.values())
        assert all(sum(pool[1:]) == pool.amount_fen for pool in outcome.pools.values())


def test_featured_cases_meet_every_new_verdict(tmp_path: Path) -> None:
    met: set[str] = set()
    for seed in range(40):
        write_random_case(tmp_path / str(seed), seed, 120, dirty=True, features=FEATURES)
        for verdicts in settle(tmp_path / str(seed)).verdicts.values():
            met |= {verdict.code for verdict in verdicts.values()}
    new = """
        BASIS_REPEAT BEFORE_PERIOD VOIDED CORRECTION_ONLY RESIDENT_MISSING HOUSEHOLD_MISSING
        END_BEFORE_START DAYS_RANGE DAYS_NOT_WHOLE END_DATE_UNUSED STAY_INSIDE CONCURRENT
        SHARES_INVALID PERFORMERS_DIFFER TEAM_UNKNOWN TEAM_EMPTY
    """
    assert set(new.split()) <= met


@pytest.mark.parametrize("features", [FUNDS, FUNDS | FEATURES])
def test_random_funds_can_be_settled(tmp_path: Path, features: frozenset[str]) -> None:
    for seed in range(3):
        places = [tmp_path / f"{seed}{name}" for name in "ab"]
        for place in places:
            write_random_case(place, seed, 60, dirty=seed % 2 > 0, features=features)
        outcome = settle(places[0])
        assert outcome == settle(places[1]), "one seed, one case"
        for due in outcome.dues:
            assert sum(fen for _, fen in due.parts) == due.due_fen


def test_random_funds_meet_every_kind_form_and_bridge(tmp_path: Path) -> None:
    kinds, forms, pools, capped = set[str](), set[str](), set[str](), 0
    for seed in range(40):
        write_random_case(tmp_path / str(seed), seed, 60, dirty=True, features=FUNDS)
        read = read_case(tmp_path / str(seed))
        for name in read.scheme.funds:
            fund = read.scheme.fund(name)
            kinds.add(fund["kind"])
            forms |= {form for form in FORMS if form in str(fund)}
        for bridge in read.scheme.part("pools").values():
            pools.add(bridge.get("rule", "all"))
        outcome = settle(tmp_path / str(seed))
        capped += any(outcome.over_cap.values())
        assert any(due.due_fen for due in outcome.dues) or seed
    assert kinds == set(KINDS)
    assert forms == set(FORMS)
    assert pools == {"all", "percent", "after_costs"}
    assert capped > 3
