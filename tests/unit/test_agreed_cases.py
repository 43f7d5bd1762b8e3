"""What agreement with the independent reference found, each reduced to a case worked by hand.

Catches: an amount below 0 in the report of money, a component of 0.00 that is refused as money that
is there twice, a pay cap that counts heads twice or not at all, a late record at a part that no
longer holds.
"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.errors import RefusedError
from equivalents.run import settle_case
from tests.against_reference import compare, read_out
from tests.corrections_against_reference import correction_differences
from tests.reference import Refused, settle
from tests.reference.small_case import HEAD, a_case, rows

WORK = rows(HEAD[:-1], "I1,P1,A,2025-03-01,3", "I1,P2,A,2025-03-01,1")
ADJUSTMENTS = "period,institution_id,pool,person_id,amount"


@pytest.mark.rules("B10", "D5")
def test_what_adjustments_take_back_of_a_pool_nobody_shares_flows_into_it(tmp_path: Path) -> None:
    # 0.07 and nobody to pay: P1 pays 3.50 back, and 3.57 is retained. No amount is below 0.
    case = a_case(
        tmp_path,
        case="period: 2025\nsharing: {default: {nobody: retain}}\n",
        pools=rows("institution_id,pool,amount", "I1,main,0.07"),
        records=rows(HEAD[:-1], "I1,P1,A,2025-03-01,1", "I1,P1,A,2025-03-02,1"),
        weights=rows("item_code,weight,valid_from", "A,0,2020-01-01"),
        adjustments=rows(ADJUSTMENTS, "2024,I1,main,P1,-3.50"),
    )
    assert compare(case, tmp_path / "out") == []
    flows = [
        (row["source"], row["use"], row["amount"]) for row in read_out(tmp_path / "out", "funds")
    ]
    assert flows == [("taken_back", "given", "3.50"), ("given", "retained", "3.57")]


@pytest.mark.rules("D4", "B4")
def test_a_component_that_pays_nothing_takes_no_money_twice(tmp_path: Path) -> None:
    # 100.00 of the fund stand in the account; an allowance at a rate of 0 takes none of them.
    figure = "{value: '0', unit: 元/人·月, valid_from: 2025-01-01}"
    text = f"""period: 2025
surplus: {{assessment: none}}
funds: {{补助: {{kind: given, reference: 示例}}}}
components:
  津贴: {{kind: allowance, rate: {figure}, paid_from: {{fund: 补助}}, reference: 示例}}
"""
    case = a_case(
        tmp_path,
        case=text,
        records=WORK,
        accounts=rows(
            "institution_id,line,kind,amount,source",
            "I1,补助,approved,60.00,县财政",
            "I1,财政补助,income,100.00,补助",
            "I1,支出,expenditure,100.00,",
        ),
    )
    assert compare(case, tmp_path / "out") == []


CAP = """period: 2025
leaders: {posts: [院长], reference: 示例}
surplus: {assessment: none}
pay_cap: {kind: fixed, reference: 示例}
components:
  负责人绩效:
    kind: leader
    multiple: {value: '2', unit: 倍, valid_from: 2025-01-01}
    of: [main]
    in_cap: IN
    reference: 示例
"""
STAFF = rows("person_id,institution_id,post", "P1,I1,", "P2,I1,", "P3,I1,院长")


def capped(folder: Path, in_cap: str, cap: str) -> Path:
    """A pool of 100.00 for two people, whose head has 2 × 50.00 beside it."""
    return a_case(
        folder,
        case=CAP.replace("IN", in_cap),
        staff=STAFF,
        records=WORK,
        pools=rows("institution_id,pool,amount", "I1,main,100.00"),
        accounts=rows("institution_id,line,kind,amount", f"I1,pay_cap,approved,{cap}"),
    )


@pytest.mark.rules("B9")
def test_pay_of_heads_in_the_cap_fits_behind_the_pools_or_is_refused(tmp_path: Path) -> None:
    # 100.00 + 100.00 fit into 200.00, and not into 199.99: pools are not cut for it a second time.
    (tmp_path / "fits").mkdir()
    case = capped(tmp_path / "fits", "yes", "200.00")
    assert compare(case, tmp_path / "out") == []
    pay = {row["person_id"]: row["amount"] for row in read_out(tmp_path / "out", "payouts")}
    assert pay == {"P1": "75.00", "P2": "25.00", "P3": "100.00"}
    (tmp_path / "above").mkdir()
    case = capped(tmp_path / "above", "yes", "199.99")
    with pytest.raises(RefusedError) as found:
        settle_case(case, tmp_path / "none")
    assert "COMPONENT_ABOVE_CAP" in [one.code for one in found.value.problems]
    with pytest.raises(Refused, match="PAYCAP_HEADS"):
        settle(case)


@pytest.mark.rules("B9")
def test_pay_of_heads_is_outside_the_cap_unless_it_says_otherwise(tmp_path: Path) -> None:
    # A cap of 80.00 takes 20.00 off the pool; the head has 2 × 40.00 whatever the cap is.
    case = capped(tmp_path, "no", "80.00")
    assert compare(case, tmp_path / "out") == []
    pay = {row["person_id"]: row["amount"] for row in read_out(tmp_path / "out", "payouts")}
    assert pay == {"P1": "60.00", "P2": "20.00", "P3": "80.00"}


@pytest.mark.rules("D5")
@pytest.mark.parametrize(("now_kept", "amount"), [("0.5", "12.50"), ("1", "25.00")])
def test_a_late_record_is_worth_no_more_than_it_was_in_time(
    now_kept: str, amount: str, tmp_path: Path
) -> None:
    # 3 and 1 of 100.00; half of P2's amount is withheld. A second unit of P2 is worth 25.00 × that
    # part of it, as it is known now (5.3, 5.19).
    def written(name: str, kept: str, *more: str) -> Path:
        (tmp_path / name).mkdir()
        return a_case(
            tmp_path / name,
            case="period: 2025\ncoefficients: {考核: {applies_to: withhold}}\n",
            pools=rows("institution_id,pool,amount", "I1,main,100.00"),
            records=WORK + "".join(f"{one}\n" for one in more),
            coefficients=rows(
                "scope,subject_id,kind,value,valid_from", f"person,P2,考核,{kept},2025-01-01"
            ),
        )

    closed, now = written("closed", "0.5"), written("now", now_kept, "I1,P2,A,2025-03-02,1")
    settle_case(closed, tmp_path / "out")
    arguments = ["correct", now, "--closed", tmp_path / "out", "-o", tmp_path / "adjusted"]
    assert CliRunner().invoke(app, [str(one) for one in arguments]).exit_code == 0
    assert correction_differences(closed, now, tmp_path / "adjusted", "at_price") == []
    found = read_out(tmp_path / "adjusted", "adjustments")
    assert [(row["person_id"], row["amount"]) for row in found] == [("P2", amount)]


@pytest.mark.rules("D4", "D5")
def test_adjustments_that_several_pay_are_one_row_of_what_somebody_is_paid(tmp_path: Path) -> None:
    # A bonus in the cap and one outside it were corrected: 12.34 - 0.01.
    text = """period: 2025
components: {一: {kind: bonus, reference: 示例}, 二: {kind: bonus, in_cap: no, reference: 示例}}
"""
    case = a_case(
        tmp_path,
        case=text,
        records=WORK,
        adjustments=rows(ADJUSTMENTS, "2024,I1,一,P1,12.34", "2024,I1,二,P1,-0.01"),
    )
    assert compare(case, tmp_path / "out") == []
    found = [row for row in read_out(tmp_path / "out", "payouts") if row["pool"] == "adjustment"]
    assert [(row["person_id"], row["amount"]) for row in found] == [("P1", "12.33")]


@pytest.mark.rules("B9", "D4")
def test_of_an_allowance_the_cap_counts_the_months_of_postings_in_it(tmp_path: Path) -> None:
    # 12 × 100.00, of which six months as 合同工 are outside: 1,000.00 - 600.00 are left.
    figure = "{value: '100', unit: 元/人·月, valid_from: 2025-01-01}"
    text = f"""period: 2025
surplus: {{assessment: none}}
pay_cap: {{kind: fixed, outside_types: [合同工], reference: 示例}}
components: {{津贴: {{kind: allowance, rate: {figure}, who: {{posts: [全科]}}, reference: 示例}}}}
"""
    case = a_case(
        tmp_path,
        case=text,
        staff=rows(
            "person_id,institution_id,post,employment_type,active_from,active_to",
            "P1,I1,全科,合同工,,2025-07-01",
            "P1,I1,全科,在编,2025-07-01,",
            "P2,I1,护士,在编,,",
        ),
        records=WORK,
        pools=rows("institution_id,pool,amount", "I1,main,1000.00"),
        accounts=rows("institution_id,line,kind,amount", "I1,pay_cap,approved,1000.00"),
    )
    assert compare(case, tmp_path / "out") == []
    (pool,) = read_out(tmp_path / "out", "pools")
    assert pool["amount"] == "400.00"
