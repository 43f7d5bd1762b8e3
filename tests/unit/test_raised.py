"""A fund pays what a coefficient above 1 adds to pools, once each yuan (5.2, B10).

Every figure is worked out by hand beside it. Faults caught: the excess of a rounded coefficient, a
fund that pays the same yuan to two pools, a bound that is off by a fen, a pool raised twice.
"""

from pathlib import Path

import pytest

from equivalents.errors import RefusedError
from equivalents.report.kept import read_kept
from equivalents.run import settle_case
from equivalents.settle import settle_kept

pytestmark = pytest.mark.rules("A7", "B10", "D0")

CASE = {
    "case.yaml": "period: '2025'\nfunds: {f: {kind: given, income: no, reference: 示例}}\n"
    "sharing: {default: {excess_fund: f}}\n",
    "institutions.csv": "institution_id\nI1\nI2\n",
    "staff.csv": "person_id,institution_id\nP1,I1\nP2,I2\n",
    "weights.csv": "item_code,weight,valid_from\nX,1,2020-01-01\n",
    "records.csv": "institution_id,person_id,item_code,service_date,quantity\n"
    "I1,P1,X,2025-03-01,1\nI2,P2,X,2025-03-01,1\n",
    "pools.csv": "institution_id,pool,amount\nI1,a,100.01\nI1,b,50.00\nI2,a,7.77\n",
    "coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
    "institution,I1,remote,1.1,2020-01-01\n",
}


def settled(folder: Path, reserve: str) -> Path:
    """The case with so much in the fund, settled."""
    (folder / "case").mkdir()
    accounts = f"institution_id,line,kind,amount,source\nI1,f,approved,{reserve},县\n"
    for name, text in (CASE | {"accounts.csv": accounts}).items():
        (folder / "case" / name).write_text(text, encoding="utf-8")
    settle_case(folder / "case", folder / "out")
    return folder / "out"


def pools(out: Path) -> list[str]:
    """The amounts in pools.csv."""
    rows = (out / "pools.csv").read_text(encoding="utf-8-sig").split()
    return [row.split(",")[2] for row in rows[1:]]


def test_each_pool_is_multiplied_and_the_fund_pays_every_excess(tmp_path: Path) -> None:
    # 100.01 x 1.1 = 110.011 -> 110.01, 10.00 more; 50.00 x 1.1 = 55.00, 5.00 more: all of 15.00.
    assert pools(settled(tmp_path, "15.00")) == ["110.01", "55.00", "7.77"]


def test_a_fen_less_is_refused_at_the_pool_that_comes_last(tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as caught:
        settled(tmp_path, "14.99")
    (problem,) = caught.value.problems
    assert (problem.code, problem.value) == ("EXCESS_OVERDRAWN", "b")
    assert (problem.facts["amount"], problem.facts["left"]) == ("5.00", "4.99")


def test_a_kept_result_settles_to_the_same_pools(tmp_path: Path) -> None:
    kept = read_kept(settled(tmp_path, "15.00"))
    again = settle_kept(kept.rules, kept.plan, kept.tally)
    fixed = settle_kept(kept.rules, kept.plan, kept.tally, money=again)
    for one in (again, fixed):
        assert [pool.amount_fen for pool in one.pools] == [11_001, 5_500, 777]
        assert one.payouts is not None
        assert one.payouts.amount_fen.tolist() == [11_001, 5_500, 777]
