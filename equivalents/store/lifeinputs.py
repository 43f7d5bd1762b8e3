"""What a result of a period is made from, by hashes, as it was known at an audit entry.

Two results of equal inputs are equal; so a lock compares the inputs of its result with what the
store knows now, and a difference tells what came since. Hashes follow neither the order of rows
nor how files were cut. Sources: specification page 2 "Records at rest", "A period's life".
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, func, select

from equivalents.policy.calendar import Period, month_of, parse_period, print_day
from equivalents.store.datedrules import KEPT
from equivalents.store.engine import Store
from equivalents.store.schema import DATED_ENDS, DATED_ROWS, DOCUMENTS, SEGMENTS
from equivalents.store.writing import parsed

__all__ = [
    "PARTS",
    "changed",
    "document_sets",
    "inputs_now",
    "inputs_of",
    "live_documents",
    "months_of",
    "record_sets",
    "table_sets",
    "tables_of",
]

PARTS: Final = ("rows", "tables", "documents")
"""What inputs consist of: record rows by month and institution, tables, documents."""
_STEPS: Final = "steps"
"""Documents of this kind say who does what; no figure comes from them."""

_CASE: Final = "case"
_EARLIER: Final = "earlier"
_COUNTED: Final = "counted"


def inputs_of(store: Store, connection: Connection, period: str, as_of: int) -> dict[str, Any]:
    """The inputs of a period as known at an audit entry.

    ``rows``: ``[month, institution, rows, hash]`` of the records that live then, from the first
    month of the year on, since windows reach back to it, and one entry for what earlier years
    hold, of which stays may go on into the period; ``tables``: ``[table, period, rows,
    hash]``; ``documents``: ``[kind, name, period, hash]``.
    """
    return {
        "rows": record_sets(store, connection, period, as_of),
        "tables": tables_of(connection, period, as_of),
        "documents": live_documents(connection, period, as_of),
    }


def inputs_now(
    store: Store, connection: Connection, period: str, before: Mapping[str, Any], as_of: int
) -> dict[str, Any]:
    """The inputs as they are known now, given those at an earlier entry.

    Records are read only where a segment that touches the period came since: compaction changes
    no row.
    """
    top = int(connection.execute(select(func.max(SEGMENTS.c.seq))).scalar() or 0)
    seq = max(top, as_of)
    now = {
        "rows": before["rows"],
        "tables": tables_of(connection, period, None),
        "documents": live_documents(connection, period, None),
    }
    if _touched(connection, months_of(period)[1], as_of):
        now["rows"] = record_sets(store, connection, period, seq)
    return now


def months_of(period: str) -> tuple[str, str]:
    """The first month that a result of a period may look at, and its last."""
    of = parse_period(period)
    return f"{print_day(of.start)[:4]}-01", month_of(of.end - 1)


def record_sets(store: Store, connection: Connection, period: str, as_of: int) -> list[list[Any]]:
    """The live record rows of each month and institution, by hashes."""
    from equivalents.store.segments import row_sets

    first, last = months_of(period)
    found = row_sets(store, connection, first[:4], as_of)
    return [*_earlier(connection, first, as_of), *sorted([*one] for one in found if one[0] <= last)]


def _earlier(connection: Connection, first: str, as_of: int) -> list[list[Any]]:
    """What the years before hold, without reading it: the segments that brought or took rows.

    A stay that goes on into the period, or a record that one of it corrects, may be among them. So
    this hash follows how files came; it may call for settling again where no figure changes.
    """
    columns = SEGMENTS.c
    wanted = select(columns.identity, columns.rows, columns.ranges).where(
        columns.seq <= as_of, columns.kind != "compacted"
    )
    found = [
        (str(identity), int(rows))
        for identity, rows, ranges in connection.execute(wanted)
        if any(str(one[0]) < first for one in parsed(ranges) or ())
    ]
    if not found:
        return []
    digest = sha256("".join(sorted(identity for identity, _ in found)).encode())
    return [[_EARLIER, "", sum(rows for _, rows in found), digest.hexdigest()]]


def _touched(connection: Connection, last: str, as_of: int) -> bool:
    """Whether a segment with rows up to a month came after an audit entry."""
    columns = SEGMENTS.c
    wanted = select(columns.ranges).where(columns.seq > as_of, columns.kind != "compacted")
    for text in connection.execute(wanted).scalars():
        ranges = parsed(text)
        if not ranges or any(str(one[0]) <= last for one in ranges):
            return True
    return False


def tables_of(connection: Connection, period: str, as_of: int | None) -> list[list[Any]]:
    """The dated rows that a case of a period may be made of, by table and period."""
    of, found = parse_period(period), table_sets(connection, as_of)
    return [[*key, *found[key]] for key in sorted(found) if _may_hold(*key, of)]


def _may_hold(table: str, put_for: str, of: Period) -> bool:
    """Whether rows put for a period may be in the case of another (:mod:`~.casetexts`)."""
    kept = KEPT.get(table)
    if kept is not None and not kept.figures:
        return False
    if put_for in ("", of.name):
        return True
    other = parse_period(put_for)
    longer = other.start <= of.start and of.end <= other.end
    inside = of.start <= other.start and other.end <= of.end
    if table == _COUNTED:
        return print_day(other.start)[:4] == print_day(of.start)[:4] and other.start <= of.start
    return kept is None or (kept.from_longer and longer) or (kept.adds_up and inside)


def table_sets(connection: Connection, as_of: int | None) -> dict[tuple[str, str], tuple[int, str]]:
    """The dated rows that live then: how many, and their hash, by table and period."""
    rows, ends = DATED_ROWS.c, DATED_ENDS.c
    ended = select(ends.row_id) if as_of is None else select(ends.row_id).where(ends.seq <= as_of)
    wanted = select(rows.table_name, rows.period, rows.row).where(rows.id.not_in(ended))
    if as_of is not None:
        wanted = wanted.where(rows.seq <= as_of)
    found: dict[tuple[str, str], list[bytes]] = {}
    for table, period, row in connection.execute(wanted):
        digest = sha256(str(row).encode()).digest()
        found.setdefault((str(table), str(period)), []).append(digest)
    return {key: (len(of), sha256(b"".join(sorted(of))).hexdigest()) for key, of in found.items()}


def live_documents(connection: Connection, period: str, as_of: int | None) -> list[list[str]]:
    """The latest document of each kind, name and period that a case of a period may hold."""
    of = parse_period(period)
    return [
        [*key, digest]
        for key, digest in sorted(document_sets(connection, as_of).items())
        if key[0] != _STEPS
        and (key[2] in ("", period) or (key[0] == _CASE and parse_period(key[2]).start <= of.start))
    ]


def document_sets(connection: Connection, as_of: int | None) -> dict[tuple[str, str, str], str]:
    """The hash of the latest document of each kind, name and period."""
    columns = DOCUMENTS.c
    wanted = select(columns.id, columns.kind, columns.name, columns.period, columns.sha256)
    if as_of is not None:
        wanted = wanted.where(columns.seq <= as_of)
    rows = sorted(tuple(row) for row in connection.execute(wanted))
    return {(str(kind), str(name), str(when)): str(digest) for _, kind, name, when, digest in rows}


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[list[Any]]:
    """What differs between two inputs: ``[part, key..., before, now]``, blank where absent.

    A row set or a table is told as ``rows:hash``, the hash by its first twelve digits.
    """
    found: list[list[Any]] = []
    for part in PARTS:
        keyed = [_keyed(part, inputs.get(part, ())) for inputs in (before, now)]
        for key in sorted({*keyed[0], *keyed[1]}):
            one, other = (side.get(key, "") for side in keyed)
            if one != other:
                found.append([part, *key, _short(one), _short(other)])
    return found


def _short(text: str) -> str:
    """A hash by its first twelve digits, as people compare it."""
    rows, _, digest = text.rpartition(":")
    return f"{rows}:{digest[:12]}" if rows else digest[:12]


def _keyed(part: str, entries: Iterable[Sequence[Any]]) -> dict[tuple[str, ...], str]:
    if part == "documents":
        return {tuple(map(str, one[:3])): str(one[3]) for one in entries}
    return {tuple(map(str, one[:2])): f"{one[2]}:{one[3]}" for one in entries}
