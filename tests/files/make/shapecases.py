"""The cases of :mod:`tests.files.make.shapes`: what each file holds, and how it must be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

__all__ = ["BOOKS", "TEXTS", "Book", "Styled", "Text"]

Cells = Sequence[Sequence[object]]
H = ["机构编号", "人员编号", "项目编码", "服务日期", "数量"]
G = ["J1", "P1", "A1", "2025-01-05", "1"]
D = date(2025, 1, 5)


@dataclass(frozen=True)
class Styled:
    """A number in a cell with a number format."""

    value: float
    form: str


@dataclass(frozen=True)
class Book:
    """A workbook: sheets by name, what is expected, and ``read``: row numbers with values.

    ``down`` and ``right`` are blank rows and columns before the cells.
    """

    name: str
    sheets: Mapping[str, Cells]
    outcome: str
    codes: str
    note: str
    read: Sequence[tuple[int, Sequence[str]]] = ()
    hidden: Sequence[str] = ()
    epoch_1904: bool = False
    down: int = 0
    right: int = 0


@dataclass(frozen=True)
class Text:
    """A CSV file in UTF-8, likewise."""

    name: str
    rows: Cells
    outcome: str
    codes: str
    note: str
    read: Sequence[tuple[int, Sequence[str]]] = field(default=())


def _one(name: str, rows: Cells, outcome: str, codes: str, note: str, *read: object) -> Book:
    """A workbook of one sheet; ``read`` are row number, values, row number, values, ..."""
    pairs = list(zip(read[::2], read[1::2], strict=True))
    return Book(name, {"服务记录": rows}, outcome, codes, note, pairs)  # type: ignore[arg-type]


def _cell(name: str, at: int, cell: object, becomes: str, codes: str, note: str) -> Book:
    """A workbook whose one row of data has one cell that is not as it should be."""
    row: list[object] = [*G]
    row[at] = cell
    read = [*G]
    read[at] = becomes
    faulty = any(code not in ("CELLS_UNDERSTOOD",) for code in codes.split())
    return _one(name, [H, row], "faults" if faulty else "read", codes, note, 2, read)


_U = "CELLS_UNDERSTOOD"
_L = "ROW_LEFT_OUT"
_CELLS = (
    _cell("编号-全角.xlsx", 1, "Ｐ１", "P1", _U, "full-width digits and letters in an id"),
    _cell("编号-首尾空格.xlsx", 1, " P1　", "P1", _U, "spaces of both widths around an id"),
    _cell("编号-前导零.xlsx", 1, "00123", "00123", "", "leading zeros of a text stay"),
    _cell("编号-数值.xlsx", 1, 10203, "10203", _U, "a whole number below 10^15 is an id"),
    _cell("编号-十五位.xlsx", 1, 999999999999999, "999999999999999", _U, "the last sure id"),
    _cell("编号-科学计数.xlsx", 1, 3.30102199001011e17, "3.30102199001011E+17", "ID_SCIENTIFIC",
          "an identity number that Excel made a number"),
    _cell("编号-科学计数文字.xlsx", 1, "3.30102E+17", "3.30102E+17", "ID_SCIENTIFIC",
          "the same after it was saved as text"),
    _cell("编号-小数.xlsx", 2, 2.1, "2.1", "ID_FRACTION", "2.10 and 2.1 are one number"),
    _cell("编号-补零格式.xlsx", 1, Styled(12, "000000"), "000012", _U,
          "a number shown with leading zeros is the id that is shown"),
    _cell("编号-补零格式超长.xlsx", 1, Styled(1234567, "000000;;0"), "1234567", _U,
          "a number with more digits than its format has places"),
    _cell("编号-分段格式.xlsx", 1, Styled(12345, "0000-000"), "12345 [0000-000]", "ID_FORMAT",
          "a number shown as 0012-345"),
    _cell("编号-字头格式.xlsx", 1, Styled(12, '"P"000'), '12 ["P"000]', "ID_FORMAT",
          "a number shown as P012"),
    _cell("编号-千分位格式.xlsx", 1, Styled(1234, "#,##0"), "1234", _U,
          "a separator of thousands is no part of an id"),
    _cell("数量-补零格式.xlsx", 4, Styled(2, "000"), "2", "", "a quantity shown as 002 is 2"),
    _cell("日期-补零格式.xlsx", 3, Styled(20250105, "00000000"), "2025-01-05", _U,
          "YYYYMMDD as number with a format"),
    _cell("编号-变成日期.xlsx", 2, date(2025, 1, 2), "2025-01-02", "CELL_DATE",
          "the code 1-2 became a date"),
    _cell("编号-变成时间.xlsx", 2, time(1, 2), "01:02:00", "CELL_DATE", "the code 1:02 likewise"),
    _cell("编号-逻辑值.xlsx", 2, True, "TRUE", "CELL_BOOLEAN", "an id that is TRUE"),
    _cell("编号-错误值.xlsx", 2, "#N/A", "#N/A", "CELL_ERROR", "a lookup that found nothing"),
    _cell("编号-横线.xlsx", 1, "--", "--", "", "a dash in a required id is no blank"),
    _cell("数量-两位小数文字.xlsx", 4, "0.50", "0.50", "", "a number as text stays as written"),
    _cell("数量-数值.xlsx", 4, 2, "2", "", "a number"),
    _cell("数量-浮点.xlsx", 4, 4.35 * 100, "435", _U, "a double has 15 significant digits"),
    _cell("数量-千分位.xlsx", 4, "1,200.5", "1200.5", _U, "commas between thousands"),
    _cell("数量-千分位错.xlsx", 4, "12,00", "12,00", "", "a comma elsewhere is left to be refused"),
    _cell("数量-全角.xlsx", 4, "１２．５", "12.5", _U, "full-width digits and point"),
    _cell("数量-横线.xlsx", 4, "--", "", _U, "a dash is a blank number, which is refused later"),
    _cell("数量-长横线.xlsx", 4, "—", "", _U, "the long dash likewise"),
    _cell("数量-带单位.xlsx", 4, "1次", "1次", "", "a unit is left to be refused"),
    _cell("数量-错误值.xlsx", 4, "#REF!", "#REF!", "CELL_ERROR", "a broken reference"),
    _cell("数量-变成日期.xlsx", 4, date(2025, 1, 2), "2025-01-02", "CELL_DATE",
          "a number in a cell formatted as date"),
    _cell("日期-单元格.xlsx", 3, D, "2025-01-05", "", "a cell of a date"),
    _cell("日期-带时间.xlsx", 3, datetime(2025, 1, 5, 8, 30), "2025-01-05 08:30:00", "",  # noqa: DTZ001
          "a time of day stays, for the case to decide on"),
    _cell("日期-序号1900.xlsx", 3, 45662, "2025-01-05", _U, "a serial day in a date column"),
    _cell("日期-八位数.xlsx", 3, 20250105, "2025-01-05", _U, "YYYYMMDD as number"),
    _cell("日期-八位文字.xlsx", 3, "20250105", "2025-01-05", _U, "YYYYMMDD as text"),
    _cell("日期-斜线.xlsx", 3, "2025/1/5", "2025-01-05", _U, "slashes"),
    _cell("日期-点.xlsx", 3, "2025.1.5", "2025-01-05", _U, "dots"),
    _cell("日期-中文.xlsx", 3, "2025年1月5日", "2025-01-05", _U, "a Chinese date"),
    _cell("日期-全角.xlsx", 3, "２０２５-０１-０５", "2025-01-05", _U, "full-width digits"),
    _cell("日期-月日不明.xlsx", 3, "01/02/2025", "01/02/2025", "DATE_DOUBT", "January or February"),
    _cell("日期-两位年.xlsx", 3, "25-1-5", "25-1-5", "DATE_DOUBT", "which century"),
    _cell("日期-年份数字.xlsx", 3, 2025, "2025", "DATE_DOUBT", "a year or a serial day"),
    _cell("日期-二月三十.xlsx", 3, "2025/2/30", "2025/2/30", "", "no such day, refused later"),
    _cell("日期-闰日1900.xlsx", 3, 60, "60", "", "the day that Excel believes in"),
)  # fmt: skip

_BLANK = [""] * 5
_SPACED = ["机构 编号", "人员\n编号", "项目编码*", "服务日期（必填）", "数量（次）"]
_ENGLISH = ["institution_id", "Person ID", "item code", "SERVICE_DATE", "quantity"]
_UPPER = ["机构编号", "人员", "", "服务", ""]
_UNITS = ["(代码)", "(代码)", "(代码)", "(年月日)", "(次)"]
_TOTAL = ["合计", "", "", "", "1"]
_FEBRUARY = [*G[:3], "2025-02-05", "1"]
_SHAPES = (
    _one("标题之上有说明.xlsx", [["2025 年服务记录"], ["单位：示例县"], [], H, G], "read", "",
         "title rows above the headings", 5, G),
    _one("合计与签名.xlsx", [H, G, ["合计", "", "", "", 1], ["制表人：张三", "", "审核人：李四"]],
         "read", _L, "a total and signatures below the data", 2, G),
    _one("小计在中间.xlsx", [H, G, ["J1", "小计", "", "", 1], G], "read", _L,
         "a subtotal between the data", 2, G, 4, G),
    _one("合计写在人员列.xlsx", [H, ["J1", "合计", "A1", D, 1]], "faults", "ROW_LABEL",
         "a label in an id, all else filled", 2, ["J1", "合计", "A1", "2025-01-05", "1"]),
    _one("空行.xlsx", [H, [], G, _BLANK, [" ", "　"], G], "read", "",
         "blank rows count", 3, G, 6, G),
    _one("空列.xlsx", [[*H[:2], "", *H[2:]], [*G[:2], "", *G[2:]]], "read", "",
         "a blank column between", 2, G),
    _one("重复标题.xlsx", [H, G, H, G], "read", _L, "headings at each printed page", 2, G, 4, G),
    _one("标题有空格换行.xlsx", [_SPACED, G],
         "read", "", "ways of writing a heading", 2, G),
    _one("标题英文.xlsx", [_ENGLISH, G],
         "read", "", "English headings in any case", 2, G),
    _one("标题相近.xlsx", [[H[0], "人员编码", *H[2:]], G],
         "read", "", "a near miss is told and not taken", 2, G),
    _one("标题重复.xlsx", [[*H, "数量(次)"], [*G, "2"]], "read", "COLUMN_TWICE",
         "two headings for one column", 2, [*G, "2"]),
    _one("没有标题.xlsx", [G, G], "refused", "HEADINGS_NOT_FOUND", "no headings at all"),
    _one("空表.xlsx", [[]], "refused", "FILE_EMPTY", "nothing in it"),
    _one("无标题的列.xlsx", [[*H, ""], [*G, "备查"]], "read", "VALUE_OUTSIDE",
         "a column without heading stays, and is told as not used",
         2, [*G, "备查"]),
    _one("多余的列.xlsx", [[*H, "姓名"], [*G, " 张三"]], "read", "", "an unknown column, untouched",
         2, [*G, " 张三"]),
    _one("合计英文.xlsx", [H, G, ["Total", "", "", "", 1]], "read", _L, "an English total", 2, G),
    Book("从C3开始.xlsx", {"服务记录": [H, G]}, "read", "", "cells begin at C3", [(4, G)],
         down=2, right=2),
    Book("日期-序号1904.xlsx", {"服务记录": [H, [*G[:3], 44200, "1"]]}, "read", _U,
         "the calendar from 1904", [(2, G)], epoch_1904=True),
    Book("隐藏的表.xlsx", {"服务记录": [H, G], "草稿": [H, [*G[:4], "9"]]}, "read",
         "SHEET_HIDDEN", "a hidden sheet is left out", [(2, G)], hidden=("草稿",)),
    Book("只有隐藏的表.xlsx", {"说明": [["请勿修改"]], "服务记录": [H, G]}, "refused",
         "HEADINGS_NOT_FOUND SHEET_HIDDEN", "only the hidden one fits", [],
         hidden=("服务记录",)),
    Book("两张表.xlsx", {"一月": [H, G], "二月": [H, _FEBRUARY]}, "read", "",
         "records over two sheets", [(2, G), (2, _FEBRUARY)]),
    _one("两行标题.xlsx", [_UPPER, ["", *H[1:]], G],
         "read", "", "merged headings over two rows", 3, G),
    _one("标题下有单位行.xlsx", [H, _UNITS, G],
         "read", "", "a row of units is a row of data, refused later", 2,
         _UNITS, 3, G),
)  # fmt: skip
BOOKS = (*_CELLS, *_SHAPES)

TEXTS = (
    Text("脏.csv", [["服务记录"], H, ["J1", " P1", "A1", "2025/1/5", "1,000"], _TOTAL],
         "read", f"{_L} {_U}", "titles, spaces, separators and a total in a text file",
         [(3, ["J1", "P1", "A1", "2025-01-05", "1000"])]),
    Text("引号编号.csv", [H, ["J1", '="00123"', "A1", "2025-01-05", "1"]], "read", _U,
         'the ="..." by which programs keep leading zeros', [(2, ["J1", "00123", *G[2:]])]),
    Text("序号日期.csv", [H, [*G[:3], "45662", "1"]], "faults", "DATE_SERIAL",
         "a serial day without its calendar", [(2, [*G[:3], "45662", "1"])]),
    Text("列数不齐.csv", [H, G, [*G, "x"], G[:3]], "faults", "ROW_SHAPE",
         "rows with another number of fields", [(2, G), (3, G), (4, [*G[:3], "", ""])]),
    Text("科学计数.csv", [H, ["J1", "1.2E+17", "A1", "2025-01-05", "1"]], "faults", "ID_SCIENTIFIC",
         "a CSV that Excel saved again", [(2, ["J1", "1.2E+17", *G[2:]])]),
)  # fmt: skip
