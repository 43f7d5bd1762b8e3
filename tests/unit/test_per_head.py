"""A figure a head is for display: half-up to the fen, and nothing is computed from it (5.15).

Catches: a figure a head that is multiplied again, one on lines that count no heads, a division
by nobody.
"""

from fractions import Fraction
from pathlib import Path

import pytest

from equivalents import settle_case
from equivalents.fundfacts import DueLine
from tests.reference.small_case import a_case, rows
from tests.unit.test_fundsettle import rows as table
from tests.unit.test_workbook import lines, sheets

pytestmark = pytest.mark.rules("B4")
SIGNED = rows("contract_id,resident_id,person_id,active_from", "C1,R1,P1,2025-01-01",
              "C2,R2,P1,2025-01-01")  # fmt: skip
CASE = """\
period: 2025-Q1
reference: 示例
funds:
  fee:
    title: 签约服务费
    kind: per_head
    rate: {value: "12.02", unit: 元/人·年, valid_from: 2025-01-01}
    less_charges: [REFERRAL]
    payers: [{payer: 县财政, share: 1}]
  line: {kind: given, payers: [{payer: 县财政, share: 1}]}
"""


@pytest.mark.parametrize(
    ("amount", "heads", "wanted"),
    [(601, 2, 301), (600, 7, 86), (0, 3, 0), (100, 0, None), (-3, 2, -2)],
)
def test_half_up_to_the_fen(amount: int, heads: int, wanted: int | None) -> None:
    line = DueLine("heads:2025-12-31", str(heads), "1.0000", "", amount, None, heads)
    assert line.per_head_fen == wanted
    if wanted is not None:
        assert abs(Fraction(amount, heads) - wanted) <= Fraction(1, 2)


def test_it_stands_beside_the_amount_and_the_title_last(tmp_path: Path) -> None:
    charges = rows("resident_id,institution_id,code,amount,date", "R1,I1,REFERRAL,1.00,2025-02-01")
    accounts = rows("institution_id,line,kind,amount,source", "I1,line,approved,7.00,县财政")
    tables = {"contracts": SIGNED, "charges": charges, "accounts": accounts}
    (tmp_path / "case").mkdir()
    case = a_case(tmp_path / "case", case=CASE, **tables)
    settle_case(case, tmp_path / "out")
    found = table(tmp_path / "out", "dues")
    # 2 x 12.02 x 3/12 = 6.01, which is 3.005 a head; 2 x 3.01 is not 6.01.
    assert [(row[2], row[3], row[6], *row[-2:]) for row in found] == [
        ("heads:2025-03-31", "6/12", "6.01", "3.01", "签约服务费"),
        ("charges:REFERRAL", "", "-1.00", "", "签约服务费"),
        ("approved:县财政", "", "7.00", "", ""),
    ]
    for name in ("funds", "ledger", "movements"):
        titles = {row[1]: row[-1] for row in table(tmp_path / "out", name)}
        assert titles.get("fee", "签约服务费") == "签约服务费", name
        assert titles["line"] == "", name
    sheet = lines(sheets(tmp_path / "out")["资金计算"])
    heading = "人均（仅供展示，不参与计算）（元）"
    assert [str(row[heading]) for row in sheet][:3] == ["3.01", "None", "None"]
