"""Faults between rules that are each well-formed: overlaps, gaps, two weights for one record.

Every check looks at all rows and reports every fault with both rows. Sources: rule A1 (overlap
and gap), definitions 5.7 (specificity, ambiguity) and 5.20 (postings).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from operator import attrgetter

import numpy as np

from equivalents.errors import Problem
from equivalents.grouping import each_once
from equivalents.policy.calendar import print_day
from equivalents.policy.model import CONDITIONS, Posting, WeightRow
from equivalents.policy.roster import Roster

__all__ = ["check_postings", "check_weights"]

_RESIDENT_GROUP = CONDITIONS.index("resident_group")
_VISIT_NUMBER = CONDITIONS.index("visit_number")
_DAYS_AND_VISITS = "床日不能按就诊次序计¦days of a stay have no visit number"
_MIXED = {
    "days": "有的按床日、有的不按¦some count days and some do not",
    "visit_number": "就诊次序的窗口或范围不同¦their visits are numbered in different windows",
}


def check_weights(rows: Iterable[WeightRow]) -> list[Problem]:
    """All overlaps, gaps and ambiguities of a weight table, series by series, item by item."""
    by_item: dict[tuple[str, str], list[WeightRow]] = defaultdict(list)
    for row in rows:
        by_item[row.series, row.item_code].append(row)
    problems: list[Problem] = []
    for _, item_rows in sorted(by_item.items()):
        problems.extend(_versions(item_rows))
        problems.extend(_ambiguities(item_rows))
    problems.extend(_mixed(row for _, item_rows in sorted(by_item.items()) for row in item_rows))
    return problems


def _mixed(rows: Iterable[WeightRow]) -> Iterator[Problem]:
    """Items whose rows, in any series, disagree on days or on how visits are numbered (5.5, 5.6).

    Both belong to the item: a record has one number of days and one visit number.
    """
    first: dict[tuple[str, str], tuple[object, WeightRow]] = {}
    for row in rows:
        if row.basis.days and row.conditions[_VISIT_NUMBER]:
            facts = {"other": str(row.place), "detail": _DAYS_AND_VISITS}
            yield Problem("BASIS_MIXED", row.place, row.item_code, facts, row.series)
        asked: list[tuple[str, object]] = [("days", row.basis.days)]
        if row.conditions[_VISIT_NUMBER]:
            asked.append(("visit_number", (row.basis.window, row.basis.scope)))
        for what, value in asked:
            before, earlier = first.setdefault((row.item_code, what), (value, row))
            if before != value:
                facts = {"other": str(earlier.place), "detail": _MIXED[what]}
                yield Problem("BASIS_MIXED", row.place, row.item_code, facts, row.series)


def _versions(rows: Sequence[WeightRow]) -> Iterator[Problem]:
    """Overlaps and gaps between rows of one item and one condition set."""
    by_conditions: dict[tuple[str, ...], list[WeightRow]] = defaultdict(list)
    for row in rows:
        by_conditions[row.conditions].append(row)
    for versions in by_conditions.values():
        ordered = sorted(versions, key=attrgetter("valid_from", "valid_to", "place"))
        for earlier, later in pairwise(ordered):
            if later.valid_from < earlier.valid_to:
                end = min(earlier.valid_to, later.valid_to)
                yield _between("WEIGHT_OVERLAP", earlier, later, later.valid_from, end)
            elif later.valid_from > earlier.valid_to and not earlier.stopped:
                yield _between("WEIGHT_GAP", earlier, later, earlier.valid_to, later.valid_from)


def _ambiguities(rows: Sequence[WeightRow]) -> Iterator[Problem]:
    """Pairs that some record could meet equally well (5.7).

    Rows that differ only in the resident group are legal: the larger weight is taken. Rows of
    one condition set are the business of :func:`_versions`.
    """
    by_specificity: dict[int, list[WeightRow]] = defaultdict(list)
    for row in rows:
        by_specificity[row.specificity].append(row)
    for peers in by_specificity.values():
        for one, other in combinations(peers, 2):
            start = max(one.valid_from, other.valid_from)
            end = min(one.valid_to, other.valid_to)
            if start < end and _differ_but_meet(one.conditions, other.conditions):
                yield _between("WEIGHT_AMBIGUOUS", one, other, start, end)


def _differ_but_meet(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    differing = [i for i, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    if not differing:
        return False
    if differing == [_RESIDENT_GROUP] and one[_RESIDENT_GROUP] and other[_RESIDENT_GROUP]:
        return False
    # A record may belong to several resident groups; every other condition has one value.
    return all(i == _RESIDENT_GROUP or not (one[i] and other[i]) for i in differing)


def _between(code: str, one: WeightRow, other: WeightRow, start: int, end: int) -> Problem:
    facts = {"other": str(other.place), "span": f"{print_day(start)}..{print_day(end)}"}
    return Problem(code, one.place, one.item_code, facts, one.series)


def check_postings(postings: Iterable[Posting]) -> list[Problem]:
    """Postings of one person in one institution that overlap without telling which counts (5.20).

    They may overlap with different post ids, or when exactly one of the two is the main one.
    """
    roster = Roster.of(postings)
    problems = []
    for several in _together(roster):
        for one, other in combinations(several, 2):
            since = max(roster.active_from[one], roster.active_from[other])
            meet = since < min(roster.active_to[one], roster.active_to[other])
            same = roster.post_id.code[one] == roster.post_id.code[other]
            if meet and same and roster.main[one] == roster.main[other]:
                facts = {"other": str(roster[other].place)}
                place, person_id = roster[one].place, roster.person_id[one]
                problems.append(Problem("POSTS_OVERLAP", place, person_id, facts))
    return problems


def _together(roster: Roster) -> Iterator[list[int]]:
    """Positions of the postings that share person and institution, where any of them overlap.

    They come in the order of persons and institutions, those of one in the order of rows. A blank
    person is a fault of its own, noted on reading.
    """
    persons, institutions = roster.person_id, roster.institution_id
    pair = persons.code.astype(np.int64) * len(institutions.texts) + institutions.code
    order = np.lexsort((roster.active_from, pair))
    key, since, until = pair[order], roster.active_from[order], roster.active_to[order]
    # Sorted by their first day, some posting of a pair meets another only if neighbours do.
    meeting = each_once(key[1:][(key[1:] == key[:-1]) & (since[1:] < until[:-1])])
    starts, stops = (np.searchsorted(key, meeting, side=side) for side in ("left", "right"))
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        if persons[int(order[start])]:
            yield sorted(order[start:stop].tolist())
