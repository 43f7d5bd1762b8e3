"""What holds for money out of funds, whatever its figures: bridges, caps, ledger (D0, B6, B9).

Faults caught: more taken of a source than there is, a cap that takes from who is below it, fen
lost between pools and cuts, heads that are asked on a day that nobody counted.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from equivalents.bridge import bridged
from equivalents.exact import half_up
from equivalents.fund import money
from equivalents.fundfacts import Due, Money
from equivalents.headchecks import head_counts
from equivalents.heads import counter
from equivalents.ledger import ledger
from equivalents.paycap import capped
from equivalents.policy.accounts import Account
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day, parse_period
from equivalents.policy.funds import (
    Dated,
    Fund,
    FundBody,
    Given,
    Package,
    Packages,
    Per,
    PerHead,
    Version,
)
from equivalents.policy.funds import Heads as Filter
from equivalents.policy.heads import FundTables
from equivalents.policy.model import Pool, Posting
from equivalents.policy.scheme import Bridge, BridgeRule, CapKind, PayCap, Scheme
from tests import funds as made
from tests.signed import One, contracts

PERIOD = parse_period("2025")
FEN = st.integers(0, 10**9)
SHARES = st.lists(st.integers(0, 1000), min_size=1, max_size=5)


@given(FEN, SHARES)
def test_pools_that_share_a_fund_never_take_more_than_it_owes(due: int, keys: list[int]) -> None:
    total = max(sum(keys), 1)
    shares = [Fraction(key, total) for key in keys]
    bridges = {
        f"p{n}": Bridge(f"p{n}", "F", rule=BridgeRule.PERCENT, share=Dated((Version(share),)))
        for n, share in enumerate(shares)
    }
    scheme = Scheme("示例", funds={"F": made.fund(Given())}, bridges=bridges)
    money_ = Money((Due("I1", scheme.funds["F"], due, (), (("", due),)),))
    found = bridged(scheme, money_, (), PERIOD)
    assert sum(one.pool_fen for one in found) <= due
    for one, share in zip(found, shares, strict=True):
        # Each is its share rounded half-up, or some fen less where others were rounded up.
        assert 0 <= half_up(due * share) - one.pool_fen < len(shares)


@given(st.lists(FEN, min_size=1, max_size=6), FEN, FEN)
def test_a_cap_takes_the_excess_and_nothing_else(amounts: list[int], cap: int, base: int) -> None:
    pools = [Pool("I1", f"p{n}", "pay", fen) for n, fen in enumerate(amounts)]
    accounts = (
        Account("I1", "pay_cap", "approved", cap),
        Account("I1", "base_pay", "paid", base),
    )
    facts = made.facts(accounts=accounts)
    found = capped(PayCap(CapKind.FIXED), pools, frozenset(), facts, Money(()), ())
    left, (one,) = found.pools, found.caps
    assert one.taken_fen == min(max(base + sum(amounts) - cap, 0), sum(amounts))
    for before, after, (_, cut) in zip(pools, left, one.cuts, strict=True):
        assert after.amount_fen == before.amount_fen - cut >= 0
    # Nothing is taken from a pool of 0.00, and a pool twice as large gives no less.
    cuts = [cut for _, cut in one.cuts]
    assert all(
        cut <= other
        for cut, a in zip(cuts, amounts, strict=True)
        for other, b in zip(cuts, amounts, strict=True)
        if b > a
    )


@given(
    st.lists(st.tuples(st.sampled_from("甲乙丙"), FEN), max_size=8),
    st.lists(FEN, min_size=2, max_size=2),
)
def test_the_ledger_adds_up_whoever_paid(came: list[tuple[str, int]], parts: list[int]) -> None:
    fund = made.fund(Given())
    scheme = Scheme("示例", funds={"F": fund})
    due = Due("I1", fund, sum(parts), (), tuple(zip("甲乙", parts, strict=True)))
    rows = [
        Account("I1", "F", "advance" if n % 2 else "received", fen, source=who)
        for n, (who, fen) in enumerate(came)
    ]
    book = ledger(scheme, Money((due,)), rows, (), {})
    assert sum(row.due_fen for row in book.rows) == due.due_fen
    assert sum(row.owed_fen for row in book.rows) == due.due_fen - sum(fen for _, fen in came)
    assert [row.payer for row in book.rows][:2] == ["甲", "乙"]
    assert ledger(scheme, Money((due,)), rows[::-1], (), {}).rows == book.rows


SIGNED = (One("R1", "A", "P1", package="x"), One("R2", "B", "P1"))
POSTED = (Posting("P1", "A", FIRST_DAY, LAST_DAY),)
BODIES: Sequence[FundBody] = (
    PerHead(Filter(), made.price("1.23")),
    PerHead(Filter(), made.price("1.23"), Per.MONTH),
    PerHead(Filter(), made.price("1.23"), prorate=True),
    Packages((Package("x", made.price("5"), made.price("2")),), "医保"),
    Packages((Package("x", made.price("5"), made.price("2")),), "医保", Per.MONTH),
)
DAYS = st.integers(parse_day("2024-12-01"), parse_day("2026-02-01"))


@given(st.sampled_from(BODIES), DAYS, DAYS, st.booleans())
def test_heads_are_counted_on_every_day_that_funds_ask(
    body: FundBody, one_day: int, other: int, own: bool
) -> None:
    fund: Fund = made.fund(body, valid_from=min(one_day, other), valid_to=max(one_day, other) + 1)
    if own:
        fund = replace(fund, own={"B": replace(fund, valid_from=parse_day("2025-03-01"))})
    tables = FundTables(contracts(SIGNED, POSTED))
    where = made.places("A", "B")
    counts = head_counts([fund], tables, where, PERIOD)
    facts = made.facts(where=where, heads=counter(counts, ["A", "B"]))
    found = money(made.scheme(fund), facts)
    assert all(due.due_fen >= 0 for due in found.dues)
