"""The trend of data quality over imports: of each how many rows came, and what became of them.

Source: issue 7, "data-quality trend over imports".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from equivalents.store.engine import Store
from equivalents.store.schema import AUDIT, IMPORTS, UPLOADS

__all__ = ["ListedImport", "listed_imports"]


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

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` shows it, with the rate of rejected rows in hundredths of a percent."""
        shown: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        shown["import"] = shown.pop("import_id")
        shown["quality"] = dict(self.quality)
        for name in ("replaces", "replaced_by"):
            shown[name] = shown[name] or None
        rate = self.rejected * 10_000 // self.received if self.received else 0
        shown["rejected_percent"] = f"{rate // 100}.{rate % 100:02}"
        return shown


def listed_imports(store: Store) -> list[ListedImport]:
    """Every import, in the order of their numbers.

    Raises:
        DataError: a failure of the database.
    """
    with store.reading() as connection:
        uploads = {row["id"]: row for row in connection.execute(select(UPLOADS)).mappings()}
        wanted = select(AUDIT.c.seq, AUDIT.c.at, AUDIT.c.who, AUDIT.c.why)
        entries = {row["seq"]: row for row in connection.execute(wanted).mappings()}
        rows = [*connection.execute(select(IMPORTS)).mappings()]
    replaced = {row["replaces"]: int(row["id"]) for row in rows if row["replaces"] is not None}
    found = []
    for row in sorted(rows, key=lambda one: int(one["id"])):
        upload, entry = uploads[row["upload_id"]], entries[row["seq"]]
        found.append(
            ListedImport(
                import_id=int(row["id"]),
                at=entry["at"],
                who=entry["who"],
                why=entry["why"],
                file=upload["file_name"],
                source=row["source"],
                sha256=upload["sha256"],
                void=not row["plan_sha256"],
                replaces=int(row["replaces"] or 0),
                replaced_by=replaced.get(row["id"], 0),
                received=int(row["received"]),
                accepted=int(row["accepted"]),
                known=int(row["known"]),
                reversed=int(row["reversed"]),
                rejected=int(row["rejected"]),
                posted_to=row["period"],
                quality=json.loads(row["quality"] or "{}"),
            )
        )
    return found
