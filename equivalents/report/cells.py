"""Cells of many lines at once: texts and columns side by side, escaped for CSV or JSON.

A cell is a list of pieces, each one text for all lines or a column with a text for every line. A
whole line is then joined in one pass over its pieces, so that a million sentences cost little more
than the writing of their bytes.
"""

import json
from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import groupby
from typing import Final, Protocol, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from equivalents.report.table import SPECIAL, holds, join, quoted_text, texts

__all__ = ["CSV", "Cells", "JSON", "Piece", "joined_pieces"]

Piece: TypeAlias = str | pa.Array
"""One text for every line, or a column of large strings."""


class Cells(Protocol):
    """How a file writes a value: what is escaped in it, and when it stands in quotes."""

    def cell(self, pieces: Sequence[Piece]) -> list[Piece]:
        """The pieces of one value as they stand in the file, its quotes included."""


def joined_pieces(pieces: Sequence[Piece]) -> pa.Array:
    """The pieces of lines as one column; at least one of them is a column."""
    parts: list[pa.Array | pa.Scalar] = []
    for is_text, several in groupby(pieces, lambda piece: isinstance(piece, str)):
        if is_text:
            text = "".join(str(piece) for piece in several)
            parts.append(pa.scalar(text, pa.large_string()))
        else:
            parts.extend(several)
    return parts[0] if len(parts) == 1 else join(parts, "")


class _Csv:
    """Quotes only where a value needs them, inner quotes doubled; as :class:`CsvStream` does."""

    def cell(self, pieces: Sequence[Piece]) -> list[Piece]:
        literal = "".join(piece for piece in pieces if isinstance(piece, str))
        columns = [piece for piece in pieces if not isinstance(piece, str)]
        if not columns:
            return [quoted_text(literal)]
        quotes: Piece = '"' if quoted_text(literal) != literal else _quotes(columns)
        if quotes == "":
            return list(pieces)
        return [quotes, *map(_doubled, pieces), quotes]


def _quotes(columns: Sequence[pa.Array]) -> Piece:
    """A quote mark for each line that needs one because of any of its columns."""
    special = [column for column in columns if holds(column, SPECIAL)]
    if not special:
        return ""
    marks = [pc.match_substring_regex(column, f"[{SPECIAL}]") for column in special]
    needed = reduce(pc.or_, marks)
    return texts(["", '"']).take(needed.cast(pa.int8()))


def _doubled(piece: Piece) -> Piece:
    if isinstance(piece, str):
        return piece.replace('"', '""')
    return _replaced(piece, '"', '""')


def _replaced(column: pa.Array, old: str, new: str) -> pa.Array:
    return pc.replace_substring(column, old, new) if holds(column, [old]) else column


class _Json:
    """Every value in quotes, escaped as the ``json`` module does without ASCII only."""

    def cell(self, pieces: Sequence[Piece]) -> list[Piece]:
        return ['"', *map(_escaped, pieces), '"']


# The backslash first: those that the others bring are not to be doubled.
_ESCAPES: Final[Mapping[str, str]] = {
    character: json.dumps(character)[1:-1]
    for character in ("\\", '"', *(chr(code) for code in range(0x20)))
}


def _escaped(piece: Piece) -> Piece:
    if isinstance(piece, str):
        return json.dumps(piece, ensure_ascii=False)[1:-1]
    for character, escape in _ESCAPES.items():
        piece = _replaced(piece, character, escape)
    return piece


CSV: Final[Cells] = _Csv()
"""Values of a CSV file."""

JSON: Final[Cells] = _Json()
"""Values of a JSON document."""
