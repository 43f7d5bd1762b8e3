"""The random cases of the reference: repeatable, payable, and nasty enough."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.reference import FEATURES, FUNDS, settle, write_random_case
from tests.reference.case import read_case
from tests.reference.scheme import SCHEME_KEYS
from tests.reference.text import read_yaml

KINDS = ("given", "per_head", "per_item", "per_equivalent", "packages", "tasks", "floor", "split")
FORMS = (
    *("'share'", "'percent'", "'amount'", "'equal'", "'valid_from'", "'floating'", "'tiers'"),
    *("'group_prices'", "'budget'", "'channel'", "'registers'", "'age_from'", "'permanent'"),
    *("'prorate'", "'coefficient'", "'coefficients'", "'offset_lines'", "'less_charges'"),
    *("'below_zero'", "'institutions'", "'assessment'"),
)

ROOT = Path(__file__).resolve().parents[2]


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


WRITE = """
import sys
from pathlib import Path
from tests.reference import FEATURES, write_random_case

for seed in range(3):
    write_random_case(Path(sys.argv[1], str(seed)), seed, 80, dirty=seed > 0, features=FEATURES)
"""


def test_a_seed_is_one_case_in_every_process(tmp_path: Path) -> None:
    # A set of texts has another order in each process; a seed that failed must fail again.
    found = []
    for salt in ("1", "2"):
        command = [sys.executable, "-c", WRITE, str(tmp_path / salt)]
        environment = os.environ | {"PYTHONHASHSEED": salt}
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        files = [path for path in sorted((tmp_path / salt).rglob("*")) if path.is_file()]
        found.append({path.relative_to(tmp_path / salt): path.read_bytes() for path in files})
    assert found[0] == found[1]
    assert {path.parts[0] for path in found[0]} == {"0", "1", "2"}


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
    new = """
        BASIS_REPEAT BEFORE_PERIOD VOIDED CORRECTION_ONLY RESIDENT_MISSING HOUSEHOLD_MISSING
        END_BEFORE_START DAYS_RANGE DAYS_NOT_WHOLE END_DATE_UNUSED STAY_INSIDE CONCURRENT
        SHARES_INVALID PERFORMERS_DIFFER TEAM_UNKNOWN TEAM_EMPTY
    """
    wanted = set(new.split())
    for seed in range(160):
        write_random_case(tmp_path / str(seed), seed, 120, dirty=True, features=FEATURES)
        for verdicts in settle(tmp_path / str(seed)).verdicts.values():
            wanted -= {verdict.code for verdict in verdicts.values()}
        if not wanted:
            break
    assert not wanted


@pytest.mark.parametrize("features", [FUNDS, FUNDS | FEATURES])
def test_random_funds_can_be_settled(tmp_path: Path, features: frozenset[str]) -> None:
    for seed in range(3):
        places = [tmp_path / f"{seed}{name}" for name in "ab"]
        for place in places:
            write_random_case(place, seed, 60, dirty=seed % 2 > 0, features=features)
        outcome = settle(places[0])
        assert outcome == settle(places[1]), "one seed, one case"
        for name in {due.institution for due in outcome.dues}:
            here = [due for due in outcome.dues if due.institution == name]
            owed = sum(fen for due in here for _, fen in due.parts)
            assert owed == sum(due.due_fen for due in here), "no yuan is owed twice"


def keys_of(tree: Any) -> set[str]:
    """Every key of every mapping in a YAML or JSON tree."""
    if isinstance(tree, dict):
        return set(tree).union(*map(keys_of, tree.values()))
    return set().union(*map(keys_of, tree)) if isinstance(tree, list) else set()


def keys_that_may_be_said(schema: Any) -> set[str]:
    """The keys that a JSON Schema knows: the names of properties, at any depth."""
    if isinstance(schema, list):
        return set().union(*map(keys_that_may_be_said, schema))
    if not isinstance(schema, dict):
        return set()
    named = schema.get("properties", {})
    return set(named if isinstance(named, dict) else ()).union(
        *map(keys_that_may_be_said, schema.values())
    )


def test_random_funds_use_every_key_of_a_scheme_that_is_about_money(tmp_path: Path) -> None:
    schema = json.loads((ROOT / "weights" / "scheme.schema.json").read_text(encoding="utf-8"))
    # What is paid beside the pools has random cases of its own.
    money = [name for name in SCHEME_KEYS if name not in ("assessment", "components")]
    parts = [schema["properties"][name] for name in money]
    beside = ("component", "who")
    defined = {name: one for name, one in schema["$defs"].items() if name not in beside}
    # A city is chosen of a shipped scheme, random cases bring their own.
    known = keys_that_may_be_said([*parts, defined]) - {"city", "outside_types", "effective"}
    met = set[str]()
    for seed in range(40):
        more = {"assessment", "components", "leaders", "levels"} if seed % 2 else set[str]()
        features = FUNDS | more
        write_random_case(tmp_path / str(seed), seed, 20, dirty=True, features=features)
        for path in sorted((tmp_path / str(seed)).rglob("*.yaml")):
            met |= keys_of(read_yaml(path))
        if known <= met:
            break
    assert {"rate", "payers", "age_from", "over_advanced", "at_least", "terms"} <= known
    assert known <= met, known - met


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
        if (len(kinds), len(forms), len(pools)) == (len(KINDS), len(FORMS), 3) and capped > 3:
            break
    assert kinds == set(KINDS)
    assert forms == set(FORMS)
    assert pools == {"all", "percent", "after_costs"}
    assert capped > 3
