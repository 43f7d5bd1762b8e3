"""Tables of text for output: exact numbers by whole columns, CSV with the same bytes always.

CSV is UTF-8 with a byte-order mark (so that Excel reads Chinese), ``\\n`` line ends, and quotes
only where a value needs them. Numbers always show all their decimals. Source: page 3 "settle".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equivalents.units import Exact, print_fixed

if TYPE_CHECKING:
    from equivalents.policy.posts import Codes

__all__ = [
    "CsvStream",
    "OutTable",
    "SPECIAL",
    "codes",
    "decimals",
    "holds",
    "join",
    "joined",
    "quoted",
    "quoted_text",
    "repeated",
    "texts",
]

_BOM: Final = b"\xef\xbb\xbf"
SPECIAL: Final = '",\r\n'
"""What no value of a CSV file holds without quotes."""
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
                columns = [quoted(column) for column in self.columns.values()]
                file.write(joined(join([join(columns, ","), _text("")], "\n")))

    def rows(self) -> list[tuple[str, ...]]:
        """The rows as texts."""
        return list(zip(*(column.to_pylist() for column in self.columns.values()), strict=True))


class CsvStream:
    """A CSV file written some lines at a time, for tables that must not be held in memory."""

    def __init__(self, folder: Path, name: str, columns: Sequence[str]) -> None:
        self._file = (folder / f"{name}.csv").open("wb")
        self._file.write(_BOM)
        self.write(columns)

    def write(self, values: Sequence[str]) -> None:
        """Write one line; values that need quotes get them."""
        line = ",".join(values)
        # Values without any special character join to exactly as many commas as there are gaps.
        if line.count(",") != len(values) - 1 or _NEEDS.search(line):
            line = ",".join(map(quoted_text, values))
        self._file.write(f"{line}\n".encode())

    def write_lines(self, lines: pa.Array) -> None:
        """Write a column of whole lines, their quotes and line ends included."""
        if len(lines):
            self._file.write(joined(lines))

    def __enter__(self) -> "CsvStream":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def quoted_text(value: str) -> str:
    """A value as a CSV file holds it: in quotes where it needs them."""
    if "," in value or _NEEDS.search(value):
        return '"' + value.replace('"', '""') + '"'
    return value


def holds(column: pa.Array, texts: Iterable[str]) -> bool:
    """Whether any of some short texts stands anywhere in a column: by its bytes, which is quick."""
    content = joined(column).to_pybytes()
    return any(text.encode() in content for text in texts)


def joined(lines: pa.Array) -> pa.Buffer:
    """All texts one after the other: a column of large strings already stands so in memory."""
    if not len(lines) or lines.buffers()[2] is None:
        return pa.py_buffer(b"")
    offsets = np.frombuffer(lines.buffers()[1], np.int64)
    start, stop = int(offsets[lines.offset]), int(offsets[lines.offset + len(lines)])
    return lines.buffers()[2].slice(start, stop - start)


def quoted(column: pa.Array) -> pa.Array:
    """A column as a CSV file holds it: in quotes where needed, with inner quotes doubled."""
    if not holds(column, SPECIAL):
        return column
    special = pc.match_substring_regex(column, f"[{SPECIAL}]")
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, join([_text('"'), doubled, _text('"')], ""), column)


def _text(value: str) -> pa.Scalar:
    return pa.scalar(value, pa.large_string())


def join(parts: Sequence[pa.Array | pa.Scalar], between: str) -> pa.Array:
    """Columns (and single texts for every row) as one column, with a text between them."""
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
    return join([join([sign, whole], ""), pc.utf8_slice_codeunits(part, 1)], ".")
