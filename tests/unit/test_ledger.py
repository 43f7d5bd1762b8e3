"""Due, approved, received, paid and owed; restricted money; tests of shares (B4, B6, B10).

Faults caught: an advance that is not settled, a payer's money put to another, a row that no fund
takes, an amount recovered that is declared to be carried, a 40 % test off by a fen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from equivalents.bridge import bridged
from equivalents.errors import Place, Problem, RefusedError
from equivalents.fundfacts import Due, Money
from equivalents.ledger import Ledger, ledger
from equivalents.ledgerbook import LedgerRow
from equivalents.policy.accounts import Account
from equivalents.policy.calendar import parse_day, parse_period
from equivalents.policy.funds import Dated, Deficit, Given, Split, Version
from equivalents.policy.scheme import Bridge, CapKind, PayCap, Scheme, ShareTest
from equivalents.sharetest import print_share, share_problems, share_results
from equivalents.units import print_fen
from tests import funds as made

pytestmark = pytest.mark.rules("B6", "B10")
PERIOD = parse_period("2025")
SIGNED = made.fund(Given(), "签约")
OTHER = made.fund(Given(), "购买", over_advanced=Deficit.CARRY)
SCHEME = Scheme("示例", funds={"签约": SIGNED, "购买": OTHER})
MONEY = Money(
    (
        Due("I1", SIGNED, 30_000, (), (("市", 20_000), ("区", 10_000))),
        Due("I1", OTHER, 5_000, (), (("医保", 5_000),)),
        Due("I2", SIGNED, 0, (), (("市", 0), ("区", 0))),
    )
)
ROWS = (
    made.account("I1", "签约", "advance", "150", source="市", day=parse_day("2025-03-01")),
    made.account("I1", "签约", "received", "50.01", source="市", day=parse_day("2025-12-01")),
    made.account("I1", "签约", "advance", "40", source="区"),
    made.account("I1", "签约", "approved", "290", source="市"),
    made.account("I1", "签约", "paid", "77", source="区"),
    made.account("I1", "购买", "advance", "60"),
    made.account("I1", "药品", "income", "60"),
)


def book(
    accounts: Sequence[Account] = ROWS,
    scheme: Scheme = SCHEME,
    money: Money = MONEY,
    taken: Mapping[tuple[str, str], int] | None = None,
) -> Ledger:
    pools = bridged(scheme, money, accounts, PERIOD)
    return ledger(scheme, money, accounts, pools, taken or {})


def yuan(row: LedgerRow) -> tuple[str, ...]:
    return (*row[:3], *map(print_fen, row[3:8]), row.then)


def refused(*rows: Account, scheme: Scheme = SCHEME) -> list[Problem]:
    with pytest.raises(RefusedError) as caught:
        book(rows, scheme)
    return [*caught.value.problems]


def test_what_is_owed_is_due_less_what_came() -> None:
    assert [yuan(row) for row in book().rows] == [
        ("I1", "签约", "市", "200.00", "290.00", "200.01", "0.00", "-0.01", "recover"),
        ("I1", "签约", "区", "100.00", "0.00", "40.00", "77.00", "60.00", "payable"),
        ("I1", "购买", "医保", "50.00", "0.00", "60.00", "0.00", "-10.00", "carry"),
        ("I2", "签约", "市", "0.00", "0.00", "0.00", "0.00", "0.00", ""),
        ("I2", "签约", "区", "0.00", "0.00", "0.00", "0.00", "0.00", ""),
    ]


def test_what_was_advanced_too_much_is_said_with_what_becomes_of_it() -> None:
    told = [(p.code, p.value, p.facts["amount"], p.text("en")) for p in over(book())]
    assert [one[:3] for one in told] == [
        ("OVER_ADVANCED", "签约", "0.01"),
        ("OVER_ADVANCED", "购买", "10.00"),
    ]
    assert told[0][3].endswith("which is recovered.")
    assert told[1][3].endswith("which is carried.")


def test_an_approval_that_is_not_what_is_due_is_said() -> None:
    told = [p for p in book().problems if p.code == "APPROVED_DIFFERS"]
    names = ("payer", "approved", "due", "difference")
    assert [tuple(p.facts[name] for name in names) for p in told] == [
        ("市", "290.00", "200.00", "-90.00")
    ]
    exact = [replace(row, amount_fen=20_000) if row.kind == "approved" else row for row in ROWS]
    assert [p for p in book(exact).problems if p.code == "APPROVED_DIFFERS"] == []


def test_an_approval_that_an_assessment_multiplies_is_meant_to_differ() -> None:
    assessed = made.fund(Given("考核"), "签约")
    found = book(scheme=Scheme("示例", funds={"签约": assessed, "购买": OTHER}))
    assert [p for p in found.problems if p.code == "APPROVED_DIFFERS"] == []


def over(found: Ledger) -> list[Problem]:
    return [one for one in found.problems if one.code == "OVER_ADVANCED"]


def test_what_was_advanced_too_much_is_said_at_its_account_row() -> None:
    places = [Place("accounts.csv", "", row) for row in range(2, 9)]
    rows = [replace(row, place=place) for row, place in zip(ROWS, places, strict=True)]
    assert [(p.place.row, p.place.column) for p in over(book(rows))] == [
        (3, "amount"),
        (7, "amount"),
    ]


def test_an_institution_recovers_as_its_own_fund_says() -> None:
    own = replace(OTHER, over_advanced=Deficit.RECOVER)
    scheme = replace(SCHEME, funds={"签约": SIGNED, "购买": replace(OTHER, own={"I1": own})})
    assert book(scheme=scheme).rows[2].then == "recover"


def test_each_account_row_is_a_movement_with_its_date() -> None:
    shown = [(m.fund, m.kind, m.payer, m.day or 0, m.amount_fen) for m in book().movements]
    assert shown == [
        ("签约", "advance", "区", 0, 4_000),
        ("签约", "advance", "市", parse_day("2025-03-01"), 15_000),
        ("签约", "approved", "市", 0, 29_000),
        ("签约", "paid", "区", 0, 7_700),
        ("签约", "received", "市", parse_day("2025-12-01"), 5_001),
        ("购买", "advance", "医保", 0, 6_000),
    ]


def test_money_from_somebody_else_has_a_row_of_its_own() -> None:
    found = book([*ROWS, made.account("I1", "签约", "received", "3", source="省")])
    assert yuan(found.rows[2]) == (
        *("I1", "签约", "省", "0.00", "0.00", "3.00", "0.00", "-3.00", "recover"),
    )
    assert "LEDGER_PAYER_OTHER" in {one.code for one in found.problems}


def test_of_a_fund_that_names_nobody_no_payer_is_a_stranger() -> None:
    money = Money((Due("I1", SIGNED, 500, (), (("", 500),)),))
    found = book([made.account("I1", "签约", "received", "3", source="省")], money=money)
    assert [(row.payer, row.owed_fen) for row in found.rows] == [("", 500), ("省", -300)]
    assert "LEDGER_PAYER_OTHER" not in {one.code for one in found.problems}


def test_a_source_that_is_none_of_the_declared_payers_is_refused_with_the_nearest() -> None:
    declared = replace(SIGNED, payers=made.payers(("市财政", 4), ("区财政", 6)))
    due = Due("I1", declared, 100, (), (("市财政", 40), ("区财政", 60)))
    scheme = replace(SCHEME, funds={"签约": declared})
    row = made.account("I1", "签约", "received", "3", source="市财正")
    for money, name in ((Money((due,)), "I1"), (Money(()), "I9")):
        with pytest.raises(RefusedError) as caught:
            book([replace(row, institution_id=name)], scheme, money)
        (problem,) = caught.value.problems
        assert (problem.code, problem.value) == ("LEDGER_PAYER_UNKNOWN", "市财正")
        assert "市财政" in problem.facts["near"]


def test_money_at_an_institution_that_is_owed_nothing_stands_too() -> None:
    found = book([made.account("I9", "签约", "received", "3")])
    assert yuan(found.rows[-1])[:2] == ("I9", "签约")
    assert found.rows[-1].owed_fen == -300


def test_a_row_of_several_payers_names_its_source() -> None:
    (problem,) = refused(made.account("I1", "签约", "received", "3"))
    assert (problem.code, problem.facts["payers"]) == ("LEDGER_PAYER_MISSING", "市, 区")


@pytest.mark.parametrize("kind", ["approved", "advance", "received", "paid"])
def test_a_row_that_no_fund_takes_is_refused(kind: str) -> None:
    (problem,) = refused(made.account("I1", "签约费", kind, "3", source="市"))
    assert (problem.code, problem.value) == ("MONEY_LINE_UNKNOWN", "签约费")
    assert "签约" in problem.facts["near"]


def test_lines_of_cap_bridges_and_tests_are_known() -> None:
    test = ShareTest("t", ("签约支出",), ("公卫",), Dated((Version(Fraction(2, 5)),)))
    scheme = replace(
        SCHEME,
        bridges={"p": Bridge("p", approved_line="总量")},
        pay_cap=PayCap(CapKind.FIXED),
        share_tests=(test,),
    )
    rows = [
        made.account("I1", "总量", "approved", "3"),
        made.account("I1", "pay_cap", "approved", "3"),
        made.account("I1", "base_pay", "paid", "3"),
        made.account("I1", "公卫", "received", "3"),
    ]
    assert book(rows, scheme).movements == ()
    assert [p.value for p in refused(made.account("I1", "总量", "paid", "1"), scheme=scheme)] == [
        "总量"
    ]


# -- restricted money --------------------------------------------------------------------------

RESTRICTED = replace(
    SCHEME,
    funds={"签约": replace(SIGNED, restricted=True), "购买": OTHER},
    bridges={"p": Bridge("p", "签约")},
)
OPENING = made.account("I1", "签约", "opening_restricted", "200")


def test_restricted_money_closes_with_what_is_unspent() -> None:
    found = book([*ROWS, OPENING], RESTRICTED)
    # 200.00 + 240.01 received - 0.01 to recover - 77.00 paid - 300.00 as pool = 63.00
    assert [tuple(row) for row in found.restricted] == [
        ("I1", "签约", 20_000, 24_001, 1, 7_700, 30_000, 6_300),
        ("I2", "签约", 0, 0, 0, 0, 0, 0),
    ]


def test_what_a_cap_took_and_left_is_not_spent() -> None:
    found = book([*ROWS, OPENING], RESTRICTED, taken={("I1", "p"): 1_000})
    assert (found.restricted[0].pools_fen, found.restricted[0].closing_fen) == (29_000, 7_300)


def closings(*rows: Account, scheme: Scheme = RESTRICTED) -> list[tuple[str, str, str]]:
    found = book([*ROWS, *rows], scheme).problems
    kept = (p for p in found if p.code.startswith("RESTRICTED"))
    return [(p.code, p.facts["closing"], p.facts.get("reported", "")) for p in kept]


@pytest.mark.parametrize(
    ("closing", "told"),
    [("63", []), ("63.01", [("RESTRICTED_CLOSING", "63.00", "63.01")])],
)
def test_a_reported_closing_is_the_computed_one(
    closing: str, told: list[tuple[str, str, str]]
) -> None:
    assert closings(OPENING, made.account("I1", "签约", "closing_restricted", closing)) == told


def test_money_that_is_unspent_and_not_reported_is_told() -> None:
    # Without the row all of it would be balance, and half of that pay.
    assert closings(OPENING) == [("RESTRICTED_UNREPORTED", "63.00", "")]


def test_money_outside_the_account_needs_no_report() -> None:
    own = replace(SIGNED, restricted=True, income=False)
    none = replace(RESTRICTED, funds={"签约": own, "购买": OTHER}, bridges={})
    # 240.01 received - 0.01 to recover - 77.00 paid, none of it income of the balance
    assert closings(scheme=none) == []
    assert closings(OPENING, scheme=none) == [("RESTRICTED_UNREPORTED", "363.00", "")]


def test_an_institution_without_a_balance_reports_nothing() -> None:
    rows = [made.account("I1", "签约", "received", "9", source="市")]
    none = replace(RESTRICTED, bridges={})
    assert [p.code for p in book(rows, none).problems] == []
    assert book(rows, none).restricted[0].closing_fen == 900


@pytest.mark.parametrize("kind", ["expenditure", "project_expenditure"])
def test_an_expenditure_whose_source_is_the_fund_was_paid_of_it(kind: str) -> None:
    row = made.account("I1", "宣传", kind, "12.34", source="签约")
    found = book([*ROWS, OPENING, row], RESTRICTED)
    assert (found.restricted[0].paid_fen, found.restricted[0].closing_fen) == (8_934, 5_066)
    assert [(r.payer, r.paid_fen) for r in found.rows if r.paid_fen] == [("区", 7_700), ("", 1_234)]
    only = made.account("I1", "宣传", kind, "1", source="购买")
    assert [(r.payer, r.paid_fen) for r in book([only]).rows if r.paid_fen] == [("医保", 100)]


def test_a_pool_that_only_a_carried_excess_fills_still_takes_it_out_of_the_fund() -> None:
    part = made.fund(Split("签约", Dated((Version(Fraction(1, 2)),))), "部分", restricted=True)
    funds = {"签约": SIGNED, "部分": replace(part, number=2)}
    scheme = replace(SCHEME, funds=funds, bridges={"p": Bridge("p", "部分")})
    money = Money((Due("I1", SIGNED, 0, (), (("市", 0),)), Due("I1", part, 0, (), ())))
    # Nothing is due, and a cap of an earlier period carried 5.00 into the pool.
    found = book([], scheme, money, taken={("I1", "p"): -500})
    assert [tuple(row) for row in found.restricted] == [("I1", "部分", 0, 0, 0, 0, 500, -500)]
    assert [p.code for p in found.problems] == ["RESTRICTED_OVERSPENT"]
    assert book([], scheme, money).restricted == ()


def test_more_spent_than_there_was_is_said() -> None:
    # Nothing is left, so that no report is missing, and one of 0.00 is right.
    overspent = ("RESTRICTED_OVERSPENT", "-137.00", "")
    assert closings() == [overspent]
    assert closings(made.account("I1", "签约", "closing_restricted", "0")) == [overspent]


def test_money_is_restricted_where_the_institution_says_so() -> None:
    rows = [made.account("I1", "签约", "received", "9", source="市")]
    own = replace(SIGNED, own={"I1": replace(SIGNED, restricted=True)})
    found = book(rows, replace(SCHEME, funds={"签约": own, "购买": OTHER}))
    assert [row[:2] for row in found.restricted] == [("I1", "签约")]


# -- tests of shares ---------------------------------------------------------------------------


def share_test(*whole: str) -> ShareTest:
    return ShareTest("四成", ("签约支出",), whole, Dated((Version(Fraction(2, 5)),)))


@pytest.mark.parametrize(("spent", "holds"), [("400.00", True), ("399.99", False)])
def test_a_share_is_compared_exactly(spent: str, holds: bool) -> None:
    rows = [
        made.account("I1", "签约支出", "expenditure", "300"),
        made.account("I1", "签约支出", "project_expenditure", made_less(spent, "300")),
        made.account("I1", "公卫", "income", "600"),
        made.account("I1", "公卫", "project_income", "400"),
        made.account("I1", "公卫", "received", "900", source="县"),
        made.account("I1", "别的", "expenditure", "1"),
    ]
    (one,) = share_results([share_test("公卫")], rows, PERIOD.end - 1)
    assert (one.whole_fen, one.holds) == (100_000, holds)
    told = [(p.code, p.value, p.facts["part"]) for p in share_problems([one])]
    assert told == ([] if holds else [("SHARE_TEST_FAILED", "四成", spent)])
    assert all(p.facts["share"] == "40%" for p in share_problems([one]))


def test_shares_are_shown_as_percents_where_these_are_exact() -> None:
    shown = [print_share(Fraction(text)) for text in ("2/5", "1", "0.125", "1/3", "0.000001")]
    assert shown == ["40%", "100%", "12.5%", "1/3", "0.0001%"]


def made_less(one: str, other: str) -> str:
    return print_fen(made.fen(one) - made.fen(other))


def test_money_that_was_only_received_counts_once_and_all_together_is_tested() -> None:
    rows = [
        made.account("I1", "公卫", "advance", "60"),
        made.account("I1", "公卫", "received", "40"),
        made.account("I1", "签约支出", "expenditure", "39.99"),
        made.account("I2", "签约支出", "expenditure", "0.01"),
    ]
    found = share_results([share_test("公卫", "新增")], rows, PERIOD.end - 1)
    assert [(t.institution_id, t.part_fen, t.whole_fen, t.holds) for t in found] == [
        ("I1", 3_999, 10_000, False),
        ("I2", 1, 0, True),
        ("", 4_000, 10_000, True),
    ]


def test_a_share_without_a_version_is_refused() -> None:
    test = replace(share_test("公卫"), at_least=Dated(()))
    with pytest.raises(RefusedError, match="SHARE_FIGURE_MISSING"):
        share_results([test], (), PERIOD.end - 1)
