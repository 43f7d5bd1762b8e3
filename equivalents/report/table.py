"""Tables of text for output: exact numbers by whole columns, CSV with the same bytes always.

CSV is UTF-8 with a byte-order mark (so that Excel reads Chinese), ``\\n`` line ends, and quotes
only where a value needs them. Numbers always show all their decimals. Source: page 3 "settle".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equivalents.units import Exact, print_fixed

if TYPE_CHECKING:
    from equivalents.policy.posts import Codes

__all__ = ["CsvStream", "OutTable", "codes", "decimals", "repeated", "texts"]

_BOM: Final = b"\xef\xbb\xbf"
_SPECIAL: Final = r'[",\r\n]'
_NEEDS: Final = re.compile(r'["\r\n]')


@dataclass(frozen=True, slots=True)
class OutTable:
    """A table of text columns, ready to be written; columns have one length."""

    name: str
    columns: Mapping[str, pa.Array]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def write_csv(self, folder: Path) -> None:
        """Write ``NAME.csv`` into a folder."""
        with (folder / f"{self.name}.csv").open("wb") as file:
            file.write(_BOM + (",".join(self.columns) + "\n").encode())
            if len(self):
                columns = [_quoted(column) for column in self.columns.values()]
                file.write(_joined(_join([_join(columns, ","), _text("")], "\n")))

    def rows(self) -> list[tuple[str, ...]]:
        """The rows as texts."""
        return list(zip(*(column.to_pylist() for column in self.columns.values()), strict=True))


class CsvStream:
    """A CSV file written line by line, for tables that must not be held in memory."""

    def __init__(self, folder: Path, name: str, columns: Sequence[str]) -> None:
        self._file = (folder / f"{name}.csv").open("wb")
        self._file.write(_BOM)
        self.write(columns)

    def write(self, values: Sequence[str]) -> None:
        """Write one line; values that need quotes get them."""
        line = ",".join(values)
        # Values without any special character join to exactly as many commas as there are gaps.
        if line.count(",") != len(values) - 1 or _NEEDS.search(line):
            line = ",".join(map(_quoted_text, values))
        self._file.write(f"{line}\n".encode())

    def __enter__(self) -> "CsvStream":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _quoted_text(value: str) -> str:
    if "," in value or _NEEDS.search(value):
        return '"' + value.replace('"', '""') + '"'
    return value


def _joined(lines: pa.Array) -> bytes:
    """All texts one after the other: an Arrow text column already stands so in memory."""
    offsets = np.frombuffer(lines.buffers()[1], np.int64)
    start, stop = int(offsets[lines.offset]), int(offsets[lines.offset + len(lines)])
    return bytes(lines.buffers()[2].slice(start, stop - start))


def _quoted(column: pa.Array) -> pa.Array:
    """Values that need quotes get them, with inner quotes doubled."""
    special = pc.match_substring_regex(column, _SPECIAL)
    if not pc.any(special).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, _join([_text('"'), doubled, _text('"')], ""), column)


def _text(value: str) -> pa.Scalar:
    return pa.scalar(value, pa.large_string())


def _join(parts: Sequence[pa.Array | pa.Scalar], between: str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, _text(between))


def texts(values: Sequence[str]) -> pa.Array:
    """A column of texts."""
    return pa.array(values, pa.large_string())


def repeated(value: str, count: int) -> pa.Array:
    """A column of one text."""
    return pa.repeat(pa.scalar(value, pa.large_string()), count)


def codes(values: Sequence[str], positions: "Codes") -> pa.Array:
    """A column of texts by position."""
    return texts(list(values)).take(pa.array(positions))


def decimals(values: Exact, places: int) -> pa.Array:
    """Print a column of integers of unit ``10**-places`` with all decimals, exactly."""
    if values.dtype == object or (values.size and values.min() == np.iinfo(np.int64).min):
        return texts([print_fixed(int(value), places) for value in values])
    size = np.abs(values)
    if places == 0:
        return pa.array(values).cast(pa.large_string())
    whole = pa.array(size // 10**places).cast(pa.large_string())
    # The leading 1 keeps the zeros after the point while the number becomes text.
    part = pa.array(size % 10**places + 10**places).cast(pa.large_string())
    sign = pc.if_else(pa.array(values < 0), _text("-"), _text(""))
    return _join([_join([sign, whole], ""), pc.utf8_slice_codeunits(part, 1)], ".")
