"""Rejected rows and problems, with the original rows: what, where, why, what to do.

``rejected.csv`` has exactly one line per record rejected in any series, with its first fault in
the order form, ids, date, posting, item; ``problems.csv`` has every fault and warning. Sources:
A10, specification page 3.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

import numpy as np

from equivalents.errors import ConservationError, Place, Problem
from equivalents.findings import near
from equivalents.intake.source import Original, Source
from equivalents.reasons import REASONS, Severity
from equivalents.records import FaultSet
from equivalents.settle import Settlement
from equivalents.tally import Plan
from equivalents.units import Int64

__all__ = [
    "PROBLEM_COLUMNS",
    "REJECTED_COLUMNS",
    "RejectedRow",
    "VerdictCounts",
    "both_texts",
    "count_row_problems",
    "faulty_rows",
    "problem_line",
    "rejected_line",
]

_HINTS: Final = 500
"""Near misses are looked up for this many different values a code; each costs a millisecond."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A record at fault: its original row and all its faults, the first one being the verdict."""

    original: Original
    faults: tuple[Problem, ...]


class _Fault(NamedTuple):
    """A fault of one row: its set, its note, and the series that it concerns (blank: all)."""

    fault: FaultSet
    note: str
    series: list[str]


def faulty_rows(
    settlement: Settlement, source: Source, severity: Severity = "error"
) -> Iterator[RejectedRow]:
    """Records at fault with their original text, in the order of files and rows.

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
        wanted = {part: np.concatenate([fault.row for fault in by_part[part]])}
        entries = _by_row(by_part[part])
        # Both come in the order of rows, and each row that is wanted is there.
        for original, (row, found) in zip(source.originals(wanted), entries, strict=True):
            if original.row != row:
                raise ConservationError(f"row {row} of {original.file} was read as {original.row}")
            width = source.width(part)
            faults = [explain.problem(original, f, _named(f.series, series), width) for f in found]
            yield RejectedRow(original, tuple(faults))


def _by_row(faults: Sequence[FaultSet]) -> Iterator[tuple[int, list[_Fault]]]:
    """Faults row by row, in the order in which the first is the verdict; series merged."""
    rows = np.concatenate([fault.row for fault in faults])
    sizes = [fault.row.size for fault in faults]
    which = np.repeat(np.arange(len(faults)), sizes)
    place = np.concatenate([np.arange(size) for size in sizes])
    order = np.lexsort((which, rows))
    entries = zip(rows[order].tolist(), which[order].tolist(), place[order].tolist(), strict=True)
    for row, group in groupby(entries, key=itemgetter(0)):
        found: dict[tuple[str, str], _Fault] = {}
        for _, at, nth in group:
            fault = faults[at]
            note = fault.notes[nth] if fault.notes else ""
            same = found.setdefault((fault.code, fault.column), _Fault(fault, note, []))
            same.series.append(fault.series)
        yield row, list(found.values())


def _named(named: Sequence[str], every: Sequence[str]) -> str:
    """The series that a fault concerns, as written: blank when it is all of them."""
    if "" in named or set(named) == set(every):
        return ""
    return ";".join(sorted(named))


class _Explain:
    """Fills the facts of a fault from the row itself; near misses are looked up once a value."""

    def __init__(self, plan: Plan) -> None:
        self._period = plan.period.name
        self._known = {
            "INSTITUTION_UNKNOWN": plan.institutions.values,
            "PERSON_UNKNOWN": plan.persons.values,
            "ITEM_UNKNOWN": plan.known_items,
            "TEAM_UNKNOWN": plan.performers.teams.values,
        }
        self._near: dict[str, dict[str, str]] = {code: {} for code in self._known}

    def problem(self, original: Original, entry: _Fault, series: str, width: int) -> Problem:
        fault = entry.fault
        value = original.by_column.get(fault.column, "")
        place = Place(original.file, "", original.row, fault.column)
        return Problem(fault.code, place, value, self._facts(entry, value, series, width), series)

    def _facts(self, entry: _Fault, value: str, series: str, width: int) -> dict[str, str]:
        """What the sentence of this code names beside the value."""
        fault = entry.fault
        match fault.code:
            case "INSTITUTION_UNKNOWN" | "PERSON_UNKNOWN" | "ITEM_UNKNOWN" | "TEAM_UNKNOWN":
                # Of several performers the note says which one is meant.
                named = entry.note or value
                facts = {"value": named, "near": self._hint(fault.code, named)}
            case "NO_POST" if entry.note:
                facts = {"value": entry.note}
            case "ROW_SHAPE":
                facts = {"found": entry.note, "expected": str(width)}
            case "OUTSIDE_PERIOD":
                facts = {"period": self._period}
            case "NOT_SUPPORTED":
                # What is not supported is the column, whatever it holds.
                facts = {"value": fault.column}
            case "VALUE_MISSING" | "LINE_BREAK":
                facts = {"column": fault.column}
            case "NOT_IN_SERIES":
                facts = {"series": series or fault.series}
            case "QUANTITY_ABOVE_MAX":
                facts = {"limit": entry.note}
            case _:
                facts = {"other": entry.note} if entry.note else {}
        return facts

    def _hint(self, code: str, value: str) -> str:
        known, hints = self._known[code], self._near[code]
        if value not in hints and len(hints) < _HINTS:
            hints[value] = near(value, known)
        return hints.get(value, "")


def count_row_problems(settlement: Settlement) -> int:
    """How many faults and warnings the records have: a true count, however many are listed."""
    rows: dict[tuple[int, str, str], list[Int64]] = defaultdict(list)
    for fault in settlement.counted.faults:
        rows[fault.part, fault.code, fault.column].append(fault.row)
    # One fault may be noted once a series.
    return sum(np.unique(np.concatenate(several)).size for several in rows.values())


class VerdictCounts:
    """How many records each code rejects in each series, each by its first fault there."""

    def __init__(self, series: Sequence[str]) -> None:
        self.by_series: dict[str, Counter[str]] = {name: Counter() for name in series}

    def add(self, row: RejectedRow) -> None:
        """Count one rejected record."""
        for name, counts in self.by_series.items():
            for fault in row.faults:
                if not fault.series or name in fault.series.split(";"):
                    counts[fault.code] += 1
                    break


REJECTED_COLUMNS: Final = (
    "file",
    "sheet",
    "row",
    "column",
    "code",
    "value",
    "reason_zh",
    "reason_en",
    "series",
)
"""The columns of ``rejected.csv`` before those of the original row."""


def both_texts(problem: Problem) -> tuple[str, str]:
    """The sentence of a problem in Chinese and in English."""
    return problem.text("zh"), problem.text("en")


def rejected_line(row: RejectedRow, reasons: tuple[str, str], headings: Sequence[str]) -> list[str]:
    """One line of ``rejected.csv``: the verdict with its sentences, then the original row."""
    first = row.faults[0]
    place = first.place
    line = [place.file, place.sheet, str(place.row), place.column, first.code, first.value]
    line += [*reasons, _union(row.faults)]
    texts = row.original.by_column
    return line + [texts.get(heading, "") for heading in headings]


def _union(faults: Sequence[Problem]) -> str:
    """The series in which a record is rejected, by any of its faults; blank for all."""
    if any(not fault.series for fault in faults):
        return ""
    return ";".join(sorted({name for fault in faults for name in fault.series.split(";")}))


PROBLEM_COLUMNS: Final = (
    "severity",
    "code",
    "file",
    "sheet",
    "row",
    "column",
    "value",
    "reason_zh",
    "reason_en",
    "series",
)
"""The columns of ``problems.csv``."""


def problem_line(problem: Problem, reasons: tuple[str, str]) -> list[str]:
    """One line of ``problems.csv`` with the sentences of the problem."""
    place = problem.place
    where = [place.file, place.sheet, str(place.row or ""), place.column]
    return [problem.severity, problem.code, *where, problem.value, *reasons, problem.series]
