"""Uploaded files as evidence: given back byte for byte, and no id of a resident in clear anywhere.

Faults it catches: a body with ids that is kept as it came; an id that stays in a rejected row, its
bad value, the audit trail or what was understood; a body opened by another key, or of another
file; a body that was altered and is given out; a file that is replaced.
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import update
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.errors import DataError
from equivalents.store import schema
from equivalents.store.backup import back_up
from equivalents.store.backupread import opened_backup
from equivalents.store.caseput import put_case
from equivalents.store.dated import put_table
from equivalents.store.engine import Store
from equivalents.store.evidence import Secrecy, Upload, hand_out, keep_body, read_body
from equivalents.store.evidencefile import write_evidence
from equivalents.store.place import StorePlace
from equivalents.store.restoring import restore
from equivalents.store.retention import expire
from equivalents.store.sealing import sha256_of
from equivalents.store.secret import new_key, read_key
from equivalents.store.segments import live_segments, segment_body
from equivalents.store.trail import trail
from equivalents.store.verify import verify
from tests.keeping import edit, owner
from tests.store.importing import codes, live, record, records_file, rows_of, take
from tests.store.test_import_late import EXAMPLE, MAP
from tests.stores import environment, new_place

MARKS = ("330102", "户口", "3.30102")
"""No id of these tests is without one of them; nothing else has any."""


def keyed(store: Store, file: Path) -> Store:
    """The same store, its key in a file, which is made if it is not there."""
    if not file.exists():
        new_key(file)
    return Store(replace(store.place, key=file), store.engine, store.who)


def everything(store: Store) -> bytes:
    """Every byte of a store: its rows and bodies; of SQLite its file and log as well."""
    found: list[Any] = []
    for table in schema.TABLES:
        found += [value for row in rows_of(store, table) for value in row.values()]
    with store.reading() as connection:
        from equivalents.store.segmentformat import decoded

        for segment in live_segments(connection):
            # Parquet compresses: what is in it is looked at, too.
            found += [decoded(segment_body(store, connection, segment)).to_pydict()]
    if store.place.embedded:
        found += [
            one.read_bytes() for one in store.place.file.parent.glob("store.db*") if one.is_file()
        ]
    return b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in found)


def in_clear(content: bytes) -> list[str]:
    return [
        mark for mark in MARKS if mark.encode() in content or mark.encode("utf-16-le") in content
    ]


def resident(number: int) -> str:
    return f"330102{19600101 + number}0010"


def nasty(path: Path) -> Path:
    """Records with every fault that names a cell, in rows with ids; and columns nobody reads."""
    rows = [record(n, resident_id=resident(n), household_id=f"户口{n}") for n in range(12)]
    rows[1]["service_date"] = "2025-02-30"
    rows[2]["quantity"] = "x"
    rows[3]["resident_id"] = f"{resident(3)}\n{resident(4)}"
    rows[4]["resident_id"] = f"{resident(4)}\x07"
    rows[5]["household_id"] = " 户口5 户口6\u200b "
    rows[6]["record_id"] = rows[7]["record_id"]
    rows[8]["performers"] = "?"
    rows[9]["person_id"] = ""
    for row in rows:
        row["备注"] = f"见 {row['resident_id']}".replace("\n", " ")
    records_file(path, rows)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"I1,P1,JK01,2025-01-01,1,R99,{resident(9)},户口9,,,,,,,\n")
    return path


def test_no_id_of_a_resident_is_in_clear_anywhere(store: Store, tmp_path: Path) -> None:
    keys = keyed(store, tmp_path / "key")
    file = nasty(tmp_path / "a.csv")
    done = take(keys, file, on_reject="quarantine")
    assert done.rejected > 5
    assert {"ROW_SHAPE", "DATE_INVALID", "QUANTITY_INVALID"} <= done.quality.keys()
    again = [record(n, resident_id=resident(n), household_id=f"户口{n}") for n in (0, 10, 11, 20)]
    take(keys, records_file(tmp_path / "b.csv", again), replaces=done.import_id, why="改")
    again[0]["quantity"] = "77"
    take(keys, records_file(tmp_path / "c.csv", again), on_reject="quarantine")
    assert [row for row in rows_of(store, schema.REJECTIONS) if row["code"] == "RECORD_ID_STANDS"]
    contracts = tmp_path / "contracts.csv"
    lines = [
        "contract_id,resident_id,household_id,active_from",
        f"C1,{resident(1)},户口1,2025-01-01",
    ]
    contracts.write_text("\n".join(lines) + "\n", encoding="utf-8")
    put_table(keys, "contracts", contracts)
    assert in_clear(everything(store)) == []
    assert {row["cipher"] for row in rows_of(store, schema.UPLOADS)} == {"county-key"}
    assert read_body(keys, "import:1").body == file.read_bytes()
    assert read_body(keys, "4").body == contracts.read_bytes()
    assert verify(store).problems == []
    back_up(store, tmp_path / "backup")
    with opened_backup(tmp_path / "backup", None) as reader:
        pieces = [str(p.rows).encode() + (p.body or b"") for p in reader.pieces()]
    assert in_clear(b"\n".join(pieces)) == []
    other = new_place("sqlite", tmp_path / "other", "")
    restore(tmp_path / "backup", other, who="x")
    assert code_of(other, "import:1", tmp_path / "out.csv", keys.place.key) == 0
    assert (tmp_path / "out.csv").read_bytes() == file.read_bytes()


def test_who_opened_a_file_is_written_down(store: Store, tmp_path: Path) -> None:
    keys = keyed(store, tmp_path / "key")
    take(keys, nasty(tmp_path / "a.csv"), on_reject="quarantine")
    with store.reading() as connection:
        before = len([*trail(connection)])
    opened = hand_out(keys, "import:1", "核对退回记录")
    with store.reading() as connection:
        (entry,) = [*trail(connection)][before:]
    assert (entry.action, entry.object_id, entry.why) == ("evidence.open", "1", "核对退回记录")
    assert entry.after == {"file_name": "a.csv", "sha256": opened.sha256}
    assert verify(store).problems == []


def test_a_workbook_leaves_no_id_in_what_was_understood(store: Store, tmp_path: Path) -> None:
    keys = keyed(store, tmp_path / "key")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([f"一月明细 {resident(1)} 户口1"])
    sheet.append(
        ["机构编号", "人员编号", "项目编码", "服务日期", "数量", "居民编号", "家庭编号", "户主"]
    )
    for number in range(5):
        at = int(resident(number)) if number % 2 else resident(number)
        sheet.append(
            [f"I{number}", "P1", "JK01", "2025-01-02", 1, at, f"户口{number}", resident(number)]
        )
    sheet.append(["合计", "", "", "", 5, resident(9)])
    book.create_sheet("居民").append(["居民编号", resident(2)])
    book.save(tmp_path / "一月.xlsx")
    done = take(keys, tmp_path / "一月.xlsx", on_reject="quarantine")
    assert done.accepted
    assert in_clear(everything(store)) == []
    (row,) = rows_of(store, schema.UPLOADS)
    assert (row["cipher"], row["sha256"]) == (
        "county-key",
        sha256_of((tmp_path / "一月.xlsx").read_bytes()),
    )


def test_a_mapped_file_leaves_no_id_in_what_was_understood(store: Store, tmp_path: Path) -> None:
    keys = keyed(store, tmp_path / "key")
    folder = tmp_path / "case"
    shutil.copytree(EXAMPLE, folder)
    (folder / "records.csv").unlink()
    codes_of = "values:\n  resident_id: {codes: {本人: R1}}\n"
    (folder / "test.yaml").write_text(f"{MAP}  resident_id: 居民\n{codes_of}", "utf-8")
    with (folder / "case.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\nsources:\n  his:\n    map: test.yaml\n    files: [导出.csv]\n")
    export = "单位,工号,项目,日期,次数,居民,备注\n"
    for number, who in enumerate(("本人", resident(1), resident(2))):
        export += f"I01,P01,JK01,2025-06-0{number + 1},2,{who},{resident(3)}\n"
    (folder / "导出.csv").write_text(export, "utf-8")
    done = take(keys, folder, on_reject="quarantine")
    assert (done.accepted, done.rejected) == (1, 2)
    assert in_clear(everything(store)) == []
    assert read_body(keys, "1").body == export.encode()


def test_where_no_id_was_read_the_key_is_used_if_it_is_at_hand(
    store: Store, tmp_path: Path
) -> None:
    keys = keyed(store, tmp_path / "key")
    plain = records_file(tmp_path / "a.csv", [record(1)])
    unread = records_file(tmp_path / "b.csv", [record(2, 户主=resident(1))])
    blank = records_file(tmp_path / "c.csv", [record(3, resident_id="")])
    for file in (plain, unread, blank):
        take(keys, file)
    assert [row["cipher"] for row in rows_of(store, schema.UPLOADS)] == ["", *["county-key"] * 2]
    assert in_clear(everything(store)) == []
    more = records_file(tmp_path / "d.csv", [record(4, resident_id="")])
    assert [one.code for one in take(store, more).problems] == []
    assert [row["cipher"] for row in rows_of(store, schema.UPLOADS)][3:] == [""]
    with more.open("a", encoding="utf-8") as stream:
        stream.write(f"I1,P1,JK01,2025-01-01,1,R9,{resident(1)},,\n")
    done = take(store, more, on_reject="quarantine")
    assert {one.code for one in done.problems} == {"ROW_SHAPE", "UPLOAD_NOT_KEPT"}
    assert in_clear(everything(store)) == []


def test_a_whole_case_in_one_file_is_kept_under_the_key_or_not_at_all(
    store: Store, tmp_path: Path
) -> None:
    from tests.store.test_dated_cases import case

    case(tmp_path / "case")
    book = tmp_path / "本期.xlsx"
    made = CliRunner().invoke(app, ["template", "-o", str(book), "--from", str(tmp_path / "case")])
    assert made.exit_code == 0, made.output
    told = put_case(store, book).problems
    assert [one.code for one in told if one.code == "UPLOAD_NOT_KEPT"] == ["UPLOAD_NOT_KEPT"]
    assert put_case(store, book).puts[0].id == 0
    with pytest.raises(DataError) as refused:
        read_body(store, "1")
    assert codes(refused) == ["EVIDENCE_GONE"]
    assert len(rows_of(store, schema.UPLOADS)) == 1
    keys = keyed(store, tmp_path / "key")
    put_case(keys, book)
    put_case(keys, book)
    assert [row["cipher"] for row in rows_of(store, schema.UPLOADS)] == ["", "county-key"]
    assert read_body(keys, "2").body == book.read_bytes()
    assert verify(store).problems == []


# -- what is refused -------------------------------------------------------------------------------


def code_of(place: StorePlace, said: str, out: Path, key: Path | None) -> int:
    words = ["db", "evidence", said, "-o", str(out), *(("--key", str(key)) if key else ())]
    return CliRunner().invoke(app, words, env=environment(place)).exit_code


def test_a_file_is_written_again_or_it_is_said_why_not(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EQUIVALENTS_KEY", raising=False)
    keys = keyed(store, tmp_path / "key")
    file = records_file(tmp_path / "a.csv", [record(1, resident_id=resident(1))])
    take(keys, file, retain_until="2031-01-01")
    out = tmp_path / "out.csv"

    def refused(said: str, *more: str) -> str:
        words = ["db", "evidence", said, "-o", str(out), *more, "--json"]
        done = CliRunner().invoke(app, words, env=environment(store.place))
        assert done.exit_code == 1
        assert more == ("--out", str(file)) or not out.exists()
        return str(json.loads(done.stdout)["problems"][0]["code"])

    keyfile = ("--key", str(tmp_path / "key"))
    for said in ("2", "0", "import:2", "put:1", "x", ":1", "١", "9" * 30):
        assert refused(said, *keyfile) == "EVIDENCE_UNKNOWN"
    assert refused("1") == "KEY_ABSENT"
    new_key(tmp_path / "other")
    assert refused("1", "--key", str(tmp_path / "other")) == "KEY_WRONG"
    assert refused("1", *keyfile, "--out", str(tmp_path / "no" / "out.csv")) == "EVIDENCE_WRITE"
    assert refused("1", "--out", str(file)) == "FILE_EXISTS"
    words = ["db", "evidence", "import:1", "-o", str(out), *keyfile, "--json"]
    done = CliRunner().invoke(app, words, env=environment(store.place))
    assert (done.exit_code, out.read_bytes()) == (0, file.read_bytes())
    assert json.loads(done.stdout)["sha256"] == sha256_of(file.read_bytes())
    assert out.stat().st_mode & 0o077 == 0
    with pytest.raises(DataError) as again:
        write_evidence(out, b"other")
    assert codes(again) == ["FILE_EXISTS"]
    assert out.read_bytes() == file.read_bytes()
    assert not [*tmp_path.glob(".out.csv*")]
    out.unlink()
    expire(store, "2031-01-01")
    assert refused("1", *keyfile) == "EVIDENCE_GONE"


def test_a_body_that_is_not_that_of_its_file_is_not_given_out(store: Store, tmp_path: Path) -> None:
    keys = keyed(store, tmp_path / "key")
    for number in (1, 2):
        rows = [record(number, resident_id=resident(number))]
        take(keys, records_file(tmp_path / f"{number}.csv", rows))
    take(keys, records_file(tmp_path / "3.csv", [record(3)]))
    bodies = [bytes(row["body"]) for row in rows_of(store, schema.UPLOAD_BODIES)]

    def damaged(upload: int, body: bytes, hashed: bool) -> None:
        with owner(store) as connection:
            table, column = schema.UPLOAD_BODIES, schema.UPLOAD_BODIES.c.upload_id
            connection.execute(update(table).where(column == upload).values(body=body))
            if hashed:
                rows = update(schema.UPLOADS).where(schema.UPLOADS.c.id == upload)
                connection.execute(rows.values(body_sha256=sha256_of(body)))
        with pytest.raises(DataError) as refused:
            read_body(keys, str(upload))
        assert codes(refused) == ["EVIDENCE_DAMAGED"]
        assert "VERIFY_BODY" in {one.code for one in verify(store).problems} or hashed

    # What is encrypted ends in any byte: this one is another in any case.
    other = bodies[0][:-1] + bytes([bodies[0][-1] ^ 1])
    damaged(1, other, False)
    damaged(1, other, True)
    damaged(1, bodies[1], True)  # of another file, under the same key
    damaged(1, b"", True)
    damaged(3, bodies[2] + b"x", False)
    edit(store, "UPDATE uploads SET cipher = 'rot13' WHERE id = 2")
    with pytest.raises(DataError) as refused:
        read_body(keys, "2")
    assert codes(refused) == ["EVIDENCE_DAMAGED"]


def test_a_file_that_changed_meanwhile_or_lacks_its_key_is_not_kept(
    store: Store, tmp_path: Path
) -> None:
    upload = Upload("table", "a.csv", sha256_of(b"abc"), 3, 1, b"abd")
    new_key(tmp_path / "key")
    key = read_key(tmp_path / "key")
    for one, given, code in (
        (upload, key, "EVIDENCE_CHANGED"),
        (replace(upload, body=b"abc", secrecy=Secrecy.IDS), None, "KEY_ABSENT"),
    ):
        with pytest.raises(DataError) as refused, store.writing("test") as writer:
            keep_body(writer, one, given, None)
        assert codes(refused) == [code]
    assert rows_of(store, schema.UPLOADS) == []


def test_the_same_file_is_never_kept_as_the_same_bytes(store: Store, tmp_path: Path) -> None:
    new_key(tmp_path / "key")
    key = read_key(tmp_path / "key")
    upload = Upload("table", "a.csv", sha256_of(b"abc"), 3, 1, b"abc", secrecy=Secrecy.IDS)
    with store.writing("test") as writer:
        for _ in range(2):
            keep_body(writer, upload, key, None)
    first, second = rows_of(store, schema.UPLOAD_BODIES)
    assert first["body"] != second["body"]
    assert live(store) == []
