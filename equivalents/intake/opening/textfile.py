"""Stands in until the room of texts is there: plain CSV only, all in memory."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from equivalents.intake.text import find_encoding

__all__ = ["TextShape", "is_plain", "raw_chunks", "text_shape"]


@dataclass(frozen=True, slots=True)
class TextShape:
    """Encoding and delimiter."""

    encoding: str
    delimiter: str

    def as_json(self) -> dict[str, str]:
        """As data."""
        return {"kind": "text", "encoding": self.encoding, "delimiter": self.delimiter}


def is_plain(path: Path) -> bool:
    """Whether the file is read as it stands."""
    data = path.read_bytes()
    return not any(
        word.encode(code) in data for word in ("合计", "１") for code in ("utf-8", "gbk")
    )


def text_shape(path: Path, name: str) -> TextShape:
    """Encoding and delimiter of a text."""
    return TextShape(find_encoding(path, name), ",")


def raw_chunks(path: Path, shape: TextShape) -> Iterator[list[list[object]]]:
    """All rows."""
    text = path.read_bytes().decode(shape.encoding).removeprefix("\ufeff")
    yield [[*row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=shape.delimiter)]
