"""``check --report``: figures by hand, sums that hold in every table, the workbook and the page.

Catches: a record that is in no group or in two, a rejected row that is missing, a share that is
rounded otherwise, an equal row that is not seen or is seen too often, a page that asks for
something elsewhere or runs what a file holds, a folder replaced that is not ours, other bytes.
"""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.errors import ConservationError
from equivalents.intake.hashstore import HashStore
from equivalents.intake.qualityrows import dimension_of
from equivalents.quality import GROUPINGS, NO_DAY, QualityBlock, QualitySums, share_e2
from equivalents.reasons import REASONS
from equivalents.report.quality import quality_of
from equivalents.report.qualitytables import QualityTable, quality_tables
from equivalents.run import check_case

HOSTILE = "<script>alert(1)</script>&\"'"
_QUOTED = HOSTILE.replace('"', '""')
TABLES = {
    "case.yaml": "period: 2025-Q1\n",
    "institutions.csv": f'institution_id,name\nC01,甲\nC02,"{_QUOTED}"\nC03,=静默\n',
    "staff.csv": "person_id,institution_id\nP1,C01\nP2,C02\n",
    "weights.csv": "item_code,weight,valid_from,quantity_max\n"
    "A,1.25,2025-01-01,50\nB,2,2025-01-01,\n",
    "pools.csv": "institution_id,pool,amount\nC01,奖,100.10\n",
    # Row 4 is equal to row 3; 5 is blank; 6 has no date; 7 is of no institution; 8 is short.
    "records.csv": "institution_id,person_id,item_code,service_date,quantity,record_id\n"
    "C01,P1,A,2025-01-05,1,\n"
    "C01,P1,A,2025-03-30,60,\n"
    "C01,P1,A,2025-03-30,60,\n"
    ",,,,,\n"
    "C01,P1,A,2025-02-30,1,r1\n"
    "C09,P1,B,2025-02-03,1,r2\n"
    "C01,P1\n"
    "C02,P2,Z,2025-04-01,1,r3\n"
    "C02,P2,B,2025/1/7,1,r4\n",
}


def case_of(folder: Path, changed: Mapping[str, str] | None = None) -> Path:
    folder.mkdir(parents=True)
    for name, text in {**TABLES, **(changed or {})}.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def tables_of(folder: Path) -> dict[str, QualityTable]:
    checked = check_case(folder)
    assert checked.case is not None
    assert checked.source is not None
    quality = quality_of(checked.settlement, checked.case, checked.source)
    return {table.key: table for table in quality_tables(quality)}


def rows_of(table: QualityTable) -> dict[str, dict[str, str]]:
    names = [column.en for column in table.columns]
    return {row[0]: dict(zip(names, row, strict=True)) for row in table.rows}


def test_the_figures_of_a_small_case(tmp_path: Path) -> None:
    tables = tables_of(case_of(tmp_path / "case"))
    measures = {row[1].split(" ", 1)[1]: tuple(row[2:]) for row in tables["overview"].rows}
    # Eight rows came: seven are whole, and a short row counts as filled nowhere.
    assert measures == {
        "required cells filled": ("35", "40", "87.50"),
        "optional cells filled": ("4", "96", "4.17"),
        "months with records": ("3", "3", "100.00"),
        "records not rejected": ("4", "8", "50.00"),
        "records doubtful in form": ("4", "8", "50.00"),
        "records with a repeated id": ("0", "8", "0.00"),
        "records equal to an earlier row": ("1", "8", "12.50"),
        "records outside the period": ("1", "8", "12.50"),
        "records of the last month": ("2", "8", "25.00"),
        "records at odds with tables": ("1", "8", "12.50"),
    }
    places = rows_of(tables["institution"])
    first = places["C01 甲"]
    assert (first["received"], first["rejected"], first["with warnings"]) == ("4", "1", "2")
    assert (first["valid"], first["equal rows"], first["months present"]) == ("75.00", "1", "2")
    assert (first["first day"], first["last day"]) == ("2025-01-05", "2025-03-30")
    assert (first["days to the end"], first["last month"]) == ("1", "50.00")
    assert places["C03 =静默"]["received"] == "0"  # silent, and shown
    assert places["C03 =静默"]["valid"] == ""
    assert places["（不在表中 unknown）"]["at odds"] == "1"
    assert places["（空白 blank）"]["rejected"] == "1"
    months = rows_of(tables["month"])
    assert [months[name]["received"] for name in months] == ["2", "1", "2", "1", "2"]
    assert rows_of(tables["forms"])["records.csv"]["cells"] == "1"


def test_rejected_by_the_first_code_adds_up(tmp_path: Path) -> None:
    tables = tables_of(case_of(tmp_path / "case"))
    for grouping in GROUPINGS:
        mine = [row for row in tables["codes"].rows if row[0].endswith(grouping)]
        assert sum(int(row[-1]) for row in mine) == 4
    codes = {row[3] for row in tables["codes"].rows}
    assert codes >= {"DATE_INVALID", "INSTITUTION_UNKNOWN", "ROW_SHAPE", "QUANTITY_ABOVE_MAX"}


def test_what_is_outside_the_period_is_decided_alike_everywhere(tmp_path: Path) -> None:
    """By the day that a record has, whatever else is wrong with it."""
    head = "institution_id,person_id,item_code,service_date,quantity\n"
    rows = "C01,P1,A,2025-05-01,1\nC01,P1,A,2025-05-01,x\n"
    rows += "C09,P1,A,2024-12-31,1\nC01,P1,A,2025-01-01,1\n"
    folder = case_of(tmp_path / "case", {"records.csv": head + rows})
    tables = tables_of(folder)
    measures = {row[1].split(" ", 1)[1]: row[2] for row in tables["overview"].rows}
    outside = "（期间之外 outside）"
    assert measures["records outside the period"] == "3"
    assert rows_of(tables["month"])[outside]["received"] == "3"
    at = [column.zh for column in tables["coverage"].columns].index("期间之外")
    sources = [row for row in tables["coverage"].rows if row[0].endswith("source")]
    assert [row[at] for row in sources] == ["3"]
    report(folder, tmp_path / "out")
    page = (tmp_path / "out" / "quality.html").read_text("utf-8")
    assert '<div class="card">时效性：期间之外<b>3</b>' in page


def test_each_date_that_was_rewritten_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row for each text of a plain file; a time part and a form of one cell are one row."""
    head = "institution_id,person_id,item_code,service_date,quantity\n"
    texts = ("2025/1/5", "2025/1/6", "2025/1/5", "2025-01-07 08:30", "2025/1/7 9:00", "2025-01-08")
    rows = "".join(f"C01,P1,A,{text},1\n" for text in texts)
    yaml = "period: 2025-Q1\ntimes: truncate\n"
    folder = case_of(tmp_path / "case", {"records.csv": head + rows, "case.yaml": yaml})
    time, slashes = "时间部分 time part", "YYYY/M/D"
    assert tables_of(folder)["forms"].rows == [
        ["records.csv", "service_date", time, "2025-01-07 08:30", "2025-01-07", "1"],
        ["records.csv", "service_date", slashes, "2025/1/5", "2025-01-05", "2"],
        ["records.csv", "service_date", slashes, "2025/1/6", "2025-01-06", "1"],
        ["records.csv", "service_date", f"{slashes}、{time}", "2025/1/7 9:00", "2025-01-07", "1"],
    ]
    monkeypatch.setattr("equivalents.intake.datesread._TEXTS", 1)
    assert tables_of(folder)["forms"].rows == [
        ["records.csv", "service_date", slashes, "2025/1/5", "2025-01-05", "2"],
        ["records.csv", "service_date", "", "（其他写法 others）", "", "3"],
    ]


def test_performers_stand_in_for_a_person(tmp_path: Path) -> None:
    head = "institution_id,person_id,item_code,service_date,quantity,performers\n"
    rows = "C01,,A,2025-01-05,1,P1;P2\nC01,,A,2025-01-05,1,\n"
    tables = tables_of(case_of(tmp_path / "case", {"records.csv": head + rows}))
    assert tuple(tables["overview"].rows[0][2:]) == ("9", "10", "90.00")
    raw = [row for row in tables["filled"].rows if row[2].endswith("person_id")]
    assert {row[4] for row in raw} == {"0"}


def test_repeated_ids_are_counted(tmp_path: Path) -> None:
    head = "institution_id,person_id,item_code,service_date,quantity,record_id\n"
    rows = "C01,P1,A,2025-01-05,1,r\nC01,P1,A,2025-01-05,1,r\nC01,P1,A,2025-01-06,1,s\n"
    tables = tables_of(case_of(tmp_path / "case", {"records.csv": head + rows}))
    assert [row[2] for row in tables["overview"].rows[5:7]] == ["1", "1"]


def test_equal_rows_are_compared_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where every hash meets, and texts joined would be the same."""
    head = "institution_id,person_id,item_code,service_date,quantity,setting,source\n"
    rows = "C01,P1,A,2025-01-05,1,xy,z\nC01,P1,A,2025-01-05,1,x,yz\nC01,P1,A,2025-01-05,1,x,yz\n"
    folder = case_of(tmp_path / "case", {"records.csv": head + rows})
    put = HashStore.put
    monkeypatch.setattr(
        HashStore, "put", lambda self, part, hashed: put(self, part, np.full_like(hashed, 7))
    )
    monkeypatch.setattr(
        "equivalents.intake.qualityrows._hash_rows",
        lambda rows: np.full(rows.row.size, 7, np.uint64),
    )
    sources = rows_of(tables_of(folder)["source"])
    assert {name: row["equal rows"] for name, row in sources.items()} == {"yz": "1", "z": "0"}


def test_a_source_is_what_a_record_tells_else_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "institution_id,person_id,item_code,service_date,quantity,source\n"
    one, row = "C01,P1,A,2025-01-05,1,", "C02,P2,B,2025-01-05,1,"
    records = {
        "records.csv": f"{head}{one}公卫\n{row}HIS\n{one}HIS\n{row}\n{one}X\nC01,P1\n",
    }
    folder = case_of(tmp_path / "case", records)

    def received() -> dict[str, str]:
        found = rows_of(tables_of(folder)["source"])
        return {name: row["received"] for name, row in found.items()}

    blank = "records.csv（未写来源 none told）"
    assert received() == {"HIS": "2", "X": "1", "公卫": "1", blank: "2"}
    monkeypatch.setattr("equivalents.intake.qualityrows._SOURCES", 1)
    assert received() == {"HIS": "2", "（其他来源 others）": "2", blank: "2"}
    told = "".join(f"{one}HIS\n" for _ in range(3))
    (folder / "records.csv").write_text(head + told, encoding="utf-8")
    assert received() == {"HIS": "3"}


CELLS = st.tuples(
    st.sampled_from(("C01", "C02", "C09", "")),
    st.sampled_from(("P1", "P2", "P9", "")),
    st.sampled_from(("A", "B", "Z", "")),
    st.sampled_from(("2025-01-05", "2025/2/3", "2025-05-01", "2025-02-30", "")),
    st.sampled_from(("1", "60", "x", "")),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=12), st.integers(0, 3))
def test_every_table_holds_every_record(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, ...]], short: int
) -> None:
    head = "institution_id,person_id,item_code,service_date,quantity\n"
    text = head + "".join(",".join(row) + "\n" for row in cells) + "C01,P1\n" * short
    folder = case_of(tmp_path_factory.mktemp("q") / "case", {"records.csv": text})
    received = sum(1 for row in cells if any(row)) + short
    tables = tables_of(folder)
    counted = check_case(folder).settlement.counted
    assert counted.received == received
    for grouping in GROUPINGS:
        rows = rows_of(tables[grouping]).values()
        assert sum(int(row["received"]) for row in rows) == received
        assert sum(int(row["rejected"]) for row in rows) == counted.rejected
    coverage = tables["coverage"].rows
    for grouping in ("source", "institution", "item"):
        mine = [row for row in coverage if row[0].endswith(grouping)]
        assert sum(int(cell) for row in mine for cell in row[2:]) == received
    distinct = len({row for row in cells if any(row)})
    equal = sum(int(row["equal rows"]) for row in rows_of(tables["source"]).values())
    assert equal == received - short - distinct


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_shares_are_rounded_half_up(part: int, whole: int) -> None:
    share = share_e2(part, whole)
    assert share is not None
    # |share - exact| <= 1/2, the half belonging to the upper one.
    assert -whole <= 2 * (part * 10_000 - share * whole) < whole


def test_sums_that_differ_are_a_defect() -> None:
    sums = QualitySums(dict.fromkeys(GROUPINGS, 1))
    zero = np.zeros(1, np.int32)
    sums.add(QualityBlock(dict.fromkeys(GROUPINGS, zero), np.array([NO_DAY]), {}))
    sums.check(1, 0)
    with pytest.raises(ConservationError):
        sums.check(2, 0)
    with pytest.raises(ConservationError):
        sums.check(1, 1)


def test_every_reason_of_a_record_has_a_dimension() -> None:
    found = {dimension_of(code) for code in REASONS}
    assert found == {"validity", "uniqueness", "timeliness", "consistency"}


# -- the folder --------------------------------------------------------------------------------


def report(case: Path, out: Path, *more: str) -> int:
    return CliRunner().invoke(app, ["check", str(case), "--report", str(out), *more]).exit_code


def test_the_same_bytes_and_replaced_as_a_whole(tmp_path: Path) -> None:
    case, out = case_of(tmp_path / "case"), tmp_path / "out"
    assert report(case, out) == 1
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert sorted(before) == ["quality.html", "quality.xlsx"]
    (out / "old").touch()
    assert report(case, out, "--json") == 1
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_another_folder_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").touch()
    done = CliRunner().invoke(
        app, ["check", str(case_of(tmp_path / "case")), "--report", str(out), "--json"]
    )
    assert done.exit_code == 1
    assert "OUT_NOT_OURS" in done.stdout
    assert [path.name for path in out.iterdir()] == ["mine"]


def test_the_workbook_read_back(tmp_path: Path) -> None:
    case, out = case_of(tmp_path / "case"), tmp_path / "out"
    report(case, out)
    book = openpyxl.load_workbook(out / "quality.xlsx")
    tables = tables_of(case)
    assert book.sheetnames == [table.zh for table in tables.values()]
    for table in tables.values():
        cells = book[table.zh].iter_rows(min_row=4, max_row=3 + len(table.rows), values_only=True)
        for row, shown in zip(table.rows, cells, strict=False):
            for column, value, cell in zip(table.columns, row, shown, strict=True):
                if column.form and value:
                    assert float(cell) == float(value)
                else:
                    assert (cell or "").lstrip("'") == value.lstrip("'")
    silent = [cell.value for cell in book["按机构"]["A"] if "静默" in str(cell.value)]
    assert silent == ["C03 =静默"]


class _Page(HTMLParser):
    """Tags of a page, with what they refer to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.refers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.refers += [v or "" for k, v in attrs if k in ("href", "src", "action", "data")]
        assert not [k for k, _ in attrs if k.startswith("on")]


def test_the_page_stands_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    report(case_of(tmp_path / "case"), out)
    text = (out / "quality.html").read_text("utf-8")
    page = _Page()
    page.feed(text)
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert all(one.startswith("#") for one in page.refers)
    assert not re.search(r"https?://|url\(|@import", text)
    # Well-formed, and each link leads somewhere.
    tree = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
    ids = {one.get("id") for one in tree.iter() if one.get("id")}
    assert {one.removeprefix("#") for one in page.refers} == ids
    assert len(list(tree.iter("svg"))) == 1
    shown = {"".join(one.itertext()) for one in tree.iter("td")}
    assert f"C02 {HOSTILE}" in shown  # as text, in full


def test_what_xml_cannot_hold_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    names = "institution_id,name\nC01,a\ufffeb\nC02,\nC03,\n"
    report(case_of(tmp_path / "case", {"institutions.csv": names}), out)
    ElementTree.fromstring(
        (out / "quality.html").read_text("utf-8").removeprefix("<!DOCTYPE html>\n")
    )
