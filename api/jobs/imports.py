"""Jobs that import what was uploaded: records come in exactly once, whatever happens to the job.

Each file is one transaction, in which the job notes what will be told of it: so an attempt that
comes after a killed one tells the same. Source: issue 8; :mod:`equivalents.store.importing`.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection

from api.batches import pointed
from api.ground import time_now
from api.jobs.context import Context
from api.jobs.told import both, told_problems
from equivalents.errors import DataError, Problem
from equivalents.store.importdone import ImportedFile, without_cells
from equivalents.store.importing import How, import_files
from equivalents.store.importscope import Bounds
from equivalents.store.jobs import job_of, note

__all__ = [
    "take",
]

_COUNTS: Final = ("received", "accepted", "known", "reversed", "rejected")
_SHOWN: Final = 1_000
_ON_REJECT: Final = {"reject_file": "stop", "quarantine_rows": "quarantine"}


def take(context: Context) -> Mapping[str, Any]:
    """Import the file that was uploaded; a trial (``show``) writes nothing.

    Raises:
        DataError: ``UPLOAD_REJECTED`` with every located fault; as
            :func:`~equivalents.store.importing.import_files`.
    """
    asked = context.asked
    noted = {one["number"]: one["told"] for one in context.job.result or ()}
    try:
        done = import_files(
            context.store, [context.given / asked["file_name"]], _how(context, frozenset(noted))
        )
    except DataError as error:
        raise _refused(context, error) from None
    files = [noted.get(one.known_as) or _told(one, asked["batch"]) for one in done.files]
    return _result(files, asked["show"])


def _how(context: Context, before: frozenset[int]) -> How:
    asked, places = context.asked, context.asked["institutions"]
    bounds = Bounds(
        rows=context.settings.number("upload_rows"),
        allowed=None if places is None else frozenset(places),
        databases=False,
    )

    def kept(connection: Connection, done: ImportedFile) -> None:
        told = {"number": done.import_id, "told": _told(done, asked["batch"])}
        note(connection, context.job, time_now(), told)

    return How(
        source=asked["source"],
        replaces=asked["replaces"],
        show=asked["show"],
        on_reject=_ON_REJECT[asked["on_error"]],
        retain_until=asked["retain_until"],
        why=asked["why"],
        bounds=bounds,
        before=before,
        kept=kept,
    )


def _told(done: ImportedFile, batch: bool) -> dict[str, Any]:
    """What is told of a file; examples of its cells are not, they may be ids of residents."""
    said = done.as_json()
    problems = _placed(done.problems, batch)
    rejected = sum(1 for one in done.problems if one.severity == "error")
    return {
        "file": said["file"],
        "import_id": f"imp_{done.import_id}" if done.import_id else None,
        "known_as": f"imp_{done.known_as}" if done.known_as else None,
        **{name: said[name] for name in (*_COUNTS, "posted_to", "quality", "changes")},
        "understood": without_cells(said["understood"]),
        "problems": told_problems(problems, done.rejected + len(problems) - rejected),
    }


def _placed(problems: Sequence[Problem], batch: bool) -> list[Problem]:
    return [*map(pointed, problems)] if batch else [*problems]


def _result(files: Sequence[Mapping[str, Any]], show: bool) -> Mapping[str, Any]:
    problems = [one["problems"] for one in files]
    errors = [one["errors"] for one in problems if one["errors"]]
    said = [[*chain(*(one[language] for one in errors))][:_SHOWN] for language in ("zh", "en")]
    return {
        "show": show,
        **{name: sum(one[name] for one in files) for name in _COUNTS},
        "import_ids": [one["import_id"] for one in files if one["import_id"]],
        "problems": {"errors": both(*said), "total": sum(one["total"] for one in problems)},
        "files": [{name: one[name] for name in one if name != "problems"} for one in files],
    }


def _refused(context: Context, error: DataError) -> DataError:
    """Why nothing was imported, the count first; of a case whose first files are in, which."""
    problems = _placed(error.problems, context.asked["batch"])
    counts = [one for one in problems if one.code == "IMPORT_REJECTED"]
    problems = [one for one in problems if one.code != "IMPORT_REJECTED"]
    if counts:
        problems.insert(0, Problem("UPLOAD_REJECTED", facts=counts[0].facts))
    with context.store.reading() as connection:
        job = job_of(connection, context.job.job)
    noted = job.result if job is not None else None
    if noted:
        names = ", ".join(f"imp_{one['number']}" for one in noted)
        problems.insert(0, Problem("UPLOAD_PARTLY", value=names))
    return DataError(problems, error.total + bool(noted))
