"""Rejected rows and problems, with the original rows: what, where, why, what to do.

A file may be faulty from its first row to its last, so faults are read by columns: a
:class:`FaultWindow` has some thousands of original rows and their faults, grouped so that within
a group only columns differ. Its rows are in the order of files and rows, and the faults of a row
in the order in which the first is the verdict. Sources: A10, specification page 3.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equivalents.errors import ConservationError, Place, Problem
from equivalents.findings import hint, said
from equivalents.intake.originals import Original, OriginalRows
from equivalents.intake.source import Source
from equivalents.policy.daytext import day_fault
from equivalents.reasons import REASONS, Severity
from equivalents.records import FaultSet
from equivalents.report.cells import Piece
from equivalents.report.merged import MergedFaults, merged
from equivalents.report.nearest import Nearest
from equivalents.report.table import texts
from equivalents.settle import Settlement
from equivalents.tally import Plan
from equivalents.units import Int64

__all__ = [
    "FaultGroup",
    "FaultWindow",
    "RejectedRow",
    "VerdictCounts",
    "count_row_problems",
    "fault_windows",
    "faulty_rows",
    "row_problems_by_code",
]

_HINTS: Final = 500
"""Near misses are looked up for this many different values a code; each costs a millisecond."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A record at fault: its original row and all its faults, the first one being the verdict."""

    original: Original
    faults: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """Faults with one code, column and series: what else their sentences name is in columns.

    ``at`` are ``(n,)`` positions among the rows of the window, ascending; ``value`` has ``n``
    texts, and each of ``facts`` is one text or a column of ``n``. ``series`` is as written: blank
    when all are concerned.
    """

    code: str
    column: str
    series: str
    at: Int64
    value: pa.Array
    facts: Mapping[str, Piece]

    def problems(self, originals: OriginalRows, some: Int64) -> Iterator[Problem]:
        """Some of the faults (ascending positions in the group) as objects."""
        where = pa.array(some)
        rows = originals.row[self.at[some]].tolist()
        names = tuple(self.facts)
        columns = [
            [fact] * len(rows) if isinstance(fact, str) else fact.take(where).to_pylist()
            for fact in self.facts.values()
        ]
        for row, value, *facts in zip(
            rows, self.value.take(where).to_pylist(), *columns, strict=True
        ):
            place = Place(originals.file, originals.sheet, row, self.column)
            known = dict(zip(names, facts, strict=True))
            yield Problem(self.code, place, value, known, self.series)


@dataclass(frozen=True)
class FaultWindow:
    """Some rows at fault and all their faults.

    ``order`` are positions among the faults of all groups, one group after the other, sorted by
    row; the first fault of a row is its verdict.
    """

    originals: OriginalRows
    groups: Sequence[FaultGroup]
    order: Int64

    @cached_property
    def at(self) -> Int64:
        """The position of the row of each fault, in order."""
        return np.concatenate([group.at for group in self.groups])[self.order]

    @cached_property
    def verdicts(self) -> Sequence[Int64]:
        """Of each group the positions in it that are the first fault of their row."""
        first = np.sort(self.order[np.diff(self.at, prepend=-1) != 0])
        bounds = np.cumsum([0, *(group.at.size for group in self.groups)])
        cuts = np.searchsorted(first, bounds).tolist()
        return [first[a:b] - start for (a, b), start in zip(pairwise(cuts), bounds, strict=False)]

    def rows(self, first: int | None = None) -> Iterator[RejectedRow]:
        """The rows one by one with their faults as objects; only the ``first`` ones if told."""
        rows = list(OriginalRows.each(self.originals.head(first)))
        found: list[list[Problem]] = [[] for _ in rows]
        sizes = [group.at.size for group in self.groups]
        starts = np.cumsum([0, *sizes])
        wanted = self.order[self.at < len(rows)]
        made: dict[int, Problem] = {}
        for group, start in zip(self.groups, starts.tolist(), strict=False):
            some = np.flatnonzero(group.at < len(rows))
            problems = group.problems(self.originals, some)
            made |= zip((start + some).tolist(), problems, strict=True)
        for fault, at in zip(wanted.tolist(), self.at.tolist(), strict=False):
            found[at].append(made[fault])
        for row, faults in zip(rows, found, strict=True):
            yield RejectedRow(row, tuple(faults))


def faulty_rows(
    settlement: Settlement, source: Source, severity: Severity = "error"
) -> Iterator[RejectedRow]:
    """Records at fault one by one, with their original text, in the order of files and rows."""
    for window in fault_windows(settlement, source, severity):
        yield from window.rows()


def fault_windows(
    settlement: Settlement, source: Source, severity: Severity = "error"
) -> Iterator[FaultWindow]:
    """Records at fault some thousands at a time, in the order of files and rows.

    With severity ``error`` these are the rejected records, with ``warning`` some that were
    counted. They are read again from their files one part at a time; none is kept.
    """
    plan, series = settlement.plan, settlement.rules.series
    by_part: dict[int, list[FaultSet]] = defaultdict(list)
    for fault in settlement.counted.faults:
        if REASONS[fault.code].severity == severity:
            by_part[fault.part].append(fault)
    explain = _Explain(plan)
    for part in sorted(by_part):
        faults = by_part[part]
        wanted = _distinct([fault.row for fault in faults])
        form = _Form(source.width(part), source.written(part))
        done = 0
        for originals in source.original_rows(part, wanted):
            # Both are in the order of rows, and each row that is wanted is there.
            if not np.array_equal(originals.row, wanted[done : done + len(originals)]):
                raise ConservationError(f"other rows of {originals.file} were read than are faulty")
            done += len(originals)
            yield _window(originals, faults, series, explain, form)
        if done != wanted.size:
            raise ConservationError(f"part {part}: {done} rows read of {wanted.size} faulty ones")


def _distinct(rows: Sequence[Int64]) -> Int64:
    """Each row number once, sorted: by marking them, which costs less than sorting."""
    filled = [some for some in rows if some.size]
    if not filled:
        return np.zeros(0, np.int64)
    low = min(int(some.min()) for some in filled)
    marks = np.zeros(max(int(some.max()) for some in filled) - low + 1, bool)
    for some in filled:
        marks[some - low] = True
    return np.flatnonzero(marks) + low


def _window(
    originals: OriginalRows,
    faults: Sequence[FaultSet],
    series: Sequence[str],
    explain: "_Explain",
    form: "_Form",
) -> FaultWindow:
    found = list(merged(originals.row, faults, series))
    explain.look_up(originals, found)
    groups = [explain.group(originals, one, form) for one in found]
    rank = np.concatenate([one.at * (len(faults) + 1) + one.first for one in found])
    return FaultWindow(originals, groups, np.argsort(rank, kind="stable"))


class _Form(NamedTuple):
    """How many headings a file has, and those of known columns as written, by our name."""

    width: int
    headings: Mapping[str, str]


class _Explain:
    """Fills the facts of faults from the rows; near misses are looked up once a value."""

    def __init__(self, plan: Plan) -> None:
        self._period = plan.period.name
        known = {
            "INSTITUTION_UNKNOWN": plan.institutions.values,
            "PERSON_UNKNOWN": plan.persons.values,
            "ITEM_UNKNOWN": plan.known_items,
            "TEAM_UNKNOWN": plan.performers.teams.values,
        }
        self._hints = {code: _Hints(names) for code, names in known.items()}

    def look_up(self, originals: OriginalRows, found: Sequence[MergedFaults]) -> None:
        """Look up near misses in the order of rows, whatever group a row is in."""
        for code, hints in self._hints.items():
            mine = [one for one in found if one.code == code]
            if mine:
                at = np.concatenate([one.at for one in mine])
                values = [_meant(one, originals.texts(one.column, one.at)) for one in mine]
                order = pa.array(np.argsort(at, kind="stable"))
                hints.learn(pa.concat_arrays(values).take(order))

    def group(self, originals: OriginalRows, found: MergedFaults, form: _Form) -> FaultGroup:
        """The faults with their values and facts."""
        value = originals.texts(found.column, found.at)
        facts = self._facts(found, value, form)
        return FaultGroup(found.code, found.column, found.named, found.at, value, facts)

    def _facts(self, found: MergedFaults, value: pa.Array, form: _Form) -> dict[str, Piece]:
        """What the sentence of this code names beside the value."""
        facts: dict[str, Piece]
        match found.code:
            case "INSTITUTION_UNKNOWN" | "PERSON_UNKNOWN" | "ITEM_UNKNOWN" | "TEAM_UNKNOWN":
                named = _meant(found, value)
                facts = {"value": named, "near": self._hints[found.code].column(named)}
            case "NO_POST":
                facts = {"value": _meant(found, value)}
            case "ROW_SHAPE":
                pairs = [note.partition("/") for note in found.notes]
                facts = {
                    "found": texts([fields for fields, _, _ in pairs]),
                    "expected": texts([of or str(form.width) for _, _, of in pairs]),
                }
            case "DATE_INVALID":
                facts = {"detail": _each(value, day_fault)}
            case "OUTSIDE_PERIOD":
                facts = {"period": self._period}
            case "NOT_SUPPORTED":
                # What is not supported is the column, whatever it holds.
                facts = {"value": found.column}
            case "VALUE_MISSING" | "LINE_BREAK":
                facts = {"column": said(found.column, form.headings)}
            case "NOT_IN_SERIES":
                facts = {"series": found.named or found.series}
            case "QUANTITY_ABOVE_MAX":
                facts = _above(found, value)
            case _:
                facts = {"column": said(found.column, form.headings)}
                facts |= {"other": texts(found.notes)} if any(found.notes) else {}
        return facts


def _meant(found: MergedFaults, value: pa.Array) -> pa.Array:
    """The value that a fault is about: of several performers the note says which one."""
    if not any(found.notes):
        return value
    pairs = zip(found.notes, value.to_pylist(), strict=True)
    return texts([note or own for note, own in pairs])


def _each(values: pa.Array, say: Callable[[str], str]) -> pa.Array:
    """What is said of each value; of those that are alike once."""
    coded = values.dictionary_encode()
    return texts([say(value) for value in coded.dictionary.to_pylist()]).take(coded.indices)


def _above(found: MergedFaults, value: pa.Array) -> dict[str, Piece]:
    """The usual maximum, and what was compared with it: the days of a stay are not its quantity."""
    limits, sizes = zip(*(note.partition(" ")[::2] for note in found.notes), strict=True)
    both = zip(sizes, value.to_pylist(), strict=True)
    return {"limit": texts(limits), "value": texts([size or own for size, own in both])}


class _Hints:
    """The near misses of the first :data:`_HINTS` different values; later values get none."""

    def __init__(self, known: Sequence[str]) -> None:
        self._known = known
        self._nearest: Nearest | None = None
        self._hints: dict[str, str] = {}

    def learn(self, values: pa.Array) -> None:
        """Look up values that are new, in their order."""
        if len(self._hints) >= _HINTS:
            return
        self._nearest = self._nearest or Nearest(self._known)
        for value in pc.unique(values).to_pylist():
            if value not in self._hints and len(self._hints) < _HINTS:
                self._hints[value] = hint(self._nearest.to(value))

    def column(self, values: pa.Array) -> Piece:
        """The hint of each value: a column, or nothing where none has any."""
        at = pc.index_in(values, value_set=texts(list(self._hints)))
        if at.null_count == len(at):
            return ""
        return pc.fill_null(texts(list(self._hints.values())).take(at), "")


def count_row_problems(settlement: Settlement) -> int:
    """How many faults and warnings the records have: a true count, however many are listed."""
    return sum(row_problems_by_code(settlement).values())


def row_problems_by_code(settlement: Settlement) -> Counter[str]:
    """The same by code."""
    rows: dict[tuple[int, str, str], list[FaultSet]] = defaultdict(list)
    for fault in settlement.counted.faults:
        rows[fault.part, fault.code, fault.column].append(fault)
    counts: Counter[str] = Counter()
    for (_, code, _), several in rows.items():
        # One fault may be noted once a series, but then of that series only once.
        if len({fault.series for fault in several}) == 1:
            counts[code] += sum(fault.row.size for fault in several)
        else:
            counts[code] += _distinct([fault.row for fault in several]).size
    return counts


class VerdictCounts:
    """How many records each code rejects in each series, each by its first fault there."""

    def __init__(self, series: Sequence[str]) -> None:
        self.by_series: dict[str, Counter[str]] = {name: Counter() for name in series}

    def add(self, window: FaultWindow) -> None:
        """Count the rejected records of a window."""
        which = np.repeat(np.arange(len(window.groups)), [g.at.size for g in window.groups])
        which = which[window.order]
        for name, counts in self.by_series.items():
            concerns = np.array([_concerns(group, name) for group in window.groups], bool)
            mine = concerns[which]
            first = np.diff(window.at[mine], prepend=-1) != 0
            found = np.bincount(which[mine][first], minlength=len(window.groups))
            for group, count in zip(window.groups, found.tolist(), strict=True):
                if count:
                    counts[group.code] += count


def _concerns(group: FaultGroup, series: str) -> bool:
    return not group.series or series in group.series.split(";")
