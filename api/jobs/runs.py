"""Jobs that settle: one keeps its result in the store, a trial leaves it in the job's folder."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from api.jobs.context import Context
from api.jobs.inpart import told_in_part
from equivalents.errors import DataError, Problem
from equivalents.run import settle_case
from equivalents.settle import Settlement
from equivalents.store.jobs import job_of
from equivalents.store.periods import life
from equivalents.store.periodsettle import (
    How,
    Kept,
    case_for,
    control_of,
    settle_period,
    settle_year,
)
from equivalents.store.results import SETTLEMENT
from equivalents.store.resultshown import result_at, results_shown
from equivalents.store.writing import head_of

__all__ = [
    "OUT",
    "proposed_case",
    "settle",
    "try_out",
]

OUT: Final = "out"
"""The folder of a job's result, in its own folder."""


def settle(context: Context) -> Mapping[str, Any]:
    """Settle a period or a year and keep the result; ``known``: it was kept before.

    Rejected rows that stop it are listed in the job's files.

    Raises:
        DataError: as :func:`~equivalents.store.periodsettle.settle_period`; ``REJECTED_ROWS``.
    """
    asked, store = context.asked, context.store
    if context.job.seq:
        return _kept_before(context)
    stop = asked["on_reject"] == "stop"
    out = context.folder / OUT
    how = How(out=out, stop_on_reject=stop, told=context.progress.told)
    done = settle_year if asked["kind"] == "year_end" else settle_period
    kept = done(store, asked["period"], how, asked["why"])
    _check_rejected(kept.settlement, kept.taken is None)
    shutil.rmtree(out, ignore_errors=True)  # the store has it
    return _told(context, kept)


def _check_rejected(settled: Settlement, stopped: bool) -> None:
    if stopped:
        facts = {"count": str(settled.counted.rejected)}
        raise DataError([Problem("REJECTED_ROWS", facts=facts)])


def _told(context: Context, kept: Kept) -> Mapping[str, Any]:
    assert kept.taken is not None, "else it was stopped"
    with context.store.reading() as connection:
        job = job_of(connection, context.job.job)
        made = result_at(connection, job.seq) if job and job.seq else None
        # One that was known before wrote nothing: it is the one that its period stands on.
        number = made.id if made else life(connection, context.asked["period"]).result_id
    return _result(context, number, kept.taken.facts, kept.known)


def _kept_before(context: Context) -> Mapping[str, Any]:
    """What an earlier attempt had kept: told as if this one had."""
    with context.store.reading() as connection:
        result = result_at(connection, context.job.seq)
        assert result is not None, "the job's audit entry kept one"
        (shown,) = results_shown(connection, [result])
    return _result(context, result.id, shown.made.facts, False)


def _result(
    context: Context, result_id: int, facts: Mapping[str, Any], known: bool
) -> Mapping[str, Any]:
    said = {name: facts[name] for name in ("institutions", "people", "amount")}
    period = context.asked["period"]
    return {"run_id": f"run_{result_id}", "period": period, "known": known, **said}


def try_out(context: Context) -> Mapping[str, Any]:
    """Settle a period as a trial: nothing is kept in the store.

    Raises:
        DataError: as :func:`~equivalents.run.settle_case`; ``REJECTED_ROWS``;
            ``JOB_PART_WITHHELD``.
    """
    with told_in_part(context):
        return _tried(context)


def _tried(context: Context) -> Mapping[str, Any]:
    asked, store = context.asked, context.store
    with store.reading() as connection:
        head = head_of(connection)
    as_of = head.seq if head else 0
    case = proposed_case(context, case_for(store, asked["period"], How(), as_of))
    out = context.folder / OUT
    settled = settle_case(
        case,
        out,
        stop_on_reject=asked["on_reject"] == "stop",
        told=context.progress.told,
    )
    _check_rejected(settled, settled.payouts is None)
    told: dict[str, Any] = {"period": asked["period"], "as_of": as_of}
    if asked["whole"]:
        told |= control_of(out, SETTLEMENT) | {"rejected": settled.counted.rejected}
    return told


def proposed_case(context: Context, case: Path) -> Path:
    """A case with the weights that a trial proposes, in the job's folder."""
    text = context.asked.get("weights_csv", "")
    if not text:
        return case
    folder = context.folder / "case"
    shutil.rmtree(folder, ignore_errors=True)
    # Records are large and stay what they are: they are linked where that can be done.
    shutil.copytree(case, folder, copy_function=_link)
    weights = folder / "weights.csv"
    weights.unlink(missing_ok=True)  # never through the link
    weights.write_text(text, "utf-8", newline="\n")
    return folder


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
