"""What a proposal makes us count again, and what of a tally stays as it is (page 2 "The tally").

The tally holds no weight, title or coefficient, so most proposals need no record. Some do: another
counting basis or other conditions of an item whose records wait for each other, a weight that
changes within a bucket, a coefficient that changes within a bucket and a stint. Then the items
that are touched are counted again, with those that concurrent and stay rules tie to them; all
other cells are carried over to the new counting plan. Sources: F; definitions 5.5, 5.6, 5.22.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.codes import Codebook
from equivalents.grouping import group
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.coefficients import Coefficients
from equivalents.policy.model import CaseRules
from equivalents.policy.posts import Codes
from equivalents.policy.waits import Waits
from equivalents.records import RecordBlock
from equivalents.tally import Plan, Tally

__all__ = ["Carried", "Touched", "carry", "recounted_items", "same_stints", "tied_items"]

_Mask = npt.NDArray[np.bool_]
_DAYS: Final = LAST_DAY - FIRST_DAY + 1


# -- which items -----------------------------------------------------------------------------------


def recounted_items(
    rules: CaseRules, proposed: CaseRules, plan: Plan, tally: Tally
) -> tuple[str, ...]:
    """The items whose records must be counted again because of their weight rows.

    Items whose records wait for others must be counted by the same bases, conditions and dates;
    all others only need a bucket to begin where a weight of theirs changes. An item without any
    cell in the tally has nothing that could be counted.
    """
    items = Codebook(sorted({row.item_code for one in (rules, proposed) for row in one.weights}))
    waits = [Waits(one, items) for one in (rules, proposed)]
    since = min(one.since for one in waits)
    waiting = {code for one in waits for code in _named(one, items)}
    before, after = (_counting(one, waiting, since) for one in (rules, proposed))
    found = {code for code in waiting if before.get(code) != after.get(code)}
    for row in proposed.weights:
        edges = {row.valid_from, row.valid_to}
        if any(day in plan.period and day not in plan.bucket_starts for day in edges):
            found.add(row.item_code)
    here = {plan.items[int(code)] for code in np.flatnonzero(np.bincount(tally.item))}
    return tied_items(found & here, rules)


def tied_items(items: Iterable[str], rules: CaseRules) -> tuple[str, ...]:
    """These items and all that concurrent and stay rules tie to them, sorted."""
    found = set(items)
    ties = [rule.beside | rule.items for rule in rules.concurrent]
    ties += [rule.inside | rule.exclude for rule in rules.stays]
    while any(tie & found and not tie <= found for tie in ties):
        found.update(*(tie for tie in ties if tie & found))
    return tuple(sorted(found))


def _named(waits: Waits, items: Codebook[str]) -> list[str]:
    return [items[int(at)] for at in np.flatnonzero(waits.item[:-1])]


_How = tuple[object, ...]


def _counting(rules: CaseRules, items: set[str], since: int) -> dict[str, set[_How]]:
    """How each of some items is counted: by series, basis and conditions, and on which days."""
    spans: dict[tuple[str, _How], list[tuple[int, int]]] = {}
    for row in rules.weights:
        if row.item_code not in items:
            continue
        start, end = max(row.valid_from, since), min(row.valid_to, rules.period.end)
        how: _How = (row.series, row.basis, row.conditions)
        if start < end:
            spans.setdefault((row.item_code, how), []).append((start, end))
        if row.stopped and row.valid_to < rules.period.end:
            # A declared stop excludes what would otherwise be rejected.
            days = row.valid_to, row.valid_to
            spans.setdefault((row.item_code, (row.series, "stopped")), []).append(days)
    found: dict[str, set[_How]] = {}
    for (code, how), several in spans.items():
        found.setdefault(code, set()).add((*how, *_joined(sorted(several))))
    return found


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Sorted spans of days, those that follow each other at once as one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start and start < end:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return tuple(joined)


@dataclass(frozen=True, slots=True)
class Touched:
    """One part of the records, of some items only; can be iterated again."""

    part: Iterable[RecordBlock]
    plan: Plan
    items: Sequence[str]

    def __iter__(self) -> Iterator[RecordBlock]:
        for block in self.part:
            where = np.flatnonzero(np.isin(block.item, self.plan.items.find_all(self.items)))
            if where.size:
                yield block.only(where)


# -- other coefficients over the same counts -------------------------------------------------------


def same_stints(plan: Plan, rules: CaseRules) -> Plan | None:
    """The plan under other coefficients, if they change only where a stint begins; else ``None``.

    Then nothing is counted or carried: a tally of ``plan`` is one of the new plan, too.
    """
    coefficients, postings = Coefficients(rules), plan.postings
    known = [coefficients.knows(person) for person in plan.persons.values]
    for at in np.flatnonzero(np.array(known, bool)[postings.person]).tolist():
        place = plan.institutions[int(postings.institution[at])]
        person = plan.persons[int(postings.person[at])]
        days = coefficients.begins(place, person, postings.posts[int(postings.post[at])])
        if any(postings.since[at] < day < postings.until[at] for day in days):
            return None
    other = Plan.__new__(Plan)
    other.__dict__.update(plan.__dict__)
    other.__dict__.pop("segment_of_posting", None)
    other.coefficients = coefficients
    return other


# -- the same counts in another plan ---------------------------------------------------------------


class Carried(NamedTuple):
    """Cells in another plan; ``torn`` are items with cells that do not lie in one of its cells.

    Where there are any, the tally is not whole: they must be left out and counted again.
    """

    tally: Tally
    torn: tuple[str, ...]


def carry(tally: Tally, old: Plan, new: Plan, left_out: Sequence[str]) -> Carried:
    """The cells of a settled tally in another plan of the same staff, without some items.

    ``new`` must begin a bucket wherever ``old`` does.
    """
    keep = ~np.isin(tally.item, old.items.find_all(left_out))
    posting, item, attribute, bucket = (
        column[keep] for column in (tally.posting, tally.item, tally.attribute, tally.bucket)
    )
    bucket_of = new.buckets_ever(np.maximum(np.array(old.bucket_starts), new.waits.since))
    items = np.array(new.items.learn(old.items.values), np.int32)
    attributes = np.array(new.attributes.learn(old.attributes.values), np.int32)
    new.marked |= old.marked
    moved, torn = _Move(old, new).all(posting, bucket)
    cells = Tally(
        new,
        moved,
        items[item],
        attributes[attribute],
        bucket_of[bucket].astype(np.int32),
        tally.records[keep],
        tally.quantity_e3[keep],
    )
    carried = Tally(new)
    carried.absorb(cells)
    carried.settle()
    names = sorted(old.items[int(code)] for code in np.unique(item[torn]))
    return Carried(carried, tuple(names))


class _Move:
    """Finds the stint or crew of a new plan that each one of an old plan is in each bucket."""

    def __init__(self, old: Plan, new: Plan) -> None:
        self._old, self._new = old, new
        self._starts = np.array(old.bucket_starts, np.int64)
        self._ends = np.append(self._starts[1:], old.period.end)
        since = new.postings.since - FIRST_DAY
        self._order = new.postings.identity.astype(np.int64) * _DAYS + since
        # Stints of one identity that overlap cannot be told apart by their days.
        both = [_overlapping(plan) for plan in (old, new)]
        self._unsure = both[0] | np.isin(old.postings.identity, new.postings.identity[both[1]])

    def all(self, posting: Codes, bucket: Codes) -> tuple[Codes, _Mask]:
        """The new posting or crew code of each cell, and which of them are torn."""
        order, starts = group([posting, bucket])
        at = order[starts]
        moved, torn = self._distinct(posting[at], bucket[at])
        sizes = np.diff(starts, append=order.size)
        answer, bad = np.empty(posting.size, np.int32), np.empty(posting.size, bool)
        answer[order], bad[order] = np.repeat(moved, sizes), np.repeat(torn, sizes)
        return answer, bad

    def _distinct(self, posting: Codes, bucket: Codes) -> tuple[Codes, _Mask]:
        first = len(self._old.postings)
        moved, torn = np.zeros(posting.size, np.int32), np.zeros(posting.size, bool)
        alone, crews = (np.flatnonzero(where) for where in (posting < first, posting >= first))
        moved[alone], torn[alone] = self._stints(posting[alone], bucket[alone])
        if crews.size == 0:
            return moved, torn
        members = self._old.performers.crews.members()
        of, at = members.expand(posting[crews] - np.int32(first))
        stints, bad = self._stints(members.member[at], bucket[crews][of])
        torn[crews[of[bad]]] = True
        ends = np.searchsorted(of, np.arange(crews.size), side="right").tolist()
        pairs = [*zip(stints.tolist(), members.share[at].tolist(), strict=True)]
        sets = [tuple(sorted(pairs[a:b])) for a, b in zip([0, *ends], ends, strict=False)]
        learned = np.array(self._new.performers.crews.learn(sets), np.int32)
        moved[crews] = learned + np.int32(len(self._new.postings))
        return moved, torn

    def _stints(self, posting: Codes, bucket: Codes) -> tuple[Codes, _Mask]:
        """The new stint that holds all days of each old one in its bucket."""
        old, new = self._old.postings, self._new.postings
        if posting.size == 0:
            return posting, np.zeros(0, bool)
        first = np.maximum(old.since[posting], self._starts[bucket])
        end = np.minimum(old.until[posting], self._ends[bucket])
        wanted = old.identity[posting].astype(np.int64) * _DAYS + (first - FIRST_DAY)
        found = np.searchsorted(self._order, wanted, side="right") - 1
        torn = (new.until[found] < end) | self._unsure[posting]
        return found.astype(np.int32), torn


def _overlapping(plan: Plan) -> _Mask:
    """The postings whose identity has two of them on one day."""
    postings = plan.postings
    same = np.diff(postings.identity) == 0
    meets = same & (postings.since[1:] < postings.until[:-1])
    overlapping: _Mask = np.isin(postings.identity, postings.identity[1:][meets])
    return overlapping
