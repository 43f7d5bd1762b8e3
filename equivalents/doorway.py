"""The checks at the door made: which records are doubted, by which check, and what is said (A10).

:mod:`equivalents.doorchecks` finds them in plain columns; here the columns are those of a case,
and of a record that several share each of them is looked at.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from equivalents.doorchecks import (
    Doubts,
    beyond_the_clock,
    on_leave,
    same_service_twice,
    two_places,
    unlikely_quantities,
)
from equivalents.policy.checks import Check, CheckRule, Qualified
from equivalents.policy.leave import Leave
from equivalents.reasons import BOTH
from equivalents.units import Int64, print_e3

__all__ = ["DoorRecords", "Doubted", "Given", "doubted", "without_qualification"]


@dataclass(frozen=True, slots=True)
class DoorRecords:
    """Records as columns of one length ``n``: codes, day numbers, thousandths.

    ``resident`` is -1 where blank; it and ``source`` are in the order of their texts. ``of`` and
    ``who`` are longer: each person of each record, a record by its position. A record may have
    nobody there: of a team it is not told who came.
    """

    part: Int64
    row: Int64
    institution: Int64
    item: Int64
    day: Int64
    quantity_e3: Int64
    resident: Int64
    source: Int64
    of: Int64
    who: Int64


class Given(NamedTuple):
    """What the checks know beside the records: names by code, leaves, qualifications, places.

    ``place`` says where some records stand, by their positions.
    """

    persons: Sequence[str]
    items: Sequence[str]
    leaves: Sequence[Leave]
    qualified: Sequence[Qualified]
    place: Callable[[Int64], list[str]]


class Doubted(NamedTuple):
    """What one check doubts: records by position, ascending, with what is said of each."""

    code: str
    column: str
    at: Int64
    notes: Sequence[str]


def doubted(
    records: DoorRecords, rules: Mapping[Check, CheckRule], given: Given
) -> Iterator[tuple[Check, Doubted]]:
    """Make the checks of records among ``rules``, in their order."""
    for check in rules:
        if check in _MADE:
            yield check, _MADE[check](records, rules[check], given)


def _twice(records: DoorRecords, _: CheckRule, given: Given) -> Doubted:
    columns = records.resident, records.item, records.day, records.source
    found = same_service_twice(*columns)
    return Doubted("SAME_SERVICE_TWICE", "item_code", found.at, given.place(found.by))


def _places(records: DoorRecords, rule: CheckRule, given: Given) -> Doubted:
    free = np.array([person in rule.allowed for person in given.persons], bool)
    asked = np.flatnonzero(~free[records.who]) if free.any() else np.arange(records.of.size)
    of, who = records.of[asked], records.who[asked]
    found = two_places(who, records.day[of], records.institution[of])
    at, by = _once(of[found.at], of[found.by])
    return Doubted("TWO_PLACES", "institution_id", at, given.place(by))


def _away(records: DoorRecords, _: CheckRule, given: Given) -> Doubted:
    code = {person: at for at, person in enumerate(given.persons)}
    spans = [(code[one.person_id], *one[2:4]) for one in given.leaves if one.person_id in code]
    leaves = _columns(spans)
    found = on_leave(records.who, records.day[records.of], *leaves)
    at, who = _once(records.of[found], records.who[found])
    say = "{0}在请假期间" + BOTH + "{0} is on leave"
    return Doubted("SERVICE_ON_LEAVE", "service_date", at, _named(say, who, given))


def _unqualified(records: DoorRecords, rule: CheckRule, given: Given) -> Doubted:
    asked = [_asked(item, rule.items) for item in given.items]
    kinds = sorted({names for names in asked if names})
    kind = np.array([kinds.index(names) if names else -1 for names in asked], np.int64)
    of, who, notes = [records.of[:0]], [records.who[:0]], dict[int, str]()
    for nth, names in enumerate(kinds):
        mine = np.flatnonzero(kind[records.item[records.of]] == nth)
        persons, days = records.who[mine], records.day[records.of[mine]]
        lacking = mine[without_qualification(persons, days, names, given)]
        of.append(records.of[lacking])
        who.append(records.who[lacking])
        zh, en = "、".join(names), ", ".join(names)
        say = f"{{0}}当天没有：{zh}{BOTH}{{0}} has none of that day: {en}"
        firsts = _once(of[-1], who[-1])
        notes |= zip(firsts[0].tolist(), _named(say, firsts[1], given), strict=True)
    at = np.unique(np.concatenate(of))
    return Doubted("QUALIFICATION_MISSING", "item_code", at, [notes[one] for one in at.tolist()])


def without_qualification(person: Int64, day: Int64, names: Sequence[str], given: Given) -> Int64:
    """Positions of those who have none of some qualifications that day, ascending."""
    code = {one: at for at, one in enumerate(given.persons)}
    spans: list[tuple[int, int, int]] = []
    holders = (q for q in given.qualified if q.person_id in code and q.names.intersection(names))
    for one in sorted(holders, key=attrgetter("person_id", "valid_from", "valid_to")):
        who = code[one.person_id]
        if spans and spans[-1][0] == who and one.valid_from <= spans[-1][2]:
            spans[-1] = who, spans[-1][1], max(spans[-1][2], one.valid_to)
        else:
            spans.append((who, one.valid_from, one.valid_to))
    held = on_leave(person, day, *_columns(spans))
    lacking = np.ones(person.size, bool)
    lacking[held] = False
    return np.flatnonzero(lacking)


def _asked(item: str, rules: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What an item asks: by its own code, else by the longest beginning that is declared."""
    if item in rules:
        return rules[item]
    fitting = [one for one in rules if one.endswith("*") and item.startswith(one[:-1])]
    return rules[max(fitting, key=len)] if fitting else ()


def _too_long(records: DoorRecords, rule: CheckRule, given: Given) -> Doubted:
    minutes = np.array([rule.minutes.get(item, 0) for item in given.items], np.int64)
    of = records.of
    columns = records.who, records.day[of], records.quantity_e3[of], minutes[records.item[of]]
    found = beyond_the_clock(*columns, limit=rule.limit)
    at, first = _once(of[found.at], np.arange(found.at.size))
    who = [given.persons[code] for code in records.who[found.at[first]].tolist()]
    notes = [
        f"{person}的服务共 {_short(time)} 分钟，多于 {rule.limit}{BOTH}"
        f"the services of {person} take {_short(time)} minutes, more than {rule.limit}"
        for person, time in zip(who, found.by[first].tolist(), strict=True)
    ]
    return Doubted("IMPOSSIBLE_DAY", "service_date", at, notes)


def _unlikely(records: DoorRecords, rule: CheckRule, _: Given) -> Doubted:
    found: Doubts = unlikely_quantities(
        records.item, records.quantity_e3, factor_e1=rule.factor_e1, fewest=rule.fewest
    )
    notes = [_short(usual) for usual in found.by.tolist()]
    return Doubted("QUANTITY_OUTLIER", "quantity", found.at, notes)


_MADE: Final[Mapping[Check, Callable[[DoorRecords, CheckRule, Given], Doubted]]] = {
    Check.SAME_SERVICE_TWICE: _twice,
    Check.TWO_PLACES: _places,
    Check.SERVICE_ON_LEAVE: _away,
    Check.QUALIFICATION: _unqualified,
    Check.IMPOSSIBLE_DAY: _too_long,
    Check.QUANTITY_OUTLIER: _unlikely,
}


def _short(value_e3: int) -> str:
    """Thousandths as text without zeros at the end."""
    return print_e3(value_e3).rstrip("0").rstrip(".")


def _once(of: Int64, said: Int64) -> tuple[Int64, Int64]:
    """Each record once, ascending, with what is said of the first of its people."""
    at, first = np.unique(of, return_index=True)
    return at, said[first]


def _columns(spans: Sequence[tuple[int, int, int]]) -> tuple[Int64, Int64, Int64]:
    who, start, end = np.array(spans, np.int64).reshape(-1, 3).T
    return who, start, end


def _named(say: str, who: Int64, given: Given) -> list[str]:
    return [say.format(given.persons[code]) for code in who.tolist()]
