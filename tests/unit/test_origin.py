"""Where the money of a pool came from re-adds from the printed text, for every kind of source.

Catches: a payer, cost, share or cut that the text leaves out, a floating price shown as if it
calculated, a fen that an earlier bridge took already, JSON that tells something else.
"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from equivalents.fundfacts import DueLine
from equivalents.origin import CutOff, Origin, Rise, Source
from equivalents.policy.scheme import Excess
from equivalents.report.explained import person_text
from equivalents.report.explained_json import person_json
from equivalents.report.explained_pool import pool_json, pool_text
from equivalents.report.origins import origin_json, origin_text
from equivalents.run import settle_case
from equivalents.tracing import trace_person, trace_pool
from tests.rules import folders
from tests.statement_pool import re_add_pool
from tests.statement_source import PoolSource
from tests.statement_steps import Factors
from tests.statements import re_add

FEE = Origin(
    "I1", "fee-pay", Source.FUND, 7_500, 8_000, "fee", "签约服务费", "甲〔2025〕1号", 10_001,
    (DueLine("heads:2025-12-31", "7", "14.2871", "", 10_001),),
    (("市财政", 4_000), ("县财政", 6_001)),
    rule="after_costs", costs_fen=2_001, exact_fen=8_000, bridge_reference="甲〔2025〕2号",
    cut=CutOff(500, Excess.CARRIED, 20_000, "乙3号"),
)  # fmt: skip
"""100.01 due of two payers, 20.01 of costs, 5.00 above the cap: 75.00 are shared."""


def re_added(origin: Origin) -> str:
    """The kind of a source whose text adds up to the pool."""
    source = PoolSource(Factors())
    for line in origin_text(origin):
        assert source.read(line), line
    source.check(origin.pool_fen, "")
    return source.kind


@pytest.mark.rules("B10", "D0")
def test_the_way_of_a_fund_is_told_from_payers_to_pool() -> None:
    assert list(origin_text(FEE)) == [
        "    来源 source 资金 fund fee 签约服务费: 100.01  [依据 甲〔2025〕1号]",
        "    应得 due heads:2025-12-31: 7 × 14.2871 = 100.01",
        "    出资 payer 市财政: 40.00",
        "    出资 payer 县财政: 60.01",
        "    转入 bridge after_costs: (100.01 - 20.01) × 1.0000 = 80.00  [依据 甲〔2025〕2号]",
        "    总量扣减 pay cap: 80.00 - 5.00 = 75.00, 总量 cap 200.00, 结转 carried  [依据 乙3号]",
    ]
    assert re_added(FEE) == "fund"


def test_json_tells_the_same_as_decimal_texts() -> None:
    assert origin_json(FEE) == {
        "source": "fund", "name": "fee", "title": "签约服务费", "reference": "甲〔2025〕1号",
        "base": "100.01",
        "lines": [
            {"what": "heads:2025-12-31", "count": "7", "rate": "14.2871", "coefficient": "",
             "amount": "100.01", "per_head_for_display": ""},
        ],
        "payers": [
            {"payer": "市财政", "amount": "40.00"}, {"payer": "县财政", "amount": "60.01"},
        ],
        "rate_for_display": False, "rule": "after_costs", "costs": "20.01", "share": "1.0000",
        "exact": "80.00", "made": "80.00", "bridge_reference": "甲〔2025〕2号",
        "raised": None,
        "pay_cap": {
            "taken": "5.00", "excess": "carried", "cap": "200.00", "reference": "乙3号",
        },
        "amount": "75.00",
    }  # fmt: skip
    assert origin_json(replace(FEE, cut=None, pool_fen=8_000))["pay_cap"] is None


def test_what_a_fund_adds_is_told_between_the_bridge_and_the_cap() -> None:
    # 80.00 x 1.0501 = 84.008 -> 84.01, of which 4.01 come from the reserve; 84.01 - 5.00 = 79.01.
    rise = Rise("reserve", "调节金", 10_501, (), 8_000, 401, "丙4号")
    raised = replace(FEE, rise=rise, pool_fen=7_901)
    assert [*origin_text(raised)][-2].startswith(
        "    机构系数大于 1 raised: 80.00 × 1.0501 = 84.01,"
    )
    told = origin_json(raised)["raised"]
    assert (told["fund"], told["before"], told["amount"]) == ("reserve", "80.00", "4.01")
    lines = list(origin_text(raised))
    source = PoolSource(Factors())
    assert all(source.read(line) for line in lines)
    assert source.fen == raised.pool_fen


def test_the_last_bridge_of_a_source_takes_what_is_left() -> None:
    # 0.01 twice by halves: the first is rounded up, nothing is left of the fen for the second.
    left = replace(
        FEE, base_fen=1, lines=(DueLine("fund:x", "", "0.01", "", 1),), parts=(), costs_fen=0,
        rule="percent", share=Fraction(1, 2), exact_fen=1, made_fen=0, pool_fen=0, cut=None,
    )  # fmt: skip
    assert any("0.01 × 0.5000 = 0.01, 只余 left 0.00" in line for line in origin_text(left))
    re_added(left)


def test_a_floating_price_is_shown_as_one_that_does_not_calculate() -> None:
    # 100.01 of the budget for 7 equivalents: 14.2871 is rounded, and 7 x 14.2872 would be a lie.
    floating = replace(FEE, for_display=True)
    assert "    应得 due heads:2025-12-31: 7 × 14.2871 ≈ 100.01" in list(origin_text(floating))
    re_added(floating)


def test_costs_above_the_base_leave_nothing() -> None:
    spent = replace(FEE, costs_fen=20_000, exact_fen=0, made_fen=0, pool_fen=0, cut=None)
    assert any("(100.01 - 200.00) × 1.0000 = 0.00" in line for line in origin_text(spent))
    re_added(spent)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(replace(FEE, parts=FEE.parts[:1]), id="a payer is missing"),
        pytest.param(replace(FEE, lines=()), id="a line is missing"),
        pytest.param(replace(FEE, costs_fen=0), id="costs are not told"),
        pytest.param(replace(FEE, cut=None), id="a cut is not told"),
        pytest.param(replace(FEE, share=Fraction(1, 2)), id="another share"),
    ],
)
def test_the_clerk_sees_what_does_not_add_up(wrong: Origin) -> None:
    with pytest.raises(AssertionError):
        re_added(wrong)


def out_of(name: str, tmp_path: Path) -> Path:
    case = next(path for path in folders() if name in path.name) / "case"
    settle_case(case, tmp_path / "out", stop_on_reject=False)
    return tmp_path / "out"


@pytest.mark.rules("B9", "B10", "D0")
def test_explain_says_which_fund_a_pool_came_from(tmp_path: Path) -> None:
    out = out_of("total-pay-cap-takes", tmp_path)
    fee, approved, given = (
        trace_pool(out, "I01", name).origin for name in ("fee-pay", "incentive", "月度绩效")
    )
    assert (fee.source, fee.name, fee.parts, fee.made_fen) == (
        Source.FUND, "fee", (("县财政", 7_000),), 7_000,
    )  # fmt: skip
    assert fee.bridge_reference == fee.reference == "县人社〔2025〕3号（示例）"
    # 750.00 approved x 0.4, and 60.00 of it above the cap
    assert (approved.source, approved.base_fen, approved.made_fen) == (
        Source.APPROVED, 75_000, 30_000,
    )  # fmt: skip
    assert approved.cut == CutOff(6_000, Excess.CARRIED, 100_000, "县人社〔2025〕3号（示例）")
    assert (given.source, given.made_fen, given.pool_fen) == (Source.GIVEN, 20_000, 16_000)
    for name in ("fee-pay", "incentive", "月度绩效"):
        account = trace_pool(out, "I01", name)
        assert re_add_pool(pool_text(account)).amount == account.origin.pool_fen
        told = pool_json(account)
        assert told["source"] == origin_json(account.origin)
        assert (told["institution_id"], told["pool"]) == ("I01", name)
    story, _ = trace_person(out, "P01")
    assert re_add(person_text(story)) == 7_000 + 24_000 + 16_000
    sources = [pool["source"] for pool in person_json(story)["institutions"][0]["pools"]]
    assert [one["name"] for one in sources] == ["fee", "incentive", ""]


@pytest.mark.rules("B7", "B10")
def test_a_surplus_is_told_with_the_account_rows_of_its_balance(tmp_path: Path) -> None:
    out = out_of("surplus-odd-fen", tmp_path)
    origin = trace_pool(out, "I01", "surplus").origin
    assert origin.source is Source.SURPLUS
    assert sum(line.amount_fen for line in origin.lines) == origin.base_fen
    assert origin.made_fen == origin.base_fen // 2 == origin.pool_fen
    assert re_added(origin) == "surplus"
