"""Rows by a column map: each value in the product's writing, each text that does not fit told."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from equivalents.errors import DataError, Problem
from equivalents.payroll.columnmap import (
    ColumnMap,
    Encoding,
    LineEnd,
    MapColumn,
    MapLevel,
    Quotes,
    Sign,
    Unit,
)
from equivalents.payroll.fields import AMOUNTS, MONTHS, PART
from equivalents.payroll.linesheet import TEXT, RowSheet, check_rows, write_book
from equivalents.payroll.linetable import line_table
from equivalents.payroll.model import Control, Kind, Level, PayLines
from equivalents.policy.calendar import parse_period, print_day
from equivalents.units import print_fen

__all__ = [
    "Records",
    "line_records",
    "mapped_bytes",
    "mapped_rows",
    "month_text",
    "write_mapped_book",
]

_ENCODINGS: Final[Mapping[Encoding, str]] = {
    Encoding.UTF8_BOM: "utf-8-sig",
    Encoding.UTF8: "utf-8",
    Encoding.GB18030: "gb18030",
    Encoding.GBK: "gbk",
}


@dataclass(frozen=True, slots=True)
class Records:
    """Lines as texts by field, with the fen of each and how many people they are of."""

    rows: Sequence[Mapping[str, str]]
    amounts_fen: Sequence[int]
    people: int

    def control(self, content: bytes, covers: str = "file") -> Control:
        """The control total of these lines in a file of these bytes."""
        digest = hashlib.sha256(content).hexdigest()
        return Control(self.people, len(self.rows), sum(self.amounts_fen), digest, covers)


def line_records(lines: PayLines, column_map: ColumnMap) -> Records:
    """The lines that a map asks for.

    Raises:
        DataError: ``PAYROLL_MAP_LEVEL``: it is a map of a bank list.
    """
    if column_map.level is MapLevel.BANK:
        facts = {"level": column_map.level.value}
        raise DataError([Problem("PAYROLL_MAP_LEVEL", value=column_map.name, facts=facts)])
    table = line_table(lines, Level(column_map.level.value), column_map.kinds)
    rows = [
        {**dict(zip(table.columns, row, strict=True)), "number": str(at)}
        for at, row in enumerate(table.rows, 1)
    ]
    for row, fen in zip(rows, table.amounts_fen, strict=True):
        row["direction"] = _direction(row.get("kind", ""), fen)
    return Records(rows, table.amounts_fen, table.people)


def _direction(kind: str, fen: int) -> str:
    if fen < 0:
        return "扣回"
    return "补发" if kind == Kind.ADJUSTMENT else "应发"


def mapped_rows(records: Records, column_map: ColumnMap) -> list[list[str]]:
    """The values of each line, column by column.

    Raises:
        DataError: ``PAYROLL_NEGATIVE`` for each line with an amount below 0 where the map refuses.
    """
    if column_map.sign is Sign.REFUSE:
        below = [
            Problem(
                "PAYROLL_NEGATIVE",
                value=row["person_id"],
                facts={
                    "name": row["name"],
                    "institution": row["institution_id"],
                    "amount": print_fen(fen),
                },
            )
            for row, fen in zip(records.rows, records.amounts_fen, strict=True)
            if fen < 0
        ]
        if below:
            raise DataError(below)
    return [[_value(row, one, column_map) for one in column_map.columns] for row in records.rows]


def _value(row: Mapping[str, str], column: MapColumn, column_map: ColumnMap) -> str:
    if not column.field:
        return column.constant
    text = row.get(column.field, "")
    if not text:
        return text
    if column.field in AMOUNTS or column.field.startswith(PART):
        return _amount(text, column_map)
    return month_text(text, column.form) if column.field in MONTHS else text


def _amount(yuan: str, column_map: ColumnMap) -> str:
    fen = int(yuan.replace(".", "", 1))
    if column_map.sign is Sign.ABSOLUTE:
        fen = abs(fen)
    elif column_map.sign is Sign.REVERSED:
        fen = -fen
    return str(fen) if column_map.unit is Unit.FEN else print_fen(fen)


def month_text(period: str, form: str) -> str:
    """A month in one of :data:`~equivalents.payroll.columnmap.MONTH_FORMS`.

    A day is the last of the month; of a longer period it is its last month.
    """
    last = print_day(parse_period(period).end - 1)
    for part, text in (("YYYY", last[:4]), ("MM", last[5:7]), ("DD", last[8:])):
        form = form.replace(part, text)
    return form


def mapped_bytes(records: Records, column_map: ColumnMap) -> bytes:
    """The bytes of the text file.

    Raises:
        DataError: as :func:`mapped_rows`; ``PAYROLL_TEXT_UNFIT`` for each text that the encoding
            has no sign for, or that would need quotes where the map has none.
    """
    rows, form = mapped_rows(records, column_map), column_map.file
    headings = [one.heading for one in column_map.columns]
    every = [headings, *rows] if form.header else rows
    _refuse_unfit(every, column_map)
    text = io.StringIO()
    end = "\r\n" if form.line_end is LineEnd.CRLF else "\n"
    writer = csv.writer(text, delimiter=form.delimiter, lineterminator=end)
    writer.writerows(every)
    return text.getvalue().encode(_ENCODINGS[form.encoding])


def _refuse_unfit(rows: Iterable[Sequence[str]], column_map: ColumnMap) -> None:
    form = column_map.file
    encoding = _ENCODINGS[form.encoding]
    special = {form.delimiter, '"', "\r", "\n"} if form.quotes is Quotes.NEVER else set()
    unfit: dict[str, str] = {}
    for row in rows:
        for text in row:
            if text in unfit or (text.isascii() and not special & {*text}):
                continue
            if special & {*text} or not _encodes(text, encoding):
                unfit[text] = text
    if unfit:
        facts = {"map": column_map.name, "encoding": form.encoding.value}
        raise DataError([Problem("PAYROLL_TEXT_UNFIT", value=one, facts=facts) for one in unfit])


def _encodes(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def write_mapped_book(records: Records, column_map: ColumnMap, target: Path | BinaryIO) -> Control:
    """The workbook of a map: one sheet as the product reads it, and the sheet 核对.

    Its control total is that of the text file of the same map.

    Raises:
        DataError: as :func:`mapped_bytes`; ``PAYROLL_XLSX_ROWS``.
    """
    check_rows(len(records.rows))
    control = records.control(mapped_bytes(records, column_map), "lines")
    money = "0" if column_map.unit is Unit.FEN else "0.00"
    forms = [
        money if one.field in AMOUNTS or one.field.startswith(PART) else TEXT
        for one in column_map.columns
    ]
    headings = [one.heading for one in column_map.columns]
    rows = mapped_rows(records, column_map)
    told = [
        ("列映射", f"{column_map.name}　{column_map.title}"),
        ("人数", str(control.people)),
        ("行数", str(control.lines)),
        ("金额合计（元）", print_fen(control.amount_fen)),
        ("文本文件散列 sha256", control.sha256),
    ]
    sheets = [
        RowSheet("导入", headings, forms, rows, (), column_map.file.header),
        RowSheet("核对", ("核对项", "值"), (TEXT, TEXT), told, (34, 70)),
    ]
    write_book(sheets, target)
    return control
