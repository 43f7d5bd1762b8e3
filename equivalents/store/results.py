"""Results kept in the store: every file with its hash, written again byte for byte.

A result is a folder that ``settle``, ``correct`` or ``year-end`` wrote. It is kept as it is, so
that it can be read again by the same programs as if it had never left the disk.
Sources: specification page 2 "A period's life"; definition 5.18.
"""

import csv
import hmac
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select

from equivalents.errors import DataError, Problem
from equivalents.report.folder import new_folder
from equivalents.store.engine import Store
from equivalents.store.failpoints import failpoint
from equivalents.store.schema import RESULT_BODIES, RESULT_FILES, RESULTS
from equivalents.store.sealing import canonical, sha256_of
from equivalents.store.writing import Writing, json_text, parsed

__all__ = [
    "ADJUSTMENT",
    "MANIFEST",
    "Result",
    "SETTLEMENT",
    "YEAR_END",
    "keep_result",
    "payout_file",
    "payout_lines",
    "result_body",
    "result_files",
    "result_folder",
    "result_of",
    "results_of",
]

SETTLEMENT: Final = "settlement"
ADJUSTMENT: Final = "adjustment"
YEAR_END: Final = "year_end"
MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class Result:
    """A kept result: ``about`` is the closed period that an adjustment corrects."""

    id: int
    seq: int
    period: str
    kind: str
    method: str
    as_of: int
    inputs: Mapping[str, Any]
    sha256: str
    about: str


def keep_result(
    writer: Writing,
    folder: Path,
    period: str,
    kind: str,
    as_of: int,
    inputs: Mapping[str, Any],
    about: str = "",
) -> int:
    """Keep a result folder, every file of it; gives the id of the result.

    Args:
        writer: the transaction that it belongs to.
        folder: what ``settle``, ``correct`` or ``year-end`` wrote, with its manifest.
        period: the period that it is of; of an adjustment the open one that pays it.
        kind: ``settlement``, ``adjustment`` or ``year_end``.
        as_of: the audit entry up to which its inputs were read.
        inputs: the hashes of everything it was made from (:mod:`~.lifeinputs`).
        about: the closed period that an adjustment corrects.
    """
    manifest = (folder / MANIFEST).read_bytes()
    result = writer.add_one(
        RESULTS,
        period=period,
        kind=kind,
        method=str(json.loads(manifest)["method"]),
        as_of=as_of,
        inputs=json_text(inputs),
        sha256=sha256_of(manifest),
        about=about,
    )
    for path in sorted(folder.iterdir()):
        body = path.read_bytes()
        of = {"name": path.name, "sha256": sha256_of(body), "size": len(body)}
        one = writer.add_one(RESULT_FILES, result_id=result, **of)
        writer.add_body(RESULT_BODIES, one, body)
        failpoint("settle.file")
    return result


def result_of(connection: Connection, result_id: int) -> Result:
    """A kept result by its id."""
    row = connection.execute(select(RESULTS).where(RESULTS.c.id == result_id)).mappings().one()
    return _result(row)


def results_of(connection: Connection, period: str = "", about: str = "") -> list[Result]:
    """The results of a period, or the adjustments about one, in their order; else all."""
    wanted = select(RESULTS)
    if period:
        wanted = wanted.where(RESULTS.c.period == period)
    if about:
        wanted = wanted.where(RESULTS.c.about == about)
    found = (_result(row) for row in connection.execute(wanted).mappings())
    return sorted(found, key=lambda one: one.id)


def _result(row: RowMapping) -> Result:
    return Result(**{**row, "inputs": parsed(row["inputs"])})


def result_files(connection: Connection, result_id: int) -> list[tuple[int, str, str]]:
    """Id, name and hash of each file of a result, by name."""
    columns = RESULT_FILES.c
    wanted = select(columns.id, columns.name, columns.sha256).where(columns.result_id == result_id)
    rows = ((int(one.id), str(one.name), str(one.sha256)) for one in connection.execute(wanted))
    return sorted(rows, key=lambda one: one[1])


def result_body(connection: Connection, file: tuple[int, str, str]) -> bytes:
    """The bytes of a file of a result.

    Raises:
        DataError: ``RESULT_DAMAGED``: they are gone or are others.
    """
    number, name, sha256 = file
    wanted = select(RESULT_BODIES.c.body).where(RESULT_BODIES.c.file_id == number)
    body = connection.execute(wanted).scalar()
    if body is None or sha256_of(bytes(body)) != sha256:
        raise DataError([Problem("RESULT_DAMAGED", value=name, facts={"file": str(number)})])
    return bytes(body)


def result_folder(store: Store, result_id: int, into: Path) -> Path:
    """Write a kept result again, byte for byte, as a folder that appears whole or not at all.

    Raises:
        DataError: ``RESULT_DAMAGED``; ``OUT_NOT_OURS``: something else stands there.
    """
    with store.reading() as connection, new_folder(into) as folder:
        for file in result_files(connection, result_id):
            (folder / file[1]).write_bytes(result_body(connection, file))
    return into


def payout_file(kind: str) -> str:
    """The file of a result that says who is paid what."""
    return {SETTLEMENT: "payouts.csv", YEAR_END: "year_end.csv"}[kind]


def payout_lines(connection: Connection, result: Result, blind: str = "") -> Iterator[str]:
    """What a result pays, a canonical line each in the order of its table: column -> text.

    With the ``blind`` of a lock each line has one of its own, so that nobody guesses a line from
    its hash: the proof of one person shows those of others.

    Raises:
        DataError: ``RESULT_DAMAGED``.
    """
    name = payout_file(result.kind)
    files = [one for one in result_files(connection, result.id) if one[1] == name]
    if not files:
        raise DataError([Problem("RESULT_DAMAGED", value=name, facts={"file": "0"})])
    text = result_body(connection, files[0]).decode("utf-8-sig")
    key = bytes.fromhex(blind)
    for at, row in enumerate(csv.DictReader(io.StringIO(text, newline=""))):
        more = {"blind": hmac.digest(key, str(at).encode(), "sha256").hex()} if key else {}
        yield canonical({"period": result.period, **row, **more})
