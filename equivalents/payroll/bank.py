"""Bank lists 银行代发清单: what is paid into whose account; nobody below or at 0 is in one.

A line is the net of a person's pay, back-pay and claw-back at one institution, which pays from its
own account (or of a person altogether, where a map says so). Whoever nets 0 or less, or has no
account and is to be left out, is listed apart with the reason; both lists add up to the pay lines.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from equivalents.errors import ConservationError, DataError, Problem
from equivalents.payroll.columnmap import ColumnMap, MapColumn, MapLevel, Per, read_column_map
from equivalents.payroll.linesheet import MONEY, TEXT, RowSheet, check_rows, write_book
from equivalents.payroll.linetable import BOM
from equivalents.payroll.mapped import Records, mapped_bytes, mapped_rows
from equivalents.payroll.model import Control, PayLine, PayLines
from equivalents.payroll.payees import Payee, Payees
from equivalents.payroll.writing import Format, put_bytes
from equivalents.policy.calendar import parse_period
from equivalents.units import print_fen

__all__ = ["APART", "BankList", "Why", "WithoutAccount", "bank_list", "write_apart", "write_bank"]

APART: Final = (
    *("institution_id", "institution", "person_id", "name", "amount", "reason", "reason_zh"),
)
"""The columns of those who are listed apart."""
_DEFAULT: Final = "bank-list"


class WithoutAccount(StrEnum):
    """What is done when somebody has no account: everything stops, or they are listed apart."""

    STOP = "stop"
    SKIP = "skip"


class Why(StrEnum):
    """Why somebody is not in the list."""

    NEGATIVE = "negative"
    ZERO = "zero"
    NO_ACCOUNT = "no_account"


_WHY: Final[Mapping[Why, str]] = {
    Why.NEGATIVE: "净额小于 0，待以后扣回",
    Why.ZERO: "净额为 0",
    Why.NO_ACCOUNT: "没有收款账户",
}


@dataclass(frozen=True, slots=True)
class BankList:
    """Who is paid by the bank, and who is listed apart; ``problems`` are warnings.

    ``why`` has a reason for each of ``apart``.
    """

    paid: Records
    apart: Records
    why: tuple[Why, ...]
    problems: tuple[Problem, ...] = ()


def bank_list(
    lines: PayLines,
    payees: Payees,
    *,
    without_account: WithoutAccount | str = WithoutAccount.STOP,
    per: Per | str = Per.INSTITUTION,
) -> BankList:
    """The bank list of pay lines; accounts are those of the last day of the tax month.

    Args:
        lines: what is paid.
        payees: the accounts.
        without_account: ``stop`` refuses, ``skip`` lists apart whoever has no account.
        per: a line a person at each ``institution``, or one a ``person``.

    Raises:
        DataError: ``PAYEE_MISSING`` for everybody who is to be paid and has no account.
        ConservationError: both lists do not add up to the lines.
    """
    day = parse_period(lines.tax_month).end - 1
    paid, apart, why, missing = [], [], [], []
    problems: dict[str, Problem] = {}
    for line, net_fen in _nets(lines, Per(per)):
        payee = payees.on(line.person_id, day)
        reason = _why(net_fen, payee)
        if reason is Why.NO_ACCOUNT:
            facts = {"name": line.name, "institution": line.institution_id}
            facts["amount"] = print_fen(net_fen)
            missing.append(Problem("PAYEE_MISSING", value=line.person_id, facts=facts))
        if reason is not None or payee is None:
            apart.append((line, net_fen, None))
            why.append(reason or Why.NO_ACCOUNT)
            continue
        if payee.account_name and line.name and payee.account_name != line.name:
            facts = {"account_name": payee.account_name, "name": line.name}
            place = payee.place.at("account_name")
            problems[line.person_id] = Problem("PAYEE_NAME", place, line.person_id, facts)
        paid.append((line, net_fen, payee))
    if missing and WithoutAccount(without_account) is WithoutAccount.STOP:
        raise DataError(missing)
    made = BankList(_records(paid), _records(apart), tuple(why), tuple(problems.values()))
    total_fen = sum(made.paid.amounts_fen) + sum(made.apart.amounts_fen)
    if total_fen != lines.amount_fen:
        raise ConservationError(f"bank list + apart = lines: {total_fen}, {lines.amount_fen}")
    return made


def _nets(lines: PayLines, per: Per) -> Iterator[tuple[PayLine, int]]:
    """The net of each person at each institution; or of each person, in the order of ids."""
    totals = lines.totals()
    if per is Per.INSTITUTION:
        yield from ((one.line, one.amount_fen) for one in totals)
        return
    found: dict[str, tuple[PayLine, int]] = {}
    for one in totals:
        person = one.line.person_id
        first, fen = found.get(person, (one.line, 0))
        several = first.institution_id != one.line.institution_id
        if several:  # no single institution pays it
            first = first._replace(institution_id="", institution="")
        found[person] = first, fen + one.amount_fen
    yield from (found[person] for person in sorted(found))


def _why(net_fen: int, payee: Payee | None) -> Why | None:
    if net_fen < 0:
        return Why.NEGATIVE
    if net_fen == 0:
        return Why.ZERO
    return Why.NO_ACCOUNT if payee is None or not payee.account_number else None


def _records(found: Sequence[tuple[PayLine, int, Payee | None]]) -> Records:
    rows = [
        {
            **{name: str(value) for name, value in line._asdict().items() if name != "amount_fen"},
            "number": str(at),
            "amount": print_fen(fen),
            **_account(line, payee),
        }
        for at, (line, fen, payee) in enumerate(found, 1)
    ]
    people = len({line.person_id for line, _, _ in found})
    return Records(rows, [fen for _, fen, _ in found], people)


def _account(line: PayLine, payee: Payee | None) -> dict[str, str]:
    if payee is None:
        return {}
    return {
        "account_name": payee.account_name or line.name,
        "account_number": payee.account_number,
        "bank": payee.bank,
        "bank_code": payee.bank_code,
        "identity_number": payee.identity_number,
    }


def write_bank(
    bank: BankList,
    form: Format | str,
    target: Path | BinaryIO,
    column_map: ColumnMap | None = None,
) -> Control:
    """Write the list as ``csv`` or ``xlsx`` and give the control total of those who are paid.

    Without a map the shipped example ``bank-list`` is taken. A workbook has the sheets 代发清单,
    另列 and 核对; who is listed apart of a text file is written by :func:`write_apart`.

    Raises:
        DataError: ``PAYROLL_MAP_LEVEL``, ``PAYROLL_TEXT_UNFIT``, ``PAYROLL_XLSX_ROWS``.
    """
    column_map = column_map if column_map is not None else read_column_map(_DEFAULT)
    if column_map.level is not MapLevel.BANK:
        facts = {"level": column_map.level.value}
        raise DataError([Problem("PAYROLL_MAP_LEVEL", value=column_map.name, facts=facts)])
    content = mapped_bytes(bank.paid, column_map)
    if Format(form) is Format.CSV:
        put_bytes(content, target)
        return bank.paid.control(content)
    check_rows(len(bank.paid.rows))
    control = bank.paid.control(content, "lines")
    columns = column_map.columns
    sheets = [
        RowSheet(
            "代发清单",
            [one.heading for one in columns],
            [_form(one, column_map) for one in columns],
            mapped_rows(bank.paid, column_map),
            [24 if one.field in ("account_number", "bank") else 14 for one in columns],
            column_map.file.header,
        ),
        RowSheet("另列", _APART_HEADINGS, _APART_FORMS, _apart_rows(bank)),
        RowSheet("核对", ("核对项", "值"), (TEXT, TEXT), _control_rows(bank, control), (34, 70)),
    ]
    write_book(sheets, target)
    return control


def _form(column: MapColumn, column_map: ColumnMap) -> str:
    if column.field != "amount":
        return TEXT
    return "0" if column_map.unit == "fen" else "0.00"


_APART_HEADINGS: Final = ("机构编号", "机构名称", "人员编号", "姓名", "净额（元）", "原因")
_APART_FORMS: Final = (TEXT, TEXT, TEXT, TEXT, MONEY, TEXT)


def _apart_rows(bank: BankList) -> Iterator[tuple[str, ...]]:
    for row, why in zip(bank.apart.rows, bank.why, strict=True):
        yield (*(row[name] for name in APART[:5]), _WHY[why])


def _control_rows(bank: BankList, control: Control) -> Iterator[tuple[str, str]]:
    yield "代发人数", str(control.people)
    yield "代发笔数", str(control.lines)
    yield "代发金额（元）", print_fen(control.amount_fen)
    yield "另列人数", str(bank.apart.people)
    yield "另列净额（元）", print_fen(sum(bank.apart.amounts_fen))
    yield "文本文件散列 sha256", control.sha256


def write_apart(bank: BankList, target: Path | BinaryIO) -> Control:
    """Write who is listed apart, with the reason, as CSV; gives its control total."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(APART)
    for row, why in zip(bank.apart.rows, bank.why, strict=True):
        writer.writerow((*(row[name] for name in APART[:5]), why.value, _WHY[why]))
    content = BOM + text.getvalue().encode()
    put_bytes(content, target)
    return bank.apart.control(content)
