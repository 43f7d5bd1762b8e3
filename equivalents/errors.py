"""Everything that can be wrong, and how it is said: the exception tree and every reason code.

::

    EquivalentsError                 anything this package raises on purpose
    ├── UsageError                   the command or call was wrong              (exit code 2)
    ├── DataError                    the data has problems, all of them listed  (exit code 1)
    │   └── RefusedError             the data is legal, but no exact answer may be given
    └── ConservationError            a check of our own failed: a defect        (exit code 3)

A :class:`Problem` says what, where, why and what to do, in Chinese and English. Its ``code`` is
a promise to other programs; the texts may be improved. The codes themselves stand in
:mod:`equivalents.reasons`. Sources: specification page 3 (``rejected.csv``, ``problems.csv``),
page 4 "Bad input", rule A10.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, NamedTuple

from equivalents.reasons import BOTH, REASONS, Reason, Severity

__all__ = [
    "ConservationError",
    "DataError",
    "EquivalentsError",
    "MANY_NAMES",
    "NOWHERE",
    "Place",
    "Problem",
    "RefusedError",
    "UsageError",
    "as_object",
    "called",
    "hint",
    "near",
    "near_miss",
]

MANY_NAMES: Final = 2000
"""Of a longer list only the neighbours in the alphabet are compared for a near miss."""
_NEIGHBOURS: Final = 20


def called(file: str, sheet: str) -> str:
    """What a file, or one sheet of it, is called."""
    return f"{file} [{sheet}]" if sheet else file


class Place(NamedTuple):
    """Where something stands: file, sheet, row as Excel shows it, column heading."""

    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""

    def at(self, column: str) -> "Place":
        """The same row, another column."""
        return Place(self.file, self.sheet, self.row, column)

    def __str__(self) -> str:
        parts = [self.file, self.sheet, f"row {self.row}" if self.row else "", self.column]
        return ", ".join(part for part in parts if part)


NOWHERE: Final = Place()
"""The place of what has none."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault or warning: a code, a place, the value found and the facts its text names."""

    code: str
    place: Place = NOWHERE
    value: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    series: str = ""

    @property
    def reason(self) -> Reason:
        """The registered reason of this code."""
        return REASONS[self.code]

    @property
    def severity(self) -> Severity:
        """``error``, ``warning`` or ``note``."""
        return self.reason.severity

    def text(self, language: str) -> str:
        """The full sentence in ``zh`` or ``en``: what is wrong and what to do."""
        facts = {"value": self.value, **self.facts}
        return self.reason.fill(language, facts)

    def __str__(self) -> str:
        where = str(self.place)
        return f"{self.code}{f' [{where}]' if where else ''}: {self.text('zh')} {self.text('en')}"


def as_object(problem: Problem) -> dict[str, str | int]:
    """One problem as ``--json`` shows it."""
    place = problem.place
    return {
        "severity": problem.severity,
        "code": problem.code,
        "file": place.file,
        "sheet": place.sheet,
        "row": place.row,
        "column": place.column,
        "value": problem.value,
        "reason_zh": problem.text("zh"),
        "reason_en": problem.text("en"),
        "series": problem.series,
    }


class EquivalentsError(Exception):
    """Anything that this package raises on purpose."""


class UsageError(EquivalentsError):
    """The command or the call was wrong; the data was not looked at."""


class DataError(EquivalentsError):
    """The data has problems; ``problems`` holds all that were found, not only the first.

    Of faults of records, which may be millions, it holds only some; ``total`` counts all.
    """

    def __init__(self, problems: Sequence[Problem], total: int | None = None) -> None:
        if not problems:
            raise ValueError("a DataError needs at least one problem")
        self.problems = tuple(problems)
        self.total = len(self.problems) if total is None else total
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class RefusedError(DataError):
    """The data is legal, but no exact answer may be given (nobody to pay, a total too large)."""


class ConservationError(EquivalentsError):
    """A conservation check of our own failed; nothing may be used. The message has the numbers."""


def near_miss(value: str, known: Sequence[str]) -> str:
    """The known name most like ``value``, or an empty string.

    Of a long list (ids of thousands of people, sorted) only the neighbours in the alphabet are
    compared, which finds a slip in the last characters and costs nothing.
    """
    if len(known) > MANY_NAMES:
        at = bisect_left(known, value)
        known = known[max(at - _NEIGHBOURS, 0) : at + _NEIGHBOURS]
    lowered = {name.lower(): name for name in reversed(known)}
    found = get_close_matches(value.lower(), list(lowered), n=1, cutoff=0.6)
    return lowered[found[0]] if found else ""


def near(value: str, known: Sequence[str]) -> str:
    """A hint at the nearest known name in both languages, or nothing: fills ``{near}``."""
    return hint(near_miss(value, known))


def hint(name: str) -> str:
    """The hint at one name in both languages, or nothing for none."""
    return f"（是否为“{name}”？）{BOTH} (did you mean '{name}'?)" if name else ""
