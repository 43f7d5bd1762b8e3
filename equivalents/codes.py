"""Codebooks: natural codes (institution, person, item ...) as small integers and back.

Inside a run every code is a position in a codebook; outside, only natural codes exist, ordered
by Unicode code point. A codebook of master data is closed; one of values that records bring
(items in no table, resident groups) grows while records stream in, from several threads, so its
positions follow the order of arrival and nothing that is written may depend on them.
"""

from collections.abc import Hashable, Iterable, Sequence
from itertools import repeat
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Code", "Codebook"]

Code = TypeVar("Code", bound=Hashable)


class Codebook(Generic[Code]):
    """Values by position and positions by value; grows by :meth:`learn`."""

    def __init__(self, values: Iterable[Code] = ()) -> None:
        self._values: list[Code] = list(values)
        self._positions = dict(zip(self._values, range(len(self._values)), strict=True))
        if len(self._positions) < len(self._values):
            self._values = list(dict.fromkeys(self._values))
            self._positions = dict(zip(self._values, range(len(self._values)), strict=True))
        self._lock = Lock()

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
        found = self.find_all(asked)
        missing = [at for at, position in enumerate(found) if position < 0]
        if not missing:
            return found
        with self._lock:
            others = dict.fromkeys(map(asked.__getitem__, missing))
            news = [value for value in others if value not in self._positions]
            first = len(self._values)
            # The value before its position: who finds a position must find the value there.
            self._values += news
            self._positions.update(zip(news, range(first, first + len(news)), strict=True))
        for at in missing:
            found[at] = self._positions[asked[at]]
        return found
