"""Rules written as JSON and read again are the same rules.

Catches: a field that is dropped or read as another type, a float, a file edited by hand.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest

from equivalents.errors import NOWHERE, Place
from equivalents.intake.case import load_case
from equivalents.policy.keep import NotKeptError, from_plain, to_plain
from equivalents.policy.model import CaseRules, Handling, WeightRow

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*/case"))


@dataclass(frozen=True)
class Odd:
    """One field of each kind."""

    whole: int
    maybe: int | None
    pair: tuple[str, int]
    many: tuple[str, ...]
    names: frozenset[str]
    by_name: Mapping[str, Handling]
    ratio: Fraction
    place: Place = NOWHERE


ODD = Odd(2**70, None, ("a", 1), ("x",), frozenset("ba"), {"pay": Handling.REJECT}, Fraction(1, 3))


def through_json(value: object) -> object:
    return json.loads(json.dumps(to_plain(value)))


def test_every_kind_of_field_comes_back() -> None:
    assert from_plain(Odd, through_json(ODD)) == ODD


def test_places_are_not_kept() -> None:
    assert "place" not in to_plain(replace(ODD, place=Place("weights.csv", row=2)))


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda path: path.parent.name)
def test_the_rules_of_every_scenario_come_back(case: Path) -> None:
    rules = load_case(case).rules
    bare = replace(rules, postings=())
    again = from_plain(CaseRules, through_json(bare))
    assert to_plain(again) == to_plain(bare)
    assert again.weights == tuple(replace(row, place=NOWHERE) for row in rules.weights)


@pytest.mark.parametrize(
    ("name", "value"),
    [("whole", 1.0), ("whole", "1"), ("whole", True), ("pair", ["a"]), ("names", 3)],
)
def test_another_shape_is_refused(name: str, value: object) -> None:
    with pytest.raises(NotKeptError):
        from_plain(Odd, to_plain(ODD) | {name: value})


def test_a_missing_or_unknown_field_is_refused() -> None:
    plain = to_plain(ODD)
    with pytest.raises(NotKeptError):
        from_plain(Odd, plain | {"more": 1})
    del plain["whole"]
    with pytest.raises(NotKeptError):
        from_plain(Odd, plain)


def test_a_float_is_never_kept() -> None:
    with pytest.raises(TypeError):
        to_plain({"weight": 1.5})
    with pytest.raises(NotKeptError):
        from_plain(WeightRow, {"weight_e4": 1.5})
