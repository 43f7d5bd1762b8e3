"""Sources of a case: exports of any kind and databases settle to the bytes of our own tables.

Faults seen to be caught: a row that a filter leaves out and nobody counts, a rejected row that is
shown with our codes, an address in the manifest, a source that is passed over in silence.
"""

import csv
import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
import sqlalchemy as sa

from equivalents.run import check_case, settle_case

SCENARIO = Path(__file__).parents[1] / "scenarios" / "169-one-month-from-three-systems"
OF_FILES = {"manifest.json", "problems.csv", "rejected.csv", "summary.json", "settlement.xlsx"}
"""What names files, or tells of them: the rest is the same, byte for byte."""


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of the month in our own tables."""
    out = tmp_path_factory.mktemp("plain") / "out"
    settle_case(SCENARIO / "case", out)
    return out


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """The month as three systems export it, to be changed."""
    return shutil.copytree(SCENARIO / "sources", tmp_path / "case")


def as_workbook(case: Path) -> None:
    """The exports as workbooks, with a title, a total, and cells as Excel has them."""
    for path in sorted((case / "export").glob("*.csv")):
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        head, *body = rows(path)
        sheet.append(["六月导出"])
        sheet.append(head)
        for row in body:
            sheet.append([_as_excel_has(one) for one in row])
        sheet.append(["合计"])
        book.save(path.with_suffix(".xlsx"))
        path.unlink()
    declared = case / "case.yaml"
    declared.write_text(declared.read_text("utf-8").replace(".csv", ".xlsx"), "utf-8")


def _as_excel_has(text: str) -> int | str:
    if text.isdigit() and text[0] != "0":
        return int(text)
    return text.replace("-", "/") if len(text) == 10 and text[4] == text[7] == "-" else text


def as_gb18030(case: Path) -> None:
    """The exports in GB18030 with dates of eight digits."""
    for path in (case / "export").glob("*.csv"):
        text = path.read_text("utf-8").replace("2025-06-", "202506")
        path.write_bytes(text.encode("gb18030"))


def as_sqlite(case: Path) -> None:
    """The exports as tables of an SQLite file, the quantity as a double."""
    with closing(sqlite3.connect(case / "all.db")) as made:
        for name, path in (("visits", "his-330101"), ("more", "his-330102")):
            head, *body = rows(case / "export" / f"{path}.csv")
            columns = ", ".join(f"{one} {'real' if one == '数量' else 'text'}" for one in head)
            made.execute(f"create table {name}({columns})")
            made.executemany(f"insert into {name} values ({','.join('?' * len(head))})", body)
        made.commit()
    query = (
        "select 机构代码, 收费流水号, 明细序号, 执行医生工号, 收费项目编码, 执行日期, 单位, 状态"
    )
    query += ", printf('%.1f', 数量) as 数量, 健康档案号 from visits union all select 医疗机构代码,"
    query += " 收费流水号, 明细序号, 医生工号, 收费项目编码, 就诊日期, 单位, 状态,"
    query += " printf('%.1f', 数量), 档案编号 from more"
    declare(case, "{map: his-outpatient, files: [export/his-*.csv]}",
            f"{{map: his-outpatient, url: 'sqlite:///all.db', query: \"{query}\"}}")  # fmt: skip


def declare(case: Path, old: str, new: str) -> None:
    path = case / "case.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def as_it_is(case: Path) -> None:
    """The exports as they are."""


def same(one: Path, other: Path, but: Sequence[str] = ()) -> None:
    names = {path.name for path in one.iterdir()} - OF_FILES - {*but}
    assert names >= {"payouts.csv", "equivalents.csv", "contract_keys.csv", "tally.parquet"}
    for name in sorted(names):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


@pytest.mark.parametrize("change", [as_it_is, as_workbook, as_gb18030, as_sqlite])
def test_a_month_from_three_systems_is_the_month_in_our_tables(
    change: Callable[[Path], None], case: Path, plain: Path, tmp_path: Path
) -> None:
    change(case)
    settle_case(case, tmp_path / "out")
    same(plain, tmp_path / "out")
    told = [row for row in rows(tmp_path / "out" / "problems.csv") if row[1] == "MAP_ROWS_LEFT_OUT"]
    assert sum(int(row[6]) for row in told) == 4, "two void, one deleted, one contract"


def test_a_zip_of_the_case_is_the_same(case: Path, plain: Path, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "case.zip", "w") as made:
        for path in sorted(case.rglob("*.*")):
            if path.is_file():
                made.write(path, path.relative_to(case).as_posix())
    settle_case(tmp_path / "case.zip", tmp_path / "out")
    same(plain, tmp_path / "out")


def test_a_postgres_source_is_the_same_and_nothing_names_its_address(
    case: Path, plain: Path, tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = sa.create_engine(postgres)
    head, *body = rows(case / "export" / "contracts.csv")
    with engine.begin() as connection:
        columns = ", ".join(
            f'"{one}" {"date" if one in ("签约日期", "到期日期") else "char(8)"}' for one in head
        )
        connection.exec_driver_sql(f"create table signed({columns})")
        marks = ", ".join("%s" for _ in head)
        connection.exec_driver_sql(
            f"insert into signed values ({marks})", [tuple(row) for row in body]
        )
    monkeypatch.setenv("CONTRACTS_URL", postgres.replace("postgres@", "postgres:geheim@"))
    query = "select * from signed order by 1 desc"
    declare(case, "files: export/contracts.csv", f"url: env:CONTRACTS_URL, query: {query}")
    settle_case(case, tmp_path / "out")
    same(plain, tmp_path / "out")
    engine.dispose()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    (told,) = (one for one in manifest["sources"] if one["source"] == "contracts")
    assert (told["query"], told["rows"], len(told["digest"])) == (query, 7, 32)
    for path in (tmp_path / "out").iterdir():
        data = path.read_bytes()
        assert b"geheim" not in data, path.name
        assert b"postgresql" not in data, path.name


def test_the_manifest_names_maps_versions_and_tables_of_codes(case: Path, tmp_path: Path) -> None:
    settle_case(case, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    used = {(one["source"], one["map"], one["version"]) for one in manifest["sources"]}
    assert used == {
        ("his", "his-outpatient", "2025-01-01"),
        ("public_health", "public-health-followup", "2025-01-01"),
        ("contracts", "contract-platform", "2025-01-01"),
    }
    files = [one["file"] for one in manifest["inputs"]]
    assert len(files) == len(set(files))
    assert {
        "his-outpatient.yaml", "public-health-followup.yaml", "maps/contract-platform.yaml",
        "maps/people-his.csv", "maps/items-public-health.csv", "export/his-330101.csv",
        "export/followups.csv", "export/contracts.csv",
    } <= {*files}  # fmt: skip


def test_a_rejected_row_is_shown_as_it_came(case: Path, tmp_path: Path) -> None:
    path = case / "export" / "his-330101.csv"
    path.write_text(
        path.read_text("utf-8") + "330101,105,1, 1009 ,110100001,2025/6/3,2,次,R11,正常\n", "utf-8"
    )
    settle_case(case, tmp_path / "out", stop_on_reject=False)
    head, row = rows(tmp_path / "out" / "rejected.csv")
    told = dict(zip(head, row, strict=True))
    assert (told["file"], told["row"], told["column"], told["code"], told["value"]) == (
        "export/his-330101.csv", "8", "person_id", "MAP_CODE_UNLISTED", " 1009 ",
    )  # fmt: skip
    shown = {name: told[name] for name in ("person_id", "item_code", "service_date", "单位")}
    assert shown == {
        "person_id": " 1009 ", "item_code": "110100001", "service_date": "2025/6/3", "单位": "次",
    }  # fmt: skip
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["records"]["received"] == 12


def test_records_of_our_own_stand_beside_those_of_sources(case: Path, tmp_path: Path) -> None:
    head, first, *_ = (SCENARIO / "case" / "records.csv").read_text("utf-8").splitlines()
    (case / "records.csv").write_text(f"{head}\n{first.replace('100-1', 'X1')}\n", "utf-8")
    settled = settle_case(case, tmp_path / "out")
    assert settled.counted.received == 12


def test_a_table_with_two_origins_is_refused(case: Path, tmp_path: Path) -> None:
    from equivalents.errors import DataError

    shutil.copy(SCENARIO / "case" / "contracts.csv", case)
    with pytest.raises(DataError) as caught:
        check_case(case)
    assert [one.code for one in caught.value.problems if one.severity == "error"] == ["TABLE_TWICE"]


def test_a_password_in_the_case_is_warned_about(case: Path) -> None:
    from equivalents.errors import DataError

    declare(case, "files: export/contracts.csv",
            "url: 'nosuch://user:geheim@host/x', query: select 1")  # fmt: skip
    with pytest.raises(DataError) as caught:
        check_case(case)
    codes = {one.code for one in caught.value.problems}
    assert {"DATABASE_PASSWORD", "DATABASE_URL"} <= codes
    assert "geheim" not in str(caught.value)
