"""Dated rows: what a table says, since when, by whom; a new file of it only adds and ends rows.

A put compares the rows of a file with those that stand, as multisets: equal rows stay as they
are, new ones are added, missing ones are ended. No row is ever edited, so what stood at any audit
entry can be read again. Sources: specification page 2 "Records at rest"; issue 7, "Store".
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from equivalents.errors import DataError, Problem
from equivalents.findings import Findings, Table
from equivalents.intake.anytable import read_file
from equivalents.policy.calendar import parse_period
from equivalents.store.datedread import (
    DatedRow,
    end_of_table,
    kept_texts,
    last_put,
    last_versions,
    rows_as_of,
    rows_of,
    was_put,
)
from equivalents.store.datedrules import KEPT, key_of
from equivalents.store.engine import Store
from equivalents.store.evidence import Secrecy, Upload, keep_body, key_for
from equivalents.store.failpoints import failpoint
from equivalents.store.locked import locked_periods
from equivalents.store.schema import DATED_ENDS, DATED_ROWS, PUTS
from equivalents.store.sealing import canonical
from equivalents.store.secret import ResidentKey, keep_check
from equivalents.store.tableform import Row, has_hidden, hidden_rows, kept_rows
from equivalents.store.uploaded import upload_of
from equivalents.store.writing import Writing

__all__ = [
    "Change",
    "DatedRow",
    "Given",
    "Put",
    "check_table",
    "compared",
    "given_rows",
    "given_table",
    "last_versions",
    "locked_notes",
    "put_given",
    "put_ready",
    "put_table",
    "rows_as_of",
    "told_of",
    "was_put",
]


class Change(NamedTuple):
    """What a put does to one row: ``before`` is ``None`` where it is new, ``after`` where ended."""

    before: Row | None
    after: Row | None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that differ, sorted."""
        old, new = self.before or {}, self.after or {}
        return tuple(sorted(n for n in {*old, *new} if old.get(n, "") != new.get(n, "")))


@dataclass(frozen=True, slots=True)
class Given:
    """The rows of a table as given, ready to be put; ids of residents are pseudonyms already.

    ``part`` is a column and its value: the rows take the place of those that have it, and no
    other row is looked at.
    """

    table: str
    period: str
    rows: Sequence[Row]
    upload: Upload | None = None
    problems: tuple[Problem, ...] = ()
    key: ResidentKey | None = None
    key_file: Path | None = None
    part: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """What a put did, or would do.

    ``id`` is 0 where nothing was written: nothing differs, or it was only shown. ``texts`` are the
    added rows as they are kept, ``positions`` where they stand in the file; ``seen`` is the last
    put of the table that it was compared with, 0 where there was none.
    """

    table: str
    period: str
    id: int
    added: Sequence[Row]
    ended: Sequence[DatedRow]
    equal: int
    problems: tuple[Problem, ...]
    texts: Sequence[str]
    positions: Sequence[int]
    seen: int

    @property
    def changes(self) -> list[Change]:
        """Rows that went and came, those that are of one thing as one change, in order of keys.

        They are of one thing where they have one key; else where its first column, as the
        number of a person, names one row that went and one that came.
        """
        old, new = [one.row for one in self.ended], [*self.added]
        whole = partial(key_of, self.table)
        pairs, old, new = _paired(old, new, whole)
        more, old, new = _paired(old, new, lambda row: whole(row)[:1], only_one=True)
        found = [Change(*pair) for pair in (*pairs, *more)]
        found += [Change(row, None) for row in old] + [Change(None, row) for row in new]
        return sorted(found, key=lambda one: whole(one.before or one.after or {}))


def _paired(
    old: Sequence[Row],
    new: Sequence[Row],
    key: Callable[[Row], tuple[str, ...]],
    *,
    only_one: bool = False,
) -> tuple[list[tuple[Row, Row]], list[Row], list[Row]]:
    """Rows of one key in pairs, in their order, and those that are left on either side."""
    waiting: dict[tuple[str, ...], deque[Row]] = defaultdict(deque)
    for row in new:
        waiting[key(row)].append(row)
    went = Counter(map(key, old))
    pairs, left = [], []
    for row in old:
        others = waiting[key(row)]
        if others and not (only_one and (len(others) > 1 or went[key(row)] > 1)):
            pairs.append((row, others.popleft()))
        else:
            left.append(row)
    taken = {id(row) for _, row in pairs}
    return pairs, left, [row for row in new if id(row) not in taken]


# -- putting --------------------------------------------------------------------------------------


def put_table(
    store: Store,
    table: str,
    source: Path | Iterable[Mapping[str, str]],
    *,
    period: str = "",
    why: str = "",
    who: str | None = None,
    keep: bool = False,
    show: bool = False,
) -> Put:
    """Put the rows of a file, or rows as they are kept, as those of a table.

    Args:
        store: the store.
        table: a table of :data:`~.datedrules.KEPT`.
        source: a file of any kind that tables are read from, or rows: machine names, texts,
            exclusive ends, ids of residents as pseudonyms.
        period: whose rows they are; empty: the standing ones.
        why: the reason, for the audit entry.
        who: who does it, if not the store's own.
        keep: rows that are not among the given ones stay, too.
        show: say what would change, and write nothing.

    Raises:
        DataError: every fault of the file's form; ``DATED_TABLE``, ``DATED_PERIOD_NEEDED``,
            ``PERIOD_INVALID``; ``KEY_ABSENT`` and others of :mod:`~.secret`.
    """
    check_table(table, period)
    if isinstance(source, Path):
        given = given_rows(store, table, source, period)
    else:
        rows = [{name: text for name, text in row.items() if text} for row in source]
        given = Given(table, period, rows)
    if show:
        with store.reading() as connection:
            return compared(connection, given, keep=keep)
    return put_ready(store, given, keep=keep, why=why, who=who)


def put_ready(
    store: Store,
    given: Given,
    *,
    keep: bool = False,
    why: str = "",
    who: str | None = None,
    about: tuple[str, str] | None = None,
    ready: Put | None = None,
) -> Put:
    """Put rows that were read already, with their audit entry.

    ``about`` are the kind and the id of the object that they are, if it is not the table.
    ``ready`` is what :func:`compared` gave before anybody else had to wait for this writer.
    """
    if ready is None:
        with store.reading() as connection:
            ready = compared(connection, given, keep=keep)
    kind, object_id = about or ("table", given.table)
    of_it = {"object_kind": kind, "object_id": object_id}
    with store.writing(f"{kind}.put", why=why, who=who, **of_it) as w:
        done = put_given(w, given, keep=keep, ready=ready)
        w.before, w.after = _told(done)
        if about is not None and done.id:
            w.before["ended"] = [one.row for one in done.ended]
            w.after["rows"] = [*done.added]
        told = locked_notes(w.connection, [done])
    return replace(done, problems=(*done.problems, *told))


def check_table(table: str, period: str) -> None:
    """Refuse a table that is not kept as rows, a period that is none, and one that is wanting.

    Raises:
        DataError: ``DATED_TABLE``, ``PERIOD_INVALID``, ``DATED_PERIOD_NEEDED``.
    """
    if table not in KEPT:
        facts = {"allowed": ", ".join(KEPT)}
        raise DataError([Problem("DATED_TABLE", value=table, facts=facts)])
    try:
        if period:
            parse_period(period)
    except ValueError:
        raise DataError([Problem("PERIOD_INVALID", value=period)]) from None
    if KEPT[table].per_period and not period:
        raise DataError([Problem("DATED_PERIOD_NEEDED", value=table)])


def given_rows(store: Store, table: str, path: Path, period: str) -> Given:
    """The rows of a file as they are kept.

    Raises:
        DataError: every fault of its form, all at once.
    """
    findings = Findings()
    read = read_file(path, table, findings)
    return given_table(store, table, read, findings, period=period, path=path)


def given_table(
    store: Store,
    table: str,
    read: Table,
    findings: Findings,
    *,
    period: str = "",
    path: Path | None = None,
) -> Given:
    """The rows of a table that was read, as they are kept; ``path``: the file they came in.

    Raises:
        DataError: every fault of its form, those in ``findings`` too, all at once.
    """
    rows = kept_rows(read, table, findings)
    findings.stop_on_errors()
    hidden, upload = has_hidden(table, rows), None
    told = tuple(findings.problems)
    secrecy = Secrecy.IDS if hidden else Secrecy.NONE
    if path is not None:
        upload = upload_of(path, path.name, rows=len(rows), hidden=hidden, problems=told)
        secrecy = upload.secrecy
    key = key_for(secrecy, store.place.key)
    made = hidden_rows(table, rows, key)
    return Given(table, period, made, upload, told, key, store.place.key)


def put_given(
    writer: Writing,
    given: Given,
    *,
    keep: bool = False,
    upload_id: int | None = None,
    ready: Put | None = None,
) -> Put:
    """Add and end rows within a transaction; nothing where nothing differs.

    ``upload_id`` is that of the file, where it was kept already. ``ready`` is what they were
    compared to before; it holds if the table was not put since, else they are compared again.
    """
    connection, what = writer.connection, {"table_name": given.table, "period": given.period}
    if given.key is not None:
        keep_check(writer, given.key, given.key_file)
    if ready is None or ready.seen != last_put(connection, given.table, given.period):
        ready = compared(connection, given, keep=keep)
    if not (ready.added or ready.ended) and ready.seen:
        return ready
    if upload_id is None and given.upload is not None:
        upload_id = keep_body(writer, given.upload, given.key, given.key_file)
    counts = {"added": len(ready.added), "ended": len(ready.ended)}
    put_id = writer.add_one(PUTS, **what, upload_id=upload_id, **counts)
    positions = ready.positions
    if given.part is not None:
        after = end_of_table(connection, given.table, given.period)
        positions = range(after, after + len(ready.added))
    writer.add(
        DATED_ROWS,
        [
            {**what, "put_id": put_id, "position": at, "row": text}
            for at, text in zip(positions, ready.texts, strict=True)
        ],
    )
    failpoint("put.rows")
    writer.add(DATED_ENDS, [{"put_id": put_id, "row_id": one.id} for one in ready.ended])
    return replace(ready, id=put_id)


def locked_notes(connection: Connection, puts: Iterable[Put]) -> list[Problem]:
    """A note of each locked period whose rows a put changed: the lock does not change with them."""
    locked = {one.period.name for one in locked_periods(connection)}
    late = sorted({one.period for one in puts if one.id and one.period in locked})
    return [Problem("DATED_LOCKED", value=period) for period in late]


def compared(connection: Connection, given: Given, *, keep: bool = False) -> Put:
    """What putting the rows would add and end; with ``keep`` nothing is ended.

    A row is kept as its canonical text, so rows are equal where texts are.
    """
    texts = [canonical(row) for row in given.rows]
    left, ended = Counter(texts), []
    for one in kept_texts(connection, given.table, given.period, given.part):
        if left[one.text]:
            left[one.text] -= 1
        elif not keep:
            ended.append(one)
    positions = []
    # Of rows that stand more than once in the file the last ones are the new ones.
    for at in range(len(texts) - 1, -1, -1):
        if left[texts[at]]:
            left[texts[at]] -= 1
            positions.append(at)
    positions.reverse()
    return Put(
        given.table,
        given.period,
        0,
        [given.rows[at] for at in positions],
        rows_of(ended),
        len(texts) - len(positions),
        given.problems,
        [texts[at] for at in positions],
        positions,
        last_put(connection, given.table, given.period),
    )


def _told(done: Put) -> tuple[Any, Any]:
    """``before`` and ``after`` of the audit entry; the rows themselves are kept with the put."""
    if not done.id:
        return None, None
    before = {"rows": done.equal + len(done.ended)}
    of_rows = sha256("\n".join(sorted(done.texts)).encode()).hexdigest()
    after = {
        "put": done.id,
        "period": done.period,
        "added": len(done.added),
        "ended": len(done.ended),
        "equal": done.equal,
        "added_sha256": of_rows,
    }
    return before, after


def told_of(puts: Iterable[Put]) -> tuple[Any, Any]:
    """``before`` and ``after`` of the audit entry of several puts, by table."""
    pairs = {one.table: _told(one) for one in puts if one.id}
    if not pairs:
        return None, None
    return {n: b for n, (b, _) in pairs.items()}, {n: a for n, (_, a) in pairs.items()}
