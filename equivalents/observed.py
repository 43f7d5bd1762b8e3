"""Item weights out of observed time: minutes worked beside counts of items, by least squares.

A row of observations is a person's month: its minutes are modelled as the sum over items of count
x minutes of the item. The standard item is 1: with ``standard_minutes`` declared, its part is taken
off and the others are fitted in units of it within the declared bounds of weights. Without, the
minutes of the standard item are first estimated with every item at 0 or above, then held.

Statistics are floats. A weight is rounded once to four places from its value at 15 significant
digits; nothing else of this room goes into a figure of record. Sources: rule A11;
``scipy.optimize.lsq_linear`` (bounded-variable least squares).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.exact import half_up

__all__ = ["Fit", "Floats", "NotSolvedError", "collinear", "fit", "independent", "rounded_e4"]

Floats = npt.NDArray[np.float64]
"""A vector or matrix of statistics."""
_SMALL: Final = 1e-9
"""Below this part of the largest singular value a direction of the counts is not told apart."""
_SEEN: Final = 1e-6
"""An item whose part of such a direction is above this is not determined."""


class NotSolvedError(ArithmeticError):
    """The solver did not come to an end."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What came out: weights by item in the order given (the standard item exactly 1).

    ``at_bound`` says ``lower``, ``upper`` or nothing, ``error`` the standard error of each weight
    with the standard item held (0 for that one, not a number without spare observations), and
    ``standard_error`` that of the minutes of the standard item: 0 where they are declared; what
    they are wrong by moves every weight alike. ``fitted`` are minutes by observation. ``r2`` is
    about the mean of the minutes; not a number where they are all alike.
    """

    weight: Floats
    error: Floats
    at_bound: tuple[str, ...]
    standard_minutes: float
    standard_error: float
    fitted: Floats
    r2: float
    rmse: float
    rank: int
    condition: float


def rounded_e4(value: float) -> int:
    """A statistic as a weight: its 15 significant digits, half-up once to four places."""
    return half_up(Fraction(format(value, ".15g")) * 10**4)


def collinear(counts: Floats) -> list[tuple[int, ...]]:
    """Groups of columns that these observations cannot tell apart, ascending; none: all can.

    Columns whose counts depend on each other linearly, in any mixture: each group is a connected
    part of the projector onto what the counts cannot see.
    """
    _, singular, directions = np.linalg.svd(_corner(counts), full_matrices=True)
    blind = directions[_rank(singular.astype(np.float64)) :]
    seen = np.abs(blind.T @ blind) > _SEEN
    groups, placed = [], set()
    for start in np.flatnonzero(np.diag(seen)).tolist():
        if start in placed:
            continue
        group, waiting = {start}, [start]
        while waiting:
            others = set(np.flatnonzero(seen[waiting.pop()]).tolist()) - group
            group |= others
            waiting += others
        placed |= group
        groups.append(tuple(sorted(group)))
    return groups


def independent(counts: Floats) -> list[int]:
    """Columns that together see all that the counts see, the earlier first."""
    corner = _corner(counts)
    kept: list[int] = []
    seen = np.zeros((corner.shape[0], 0))
    for at in range(corner.shape[1]):
        rest = corner[:, at]
        for _ in range(2):  # once more, for what rounding left over
            rest = rest - seen @ (seen.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > _SMALL:
            kept.append(at)
            seen = np.column_stack([seen, rest / length])
    return kept


def fit(
    counts: Floats,
    minutes: Floats,
    standard: int,
    lower: Floats,
    upper: Floats,
    standard_minutes: float | None = None,
) -> Fit:
    """Weights of items out of minutes and counts.

    Args:
        counts: one row an observation, one column an item; every column is determined.
        minutes: worked, one an observation.
        standard: the column of the item that is 1.
        lower: of each weight; minus infinity for none; that of the standard item is not looked at.
        upper: likewise; infinity for none.
        standard_minutes: of one standard item; estimated without.

    Raises:
        NotSolvedError: the solver did not end, or the standard item takes no time.
    """
    others = [at for at in range(counts.shape[1]) if at != standard]
    standard_error = 0.0
    if standard_minutes is None:
        standard_minutes, standard_error = _standard(counts, minutes, standard, lower)
    weight = np.ones(counts.shape[1])
    if others:
        rest = minutes / standard_minutes - counts[:, standard]
        weight[others] = _solved(counts[:, others], rest, lower[others], upper[others])
    bound = [_bound(*one) for one in zip(weight, lower, upper, strict=True)]
    bound[standard] = ""
    fitted = counts @ weight * standard_minutes
    left = minutes - fitted
    apart = float(((minutes - minutes.mean()) ** 2).sum())
    singular = np.linalg.svd(_corner(counts), compute_uv=False).astype(np.float64)
    return Fit(
        weight,
        _errors(counts[:, others], left / standard_minutes, others, counts.shape[1]),
        tuple(bound),
        standard_minutes,
        standard_error,
        fitted,
        1 - float((left**2).sum()) / apart if apart else float("nan"),
        float(np.sqrt((left**2).mean())),
        _rank(singular),
        float(singular[0] / singular[-1]),
    )


def _standard(counts: Floats, minutes: Floats, standard: int, lower: Floats) -> tuple[float, float]:
    """The minutes of the standard item, every item at 0 or above, and their standard error."""
    free = np.full(counts.shape[1], np.inf)
    least = np.where(np.isinf(lower), lower, 0.0)
    found = _solved(counts, minutes, least, free)
    if not found[standard] > 0:
        raise NotSolvedError("the standard item takes no time")
    everything = range(counts.shape[1])
    error = _errors(counts, minutes - counts @ found, everything, counts.shape[1])
    return float(found[standard]), float(error[standard])


def _solved(counts: Floats, wanted: Floats, lower: Floats, upper: Floats) -> Floats:
    """Bounded least squares in columns of length 1, so that rare items count as common ones."""
    from scipy.optimize import lsq_linear

    size = _sizes(counts)
    done = lsq_linear(
        counts / size,
        wanted,
        (lower * size, upper * size),
        method="bvls",
        tol=1e-14,
        max_iter=100 + 20 * len(size),
    )
    if done.status < 1:
        raise NotSolvedError(str(done.message))
    found: Floats = np.clip(done.x / size, lower, upper)
    return found


def _errors(counts: Floats, left: Floats, others: Sequence[int], width: int) -> Floats:
    """Standard errors of the weights, as if no bound held."""
    error = np.zeros(width)
    spare = len(left) - len(others)
    if not others:
        return error
    if spare < 1:
        error[others] = np.nan
        return error
    size = _sizes(counts)
    spread = np.diag(np.linalg.pinv((counts / size).T @ (counts / size)))
    error[others] = np.sqrt(float((left**2).sum()) / spare * np.abs(spread)) / size
    return error


def _bound(weight: float, lower: float, upper: float) -> str:
    return "lower" if weight <= lower else "upper" if weight >= upper else ""


def _sizes(counts: Floats) -> Floats:
    size: Floats = np.sqrt((counts**2).sum(axis=0))
    return np.where(size > 0, size, 1.0)


def _corner(counts: Floats) -> Floats:
    """The triangle of the columns at length 1: what they tell apart, without the many rows."""
    return np.asarray(np.linalg.qr(counts / _sizes(counts), mode="r"), np.float64)


def _rank(singular: Floats) -> int:
    return int((singular > _SMALL * singular.max(initial=0)).sum())
