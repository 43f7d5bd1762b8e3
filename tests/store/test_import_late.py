"""Rows of locked periods, cases as files, and the command itself.

Faults it catches: a late row that enters an old lock, or is refused; a case of which a file is
left out; an option that does nothing.
"""

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.store import schema
from equivalents.store.engine import Store
from equivalents.store.importing import void_import
from equivalents.store.segments import live_segments, row_sets
from equivalents.store.writing import head_of
from tests.store.importing import live, record, records_file, rows_of, take

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"


def lock(store: Store, period: str, unlocked: bool = False) -> int:
    """Lock a period as it is known now, without anything else; gives what it knows."""
    with store.writing("period.lock") as writer:
        head = head_of(writer.connection)
        assert head is not None
        result = writer.add_one(
            schema.RESULTS,
            period=period,
            kind="settlement",
            as_of=head.seq,
            inputs="{}",
            sha256="0",
        )
        one = writer.add_one(
            schema.LOCKS,
            period=period,
            result_id=result,
            as_of=head.seq,
            leaves="[]",
            root="r",
            payouts_root="p",
            previous=f"{period}{head.seq}",
            hash=f"h{head.seq}",
        )
        if unlocked:
            said = {"asked_by": "a", "allowed_by": "b", "why": "w"}
            writer.add_one(schema.UNLOCKS, lock_id=one, **said)
    return head.seq


def test_late_rows_are_kept_told_and_posted_to_the_first_open_period(
    store: Store, tmp_path: Path
) -> None:
    days = ["2025-01-10", "2025-02-10", "2025-03-10", "2025-04-10"]
    rows = [record(at, service_date=day) for at, day in enumerate(days)]
    take(store, records_file(tmp_path / "a.csv", rows))
    known = [lock(store, period) for period in ("2025-01", "2025-02")]
    lock(store, "2025-03", unlocked=True)
    with store.reading() as connection:
        before = row_sets(store, connection, "2025", known[0])
    more = [record(10 + at, service_date=day) for at, day in enumerate(days)]
    done = take(store, records_file(tmp_path / "b.csv", more))
    assert (done.accepted, done.period) == (4, "2025-03")
    late = [one for one in done.problems if one.code == "LATE_ROWS"]
    assert [(one.facts["period"], one.facts["count"]) for one in late] == [
        ("2025-01", "1"),
        ("2025-02", "1"),
    ]
    with store.reading() as connection:
        assert row_sets(store, connection, "2025", known[0]) == before
        assert len(row_sets(store, connection, "2025", None)) == 8
        segments = live_segments(connection)
    assert [(one.period, one.rows) for one in segments] == [("", 4), ("2025-03", 2), ("", 2)]
    gone = void_import(store, done.import_id)
    assert gone.reversed == 4
    reversals = [one for one in rows_of(store, schema.SEGMENTS) if one["kind"] == "reversal"]
    assert [(one["period"], one["rows"]) for one in reversals] == [("2025-03", 2), ("", 2)]


def test_months_are_read_by_their_first_and_last(store: Store, tmp_path: Path) -> None:
    rows = [record(at, service_date=f"2025-{at:02}-01") for at in range(1, 13)]
    take(store, records_file(tmp_path / "a.csv", rows))
    with store.reading() as connection:
        quarter = row_sets(store, connection, "2025-Q2", None)
        assert [one.month for one in quarter] == ["2025-04", "2025-05", "2025-06"]
        assert not live_segments(connection, ("2024-01", "2024-12"))
        assert len(live_segments(connection, ("2025-12", "2025-12"))) == 1


def test_a_case_is_imported_by_its_record_files(store: Store, tmp_path: Path) -> None:
    case = tmp_path / "case"
    shutil.copytree(EXAMPLE, case)
    (case / "records").mkdir()
    (case / "records.csv").rename(case / "records" / "一月.csv")
    shutil.copy(case / "records" / "一月.csv", tmp_path / "alone.csv")
    rows = len((tmp_path / "alone.csv").read_text("utf-8-sig").splitlines()) - 1
    done = take(store, case, on_reject="quarantine")
    assert (done.file, done.received) == ("records/一月.csv", rows)
    assert take(store, tmp_path / "alone.csv", on_reject="quarantine").known_as == 1
    with ZipFile(tmp_path / "case.zip", "w") as archive:
        for file in sorted(case.rglob("*")):
            archive.write(file, file.relative_to(case).as_posix())
    zipped = take(store, tmp_path / "case.zip", on_reject="quarantine")
    assert (zipped.accepted, zipped.known) == (0, done.accepted)
    with ZipFile(tmp_path / "files.zip", "w") as archive:
        archive.write(tmp_path / "alone.csv", "records.csv")
    assert take(store, tmp_path / "files.zip", on_reject="quarantine").known == done.accepted


MAP = """map: test
title: 测试
version: 2025-01-01
table: records
columns:
  institution_id: 单位
  person_id: 工号
  item_code: 项目
  service_date: 日期
  quantity: 次数
"""


def test_a_case_brings_what_its_column_maps_make(store: Store, tmp_path: Path) -> None:
    case = tmp_path / "case"
    shutil.copytree(EXAMPLE, case)
    (case / "records.csv").unlink()
    (case / "test.yaml").write_text(MAP, "utf-8")
    with (case / "case.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\nsources:\n  his:\n    map: test.yaml\n    files: [导出.csv]\n")
    export = "单位,工号,项目,日期,次数\nI01,P01,JK01,2025-06-03,2\n"
    (case / "导出.csv").write_text(export, "utf-8")
    done = take(store, case)
    assert (done.file, done.accepted) == ("导出.csv", 1)
    assert live(store, "person_id", "quantity") == [("P01", "2.000")]
    assert take(store, case).known_as == 1


def run(store: Store, monkeypatch: pytest.MonkeyPatch, *said: object) -> dict[str, object]:
    url = store.place.url.render_as_string(hide_password=False)
    monkeypatch.setenv("EQUIVALENTS_HEADS", str(store.place.heads))
    result = CliRunner().invoke(app, ["import", *map(str, said), "--store", url, "--json"])
    assert result.exit_code == 0, result.output
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


def test_the_command(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = records_file(tmp_path / "a.csv", map(record, range(4)))
    answer = run(store, monkeypatch, first, "--source", "HIS", "--who", "王会计", "--why", "月报")
    one = answer["files"][0]  # type: ignore[index]
    assert (one["import"], one["accepted"]) == (1, 4)
    second = records_file(tmp_path / "b.csv", map(record, range(1, 5)))
    shown = run(store, monkeypatch, second, "--replaces", 1, "--show")
    assert shown["files"][0]["changes"]["removed"] == 1  # type: ignore[index]
    assert len(rows_of(store, schema.IMPORTS)) == 1
    run(store, monkeypatch, second, "--replaces", 1, "--retain-until", "2035-01-01")
    run(store, monkeypatch, "--void", 2, "--why", "作废")
    third = records_file(tmp_path / "c.csv", [record(8), record(9, quantity="")])
    run(store, monkeypatch, third, "--on-reject", "quarantine")
    listed = run(store, monkeypatch, "--list")["imports"]
    assert [(e["who"], e["why"], e["rejected_percent"]) for e in listed][:1] == [  # type: ignore[attr-defined]
        ("王会计", "月报", "0.00")
    ]
    assert listed[3]["rejected_percent"] == "50.00"  # type: ignore[index]
    assert run(store, monkeypatch, "--compact") == {"parents": 3, "segments": 1}
    for said in ([], [first, "--list"]):
        result = CliRunner().invoke(app, ["import", *map(str, said)])
        assert result.exit_code == 2


def test_the_command_says_it_for_people(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EQUIVALENTS_STORE", store.place.url.render_as_string(hide_password=False))
    monkeypatch.setenv("EQUIVALENTS_HEADS", str(store.place.heads))
    first = records_file(tmp_path / "a.csv", map(record, range(4)))
    second = records_file(tmp_path / "b.csv", [record(0, quantity="7"), *map(record, range(1, 3))])
    for said, text in (
        ((first,), "新增 accepted 4"),
        ((first,), "IMPORT_KNOWN"),
        ((second, "--replaces", "1", "--show"), "quantity 1.000 → 7.000"),
        ((second, "--replaces", "1"), "冲销 reversed 2"),
        (("--list",), "b.csv"),
        (("--compact",), "no record changed"),
        (("--void", "2"), "已作废"),
    ):
        result = CliRunner().invoke(app, ["import", *map(str, said)])
        assert result.exit_code == 0, result.output
        assert text in result.output
