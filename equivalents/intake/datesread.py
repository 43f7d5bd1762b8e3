"""Dates that were read otherwise than they stand: how many, in which column, from which form.

Nothing is understood in silence: a time part that is left out and a form other than
``YYYY-MM-DD`` are told once for each column of a file, with their count. Sources: A10; 5.21.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.codes import Coded
from equivalents.errors import Place, Problem
from equivalents.intake.columns import NULL_DAY, AnyColumn, DayColumn, TextColumn
from equivalents.policy.daytext import DAY_FORMS, Times, date_part, day_forms, day_text
from equivalents.units import Int64

__all__ = ["DateTexts", "DatesRead", "days_of_table", "told_of_dates"]

_TIMED: Final = "time"
"""Stands beside the forms for dates whose time part was left out."""
_KINDS: Final = (_TIMED, *DAY_FORMS)
_TEXTS: Final = 1000
"""Texts of a column of a file that are listed: with times of day each may be another one."""
_TIME_PART: Final = "时间部分 time part"
_OTHERS: Final = "（其他写法 others）"


@dataclass(slots=True)
class DatesRead:
    """Counts the dates of the columns of some batches by what was understood of them.

    ``counts`` is by column and kind: a form of ``DAY_FORMS``, or a time part that was left out.
    """

    times: Times
    days: Sequence[str]
    """The date columns, by our names."""
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, columns: Mapping[str, AnyColumn]) -> None:
        """Count the dates of a batch."""
        for name in self.days:
            found = _kinds_of(columns.get(name), self.times)
            self.counts.update({(name, kind): count for kind, count in found.items()})


@dataclass(slots=True)
class DateTexts:
    """Counts the texts of dates that were read otherwise than they stand, by file and column.

    Beyond the first :data:`_TEXTS` texts of a column they are counted together.
    """

    times: Times
    counts: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    def add(self, file: str, column: str, texts: Mapping[str, int]) -> None:
        """Count some texts of a column; ``texts`` says how often each stands there."""
        counted = self.counts.setdefault((file, column), Counter())
        for text, count in texts.items():
            if day_text(text, self.times) != text:
                known = text in counted or len(counted) < _TEXTS
                counted[text if known else _OTHERS] += count

    def rows(self) -> Iterator[list[str]]:
        """A row for each text: file, column, forms, the text, what it was read as, cells."""
        for (file, column), counted in self.counts.items():
            for text in sorted(counted, key=lambda text: (text == _OTHERS, text)):
                read = "" if text == _OTHERS else day_text(text, self.times)
                yield [file, column, self._forms(text), text, read, str(counted[text])]

    def _forms(self, text: str) -> str:
        """The ways in which a text differs from ``YYYY-MM-DD``."""
        date = date_part(text) if self.times is Times.TRUNCATE else text
        _, (form,) = day_forms([date])
        return "、".join(filter(None, (form, _TIME_PART if date != text else "")))


def _kinds_of(column: AnyColumn | None, times: Times) -> dict[str, int]:
    """How many dates of a column were understood, by kind; empty where they stand as they are."""
    if isinstance(column, DayColumn) and column.timed:
        count = int(np.count_nonzero(column.day != NULL_DAY))
        return {_TIMED: count} if count else {}
    if not isinstance(column, TextColumn):
        return {}
    marks = column.distinct.once("forms", lambda own: _marks(own.texts(), times))
    return _counted(marks, column.index) if marks.any() else {}


def _marks(texts: Sequence[str], times: Times) -> npt.NDArray[np.uint8]:
    """Of each text the bits of the kinds that it is of: a text may have a form and a time."""
    dates = [date_part(text) for text in texts] if times is Times.TRUNCATE else texts
    _, forms = day_forms(dates)
    bits = {form: 1 << at for at, form in enumerate(_KINDS)}
    timed = [date != text for date, text in zip(dates, texts, strict=True)]
    marks = [bits.get(form, 0) | cut for form, cut in zip(forms, timed, strict=True)]
    return np.array(marks, np.uint8)


def _counted(marks: npt.NDArray[np.uint8], index: npt.NDArray[np.integer]) -> dict[str, int]:
    """How many rows have a text of each kind, from the marks of the texts."""
    rows: Int64 = np.bincount(index, minlength=marks.size)
    counts = {kind: int(rows[(marks >> at) & 1 > 0].sum()) for at, kind in enumerate(_KINDS)}
    return {kind: count for kind, count in counts.items() if count}


def told_of_dates(place: Place, column: str, counts: Mapping[str, int]) -> list[Problem]:
    """What is told of a column: time parts that were left out, then forms that were understood.

    ``counts`` is by kind; ``column`` is the heading as it is told.
    """
    told = []
    if counts.get(_TIMED):
        told.append(Problem("TIMES_TRUNCATED", place, str(counts[_TIMED]), {"column": column}))
    forms = [(form, counts[form]) for form in DAY_FORMS if counts.get(form)]
    if forms:
        detail = ", ".join(f"{form}: {count}" for form, count in forms)
        total = str(sum(count for _, count in forms))
        told.append(Problem("DATES_READ", place, total, {"column": column, "detail": detail}))
    return told


def days_of_table(
    texts: Sequence[str], place: Place, heading: str, times: Times
) -> tuple[Sequence[str], list[Problem]]:
    """A column of dates of a small table as ``YYYY-MM-DD``, and what is told of it."""
    coded = Coded.of(texts)
    marks = _marks(coded.texts, times)
    if not marks.any():
        return texts, []
    days = [day_text(text, times) for text in coded.texts]
    told = told_of_dates(place, heading, _counted(marks, coded.code))
    return [days[at] for at in coded.code.tolist()], told
