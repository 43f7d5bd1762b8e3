"""The case of a period, made of what the store keeps: an ordinary folder, found again by content.

``store:2025-06`` stands for it wherever a command takes a case, ``store:2025-06@120`` for what
was known at audit entry 120. Its tables are CSV files, its records Parquet files, one for each
segment with records of the period or of the windows that the period begins in. Equal content has
one name and one folder; nothing of it depends on the order or the splitting of imports but names
and row numbers of record files. Sources: specification page 2 "Records at rest"; page 3.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Connection, select

from equivalents.errors import DataError, Problem, UsageError
from equivalents.intake.headings import TABLES
from equivalents.intake.parquet import ORIGIN, ORIGIN_MARK
from equivalents.policy.calendar import Period, month_of, parse_period
from equivalents.store.casecache import CaseCache
from equivalents.store.casetexts import case_texts, counted_text, windows_of
from equivalents.store.engine import Store
from equivalents.store.schema import SEGMENTS
from equivalents.store.sealing import canonical
from equivalents.store.writing import head_of, parsed

if TYPE_CHECKING:
    import pyarrow as pa

    from equivalents.store.segments import Segment

__all__ = ["PREFIX", "Made", "StoreCase", "case_of", "made_case", "parse_store_case"]

PREFIX: Final = "store:"
_FORMAT: Final = "1"
"""Changes with anything that changes the files of a case made of the same content."""
_GROUP: Final = 1 << 19
"""Records a row group: each is read by a thread of its own."""
_SHEET: Final = TABLES["records"]


class StoreCase(NamedTuple):
    """What ``store:PERIOD@SEQ`` names."""

    period: str
    as_of: int | None


class Made(NamedTuple):
    """A case that was made or found: its folder, and what is to be told of it."""

    folder: Path
    problems: Sequence[Problem]
    as_of: int


class _Part(NamedTuple):
    """A segment's records of a case: the key of its file, and the file's name in the case."""

    segment: "Segment"
    key: str
    name: str


class _Wanted(NamedTuple):
    """Which records a case has: those of the period, and earlier ones of some items."""

    period: Period
    since: Mapping[str, int]

    @property
    def months(self) -> tuple[str, str]:
        """The first and the last month, both included."""
        first = min(self.since.values(), default=self.period.start)
        return month_of(first), month_of(self.period.end - 1)

    @property
    def text(self) -> str:
        """All that decides which records of a segment are taken."""
        return canonical([self.period.start, self.period.end, sorted(self.since.items())])


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


def case_of(store: Store, period: str, *, as_of: int | None = None) -> Path:
    """The folder of the case of a period; see :func:`made_case`."""
    return made_case(store, period, as_of=as_of).folder


def made_case(store: Store, period: str, *, as_of: int | None = None) -> Made:
    """The case of a period as known at an audit entry, by default the last.

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
        fresh = cache.fresh()
        try:
            folder, told = _made(store, connection, cache, fresh, span, known)
        finally:
            shutil.rmtree(fresh.parent, ignore_errors=True)
    return Made(folder, (*told, *cache.problems), known)


def _made(
    store: Store, connection: Connection, cache: CaseCache, fresh: Path, period: Period, as_of: int
) -> tuple[Path, list[Problem]]:
    texts = case_texts(connection, period, as_of)
    told = [*texts.problems]
    files = dict(texts.files)
    _write(fresh, files)
    windows = windows_of(fresh, period)
    counted, first = counted_text(connection, period, windows, as_of)
    if counted:
        files["counted.csv"] = counted
        _write(fresh, {"counted.csv": counted})
    since = {item: max(day, first) for item, day in windows.since.items()}
    since = {item: day for item, day in since.items() if day < period.start}
    wanted = _Wanted(period, since)
    parts = [*_parts(connection, wanted, as_of)]
    digests = {name: sha256(text.encode()).hexdigest() for name, text in files.items()}
    listed = canonical([_FORMAT, digests, [[one.name, one.key] for one in parts]])
    name = f"{period.name}-{sha256(listed.encode()).hexdigest()[:32]}"
    found = cache.find(name)
    if found is None:
        (fresh / "records").mkdir()
        for one in parts:
            _take(store, connection, cache, one, fresh / "records", wanted, as_of)
        found = _whole(cache, fresh, name)
    if not _any_records(found):
        told.append(Problem("STORE_CASE_NO_RECORDS", value=period.name))
    return found, told


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")


def _whole(cache: CaseCache, fresh: Path, name: str) -> Path:
    """The case with its records in its place; without any it says so by an empty file of them."""
    if not any((fresh / "records").iterdir()):
        import pyarrow as pa
        import pyarrow.parquet as pq

        names = [column.name for column in _SHEET.columns if column.required]
        empty = pa.table({one: pa.array([], pa.string()) for one in names})
        pq.write_table(empty, fresh / "records" / _NONE)
    return cache.keep(fresh, name)


_NONE: Final = "none.parquet"


def _any_records(case: Path) -> bool:
    return not (case / "records" / _NONE).exists()


# -- records --------------------------------------------------------------------------------------


def _parts(connection: Connection, wanted: _Wanted, as_of: int) -> Iterator[_Part]:
    """The segments that have records of the case, each with the key of what is taken from it."""
    from equivalents.store.segments import live_segments

    reversals = _reversals(connection, as_of)
    for one in live_segments(connection, wanted.months, as_of):
        months = {str(month) for month, *_ in one.ranges}
        against = [known for at, known, of in reversals if at > one.id and months & of]
        text = canonical([_FORMAT, one.identity, wanted.text, sorted(against), one.id])
        key = sha256(text.encode()).hexdigest()[:40]
        of = f"import-{one.import_id}" if one.import_id is not None else "compacted"
        yield _Part(one, key, f"{of}-segment-{one.id}.parquet")


def _reversals(connection: Connection, as_of: int) -> list[tuple[int, str, set[str]]]:
    """The id and identity of each reversal known, and the months that it takes rows from."""
    wanted = select(SEGMENTS.c.id, SEGMENTS.c.identity, SEGMENTS.c.ranges).where(
        SEGMENTS.c.kind == "reversal", SEGMENTS.c.seq <= as_of
    )
    return [
        (int(one.id), str(one.identity), {str(month) for month, *_ in parsed(one.ranges) or ()})
        for one in connection.execute(wanted)
    ]


def _take(
    store: Store,
    connection: Connection,
    cache: CaseCache,
    part: _Part,
    folder: Path,
    wanted: _Wanted,
    as_of: int,
) -> None:
    """Put the records of a segment into a case; a segment without any of them leaves no file."""
    import pyarrow.parquet as pq

    from equivalents.store.segments import live_table

    path = cache.part(part.key)
    if path is None:
        table = _of_case(live_table(store, connection, part.segment, as_of), wanted)
        written = cache.new_part(part.key)
        pq.write_table(table, written, row_group_size=_GROUP, compression="zstd")
        path = cache.keep_part(written, part.key)
    if pq.read_metadata(path).num_rows:
        _link(path, folder / part.name)


def _link(path: Path, target: Path) -> None:
    """The same file under another name; a copy where the system has no such links."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def _of_case(table: "pa.Table", wanted: _Wanted) -> "pa.Table":
    """The records of a case, without columns that are blank throughout.

    Columns that say where a record came from get names of their own.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    day: Any = table["service_date"].cast(pa.int32())
    start, end = wanted.period.start, wanted.period.end
    keep = pc.and_(pc.greater_equal(day, start), pc.less(day, end))
    for first in sorted(set(wanted.since.values())):
        names = pa.array(sorted(name for name, of in wanted.since.items() if of == first))
        codes = table["item_code"].cast(pa.string())
        earlier = pc.and_(pc.greater_equal(day, first), pc.less(day, start))
        keep = pc.or_(keep, pc.and_(earlier, pc.is_in(codes, value_set=names)))
    taken = table.filter(keep)
    made = {}
    for name in taken.column_names:
        column = taken[name]
        known = name in _SHEET.names
        if known and not _is_required(name) and _is_blank(column):
            continue
        if known or name in ORIGIN:
            made[ORIGIN.get(name, name) if not known else name] = column
    return pa.table(made).replace_schema_metadata(ORIGIN_MARK)


def _is_required(name: str) -> bool:
    return any(column.required for column in _SHEET.columns if column.name == name)


def _is_blank(column: "pa.ChunkedArray") -> bool:
    import pyarrow.compute as pc

    return not any(text for text in pc.unique(column).to_pylist())
