"""What each village room 村卫生室 did and gets: its own settlement, line by line (D1, D4).

Work is told where its posting stands. Money of a pool with the level ``department`` is what the
room's part of the ladder paid; where a coefficient or a yearly limit takes something of a person
who is paid in several departments, what is left is split over them by 5.10 (key = what each gave).
All other money of a person, also of components, stands at home: in the department of the person's
main posting there, else of the first by post id. Sources: D1, D4; definitions 5.10, 5.20.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np

from equivalents.allocate import largest_remainder
from equivalents.policy.model import VILLAGE_ROOMS, Department
from equivalents.policy.sharing import LevelKind
from equivalents.settle import Payouts, Settlement
from equivalents.units import Int64
from equivalents.weigh import earned_at

__all__ = ["RoomLine", "home_departments", "room_lines"]

_ORDER: Final = {"item": 0, "pool": 1, "component": 2}


class RoomLine(NamedTuple):
    """A line of a room: work of a person in an item, or what a pool or component pays a person.

    ``what`` is ``item`` (``name`` the item's code), ``pool`` or ``component``; ``row`` the payout
    of a pool.
    """

    institution_id: str
    department_id: str
    what: str
    series: str
    name: str
    person_id: str
    equivalents_e7: int = 0
    key_e7: int = 0
    amount_fen: int = 0
    row: int = -1


def room_lines(settlement: Settlement, payouts: Payouts) -> tuple[RoomLine, ...]:
    """The lines of all rooms by institution, room, kind, series, item or pool, and person."""
    rooms = {
        (row.institution_id, row.department_id): row
        for row in settlement.rules.departments
        if row.kind in VILLAGE_ROOMS
    }
    if not rooms:
        return ()
    homes = home_departments(settlement)
    return tuple(
        sorted(
            (
                *_work(settlement, rooms),
                *_money(settlement, payouts, rooms, homes),
                *_beside(settlement, rooms, homes),
            ),
            key=lambda line: (*line[:2], _ORDER[line.what], *line[3:]),
        )
    )


_Rooms = Mapping[tuple[str, str], Department]
_Homes = Mapping[tuple[int, int], str]


def _in_rooms(settlement: Settlement, rooms: _Rooms) -> dict[int, tuple[str, str]]:
    """The room of each posting with a day in the period that stands in one."""
    postings = settlement.plan.postings
    found = {}
    for at in settlement.plan.present.tolist():
        posting = postings[at]
        room = posting.institution_id, posting.department_id
        if room in rooms:
            found[at] = room
    return found


def _work(settlement: Settlement, rooms: _Rooms) -> Iterator[RoomLine]:
    """Equivalents by room, item and person, before ceilings; none where no lines are kept.

    A shared total that was earned in postings of several departments is told in the first of them.
    """
    plan, postings = settlement.plan, settlement.plan.postings
    room_of = _in_rooms(settlement, rooms)
    pairs = {(int(postings.institution[at]), int(postings.person[at])) for at in room_of}
    everywhere = plan.present.tolist()
    own = zip(postings.institution[everywhere], postings.person[everywhere], strict=True)
    theirs = [
        at for at, pair in zip(everywhere, own, strict=True) if tuple(map(int, pair)) in pairs
    ]
    for series, weighed in sorted(settlement.weighed.items()):
        if weighed.lines is None or not theirs:
            continue
        rows = settlement.scales.books[series].rows
        sums: dict[tuple[int, int], int] = {}
        asked = np.array(theirs, np.int64)
        earned, parts = earned_at(settlement.counted.tally, settlement.scales, series, asked)
        some = [(earned.posting, earned.row, earned.equivalents_e7)]
        some += [(parts.posting, parts.row, parts.equivalents_e7)] if parts is not None else []
        for columns in some:
            for at, row, value in zip(*(one.tolist() for one in columns), strict=True):
                if at in room_of:
                    sums[at, row] = sums.get((at, row), 0) + int(value)
        of_item: dict[tuple[str, str, str, str], int] = {}
        for (at, row), value in sums.items():
            name = *room_of[at], rows[row].item_code, postings[at].person_id
            of_item[name] = of_item.get(name, 0) + value
        for (place, room, item, person), value in of_item.items():
            yield RoomLine(place, room, "item", series, item, person, value)


def _beside(settlement: Settlement, rooms: _Rooms, homes: _Homes) -> Iterator[RoomLine]:
    """What components pay those whose home is a room."""
    plan = settlement.plan
    at_home = {
        (plan.institutions[place], plan.persons[person]): department
        for (place, person), department in homes.items()
    }
    for one in settlement.components:
        room = one.institution_id, at_home.get((one.institution_id, one.person_id), "")
        if room in rooms:
            amount = one.amount_fen
            yield RoomLine(*room, "component", "", one.component, one.person_id, amount_fen=amount)


def _money(
    settlement: Settlement, payouts: Payouts, rooms: _Rooms, homes: _Homes
) -> Iterator[RoomLine]:
    """What pools pay in each room."""
    plan = settlement.plan
    parts = _parts(settlement, payouts)
    for row in range(payouts.pool.size):
        place, person = int(payouts.institution[row]), int(payouts.person[row])
        pool = settlement.pools[int(payouts.pool[row])]
        amount, key = int(payouts.amount_fen[row]), int(payouts.key_e7[row])
        given = parts.get((int(payouts.pool[row]), place, person))
        if given is None:
            given = {homes.get((place, person), ""): (key, amount)}
        paid = _left([fen for _, fen in given.values()], amount)
        names = plan.institutions[place], plan.persons[person]
        for (department, (key_e7, _)), fen in zip(given.items(), paid, strict=True):
            if (names[0], department) in rooms:
                what = names[0], department, "pool", pool.series, pool.pool, names[1]
                yield RoomLine(*what, 0, key_e7, fen, row)


def _left(given_fen: list[int], amount_fen: int) -> list[int]:
    """What is left of some parts where less is paid than they are together."""
    if sum(given_fen) == amount_fen:
        return given_fen
    key: Int64 = np.array(given_fen, np.int64)
    paid = largest_remainder(np.array([amount_fen]), key, np.zeros(1, np.int64))
    return [int(fen) for fen in paid.amount_fen]


def _parts(
    settlement: Settlement, payouts: Payouts
) -> dict[tuple[int, int, int], dict[str, tuple[int, int]]]:
    """By pool, institution and person: key and fen of each department, where those share."""
    found: dict[tuple[int, int, int], dict[str, tuple[int, int]]] = {}
    last = next((step for step in payouts.steps if step.to == LevelKind.PERSON), None)
    if last is None:
        return found
    sharings = [settlement.rules.sharing_of(pool.pool) for pool in settlement.pools]
    divided = [one.level(LevelKind.DEPARTMENT) is not None for one in sharings]
    columns = (last.pool, last.institution, last.child, last.parent, last.key_e7, last.amount_fen)
    first = len(settlement.plan.institutions)
    for pool, place, person, parent, key, fen in zip(
        *(one.tolist() for one in columns), strict=True
    ):
        if divided[pool]:
            department = payouts.units[parent] if parent >= first else ""
            found.setdefault((pool, place, person), {})[department] = (key, fen)
    return found


def home_departments(settlement: Settlement) -> dict[tuple[int, int], str]:
    """The department of each person at an institution: that of the main posting, else the first."""
    postings = settlement.plan.postings
    found: dict[tuple[int, int], int] = {}
    for at in settlement.plan.present.tolist():
        pair = int(postings.institution[at]), int(postings.person[at])
        if pair not in found or (postings[at].main and not postings[found[pair]].main):
            found[pair] = at
    return {pair: postings[at].department_id for pair, at in found.items()}
