"""The made-up people 人员 and their postings 岗位 over the year: who may work where, and when.

Most hold one posting. Some join or leave, some are promoted (two postings in sequence), some
work in two institutions (多点执业), some hold two posts at home, some of the lead hospital are
seconded to a centre for months (借调), and some share their name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from equivalents.demo.draw import Draw
from equivalents.demo.places import (
    CENTRE_STAFF,
    HOSPITAL_STAFF,
    INSTITUTIONS,
    ROLE_DEPARTMENT,
    Department,
)
from equivalents.demo.seasons import DAYS, day_number, day_text

__all__ = ["Posting", "SPECIAL", "postings"]

SPECIAL: Final = {
    "join": 30, "leave": 25, "promote": 32, "two_places": 20, "two_posts": 12, "second": 10,
}  # fmt: skip
"""How many people each change of the year touches; nobody has two of them."""

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余"
)
_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国志文晓东海燕雪松子涵雨桐浩然"
    "佳怡思远若溪宇轩梓萱一诺安然景行知夏清和云帆慧心立群"
)
_RARE: Final = ("䶮", "㛃", "翀")  # names that a small font or GB2312 would lose

_POSTS: Final = {
    "hdoc": "临床医师", "htcm": "中医医师", "hnurse": "护士", "htech": "医技人员",
    "hpharm": "药师", "gp": "全科医生", "tcm": "中医医师", "nurse": "护士", "ph": "公共卫生医师",
    "mch": "妇幼保健医师", "tech": "医技人员", "pharm": "药师", "admin": "行政后勤",
    "vdoc": "乡村医生",
}  # fmt: skip
_LICENCES: Final = {
    "hdoc": "执业医师", "htcm": "执业医师（中医）", "hnurse": "执业护士", "gp": "执业医师;全科",
    "tcm": "执业医师（中医）", "nurse": "执业护士", "ph": "执业医师（公卫）", "mch": "执业医师",
    "vdoc": "乡村医生执业证",
}  # fmt: skip
_TIERS: Final = ("初级", "中级", "高级")
_CARERS: Final = ("hdoc", "htcm", "gp", "tcm")


@dataclass(frozen=True)
class Posting:
    """One row of the roster 人员花名册; days are numbers of the year, `until` exclusive.

    `pace` is how much this person does beside others of the same role.
    """

    person: int
    name: str
    place: int
    department: str
    role: str
    tier: str
    employment: str
    pace: int
    since: int
    until: int | None = None
    post_id: str = "G1"
    main: bool = True
    kind: str = ""
    fte: str = "1"
    post: str = ""
    several: bool = False  # the person holds another posting at some time

    @property
    def person_id(self) -> str:
        """The staff number 工号."""
        return f"P{self.person:04d}"

    def holds(self, day: int) -> bool:
        """Whether the posting is in force on that day."""
        return self.since <= day < (DAYS * 9 if self.until is None else self.until)

    def row(self) -> list[str]:
        """The row of staff.csv, in the column order of page 3."""
        return [
            self.person_id, INSTITUTIONS[self.place].code, self.post_id, self.department,
            self.name, self.post or _POSTS[self.role], self.tier, self.employment,
            "1" if self.employment == "在编" else "0", "1" if self.main else "0", self.kind,
            self.fte, day_text(self.since), "" if self.until is None else day_text(self.until),
            _LICENCES.get(self.role, ""),
        ]  # fmt: skip


def _names(count: int, draw: Draw) -> list[str]:
    family = draw.below(len(_SURNAMES), count)
    one, two = draw.below(len(_GIVEN), count), draw.below(len(_GIVEN), count)
    short = draw.below(100, count) < 22
    names = [
        _SURNAMES[family[k]] + _GIVEN[one[k]] + ("" if short[k] else _GIVEN[two[k]])
        for k in range(count)
    ]
    for k, rare in enumerate(_RARE):
        names[150 * k + 77] = _SURNAMES[k] + rare
    for k in range(4):  # the same name in another institution, and once in the same one
        names[900 + 50 * k] = names[40 + 90 * k]
    names[31] = names[30]
    return names


def _places(rooms: list[Department]) -> Iterator[tuple[int, str, str]]:
    """(institution, role, department) of every ordinary posting, in the order of the roster."""
    for place, institution in enumerate(INSTITUTIONS):
        staff = CENTRE_STAFF if place else HOSPITAL_STAFF
        for role, usual in staff.items():
            here = max(1, (usual * institution.size + 25) // 50) if place else usual
            for k in range(here):
                number = ROLE_DEPARTMENT.get(role, 8 if place else 11)
                if role == "hdoc":
                    number = 1 + k % 5
                if role == "htech":
                    number = 8 + k % 2
                yield place, role, f"{institution.code}-{number:02d}"
        mine = [room for room in rooms if room.place == place]
        for k, room in enumerate(mine):
            for _ in range(2 if k % 3 == 0 else 1):
                yield place, "vdoc", room.code


def _tier(role: str, chance: int) -> str:
    if role == "vdoc":
        return _TIERS[0] if chance < 45 else ""
    if role == "admin":
        return _TIERS[0] if chance < 70 else _TIERS[1]
    return _TIERS[0] if chance < 48 else _TIERS[1] if chance < 87 else _TIERS[2]


def _employment(role: str, chance: int) -> str:
    if role == "vdoc":
        return "乡村医生"
    return "在编" if chance < 72 else "编外合同"


def _ordinary(rooms: list[Department], draw: Draw) -> list[Posting]:
    """Everybody with one posting, since some year before the period."""
    spots = list(_places(rooms))
    count = len(spots)
    names = _names(count, draw)
    chance, kind = draw.below(100, count), draw.below(100, count)
    pace = 40 + draw.below(80, count) + draw.below(80, count)
    years, months = draw.below(18, count), draw.below(12, count)
    people = []
    for k, (place, role, department) in enumerate(spots):
        since = day_number(f"{2007 + int(years[k])}-{int(months[k]) + 1:02d}-01")
        tier, employment = _tier(role, int(chance[k])), _employment(role, int(kind[k]))
        people.append(
            Posting(k + 1, names[k], place, department, role, tier, employment, int(pace[k]), since)
        )
    return _with_heads(people)


def _with_heads(people: list[Posting]) -> list[Posting]:
    """The first doctor of each institution is its head 院长, and sees fewer patients."""
    seen: set[int] = set()
    found = []
    for person in people:
        if person.place in seen or person.role not in _CARERS:
            found.append(person)
            continue
        seen.add(person.place)
        slow = person.pace // 3
        found.append(replace(person, post="院长", tier=_TIERS[2], employment="在编", pace=slow))
    return found


def _some_day(draw: Draw) -> int:
    """A day of change between February and November, mostly a first of the month."""
    month, odd = 2 + draw.one(10), draw.one(100)
    return day_number(f"2025-{month:02d}-{1 if odd < 65 else 2 + odd % 27:02d}")


def _promoted(old: Posting, draw: Draw) -> list[Posting]:
    day = _some_day(draw)
    higher = _TIERS[_TIERS.index(old.tier) + 1]
    return [
        replace(old, until=day, several=True),
        replace(old, since=day, tier=higher, post_id="G2", several=True),
    ]


def _second_place(old: Posting, draw: Draw) -> list[Posting]:
    """A doctor who also works at a centre, for the whole year or from some day on."""
    other = 1 + (old.place + draw.one(13)) % 14
    if other == old.place:
        other = 1 + other % 14
    role = "tcm" if old.role in ("tcm", "htcm") else "gp"
    department = f"{INSTITUTIONS[other].code}-{ROLE_DEPARTMENT[role]:02d}"
    since = day_number("2024-09-01") if draw.one(100) < 60 else _some_day(draw)
    away = replace(
        old, place=other, department=department, role=role, post_id="D1", main=False,
        kind="多点执业", fte="0.2", pace=max(12, old.pace // 5), since=max(since, old.since),
        several=True,
    )  # fmt: skip
    return [replace(old, several=True), away]


def _second_post(old: Posting, draw: Draw) -> list[Posting]:
    """A doctor who is also the public-health officer of the centre, under a second post."""
    department = f"{INSTITUTIONS[old.place].code}-{ROLE_DEPARTMENT['ph']:02d}"
    since = day_number("2024-01-01") if draw.one(100) < 50 else _some_day(draw)
    also = replace(
        old, department=department, role="ph", post_id="G2", main=False, kind="兼岗", fte="0.3",
        pace=max(12, old.pace // 3), since=max(since, old.since), several=True,
    )  # fmt: skip
    return [replace(old, several=True), also]


def _seconded(old: Posting, draw: Draw) -> list[Posting]:
    """Somebody of the lead hospital who works at a centre from spring to autumn, then returns."""
    other = 1 + draw.one(14)
    role = "gp" if old.role == "hdoc" else "nurse"
    department = f"{INSTITUTIONS[other].code}-{ROLE_DEPARTMENT[role]:02d}"
    first = day_number(f"2025-{2 + draw.one(4):02d}-01")
    end = day_number(f"2025-{8 + draw.one(4):02d}-01")
    away = replace(
        old, place=other, department=department, role=role, post_id="J1", kind="借调",
        since=first, until=end, several=True,
    )  # fmt: skip
    return [
        replace(old, until=first, several=True),
        away,
        replace(old, since=end, post_id="G2", several=True),
    ]


def _changed(change: str, old: Posting, draw: Draw) -> list[Posting]:
    if change == "join":
        return [replace(old, since=_some_day(draw))]
    if change == "leave":
        return [replace(old, until=_some_day(draw))]
    makers = {
        "promote": _promoted, "two_places": _second_place, "two_posts": _second_post,
        "second": _seconded,
    }  # fmt: skip
    return makers[change](old, draw)


def _fits(change: str, person: Posting) -> bool:
    if person.post == "院长":
        return False
    if change == "promote":
        return person.tier in _TIERS[:2]
    if change == "two_places":
        return person.role in _CARERS and person.tier in _TIERS[1:]
    if change == "two_posts":
        return person.role == "gp"
    if change == "second":
        return person.role in ("hdoc", "hnurse")
    return person.role != "admin"


def postings(rooms: list[Department], draw: Draw) -> list[Posting]:
    """The whole roster: person by person, each one's postings one after the other.

    `rooms` are the village rooms. Postings of one person at one institution overlap only with
    different post_id and one main (definition 5.20).
    """
    people = _ordinary(rooms, draw)
    order = [int(k) for k in draw.shuffled(len(people))]
    fate: dict[int, str] = {}
    for change, count in SPECIAL.items():
        fitting = [k for k in order if k not in fate and _fits(change, people[k])]
        fate |= dict.fromkeys(fitting[:count], change)
    rows: list[Posting] = []
    for k, person in enumerate(people):
        rows += _changed(fate[k], person, draw) if k in fate else [person]
    assert len({row.person for row in rows}) == len(people)
    assert np.all(np.diff([row.person for row in rows]) >= 0)
    return rows
