"""Weight tables that contradict themselves (A1, 5.7): overlaps, gaps, two weights for one record.

Faults caught: an end taken as inclusive (a seam counted as an overlap), a gap missed behind a row
that was not declared stopped, the resident-group exception granted to other conditions, an
ambiguity seen only on the first day of the rows.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from equivalents.errors import Place, Problem
from equivalents.policy.calendar import LAST_DAY, parse_day, print_day
from equivalents.policy.check import check_weights
from equivalents.policy.model import CONDITIONS, WeightRow
from tests import reference
from tests.reference.text import NO_END, a_date

NONE = ("", "", "", "", "")
GROUP, RESIDENT, TIER, SETTING, VISIT = range(5)


def row(start: str, end: str = "", *, stopped: bool = False, **conditions: str) -> WeightRow:
    """A weight row of the item A; its place tells its year."""
    plain = WeightRow(
        series="pay",
        item_code="A",
        weight_e4=10_000,
        valid_from=parse_day(start),
        valid_to=parse_day(end) if end else LAST_DAY,
        stopped=stopped,
        place=Place("weights.csv", row=int(start[:4])),
    )
    return under(plain, **conditions)


def under(weight: WeightRow, /, **conditions: str) -> WeightRow:
    """The same row under some conditions."""
    group, resident, tier, setting, visit = [conditions.pop(name, "") for name in CONDITIONS]
    assert not conditions, "every name is a condition"
    return replace(weight, conditions=(group, resident, tier, setting, visit))


def codes(*rows: WeightRow) -> list[str]:
    """The codes found, which must not depend on the order of the rows."""
    found = sorted(problem.code for problem in check_weights(rows))
    assert found == sorted(problem.code for problem in check_weights(rows[::-1]))
    return found


# -- versions ------------------------------------------------------------------------------


def test_versions_that_follow_each_other_are_fine() -> None:
    assert codes() == []
    assert codes(row("2020-01-01")) == []
    assert codes(row("2020-01-01", "2025-07-01"), row("2025-07-01")) == []


def test_a_single_day_counted_twice_is_an_overlap() -> None:
    assert codes(row("2020-01-01", "2025-07-02"), row("2025-07-01")) == ["WEIGHT_OVERLAP"]
    assert codes(row("2020-01-01"), row("2020-01-01")) == ["WEIGHT_OVERLAP"]


def test_an_open_row_overlaps_what_follows() -> None:
    assert codes(row("2020-01-01"), row("2025-07-01")) == ["WEIGHT_OVERLAP"]
    assert codes(row("2020-01-01"), row("2021-01-01", "2021-02-01")) == ["WEIGHT_OVERLAP"]


def test_a_single_day_without_weight_is_a_gap() -> None:
    assert codes(row("2020-01-01", "2025-07-01"), row("2025-07-02")) == ["WEIGHT_GAP"]


def test_before_the_first_and_after_the_last_there_is_no_gap() -> None:
    assert codes(row("2024-05-01", "2024-06-01")) == []


def test_nothing_is_missing_after_a_declared_stop() -> None:
    stopped = row("2020-01-01", "2025-07-01", stopped=True)
    assert codes(stopped) == []
    assert codes(stopped, row("2025-09-01")) == []
    assert codes(stopped, row("2025-07-01")) == []


def test_a_stop_excuses_only_the_gap_behind_it() -> None:
    early = row("2020-01-01", "2021-01-01")
    late = row("2022-01-01", "2023-01-01", stopped=True)
    assert codes(early, late, row("2024-01-01")) == ["WEIGHT_GAP"]


def test_a_stop_excuses_no_overlap() -> None:
    assert codes(row("2020-01-01", "2025-07-02", stopped=True), row("2025-07-01")) == [
        "WEIGHT_OVERLAP"
    ]


def test_each_condition_set_has_its_own_versions() -> None:
    group_one = row("2020-01-01", "2025-01-01", institution_group="I")
    assert codes(group_one, row("2025-02-01", institution_group="II")) == []
    assert codes(group_one, row("2025-02-01")) == []
    assert codes(group_one, row("2025-02-01", institution_group="I")) == ["WEIGHT_GAP"]
    assert codes(group_one, row("2024-02-01", institution_group="I")) == ["WEIGHT_OVERLAP"]


def test_items_and_series_are_apart() -> None:
    one = row("2020-01-01")
    assert codes(one, replace(one, item_code="B"), replace(one, series="purchase")) == []
    assert codes(one, replace(one, item_code="a")) == []


def test_a_fault_names_both_rows_and_the_days() -> None:
    earlier, later = row("2020-01-01", "2025-07-01"), row("2025-08-01")
    [gap] = check_weights([later, earlier])
    assert gap == Problem(
        "WEIGHT_GAP",
        earlier.place,
        "A",
        {"other": str(later.place), "span": "2025-07-01..2025-08-01"},
        "pay",
    )
    [overlap] = check_weights([replace(earlier, valid_to=parse_day("2025-09-01")), later])
    assert overlap.facts["span"] == "2025-08-01..2025-09-01"


def test_every_fault_is_listed() -> None:
    years = [row(f"{year}-01-01", f"{year}-12-31") for year in range(2020, 2025)]
    assert codes(*years) == ["WEIGHT_GAP"] * 4


# -- ambiguity -----------------------------------------------------------------------------


def with_condition(at: int, value: str, start: str = "2020-01-01", end: str = "") -> WeightRow:
    return under(row(start, end), **{CONDITIONS[at]: value})


@pytest.mark.parametrize(("one", "other"), [*combinations(range(5), 2)])
def test_two_different_conditions_can_meet(one: int, other: int) -> None:
    pair = [with_condition(one, "1"), with_condition(other, "1")]
    assert codes(*pair) == ["WEIGHT_AMBIGUOUS"]
    # A third row that names both takes nothing away: these two are still equally specific (5.7).
    both = under(row("2020-01-01"), **{CONDITIONS[one]: "1", CONDITIONS[other]: "1"})
    assert codes(*pair, both) == ["WEIGHT_AMBIGUOUS"]


@pytest.mark.parametrize("at", range(5))
def test_two_values_of_one_condition_never_meet(at: int) -> None:
    # Resident groups do meet in one record, but there the larger weight is taken.
    assert codes(with_condition(at, "1"), with_condition(at, "2")) == []


@pytest.mark.parametrize("at", range(5))
def test_a_more_specific_row_is_no_rival(at: int) -> None:
    assert codes(with_condition(at, "1"), row("2020-01-01")) == []


def test_rows_that_never_meet_in_time_are_no_rivals() -> None:
    early = with_condition(GROUP, "I", "2020-01-01", "2025-01-01")
    assert codes(early, with_condition(TIER, "senior", "2025-01-01")) == []
    assert codes(early, with_condition(TIER, "senior", "2024-12-31")) == ["WEIGHT_AMBIGUOUS"]


def test_two_conditions_of_which_one_differs() -> None:
    one = row("2020-01-01", setting="home", institution_group="I")
    assert codes(one, row("2020-01-01", setting="home", institution_group="II")) == []
    senior = row("2020-01-01", setting="home", title_tier="senior")
    assert codes(one, senior) == ["WEIGHT_AMBIGUOUS"]
    assert codes(one, row("2020-01-01", setting="clinic", title_tier="senior")) == []


def test_the_resident_group_exception_is_for_that_one_condition() -> None:
    elderly = row("2020-01-01", resident_group="elderly", setting="home")
    assert codes(elderly, row("2020-01-01", resident_group="child", setting="home")) == []
    # A second difference: one resident may be in both groups, and the rows are not alike.
    rival = row("2020-01-01", resident_group="child", title_tier="senior")
    assert codes(elderly, rival) == ["WEIGHT_AMBIGUOUS"]
    # Settings exclude each other, whatever the groups.
    assert codes(elderly, row("2020-01-01", resident_group="child", setting="clinic")) == []


def test_a_resident_group_beside_another_condition_is_ambiguous() -> None:
    elderly = row("2020-01-01", resident_group="elderly")
    assert codes(elderly, row("2020-01-01", setting="home")) == ["WEIGHT_AMBIGUOUS"]


# -- against the reference -----------------------------------------------------------------

_VALUES = (("I", "II"), ("elderly", "child"), ("senior",), ("home", "clinic"), ("1", "2"))


def random_row(rng: Random) -> WeightRow:
    start = rng.randrange(20_000, 20_006)
    end = rng.choice((LAST_DAY, start + rng.randrange(1, 6)))
    group, resident, tier, setting, visit = (
        rng.choice(values) if rng.random() < 0.15 else "" for values in _VALUES
    )
    return WeightRow(
        series=rng.choice(("pay", "purchase")),
        item_code=rng.choice("AB"),
        weight_e4=rng.randrange(5) * 10_000,
        valid_from=start,
        valid_to=end,
        conditions=(group, resident, tier, setting, visit),
        stopped=end < LAST_DAY and rng.random() < 0.5,
        place=Place("weights.csv", row=rng.randrange(10**6)),
    )


def as_reference(weight: WeightRow) -> reference.WeightRow:
    """The same row for the independent reference."""
    start = a_date(print_day(weight.valid_from))
    assert start is not None
    days = timedelta(days=weight.valid_to - weight.valid_from)
    filled = zip(CONDITIONS, weight.conditions, strict=True)
    return reference.WeightRow(
        series=weight.series,
        item=weight.item_code,
        weight=Fraction(weight.weight_e4, 10_000),
        valid_from=start,
        valid_to=NO_END if weight.valid_to == LAST_DAY else start + days,
        stopped=weight.stopped,
        conditions=tuple((name, value) for name, value in filled if value),
    )


def faults(rows: Sequence[WeightRow]) -> tuple[set[str], set[str]]:
    """The kinds of fault that engine and reference find."""
    found = {problem.code for problem in check_weights(rows)}
    return found, {fault.code for fault in reference.table_errors([*map(as_reference, rows)])}


def test_random_tables_are_judged_like_the_reference() -> None:
    rng = Random(4711)
    seen: dict[frozenset[str], int] = {}
    for _ in range(4000):
        found, wanted = faults([random_row(rng) for _ in range(rng.randrange(1, 6))])
        assert bool(found) == bool(wanted)
        if "WEIGHT_OVERLAP" not in wanted:  # beside an overlap, "the next version" has no meaning
            assert found == wanted
        seen[frozenset(wanted)] = seen.get(frozenset(wanted), 0) + 1
    # The tables must be neither all valid nor all faulty, or the comparison proves nothing.
    assert min(seen[frozenset()], seen[frozenset({"WEIGHT_AMBIGUOUS"})]) > 100
    assert seen[frozenset({"WEIGHT_GAP"})] > 20
    assert seen[frozenset({"WEIGHT_OVERLAP"})] > 50
