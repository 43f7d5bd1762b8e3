"""Reasons about files as they are: where the table is, rows left out, cells that are refused."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["SHAPE_REASONS"]

SHAPE_REASONS: Final = (
    Reason(
        "HEADINGS_NOT_FOUND",
        "error",
        "file",
        "前 40 行中找不到数据表（{detail}）的标题行；最接近的一行有：{near}，缺少：{missing}。"
        "请核对是否放错了文件，并按说明写列名。",
        "No row among the first 40 holds the headings of a table ({detail}); the nearest has: "
        "{near}, and lacks: {missing}. Is it the right file? Give the columns their headings.",
    ),
    Reason(
        "TABLE_DOUBT",
        "error",
        "file",
        "标题同时符合几张数据表（{detail}），无法确定是哪一张。请用表名作为文件名或工作表名。",
        "The headings fit several tables ({detail}), so it is not certain which it is. "
        "Name the file or the sheet by its table.",
    ),
    Reason(
        "DATA_ABOVE_HEADINGS",
        "error",
        "file",
        "标题行（第 {heading} 行）之上有 {count} 行像是数据，第一行是：“{value}”。"
        "标题之上的行不会读入。请把这些行移到标题之下，或删除。",
        "Above the headings in row {heading} there are rows that look like data: {count}, the "
        "first is '{value}'. Rows above the headings are not read. Move them below, or delete "
        "them.",
    ),
    Reason(
        "DATA_NO_HEADINGS",
        "error",
        "file",
        "此工作表（或网页表格）没有标题行，但从本行起像是与另一张表同样的数据，不会读入。"
        "请在数据上方写上标题行；若不是数据，请删除此表。",
        "This sheet (or table of a page) has no headings, yet from this row on it holds what "
        "looks like data of the other one, which would not be read. Write headings above it, or "
        "delete it if it is none.",
    ),
    Reason(
        "ROW_LEFT_OUT",
        "warning",
        "table",
        "本行不是数据，未读入（{detail}）：“{value}”。若是数据，请补全必需的编号。",
        "This row is no data and was left out ({detail}): '{value}'. "
        "If it is data, fill in its ids.",
    ),
    Reason(
        "ROWS_HIDDEN",
        "note",
        "table",
        "有 {value} 行是隐藏的或被筛选掉的，照常读入并核算。若不应计入，请删除这些行。",
        "Rows that are hidden or filtered: {value}. They are read and count like any. "
        "Delete them if they should not.",
    ),
    Reason(
        "COLUMNS_HIDDEN",
        "note",
        "table",
        "{value} 列是隐藏的，照常读入。请核对其中的内容。",
        "The columns {value} are hidden; they are read like any. Please check what they hold.",
    ),
    Reason(
        "ROWS_LEFT_OUT",
        "warning",
        "table",
        "共有 {value} 行不是数据，未读入；只列出前 {listed} 行。",
        "Rows that are no data and were left out: {value}; the first {listed} are listed.",
    ),
    Reason(
        "ROW_LABEL",
        "error",
        "form",
        "“{column}”的值“{value}”像是合计或签名，但本行其余编号都已填写。请删除此行，或更正编号。",
        "The {column} '{value}' reads like a total or a signature, but all else is filled in. "
        "Delete the row, or correct the id.",
    ),
    Reason(
        "VALUE_OUTSIDE",
        "warning",
        "table",
        "没有标题的列中有 {value} 个单元格有内容，未予使用。若应使用，请给该列写上标题。",
        "Cells in columns without a heading: {value}. They were not used; "
        "give the column a heading if they should be.",
    ),
    Reason(
        "CELLS_UNDERSTOOD",
        "note",
        "table",
        "“{column}”列：{detail}，共 {count} 处，如“{example}”读作“{read_as}”。请核对。",
        "The column '{column}': {detail}; cells: {count}, for example '{example}' was read as "
        "'{read_as}'. Please check.",
    ),
    Reason(
        "CELL_ERROR",
        "error",
        "form",
        "“{column}”的单元格是公式错误“{value}”。请在 Excel 中更正公式，或填写数值。",
        "The cell of '{column}' holds the formula error '{value}'. Correct the formula in "
        "Excel, or write the value.",
    ),
    Reason(
        "CELL_FORMULA",
        "error",
        "form",
        "“{column}”的单元格是公式，但文件里没有保存计算结果。请在 Excel 中打开文件，保存后再交。",
        "The cell of '{column}' is a formula whose result was not saved. Open the file in Excel, "
        "save it, and send it again.",
    ),
    Reason(
        "CELL_INFINITE",
        "error",
        "form",
        "“{column}”的数值“{value}”超出可以表示的范围，原来的数无从得知。请填写正确的值。",
        "The number '{value}' in '{column}' is beyond what can be held, so what it was is not "
        "known. Write the right value.",
    ),
    Reason(
        "CELL_CONTROL",
        "error",
        "form",
        "“{column}”的值含有看不见的控制字符，可能与别的编号只差这一个字符。请重新填写此单元格。",
        "The value of '{column}' holds a control character, which nobody sees. "
        "Write the cell anew.",
    ),
    Reason(
        "CELL_BOOLEAN",
        "error",
        "form",
        "“{column}”的单元格是逻辑值“{value}”，这里不能用。请填写编号或数字。",
        "The cell of '{column}' is the logical value '{value}', which cannot stand here. "
        "Write the id or number.",
    ),
    Reason(
        "CELL_DATE",
        "error",
        "form",
        "“{column}”的单元格被 Excel 变成了日期或时间“{value}”，原来写的是什么已无从得知。"
        "请把该列设为“文本”格式后重新填写或重新导出。",
        "Excel made a date or time of the cell of '{column}' ('{value}'), and what was written is "
        "lost. Format the column as text, then write it anew or export again.",
    ),
    Reason(
        "ID_SCIENTIFIC",
        "error",
        "form",
        "“{column}”的编号被 Excel 变成了数值“{value}”，15 位以后的数字已经丢失。"
        "请把该列设为“文本”格式后重新导出，不要先用 Excel 打开 CSV 再保存。",
        "Excel made the number '{value}' of the id in '{column}'; its digits after the fifteenth "
        "are lost. Format the column as text and export again; do not save a CSV in Excel.",
    ),
    Reason(
        "ID_FRACTION",
        "error",
        "form",
        "“{column}”的编号被 Excel 变成了小数“{value}”，末尾的零可能已丢失（2.10 会变成 2.1）。"
        "请把该列设为“文本”格式后重新填写或重新导出。",
        "Excel made the decimal number '{value}' of the id in '{column}'; a zero at its end may be "
        "lost (2.10 becomes 2.1). Format the column as text, then write it anew or export again.",
    ),
    Reason(
        "ID_FORMAT",
        "error",
        "form",
        "“{column}”的编号是数值“{value}”，方括号里的数字格式把它显示成另一个样子"
        '（如 "P"000 显示 P012），'
        "哪一个才是编号不作猜测。请把该列设为“文本”格式，按显示的样子填写编号，或重新导出。",
        "The id in '{column}' is the number '{value}', which the number format in brackets shows "
        'as something else ("P"000 shows P012); which of them is the id is not guessed. '
        "Format the column as text and write the id as it shows, or export again.",
    ),
    Reason(
        "DATE_DOUBT",
        "error",
        "form",
        "“{column}”的日期“{value}”可以有几种读法，不作猜测。请写成 2025-03-31 的形式。",
        "The date '{value}' in '{column}' can be read in more than one way and is not guessed. "
        "Write it like 2025-03-31.",
    ),
    Reason(
        "DATE_SERIAL",
        "error",
        "form",
        "“{column}”的“{value}”像是 Excel 的日期序号，但从哪一年起算无从得知。"
        "请把该列设为日期格式（yyyy-mm-dd）后再导出。",
        "'{value}' in '{column}' looks like a serial number of Excel's days, but from which year "
        "it counts is not known. Give the column the format yyyy-mm-dd and export again.",
    ),
)
