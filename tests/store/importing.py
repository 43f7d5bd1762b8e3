"""Files of records for tests of the store, and what stands there afterwards."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from equivalents.errors import DataError
from equivalents.store.engine import Store
from equivalents.store.importing import ImportedFile, import_records
from equivalents.store.segments import live_segments, live_table

__all__ = ["HEADINGS", "codes", "live", "record", "records_file", "rows_of", "take"]

HEADINGS = ("institution_id", "person_id", "item_code", "service_date", "quantity", "record_id")


def record(number: int, **more: str) -> dict[str, str]:
    """A record that no other number gives."""
    said = {
        "institution_id": f"I{number % 3}",
        "person_id": f"P{number % 7}",
        "item_code": f"JK{number % 5:02}",
        "service_date": f"2025-{1 + number % 2:02}-{1 + number % 28:02}",
        "quantity": f"{1 + number}",
        "record_id": f"R{number}",
    }
    return said | more


def records_file(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """A plain CSV file of records."""
    rows = [*rows]
    headings = [*HEADINGS, *sorted({name for row in rows for name in row} - {*HEADINGS})]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, headings, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def take(store: Store, file: Path, **more: Any) -> ImportedFile:
    """Import one file."""
    (done,) = import_records(store, [file], **more).files
    return done


def live(store: Store, *columns: str, as_of: int | None = None) -> list[tuple[str, ...]]:
    """The live rows as texts, sorted."""
    names = columns or HEADINGS
    found: list[tuple[str, ...]] = []
    with store.reading() as connection:
        for segment in live_segments(connection, as_of=as_of):
            table = live_table(store, connection, segment, as_of, columns=names)
            texts = [["" if v is None else str(v) for v in c.to_pylist()] for c in table.columns]
            found += zip(*texts, strict=True)
    return sorted(found)


def rows_of(store: Store, table: Table) -> Sequence[dict[str, Any]]:
    """Every row of a table."""
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def codes(error: pytest.ExceptionInfo[DataError]) -> list[str]:
    """The codes of what was refused."""
    return [one.code for one in error.value.problems]
