"""The total pay cap: base first, the excess off in-cap pools in proportion, to the fen (B9, 5.18).

Faults caught: a base part that is lowered, a pool outside the cap that is cut, an institution
without an approved total that is not capped at all, a formula rounded twice in a term.
"""

from collections.abc import Sequence, Set
from fractions import Fraction
from typing import Any

import pytest

from equivalents.capterms import staff_on
from equivalents.errors import Place, Problem, RefusedError
from equivalents.fundfacts import Money
from equivalents.paycap import Capped, capped
from equivalents.policy.accounts import Account
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day
from equivalents.policy.funds import Dated, Version
from equivalents.policy.model import Pool, Posting
from equivalents.policy.scheme import (
    CapKind,
    CapStaff,
    CapTerm,
    CapTermKind,
    PayCap,
    Several,
)
from tests import funds as made

pytestmark = pytest.mark.rules("B9")
FIXED = PayCap(CapKind.FIXED)
POOLS = (
    Pool("I1", "a", "pay", 10_000),
    Pool("I1", "b", "pay", 20_000),
    Pool("I1", "c", "pay", 5_000),
    Pool("I2", "a", "pay", 7_700),
)


def accounts(cap: str = "600", base: str = "400", second: str = "9999") -> list[Account]:
    return [
        made.account("I1", "pay_cap", "approved", cap),
        made.account("I1", "base_pay", "paid", base),
        made.account("I2", "pay_cap", "approved", second),
    ]


def apply(
    rule: PayCap = FIXED,
    pools: Sequence[Pool] = POOLS,
    outside: Set[tuple[str, str]] = frozenset(),
    money: Money | None = None,
    postings: Sequence[Posting] = (),
    **facts: Any,
) -> tuple[dict[tuple[str, str], int], dict[str, Capped]]:
    known = made.facts(where=made.places("I1", "I2"), **{"accounts": accounts(), **facts})
    found = capped(rule, pools, outside, known, money or Money(()), postings)
    return {(p.institution_id, p.pool): p.amount_fen for p in found.pools}, {
        one.institution_id: one for one in found.caps
    }


def refused(rule: PayCap, **more: Any) -> list[Problem]:
    with pytest.raises(RefusedError) as caught:
        apply(rule, **more)
    return [*caught.value.problems]


def test_the_excess_comes_off_the_pools_in_proportion() -> None:
    left, caps = apply()
    # 400.00 base + 350.00 pools - 600.00 = 150.00 off, by 100 : 200 : 50:
    # 42.857.., 85.714.., 21.428.. -> floors 42.85 85.71 21.42, two fen to the larger remainders
    assert caps["I1"].cuts == (("a", 4_286), ("b", 8_571), ("c", 2_143))
    assert left == {("I1", "a"): 5_714, ("I1", "b"): 11_429, ("I1", "c"): 2_857, ("I2", "a"): 7_700}
    assert (caps["I1"].cap_fen, caps["I1"].base_fen, caps["I1"].pools_fen) == (
        60_000,
        40_000,
        35_000,
    )
    assert caps["I2"].cuts == (("a", 0),)


def test_a_pool_outside_the_cap_stays_and_does_not_count() -> None:
    left, caps = apply(outside={("I1", "c"), ("I2", "a")})
    # 400 + 300 - 600 = 100 off, by 100 : 200
    assert caps["I1"].cuts == (("a", 3_333), ("b", 6_667))
    assert left[("I1", "c")] == 5_000
    assert list(caps) == ["I1"]


@pytest.mark.parametrize(("cap", "taken"), [("750", 0), ("749.99", 1)])
def test_the_cap_itself_may_be_paid(cap: str, taken: int) -> None:
    _, caps = apply(accounts=accounts(cap))
    assert caps["I1"].taken_fen == taken


def test_the_base_part_is_untouched_even_above_the_cap() -> None:
    left, caps = apply(accounts=accounts("600", "600.01"))
    assert [left["I1", name] for name in "abc"] == [0, 0, 0]
    assert (caps["I1"].base_fen, caps["I1"].over_base_fen) == (60_001, 1)


def test_a_base_part_without_any_pool_is_held_against_its_cap() -> None:
    _, caps = apply(pools=[], accounts=accounts("600", "600.01"))
    assert {name: one.over_base_fen for name, one in caps.items()} == {"I1": 1}


def test_no_cap_changes_nothing() -> None:
    assert apply(PayCap())[0] == {(p.institution_id, p.pool): p.amount_fen for p in POOLS}
    past = PayCap(CapKind.FIXED, valid_to=parse_day("2025-01-01"))
    assert apply(past, accounts=[])[1] == {}


def test_a_cap_is_moved_by_its_coefficient_and_rounded_down() -> None:
    rule = PayCap(CapKind.FIXED, coefficient="assessment")
    e4 = {("I1", "assessment"): 9_333, ("I2", "assessment"): 10_000}
    _, caps = apply(rule, coefficients_e4=e4, accounts=accounts("600.05"))
    # 600.05 x 0.9333 = 560.026665: the most that may be paid is 560.02 (5.11)
    assert caps["I1"].cap_fen == 56_002


def dated(text: str) -> Dated[Fraction]:
    return Dated((Version(Fraction(text)),))


TERMS = (
    CapTerm(CapTermKind.PER_HEAD, rate_e4=made.price("33.3333")),
    CapTerm(CapTermKind.FUND_SHARE, "签约", share=dated("0.7")),
    CapTerm(CapTermKind.LINE_SHARE, "医疗", share=dated("1/3")),
    CapTerm(CapTermKind.AMOUNT, "增量"),
)
POSTINGS = (
    Posting("P1", "I1", FIRST_DAY, LAST_DAY),
    Posting("P2", "I1", FIRST_DAY, LAST_DAY),
    Posting("P2", "I1", FIRST_DAY, LAST_DAY, "二"),
    Posting("P3", "I1", FIRST_DAY, parse_day("2025-12-31")),
)


def test_the_terms_of_a_formula_are_added_up() -> None:
    rows = [
        made.account("I1", "医疗", "income", "100"),
        made.account("I1", "医疗", "received", "55"),
        made.account("I1", "增量", "approved", "0.01"),
    ]
    money = made.owed(("I1", "签约", "10.05"))
    rule = PayCap(CapKind.FORMULA, terms=TERMS)
    pools = [Pool("I1", "a", "pay", 100_000)]
    left, caps = apply(rule, pools, money=money, postings=POSTINGS, accounts=rows)
    # 2 people x 12 x 33.3333 = 799.9992 -> 799.99; 10.05 x 0.7 = 7.035 -> 7.03; 33.33; 0.01
    assert [term.amount_fen for term in caps["I1"].terms] == [79_999, 703, 3_333, 1]
    assert left == {("I1", "a"): 84_036}


DAY = parse_day("2025-12-31")


def heads(
    *rows: Posting, staff: CapStaff = CapStaff.IN_CAP, several: Several = Several.REFUSE
) -> tuple[dict[str, int], list[Problem]]:
    problems: list[Problem] = []
    return staff_on(rows, DAY, staff, several, problems), problems


def at(person: str, where: str, **more: Any) -> Posting:
    return Posting(person, where, FIRST_DAY, LAST_DAY, **more)


def test_who_has_a_main_posting_counts_there_alone() -> None:
    found, problems = heads(
        at("P1", "I1", main=True), at("P1", "I2"), at("P2", "I1", post_id="a"), at("P2", "I1")
    )
    assert (found, problems) == ({"I1": 2}, [])


def test_who_is_out_of_the_cap_is_no_head_of_it_unless_all_are() -> None:
    rows = (at("P1", "I1"), at("P2", "I1", in_cap=False), at("P3", "I2", main=True, in_cap=False),
            at("P3", "I1"))  # fmt: skip
    # P3 belongs to I2, where he is out of the cap; that he also works at I1 makes him no head there
    assert heads(*rows)[0] == {"I1": 1}
    assert heads(*rows, staff=CapStaff.ALL)[0] == {"I1": 2, "I2": 1}


def test_in_the_cap_is_asked_of_the_posting_of_the_last_day() -> None:
    rows = (
        Posting("P1", "I1", FIRST_DAY, parse_day("2025-07-01"), in_cap=False),
        Posting("P1", "I1", parse_day("2025-07-01"), LAST_DAY),
        Posting("P2", "I1", FIRST_DAY, parse_day("2025-07-01")),
        Posting("P2", "I1", parse_day("2025-07-01"), LAST_DAY, in_cap=False),
    )
    assert heads(*rows)[0] == {"I1": 1}


def test_nobody_counts_in_two_caps_in_silence() -> None:
    place = Place("staff.csv", "", 3)
    rows = (at("P1", "I1"), at("P1", "I2", place=place))
    (problem,) = heads(*rows)[1]
    assert (problem.code, problem.value) == ("PAYCAP_STAFF_TWICE", "P1")
    assert problem.place == place.at("main")
    assert problem.facts["institutions"] == "I1, I2"
    assert heads(*rows, several=Several.EACH) == ({"I1": 1, "I2": 1}, [])
    # of two places one is out of the cap: then there is no question
    assert heads(at("P1", "I1"), at("P1", "I2", in_cap=False)) == ({"I1": 1}, [])


def test_two_caps_for_one_head_are_refused() -> None:
    rule = PayCap(CapKind.FORMULA, terms=TERMS[:1])
    rows = (at("P1", "I1"), at("P1", "I2"))
    assert [p.code for p in refused(rule, postings=rows)] == ["PAYCAP_STAFF_TWICE"]


# -- refusals ----------------------------------------------------------------------------------


def test_pools_in_the_cap_need_an_approved_total() -> None:
    problems = refused(FIXED, accounts=accounts()[:2])
    assert [(p.code, p.value) for p in problems] == [("PAYCAP_MISSING", "I2")]


def test_a_formula_without_its_figures_is_refused() -> None:
    terms = (
        CapTerm(CapTermKind.PER_HEAD, rate_e4=Dated(())),
        CapTerm(CapTermKind.FUND_SHARE, "签约"),
        CapTerm(CapTermKind.AMOUNT, "增量"),
    )
    problems = refused(PayCap(CapKind.FORMULA, terms=terms, coefficient="k"), pools=POOLS[:1])
    assert [p.code for p in problems] == [
        "PAYCAP_FIGURE_MISSING",
        "PAYCAP_FIGURE_MISSING",
        "PAYCAP_MISSING",
        "PAYCAP_COEFFICIENT_MISSING",
    ]


def test_a_cap_for_a_part_of_the_period_is_refused() -> None:
    problems = refused(PayCap(CapKind.FIXED, valid_from=parse_day("2025-07-01")))
    assert [p.code for p in problems] == ["SCHEME_PART_PERIOD"]
