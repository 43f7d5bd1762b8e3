"""The made-up county of the benchmarks: who works where, what weighs how much, who shares what.

Everything but the records. There are two kinds of rules: ``plain`` ones, where every record counts
by itself, and ``full`` ones, where some items count only the first records of a resident and some
records are shared by performers (A3, A5). The master tables are the same but for the columns
``counting_basis`` and ``window`` of the weights.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

__all__ = [
    "BASES",
    "INSTITUTIONS",
    "ITEMS",
    "NOT_YET",
    "PEOPLE",
    "PEOPLE_EACH",
    "Rules",
    "SEED",
    "STOPPED",
    "World",
    "YEAR_END",
    "item_code",
    "item_ends",
    "person_id",
    "place_id",
    "world",
]

Rules = Literal["plain", "full"]
Int64 = npt.NDArray[np.int64]

SEED: Final = 20_250_101
INSTITUTIONS: Final = 1_500
PEOPLE_EACH: Final = 40
PEOPLE: Final = INSTITUTIONS * PEOPLE_EACH
ITEMS: Final = 200
_GROUPS: Final = ("I", "II", "III")

YEAR_START: Final = int(np.datetime64("2025-01-01").astype(int))
YEAR_END: Final = int(np.datetime64("2026-01-01").astype(int))
STOPPED, NOT_YET = ITEMS - 2, ITEMS - 1

BASES: Final = {
    at: ("resident", "year") if at % 50 == 1 else ("first:4", "quarter")
    for at in range(1, ITEMS, 10)
}
"""Counting basis and window of the 20 items that have one with full rules; each has one row."""


@dataclass(frozen=True, slots=True)
class World:
    """The master data as columns: postings by position, the days worked within the year."""

    person: Int64
    institution: Int64
    first_day: Int64
    last_day: Int64
    title: npt.NDArray[np.str_]

    def days(self, posting: Int64, draw: np.random.Generator) -> Int64:
        """A day within the year for each posting, one of those that it holds on."""
        since = self.first_day[posting]
        spread = draw.integers(0, 1 << 32, posting.size)
        return since + (spread * (self.last_day[posting] - since) >> 32)

    def write_tables(self, folder: Path, rules: Rules) -> None:
        """Everything of a case but its records."""
        (folder / "case.yaml").write_text('period: "2025"\ntitle: 基准测试 benchmark\n', "utf-8")
        groups = [[place_id(i), _GROUPS[i % 3]] for i in range(INSTITUTIONS)]
        _table(folder / "institutions.csv", ["institution_id", "group"], groups)
        heading = ["person_id", "institution_id", "title_tier", "active_from", "active_to"]
        _table(folder / "staff.csv", heading, self._staff())
        columns = len(_WEIGHT_COLUMNS) if rules == "full" else _PLAIN_COLUMNS
        weights = (row[:columns] for row in _weights())
        _table(folder / "weights.csv", _WEIGHT_COLUMNS[:columns], weights)
        heading = ["institution_id", "pool", "amount", "series"]
        _table(folder / "pools.csv", heading, _pools())

    def _staff(self) -> Iterator[list[str]]:
        columns = (self.person, self.institution, self.title, self.first_day, self.last_day)
        for person, institution, title, first, last in zip(*columns, strict=True):
            start = "2019-07-01" if first == YEAR_START else _date(first)
            end = "" if last == YEAR_END else _date(last)
            yield [person_id(person), place_id(institution), str(title), start, end]


@cache
def world() -> World:
    """Postings: everybody's first one, the second ones elsewhere, and the promotions."""
    draw = np.random.default_rng([SEED, 1])
    person = np.arange(PEOPLE)
    institution = person // PEOPLE_EACH
    first = np.full(PEOPLE, YEAR_START)
    last = np.full(PEOPLE, YEAR_END)
    change = draw.permutation(PEOPLE)
    joins, leaves, promoted, both = np.split(change[:9_000], [2_000, 4_000, 6_000])
    first[joins] += draw.integers(20, 340, joins.size)
    last[leaves] -= draw.integers(20, 340, leaves.size)
    promotion = YEAR_START + draw.integers(20, 340, promoted.size)
    last[promoted] = promotion
    elsewhere = (institution[both] + draw.integers(1, INSTITUTIONS, both.size)) % INSTITUTIONS
    return World(
        np.concatenate([person, promoted, both]),
        np.concatenate([institution, institution[promoted], elsewhere]),
        np.concatenate([first, promotion, np.full(both.size, YEAR_START)]),
        np.concatenate([last, np.full(promoted.size, YEAR_END), np.full(both.size, YEAR_END)]),
        np.repeat(["中级", "副高", "初级"], [PEOPLE, promoted.size, both.size]),
    )


@cache
def item_ends() -> Int64:
    """How often each item is drawn, added up: the frequency falls with the rank."""
    ranks = np.arange(ITEMS - 2)
    return np.cumsum(1_000_000 // (ranks * 37 % ranks.size + 10))


_WEIGHT_COLUMNS: Final = (
    "item_code", "weight", "valid_from", "valid_to", "stopped", "series",
    "institution_group", "setting", "counting_basis", "window",
)  # fmt: skip
_PLAIN_COLUMNS: Final = 8
"""So many of them with plain rules."""


def _weights() -> Iterator[list[str]]:
    """200 items: 20 by institution group, 8 by setting (3 by both), 20 with a second version."""
    draw = np.random.default_rng([SEED, 2])
    for item in range(ITEMS):
        base = int(draw.integers(1_000, 200_000)) * 10 ** int(item % 4 == 0) // 10
        spans = [("2020-01-01", "", "")]
        if item == STOPPED:
            spans = [("2020-01-01", "2025-01-01", "1")]
        elif item == NOT_YET:
            spans = [("2026-01-01", "", "")]
        elif item % 10 == 3:
            change = _date(YEAR_START + int(draw.integers(30, 330)))
            spans = [("2020-01-01", change, ""), (change, "", "")]
        for version, (start, end, stopped) in enumerate(spans):
            for group, setting in _conditions(item):
                weight_e4 = base + 137 * version + 1_111 * len(group) + 777 * len(setting)
                weight = f"{weight_e4 // 10_000}.{weight_e4 % 10_000:04}"
                condition = [group, setting, *BASES.get(item, ("", ""))]
                yield [item_code(item), weight, start, end, stopped, "pay", *condition]


def _conditions(item: int) -> Sequence[tuple[str, str]]:
    """The condition sets of an item's rows, from the most to the least general."""
    if item % 10 == 7:  # half of them only by group, half with a fallback for the third group
        groups = _GROUPS if item % 20 == 7 else ("", *_GROUPS[:2])
        return [(group, "") for group in groups]
    if item in (2, 12, 22, 32, 42):
        return [("", ""), ("", "home")]
    if item in (5, 13, 25):
        return [("", ""), ("", "home"), ("", "ward"), ("III", "home")]
    return [("", "")]


def _pools() -> Iterator[list[str]]:
    draw = np.random.default_rng([SEED, 3])
    for institution, fen in enumerate(draw.integers(8_000_000, 40_000_000, INSTITUTIONS)):
        yield [place_id(institution), "incentive", f"{fen // 100}.{fen % 100:02}", "pay"]


def _table(path: Path, heading: Sequence[str], rows: Any) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)


def place_id(number: int) -> str:
    """The id of an institution."""
    return f"J{number + 1:05}"


def person_id(number: int) -> str:
    """The id of a person."""
    return f"P{number + 1:07}"


def item_code(number: int) -> str:
    """The code of a service item."""
    return f"ITEM_{number + 1:03}"


def _date(day: int) -> str:
    return str(np.datetime64(int(day), "D"))
