"""A period settled out of the store, and the result kept that later steps refer to.

Settling is slow and is done outside the one writer's transaction, from one state of the store
(``as_of``); what is kept says which, so that a lock can tell what came since.
Source: specification page 2 "A period's life".
"""

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from equivalents.closing import year_end_case
from equivalents.errors import DataError, Problem
from equivalents.policy.calendar import month_of, parse_period
from equivalents.report.folder import MARK, check_replaceable, new_folder
from equivalents.run import Shown, Told, settle_case, silent, unseen
from equivalents.settle import Settlement
from equivalents.store.engine import Store
from equivalents.store.failpoints import failpoint
from equivalents.store.lifeinputs import inputs_of
from equivalents.store.locked import LockedPeriod, locked_periods
from equivalents.store.periods import Taken, flow_for, keep_flow, life, period_name, written
from equivalents.store.results import (
    MANIFEST,
    SETTLEMENT,
    YEAR_END,
    keep_result,
    payout_file,
    result_folder,
    result_of,
    results_of,
)
from equivalents.store.schema import LOCKS
from equivalents.store.sealing import sha256_of
from equivalents.store.writing import head_of
from equivalents.units import print_fen

__all__ = [
    "How",
    "Kept",
    "Reading",
    "begun",
    "case_for",
    "control_of",
    "given_files",
    "settle_period",
    "settle_year",
    "work_folder",
]


@dataclass(frozen=True, slots=True)
class How:
    """How something is settled.

    ``case``: a case folder instead of the store's own case of the period; ``out``: a folder that
    gets the result, too; ``stop_on_reject``: keep nothing while a record is rejected; ``told``,
    ``shown``: as of :func:`equivalents.run.settle_case`; ``warned`` is told what is odd about the
    store's case or its cache.
    """

    case: Path | None = None
    out: Path | None = None
    stop_on_reject: bool = True
    told: Told = silent
    shown: Shown = unseen
    warned: Callable[[Sequence[Problem]], None] = lambda problems: None


@dataclass(frozen=True, slots=True)
class Kept:
    """A period that was settled: ``taken`` is ``None`` where rejected rows stopped it.

    ``known``: the same result of the same inputs was kept before, and nothing was written.
    """

    settlement: Settlement
    taken: Taken | None
    known: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One state of the store: its audit entry, and the inputs of a period as known there."""

    as_of: int
    inputs: dict[str, Any]
    locked: tuple[LockedPeriod, ...] = ()


def begun(store: Store, period: str, check: Callable[[Connection], object]) -> Reading:
    """What a period is settled from; ``check`` looks at the same state and may refuse."""
    period_name(period)
    with store.reading() as connection:
        check(connection)
        head = head_of(connection)
        as_of = head.seq if head else 0
        locked = tuple(locked_periods(connection))
        return Reading(as_of, inputs_of(store, connection, period, as_of), locked)


@contextmanager
def work_folder(out: Path | None = None) -> Iterator[Path]:
    """Where a result is written before it is kept: a temporary folder.

    With ``out`` what stands there afterwards becomes that folder, too.
    """
    if out is not None:
        check_replaceable(out)
    with tempfile.TemporaryDirectory(prefix="equivalents-") as name:
        folder = Path(name) / "out"
        yield folder
        if out is not None and (folder / MARK).is_file():
            with new_folder(out) as fresh:
                shutil.copytree(folder, fresh, dirs_exist_ok=True)


def given_files(folder: Path) -> list[list[str]]:
    """The input files of a case that was given beside the store, by name and hash."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    return sorted([str(one["file"]), str(one["sha256"])] for one in manifest["inputs"])


def settle_period(
    store: Store,
    period: str,
    how: How | None = None,
    why: str = "",
) -> Kept:
    """Settle a period and keep the result, which the steps of its life then refer to.

    Args:
        store: the store.
        period: the period.
        how: how it is settled.
        why: for the audit entry.

    Raises:
        DataError: ``PERIOD_UNDER_WAY``, ``PERIOD_LOCKED``, ``PERIOD_PAID``: another result may
            not be kept now; ``PERIOD_OTHER``: the case is of another period; as ``settle_case``.
    """
    how = how or How()
    read = begun(store, period, lambda connection: life(connection, period).check_open())
    with work_folder(how.out) as folder:
        settled = _settled(store, period, how, read.as_of, folder)
        _check_period(settled, period)
        if settled.payouts is None:
            return Kept(settled, None)
        failpoint("settle.done")
        inputs = read.inputs | ({"given": given_files(folder)} if how.case else {})
        return _keep(store, period, folder, SETTLEMENT, (read.as_of, inputs), settled, why)


def settle_year(
    store: Store,
    year: str,
    how: How | None = None,
    why: str = "",
) -> Kept:
    """Settle a year over all its locked periods and their adjustments (年终清算, 5.18).

    The result is that of the year, whose life then goes on like that of any period.

    Raises:
        DataError: ``YEAR_NOT_LOCKED``: a month of the year is in no locked period; as
            :func:`settle_period` and :func:`equivalents.closing.year_end_case`.
    """
    how = how or How()
    read = begun(store, year, lambda connection: life(connection, year).check_open())
    results = _paid_in(store, year, read.locked)
    with work_folder(how.out) as folder, tempfile.TemporaryDirectory(prefix="equivalents-") as name:
        paid, adjusted = (
            [result_folder(store, one, Path(name) / f"{label}") for one, label in some]
            for some in results
        )
        settled = year_end_case(
            case_for(store, year, how, read.as_of),
            paid,
            folder,
            adjusted=adjusted,
            stop_on_reject=how.stop_on_reject,
            told=how.told,
            shown=how.shown,
        )
        _check_period(settled, year)
        if settled.payouts is None:
            return Kept(settled, None)
        failpoint("settle.done")
        inputs = read.inputs | ({"given": given_files(folder)} if how.case else {})
        inputs["results"] = _hashes(store, [one for some in results for one, _ in some])
        return _keep(store, year, folder, YEAR_END, (read.as_of, inputs), settled, why)


def _paid_in(
    store: Store, year: str, locked: tuple[LockedPeriod, ...]
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The locked results of the periods of a year, and their adjustments: id and a name each."""
    of = parse_period(year)
    inside = [
        one
        for one in locked
        if of.start <= one.period.start and one.period.end <= of.end and one.period.name != year
    ]
    covered = {month for one in inside for month in one.period.month_starts}
    lost = [day for day in of.month_starts if day not in covered]
    if lost:
        months = ", ".join(map(month_of, lost))
        raise DataError([Problem("YEAR_NOT_LOCKED", value=year, facts={"months": months})])
    paid, adjusted = [], []
    with store.reading() as connection:
        for one in inside:
            lock = connection.execute(LOCKS.select().where(LOCKS.c.id == one.lock_id)).one()
            paid.append((int(lock.result_id), one.period.name))
            for result in results_of(connection, about=one.period.name):
                adjusted.append((result.id, f"{one.period.name}-adjustment-{result.id}"))
    return paid, adjusted


def _hashes(store: Store, results: list[int]) -> list[list[str]]:
    with store.reading() as connection:
        found = [result_of(connection, one) for one in results]
    return sorted([one.kind, one.about or one.period, one.sha256] for one in found)


def case_for(store: Store, period: str, how: How, as_of: int) -> Path:
    """The case that is settled: the one given, else the store's own as known at an audit entry."""
    from equivalents.store.storecase import made_case

    if how.case is not None:
        return how.case
    made = made_case(store, period, as_of=as_of)
    if made.problems:
        how.warned(made.problems)
    return made.folder


def _settled(store: Store, period: str, how: How, as_of: int, folder: Path) -> Settlement:
    """A period settled into a folder; counts of records that were counted before are used."""
    from equivalents.store.casecache import COUNTS
    from equivalents.store.tallycache import TallyCache

    counts = TallyCache(store.place.cache / COUNTS)
    settled = settle_case(
        case_for(store, period, how, as_of),
        folder,
        stop_on_reject=how.stop_on_reject,
        told=how.told,
        shown=how.shown,
        cache=counts,
    )
    if counts.problems:
        how.warned(counts.problems)
    return settled


def _check_period(settled: Settlement, period: str) -> None:
    found = settled.rules.period.name
    if found != period:
        raise DataError([Problem("PERIOD_OTHER", value=found, facts={"period": period})])


def _keep(
    store: Store,
    period: str,
    folder: Path,
    kind: str,
    read: tuple[int, Mapping[str, Any]],
    settled: Settlement,
    why: str,
) -> Kept:
    """Keep a result and the step that says so; not a second time where nothing differs."""
    as_of, inputs = read
    control = control_of(folder, kind)
    with store.writing("period.settle", object_kind="period", object_id=period, why=why) as writer:
        of = life(writer.connection, period)
        of.check_open()
        sha256 = sha256_of((folder / MANIFEST).read_bytes())
        if of.settled is not None and of.settled.result_id is not None:
            last = result_of(writer.connection, of.settled.result_id)
            if (last.kind, last.sha256, last.inputs) == (kind, sha256, inputs):
                done = of.settled
                return Kept(
                    settled, Taken(period, done.step, "", done.who, of.round, control), True
                )
        flow = keep_flow(writer, flow_for(writer.connection, period))
        result = keep_result(writer, folder, period, kind, as_of, inputs)
        taken = written(writer, of, "settled", "", result, flow=flow, **control)
    return Kept(settled, taken)


def control_of(folder: Path, kind: str) -> dict[str, Any]:
    """What a result pays, to be compared by people: institutions, people, yuan, its hash."""
    with (folder / payout_file(kind)).open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    column = "pay_now" if kind == YEAR_END else "amount"
    fen = sum(int(row[column].replace(".", "")) for row in rows)
    return {
        "institutions": sorted({row["institution_id"] for row in rows}),
        "people": len({row["person_id"] for row in rows}),
        "amount": print_fen(fen),
    }
