"""Whose postings share in a pool: all of the staff, or those that a filter picks (D1, 5.20)."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from equivalents.pairs import Pairs
from equivalents.policy.secondary import SecondaryRow
from equivalents.policy.who import Who
from equivalents.tally import Plan
from equivalents.units import Int64

__all__ = ["handed_in", "pick", "sharing_postings"]


def sharing_postings(plan: Plan, who: Who | None) -> npt.NDArray[np.bool_]:
    """Which postings share: those with a day in the period, but heads', that the filter picks."""
    shared = np.zeros(len(plan.postings), bool)
    shared[plan.present] = True
    if who is not None:
        rows = plan.postings.rows
        shared[plan.present] = [
            who.fits(rows[at], plan.outside_types) for at in plan.present.tolist()
        ]
    return shared


def pick(owner: Int64, which: Int64) -> tuple[Int64, Int64]:
    """The owners of some positions, ascending, and for each position where its owner stands."""
    kept, at = np.unique(owner[which], return_inverse=True)
    return kept, at.astype(np.int64)


def handed_in(
    plan: Plan, staff: Pairs, which: Int64, rows: Iterable[SecondaryRow], *, divided: bool
) -> Int64:
    """Which pairs (1) have one of some present stints in a department that handed in.

    ``divided``: people are parted by department, not by institution alone.
    """
    groups = {(row.institution_id, row.department_id) for row in rows}
    handed = np.zeros(len(staff), np.int64)
    for at in which.tolist() if groups else ():
        posting = plan.postings[int(staff.present[at])]
        department = posting.department_id if divided else ""
        if (posting.institution_id, department) in groups:
            handed[staff.pair[at]] = 1
    return handed
