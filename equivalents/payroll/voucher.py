"""Vouchers 记账凭证: the pay of each institution by account codes, debits equal to credits.

One voucher an institution. Each pool, component, back-pay and claw-back is a debit line of its
own; credits are added up by account. Which accounts: :mod:`equivalents.payroll.vouchermap`.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from equivalents.errors import ConservationError, DataError, Problem
from equivalents.payroll.linesheet import MONEY, TEXT, RowSheet, check_rows, write_book
from equivalents.payroll.linetable import BOM
from equivalents.payroll.model import Control, Kind, PayLine, PayLines, part_label
from equivalents.payroll.vouchermap import Negative, VoucherEntry, VoucherMap
from equivalents.payroll.writing import Format, put_bytes
from equivalents.policy.calendar import parse_period, print_day
from equivalents.units import print_fen

__all__ = ["Booked", "VoucherLine", "voucher", "write_voucher"]

_COLUMNS: Final = {
    "number": "凭证号",
    "word": "凭证字",
    "date": "日期",
    "institution_id": "机构编号",
    "institution": "机构名称",
    "line": "行号",
    "summary": "摘要",
    "account": "科目编码",
    "account_name": "科目名称",
    "debit": "借方（元）",
    "credit": "贷方（元）",
}


class VoucherLine(NamedTuple):
    """A line of a voucher; one of debit and credit is 0. In red both may be below 0."""

    number: int
    word: str
    date: str
    institution_id: str
    institution: str
    line: int
    summary: str
    account: str
    account_name: str
    debit_fen: int
    credit_fen: int

    def texts(self) -> tuple[str, ...]:
        """The line as texts; the side that is 0 is blank."""
        sides = (print_fen(fen) if fen else "" for fen in (self.debit_fen, self.credit_fen))
        return (*map(str, self[:9]), *sides)


@dataclass(frozen=True, slots=True)
class Booked:
    """All vouchers of a run: their lines, and of how many people they are."""

    lines: tuple[VoucherLine, ...]
    people: int

    @property
    def debit_fen(self) -> int:
        """The sum of all debits, equal to that of all credits."""
        return sum(line.debit_fen for line in self.lines)


class _Side(NamedTuple):
    summary: str
    account: str
    fen: int


def voucher(lines: PayLines, voucher_map: VoucherMap) -> Booked:
    """The vouchers of pay lines, one an institution, numbered in the order of their ids.

    Dated the last day of the tax month. Lines of 0.00 are left out.

    Raises:
        DataError: ``VOUCHER_NO_ACCOUNT`` for every pool and component without an entry.
        ConservationError: debits and credits differ, or are not the pay lines.
    """
    _refuse_unbooked(lines, voucher_map)
    date = print_day(parse_period(lines.tax_month).end - 1)
    made: list[VoucherLine] = []
    by_institution = groupby(lines.lines, attrgetter("institution_id"))
    for _, group in by_institution:
        several = [one for one in group if one.amount_fen]
        if not several:
            continue
        debits, credits = _sides(several, voucher_map)
        _check(several, debits, credits, voucher_map)
        number = 1 + (made[-1].number if made else 0)
        head = number, voucher_map.word, date, several[0].institution_id, several[0].institution
        sides = [*((one, True) for one in debits), *((one, False) for one in credits)]
        for at, (one, is_debit) in enumerate(sides, 1):
            name = voucher_map.accounts[one.account]
            fen = (one.fen, 0) if is_debit else (0, one.fen)
            made.append(VoucherLine(*head, at, one.summary, one.account, name, *fen))
    return Booked(tuple(made), lines.people)


def _refuse_unbooked(lines: PayLines, voucher_map: VoucherMap) -> None:
    unbooked = {
        (one.institution_id, one.pool, one.component)
        for one in lines.lines
        if one.amount_fen and _entry(one, voucher_map) is None
    }
    if unbooked:
        raise DataError(
            [
                Problem(
                    "VOUCHER_NO_ACCOUNT",
                    value=pool,
                    facts={"institution": place, "component": component, "map": voucher_map.name},
                )
                for place, pool, component in sorted(unbooked)
            ]
        )


def _entry(line: PayLine, voucher_map: VoucherMap) -> VoucherEntry | None:
    return next((one for one in voucher_map.entries if one.fits(line)), None)


def _entry_of(line: PayLine, voucher_map: VoucherMap) -> VoucherEntry:
    entry = _entry(line, voucher_map)
    assert entry is not None, "whatever has no entry was refused"
    return entry


def _sides(lines: Sequence[PayLine], voucher_map: VoucherMap) -> tuple[list[_Side], list[_Side]]:
    """The debit lines, one for each kind of pay, and the credit lines, one an account."""
    sums: dict[tuple[str, str, str], int] = {}
    for line in lines:
        entry = _entry_of(line, voucher_map)
        debit, credit, fen = entry.debit, entry.credit, line.amount_fen
        if fen < 0 and voucher_map.negative is Negative.SWAP:
            debit, credit, fen = credit, debit, -fen
        key = debit, _summary(entry.summary, line, _part(line)), credit
        sums[key] = sums.get(key, 0) + fen
    debits = [_Side(summary, debit, fen) for (debit, summary, _), fen in sorted(sums.items())]
    credits: dict[tuple[str, bool], int] = {}
    for (_, _, credit), fen in sums.items():
        credits[credit, fen < 0] = credits.get((credit, fen < 0), 0) + fen
    said = _summary(voucher_map.summary, lines[0], "合计")
    return debits, [_Side(said, credit, fen) for (credit, _), fen in sorted(credits.items())]


def _part(line: PayLine) -> str:
    """What a debit line is of; what is taken back stands by itself."""
    part, paid = part_label(line).removeprefix(":"), line.amount_fen > 0
    if line.kind == Kind.ADJUSTMENT:
        return f"{'补发' if paid else '扣回'} {line.closed_period}"
    if line.kind == Kind.YEAR_END:
        return f"年终清算{'补发' if paid else '扣回'} {part}"
    return part if paid else f"扣回 {part}"


def _summary(text: str, line: PayLine, part: str) -> str:
    values = {
        "period": line.period,
        "tax_month": line.tax_month,
        "institution": line.institution or line.institution_id,
        "part": part,
    }
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _check(
    lines: Sequence[PayLine],
    debits: Sequence[_Side],
    credits: Sequence[_Side],
    voucher_map: VoucherMap,
) -> None:
    swap = voucher_map.negative is Negative.SWAP
    due = sum(abs(one.amount_fen) if swap else one.amount_fen for one in lines)
    left, right = (sum(one.fen for one in side) for side in (debits, credits))
    if not left == right == due:
        raise ConservationError(f"debits = credits = pay lines: {left}, {right}, {due}")


def write_voucher(booked: Booked, form: Format | str, target: Path | BinaryIO) -> Control:
    """Write the vouchers as ``csv`` or ``xlsx``; the control total is over all debits.

    Raises:
        DataError: ``PAYROLL_XLSX_ROWS``.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(line.texts() for line in booked.lines)
    content = BOM + text.getvalue().encode()
    covers = "file" if Format(form) is Format.CSV else "lines"
    digest = hashlib.sha256(content).hexdigest()
    control = Control(booked.people, len(booked.lines), booked.debit_fen, digest, covers)
    if covers == "file":
        put_bytes(content, target)
        return control
    check_rows(len(booked.lines))
    forms = [MONEY if name in ("debit", "credit") else TEXT for name in _COLUMNS]
    widths = [36 if name in ("summary", "account_name") else 14 for name in _COLUMNS]
    rows = (line.texts() for line in booked.lines)
    sheets = [
        RowSheet("记账凭证", [*_COLUMNS.values()], forms, rows, widths),
        RowSheet("核对", ("核对项", "值"), (TEXT, TEXT), _control_rows(booked, control), (34, 70)),
    ]
    write_book(sheets, target)
    return control


def _control_rows(booked: Booked, control: Control) -> Iterator[tuple[str, str]]:
    credit_fen = sum(line.credit_fen for line in booked.lines)
    yield "凭证张数", str(booked.lines[-1].number if booked.lines else 0)
    yield "分录行数", str(control.lines)
    yield "人数", str(control.people)
    yield "借方合计（元）", print_fen(control.amount_fen)
    yield "贷方合计（元）", print_fen(credit_fen)
    yield "各行散列 sha256", control.sha256
