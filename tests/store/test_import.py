"""Records come in exactly once: equal files, overlapping files, equal rows in one file.

Faults it catches: a row that is lost or doubled because it came in two exports, in another order
or another form; an id of a resident that stands in the database; a rejected row that is dropped.
"""

from pathlib import Path

from equivalents.store import schema
from equivalents.store.engine import Store
from tests.store.importing import live, record, records_file, rows_of, take


def test_an_equal_file_is_recognised_and_nothing_is_written(store: Store, tmp_path: Path) -> None:
    file = records_file(tmp_path / "a.csv", [record(n) for n in range(5)])
    first = take(store, file)
    assert (first.received, first.accepted, first.known) == (5, 5, 0)
    before = rows_of(store, schema.AUDIT)
    again = take(store, file)
    assert (again.known_as, again.import_id) == (first.import_id, 0)
    assert [one.code for one in again.problems] == ["IMPORT_KNOWN"]
    assert rows_of(store, schema.AUDIT) == before
    assert len(live(store)) == 5
