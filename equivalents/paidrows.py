"""Rows of what people are paid, out of several results, side by side.

A row is named by texts (institution, pool, person, component), because two results have two sets
of codes. :func:`aligned` brings the rows of any number of tables into one order, that of Unicode
code points, and adds up what one table says of one row; a table without it says 0. So neither
the order of rows nor that of tables decides anything. Sources: definitions 5.18, 5.19.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.codes import Coded
from equivalents.grouping import distinct
from equivalents.units import Codes, Int64

__all__ = ["Aligned", "NAMES", "POOL_SHARE", "PaidRows", "aligned", "matching", "some"]

NAMES: Final = ("institution_id", "pool", "person_id", "component")
"""What names a row of what people are paid."""
POOL_SHARE: Final = "pool_share"
"""The component that is a share of a pool, and so has a key."""


@dataclass(frozen=True, slots=True)
class PaidRows:
    """A table of whole numbers by named rows: ``columns`` of texts, ``value`` mostly in fen."""

    columns: tuple[Coded, ...]
    value: Int64

    @classmethod
    def none(cls, columns: int = len(NAMES)) -> "PaidRows":
        """A table without rows."""
        return cls(tuple(Coded.alike("", 0) for _ in range(columns)), np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True)
class Aligned:
    """Distinct rows in order, what each table says of them (``values``) and whether (``said``)."""

    columns: tuple[Coded, ...]
    values: tuple[Int64, ...]
    said: tuple[npt.NDArray[np.bool_], ...]

    def rows(self, kept: npt.NDArray[np.bool_]) -> list[tuple[str, ...]]:
        """The names of some rows."""
        at = np.flatnonzero(kept)
        return list(zip(*(some(column, at) for column in self.columns), strict=True))


def aligned(parts: Sequence[PaidRows]) -> Aligned:
    """The rows of some tables (one at least, all with the same columns) side by side."""
    texts, codes = [], []
    for several in zip(*(part.columns for part in parts), strict=True):
        every, code = _one_book(several)
        texts.append(every)
        codes.append(code)
    order, starts, named = distinct(codes)
    number = np.zeros(order.size, np.int64)
    number[order] = np.repeat(np.arange(starts.size), np.diff(starts, append=order.size))
    values, said, first = [], [], 0
    for part in parts:
        mine = number[first : first + part.value.size]
        first += part.value.size
        sums, met = np.zeros(starts.size, np.int64), np.zeros(starts.size, bool)
        np.add.at(sums, mine, part.value)
        met[mine] = True
        values.append(sums)
        said.append(met)
    columns = tuple(Coded(every, code) for every, code in zip(texts, named, strict=True))
    return Aligned(columns, tuple(values), tuple(said))


def matching(column: Coded, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which rows of a column have one of some texts."""
    wanted = np.array([text in texts for text in column.texts], bool)
    return wanted[column.code] if wanted.size else np.zeros(len(column), bool)


def _one_book(several: Sequence[Coded]) -> tuple[list[str], Codes]:
    """Columns one after the other, by one sorted list of texts."""
    every = sorted({text for column in several for text in column.texts})
    rank = dict(zip(every, range(len(every)), strict=True))
    parts = [np.zeros(0, np.int32)]
    for column in several:
        to = np.array([rank[text] for text in column.texts], np.int32)
        parts.append(to[column.code] if to.size else column.code[:0])
    return every, np.concatenate(parts).astype(np.int32)


def some(column: Coded, at: Int64) -> list[str]:
    """The texts of some rows of a column."""
    return [column.texts[code] for code in column.code[at].tolist()]
