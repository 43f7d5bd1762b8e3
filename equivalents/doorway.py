"""The checks at the door made: which records are doubted, by which check, and what is said (A10).

:mod:`equivalents.doorchecks` finds them in plain columns; here the columns are those of a case,
and of a record that several share each of them is looked at.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.doorchecks import (
    Usual,
    beyond_the_clock,
    on_leave,
    same_service_twice,
    two_places,
    unlikely_quantities,
    usual_quantities,
)
from equivalents.grouping import distinct, sum_runs
from equivalents.policy.checks import Blank, Check, CheckRule, Checks, Qualified
from equivalents.policy.leave import Leave
from equivalents.policy.model import WeightRow
from equivalents.reasons import BOTH
from equivalents.units import Int64, print_e3

__all__ = [
    "DoorRecords",
    "Doubted",
    "Given",
    "Quantities",
    "SAID",
    "chosen",
    "doubted",
    "within",
    "without_qualification",
]


@dataclass(frozen=True, slots=True)
class DoorRecords:
    """Records as columns of one length ``n``: codes, day numbers, thousandths.

    They stand by part and row. ``resident`` is -1 where blank; ``source`` is in the order of
    their names. ``of`` and ``who`` are longer: each person of each record, a record by its
    position. A record may have nobody there: of a team it is not told who came.
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
    """What the checks know beside the records: names by code, leaves, qualifications, weights.

    ``place`` says where some records stand, by their positions; ``named`` is how many sources
    tell their name; ``usual`` has what is usual of the items, by the first day of each rule.
    """

    persons: Sequence[str]
    items: Sequence[str]
    leaves: Sequence[Leave]
    qualified: Sequence[Qualified]
    weights: Sequence[WeightRow]
    named: int
    place: Callable[[DoorRecords, Int64], list[str]]
    usual: Mapping[int, Usual]


class Doubted(NamedTuple):
    """What one check doubts: records by position, ascending, with what is said of each."""

    at: Int64
    notes: Sequence[str]


SAID: Final[Mapping[Check, tuple[str, str]]] = {
    Check.SAME_SERVICE_TWICE: ("SAME_SERVICE_TWICE", "item_code"),
    Check.TWO_PLACES: ("TWO_PLACES", "institution_id"),
    Check.SERVICE_ON_LEAVE: ("SERVICE_ON_LEAVE", "service_date"),
    Check.QUALIFICATION: ("QUALIFICATION_MISSING", "item_code"),
    Check.IMPOSSIBLE_DAY: ("IMPOSSIBLE_DAY", "service_date"),
    Check.QUANTITY_OUTLIER: ("QUANTITY_OUTLIER", "quantity"),
}
"""The code of each check of records, and the column that it points at."""


def doubted(
    records: DoorRecords, rules: Checks, given: Given
) -> Iterator[tuple[Check, CheckRule, DoorRecords, Doubted]]:
    """Make the checks of records among ``rules``, in their order: each of the days of its rule.

    What is doubted are positions in the records of these days.
    """
    for check in rules:
        for rule in rules[check] if check in _MADE else ():
            some = within(records, rule)
            yield check, rule, some, _MADE[check](some, rule, given)


def within(records: DoorRecords, rule: CheckRule) -> DoorRecords:
    """The records of the days of a rule."""
    keep = (records.day >= rule.valid_from) & (records.day < rule.valid_to)
    return records if keep.all() else chosen(records, keep, records.quantity_e3)


def chosen(records: DoorRecords, keep: npt.NDArray[np.bool_], left_e3: Int64) -> DoorRecords:
    """The records that are kept, with what is left of them and who did them."""
    if keep.all():
        columns = {one.name: getattr(records, one.name) for one in fields(DoorRecords)}
        return DoorRecords(**columns | {"quantity_e3": left_e3})
    rank = np.cumsum(keep) - 1
    mine = keep[records.of]
    names = [one.name for one in fields(DoorRecords)][:-2]
    columns = {name: getattr(records, name)[keep] for name in names}
    columns["quantity_e3"] = left_e3[keep]
    return DoorRecords(**columns, of=rank[records.of[mine]], who=records.who[mine])


class Quantities:
    """How many records have which quantity of which item, added up span by span."""

    def __init__(self) -> None:
        none = np.zeros(0, np.int64)
        self._sums = none, none, none

    def add(self, records: DoorRecords) -> None:
        """Add the records of a span of days."""
        item, quantity, count = self._sums
        item = np.concatenate([item, records.item])
        quantity = np.concatenate([quantity, records.quantity_e3])
        count = np.concatenate([count, np.ones(records.item.size, np.int64)])
        order, starts, (items, quantities) = distinct([item, quantity])
        sums = sum_runs(count[order], starts)
        self._sums = items.astype(np.int64), quantities.astype(np.int64), sums

    def usual(self) -> Usual:
        """What is usual of each item."""
        return usual_quantities(*self._sums)


def _twice(records: DoorRecords, rule: CheckRule, given: Given) -> Doubted:
    source = records.source
    if rule.blank is Blank.SAME:
        source = np.minimum(source, given.named)
    found = same_service_twice(records.resident, records.item, records.day, source)
    return Doubted(found.at, given.place(records, found.by))


def _places(records: DoorRecords, rule: CheckRule, given: Given) -> Doubted:
    free = np.array([person in rule.allowed for person in given.persons], bool)
    asked = np.flatnonzero(~free[records.who]) if free.any() else np.arange(records.of.size)
    of, who = records.of[asked], records.who[asked]
    found = two_places(who, records.day[of], records.institution[of])
    at, by = _once(of[found.at], of[found.by])
    return Doubted(at, given.place(records, by))


def _away(records: DoorRecords, _: CheckRule, given: Given) -> Doubted:
    code = {person: at for at, person in enumerate(given.persons)}
    spans = [(code[one.person_id], *one[2:4]) for one in given.leaves if one.person_id in code]
    leaves = _columns(spans)
    found = on_leave(records.who, records.day[records.of], *leaves)
    at, who = _once(records.of[found], records.who[found])
    say = "{0}在请假期间" + BOTH + "{0} is on leave"
    return Doubted(at, _named(say, who, given))


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
    return Doubted(at, [notes[one] for one in at.tolist()])


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
    of, minutes = records.of, _minutes_e3(records, rule, given)
    columns = records.who, records.day[of], records.quantity_e3[of], minutes[of]
    found = beyond_the_clock(*columns, limit=rule.limit)
    at, first = _once(of[found.at], np.arange(found.at.size))
    who = [given.persons[code] for code in records.who[found.at[first]].tolist()]
    notes = [
        f"{person}的服务共 {_short(time)} 分钟，多于 {rule.limit}{BOTH}"
        f"the services of {person} take {_short(time)} minutes, more than {rule.limit}"
        for person, time in zip(who, found.by[first].tolist(), strict=True)
    ]
    return Doubted(at, notes)


def _minutes_e3(records: DoorRecords, rule: CheckRule, given: Given) -> Int64:
    """What one unit of each record's item takes, in thousandths of a minute; 0: not known.

    What is declared of the item, else its equivalents times the minutes of one: of the weights
    of the item that day the least, whatever their conditions, and cut to thousandths, so that
    nobody is doubted for more time than the work surely takes.
    """
    declared = np.array([rule.minutes.get(item, 0) for item in given.items], np.int64) * 1000
    minutes = declared[records.item]
    if not rule.per_equivalent_e3 or not records.item.size:
        return minutes
    code = {item: at for at, item in enumerate(given.items)}
    rows = [one for one in given.weights if one.series == rule.series and one.item_code in code]
    days = np.unique([day for one in rows for day in (one.valid_from, one.valid_to)])
    most = np.iinfo(np.int64).max
    least = np.full((len(given.items), days.size + 1), most)
    for one in rows:
        start, stop = np.searchsorted(days, [one.valid_from, one.valid_to]) + 1
        span = least[code[one.item_code], start:stop]
        np.minimum(span, one.weight_e4, out=span)
    weight = least[records.item, np.searchsorted(days, records.day, "right")]
    weight[weight == most] = 0
    by_weight = weight * rule.per_equivalent_e3 // 10_000
    return np.where(minutes > 0, minutes, np.minimum(by_weight, _MOST_MINUTES_E3))


def _unlikely(records: DoorRecords, rule: CheckRule, given: Given) -> Doubted:
    found = unlikely_quantities(
        records.item,
        records.quantity_e3,
        given.usual[rule.valid_from],
        factor_e1=rule.factor_e1,
        fewest=rule.fewest,
    )
    notes = [_short(usual) for usual in found.by.tolist()]
    return Doubted(found.at, notes)


_MOST_MINUTES_E3: Final = 10**9
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
