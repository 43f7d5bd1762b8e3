"""The end of a year on any tables: an obvious model in dictionaries agrees, orders change nothing.

Faults seen to be caught: a row of one table only that is lost, tables not put in one order, a
month's payment of an adjustment counted beside the adjustment, what is carried also taken back.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.codes import Coded
from equivalents.errors import RefusedError
from equivalents.paidrows import PaidRows, aligned, matching
from equivalents.policy.corrections import OverPaid
from equivalents.yearend import ADJUSTMENT, LINES, PaidPeriod, YearEndLine, year_end

pytestmark = pytest.mark.rules("D5")

Row = tuple[str, ...]
Table = Mapping[Row, int]
SHARE = "pool_share"

_PERSON = st.tuples(
    st.sampled_from("IJ"), st.just("P"), st.sampled_from(["a", "b", "é"]), st.just(SHARE)
)
_OTHER = st.tuples(st.sampled_from("IJ"), st.just("津贴"), st.sampled_from("ab"), st.just("津贴"))
_PAID = st.dictionaries(st.one_of(_PERSON, _OTHER), st.integers(0, 10**12), max_size=6)
_ADJUSTED = st.dictionaries(_PERSON, st.integers(-(10**9), 10**9), max_size=4)


def rows(table: Table, columns: int = 4) -> PaidRows:
    if not table:
        return PaidRows.none(columns)
    names = zip(*table, strict=True)
    return PaidRows(tuple(Coded.of(name) for name in names), np.array([*table.values()], np.int64))


def period(paid: Table, places: Sequence[str] = "IJ") -> PaidPeriod:
    """People's rows, and pools that pay just these shares; the allowance is known everywhere."""
    pools: dict[Row, int] = {(place, "P", line): 0 for place in places for line in LINES}
    for (place, pool, _, component), fen in paid.items():
        if pool == "P" and component in (SHARE, ADJUSTMENT):
            pools[place, "P", LINES[0]] += fen
    return PaidPeriod(rows(paid), rows(pools, 3))


def as_dict(lines: Sequence[YearEndLine]) -> dict[Row, tuple[int, int, int, int]]:
    return {
        one.names: (one.entitlement_fen, one.paid_fen, one.adjusted_fen, one.due_fen)
        for one in lines
    }


@given(_PAID, st.lists(_PAID, max_size=4), st.lists(_ADJUSTED, max_size=3), st.randoms())
def test_paid_adjusted_and_due_come_to_the_entitlement_of_everybody(
    year: Table, months: list[Table], adjusted: list[Table], chance: Random
) -> None:
    year = {**year, ("I", "津贴", "z", "津贴"): 1}
    result = year_end(
        OverPaid.RECOVER, period(year), [*map(period, months)], [*map(rows, adjusted)], {}
    )
    paid: Counter[Row] = Counter()
    more: Counter[Row] = Counter()
    for table in months:
        paid.update(table)
    for table in adjusted:
        more.update(table)
    names = {*year, *paid, *more}
    assert as_dict(result.people) == {
        name: (
            year.get(name, 0),
            paid[name],
            more[name],
            year.get(name, 0) - paid[name] - more[name],
        )
        for name in names
    }
    assert [one.names for one in result.people] == sorted(names)
    assert all(one.now_fen == one.due_fen for one in result.people)
    for several in (months, adjusted):
        chance.shuffle(several)
    again = [*map(period, months)], [*map(rows, adjusted)]
    assert year_end(OverPaid.RECOVER, period(year), *again, {}).people == result.people


@given(_PAID, _PAID)
def test_what_is_carried_is_not_taken_back(year: Table, month: Table) -> None:
    year = {**year, ("I", "津贴", "z", "津贴"): 1}
    lines = year_end(OverPaid.CARRY, period(year), [period(month)], [], {}).people
    for one in lines:
        assert one.now_fen == max(one.due_fen, 0)
        assert one.carried_fen == min(one.due_fen, 0)


def test_the_adjustments_that_months_paid_are_compared_and_not_counted() -> None:
    share, paid = ("I", "P", "a", SHARE), ("I", ADJUSTMENT, "a", ADJUSTMENT)
    charged = ("I", "P", "a", ADJUSTMENT)
    year, given_ = period({share: 100}), rows({share: 7})
    result = year_end(OverPaid.RECOVER, year, [period({share: 60, paid: 7})], [given_], {})
    assert as_dict(result.people) == {share: (100, 60, 7, 33)}
    assert result.problems == ()
    # Of an earlier year, which the case of the year has too.
    before = period({share: 100, paid: -5})
    result = year_end(OverPaid.RECOVER, before, [period({share: 60, paid: 2})], [given_], {})
    assert as_dict(result.people) == {share: (100, 60, 7, 33)}
    assert result.problems == ()
    result = year_end(OverPaid.RECOVER, year, [period({share: 60, paid: 8})], [given_], {})
    (problem,) = result.problems
    # One that was charged to a pool is part of what the pool paid, and of no share.
    more = year_end(OverPaid.RECOVER, year, [period({share: 60, charged: 7})], [given_], {})
    assert as_dict(more.pools)["I", "P", "paid"] == (100, 60, 7, 33)
    assert more.problems == ()
    assert (problem.code, problem.value) == ("YEAR_END_ADJUSTMENTS", "a")
    assert (problem.facts["paid"], problem.facts["given"]) == ("0.08", "0.07")


def test_an_adjustment_goes_to_the_pool_that_paid() -> None:
    """At an institution without a pool of the name it is one of the institution above."""
    share = ("J", "P", "a", SHARE)
    pools = rows({("I", "P", line): 50 * (line == "paid") for line in LINES}, 3)
    one = PaidPeriod(rows({share: 50}), pools)
    result = year_end(OverPaid.RECOVER, one, [one], [rows({share: 3})], {"J": "I"})
    assert as_dict(result.pools)["I", "P", "paid"] == (50, 50, 3, -3)


def test_a_component_or_pool_that_only_months_have_is_refused() -> None:
    month: Table = {("I", "奖", "a", "奖"): 1}
    with pytest.raises(RefusedError, match="YEAR_END_POOL"):
        year_end(OverPaid.RECOVER, period({}), [period(month)], [], {})
    with pytest.raises(RefusedError, match="YEAR_END_POOL"):
        year_end(OverPaid.RECOVER, period({}, "I"), [period({}, "IJ")], [], {})


def test_tables_are_brought_into_one_order_of_code_points() -> None:
    one = rows({("b", "𠮷"): 1, ("a", "ﬁ"): 2}, 2)
    other = rows({("a", "ﬁ"): 5, ("a", "z"): 0, ("a", "z2"): 4}, 2)
    found = aligned([one, other, PaidRows.none(2)])
    assert found.rows(np.ones(4, bool)) == [("a", "z"), ("a", "z2"), ("a", "ﬁ"), ("b", "𠮷")]
    assert [value.tolist() for value in found.values] == [[0, 0, 2, 1], [0, 4, 5, 0], [0] * 4]
    assert [said.tolist() for said in found.said][1] == [True, True, True, False]
    assert matching(found.columns[0], ("b", "x")).tolist() == [False, False, False, True]
    nothing = aligned([PaidRows.none(2)])
    assert nothing.rows(np.zeros(0, bool)) == []
    assert matching(nothing.columns[0], ("b",)).tolist() == []
