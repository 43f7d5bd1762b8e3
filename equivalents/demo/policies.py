"""The made-up county under each shipped scheme 随附方案, with the tables that its funds read.

Where a shipped scheme has ended, or asks for results of the assessment that are not there, the
county says so in a layer of its own (示例), as a real one would.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from equivalents.demo.ledger import (
    FOR_CONTRACTS,
    HEALTH,
    PREPAID,
    Line,
    Purse,
    came,
    for_contracts,
    pay_base,
    spent_of,
)
from equivalents.demo.results import Measured
from equivalents.demo.rules import (
    ATTENDANCE,
    CASE,
    INCENTIVE,
    OF_HEADS,
    OWN_ASSESSMENT,
    SCHEMES,
    SHARING_OF_FUNDS,
    SURPLUS,
)
from equivalents.demo.scheme import SCHEME_FILE

__all__ = ["POLICIES", "Policy", "TASKS", "WEIGHTS"]

TASKS: Final = ("institution_id", "fund", "task", "quantity", "income")
WEIGHTS: Final = ("series", "item_code", "item_name", "unit", "weight", "valid_from", "reference")
_PAPER: Final = "示例县财社〔2025〕2 号（编造）"
_Rows = list[tuple[str, ...]]


@dataclass(frozen=True)
class Policy:
    """One shipped scheme: its layers as case.yaml names them, and what the county adds to it.

    `own` is a layer of the county, blank for none; `series` further weight series, where
    `weights` are their rows. `measured` is what its assessment measures, and `by_results` says that
    the pay half of the surplus follows these results. `has_tasks` and `has_charges` say whether it
    asks for these tables.
    """

    layers: tuple[str, ...]
    own: str = ""
    series: str = ""
    weights: tuple[tuple[str, ...], ...] = ()
    measured: tuple[Measured, ...] = ()
    by_results: bool = False
    has_tasks: bool = False
    has_charges: bool = False

    def case(self) -> str:
        """case.yaml of the county under it, without the pools of the county's own funds."""
        own = (SCHEME_FILE,) if self.own else ()
        files = ", ".join((*self.layers, *own))
        text = CASE.replace(f"scheme: [{SCHEMES}]", f"scheme: [{files}]")
        text = text.replace(SHARING_OF_FUNDS, "")
        text = text.replace(OWN_ASSESSMENT, "")
        text = text.replace(f"pools: [{OF_HEADS}]", f"pools: [{ATTENDANCE}]")
        if not self.by_results:
            text = text.replace(SURPLUS, SURPLUS.replace("required", "none"))
        return text.replace("series:\n", f"series:\n{self.series}", 1)

    def moves(self, purse: Purse) -> Iterator[Line]:
        """What came and was spent of its funds at one institution."""
        yield pay_base(purse)
        yield from _MOVES[self.layers[0]](purse)

    def coefficients(self, rows: _Rows) -> _Rows:
        """The county's coefficients without those of its own assessment of people."""
        return [row for row in rows if row[2] != "assessment"]

    def tasks(self, purse: Purse) -> _Rows:
        """Approved tasks and income of one institution."""
        signed = purse.heads.every
        if not self.has_tasks or not signed:
            return []
        fund = "approved-tasks"
        return [
            (purse.code, fund, "public-health-package", f"{signed * 4}.5", ""),
            (purse.code, fund, "medical-package", str(signed * 3 // 2), f"{signed * 17}.35"),
        ]


def _sanmenxia(purse: Purse) -> Iterator[Line]:
    heads, fund = purse.heads, "contract-fiscal"
    yield from _public_health(purse)
    received = 0
    for payer, fen, day in (("市财政", 2_00, "2025-03-31"), ("县财政", 3_00, "2025-04-30")):
        part = heads.permanent * fen
        if part:  # three tenths become pay, which is no income of the account
            yield fund, "advance", part, payer, day
            yield "签约服务费财政补助", "income", part * 7 // 10, fund, ""
        received += part
    yield from spent_of(fund, received * 7 // 10, received * 6 // 10, "签约服务交通与培训支出")
    fund, payer = "contract-insurance", "城乡居民医保统筹基金"
    move = ("advance", heads.every * 11_00, "2025-02-28")
    yield from came(fund, payer, move, booked=("签约服务费医保支付", fund))
    fund, fen = "disabled-contracts", heads.disabled * 20_00
    move = ("received", fen, "2025-10-15")
    yield from came(fund, "县财政", move, booked=("残疾人签约服务经费", fund))
    yield from spent_of(fund, fen, fen, "残疾人签约服务支出")


def _public_health(purse: Purse) -> Iterator[Line]:
    """Public-health money, six tenths before the assessment: a part is spent on contracts."""
    fund, fen = "public-health", purse.health_fen * 6 // 10
    yield fund, "approved", purse.health_fen, "县财政", "2025-02-20"
    yield from came(fund, "县财政", ("received", fen, "2025-03-25"), booked=(HEALTH, fund))
    part = for_contracts(purse, fen)
    yield FOR_CONTRACTS, "expenditure", part, fund, ""
    yield from spent_of(fund, fen - part, (fen - part) * 19 // 20, "公共卫生服务支出")


def _zhejiang(purse: Purse) -> Iterator[Line]:
    fund, basic, medical = "line-items", purse.basic_fen, purse.medical_fen
    yield fund, "approved", basic, "县财政", "2025-02-20"
    move = ("received", basic, "2025-03-10")
    yield from came(fund, "县财政", move, booked=("财政定项补助", fund))
    yield from spent_of(fund, basic, basic * 9 // 10, "基本工资、社会保险与设备支出")
    fund = "insurance"
    yield fund, "approved", medical // 3, "医保基金", "2025-02-20"
    move = ("advance", medical // 4, "2025-03-10")
    yield from came(fund, "医保基金", move, booked=(PREPAID, fund))
    yield from came("purchase", "财政", _early(purse), booked=("当量购买补助", "purchase"))
    # Restricted, no income of the account and all of it pay: it comes in whole before contracts are
    # judged, and what was for contracts that are not effective goes back.
    for payer, fen in (("签约居民", 1_00), ("市政府", 2_50), ("区财政", 6_50)):
        if purse.heads.months:
            yield "contract-fee", "received", purse.heads.months * fen, payer, "2025-12-31"


def _deqing(purse: Purse) -> Iterator[Line]:
    a_head = 78_500_00 if purse.number else 92_000_00
    yield "pay_cap", "approved", purse.people * a_head, "", "2025-01-20"
    yield "incentive_pay", "approved", purse.people * 3_333_33, "", "2025-01-20"
    yield from came("purchase", "县财政", _early(purse), booked=("当量购买补助", "purchase"))


def _changning(purse: Purse) -> Iterator[Line]:
    signed = purse.heads.every
    move = ("advance", signed * 90_00, "2025-03-10")
    yield from came("approved-tasks", "区财政", move, booked=("核定任务补助", "approved-tasks"))
    move = ("advance", signed * 200_00, "2025-01-10")
    yield from came(
        "insurance-prepayment", "医保基金", move, booked=(PREPAID, "insurance-prepayment")
    )


def _early(purse: Purse) -> tuple[str, int, str]:
    """The advance for equivalents: a part of what was planned."""
    return "advance", (purse.health_fen + purse.work_fen) // 5, "2025-04-10"


_MOVES: Final = {
    "sanmenxia-2019": _sanmenxia,
    "zhejiang-2017": _zhejiang,
    "deqing-2019": _deqing,
    "changning-2014": _changning,
}
_LAYER: Final = """\
# 示例：沿用到 2025 年。Made up: the county keeps the scheme in force.
scheme: county-scheme
title: 示例县沿用方案（示例）
reference: 示例县财社〔2025〕2 号（编造）
illustrative: yes
layer: community
"""
_CHANGNING: Final = f"""\
{_LAYER}funds:
  approved-tasks:
    valid_to: 2026-01-01
    standards:
      public-health-package:
        {{value: "18.50", valid_from: 2014-01-01, valid_to: 2026-01-01, unit: 元/当量}}
      medical-package:
        {{value: "32.00", valid_from: 2014-01-01, valid_to: 2026-01-01, unit: 元/当量}}
  floor: {{valid_to: 2026-01-01}}
  insurance-prepayment:
    valid_to: 2026-01-01
    rate: {{value: "260.00", valid_from: 2014-01-01, valid_to: 2026-01-01, unit: 元/人·年}}
coefficients:
  pay-assessment: {{applies_to: key, pools: [{INCENTIVE}]}}
components:
  contract-allowance:
    rate: {{value: "1.00", valid_from: 2014-01-01, valid_to: 2026-01-01, unit: 元/人·月}}
"""
_SANMENXIA: Final = f"""\
{_LAYER}components:
  gp-allowance:
    title: 全科医生津贴（示例）
    kind: allowance
    rate: {{value: "500.00", valid_from: 2025-01-01, unit: 元/人·月}}
    who: {{posts: [全科医生]}}
"""
_ZHEJIANG: Final = f"""\
{_LAYER}# 签约服务费按有效签约付。Made up: the fee is paid for effective contracts.
funds:
  contract-fee:
    heads: {{source: contracts, effective: effective-contract}}
"""
_FAMILIES: Final = (
    ("签约对象数量与结构", 45, 85), ("服务质量", 55, 98), ("健康管理效果", 45, 80),
    ("群众满意度", 78, 99), ("费用控制", 96, 112), ("基层就诊比例", 35, 75),
    ("中医药服务比例", 12, 45),
)  # fmt: skip
_OWN: Final = ("签约对象数量与结构", "服务质量", "健康管理效果", "群众满意度", "基层就诊比例")
_EFFECTIVE: Final = (
    ("档案合格率", 70, 99), ("慢病规范管理率", 45, 75), ("基层就诊率", 45, 80),
    ("签约医生就诊率", 25, 60), ("签约服务满意率", 80, 99),
)  # fmt: skip
_SIGNED: Final = (("重点人群签约率", 80, 99), ("续约率", 75, 99), ("群众满意率", 86, 99))
_VISITED: Final = (("服务质量", 70, 100), ("数据质量", 75, 100))
_WORK: Final = (
    ("workload", 85, 110), ("signed", 80, 105), ("first-visit", 45, 75), ("satisfaction", 80, 99),
)  # fmt: skip
_RUN: Final = (("administration", 75, 100),)
_FIXED: Final = ("fixed_price", "GW1102", "疫点处置", "次", "1", "2025-01-01", "示例（编造）")

POLICIES: Final[Mapping[str, Policy]] = {
    "sanmenxia-2019": Policy(
        ("sanmenxia-2019", "sanmenxia-2019-indicators", "sanmenxia-2019-assessment"),
        own=_SANMENXIA,
        measured=tuple(
            Measured(level, tuple(one for one in _FAMILIES if level != "person" or one[0] in _OWN))
            for level in ("institution", "team", "person")
        ),
        by_results=True,
        has_charges=True,
    ),
    "zhejiang-2017": Policy(
        (
            *("zhejiang-2017", "zhejiang-2017-effective-contract", "zhejiang-2017-hangzhou"),
            *("zhejiang-2017-indicators", "zhejiang-2017-assessment"),
        ),
        own=_ZHEJIANG,
        measured=(Measured("institution", _EFFECTIVE),),
        series="  fixed_price: {missing: exclude}\n",
        weights=(_FIXED,),
    ),
    "deqing-2019": Policy(
        ("deqing-2019", "deqing-2019-indicators", "deqing-2019-assessment"),
        measured=(
            Measured("institution", _SIGNED, _VISITED, periods=("2025-H1", "2025-H2")),
            Measured("department", _SIGNED[2:], _VISITED),
            Measured("person", (), _VISITED),
        ),
    ),
    "changning-2014": Policy(
        ("changning-2014", "changning-2014-assessment"),
        own=_CHANGNING,
        measured=(Measured("institution", _WORK, _RUN),),
        has_tasks=True,
        has_charges=True,
    ),
}
"""The shipped schemes by name; Zhejiang with its fifth channel and the contract fee of Hangzhou."""
