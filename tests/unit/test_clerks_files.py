"""Files as a clerk sends them: what is told of them, and that nothing of them counts twice.

Catches: a copy of a file or sheet paid twice, a refused cell told under a second name, a heading
that the file does not have, a study that takes no workbook, a text file looked through twice.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.closing import correct_case
from equivalents.intake.case import load_case
from equivalents.intake.source import Source
from equivalents.intake.text import look_at
from equivalents.run import check_case, settle_case
from tests.bad.case import GOOD, HEAD, Content, case_with, check
from tests.scenarios.test_scenarios import read
from tests.studies import WEIGHTS, laid, run, told

ROW = ["I01", "P01", "MZ01", "2025-06-02", "10"]
ONE = f"{HEAD}\nI01,P01,MZ01,2025-06-02,10\n"


def book(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with xlsxwriter.Workbook(path) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def found(case: Path) -> list[tuple[str, str]]:
    """Code and file (with sheet) of what would count twice in a case."""
    _, problems = check(case)
    return [
        (one["code"], f"{one['file']} {one['sheet']}".strip())
        for one in problems
        if one["code"] == "RECORDS_TWICE"
    ]


# -- nothing twice ---------------------------------------------------------------------------------


def test_a_copy_of_a_file_of_records_is_refused(tmp_path: Path) -> None:
    files: dict[str, Content] = {"records.csv": None, "records/a.csv": ONE, "records/b.csv": ONE}
    case = case_with(tmp_path, files)
    assert found(case) == [("RECORDS_TWICE", "records/b.csv")]
    (case / "records" / "b.csv").write_text(ONE.replace(",10", ",20"), encoding="utf-8")
    assert found(case) == []


def test_a_copy_of_a_sheet_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    case = case_with(tmp_path, {"records.csv": None})
    rows = [HEAD.split(","), ROW]
    book(case / "records" / "六月.xlsx", {"六月": rows, "六月 (2)": [["六月"], [], *rows]})
    assert found(case) == [("RECORDS_TWICE", "records/六月.xlsx 六月 (2)")]
    book(case / "records" / "六月.xlsx", {"六月": rows, "七月": [rows[0], [*ROW[:4], "11"]]})
    book(case / "records" / "副本.xlsx", {"六月": rows})
    assert found(case) == [("RECORDS_TWICE", "records/副本.xlsx 六月")]


def test_blank_forms_are_no_copies(tmp_path: Path) -> None:
    files: dict[str, Content] = {"records.csv": None, "records/c.csv": ONE}
    files |= {"records/a.csv": f"{HEAD}\n", "records/b.csv": f"{HEAD}\n"}
    assert found(case_with(tmp_path, files)) == []


# -- what is told ----------------------------------------------------------------------------------


def test_a_refused_cell_of_a_small_table_is_told_once(tmp_path: Path) -> None:
    case = case_with(tmp_path, {"weights.csv": None})
    rows = [["item_code", "weight", "valid_from"], ["MZ01", "#N/A", "01/02/2025"]]
    book(case / "weights.xlsx", {"weights": [*rows, ["SF01", "x", "2025-01-01"]]})
    _, problems = check(case)
    places = [(one["row"], one["column"], one["code"]) for one in problems]
    # One fault of a row is told; what stands in its other cells may be told beside it.
    assert [one for one in places if one[:2] == (2, "weight")] == [(2, "weight", "CELL_ERROR")]
    assert (3, "weight", "WEIGHT_INVALID") in places


def test_rejected_rows_stand_under_the_headings_of_their_file(tmp_path: Path) -> None:
    case = case_with(tmp_path, {"records.csv": None})
    heads = [
        ["机构", "", "人员编号", "项目 编码", "服务", ""],
        ["机构编号", "机构名称", "", "", "服务日期", "数量（次）"],
    ]
    row = ["I01", "青溪", "P99", "MZ01", "2025-06-02", "1"]
    book(case / "records.xlsx", {"六月": [*heads, row]})
    assert settle_case(case, tmp_path / "out").payouts is None
    (line,) = read(tmp_path / "out" / "rejected.csv")
    assert line["code"] == "PERSON_UNKNOWN"
    titles = ["机构/机构编号", "机构/机构名称", "人员编号", "项目 编码", "服务/服务日期"]
    assert [line[title] for title in titles] == row[:5]
    assert line["服务/数量（次）"] == "1"
    source = Source(case, load_case(case).records)
    assert source.written(0)["item_code"] == "项目 编码"


def test_a_correction_says_what_it_understood(tmp_path: Path) -> None:
    case = case_with(tmp_path, {})
    settle_case(case, tmp_path / "out")
    (tmp_path / "later").mkdir()
    later = case_with(tmp_path / "later", {"records.csv": None})
    rows = [line.split(",") for line in GOOD["records.csv"].replace(",10\n", ",20\n").splitlines()]
    book(later / "records.xlsx", {"六月": rows})
    done = CliRunner().invoke(
        app, ["correct", str(later), "--closed", str(tmp_path / "out"), "-o", str(tmp_path / "adj")]
    )
    assert done.exit_code == 0, done.output
    assert "读作 read as  records.xlsx" in done.output
    told_now = json.loads((tmp_path / "adj" / "manifest.json").read_bytes())
    assert [one["sheet"] for one in told_now["understood"]] == ["六月"]
    seen: list[object] = []
    correct_case(later, tmp_path / "out", tmp_path / "adj", shown=seen.extend)
    assert seen == told_now["understood"]


# -- tables beside a case --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WEIGHTS)
def test_a_study_takes_workbooks_with_the_same_result(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    (tmp_path / "plain").mkdir()
    plain = told(tmp_path / "plain", kind)
    command, study = laid(folder, kind)
    text = study.read_text(encoding="utf-8")
    for table in sorted(folder.glob("*.csv")):
        rows = [line.split(",") for line in table.read_text(encoding="utf-8").splitlines()]
        book(table.with_suffix(".xlsx"), {"表": [["测算用表"], [], *rows, ["制表人：张三"]]})
        text = text.replace(table.name, table.with_suffix(".xlsx").name)
        table.unlink()
    study.write_text(text, encoding="utf-8")
    done = run(command, study, folder / "out")
    assert done.exit_code == 0, done.output
    for name in ("proposal.csv", "weights.csv"):
        one, other = tmp_path / "plain" / "out" / name, folder / "out" / name
        assert one.exists() == other.exists()
        if one.exists():
            assert one.read_bytes() == other.read_bytes()
    assert plain


def test_past_years_come_from_a_workbook(tmp_path: Path) -> None:
    rows = [["institution_id", "year", "equivalents"]]
    path = tmp_path / "years.xlsx"
    made = openpyxl.Workbook()
    assert made.active is not None
    for row in (*rows, ["I01", 2022, 1], ["I01", 2023, 1], ["I01", 2024, 1]):
        made.active.append(row)
    made.save(path)
    done = CliRunner().invoke(app, ["forecast", str(path), "--json"])
    assert [one["forecast"] for one in json.loads(done.stdout)["forecasts"]] == ["1.0000000"]


# -- one look --------------------------------------------------------------------------------------


def test_a_plain_file_is_looked_through_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_with(tmp_path, {})
    looks: list[str] = []

    def counted(path: Path, *args: object) -> object:
        looks.append(path.name)
        return look_at(path, *args)  # type: ignore[arg-type]

    for module in ("opening.textfile", "csvfile", "tables"):
        monkeypatch.setattr(f"equivalents.intake.{module}.look_at", counted)
    loaded = load_case(case)
    Source(loaded.folder, loaded.records)
    assert sorted(looks) == sorted(name for name in GOOD if name.endswith(".csv"))


def test_macros_are_told_wherever_the_workbook_is_used(tmp_path: Path) -> None:
    case = case_with(tmp_path, {"records.csv": None})
    rows = [line.split(",") for line in GOOD["records.csv"].splitlines()]
    book(tmp_path / "六月.xlsx", {"六月": rows})
    with (
        ZipFile(tmp_path / "六月.xlsx") as plain,
        ZipFile(case / "records.xlsm", "w") as macros,
    ):
        for name in plain.namelist():
            macros.writestr(name, plain.read(name))
        macros.writestr("xl/vbaProject.bin", b"made up")
    told = [one.code for one in check_case(case).problems]
    assert told.count("MACROS_IGNORED") == 1


def test_a_page_in_big5_that_says_nothing_of_it_is_refused(tmp_path: Path) -> None:
    cells = "".join(
        f"<td>{text}</td>" for text in ("機構編碼", "人員編號", "項目編碼", "服務日期", "數量")
    )
    rows = f"<tr>{cells}</tr><tr>{'<td>衛生院</td>' * 5}</tr>"
    page = f"<html><body><table>{rows}</table></body></html>"
    for encoding, refused in (("big5", True), ("utf-8", False)):
        case = case_with(tmp_path / encoding, {"records.csv": None})
        (case / "records.xls").write_bytes(page.encode(encoding))
        codes = {one["code"] for one in check(case)[1]}
        assert ("FILE_ENCODING_DOUBT" in codes) is refused
