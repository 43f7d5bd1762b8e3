"""Work: what institutions did in a series, by institution, item and month, as funds buy it.

The item lines of people are added up. A shared record stands on the line of each of its
performers with the quantity of the whole, so a line counts with its share of it: the parts of a
record are its quantity again, exactly. Ceilings on people do not touch it (5.12), and a head's
work is in it (5.20). Sources: B1, B2; definitions 5.4, 5.12, 5.20.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import lcm

import numpy as np

from equivalents.errors import ConservationError
from equivalents.grouping import distinct, sum_runs
from equivalents.lines import Lines
from equivalents.units import INT64_LIMIT, Codes, Exact, Int64, weigh_exactly

__all__ = ["Work", "summed", "work_of", "work_of_sums"]


@dataclass(frozen=True, slots=True)
class Work:
    """Counted work of one series, sorted by institution, item and month; columns of one length.

    ``institution`` and ``item`` are positions in ``institutions`` and ``items``, ``month`` is the
    day number of the month's first day. Where only sums are known, ``items`` is one blank.
    """

    institutions: Sequence[str]
    items: Sequence[str]
    institution: Codes
    item: Codes
    month: Int64
    quantity_e3: Exact
    equivalents_e7: Exact

    def rows(self) -> dict[str, slice]:
        """Where the rows of each institution stand."""
        edges = np.searchsorted(self.institution, np.arange(len(self.institutions) + 1))
        spans = (slice(start, end) for start, end in pairwise(edges.tolist()))
        return dict(zip(self.institutions, spans, strict=True))


def work_of(lines: Lines, institutions: Sequence[str], items: Sequence[str]) -> Work:
    """The work of a series from its item lines, added up over people, weight rows and shares.

    Args:
        lines: the weighed item lines.
        institutions: the codes by the positions that the lines use.
        items: the same of items.

    Raises:
        ConservationError: the parts of shared records do not make whole thousandths (a defect).
    """
    months, month = np.unique(lines.month, return_inverse=True)
    keys: list[Codes | Int64] = [lines.institution, lines.item, month]
    order, starts, (institution, item, at) = distinct(keys)
    return Work(
        institutions,
        items,
        institution,
        item,
        months[at],
        _quantities(lines, order, starts),
        sum_runs(_roomy(lines.equivalents_e7)[order], starts),
    )


def work_of_sums(
    institutions: Sequence[str], institution: Codes, equivalents_e7: Int64, month: int
) -> Work:
    """Work of which only sums of equivalents are known, all put into one month without items.

    Enough for a purchase by equivalents whose price does not change and that names no channel.
    """
    order, starts, (place,) = distinct([institution])
    return Work(
        institutions,
        ("",),
        place,
        np.zeros(place.size, np.int32),
        np.full(place.size, month, np.int64),
        np.zeros(place.size, np.int64),
        sum_runs(_roomy(equivalents_e7)[order], starts),
    )


def summed(values: Exact, *keys: Int64) -> Iterator[tuple[tuple[int, ...], int]]:
    """Sums of a column by the distinct values of other columns (not negative), in their order."""
    order, starts, columns = distinct(keys)
    sums = sum_runs(_roomy(values)[order], starts)
    for key, total in zip(zip(*(c.tolist() for c in columns), strict=True), sums, strict=True):
        yield key, int(total)


def _roomy(values: Exact) -> Exact:
    """A column whose sums cannot overflow: Python integers where int64 is not proven to hold."""
    if values.dtype != np.int64:
        return values
    # A bound only: its error is far within the factor of two that is left.
    fits = np.abs(values.astype(np.float64)).sum() < INT64_LIMIT / 2
    return values if fits else values.astype(object)


def _quantities(lines: Lines, order: Int64, starts: Int64) -> Exact:
    """The quantity of each group of lines: each line's share of it, added up."""
    if lines.share is None or lines.whole is None:
        return sum_runs(_roomy(lines.quantity_e3)[order], starts)
    wholes = np.unique(lines.whole).tolist()
    # Over one divisor all parts are whole; it is small, as shares are in lowest terms.
    common = lcm(*wholes) if wholes else 1
    if common < INT64_LIMIT // 2:
        parts = weigh_exactly(lines.quantity_e3, lines.share * (common // lines.whole))
    else:
        share = lines.share * (common // lines.whole.astype(object))
        parts = lines.quantity_e3.astype(object) * share
    totals = sum_runs(parts[order], starts)
    if (totals % common != 0).any():
        raise ConservationError("the parts of shared records do not make their whole quantity")
    quantities: Exact = totals // common
    return quantities
