"""Whose postings share in a pool: all of the staff, or those that a filter picks (D1, 5.20)."""

import numpy as np
import numpy.typing as npt

from equivalents.policy.who import Who
from equivalents.tally import Plan
from equivalents.units import Int64

__all__ = ["pick", "sharing_postings"]


def sharing_postings(plan: Plan, who: Who | None) -> npt.NDArray[np.bool_]:
    """Which postings share: those with a day in the period, but heads', that the filter picks."""
    shared = np.zeros(len(plan.postings), bool)
    shared[plan.present] = True
    if who is not None:
        rows = plan.postings.rows
        shared[plan.present] = [who.fits(rows[at]) for at in plan.present.tolist()]
    return shared


def pick(owner: Int64, which: Int64) -> tuple[Int64, Int64]:
    """The owners of some positions, ascending, and for each position where its owner stands."""
    kept, at = np.unique(owner[which], return_inverse=True)
    return kept, at.astype(np.int64)
