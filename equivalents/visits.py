"""Visit ordinals 就诊次序: which visit of a resident a record is (A2, A3, definition 5.5).

A record has one number whatever the series, over all records that take part in any of them.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from equivalents.classes import before, class_columns, faults_of, places_used
from equivalents.grouping import group
from equivalents.policy.book import ANY_VISIT
from equivalents.policy.contacts import UsedClass
from equivalents.records import FaultSet
from equivalents.tally import Plan
from equivalents.units import Codes, Int64
from equivalents.waiting import Entries

__all__ = ["number_visits", "with_any_visit"]

_DIGITS = 18
"""More than a visit number may have, and few enough for 64 bits."""
_Mask = npt.NDArray[np.bool_]


def with_any_visit(entries: Entries, plan: Plan) -> Codes:
    """The attributes of the entries, such that visits to be numbered meet every visit number."""
    where = np.flatnonzero(_asked(entries, plan))
    found = entries.attribute.copy()
    codes, at = np.unique(found[where], return_inverse=True)
    learned = plan.attributes.learn(
        replace(plan.attributes[code], visit_number=ANY_VISIT) for code in codes.tolist()
    )
    found[where] = np.array(learned, np.int32)[at]
    return found


def number_visits(
    entries: Entries,
    part: _Mask,
    void: Codes,
    history: _Mask,
    used: tuple[UsedClass, ...],
    plan: Plan,
) -> tuple[Codes, list[FaultSet]]:
    """The attributes with computed visit numbers, and warnings of given ones that differ.

    ``part`` are the entries that take part in any series, ``void`` what corrections make of them.
    What is void takes a number but no place; a correction has the number of the record that it
    names, so that both are weighed alike. ``history`` lies before the period and is not told of.
    """
    where = np.flatnonzero(part & _asked(entries, plan) & (entries.resident >= 0))
    if where.size == 0:
        return entries.attribute, []
    number = np.zeros(len(entries), np.int64)
    for basis, items in plan.waits.visit_items.items():
        mine = where[np.isin(entries.item[where], plan.items.find_all(items))]
        classes = class_columns(entries, mine, basis)
        earlier = before(classes, entries.order[mine], void[mine] == 0)
        number[mine] = earlier + places_used(entries, mine, basis, "", used, plan) + 1
    corrections = where[entries.target[where] >= 0]
    target = entries.target[corrections]
    known = number[target] > 0
    number[corrections[known]] = number[target[known]]
    told = where[~history[where]]
    differing = _that_differ(entries, told, number, plan)
    return _relearn(entries, where, number[where], plan), differing


def _asked(entries: Entries, plan: Plan) -> _Mask:
    asked: _Mask = plan.waits.visits[np.minimum(entries.item, len(plan.known_items))]
    return asked


def _relearn(entries: Entries, where: Int64, number: Int64, plan: Plan) -> Codes:
    """The attributes with other visit numbers for some entries."""
    attribute = entries.attribute.copy()
    old = attribute[where].astype(np.int64)
    order, starts = group([old, number])
    at = order[starts]
    book = plan.attributes
    learned = book.learn(
        replace(book[code], visit_number=str(visit))
        for code, visit in zip(old[at].tolist(), number[at].tolist(), strict=True)
    )
    sizes = np.diff(starts, append=order.size)
    attribute[where[order]] = np.repeat(np.array(learned, np.int32), sizes)
    return attribute


def _that_differ(entries: Entries, where: Int64, number: Int64, plan: Plan) -> list[FaultSet]:
    # Rejected records have other texts here; what is longer than any number differs from it.
    texts = [a.visit_number[:_DIGITS] for a in plan.attributes.values]
    named = np.array([int(text) if text.isdecimal() else 0 for text in texts], np.int64)
    given = named[entries.attribute[where]]
    differs = where[(given > 0) & (given != number[where])]
    notes = [str(n) for n in number[differs].tolist()]
    return faults_of(entries, differs, "VISIT_NUMBER_DIFFERS", "visit_number", notes)
