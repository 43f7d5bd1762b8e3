"""Vouchers: each institution's pay by account, debits equal to credits, claw-backs as declared.

Catches: a pool without an account left out, netted claw-backs, a voucher over two institutions.
"""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from equivalents.errors import DataError
from equivalents.payroll import Booked, PayLines, read_voucher_map, voucher, write_voucher
from tests.payroll.made import lines_of, paid

_ACCOUNTS = 'accounts: {"5001": 费用, "3101": 专用结余, "2201": 应付}\n'


def _map(tmp_path: Path, entries: str, more: str = "") -> Path:
    path = tmp_path / "v.yaml"
    path.write_text(f"voucher_map: v\nword: 转\n{more}{_ACCOUNTS}entries:\n{entries}", "utf-8")
    return path


def _told(booked: Booked) -> list[tuple[str, ...]]:
    file = io.BytesIO()
    control = write_voucher(booked, "csv", file)
    assert control.amount_fen == booked.debit_fen
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))
    return [
        (r["number"], r["institution_id"], r["summary"], r["account"], r["debit"], r["credit"])
        for r in rows
    ]


def test_the_shipped_example_books_july(lines: PayLines) -> None:
    booked = voucher(lines, read_voucher_map("voucher"))
    assert _told(booked) == [
        ("1", "I01", "计提 2025-07 扣回 2025-06", "5001.01", "-4.55", ""),
        ("1", "I01", "计提 2025-07 签约", "5001.01", "10.00", ""),
        ("1", "I01", "计提 2025-07 绩效", "5001.01", "100.00", ""),
        ("1", "I01", "计提 2025-07 补发 2025-06", "5001.01", "4.55", ""),
        ("1", "I01", "计提 2025-07 合计", "2201.03", "", "114.55"),
        ("1", "I01", "计提 2025-07 合计", "2201.03", "", "-4.55"),
        ("2", "I02", "计提 2025-07 绩效", "5001.01", "30.00", ""),
        ("2", "I02", "计提 2025-07 合计", "2201.03", "", "30.00"),
    ]
    assert {line.date for line in booked.lines} == {"2025-07-31"}


def test_the_first_entry_that_fits_counts_and_claw_backs_may_be_swapped(tmp_path: Path) -> None:
    entries = (
        '  - {pool: surplus, debit: "3101", credit: "2201", summary: "结余 {institution}"}\n'
        '  - {debit: "5001", credit: "2201"}\n'
    )
    path = _map(tmp_path, entries, 'negative: swap\nsummary: "{tax_month} {part}"\n')
    lines = lines_of(
        paid("J1", "P1", 1000, pool="surplus"),
        paid("J1", "P1", -300, closed="2025-06"),
        paid("J1", "P2", 500),
        paid("J1", "P2", 0, pool="空"),
    )
    assert [one[2:] for one in _told(voucher(lines, read_voucher_map(path)))] == [
        ("2025-07 扣回 2025-06", "2201", "3.00", ""),
        ("结余 J1卫生院", "3101", "10.00", ""),
        ("2025-07 绩效", "5001", "5.00", ""),
        ("2025-07 合计", "2201", "", "15.00"),
        ("2025-07 合计", "5001", "", "3.00"),
    ]


def test_whatever_has_no_account_is_told(tmp_path: Path) -> None:
    path = _map(tmp_path, '  - {pool: 绩效, debit: "5001", credit: "2201"}\n')
    rows = paid("J1", "P1", 1), paid("J1", "P1", 2, pool="签约"), paid("J2", "P2", 3, pool="签约")
    with pytest.raises(DataError) as raised:
        voucher(lines_of(*rows), read_voucher_map(path))
    told = [(one.code, one.value, one.facts["institution"]) for one in raised.value.problems]
    assert told == [("VOUCHER_NO_ACCOUNT", "签约", "J1"), ("VOUCHER_NO_ACCOUNT", "签约", "J2")]


def test_every_fault_of_a_voucher_map_is_told(tmp_path: Path) -> None:
    path = tmp_path / "v.yaml"
    path.write_text(
        "title: 没有名称\nnegative: blue\naccounts: {a: 甲}\n"
        'entries:\n  - {debit: a, credit: b, kind: gift, summary: "{person}"}\n',
        "utf-8",
    )
    with pytest.raises(DataError) as raised:
        read_voucher_map(path)
    told = sorted((one.place.row, one.code) for one in raised.value.problems)
    assert told == [
        (1, "PAYROLL_MAP_INVALID"),
        (2, "CHOICE_INVALID"),
        (5, "CHOICE_INVALID"),
        (5, "PAYROLL_MAP_INVALID"),
        (5, "PAYROLL_MAP_INVALID"),
    ]
    path.write_text("voucher_map: v\n", "utf-8")
    with pytest.raises(DataError, match="entries"):
        read_voucher_map(path)


def test_the_workbook_adds_up(lines: PayLines, tmp_path: Path) -> None:
    booked, path = voucher(lines, read_voucher_map("voucher")), tmp_path / "v.xlsx"
    control = write_voucher(booked, "xlsx", path)
    book = openpyxl.load_workbook(path)
    rows = list(book["记账凭证"].values)
    assert rows[0][-2:] == ("借方（元）", "贷方（元）")
    assert sum(row[-2] or 0 for row in rows[1:]) == sum(row[-1] or 0 for row in rows[1:]) == 140
    assert rows[1][7] == "5001.01", "a code stays text"
    told = dict(book["核对"].values)
    assert told["借方合计（元）"] == told["贷方合计（元）"] == "140.00"
    assert (told["凭证张数"], told["各行散列 sha256"]) == ("2", control.sha256)
