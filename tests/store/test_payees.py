"""Accounts that the store keeps: a locked period is paid into those of its day.

Catches: an account in scientific notation, an old account that is paid into, a table that a case of
the store lacks, a result that is another one when it comes out of the store.
"""

from pathlib import Path

import pytest

from equivalents.errors import DataError
from equivalents.payroll import bank_list, case_payees, pay_lines, read_result
from equivalents.store.dated import put_table
from equivalents.store.engine import Store
from equivalents.store.locking import lock
from equivalents.store.periods import result_number
from equivalents.store.results import result_folder
from equivalents.store.storecase import made_case
from equivalents.store.verify import verify
from tests.store.lives import H1, by, fill, lived, ready

ACCOUNTS = (
    "人员编号,账号,起始日期,截止日期（含）\n"
    "P01,6200000001,,2026-06-29\nP01,6200000009,2026-06-30,\nP02,6200000002,,\nP03,6200000003,,\n"
)


def test_a_locked_period_is_paid_into_the_accounts_of_its_last_day(
    store: Store, tmp_path: Path
) -> None:
    fill(store)
    path = tmp_path / "收款账户.csv"
    path.write_text(ACCOUNTS, "utf-8")
    put_table(store, "payees", path, why="开户")
    lived(store)
    lines = pay_lines(read_result(result_folder(store, result_number(store, H1), tmp_path / "out")))
    bank = bank_list(lines, case_payees(made_case(store, H1).folder))
    told = [(row["person_id"], row["account_number"], row["amount"]) for row in bank.paid.rows]
    assert told == [
        ("P01", "6200000009", "600.00"),
        ("P02", "6200000002", "400.00"),
        ("P03", "6200000003", "300.00"),
    ]


def test_an_account_that_a_spreadsheet_spoiled_is_not_kept(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "payees.csv"
    path.write_text("person_id,account_number\nP01,6.2E+18\n", "utf-8")
    with pytest.raises(DataError) as raised:
        put_table(store, "payees", path)
    assert [one.code for one in raised.value.problems] == ["ID_SCIENTIFIC"]


def test_an_account_that_changes_makes_no_result_stale(store: Store, tmp_path: Path) -> None:
    fill(store)
    ready(store)
    path = tmp_path / "payees.csv"
    path.write_text("person_id,account_number\nP01,6200000001\n", "utf-8")
    put_table(store, "payees", path, why="换卡")
    lock(by(store, "县财务"), H1)
    found = verify(store, recompute=True)
    assert (found.recomputed, found.problems) == ([H1], [])
