"""Whatever is paid to whom: control totals add up, and no order of rows changes a byte.

Catches: an amount lost between lines and totals, a part counted twice, a file that follows the
order in which rows came, a bank list that leaves somebody out, debits unlike credits.
"""

import csv
import hashlib
import io
import random
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from equivalents.payroll import (
    Payees,
    PayLines,
    approval_form,
    bank_list,
    pay_lines,
    read_voucher_map,
    signing_form,
    voucher,
    write_bank,
    write_lines,
    write_voucher,
)
from equivalents.payroll.payees import Payee
from equivalents.payroll.result import Paid
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from tests.payroll.made import paid, result_of

_ROWS = st.lists(
    st.builds(
        lambda place, person, fen, pool, closed: paid(
            place, person, fen if closed else abs(fen), pool=pool, closed=closed
        ),
        st.sampled_from(["J1", "J2", "乡1"]),
        st.sampled_from(["P1", "P2", "P10", "p", "一"]),
        st.integers(-(10**9), 10**9),
        st.sampled_from(["绩效", "签约", "surplus"]),
        st.sampled_from(["", "", "2025-05", "2025-06"]),
    ),
    max_size=25,
)


def _bytes(lines: PayLines, form: str, level: str) -> bytes:
    file = io.BytesIO()
    write_lines(lines, form, file, level=level)
    return file.getvalue()


@given(_ROWS, st.randoms(use_true_random=False))
def test_no_order_changes_a_byte(rows: list[Paid], chance: random.Random) -> None:
    shuffled = rows[:]
    chance.shuffle(shuffled)
    one, other = pay_lines(result_of(rows)), pay_lines(result_of(shuffled))
    for form in ("csv", "ndjson"):
        for level in ("detail", "summary"):
            assert _bytes(one, form, level) == _bytes(other, form, level)
    vouchers = []
    for lines in (one, other):
        file = io.BytesIO()
        write_voucher(voucher(lines, read_voucher_map("voucher")), "csv", file)
        vouchers.append(file.getvalue())
    assert vouchers[0] == vouchers[1]


@given(_ROWS)
def test_control_totals_add_up(rows: list[Paid]) -> None:
    lines, due = pay_lines(result_of(rows)), sum(one.amount_fen for one in rows)
    for level in ("detail", "summary"):
        file = io.BytesIO()
        control = write_lines(lines, "csv", file, level=level)
        text = file.getvalue().decode("utf-8-sig")
        told = list(csv.DictReader(io.StringIO(text, newline="")))
        assert control.sha256 == hashlib.sha256(file.getvalue()).hexdigest()
        assert control.lines == len(told)
        assert control.people == len({row["person_id"] for row in told})
        assert control.amount_fen == due == sum(_fen(row["amount"]) for row in told)
        if level == "summary":
            for row in told:
                parts = sum(_fen(text) for name, text in row.items() if name.startswith("part:"))
                assert parts == _fen(row["pay"])
                assert parts + _fen(row["back_pay"]) + _fen(row["claw_back"]) == _fen(row["amount"])


def _fen(yuan: str) -> int:
    return int(yuan.replace(".", "") or "0")


@given(
    _ROWS,
    st.sets(st.sampled_from(["P1", "P2", "P10", "p"])),
    st.sampled_from(["institution", "person"]),
)
def test_the_bank_pays_whoever_is_owed_and_nobody_else(
    rows: list[Paid], known: set[str], per: str
) -> None:
    lines = pay_lines(result_of(rows))
    payees = Payees(
        Payee(one, "6200000000", "", "", "", "", FIRST_DAY, LAST_DAY) for one in sorted(known)
    )
    bank = bank_list(lines, payees, without_account="skip", per=per)
    control = write_bank(bank, "csv", io.BytesIO())
    assert all(fen > 0 for fen in bank.paid.amounts_fen)
    assert {row["person_id"] for row in bank.paid.rows} <= known
    for row, fen in zip(bank.apart.rows, bank.apart.amounts_fen, strict=True):
        assert fen <= 0 or row["person_id"] not in known
    assert control.amount_fen + sum(bank.apart.amounts_fen) == lines.amount_fen


@given(_ROWS)
def test_debits_are_credits_and_the_whole_pay(rows: list[Paid]) -> None:
    lines = pay_lines(result_of(rows))
    booked = voucher(lines, read_voucher_map("voucher"))
    credit = sum(line.credit_fen for line in booked.lines)
    assert booked.debit_fen == credit == lines.amount_fen


def test_workbooks_are_the_same_bytes_each_time(lines: PayLines) -> None:
    makers: list[Callable[[io.BytesIO], object]] = [
        lambda file: write_lines(lines, "xlsx", file),
        lambda file: approval_form(lines, file),
        lambda file: signing_form(lines, file),
    ]
    for make in makers:
        first, second = io.BytesIO(), io.BytesIO()
        make(first)
        make(second)
        assert first.getvalue() == second.getvalue()
