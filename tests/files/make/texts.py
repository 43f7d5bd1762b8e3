"""Text files in every encoding, with every delimiter, and broken ones; what is read of each.

``python -m tests.files.make.texts`` writes them. Each is small and always the same.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

__all__ = ["FILES", "FOLDER", "write"]

FOLDER: Final = Path(__file__).resolve().parents[1]
HEAD: Final = ["机构编码", "人员编码", "项目编码", "服务日期", "数量", "备注"]
ROWS: Final = [
    HEAD,
    ["C01", "P001", "MZ01", "2025-06-02", "1", "门诊"],
    ["C01", "P002", "GW03", "2025-06-03", "2.5", "王小明家庭医生签约"],
    ["C02", "P003", "GW03", "2025-06-04", "1", ""],
]
TRADITIONAL: Final = [
    ["機構編碼", "人員編碼", "項目編碼", "服務日期", "數量", "備註"],
    ["C01", "P001", "MZ01", "2025-06-02", "1", "門診"],
    ["C01", "P002", "GW03", "2025-06-03", "2.5", "陳美華家庭醫生簽約"],
]
JAPANESE: Final = [
    ["施設", "職員", "項目", "日付", "数量"],
    ["C01", "たなか", "サービス", "2025-06-02", "1"],
]
EUROPEAN: Final = [
    ["site", "person", "item", "date", "remark"],
    ["C01", "Müller", "Prüfung", "2025-06-02", "à répéter"],
    ["C02", "José", "niño", "2025-06-03", ""],
]


def text(rows: Sequence[Sequence[str]] = ROWS, sign: str = ",", end: str = "\r\n") -> str:
    """Rows as lines, without any quotes."""
    return "".join(sign.join(row) + end for row in rows)


def quoted(rows: Sequence[Sequence[str]] = ROWS, sign: str = ",", end: str = "\r\n") -> str:
    """Rows as lines, each value in quotes, quotes doubled."""
    return text([['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows], sign, end)


def with_cell(value: str, row: int = 2, column: int = 5) -> list[list[str]]:
    """The rows with another value in one cell."""
    rows = [list(one) for one in ROWS]
    rows[row][column] = value
    return rows


_ENCODINGS: Final = {
    "utf-8": "utf-8", "utf-8-bom": "utf-8-sig", "gb18030": "gb18030",
    "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be",
}  # fmt: skip
_SIGNS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "wide-comma": "，"}
_TITLE: Final = "示例县2025年6月服务记录,,,,,\r\n制表单位：示例县卫生健康局,,,,,\r\n"


def _encoded(codec: str, sign: str) -> Callable[[], bytes]:
    return lambda: text(sign=sign).encode(codec)


def _plainly(value: str) -> Callable[[], bytes]:
    return value.encode


FILES: Final[dict[str, Callable[[], bytes]]] = {
    **{
        f"texts/{name}-{sign}.csv": _encoded(codec, _SIGNS[sign])
        for name, codec in _ENCODINGS.items()
        for sign in _SIGNS
    },
    "texts/utf-16-le-bom.txt": lambda: b"\xff\xfe" + text(sign="\t").encode("utf-16-le"),
    "texts/utf-16-be-bom.txt": lambda: b"\xfe\xff" + text(sign="\t").encode("utf-16-be"),
    "texts/big5.csv": lambda: text(TRADITIONAL).encode("big5"),
    "texts/shift-jis.csv": lambda: text(JAPANESE).encode("shift-jis"),
    "texts/windows-1252.csv": lambda: text(EUROPEAN).encode("cp1252"),
    "texts/gb18030-rare-names.csv": lambda: text(with_cell("王喆、李堃、张𬭎")).encode("gb18030"),
    "texts/sep-semicolon.csv": lambda: ("sep=;\r\n" + text(sign=";")).encode("utf-8-sig"),
    "texts/sep-tab.csv": _plainly("sep=\t\r\n" + text(sign="\t")),
    "texts/decimal-commas.csv": _plainly(text(with_cell("1,5", column=4), ";")),
    "texts/either-delimiter.csv": _plainly("a;b,c\r\n1;2,3\r\n4;5,6\r\n"),
    "texts/one-column.csv": _plainly("项目编码\r\nMZ01\r\nGW03\r\n"),
    "texts/title-rows.csv": _plainly(_TITLE + text()),
    "texts/total-row.csv": _plainly(text([*ROWS, ["合计", "", "", "", "4.5", ""]])),
    "texts/quotes.csv": _plainly(quoted(with_cell('他说"好", 走了'))),
    "texts/quotes-semicolon.csv": _plainly(quoted(with_cell('a;"b"'), ";")),
    "texts/line-break-in-quotes.csv": _plainly(quoted(with_cell("门诊\n补录"))),
    "texts/unpaired-quote.csv": _plainly(text(with_cell('"门诊')) + text(ROWS[1:])),
    "texts/text-behind-a-quote.csv": _plainly(text(with_cell('"门诊"补录'), ";")),
    "texts/long-value.csv": _plainly(text(with_cell("长" * 6_000))),
    "texts/line-ends-cr.csv": _plainly(text(end="\r")),
    "texts/line-ends-mixed.csv": _plainly(
        text(ROWS[:1], end="\r") + text(ROWS[1:2], end="\n") + text(ROWS[2:])
    ),
    "texts/no-last-line-end.csv": _plainly(text().removesuffix("\r\n")),
    "texts/blank-rows.csv": _plainly(text([HEAD, [], ROWS[1], [""] * 6, ROWS[2], []])),
    "texts/blank-rows-tab.csv": _plainly(text([[], HEAD, [], ROWS[1], []], "\t")),
    "texts/short-row.csv": _plainly(text([*ROWS, ["C01", "P001"]], ";")),
    "texts/full-width.csv": _plainly(text(with_cell("２．５", column=4))),
    "texts/spaces.csv": _plainly(text(with_cell(" P002 ", column=1))),
    "texts/ideographic-space.csv": _plainly(text(with_cell("P002\u3000", column=1))),
    "texts/dashes.csv": _plainly(text(with_cell("--"))),
    "texts/scientific.csv": _plainly(text(with_cell("1.2E+17", column=1))),
    "texts/thousands.csv": _plainly(quoted(with_cell("1,234.5", column=4))),
    "texts/formula-texts.csv": _plainly(text(with_cell('="0012"', column=1))),
    "texts/dates-with-slashes.csv": _plainly(text(with_cell("2025/6/3", column=3))),
    "texts/nul.csv": lambda: text().encode().replace(b"P002", b"P\x0002"),
    "texts/nul-utf-16.csv": lambda: text(with_cell("P\x0002")).encode("utf-16"),
    "texts/binary.csv": lambda: bytes(range(256)) * 8,
    "texts/cut-in-a-character.csv": lambda: text(ROWS[:3]).encode()[:-4],
    "texts/utf-16-cut.csv": lambda: text().encode("utf-16")[:-1],
    "texts/utf-16-half-a-pair.csv": lambda: text().encode("utf-16-le") + b"\x00\xd8\n\x00",
    "texts/utf-32.csv": lambda: text().encode("utf-32"),
    "texts/empty.csv": lambda: b"",
    "texts/blank.csv": lambda: b"\xef\xbb\xbf\r\n,,,\r\n",
    "texts/blank-utf-16.csv": lambda: "\r\n\t\t\r\n".encode("utf-16"),
    "texts/latin-by-luck.csv": lambda: "name,city\r\nRenée,Köln\r\n".encode("latin-1"),
}  # fmt: skip
"""What makes each file, by its path in ``tests/files``."""


def write() -> None:
    """Write every file."""
    for name, make in FILES.items():
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(make())


if __name__ == "__main__":
    write()
