"""The records of a period's case, as Parquet files: one for each segment that has any of them.

They are those of the period; those of items whose counting window the period begins in, as
history; stays that go on into it; and, of records outside that a record in it corrects, these and
what else corrected them, so that the correction is understood. Files of segments are kept in the
cache under a hash of all that decides their content, and shared by cases. Sources: specification
page 2 "Records at rest"; definitions 5.5, 5.6; rules A3, D5.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Connection, select

from equivalents.intake.headings import TABLES
from equivalents.intake.parquet import ORIGIN, ORIGIN_MARK
from equivalents.policy.calendar import Period, month_of
from equivalents.store.casecache import CaseCache, part_sha256
from equivalents.store.engine import Store
from equivalents.store.schema import SEGMENTS
from equivalents.store.sealing import canonical
from equivalents.store.segmentformat import decoded
from equivalents.store.segments import (
    Reversals,
    Segment,
    live_segments,
    live_table,
    segment_body,
)
from equivalents.store.writing import parsed

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CaseRecords", "RecordFile", "Wanted"]

_FORMAT: Final = "2"
"""Changes with anything that changes a file made of the same content."""
_GROUP: Final = 1 << 19
"""Records a row group: each is read by a thread of its own."""
_SHEET: Final = TABLES["records"]
_REQUIRED: Final = tuple(column.name for column in _SHEET.columns if column.required)
_NONE: Final = "none.parquet"
_CORRECTED: Final = "corrected-before.parquet"


class Wanted(NamedTuple):
    """Which records a case has: those of the period, and earlier ones of some items.

    Those of ``since`` from their day on; stays of ``stays`` that go on into the period.
    """

    period: Period
    since: Mapping[str, int]
    stays: frozenset[str]

    @property
    def months(self) -> tuple[str, str]:
        """The first and the last month, both included."""
        first = min(self.since.values(), default=self.period.start)
        return month_of(first), month_of(self.period.end - 1)

    @property
    def text(self) -> str:
        """All that decides which records of a segment are taken."""
        days = self.period.start, self.period.end
        return canonical([*days, sorted(self.since.items()), sorted(self.stays)])


class RecordFile(NamedTuple):
    """A file of records: its name in the case, the key of its content, where it lies."""

    name: str
    key: str
    path: Path


class CaseRecords:
    """The records of one case. ``files`` are those with any row, in the order of segments.

    ``corrected`` is how many records outside the period are there for the sake of corrections.
    """

    def __init__(
        self, store: Store, connection: Connection, cache: CaseCache, wanted: Wanted, as_of: int
    ) -> None:
        self._store, self._connection, self._cache = store, connection, cache
        self._wanted, self._as_of = wanted, as_of
        self._taken_back = _reversals(connection, as_of)
        self._reversals: Reversals | None = None
        self.corrected = 0
        keys = {one: self._key_of(one) for one in self._segments()}
        found = cache.parts_of(keys.values())
        made = (self._file(segment, key, found[key]) for segment, key in keys.items())
        self.files = [one for one in made if one is not None]
        self.files += self._of_corrections()

    def write(self, folder: Path) -> dict[Path, str]:
        """Put the files into a folder; where there is none, an empty one says so.

        Gives the hashes of those that are the proven files themselves.
        """
        folder.mkdir()
        known = {}
        for one in self.files:
            if _link(one.path, folder / one.name):
                known[folder / one.name] = part_sha256(one.path)
        if not self.files:
            import pyarrow as pa
            import pyarrow.parquet as pq

            empty = pa.table({name: pa.array([], pa.string()) for name in _REQUIRED})
            pq.write_table(empty, folder / _NONE)
        return known

    def _segments(self) -> list[Segment]:
        """The segments that may have records of the case."""
        wanted = self._wanted
        found = live_segments(self._connection, wanted.months, self._as_of)
        if wanted.stays:
            ids, before = {one.id for one in found}, ("0000-00", wanted.months[0])
            others = live_segments(self._connection, before, self._as_of)
            start = wanted.period.start
            found += [one for one in others if one.id not in ids and self._last_end(one) > start]
        return sorted(found)

    def _last_end(self, segment: Segment) -> int:
        """The last day on which a stay of a segment ends, 0 for none; looked up once a segment."""
        import pyarrow as pa
        import pyarrow.compute as pc

        known = self._cache.note(segment.identity)
        if known is None:
            body = segment_body(self._store, self._connection, segment)
            ends: Any = decoded(body, ["service_end_date"])["service_end_date"].cast(pa.int32())
            known = int(pc.max(ends).as_py() or 0)
            self._cache.keep_note(segment.identity, known)
        return known

    def _key_of(self, segment: Segment) -> str:
        return _key([segment.identity, self._against(segment), segment.id, self._wanted.text])

    def _file(self, segment: Segment, key: str, path: Path | None) -> RecordFile | None:
        """The file of a segment, made where it is not in the cache; ``None``: it has no row."""
        if path is None and self._cache.note(key) != 0:
            table = self._live(segment)
            path = self._kept(table.filter(_of_case(table, self._wanted)), key)
        if path is None:
            return None
        of = f"import-{segment.import_id}" if segment.import_id is not None else "compacted"
        return RecordFile(f"{of}-segment-{segment.id}.parquet", key, path)

    def _kept(self, table: "pa.Table", key: str) -> Path | None:
        """Keep some records in the cache; where there are none, that there are none."""
        import pyarrow.parquet as pq

        if not table.num_rows:
            self._cache.keep_note(key, 0)
            return None
        written = self._cache.new_part(key)
        pq.write_table(_as_records(table), written, row_group_size=_GROUP, compression="zstd")
        return self._cache.keep_part(written, key)

    def _against(self, segment: Segment) -> list[str]:
        """The reversals that may take rows of a segment back."""
        months = {one.month for one in segment.ranges}
        return sorted(one for at, one, of in self._taken_back if at > segment.id and months & of)

    def _live(self, segment: Segment) -> "pa.Table":
        if self._reversals is None:
            self._reversals = Reversals(self._store, self._connection, None, self._as_of)
        known: dict[str, Any] = {"as_of": self._as_of, "reversals": self._reversals}
        return live_table(self._store, self._connection, segment, **known)

    # -- corrections of records outside ------------------------------------------------------------

    def _of_corrections(self) -> list[RecordFile]:
        """The records outside that records of the case correct, with what else corrected them."""
        import pyarrow.parquet as pq

        ids = _unknown(one.path for one in self.files)
        if not ids:
            return []
        every = live_segments(self._connection, None, self._as_of)
        content = [[one.identity, self._against(one)] for one in every]
        key = _key([sorted(ids), content, self._wanted.text])
        path = self._cache.part(key)
        if path is None and self._cache.note(key) != 0:
            path = self._kept(self._correcting(every, ids), key)
        if path is None:
            return []
        self.corrected = pq.read_metadata(path).num_rows
        return [RecordFile(_CORRECTED, key, path)]

    def _correcting(self, every: Sequence[Segment], ids: set[str]) -> "pa.Table":
        """Rows outside the case that have one of some ids, or corrected one before.

        What these correct in turn is looked for as well, until nothing more is found.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        asked: set[str] = set()
        while ids - asked:
            asked, pieces = {*ids}, []
            named = pa.array(sorted(ids))
            for segment in every:
                table = self._live(segment)
                early = pc.less(table["service_date"].cast(pa.int32()), self._wanted.period.start)
                hit = pc.or_(
                    pc.is_in(table["record_id"].cast(pa.string()), value_set=named),
                    pc.and_(early, pc.is_in(table["corrects"].cast(pa.string()), value_set=named)),
                )
                outside = pc.invert(_of_case(table, self._wanted))
                pieces.append(table.filter(pc.and_(hit, outside)))
            found = pa.concat_tables(pieces)
            ids = asked | {text for text in _texts(found, "corrects") if text}
        return _coded_anew(found)


def _coded_anew(table: "pa.Table") -> "pa.Table":
    """The same with no text in a dictionary but those of its rows, in their order.

    Segments that hold equal rows may have others: what is kept under their identities alone must
    be made of the rows alone.
    """
    import pyarrow as pa

    made = {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        coded = pa.types.is_dictionary(column.type)
        made[name] = column.dictionary_decode().dictionary_encode() if coded else column
    return pa.table(made)


def _key(parts: Sequence[Any]) -> str:
    return sha256(canonical([_FORMAT, *parts]).encode()).hexdigest()[:40]


def _reversals(connection: Connection, as_of: int) -> list[tuple[int, str, set[str]]]:
    """The id and identity of each reversal known, and the months that it takes rows from."""
    wanted = select(SEGMENTS.c.id, SEGMENTS.c.identity, SEGMENTS.c.ranges).where(
        SEGMENTS.c.kind == "reversal", SEGMENTS.c.seq <= as_of
    )
    return [
        (int(one.id), str(one.identity), {str(month) for month, *_ in parsed(one.ranges) or ()})
        for one in connection.execute(wanted)
    ]


def _link(path: Path, target: Path) -> bool:
    """The same file under another name; a copy, and false, where the system has no such links."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
        return False
    return True


def _unknown(paths: Iterator[Path]) -> set[str]:
    """The records that some record corrects and that are not there."""
    import pyarrow.parquet as pq

    named: set[str] = set()
    there: set[str] = set()
    held = [(path, {*pq.read_schema(path).names}) for path in paths]
    for path, names in held:
        if "corrects" in names:
            named |= {*_texts(pq.read_table(path, columns=["corrects"]), "corrects")} - {""}
    for path, names in held if named else []:
        if "record_id" in names:
            there |= named & {*_texts(pq.read_table(path, columns=["record_id"]), "record_id")}
    return named - there


def _texts(table: "pa.Table", name: str) -> list[str]:
    """The distinct texts of a column."""
    import pyarrow.compute as pc

    return [text or "" for text in pc.unique(table[name]).to_pylist()]


def _of_case(table: "pa.Table", wanted: Wanted) -> Any:
    """Which records are of the case."""
    import pyarrow as pa
    import pyarrow.compute as pc

    day: Any = table["service_date"].cast(pa.int32())
    codes = table["item_code"].cast(pa.string())
    start, end = wanted.period.start, wanted.period.end
    keep = pc.and_(pc.greater_equal(day, start), pc.less(day, end))
    for first in sorted(set(wanted.since.values())):
        names = pa.array(sorted(name for name, of in wanted.since.items() if of == first))
        earlier = pc.and_(pc.greater_equal(day, first), pc.less(day, start))
        keep = pc.or_(keep, pc.and_(earlier, pc.is_in(codes, value_set=names)))
    if wanted.stays:
        ends: Any = pc.fill_null(table["service_end_date"].cast(pa.int32()), 0)
        going_on = pc.and_(pc.less(day, start), pc.greater(ends, start))
        names = pa.array(sorted(wanted.stays))
        keep = pc.or_(keep, pc.and_(going_on, pc.is_in(codes, value_set=names)))
    return keep


def _as_records(table: "pa.Table") -> "pa.Table":
    """Records as a case has them: without columns that are blank throughout.

    Columns that say where a record came from get names of their own.
    """
    import pyarrow as pa

    made = {}
    for name in table.column_names:
        if name in _REQUIRED or (name in _SHEET.names and any(_texts(table, name))):
            made[name] = table[name]
        elif name in ORIGIN:
            made[ORIGIN[name]] = table[name]
    return pa.table(made).replace_schema_metadata(ORIGIN_MARK)
