"""A corrected file replaces by reversal, an import is voided, small segments become one.

Faults it catches: a row of the old file that stays, or one of another file that goes; a history
that looks otherwise afterwards; an old file that comes back by chance; a merged segment that knows
a row that was taken back.
"""

from pathlib import Path

import pytest

from equivalents.errors import DataError
from equivalents.store import schema
from equivalents.store.compacting import compact
from equivalents.store.engine import Store
from equivalents.store.importing import import_records, void_import
from equivalents.store.importlist import listed_imports
from equivalents.store.segments import RowSet, live_segments, row_sets
from equivalents.store.verify import verify
from equivalents.store.writing import head_of
from tests.store.importing import codes, live, record, records_file, rows_of, take


def last(store: Store) -> int:
    with store.reading() as connection:
        head = head_of(connection)
    assert head is not None
    return head.seq


def sets(store: Store, as_of: int | None = None) -> list[RowSet]:
    with store.reading() as connection:
        return row_sets(store, connection, "2025", as_of)


def test_a_corrected_file_is_shown_and_replaces(store: Store, tmp_path: Path) -> None:
    old = records_file(tmp_path / "old.csv", map(record, range(10)))
    first = take(store, old)
    take(store, records_file(tmp_path / "other.csv", [record(50)]))
    before, seq = live(store), last(store)
    rows = [record(n) for n in range(1, 10)]
    rows[3]["quantity"] = "77"
    new = records_file(tmp_path / "new.csv", [*rows, record(20)])
    shown = take(store, new, replaces=first.import_id, show=True)
    assert (shown.accepted, shown.known, shown.reversed, shown.import_id) == (2, 8, 2, 0)
    changes = shown.changes
    assert changes is not None
    assert (changes.removed, changes.added, changes.changed) == (2, 2, 1)
    assert [(one.kind, one.record_id, one.columns) for one in changes.rows] == [
        ("changed", "R4", ("quantity",)),
        ("removed", "R0", changes.rows[1].columns),
        ("added", "R20", changes.rows[2].columns),
    ]
    assert (changes.rows[0].before["quantity"], changes.rows[0].after["quantity"]) == (
        "5.000",
        "77.000",
    )
    assert last(store) == seq
    done = take(store, new, replaces=first.import_id, why="更正")
    assert (done.accepted, done.reversed) == (2, 2)
    assert len(live(store)) == 11
    assert live(store, as_of=seq) == before
    with pytest.raises(DataError) as refused:
        take(store, old, replaces=first.import_id)
    assert codes(refused) == ["IMPORT_REPLACED"]
    with pytest.raises(DataError) as refused:
        take(store, old)
    assert codes(refused) == ["IMPORT_WAS_REPLACED"]
    back = take(store, old, replaces=done.import_id)
    assert (back.accepted, back.reversed) == (2, 2)
    assert live(store) == before


def test_the_same_replacement_again_is_recognised(store: Store, tmp_path: Path) -> None:
    old = records_file(tmp_path / "old.csv", map(record, range(4)))
    new = records_file(tmp_path / "new.csv", map(record, range(1, 5)))
    take(store, old)
    assert take(store, old, replaces=1).known_as == 1
    assert take(store, new).accepted == 1  # imported beside the old file, by mistake
    mended = take(store, new, replaces=1)
    assert (mended.accepted, mended.known, mended.reversed) == (0, 4, 1)
    assert take(store, new, replaces=1).known_as == mended.import_id
    assert len(live(store)) == 4


def test_a_replacement_stands_for_what_it_left_in_place(store: Store, tmp_path: Path) -> None:
    first = take(store, records_file(tmp_path / "1.csv", map(record, range(6))))
    second = take(store, records_file(tmp_path / "2.csv", map(record, range(4))), replaces=1)
    assert first.import_id == 1
    third = take(store, records_file(tmp_path / "3.csv", map(record, range(2))), replaces=2)
    assert (second.reversed, third.reversed) == (2, 2)
    assert len(live(store)) == 2


def test_a_row_of_another_import_stays(store: Store, tmp_path: Path) -> None:
    take(store, records_file(tmp_path / "1.csv", map(record, range(4))))
    second = take(store, records_file(tmp_path / "2.csv", map(record, range(2, 8))))
    assert second.known == 2
    void_import(store, second.import_id, why="重复")
    assert len(live(store)) == 4
    again = take(store, tmp_path / "2.csv")
    assert (again.accepted, again.known) == (4, 2)


def test_a_void_takes_everything_back_and_the_file_may_come_again(
    store: Store, tmp_path: Path
) -> None:
    file = records_file(tmp_path / "1.csv", map(record, range(8)))
    first = take(store, file)
    seq = last(store)
    gone = void_import(store, first.import_id, why="传错了")
    assert (gone.reversed, live(store), sets(store)) == (8, [], [])
    assert len(live(store, as_of=seq)) == 8
    for wrong, code in ((1, "IMPORT_REPLACED"), (2, "IMPORT_UNKNOWN"), (9, "IMPORT_UNKNOWN")):
        with pytest.raises(DataError) as refused:
            void_import(store, wrong)
        assert codes(refused) == [code]
    assert take(store, file).accepted == 8
    assert take(store, file).known_as == 3
    with pytest.raises(DataError) as refused:
        import_records(store, [file, file], replaces=3)
    assert codes(refused) == ["IMPORT_REPLACES_ONE"]
    listed = listed_imports(store)
    assert [(one.import_id, one.void, one.reversed, one.replaced_by) for one in listed] == [
        (1, False, 0, 2),
        (2, True, 8, 0),
        (3, False, 0, 0),
    ]
    assert listed[1].why == "传错了"


def test_a_file_is_asked_row_by_row_once_anything_was_taken_back(
    store: Store, tmp_path: Path
) -> None:
    shared = records_file(tmp_path / "2.csv", map(record, range(2, 6)))
    take(store, records_file(tmp_path / "1.csv", map(record, range(4))))
    assert take(store, shared).known == 2
    void_import(store, 1)
    assert len(live(store)) == 2
    back = take(store, shared)  # recognised by its bytes it would lack two rows for ever
    assert (back.accepted, back.known) == (2, 2)


def test_merged_segments_change_no_row_set_and_no_history(store: Store, tmp_path: Path) -> None:
    for at in range(6):
        take(store, records_file(tmp_path / f"{at}.csv", map(record, range(10 * at, 10 * at + 10))))
    void_import(store, 2)
    seq, rows, known = last(store), live(store), sets(store)
    before = sets(store, 4)
    done = compact(store)
    assert (done.parents, done.segments) == (6, 1)
    with store.reading() as connection:
        (one,) = live_segments(connection)
    assert (one.rows, one.kind, one.import_id) == (50, "compacted", None)
    assert (live(store), sets(store)) == (rows, known)
    assert (live(store, as_of=seq), sets(store, 4)) == (rows, before)
    assert compact(store).parents == 0
    void_import(store, 3)
    assert len(live(store)) == 40
    replaced = take(
        store, records_file(tmp_path / "new.csv", map(record, range(30, 35))), replaces=4
    )
    assert (replaced.known, replaced.reversed) == (5, 5)
    assert len(live(store)) == 35
    assert len(rows_of(store, schema.SEGMENT_PARENTS)) == 6


def test_a_replacement_over_two_months_verifies(store: Store, tmp_path: Path) -> None:
    """Rows of two months are put together; each institution then stood twice in the dictionary."""
    done = take(store, records_file(tmp_path / "a.csv", [record(n) for n in range(12)]))
    some = [record(n) for n in (0, 10, 11, 20)]
    take(store, records_file(tmp_path / "b.csv", some), replaces=done.import_id)
    assert verify(store).problems == []
