"""The chain of audit entries: whole, in order, each hashed over the one before; and its heads.

A head is the number and hash of an entry, kept outside the store (the file of heads, a printed
lock). An entry that a head names and the chain lacks was cut off; one that differs was rewritten.
Source: specification page 2 "A period's life", page 4 "Tamper".
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, select

from equivalents.store.heads import Head
from equivalents.store.schema import AUDIT, GUARDED
from equivalents.store.sealing import entry_hash
from equivalents.store.verifyfound import Findings, streamed, well_typed

__all__ = ["check_entries", "runs_of"]

_NAMES: Final = frozenset(table.name for table in GUARDED)


def check_entries(
    connection: Connection, heads: Iterable[Head], found: Findings
) -> tuple[int, Head | None]:
    """Check every entry and every head; gives the number of entries and the last of them."""
    wanted: dict[int, set[str]] = {}
    for head in heads:
        wanted.setdefault(head.seq, set()).add(head.hash)
    count, last = 0, Head(0, "")
    for entry in streamed(connection, select(AUDIT).order_by(AUDIT.c.seq)):
        count += 1
        if not isinstance(entry["seq"], int) or not well_typed(AUDIT, entry):
            found.add("VERIFY_ENTRY", "audit", last.seq + 1, str(entry["seq"]))
            continue
        seq = entry["seq"]
        if seq != last.seq + 1 or entry["previous"] != last.hash:
            found.add("VERIFY_CHAIN", "audit", seq, str(seq), expected=last.seq + 1)
        if _hash(entry) != entry["hash"] or not _readable(entry["rows"]):
            found.add("VERIFY_ENTRY", "audit", seq, str(seq))
        for digest in sorted(wanted.pop(seq, set()) - {entry["hash"]}):
            found.add("VERIFY_HEAD_DIFFERS", "audit", seq, f"{seq}:{digest}")
        last = Head(seq, entry["hash"])
    for seq, digests in sorted(wanted.items()):
        for digest in sorted(digests):
            found.add("VERIFY_HEAD_CUT", "audit", seq, f"{seq}:{digest}", last=last.seq)
    return count, last if count else None


def _hash(entry: Mapping[str, Any]) -> str:
    try:
        return entry_hash(entry)
    except (UnicodeEncodeError, TypeError):
        return ""


def _readable(rows: str) -> bool:
    try:
        runs = json.loads(rows)
    except ValueError:
        return False
    return isinstance(runs, dict) and all(
        name in _NAMES
        and isinstance(run, list)
        and [type(one) for one in run] == [int, int, str]
        and 1 <= run[0] <= run[1]
        for name, run in runs.items()
    )


def runs_of(connection: Connection, table: str) -> Iterable[tuple[int, int, int, str]]:
    """The runs of rows of a table that entries sealed: entry, first id, last id, hash."""
    naming = AUDIT.c.rows.contains(f'"{table}":[', autoescape=True)
    wanted = select(AUDIT.c.seq, AUDIT.c.rows).where(naming).order_by(AUDIT.c.seq)
    for entry in streamed(connection, wanted):
        if isinstance(entry["seq"], int) and _readable(entry["rows"]):
            run = json.loads(entry["rows"]).get(table)
            if run is not None:
                yield entry["seq"], run[0], run[1], run[2]
