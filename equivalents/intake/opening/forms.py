"""The ways in which a cell was understood, and why one was not: small codes beside the values."""

from typing import Final, NamedTuple

__all__ = [
    "FAULTS",
    "FORMS",
    "FORM_CODES",
    "Form",
    "Meaning",
    "UNCALCULATED",
    "fault_code",
    "form_code",
]

UNCALCULATED: Final = "#未计算!"
"""Stands for a formula whose result was never saved: what it would give is not known here."""


class Form(NamedTuple):
    """One way of understanding a cell, said in Chinese and English."""

    name: str
    zh: str
    en: str


FORMS: Final = (
    Form("", "", ""),
    Form("spaces", "去掉了首尾空白", "spaces around it were left out"),
    Form("full_width", "全角字符改为半角", "full-width characters became plain ones"),
    Form("quoted", '="…" 取引号内的文字', 'of ="…" the text in quotes was taken'),
    Form("dash", "横线、斜线读作空白", "a dash or slash was read as blank"),
    Form("thousands", "去掉了千分位逗号", "commas between thousands were left out"),
    Form("double", "按 15 位有效数字读数", "the number was read with 15 significant digits"),
    Form("number_id", "数值单元格读作编号（前导零无从得知）",
         "a number was read as an id (leading zeros cannot be known)"),
    Form("padded", "数值读作编号，按单元格格式补足前导零",
         "a number was read as an id with the leading zeros that its format shows"),
    Form("boolean", "TRUE / FALSE 读作 1 / 0", "TRUE / FALSE was read as 1 / 0"),
    Form("serial_1900", "Excel 日期序号（1900 起）", "a serial number of Excel's days from 1900"),
    Form("serial_1904", "Excel 日期序号（1904 起）", "a serial number of Excel's days from 1904"),
    Form("compact", "八位日期 YYYYMMDD", "a date of eight digits, YYYYMMDD"),
    Form("slashes", "日期 2025/1/5", "a date like 2025/1/5"),
    Form("dots", "日期 2025.1.5", "a date like 2025.1.5"),
    Form("chinese", "日期 2025年1月5日", "a date like 2025年1月5日"),
    Form("short", "日期 2025-1-5", "a date like 2025-1-5"),
    Form("numerals", "日期 二〇二五年一月五日", "a date like 二〇二五年一月五日"),
)  # fmt: skip
"""Every form; the first stands for a cell that was taken as it is."""

FAULTS: Final = (
    "",
    "CELL_ERROR",
    "CELL_BOOLEAN",
    "CELL_DATE",
    "ID_SCIENTIFIC",
    "ID_FRACTION",
    "DATE_DOUBT",
    "DATE_SERIAL",
    "CELL_FORMULA",
    "CELL_INFINITE",
    "CELL_CONTROL",
    "ID_FORMAT",
)
"""Codes of what cleaning refuses; the first stands for none."""

FORM_CODES: Final = {form.name: at for at, form in enumerate(FORMS)}
_FAULT_CODES: Final = {code: at for at, code in enumerate(FAULTS)}


class Meaning(NamedTuple):
    """What one value means: its text, the form it was written in, and why it is refused."""

    text: str
    form: str = ""
    fault: str = ""


def form_code(name: str) -> int:
    """The position of a form in :data:`FORMS`."""
    return FORM_CODES[name]


def fault_code(code: str) -> int:
    """The position of a code in :data:`FAULTS`."""
    return _FAULT_CODES[code]
