"""The trend of data quality over imports: of each how many rows came, and what became of them.

All of them for a command, a page of them for a service, and the rejected rows of one.
Source: issue 7, "data-quality trend over imports"; issue 8, "imports".
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, select, true

from equivalents.store.engine import Store
from equivalents.store.schema import AUDIT, IMPORTS, JOBS, REJECTIONS, SEGMENTS, UPLOADS
from equivalents.store.writing import parsed

__all__ = [
    "ListedImport",
    "RejectedRow",
    "import_with",
    "imports_after",
    "imports_of",
    "listed_imports",
    "rejections_after",
]

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class ListedImport:
    """One import; of a void received, accepted, known and rejected are 0.

    ``replaced_by`` is the import that replaced or voided it, 0 where none did. ``quality`` counts
    rejected rows and warnings by code.
    """

    import_id: int
    at: str
    who: str
    why: str
    file: str
    source: str
    sha256: str
    void: bool
    replaces: int
    replaced_by: int
    received: int
    accepted: int
    known: int
    reversed: int
    rejected: int
    posted_to: str
    quality: Mapping[str, int]

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """received, accepted, known, reversed, rejected."""
        return self.received, self.accepted, self.known, self.reversed, self.rejected

    @property
    def rejected_percent(self) -> str:
        """The rate of rejected rows in hundredths of a percent, cut off."""
        rate = self.rejected * 10_000 // self.received if self.received else 0
        return f"{rate // 100}.{rate % 100:02}"

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` shows it."""
        shown: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        shown["import"] = shown.pop("import_id")
        shown["quality"] = dict(self.quality)
        for name in ("replaces", "replaced_by"):
            shown[name] = shown[name] or None
        shown["rejected_percent"] = self.rejected_percent
        return shown


class RejectedRow(NamedTuple):
    """A row that was set aside; of ``original`` the filled columns, residents as pseudonyms."""

    id: int
    file: str
    sheet: str
    row: int
    column: str
    code: str
    value: str
    original: Mapping[str, str]


def listed_imports(store: Store) -> list[ListedImport]:
    """Every import, in the order of their numbers.

    Raises:
        DataError: a failure of the database.
    """
    with store.reading() as connection:
        return [one for one, _ in _imports(connection, true())]


def imports_after(
    connection: Connection, after: int = 0
) -> Iterator[tuple[ListedImport, frozenset[str]]]:
    """Imports after one, in the order of their numbers, each with the institutions of its rows.

    Some hundreds are held at a time.
    """
    while True:
        some = [*_imports(connection, IMPORTS.c.id > after, _CHUNK)]
        if not some:
            return
        places = _institutions(connection, [one.import_id for one, _ in some])
        for one, _ in some:
            yield one, places.get(one.import_id, frozenset())
            after = one.import_id


def import_with(
    connection: Connection, import_id: int
) -> tuple[ListedImport, frozenset[str], list[Any]] | None:
    """One import, the institutions of its rows, and what was understood of its file."""
    for one, understood in _imports(connection, IMPORTS.c.id == import_id):
        places = _institutions(connection, [import_id])
        return one, places.get(import_id, frozenset()), understood
    return None


def imports_of(connection: Connection, owner: str) -> frozenset[int]:
    """The imports that jobs of an owner made; of a case of several files the last one."""
    joined = IMPORTS.join(JOBS, IMPORTS.c.seq == JOBS.c.seq)
    wanted = select(IMPORTS.c.id).select_from(joined).where(JOBS.c.owner == owner)
    return frozenset(int(one) for one in connection.execute(wanted).scalars())


def rejections_after(
    connection: Connection, import_id: int, after: int = 0
) -> Iterator[RejectedRow]:
    """The rows of an import that were set aside, after one, in their order."""
    columns = REJECTIONS.c
    while True:
        wanted = (
            select(REJECTIONS)
            .where(columns.import_id == import_id, columns.id > after)
            .order_by(columns.id)
            .limit(_CHUNK)
        )
        some = [*connection.execute(wanted).mappings()]
        if not some:
            return
        for row in some:
            after = int(row["id"])
            yield RejectedRow(
                id=after,
                column=row["heading"],
                original=parsed(row["original"]) or {},
                **{name: row[name] for name in ("file", "sheet", "row", "code", "value")},
            )


def _imports(
    connection: Connection, which: ColumnElement[bool], most: int | None = None
) -> Iterator[tuple[ListedImport, list[Any]]]:
    """Some imports by number, with what was understood of the file of each."""
    joined = IMPORTS.join(UPLOADS, IMPORTS.c.upload_id == UPLOADS.c.id).join(
        AUDIT, IMPORTS.c.seq == AUDIT.c.seq
    )
    columns = (IMPORTS, UPLOADS.c.file_name, UPLOADS.c.sha256, AUDIT.c.at, AUDIT.c.who, AUDIT.c.why)
    wanted = select(*columns).select_from(joined).where(which).order_by(IMPORTS.c.id).limit(most)
    rows = [*connection.execute(wanted).mappings()]
    by = _replaced(connection, [int(row["id"]) for row in rows])
    for row in rows:
        yield _listed(row, by.get(int(row["id"]), 0)), parsed(row["understood"]) or []


def _replaced(connection: Connection, imports: list[int]) -> dict[int, int]:
    """Which import replaced or voided each of some."""
    found: dict[int, int] = {}
    for start in range(0, len(imports), _CHUNK):
        some = imports[start : start + _CHUNK]
        wanted = select(IMPORTS.c.replaces, IMPORTS.c.id).where(IMPORTS.c.replaces.in_(some))
        found |= {int(old): int(new) for old, new in connection.execute(wanted)}
    return found


def _listed(row: RowMapping, replaced_by: int) -> ListedImport:
    counts = ("received", "accepted", "known", "reversed", "rejected")
    return ListedImport(
        import_id=int(row["id"]),
        at=row["at"],
        who=row["who"],
        why=row["why"],
        file=row["file_name"],
        source=row["source"],
        sha256=row["sha256"],
        void=not row["plan_sha256"],
        replaces=int(row["replaces"] or 0),
        replaced_by=replaced_by,
        posted_to=row["period"],
        quality=json.loads(row["quality"] or "{}"),
        **{name: int(row[name]) for name in counts},
    )


def _institutions(connection: Connection, imports: list[int]) -> dict[int, frozenset[str]]:
    """The institutions whose rows some imports added or took back."""
    wanted = select(SEGMENTS.c.import_id, SEGMENTS.c.ranges).where(
        SEGMENTS.c.import_id.in_(imports)
    )
    found: dict[int, frozenset[str]] = {}
    for import_id, ranges in connection.execute(wanted):
        names = {str(one[1]) for one in parsed(ranges) or ()}
        found[int(import_id)] = found.get(int(import_id), frozenset()) | names
    return found
