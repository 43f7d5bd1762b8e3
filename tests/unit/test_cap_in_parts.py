"""A pay cap over a year settled in quarters, from tables to tables: it comes to that of the year.

Every quarter is held against the reference too. Faults caught: a row of ``opening_next.csv`` that
``opening`` does not take, carried money that funds.csv does not follow, a posting out of the cap
that a kept result forgets, restricted money that a carried excess is not spent of.
"""

from pathlib import Path

import pytest

from equivalents.report.kept import read_kept
from equivalents.settle import settle_kept
from equivalents.units import parse_fixed, print_fen
from tests.against_reference import compare
from tests.lines_alike import read_out
from tests.reference.small_case import HEAD, a_case, rows

pytestmark = pytest.mark.rules("B9")
QUARTERS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")
FORMULA = """\
period: "{period}"
reference: 示例
funds:
  fee: {{kind: given, payers: [{{payer: 县财政, share: 1}}], income: no, restricted: yes}}
pools:
  fee-pay: {{fund: fee, rule: all}}
pay_cap:
  kind: formula
  prorate: yes
  terms:
    - {{kind: per_head, rate: {{value: "3.3333", unit: 元/人·月, valid_from: 2025-01-01}}}}
    - {{kind: fund_share, name: fee, share: {{value: 1/3, unit: 比例, valid_from: 2025-01-01}}}}
    - {{kind: line_share, name: 医疗, share: {{value: 1/7, unit: 比例, valid_from: 2025-01-01}}}}
    - {{kind: amount, name: other}}
"""


def settled(folder: Path, period: str, months: int, opening: str = "") -> Path:
    """OUT of so many months: a pool of 20.00, a fee of 10.01, 5.00 of base pay a month."""
    folder.mkdir()
    money = (("fee", "approved", 1_001), ("fee", "received", 1_001), ("base_pay", "paid", 500),
             ("医疗", "project_income", 909))  # fmt: skip
    lines = [f"I1,{line},{kind},{print_fen(fen * months)}" for line, kind, fen in money]
    tables = {"opening": opening} if opening else {}
    a_case(
        folder,
        case=FORMULA.format(period=period),
        accounts=rows("institution_id,line,kind,amount", *lines, "I1,other,approved,77.77"),
        pools=rows("institution_id,pool,amount", f"I1,main,{20 * months}.00"),
        staff=rows("person_id,institution_id,in_cap", "P1,I1,", "P2,I1,1", "P3,I1,0"),
        records=rows(HEAD[:-1], f"I1,P1,A,2025-{3 * int(period[-1]):02}-01,1") if months == 3
        else rows(HEAD[:-1], "I1,P1,A,2025-12-01,1"),
        **tables,
    )  # fmt: skip
    out = folder.with_name(f"{folder.name}-out")
    assert compare(folder, out) == []
    return out


def fen(rows_: list[dict[str, str]], **wanted: str) -> int:
    """The amounts of the rows that have these values, added up."""
    found = [row for row in rows_ if wanted.items() <= row.items()]
    return sum(parse_fixed(row["amount"], 2, signed=True) for row in found)


@pytest.fixture(scope="module")
def outs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("quarters")
    found: list[Path] = []
    for period in QUARTERS:
        before = (found[-1] / "opening_next.csv").read_text("utf-8-sig") if found else ""
        found.append(settled(folder / period, period, 3, before))
    return found


def test_four_quarters_come_to_the_cap_of_the_year(outs: list[Path], tmp_path: Path) -> None:
    year = settled(tmp_path / "year", "2025", 12)
    # 2 x 12 x 3.3333 = 79.9992 -> 79.99; 120.12 / 3 = 40.04; 109.08 / 7 = 15.58..; 77.77
    cap = 7_999 + 4_004 + 1_558 + 7_777
    # the first quarter: 19.99 (of 19.9998) + 10.01 + 3.89 (of 3.895..) + 19.44 (of 19.4425)
    assert fen(read_out(outs[0], "paycap"), line="cap") == 1_999 + 1_001 + 389 + 1_944
    for out in (outs[-1], year):
        assert fen(read_out(out, "paycap"), line="cap") == cap
    paid = sum(fen(read_out(out, "pools")) for out in outs)
    assert paid == fen(read_out(year, "pools")) == cap - 6_000
    left = 24_000 + 12_012 - paid
    for out in (outs[-1], year):
        rows_ = read_out(out, "opening_next")
        assert {row["kind"] for row in rows_} == {"cap_excess"}
        assert fen(rows_) == left


def test_every_quarter_hands_on_all_that_came_before(outs: list[Path]) -> None:
    third = read_out(outs[2], "opening_next")
    periods = [row["period"] for row in third if row["kind"] == "cap_base"]
    assert periods == ["2025-Q1", "2025-Q2", "2025-Q3"]
    assert fen(third, kind="cap_base") == 4_500
    assert fen(third, kind="cap_fund", line="fee") == 9_009
    assert fen(third, kind="cap_line", line="医疗") == 8_181
    for name in ("main", "fee-pay"):
        assert fen(third, kind="cap_pool", pool=name) == sum(
            fen(read_out(out, "pools"), pool=name) for out in outs[:3]
        )


def test_money_that_was_carried_is_followed_and_comes_out_of_its_fund(outs: list[Path]) -> None:
    before, after = (read_out(out, "paycap") for out in outs[:2])
    carried = fen(before, line="carried", name="fee-pay")
    flows = [row for row in read_out(outs[1], "funds") if row["fund"] == "fee-pay"]
    assert fen(after, line="opening", name="fee-pay") == carried > 0
    assert fen(flows, source="cap_opening", use="pool") == carried
    assert fen(flows, source="fee", use="pool") == 3_003
    assert fen(flows, use="pool") == fen(flows, source="pool")
    (fund,) = read_out(outs[1], "restricted")
    # 30.03 came; what the pool has beyond is spent of what the first quarter left
    assert parse_fixed(fund["pools"], 2) == fen(read_out(outs[1], "pools"), pool="fee-pay")


def test_a_kept_quarter_settles_again_to_the_same(outs: list[Path]) -> None:
    kept = read_kept(outs[1])
    assert [row.in_cap for row in kept.rules.postings] == [True, True, False]
    again = settle_kept(kept.rules, kept.plan, kept.tally)
    assert again.funded is not None
    got = {pool.pool: pool.amount_fen for pool in again.pools}
    assert got == {row["pool"]: parse_fixed(row["amount"], 2) for row in read_out(outs[1], "pools")}
