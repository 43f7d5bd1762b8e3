"""A result folder read as what it pays, once it is proven that nobody changed these files.

``payouts.csv`` says what each person gets; of an adjustment only ``components.csv`` says which
closed period it is about, so its lines are taken from there and held against the payouts. Of a
year's end ``year_end.csv`` says what is paid now. Results of every method can be read: nothing is
computed again. Sources: specification page 3 (OUT); definitions 5.18, 5.19.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from equivalents.errors import ConservationError, DataError, Place, Problem
from equivalents.findings import Findings
from equivalents.paidrows import POOL_SHARE
from equivalents.payroll.model import Kind, Versions
from equivalents.payroll.people import Staff, kept_staff
from equivalents.policy.calendar import Period, parse_period
from equivalents.report.folder import sha256
from equivalents.units import print_fen

__all__ = ["Paid", "PayResult", "read_result"]

_MANIFEST: Final = "manifest.json"
_RULES: Final = "resolved-rules.json"
_ROSTER: Final = "roster.parquet"
_YEAR_END: Final = "year_end.csv"
_POOL: Final = "pool:"
_SHARED_BY: Final = (
    *("scheme", "sharing", "surplus", "yearly", "concurrent", "stays", "missing"),
    *("outside_period", "times", "key_rules"),
)
"""The rules of a case by which money is made and shared; rows of its tables are not among them,
but for coefficients and leave in ``key_rules``."""


class Paid(NamedTuple):
    """One amount of one person: a row of ``payouts.csv``, or a part of one that is an adjustment.

    ``moved``: a cap or a floor moved it, so amount over key is no price.
    """

    institution_id: str
    person_id: str
    pool: str
    component: str
    closed_period: str
    kind: Kind
    equivalents: str
    key: str
    coefficient: str
    amount_fen: int
    moved: bool = False


@dataclass(frozen=True, slots=True)
class PayResult:
    """What a result pays, with the corrections that are paid beside it.

    ``sha256`` is the hash of its manifest, which names the hash of every file;
    ``corrections`` are those of the corrections, in the order given.
    """

    run_id: str
    sha256: str
    title: str
    period: Period
    versions: Versions
    paid: tuple[Paid, ...]
    institutions: Mapping[str, str]
    staff: Staff
    corrections: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def read_result(folder: Path, corrections: Sequence[Path] = ()) -> PayResult:
    """Read what a result folder pays, and the corrections that are paid with it.

    Args:
        folder: what ``settle`` or ``year-end`` wrote.
        corrections: what ``correct`` wrote, each paid beside the result.

    Raises:
        DataError: ``OUT_MISSING``, ``OUT_CHANGED``; ``PAYROLL_NOT_A_RESULT``,
            ``PAYROLL_NOT_A_CORRECTION``; ``PAYROLL_ADJUSTED_TWICE``: a correction is given
            twice, or the result pays it already. All of them at once.
        ConservationError: the payouts do not add up to the pools and components.
    """
    result = _Folder(folder)
    if result.is_correction:
        raise DataError([_problem("PAYROLL_NOT_A_RESULT", folder)])
    rules = result.rules()
    paid = [*(_year_end(result) if result.has(_YEAR_END) else _settled(result))]
    more, hashes = _corrections(corrections, paid)
    case = rules["case"]
    departments = {row["department_id"]: row.get("name", "") for row in case["departments"] or ()}
    names = {row["institution_id"]: row.get("name", "") for row in case["institutions"]}
    period = parse_period(result.manifest["period"])
    staff = (
        kept_staff(result.path(_ROSTER), departments, period) if result.has(_ROSTER) else Staff()
    )
    return PayResult(
        run_id=result.sha256[:16],
        sha256=result.sha256,
        title=str(result.json("summary.json").get("title", "")),
        period=period,
        versions=_versions(result.manifest, rules),
        paid=tuple(sorted([*paid, *more])),
        institutions=names,
        staff=staff,
        corrections=tuple(hashes),
    )


def _corrections(folders: Sequence[Path], paid: Sequence[Paid]) -> tuple[list[Paid], list[str]]:
    """What corrections pay beside a result, and the hashes of their manifests.

    Raises:
        DataError: as :func:`read_result`.
    """
    findings, more, hashes = Findings(), list[Paid](), list[str]()
    own = Counter(_identity(one) for one in paid if one.kind is Kind.ADJUSTMENT)
    for path in folders:
        try:
            one = _Folder(path)
            if not one.is_correction:
                raise DataError([_problem("PAYROLL_NOT_A_CORRECTION", path)])
            rows = [*_corrected(one)]
        except DataError as error:
            findings.take(error)
            continue
        if one.sha256 in hashes or (rows and Counter(map(_identity, rows)) <= own):
            findings.problems.append(_problem("PAYROLL_ADJUSTED_TWICE", path))
        hashes.append(one.sha256)
        more += rows
    findings.stop_on_errors()
    return more, hashes


class _Folder:
    """A folder with a manifest; each file is compared with its hash when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = folder / _MANIFEST
        if not path.is_file():
            raise DataError([_problem("OUT_MISSING", folder)])
        try:
            self.manifest: Mapping[str, Any] = json.loads(path.read_bytes())
            entries = self.manifest["outputs"]
            self.hashes = {str(one["file"]): str(one["sha256"]) for one in entries}
            parse_period(self.manifest["period"])
        except (ValueError, TypeError, KeyError):
            raise DataError([_problem("OUT_CHANGED", folder, _MANIFEST)]) from None
        self.sha256 = sha256(path)

    @property
    def is_correction(self) -> bool:
        """Whether ``correct`` wrote it."""
        from equivalents.report.closed import CORRECTION, KIND

        return self.manifest.get(KIND) == CORRECTION

    def has(self, name: str) -> bool:
        """Whether the manifest names a file."""
        return name in self.hashes

    def path(self, name: str) -> Path:
        """A file that is the one that was written."""
        path = self.folder / name
        if name not in self.hashes:
            raise DataError([_problem("OUT_MISSING", self.folder, name)])
        if not path.is_file() or sha256(path) != self.hashes[name]:
            raise DataError([_problem("OUT_CHANGED", self.folder, name)])
        return path

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """The rows of a CSV table."""
        with self.path(name).open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)

    def json(self, name: str) -> Mapping[str, Any]:
        """A JSON file."""
        content: Mapping[str, Any] = json.loads(self.path(name).read_bytes())
        return content

    def rules(self) -> Mapping[str, Any]:
        """The rules that the result kept."""
        return self.json(_RULES)


def _problem(code: str, folder: Path, name: str = "") -> Problem:
    called = folder.resolve().name
    return Problem(code, Place(called), name or called)


def _fen(yuan: str) -> int:
    """Yuan with two decimals, as we print them, in fen."""
    return int(yuan.replace(".", "", 1))


def _settled(result: _Folder) -> Iterator[Paid]:
    """What ``settle`` pays: the payouts, adjustments by the period that each is about."""
    charged: Counter[str] = Counter()
    adjusted: Counter[tuple[str, str, str]] = Counter()
    beside: Counter[str] = Counter()
    for row in result.rows("payouts.csv"):
        component, fen = row["component"], _fen(row["amount"])
        who = row["institution_id"], row["person_id"], row["pool"]
        if component == Kind.ADJUSTMENT:
            adjusted[who] += fen
            continue
        kind = Kind.POOL_SHARE if component == POOL_SHARE else Kind.COMPONENT
        (charged if kind is Kind.POOL_SHARE else beside)[row["pool"]] += fen
        moved = row["capped"] != "0.00" or row["floored"] != "0.00"
        worth = row["equivalents"], row["key"], row["coefficient"]
        yield Paid(*who, component, "", kind, *worth, fen, moved)
    of_components: Counter[str] = Counter()
    for row in result.rows("components.csv") if result.has("components.csv") else ():
        fen, pool = _fen(row["amount"]), row["pool"]
        if row["source"].startswith(_POOL):
            charged[row["source"].removeprefix(_POOL)] += fen
        if row["component"] != Kind.ADJUSTMENT:
            of_components[pool] += fen
            continue
        who = row["institution_id"], row["person_id"], pool
        adjusted[who] -= fen
        closed = _period_of(row["what"])
        yield Paid(*who, row["component"], closed, Kind.ADJUSTMENT, "", "", "", fen)
    pools: Counter[str] = Counter()
    for row in result.rows("pools.csv"):
        pools[row["pool"]] += _fen(row["paid"])
    _hold("shares of pools = paid by pools", charged, pools)
    _hold("parts of components = components", of_components, beside)
    _hold("parts of adjustments = adjustments", adjusted, Counter())


def _period_of(what: str) -> str:
    """The closed period of an adjustment: ``PERIOD:POOL:COMPONENT``."""
    return what.partition(":")[0]


def _hold(check: str, left: Counter[Any], right: Counter[Any]) -> None:
    for name in sorted(left.keys() | right.keys()):
        if left[name] != right[name]:
            sides = f"{print_fen(left[name])}, {print_fen(right[name])}"
            raise ConservationError(f"{check}: {name}: {sides}")


def _year_end(result: _Folder) -> Iterator[Paid]:
    """What the end of a year pays at once, or takes back."""
    total = 0
    for row in result.rows(_YEAR_END):
        fen = _fen(row["pay_now"])
        total += fen
        if fen:
            who = row["institution_id"], row["person_id"], row["pool"], row["component"]
            yield Paid(*who, "", Kind.YEAR_END, "", "", "", fen)
    told = result.json("summary.json")["year_end"]
    sides = _fen(told["paid_out"]) + _fen(told["taken_back"])
    _hold("paid now at the end of the year", Counter({"": total}), Counter({"": sides}))


def _corrected(correction: _Folder) -> Iterator[Paid]:
    """What a correction pays or takes back."""
    total = 0
    for row in correction.rows("adjustments.csv"):
        fen = _fen(row["amount"])
        total += fen
        who = row["institution_id"], row["person_id"], row["pool"], str(Kind.ADJUSTMENT)
        yield Paid(*who, row["period"], Kind.ADJUSTMENT, "", "", "", fen)
    told = _fen(correction.json("summary.json")["adjustments"]["amount"])
    _hold("adjustments", Counter({"": total}), Counter({"": told}))


def _identity(one: Paid) -> tuple[str, str, str, int]:
    """What is the same in a correction and in the open period that pays it.

    The pool is not: a fund that pays an adjustment has its own.
    """
    return one.institution_id, one.person_id, one.closed_period, one.amount_fen


def _versions(manifest: Mapping[str, Any], rules: Mapping[str, Any]) -> Versions:
    case = rules["case"]
    shared_by = {name: case.get(name) for name in _SHARED_BY}
    return Versions(
        str(manifest["engine"]), str(manifest["method"]), _hash(shared_by), _hash(rules["weights"])
    )


def _hash(values: Any) -> str:
    """The hash of values as JSON with sorted keys and no blanks, in hexadecimal."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
