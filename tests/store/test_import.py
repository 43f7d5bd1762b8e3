"""Records come in exactly once: equal files, overlapping files, equal rows in one file.

Faults it catches: a row that is lost or doubled because it came in two exports, in another order
or another form; an id of a resident that stands in the database; a rejected row that is dropped.
"""

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import text

from equivalents.errors import DataError
from equivalents.store import importing, schema
from equivalents.store.engine import Store
from equivalents.store.importing import import_records
from equivalents.store.place import StorePlace
from equivalents.store.secret import new_key
from equivalents.store.segments import row_sets
from tests.store.importing import codes, live, record, records_file, rows_of, take


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


def test_overlapping_exports_add_what_is_new(store: Store, tmp_path: Path) -> None:
    first = take(store, records_file(tmp_path / "a.csv", map(record, range(20))))
    second = take(store, records_file(tmp_path / "b.csv", map(record, range(30, 9, -1))))
    assert (first.accepted, second.accepted, second.known) == (20, 11, 10)
    both = records_file(tmp_path / "c.csv", map(record, range(31)))
    whole = take(store, both)
    assert (whole.received, whole.accepted, whole.known) == (31, 0, 31)
    assert len(live(store)) == 31


def test_equal_rows_of_one_file_count_as_often_as_they_stand(store: Store, tmp_path: Path) -> None:
    same = record(1, record_id="")
    assert take(store, records_file(tmp_path / "a.csv", [same, same])).accepted == 2
    more = take(store, records_file(tmp_path / "b.csv", [same, record(2), same, same]))
    assert (more.accepted, more.known) == (2, 2)
    fewer = take(store, records_file(tmp_path / "c.csv", [same, record(3)]))
    assert (fewer.accepted, fewer.known) == (1, 1)
    assert Counter(live(store)).most_common(1)[0][1] == 3
    other = take(store, records_file(tmp_path / "d.csv", [record(1, record_id="other")]))
    assert other.accepted == 1


def test_what_a_row_says_is_known_whatever_the_file_looks_like(
    store: Store, tmp_path: Path
) -> None:
    rows = [record(n, quantity="1.5", resident_group="b;a", setting="home") for n in range(4)]
    take(store, records_file(tmp_path / "a.csv", rows))
    book = Workbook()
    sheet = book.active
    sheet.title = "服务记录"
    names = ["机构编号", "人员编号", "项目编码", "服务日期", "数量", "记录编号", "人群", "服务场所"]
    sheet.append(["来源", *names])
    for row in reversed(rows):
        date = row["service_date"].replace("-", "/")
        ids = [row[name] for name in ("institution_id", "person_id", "item_code")]
        sheet.append(["", *ids, date, "1.500", row["record_id"], "a;b;a", "home"])
    book.save(tmp_path / "a.xlsx")
    again = take(store, tmp_path / "a.xlsx")
    assert (again.known, again.accepted) == (4, 0)


def test_any_split_and_order_gives_the_same_row_sets(
    store: Store, tmp_path: Path, place: StorePlace
) -> None:
    rows = [record(n, record_id="" if n % 2 else f"R{n}") for n in range(60)] * 2
    rows = [row for at, row in enumerate(rows) if at < 60 or not row["record_id"]]
    whole = records_file(tmp_path / "whole.csv", rows)
    take(store, whole)
    with store.reading() as connection:
        one = row_sets(store, connection, "2025", None)
    assert sum(each.rows for each in one) == 90
    draw = random.Random(7)
    for seed in range(3):
        draw.shuffle(rows)
        cut = 20 + 10 * seed
        parts = (rows[:cut], rows[cut:])
        for at, part in enumerate(parts):
            done = take(store, records_file(tmp_path / f"{seed}{at}.csv", part))
            assert done.accepted == 0
    with store.reading() as connection:
        assert row_sets(store, connection, "2025", None) == one


def test_a_rejected_row_stops_everything_or_is_set_aside(store: Store, tmp_path: Path) -> None:
    rows = [record(n) for n in range(6)]
    rows[2]["service_date"] = "2025-02-30"
    rows[4]["quantity"] = ""
    good = records_file(tmp_path / "good.csv", [record(9)])
    file = records_file(tmp_path / "bad.csv", [*rows, dict(rows[0])])
    with pytest.raises(DataError) as refused:
        import_records(store, [good, file])
    assert codes(refused) == [
        "DATE_INVALID", "VALUE_MISSING", "RECORD_ID_REPEATED", "IMPORT_REJECTED",
    ]  # fmt: skip
    assert not rows_of(store, schema.IMPORTS)
    done = take(store, file, on_reject="quarantine")
    assert (done.received, done.accepted, done.rejected) == (7, 4, 3)
    kept = rows_of(store, schema.REJECTIONS)
    assert [(one["row"], one["heading"], one["code"]) for one in kept] == [
        (4, "service_date", "DATE_INVALID"),
        (6, "quantity", "VALUE_MISSING"),
        (8, "record_id", "RECORD_ID_REPEATED"),
    ]
    assert json.loads(kept[0]["original"]) == rows[2]
    (imported,) = rows_of(store, schema.IMPORTS)
    assert json.loads(imported["quality"]) == {
        "DATE_INVALID": 1, "VALUE_MISSING": 1, "RECORD_ID_REPEATED": 1,
    }  # fmt: skip


def test_a_record_id_that_stands_with_other_content_is_rejected(
    store: Store, tmp_path: Path
) -> None:
    take(store, records_file(tmp_path / "a.csv", [record(1), record(2)]))
    file = records_file(tmp_path / "b.csv", [record(1, quantity="9"), record(3)])
    with pytest.raises(DataError) as refused:
        take(store, file)
    assert codes(refused) == ["RECORD_ID_STANDS", "IMPORT_REJECTED"]
    assert refused.value.problems[0].facts["other"].startswith("a.csv ")
    done = take(store, file, on_reject="quarantine")
    assert (done.received, done.accepted, done.rejected) == (2, 1, 1)


def test_what_was_decided_is_decided_again_when_others_were_faster(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = records_file(tmp_path / "b.csv", [record(1, quantity="9"), record(2), record(3)])
    others = [
        records_file(tmp_path / f"{n}.csv", [record(1 + 42 * n), record(2 + 42 * n)])
        for n in range(2)
    ]
    passed: list[str] = []

    def between(name: str) -> None:
        passed.append(name)
        if name == "import.read" and others:
            other = others.pop()
            monkeypatch.setattr(importing, "failpoint", lambda _: None)
            take(store, other)
            monkeypatch.setattr(importing, "failpoint", between)

    monkeypatch.setattr(importing, "failpoint", between)
    done = take(store, file, on_reject="quarantine")
    assert passed.count("import.read") == 3
    assert (done.received, done.accepted, done.known, done.rejected) == (3, 1, 1, 1)
    assert [one["code"] for one in rows_of(store, schema.REJECTIONS)] == ["RECORD_ID_STANDS"]
    assert len(live(store)) == 5


def test_ids_of_residents_stand_nowhere(store: Store, tmp_path: Path) -> None:
    rows = [record(n, resident_id=f"居民{n % 3}", household_id="户1") for n in range(6)]
    rows[5]["quantity"] = "x"
    file = records_file(tmp_path / "a.csv", rows)
    with pytest.raises(DataError) as refused:
        take(store, file)
    assert codes(refused) == ["KEY_ABSENT"]
    keyed = with_key(store, tmp_path / "key")
    done = take(keyed, file, on_reject="quarantine")
    assert (done.accepted, done.rejected) == (5, 1)
    names = {one[0] for one in live(store, "resident_id")}
    assert len(names) == 3
    assert {len(name) for name in names} == {33}
    (kept,) = rows_of(store, schema.REJECTIONS)
    assert json.loads(kept["original"])["resident_id"] in names
    for table in schema.TABLES:
        said = [value for row in rows_of(store, table) for value in row.values()]
        whole = b"".join(one if isinstance(one, bytes) else str(one).encode() for one in said)
        assert "居民".encode() not in whole
        assert "户1".encode() not in whole
    wrong = with_key(store, tmp_path / "other")
    with pytest.raises(DataError) as refused:
        take(wrong, records_file(tmp_path / "b.csv", rows[:4]))
    assert codes(refused) == ["KEY_WRONG"]
    without = records_file(tmp_path / "c.csv", [record(50)])
    assert take(store, without).accepted == 1


def test_a_pseudonym_is_not_hidden_once_more(store: Store, tmp_path: Path) -> None:
    keyed = with_key(store, tmp_path / "key")
    take(keyed, records_file(tmp_path / "a.csv", [record(1, resident_id="居民1")]))
    ((shown,),) = live(keyed, "resident_id")
    rows = [record(2, resident_id="居民2"), record(3, resident_id=shown, household_id=shown)]
    file = records_file(tmp_path / "b.csv", [*rows, record(4, household_id=shown)])
    with pytest.raises(DataError) as refused:
        take(keyed, file)
    assert [(one.code, one.place.row, one.place.column) for one in refused.value.problems[:2]] == [
        ("VALUE_HIDDEN", 3, "resident_id"),
        ("VALUE_HIDDEN", 4, "household_id"),
    ]
    assert codes(refused)[2:] == ["IMPORT_REJECTED"]
    assert [one.value for one in refused.value.problems[:2]] == [shown, shown]
    done = take(keyed, file, on_reject="quarantine")
    assert (done.accepted, done.rejected) == (1, 2)
    first, second = rows_of(keyed, schema.REJECTIONS)
    assert json.loads(first["original"])["resident_id"] == shown
    assert json.loads(second["original"])["household_id"] == shown


def with_key(store: Store, file: Path) -> Store:
    """The same store with a new key."""
    new_key(file)
    return Store(replace(store.place, key=file), store.engine, store.who)


def test_the_file_is_kept_as_evidence_unless_it_is_too_large(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = records_file(tmp_path / "a.csv", [record(1)])
    take(store, file, retain_until="2035-12-31", source="公卫")
    (upload,) = rows_of(store, schema.UPLOADS)
    assert (upload["file_name"], upload["retain_until"]) == ("a.csv", "2035-12-31")
    (body,) = rows_of(store, schema.UPLOAD_BODIES)
    assert bytes(body["body"]) == file.read_bytes()
    monkeypatch.setattr(importing, "KEPT_BYTES", 10)
    done = take(store, records_file(tmp_path / "b.csv", [record(2)]))
    assert [one.code for one in done.problems] == ["UPLOAD_NOT_KEPT"]
    assert len(rows_of(store, schema.UPLOAD_BODIES)) == 1
    assert [one["upload_id"] for one in rows_of(store, schema.TOMBSTONES)] == [2]
    with pytest.raises(DataError) as refused:
        take(store, file, retain_until="bald")
    assert codes(refused) == ["IMPORT_RETAIN"]
    with pytest.raises(DataError) as refused:
        take(store, tmp_path / "absent.csv")
    assert codes(refused) == ["IMPORT_FILE_ABSENT"]


def test_a_body_that_is_altered_or_gone_is_not_used(store: Store, tmp_path: Path) -> None:
    take(store, records_file(tmp_path / "a.csv", [record(1)]))
    with store.engine.begin() as connection:
        names = ("keep_segment_bodies_update", "keep_segment_bodies_delete")
        on = "" if store.place.embedded else " ON segment_bodies"
        for name in names if store.place.embedded else ("keep_segment_bodies_rows",):
            connection.execute(text(f"DROP TRIGGER {name}{on}"))
    for sql, code in (
        ("UPDATE segment_bodies SET body = :other", "SEGMENT_DAMAGED"),
        ("DELETE FROM segment_bodies WHERE body = :other", "SEGMENT_ABSENT"),
    ):
        with store.engine.begin() as connection:
            connection.execute(text(sql), {"other": b"other"})
        with pytest.raises(DataError) as refused:
            live(store)
        assert codes(refused) == [code]
