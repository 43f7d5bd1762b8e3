"""Typed sources, Parquet files and databases: exact or refused, and told like any other file.

Catches: a float that slips by under another way of writing its heading, a total of a Parquet file
that is left out without a word, one heading twice in a query, a proposed map that is no YAML.
"""

import sqlite3
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.findings import Findings
from equivalents.intake.opening.database import Database
from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.mapfile import read_map
from equivalents.intake.opening.sources import SourceRule, mapped_spools
from equivalents.intake.yearsfile import forecasts
from equivalents.mapping import suggest_map

MAP = """map: m
title: t
version: 2025-01-01
table: records
columns:
  {institution_id: 机构, person_id: 工号, item_code: 项目, service_date: 日期, quantity: 数量}
"""
ROW = {"机构": "I1", "工号": "P1", "项目": "A", "日期": "2025-01-01", "数量": "1"}


def mapped(
    tmp_path: Path, files: list[Path], database: Database | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows that a source gives, and the codes of what is told."""
    (tmp_path / "m.yaml").write_text(MAP, encoding="utf-8")
    findings, keeper = Findings(), SpoolFolder()
    found = read_map(tmp_path / "m.yaml", "m.yaml", {}, findings)
    assert found is not None
    named = tuple((path, path.name) for path in files)
    rule = SourceRule("s", found, found.place, named, database)
    made = mapped_spools([rule], keeper, findings)
    rows = [row for one in made for row in pq.read_table(one.found.path).to_pylist()]
    return rows, [one.code for one in findings.problems]


def parquet(path: Path, columns: dict[str, list[Any]]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("heading", ["数量", "数 量", "数量(次)", "*数量"])
def test_a_float_is_refused_however_its_heading_is_written(heading: str, tmp_path: Path) -> None:
    others = {name: [text] for name, text in ROW.items() if name != "数量"}
    path = parquet(tmp_path / "a.parquet", {**others, heading: [0.1 + 0.2]})
    assert mapped(tmp_path, [path]) == ([], ["FLOAT_COLUMN"])
    sqlite3.connect(tmp_path / "x.db").close()
    query = f"SELECT 'I1' 机构, 'P1' 工号, 'A' 项目, '2025-01-01' 日期, 0.1 + 0.2 \"{heading}\""
    database = Database("s", "sqlite:///x.db", query, {"x.db": tmp_path / "x.db"})
    assert mapped(tmp_path, [], database) == ([], ["DATABASE_FLOAT"])


@pytest.mark.parametrize("kind", [pa.timestamp("us", "UTC"), pa.list_(pa.string()), pa.binary()])
def test_a_type_that_is_no_text_is_refused_where_it_is_used(
    kind: pa.DataType, tmp_path: Path
) -> None:
    table = pa.table({name: [text] for name, text in ROW.items()} | {"日期": pa.nulls(1, kind)})
    pq.write_table(table, tmp_path / "a.parquet")
    rows, codes = mapped(tmp_path, [tmp_path / "a.parquet"])
    assert rows == []
    assert codes in (["COLUMN_TYPE"], ["TIME_COLUMN"])


def test_a_parquet_file_tells_what_was_left_out_like_any_other(tmp_path: Path) -> None:
    columns = {name: [text, text, ""] for name, text in ROW.items()}
    columns |= {"机构": ["I1", "I1", "合计"], "数量": ["1", "2", "3"]}
    path = parquet(tmp_path / "a.parquet", columns)
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    text = tmp_path / "b.csv"
    text.write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows, codes = mapped(tmp_path, [path])
    assert [row["quantity"] for row in rows] == ["1", "2"]
    assert "ROW_LEFT_OUT" in codes
    assert sorted(codes) == sorted(mapped(tmp_path, [text])[1])


def test_a_heading_twice_is_refused_in_every_source(tmp_path: Path) -> None:
    columns = {name: [text] for name, text in ROW.items()}
    path = parquet(tmp_path / "a.parquet", {**columns, "工 号": ["P9"]})
    assert "COLUMN_TWICE" in mapped(tmp_path, [path])[1]
    sqlite3.connect(tmp_path / "x.db").close()
    query = "SELECT 'I1' 机构, 'P1' 工号, 'A' 项目, '2025-01-01' 日期, 1 数量, 5 数量"
    database = Database("s", "sqlite:///x.db", query, {"x.db": tmp_path / "x.db"})
    assert "COLUMN_TWICE" in mapped(tmp_path, [], database)[1]


def test_look_shows_a_parquet_file(tmp_path: Path) -> None:
    names = ("institution_id", "person_id", "item_code", "service_date", "quantity")
    columns = dict(zip(names, ([text] for text in ROW.values()), strict=True))
    path = parquet(tmp_path / "记录.parquet", columns)
    done = CliRunner().invoke(app, ["look", str(path)])
    assert done.exit_code == 0
    assert "2025-01-01" in done.stdout


def test_a_proposed_map_is_yaml_whatever_the_headings_are(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["机构\n编号", "人员编号", "项目编码", "服务\n日期", "数量", "备\nquantity: 注"])
    for day in range(1, 6):
        sheet.append(["I1", f"P{day}", "A", f"2025-01-0{day}", 1, "z"])
    book.save(tmp_path / "a.xlsx")
    proposed = yaml.safe_load(suggest_map(tmp_path / "a.xlsx").text)
    assert proposed["columns"]["quantity"] == "数量"


@pytest.mark.parametrize("year", ["9" * 5000, "0002024", "99999"])
def test_a_year_has_four_digits(year: str, tmp_path: Path) -> None:
    path = tmp_path / "years.csv"
    path.write_text(f"institution_id,year,equivalents\nI1,{year},1\n", encoding="utf-8")
    made, problems = forecasts(path, [1])
    assert made == ()
    assert "NUMBER_INVALID" in {one.code for one in problems}
