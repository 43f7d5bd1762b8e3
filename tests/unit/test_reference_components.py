"""The reference: what is paid beside the pools (D4, B9; 5.3, 5.15, 5.19), worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference import Outcome, Refused, settle
from tests.reference.small_case import HEAD, a_case, rows

STAFF = "person_id,institution_id,post,employment_type,active_from,active_to"
WORK = rows(HEAD[:-1], "I1,P1,A,2025-03-01,3", "I1,P2,A,2025-03-01,1")
POOL = rows("institution_id,pool,amount", "I1,main,100.00")


def settled(folder: Path, components: str, more: str = "", **tables: str) -> Outcome:
    """Settle the smallest case with components, and more keys of `case.yaml`."""
    text = f"period: {tables.pop('period', '2025')}\ncomponents: {{{components}}}\n{more}"
    given = {"records": WORK, "pools": POOL} | tables
    return settle(a_case(folder, case=text, **given))


def beside(outcome: Outcome) -> dict[str, int]:
    """Return the fen of everybody beside the pools, all components together."""
    found: dict[str, int] = {}
    for name, fen in outcome.beside.items():
        found[name.person] = found.get(name.person, 0) + fen
    return found


RATE = 'rate: {value: "100.05", unit: 元/人·月}'


def test_an_allowance_counts_the_months_of_whose_last_day_one_is_there(tmp_path: Path) -> None:
    # P1 from 15 March to 30 June exclusive: March, April, May. P2 is no GP.
    staff = rows(STAFF, "P1,I1,全科,,2025-03-15,2025-06-30", "P2,I1,护士,,,")
    work = rows(HEAD[:-1], "I1,P1,A,2025-03-15,3")
    found = settled(
        tmp_path, f"津贴: {{kind: allowance, {RATE}, who: {{posts: [全科]}}}}",
        staff=staff, records=work,
    )  # fmt: skip
    assert beside(found) == {"P1": 30015}


def test_an_allowance_by_days_and_parts_of_a_head(tmp_path: Path) -> None:
    # 17 of 31 days of March, two months, 29 of 30 days of June: 17/31 + 2 + 29/30 = 3.51505..
    staff = rows(STAFF, "P1,I1,全科,,2025-03-15,2025-06-30", "P2,I1,护士,,,")
    half = rows("scope,subject_id,kind,value,valid_from", "person,P1,fte,0.5,2025-05-01")
    tables = {"staff": staff, "records": rows(HEAD[:-1], "I1,P1,A,2025-03-15,3")}
    rule = f"kind: allowance, {RATE}, who: {{posts: [全科]}}"
    whole = settled(tmp_path, f"津贴: {{{rule}, month: days}}", **tables)
    assert beside(whole) == {"P1": 35168}  # 100.05 x 3269/930 = 351.681..
    # Half a head from May: 17/31 + 1 + 1/2 + 29/60 = 2.5317..: 253.299..
    found = settled(tmp_path, f"津贴: {{{rule}, month: days}}", coefficients=half, **tables)
    assert beside(found) == {"P1": 25330}
    # By months 1 + 1 + 0.5 of 100.05: 250.125, half-up; or whole heads where declared.
    found = settled(tmp_path, f"津贴: {{{rule}}}", coefficients=half, **tables)
    assert beside(found) == {"P1": 25013}
    found = settled(tmp_path, f"津贴: {{{rule}, fte: no}}", coefficients=half, **tables)
    assert beside(found) == {"P1": 30015}


def test_an_allowance_times_a_result_and_by_dated_rates(tmp_path: Path) -> None:
    # 10.00 in January and February, 20.01 in March; 0.3333 of it all: 40.01 x 0.3333 = 13.3353..
    rate = (
        'rate: [{value: "10", unit: 元/人·月, valid_to: 2025-03-01}, '
        '{value: "20.01", unit: 元/人·月, valid_from: 2025-03-01}]'
    )
    by = rows("scope,subject_id,kind,value,valid_from", "person,P1,judged,0.3333,2020-01-01")
    rule = f"kind: allowance, {rate}, coefficient: judged"
    staff = rows(STAFF, "P1,I1,全科,,,", "P2,I1,护士,,,")
    tables = {"staff": staff, "coefficients": by, "period": "2025-Q1"}
    none = "coefficients: {judged: {applies_to: none}}\n"
    found = settled(tmp_path, f"津贴: {{{rule}, who: {{posts: [全科]}}}}", none, **tables)
    assert beside(found) == {"P1": 1334}
    with pytest.raises(Refused, match="COMPONENT_COEFFICIENT_MISSING P2"):
        settled(tmp_path, f"津贴: {{{rule}}}", none, **tables)


CONTRACTS = rows(
    "contract_id,resident_id,person_id,active_from,active_to,groups,permanent",
    "C1,R1,P1,2025-01-01,,老年人,1",
    "C2,R2,P1,2025-01-01,2025-02-28,,0",
    "C3,R3,P1,2025-03-31,,elderly;儿童,1",
)


def test_an_allowance_per_contract(tmp_path: Path) -> None:
    # Ends of months: January C1 C2, February C1 (C2 ends on its last day), March C1 C3: 5 x 1.111.
    month = 'kind: per_contract, rate: {value: "1.111", unit: 元/人·月}'
    year = 'kind: per_contract, rate: {value: "12.01", unit: 元/人·年}'
    tables = {"contracts": CONTRACTS, "period": "2025-Q1"}
    assert beside(settled(tmp_path, f"签约: {{{month}}}", **tables)) == {"P1": 556}
    # A year's rate: 2 on 31 March x 12.01 x 3/12 = 6.005.
    assert beside(settled(tmp_path, f"签约: {{{year}}}", **tables)) == {"P1": 601}
    elderly = f"签约: {{{month}, heads: {{groups: [elderly], permanent: yes}}}}"
    assert beside(settled(tmp_path, elderly, **tables)) == {"P1": 444}
    nobody = f"签约: {{{month}, who: {{posts: [全科]}}}}"
    assert beside(settled(tmp_path, nobody, **tables)) == {}


def test_bonuses_and_what_is_charged_to_a_fund(tmp_path: Path) -> None:
    bonuses = rows("institution_id,person_id,component,amount,date",
                   "I1,P1,单项,10.00,2025-05-01", "I1,P1,单项,0.07,")  # fmt: skip
    accounts = rows("institution_id,line,kind,amount", "I1,grant,approved,10.06")
    funds = "funds: {grant: {kind: given, income: no}}\n"
    rule = "单项: {kind: bonus, paid_from: {fund: grant}}"
    tables = {"bonuses": bonuses, "accounts": accounts}
    none = "surplus: {assessment: none}\n"
    with pytest.raises(Refused, match="COMPONENT_OVERDRAWN"):
        settled(tmp_path, rule, funds + none, **tables)
    tables["accounts"] = accounts.replace("10.06", "10.07")
    found = settled(tmp_path, rule, funds + none, **tables)
    assert beside(found) == {"P1": 1007}
    assert [(flow.source, flow.use, fen) for flow, fen in found.flows.items()
            if flow.fund == "grant" and flow.source == "due" and fen] == [
        ("due", "单项", 1007)]  # fmt: skip
    with pytest.raises(Refused, match="COMPONENT_UNKNOWN"):
        settled(tmp_path, "其他: {kind: bonus}", bonuses=bonuses)


def test_heads_have_a_multiple_of_what_others_were_paid(tmp_path: Path) -> None:
    # P3 leads: his work is in no pool. (75.00 + 25.00) / 2 x 1.5 x 0.9 = 67.50
    staff = rows(STAFF, "P1,I1,全科,,,", "P2,I1,护士,,,", "P3,I1,院长,,,")
    by = rows("scope,subject_id,kind,value,valid_from", "institution,I1,judged,0.9,2020-01-01")
    rule = "负责人: {kind: leader, multiple: '1.5', of: [main], coefficient: judged}"
    more = "leaders: {posts: [院长]}\ncoefficients: {judged: {applies_to: none}}\n"
    found = settled(tmp_path, rule, more, staff=staff, coefficients=by)
    assert beside(found) == {"P3": 6750}


def test_what_was_withheld_is_released_by_a_later_result(tmp_path: Path) -> None:
    opening = rows("kind,institution_id,pool,person_id,amount", "withheld,I1,main,P1,10.01",
                   "withheld,I1,main,P2,7.00", "withheld,I1,other,P2,1.00")  # fmt: skip
    by = rows("scope,subject_id,kind,value,valid_from", "person,P1,judged,0.5,2020-01-01",
              "person,P2,judged,1,2020-01-01")  # fmt: skip
    rule = "兑现: {kind: release, pools: [main], coefficient: judged, rest: carry}"
    kinds = "coefficients: {judged: {applies_to: withhold, later: release, pools: [main]}}\n"
    found = settled(tmp_path, rule, kinds, opening=opening, coefficients=by)
    # 5.005 half-up; of his 75.00 half is withheld now.
    assert beside(found) == {"P1": 501, "P2": 700}
    assert found.withheld == {
        ("I1", "main", "P1"): 3750 + 500,
        ("I1", "other", "P2"): 100,
    }
    retained = settled(tmp_path, rule.replace("carry", "retain"), kinds,
                       opening=opening, coefficients=by)  # fmt: skip
    assert retained.withheld[("I1", "main", "P1")] == 3750


ADJUST = "period,institution_id,pool,person_id,amount,fund"


def test_adjustments_are_paid_by_the_open_pool_or_by_a_fund(tmp_path: Path) -> None:
    adjustments = rows(ADJUST, "2024,I1,main,P1,20.03,", "2024,I1,main,P2,-0.03,")
    found = settled(tmp_path, "", adjustments=adjustments)
    # 100.00 - 20.00 = 80.00, three to one.
    assert [one.amount_fen for one in found.payouts.values()] == [6000, 2000]
    assert beside(found) == {"P1": 2003, "P2": -3}
    # The pool pays both (5.19): what it paid is 20.00 more than its shares, and D2 holds.
    assert found.pools["I1", "main"] == (10000, 10000, 0, 0)
    assert found.charged == {("I1", "main"): 2000}
    with pytest.raises(Refused, match="ADJUSTMENT_OVER_POOL"):
        settled(tmp_path, "", adjustments=rows(ADJUST, "2024,I1,main,P1,100.01,"))
    with pytest.raises(Refused, match="ADJUSTMENT_NO_POOL"):
        settled(tmp_path, "", adjustments=rows(ADJUST, "2024,I1,gone,P1,0.01,"))
    accounts = rows("institution_id,line,kind,amount", "I1,grant,approved,20.00")
    more = "funds: {grant: {kind: given, income: no}}\nsurplus: {assessment: none}\n"
    by_fund = rows(ADJUST, "2024,I1,main,P1,20.00,grant")
    found = settled(tmp_path, "", more, adjustments=by_fund, accounts=accounts)
    assert [one.amount_fen for one in found.payouts.values()] == [7500, 2500]


def test_components_count_in_the_cap_before_the_pools(tmp_path: Path) -> None:
    # 110.00 - 30.00 of P1; P2's 50.00 are outside by his employment: 80.00 are left of 100.00.
    staff = rows(STAFF, "P1,I1,全科,在编,,", "P2,I1,护士,合同工,,")
    bonuses = rows("institution_id,person_id,component,amount", "I1,P1,单项,30.00",
                   "I1,P2,单项,50.00")  # fmt: skip
    accounts = rows("institution_id,line,kind,amount", "I1,pay_cap,approved,110.00")
    cap = "pay_cap: {kind: fixed, outside_types: [合同工]}\nsurplus: {assessment: none}\n"
    tables = {"staff": staff, "bonuses": bonuses, "accounts": accounts}
    found = settled(tmp_path, "单项: {kind: bonus}", cap, **tables)
    assert found.over_cap == {("I1", "main"): 2000}
    assert [one.amount_fen for one in found.payouts.values()] == [6000, 2000]
    free = settled(tmp_path, "单项: {kind: bonus, in_cap: no}", cap, **tables)
    assert not any(free.over_cap.values())
    tables["bonuses"] = bonuses.replace("30.00", "110.01")
    with pytest.raises(Refused, match="PAYCAP_COMPONENTS"):
        settled(tmp_path, "单项: {kind: bonus}", cap, **tables)


def test_employment_types_outside_the_cap_are_no_heads(tmp_path: Path) -> None:
    staff = rows(STAFF, "P1,I1,全科,在编,,", "P2,I1,护士,合同工,,")
    cap = (
        "pay_cap: {kind: formula, outside_types: [合同工], per: period, "
        'terms: [{kind: per_head, rate: "5.00"}]}\n'
    )
    found = settled(tmp_path, "", cap, staff=staff)
    assert found.caps == {"I1": (6000, 0)}
