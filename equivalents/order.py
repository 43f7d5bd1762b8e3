"""Who stands first in a class (5.5).

The order is: service date, then the other columns of page 3 as canonical text, by code point,
blank first; never file or row. It matters for records of one resident, item and day that differ in
something that is paid, or whose places in the order are told (visit numbers, odd quantities).
Institution, person and quantity, which come first, are known without their texts. The columns
behind them are fetched from the source, for records that are alike in these three: of many items at
once, because the source may have to read a whole file for a few rows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from equivalents.grouping import among, group, numbered
from equivalents.records import Origin
from equivalents.tally import Plan
from equivalents.units import QUANTITY_PLACES, Codes, Int64, print_e3
from equivalents.waiting import Entries

__all__ = ["Run", "Texts", "Ties", "fetched", "set_order", "ties_of"]

_ONE_E3: Final = 10**QUANTITY_PLACES
_One = TypeVar("_One")
_Done = TypeVar("_Done")

_Mask = npt.NDArray[np.bool_]
_Text = tuple[str, ...]
Texts = Mapping[tuple[int, int], _Text]
"""Canonical texts by part and row."""
_Texts = dict[tuple[int, int], _Text]


class Run(Protocol):
    """``map``, in threads or not: results come in the order of what is worked on."""

    def __call__(self, work: Callable[[_One], _Done], some: Iterable[_One], /) -> Iterator[_Done]:
        """Do the work for each of them."""


@dataclass(frozen=True, slots=True)
class Ties:
    """The entries of one class and day whose order matters (``tied``, by position).

    ``alike`` are those of them that only texts can tell apart.
    """

    tied: Int64
    alike: Int64


def set_order(entries: Entries, ties: Ties, texts: Texts) -> None:
    """Rank the entries: by day, where they tie by the other columns, else as they stand."""
    rank = np.zeros(len(entries), np.int64)
    rank[ties.tied] = _ranks(entries, ties, texts)
    order, _ = group([entries.day - entries.day.min(initial=0), rank])
    entries.order[order] = np.arange(len(entries))


def fetched(
    rows: Iterable[tuple[Int64, Int64]],
    origins: Mapping[int, Origin],
    run: Run,
    *,
    residents: bool = True,
) -> Texts:
    """The texts of all rows that are asked for, pairs of parts and rows; each part is read once.

    ``residents`` says whether rows of different residents are compared (by households).
    """
    pairs = [*rows]
    part, row = (np.concatenate([pair[at] for pair in pairs]) for at in (0, 1))
    parts = np.unique(part).tolist()

    def one(at: int) -> _Texts:
        mine = np.unique(row[part == at])
        places = ((at, number) for number in mine.tolist())
        return dict(zip(places, origins[at].texts(mine, residents=residents), strict=True))

    texts: _Texts = {}
    for found in run(one, parts):
        texts.update(found)
    return texts


def _ranks(entries: Entries, ties: Ties, texts: Texts) -> Int64:
    """The rank of each tied entry among all of them, from 1, by all columns but day and item."""
    last, alike = np.zeros(len(entries), np.int64), ties.alike
    if alike.size:
        places = zip(entries.part[alike].tolist(), entries.row[alike].tolist(), strict=True)
        found = [texts[place] for place in places]
        ranks = {text: rank for rank, text in enumerate(sorted(set(found)))}
        last[alike] = [ranks[text] for text in found]
    return numbered([*_first_columns(entries, ties.tied), last[ties.tied]]) + 1


def _first_columns(entries: Entries, where: Int64) -> list[Int64]:
    """Institution, person and quantity, by the order of their texts.

    Codes of institutions and persons follow their ids; no person is blank. With all of its decimals
    a quantity compares as without idle zeros: a point and a 0 come before any other digit.
    """
    distinct, which = np.unique(entries.quantity_e3[where], return_inverse=True)
    texts = np.array([print_e3(value) for value in distinct.tolist()], np.str_)
    rank = np.empty(distinct.size, np.int64)
    rank[np.argsort(texts)] = np.arange(distinct.size)
    person = entries.person[where].astype(np.int64) + 1
    return [entries.institution[where].astype(np.int64), person, rank[which]]


def ties_of(entries: Entries, plan: Plan) -> Ties:
    """The entries whose order matters, and those of them that only texts can tell apart."""
    waits, item = plan.waits, np.minimum(entries.item, np.int32(len(plan.known_items)))
    tied, alike = [], []
    for ordered, subject in (
        (waits.by_resident, entries.resident),
        (waits.by_household, entries.household),
    ):
        some = np.flatnonzero(ordered[item] & (subject >= 0))
        tied.append(_tied(entries, some, subject, waits.visits[item]))
        alike.append(_alike(entries, tied[-1], subject))
    return Ties(np.unique(np.concatenate(tied)), np.unique(np.concatenate(alike)))


def _together(some: Int64, keys: Sequence[npt.NDArray[np.integer]]) -> tuple[Int64, Int64]:
    """Those of ``some`` that share all keys with another, run by run, and the sizes of the runs."""
    order, starts = group(keys)
    sizes = np.diff(starts, append=order.size)
    return some[order[np.repeat(sizes > 1, sizes)]], sizes[sizes > 1]


def _alike(entries: Entries, tied: Int64, subject: Codes) -> Int64:
    """Those of the tied entries that share institution, person and quantity with another one."""
    first = numbered(_first_columns(entries, tied))
    return _together(tied, [entries.item[tied], subject[tied], entries.day[tied], first])[0]


def _tied(entries: Entries, some: Int64, subject: Codes, visits: _Mask) -> Int64:
    """Those of ``some`` that share item, subject and day, and of which it matters who is first.

    They are paid differently, or which of them counts is told: visits, and quantities but 1.
    """
    if some.size == 0:
        return some
    tied, sizes = _together(some, [entries.item[some], subject[some], entries.day[some]])
    if tied.size == 0:
        return tied
    back = entries.target[entries.target >= 0]
    kind = numbered(
        [
            entries.institution[tied],
            entries.person[tied] + 1,
            entries.attribute[tied],
            entries.post[tied] + 1,
            entries.shared[tied] + 1,
            entries.household[tied] + 1,
            entries.resident[tied] + 1,
            entries.end[tied] + 1,
            among(tied, back).astype(np.int8),
            np.unique(entries.quantity_e3[tied], return_inverse=True)[1],
        ]
    )
    begins = np.cumsum(sizes) - sizes
    told = visits[tied] | (entries.quantity_e3[tied] != _ONE_E3)
    differ = np.minimum.reduceat(kind, begins) != np.maximum.reduceat(kind, begins)
    asked: Int64 = tied[np.repeat(differ | np.logical_or.reduceat(told, begins), sizes)]
    return asked
