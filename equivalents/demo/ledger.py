"""What came and was spent of each made-up fund 资金: advances 预拨, settlements, income, closings.

Advances come early in the year and are round; what is due is known at its end, so that most funds
still owe something and a few advanced too much. The business account is kept by what came: each
yuan of a fund that is income stands in it once. Of restricted money what is left is carried.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from equivalents.demo.payplan import ALLOWANCE, LEADER
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.signing import Heads

__all__ = [
    "FOR_CONTRACTS", "HEALTH", "Line", "PREPAID", "Purse", "came", "for_contracts", "of_county",
    "pay_base", "spent_of",
]  # fmt: skip

Line = tuple[str, str, int, str, str]
"""An account line, its kind, fen, source and date."""


@dataclass(frozen=True)
class Purse:
    """What the year of an institution is made from; amounts in fen.

    `number` is 0 for the lead hospital; `heads` are the signed at the end of the year. Medical
    income and line items follow its people, the money for equivalents the records too.
    """

    number: int
    people: int
    heads: Heads
    medical_fen: int
    basic_fen: int
    health_fen: int
    work_fen: int

    @property
    def code(self) -> str:
        """The institution's code."""
        return INSTITUTIONS[self.number].code


_ROUND: Final = 1_000_00
_CENTRAL, _COUNTY, _CITY = "中央和省财政", "县财政", "市财政"
_INSURANCE: Final = "医保基金"
HEALTH: Final = "基本公共卫生服务补助"
PREPAID: Final = "医保按人头预付"
FOR_CONTRACTS: Final = "公卫经费用于签约服务"
_SHORT: Final = 5  # every fifth institution waits for a part of its line items
_TOO_MUCH: Final = (3, 8)  # institutions that were advanced more than they earned


def came(
    fund: str, payer: str, *moves: tuple[str, int, str], booked: tuple[str, str]
) -> Iterator[Line]:
    """Money of a fund by kind, fen and day as a payer sent it, and its one row of income.

    `booked` are line and source of that row; one of them is the fund's code or title.
    """
    for kind, fen, day in moves:
        if fen:
            yield fund, kind, fen, payer, day
    total = sum(fen for _, fen, _ in moves)
    if total:
        yield booked[0], "income", total, booked[1], ""


def spent_of(fund: str, received_fen: int, spent_fen: int, line: str) -> Iterator[Line]:
    """Restricted money: what was spent of it on a line, and what is carried to the next year."""
    if spent_fen:
        yield line, "expenditure", spent_fen, fund, ""
    if received_fen > spent_fen:
        yield fund, "closing_restricted", received_fen - spent_fen, "", ""


def for_contracts(purse: Purse, health_fen: int) -> int:
    """How much of public-health money an institution spent on contracts, in fen."""
    return health_fen * (39 + purse.number * 7 % 10) // 100


def pay_base(purse: Purse) -> Line:
    """The base part of pay 基础性绩效, as it was paid."""
    return "base_pay", "paid", purse.people * 39_600_00, "", "2025-12-31"


def of_county(purse: Purse) -> Iterator[Line]:
    """What came and was spent of the county's own funds at one institution."""
    yield from _bought(purse)
    yield from _on_approval(purse)
    yield pay_base(purse)
    yield from _of_pay(purse)
    if purse.number:
        yield from _by_heads(purse)
        yield from _of_key_groups(purse)


def _bought(purse: Purse) -> Iterator[Line]:
    """Money for equivalents: planned from the year before, settled by what was done."""
    hills = INSTITUTIONS[purse.number].group != "plain"
    fund, title = "purchase", "当量购买（平原）"
    if hills:
        fund, title = "purchase-hills", "当量购买（山区）"
    plan = (purse.health_fen + purse.work_fen) * 47 // 50
    central = plan * 7 // 10
    county = plan - central
    early = _rounded(county * 4 // 5)
    yield from came(fund, _CENTRAL, ("advance", central, "2025-03-25"), booked=(HEALTH, title))
    yield FOR_CONTRACTS, "expenditure", for_contracts(purse, central), "", ""
    yield from came(
        fund,
        _COUNTY,
        ("advance", early, "2025-04-18"),
        ("received", county - early, "2025-11-28"),
        booked=(title, _COUNTY),
    )


def _on_approval(purse: Purse) -> Iterator[Line]:
    """Line items as approved; some institutions wait for a part of it."""
    fen = purse.basic_fen
    short = _rounded(fen // 40) if purse.number % _SHORT == 1 else 0
    half = _rounded(fen // 2)
    yield "line-items", "approved", fen + short, _COUNTY, "2025-02-20"
    moves = (("received", half, "2025-03-10"), ("received", fen - half, "2025-09-10"))
    yield from came("line-items", _COUNTY, *moves, booked=("定项补助", _COUNTY))


def _of_pay(purse: Purse) -> Iterator[Line]:
    """Approved for the head of the institution, and for general practitioners of a centre."""
    yield LEADER, "approved", 60_000_00, "", "2025-01-20"
    if purse.number:
        yield ALLOWANCE, "approved", purse.people * 1_800_00, "", "2025-01-20"


def _by_heads(purse: Purse) -> Iterator[Line]:
    """The prepayment of the insurance, the contract fee, and effective contracts."""
    heads = purse.heads
    fee = heads.permanent * 40_00
    part = 96 if purse.number in _TOO_MUCH else 80
    early = ("advance", _rounded(heads.every * 260_00 * part // 100), "2025-01-31")
    yield from came("insurance", _INSURANCE, early, booked=(PREPAID, _INSURANCE))
    # The fee is no income of the account: half of it is pay, the rest is spent on the contracts.
    yield "contract-fee", "advance", _rounded(fee * 9 // 10), _INSURANCE, "2025-03-31"
    yield "contract-fee", "advance", _rounded(fee * 4 // 5), "公卫经费", "2025-06-30"
    yield "contract-fee", "received", fee, "签约居民", "2025-12-20"
    yield "contract-fee", "paid", fee // 2, "公卫经费", "2025-12-25"
    effective = _rounded(heads.effective * 30_00 * 9 // 10)
    yield "effective-contract", "advance", effective, _COUNTY, "2025-07-15"


def _of_key_groups(purse: Purse) -> Iterator[Line]:
    """The disabled, whose money is restricted, and people of low income."""
    disabled = purse.heads.disabled * 60_00
    fund = "disabled-contracts"
    move = ("received", disabled, "2025-10-15")
    yield from came(fund, _COUNTY, move, booked=("残疾人签约", _COUNTY))
    yield from spent_of(fund, disabled, disabled * 4 // 5, "残疾人签约服务支出")
    for payer, yuan, share in ((_CITY, 24, 100), (_COUNTY, 36, 75)):
        move = ("advance", purse.heads.poor * yuan * share, "2025-05-20")
        yield from came("poor-contracts", payer, move, booked=("低收入人员签约", payer))


def _rounded(fen: int) -> int:
    """Down to whole thousands of yuan, or to whole yuan where it is less."""
    return fen // _ROUND * _ROUND or fen // 100 * 100
