"""A pay cap of the year settled in parts: what was paid counts, what was carried opens (5.18).

Faults caught: a cap that begins anew in each period, a base part of an earlier period forgotten,
carried money that is lost or paid twice, a share of the quarter taken for one of the year, an
earlier month that nobody brought in, a locked period that is changed.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.errors import RefusedError
from equivalents.fundfacts import Money
from equivalents.paycap import CapResult, capped
from equivalents.policy.capbefore import CapBefore, CapBeforeKind
from equivalents.policy.funds import Dated, Version
from equivalents.policy.model import Pool, Posting
from equivalents.policy.scheme import CapKind, CapPer, CapTerm, CapTermKind, Excess, PayCap
from tests import funds as made

pytestmark = pytest.mark.rules("B9")
FIXED = PayCap(CapKind.FIXED)
PRORATED = PayCap(CapKind.FIXED, prorate=True)
QUARTERS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")
MONTHS = tuple(f"2025-{month:02}" for month in range(1, 13))


def settle(
    rule: PayCap,
    period: str,
    pools: Sequence[tuple[str, str]],
    base: str = "0",
    before: Sequence[CapBefore] = (),
    *,
    cap: str = "1000.00",
    income: str = "",
    money: Money | None = None,
    postings: Sequence[Posting] = (),
) -> CapResult:
    """One period of I1; ``pools`` are names and yuan."""
    rows = [made.account("I1", "pay_cap", "approved", cap)]
    rows += [made.account("I1", "base_pay", "paid", base)] if made.fen(base) else []
    rows += [made.account("I1", "医疗", "income", income)] if income else []
    facts = made.facts(where=made.places("I1"), period=period, accounts=rows, cap_before=before)
    given = [Pool("I1", name, "pay", made.fen(yuan)) for name, yuan in pools]
    return capped(rule, given, frozenset(), facts, money or Money(()), postings)


def chain(
    rule: PayCap, periods: Sequence[str], figures: Sequence[tuple[str, str]], **more: Any
) -> list[CapResult]:
    """Periods one after the other, each with its pool and base, each opening the next."""
    found: list[CapResult] = []
    before: Sequence[CapBefore] = ()
    for period, (pool, base) in zip(periods, figures, strict=True):
        found.append(settle(rule, period, [("a", pool)], base, before, **more))
        before = found[-1].next
    return found


def paid(results: Sequence[CapResult]) -> list[int]:
    return [sum(pool.amount_fen for pool in one.pools) for one in results]


def excess(result: CapResult) -> int:
    return sum(one.amount_fen for one in result.next if one.kind is CapBeforeKind.EXCESS)


def test_four_quarters_come_to_the_cap_of_the_year() -> None:
    results = chain(FIXED, QUARTERS, [("150", "100")] * 4)
    # 250.00 a quarter: 1,000.00 is reached to the fen at the end
    assert paid(results) == [15_000] * 4
    over = chain(FIXED, QUARTERS, [("180", "100")] * 4)
    # to date 280, 560, 840; then 100 + (840 - 300 base) = ... room 1000 - 840 - 100 = 60
    assert paid(over) == [18_000, 18_000, 18_000, 6_000]
    last = over[-1].caps[0]
    assert (last.base_before_fen, last.before_fen, last.cap_fen) == (30_000, 54_000, 100_000)
    assert excess(over[-1]) == 12_000
    assert [one.kind for one in over[-1].next] == [CapBeforeKind.EXCESS]


def test_twelve_months_prorated_hold_each_month_and_come_to_the_same() -> None:
    results = chain(PRORATED, MONTHS, [("70", "20")] * 12)
    # 1000 x m/12, down: 83.33, 166.66, 250.00 ...; less 20 a month for the base
    assert paid(results)[:3] == [6_333, 6_333, 6_334]
    assert sum(paid(results)) == 100_000 - 24_000
    # 840.00 came, 760.00 were paid, 80.00 open the next year
    assert excess(results[-1]) == 8_000
    # Not prorated, December's base finds 990.00 gone: 10.00 too much, which is told.
    whole = chain(FIXED, MONTHS, [("70", "20")] * 12)
    assert (paid(whole)[-2:], whole[-1].caps[0].over_paid_fen) == ([7_000, 0], 1_000)


def test_what_was_carried_opens_its_pool_and_is_tested_again() -> None:
    first = settle(PRORATED, "2025-Q1", [("a", "200"), ("b", "100")])
    assert first.caps[0].cuts == (("a", 3_333), ("b", 1_667))
    second = settle(PRORATED, "2025-Q2", [("a", "100"), ("c", "50")], before=first.next)
    (cap,) = second.caps
    # 500.00 to date, 250.00 used; a 100.00 + 33.33, c 50.00: all of it fits
    assert (cap.opened, cap.taken_fen) == ((("a", 3_333),), 0)
    assert {p.pool: p.amount_fen for p in second.pools} == {"a": 13_333, "c": 5_000}
    # b has no pool in this period: its excess waits, and goes on
    assert [(one.name, one.amount_fen) for one in second.waiting] == [("b", 1_667)]
    assert excess(second) == 1_667
    third = settle(PRORATED, "2025-Q3", [("b", "0")], before=second.next)
    assert ([p.amount_fen for p in third.pools], excess(third)) == ([1_667], 0)


def test_the_excess_of_a_year_opens_the_next_year_alone() -> None:
    year = settle(FIXED, "2025", [("a", "1200")])
    assert excess(year) == 20_000
    nxt = settle(FIXED, "2026", [("a", "900")], before=year.next)
    # 900.00 + 200.00 - 1,000.00
    assert (paid([nxt]), excess(nxt)) == ([100_000], 10_000)
    kept = settle(PayCap(CapKind.FIXED, excess=Excess.KEPT), "2025", [("a", "1200")])
    assert (paid([kept]), kept.next) == ([100_000], ())


def test_locked_periods_are_never_changed() -> None:
    results = chain(FIXED, QUARTERS[:2], [("700", "200"), ("100", "200")])
    last = results[-1].caps[0]
    # base 400.00 + 700.00 paid before = 1,100.00: 100.00 too much, and nothing more to take
    assert (last.over_paid_fen, last.over_base_fen, paid(results)) == (10_000, 0, [70_000, 0])
    above = chain(FIXED, QUARTERS[:2], [("100", "950"), ("0", "100")])[-1].caps[0]
    # base 1,050.00 is above by itself; of the 50.00 that was paid before, all is
    assert (above.over_base_fen, above.over_paid_fen) == (5_000, 5_000)


HEADS = CapTerm(CapTermKind.PER_HEAD, rate_e4=made.price("10.0001"))
LINE = CapTerm(CapTermKind.LINE_SHARE, "医疗", share=Dated((Version(Fraction(1, 3)),)))
STAFF = (Posting("P1", "I1", 0, 10**6),)


def test_shares_are_of_the_year_to_date_and_come_to_those_of_the_year() -> None:
    rule = PayCap(CapKind.FORMULA, terms=(LINE,))
    first = settle(rule, "2025-H1", [("a", "20")], income="50.00")
    assert first.caps[0].cap_fen == 1_666
    second = settle(rule, "2025-H2", [("a", "20")], before=first.next, income="50.00")
    year = settle(rule, "2025", [("a", "40")], income="100.00")
    # 50.00 / 3 = 16.66 twice would be 33.32; 100.00 / 3 = 33.33
    assert second.caps[0].cap_fen == year.caps[0].cap_fen == 3_333
    assert sum(paid([first, second])) == paid([year])[0]


def test_heads_stand_for_the_whole_year_or_for_its_months_to_date() -> None:
    terms = (HEADS,)
    whole = settle(PayCap(CapKind.FORMULA, terms=terms), "2025-Q1", [("a", "1")], postings=STAFF)
    part = PayCap(CapKind.FORMULA, terms=terms, prorate=True)
    to_date = settle(part, "2025-Q1", [("a", "1")], postings=STAFF)
    # 12 x 10.0001 = 120.0012, 3 x 10.0001 = 30.0003; both down
    assert [one.caps[0].terms[0].count for one in (whole, to_date)] == ["1x12", "1x3"]
    assert [one.caps[0].cap_fen for one in (whole, to_date)] == [12_000, 3_000]


def test_a_cap_of_each_period_has_no_year_to_date() -> None:
    rule = PayCap(CapKind.FIXED, per=CapPer.PERIOD)
    results = chain(rule, QUARTERS[:2], [("1100", "0"), ("850", "0")])
    # the second quarter opens with 100.00 and has 1,000.00 of its own
    assert paid(results) == [100_000, 95_000]
    assert {one.kind for one in results[0].next} == {CapBeforeKind.EXCESS}


def test_heads_of_a_cap_of_each_period_stand_for_its_months() -> None:
    rule = PayCap(CapKind.FORMULA, terms=(HEADS,), per=CapPer.PERIOD)
    found = settle(rule, "2025-Q2", [("a", "1")], postings=STAFF)
    assert (found.caps[0].terms[0].count, found.caps[0].cap_fen) == ("1x3", 3_000)


def test_an_excess_of_nothing_opens_and_waits_for_no_pool() -> None:
    none = [CapBefore(CapBeforeKind.EXCESS, "I1", pool, "", 0) for pool in ("a", "gone")]
    found = settle(FIXED, "2025-Q1", [("a", "1")], before=none)
    assert (found.caps[0].opened, found.waiting) == ((), ())


def test_an_earlier_month_that_is_not_brought_in_is_refused() -> None:
    known = CapBefore(CapBeforeKind.BASE, "I1", "", "2025-02", 0)
    rule = PayCap(CapKind.FORMULA, terms=(LINE,))
    with pytest.raises(RefusedError) as caught:
        settle(rule, "2025-Q2", [("a", "1")], before=[known], income="9")
    told = [(p.code, p.value, p.facts["kind"], p.facts["months"]) for p in caught.value.problems]
    assert told == [
        ("PAYCAP_YEAR", "I1", "cap_base", "2025-01, 2025-03"),
        ("PAYCAP_YEAR", "I1", "cap_line", "2025-01, 2025-02, 2025-03"),
    ]


yuan = st.integers(0, 40_000)


@given(
    st.lists(st.tuples(yuan, yuan), min_size=4, max_size=4),
    st.integers(0, 200_000),
    st.booleans(),
)
def test_a_chain_loses_nothing_and_never_passes_the_cap(
    figures: list[tuple[int, int]], cap: int, prorate: bool
) -> None:
    """Paid + carried = pools; with the base at most the cap; the same whole year pays as much."""
    texts = [(f"{pool // 100}.{pool % 100:02}", f"{base // 100}.{base % 100:02}")
             for pool, base in figures]  # fmt: skip
    rule = PRORATED if prorate else FIXED
    results = chain(rule, QUARTERS, texts, cap=f"{cap // 100}.{cap % 100:02}")
    pools, bases = (sum(one) for one in zip(*figures, strict=True))
    assert sum(paid(results)) + excess(results[-1]) == pools
    last = results[-1].caps[0]
    assert sum(paid(results)) == max(min(pools, cap - bases), last.before_fen)
    assert last.over_paid_fen == max(min(bases + last.before_fen - cap, last.before_fen), 0)
