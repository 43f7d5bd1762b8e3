"""What kind of file it is, by its content; its name is only compared with that.

Hospital systems name a web page ``.xls`` and a workbook ``.csv``. Only so much is read as tells
the kind: the first bytes, and of a zip the list of its members, if that is of a sane size.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Final

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.opening.compound import MAGIC, CompoundError, streams_of
from equivalents.intake.opening.zipdir import Member, ZipFaultError, pieces, read_members
from equivalents.reasons import BOTH

__all__ = ["Kind", "different_name", "kind_of", "kind_words"]


class Kind(StrEnum):
    """What a file is."""

    TEXT = "text"
    PARQUET = "parquet"
    XLSX = "xlsx"
    XLSM = "xlsm"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    HTML = "html"
    ZIP = "zip"

    @property
    def is_workbook(self) -> bool:
        """Whether it has sheets, for :mod:`workbook` to read; tables of a web page are such."""
        return self not in (Kind.TEXT, Kind.PARQUET, Kind.ZIP)


_SUFFIXES: Final = {
    ".csv": Kind.TEXT,
    ".tsv": Kind.TEXT,
    ".txt": Kind.TEXT,
    ".parquet": Kind.PARQUET,
    ".xlsx": Kind.XLSX,
    ".xlsm": Kind.XLSM,
    ".xlsb": Kind.XLSB,
    ".xls": Kind.XLS,
    ".et": Kind.XLS,  # WPS
    ".ods": Kind.ODS,
    ".htm": Kind.HTML,
    ".html": Kind.HTML,
    ".zip": Kind.ZIP,
}
_WORDS: Final = {
    Kind.TEXT: f"文本{BOTH}text",
    Kind.PARQUET: "Parquet",
    Kind.XLSX: f"工作簿 xlsx{BOTH}an xlsx workbook",
    Kind.XLSM: f"带宏的工作簿 xlsm{BOTH}an xlsm workbook with macros",
    Kind.XLSB: f"工作簿 xlsb{BOTH}an xlsb workbook",
    Kind.XLS: f"工作簿 xls{BOTH}an xls workbook",
    Kind.ODS: f"工作簿 ods{BOTH}an ods workbook",
    Kind.HTML: f"网页 HTML{BOTH}a web page (HTML)",
    Kind.ZIP: f"压缩包 zip{BOTH}a zip archive",
}
_OTHERS: Final = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", f"图片{BOTH}a picture"),
    (b"\xff\xd8\xff", f"图片{BOTH}a picture"),
    (b"GIF8", f"图片{BOTH}a picture"),
    (b"Rar!", f"压缩包 rar{BOTH}a rar archive"),
    (b"7z\xbc\xaf\x27\x1c", f"压缩包 7z{BOTH}a 7z archive"),
    (b"\x1f\x8b", f"压缩包 gzip{BOTH}a gzip archive"),
    (b"BZh", f"压缩包 bzip2{BOTH}a bzip2 archive"),
    (b"\xfd7zXZ", f"压缩包 xz{BOTH}an xz archive"),
    (b"SQLite format 3\0", f"SQLite 数据库{BOTH}an SQLite database"),
    (b"{\\rtf", f"RTF 文档{BOTH}an RTF document"),
    (b"\x09\x00\x04\x00", f"很旧的 Excel 格式{BOTH}a very old Excel format"),
    (b"\x09\x02\x06\x00", f"很旧的 Excel 格式{BOTH}a very old Excel format"),
    (b"\x09\x04\x06\x00", f"很旧的 Excel 格式{BOTH}a very old Excel format"),
)
_ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_DOCUMENTS: Final = ("word/", "ppt/", "visio/")
_HEAD: Final = 1 << 12
_DIRECTORY: Final = 1 << 25
"""Bytes of a zip's list of members that are read to tell its kind: some 300,000 members."""
_PAGE: Final = re.compile(rb"<(!doctype\s+html|html|head|meta|body|table|style|div|script)[\s>]")
_EXCEL_2003: Final = b"urn:schemas-microsoft-com:office:spreadsheet"


def kind_of(path: Path, name: str = "") -> Kind:
    """The kind of a file; ``name`` is what people call it.

    Raises:
        DataError: ``FILE_EMPTY``, ``FILE_ENCRYPTED``, ``FILE_DAMAGED`` (a zip without its list
            of members, a compound file that is not whole), or ``FILE_NO_TABLE``: known, and
            nothing that tables are read from.
    """
    name = name or path.name
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise DataError([Problem("FILE_EMPTY", Place(name))])
    if head.startswith(b"PAR1"):
        return Kind.PARQUET
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(path, name)
    if head.startswith(MAGIC[:4]):
        return _kind_of_ole(path, name)
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise _no_table(name, what)
    return _kind_of_text(head, name)


def kind_words(kind: Kind) -> str:
    """What a kind is called, in both languages."""
    return _WORDS[kind]


def different_name(kind: Kind, name: str) -> Problem | None:
    """A warning if the name of a file says another kind than its content has."""
    says = _SUFFIXES.get(Path(name).suffix.lower())
    if says is None or says is kind:
        return None
    return Problem("FILE_KIND_DIFFERS", Place(name), Path(name).suffix, {"kind": kind_words(kind)})


def _no_table(name: str, what: str) -> DataError:
    return DataError([Problem("FILE_NO_TABLE", Place(name), facts={"kind": what})])


def _kind_of_zip(path: Path, name: str) -> Kind:
    """Which of the formats that are zips."""
    try:
        listed = read_members(path, _DIRECTORY)
        members = {one.name for one in listed}
        if "xl/workbook.bin" in members:
            return Kind.XLSB
        if "xl/workbook.xml" in members:
            return Kind.XLSM if "xl/vbaProject.bin" in members else Kind.XLSX
        mime = next((one for one in listed if one.name == "mimetype"), None)
        if mime is not None and "content.xml" in members:
            if _ODS in _text(path, mime):
                return Kind.ODS
            raise _no_table(name, f"OpenDocument 文档{BOTH}an OpenDocument text")
    except ZipFaultError as fault:
        raise DataError(
            [Problem("FILE_DAMAGED", Place(name), facts={"detail": str(fault)})]
        ) from None
    if "[Content_Types].xml" in members and any(one.startswith(_DOCUMENTS) for one in members):
        raise _no_table(name, f"Word 或 PowerPoint 文档{BOTH}a Word or PowerPoint document")
    return Kind.ZIP


def _text(path: Path, member: Member) -> bytes:
    """The beginning of a member."""
    with path.open("rb") as file:
        return next(pieces(file, member), b"")


def _kind_of_ole(path: Path, name: str) -> Kind:
    """An old workbook, an encrypted new one, or another document in the same container."""
    try:
        streams = streams_of(path).keys()
    except CompoundError as fault:
        facts = {"detail": str(fault)}
        raise DataError([Problem("FILE_DAMAGED", Place(name), facts=facts)]) from None
    if "EncryptedPackage" in streams:
        raise DataError([Problem("FILE_ENCRYPTED", Place(name))])
    if streams & {"Workbook", "Book"}:
        return Kind.XLS
    if "WordDocument" in streams:
        raise _no_table(name, f"Word 文档{BOTH}a Word document")
    raise _no_table(name, f"没有工作表的 Office 文件{BOTH}an Office file without sheets")


def _kind_of_text(head: bytes, name: str) -> Kind:
    """A web page, what Excel takes for a table though it is none, or plain text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode()
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\0").lower()
    if start.startswith(b"<") and _EXCEL_2003 in start:
        raise _no_table(name, f"XML 表格（Excel 2003）{BOTH}an Excel 2003 XML table")
    if start.startswith(b"mime-version:") and b"multipart/related" in start:
        raise _no_table(name, f"单文件网页 mht{BOTH}a web archive (mht)")
    if start.startswith(b"<") and _PAGE.search(start):
        return Kind.HTML
    return Kind.TEXT
