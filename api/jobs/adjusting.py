"""Jobs that adjust a paid period in a later, open one."""

from collections.abc import Mapping
from typing import Any

from api.jobs.context import Context
from equivalents.store.adjusting import adjust
from equivalents.store.jobs import job_of
from equivalents.store.periodsettle import How
from equivalents.store.resultshown import result_at, results_shown

__all__ = [
    "adjust_period",
]


def adjust_period(context: Context) -> Mapping[str, Any]:
    """Adjust; ``kept`` is false where nothing is owed, and nothing was written.

    Raises:
        DataError: as :func:`~equivalents.store.adjusting.adjust`.
    """
    asked = context.asked
    if not context.job.seq:
        stop = asked["on_reject"] == "stop"
        how = How(stop_on_reject=stop, told=context.progress.told)
        adjust(context.store, asked["period"], asked["into"], how, asked["why"])
    with context.store.reading() as connection:
        job = job_of(connection, context.job.job)
        result = result_at(connection, job.seq) if job and job.seq else None
        shown = results_shown(connection, [result])[0] if result else None
    told: dict[str, Any] = {"period": asked["period"], "into": asked["into"]}
    if shown is None:
        return told | {"kept": False, "run_id": None, "amount": "0.00", "rows": 0}
    rows = shown.made.facts["rows"]
    run = f"run_{shown.result.id}"
    return told | {"kept": True, "run_id": run, "amount": shown.amount, "rows": rows}
