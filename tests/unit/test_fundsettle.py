"""A case with inline funds and pools settles into OUT: money, pools, payouts, both sides (D0, B10).

Every figure is worked out by hand beside it. Faults caught: a pool before its cap, a fund computed
again in a comparison, a result that cannot be settled again, sides that do not add up.
"""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from equivalents.errors import RefusedError
from equivalents.report.kept import read_kept
from equivalents.run import check_case, settle_case
from equivalents.settle import settle_kept
from equivalents.whatif import compare_case
from tests.unit.test_workbook import SHEET_OF, lines, sheets

pytestmark = pytest.mark.rules("B2", "B4", "B6", "B9", "B10", "D0")

CASE = {
    "case.yaml": """
period: "2025"
reference: 示例方案
funds:
  purchase:
    kind: per_equivalent
    series: purchase
    price: {value: "2.50", unit: 元/当量, valid_from: 2025-01-01}
    payers: [{payer: 县财政, equal: yes}]
  contract:
    kind: per_head
    heads: {source: contracts}
    rate: {value: "70.01", unit: 元/人·年, valid_from: 2025-01-01}
    per: year
    income: no
    restricted: yes
    payers: [{payer: 市, share: 4}, {payer: 区, share: 6}]
pools:
  contract-pay: {fund: contract, rule: percent, share: {value: "0.7", PART}, series: pay}
  incentive: {approved_line: total_pay, rule: percent, share: {value: "0.4", PART}, series: pay}
pay_cap: {kind: fixed}
share_tests:
  use: {part_lines: [签约支出], whole_lines: [公卫], at_least: {value: "0.4", PART}}
""".replace("PART", "unit: 比例, valid_from: 2025-01-01"),
    "institutions.csv": """
institution_id
I1
I2
""",
    "staff.csv": """
person_id,institution_id,active_from
P1,I1,2020-01-01
P2,I1,2020-01-01
P3,I2,2020-01-01
""",
    "weights.csv": """
series,item_code,weight,valid_from
pay,X,1,2020-01-01
purchase,X,1.5,2020-01-01
""",
    "records.csv": """
institution_id,person_id,item_code,service_date,quantity
I1,P1,X,2025-03-01,4
I1,P2,X,2025-03-01,6
I2,P3,X,2025-03-01,2
""",
    "contracts.csv": """
contract_id,resident_id,household_id,team_id,person_id,active_from
K1,R1,H1,,P1,2025-01-01
K2,R2,H2,,P1,2025-01-01
K3,R3,H3,,P2,2025-01-01
K4,R4,H4,,P3,2025-01-01
""",
    "accounts.csv": """
institution_id,line,kind,amount,source,date
I1,total_pay,approved,1000,,
I1,pay_cap,approved,1100,,
I1,base_pay,paid,600,,
I2,pay_cap,approved,100,,
I1,contract,advance,100,市,2025-02-01
I1,contract,received,126.02,区,2025-12-20
I1,签约支出,project_expenditure,40,,
I1,公卫,project_income,100,,
""",
}


def case(folder: Path, **changed: str) -> Path:
    """The case on disk; ``changed`` are whole files by their stem."""
    folder.mkdir(exist_ok=True)
    (folder / "records").mkdir(exist_ok=True)
    for name, text in CASE.items():
        content = changed.get(name.partition(".")[0], text)
        path = folder / "records" / name if name == "records.csv" else folder / name
        path.write_text(content.lstrip("\n"), encoding="utf-8")
    return folder


def rows(out: Path, name: str) -> list[list[str]]:
    with (out / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [*csv.reader(file)][1:]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("money")
    settle_case(case(folder / "case"), folder / "out")
    return folder / "out"


def test_what_is_due_stands_line_by_line(out: Path) -> None:
    assert [row[:7] for row in rows(out, "dues")] == [
        # 10 visits x 1.5 = 15 equivalents; three contracts
        ["I1", "purchase", "equivalents", "15.0000000", "2.5000", "", "37.50"],
        ["I1", "contract", "heads:2025-12-31", "3", "70.0100", "", "210.03"],
        ["I2", "purchase", "equivalents", "3.0000000", "2.5000", "", "7.50"],
        ["I2", "contract", "heads:2025-12-31", "1", "70.0100", "", "70.01"],
    ]
    assert {(row[1], *row[7:10]) for row in rows(out, "dues")} == {
        ("purchase", "元/当量", "示例方案", "0"),
        ("contract", "元/人·年", "示例方案", "0"),
    }


def test_an_illustrative_figure_is_told_once_and_marked_on_its_lines(tmp_path: Path) -> None:
    """The price and the bridge's share are ours; the rate is not, and two places use the price."""
    yaml = (
        CASE["case.yaml"]
        .replace('"2.50", unit', '"2.50", illustrative: yes, reference: 示例, unit')
        .replace('"0.7", unit', '"0.7", illustrative: yes, reference: 自拟, unit')
    )
    settled = settle_case(case(tmp_path / "case", case=yaml), tmp_path / "out")
    told = [one for one in settled.problems if one.code == "FIGURE_ILLUSTRATIVE"]
    assert [(one.value, one.facts["reference"], one.place.row) for one in told] == [
        ("purchase.price", "示例", 7),
        ("contract-pay.share", "自拟", 18),
    ]
    assert [row[1:3] + row[7:10] for row in rows(tmp_path / "out", "dues")] == [
        ["purchase", "equivalents", "元/当量", "示例", "1"],
        ["contract", "heads:2025-12-31", "元/人·年", "示例方案", "0"],
    ] * 2
    sheet = lines(sheets(tmp_path / "out")["资金计算"])
    marked = [(row["单位"], row["文件依据"], row["示例"]) for row in sheet][:2]
    assert marked == [("元/当量", "示例", "示例"), ("元/人·年", "示例方案", None)]


def test_the_ledger_settles_advances_payer_by_payer(out: Path) -> None:
    assert rows(out, "ledger") == [
        ["I1", "purchase", "县财政", "37.50", "0.00", "0.00", "0.00", "37.50", "payable", ""],
        # 210.03 by 4 : 6 = 84.012 and 126.018
        ["I1", "contract", "市", "84.01", "0.00", "100.00", "0.00", "-15.99", "recover", ""],
        ["I1", "contract", "区", "126.02", "0.00", "126.02", "0.00", "0.00", "", ""],
        ["I2", "purchase", "县财政", "7.50", "0.00", "0.00", "0.00", "7.50", "payable", ""],
        # 70.01 by 4 : 6 = 28.004 and 42.006
        ["I2", "contract", "市", "28.00", "0.00", "0.00", "0.00", "28.00", "payable", ""],
        ["I2", "contract", "区", "42.01", "0.00", "0.00", "0.00", "42.01", "payable", ""],
    ]
    assert rows(out, "movements") == [
        ["I1", "contract", "市", "advance", "2025-02-01", "100.00", ""],
        ["I1", "contract", "区", "received", "2025-12-20", "126.02", ""],
    ]
    # 226.02 came, 15.99 of it too much; of 147.02 as a pool the cap left 12.64 with the fund
    assert rows(out, "restricted")[0] == [
        "I1",
        "contract",
        "0.00",
        "226.02",
        "15.99",
        "0.00",
        "134.38",
        "75.65",
        "",
    ]


def test_pools_come_out_of_money_within_the_cap_and_are_paid(out: Path) -> None:
    # 210.03 x 0.7 = 147.021; 1000.00 x 0.4; base 600.00 + 547.02 - 1100.00 = 47.02 off by 5.10:
    # 47.02 x 147.02 / 547.02 = 12.637.. and 34.382.., so 12.64 and 34.38
    assert [row[:4] for row in rows(out, "pools")] == [
        ["I1", "contract-pay", "134.38", "134.38"],
        ["I1", "incentive", "365.62", "365.62"],
        ["I2", "contract-pay", "49.01", "49.01"],
    ]
    assert rows(out, "paycap")[:7] == [
        ["I1", "amount", "pay_cap", "", "", "1100.00"],
        ["I1", "cap", "", "", "", "1100.00"],
        ["I1", "base", "base_pay", "", "", "600.00"],
        ["I1", "pool", "contract-pay", "", "", "147.02"],
        ["I1", "pool", "incentive", "", "", "400.00"],
        ["I1", "carried", "contract-pay", "", "", "12.64"],
        ["I1", "carried", "incentive", "", "", "34.38"],
    ]


def test_every_yuan_goes_from_a_source_to_a_use(out: Path) -> None:
    flows = [row[:6] for row in rows(out, "funds") if row[0] == "I1" and row[1] != "project"]
    assert flows == [
        ["I1", "contract", "市", "due", "100.00", "received"],
        ["I1", "contract", "due", "recover", "15.99", "市"],
        ["I1", "contract", "区", "due", "126.02", "received"],
        ["I1", "contract", "due", "contract-pay", "147.02", ""],
        ["I1", "contract", "due", "institution", "63.01", ""],
        ["I1", "contract-pay", "contract", "paid", "134.38", ""],
        ["I1", "contract-pay", "contract", "cap_carried", "12.64", ""],
        ["I1", "incentive", "total_pay", "paid", "365.62", ""],
        ["I1", "incentive", "total_pay", "cap_carried", "34.38", ""],
        ["I1", "purchase", "县财政", "due", "37.50", "owed"],
        ["I1", "purchase", "due", "income", "37.50", ""],
        ["I1", "total_pay", "approved", "incentive", "400.00", "total_pay"],
        ["I1", "total_pay", "approved", "payroll", "600.00", "total_pay"],
    ]


def test_checks_and_warnings_are_told(out: Path) -> None:
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    told = {one["check"]: one["left"] for one in summary["checks"] if "fund" in one["check"]}
    assert told == {
        "funds: lines = due": "325.04",
        "funds: payers = due": "325.04",
        "funds: received + owed = due": "325.04",
        # 325.04 and the 15.99 that were advanced too much
        "funds: all sources = all uses": "341.03",
    }
    assert all(one["holds"] for one in summary["checks"])
    assert rows(out, "share_tests") == [["use", "I1", "40.00", "100.00", "40%", "1"]]
    codes = {cell for row in rows(out, "problems") for cell in row}
    assert {"PAYCAP_CUT", "OVER_ADVANCED"} <= codes


def test_the_workbook_tells_the_same(out: Path) -> None:
    found = sheets(out)
    ledgers = ("ledger", "movements", "restricted", "paycap", "share_tests", "funds")
    for table in ("pool_sources", "dues", *ledgers):
        assert len(lines(found[SHEET_OF[table]])) == len(rows(out, table)), table
    first = lines(found["资金台账"])[1]
    assert (first["出资方"], first["尚欠（元）"], first["处理"]) == ("市", -15.99, "收回")
    assert all(row["结果"] == "相符" for row in lines(found["核对"]))


def test_a_result_is_settled_again_to_the_same_fen(out: Path) -> None:
    kept = read_kept(out)
    again = settle_kept(kept.rules, kept.plan, kept.tally)
    assert again.payouts is not None
    # 134.38 by 4 : 6, 365.62 by 4 : 6, and all of 49.01
    assert again.payouts.amount_fen.tolist() == [5_375, 8_063, 14_625, 21_937, 4_901]
    assert again.money is not None
    assert [due.due_fen for due in again.money.dues] == [3_750, 21_003, 750, 7_001]


def test_payouts_only_pay_the_same(tmp_path: Path, out: Path) -> None:
    settle_case(case(tmp_path / "case"), tmp_path / "out", direct=True)
    for name in ("payouts", "pools", "funds", "ledger", "dues", "paycap"):
        assert rows(tmp_path / "out", name) == rows(out, name)


def test_a_comparison_leaves_money_as_it_is(tmp_path: Path, out: Path) -> None:
    proposal = tmp_path / "proposal.csv"
    text = CASE["weights.csv"].replace("1.5", "3").replace("pay,X,1,", "pay,X,2,")
    proposal.write_text(text.lstrip("\n"), encoding="utf-8")
    compared = compare_case(out, proposal, tmp_path / "compared")
    sides = [
        side.settlement.pools for side in (compared.comparison.before, compared.comparison.after)
    ]
    assert sides[0] == sides[1]


def test_item_quantities_are_at_hand_where_a_fund_asks_for_them(tmp_path: Path) -> None:
    yaml = (
        CASE["case.yaml"]
        .replace("kind: per_equivalent", "kind: per_item")
        .replace('price: {value: "2.50", unit: 元/当量', 'prices: {X: {value: "2.50", unit: 元/次}')
        .replace("元/次}, valid_from: 2025-01-01}", "元/次, valid_from: 2025-01-01}}")
    )
    folder = case(tmp_path / "case", case=yaml)
    settle_case(folder, tmp_path / "out", direct=True)
    due = [row for row in rows(tmp_path / "out", "dues") if row[1] == "purchase"]
    assert [row[2:7] for row in due] == [
        ["item:X", "10.000", "2.5000", "", "25.00"],
        ["item:X", "2.000", "2.5000", "", "5.00"],
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"accounts": CASE["accounts.csv"] + "I1,contract,income,9,,\n"}, "FUND_TWICE"),
        ({"accounts": CASE["accounts.csv"].replace("I2,pay_cap", "I1,pay_cap")}, "PAYCAP_MISSING"),
        ({"accounts": CASE["accounts.csv"] + "I1,contrakt,paid,9,,\n"}, "MONEY_LINE_UNKNOWN"),
    ],
)
def test_money_that_is_refused_is_told_by_check_and_settle(
    changed: Mapping[str, str], code: str, tmp_path: Path
) -> None:
    folder = case(tmp_path / "case", **changed)
    assert code in {problem.code for problem in check_case(folder).problems}
    with pytest.raises(RefusedError, match=code):
        settle_case(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_rejected_records_stop_before_any_money(tmp_path: Path) -> None:
    records = CASE["records.csv"] + "I1,P9,X,2025-03-01,1\n"
    stopped = settle_case(case(tmp_path / "case", records=records), tmp_path / "out")
    assert stopped.money is None
    assert stopped.payouts is None
    assert not np.any([pool.pool for pool in stopped.pools])


def test_money_of_institutions_needs_no_pool(tmp_path: Path, out: Path) -> None:
    yaml = CASE["case.yaml"]
    start, end = yaml.index("pools:"), yaml.index("share_tests:")
    alone = yaml[:start] + "pay_cap: {kind: fixed, line: total_pay}\n" + yaml[end:]
    kept = [row for row in CASE["accounts.csv"].splitlines() if "pay_cap" not in row]
    folder = case(tmp_path / "case", case=alone, accounts="\n".join([*kept, ""]))
    settled = settle_case(folder, tmp_path / "out")
    assert settled.pools == ()
    assert rows(tmp_path / "out", "dues") == rows(out, "dues")
    for name in ("payouts", "allocations", "pools"):
        assert rows(tmp_path / "out", name) == []
    assert lines(sheets(tmp_path / "out")["资金台账"])
    # I1 has base pay within its total; I2 has neither pools nor base pay, so no cap is asked.
    caps = [row for row in rows(tmp_path / "out", "paycap") if row[1] in ("cap", "base")]
    assert [row[::5] for row in caps] == [["I1", "1000.00"], ["I1", "600.00"]]
