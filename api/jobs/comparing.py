"""Jobs that compare a proposal with the rules in force, over a period or a kept result."""

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from api.jobs.context import Context
from api.jobs.inpart import told_in_part
from api.jobs.runs import OUT
from equivalents.errors import DataError, Place, Problem
from equivalents.store.periodsettle import How, case_for
from equivalents.store.results import result_folder
from equivalents.store.resultshown import known_result
from equivalents.store.writing import head_of
from equivalents.whatif import compare_case

__all__ = [
    "compare",
    "csv_of",
    "pointed_at",
]


def compare(context: Context) -> Mapping[str, Any]:
    """Compare; what it wrote lies in the job's folder. Nothing is kept in the store.

    Raises:
        DataError: as :func:`~equivalents.whatif.compare_case`; ``OBJECT_UNKNOWN``;
            ``JOB_PART_WITHHELD``.
    """
    with told_in_part(context):
        try:
            return _compared(context)
        except DataError as error:
            rows = context.asked.get("rows", {})
            told = [pointed_at(one, rows) for one in error.problems]
            raise DataError(told, error.total) from None


def pointed_at(problem: Problem, rows: Mapping[str, int]) -> Problem:
    """A fault of a table that was sent as JSON, at its place in the body; ``rows``: how many."""
    place = problem.place
    table = place.file.removesuffix(".csv")
    if not 0 < place.row < rows.get(table, 0) + 2:
        return problem
    cell = f"/{place.row - 2}" if place.row > 1 else ""  # the headings are the first row
    cell += f"/{place.column}" if cell and place.column else ""
    return replace(problem, place=Place(column=f"/{table}{cell}"))


def _compared(context: Context) -> Mapping[str, Any]:
    asked, folder = context.asked, context.folder
    folder.mkdir(parents=True, exist_ok=True)
    base, case = _base(context)
    done = compare_case(
        base,
        _written(folder, "weights", asked["weights_csv"]),
        folder / OUT,
        coefficients=_written(folder, "coefficients", asked["coefficients_csv"]),
        case=case,
        own_dates=asked["own_dates"],
        partial=asked["partial"],
        told=context.progress.told,
    )
    told: dict[str, Any] = {"period": done.summary["period"]}
    return told | ({"summary": done.summary} if asked["whole"] else {})


def _base(context: Context) -> tuple[Path, Path | None]:
    """What is compared with: the case of a period, or a result with the case it was made of."""
    asked, store = context.asked, context.store
    if not asked["result"]:
        with store.reading() as connection:
            head = head_of(connection)
        return case_for(store, asked["period"], How(), head.seq if head else 0), None
    with store.reading() as connection:
        result = known_result(connection, asked["result"])
    if result is None:
        raise DataError([Problem("OBJECT_UNKNOWN", value=f"run_{asked['result']}")])
    base = context.folder / "base"
    shutil.rmtree(base, ignore_errors=True)
    result_folder(store, result.id, base)
    # One that was settled from a folder beside the store has no case here.
    given = result.inputs.get("given")
    return base, None if given else case_for(store, result.period, How(), result.as_of)


def _written(folder: Path, name: str, text: str) -> Path | None:
    if not text:
        return None
    path = folder / f"{name}.csv"
    path.write_text(text, "utf-8", newline="\n")
    return path


def csv_of(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as a CSV text; its columns are those that any row names, in the order they come."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
