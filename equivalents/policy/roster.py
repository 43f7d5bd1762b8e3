"""The roster 人员花名册 by columns: tens of thousands of postings, an object only for those asked.

Reading, checking and laying out a county's staff costs more than counting its records when each
row is an object, so the roster keeps columns and makes a :class:`Posting` when one is looked at.
Sources: A6, definition 5.20; specification page 3 (``staff``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt

from equivalents.codes import Coded, occurring
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.model import Posting
from equivalents.units import Codes, Int64

__all__ = ["Roster"]

_TEXTS: Final = ("person_id", "institution_id", "post_id", "title_tier")
_DAYS: Final = (("active_from", FIRST_DAY), ("active_to", LAST_DAY))
_OWN: Final = frozenset((*_TEXTS, "active_from", "active_to", "main"))
"""What a settlement asks of everybody; the other columns are only read by reports."""


@dataclass(frozen=True, eq=False)
class Roster(Sequence[Posting]):
    """Postings as columns of one length; a sequence of :class:`Posting` to whoever asks for one.

    Days are day numbers, ``active_to`` is exclusive. ``others`` has the text columns that only
    reports read; one that is absent is blank throughout.
    """

    person_id: Coded
    institution_id: Coded
    active_from: Codes
    active_to: Codes
    post_id: Coded
    title_tier: Coded
    main: npt.NDArray[np.bool_]
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
        own: dict[str, Any] = {}
        for name in _TEXTS:
            texts = columns.get(name)
            own[name] = Coded.alike("", size) if texts is None else Coded.of(texts)
        for name, open_day in _DAYS:
            days = columns.get(name)
            own[name] = np.array([open_day] * size if days is None else days, np.int32)
        main = columns.get("main")
        own["main"] = np.zeros(size, bool) if main is None else np.array(main, bool)
        return cls(**own, others={k: v for k, v in columns.items() if k not in _OWN})

    def occurring(self, column: str) -> frozenset[str]:
        """The texts that postings have in a column of texts, without the blank one."""
        texts = getattr(self, column) if column in _TEXTS else self.others.get(column, ())
        return frozenset(occurring(texts)) - {""}

    def names(self) -> dict[str, str]:
        """The name of everybody, by person; that of the last posting where they differ."""
        return dict(zip(self.person_id, self.others.get("name", [""] * len(self)), strict=True))

    def people(self) -> Coded:
        """The id of everybody, each once; a blank one is a fault of its own and nobody."""
        texts = self.person_id.texts
        named = texts[1:] if texts[:1] == [""] else texts
        return Coded(named, np.arange(len(named), dtype=np.int32))

    def parts(
        self, origin: Sequence[int], active_from: Sequence[int], active_to: Sequence[int]
    ) -> "Roster":
        """Parts of these postings: the rows at ``origin``, each with days of its own.

        Every posting is there with one part at least.
        """
        at: Int64 = np.array(origin, np.int64)
        others = {name: [column[i] for i in origin] for name, column in self.others.items()}
        return Roster(
            person_id=self.person_id.take(at),
            institution_id=self.institution_id.take(at),
            active_from=np.array(active_from, np.int32),
            active_to=np.array(active_to, np.int32),
            post_id=self.post_id.take(at),
            title_tier=self.title_tier.take(at),
            main=self.main[at],
            others=others,
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
            active_from=int(self.active_from[index]),
            active_to=int(self.active_to[index]),
            post_id=self.post_id[index],
            title_tier=self.title_tier[index],
            main=bool(self.main[index]),
            **other,
        )
