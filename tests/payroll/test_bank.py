"""Bank lists: who is in, who is listed apart and why, and that both are the whole pay.

Catches: somebody paid who owes, an account that was closed, a person without account left out in
silence, a total that leaves somebody out.
"""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from equivalents.errors import DataError
from equivalents.findings import Findings
from equivalents.intake.anytable import read_file
from equivalents.payroll import (
    Payees,
    PayLines,
    bank_list,
    case_payees,
    file_payees,
    read_column_map,
    write_apart,
    write_bank,
)
from equivalents.payroll.payees import read_payees
from tests.bad.case import write_case
from tests.payroll.made import lines_of, paid
from tests.payroll.small import JULY, PAYEES


def _payees(tmp_path: Path, text: str = PAYEES) -> Payees:
    path = tmp_path / "payees.csv"
    path.write_text(text, "utf-8")
    return file_payees(path)


def test_the_list_as_the_bank_reads_it(lines: PayLines, tmp_path: Path) -> None:
    file = io.BytesIO()
    bank = bank_list(lines, _payees(tmp_path))
    control = write_bank(bank, "csv", file)
    assert file.getvalue().decode("gb18030").split("\r\n") == [
        "序号|户名|账号|开户行|行号|金额|用途|工号",
        "1|王春梅|6200000000000000011|示例银行|100000000001|41.21|绩效工资|P01",
        "2|李志强|6200000000000000022|示例银行|100000000001|68.79|绩效工资|P02",
        "3|李志强|6200000000000000022|示例银行|100000000001|7.50|绩效工资|P02",
        "4|赵小兰|6200000000000000033|示例银行|100000000001|22.50|绩效工资|P03",
        "",
    ]
    assert (control.people, control.lines, control.amount_fen) == (3, 4, 14000)
    assert not bank.apart.rows


def test_one_line_a_person_where_one_account_pays_all(lines: PayLines, tmp_path: Path) -> None:
    bank = bank_list(lines, _payees(tmp_path), per="person")
    told = [(row["person_id"], row["institution_id"], row["amount"]) for row in bank.paid.rows]
    assert told == [("P01", "I01", "41.21"), ("P02", "", "76.29"), ("P03", "I02", "22.50")]


def test_whoever_owes_is_listed_apart(tmp_path: Path) -> None:
    lines = lines_of(
        paid("J1", "P01", 500),
        paid("J1", "P01", -700, closed="2025-06"),  # owes 2.00
        paid("J1", "P02", 300),
        paid("J1", "P02", -300, closed="2025-06"),  # comes to nothing
        paid("J1", "P03", 1000),
        paid("J1", "P03", -1, closed="2025-06"),
        names={"P03": "赵小兰"},
    )
    bank, file, apart = bank_list(lines, _payees(tmp_path)), io.BytesIO(), io.BytesIO()
    control, of_apart = write_bank(bank, "csv", file), write_apart(bank, apart)
    rows = csv.DictReader(io.StringIO(apart.getvalue().decode("utf-8-sig"), newline=""))
    told = [(row["person_id"], row["amount"], row["reason"]) for row in rows]
    assert told == [("P01", "-2.00", "negative"), ("P02", "0.00", "zero")]
    assert (control.people, control.amount_fen) == (1, 999)
    assert (of_apart.people, of_apart.lines, of_apart.amount_fen) == (2, 2, -200)
    assert control.amount_fen + of_apart.amount_fen == lines.amount_fen


def test_everybody_without_account_is_told_or_listed_apart(lines: PayLines, tmp_path: Path) -> None:
    few = _payees(tmp_path, PAYEES.splitlines()[0] + "\n" + PAYEES.splitlines()[1] + "\n")
    with pytest.raises(DataError) as raised:
        bank_list(lines, few)
    told = [(one.code, one.value, one.facts["institution"]) for one in raised.value.problems]
    assert told == [
        ("PAYEE_MISSING", "P02", "I01"),
        ("PAYEE_MISSING", "P02", "I02"),
        ("PAYEE_MISSING", "P03", "I02"),
    ]
    bank = bank_list(lines, few, without_account="skip")
    assert [row["person_id"] for row in bank.paid.rows] == ["P01"]
    assert bank.why == ("no_account",) * 3
    assert sum(bank.apart.amounts_fen) == 14000 - 4121


def test_who_owes_needs_no_account(tmp_path: Path) -> None:
    lines = lines_of(paid("J1", "P09", -5, closed="2025-06"))
    assert bank_list(lines, _payees(tmp_path)).why == ("negative",)


def test_an_account_holds_on_its_days(lines: PayLines, tmp_path: Path) -> None:
    text = (
        "人员编号,账号,起始日期,截止日期（含）\n"
        "P01,6200000001,,2025-07-30\nP01,6200000002,2025-07-31,\nP02,6200000003,,\nP03,6200000004,,\n"
    )
    bank = bank_list(lines, _payees(tmp_path, text))
    assert bank.paid.rows[0]["account_number"] == "6200000002", "that of 31 July"
    assert bank.paid.rows[0]["account_name"] == "王春梅", "the name of the roster"


def test_another_name_of_the_account_is_told(lines: PayLines, tmp_path: Path) -> None:
    bank = bank_list(lines, _payees(tmp_path, PAYEES.replace("王春梅", "王春海")))
    (only,) = bank.problems
    assert (only.code, only.value) == ("PAYEE_NAME", "P01")
    assert only.severity == "warning"
    assert (only.place.row, only.place.column) == (2, "account_name")
    for language in ("zh", "en"):
        assert "王春海" in only.text(language)
        assert "6200000000000000011" not in only.text(language)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("P01,6.2E+18,,,", "ID_SCIENTIFIC", "account_number"),
        ("P01,12345,,,", "PAYEE_ACCOUNT", "account_number"),
        ("P01,6200 0000,,,", "PAYEE_ACCOUNT", "account_number"),
        ("P01,6200000001,11010119900101001*,,", "PAYEE_IDENTITY", "identity_number"),
        ("P01,6200000001,,100-0,", "PAYEE_BANK_CODE", "bank_code"),
        ("P01,6200000001,,,2025-02-30", "DATE_INVALID", "valid_from"),
        ("P02,6200000001,,,2025-01-01", "PAYEE_TWICE", "person_id"),
    ],
)
def test_every_fault_of_the_table_is_told_where_it_stands(
    row: str, code: str, column: str, tmp_path: Path
) -> None:
    head = "person_id,account_number,identity_number,bank_code,valid_from\n"
    (tmp_path / "payees.csv").write_text(f"{head}P02,6200000009,,,\n{row}\n", "utf-8")
    findings = Findings()
    read_payees(read_file(tmp_path / "payees.csv", "payees", findings), findings)
    told = [(one.code, one.place.row, one.place.column) for one in findings.problems]
    assert told == [(code, 3, column)]


def test_check_digits_are_not_judged(tmp_path: Path) -> None:
    text = "person_id,account_number,identity_number\nP1,0000000000,11010119900101001X\n"
    assert _payees(tmp_path, text).on("P1", 0) is not None


def test_the_payees_of_a_case(lines: PayLines, tmp_path: Path) -> None:
    case = write_case(tmp_path / "case", {**JULY, "payees.csv": PAYEES})
    assert bank_list(lines, case_payees(case)).paid.people == 3


def test_a_map_of_totals_is_no_bank_list(lines: PayLines, tmp_path: Path) -> None:
    bank = bank_list(lines, _payees(tmp_path))
    with pytest.raises(DataError) as raised:
        write_bank(bank, "csv", io.BytesIO(), read_column_map("generic-payroll"))
    assert raised.value.problems[0].code == "PAYROLL_MAP_LEVEL"


def test_the_workbook_has_all_three_sheets(lines: PayLines, tmp_path: Path) -> None:
    few = _payees(tmp_path, PAYEES.rpartition("P03")[0])
    bank = bank_list(lines, few, without_account="skip")
    path = tmp_path / "bank.xlsx"
    control = write_bank(bank, "xlsx", path)
    book = openpyxl.load_workbook(path)
    rows = list(book["代发清单"].values)
    assert rows[1] == (
        "1",
        "王春梅",
        "6200000000000000011",
        "示例银行",
        "100000000001",
        41.21,
        *rows[1][6:],
    )
    assert list(book["另列"].values)[1:] == [
        ("I02", "石桥镇卫生院", "P03", "赵小兰", 22.5, "没有收款账户")
    ]
    told = dict(book["核对"].values)
    assert (told["代发金额（元）"], told["另列净额（元）"]) == ("117.50", "22.50")
    assert told["文本文件散列 sha256"] == control.sha256
