"""Jobs that export: a fact with its control total; the files lie in the folder of the job."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from api.jobs.context import Context
from equivalents.payroll.bank import WithoutAccount
from equivalents.payroll.exporting import ExportAs, Wanted, export
from equivalents.payroll.writing import Format
from equivalents.report.folder import sha256
from equivalents.store.facts import add_fact, facts_of
from equivalents.store.results import result_folder
from equivalents.store.storecase import made_case

__all__ = [
    "EXPORTS",
    "OUT",
    "make",
]

EXPORTS: Final = "export"
OUT: Final = "out"


def make(context: Context) -> Mapping[str, Any]:
    """Make an export of a kept result, and keep its control total as a fact.

    Raises:
        DataError: as :func:`equivalents.payroll.exporting.export`.
    """
    asked, store, name = context.asked, context.store, context.asked["export_id"]
    with store.reading() as connection:
        found = facts_of(connection, EXPORTS, name)
    out = context.folder / OUT
    if found and out.is_dir():
        return dict(found[0].body)
    shutil.rmtree(context.folder / "result", ignore_errors=True)
    folder = result_folder(store, asked["result_id"], context.folder / "result")
    case, places = _case(context), asked["institutions"]
    wanted = Wanted(
        what=ExportAs(asked["as"]),
        form=Format(asked["format"]) if asked["format"] else None,
        map_name=asked["map"],
        case=case,
        tax_month=asked["tax_month"],
        income_type=asked["income_type"],
        without_account=WithoutAccount(asked["without_account"]),
        institutions=None if places is None else frozenset(places),
    )
    told, problems = export([folder], wanted, out)
    shutil.rmtree(folder, ignore_errors=True)
    body = {**_about(asked), **told, "warnings": [one.code for one in problems]}
    body["files"] = [_file(path) for path in sorted(out.iterdir()) if path.name == told["file"]]
    body["job"] = context.job.job
    if not found:
        of_it = {"object_kind": EXPORTS, "object_id": name, "why": asked["why"]}
        with store.writing("export.create", **of_it) as writer:
            writer.after = {key: body[key] for key in ("as", "format", "run", "control")}
            add_fact(writer, EXPORTS, name, body)
    return json.loads(json.dumps(body))  # type: ignore[no-any-return]


def _case(context: Context) -> Path | None:
    """The case of the period, for accounts of a bank list; the roster is that of the result."""
    if context.asked["as"] != ExportAs.BANK:
        return None
    return made_case(context.store, context.asked["period"]).folder


def _about(asked: Mapping[str, Any]) -> dict[str, Any]:
    named = {"id": asked["export_id"], "run": asked["run_id"], "period": asked["period"]}
    return {**named, "institutions": asked["institutions"]}


def _file(path: Path) -> dict[str, Any]:
    return {"name": path.name, "size": path.stat().st_size, "sha256": sha256(path)}
