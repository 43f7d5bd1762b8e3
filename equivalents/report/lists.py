"""The lists of what is wrong: ``rejected.csv``, ``problems.csv``, and the same problems as JSON.

``rejected.csv`` has exactly one line per record rejected in any series, with its first fault in
the order form, ids, date, posting, item; ``problems.csv`` has every fault and warning. Lines are
made for thousands of faults at once, see :mod:`equivalents.report.cells`. Sources: A10,
specification page 3.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

import numpy as np
import pyarrow as pa

from equivalents.errors import Problem, as_object
from equivalents.intake.case import Case
from equivalents.intake.source import Source
from equivalents.reasons import REASONS, Severity
from equivalents.report.ahead import ahead
from equivalents.report.cells import CSV, JSON, Cells, Piece, joined_pieces
from equivalents.report.faults import (
    FaultGroup,
    FaultWindow,
    RejectedRow,
    VerdictCounts,
    fault_windows,
    faulty_rows,
)
from equivalents.report.sentences import sentence
from equivalents.report.table import CsvStream, join, joined, quoted, quoted_text, repeated, texts
from equivalents.settle import Settlement
from equivalents.units import Int64

__all__ = [
    "Listed",
    "PROBLEM_COLUMNS",
    "REJECTED_COLUMNS",
    "all_problems",
    "first_problems",
    "json_problems",
    "write_lists",
]

_SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning")

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


@dataclass(frozen=True, slots=True)
class Listed:
    """What was listed: rejected rows counted by series and code, the first of them, what was noted.

    ``noted`` are warnings of tables and money, then the first of those of records.
    """

    counts: Mapping[str, Counter[str]]
    first: Sequence[RejectedRow]
    noted: Sequence[Problem] = ()


def all_problems(settlement: Settlement, case: Case, source: Source) -> Iterator[Problem]:
    """Warnings of the tables, every fault of every row, then warnings of rows and of money."""
    yield from case.problems
    yield from source.problems
    for severity in _SEVERITIES:
        for row in faulty_rows(settlement, source, severity):
            yield from row.faults
    yield from settlement.problems


def first_problems(
    settlement: Settlement, case: Case, source: Source, most: int | None
) -> Iterator[Problem]:
    """The same by severity, so many of each; ``None``: all of them."""
    files = (*case.problems, *source.problems, *settlement.problems)
    for severity in get_args(Severity):
        some = (problem for problem in files if problem.severity == severity)
        rows = faulty_rows(settlement, source, severity) if severity in _SEVERITIES else ()
        yield from islice(chain(some, chain.from_iterable(row.faults for row in rows)), most)


# -- CSV ---------------------------------------------------------------------------------------


def write_lists(
    settlement: Settlement, case: Case, source: Source, folder: Path, shown: int
) -> Listed:
    """Write ``rejected.csv`` and ``problems.csv`` in one reading of the files.

    The first ``shown`` rejected rows, and about as many of what was noted, are kept.
    """
    verdicts = VerdictCounts(settlement.rules.series)
    first: list[RejectedRow] = []
    noted = [*case.problems, *source.problems, *settlement.problems]
    headings = source.headings
    original = [h if h not in REJECTED_COLUMNS else f"original_{h}" for h in source.titles]
    with (
        CsvStream(folder, "rejected", [*REJECTED_COLUMNS, *original]) as rejected,
        CsvStream(folder, "problems", PROBLEM_COLUMNS) as problems,
    ):
        for problem in (*case.problems, *source.problems):
            problems.write(_problem_values(problem))
        for severity in _SEVERITIES:
            windows = fault_windows(settlement, source, severity)
            for window, lines in ahead(partial(_csv_lines, headings), windows):
                problems.write_lines(lines.problems)
                if severity == "error":
                    rejected.write_lines(lines.rejected)
                    verdicts.add(window)
                    if len(first) < shown:
                        first += window.rows(shown - len(first))
                elif len(noted) < shown:
                    rows = window.rows(shown - len(noted))
                    noted += [problem for row in rows for problem in row.faults]
        for problem in settlement.problems:
            problems.write(_problem_values(problem))
    return Listed(verdicts.by_series, first, noted if shown else ())


class _Lines(NamedTuple):
    """The lines of a window: every fault, and every row with its verdict."""

    problems: pa.Array
    rejected: pa.Array


def _csv_lines(headings: Sequence[str], window: FaultWindow) -> _Lines:
    said = [_said(group, CSV, (",", ",")) for group in window.groups]
    return _Lines(_problem_lines(window, said), _rejected_lines(window, said, headings))


def _problem_values(problem: Problem) -> list[str]:
    """The values of one line of ``problems.csv``."""
    place = problem.place
    where = [place.file, place.sheet, str(place.row or ""), place.column]
    reasons = [problem.text("zh"), problem.text("en")]
    return [problem.severity, problem.code, *where, problem.value, *reasons, problem.series]


def _said(group: FaultGroup, cells: Cells, between: tuple[str, str]) -> pa.Array:
    """The value of each fault and its two sentences, parted by the texts ``between``."""
    pieces = cells.cell([group.value])
    for part, language in zip(between, ("zh", "en"), strict=True):
        pieces += [part, *cells.cell(sentence(group.code, language, group.value, group.facts))]
    return joined_pieces(pieces)


def _numbers(values: Int64) -> pa.Array:
    return pa.array(values).cast(pa.large_string())


def _problem_lines(window: FaultWindow, said: Sequence[pa.Array]) -> pa.Array:
    """The lines of ``problems.csv`` for a window, in order."""
    columns = []
    for group, sentences in zip(window.groups, said, strict=True):
        severity = REASONS[group.code].severity
        columns.append(
            joined_pieces(
                [
                    f"{severity},{group.code},{_where(window)},",
                    _numbers(window.originals.row[group.at]),
                    f",{quoted_text(group.column)},",
                    sentences,
                    f",{quoted_text(group.series)}\n",
                ]
            )
        )
    return _interleaved(columns, window.order)


def _where(window: FaultWindow) -> str:
    """File and sheet of the rows of a window, as they stand in a line."""
    return f"{quoted_text(window.originals.file)},{quoted_text(window.originals.sheet)}"


def _rejected_lines(
    window: FaultWindow, said: Sequence[pa.Array], headings: Sequence[str]
) -> pa.Array:
    """The lines of ``rejected.csv`` for a window: of each row its verdict, then the row itself."""
    where = _where(window)
    verdicts, rows = [], []
    for group, first, sentences in zip(window.groups, window.verdicts, said, strict=True):
        if not first.size:
            continue
        at = group.at[first]
        pieces = [f"{where},", _numbers(window.originals.row[at])]
        pieces += [f",{quoted_text(group.column)},{group.code},", _taken(sentences, first), ","]
        verdicts.append(joined_pieces(pieces))
        rows.append(at)
    chosen = _interleaved(verdicts, np.argsort(np.concatenate(rows), kind="stable"))
    every = np.arange(len(window.originals))
    originals = [quoted(window.originals.texts(heading, every)) for heading in headings]
    rest = join([quoted(_unions(window)), *originals], ",")
    return joined_pieces([chosen, rest, "\n"])


def _interleaved(columns: Sequence[pa.Array], order: Int64) -> pa.Array:
    """Lines of several groups in the order of rows."""
    return columns[0] if len(columns) == 1 else pa.concat_arrays(columns).take(pa.array(order))


def _taken(column: pa.Array, at: Int64) -> pa.Array:
    return column if at.size == len(column) else column.take(pa.array(at))


def _unions(window: FaultWindow) -> pa.Array:
    """The series in which each record is rejected, by any of its faults; blank for all."""
    named = [group.series for group in window.groups]
    if not any(named):
        return repeated("", len(window.originals))
    distinct = sorted(set(named))
    met = np.zeros((len(window.originals), len(distinct)), bool)
    for group in window.groups:
        met[group.at, distinct.index(group.series)] = True
    kinds, which = np.unique(met, axis=0, return_inverse=True)
    return texts([_union(np.array(distinct)[kind].tolist()) for kind in kinds]).take(
        pa.array(which.reshape(-1))
    )


def _union(named: Sequence[str]) -> str:
    if "" in named:
        return ""
    return ";".join(sorted({name for several in named for name in several.split(";")}))


# -- JSON --------------------------------------------------------------------------------------


def json_problems(
    settlement: Settlement, case: Case, source: Source, money: Iterable[Problem]
) -> Iterator[str]:
    """All problems as the items of a JSON list at the second level, some thousands at a time.

    ``money`` are problems of pools, which come last. Each text is whole objects, parted and led
    by commas but for the first, as ``json.dumps`` with an indent of 2 writes them.
    """
    before = ""
    for text in _json_objects(settlement, case, source, money):
        yield f"{before}{text}"
        before = ",\n"


def _json_objects(
    settlement: Settlement, case: Case, source: Source, money: Iterable[Problem]
) -> Iterator[str]:
    for problem in (*case.problems, *source.problems):
        yield _indented(as_object(problem))
    for severity in _SEVERITIES:
        for _, text in ahead(_json_lines, fault_windows(settlement, source, severity)):
            yield text.removesuffix(",\n")
    for problem in (*settlement.problems, *money):
        yield _indented(as_object(problem))


def _indented(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, indent=2)
    return "\n".join(f"    {line}" for line in text.split("\n"))


def _json_lines(window: FaultWindow) -> str:
    """The faults of a window as objects, in order, with a comma after each."""
    groups = [_json_group(window, group) for group in window.groups]
    text: str = joined(_interleaved(groups, window.order)).to_pybytes().decode()
    return text


def _json_group(window: FaultWindow, group: FaultGroup) -> pa.Array:
    """Each fault of a group as one object, with a comma after it."""
    keys = [f',\n      "{name}": ' for name in ("value", "reason_zh", "reason_en", "series")]
    same = {
        "severity": REASONS[group.code].severity,
        "code": group.code,
        "file": window.originals.file,
        "sheet": window.originals.sheet,
    }
    head = "".join(f'      "{key}": {_json(text)},\n' for key, text in same.items())
    pieces: list[Piece] = [
        f'    {{\n{head}      "row": ',
        _numbers(window.originals.row[group.at]),
        f',\n      "column": {_json(group.column)}{keys[0]}',
        _said(group, JSON, (keys[1], keys[2])),
        f"{keys[3]}{_json(group.series)}\n    }},\n",
    ]
    return joined_pieces(pieces)


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
