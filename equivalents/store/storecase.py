"""The case of a period, made of what the store keeps: an ordinary folder, found again by content.

``store:2025-06`` stands for it wherever a command takes a case, ``store:2025-06@120`` for what
was known at audit entry 120. Its tables are CSV files, its records Parquet files, one for each
segment with records of the period or of the windows that the period begins in. Equal content has
one name and one folder; nothing of it depends on the order or the splitting of imports but names
and row numbers of record files. Which folder a state of the store comes to is noted beside the
folders, so that where nothing was kept since no text is made again: the note stands under the
audit entry that last kept anything of a case (:func:`_note_key`), and what it leads to is proven
file by file. Sources: specification page 2 "Records at rest"; page 3.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from equivalents.errors import DataError, Problem, UsageError
from equivalents.policy.calendar import Period, parse_period
from equivalents.policy.model import Handling
from equivalents.store.casecache import CaseCache
from equivalents.store.caserecords import CaseRecords, Wanted
from equivalents.store.casetexts import case_texts, counted_text, windows_of
from equivalents.store.documents import CASE, plain_case
from equivalents.store.engine import Store
from equivalents.store.schema import (
    AUDIT,
    DATED_ENDS,
    DATED_ROWS,
    DOCUMENTS,
    PUTS,
    SEGMENT_PARENTS,
    SEGMENTS,
)
from equivalents.store.sealing import canonical
from equivalents.store.writing import head_of, parsed
from equivalents.version import __version__

__all__ = ["Made", "PREFIX", "StoreCase", "case_of", "made_case", "parse_store_case"]

PREFIX: Final = "store:"
_FORMAT: Final = "1"
"""Changes with anything that changes the files of a case made of the same content."""
_MADE_OF: Final = frozenset(
    table.name for table in (PUTS, DATED_ROWS, DATED_ENDS, DOCUMENTS, SEGMENTS, SEGMENT_PARENTS)
)
"""The tables of which cases are made."""
_ENTRIES: Final = 256
"""Audit entries that are looked through at once."""


class StoreCase(NamedTuple):
    """What ``store:PERIOD@SEQ`` names."""

    period: str
    as_of: int | None


class Made(NamedTuple):
    """A case that was made or found: its folder, and what is to be told of it."""

    folder: Path
    problems: Sequence[Problem]
    as_of: int


def parse_store_case(text: str) -> StoreCase | None:
    """What a CASE of a command names in the store; ``None`` for a path.

    Raises:
        UsageError: it begins with ``store:`` and goes on otherwise.
    """
    if not text.startswith(PREFIX):
        return None
    period, at, number = text.removeprefix(PREFIX).partition("@")
    try:
        name = parse_period(period).name
    except ValueError:
        name = ""
    if not name or (at and not (number.isascii() and number.isdigit() and int(number))):
        raise UsageError(
            f"{text} 的写法应为 store:期间 或 store:期间@序号，如 store:2025-06、"
            f"store:2025-06@120。\n"
            f"{text} should read store:PERIOD or store:PERIOD@NUMBER, like store:2025-06."
        )
    return StoreCase(name, int(number) if at else None)


def case_of(store: Store, period: str, *, as_of: int | None = None, anew: bool = False) -> Path:
    """The folder of the case of a period; see :func:`made_case`."""
    return made_case(store, period, as_of=as_of, anew=anew).folder


def made_case(store: Store, period: str, *, as_of: int | None = None, anew: bool = False) -> Made:
    """The case of a period as known at an audit entry, by default the last.

    With ``anew`` every row is read from the tables of the store, whatever is noted.

    Raises:
        DataError: ``PERIOD_INVALID``; ``STORE_AS_OF``: there is no such entry;
            ``STORE_CASE_ABSENT``: no case.yaml rules the period.
    """
    try:
        span = parse_period(period)
    except ValueError:
        raise DataError([Problem("PERIOD_INVALID", value=period)]) from None
    cache = CaseCache(store.place.cache)
    with store.reading() as connection:
        head = head_of(connection)
        last = head.seq if head is not None else 0
        if as_of is not None and not 0 < as_of <= last:
            facts = {"last": str(last)}
            raise DataError([Problem("STORE_AS_OF", value=str(as_of), facts=facts)])
        known = last if as_of is None else as_of
        key = _note_key(connection, span, known)
        found = None if anew else _noted(cache, key)
        if found is None:
            fresh = cache.fresh()
            try:
                found = _made(store, connection, cache, fresh, span, known)
            finally:
                shutil.rmtree(fresh.parent, ignore_errors=True)
            _keep_note(cache, key, *found)
    folder, told = found
    return Made(folder, (*told, *cache.problems), known)


# -- what is noted --------------------------------------------------------------------------------


def _note_key(connection: Connection, period: Period, as_of: int) -> str:
    """What the case of a period is noted under: all that decides its files.

    That is the period, the program, and the last audit entry up to ``as_of`` that added to a table
    of which cases are made. Rows are never edited, and the hash of an entry covers the rows that
    it added and the entry before it: so it stands for all rows of these tables up to there.
    """
    stop, sealed = as_of, ""
    while stop > 0 and not sealed:
        start = max(stop - _ENTRIES, 0)
        wanted = select(AUDIT.c.seq, AUDIT.c.hash, AUDIT.c.rows)
        some = connection.execute(wanted.where(AUDIT.c.seq > start, AUDIT.c.seq <= stop))
        adding = [(one.seq, one.hash) for one in some if _MADE_OF & {*(parsed(one.rows) or ())}]
        stop, sealed = start, max(adding, default=(0, ""))[1]
    return sha256(canonical([_FORMAT, __version__, period.name, sealed]).encode()).hexdigest()[:40]


def _noted(cache: CaseCache, key: str) -> tuple[Path, list[Problem]] | None:
    """The case that is noted under a key, if it is there and is what it was."""
    text = cache.noted_case(key)
    if text is None:
        return None
    name, told = json.loads(text)
    folder = cache.find(name)
    if folder is None:
        return None
    return folder, [Problem(code, value=value, facts=facts) for code, value, facts in told]


def _keep_note(cache: CaseCache, key: str, folder: Path, told: Sequence[Problem]) -> None:
    problems = [[one.code, one.value, dict(one.facts)] for one in told]
    cache.note_case(key, canonical([folder.parent.name, problems]))


# -- making ---------------------------------------------------------------------------------------


def _made(
    store: Store, connection: Connection, cache: CaseCache, fresh: Path, period: Period, as_of: int
) -> tuple[Path, list[Problem]]:
    texts = case_texts(connection, period, as_of)
    told, files = [*texts.problems], dict(texts.files)
    _write(fresh, files)
    windows = windows_of(fresh, period)
    counted, first = counted_text(connection, period, windows, as_of)
    if counted:
        files["counted.csv"] = counted
    since = {item: max(day, first) for item, day in windows.since.items()}
    since = {item: day for item, day in since.items() if day < period.start}
    wanted = Wanted(period, since, windows.stays)
    records = CaseRecords(store, connection, cache, wanted, as_of)
    if records.corrected and not windows.excludes:
        files[CASE] = plain_case(files[CASE], period.name, outside_period=Handling.EXCLUDE.value)
        facts = {"count": str(records.corrected)}
        told.append(Problem("STORE_CASE_CORRECTED", value=period.name, facts=facts))
    if not records.files:
        told.append(Problem("STORE_CASE_NO_RECORDS", value=period.name))
    digests = {name: sha256(text.encode()).hexdigest() for name, text in files.items()}
    listed = canonical([_FORMAT, digests, [[one.name, one.key] for one in records.files]])
    name = f"{period.name}-{sha256(listed.encode()).hexdigest()[:32]}"
    found = cache.find(name)
    if found is None:
        _write(fresh, files)
        known = records.write(fresh / "records")
        found = cache.keep(fresh, name, known)
    return found, told


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
