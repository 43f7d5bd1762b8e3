"""Components of pay beside the pools (D4, B9), beside the scenarios and the bad input.

Faults caught: a month counted by its first day, a coefficient of the month's end for all of its
days, each month rounded on its own, a person paid at two institutions, a part of a team's contracts
lost.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.componentpay import OWN_MONEY, PayPart, rounded_pay
from equivalents.components import fixed_pay
from equivalents.exact import half_up
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.components import (
    Component,
    ComponentKind,
    MonthRule,
    PayRows,
    SignedCount,
)
from equivalents.policy.funds import Dated, Version
from equivalents.policy.keyrules import Coefficient, KeyRules, Scope
from equivalents.policy.model import CaseRules, Institution, Posting, TeamMember, WeightRow
from equivalents.policy.scheme import Scheme
from equivalents.policy.who import Who
from equivalents.tally import Plan

pytestmark = pytest.mark.rules("D4", "B9")
PERIOD = parse_period("2025-H1")
START, END = PERIOD.start, PERIOD.end
DAYS = st.integers(START - 10, END + 10)


def rules(
    component: Component,
    postings: Sequence[Posting],
    coefficients: Sequence[Coefficient] = (),
    teams: Sequence[TeamMember] = (),
    signed: Sequence[SignedCount] = (),
) -> CaseRules:
    """A case of two institutions with one component and nothing else."""
    return CaseRules(
        PERIOD,
        (Institution("I1"), Institution("I2")),
        tuple(postings),
        (WeightRow("pay", "A", 10_000, 0, LAST_DAY),),
        (),
        teams=tuple(teams),
        key_rules=KeyRules(tuple(coefficients)),
        scheme=Scheme("s", components={component.name: component}),
        pay_rows=PayRows(signed=tuple(signed)),
    )


def paid(case: CaseRules) -> dict[tuple[str, str], int]:
    found = fixed_pay(case, Plan(case), ()).paid
    return {(one.institution_id, one.person_id): one.amount_fen for one in found}


def day_of(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


# -- by the month ------------------------------------------------------------------------------


@st.composite
def spans(draw: st.DrawFn, most: int) -> list[tuple[int, int]]:
    """Some spans of days that do not overlap."""
    edges = sorted(draw(st.lists(DAYS, min_size=0, max_size=2 * most, unique=True)))
    return [*zip(edges[::2], edges[1::2], strict=False)]


@given(spans(3), DAYS, spans(2), st.integers(0, 12_000), st.booleans(), st.sampled_from(MonthRule))
def test_allowances_are_those_of_a_calendar(
    postings: list[tuple[int, int]],
    rises: int,
    reduced: list[tuple[int, int]],
    value_e4: int,
    by_head: bool,
    month: MonthRule,
) -> None:
    """Day after day in fractions, from a calendar; rounded once at the end."""
    cut = min(max(rises, START - 20), END + 20)
    rate = Dated((Version(3_333_300, 0, cut), Version(4_000_100, cut, LAST_DAY)))
    one = Component(
        "x", ComponentKind.ALLOWANCE, rate_e4=rate, month=month, by_head=by_head,
        who=Who(posts=("医",)),
    )  # fmt: skip
    rows = [Posting("P1", "I1", since, until, post="医") for since, until in postings]
    other = Posting("P1", "I2", 0, LAST_DAY, post="护", main=True)
    fte = [Coefficient(Scope.PERSON, "P1", "fte", value_e4, a, b, "P1") for a, b in reduced]

    def of(day: int) -> Fraction:
        posted = any(since <= day < until for since, until in postings)
        low = any(since <= day < until for since, until in reduced)
        yuan = Fraction("333.33") if day < cut else Fraction("400.01")
        return posted * yuan * (Fraction(value_e4, 10_000) if low and by_head else 1)

    total, counted = Fraction(0), False
    for day in range(START, END):
        after = day_of(day + 1)
        length = (after - timedelta(days=1)).day if after.day == 1 else 0
        if month is MonthRule.LAST_DAY:
            total += of(day) if length else 0
        else:
            last = (day_of(day).replace(day=28) + timedelta(days=4)).replace(day=1)
            total += of(day) / (last - timedelta(days=1)).day
        posted = any(since <= day < until for since, until in postings)
        counted |= posted and (month is MonthRule.DAYS or bool(length))
    wanted = {("I1", "P1"): half_up(total * 100)} if counted else {}
    assert paid(rules(one, [*rows, other], fte)) == wanted


def test_an_allowance_is_paid_at_the_main_post_alone() -> None:
    rate = Dated((Version(1_000_000, 0, LAST_DAY),))
    one = Component("x", ComponentKind.ALLOWANCE, rate_e4=rate)
    move = parse_day("2025-03-10")
    rows = [
        Posting("P1", "I1", 0, LAST_DAY, "A"),
        Posting("P1", "I2", 0, move, "B", main=True),
        Posting("P1", "I1", move, LAST_DAY, "C", main=True),
        Posting("P1", "I2", move, LAST_DAY, "D"),
    ]
    assert paid(rules(one, rows)) == {("I2", "P1"): 20_000, ("I1", "P1"): 40_000}


# -- parts and their rounding ------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(
            st.fractions(0, 12, max_denominator=31),
            st.integers(0, 10**9),
            st.lists(st.integers(0, 20_000), max_size=3),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_parts_add_up_to_what_is_rounded_once(
    drawn: list[tuple[Fraction, int, list[int]]],
) -> None:
    parts = [
        PayPart("m", quantity=count, rate_e4=rate, factors=tuple(("k", one) for one in values))
        for count, rate, values in drawn
    ]
    one = rounded_pay(("I1", "x", "P1"), OWN_MONEY, True, parts)
    exact = []
    for count, rate, values in drawn:
        product = count * rate / 100
        for value in values:
            product *= Fraction(value, 10_000)
        exact.append(product)
    assert one.amount_fen == half_up(sum(exact, Fraction(0))) == sum(one.parts_fen)
    assert all(abs(a - b) < 1 for a, b in zip(exact, one.parts_fen, strict=True))


# -- per contract ------------------------------------------------------------------------------


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
    st.integers(1, 5_000),
    st.integers(0, 300),
    st.booleans(),
)
def test_no_part_of_a_contract_is_lost(
    shares: list[int], team: int, own: int, yearly: bool
) -> None:
    """The contracts of a team and of its members are those of the table, whoever has them."""
    rate = Dated((Version(12_345, 0, LAST_DAY),))
    one = Component("x", ComponentKind.PER_CONTRACT, rate_e4=rate, yearly=yearly)
    people = [f"P{at}" for at in range(len(shares))]
    rows = [Posting(person, "I1", 0, LAST_DAY) for person in people]
    members = [
        TeamMember("T", person, "", share, 0, LAST_DAY)
        for person, share in zip(people, shares, strict=True)
    ]
    days = [END - 1] if yearly else [*PERIOD.month_ends]
    signed = [SignedCount("x", day, "T", "", team) for day in days]
    signed += [SignedCount("x", day, "", "P0", own) for day in days if own]
    case = rules(one, rows, (), members, signed)
    found = fixed_pay(case, Plan(case), ()).paid
    counted = sum(part.quantity or 0 for pay in found for part in pay.parts)
    months = Fraction(6, 12) if yearly else 6
    assert counted == (team + own) * months
    for pay in found:
        share = Fraction(shares[people.index(pay.person_id)], sum(shares))
        exact = (team * share + (own if pay.person_id == "P0" else 0)) * months
        off = Fraction(6, 10**7)
        assert abs(pay.amount_fen - exact * Fraction("123.45")) <= Fraction(1, 2) + off * 124
