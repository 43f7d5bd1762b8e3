"""The made-up county under each shipped scheme 随附方案, with the tables that its funds read.

Where a shipped scheme has ended, or asks for results of the assessment that are not there, the
county says so in a layer of its own (示例), as a real one would.
"""

from collections.abc import Iterator, Mapping, Sequence
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
from equivalents.demo.rules import ATTENDANCE, CASE, CONTRACT, SHARING_OF_FUNDS
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
    `weights` are their rows; `coefficient` is a kind of institution coefficient that it asks for;
    `has_tasks` and `has_charges` say whether it asks for these tables.
    """

    layers: tuple[str, ...]
    own: str = ""
    series: str = ""
    weights: tuple[tuple[str, ...], ...] = ()
    coefficient: str = ""
    has_tasks: bool = False
    has_charges: bool = False

    def case(self) -> str:
        """case.yaml of the county under it, without the pools of the county's own funds."""
        own = (SCHEME_FILE,) if self.own else ()
        files = ", ".join((*self.layers, *own))
        text = CASE.replace(f"scheme: {SCHEME_FILE}", f"scheme: [{files}]")
        text = text.replace(SHARING_OF_FUNDS, "")
        text = text.replace(f"pools: [{CONTRACT}]", f"pools: [{ATTENDANCE}]")
        return text.replace("series:\n", f"series:\n{self.series}", 1)

    def moves(self, purse: Purse) -> Iterator[Line]:
        """What came and was spent of its funds at one institution."""
        yield pay_base(purse)
        yield from _MOVES[self.layers[0]](purse)

    def coefficients(self, purses: Sequence[Purse]) -> _Rows:
        """The rows of its institution coefficient."""
        kind, since = self.coefficient, "2025-01-01"
        return [
            ("institution", purse.code, kind, f"0.9{purse.number % 10}5", since, "", _PAPER)
            for purse in purses
            if kind
        ]

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
    move = ("advance", heads.every * 16_00, "2025-02-28")
    yield from came(fund, payer, move, booked=("签约服务费医保支付", fund))
    fund, fen = "disabled-contracts", heads.disabled * 20_00
    move = ("received", fen, "2025-10-15")
    yield from came(fund, "县财政", move, booked=("残疾人签约服务经费", fund))
    yield from spent_of(fund, fen, fen, "残疾人签约服务支出")


def _public_health(purse: Purse) -> Iterator[Line]:
    """Public-health money as approved: a part is spent on contracts, the most on other services."""
    fund, fen = "public-health", purse.health_fen
    yield fund, "approved", fen, "县财政", "2025-02-20"
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
    # Restricted, no income of the account and all of it pay: it comes in whole before it is paid.
    for payer, fen in (("签约居民", 1_00), ("市政府", 2_50), ("区财政", 6_50)):
        if purse.heads.months:
            yield "contract-fee", "received", purse.heads.months * fen, payer, "2025-12-31"


def _deqing(purse: Purse) -> Iterator[Line]:
    a_head = 84_000_00 if purse.number else 92_000_00
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
"""
_FIXED: Final = ("fixed_price", "GW1102", "疫点处置", "次", "1", "2025-01-01", "示例（编造）")

POLICIES: Final[Mapping[str, Policy]] = {
    "sanmenxia-2019": Policy(("sanmenxia-2019",), has_charges=True),
    "zhejiang-2017": Policy(
        ("zhejiang-2017", "zhejiang-2017-effective-contract", "zhejiang-2017-hangzhou"),
        series="  fixed_price: {missing: exclude}\n",
        weights=(_FIXED,),
    ),
    "deqing-2019": Policy(("deqing-2019",), coefficient="total_assessment"),
    "changning-2014": Policy(("changning-2014",), own=_CHANGNING, has_tasks=True, has_charges=True),
}
"""The shipped schemes by name; Zhejiang with its fifth channel and the contract fee of Hangzhou."""
