"""Codebooks: natural codes (institution, person, item ...) as small integers and back.

A :class:`Coded` is a column of texts in the same manner: its distinct texts and their positions.

Inside a run every code is a position in a codebook; outside, only natural codes exist, ordered
by Unicode code point. A codebook of master data is closed; one of values that records bring
(items in no table, resident groups) grows while records stream in, from several threads, so its
positions follow the order of arrival and nothing that is written may depend on them.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import repeat
from threading import Lock
from typing import Generic, TypeVar, overload

import numpy as np

from equivalents.units import Codes, Int64

__all__ = ["Code", "Codebook", "Coded", "occurring"]

Code = TypeVar("Code", bound=Hashable)


class Codebook(Generic[Code]):
    """Values by position and positions by value; grows by :meth:`learn`."""

    def __init__(self, values: Iterable[Code] = ()) -> None:
        self._values: list[Code] = list(dict.fromkeys(values))
        self._known: dict[Code, int] | None = None
        self._lock = Lock()

    @classmethod
    def different(cls, values: Sequence[Code]) -> "Codebook[Code]":
        """A codebook of values that are known to differ, without another look at them."""
        book = cls()
        book._values = list(values)
        return book

    @property
    def _positions(self) -> dict[Code, int]:
        """Positions by value: made when first asked for, as some codebooks never are."""
        if self._known is None:
            with self._lock:
                if self._known is None:
                    places = range(len(self._values))
                    self._known = dict(zip(self._values, places, strict=True))
        return self._known

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, position: int) -> Code:
        return self._values[position]

    def __contains__(self, value: object) -> bool:
        return value in self._positions

    @property
    def values(self) -> Sequence[Code]:
        """All values, by position."""
        return self._values

    def find(self, value: Code) -> int:
        """The position of a value, or -1."""
        return self._positions.get(value, -1)

    def find_all(self, values: Iterable[Code]) -> list[int]:
        """The positions of many values; -1 for each that is not here."""
        return list(map(self._positions.get, values, repeat(-1)))

    def learn(self, values: Iterable[Code]) -> list[int]:
        """The positions of values, adding those that are new."""
        asked = list(values)
        positions = self._positions
        found = list(map(positions.get, asked, repeat(-1)))
        missing = [at for at, position in enumerate(found) if position < 0]
        if not missing:
            return found
        with self._lock:
            others = dict.fromkeys(map(asked.__getitem__, missing))
            news = [value for value in others if value not in positions]
            first = len(self._values)
            # The value before its position: who finds a position must find the value there.
            self._values += news
            positions.update(zip(news, range(first, first + len(news)), strict=True))
        for at in missing:
            found[at] = positions[asked[at]]
        return found


class Coded(Sequence[str]):
    """A text column by its distinct texts, sorted, and the position among them of each row.

    Every text of ``texts`` stands in some row. To whoever asks it is a sequence of texts.
    """

    __slots__ = ("code", "texts")

    def __init__(self, texts: Sequence[str], code: Codes) -> None:
        self.texts = texts
        self.code = code

    @classmethod
    def of(cls, column: Sequence[str]) -> "Coded":
        """Code a column; one that is coded already stays as it is."""
        if isinstance(column, Coded):
            return column
        first = dict.fromkeys(column)
        position = dict(zip(first, range(len(first)), strict=True))
        codes = np.fromiter(map(position.__getitem__, column), np.int32, len(column))
        return cls.by_distinct(list(first), codes)

    @classmethod
    def by_distinct(cls, distinct: Sequence[str], code: Codes) -> "Coded":
        """A column by its distinct texts in any order, and the position of each row's."""
        # Names that are given in order, as a roster's mostly are, sort in one walk.
        texts = sorted(distinct)
        if texts == distinct:
            return cls(texts, code)
        rank = dict(zip(texts, range(len(texts)), strict=True))
        return cls(texts, np.array([rank[text] for text in distinct], np.int32)[code])

    @classmethod
    def alike(cls, text: str, size: int) -> "Coded":
        """One text in every row."""
        return cls([text] if size else [], np.zeros(size, np.int32))

    def take(self, at: Int64) -> "Coded":
        """The rows at these positions; each row is among them at least once."""
        return Coded(self.texts, self.code[at])

    def __len__(self) -> int:
        return int(self.code.size)

    def __iter__(self) -> Iterator[str]:
        return map(self.texts.__getitem__, self.code.tolist())

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, str):
            return False
        at = bisect_left(self.texts, value)
        return at < len(self.texts) and self.texts[at] == value

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self.texts[at] for at in self.code[index].tolist()]
        return self.texts[int(self.code[index])]


def occurring(column: Sequence[str]) -> Sequence[str]:
    """The texts that occur in a column, each once where the column is coded."""
    return column.texts if isinstance(column, Coded) else column
