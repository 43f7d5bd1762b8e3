"""Money put on lines: an amount apportioned by signed keys to the fen, so that it re-adds (5.13).

This only shows where an amount comes from; nobody is paid by it. A line may have a negative key
(a correction, the cut of a ceiling, a deficit brought in) and then has negative money: each line
gets floor(amount x key / sum of keys) fen, floors towards minus infinity, and the fen left over go
one each by larger remainder, then larger key, then the order of the lines, as in 5.10. Where the
keys of an amount do not add up to something positive its lines have 0.00, and the amount stands
where it came from.

The trick is that of :mod:`equivalents.allocate`: a float guess of the quotient that exact
integers settle. With signed keys a quotient can be far above the amount; where it is not proven
to be small Python integers do the same. Sources: definitions 5.10, 5.13.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.allocate import left_over, ranks
from equivalents.errors import ConservationError
from equivalents.units import Exact, Int64

__all__ = ["apportion_signed"]

_QUOTIENT_BOUND: Final = 2.0**48
_SUM_BOUND: Final = 2.0**60


def apportion_signed(amount_fen: Int64, key: Exact, starts: Int64) -> Exact:
    """Put each amount on its lines by signed keys, exactly.

    Args:
        amount_fen: ``(amounts,)`` amounts, not negative.
        key: ``(lines,)`` keys of any sign, in any unit; the lines of one amount stand together,
            in the order that settles the last ties.
        starts: ``(amounts,)`` the first line of each amount, ascending; none is without lines.

    The lines of an amount add up to it, or are all 0 where the sum of its keys is not positive.
    They are int64 where that is proven to hold them.

    Raises:
        ValueError: the arguments are not of that form.
        ConservationError: the lines do not add up to their amount (a defect).
    """
    lines = np.diff(starts, append=key.size)
    if amount_fen.size != starts.size or (starts.size and starts[0] != 0) or (lines < 1).any():
        raise ValueError("each amount needs its start and at least one line")
    if (amount_fen < 0).any() or (key.size and not starts.size):
        raise ValueError("amounts must not be negative, and no line is without one")
    if starts.size == 0:
        return np.zeros(0, np.int64)
    owner = np.repeat(np.arange(starts.size), lines)
    divide = _divide if _small(amount_fen, key, starts, owner) else _divide_exactly
    shown, floor, remainder, by_key = divide(amount_fen, key, starts, owner)
    left = (shown - np.add.reduceat(floor, starts)).astype(np.int64)
    money: Exact = np.add(floor, left_over(left, remainder, by_key, owner, starts))
    if not np.array_equal(np.add.reduceat(money, starts), shown):
        raise ConservationError("the lines do not add up to their amount")
    return money


def _small(amount_fen: Int64, key: Exact, starts: Int64, owner: npt.NDArray[np.intp]) -> bool:
    """Whether the float guess is proven to be within one, and no sum of keys overflows."""
    if key.dtype == object:
        return False
    size = np.abs(key.astype(np.float64))
    if (np.add.reduceat(size, starts) >= _SUM_BOUND).any():
        return False
    divisor = np.maximum(np.add.reduceat(key, starts), 1)[owner]
    return bool((amount_fen[owner] * (size / divisor) < _QUOTIENT_BOUND).all())


def _divide(
    amount_fen: Int64, exact: Exact, starts: Int64, owner: npt.NDArray[np.intp]
) -> tuple[Int64, Exact, Int64, Int64]:
    """What is shown of each amount; floor, remainder and rank by key of each line."""
    key = exact.astype(np.int64, copy=False)
    total = np.add.reduceat(key, starts)
    shown = np.where(total > 0, amount_fen, 0)
    amount, divisor = shown[owner], np.maximum(total, 1)[owner]
    # allocate: a guess in floats, settled by exact integers in the next lines
    quotient = np.floor(amount * (key / divisor)).astype(np.int64)
    remainder = amount * key - quotient * divisor
    step = (remainder >= divisor).astype(np.int64) - (remainder < 0)
    quotient, remainder = quotient + step, remainder - step * divisor
    if ((remainder < 0) | (remainder >= divisor)).any():
        raise ConservationError("a quotient is off by more than one")
    return shown, quotient, remainder, key


def _divide_exactly(
    amount_fen: Int64, exact: Exact, starts: Int64, owner: npt.NDArray[np.intp]
) -> tuple[Int64, Exact, Int64, Int64]:
    """The same in Python integers; remainders and keys are replaced by their ranks.

    The ranks are among the lines of all amounts, but only those of one amount are ever compared.
    """
    key = exact.astype(object)
    total = np.add.reduceat(key, starts)
    shown = np.where(np.array([one > 0 for one in total.tolist()]), amount_fen, 0)
    floors, rests = [], []
    columns = shown[owner].tolist(), key.tolist(), total[owner].tolist()
    for fen, own, divisor in zip(*columns, strict=True):
        # exact: a floor towards minus infinity
        floor, rest = divmod(fen * own, max(divisor, 1))
        floors.append(floor)
        rests.append(rest)
    by_rest, by_key = (np.array(ranks(values), np.int64) for values in (rests, columns[1]))
    return shown, np.array(floors, object), by_rest, by_key
