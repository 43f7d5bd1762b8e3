"""The roster 人员花名册 by columns: tens of thousands of postings, an object only for those asked.

Reading, checking and laying out a county's staff costs more than counting its records when each
row is an object, so the roster keeps columns and makes a :class:`Posting` when one is looked at.
Sources: A6, definition 5.20; specification page 3 (``staff``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple, overload

import numpy as np

from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.model import Posting
from equivalents.units import Codes, Int64

__all__ = ["Coded", "Roster"]

_OWN: Final = (
    "person_id",
    "institution_id",
    "active_from",
    "active_to",
    "post_id",
    "title_tier",
    "main",
)
"""What a settlement asks of everybody; the other columns are only read by reports."""


class Coded(NamedTuple):
    """A text column by its distinct texts, sorted, and the position among them of each row."""

    texts: Sequence[str]
    code: Codes

    @classmethod
    def of(cls, column: Sequence[str]) -> "Coded":
        """Code a column."""
        # Names that are given in order, as a roster's mostly are, sort in one walk.
        texts = sorted(dict.fromkeys(column))
        position = dict(zip(texts, range(len(texts)), strict=True))
        return cls(texts, np.fromiter(map(position.__getitem__, column), np.int32, len(column)))

    def at(self, rows: Int64) -> "Coded":
        """The same column of some rows."""
        return Coded(self.texts, self.code[rows])


@dataclass(frozen=True)
class Roster(Sequence[Posting]):
    """Postings as columns of one length; a sequence of :class:`Posting` to whoever asks for one.

    Days are day numbers, ``active_to`` is exclusive. ``others`` has the text columns that only
    reports read; one that is absent is blank throughout.
    """

    person_id: Sequence[str]
    institution_id: Sequence[str]
    active_from: Sequence[int]
    active_to: Sequence[int]
    post_id: Sequence[str]
    title_tier: Sequence[str]
    main: Sequence[bool]
    others: Mapping[str, Sequence[Any]]

    @classmethod
    def of(cls, postings: Iterable[Posting]) -> "Roster":
        """The same postings as a roster; a roster as it is."""
        if isinstance(postings, Roster):
            return postings
        rows = tuple(postings)
        columns = zip(*rows, strict=True) if rows else ((),) * len(Posting._fields)
        return cls.by_columns(dict(zip(Posting._fields, columns, strict=True)))

    @classmethod
    def by_columns(cls, columns: Mapping[str, Sequence[Any]]) -> "Roster":
        """A roster of named columns of one length; the absent ones are blank or open."""
        size = max((len(column) for column in columns.values()), default=0)
        absent: dict[str, Any] = {"active_from": FIRST_DAY, "active_to": LAST_DAY, "main": False}
        own: dict[str, Any] = {
            name: columns.get(name) or (absent.get(name, ""),) * size for name in _OWN
        }
        return cls(**own, others={k: v for k, v in columns.items() if k not in own})

    @cached_property
    def persons(self) -> Coded:
        """``person_id`` by its distinct texts."""
        return Coded.of(self.person_id)

    @cached_property
    def institutions(self) -> Coded:
        """``institution_id`` by its distinct texts."""
        return Coded.of(self.institution_id)

    def parts(
        self, origin: Sequence[int], active_from: Sequence[int], active_to: Sequence[int]
    ) -> "Roster":
        """Parts of these postings: the rows at ``origin``, each with days of its own."""

        def taken(column: Sequence[Any]) -> Sequence[Any]:
            return [column[at] for at in origin]

        return Roster(
            person_id=taken(self.person_id),
            institution_id=taken(self.institution_id),
            active_from=active_from,
            active_to=active_to,
            post_id=taken(self.post_id),
            title_tier=taken(self.title_tier),
            main=taken(self.main),
            others={name: taken(column) for name, column in self.others.items()},
        )

    def __len__(self) -> int:
        return len(self.person_id)

    @overload
    def __getitem__(self, index: int) -> Posting: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Posting]: ...
    def __getitem__(self, index: int | slice) -> Posting | Sequence[Posting]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        other = {name: column[index] for name, column in self.others.items()}
        return Posting(
            person_id=self.person_id[index],
            institution_id=self.institution_id[index],
            active_from=self.active_from[index],
            active_to=self.active_to[index],
            post_id=self.post_id[index],
            title_tier=self.title_tier[index],
            main=self.main[index],
            **other,
        )
