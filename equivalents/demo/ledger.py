"""What came and was approved of each made-up fund 资金: advances 预拨, settlements, payments.

Advances come early in the year and are round; what is due is known at its end, so that some funds
are still owed and some were advanced too much.
"""

from collections.abc import Iterator
from typing import Final

from equivalents.demo.signing import Signed

__all__ = ["Line", "bought", "of_contracts", "on_approval", "pay_base"]

Line = tuple[str, str, int, str, str]
"""An account line, its kind, fen, source and date."""

_ROUND: Final = 1_000_00
_CENTRAL, _COUNTY = "中央和省财政", "县财政"
_SHORT: Final = 5  # every fifth institution waits for a part of its line items
_CONTRACT_FEN: Final = 40_00
_PREPAID_FEN: Final = 260_00
_EFFECTIVE_FEN: Final = 30_00


def bought(fund: str, fen: int) -> tuple[list[Line], tuple[int, int]]:
    """Money for equivalents: its rows, and what came from the state and the county."""
    central = fen * 7 // 10
    county = fen - central
    early = county * 4 // 5 // _ROUND * _ROUND
    return [
        (fund, "advance", central, _CENTRAL, "2025-03-25"),
        (fund, "advance", early, _COUNTY, "2025-04-18"),
        (fund, "received", county - early, _COUNTY, "2025-11-28"),
    ], (central, county)


def on_approval(number: int, fen: int) -> Iterator[Line]:
    """Line items as approved; some institutions wait for a part of it."""
    short = fen // 40 // _ROUND * _ROUND if number % _SHORT == 1 else 0
    half = fen // 2 // _ROUND * _ROUND
    yield "line-items", "approved", fen + short, _COUNTY, "2025-02-20"
    yield "line-items", "received", half, _COUNTY, "2025-03-10"
    yield "line-items", "received", fen - half, _COUNTY, "2025-09-10"


def pay_base(fen: int) -> Line:
    """The base part of pay 基础性绩效, as it was paid."""
    return "base_pay", "paid", fen, "", "2025-12-31"


def of_contracts(centre: int, signed: Signed) -> Iterator[Line]:
    """What came and was paid of the funds by heads; `centre` counts the centres from 0."""
    heads, every = signed.heads[centre], signed.all_heads[centre]
    fee, prepaid = heads * _CONTRACT_FEN, every * _PREPAID_FEN
    yield "insurance", "advance", prepaid * 87 // 100 // _ROUND * _ROUND, "医保基金", "2025-01-31"
    yield "contract-fee", "advance", fee * 9 // 10 // 100 * 100, "医保基金", "2025-03-31"
    yield "contract-fee", "advance", fee * 4 // 5 // 100 * 100, "公卫经费", "2025-06-30"
    yield "contract-fee", "received", fee, "签约居民", "2025-12-20"
    yield "contract-fee", "paid", fee // 4, "公卫经费", "2025-12-25"
    effective = every * _EFFECTIVE_FEN * 7 // 10 // 100 * 100
    yield "effective-contract", "advance", effective, _COUNTY, "2025-07-15"
    yield "disabled-contracts", "received", every * 150, _COUNTY, "2025-10-15"
    yield "disabled-contracts", "paid", every * 120, _COUNTY, "2025-12-10"
