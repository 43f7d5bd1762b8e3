"""A case as it lies there: what is taken for which table, and what is told, refused or passed by.

Faults seen to be caught: a hidden sheet that is read, a sheet that fits nothing and vanishes, a
name inside a zip that becomes a path, a temporary folder that stays, an absolute name in the
manifest.
"""

import json
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.closing import correct_case
from equivalents.errors import DataError
from equivalents.intake.case import load_case
from equivalents.reasons.opening import OPENING_REASONS
from equivalents.run import settle_case
from equivalents.tracing import trace_person
from equivalents.whatif import compare_case
from tests.bad.case import GOOD, HEAD, case_with
from tests.messy import as_book, as_zip

ROWS = [HEAD.split(","), ["I01", "P01", "MZ01", "2025-06-02", "10"]]
MORE = [HEAD.split(","), ["I01", "P02", "SF01", "2025-06-03", "5"]]
CASE = {"基本信息": [["期间", "2025-06"]]}


def book(
    path: Path, sheets: Mapping[str, Sequence[Sequence[str]]], hidden: Sequence[str] = ()
) -> Path:
    """A workbook of texts."""
    path.parent.mkdir(exist_ok=True)
    with xlsxwriter.Workbook(path) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def told(case: Path) -> list[tuple[str, str, str]]:
    """Code, file and sheet of everything that is told of a case as a whole."""
    try:
        problems = load_case(case).problems
    except DataError as error:
        problems = error.problems
    return [(one.code, one.place.file, one.place.sheet) for one in problems]


def test_sheets_that_fit_are_records_and_all_others_are_told(tmp_path: Path) -> None:
    case = case_with(tmp_path, {"records.csv": None})
    sheets = {"六月上": ROWS, "说明": [["请按月填报"]], "旧": ROWS, "六月下": MORE}
    book(case / "records" / "六月.xlsx", sheets, hidden=["旧"])
    records = load_case(case).records
    assert [(one.file, one.sheet) for one in records] == [
        ("records/六月.xlsx", "六月上"),
        ("records/六月.xlsx", "六月下"),
    ]
    assert told(case) == [
        ("SHEET_NOT_USED", "records/六月.xlsx", "说明"),
        ("SHEET_HIDDEN", "records/六月.xlsx", "旧"),
    ]


def test_a_blank_sheet_is_told_only_where_another_table_has_its_name(tmp_path: Path) -> None:
    case = case_with(tmp_path, {"records.csv": None})
    book(case / "records.xlsx", {"六月": ROWS, "Sheet2": [], "机构": []})
    assert told(case) == [("SHEET_NOT_USED", "records.xlsx", "机构")]


def test_a_workbook_without_any_table_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    case = case_with(tmp_path, {"records.csv": None})
    book(case / "records.xlsx", {"说明": [["请按月填报"]]})
    assert told(case) == [("HEADINGS_NOT_FOUND", "records.xlsx", "说明")]


def test_a_hidden_sheet_is_never_the_table(tmp_path: Path) -> None:
    case = case_with(tmp_path, {"records.csv": None})
    book(case / "records.xlsx", {"机构": MORE, "六月": ROWS}, hidden=["六月"])
    assert told(case) == [
        ("SHEET_NOT_USED", "records.xlsx", "机构"),
        ("SHEET_HIDDEN", "records.xlsx", "六月"),
        ("SHEETS_NONE", "records.xlsx", ""),
    ]


def test_two_tables_of_one_name_are_refused(tmp_path: Path) -> None:
    head = ["person_id", "institution_id"]
    case = case_with(tmp_path, {"staff.csv": None})
    book(case / "人员花名册.xlsx", {"一": [head, ["P01", "I01"]], "二": [head, ["P02", "I01"]]})
    assert ("TABLE_TWICE", "人员花名册.xlsx [一], 人员花名册.xlsx [二]", "") in told(case)
    (case / "staff.csv").write_text(GOOD["staff.csv"], encoding="utf-8")
    assert told(case)[0][:2] == ("TABLE_TWICE", "staff.csv, 人员花名册.xlsx")


def test_a_workbook_without_its_sheet_of_settings_is_no_case(tmp_path: Path) -> None:
    path = book(tmp_path / "六月.xlsx", {"服务记录": ROWS})
    assert told(path) == [("CASE_SHEET_MISSING", "六月.xlsx", "")]
    assert told(tmp_path / "none.xlsx") == [("CASE_NOT_FOUND", "", "")]


def test_faults_of_settings_and_sheets_of_a_workbook_have_their_place(tmp_path: Path) -> None:
    path = book(
        tmp_path / "六月.xlsx",
        {
            "基本信息": [["项目", "内容"], ["期间", "六月"], ["颜色", "红"]],
            "服务记录": [["无", "标题"], ["一", "二"]],
            "请假": [["人员编号", "请假类别", "起始日期", "截止日期（含）"]],
            "封面": [["六月"]],
        },
    )
    found = told(path)
    assert {
        ("PERIOD_INVALID", "六月.xlsx", "基本信息"),
        ("KEY_UNKNOWN", "六月.xlsx", "基本信息"),
        ("HEADINGS_NOT_FOUND", "六月.xlsx", "服务记录"),
        ("SHEET_NOT_USED", "六月.xlsx", "封面"),
    } <= set(found)
    assert not [one for one in found if one[2] == "请假"]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A case that is one workbook, and its result."""
    folder = tmp_path_factory.mktemp("book")
    path = as_book(case_with(folder, GOOD), folder / "本月.xlsx")
    settle_case(path, folder / "out")
    return path, folder / "out"


def test_the_manifest_names_the_workbook_and_nothing_stays_behind(
    settled: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = settled
    text = (out / "manifest.json").read_text(encoding="utf-8")
    assert [one["file"] for one in json.loads(text)["inputs"]] == [path.name]
    understood = json.loads(text)["understood"]
    assert {one["sheet"] for one in understood} >= {"服务记录", "人员花名册"}
    assert tempfile.gettempdir() not in text
    # A folder of its own: other programs make theirs in the common one meanwhile.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    load_case(path)
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_is_explained_compared_and_corrected(
    settled: tuple[Path, Path], tmp_path: Path
) -> None:
    path, out = settled
    _, records = trace_person(out, "P01", case=path)
    assert records is not None
    assert [(one.file, one.sheet, one.row) for one in records] == [(path.name, "服务记录", 2)]
    weights = tmp_path / "new.csv"
    weights.write_text(GOOD["weights.csv"].replace("MZ01,1,", "MZ01,2,"), encoding="utf-8")
    compare_case(path, weights, tmp_path / "changes")
    compare_case(out, weights, tmp_path / "kept", case=path)
    for name in ("changes", "kept"):
        assert (tmp_path / name / "summary.json").is_file()
    later = as_book(
        case_with(tmp_path, {"records.csv": GOOD["records.csv"].replace(",10\n", ",20\n")}),
        tmp_path / "更正.xlsx",
    )
    correct_case(later, out, tmp_path / "adjusted")
    assert (tmp_path / "adjusted" / "adjustments.csv").is_file()
    with pytest.raises(DataError) as error:
        trace_person(out, "P01", case=later)
    assert [one.code for one in error.value.problems] == ["EXPLAIN_OTHER_CASE"]


def test_a_copy_of_the_workbook_under_another_name_is_the_same_case(
    settled: tuple[Path, Path], tmp_path: Path
) -> None:
    path, out = settled
    copy = Path(shutil.copyfile(path, tmp_path / "副本.xlsx"))
    assert trace_person(out, "P01", case=copy)[1]


def test_names_inside_a_zip_are_no_paths(tmp_path: Path) -> None:
    path = as_zip(case_with(tmp_path, GOOD), tmp_path / "六月.zip")
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("六月/../../../escaped.yaml", "a: 1")
        packed.writestr("六月/records/more.csv", "\n".join(",".join(row) for row in MORE) + "\n")
    # records.csv and records/more.csv: both are seen, so that nothing is paid twice.
    assert ("TABLE_TWICE", "records.csv, records/", "") in told(path)
    assert not [*tmp_path.rglob("escaped.yaml")]


def test_what_was_understood_is_shown_before_it_is_used(tmp_path: Path) -> None:
    pools = "institution_id,pool,amount\nI01,绩效,100.00\n"
    case = case_with(tmp_path, {"records.csv": None, "pools.csv": pools})
    book(case / "服务记录.xlsx", {"六月": [["示例院服务记录"], [], *ROWS, ["合计"]]})
    shown = CliRunner().invoke(app, ["check", str(case)]).stderr
    assert "读作 read as  服务记录.xlsx [六月]: 服务记录 records, xlsx" in shown
    assert "标题行 headings row 3, 数据行 rows 1, 未读入的行 rows left out 1" in shown
    told_json = json.loads(CliRunner().invoke(app, ["check", str(case), "--json"]).stdout)
    assert told_json["understood"][0]["left_out"] == [[5, "total", "合计"]]
    settled = ["settle", str(case), "-o", str(tmp_path / "out"), "--json"]
    told = json.loads(CliRunner().invoke(app, settled).stdout)
    assert told["understood"] == told_json["understood"]
    assert "understood" not in json.loads(
        CliRunner().invoke(app, ["check", str(case_with(tmp_path / "p", {})), "--json"]).stdout
    )


def test_look_shows_one_file_without_a_case(tmp_path: Path) -> None:
    path = book(tmp_path / "导出.xlsx", {"六月": [["示例院"], *ROWS, ["合计"]]})
    done = CliRunner().invoke(app, ["look", str(path)])
    assert done.exit_code == 0
    assert "导出.xlsx 六月" in done.stdout
    assert "2025-06-02" in done.stdout
    result = json.loads(CliRunner().invoke(app, ["look", str(path), "--json"]).stdout)
    (table,) = result["tables"]
    assert (table["table"], table["heading_row"]) == ("records", 2)
    assert table["first_rows"][0]["row"] == 3
    plain = tmp_path / "plain.csv"
    plain.write_text(GOOD["records.csv"], encoding="utf-8")
    (table,) = json.loads(CliRunner().invoke(app, ["look", str(plain), "--json"]).stdout)["tables"]
    assert (table["table"], table["rows"]) == ("records", 3)
    assert CliRunner().invoke(app, ["look", str(plain), "--table", "recrods"]).exit_code == 2
    assert CliRunner().invoke(app, ["look", str(tmp_path / "none")]).exit_code == 2


def test_every_code_of_opening_is_told_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{reason.code}"' in text for reason in OPENING_REASONS)


# -- zips inside, and names -----------------------------------------------------------------------


def packed(path: Path, files: Mapping[str, str | bytes]) -> bytes:
    with zipfile.ZipFile(path, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path.read_bytes()


def lines(rows: Sequence[Sequence[str]]) -> str:
    return "".join(",".join(row) + "\n" for row in rows)


def files_of_records(case: Path) -> list[str]:
    return [one.file for one in load_case(case).records]


@pytest.mark.parametrize("root", ["", "六月/"])
def test_a_zip_in_a_zipped_case_is_a_table_as_in_a_folder(root: str, tmp_path: Path) -> None:
    inner = packed(tmp_path / "i.zip", {"a.csv": lines(ROWS), "子/b.csv": lines(MORE)})
    staff = packed(tmp_path / "s.zip", {"x.csv": GOOD["staff.csv"]})
    case = tmp_path / "case.zip"
    rest = {name: data for name, data in GOOD.items() if name not in ("records.csv", "staff.csv")}
    put: dict[str, str | bytes] = {f"{root}{name}": data for name, data in rest.items()}
    put |= {f"{root}服务记录.zip": inner, f"{root}staff.zip": staff}
    packed(case, put)
    assert files_of_records(case) == ["服务记录.zip!a.csv", "服务记录.zip!子/b.csv"]
    packed(case, {**put, f"{root}records.csv": lines(ROWS)})
    assert "TABLE_TWICE" in [one[0] for one in told(case)]
    del put[f"{root}服务记录.zip"]
    packed(case, {**put, f"{root}records/甲.zip": inner, f"{root}records/c.csv": lines(ROWS[:1])})
    assert "records/甲.zip!a.csv" in files_of_records(case)


def test_a_zip_in_a_zipped_case_that_is_no_table_is_told(tmp_path: Path) -> None:
    inner = packed(tmp_path / "i.zip", {"a.csv": lines(MORE), "b.csv": lines(MORE)})
    case = tmp_path / "case.zip"
    packed(case, {**GOOD, "六月.zip": inner, "附件/七月.zip": inner})
    assert [one for one in told(case) if one[0] == "ARCHIVE_NOT_USED"] == [
        ("ARCHIVE_NOT_USED", "六月.zip", ""),
        ("ARCHIVE_NOT_USED", "附件/七月.zip", ""),
    ]


def test_a_zip_that_holds_a_zipped_case_is_that_case(tmp_path: Path) -> None:
    inner = packed(tmp_path / "i.zip", GOOD)
    packed(tmp_path / "case.zip", {"六月.zip": inner})
    assert files_of_records(tmp_path / "case.zip") == ["records.csv"]


def test_hidden_members_are_told_and_those_of_systems_are_not(tmp_path: Path) -> None:
    case = tmp_path / "case.zip"
    put: dict[str, str | bytes] = {
        **GOOD,
        ".records.csv": lines(ROWS),
        ".DS_Store": b"x",
        "__MACOSX/._a.csv": b"x",
    }
    packed(case, put)
    problems = load_case(case).problems
    assert [(one.code, one.value) for one in problems if one.code == "MEMBER_HIDDEN"] == [
        ("MEMBER_HIDDEN", ".records.csv")
    ]


def test_names_with_a_mark_of_exclamation_settle(tmp_path: Path) -> None:
    pools = "institution_id,pool,amount\nI01,绩效,100.00\n"
    case = case_with(tmp_path, {"records.csv": None, "pools.csv": pools})
    (case / "records" / "a!b").mkdir(parents=True)
    (case / "records" / "a!b" / "c!d.csv").write_text(lines(ROWS), encoding="utf-8")
    packed(case / "records" / "e!f.zip", {"g!h.csv": lines(MORE)})
    settle_case(case, tmp_path / "out")
    manifest = (tmp_path / "out" / "manifest.json").read_text(encoding="utf-8")
    assert '"records/a!b/c!d.csv"' in manifest
    assert '"records/e!f.zip"' in manifest


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux alone")
def test_names_that_are_no_text_are_refused(tmp_path: Path) -> None:
    name = os.fsdecode("人员花名册.csv".encode("gbk"))
    case = case_with(tmp_path, {})
    (case / name).write_text(GOOD["staff.csv"], encoding="utf-8")
    assert [one[0] for one in told(case)] == ["FILE_NAME_ENCODING"]
    done = CliRunner().invoke(app, ["check", str(case)])
    assert (done.exit_code, "FILE_NAME_ENCODING" in done.stderr) == (1, True)
    done = CliRunner().invoke(app, ["look", str(case / name)])
    assert (done.exit_code, "FILE_NAME_ENCODING" in done.stderr) == (1, True)
    packed(tmp_path / f"{name}.zip", GOOD)
    assert [one[0] for one in told(tmp_path / f"{name}.zip")] == ["FILE_NAME_ENCODING"]


def test_a_member_whose_name_is_no_text_is_refused(tmp_path: Path) -> None:
    case = tmp_path / "case.zip"
    made = packed(case, {**GOOD, "人员.csv": b"x"})
    case.write_bytes(made.replace("人员.csv".encode(), b"\xff\xfe\xff\xfe\xff\xfe.csv"))
    assert [one[0] for one in told(case)] == ["FILE_NAME_ENCODING"]
