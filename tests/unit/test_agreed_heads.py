"""What agreement found of what heads are paid and how they count, worked by hand.

Catches: a closing of restricted money that is compared before the heads' pay out of it is known; a
posting that was no head's earlier in the year and counts by chance.
"""

from pathlib import Path

import pytest

from equivalents.errors import RefusedError
from equivalents.run import settle_case
from tests.against_reference import compare, read_out
from tests.reference import Refused, settle
from tests.reference.small_case import HEAD, a_case, rows

WORK = rows(HEAD[:-1], "I1,P1,A,2025-03-01,3", "I1,P2,A,2025-03-01,1")

TWO_PLACES = {
    "institutions": rows("institution_id,name", "I1,一", "I2,二"),
    "staff": rows("person_id,institution_id,post", "P1,I1,医生", "P2,I2,护士"),
}
"""A doctor at I1, a nurse at I2."""


def with_a_head(folder: Path, closing: str, booked: str = "0.00") -> Path:
    """P3 leads I1 and is paid twice the average of the pool out of a restricted fund."""
    text = """period: 2025
leaders: {posts: 院长, reference: 示例}
surplus: {assessment: none}
sharing: {surplus: {nobody: retain}}
funds: {补助: {kind: given, restricted: yes, reference: 示例}}
components:
  负责人绩效:
    kind: leader
    of: [main]
    multiple: {value: '2', unit: 倍, valid_from: 2025-01-01}
    paid_from: {fund: 补助}
    reference: 示例
"""
    return a_case(
        folder,
        case=text,
        staff=rows("person_id,institution_id,post", "P1,I1,", "P2,I1,", "P3,I1,院长"),
        records=WORK,
        pools=rows("institution_id,pool,amount", "I1,main,100.00"),
        accounts=rows(
            "institution_id,line,kind,amount,source",
            "I1,补助,approved,150.00,县财政",
            "I1,补助,received,150.00,县财政",
            "I1,医疗,income,80.00,",
            f"I1,财政补助,income,{booked},补助",
            f"I1,补助,closing_restricted,{closing},",
        ),
    )


@pytest.mark.rules("B9", "B10", "D4")
def test_restricted_money_closes_behind_what_heads_are_paid_of_it(tmp_path: Path) -> None:
    # P1 and P2 share 100.00, 50.00 on average; the head has 2 × 50.00, and 150.00 - 100.00 is left.
    case = with_a_head(tmp_path, "50.00")
    assert compare(case, tmp_path / "out") == []
    (row,) = read_out(tmp_path / "out", "restricted")
    assert (row["received"], row["pools"], row["closing"]) == ("150.00", "100.00", "50.00")


@pytest.mark.rules("B10", "D4")
def test_a_closing_without_what_heads_are_paid_is_refused(tmp_path: Path) -> None:
    # 150.00 would be what is left if the head had nothing.
    case = with_a_head(tmp_path, "150.00")
    with pytest.raises(RefusedError) as refused:
        settle_case(case, tmp_path / "out")
    errors = [one for one in refused.value.problems if one.severity == "error"]
    assert [(one.code, one.facts["closing"]) for one in errors] == [("RESTRICTED_CLOSING", "50.00")]
    with pytest.raises(Refused, match="RESTRICTED_CLOSING"):
        settle(case)


@pytest.mark.rules("B4", "D4")
def test_what_heads_are_paid_of_a_fund_is_no_income_too(tmp_path: Path) -> None:
    # 50.00 of the fund are left behind the head's 100.00: they may stand in the account, no more.
    case = with_a_head(tmp_path, "50.00", booked="50.00")
    assert compare(case, tmp_path / "out") == []
    with_a_head(tmp_path, "50.00", booked="50.01")
    with pytest.raises(RefusedError) as refused:
        settle_case(case, tmp_path / "more")
    errors = [one for one in refused.value.problems if one.severity == "error"]
    assert [(one.code, one.facts["room"]) for one in errors] == [("FUND_TWICE", "50.00")]
    with pytest.raises(Refused, match="FUND_TWICE"):
        settle(case)


@pytest.mark.rules("D3")
@pytest.mark.parametrize("coefficient", ["", "person,P1,title,1,2025-07-01,"])
def test_who_became_a_head_in_the_year_was_none_before(tmp_path: Path, coefficient: str) -> None:
    # P1 leads since July, and treats patients all the year: a whole head there, half of one as a
    # doctor. January was no head's: 31 days of each post, and 31 as a doctor in July, where he is
    # half of one: (31 × 1 + 31 × 0.5 + 31 × 0.5) / 93 = 0.6667. 12,000.00 × 2 / 12 × 0.6667 =
    # 1,333.40, of which January had 333.40.
    text = """period: 2025-07
leaders: {posts: 院长, valid_from: 2025-07-01, reference: 示例}
yearly_limits: [{name: 年度, pools: [main], cap: '12000.00'}]
"""
    case = a_case(
        tmp_path,
        case=text,
        staff=rows("person_id,institution_id,post,post_id", "P1,I1,院长,N1", "P1,I1,医生,N2"),
        coefficients=rows(
            "scope,subject_id,kind,value,valid_from,valid_to",
            "posting,P1@I1/N2,fte,0.5,2025-01-01,",
            *([coefficient] if coefficient else []),
        ),
        records=rows(HEAD[:-1] + ",post_id", "I1,P1,A,2025-07-01,3,N2"),
        pools=rows("institution_id,pool,amount", "I1,main,5000.00"),
        opening=rows(
            "kind,institution_id,pool,person_id,period,amount",
            "paid,I1,main,P1,2025-01,333.40",
        ),
    )
    assert compare(case, tmp_path / "out") == []
    (row,) = read_out(tmp_path / "out", "limited")
    assert (row["head"], row["amount"]) == ("0.6667", "1000.00")


@pytest.mark.rules("B9")
@pytest.mark.parametrize(("staff", "cap"), [("in_cap", "1200.00"), ("all", "3600.00")])
def test_all_staff_are_heads_of_a_cap_also_types_outside_it(
    staff: str, cap: str, tmp_path: Path
) -> None:
    # 100.00 a month: P1 alone is in the cap (P2 is 合同工, P3 is not counted), all are three.
    rate = "{value: '100', unit: 元/人·月, valid_from: 2025-01-01}"
    text = f"""period: 2025
pay_cap:
  kind: formula
  outside_types: [合同工]
  terms: [{{kind: per_head, rate: {rate}, staff: {staff}, reference: 示例}}]
  reference: 示例
"""
    case = a_case(
        tmp_path,
        case=text,
        staff=rows(
            "person_id,institution_id,employment_type,in_cap",
            *("P1,I1,在编,", "P2,I1,合同工,", "P3,I1,在编,0"),
        ),
        records=WORK,
        pools=rows("institution_id,pool,amount", "I1,main,5000.00"),
    )
    assert compare(case, tmp_path / "out") == []
    (pool,) = read_out(tmp_path / "out", "pools")
    assert pool["amount"] == cap


@pytest.mark.rules("B10", "D4")
def test_an_approved_line_is_told_where_nobody_is_paid_of_it(tmp_path: Path) -> None:
    # At I1 120.00 of 150.00 are paid; at I2, where nobody is a doctor, 70.00 stay.
    text = """period: 2025-01
components:
  津贴:
    kind: allowance
    rate: {value: '120', unit: 元/人·月, valid_from: 2025-01-01}
    who: {posts: [医生]}
    paid_from: {line: 津贴总额}
    reference: 示例
"""
    case = a_case(
        tmp_path,
        case=text,
        **TWO_PLACES,
        records=rows(HEAD[:-1], "I1,P1,A,2025-01-01,3", "I2,P2,A,2025-01-01,1"),
        pools=rows("institution_id,pool,amount", "I1,main,1.00", "I2,main,1.00"),
        accounts=rows(
            "institution_id,line,kind,amount",
            "I1,津贴总额,approved,150.00",
            "I2,津贴总额,approved,70.00",
        ),
    )
    assert compare(case, tmp_path / "out") == []
    told = [
        (row["institution_id"], row["use"], row["amount"])
        for row in read_out(tmp_path / "out", "funds")
        if row["fund"] == "津贴总额"
    ]
    assert told == [
        ("I1", "津贴", "120.00"),
        ("I1", "unspent", "30.00"),
        ("I2", "unspent", "70.00"),
    ]


@pytest.mark.rules("B9", "D4")
def test_a_component_that_pays_nothing_makes_no_cap(tmp_path: Path) -> None:
    # The allowance of 100.00 x 0 is 0.00; at I2, without a pool, there is nothing to be capped.
    text = """period: 2025-01
surplus: {assessment: none}
pay_cap: {kind: fixed, reference: 示例}
coefficients: {考勤: {applies_to: none}}
components:
  津贴:
    kind: allowance
    rate: {value: '100', unit: 元/人·月, valid_from: 2025-01-01}
    coefficient: 考勤
    reference: 示例
"""
    case = a_case(
        tmp_path,
        case=text,
        **TWO_PLACES,
        coefficients=rows(
            "scope,subject_id,kind,value,valid_from",
            "person,P1,考勤,1,2025-01-01",
            "person,P2,考勤,0,2025-01-01",
        ),
        records=rows(HEAD[:-1], "I1,P1,A,2025-01-01,3"),
        pools=rows("institution_id,pool,amount", "I1,main,1.00"),
        accounts=rows(
            "institution_id,line,kind,amount",
            "I1,pay_cap,approved,500.00",
            "I2,pay_cap,approved,500.00",
        ),
    )
    assert compare(case, tmp_path / "out") == []
    assert {row["institution_id"] for row in read_out(tmp_path / "out", "paycap")} == {"I1"}
