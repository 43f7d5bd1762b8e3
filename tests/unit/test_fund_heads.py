"""Funds by heads: city contract fees to the fen by payer, head-count lines, capitation, packages.

Each figure is worked out by hand; the cities' compositions stand in seed S2, the lines of
Sanmenxia in S1. Faults caught: per-head figures rounded before they are multiplied, payers who do
not add up, a month counted whose last day is outside, a yearly rate paid twelve times.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from equivalents.errors import RefusedError
from equivalents.fund import money
from equivalents.fundfacts import Due, Facts
from equivalents.policy.calendar import parse_day
from equivalents.policy.funds import (
    Dated,
    Fund,
    Heads,
    HeadSource,
    Package,
    Packages,
    Per,
    PerHead,
    Version,
)
from tests import funds as made

SIGNED = Heads()


def one(fund: Fund, facts: Facts) -> Due:
    (due,) = money(made.scheme(fund), facts).dues
    return due


def contract_fee(rate: str, per: Per, *parts: tuple[str, int], **body: object) -> Fund:
    fee = PerHead(SIGNED, made.price(rate), per, **body)  # type: ignore[arg-type]
    return made.fund(fee, payers=made.payers(*parts))


# -- compositions of the ten cities ----------------------------------------------------------

CITIES = {
    "杭州": ("120", Per.YEAR, [("个人", 10), ("市政府", 25), ("区财政", 65)], "12 30 78"),
    "宁波": ("180", Per.YEAR, [("医保", 80), ("公卫", 50), ("个人", 50)], "80 50 50"),
    "温州": ("10", Per.MONTH, [("个人", 20), ("医保", 40), ("公卫", 40)], "24 48 48"),
    "嘉兴": ("120", Per.YEAR, [("个人", 10), ("公卫", 10), ("财政", 100)], "10 10 100"),
    "湖州": ("120", Per.YEAR, [("医保", 1), ("财政", 1), ("个人", 1)], "40 40 40"),
    "金华": ("120", Per.YEAR, [("医保", 1), ("公卫", 1), ("个人", 1)], "40 40 40"),
    "丽水": ("60", Per.YEAR, [("财政", 50), ("个人", 10)], "50 10"),
    "绍兴": ("10", Per.MONTH, [("财政", 1)], "120"),
    "台州": ("10", Per.MONTH, [("财政", 1)], "120"),
    "舟山": ("10", Per.MONTH, [("财政", 1), ("医保", 1), ("个人", 1)], "40 40 40"),
}


@pytest.mark.parametrize("city", CITIES)
def test_a_head_and_year_is_composed_as_the_city_says(city: str) -> None:
    rate, per, parts, expected = CITIES[city]
    due = one(contract_fee(rate, per, *parts), made.facts(heads=made.always(1)))
    amounts = [f"{amount}.00" for amount in expected.split()]
    assert made.parts(due) == [(name, a) for (name, _), a in zip(parts, amounts, strict=True)]
    thousand = one(contract_fee(rate, per, *parts), made.facts(heads=made.always(1000)))
    assert [part for _, part in thousand.parts] == [1000 * part for _, part in due.parts]


def test_thirds_of_a_month_give_the_odd_fen_to_the_first_payer() -> None:
    thirds = contract_fee("10", Per.MONTH, ("财政", 1), ("医保", 1), ("个人", 1))
    month = one(thirds, made.facts("2025-06", heads=made.always(7)))
    # 7 x 10.00 = 70.00 = 3 x 23.33 + 0.01
    assert made.parts(month) == [("财政", "23.34"), ("医保", "23.33"), ("个人", "23.33")]
    year = one(thirds, made.facts("2025", heads=made.always(7)))
    assert made.parts(year) == [("财政", "280.00"), ("医保", "280.00"), ("个人", "280.00")]
    by_year = one(
        contract_fee("120", Per.YEAR, ("财政", 1), ("医保", 1), ("个人", 1)),
        made.facts("2025", heads=made.always(7)),
    )
    assert by_year.parts == year.parts


def test_five_yuan_are_two_and_three_and_two_hundred_are_eighty_and_a_hundred_and_twenty() -> None:
    for rate, expected in (("5", ["2.00", "3.00"]), ("200", ["80.00", "120.00"])):
        fund = contract_fee(rate, Per.YEAR, ("市", 4), ("县", 6))
        due = one(fund, made.facts(heads=made.always(1)))
        assert [part for _, part in made.parts(due)] == expected


# -- days and months -------------------------------------------------------------------------


def growing(_heads: Heads, day: int) -> Sequence[int]:
    """One head until June, three from then on, seven at the end of the year."""
    if day < parse_day("2025-06-30"):
        return (1,)
    return (7,) if day >= parse_day("2025-12-31") else (3,)


def test_a_month_counts_by_the_heads_of_its_last_day() -> None:
    due = one(contract_fee("10", Per.MONTH), made.facts(heads=growing))
    # 5 months x 1 + 6 x 3 + 1 x 7 = 30 head-months
    assert made.dues(money(made.scheme(due.fund), made.facts(heads=growing))) == {
        ("I1", "F"): "300.00"
    }
    assert made.lines(due)[4:6] == [
        ("heads:2025-05-31", "1", "10.0000", "", "10.00"),
        ("heads:2025-06-30", "3", "10.0000", "", "30.00"),
    ]
    assert due.parts == (("", 30_000),)


def test_a_year_counts_by_the_heads_of_its_last_day_unless_prorated() -> None:
    due = one(contract_fee("120", Per.YEAR), made.facts(heads=growing))
    assert made.lines(due) == [("heads:2025-12-31", "7", "120.0000", "", "840.00")]
    prorated = one(contract_fee("120", Per.YEAR, prorate=True), made.facts(heads=growing))
    assert prorated.due_fen == 30_000
    assert made.lines(prorated)[-1] == ("heads:2025-12-31", "7/12", "120.0000", "", "70.00")


def test_a_part_of_a_year_gets_its_twelfths_rounded_once() -> None:
    # 7 heads x 100 x 5/12 would be 291.666...: a quarter gives 7 x 100 x 3/12 = 175.00, a month
    # 58.333...; prorated, three months of 7, 7 and 7 heads are 175.00 again.
    fee = contract_fee("100", Per.YEAR)
    month = one(fee, made.facts("2025-01", heads=made.always(7)))
    assert made.lines(month) == [("heads:2025-01-31", "7/12", "100.0000", "", "58.33")]
    quarter = made.facts("2025-Q1", heads=made.always(7))
    assert one(fee, quarter).due_fen == 17_500
    assert made.lines(one(fee, quarter))[0][1] == "21/12"
    prorated = one(contract_fee("100", Per.YEAR, prorate=True), quarter)
    # 58.333... each; the lines of one rounding are 58.34, 58.33, 58.33
    assert [line.amount_fen for line in prorated.lines] == [5834, 5833, 5833]


def test_a_fund_counts_only_while_it_is_in_force() -> None:
    since, until = parse_day("2025-07-01"), parse_day("2025-12-01")
    monthly = replace(contract_fee("10", Per.MONTH), valid_from=since, valid_to=until)
    assert one(monthly, made.facts(heads=growing)).due_fen == 5 * 3 * 1000
    # 31 December is not within it: a yearly rate is not due, and is shown as 0.00.
    fee = contract_fee("120", Per.YEAR, less_charges=("R",), below_zero=True)
    yearly = replace(fee, valid_from=since, valid_to=until)
    charged = made.facts(heads=growing, charges_fen={("I1", "R"): 500})
    assert one(yearly, charged).due_fen == 0
    assert one(fee, charged).due_fen == 84_000 - 500
    assert money(made.scheme(monthly), made.facts("2024", heads=growing)).dues == ()


def test_a_rate_that_changes_is_paid_by_month() -> None:
    rate = made.prices(d2025_01_01="10", d2025_12_01="11.5")
    fund = made.fund(PerHead(SIGNED, rate, Per.MONTH))
    # 5 x 1 x 10 + 6 x 3 x 10 + 1 x 7 x 11.50
    assert one(fund, made.facts(heads=growing)).due_fen == 5_000 + 18_000 + 8_050


def test_a_month_without_a_rate_is_refused() -> None:
    fund = made.fund(PerHead(SIGNED, made.prices(d2025_03_15="10"), Per.MONTH))
    with pytest.raises(RefusedError) as refused:
        money(made.scheme(fund), made.facts(heads=made.always(1)))
    facts = [(p.code, p.facts["figure"], p.facts["day"]) for p in refused.value.problems]
    assert facts == [
        ("FUND_FIGURE_MISSING", "rate", "2025-01-31"),
        ("FUND_FIGURE_MISSING", "rate", "2025-02-28"),
    ]


def test_heads_of_other_institutions_are_a_mistake_of_the_caller() -> None:
    facts = made.facts(where=made.places("I1", "I2"), heads=made.always(1))
    with pytest.raises(ValueError, match="2 institutions"):
        money(made.scheme(contract_fee("1", Per.YEAR)), facts)


# -- effective heads, charges, institutions --------------------------------------------------


def test_effective_heads_and_referral_charges() -> None:
    fund = contract_fee("0.3333", Per.YEAR, coefficient="effective", less_charges=("REFERRAL",))
    facts = made.facts(
        heads=made.always(1000),
        coefficients_e4={("I1", "effective"): 8765},
        charges_fen={("I1", "REFERRAL"): 10_000, ("I1", "OTHER"): 5},
    )
    # 1000 x 0.3333 x 0.8765 = 292.13745, rounded 292.14; less 100.00
    due = one(fund, facts)
    assert made.lines(due) == [
        ("heads:2025-12-31", "1000", "0.3333", "0.8765", "292.14"),
        ("charges:REFERRAL", "", "", "", "-100.00"),
    ]
    assert due.due_fen == 19_214


@pytest.mark.parametrize(("below_zero", "expected"), [(False, 0), (True, -4_000)])
def test_charges_above_the_fee_stop_at_zero_unless_declared(
    below_zero: bool, expected: int
) -> None:
    fund = contract_fee("10", Per.YEAR, ("财政", 1), less_charges=("R",), below_zero=below_zero)
    due = one(fund, made.facts(heads=made.always(1), charges_fen={("I1", "R"): 5_000}))
    assert due.due_fen == expected
    assert due.parts == (("财政", expected),)
    assert ("zero" in [line.what for line in due.lines]) is not below_zero


def test_a_missing_effective_rate_is_refused_and_never_one() -> None:
    fund = contract_fee("10", Per.YEAR, coefficient="effective")
    with pytest.raises(RefusedError, match="FUND_COEFFICIENT_MISSING"):
        money(made.scheme(fund), made.facts(heads=made.always(1)))


def test_heads_belong_to_their_institution_in_any_order() -> None:
    fund = contract_fee("1", Per.YEAR)
    facts = made.facts(where=made.places("I2", "I1", "I3"), heads=made.always(20, 10, 30))
    assert made.dues(money(made.scheme(fund), facts)) == {
        ("I1", "F"): "10.00",
        ("I2", "F"): "20.00",
        ("I3", "F"): "30.00",
    }


def test_an_institution_with_its_own_rate_and_payers() -> None:
    own = contract_fee("2", Per.YEAR, ("区", 1), ("县", 1))
    fund = replace(contract_fee("1", Per.YEAR, ("县", 1)), own={"I2": own})
    facts = made.facts(where=made.places("I1", "I2"), heads=made.always(3, 3))
    first, second = money(made.scheme(fund), facts).dues
    assert made.parts(first) == [("县", "3.00")]
    assert made.parts(second) == [("区", "3.00"), ("县", "3.00")]
    assert second.fund is own


def test_registers_are_asked_for_by_name() -> None:
    asked: set[Heads] = set()

    def counts(heads: Heads, _day: int) -> Sequence[int]:
        asked.add(heads)
        return (4,)

    disabled = Heads(HeadSource.REGISTERS, register="disabled")
    due = one(made.fund(PerHead(disabled, made.price("20"))), made.facts(heads=counts))
    assert (asked, due.due_fen) == ({disabled}, 8_000)


# -- payers that change ----------------------------------------------------------------------


def test_payers_that_change_within_what_is_paid_are_refused() -> None:
    change = parse_day("2025-07-01")
    before, after = (made.payers((name, 1)).versions[0] for name in ("甲", "乙"))
    both = Dated((replace(before, valid_to=change), replace(after, valid_from=change)))
    monthly = replace(contract_fee("10", Per.MONTH), payers=both)
    with pytest.raises(RefusedError, match="FUND_PAYERS_CHANGE"):
        money(made.scheme(monthly), made.facts(heads=made.always(1)))
    assert one(monthly, made.facts("2025-H1", heads=made.always(1))).parts == (("甲", 6_000),)
    # A yearly rate is decided on one day, and so are its payers.
    yearly = replace(contract_fee("10", Per.YEAR), payers=both)
    assert one(yearly, made.facts(heads=made.always(1))).parts == (("乙", 1_000),)


# -- packages --------------------------------------------------------------------------------


def by_package(heads: Heads, _day: int) -> Sequence[int]:
    return ({"基础": 100, "糖尿病": 3, "": 103}[heads.package],)


def packages(*more: tuple[str, str, str]) -> Packages:
    bought = [Package(name, made.price(price), made.price(back)) for name, price, back in more]
    return Packages(tuple(bought), "医保基金")


def test_the_resident_pays_the_price_less_what_is_reimbursed() -> None:
    fund = made.fund(packages(("基础", "30", "30"), ("糖尿病", "199.99", "120")))
    due = one(fund, made.facts(heads=by_package))
    assert made.lines(due) == [
        ("package:基础:2025-12-31", "100", "30.0000", "", "3000.00"),
        ("package:糖尿病:2025-12-31", "3", "199.9900", "", "599.97"),
    ]
    # 3 x 79.99 and 100 x 30 + 3 x 120
    assert made.parts(due) == [("居民", "239.97"), ("医保基金", "3360.00")]


def test_packages_of_a_month_are_twelfths_split_by_what_each_pays() -> None:
    fund = made.fund(packages(("糖尿病", "199.99", "120")))
    due = one(fund, made.facts("2025-01", heads=by_package))
    # 3 x 199.99 / 12 = 49.9975 -> 50.00; the resident's 19.9975 and 30.00
    assert made.parts(due) == [("居民", "20.00"), ("医保基金", "30.00")]


def test_a_reimbursement_above_the_price_is_refused() -> None:
    fund = made.fund(packages(("基础", "30", "30.0001")))
    with pytest.raises(RefusedError, match="FUND_REIMBURSEMENT"):
        money(made.scheme(fund), made.facts(heads=by_package))


def test_nobody_signed_owes_nothing_to_anybody() -> None:
    fund = made.fund(packages(("基础", "30", "10")))
    due = one(fund, made.facts(heads=made.always(0)))
    assert made.parts(due) == [("居民", "0.00"), ("医保基金", "0.00")]


# -- sizes -----------------------------------------------------------------------------------


def test_heads_are_multiplied_before_they_are_rounded() -> None:
    rate = Dated((Version(made.e4("0.0001")),))
    fund = made.fund(PerHead(SIGNED, rate))
    for heads, expected in ((49, 0), (50, 1), (149, 1), (150, 2), (10**9, 10**7)):
        assert Fraction(heads, 100) - expected <= Fraction(1, 2)
        assert one(fund, made.facts(heads=made.always(heads))).due_fen == expected
