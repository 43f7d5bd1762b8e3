"""What a paid period still owes or gets back, put into an open one (补发 / 扣回).

The locked result comes out of the store, the case as it is known now is settled beside it, and the
difference less all earlier adjustments is kept as a result and as rows of the open period's table
``adjustments``, in one transaction. The paid period itself never changes.
Sources: rule D5; definitions 5.18, 5.19.
"""

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from equivalents.closing import correct_case
from equivalents.errors import DataError, Problem
from equivalents.policy.calendar import parse_period
from equivalents.store.dated import Given, put_given, rows_as_of
from equivalents.store.engine import Store
from equivalents.store.failpoints import failpoint
from equivalents.store.lifestate import Life
from equivalents.store.locking import locked_now
from equivalents.store.lockrow import lock_of
from equivalents.store.periods import Taken, life, period_name, written
from equivalents.store.periodsettle import How, begun, case_for, given_files, work_folder
from equivalents.store.results import ADJUSTMENT, keep_result, result_folder, results_of
from equivalents.store.writing import Writing

__all__ = ["Adjusted", "adjust", "check_adjustable"]

_TABLE: Final = "adjustments"
_SAME: Final = (
    *("period", "institution_id", "pool", "person_id", "component", "earlier", "reference"),
)
"""What two rows of that table differ in: ``earlier`` tells a second correction from the first."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What a correction came to: the sums of its ``summary.json``; ``taken`` is ``None`` where
    nothing is owed, and nothing was kept.
    """

    summary: Mapping[str, Any]
    taken: Taken | None


def adjust(
    store: Store,
    period: str,
    into: str,
    how: How | None = None,
    why: str = "",
) -> Adjusted:
    """Correct a paid period and let an open one pay the difference.

    Args:
        store: the store.
        period: the paid period.
        into: the open period that pays.
        how: how it is settled; its case is that of the paid period as it is known now.
        why: for the audit entry.

    Raises:
        DataError: ``LOCK_ABSENT``, ``ADJUST_NOT_PAID``; ``ADJUST_INTO``: the other period is not
            a later one; it is locked or under way; ``ADJUST_SAME``; ``ADJUST_AGAIN``; as
            ``correct_case``.
    """
    how = how or How()
    read = begun(store, period, lambda connection: check_adjustable(connection, period, into))
    result_id, earlier = _closed_now(store, period)
    with work_folder(how.out) as folder, tempfile.TemporaryDirectory(prefix="equivalents-") as name:
        summary = correct_case(
            case_for(store, period, how, read.as_of),
            result_folder(store, result_id, Path(name) / period),
            folder,
            earlier=_folders(store, period, earlier, Path(name)),
            stop_on_reject=how.stop_on_reject,
            told=how.told,
            shown=how.shown,
        )
        failpoint("adjust.done")
        rows = _rows(folder)
        if not rows:
            return Adjusted(summary, None)
        given = {"given": given_files(folder)} if how.case else {}
        done = Adjusted(summary, None)
        made = _Made(period, into, folder, (result_id, earlier), read.as_of, read.inputs | given)
        return replace(done, taken=_kept(store, made, rows, done, why))


@dataclass(frozen=True, slots=True)
class _Made:
    """A correction in a folder: what it was made from, ``known`` as :func:`_closed` gave it."""

    period: str
    into: str
    folder: Path
    known: tuple[int, list[int]]
    as_of: int
    inputs: Mapping[str, Any]


def _kept(store: Store, made: _Made, rows: list[dict[str, str]], done: Adjusted, why: str) -> Taken:
    """Keep a correction, its rows in the open period, and the step; all or nothing."""
    period, into = made.period, made.into
    with store.writing("period.adjust", object_kind="period", object_id=period, why=why) as writer:
        of = _unchanged(writer.connection, period, into, made.known)
        kept = keep_result(writer, made.folder, into, ADJUSTMENT, made.as_of, made.inputs, period)
        _put(writer, into, rows)
        amount = str(done.summary["adjustments"]["amount"])
        return written(writer, of, "adjusted", "", kept, into=into, amount=amount, rows=len(rows))


def check_adjustable(connection: Connection, period: str, into: str) -> Life:
    """Whether a period is paid, and the other one is later and may still get another result.

    Raises:
        DataError: ``ADJUST_INTO``, ``LOCK_ABSENT``, ``ADJUST_NOT_PAID``; the other period is
            locked or under way.
    """
    if parse_period(period_name(into)).start < parse_period(period_name(period)).end:
        raise DataError([Problem("ADJUST_INTO", value=into, facts={"period": period})])
    of = life(connection, period)
    locked_now(of)
    if of.paid is None:
        raise DataError([Problem("ADJUST_NOT_PAID", value=period)])
    life(connection, into).check_open()
    return of


def _closed_now(store: Store, period: str) -> tuple[int, list[int]]:
    with store.reading() as connection:
        return _closed(connection, period)


def _unchanged(
    connection: Connection, period: str, into: str, known: tuple[int, list[int]]
) -> Life:
    """The same, and nobody adjusted it meanwhile.

    Raises:
        DataError: ``ADJUST_AGAIN``.
    """
    of = check_adjustable(connection, period, into)
    if _closed(connection, period) != known:
        raise DataError([Problem("ADJUST_AGAIN", value=period)])
    return of


def _folders(store: Store, period: str, results: list[int], into: Path) -> list[Path]:
    return [result_folder(store, one, into / f"{period}-adjustment-{one}") for one in results]


def _rows(folder: Path) -> list[dict[str, str]]:
    """The rows of a correction; none where nothing is owed."""
    with (folder / f"{_TABLE}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [*csv.DictReader(file)]


def _closed(connection: Connection, period: str) -> tuple[int, list[int]]:
    """The locked result of a period, and its adjustments so far, the earliest first."""
    held = locked_now(life(connection, period))
    one = lock_of(connection, int(held.facts["lock"]))
    return one.result_id, [result.id for result in results_of(connection, about=period)]


def _put(writer: Writing, period: str, rows: list[dict[str, str]]) -> None:
    """The rows become rows of the open period's table, beside those that stand there.

    Raises:
        DataError: ``ADJUST_SAME``: such a row stands there already, so two could not be told apart.
    """
    given = [{name: text for name, text in row.items() if text} for row in rows]
    standing = {_key(one.row) for one in rows_as_of(writer.connection, _TABLE, period)}
    if any(_key(row) in standing for row in given):
        raise DataError([Problem("ADJUST_SAME", value=period)])
    put_given(writer, Given(_TABLE, period, given), keep=True)


def _key(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in _SAME)
