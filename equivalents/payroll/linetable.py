"""Pay lines and totals as rows of texts under machine names: what every file of them is made of."""

import csv
import hashlib
import io
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from equivalents.payroll.fields import DETAIL, PART, SUMMARY
from equivalents.payroll.model import Control, Kind, Level, PayLine, PayLines, PayTotal
from equivalents.units import print_fen

__all__ = ["BOM", "LineTable", "csv_bytes", "line_table", "ndjson_bytes"]

BOM: Final = b"\xef\xbb\xbf"
_AT: Final = PayLine._fields.index("amount_fen")
_OF_PART: Final = (
    *("kind", "pool", "component", "closed_period", "equivalents", "key", "coefficient"),
    "unit_price",
)


@dataclass(frozen=True, slots=True)
class LineTable:
    """Rows of texts, with what their control total says; ``amounts_fen`` has one for each row.

    ``made`` are the lines or totals that the rows were made of.
    """

    level: Level
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    amounts_fen: list[int]
    people: int
    made: Sequence[PayLine] | Sequence[PayTotal]

    def control(self, content: bytes, covers: str = "file") -> Control:
        """The control total of these rows in a file of these bytes."""
        digest = hashlib.sha256(content).hexdigest()
        return Control(self.people, len(self.rows), sum(self.amounts_fen), digest, covers)


def line_table(lines: PayLines, level: Level, kinds: Collection[str] = ()) -> LineTable:
    """The rows of pay lines, or of their totals; ``kinds``: only lines of these kinds."""
    if kinds and {*kinds} != {*Kind}:
        lines = _only(lines, kinds)
    if level is Level.DETAIL:
        rows = [_detail_row(one) for one in lines.lines]
        amounts = [one.amount_fen for one in lines.lines]
        return LineTable(level, DETAIL, rows, amounts, lines.people, lines.lines)
    totals, labels = lines.totals(), lines.labels()
    columns = (*SUMMARY, *(f"{PART}{label}" for label in labels))
    rows = [(*_total_row(one), *_parts(one, labels)) for one in totals]
    amounts = [one.amount_fen for one in totals]
    return LineTable(level, columns, rows, amounts, lines.people, totals)


def _detail_row(one: PayLine) -> tuple[str, ...]:
    values: tuple[Any, ...] = (*one[:_AT], print_fen(one.amount_fen), *one[_AT + 1 :])
    return values


def _only(lines: PayLines, kinds: Collection[str]) -> PayLines:
    kept = tuple(one for one in lines.lines if one.kind in kinds)
    of = lines.run_id, lines.period, lines.title, lines.tax_month, lines.income_type
    return PayLines(*of, lines.versions, kept)


def _total_row(one: PayTotal) -> tuple[str, ...]:
    line: tuple[Any, ...] = one.line
    money = map(print_fen, (one.pay_fen, one.back_pay_fen, one.claw_back_fen, one.amount_fen))
    return (*line[:10], one.equivalents, one.coefficient, *money, *line[_AT + 1 :])


def _parts(one: PayTotal, labels: Sequence[str]) -> Iterator[str]:
    """The amount of each part; blank where the person has none."""
    for label in labels:
        yield print_fen(one.parts[label]) if label in one.parts else ""


def csv_bytes(table: LineTable) -> bytes:
    """The CSV of a table: UTF-8 with a byte-order mark, machine names, ``\\n``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return BOM + text.getvalue().encode()


def ndjson_bytes(table: LineTable) -> bytes:
    """One JSON object a line, UTF-8 without a mark; every figure is a text.

    A total has its ``parts`` as a list of its lines, adjustments among them.
    """
    if table.level is Level.DETAIL:
        objects: Iterator[Any] = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    else:
        objects = map(_total_object, table.rows, table.made)
    dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    return "".join(f"{dump(one)}\n" for one in objects).encode()


def _total_object(row: Sequence[str], one: PayLine | PayTotal) -> dict[str, Any]:
    assert isinstance(one, PayTotal), "a total was made of it"
    parts = [
        {name: getattr(line, name) for name in _OF_PART} | {"amount": print_fen(line.amount_fen)}
        for line in one.lines
    ]
    return {**dict(zip(SUMMARY, row, strict=False)), "parts": parts}
