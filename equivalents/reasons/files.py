"""Reasons about commands, whole files and the shape of tables."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["FILE_REASONS"]

FILE_REASONS: Final = (
    Reason(
        "OUT_NOT_OURS",
        "error",
        "command",
        "输出文件夹“{value}”非空，且不是以前的核算结果，未作改动。请换一个文件夹。",
        "The folder '{value}' is not empty and holds no earlier result; it was left alone. "
        "Choose another.",
    ),
    Reason(
        "FILE_EXISTS",
        "error",
        "command",
        "文件“{value}”已经存在，未作改动（里面可能有填好的数据）。请换一个文件名。",
        "The file '{value}' exists and was left alone (it may hold data that was filled in). "
        "Choose another name.",
    ),
    Reason(
        "FILE_NAME",
        "error",
        "command",
        "文件名“{value}”应以 {suffix} 结尾。请改名。",
        "The file name '{value}' does not end in {suffix}. Change it.",
    ),
    Reason(
        "TEMPLATE_SOURCES",
        "error",
        "command",
        "来源“{value}”的数据表由列映射给出，工作簿放不下原始导出和映射，未写出。请直接用这份资料核算，"
        "或先去掉 sources，放入本系统的数据表。",
        "The tables of the sources '{value}' come by column maps, and a workbook holds neither the "
        "exports nor the maps; none was written. Settle the case as it is, or remove 'sources' and "
        "put tables of ours in their place.",
    ),
    Reason(
        "TEMPLATE_END",
        "warning",
        "table",
        "不含当日的截止日期“{value}”等 {rows} 处不是日期，无法换算成含当日的，工作簿中在其后注明"
        "{mark}。请改成最后有效的一天。",
        "Ends such as '{value}' are no dates (cells: {rows}), so they have no last day; the "
        "workbook marks them with {mark}, not counting that day. Write the last day that counts.",
    ),
    Reason(
        "TEMPLATE_ROWS",
        "warning",
        "table",
        "有 {value} 行的值与列数不符（此为第一行），各作为一个文本写入工作簿的第一格。"
        "请在工作簿中分列填写。",
        "Rows have more or fewer values than headings ({value}, this is the first); each stands as "
        "one text in its first cell of the workbook. Write its values into their columns.",
    ),
    Reason(
        "REJECTED_ROWS",
        "error",
        "command",
        "有 {count} 条记录被退回，未核算。请按 rejected.csv 更正，或使用 --on-reject quarantine。",
        "Nothing was settled, as records were rejected: {count}. Correct them with the help of "
        "rejected.csv, or use --on-reject quarantine.",
    ),
    Reason(
        "CASE_NOT_FOUND",
        "error",
        "file",
        "找不到核算资料“{value}”。请给出含 case.yaml 的文件夹（用记事本存的，末尾不要带 .txt）。",
        "There is no case at '{value}'. Give the folder that holds case.yaml (with no hidden .txt "
        "behind it).",
    ),
    Reason(
        "TABLE_MISSING",
        "error",
        "file",
        "缺少数据表“{value}”{near}。请在资料中放入 {value}.xlsx 或 {value}.csv"
        "（资料为单个工作簿时，加此名的工作表）。",
        "The table '{value}' is missing{near}. Put {value}.xlsx or {value}.csv in the "
        "case (a case that is one workbook: a sheet of that name).",
    ),
    Reason(
        "TABLE_TWICE",
        "error",
        "file",
        "数据表“{value}”同时有多个文件：{other}。请只保留一个。",
        "The table '{value}' exists more than once: {other}. Keep one of them.",
    ),
    Reason(
        "RECORDS_TWICE",
        "error",
        "file",
        "“{value}”与“{other}”的服务记录完全相同，都读入会算两次。请删去一个；"
        "若确是不同的服务，请合并在一个文件里。",
        "The records of '{value}' are the same as those of '{other}', and would count twice. "
        "Remove one of them; if the services are genuine, put them into one file.",
    ),
    Reason(
        "FILE_EMPTY",
        "error",
        "file",
        "文件是空的。请重新导出，至少要有标题行。",
        "The file is empty. Export it again; at least a row of headings is needed.",
    ),
    Reason(
        "FILE_ENCODING",
        "error",
        "file",
        "文件编码无法识别（{detail}）。表格请另存为“CSV UTF-8”；"
        ".yaml 文件请用记事本另存，编码选 UTF-8。",
        "The text encoding is not readable ({detail}). Save a table as 'CSV UTF-8', a .yaml file "
        "as plain text in UTF-8, and try again.",
    ),
    Reason(
        "FILE_ENCODING_DOUBT",
        "error",
        "file",
        "文件虽可按 GB18030 解码，但其中 {value} 的文字不像中文{detail}。请另存为“CSV UTF-8”；"
        "或在 case.yaml 的 reading 下写 encoding: 实际编码（可写 {allowed}；"
        "确为 GB18030 的写 gb18030）。",
        "The file can be decoded as GB18030, but {value} of its characters are hardly Chinese"
        "{detail}. Save it as 'CSV UTF-8'; or declare its encoding in case.yaml, under reading, as "
        "encoding: one of {allowed} (gb18030 if it is that).",
    ),
    Reason(
        "FILE_DELIMITER_DOUBT",
        "error",
        "file",
        "看不出用什么符号分隔各列（可能是 {value}）。请在 case.yaml 的 reading 下写 "
        "delimiter: 实际的分隔符（可写 {allowed}），或另存为用逗号分隔的 CSV。",
        "Which sign parts the columns is left open (it may be {value}). Declare it in case.yaml, "
        "under reading, as delimiter: one of {allowed}; or save a CSV with commas.",
    ),
    Reason(
        "FILE_FORMAT",
        "error",
        "file",
        "不能从“{value}”文件读取数据表（可读：{detail}）。请另存为 xlsx 或 CSV（UTF-8）。",
        "No table is read from a file of this kind, '{value}' (but from {detail}). "
        "Save it as xlsx or CSV (UTF-8).",
    ),
    Reason(
        "FILE_DAMAGED",
        "error",
        "file",
        "文件无法读取：{detail}。请重新导出。",
        "The file cannot be read: {detail}. Export it again.",
    ),
    Reason(
        "FLOAT_COLUMN",
        "error",
        "file",
        "列“{value}”是浮点数，不能用于数量、当量值或金额。请改为文本或 decimal 类型再导出。",
        "The column '{value}' holds binary floats, which are never exact quantities, weights or "
        "money. Export it as text or decimal.",
    ),
    Reason(
        "COLUMN_TYPE",
        "error",
        "file",
        "列“{value}”的类型 {detail} 不能使用。请改为文本。",
        "The column '{value}' has the unusable type {detail}. Export it as text.",
    ),
    Reason(
        "TIME_COLUMN",
        "error",
        "file",
        "日期列“{value}”的类型 {detail} 带有时间。请导出为不带时间的日期；不带时区的，也可声明 "
        "times: truncate，按其年月日读取。",
        "The date column '{value}' has the type {detail}, which is more than a date. Export dates; "
        "one without a time zone can also be read as its days: declare times: truncate.",
    ),
    Reason(
        "TIMES_TRUNCATED",
        "warning",
        "table",
        "“{column}”列有 {value} 个日期带有时间，已按声明只读其年月日。"
        "请核实午夜前后的服务归入哪一天。",
        "Dates in the column '{column}' with a time of day: {value}. As declared they were read as "
        "their days. Check to which day work around midnight belongs.",
    ),
    Reason(
        "DATES_READ",
        "note",
        "table",
        "“{column}”列有 {value} 个日期不是 2025-03-31 的形式，已按年、月、日的先后读取"
        "（{detail}）。请抽查几行。",
        "Dates in the column '{column}' in another form than 2025-03-31: {value}. They were read "
        "as year, month, day ({detail}). Check some of them.",
    ),
    Reason(
        "COLUMN_MISSING",
        "error",
        "table",
        "缺少必需的列“{column}”{near}。请补上该列或更正列名。",
        "The required column '{column}' is missing{near}. Add it or correct its heading.",
    ),
    Reason(
        "COLUMN_TWICE",
        "error",
        "table",
        "列“{column}”出现两次（{other}）。请删除其中之一。",
        "The column '{column}' appears twice ({other}). Remove one of them.",
    ),
    Reason(
        "COLUMN_UNKNOWN",
        "warning",
        "table",
        "未识别的列“{value}”{near}，未予使用。若应使用，请更正列名。",
        "The column '{value}' is not known{near} and was not used. "
        "Correct its heading if it should be.",
    ),
    Reason(
        "NOT_SUPPORTED",
        "error",
        "table",
        "本版本尚不支持“{value}”，不能忽略它继续计算。请移除后再试。",
        "'{value}' is not supported by this version, and ignoring it would change pay. "
        "Remove it, or wait for the version that has it.",
    ),
    Reason(
        "TABLE_EMPTY",
        "error",
        "table",
        "数据表没有任何数据行。请补充数据。",
        "The table has headings but no rows. Add at least one.",
    ),
    Reason(
        "ROW_SHAPE",
        "error",
        "form",
        "本行字段数为 {found}，标题行为 {expected} 列。请检查是否多了或少了逗号、引号。",
        "This row has {found} fields where the headings have {expected}. "
        "Look for a missing or extra comma or quote.",
    ),
    Reason(
        "VALUE_MISSING",
        "error",
        "form",
        "必填项“{column}”为空。请填写。",
        "The required value '{column}' is blank. Fill it in.",
    ),
    Reason(
        "ID_TWICE",
        "error",
        "table",
        "编号“{value}”重复（另见{other}）。请删除或更正其中一行。",
        "The id '{value}' appears again (see also {other}). Remove or correct one of the rows.",
    ),
    Reason(
        "ID_UNKNOWN",
        "error",
        "table",
        "“{column}”的值“{value}”不存在{near}。请更正，或先登记它。",
        "The {column} '{value}' does not exist{near}. Correct it, or register it first.",
    ),
    Reason(
        "NUMBER_INVALID",
        "error",
        "table",
        "“{value}”不是规范的数字（{detail}）。请填写如 1.5 的普通十进制数。",
        "'{value}' is not a plain decimal number ({detail}). Write it like 1.5.",
    ),
    Reason(
        "AMOUNT_INVALID",
        "error",
        "table",
        "金额“{value}”无效（{detail}）。金额以元为单位，最多两位小数，不得为负。",
        "The amount '{value}' is not valid ({detail}). Amounts are yuan with at most two "
        "decimals and are never negative.",
    ),
    Reason(
        "FLAG_INVALID",
        "error",
        "table",
        "“{value}”不是有效的标志。请填 1、0 或留空。",
        "'{value}' is not a flag. Write 1 or 0, or leave it blank.",
    ),
    Reason(
        "DATES_REVERSED",
        "error",
        "table",
        "截止日期 {value} 不晚于起始日期 {other}。请更正（机器文件中截止日期不含当日）。",
        "The end {value} is not after the start {other}. Correct it "
        "(ends are exclusive in machine files).",
    ),
)
