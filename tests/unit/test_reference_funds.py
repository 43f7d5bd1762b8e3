"""The reference: schemes, heads, funds, payers, bridges, cap, ledger by hand (B1 to B10, D0)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference import Entry, Outcome, Refused, settle
from tests.reference.funds import split
from tests.reference.scheme import Payer, merged
from tests.reference.small_case import HEAD, a_case, rows

SIGNED = (
    "contract_id,resident_id,person_id,active_from,active_to,package,groups,permanent,birth_date"
)
SEVEN = rows(SIGNED, *(f"C{n},R{n},P1,2024-05-0{n + 1},,,,1,1980-01-01" for n in range(7)))


def case_of(funds: str, *, period: str = "2025", more: str = "") -> str:
    """Return `case.yaml` with these funds, written as one flow mapping each."""
    return f"period: {period}\nsurplus: {{assessment: none}}\nfunds:\n  {funds}\n{more}"


def due(outcome: Outcome, fund: str = "f") -> int:
    """Return the fen of one fund at I1."""
    return next(one.due_fen for one in outcome.dues if (one.institution, one.fund) == ("I1", fund))


def parts(outcome: Outcome, fund: str = "f") -> dict[str, int]:
    """Return the fen of each payer of one fund at I1."""
    return dict(next(one.parts for one in outcome.dues if one.fund == fund))


# -- heads and payers (B4, 5.10, 5.15) -----------------------------------------------------------


def test_the_odd_fen_goes_to_the_first_of_equal_payers(tmp_path: Path) -> None:
    # 7 heads x 10.00 in a month = 70.00; a third is 23.333...
    fund = "f: {kind: per_head, rate: '10', per: month, payers: [{payer: b, equal: yes}, "
    fund += "{payer: a, equal: yes}, {payer: c, equal: yes}]}"
    outcome = settle(a_case(tmp_path, case=case_of(fund, period="2025-06"), contracts=SEVEN))
    assert parts(outcome) == {"b": 2334, "a": 2333, "c": 2333}


@pytest.mark.parametrize(
    ("rate", "payers", "wanted"),
    [
        # Sanmenxia: 5 yuan, city to county 4:6.
        ("5", "[{payer: 市, share: 4}, {payer: 县, share: 6}]", [1400, 2100]),
        # 200 = 80 + 120.
        ("200", "[{payer: 市, percent: 40}, {payer: 县, percent: 60}]", [56000, 84000]),
        # Hangzhou: 120 = 12 + 30 + 78.
        ("120", "[{payer: a, amount: 12}, {payer: b, amount: 30}, {payer: c, amount: 78}]",
         [8400, 21000, 54600]),
    ],
)  # fmt: skip
def test_seven_heads_of_a_year(tmp_path: Path, rate: str, payers: str, wanted: list[int]) -> None:
    fund = f"f: {{kind: per_head, rate: '{rate}', payers: {payers}}}"
    outcome = settle(a_case(tmp_path, case=case_of(fund), contracts=SEVEN))
    assert list(parts(outcome).values()) == wanted


def test_months_of_a_short_period_and_months_active(tmp_path: Path) -> None:
    contracts = rows(
        SIGNED,
        "C1,R1,P1,2025-01-31,2025-04-30,,,,",  # last days of January, February, March
        "C2,R2,P1,2025-04-30,,,,,",  # of April, May, June
        "C3,R2,P2,2025-04-01,,,,,",  # the same resident again
    )
    pay = "payers: [{payer: a, share: 1}]}"
    funds = f"f: {{kind: per_head, rate: '120', {pay}\n"
    funds += f"  g: {{kind: per_head, rate: '120', prorate: yes, {pay}\n"
    funds += f"  h: {{kind: per_head, rate: '1.005', per: month, {pay}"
    text = case_of(funds, period="2025-H1")
    outcome = settle(a_case(tmp_path, case=text, contracts=contracts))
    assert due(outcome, "f") == 60_00, "one head on 30 June, six twelfths"
    assert due(outcome, "g") == 60_00, "3 + 3 months at a twelfth"
    assert due(outcome, "h") == 6_03, "6 x 1.005 = 6.03, rounded once"


def test_conditions_of_heads(tmp_path: Path) -> None:
    contracts = rows(
        SIGNED,
        "C1,R1,P1,2025-01-01,,,DM;65+,1,1985-12-31",  # 40 on 31 December
        "C2,R2,P1,2025-01-01,,A,HTN,0,1986-01-01",  # 39
        "C3,R3,P1,2025-01-01,,A,65+,1,1960-06-30",  # 65
        "C4,R3,P2,2025-01-01,,,65+,1,1960-06-30",
        "C5,R4,P1,2025-01-01,2025-12-31,,65+,1,1970-06-30",  # over on the day
    )
    asked = {
        "all": "{}",
        "ages": "{age_from: 40, age_to: 64}",
        "permanent": "{permanent: yes}",
        "groups": "{groups: [HTN, DM]}",
        "package": "{package: A}",
    }
    pay = "rate: '1', payers: [{payer: a, share: 1}]"
    funds = "\n  ".join(
        f"{name}: {{kind: per_head, heads: {heads}, {pay}}}" for name, heads in asked.items()
    )
    outcome = settle(a_case(tmp_path, case=case_of(funds), contracts=contracts))
    found = {one.fund: one.due_fen // 100 for one in outcome.dues}
    assert found == {"all": 3, "ages": 1, "permanent": 2, "groups": 2, "package": 2}


def test_registers_and_charges_taken_off(tmp_path: Path) -> None:
    registers = rows("institution_id,group,heads,date", "I1,常住,100,2025-01-01",
                     "I1,常住,90,2025-12-31", "I1,常住,7,2026-01-01")  # fmt: skip
    charges = rows("resident_id,institution_id,code,amount,date", "R1,I1,REFERRAL,80.50,2025-03-01",
                   "R2,I1,OTHER,1.00,2025-03-01")  # fmt: skip
    fund = "f: {kind: per_head, heads: {source: registers, register: 常住}, rate: '2', "
    fund += "less_charges: [REFERRAL], payers: [{payer: a, share: 1}]}"
    case = a_case(tmp_path, case=case_of(fund), registers=registers, charges=charges)
    assert due(settle(case)) == 90 * 200 - 8050
    monthly = case_of(fund.replace("常住}", "常住, monthly: yes}, per: month"))
    with pytest.raises(Refused, match="REGISTER_MONTH_MISSING"):
        settle(a_case(tmp_path, case=monthly, registers=registers, charges=charges))


def test_a_negative_amount_is_split_by_its_size() -> None:
    payers = (Payer("b", 1), Payer("a", 1), Payer("c", 2))  # type: ignore[arg-type]
    assert split(-7, payers) == (("b", -2), ("a", -2), ("c", -3))
    assert split(7, payers) == (("b", 2), ("a", 2), ("c", 3))


def test_packages_are_paid_by_resident_and_fund(tmp_path: Path) -> None:
    contracts = rows(SIGNED, "C1,R1,P1,2025-01-01,,A,,,", "C2,R2,P1,2025-01-01,,A,,,",
                     "C3,R1,P1,2025-01-01,,B,,,")  # fmt: skip
    fund = "f: {kind: packages, reimbursed_by: 医保, packages: {A: {price: '100', "
    fund += "reimbursement: '70'}, B: {price: '60.5', reimbursement: '0'}}}"
    outcome = settle(a_case(tmp_path, case=case_of(fund), contracts=contracts))
    assert parts(outcome) == {"居民": 2 * 3000 + 6050, "医保": 2 * 7000}


# -- work (B1, B2; 5.13) -------------------------------------------------------------------------


WORK = rows(HEAD[:-1], "I1,P1,A,2025-03-01,3", "I1,P1,A,2025-07-01,5", "I1,P1,B,2025-07-01,2")
WEIGHTS = rows("item_code,weight,valid_from", "A,1.5,2020-01-01", "B,2,2020-01-01")


def test_fixed_prices_by_month_channel_and_tier(tmp_path: Path) -> None:
    pay = "series: pay, payers: [{payer: a, share: 1}]"
    funds = "f: {kind: per_item, channel: c, prices: {A: [{value: '10', valid_to: 2025-07-01},"
    funds += f" {{value: '20', valid_from: 2025-07-01}}]}}, {pay}}}\n"
    funds += "  g: {kind: per_equivalent, channel: d, tiers: [{from: '0', price: '1'}, "
    funds += f"{{from: '8.8', price: '3'}}], {pay}}}"
    channels = "channels:\n  c: {items: {A: '0.6'}}\n  d: {items: {A: '2/5', B: '1'}}\n"
    case = a_case(tmp_path, case=case_of(funds, more=channels), records=WORK, weights=WEIGHTS)
    outcome = settle(case)
    assert due(outcome, "f") == 7800, "(3 x 10 + 5 x 20) x 0.6"
    assert due(outcome, "g") == 2640, "8 x 1.5 x 2/5 + 2 x 2 = 8.8, all of it at 3"


def test_a_channel_of_the_others_buys_what_none_lists(tmp_path: Path) -> None:
    """A is bought elsewhere to 3/5 until July, then wholly here; B is here all along."""
    funds = "g: {kind: per_equivalent, channel: d, series: pay, price: '10', "
    funds += "payers: [{payer: a, share: 1}]}"
    channels = "channels:\n  c: {items: {A: '0.6'}, valid_to: 2025-07-01}\n  d: {others: yes}\n"
    case = a_case(tmp_path, case=case_of(funds, more=channels), records=WORK, weights=WEIGHTS)
    # A: 3 x 1.5 x 0.4 = 1.8 before July, 5 x 1.5 = 7.5 after; B: 2 x 2 = 4.
    assert due(settle(case), "g") == 133_00


def test_income_is_taken_off_and_not_below_zero(tmp_path: Path) -> None:
    pay = "series: pay, price: '10', offset_lines: [诊疗], payers: [{payer: a, share: 1}]"
    funds = f"f: {{kind: per_equivalent, {pay}}}\n"
    funds += f"  g: {{kind: per_equivalent, below_zero: yes, {pay}}}"
    accounts = rows("institution_id,line,kind,amount", "I1,诊疗,income,200.01")
    share = "sharing: {surplus: {nobody: retain}}\n"
    text = case_of(funds, more=share)
    case = a_case(tmp_path, case=text, records=WORK, weights=WEIGHTS, accounts=accounts)
    outcome = settle(case)
    assert (due(outcome, "f"), due(outcome, "g")) == (0, 160_00 - 200_01)


def two_places(tmp_path: Path, fund: str, *, more: str = "") -> Outcome:
    """Settle with two institutions: I1 has 16 equivalents, I2 has 8; T is 1 and 0.5."""
    records = WORK + "I2,P3,A,2025-05-01,4\nI2,P3,B,2025-05-01,1\n"
    coefficients = rows("scope,subject_id,kind,value,valid_from", "institution,I1,t,1,2025-01-01",
                        "institution,I2,t,0.5,2025-01-01")  # fmt: skip
    text = case_of(fund, more="coefficients: {t: {applies_to: none}}\n" + more)
    return settle(
        a_case(
            tmp_path,
            case=text,
            institutions=rows("institution_id,group", "I1,II", "I2,I"),
            staff=rows("person_id,institution_id", "P1,I1", "P3,I2"),
            records=records,
            weights=WEIGHTS,
            coefficients=coefficients,
        )
    )


def test_a_floating_price_shares_the_budget(tmp_path: Path) -> None:
    fund = "f: {kind: per_equivalent, series: pay, floating: yes, budget: '100.00', "
    fund += "coefficients: [t], payers: [{payer: a, share: 1}]}"
    outcome = two_places(tmp_path, fund)
    # 16 to 4: 80.00 and 20.00.
    assert [one.due_fen for one in outcome.dues] == [8000, 2000]


@pytest.mark.parametrize(("over", "wanted"), [("scale", [667, 333]), ("refuse", None)])
def test_a_sum_above_the_budget(tmp_path: Path, over: str, wanted: list[int] | None) -> None:
    fund = "f: {kind: per_equivalent, series: pay, price: '10', budget: '10.00', "
    fund += f"over_budget: {over}, payers: [{{payer: a, share: 1}}]}}"
    if wanted is None:
        with pytest.raises(Refused, match="FUND_OVER_BUDGET"):
            two_places(tmp_path, fund)
    else:
        assert [one.due_fen for one in two_places(tmp_path, fund).dues] == wanted


def test_a_coefficient_that_a_fund_names_must_exist(tmp_path: Path) -> None:
    fund = "f: {kind: per_head, rate: '1', coefficient: x, payers: [{payer: a, share: 1}]}"
    with pytest.raises(Refused, match="FUND_COEFFICIENT_MISSING"):
        settle(a_case(tmp_path, case=case_of(fund), contracts=SEVEN))


# -- tables (B1, B3, B8), bridges, cap and ledger (B6, B9, B10, D0) ------------------------------

ACCOUNTS = rows(
    "institution_id,line,kind,amount,recurrent,source",
    "I1,薪酬,expenditure,900.00,1,",
    "I1,设备,expenditure,50.00,0,",
    "I1,医疗,income,700.25,1,",
    "I1,line,approved,333.33,,县财政",
    "I1,line,approved,100.00,,市财政",
    "I1,line,advance,50.00,,市财政",
    "I1,line,received,70.00,,市财政",
    "I1,line,paid,10.00,,县财政",
    "I1,pay_cap,approved,200.00,,",
    "I1,base_pay,paid,50.00,,",
)
TABLES = """line: {kind: given, income: no}
  base: {kind: floor, payers: [{payer: 县财政, share: 1}]}
  part: {kind: split, of: line, income: no, share: 1/3}
  plan: {kind: tasks, income: no, standards: {随访: '2.5'}, payers: [{payer: 县财政, share: 1}]}"""


def settled_tables(tmp_path: Path, more: str) -> Outcome:
    """Settle the case of the tables above."""
    tasks = rows("institution_id,fund,task,quantity,income", "I1,plan,随访,10.5,5.00",
                 "I1,plan,,,1.25")  # fmt: skip
    text = case_of(TABLES, more=more)
    return settle(a_case(tmp_path, case=text, accounts=ACCOUNTS, tasks=tasks, records=WORK,
                         weights=WEIGHTS))  # fmt: skip


def test_given_floor_split_and_budget_mode(tmp_path: Path) -> None:
    outcome = settled_tables(tmp_path, "")
    assert due(outcome, "line") == 433_33 - 144_44, "the part is taken out of it"
    assert due(outcome, "base") == 199_75, "only what is recurrent"
    assert due(outcome, "part") == 144_44, "433.33 / 3 = 144.443"
    assert due(outcome, "plan") == 20_00, "10.5 x 2.5 - 6.25"
    assert outcome.ledger["I1", "line", "市财政"] == Entry(10000, 10000, 12000, 0)
    assert outcome.ledger["I1", "line", "市财政"].owed_fen == -2000
    assert outcome.ledger["I1", "line", "县财政"] == Entry(33333, 33333, 0, 1000)


def test_a_floor_counts_income_that_is_due_and_not_booked(tmp_path: Path) -> None:
    accounts = ACCOUNTS + "I1,购买,income,3.00,1,\n"
    funds = """line: {kind: given}
  part: {kind: split, of: base, share: 1/2}
  bought: {kind: per_head, title: 购买, rate: '7', payers: [{payer: 县财政, share: 1}]}
  base: {kind: floor, payers: [{payer: 县财政, share: 1}]}"""
    lower = accounts.replace("333.33", "33.33")
    text = case_of(funds)
    outcome = settle(a_case(tmp_path, case=text, accounts=lower, contracts=SEVEN))
    # 900.00 - 700.25 - 3.00 that is booked of what is bought - 133.33 that is due of line
    # comes to 63.42, of which the part takes half
    assert due(outcome, "base") == 31_71
    assert due(outcome, "part") == 31_71


def test_bridges_make_pools_within_the_cap(tmp_path: Path) -> None:
    more = "pools:\n  a: {fund: line, rule: percent, share: '0.7'}\n"
    more += "  b: {fund: base, rule: after_costs, cost_lines: [设备]}\n"
    more += "  c: {fund: part, in_cap: no}\n"
    outcome = settled_tables(tmp_path, more + "pay_cap: {kind: fixed}\n")
    # The part is no longer the line's: 433.33 - 144.44 = 288.89; x 0.7 = 202.223;
    # 199.75 - 50 = 149.75; together 351.97 where 150.00 is left.
    assert sum(outcome.over_cap.values()) == 351_97 - 150_00
    # 201.97 x 202.22 / 351.97 = 116.0400...; 201.97 x 149.75 / 351.97 = 85.929...
    taken = {pool: fen for (_, pool), fen in outcome.over_cap.items()}
    assert taken == {"a": 116_04, "b": 85_93, "main": 0, "surplus": 0}
    assert {pool: one.paid_fen for (_, pool), one in outcome.pools.items()} == {
        "a": 86_18, "b": 63_82, "c": 144_44, "main": 0, "surplus": 0,
    }  # fmt: skip


# -- layers --------------------------------------------------------------------------------------


def test_layers_merge_key_by_key_and_lists_are_replaced() -> None:
    below = {"a": {"x": "1", "y": ["1", "2"]}, "b": "1"}
    above = {"a": {"y": ["3"], "z": "4"}}
    assert merged(below, above) == {"a": {"x": "1", "y": ["3"], "z": "4"}, "b": "1"}


def test_an_institution_has_its_own_rate(tmp_path: Path) -> None:
    fund = "f: {kind: per_head, rate: '1', payers: [{payer: a, share: 1}]}"
    (tmp_path / "county.yaml").write_text(f"scheme: county\nfunds:\n  {fund}\n", encoding="utf-8")
    own = "scheme: own\nlayer: institution\ninstitution: I1\nfunds: {f: {rate: '4'}}\n"
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    text = "period: 2025\nscheme: [county.yaml, own.yaml]\nfunds: {f: {rate: '3'}}\n"
    outcome = settle(a_case(tmp_path, case=text, contracts=SEVEN))
    assert due(outcome) == 28_00, "the institution's layer lies over the inline keys"
    text = text.replace(", own.yaml", "")
    assert due(settle(a_case(tmp_path, case=text, contracts=SEVEN))) == 21_00
