"""A whole case is put at once: tables, case.yaml, schemes; and which of them rule a period.

Faults it catches: a case of which half is kept; a table that ends because a case lacks it; a
period ruled by the text of another without a word; a period that takes another's money.
"""

from pathlib import Path

import pytest
import yaml
from sqlalchemy import select
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.errors import DataError
from equivalents.policy.calendar import parse_period
from equivalents.store import schema
from equivalents.store.caseput import CasePut, put_case, put_document
from equivalents.store.casetexts import Texts, case_texts
from equivalents.store.dated import put_table, rows_as_of
from equivalents.store.documents import plain_case
from equivalents.store.engine import Store
from equivalents.store.place import StorePlace
from equivalents.store.writing import head_of
from tests.bad.case import GOOD
from tests.keptcases import write_tables
from tests.stores import environment


def texts(store: Store, period: str, as_of: int = 0) -> Texts:
    with store.reading() as connection:
        head = head_of(connection)
        assert head is not None
        return case_texts(connection, parse_period(period), as_of or head.seq)


def seq(store: Store) -> int:
    with store.reading() as connection:
        head = head_of(connection)
    return head.seq if head is not None else 0


def told(done: CasePut | Texts) -> list[str]:
    return [one.code for one in done.problems]


def case(folder: Path, **tables: str | None) -> Path:
    """The good small case with other tables, by the names of files without their ends."""
    named = {f"{name}.yaml" if name == "case" else f"{name}.csv": t for name, t in tables.items()}
    every = {**GOOD, **named}
    return write_tables(folder, {name: text for name, text in every.items() if text is not None})


def test_a_case_is_one_transaction_and_comes_out_as_it_went_in(
    store: Store, tmp_path: Path
) -> None:
    before = seq(store)
    done = put_case(store, case(tmp_path / "case"), why="六月")
    assert seq(store) == before + 1
    assert {one.table: len(one.added) for one in done.puts} == {
        "institutions": 2,
        "staff": 3,
        "weights": 2,
        "pools": 2,
    }
    found = texts(store, "2025-06")
    assert dict(found.files) == {n: t for n, t in GOOD.items() if n != "records.csv"}
    assert put_case(store, tmp_path / "case").documents == []
    assert seq(store) == before + 1
    with store.reading() as connection:
        entry = connection.execute(select(schema.AUDIT)).mappings().all()[-1]
    assert (entry["action"], entry["object_id"], entry["why"]) == ("case.put", "2025-06", "六月")


def test_every_fault_of_every_table_is_told_and_nothing_is_kept(
    store: Store, tmp_path: Path
) -> None:
    before = seq(store)
    bad = case(
        tmp_path / "case",
        pools="institution_id,pool,amount\nI01,绩效,x\n",
        staff="person_id,institution_id,active_from\nP01,I01,2025-13-01\n",
    )
    with pytest.raises(DataError) as refused:
        put_case(store, bad)
    assert sorted((one.code, one.place.file) for one in refused.value.problems) == [
        ("AMOUNT_INVALID", "pools.csv"),
        ("DATE_INVALID", "staff.csv"),
    ]
    with pytest.raises(DataError):
        put_case(store, case(tmp_path / "none", case="title: 无期间\n"))
    assert seq(store) == before


def test_what_a_case_lacks_stays_unless_it_is_to_end(store: Store, tmp_path: Path) -> None:
    put_case(store, case(tmp_path / "one"))
    second = case(tmp_path / "two", case="period: 2025-07\n", staff=None, pools=None)
    shown = put_case(store, second, end_missing=True, show=True)
    assert {one.table: len(one.ended) for one in shown.puts}["staff"] == 3
    done = put_case(store, second)
    assert told(done) == ["DATED_STANDS"]
    assert done.problems[0].value == "staff"  # the pools of June are no matter of July
    with store.reading() as connection:
        assert len(rows_as_of(connection, "staff")) == 3
    put_case(store, second, end_missing=True)
    with store.reading() as connection:
        assert not rows_as_of(connection, "staff")
        assert len(rows_as_of(connection, "pools", "2025-06")) == 2
    assert "pools.csv" not in texts(store, "2025-07").files


def test_which_case_yaml_rules_a_period(store: Store, tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        texts(store, "2025-06")
    assert [one.code for one in refused.value.problems] == ["STORE_CASE_ABSENT"]
    head = "# 六月\nperiod: 2025-06\ntitle: 甲\n"
    put_case(store, case(tmp_path / "case", case=head))
    june = seq(store)
    assert texts(store, "2025-06").files["case.yaml"] == head
    later = texts(store, "2025-08")
    assert told(later) == ["STORE_CASE_INHERITED"]
    assert later.files["case.yaml"] == '# 六月\nperiod: "2025-08"\ntitle: 甲\n'
    with pytest.raises(DataError):
        texts(store, "2025-05")
    standing = tmp_path / "case.yaml"
    standing.write_text("title: 长期\n", "utf-8")
    put_document(store, standing)
    assert texts(store, "2025-05").files["case.yaml"] == 'title: 长期\nperiod: "2025-05"\n'
    assert texts(store, "2025-06").files["case.yaml"] == head
    assert told(texts(store, "2025-08", june)) == ["STORE_CASE_INHERITED"]


def test_a_scheme_inside_the_case_is_kept_with_it(store: Store, tmp_path: Path) -> None:
    folder = case(
        tmp_path / "case", case="period: 2025-06\nscheme: own.yaml\nweight_tables: w.csv\n"
    )
    scheme = "scheme: own\ntitle: 自有方案\nreference: 试行\n"
    weights = "项目编码,当量值,生效日期,截止日期（含）\nZZ01,1,2025-01-01,2025-12-31\n"
    write_tables(folder, {"own.yaml": scheme, "w.csv": weights})
    put_case(store, folder)
    files = texts(store, "2025-06").files
    assert files["own.yaml"] == scheme
    assert files["w.csv"] == (
        "item_code,weight,valid_from,valid_to\nZZ01,1,2025-01-01,2026-01-01\n"
    )
    changed = tmp_path / "own.yaml"
    changed.write_text(scheme + "# 二\n", "utf-8")
    done = put_document(store, changed)
    assert told(done) == ["DATED_SHADOWED"]
    assert texts(store, "2025-06").files["own.yaml"] == scheme
    put_document(store, changed, period="2025-06")
    assert texts(store, "2025-06").files["own.yaml"] != scheme


def test_tables_of_other_systems_are_kept_as_their_maps_read_them(
    store: Store, tmp_path: Path
) -> None:
    head = "period: 2025-06\nsources:\n  hr: {map: maps/hr.yaml, files: hr/*.csv}\ntitle: 甲\n"
    folder = case(tmp_path / "case", case=head, staff=None)
    hr = "map: hr\ntitle: 人事\ntable: staff\nversion: 2025-01-01\n"
    hr += "columns: {person_id: 工号, institution_id: 单位}\n"
    write_tables(folder, {"maps/hr.yaml": hr, "hr/导出.csv": "工号,单位,备注\nP01,I01,x\n"})
    done = put_case(store, folder)
    assert {one.kind for one in done.documents} == {"case", "map"}
    files = texts(store, "2025-06").files
    assert files["staff.csv"] == "person_id,institution_id\nP01,I01\n"
    assert files["case.yaml"] == "period: 2025-06\n\n\ntitle: 甲\n"
    assert not any("map" in name for name in files)


def test_rows_of_longer_and_inner_periods(store: Store, tmp_path: Path) -> None:
    put_case(store, case(tmp_path / "case"))
    task = {"institution_id": "I01", "fund": "f", "income": "10.00"}
    put_table(store, "tasks", [task], period="2025")
    assert "tasks.csv" in texts(store, "2025-06").files
    bonus = {"institution_id": "I01", "person_id": "P01", "component": "c", "amount": "1.00"}
    put_table(store, "bonuses", [bonus], period="2025-06")
    put_table(store, "bonuses", [bonus], period="2025-07")
    put_table(store, "bonuses", [bonus, bonus], period="2025-Q3")
    assert "bonuses.csv" not in texts(store, "2025-08").files
    # June, and the third quarter, which has July in it.
    assert texts(store, "2025").files["bonuses.csv"].count("P01") == 3
    put_table(store, "staff", [{"person_id": "P09", "institution_id": "I01"}], period="2025-06")
    assert texts(store, "2025-06").files["staff.csv"] == "person_id,institution_id\nP09,I01\n"
    assert "P01" in texts(store, "2025-07").files["staff.csv"]
    again = put_case(store, tmp_path / "case")
    assert told(again) == ["DATED_STANDS", "DATED_SHADOWED"]
    put_case(store, tmp_path / "case", alone=True)
    assert "P01" in texts(store, "2025-06").files["staff.csv"]


def test_case_yaml_changes_as_little_as_it_can() -> None:
    body = (
        "title: 甲\n'period': 2025-06 # 期\nsources:\n  a:\n    map: m\nreading: {encoding: gbk}\n"
    )
    made = plain_case(body, "2025-07")
    assert made == 'title: 甲\nperiod: "2025-07"\n\n\n\n\n'
    flow = "{title: '甲: \"乙\"', period: 2025-06, sharing: {a: {levels: [b, '01']}}, sources: {}}"
    read = yaml.load(plain_case(flow, "2025-07"), yaml.BaseLoader)
    assert read == {
        "title": '甲: "乙"',
        "period": "2025-07",
        "sharing": {"a": {"levels": ["b", "01"]}},
    }
    nested = "sharing:\n  period: x\nperiod:\n  2025-06\nseries: {}\n"
    assert yaml.load(plain_case(nested, "2025"), yaml.BaseLoader) == {
        "sharing": {"period": "x"},
        "period": "2025",
        "series": {},
    }


def test_a_workbook_is_a_case_too(
    place: StorePlace, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    case(tmp_path / "case")
    monkeypatch.setenv("EQUIVALENTS_STORE", environment(place)["EQUIVALENTS_STORE"])
    book = tmp_path / "本期.xlsx"
    runner = CliRunner()
    made = runner.invoke(app, ["template", "-o", str(book), "--from", str(tmp_path / "case")])
    assert made.exit_code == 0, made.output
    done = runner.invoke(app, ["db", "put", str(book), "--json"])
    assert done.exit_code == 0, done.output
    files = texts(store, "2025-06").files
    assert files["staff.csv"] == GOOD["staff.csv"]
    assert yaml.load(files["case.yaml"], yaml.BaseLoader)["period"] == "2025-06"
    with store.reading() as connection:
        # The book holds records, too: its hash is kept and not the book.
        assert not connection.execute(select(schema.UPLOAD_BODIES)).all()
        assert connection.execute(select(schema.UPLOADS.c.kind)).scalars().all() == ["case"]
