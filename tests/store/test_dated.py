"""Dated rows: a new file adds and ends rows, edits none; what stood then can be read again.

Faults it catches: a row that is edited; one of two equal rows that goes with the other; an
inclusive end kept as an exclusive one; an id of a resident in clear; a put that is half kept; a
faulty table that is kept all the same.
"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.errors import DataError
from equivalents.intake.headings import TABLES
from equivalents.store import schema
from equivalents.store.dated import put_table, rows_as_of
from equivalents.store.datedrules import KEPT, PER_PERIOD, STANDING
from equivalents.store.datedshow import told_rows
from equivalents.store.engine import Store
from equivalents.store.evidence import read_body
from equivalents.store.place import StorePlace
from equivalents.store.secret import new_key
from equivalents.store.writing import head_of
from tests.stores import environment

STAFF = "人员编号,机构编号,姓名,起始日期,截止日期（含）\n"


def codes(error: pytest.ExceptionInfo[DataError]) -> list[str]:
    return [one.code for one in error.value.problems]


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def seq(store: Store) -> int:
    with store.reading() as connection:
        head = head_of(connection)
    assert head is not None
    return head.seq


def rows(store: Store, table: str, period: str = "", as_of: int | None = None) -> list[object]:
    with store.reading() as connection:
        return [one.row for one in rows_as_of(connection, table, period, as_of)]


def with_key(store: Store, folder: Path) -> Store:
    """The same store with a county key."""
    place = store.place
    new_key(folder / "key")
    made = StorePlace(place.url, place.heads, place.cache, place.segments, folder / "key")
    return Store(made, store.engine, store.who, store.clock)


def test_a_new_file_adds_and_ends_rows_and_edits_none(store: Store, tmp_path: Path) -> None:
    first = write(tmp_path, "staff.csv", STAFF + "P1,J1,王,2025-01-01,\nP2,J1,李,,2025-06-30\n")
    one = put_table(store, "staff", first, why="年初")
    assert (len(one.added), len(one.ended), one.equal) == (2, 0, 0)
    then = seq(store)
    before = rows(store, "staff")
    assert before == [
        {"person_id": "P1", "institution_id": "J1", "name": "王", "active_from": "2025-01-01"},
        {"person_id": "P2", "institution_id": "J1", "name": "李", "active_to": "2025-07-01"},
    ]
    second = write(tmp_path, "staff.csv", STAFF + "P1,J2,王,2025-01-01,\nP2,J1,李,,2025-06-30\n")
    two = put_table(store, "staff", second)
    assert (len(two.added), len(two.ended), two.equal) == (1, 1, 1)
    assert [change.columns for change in two.changes] == [("institution_id",)]
    assert rows(store, "staff", as_of=then) == before
    assert [one["institution_id"] for one in rows(store, "staff")] == ["J2", "J1"]  # type: ignore[index]
    told = told_rows(store, "staff", history=True)
    assert [(one["put"]["why"], bool(one["ended"])) for one in told] == [
        ("年初", True),
        ("", False),
        ("年初", False),
    ]


def test_the_same_file_again_writes_nothing(store: Store, tmp_path: Path) -> None:
    file = write(tmp_path, "institutions.csv", "institution_id,name\nJ1,甲\nJ1,甲\n")
    put_table(store, "institutions", file)
    before = seq(store)
    again = put_table(store, "institutions", file)
    assert (again.id, again.equal, seq(store)) == (0, 2, before)
    # One of two equal rows goes alone, and nothing is edited where it is only shown.
    fewer = write(tmp_path, "institutions.csv", "institution_id,name\nJ1,甲\n")
    shown = put_table(store, "institutions", fewer, show=True)
    assert (len(shown.ended), shown.equal, seq(store)) == (1, 1, before)
    assert put_table(store, "institutions", fewer, keep=True).ended == []
    put_table(store, "institutions", fewer)
    assert len(rows(store, "institutions")) == 1


def test_every_table_says_how_it_is_kept() -> None:
    assert {*PER_PERIOD, *STANDING} == TABLES.keys() - {"records"}
    for name, kept in KEPT.items():
        assert kept.why
        assert set(kept.key) <= set(TABLES[name].names), name


def test_periods_stand_side_by_side(store: Store, tmp_path: Path) -> None:
    pools = "institution_id,pool,amount\nJ1,绩效,{}\n"
    for period, amount in (("2025-05", "100.00"), ("2025-06", "90.00")):
        put_table(store, "pools", write(tmp_path, "p.csv", pools.format(amount)), period=period)
    assert rows(store, "pools", "2025-05") == [
        {"institution_id": "J1", "pool": "绩效", "amount": "100.00"}
    ]
    with pytest.raises(DataError) as refused:
        put_table(store, "pools", tmp_path / "p.csv")
    assert codes(refused) == ["DATED_PERIOD_NEEDED"]
    with pytest.raises(DataError) as refused:
        put_table(store, "pools", tmp_path / "p.csv", period="2025-13")
    assert codes(refused) == ["PERIOD_INVALID"]
    with pytest.raises(DataError) as refused:
        put_table(store, "records", tmp_path / "p.csv")
    assert codes(refused) == ["DATED_TABLE"]


def test_every_fault_of_a_table_is_told_and_nothing_kept(store: Store, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "weights.csv",
        "item_code,weight,valid_from,valid_to,stopped\n"
        "A,1.5,2025-02-30,,\n,1,2025-01-01,,\nB,1e3,2025-01-01,2024-01-01,\nC,1,2025-01-01,,x\n",
    )
    before = seq(store)
    with pytest.raises(DataError) as refused:
        put_table(store, "weights", file)
    assert sorted(
        (one.code, one.place.row, one.place.column) for one in refused.value.problems
    ) == [
        ("DATES_REVERSED", 4, "valid_to"),
        ("DATE_INVALID", 2, "valid_from"),
        ("FLAG_INVALID", 5, "stopped"),
        ("VALUE_MISSING", 3, "item_code"),
        ("WEIGHT_INVALID", 4, "weight"),
    ]
    with pytest.raises(DataError) as refused:
        put_table(store, "staff", write(tmp_path, "s.csv", "person_id,nick\nP1,x\n"))
    assert set(codes(refused)) == {"COLUMN_MISSING", "COLUMN_UNKNOWN"}
    cent = write(tmp_path, "p.csv", "institution_id,pool,amount\nJ1,a,1.234\n")
    with pytest.raises(DataError) as refused:
        put_table(store, "pools", cent, period="2025")
    assert codes(refused) == ["AMOUNT_INVALID"]
    below = write(tmp_path, "p.csv", "institution_id,pool,amount\nJ1,a,-1.00\nJ2,a,0.00\n")
    with pytest.raises(DataError) as refused:
        put_table(store, "pools", below, period="2025")
    assert [(one.code, one.place.row) for one in refused.value.problems] == [("AMOUNT_INVALID", 2)]
    half = write(tmp_path, "s.csv", "person_id,institution_id,fte\nP1,J1,half\n")
    with pytest.raises(DataError) as refused:
        put_table(store, "staff", half)
    assert codes(refused) == ["NUMBER_INVALID"]
    assert seq(store) == before
    taken = "institution_id,pool,person_id,amount\nJ1,a,P1,-1.00\n"
    back = write(tmp_path, "s.csv", taken)
    put_table(store, "secondary", back, period="2025")


def test_ids_of_residents_are_kept_as_pseudonyms_only(store: Store, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "contracts.csv",
        "contract_id,resident_id,household_id,active_from\nC1,330102199001011234,H77,2025-01-01\n",
    )
    with pytest.raises(DataError) as refused:
        put_table(store, "contracts", file)
    assert codes(refused) == ["KEY_ABSENT"]
    keyed = with_key(store, tmp_path)
    put_table(keyed, "contracts", file)
    (row,) = rows(store, "contracts")
    assert row["resident_id"].startswith("h")  # type: ignore[index]
    assert put_table(keyed, "contracts", file).id == 0
    with store.reading() as connection:
        kept = connection.execute(select(schema.DATED_ROWS.c.row)).scalars().all()
        assert not any("330102199001011234" in one or "H77" in one for one in kept)
        # The file itself is kept under the key.
        body = connection.execute(select(schema.UPLOAD_BODIES.c.body)).scalar_one()
        assert b"330102199001011234" not in bytes(body)
        assert b"H77" not in bytes(body)
        assert not connection.execute(select(schema.TOMBSTONES)).all()
    assert read_body(keyed, "1").body == file.read_bytes()
    shown = f"contract_id,resident_id,active_from\nC1,{row['resident_id']},2025-01-01\n"  # type: ignore[index]
    with pytest.raises(DataError) as refused:
        put_table(keyed, "contracts", write(tmp_path, "again.csv", shown))
    assert [(one.code, one.place.row) for one in refused.value.problems] == [("VALUE_HIDDEN", 2)]
    counted = write(tmp_path, "counted.csv", "item_code,id,window,used\nA,H77,2025,1\n")
    put_table(keyed, "counted", counted, period="2025-06")
    (used,) = rows(store, "counted", "2025-06")
    assert used["household_id"] == row["household_id"] != used["id"]  # type: ignore[index]
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(DataError) as refused:
        put_table(with_key(store, other), "contracts", write(other, "contracts.csv", (
            "contract_id,resident_id,active_from\nC2,R9,2025-01-01\n")))  # fmt: skip
    assert codes(refused) == ["KEY_WRONG"]


def test_the_file_is_kept_as_evidence_where_no_resident_is_in_it(
    store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path, "机构.csv", "机构编号,名称\nJ1,甲\n")
    put_table(store, "institutions", file)
    with store.reading() as connection:
        body = connection.execute(select(schema.UPLOAD_BODIES.c.body)).scalar_one()
        put = connection.execute(select(schema.PUTS)).mappings().one()
        entry = connection.execute(select(schema.AUDIT).where(schema.AUDIT.c.seq == put["seq"]))
        told = entry.mappings().one()
    assert bytes(body) == file.read_bytes()
    assert (put["upload_id"], told["action"], told["object_id"]) == (1, "table.put", "institutions")
    assert '"added":1' in told["after"]


@pytest.mark.parametrize("failpoint", ["put.rows", "write.rows", "write.committed"])
def test_killed_while_putting_it_is_whole_or_absent(
    store: Store, tmp_path: Path, failpoint: str
) -> None:
    put_table(store, "institutions", write(tmp_path, "i.csv", "institution_id\nJ1\nJ2\n"))
    second = write(tmp_path, "i.csv", "institution_id\nJ2\nJ3\n")
    command = [sys.executable, "-m", "equivalents", "db", "put", str(second)]
    done = subprocess.run(
        [*command, "--table", "institutions"],
        env=environment(store.place, EQUIVALENTS_FAILPOINT=failpoint),
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    names = [one["institution_id"] for one in rows(store, "institutions")]  # type: ignore[index]
    assert sorted(names) == (["J2", "J3"] if failpoint == "write.committed" else ["J1", "J2"])
    put_table(store, "institutions", second)
    names = [one["institution_id"] for one in rows(store, "institutions")]  # type: ignore[index]
    assert sorted(names) == ["J2", "J3"]


def test_rows_of_a_locked_period_are_kept_and_told(store: Store) -> None:
    row = {"institution_id": "J1", "pool": "绩效", "amount": "1.00"}
    assert put_table(store, "pools", [row], period="2025-06").problems == ()
    with store.writing("test.lock") as w:
        facts = {"period": "2025-06", "as_of": w.seq - 1}
        result = w.add_one(schema.RESULTS, kind="settlement", inputs="{}", sha256="a", **facts)
        roots = dict.fromkeys(("leaves", "root", "payouts_root", "hash"), "a")
        w.add_one(schema.LOCKS, result_id=result, **facts, **roots)
    done = put_table(store, "pools", [{**row, "amount": "2.00"}], period="2025-06")
    assert [one.code for one in done.problems] == ["DATED_LOCKED"]
    again = put_table(store, "pools", [{**row, "amount": "2.00"}], period="2025-06")
    assert again.problems == ()
    assert put_table(store, "pools", [row], period="2025-07").problems == ()


def test_rows_of_another_program_are_put_as_they_are(store: Store) -> None:
    row = {"period": "2025-05", "institution_id": "J1", "pool": "绩效", "person_id": "P1"}
    put_table(store, "adjustments", [{**row, "amount": "1.00", "fund": ""}], period="2025-06")
    more = [{**row, "person_id": "P2", "amount": "2.00"}]
    done = put_table(store, "adjustments", more, period="2025-06", keep=True)
    assert (len(done.added), len(done.ended)) == (1, 0)
    assert len(rows(store, "adjustments", "2025-06")) == 2


def test_put_and_show_on_the_command_line(
    place: StorePlace, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(place).items():
        monkeypatch.setenv(name, value)
    runner = CliRunner()
    file = write(tmp_path, "科室.csv", "科室编号,机构编号,名称\nD1,J1,内科\n")
    shown = runner.invoke(app, ["db", "put", str(file), "--show", "--json"])
    assert '"written": false' in shown.stdout
    done = runner.invoke(app, ["db", "put", str(file), "--why", "新设", "--who", "张三"])
    assert done.exit_code == 0, done.output
    assert "departments: 新增 added 1" in done.stdout
    told = runner.invoke(app, ["db", "show", "科室"])
    assert "name=内科" in told.stdout
    assert "张三（新设）" in told.stdout
    asked = runner.invoke(app, ["db", "show", "pools"])
    assert (asked.exit_code, "DATED_PERIOD_NEEDED" in asked.output) == (1, True)
    wrong = runner.invoke(app, ["db", "put", str(file), "--alone"])
    assert wrong.exit_code == 2
    strange = runner.invoke(app, ["db", "put", str(write(tmp_path, "x.csv", "a\n1\n"))])
    assert (strange.exit_code, "DATED_TABLE" in strange.output) == (1, True)
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM puts")).scalar_one() == 1
