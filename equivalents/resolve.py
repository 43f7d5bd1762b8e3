"""Waiting records resolved, shard by shard: with texts only where nothing else tells who is first.

Each shard (:mod:`equivalents.shards`) is ordered, judged (:mod:`equivalents.bases`) and handed on,
in any thread. Records that tie by all that is known without their texts (5.5) are set aside with
all that they may meet, so that the texts are fetched once for all shards, part by part: a source
may have to read a whole file for a few rows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, TypeVar

import numpy as np

from equivalents.bases import Case
from equivalents.order import Run, Texts, Ties, fetched, set_order, ties_of
from equivalents.records import FaultSet, RecordBlock
from equivalents.shards import Ledger, Shard
from equivalents.tally import Placed
from equivalents.units import Int64
from equivalents.waiting import Entries, Waiting
from equivalents.weigh import Scales

__all__ = ["Resolved", "resolve"]

_TEXTS: Final = 1 << 20
"""Texts of so many rows are held at once, or those of one shard."""

_Done = TypeVar("_Done")


@dataclass(frozen=True, slots=True)
class Resolved:
    """Waiting records ready to be counted: a block with its places, and warnings."""

    block: RecordBlock
    placed: Placed
    warnings: Sequence[FaultSet] = ()


def resolve(
    waiting: Waiting,
    scales: Scales,
    end: Callable[[Resolved], _Done],
    run: Run = map,
    freed: Callable[[], None] | None = None,
) -> Iterator[_Done]:
    """Decide what counts among all waiting records of a case, in every series.

    ``end`` is told of some records at a time, from the threads of ``run``; what it returns is
    yielded. Records that may tie by all but texts are left, with
    all that they may meet, until the texts are fetched. ``waiting`` is empty afterwards. ``freed``
    is called when much memory has become free before more is asked for.
    """
    ledger = Ledger(waiting, scales.plan, freed)
    scales.plan.marked |= bool(ledger.shards)
    work = _Work(ledger, scales, end)
    left: list[_Aside] = []
    for done, aside in run(work.without_texts, ledger.shards):
        left += aside
        yield from done
    several = bool(scales.plan.waits.by_household.any())
    for some in _at_once(left):
        if freed is not None:
            freed()
        rows = [one.rows for one in some]
        texts = fetched(rows, ledger.origins, run, residents=several)
        yield from run(partial(work.with_texts, texts), some)


@dataclass(frozen=True, slots=True)
class _Aside:
    """Entries of a shard (``where``, by position) that wait for texts, and the rows of these."""

    shard: Shard
    where: Int64
    rows: tuple[Int64, Int64]


def _at_once(left: Sequence[_Aside]) -> Iterator[list[_Aside]]:
    """What is left in portions of some rows: a source may have to read a file for a few of them."""
    some: list[_Aside] = []
    for one in left:
        some.append(one)
        if sum(aside.rows[0].size for aside in some) >= _TEXTS:
            yield some
            some = []
    if some:
        yield some


@dataclass(frozen=True, slots=True)
class _Work(Generic[_Done]):
    """What threads do with a shard."""

    ledger: Ledger
    scales: Scales
    end: Callable[[Resolved], _Done]

    def without_texts(self, shard: Shard) -> tuple[list[_Done], list[_Aside]]:
        """Resolve the entries that need no texts; the others are set aside."""
        entries = self.ledger.entries(shard)
        ties = ties_of(entries, self.scales.plan)
        where = shard.together(entries, ties.alike)
        if not where.size:
            return [self._resolved(entries, ties, {})], []
        rows = entries.part[ties.alike], entries.row[ties.alike]
        aside = _Aside(shard, where, rows)
        if where.size == len(entries):
            return [], [aside]
        others = np.ones(len(entries), bool)
        others[where] = False
        rest = np.flatnonzero(others)
        # What ties, ties with those it stays together with.
        tied = np.searchsorted(rest, ties.tied[others[ties.tied]])
        rest_ties = Ties(tied, np.zeros(0, np.int64))
        return [self._resolved(entries.only(rest), rest_ties, {})], [aside]

    def with_texts(self, texts: Texts, aside: _Aside) -> _Done:
        """Resolve the entries that were set aside."""
        entries = self.ledger.entries(aside.shard, aside.where)
        return self._resolved(entries, ties_of(entries, self.scales.plan), texts)

    def _resolved(self, entries: Entries, ties: Ties, texts: Texts) -> _Done:
        set_order(entries, ties, texts)
        case = Case(entries, self.scales)
        judged = [case.judge(series) for series in self.scales.series]
        return self.end(Resolved(*case.block(judged), case.warnings))
