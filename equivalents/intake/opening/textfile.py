"""Text files as they are: encoding, delimiter, quotes and line ends are found out and shown.

A file that is UTF-8 or GB18030 with commas, headings in its first row and no mark of dirt is
*plain* and goes the fast way; any other one is read here, row by row in bounded memory, for the
cleaning. Rows have the numbers that Excel shows: a row is one however many lines its quotes hold,
blank rows count, and a line ``sep=;`` at the beginning does not. Sources: rule A10; specification
page 4 "Bad input".
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.encodings import AS_FOUND, CODECS, DELIMITERS, Reading
from equivalents.intake.opening.delimiters import find_delimiter, plain_headings
from equivalents.intake.opening.dirt import find_mark
from equivalents.intake.text import BOM, TextFile, look_at
from equivalents.intake.widetext import find_wide

__all__ = ["TextShape", "is_plain", "plain_look", "raw_chunks", "text_shape"]

_LINE: Final = 1 << 24
"""Characters of a line at most: a longer one is no line of a table."""
_HEAD: Final = 1 << 18
"""Characters at the beginning of a file from which its delimiter is found."""
_TOP: Final = 40
"""Rows among which the headings are looked for."""
_ROWS: Final = 1 << 14
"""Rows given at once."""
_NAMES: Final = {codec: name for name, codec in CODECS.items()}


@dataclass(frozen=True, slots=True)
class TextShape:
    """How a text file is to be read.

    ``name`` is the file as people know it, ``encoding`` a codec, ``bom`` the bytes before the
    text, ``separated`` whether a line ``sep=`` names the delimiter.
    """

    name: str
    encoding: str
    bom: int
    delimiter: str
    separated: bool = False

    def as_json(self) -> dict[str, str]:
        """What was understood, as it is shown."""
        encoding = _NAMES[self.encoding]
        if self.bom:
            encoding += " (BOM)"
        shown = {"kind": "text", "encoding": encoding, "delimiter": DELIMITERS[self.delimiter]}
        return shown | ({"preamble": f"sep={self.delimiter}"} if self.separated else {})


def is_plain(path: Path, reading: Reading = AS_FOUND) -> bool:
    """Whether a text file may go the fast way; see :func:`plain_look`."""
    return plain_look(path, reading)[0]


def plain_look(path: Path, reading: Reading = AS_FOUND) -> tuple[bool, TextFile | None]:
    """Whether a text file may go the fast way, and what the look at it showed, if it could.

    It may also where that way would refuse it, with its reason. It may not where it needs
    understanding: UTF-16, another delimiter, headings that do not stand in its first row, control
    characters anywhere, or a mark of dirt.
    """
    if find_wide(path) or reading.encoding.startswith("utf-16"):
        return False, None
    try:
        seen = look_at(path, path.name, reading)
        shape = _shape(path, path.name, seen.encoding, _bom(path, seen.encoding), reading)
    except DataError as error:
        return all(one.code != "FILE_DELIMITER_DOUBT" for one in error.problems), None
    odd = shape.separated or (shape.bom and shape.encoding != "utf-8")
    odd = odd or seen.controls or seen.scientific
    if shape.delimiter != "," or odd or find_mark(path, seen.encoding):
        return False, seen
    return _headed(path, shape), seen


def _headed(path: Path, shape: TextShape) -> bool:
    """Whether the first row has the headings, as we write them."""
    try:
        rows = next(raw_chunks(path, shape, _TOP), [])
    except DataError:
        return True
    return plain_headings(rows)


def text_shape(
    path: Path, name: str, reading: Reading = AS_FOUND, seen: TextFile | None = None
) -> TextShape:
    """How a text file is to be read; its whole text is proved to have the encoding.

    ``seen`` is what a look at it showed, where somebody has looked.

    Raises:
        DataError: ``FILE_EMPTY``, ``FILE_ENCODING``, ``FILE_ENCODING_DOUBT``, or
            ``FILE_DELIMITER_DOUBT``.
    """
    wide = find_wide(path)
    if not wide and reading.encoding.startswith("utf-16"):
        wide = CODECS[reading.encoding]
    encoding = wide or (seen or look_at(path, name, reading)).encoding
    shape = _shape(path, name, encoding, _bom(path, encoding), reading)
    if wide:
        _prove(path, shape)
    return shape


def _bom(path: Path, encoding: str) -> int:
    """How many bytes of a BOM stand at the beginning of a file."""
    marks = {
        "utf-8": BOM,
        "utf-16-le": codecs.BOM_UTF16_LE,
        "utf-16-be": codecs.BOM_UTF16_BE,
        "gb18030": "\ufeff".encode("gb18030"),
    }
    mark = marks.get(encoding)
    with path.open("rb") as file:
        return len(mark) if mark is not None and file.read(len(mark)) == mark else 0


def _shape(path: Path, name: str, encoding: str, bom: int, reading: Reading) -> TextShape:
    """The delimiter that is declared, or named by a line ``sep=``, or found."""
    with path.open("rb") as file:
        file.seek(bom)
        head = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(4 * _HEAD))
    lines = io.StringIO(head[:_HEAD], newline="").readlines()
    if len(head) > _HEAD and len(lines) > 1:
        lines.pop()
    if not any(line.strip(" \t\r\n,;|，\ufeff") for line in lines):
        raise DataError([Problem("FILE_EMPTY", Place(name))])
    first = lines[0].strip()
    if len(first) == len("sep=;") and first[:-1].lower() == "sep=" and first[-1] in DELIMITERS:
        return TextShape(name, encoding, bom, first[-1], separated=True)
    if lines[0].rstrip("\r\n").lower() == "sep=\t":
        return TextShape(name, encoding, bom, "\t", separated=True)
    return TextShape(name, encoding, bom, reading.delimiter or find_delimiter(lines, Place(name)))


def _prove(path: Path, shape: TextShape) -> None:
    """Decode a whole UTF-16 file, which no other look has proved."""
    for _ in _lines(path, shape):
        pass


def raw_chunks(path: Path, shape: TextShape, size: int = _ROWS) -> Iterator[list[list[str]]]:
    """All rows of a text file as they stand, some at a time; the first of all is row 1.

    A blank row is an empty list. Memory holds one chunk.

    Raises:
        DataError: ``FILE_DAMAGED`` where the quotes do not fit or a value or line is too long,
            ``FILE_ENCODING`` where a byte does, with the row.
    """
    reader = csv.reader(_lines(path, shape), delimiter=shape.delimiter, strict=True)
    done = 0
    while True:
        chunk: list[list[str]] = []
        try:
            chunk.extend(islice(reader, size))
        except csv.Error as error:
            raise _damaged(shape.name, done + len(chunk) + 1, str(error)) from None
        if not chunk:
            return
        yield chunk
        done += len(chunk)


def _lines(path: Path, shape: TextShape) -> Iterator[str]:
    """The lines of the text with their ends (``\\n``, ``\\r\\n`` or ``\\r``, also mixed)."""
    with path.open("rb") as file:
        file.seek(shape.bom)
        # The BOM is passed by hand, so that a codec without it can read what follows.
        text = io.TextIOWrapper(file, encoding=shape.encoding, newline="")
        number = 0
        try:
            while line := text.readline(_LINE):
                number += 1
                if len(line) == _LINE:
                    raise _damaged(shape.name, number, f"> {_LINE} characters")
                if "\0" in line:
                    raise _refused(shape.name, f"NUL, line {number}")
                if number > 1 or not shape.separated:
                    yield line
        except UnicodeDecodeError as error:
            raise _refused(shape.name, f"{shape.encoding}: line {number + 1}") from error


def _damaged(name: str, row: int, detail: str) -> DataError:
    place, facts = Place(name, row=row), {"detail": f"row {row}: {detail}"}
    return DataError([Problem("FILE_DAMAGED", place, facts=facts)])


def _refused(name: str, detail: str) -> DataError:
    return DataError([Problem("FILE_ENCODING", Place(name), facts={"detail": detail})])
