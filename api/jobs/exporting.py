"""Jobs that export: a fact with its control total; the files lie in the folder of the job."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Any, Final

from api.jobs.context import Context, folder_of
from api.jobs.told import both
from equivalents.errors import DataError, Problem
from equivalents.payroll.bank import WithoutAccount
from equivalents.payroll.columnmap import Encoding, map_file, read_column_map
from equivalents.payroll.exporting import ExportAs, Wanted, export
from equivalents.payroll.vouchermap import SHIPPED_VOUCHER
from equivalents.payroll.writing import Format
from equivalents.report.folder import sha256
from equivalents.store.engine import Store
from equivalents.store.facts import add_fact, facts_of
from equivalents.store.results import result_folder
from equivalents.store.storecase import made_case
from equivalents.store.writing import head_of

__all__ = [
    "EXPORTS",
    "OUT",
    "export_file",
    "make",
]

EXPORTS: Final = "export"
OUT: Final = "out"
_BANK_MAP: Final = "bank-list"
"""The shipped map of a bank list where none is named."""
_SHOWN: Final = 1_000


def make(context: Context) -> Mapping[str, Any]:
    """Make an export of a kept result, and keep its control total as a fact.

    Raises:
        DataError: as :func:`equivalents.payroll.exporting.export`.
    """
    asked, store, name = context.asked, context.store, context.asked["export_id"]
    with store.reading() as connection:
        found = facts_of(connection, EXPORTS, name)
        head = head_of(connection)
    out = context.folder / OUT
    if found and out.is_dir():
        return dict(found[0].body)
    # Accounts are those known now: so a file that is made again has the ones it had.
    asked = found[0].body["asked"] if found else {**asked, "as_of": head.seq if head else 0}
    told = _write(store, asked, context.folder, out)
    file = {**_file(out / told["file"]), "charset": _charset(asked, told)}
    made = {"files": [file], "job": context.job.job, "asked": asked}
    body = {**_about(asked), **told, **made}
    if not found:
        of_it = {"object_kind": EXPORTS, "object_id": name, "why": asked["why"]}
        with store.writing("export.create", **of_it) as writer:
            writer.after = {key: body[key] for key in ("as", "format", "run", "control")}
            add_fact(writer, EXPORTS, name, body)
    return json.loads(json.dumps(body))  # type: ignore[no-any-return]


def export_file(store: Store, data: Path, body: Mapping[str, Any]) -> Path | None:
    """The file of an export, made again where it is gone or was changed.

    All that it is made of is in the store and in its fact, so a store that was restored makes it,
    too. ``None``: it cannot be made with the same bytes, as by another version of the program.
    """
    folder, known = folder_of(data, body["job"]), body["files"][0]
    path = folder / OUT / str(known["name"])
    with _ONE:
        if path.is_file() and sha256(path) == known["sha256"]:
            return path
        folder.mkdir(parents=True, exist_ok=True)
        again = folder / f"again-{token_hex(8)}"
        try:
            _write(store, body["asked"], folder, again)
            made = again / known["name"]
            if not made.is_file() or sha256(made) != known["sha256"]:
                return None
            path.parent.mkdir(exist_ok=True)
            made.replace(path)
        except DataError:
            return None
        finally:
            shutil.rmtree(again, ignore_errors=True)
    return path


_ONE: Final = Lock()
"""One file is made again at a time."""


def _write(store: Store, asked: Mapping[str, Any], folder: Path, out: Path) -> dict[str, Any]:
    """Write the files of an export into ``out``; gives what is said of them."""
    kept = folder / f"result-{token_hex(8)}"
    try:
        result = result_folder(store, asked["result_id"], kept)
        told, problems = export([result], _wanted(store, asked), out)
    finally:
        shutil.rmtree(kept, ignore_errors=True)
    warnings = {
        "warnings": [one.code for one in problems],
        "problems": [_warning(one) for one in problems[:_SHOWN]],
    }
    return {**told, **warnings, "map_sha256": _map(asked, told)}


def _warning(one: Problem) -> dict[str, Any]:
    """A warning with its row, as the table of accounts stands row by row below its headings."""
    place = {"row": one.place.row, "column": one.place.column}
    said = {"code": one.code, "severity": one.severity, "value": one.value, **place}
    return {**said, "detail": both(one.text("zh"), one.text("en"))}


def _wanted(store: Store, asked: Mapping[str, Any]) -> Wanted:
    places = asked["institutions"]
    return Wanted(
        what=ExportAs(asked["as"]),
        form=Format(asked["format"]) if asked["format"] else None,
        map_name=asked["map"],
        case=_case(store, asked),
        tax_month=asked["tax_month"],
        income_type=asked["income_type"],
        without_account=WithoutAccount(asked["without_account"]),
        institutions=None if places is None else frozenset(places),
        run_id=asked["run_id"],
    )


def _case(store: Store, asked: Mapping[str, Any]) -> Path | None:
    """The case of the period as it was known, for the accounts of a bank list."""
    if asked["as"] != ExportAs.BANK:
        return None
    return made_case(store, asked["period"], as_of=asked["as_of"]).folder


def _map(asked: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """The hash of the map that was used; blank where none was."""
    if not told.get("map"):
        return ""
    if asked["as"] == ExportAs.VOUCHER:
        return sha256(map_file(asked["map"] or SHIPPED_VOUCHER, "payroll/vouchers"))
    return sha256(map_file(asked["map"] or _BANK_MAP))


def _charset(asked: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """In what a text file is written: a column map says so for itself; blank of a workbook."""
    if told["format"] == Format.XLSX:
        return ""
    if not told.get("map") or asked["as"] == ExportAs.VOUCHER:
        return "utf-8"
    encoding = read_column_map(told["map"]).file.encoding
    return "utf-8" if encoding is Encoding.UTF8_BOM else encoding.value


def _about(asked: Mapping[str, Any]) -> dict[str, Any]:
    named = {"id": asked["export_id"], "run": asked["run_id"], "period": asked["period"]}
    return {**named, "institutions": asked["institutions"]}


def _file(path: Path) -> dict[str, Any]:
    return {"name": path.name, "size": path.stat().st_size, "sha256": sha256(path)}
