"""Components of pay in whole cases (D4, B9), from the tables to what is written.

Faults caught: adjustments that a pool's coefficient shrinks, withheld money lost between periods,
a component that the next period's cap forgets.
"""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from equivalents.errors import RefusedError
from equivalents.report.explained import person_text
from equivalents.report.explained_json import person_json
from equivalents.run import settle_case
from equivalents.tracing import trace_person
from equivalents.whatif import compare_case
from tests.bad.case import HEAD, Content, write_case
from tests.lines_alike import read_out
from tests.statements import re_add
from tests.unit.test_workbook import lines, sheets

pytestmark = pytest.mark.rules("D4", "B9")
HEADS = "reference: 示例\n"
MONTHLY = '{value: "100.00", unit: 元/人·月, valid_from: 2020-01-01}'


def settled(folder: Path, files: dict[str, Content]) -> Path:
    case = write_case(folder / "case", files)
    settle_case(case, folder / "out")
    return folder / "out"


def work(month: str) -> str:
    lines = [
        f"I01,P01,MZ01,{month}-02,2",
        f"I01,P02,MZ01,{month}-03,1",
        f"I02,P03,MZ01,{month}-04,3",
    ]
    return "\n".join([HEAD, *lines, ""])


def test_withheld_money_is_neither_lost_nor_paid_twice(tmp_path: Path) -> None:
    """Two months withhold 0.1 of 66.67, the third releases 0.75 of it and carries the rest."""
    kinds = "coefficients:\n  月考: {applies_to: withhold, later: release}\n"
    kinds += "  年考: {applies_to: none}\n"
    release = "components: {兑现: {kind: release, coefficient: 年考, rest: carry}}\n"
    coefficients = (
        "scope,subject_id,kind,value,valid_from,valid_to\n"
        "person,P01,月考,0.9,2025-01-01,2025-03-01\nperson,P01,年考,0.75,2025-01-01,\n"
    )
    opening = ""
    amounts = []
    for month in ("2025-01", "2025-02", "2025-03"):
        files: dict[str, Content] = {
            "case.yaml": f"period: {month}\n{HEADS}{kinds}{release if month > '2025-02' else ''}",
            "coefficients.csv": coefficients,
            "records.csv": work(month),
        }
        if opening:
            files["opening.csv"] = opening
        out = settled(tmp_path / month, files)
        amounts += [row["amount"] for row in read_out(out, "payouts") if row["person_id"] == "P01"]
        opening = (out / "opening_next.csv").read_text(encoding="utf-8-sig")
    # 66.67 x 0.9 = 60.003: 60.00 paid, 6.67 kept, twice: 13.34 x 0.75 = 10.005: 10.01, 3.33 left.
    assert amounts == ["60.00", "60.00", "10.01", "66.67"]
    assert [(row["kind"], row["amount"]) for row in read_out(out, "opening_next")] == [
        ("withheld", "3.33")
    ]
    summary = json.loads((tmp_path / "2025-03" / "out" / "summary.json").read_bytes())
    (told,) = [one for one in summary["checks"] if one["check"].startswith("withheld before")]
    assert (told["left"], told["right"]) == ("13.34", "13.34")


def test_the_cap_of_a_year_knows_what_components_of_earlier_periods_paid(tmp_path: Path) -> None:
    """Two half-years of a cap of 1,600.00 in which allowances have 600.00 each."""
    yaml = (
        f"{HEADS}components:\n"
        f"  津贴: {{kind: allowance, rate: {MONTHLY}, who: {{persons: [P01]}}}}\n"
        "  院长: {kind: leader, multiple: {value: '0.5', unit: 倍, valid_from: 2020-01-01},"
        " of: [绩效], in_cap: yes}\n"
        "leaders: {posts: [院长], reference: 示例}\n"
        "pay_cap: {kind: fixed, valid_from: 2025-01-01}\n"
    )
    common: dict[str, Content] = {
        "staff.csv": "person_id,institution_id,post\nP01,I01,\nP02,I01,\nP03,I02,\nP09,I01,院长\n",
        "pools.csv": "institution_id,pool,amount\nI01,绩效,200.00\nI02,绩效,30.00\n",
        "accounts.csv": "institution_id,line,kind,amount\nI01,pay_cap,approved,1600.00\n"
        "I02,pay_cap,approved,9999.00\n",
    }
    first = settled(
        tmp_path / "1",
        common | {"case.yaml": f"period: 2025-H1\n{yaml}", "records.csv": work("2025-02")},
    )
    caps = {(row["line"], row["name"]): row["amount"] for row in read_out(first, "paycap")[:6]}
    assert caps["component", "津贴"] == "600.00"
    assert caps["component", "院长"] == "50.00"
    opening = (first / "opening_next.csv").read_text(encoding="utf-8-sig")
    assert "cap_pool,I01,津贴,,,2025-H1,,600.00," in opening
    assert "cap_pool,I01,院长,,,2025-H1,,50.00," in opening
    yaml = yaml.replace(", in_cap: yes", "")
    second = settled(
        tmp_path / "2",
        common
        | {
            "case.yaml": f"period: 2025-H2\n{yaml}",
            "records.csv": work("2025-08"),
            "opening.csv": opening,
        },
    )
    # 1,600.00 - (600.00 + 50.00 + 200.00) - 600.00 = 150.00 are left for a pool of 200.00.
    pools = {row["institution_id"]: row["amount"] for row in read_out(second, "pools")}
    assert pools == {"I01": "150.00", "I02": "30.00"}


def test_a_head_in_the_cap_has_one_where_no_pool_counts_in_it(tmp_path: Path) -> None:
    """The only pool is outside the cap: 50.00 of the head are held against it all the same."""
    yaml = (
        f"period: 2025-06\n{HEADS}"
        "components: {院长: {kind: leader, of: [绩效], in_cap: yes,"
        " multiple: {value: '0.5', unit: 倍, valid_from: 2020-01-01}}}\n"
        "leaders: {posts: [院长], reference: 示例}\n"
        "pay_cap: {kind: fixed, per: period, valid_from: 2025-01-01, outside: [绩效]}\n"
    )
    files: dict[str, Content] = {
        "case.yaml": yaml,
        "staff.csv": "person_id,institution_id,post\nP01,I01,\nP03,I02,\nP09,I01,院长\n",
        "records.csv": f"{HEAD}\nI01,P01,MZ01,2025-06-02,1\nI02,P03,MZ01,2025-06-02,1\n",
        "accounts.csv": "institution_id,line,kind,amount\nI01,pay_cap,approved,50.00\n",
    }
    out = settled(tmp_path / "1", files)
    told = [(row["institution_id"], row["line"], row["amount"]) for row in read_out(out, "paycap")]
    assert ("I01", "component", "50.00") in told
    assert {row[0] for row in told} == {"I01"}
    low: dict[str, Content] = {"accounts.csv": str(files["accounts.csv"]).replace("50.00", "49.99")}
    with pytest.raises(RefusedError) as caught:
        settled(tmp_path / "2", files | low)
    assert [one.code for one in caught.value.problems] == ["COMPONENT_ABOVE_CAP"]


def test_months_of_a_type_outside_the_cap_do_not_count_in_it(tmp_path: Path) -> None:
    """P01 is a contract worker in May: of 200.00 the 100.00 of June count, 50.00 are left."""
    files: dict[str, Content] = {
        "case.yaml": f"""period: "2025-Q2"\n{HEADS}
components: {{津贴: {{kind: allowance, rate: {MONTHLY}, valid_from: 2025-05-01}}}}
pay_cap: {{kind: fixed, per: period, valid_from: 2025-01-01, outside_types: [合同工]}}
""",
        "staff.csv": "person_id,institution_id,employment_type,active_from,active_to\n"
        "P01,I01,合同工,,2025-06-01\nP01,I01,在编,2025-06-01,\nP03,I02,合同工,,\n",
        "records.csv": f"{HEAD}\nI01,P01,MZ01,2025-06-02,1\n",
        "accounts.csv": "institution_id,line,kind,amount\nI01,pay_cap,approved,150.00\n"
        "I02,pay_cap,approved,30.00\n",
        "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\n",
    }
    out = settled(tmp_path, files)
    parts = [(row["person_id"], row["what"], row["amount"]) for row in read_out(out, "components")]
    assert parts == [
        ("P01", "2025-05", "100.00"),
        ("P01", "2025-06", "100.00"),
        ("P03", "2025-05..2025-06", "200.00"),
    ]
    shares = [row for row in read_out(out, "payouts") if row["component"] == "pool_share"]
    assert [(row["person_id"], row["amount"]) for row in shares] == [("P01", "50.00")]


@pytest.mark.parametrize(
    ("span", "quantity", "amount"),
    [
        ("", "1", "75.00"),
        (", valid_from: 2025-06-01", "1/3", "25.00"),
        (", valid_to: 2025-06-01", "2/3", "50.00"),
        (", valid_from: 2025-04-30, valid_to: 2025-05-01", "1/3", "25.00"),
    ],
)
def test_a_head_is_paid_for_the_months_in_which_the_component_is_in_force(
    span: str, quantity: str, amount: str, tmp_path: Path
) -> None:
    """Average 50.00 x 1.5 = 75.00 for the three months of the quarter, by its last days."""
    yaml = (
        f"period: 2025-Q2\n{HEADS}leaders: {{posts: [院长], reference: 示例}}\n"
        "components: {院长: {kind: leader, of: [绩效], "
        f"multiple: {{value: '1.5', unit: 倍, valid_from: 2020-01-01}}{span}}}}}\n"
    )
    files: dict[str, Content] = {
        "case.yaml": yaml,
        "staff.csv": "person_id,institution_id,post\nP01,I01,\nP02,I01,\nP03,I02,\nP09,I01,院长\n",
    }
    (row,) = read_out(settled(tmp_path, files), "components")
    assert (row["person_id"], row["quantity"], row["amount"]) == ("P09", quantity, amount)


def test_adjustments_come_after_the_coefficient_of_the_institution(tmp_path: Path) -> None:
    """100.00 x 0.8 = 80.00, less 20.00 of adjustments: 60.00 are shared and 20.00 carried."""
    files: dict[str, Content] = {
        "case.yaml": "period: 2025-06\n",
        "coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
        "institution,I01,考核,0.8,2025-01-01\n",
        "adjustments.csv": "period,institution_id,pool,person_id,amount\n"
        "2025-05,I01,绩效,P02,30.00\n2025-05,I01,绩效,P01,-10.00\n",
    }
    out = settled(tmp_path, files)
    told = [
        (row["person_id"], row["component"], row["amount"])
        for row in read_out(out, "payouts")
        if row["institution_id"] == "I01"
    ]
    assert told == [
        ("P01", "pool_share", "30.00"),
        ("P01", "adjustment", "-10.00"),
        ("P02", "pool_share", "30.00"),
        ("P02", "adjustment", "30.00"),
    ]
    (pool, _) = read_out(out, "pools")
    assert (pool["paid"], pool["carried"]) == ("80.00", "20.00")
    for person, amount in (("P01", 2_000), ("P02", 6_000)):
        assert re_add(person_text(trace_person(out, person)[0])) == amount


def test_a_pool_above_pays_adjustments_of_those_below(tmp_path: Path) -> None:
    """The lead hospital's pool pays at I02 too, and so it pays what I02's people are due."""
    files: dict[str, Content] = {
        "case.yaml": "period: 2025-06\nsharing:\n  总池:\n    levels:\n"
        "      - {to: institution}\n      - {to: person}\n",
        "institutions.csv": "institution_id,name,parent_id\nI01,甲,\nI02,乙,I01\n",
        "pools.csv": "institution_id,pool,amount\nI01,总池,100.00\n",
        "adjustments.csv": "period,institution_id,pool,person_id,amount\n"
        "2025-05,I02,总池,P03,8.00\n",
    }
    out = settled(tmp_path, files)
    # 92.00 by 20 : 3 among institutions (10 + 5 x 2, and 3): 80.00 and 12.00.
    told = [
        (row["institution_id"], row["component"], row["amount"]) for row in read_out(out, "payouts")
    ]
    assert told == [
        ("I01", "pool_share", "40.00"),
        ("I01", "pool_share", "40.00"),
        ("I02", "pool_share", "12.00"),
        ("I02", "adjustment", "8.00"),
    ]
    assert re_add(person_text(trace_person(out, "P03")[0])) == 2_000


MIXED: dict[str, Content] = {
    "case.yaml": f"period: 2025-06\n{HEADS}components:\n"
    f"  津贴: {{kind: allowance, rate: {MONTHLY}}}\n  奖: {{kind: bonus}}\n",
    "bonuses.csv": "institution_id,person_id,component,amount,date\nI01,P01,奖,5.00,2025-06-03\n"
    "I01,P01,奖,5.00,\nI01,P01,奖,7.01,2025-06-02\n",
    "adjustments.csv": "period,institution_id,pool,person_id,amount,reference\n"
    "2025-05,I01,绩效,P01,3.00,甲\n2025-05,I01,绩效,P01,4.00,乙\n"
    "2025-04,I01,津贴,P02,-9.00,\n",
    "coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
    "person,P02,fte,0.3333,2025-01-01\n",
}


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    one = settled(tmp_path / "1", MIXED)
    turned = dict(MIXED)
    for name in ("bonuses.csv", "adjustments.csv"):
        head, *lines = str(MIXED[name]).splitlines()
        turned[name] = "\n".join([head, *reversed(lines), ""])
    other = settled(tmp_path / "2", turned)
    for name in ("payouts.csv", "components.csv", "funds.csv", "resolved-rules.json"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_a_kept_result_tells_and_compares_the_same(tmp_path: Path) -> None:
    """What explain says of OUT is what was paid; a comparison of pools leaves components alone."""
    out = settled(tmp_path, MIXED)
    wanted: dict[str, Fraction] = {}
    for row in read_out(out, "payouts"):
        wanted[row["person_id"]] = wanted.get(row["person_id"], Fraction(0)) + Fraction(
            row["amount"]
        )
    for person, yuan in wanted.items():
        story = trace_person(out, person)[0]
        assert re_add(person_text(story)) == yuan * 100
        told = person_json(story)
        assert Fraction(told["amount"]) == yuan
        amounts = [Fraction(one["amount"]) for place in told["institutions"]
                   for one in (*place["pools"], *place["components"])]  # fmt: skip
        assert sum(amounts) == yuan
    proposal = tmp_path / "weights.csv"
    proposal.write_text(
        "item_code,weight,valid_from\nMZ01,2,2025-01-01\nSF01,2,2025-01-01\n", "utf-8"
    )
    compared = compare_case(out, proposal, tmp_path / "changes").comparison
    before, after = compared.before.settlement, compared.after.settlement
    assert before.components == after.components != ()
    assert before.payouts is not None
    assert after.payouts is not None
    assert before.payouts.charged_fen == after.payouts.charged_fen == (700, 0)


def test_the_workbook_has_all_that_a_person_is_paid(tmp_path: Path) -> None:
    out = settled(tmp_path, MIXED)
    wanted: dict[str, Fraction] = {}
    for row in read_out(out, "payouts"):
        before = wanted.get(row["person_id"], Fraction(0))
        wanted[row["person_id"]] = before + Fraction(row["amount"])
    found = sheets(out)
    totals = {row["人员编号"]: row for row in lines(found["人员合计"])}
    assert {*totals} == {*wanted}
    for person, row in totals.items():
        parts = [Fraction(str(value)) for name, value in row.items() if name.endswith("（元）")]
        assert parts[-1] == wanted[person] == sum(parts[:-1])
    told = lines(found["构成项"])
    assert len(told) == len(read_out(out, "components"))
    assert {row["由谁支付"] for row in told} == {"机构自有资金", "绩效池：绩效"}
    assert {row["构成项"] for row in told} == {"津贴", "奖", "补发扣回"}
    assert all(row["结果"] == "相符" for row in lines(found["核对"]))


def test_money_of_a_component_is_not_income_as_well(tmp_path: Path) -> None:
    """A fund of 100.00 that is income, 30.00 of it an allowance: 70.00 may stand in the account."""
    yaml = (
        f"period: 2025-06\n{HEADS}surplus: {{assessment: none}}\n"
        "funds: {f: {kind: given, payers: [{payer: 甲, share: 1}]}}\n"
        "components: {津贴: {kind: allowance, paid_from: {fund: f}, who: {persons: [P01]},"
        " rate: {value: '30.00', unit: 元/人·月, valid_from: 2020-01-01}}}\n"
    )
    head = "institution_id,line,kind,amount,source\nI01,f,approved,100.00,甲\n"
    files: dict[str, Content] = {"case.yaml": yaml, "records.csv": work("2025-06")}
    good = files | {"accounts.csv": f"{head}I01,f,income,70.00,\n"}
    out = settled(tmp_path / "1", good)
    (paid,) = [row for row in read_out(out, "funds") if row["use"] == "津贴"]
    assert paid["amount"] == "30.00"
    bad = files | {"accounts.csv": f"{head}I01,f,income,70.01,\n"}
    with pytest.raises(RefusedError) as caught:
        settled(tmp_path / "2", bad)
    errors = [one.code for one in caught.value.problems if one.severity == "error"]
    assert errors == ["FUND_TWICE"]


def test_a_fund_may_be_used_up_by_a_pool_and_components(tmp_path: Path) -> None:
    """A fund of 100.00 with a pool of 0.4 of it leaves 60.00: two allowances of 30.00."""
    yaml = (
        f"period: 2025-06\n{HEADS}"
        "funds: {f: {kind: given, restricted: yes, income: no, payers: [{payer: 甲, share: 1}]}}\n"
        "pools: {签约: {fund: f, rule: percent, share: {value: '0.4', unit: 比例, valid_from: "
        "2020-01-01}}}\ncomponents: {津贴: {kind: allowance, paid_from: {fund: f}, who: "
        "{institutions: [I01]}, rate: {value: '30.00', unit: 元/人·月, valid_from: 2020-01-01}}}\n"
    )
    out = settled(
        tmp_path,
        {
            "case.yaml": yaml,
            "accounts.csv": "institution_id,line,kind,amount,source\nI01,f,approved,100.00,甲\n"
            "I01,f,received,100.00,甲\n",
        },
    )
    restricted = read_out(out, "restricted")[0]
    assert (restricted["pools"], restricted["closing"]) == ("100.00", "0.00")
