"""Tables of a web page, which many hospital systems export under the name ``.xls``.

Cells are texts just as they stand in the page, so ids keep their zeros, which they lose when Excel
opens such a file. Cells over several columns or rows are followed by blank ones. A table inside a
table has no certain place in rows and columns: such a page is refused. Nothing in a page
is ever followed, loaded or run. For the child process only.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.opening.limits import MIB, Limits, setting_of
from equivalents.reasons import BOTH

__all__ = ["PageTable", "page_tables"]

_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_HEAD: Final = 1 << 12
_CHINESE: Final = frozenset({"gb2312", "gbk", "gb18030", "cp936", "x-gbk"})
_SILENT: Final = frozenset({"script", "style", "head", "title"})
_BREAKS: Final = frozenset({"br", "p", "div", "li"})


@dataclass(slots=True)
class PageTable:
    """One table: rows of texts, as wide as each row is."""

    rows: list[list[str]] = field(default_factory=list)

    @property
    def width(self) -> int:
        """The columns of its widest row."""
        return max(map(len, self.rows), default=0)

    def iter_rows(self) -> Iterator[list[object]]:
        """The rows, all of one width."""
        width = self.width
        for row in self.rows:
            yield [*row, *[""] * (width - len(row))]


def page_tables(path: Path, limits: Limits, name: str) -> list[PageTable]:
    """The tables of a web page that have a cell, in its order.

    Raises:
        DataError: ``FILE_ENCODING``; ``SHEET_TOO_LARGE``; ``FILE_UNREADABLE``: tables inside
            tables, one without an end (the file may be cut off), or no table at all.
    """
    if (size := path.stat().st_size) > limits.unpacked_mb * MIB:
        facts = {"most": str(limits.unpacked_mb), "setting": setting_of("unpacked_mb")}
        large = str(-(-size // MIB))
        raise DataError([Problem("UNPACKED_TOO_LARGE", Place(name), large, facts)])
    raw = path.read_bytes()
    reader = _Reader(limits, name)
    reader.feed(_text(raw, name))
    reader.close()
    if reader.open:
        raise _unreadable(name, f"最后一个表格没有结尾{BOTH}its last table has no end")
    tables = [table for table in reader.tables if table.width]
    if not tables:
        raise _unreadable(name, f"网页里没有表格{BOTH}the web page has no table")
    return tables


def _text(raw: bytes, name: str) -> str:
    """The page as text, by its mark, by what it declares, else UTF-8 or GB18030, strictly."""
    says = ""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        declared = _CHARSET.search(raw[:_HEAD])
        says = declared[1].decode("ascii").lower() if declared else ""
        encodings = ["utf-8-sig", "gb18030"]
        if says in _CHINESE and not raw.startswith(codecs.BOM_UTF8):
            encodings.reverse()
        elif says and says not in ("utf-8", "utf8"):
            detail = f"网页声明的编码 {says}{BOTH}the page declares {says}"
            raise DataError([Problem("FILE_ENCODING", Place(name), facts={"detail": detail})])
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            detail = f"{encoding}: byte {error.start}"
            continue
        if encoding == "gb18030" and not says:
            # Big5 decodes as GB18030, too, into nonsense.
            from equivalents.intake.encodings import Rarity
            from equivalents.intake.text import refuse_nonsense

            seen = Rarity()
            seen.add(text)
            refuse_nonsense(name, seen)
        return text
    raise DataError([Problem("FILE_ENCODING", Place(name), facts={"detail": detail})])


def _unreadable(name: str, detail: str) -> DataError:
    return DataError([Problem("FILE_UNREADABLE", Place(name), facts={"detail": detail})])


class _Reader(HTMLParser):
    """Gathers cells; rows and cells may lack their ends, as browsers allow it."""

    def __init__(self, limits: Limits, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[PageTable] = []
        self._limits, self._name = limits, name
        self.open = False
        self._silent = 0
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = (1, 1)
        self._reserved: dict[int, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A table, row or cell begins."""
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            if self.open:
                raise _unreadable(self._name, f"表格里还有表格{BOTH}there are tables inside tables")
            self.open = True
            self.tables.append(PageTable())
        elif tag == "tr" and self.open:
            self.end_row()
            self._row = []
        elif tag in ("td", "th") and self.open:
            self._begin_cell(dict(attrs))
        elif tag in _BREAKS and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """A table, row or cell ends."""
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self.end_row()
        elif tag == "table":
            self.end_row()
            self._reserved.clear()
            self.open = False

    def handle_data(self, data: str) -> None:
        """Text; outside cells it is no part of a table."""
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        self._end_cell()
        if self._row is None:
            self._row = []
        self._cell = []
        self._span = (_count(attributes.get("colspan")), _count(attributes.get("rowspan")))

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        self._fill_reserved()
        columns, rows = self._span
        at = len(self._row)
        self._within("columns", at + columns)
        # A cell is one line in a table; pages break lines where they please.
        self._row += [" ".join("".join(self._cell).split()), *[""] * (columns - 1)]
        self._cell = None
        if rows > 1:
            self._reserved |= dict.fromkeys(range(at, at + columns), rows)

    def _fill_reserved(self) -> None:
        """Blank cells where a cell of a row above reaches down."""
        while self._row is not None and self._reserved.get(len(self._row), 0) > 0:
            self._row.append("")

    def end_row(self) -> None:
        """The row that was begun, if any, is whole."""
        self._end_cell()
        if self._row is None:
            return
        self._fill_reserved()
        rows = self.tables[-1].rows
        rows.append(self._row)
        self._within("rows", len(rows))
        self._row = None
        self._reserved = {at: left - 1 for at, left in self._reserved.items() if left > 1}

    def _within(self, limit: str, found: int) -> None:
        most = self._limits.values()[limit]
        if found > most:
            facts = {
                "most": str(most),
                "setting": setting_of(limit),
                "what": f"{'行' if limit == 'rows' else '列'}{BOTH}{limit}",
            }
            raise DataError([Problem("SHEET_TOO_LARGE", Place(self._name), str(found), facts)])


def _count(text: str | None) -> int:
    """A span as browsers read it: 1 unless it is a number above."""
    digits = (text or "").strip()
    return max(int(digits[:7]), 1) if digits.isascii() and digits.isdigit() else 1
