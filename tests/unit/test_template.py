"""``equivalents template``: the workbook to fill in, read back by another program.

Catches: a table, column or heading that the workbook lacks or spells otherwise, a drop-down that
refers to nothing or lacks a code that the engine takes, an id that Excel would turn into a number,
an example that the engine itself refuses, a given case that comes back changed, an overwritten
file.
"""

import csv
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import column_index_from_string
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.intake.casefolder import open_folder
from equivalents.intake.headings import TABLES
from equivalents.policy.calendar import parse_day
from equivalents.report.template.choices import CHOICES, REFERENCES
from equivalents.report.template.filling import filling_of
from equivalents.report.template.kinds import DAY, TEXT, Kind, cell_of, exact_number, kind_of
from equivalents.report.template.words import TABLE_NOTES, WORDS
from equivalents.report.template.writing import ordered, write_template
from equivalents.run import check_case

LAST = 1_048_576
EXAMPLE_CASE = """period: 2025-06
leave: {病假: {average: none, reference: 示例文件 6 号}}
sharing:
  科室奖:
    reference: 示例文件 6 号
    levels: [{to: department, key: headcount}, {to: person, key: secondary}]
components: {单项奖: {kind: bonus, reference: 示例文件 4 号, valid_from: 2025-01-01}}
"""


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "book.xlsx"
    write_template(path, ordered())
    return path


@pytest.fixture(scope="module")
def book(blank: Path) -> Any:
    return openpyxl.load_workbook(blank)


def validations(sheet: Any) -> dict[int, Any]:
    """The checks of a sheet by column (from 1)."""
    found = {}
    for one in sheet.data_validations.dataValidation:
        (cells,) = one.sqref.ranges
        assert cells.min_col == cells.max_col
        found[cells.min_col] = one
    return found


# -- the blank workbook ----------------------------------------------------------------------------


def test_every_table_has_its_sheet_those_needed_first(book: Any) -> None:
    names = book.sheetnames
    assert names[:3] == ["说明", "示例", "基本信息"]
    assert names[3:8] == ["机构", "人员花名册", "当量表", "服务记录", "绩效池"]
    assert sorted(names[3:-1]) == sorted(sheet.title for sheet in TABLES.values())


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_headings_are_ours_locked_frozen_and_explained(book: Any, table: Any) -> None:
    sheet = book[table.title]
    heads = sheet[1]
    assert [cell.value for cell in heads] == [column.heading for column in table.columns]
    assert sheet.dimensions.endswith("1"), "a blank sheet is no bigger than its headings"
    assert sheet.freeze_panes == "B2"
    assert sheet.protection.sheet
    assert not sheet.protection.insertRows, "False: it is allowed"
    assert not sheet.protection.sort
    assert not sheet.protection.autoFilter
    colours: dict[str, set[bool]] = {cell.fill.fgColor.rgb: set() for cell in heads}
    for cell, column in zip(heads, table.columns, strict=True):
        assert cell.protection.locked
        assert column.name in cell.comment.text
        assert WORDS[table.name][column.name].meaning in cell.comment.text
        colours[cell.fill.fgColor.rgb].add(column.required)
    assert all(len(kinds) == 1 for kinds in colours.values()), "required ones by colour"
    for letter, wide in sheet.column_dimensions.items():
        assert not wide.protection.locked, letter
        assert wide.width >= 9


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_cells_are_texts_days_or_numbers_and_checked(book: Any, table: Any) -> None:
    sheet, checks = book[table.title], validations(book[table.title])
    widths = {}
    for wide in sheet.column_dimensions.values():
        for at in range(wide.min, min(wide.max, 30) + 1):
            widths[at] = wide
    for at, column in enumerate(table.columns, 1):
        form = widths[at].number_format
        check: Any = checks.get(at)
        if column.is_day:
            assert (form, check.type) == ("yyyy-mm-dd", "date")
        elif column.name.endswith("_id") or column.name in ("item_code", "code", "name"):
            assert form == "@", "an id is a text"
        elif (table.name, column.name) in CHOICES:
            assert check.type == "list"
        elif column.name in ("quantity", "amount", "weight"):
            assert (form == "@", check.type) == (False, "custom")
            assert f",{ {'quantity': 3, 'amount': 2, 'weight': 4}[column.name] })" in check.formula1
        if check is not None:
            (cells,) = check.sqref.ranges
            assert (cells.min_row, cells.max_row) == (2, LAST)


def test_drop_downs_refer_to_what_is_there(book: Any) -> None:
    lists = book["选项"]
    for table in TABLES.values():
        for at, check in validations(book[table.title]).items():
            column = table.columns[at - 1]
            if check.type != "list":
                continue
            source = check.formula1
            choice = CHOICES.get((table.name, column.name))
            if choice is not None:
                cells = re.fullmatch(r"'选项'!\$(\w+)\$(\d+):\$\1\$(\d+)", source)
                assert cells is not None, source
                column_at = column_index_from_string(cells[1])
                rows = range(int(cells[2]), int(cells[3]) + 1)
                assert [lists.cell(row, column_at).value for row in rows] == [*choice.values]
                assert lists.cell(2, column_at).value == choice.title
            else:
                target, name = REFERENCES[column.name]
                where = book.defined_names[source].attr_text
                place = TABLES[target].names.index(name) + 1
                letter = openpyxl.utils.get_column_letter(place)
                assert f"'{TABLES[target].title}'!${letter}$2" in where


def test_instructions_lead_to_every_sheet(book: Any) -> None:
    sheet = book["说明"]
    links = {str(cell.hyperlink.location) for row in sheet for cell in row if cell.hyperlink}
    assert links == {f"'{name}'!A1" for name in book.sheetnames[2:-1]}
    texts = "\n".join(str(cell.value) for row in sheet for cell in row if cell.value)
    for word in ("填写顺序", "怎样填写", "填好以后", "--mark", "截止日期（含）"):
        assert word in texts


def test_only_named_tables_and_references_to_them(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["template", "-o", str(tmp_path / "a.xlsx"), "--tables", "leave,签约团队", "--json"]
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["tables"] == [
        "institutions", "staff", "weights", "records", "pools", "teams", "leave",
    ]  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert "签约团队" in book.sheetnames
    assert "科室" not in book.sheetnames
    department = TABLES["staff"].names.index("department_id") + 1
    assert department not in validations(book["人员花名册"])


def test_an_unknown_table_is_wrong_usage(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["template", "-o", str(tmp_path / "a.xlsx"), "--tables", "staf"]
    )
    assert result.exit_code == 2
    assert "staff" in result.stderr
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(("name", "code"), [("a.xlsx", "FILE_EXISTS"), ("a.csv", "FILE_NAME")])
def test_nothing_is_overwritten(name: str, code: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("filled in", "utf-8")
    result = CliRunner().invoke(app, ["template", "-o", str(tmp_path / name)])
    assert result.exit_code == 1
    assert code in result.stderr
    assert (tmp_path / name).read_text("utf-8") == "filled in"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_same_bytes_again(blank: Path, tmp_path: Path) -> None:
    write_template(tmp_path / "again.xlsx", ordered())
    assert (tmp_path / "again.xlsx").read_bytes() == blank.read_bytes()


# -- words and examples ----------------------------------------------------------------------------


def test_every_column_has_words() -> None:
    assert {*WORDS} == {*TABLE_NOTES} == {*TABLES}
    for name, table in TABLES.items():
        assert tuple(WORDS[name]) == table.names
        assert len({len(said.examples) for said in WORDS[name].values()}) == 1, name
        for column in table.columns:
            filled = any(WORDS[name][column.name].examples)
            assert filled or not column.required


def test_the_examples_are_a_case_without_a_fault(tmp_path: Path) -> None:
    """With the rules that some tables ask for; those that need funds stay out."""
    (tmp_path / "case.yaml").write_text(EXAMPLE_CASE, "utf-8")
    for name in {*TABLES} - {"tasks", "assessments", "accounts"}:
        table = TABLES[name]
        columns = [WORDS[name][column.name].examples for column in table.columns]
        rows = [*map(list, zip(*columns, strict=True))]
        if name == "pools":
            rows += [["C01", "科室奖", "500.00", ""]]
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[c.heading for c in table.columns], *rows])
    checked = check_case(tmp_path)
    faults = [str(problem) for problem in checked.problems if problem.severity == "error"]
    assert faults == []
    assert checked.settlement.counted.received == 3


def test_the_example_sheet_shows_them(book: Any) -> None:
    rows = [[cell.value for cell in row] for row in book["示例"].iter_rows()]
    staff = next(at for at, row in enumerate(rows) if str(row[0]).startswith("人员花名册"))
    assert rows[staff + 1][:5] == ["人员编号", "机构编号", "岗位编号", "科室编号", "姓名"]
    assert rows[staff + 2][4] == "陈一"


# -- cells -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "places", "number"),
    [
        ("12.50", 2, True), ("-1", 3, True), ("0", 0, True), ("1.0", 0, False),
        ("1.2000", 3, False),
        ("007", 0, False), ("-0", 2, False), ("0.10", 2, True), ("1e3", 3, False), ("", 2, False),
        ("123456789012345.6", 2, False), ("1234567890123450", 2, False), ("=1", 2, False),
    ],
)  # fmt: skip
def test_only_exact_numbers_become_numbers(text: str, places: int, number: bool) -> None:
    assert exact_number(text, places) is number
    cell = cell_of(text, Kind("General", 9, places, signed=True))
    assert isinstance(cell.value, str) is not number


def test_days_and_texts() -> None:
    assert str(cell_of("2025-06-03", DAY).value) == "45811"
    for text in ("1900-02-28", "2025/6/3", "2025-06-03 08:00", "2025-02-30"):
        assert cell_of(text, DAY).value == text
    assert cell_of("=1", TEXT).quoted
    assert cell_of("-李", TEXT) == cell_of("-李", TEXT)
    assert cell_of("0001", TEXT).value == "0001"
    assert kind_of(TABLES["pools"].columns[2]).places == 2


# -- a case in it ----------------------------------------------------------------------------------


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    (folder / "records").mkdir(parents=True)
    for name, text in {
        "case.yaml": "period: 2025-06\ntitle: =示例\nteam_roles: {GP: 3}\n",
        "institutions.csv": "institution_id,name\n0012345678901234567,-甲\nC02,乙\n",
        "staff.csv": "person_id,institution_id,name,active_to,备注\n"
        "P1,C02,=cmd|' /C calc'!A0,2025-07-01,+1\nP2,C02,李二,,\n",
        "weights.csv": "项目编码,当量值,生效日期,截止日期（含）\nA,1.2500,2025-01-01,2025-12-31\n",
        "records/1.csv": "institution_id,person_id,item_code,service_date,quantity\n"
        "C02,P1,A,2025-06-03,2.50\nC02,P1,A,2025-6-4,x\nC02,P1\n",
        "records/2.csv": "quantity,机构编号,person_id,item_code,service_date,extra\n"
        "-1,C02,P2,A,2025-06-30,@e\n",
        "pools.csv": "institution_id,pool,amount\nC02,奖,100.10\n",
    }.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def plain(value: Any) -> Any:
    """A value of a cell; a day as text."""
    return value.strftime("%Y-%m-%d DAY") if hasattr(value, "strftime") else value


def rows_of(book: Any, name: str) -> list[list[Any]]:
    sheet = book[name]
    return [[plain(cell.value) for cell in row] for row in sheet.iter_rows(min_row=2)]


def test_a_given_case_stands_in_it(case: Path, tmp_path: Path) -> None:
    write_template(tmp_path / "a.xlsx", ordered(), filling_of(open_folder(case)))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    settings = {row[0]: row[1] for row in rows_of(book, "基本信息")}
    assert settings["period"] == "2025-06"
    assert settings["title"] == "=示例"
    assert json.loads(settings["team_roles"]) == {"GP": "3"}
    assert book["基本信息"]["B3"].data_type == "s"
    assert book["基本信息"]["B3"].quotePrefix
    institutions = book["机构"]
    assert institutions["A2"].value == "0012345678901234567"
    assert (institutions["B2"].value, institutions["B2"].quotePrefix) == ("-甲", True)
    assert not institutions["B3"].quotePrefix
    (first, _) = rows_of(book, "人员花名册")
    end = TABLES["staff"].names.index("active_to")
    assert first[end] == "2025-06-30 DAY", "the last day, as the heading says"
    assert first[-1] == "+1"
    assert book["人员花名册"].cell(1, len(first)).value == "备注"
    (weight,) = rows_of(book, "当量表")
    assert weight[1] == 1.25
    assert weight[TABLES["weights"].names.index("valid_to")] == "2025-12-31 DAY"
    records = rows_of(book, "服务记录")
    assert records[0][:5] == ["C02", "P1", "A", "2025-06-03 DAY", 2.5]
    assert records[1][3:5] == ["2025-6-4", "x"]
    assert records[2][:2] == ["C02,P1", None], "a row of another shape is refused again"
    assert [*records[3][:5], records[3][-1]] == ["C02", "P2", "A", "2025-06-30 DAY", -1, "@e"]
    assert book["绩效池"]["C2"].value == 100.1


def test_more_rows_than_a_sheet_takes_go_on_in_the_next(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("equivalents.report.template.writing.LAST_ROW", 3)
    write_template(tmp_path / "a.xlsx", ordered(), filling_of(open_folder(case)))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    first, second = rows_of(book, "服务记录"), rows_of(book, "服务记录 (2)")
    assert [row[4] for row in (*first, *second)] == [2.5, "x", None, -1]
    assert [cell.value for cell in book["服务记录 (2)"][1]][:5] == [
        column.heading for column in TABLES["records"].columns[:5]
    ]


def test_schemes_stand_in_it_and_what_cannot_is_told(case: Path, tmp_path: Path) -> None:
    (case / "scheme.yaml").write_text("title: x\n\n  - =1\n", "utf-8")
    (case / "a b.yaml").write_text("title: y\n", "utf-8")
    args = ["template", "-o", str(tmp_path / "a.xlsx"), "--from", str(case), "--json"]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["left_out"] == ["a b.yaml"]
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["scheme.yaml"]
    assert [cell.value for cell in sheet["A"]] == ["title: x", None, "  - =1"]
    missing = CliRunner().invoke(
        app, [*args[:2], str(tmp_path / "b.xlsx"), "--from", str(tmp_path)]
    )
    assert missing.exit_code == 1
    assert "CASE_NOT_FOUND" in missing.stderr
    assert not (tmp_path / "b.xlsx").exists()


def test_days_of_the_workbook_are_ours() -> None:
    """Excel's day numbers against another program's."""
    for text in ("1900-03-01", "1950-05-01", "2024-02-29", "2199-12-31"):
        number = int(str(cell_of(text, DAY).value))
        assert str(openpyxl.utils.datetime.from_excel(number)) == f"{text} 00:00:00"
        assert parse_day(text) + 25569 == number
