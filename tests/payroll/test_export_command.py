"""``equivalents export``: what it writes, what it says, what it refuses.

Catches: a control total that is not that of the file, options that are taken without effect, an
export in the place of something else, a warning that nobody sees.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from equivalents.errors import DataError
from equivalents.payroll.exporting import ExportAs, Wanted, export
from equivalents.payroll.linesheet import check_rows
from tests.bad.case import run, write_case
from tests.payroll.small import JULY, PAYEES


def test_what_is_printed_of_some_institutions_says_so(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    """A sum of one institution under the name of the community would be signed as the whole."""
    for of, told in (
        (frozenset({"I01"}), "青石县共同体（部分机构，共 1 个）"),
        (frozenset({"I01", "I02"}), "青石县共同体"),
        (None, "青石县共同体"),
    ):
        out = tmp_path / f"{of and len(of)}"
        export(folders, Wanted(ExportAs.APPROVAL, institutions=of), out)
        sheet = openpyxl.load_workbook(out / "approval.xlsx")["共同体"]
        assert str(sheet["A2"].value).partition("　")[0] == told


def _export(out: Path, what: str, *more: str | Path, code: int = 0) -> dict[str, Any]:
    done = run("export", *more, "--as", what, "-o", out, "--json")
    assert done.exit_code == code, done.output
    content: dict[str, Any] = json.loads(done.stdout)
    return content


@pytest.mark.parametrize(
    ("what", "form", "file", "count"),
    [
        ("lines", "csv", "lines.csv", 8),
        ("lines", "ndjson", "lines.ndjson", 8),
        ("summary", "csv", "summary.csv", 4),
        ("summary", "ndjson", "summary.ndjson", 4),
        ("voucher", "csv", "voucher.csv", 8),
    ],
)
def test_the_control_total_is_that_of_the_file(
    what: str, form: str, file: str, count: int, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    told = _export(tmp_path / "out", what, *folders, "--format", form)
    content = (tmp_path / "out" / file).read_bytes()
    assert told["file"] == file
    assert told["control"] == {
        "people": 3,
        "lines": count,
        "amount": "140.00",
        "sha256": hashlib.sha256(content).hexdigest(),
        "covers": "file",
    }
    kept = json.loads((tmp_path / "out" / "control.json").read_text("utf-8"))
    assert {**told, **kept} == told, "control.json says what the command says"
    assert len(kept["corrections_sha256"]) == 1
    assert kept["versions"]["method"]


@pytest.mark.parametrize("what", ["lines", "summary", "voucher", "approval", "signing"])
def test_every_workbook(what: str, folders: tuple[Path, Path], tmp_path: Path) -> None:
    told = _export(tmp_path / "out", what, *folders, "--format", "xlsx")
    assert told["control"]["covers"] == "lines"
    assert told["control"]["amount"] == "140.00"
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"control.json", f"{what}.xlsx"}


def test_printed_sheets_are_workbooks_by_default(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    assert (
        _export(tmp_path / "out", "signing", folders[0], "--rows-a-page", "1")["format"] == "xlsx"
    )


def test_a_bank_list_with_who_is_listed_apart(folders: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "payees.csv"
    path.write_text(PAYEES.rpartition("P03")[0], "utf-8")
    missing = _export(tmp_path / "out", "bank", *folders, "--payees", path, code=1)
    assert [one["code"] for one in missing["problems"]] == ["PAYEE_MISSING"]
    assert not (tmp_path / "out").exists(), "nothing is written"
    skip = "--payees", path, "--without-account", "skip"
    told = _export(tmp_path / "out", "bank", *folders, *skip)
    assert (told["control"]["amount"], told["apart"]["control"]["amount"]) == ("117.50", "22.50")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "apart.csv",
        "bank.txt",
        "control.json",
    }


def test_payees_and_staff_of_a_case(folders: tuple[Path, Path], tmp_path: Path) -> None:
    case = write_case(tmp_path / "case", {**JULY, "payees.csv": PAYEES})
    told = _export(tmp_path / "out", "bank", *folders, "--case", case)
    assert told["control"]["people"] == 3


def test_no_settlement_reads_the_accounts(folders: tuple[Path, Path], tmp_path: Path) -> None:
    case = write_case(tmp_path / "case", {**JULY, "payees.csv": PAYEES})
    assert run("settle", case, "-o", tmp_path / "out").exit_code == 0
    for path in folders[0].iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_map_by_name_or_file(folders: tuple[Path, Path], tmp_path: Path) -> None:
    told = _export(tmp_path / "out", "summary", *folders, "--map", "generic-payroll")
    assert (told["map"], told["file"]) == ("generic-payroll", "generic-payroll.csv")
    own = tmp_path / "own.yaml"
    own.write_text(
        "payroll_map: own\nlevel: detail\nfile: {delimiter: tab}\n"
        "columns: [{heading: 金额, field: amount}]\n",
        "utf-8",
    )
    told = _export(tmp_path / "out", "lines", *folders, "--map", str(own))
    assert (told["file"], told["control"]["lines"]) == ("own.txt", 8)


def test_given_income_type_and_tax_month(folders: tuple[Path, Path], tmp_path: Path) -> None:
    more = "--income-type", "劳务报酬", "--tax-month", "2025-08"
    told = _export(tmp_path / "out", "lines", folders[0], *more)
    assert (told["income_type"], told["tax_month"]) == ("劳务报酬", "2025-08")


def test_people_without_names_are_told(folders: tuple[Path, Path], tmp_path: Path) -> None:
    staff = JULY["staff.csv"].replace("王春梅", "")
    case = write_case(tmp_path / "case", {**JULY, "staff.csv": staff})
    told = _export(tmp_path / "out", "lines", *folders, "--case", case)
    (only,) = told["problems"]
    assert (only["code"], only["value"], only["severity"]) == ("PAYROLL_NO_NAMES", "P01", "warning")


@pytest.mark.parametrize(
    "options",
    [
        ("--as", "signing", "--format", "csv"),
        ("--as", "bank", "--format", "ndjson"),
        ("--as", "lines", "--format", "ndjson", "--map", "generic-payroll"),
        ("--as", "approval", "--map", "generic-payroll"),
        ("--as", "lines", "--tax-month", "2025-13"),
        ("--as", "bank"),
        ("--as", "signing", "--rows-a-page", "41"),
        ("--as", "payslips"),
    ],
)
def test_options_that_do_not_go_together(
    options: tuple[str, ...], folders: tuple[Path, Path], tmp_path: Path
) -> None:
    done = run("export", folders[0], *options, "-o", tmp_path / "out")
    assert done.exit_code == 2, done.output
    assert not (tmp_path / "out").exists()


def test_a_folder_of_something_else_is_left_alone(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x", "utf-8")
    told = _export(tmp_path / "out", "lines", *folders, code=1)
    assert [one["code"] for one in told["problems"]] == ["OUT_NOT_OURS"]
    again = tmp_path / "again"
    _export(again, "lines", *folders)
    _export(again, "summary", *folders)
    assert {path.name for path in again.iterdir()} == {"control.json", "summary.csv"}


def test_what_it_prints(folders: tuple[Path, Path], tmp_path: Path) -> None:
    done = run("export", *folders, "--as", "lines", "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert "人数 people 3    行数 lines 8    金额 amount 140.00 元 yuan" in done.output


def test_more_lines_than_a_sheet_takes_are_refused() -> None:
    check_rows(1_000_000)
    with pytest.raises(DataError) as raised:
        check_rows(1_000_001)
    assert raised.value.problems[0].code == "PAYROLL_XLSX_ROWS"
