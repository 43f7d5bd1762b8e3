"""What the parts of an xlsx, xlsm or xlsb say of its sheets: which part has which title, formats.

Parts are found as the parser finds them: from ``xl``, whatever their capitals and slashes.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Final

from equivalents.intake.opening.binaryformats import formats_of_bin
from equivalents.intake.opening.binaryrecords import text_of, xlsb_records
from equivalents.intake.opening.numberformats import formats_of_styles
from equivalents.intake.opening.xmltags import attributes, tags
from equivalents.intake.opening.zipdir import Member, ZipFaultError, pieces

__all__ = ["formats_of", "sheet_titles"]

_BUNDLE: Final = 156
_LIST: Final = 16
_SHEET: Final = tags("sheet")
_LINK: Final = tags("Relationship")


def sheet_titles(path: Path, members: Sequence[Member]) -> dict[str, str]:
    """The title of each sheet of xlsx, xlsm and xlsb by the part that holds it.

    A sheet that the workbook does not name has the name of its part.
    """
    by_name = {one.name: one for one in members}
    parts = {_part(name): name for name in by_name}
    sheets = {
        name: name.rpartition("/")[2] for name in by_name if name.startswith("xl/worksheets/sheet")
    }
    book = "workbook.bin" if "xl/workbook.bin" in by_name else "workbook.xml"
    links = {}
    for tag in _LINK.findall(_start(path, by_name.get(f"xl/_rels/{book}.rels"))):
        values = _texts(tag)
        links[values.get("Id", "")] = _target(values.get("Target", ""))
    start = _start(path, by_name.get(f"xl/{book}"))
    for link, title in _named(start, binary=book.endswith(".bin")):
        part = parts.get(links.get(link, ""))
        if part is not None:
            sheets[part] = title or part
    return sheets


def _target(written: str) -> str:
    """The part that a link of the workbook names, which lies in ``xl``."""
    target = written.replace("\\", "/")
    return _part(target if target.startswith("/") else f"xl/{target}")


def _part(name: str) -> str:
    """The name of a part as all ways of writing it have it."""
    return posixpath.normpath(name.replace("\\", "/").lstrip("/")).casefold()


def formats_of(path: Path, members: Sequence[Member]) -> Mapping[bytes, str]:
    """The number formats of a workbook that matter, by what cells call them."""
    by_name = {one.name: one for one in members}
    binary = _start(path, by_name.get("xl/styles.bin"))
    return formats_of_styles(_start(path, by_name.get("xl/styles.xml"))) | formats_of_bin(binary)


def _named(book: bytes, *, binary: bool) -> Iterator[tuple[str, str]]:
    """The link and the title of each sheet that a workbook names."""
    if binary:
        for number, data in xlsb_records(book):
            if number == _BUNDLE:
                link, end = text_of(data, 8)
                yield link, text_of(data, end)[0]
        return
    for tag in _SHEET.findall(book):
        values = _texts(tag)
        link = next((value for key, value in values.items() if key.endswith(":id")), "")
        yield link, values.get("name", "")


def _texts(tag: bytes) -> dict[str, str]:
    """The attributes of a tag as texts."""
    return {
        key.decode("utf-8", "replace"): unescape(value.decode("utf-8", "replace"))
        for key, value in attributes(tag).items()
    }


def _start(path: Path, member: Member | None) -> bytes:
    """The first mebibytes of a part, or nothing."""
    if member is None:
        return b""
    found = []
    try:
        with path.open("rb") as file:
            for piece in pieces(file, member):
                found.append(piece)
                if len(found) == _LIST:
                    break
    except ZipFaultError:
        pass
    return b"".join(found)
