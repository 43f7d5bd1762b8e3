"""Item lines: what one person earned with one item in one month, added up from weighed cells.

The cells of a tally are sorted by posting, and postings by institution and person. So the lines
are made some thousands of cells at a time, all of a person at an institution together: sorting
few at once stays in the processor's cache and takes the memory of few.
Sources: A1, A5, A10; specification page 3 "item lines".
"""

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, dataclass, fields
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from equivalents.grouping import distinct, sum_runs
from equivalents.policy.posts import Codes
from equivalents.shares import Parts
from equivalents.tally import Plan
from equivalents.units import Exact, Int64

__all__ = ["Earned", "Lines", "lines_of"]

_AT_ONCE: Final = 1 << 17
"""Cells whose lines are made at once, or as many more as one person at an institution has."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Equivalents by institution, person, item, month, weight row and share, sorted by those.

    ``month`` is the day number of the month's first day. ``share`` of ``whole``, in lowest terms,
    is the person's share; both are absent where no record is shared. Quantities and records are
    those of the whole. All columns have one length.
    """

    institution: Codes
    person: Codes
    item: Codes
    month: Int64
    row: Codes
    records: Int64
    quantity_e3: Int64
    equivalents_e7: Exact
    share: Int64 | None = None
    whole: Int64 | None = None


_COLUMNS: Final = tuple(field.name for field in fields(Lines) if field.default is MISSING)
"""The columns that all lines have; the others are those of shared records."""


class Earned(NamedTuple):
    """What somebody earned with a weight row: of cells of his own, or his part of shared ones."""

    posting: Codes
    item: Codes
    bucket: Codes
    row: Codes
    records: Int64
    quantity_e3: Int64
    equivalents_e7: Exact


def lines_of(plan: Plan, alone: Earned, parts: Parts | None) -> Lines:
    """What one person has of one item, month, weight row and share added up.

    ``alone`` is sorted by posting. Attributes, posts and coefficient segments merge, and so do
    different crews of like shares.
    """
    if parts is not None:
        return _summed(plan, *_with_shares(alone, parts))
    pieces = (_summed(plan, some, []) for some in _persons(plan, alone))
    return _end_to_end(pieces, alone.posting.size)


def _persons(plan: Plan, earned: Earned) -> Iterator[Earned]:
    """Earnings in pieces that no person at an institution is divided between."""
    if earned.posting.size <= _AT_ONCE:
        yield earned
        return
    pair = plan.postings.pair
    at = np.arange(_AT_ONCE, earned.posting.size, _AT_ONCE)
    # The first posting of whoever stands there; the cells of one person stand together.
    first = np.searchsorted(pair, pair[earned.posting[at]])
    cuts = np.searchsorted(earned.posting, first)
    for start, end in pairwise(np.unique([0, *cuts, earned.posting.size]).tolist()):
        some: list[Any] = [column[start:end] for column in earned]
        yield Earned(*some)


def _end_to_end(pieces: Iterable[Lines], most: int) -> Lines:
    """Lines of different persons in one, ``most`` at most: each piece is written into its place."""
    joined: list[Any] = []
    size = 0
    for piece in pieces:
        columns = [getattr(piece, name) for name in _COLUMNS]
        joined = joined or [np.empty(most, column.dtype) for column in columns]
        for whole, column in zip(joined, columns, strict=True):
            whole[size : size + column.size] = column
        size += len(piece.row)
    # What lies behind was never written, and takes no memory.
    return Lines(*(column[:size] for column in joined))


def _summed(plan: Plan, earned: Earned, shares: list[Int64]) -> Lines:
    """Earnings of like keys added up; ``shares`` are the wholes and parts, or nothing."""
    postings = plan.postings
    pair, when = np.take(postings.pair, earned.posting), plan.month_of_bucket[earned.bucket]
    # Weighed items are known ones, whose positions are sorted by code.
    order, starts, keys = distinct([pair, earned.item, when, earned.row, *shares])
    pair, item, month, row, *_ = keys
    one = np.take(np.flatnonzero(np.diff(postings.pair, prepend=-1)), pair)
    # Shares may be wider than other keys.
    whole, share = (column[order[starts]] for column in shares) if shares else (None, None)
    return Lines(
        np.take(postings.institution, one),
        np.take(postings.person, one),
        item,
        np.take(plan.months, month),
        row,
        sum_runs(earned.records[order], starts),
        sum_runs(earned.quantity_e3[order], starts),
        sum_runs(earned.equivalents_e7[order], starts),
        share,
        whole,
    )


def _with_shares(alone: Earned, parts: Parts) -> tuple[Earned, list[Int64]]:
    """Both kinds of earnings, and the share of each as whole and part in lowest terms."""
    both = (np.concatenate([getattr(of, name) for of in (alone, parts)]) for name in Earned._fields)
    # exact: a greatest common divisor divides both
    divisor = np.gcd(parts.share, parts.whole)
    one = np.ones(alone.row.size, np.int64)
    shares = [np.concatenate([one, column // divisor]) for column in (parts.whole, parts.share)]
    return Earned(*both), shares
