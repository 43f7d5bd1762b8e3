"""Rejected rows and problems, with the original rows: what, where, why, what to do.

``rejected.csv`` has exactly one line per record rejected in any series, with its first fault in
the order form, ids, date, posting, item; ``problems.csv`` has every fault and warning. Sources:
A10, specification page 3.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from equivalents.errors import Place, Problem
from equivalents.findings import near
from equivalents.intake.source import Original, Source
from equivalents.reasons import REASONS, Severity
from equivalents.records import FaultSet
from equivalents.report.table import OutTable, texts
from equivalents.settle import Settlement
from equivalents.tally import Plan

__all__ = [
    "RejectedRow",
    "problems_table",
    "rejected_rows",
    "rejected_table",
    "row_warnings",
    "verdict_counts",
]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A rejected record: its original row and all its faults, the first one being the verdict."""

    original: Original
    faults: tuple[Problem, ...]


@dataclass(slots=True)
class _Fault:
    """A fault of one row: the series that it concerns (blank: all) and its note."""

    fault: FaultSet
    note: str
    series: list[str] = field(default_factory=list)


def rejected_rows(settlement: Settlement, source: Source) -> list[RejectedRow]:
    """Every rejected record with its original text, in the order of files and rows."""
    return list(_faulty_rows(settlement, source, "error"))


def row_warnings(settlement: Settlement, source: Source) -> list[Problem]:
    """The warnings about records that were counted, in the order of files and rows."""
    warned = _faulty_rows(settlement, source, "warning")
    return [problem for row in warned for problem in row.faults]


def _faulty_rows(
    settlement: Settlement, source: Source, severity: Severity
) -> Iterator[RejectedRow]:
    plan, series = settlement.plan, settlement.rules.series
    by_part: dict[int, list[FaultSet]] = defaultdict(list)
    for fault in settlement.counted.faults:
        if REASONS[fault.code].severity == severity:
            by_part[fault.part].append(fault)
    explain = _Explain(plan)
    for part in sorted(by_part):
        by_row = _by_row(by_part[part])
        wanted = {part: np.array(sorted(by_row), np.int64)}
        for original in source.originals(wanted):
            found = by_row[original.row]
            problems = tuple(
                explain.problem(original, entry, _named(entry.series, series), source.width(part))
                for entry in found
            )
            yield RejectedRow(original, problems)


def _by_row(faults: Iterable[FaultSet]) -> dict[int, list[_Fault]]:
    """Faults by row, in the order in which the first is the verdict; series merged."""
    by_row: dict[int, list[_Fault]] = defaultdict(list)
    for fault in faults:
        notes = fault.notes or ("",) * fault.row.size
        for row, note in zip(fault.row.tolist(), notes, strict=True):
            same = next(
                (
                    f
                    for f in by_row[row]
                    if f.fault.code == fault.code and f.fault.column == fault.column
                ),
                None,
            )
            if same is None:
                same = _Fault(fault, note)
                by_row[row].append(same)
            same.series.append(fault.series)
    return by_row


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
        }
        self._near: dict[tuple[str, str], str] = {}

    def problem(self, original: Original, entry: _Fault, series: str, width: int) -> Problem:
        fault = entry.fault
        value = original.by_column.get(fault.column, "")
        facts = {
            "near": self._hint(fault.code, value),
            "period": self._period,
            "column": fault.column,
            "series": series or fault.series,
            "other": entry.note,
            "found": entry.note,
            "limit": entry.note,
            "expected": str(width),
        }
        if fault.code == "NOT_SUPPORTED":
            facts["value"] = fault.column  # what is not supported is the column, not its content
        place = Place(original.file, row=original.row, column=fault.column)
        return Problem(fault.code, place, value, facts, series)

    def _hint(self, code: str, value: str) -> str:
        known = self._known.get(code)
        if known is None:
            return ""
        if (code, value) not in self._near:
            self._near[code, value] = near(value, known)
        return self._near[code, value]


def verdict_counts(rows: Iterable[RejectedRow], series: Sequence[str]) -> dict[str, Counter[str]]:
    """How many records each code rejects in each series, each by its first fault there."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in series}
    for row in rows:
        for name in series:
            codes = (f.code for f in row.faults if not f.series or name in f.series.split(";"))
            code = next(codes, "")
            if code:
                counts[name][code] += 1
    return counts


def rejected_table(rows: Sequence[RejectedRow], headings: Sequence[str]) -> OutTable:
    """``rejected.csv``: one line a rejected record, then its original row."""
    first = [row.faults[0] for row in rows]
    everywhere = [_union(row.faults) for row in rows]
    columns: dict[str, list[str]] = {
        "file": [row.original.file for row in rows],
        "sheet": [""] * len(rows),
        "row": [str(row.original.row) for row in rows],
        "column": [problem.place.column for problem in first],
        "code": [problem.code for problem in first],
        "value": [problem.value for problem in first],
        "reason_zh": [problem.text("zh") for problem in first],
        "reason_en": [problem.text("en") for problem in first],
        "series": everywhere,
    }
    for heading in headings:
        name = heading if heading not in columns else f"original_{heading}"
        columns[name] = [row.original.by_column.get(heading, "") for row in rows]
    return OutTable("rejected", {name: texts(values) for name, values in columns.items()})


def _union(faults: Sequence[Problem]) -> str:
    """The series in which a record is rejected, by any of its faults; blank for all."""
    if any(not fault.series for fault in faults):
        return ""
    return ";".join(sorted({name for fault in faults for name in fault.series.split(";")}))


_PROBLEM_COLUMNS: dict[str, Callable[[Problem], str]] = {
    "severity": lambda problem: problem.severity,
    "code": lambda problem: problem.code,
    "file": lambda problem: problem.place.file,
    "sheet": lambda problem: problem.place.sheet,
    "row": lambda problem: str(problem.place.row or ""),
    "column": lambda problem: problem.place.column,
    "value": lambda problem: problem.value,
    "reason_zh": lambda problem: problem.text("zh"),
    "reason_en": lambda problem: problem.text("en"),
    "series": lambda problem: problem.series,
}


def problems_table(problems: Sequence[Problem]) -> OutTable:
    """``problems.csv``: every fault and warning."""
    columns = {
        name: texts([read(problem) for problem in problems])
        for name, read in _PROBLEM_COLUMNS.items()
    }
    return OutTable("problems", columns)
