"""Fixed point: how every figure of record is held, read and printed.

The idea: nothing that is paid, recorded or printed is ever a float. A figure is an integer
count of a small unit, and the unit ends its name:

======== =============================== ===================== =========================
suffix   holds                           one unit              text (always all digits)
======== =============================== ===================== =========================
``_fen`` money 金额                      0.01 yuan             two decimals
``_e3``  quantity 数量                   0.001                 three decimals
``_e4``  weight 当量值, coefficient 系数 0.0001                four decimals
``_e7``  equivalents 当量, keys          0.0000001             seven decimals
======== =============================== ===================== =========================

The trick: quantity (three places) times weight (four places) is *exactly* an integer count of
e7, so counting and weighing never round. int64 addition wraps mod 2**64, hence partial sums may
overflow and still end right; what needs a bound is each product and each final total
(:func:`product_fits`, :func:`checked_total`). Source: specification page 2 "Numbers",
definitions 5.8 and 5.13.
"""

import re
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = [
    "AMOUNT_LIMIT_FEN",
    "Codes",
    "E7_PLACES",
    "Exact",
    "FEN_PLACES",
    "INT64_LIMIT",
    "Int64",
    "NumberFaultError",
    "QUANTITY_LIMIT_E3",
    "QUANTITY_PLACES",
    "SHARE_LIMIT",
    "WEIGHT_LIMIT_E4",
    "WEIGHT_PLACES",
    "checked_total",
    "parse_amount_fen",
    "parse_fixed",
    "parse_quantity_e3",
    "parse_share",
    "parse_weight_e4",
    "print_e3",
    "print_e4",
    "print_e7",
    "print_fen",
    "print_fixed",
    "product_fits",
    "weigh_exactly",
]

Codes = npt.NDArray[np.int32]
"""A vector of positions in a codebook, of day numbers or of the like."""
Int64 = npt.NDArray[np.int64]
"""A vector of 64-bit integers; its name says the unit."""
Exact = npt.NDArray[np.int64] | npt.NDArray[np.object_]
"""A vector of exact integers: int64 where the bounds hold, Python integers where they do not."""

FEN_PLACES: Final = 2
QUANTITY_PLACES: Final = 3
WEIGHT_PLACES: Final = 4
E7_PLACES: Final = QUANTITY_PLACES + WEIGHT_PLACES

QUANTITY_LIMIT_E3: Final = 1_000_000 * 10**QUANTITY_PLACES
"""A quantity is below one million (definition 5.8)."""
WEIGHT_LIMIT_E4: Final = 1_000_000 * 10**WEIGHT_PLACES
"""A weight is below one million (definition 5.8)."""
AMOUNT_LIMIT_FEN: Final = 10**15
"""A pool is below ten million million yuan: far above any county, far below 2**63."""
SHARE_LIMIT: Final = 1_000_000
"""A share of one performer is a whole number below one million: far above any set of people."""
INT64_LIMIT: Final = 2**63
"""Every total of record is below this in its own unit; a larger one is refused."""

_PLAIN = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?", re.ASCII)


class NumberFaultError(ValueError):
    """A text is not the decimal it should be; ``kind`` says how.

    ``kind`` is ``text`` (not plain decimal digits), ``places`` (too many decimals),
    ``sign`` (negative where that is not allowed) or ``range``.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text!r}")
        self.kind = kind


def parse_fixed(text: str, places: int, *, signed: bool = False) -> int:
    """Read plain decimal text as an integer count of ``10**-places``, exactly.

    Accepted are ASCII digits with an optional point and at most ``places`` decimals; no sign but
    a leading ``-`` when ``signed``, no exponent, no blanks, no separators, no leading zeros.

    Raises:
        NumberFaultError: with the kind of the fault.
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise NumberFaultError("text", text)
    sign, whole, decimals = match[1], match[2], match[3] or ""
    if sign and not signed:
        raise NumberFaultError("sign", text)
    if len(decimals) > places:
        raise NumberFaultError("places", text)
    if len(whole) > 18:
        raise NumberFaultError("range", text)
    unit: int = 10**places
    value = int(whole) * unit + int(decimals.ljust(places, "0") or "0")
    return -value if sign else value


def _parse_below(text: str, places: int, limit: int, *, signed: bool = False) -> int:
    value = parse_fixed(text, places, signed=signed)
    if abs(value) >= limit:
        raise NumberFaultError("range", text)
    return value


def parse_quantity_e3(text: str) -> int:
    """Read a quantity 数量 as thousandths; negative is left to the caller to judge (5.8)."""
    value = _parse_below(text, QUANTITY_PLACES, QUANTITY_LIMIT_E3, signed=True)
    if value == 0:
        raise NumberFaultError("range", text)
    return value


def parse_weight_e4(text: str) -> int:
    """Read a weight 当量值 as ten-thousandths; 0 is legal (A1, 5.8)."""
    return _parse_below(text, WEIGHT_PLACES, WEIGHT_LIMIT_E4)


def parse_share(text: str) -> int:
    """Read a performer's share as a whole number above 0 (definition 5.4)."""
    value = _parse_below(text, 0, SHARE_LIMIT)
    if value == 0:
        raise NumberFaultError("range", text)
    return value


def parse_amount_fen(text: str, *, signed: bool = False) -> int:
    """Read an amount in yuan as fen; three decimals are a fault, and below 0 unless ``signed``."""
    return _parse_below(text, FEN_PLACES, AMOUNT_LIMIT_FEN, signed=signed)


def print_fixed(value: int, places: int) -> str:
    """Print an integer count of ``10**-places`` with all its decimals: exact, reversible."""
    if places == 0:
        return str(value)
    whole, decimals = divmod(abs(value), 10**places)
    return f"{'-' if value < 0 else ''}{whole}.{decimals:0{places}d}"


def print_fen(value_fen: int) -> str:
    """Print fen as yuan with two decimals."""
    return print_fixed(value_fen, FEN_PLACES)


def print_e3(value_e3: int) -> str:
    """Print a quantity with three decimals."""
    return print_fixed(value_e3, QUANTITY_PLACES)


def print_e4(value_e4: int) -> str:
    """Print a weight or coefficient with four decimals."""
    return print_fixed(value_e4, WEIGHT_PLACES)


def print_e7(value_e7: int) -> str:
    """Print equivalents or a key with seven decimals."""
    return print_fixed(value_e7, E7_PLACES)


def product_fits(total_abs_e3: int, largest_weight_e4: int) -> bool:
    """Whether every product and every sum of products of these quantities fits in int64.

    ``total_abs_e3`` is a bound on the sum of absolute quantities in any one cell. One sufficient
    test covers both bounds of page 2, because a single quantity is not above the sum.
    """
    return total_abs_e3 * largest_weight_e4 < INT64_LIMIT


def weigh_exactly(quantity_e3: Int64, weight_e4: Int64) -> Exact:
    """Multiply quantities by weights: equivalents in e7, exactly, whatever their size.

    Returns int64 where every product and every sum of these products provably fits, else Python
    integers (slow and exact). The float is only a bound on the sum of ``|product|``; its error of
    at most one part in 2**20 is far within the factor of two that is left.
    """
    if _plainly_fits(quantity_e3, weight_e4):
        return quantity_e3 * weight_e4
    bound = np.dot(np.abs(quantity_e3).astype(np.float64), weight_e4.astype(np.float64))
    if bound < INT64_LIMIT / 2:
        products: Int64 = quantity_e3 * weight_e4
        return products
    exact: npt.NDArray[np.object_] = quantity_e3.astype(object) * weight_e4.astype(object)
    return exact


def _plainly_fits(quantity_e3: Int64, weight_e4: Int64) -> bool:
    """Whether the sum of ``|quantity|`` times the largest weight is within half of the limit."""
    largest = max(int(quantity_e3.max(initial=0)), -int(quantity_e3.min(initial=0)))
    if largest * quantity_e3.size >= INT64_LIMIT:
        return False
    total_e3 = int(np.abs(quantity_e3).sum())
    return total_e3 * int(weight_e4.max(initial=0)) < INT64_LIMIT // 2


def checked_total(values: Iterable[int]) -> Int64:
    """Bring exact totals back to int64.

    Raises:
        OverflowError: a total is beyond the stated limit of 2**63 of its unit.
    """
    exact = [int(value) for value in values]
    for value in exact:
        if not -INT64_LIMIT < value < INT64_LIMIT:
            raise OverflowError(f"total beyond the limit of 2**63 units: {value}")
    return np.array(exact, np.int64)
