"""The clean service records 服务记录 of the year, drawn as columns of small whole numbers.

A record is drawn in this order: the cell (who does which item on which day), the person of that
role with a posting in force on that day, then the resident, the place and the quantity. What is
planned resident by resident is drawn elsewhere and filled in here alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Final

import numpy as np

from equivalents.demo.draw import Draw, Int64, Urn
from equivalents.demo.items import ITEMS, QUANTITIES, ROLES
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.residents import WHO, Residents
from equivalents.demo.seasons import DAYS, day_number, day_weights
from equivalents.demo.teams import Teams
from equivalents.demo.workers import Workers

__all__ = ["NO_DAY", "SETTINGS", "SHARES", "SOURCES", "Services", "Year", "open_days"]

SETTINGS: Final = ("clinic", "village", "home")
SOURCES: Final = ("门诊系统", "公卫系统", "家医签约系统", "村卫生室系统", "住院系统")
SHARES: Final = ("1:1", "3:2")
"""How two performers share a record."""
NO_DAY: Final = -(10**6)
"""No end of a stay."""

# Where an item is done (chances of clinic, village, home), at an institution and in a village.
_PLACES: Final = ("site", "home", "mixed", "none")
_AT: Final = ((1, 0, 0), (0, 0, 1), (75, 0, 25), (1, 0, 0))
_IN_VILLAGE: Final = ((0, 1, 0), (0, 0, 1), (0, 65, 35), (1, 0, 0))


@dataclass(frozen=True)
class Services:
    """Records as equally long columns of numbers (-1: blank), in no particular order.

    posting: row of the roster, -1 where a team shares; place: number of the institution; item:
    number in ITEMS; day, end: days of the year (end NO_DAY: blank); quantity_e3: thousandths;
    resident: as Residents numbers them; setting, source: numbers of the texts; team: number of
    the team; mate: row of the roster of a second performer; shares: number in SHARES.
    """

    posting: Int64
    place: Int64
    item: Int64
    day: Int64
    end: Int64
    quantity_e3: Int64
    resident: Int64
    setting: Int64
    source: Int64
    team: Int64
    mate: Int64
    shares: Int64

    def __len__(self) -> int:
        return len(self.day)

    def taken(self, rows: Int64) -> "Services":
        """These rows, in this order."""
        return Services(*(getattr(self, field.name)[rows] for field in fields(self)))

    def changed(self, **columns: Int64) -> "Services":
        """The same records with other values in some columns."""
        return replace(self, **columns)

    @staticmethod
    def together(parts: Sequence["Services"]) -> "Services":
        """All records of several parts."""
        names = [field.name for field in fields(Services)]
        return Services(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


@dataclass(frozen=True)
class _Lines:
    """One line for each (item, role): its numbers, and its chance on each day of the year."""

    item: Int64
    role: Int64
    chance: Int64  # lines x days


def open_days(number: int) -> Int64:
    """How much of an item is done on each day of the year: its seasons, weekdays and dates."""
    item = ITEMS[number]
    days = day_weights(item.season, item.week)
    days[: max(0, day_number(item.since))] = 0
    days[min(DAYS, day_number(item.until)) :] = 0
    return days


def _lines() -> _Lines:
    items, roles, chances = [], [], []
    for number, item in enumerate(ITEMS):
        days = open_days(number)
        for role, tens in item.roles().items() if not item.planned else ():
            items.append(number)
            roles.append(ROLES.index(role))
            chances.append(tens * days // 1000)
    return _Lines(np.array(items), np.array(roles), np.array(chances, dtype=np.int64))


class Year:
    """Draws records of any part of the year for a roster, its residents and its teams."""

    def __init__(self, workers: Workers, residents: Residents, teams: Teams) -> None:
        self.workers, self.residents = workers, residents
        self._lines = _lines()
        self._team_of, self._place_of_team = teams.of, np.array(teams.places)
        self._quantity = Urn([list(kind.values()) for kind in QUANTITIES.values()])
        self._quantities = np.array([e3 for kind in QUANTITIES.values() for e3 in kind])
        self._setting = Urn(_AT + _IN_VILLAGE)

    def month_chances(self, starts: list[int]) -> list[int]:
        """How much of the unplanned work falls between each start and the next."""
        days = self._lines.chance.sum(axis=0)
        return [int(days[a:b].sum()) for a, b in pairwise(starts)]

    def draw(
        self, draw: Draw, count: int, first: int = 0, end: int = DAYS, *, role: str = ""
    ) -> Services:
        """`count` records with first <= day < end (of one role alone, if given), by day."""
        lines = self._lines
        chance = lines.chance[:, first:end]
        if role:
            alone = (lines.role == ROLES.index(role)) & ~_SHARED[lines.item]
            chance = chance * alone[:, None]
        cell = Urn([chance.ravel().tolist()]).take(draw, np.zeros(count, dtype=np.int64))
        day = cell % (end - first) + first
        order = np.argsort(day, kind="stable")
        line, day = (cell // (end - first))[order], day[order]
        item, role_of = lines.item[line], lines.role[line]
        posting = self.workers.find(draw, role_of, day)
        resident = self.residents.meet(draw, self._areas(draw, posting), _WHO[item])
        return self.filled(draw, item, day, posting, resident)

    def filled(
        self, draw: Draw, item: Int64, day: Int64, posting: Int64, resident: Int64
    ) -> Services:
        """Records of which is known who did what for whom and when, with the rest drawn."""
        count, role = len(day), self.workers.role[posting]
        village = role == ROLES.index("vdoc")
        setting = self._setting.take(draw, _PLACE[item] + len(_PLACES) * village) % len(SETTINGS)
        setting = np.where(_PLACE[item] == _PLACES.index("none"), -1, setting)
        source = np.where(village, SOURCES.index("村卫生室系统"), _SOURCE[item])
        quantity_e3 = self._quantities[self._quantity.take(draw, _QUANTITY[item])]
        mate = self._mates(draw, item, day, posting)
        by_team = _BY_TEAM[item] & (resident >= 0)
        team = np.where(by_team, self._team_of[resident], -1)
        place = np.where(by_team, self._place_of_team[team], self.workers.place[posting])
        return Services(
            posting=np.where(by_team, -1, posting), place=place, item=item, day=day,
            end=np.full(count, NO_DAY, dtype=np.int64), quantity_e3=quantity_e3,
            resident=resident, setting=setting, source=source, team=team, mate=mate,
            shares=np.where(mate >= 0, _SHARES[item], -1),
        )  # fmt: skip

    def _mates(self, draw: Draw, item: Int64, day: Int64, posting: Int64) -> Int64:
        """A nurse of the same institution who shares the record, where the item asks for one."""
        mate = np.full(len(item), -1, dtype=np.int64)
        asked = np.flatnonzero(draw.below(100, len(item)) < _MATES[item])
        place = self.workers.place[posting[asked]]
        nurse = np.where(place == 0, ROLES.index("hnurse"), ROLES.index("nurse"))
        found = self.workers.find(draw, nurse, day[asked], place)
        who = self.workers.person
        fits = (who[found] != who[posting[asked]]) & (self.workers.place[found] == place)
        mate[asked[fits]] = found[fits]
        return mate

    def _areas(self, draw: Draw, posting: Int64) -> Int64:
        """Where the residents live: around the centre; anywhere for the lead hospital."""
        place = self.workers.place[posting]
        anywhere = draw.below(len(INSTITUTIONS) - 1, len(posting))
        return np.where(place == 0, anywhere, place - 1)


def _source(code: str) -> int:
    return {"GW": 1, "QY": 2, "ZC": 4}.get(code[:2], 0)


def _mates_of(shared: str) -> int:
    """How many per cent of an item's records two people share."""
    return int(shared.partition(" ")[0]) if " " in shared else 0


_WHO: Final = np.array([list(WHO).index(item.who) for item in ITEMS], dtype=np.int64)
_PLACE: Final = np.array([_PLACES.index(item.place) for item in ITEMS], dtype=np.int64)
_QUANTITY: Final = np.array(
    [list(QUANTITIES).index(item.quantity) for item in ITEMS], dtype=np.int64
)
_SOURCE: Final = np.array([_source(item.code) for item in ITEMS], dtype=np.int64)
_BY_TEAM: Final = np.array([item.shared == "team" for item in ITEMS])
_MATES: Final = np.array([_mates_of(item.shared) for item in ITEMS], dtype=np.int64)
_SHARES: Final = np.array(
    [SHARES.index(item.shared.split()[1]) if " " in item.shared else -1 for item in ITEMS]
)
_SHARED: Final = _BY_TEAM | (_MATES > 0)
