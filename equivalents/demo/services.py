"""The clean service records 服务记录 of the year, drawn as columns of small whole numbers.

A record is drawn in this order: the cell (who does which item on which day), the person of that
role with a posting in force on that day, then the resident, the place and the quantity.
"""

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final

import numpy as np

from equivalents.demo.draw import Draw, Int64, Urn
from equivalents.demo.items import ITEMS, QUANTITIES, ROLES
from equivalents.demo.people import Posting
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.residents import WHO, Residents
from equivalents.demo.seasons import DAYS, day_number, day_weights

__all__ = ["SETTINGS", "SOURCES", "Services", "Year"]

SETTINGS: Final = ("clinic", "village", "home")
SOURCES: Final = ("门诊系统", "公卫系统", "家医签约系统", "村卫生室系统")

# Where an item is done (chances of clinic, village, home), at an institution and in a village.
_PLACES: Final = ("site", "home", "mixed", "none")
_AT: Final = ((1, 0, 0), (0, 0, 1), (75, 0, 25), (1, 0, 0))
_IN_VILLAGE: Final = ((0, 1, 0), (0, 0, 1), (0, 65, 35), (1, 0, 0))


@dataclass(frozen=True)
class Services:
    """Records as equally long columns of numbers (-1: blank), in no particular order.

    posting: row of the roster; item: number in ITEMS; day: day of the year; quantity_e3:
    thousandths; resident, group: as Residents gives them; setting, source: numbers of the texts.
    """

    posting: Int64
    item: Int64
    day: Int64
    quantity_e3: Int64
    resident: Int64
    group: Int64
    setting: Int64
    source: Int64

    def __len__(self) -> int:
        return len(self.day)

    def taken(self, rows: Int64) -> "Services":
        """These rows, in this order."""
        return Services(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True)
class _Lines:
    """One line for each (item, role): its numbers, and its chance on each day of the year."""

    item: Int64
    role: Int64
    chance: Int64  # lines x days


def _lines() -> _Lines:
    items, roles, chances = [], [], []
    for number, item in enumerate(ITEMS):
        days = day_weights(item.season, item.week)
        days[: max(0, day_number(item.since))] = 0
        days[min(DAYS, day_number(item.until)) :] = 0
        for role, tens in item.roles().items():
            items.append(number)
            roles.append(ROLES.index(role))
            chances.append(tens * days // 1000)
    return _Lines(np.array(items), np.array(roles), np.array(chances, dtype=np.int64))


class Year:
    """Draws records of any part of the year for a roster and its residents."""

    def __init__(self, roster: list[Posting], residents: Residents) -> None:
        self._lines, self._residents = _lines(), residents
        role = np.array([ROLES.index(row.role) for row in roster])
        self._by_role = np.argsort(role, kind="stable")
        counts = np.bincount(role, minlength=len(ROLES))
        paces = [roster[k].pace for k in self._by_role]
        ends = np.cumsum(counts)
        self._people = Urn([paces[e - c : e] for c, e in zip(counts, ends, strict=True)])
        self._since = np.array([row.since for row in roster], dtype=np.int64)
        self._until = np.array(
            [DAYS if row.until is None else row.until for row in roster], dtype=np.int64
        )
        self._place = np.array([row.place for row in roster], dtype=np.int64)
        self._quantity = Urn([list(kind.values()) for kind in QUANTITIES.values()])
        self._quantities = np.array([e3 for kind in QUANTITIES.values() for e3 in kind])
        self._setting = Urn(_AT + _IN_VILLAGE)

    def month_chances(self, starts: list[int]) -> list[int]:
        """How much of the year's work falls between each start and the next."""
        days = self._lines.chance.sum(axis=0)
        return [int(days[a:b].sum()) for a, b in pairwise(starts)]

    def draw(
        self, draw: Draw, count: int, first: int = 0, end: int = DAYS, role: str = ""
    ) -> Services:
        """`count` records with first <= day < end (of one role only, if given), by day."""
        lines = self._lines
        chance = lines.chance[:, first:end]
        if role:
            chance = chance * (lines.role == ROLES.index(role))[:, None]
        cell = Urn([chance.ravel().tolist()]).take(draw, np.zeros(count, dtype=np.int64))
        day = cell % (end - first) + first
        order = np.argsort(day, kind="stable")
        line, day = (cell // (end - first))[order], day[order]
        return self._filled(draw, lines.item[line], lines.role[line], day)

    def _filled(self, draw: Draw, item: Int64, role: Int64, day: Int64) -> Services:
        posting = self._performers(draw, role, day)
        resident, group = self._residents.meet(draw, self._areas(draw, posting), _WHO[item])
        village = role == ROLES.index("vdoc")
        place = self._setting.take(draw, _PLACE[item] + len(_PLACES) * village) % len(SETTINGS)
        setting = np.where(_PLACE[item] == _PLACES.index("none"), -1, place)
        source = np.where(village, SOURCES.index("村卫生室系统"), _SOURCE[item])
        quantity_e3 = self._quantities[self._quantity.take(draw, _QUANTITY[item])]
        return Services(posting, item, day, quantity_e3, resident, group, setting, source)

    def _performers(self, draw: Draw, role: Int64, day: Int64) -> Int64:
        """A posting of each role in force on each day: drawn again until it is."""
        posting = np.full(len(day), -1, dtype=np.int64)
        left = np.arange(len(day), dtype=np.int64)
        for _ in range(1000):
            if not len(left):
                return posting
            drawn = self._by_role[self._people.take(draw, role[left])]
            there = (self._since[drawn] <= day[left]) & (day[left] < self._until[drawn])
            posting[left[there]] = drawn[there]
            left = left[~there]
        raise AssertionError("a role has nobody at work on some day")

    def _areas(self, draw: Draw, posting: Int64) -> Int64:
        """Where the residents live: around the centre; anywhere for the lead hospital."""
        place = self._place[posting]
        anywhere = draw.below(len(INSTITUTIONS) - 1, len(posting))
        return np.where(place == 0, anywhere, place - 1)


def _source(code: str) -> int:
    return {"GW": 1, "QY": 2}.get(code[:2], 0)


_WHO: Final = np.array([list(WHO).index(item.who) for item in ITEMS], dtype=np.int64)
_PLACE: Final = np.array([_PLACES.index(item.place) for item in ITEMS], dtype=np.int64)
_QUANTITY: Final = np.array(
    [list(QUANTITIES).index(item.quantity) for item in ITEMS], dtype=np.int64
)
_SOURCE: Final = np.array([_source(item.code) for item in ITEMS], dtype=np.int64)
