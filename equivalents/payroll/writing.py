"""Pay lines written as a file of a whole period, with the control total that proves it whole."""

from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from equivalents.payroll.columnmap import ColumnMap
from equivalents.payroll.linesheet import write_line_book
from equivalents.payroll.linetable import csv_bytes, line_table, ndjson_bytes
from equivalents.payroll.mapped import line_records, mapped_bytes, write_mapped_book
from equivalents.payroll.model import Control, Level, PayLines

__all__ = ["Format", "put_bytes", "write_lines"]


class Format(StrEnum):
    """The kinds of files."""

    CSV = "csv"
    NDJSON = "ndjson"
    XLSX = "xlsx"


def write_lines(
    lines: PayLines,
    form: Format | str,
    target: Path | BinaryIO,
    *,
    level: Level | str = Level.DETAIL,
    column_map: ColumnMap | None = None,
) -> Control:
    """Write pay lines, or their totals, and give the control total of the file.

    Args:
        lines: what is written, all of it.
        form: ``csv`` (UTF-8 with a byte-order mark, ``\\n``), ``ndjson`` or ``xlsx``.
        target: a path, or a stream that takes bytes.
        level: ``detail`` or ``summary``; a column map has its own.
        column_map: which lines and columns, how named and written; without one all, by our names.

    Raises:
        DataError: ``PAYROLL_XLSX_ROWS``: more lines than a sheet takes; with a map also
            ``PAYROLL_MAP_LEVEL``, ``PAYROLL_TEXT_UNFIT`` and ``PAYROLL_NEGATIVE``.
        ValueError: no such format or level, or NDJSON by a column map.
    """
    form, level = Format(form), Level(level)
    if column_map is not None:
        if form is Format.NDJSON:
            raise ValueError("a column map writes csv or xlsx")
        records = line_records(lines, column_map)
        if form is Format.XLSX:
            return write_mapped_book(records, column_map, target)
        content = mapped_bytes(records, column_map)
        put_bytes(content, target)
        return records.control(content)
    table = line_table(lines, level)
    if form is Format.XLSX:
        return write_line_book(lines, table, target)
    content = csv_bytes(table) if form is Format.CSV else ndjson_bytes(table)
    put_bytes(content, target)
    return table.control(content)


def put_bytes(content: bytes, target: Path | BinaryIO) -> None:
    """Write bytes to a path or a stream."""
    if isinstance(target, Path):
        target.write_bytes(content)
    else:
        target.write(content)
