"""The hashes that make the store tell what was altered: of rows, and of the chain of entries.

A row's hash is SHA-256 over a canonical JSON of its columns, names sorted, so that it is the same
on every database and for every order of columns. Empty columns are left out: a later revision may
add a column, and the hashes of the rows before it stay. The rows that a transaction wrote into a
table have ids in one run; their hash is SHA-256 over the rows' hashes in the order of ids. The
audit entry keeps these, and its own hash covers them and the hash of the entry before. Runs of a
table follow each other without a gap from 1 on, so nothing can be added or dropped unseen.
Source: specification page 2 "A period's life", page 4 "Tamper".
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

__all__ = ["ENTRY_COLUMNS", "canonical", "entry_hash", "row_hash", "run_hash", "sha256_of"]

ENTRY_COLUMNS: Final = (
    "seq",
    "at",
    "who",
    "action",
    "object_kind",
    "object_id",
    "before",
    "after",
    "why",
    "rows",
    "previous",
)
"""What the hash of an audit entry covers: everything but itself."""


def canonical(value: Any) -> str:
    """JSON of texts, whole numbers, lists and objects, the same for equal values.

    Raises:
        TypeError: a float or anything else that has no single text.
    """
    _refuse_floats(value)
    return _WRITER.encode(value)


_WRITER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
"""Made once: a table of many rows is written row by row."""


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no canonical text")
    # Nothing but a dict, a list or a tuple has values that are written.
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return
    for one in value:
        if type(one) is not str:
            _refuse_floats(one)


def sha256_of(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(data).hexdigest()


def row_hash(row: Mapping[str, Any]) -> bytes:
    """The 32 bytes of a row; ``row`` has every column of its table.

    A column has one way of being empty, a text ``""`` and a number ``None``, so leaving it out
    loses nothing; ``verify`` holds each value to the type of its column.
    """
    return sha256(canonical(_said(row)).encode()).digest()


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None and value != ""}


def run_hash(rows: Iterable[Mapping[str, Any]]) -> str:
    """The hash of rows in the order of their ids."""
    whole = sha256()
    for row in rows:
        whole.update(row_hash(row))
    return whole.hexdigest()


def entry_hash(entry: Mapping[str, Any]) -> str:
    """The hash of an audit entry, with that of the entry before in it."""
    covered = {name: entry[name] for name in ENTRY_COLUMNS}
    return sha256(canonical(_said(covered)).encode()).hexdigest()
