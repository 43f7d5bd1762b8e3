"""Reasons about cases that are a workbook or a zip, and about the sheets of workbooks."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["OPENING_REASONS"]

OPENING_REASONS: Final = (
    Reason(
        "CASE_SHEET_MISSING",
        "error",
        "file",
        "工作簿“{value}”中没有名为“基本信息”或 case 的工作表，不能作为一份核算资料。"
        "请添加该表：第一列写 period 等键，第二列写值。",
        "The workbook '{value}' has no sheet called 'case', so it is no case. Add one, with keys "
        "such as period in its first column and values in its second.",
    ),
    Reason(
        "SHEET_NOT_USED",
        "warning",
        "file",
        "未使用此工作表（{detail}）。若其中有应核算的数据，请更正表名或标题。",
        "This sheet was not used ({detail}). If it holds data that should count, correct its name "
        "or its headings.",
    ),
    Reason(
        "SHEETS_NONE",
        "error",
        "file",
        "文件“{value}”中没有可读的数据表：工作表均为隐藏、空白或属于其他数据表。请取消隐藏或更正表名。",
        "The file '{value}' has no sheet to be read: they are hidden, blank, or other tables by "
        "name. Unhide the sheet, or correct its name.",
    ),
    Reason(
        "SHEET_HIDDEN",
        "warning",
        "file",
        "隐藏的工作表未读取。若其中有应核算的数据，请取消隐藏。",
        "A hidden sheet was not read. Unhide it if it holds data that should count.",
    ),
    Reason(
        "FILE_NAME_ENCODING",
        "error",
        "file",
        "文件名“{value}”不是 UTF-8 文字，无法辨认（多为解压时编码有误）。请改名后再交。",
        "The file name '{value}' is no UTF-8 text, as some programs leave it that unpack archives. "
        "Rename the file.",
    ),
    Reason(
        "MEMBER_HIDDEN",
        "warning",
        "file",
        "压缩包内的“{value}”是隐藏文件（名称以点开头），未读取。若其中有应核算的数据，请改名。",
        "The member '{value}' is a hidden file (its name begins with a dot) and was not read. "
        "Rename it if it holds data that should count.",
    ),
    Reason(
        "ARCHIVE_NOT_USED",
        "warning",
        "file",
        "资料中的压缩包“{value}”没有用到：它不以数据表命名，也不在 records 文件夹里。"
        "若其中有应核算的数据，请改名或解压。",
        "The archive '{value}' in the case was not used: it has the name of no table, and is not "
        "in the folder records. Rename or unpack it if it holds data that should count.",
    ),
)
