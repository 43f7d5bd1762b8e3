"""The made-up county under each shipped scheme 随附方案, with the tables that its funds read.

Where a shipped scheme has ended, or asks for results of the assessment that are not there, the
county says so in a layer of its own (示例), as a real one would.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from equivalents.demo.ledger import Line, pay_base
from equivalents.demo.money import print_yuan
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.rules import ATTENDANCE, CASE, CONTRACT, SHARING_OF_FUNDS
from equivalents.demo.scheme import SCHEME_FILE
from equivalents.demo.signing import Signed

__all__ = ["POLICIES", "Place", "Policy", "TASKS", "WEIGHTS", "places_of", "under"]

TASKS: Final = ("institution_id", "fund", "task", "quantity", "income")
WEIGHTS: Final = ("series", "item_code", "item_name", "unit", "weight", "valid_from", "reference")
_OF_FUNDS: Final = ("advance", "approved", "received", "paid")
_PAPER: Final = "示例县财社〔2025〕2 号（编造）"
_Rows = list[tuple[str, ...]]


@dataclass(frozen=True)
class Place:
    """What an institution's rows are made from: people, the signed, income by line in fen."""

    code: str
    people: int
    signed: int
    income_fen: Mapping[str, int]


@dataclass(frozen=True)
class Policy:
    """One shipped scheme: its layers as case.yaml names them, and what the county adds to it.

    `own` is a layer of the county, blank for none; `series` further weight series, where
    `weights` are their rows; `moves` gives the rows of accounts; `tasks` those of tasks;
    `coefficient` is a kind of institution coefficient that it asks for.
    """

    layers: tuple[str, ...]
    own: str = ""
    series: str = ""
    weights: tuple[tuple[str, ...], ...] = ()
    coefficient: str = ""
    has_tasks: bool = False

    def case(self) -> str:
        """case.yaml of the county under it, without the pools of the county's own funds."""
        own = (SCHEME_FILE,) if self.own else ()
        files = ", ".join((*self.layers, *own))
        text = CASE.replace(f"scheme: {SCHEME_FILE}", f"scheme: [{files}]")
        text = text.replace(SHARING_OF_FUNDS, "")
        text = text.replace(f"pools: [{CONTRACT}]", f"pools: [{ATTENDANCE}]")
        return text.replace("series:\n", f"series:\n{self.series}", 1)

    def moves(self, place: Place) -> Iterator[Line]:
        """The rows of accounts that follow its funds at one institution."""
        yield pay_base(place.people * 39_600_00)
        yield from _MOVES[self.layers[0]](place)

    def coefficients(self, places: Sequence[Place]) -> _Rows:
        """The rows of its institution coefficient."""
        return [
            (
                "institution",
                place.code,
                self.coefficient,
                f"0.9{at % 10}5",
                "2025-01-01",
                "",
                _PAPER,
            )
            for at, place in enumerate(places)
            if self.coefficient
        ]

    def tasks(self, place: Place) -> _Rows:
        """Approved tasks and income of one institution."""
        if not self.has_tasks or not place.signed:
            return []
        fund, half = "approved-tasks", place.signed * 3 // 2
        return [
            (place.code, fund, "public-health-package", f"{place.signed * 4}.5", ""),
            (place.code, fund, "medical-package", str(half), f"{place.signed * 17}.35"),
        ]


def _sanmenxia(place: Place) -> Iterator[Line]:
    health = place.income_fen["基本公共卫生服务补助"]
    yield "public-health", "approved", health, "县财政", "2025-02-20"
    yield "public-health", "received", health, "县财政", "2025-03-25"
    if place.signed:
        yield "contract-fiscal", "advance", place.signed * 190, "市财政", "2025-03-31"
        yield "contract-fiscal", "advance", place.signed * 310, "县财政", "2025-04-30"
        yield (
            "contract-insurance",
            "advance",
            place.signed * 1_600,
            "城乡居民医保统筹基金",
            "2025-02-28",
        )


def _zhejiang(place: Place) -> Iterator[Line]:
    basic, medical = (place.income_fen[line] for line in ("财政基本补助", "医疗收入"))
    yield "line-items", "approved", basic, "县财政", "2025-02-20"
    yield "line-items", "received", basic, "县财政", "2025-03-10"
    yield "line-items", "paid", basic * 9 // 10, "县财政", "2025-12-20"
    yield "insurance", "approved", medical // 3, "医保基金", "2025-02-20"
    yield "insurance", "advance", medical // 4, "医保基金", "2025-03-10"
    yield "purchase", "advance", place.income_fen["当量购买补助"], "财政", "2025-04-10"


def _deqing(place: Place) -> Iterator[Line]:
    yield "pay_cap", "approved", place.people * 84_000_00, "", "2025-01-20"
    yield "incentive_pay", "approved", place.people * 3_333_33, "", "2025-01-20"
    yield "purchase", "advance", place.income_fen["当量购买补助"], "县财政", "2025-04-10"


def _changning(place: Place) -> Iterator[Line]:
    yield "approved-tasks", "advance", place.signed * 9_000, "区财政", "2025-03-10"
    yield "insurance-prepayment", "advance", place.signed * 25_000, "医保基金", "2025-01-10"


def places_of(accounts: _Rows, heads: Sequence[int], signed: Signed) -> list[Place]:
    """What the rows of each institution are made from; `accounts` are the county's own."""
    every = [0, *signed.all_heads]
    return [
        Place(
            place.code,
            heads[number],
            every[number],
            {
                row[1]: int(row[3].replace(".", ""))
                for row in accounts
                if row[0] == place.code and row[2] == "income"
            },
        )
        for number, place in enumerate(INSTITUTIONS)
    ]


def under(policy: Policy, accounts: _Rows, places: Sequence[Place]) -> _Rows:
    """The accounts with the rows of the policy's funds in the place of the county's own."""
    kept = [row for row in accounts if row[2] not in _OF_FUNDS]
    return kept + [
        (place.code, line, kind, print_yuan(fen), "", source, day)
        for place in places
        for line, kind, fen, source, day in policy.moves(place)
    ]


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
    "sanmenxia-2019": Policy(("sanmenxia-2019",)),
    "zhejiang-2017": Policy(
        ("zhejiang-2017", "zhejiang-2017-effective-contract", "zhejiang-2017-hangzhou"),
        series="  fixed_price: {missing: exclude}\n",
        weights=(_FIXED,),
    ),
    "deqing-2019": Policy(("deqing-2019",), coefficient="total_assessment"),
    "changning-2014": Policy(("changning-2014",), own=_CHANGNING, has_tasks=True),
}
"""The shipped schemes by name; Zhejiang with its fifth channel and the contract fee of Hangzhou."""
