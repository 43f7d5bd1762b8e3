"""What of a ceiling's cut each line bears: a cut is split within its window by equivalents (5.12).

A *cell* is what one adjusted line has in one window of the ceiling. Sources: A8; definition 5.12.
"""

from collections.abc import Sequence

import numpy as np

from equivalents.ceilings import Cuts, exact_sums, split_e7, window_of
from equivalents.grouping import group
from equivalents.pairs import Pairs
from equivalents.tally import Plan
from equivalents.units import Codes, Int64

__all__ = ["cut_cells"]


def cut_cells(
    plan: Plan,
    staff: Pairs,
    cuts: Cuts,
    series: str,
    posting_e7: Int64,
    keys: Sequence[Int64 | Codes],
) -> tuple[Int64, Int64]:
    """The cell of each present stint, and the part of the cut (e7) that each cell bears.

    Args:
        plan: the postings and the period.
        staff: the pairs of institution and person, and the present stints.
        cuts: what the ceilings of the series cut.
        series: its name.
        posting_e7: the equivalents of each posting in it.
        keys: columns over the present stints, the pair first, that tell the lines apart.
    """
    window = window_of(plan, series, staff.present)
    pair, *within = keys
    # The order of segment and post within a window settles the last ties: earlier, then post.
    order, starts = group([pair, window, *within])
    cell = order[starts]
    cell_e7 = exact_sums(posting_e7[staff.present][order], starts)
    new = np.ones(cell.size, bool)
    new[1:] = (np.diff(pair[cell]) != 0) | (np.diff(window[cell]) != 0)
    owners = np.flatnonzero(new)
    parts = split_e7(_owed(plan, staff, cuts, cell[owners], window), cell_e7, owners)
    number = np.zeros(order.size, np.int64)
    number[order] = np.repeat(np.arange(starts.size), np.diff(starts, append=order.size))
    return number, parts


def _owed(plan: Plan, staff: Pairs, cuts: Cuts, at: Int64, window: Int64) -> Int64:
    """The cut of each (pair, window) that the stints ``at`` stand for."""
    places, people = cuts.institution.tolist(), cuts.person.tolist()
    pairs = [staff.find(*names) for names in zip(places, people, strict=True)]
    starts = plan.period.month_starts
    numbers = np.searchsorted(starts, cuts.since) if window.any() else cuts.since * 0
    width = len(starts)
    name = np.array(pairs, np.int64) * width + numbers
    order = np.argsort(name)
    wanted = staff.pair[at] * width + window[at]
    found = np.searchsorted(name[order], wanted)
    found = np.minimum(found, max(name.size - 1, 0))
    if name.size == 0:
        return np.zeros(wanted.size, np.int64)
    hit = name[order][found] == wanted
    return np.where(hit, cuts.cut_e7[order][found], 0)
