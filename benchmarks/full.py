"""What full rules add to generated records: residents of items with a counting basis, and crews.

A tenth of the records are of the 20 items with a basis (``benchmarks.world.BASES``). Each of their
residents has one item and a home; nine of ten visits are at the home, the others anywhere. A
resident has eight records a year on average, and the half with the lower numbers has most of them,
so many classes are full and many are not, whatever the number of records.

A quarter of the records of 40 items is shared by two or three people of the institution and names
them in ``performers`` instead of a person. An institution has four such crews, two of which are
also written another way (other order, shares not in lowest terms). One crew in a hundred has
somebody who joins or leaves within the year.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa

from benchmarks.world import (
    BASES,
    INSTITUTIONS,
    ITEMS,
    PEOPLE,
    PEOPLE_EACH,
    SEED,
    YEAR_END,
    YEAR_START,
    Int64,
    item_ends,
    person_id,
    world,
)

__all__ = ["more_columns"]

_VISITS: Final = 8
"""Records of a resident in a year."""
_BLANK_ONE_IN: Final = 1_000
"""Of the records that need a resident so many name none."""
_CREWS, _TWICE = 4, 2
"""Crews an institution, and how many of them are also written another way."""

_Columns = dict[str, Int64]


def more_columns(
    columns: _Columns, soiled: Int64, size: int, chunk: int
) -> dict[str, tuple[Int64, pa.Array]]:
    """Codes and texts of ``resident_id`` and ``performers``; -1 is blank.

    ``columns`` are drawn ones and changed in place: residents go to where they live, and a shared
    record names no person. ``soiled`` records stay where they are, and one person's.
    """
    draw = np.random.default_rng([SEED, 5, chunk])
    clean = np.ones(columns["day"].size, bool)
    clean[soiled] = False
    resident = _visit(columns, clean, size, draw)
    performers = _share(columns, clean, draw)
    seen, code = np.unique(resident, return_inverse=True)
    texts = pa.array([f"R{number + 1:08}" for number in seen.tolist()])
    # The first of the distinct numbers is -1, the blank one.
    return {
        "resident_id": (code - 1, texts[1:]),
        "performers": (performers, pa.array(_written())),
    }


def _visit(columns: _Columns, clean: Int64, size: int, draw: np.random.Generator) -> Int64:
    """The number of each record's resident; -1 where the item asks for none."""
    item = columns["item_code"]
    where = np.flatnonzero(np.isin(item, list(BASES)))
    several, first = _residents(size)
    chance = draw.integers(0, 1 << 31, where.size)
    own = (chance * chance >> 31) * several[item[where]] >> 31
    number = first[item[where]] + own
    resident = np.full(item.size, -1)
    resident[where] = np.where(draw.integers(0, _BLANK_ONE_IN, where.size) == 0, -1, number)
    at_home = clean[where] & (draw.integers(0, 10, where.size) > 0)
    where, home = where[at_home], number[at_home] * 7_919 % INSTITUTIONS
    posting = home * PEOPLE_EACH + draw.integers(0, PEOPLE_EACH, where.size)
    columns["institution_id"][where] = home
    columns["person_id"][where] = posting  # the first posting of a person has his number
    columns["day"][where] = world().days(posting, draw)
    once = draw.integers(0, 100, where.size) > 0
    columns["quantity_e3"][where[once]] = 1_000
    return resident


def _residents(size: int) -> tuple[Int64, Int64]:
    """How many residents each item has among ``size`` records, and the number of its first."""
    often = np.diff(item_ends(), prepend=0)
    several = np.maximum(size * often // (often.sum() * _VISITS), 1)
    basis = np.isin(np.arange(often.size), list(BASES))
    several = np.concatenate([np.where(basis, several, 0), np.zeros(ITEMS - often.size, np.int64)])
    return several, np.cumsum(several) - several


def _share(columns: _Columns, clean: Int64, draw: np.random.Generator) -> Int64:
    """Which list of performers each record names, -1 for none; those that do lose their person."""
    shared = clean & (columns["item_code"] % 5 == 1)
    shared &= draw.integers(0, 4, shared.size) == 0
    which = draw.integers(0, _CREWS + _TWICE, shared.size)
    performers = columns["institution_id"] * (_CREWS + _TWICE) + which
    columns["person_id"][shared] = -1
    return np.where(shared, performers, -1)


@cache
def _written() -> Sequence[str]:
    """The lists of performers, institution by institution."""
    draw = np.random.default_rng([SEED, 6])
    county = world()
    stays = (county.first_day == YEAR_START) & (county.last_day == YEAR_END)
    promoted = np.isin(np.arange(PEOPLE), county.person[PEOPLE : PEOPLE + 2_000])
    passing = 1 - (stays[:PEOPLE] | promoted).reshape(INSTITUTIONS, 1, PEOPLE_EACH)
    chance = draw.random((INSTITUTIONS, _CREWS, PEOPLE_EACH))
    anybody = draw.integers(0, 100, (INSTITUTIONS, _CREWS, 1)) == 0
    order = np.argsort(chance + np.where(anybody, -passing, passing), axis=2)
    people = order[:, :, :3] + np.arange(INSTITUTIONS)[:, None, None] * PEOPLE_EACH
    shares = draw.integers(1, 4, people.shape)
    sizes = draw.integers(2, 4, people.shape[:2])
    lists: list[str] = []
    for place in range(INSTITUTIONS):
        crews = [
            list(zip(*(part[:size] for part in both), strict=True))
            for size, *both in zip(
                sizes[place].tolist(), people[place].tolist(), shares[place].tolist(), strict=True
            )
        ]
        crews += [[(who, 2 * share) for who, share in reversed(crew)] for crew in crews[:_TWICE]]
        lists += map(_as_text, crews)
    return lists


def _as_text(crew: Sequence[tuple[int, int]]) -> str:
    """``P1:3;P2:2``; where each has one share, ``P1;P2``."""
    plain = all(share == 1 for _, share in crew)
    return ";".join(person_id(who) + ("" if plain else f":{share}") for who, share in crew)
