"""Closed results read again as what they paid, once it is proven that nobody changed them.

The manifest of a result names the hash of every other file; a chain of corrections names the
manifests. Nothing is computed from a folder before all its hashes hold. Sources: D5; definitions
5.18, 5.19; specification page 2 "A period's life".
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equivalents.codes import Coded
from equivalents.correct import Run
from equivalents.errors import DataError, Place, Problem
from equivalents.findings import Findings
from equivalents.paidrows import NAMES, PaidRows
from equivalents.policy.calendar import Period, parse_period
from equivalents.report.folder import sha256
from equivalents.report.kept import RULES, read_kept
from equivalents.settle import METHOD, Settlement, settle_kept
from equivalents.yearend import LINES, PaidPeriod

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "CORRECTION",
    "KIND",
    "Proven",
    "adjusted_rows",
    "all_proven",
    "closed_run",
    "kept_rules",
    "paid_period",
    "paid_rows",
    "proven",
    "year_paid",
]

KIND: Final = "kind"
"""The key of a manifest that says what a folder is; a settlement has none."""
CORRECTION: Final = "correction"
"""What it says of adjustments."""
_MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class Proven:
    """A result whose files are those of its manifest; ``sha256`` is the manifest's own hash."""

    folder: Path
    manifest: Mapping[str, Any]
    sha256: str
    period: Period

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.folder.resolve().name


def proven(folder: Path) -> Proven:
    """A result with a manifest, every file of which has the hash that stands there.

    Raises:
        DataError: ``OUT_MISSING``, ``OUT_CHANGED`` for each such file, ``OUT_METHOD``.
    """
    path = folder / _MANIFEST
    if not path.is_file():
        raise DataError([_problem("OUT_MISSING", folder, folder.resolve().name)])
    try:
        manifest = json.loads(path.read_bytes())
        hashes = {str(one["file"]): str(one["sha256"]) for one in manifest["outputs"]}
        method, period = str(manifest["method"]), parse_period(manifest["period"])
    except (ValueError, TypeError, KeyError):
        raise DataError([_problem("OUT_CHANGED", folder, _MANIFEST)]) from None
    problems = [
        _problem("OUT_CHANGED", folder, name)
        for name, expected in sorted(hashes.items())
        if Path(name).name != name or not _same(folder / name, expected)
    ]
    if method != METHOD and not problems:
        problems.append(_problem("OUT_METHOD", folder, method))
    if problems:
        raise DataError(problems)
    return Proven(folder, manifest, sha256(path), period)


def all_proven(folders: Iterable[Path]) -> list[Proven]:
    """The same for several folders; what is wrong with any of them is told at once.

    Raises:
        DataError: as :func:`proven`.
    """
    found, findings = [], Findings()
    for folder in folders:
        try:
            found.append(proven(folder))
        except DataError as error:
            findings.take(error)
    findings.stop_on_errors()
    return found


def closed_run(closed: Proven) -> Run:
    """A closed settlement, settled again from what it kept, to the same ``payouts.csv``.

    Raises:
        DataError: ``OUT_MISSING`` without a tally, ``CLOSED_NOT_REPRODUCED``.
    """
    kept = read_kept(closed.folder)
    settlement = settle_kept(kept.rules, kept.plan, kept.tally)
    found, expected = _paid_table(settlement), _read(closed, "payouts", (*NAMES, "amount"))
    same = all(found.column(name).equals(expected.column(name)) for name in expected.column_names)
    if not same or settlement.rules.period.name != closed.period.name:
        raise DataError([_problem("CLOSED_NOT_REPRODUCED", closed.folder, closed.name)])
    return Run(settlement, _rows(expected, NAMES, "amount"))


def _paid_table(settlement: Settlement) -> "pa.Table":
    """What a settlement pays, as it would stand in ``payouts.csv``."""
    import pyarrow as pa

    from equivalents.report.results import payouts_table

    assert settlement.payouts is not None, "it is paid"
    columns = payouts_table(settlement, settlement.payouts).columns
    return pa.table({name: columns[name] for name in (*NAMES, "amount")})


def paid_rows(settlement: Settlement) -> PaidRows:
    """What a settlement pays, row by row."""
    return _rows(_paid_table(settlement), NAMES, "amount")


def year_paid(settlement: Settlement) -> PaidPeriod:
    """What a settlement pays to people and from pools."""
    import pyarrow as pa

    from equivalents.report.results import pools_table

    assert settlement.payouts is not None, "it is paid"
    pools = pa.table(dict(pools_table(settlement, settlement.payouts).columns))
    return PaidPeriod(paid_rows(settlement), _pool_lines(pools))


def paid_period(closed: Proven) -> PaidPeriod:
    """What a closed result paid to people and from pools; no tally is needed.

    Raises:
        DataError: ``OUT_MISSING``: there is no ``payouts.csv``, so it is no settlement.
    """
    paid = _rows(_read(closed, "payouts", (*NAMES, "amount")), NAMES, "amount")
    return PaidPeriod(paid, _pool_lines(_read(closed, "pools", (*NAMES[:2], *LINES))))


def _pool_lines(pools: "pa.Table") -> PaidRows:
    """The rows of ``pools.csv`` line by line: paid, retained, carried."""
    parts = [_rows(pools, NAMES[:2], line) for line in LINES]
    names = [Coded(one.texts, np.tile(one.code, len(LINES))) for one in parts[0].columns]
    names.append(Coded.of([line for line in LINES for _ in range(pools.num_rows)]))
    return PaidRows(tuple(names), np.concatenate([part.value for part in parts]))


def adjusted_rows(adjustments: Proven) -> PaidRows:
    """What a correction pays."""
    table = _read(adjustments, "adjustments", (*NAMES, "amount"))
    return _rows(table, NAMES, "amount")


def kept_rules(closed: Proven) -> Mapping[str, Any]:
    """The rules that a closed settlement kept, as plain values.

    Raises:
        DataError: ``OUT_MISSING``, ``OUT_CHANGED``.
    """
    path = closed.folder / RULES
    if not path.is_file():
        raise DataError([_problem("OUT_MISSING", closed.folder, RULES)])
    rules: Mapping[str, Any] = json.loads(path.read_bytes())["case"]
    return rules


def _same(path: Path, expected: str) -> bool:
    return path.is_file() and sha256(path) == expected


def _problem(code: str, folder: Path, value: str) -> Problem:
    return Problem(code, Place(folder.resolve().name), value)


def _read(result: Proven, name: str, columns: Sequence[str]) -> "pa.Table":
    """Some columns of a table of ours, as texts."""
    import pyarrow as pa
    from pyarrow import csv

    path = result.folder / f"{name}.csv"
    if not path.is_file() or path.name not in {o["file"] for o in result.manifest["outputs"]}:
        raise DataError([_problem("OUT_MISSING", result.folder, path.name)])
    try:
        return csv.read_csv(
            path,
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                include_columns=list(columns),
                column_types=dict.fromkeys(columns, pa.large_string()),
                strings_can_be_null=False,
            ),
        ).combine_chunks()
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        raise DataError([_problem("OUT_CHANGED", result.folder, path.name)]) from None


def _rows(table: "pa.Table", names: Sequence[str], value: str) -> PaidRows:
    """Named rows of amounts in yuan with two decimals, as we print them, in fen."""
    import pyarrow.compute as pc

    columns = tuple(_coded(table.column(name).combine_chunks()) for name in names)
    fen = pc.replace_substring(table.column(value), ".", "").cast("int64")
    return PaidRows(columns, fen.combine_chunks().to_numpy(zero_copy_only=False))


def _coded(column: "pa.Array") -> Coded:
    coded = column.dictionary_encode()
    code = coded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    return Coded.by_distinct(coded.dictionary.to_pylist(), code)
