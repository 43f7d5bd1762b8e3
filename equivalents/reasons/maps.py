"""Reasons about column maps 列映射 and the rows of mapped sources."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["MAP_REASONS"]

MAP_REASONS: Final = (
    Reason(
        "MAP_UNKNOWN",
        "error",
        "rules",
        "找不到列映射“{value}”{near}。请写资料文件夹内的路径，或随附映射的名称。",
        "There is no column map '{value}'{near}. Name a path inside the case, or a shipped map.",
    ),
    Reason(
        "MAP_NAME",
        "error",
        "rules",
        "映射名“{value}”与文件名“{file}”不一致。请改成一致。",
        "The map calls itself '{value}' but its file is named '{file}'. Make them the same.",
    ),
    Reason(
        "MAP_PROPOSED",
        "error",
        "rules",
        "列映射“{value}”还只是建议稿。请逐行核对，更正后删去 proposed 一行。",
        "The column map '{value}' is still a proposal. Check every line, correct it, and remove "
        "the line 'proposed'.",
    ),
    Reason(
        "MAP_COLUMN_MISSING",
        "error",
        "rules",
        "映射没有给出必需的列“{value}”。请在 columns、join 或 constants 中写明它从何而来。",
        "The map does not make the required column '{value}'. Say under columns, join or constants "
        "where it comes from.",
    ),
    Reason(
        "MAP_COLUMN_TWICE",
        "error",
        "rules",
        "列“{value}”有两种来历（另见 {other}）。请只保留一种。",
        "The column '{value}' is made in two ways (see {other}). Keep one of them.",
    ),
    Reason(
        "MAP_UNUSED",
        "error",
        "rules",
        "映射为“{value}”写了代码对照，但没有任何列取自来源。请补上该列，或删去这一段。",
        "The map has codes for '{value}', but no column of the source is read for it. Add the "
        "column, or remove the codes.",
    ),
    Reason(
        "MAP_ENDS_MISSING",
        "error",
        "rules",
        "来源的截止日期读作“{value}”，但没有写明是否含当日。"
        "请写 ends: inclusive（含）或 exclusive。",
        "End dates of the source are read as '{value}', but nothing says whether they count their "
        "day. Write ends: inclusive or ends: exclusive.",
    ),
    Reason(
        "MAP_NO_DAY",
        "error",
        "rules",
        "“{value}”对照表带有日期，但映射没有给出表 {table} 的日期列，无法判断按哪一天对照。",
        "The codes of '{value}' have dates, but the map makes no date column of the table {table}, "
        "so there is no day to look them up by. Add that column, or remove the dates.",
    ),
    Reason(
        "MAP_CODES_WHERE",
        "error",
        "rules",
        "“{value}”对照表请写 file（资料中的文件）或 rows（写在映射里），二者取一。",
        "The codes of '{value}' stand either in a file of the case (file) or here (rows): write "
        "one of the two.",
    ),
    Reason(
        "MAP_TABLE_MISSING",
        "error",
        "rules",
        "找不到对照表文件“{value}”{near}。请放入资料文件夹，路径相对于映射文件或资料文件夹。",
        "The table of codes '{value}' is not there{near}. Put it into the case; its path starts "
        "from the folder of the map or of the case.",
    ),
    Reason(
        "MAP_CODE_TWICE",
        "error",
        "rules",
        "来源编码“{value}”在 {day} 同时对应 {one} 和 {two}（另见 {other}）。请改正起止日期。",
        "The source code '{value}' stands for both {one} and {two} on {day} (see {other}). Correct "
        "the dates.",
    ),
    Reason(
        "MAP_FILTER",
        "error",
        "rules",
        "筛选规则须写明 column，以及 drop（剔除这些值）或 keep（只留这些值）之一。",
        "A filter names a column, and either drop (leave these values out) or keep (only these).",
    ),
    Reason(
        "MAP_HEADING_MISSING",
        "error",
        "table",
        "没有列“{value}”{near}，映射 {map} 要从它读取 {column}。请核对导出的列，或更正映射。",
        "There is no column '{value}'{near}, from which the map {map} reads {column}. Check the "
        "export, or correct the map.",
    ),
    Reason(
        "MAP_HEADING_TWICE",
        "error",
        "table",
        "“{value}”都能读作 {column}，无法确定用哪一列。请在映射中只保留正确的一个。",
        "Each of '{value}' could be read as {column}. Keep only the right one in the map.",
    ),
    Reason(
        "MAP_ROWS_LEFT_OUT",
        "note",
        "table",
        "按映射 {map} 的筛选规则“{rule}”，{rows} 行中有 {value} 行不属于本核算，未读入。",
        "By the filter '{rule}' of the map {map} rows are not meant for this settlement and were "
        "left out: {value} of {rows}.",
    ),
    Reason(
        "MAP_VALUE_UNLISTED",
        "error",
        "form",
        "“{value}”不在列映射的代码对照中。请补入对照，或更正该值。",
        "'{value}' is not among the codes of the column map. Add it there, or correct it.",
    ),
    Reason(
        "MAP_CODE_UNLISTED",
        "error",
        "form",
        "来源编码“{value}”不在对照表中。请在对照表中写明它对应谁或什么。",
        "The source code '{value}' is not in the table of codes. Say there what it stands for.",
    ),
    Reason(
        "MAP_CODE_NOT_THEN",
        "error",
        "form",
        "来源编码“{value}”在该日没有对应。请在对照表中补上这段日期，或更正服务日期。",
        "The source code '{value}' stands for nothing on that day. Add these days to the table of "
        "codes, or correct the date.",
    ),
    Reason(
        "MAP_DAY_UNKNOWN",
        "error",
        "form",
        "日期为空或无法识别，不能确定来源编码“{value}”当日对应谁。请更正日期。",
        "The date is blank or unreadable, so what the source code '{value}' stands for cannot be "
        "told. Correct the date.",
    ),
    Reason(
        "MAP_UNIT_UNLISTED",
        "error",
        "form",
        "数量“{value}”的单位不在列映射的系数中。请补入该单位的系数，或更正单位。",
        "The unit of the quantity '{value}' has no factor in the column map. Add one, or correct "
        "the unit.",
    ),
    Reason(
        "MAP_QUANTITY_PLACES",
        "error",
        "form",
        "数量“{value}”乘以单位系数后超过三位小数，不能舍入。请改用能整除的单位。",
        "The quantity '{value}' times the factor of its unit has more than three decimals and is "
        "not rounded. Use a unit that divides it.",
    ),
    Reason(
        "MAP_JOIN_MARK",
        "error",
        "form",
        "拼接成“{value}”的某一部分含有连接符，两行可能变得相同。请换一个连接符。",
        "A part of '{value}' holds the mark that joins the parts, so two rows could become alike. "
        "Choose another mark.",
    ),
    Reason(
        "SOURCE_WHERE",
        "error",
        "rules",
        "来源“{value}”须写明 map，以及 files（资料内的文件）或 url 和 query（数据库）之一。",
        "The source '{value}' names a map, and either files of the case, or a url and a query of "
        "a database.",
    ),
    Reason(
        "SOURCE_NO_FILES",
        "error",
        "file",
        "资料中没有符合“{value}”的文件{near}。请放入导出文件，或更正 files。",
        "No file of the case fits '{value}'{near}. Put the export there, or correct 'files'.",
    ),
    Reason(
        "SOURCE_FILE_TWICE",
        "error",
        "file",
        "文件“{value}”同时属于来源 {one} 和 {two}，其中的记录会算两次。请更正 files。",
        "The file '{value}' belongs to the sources {one} and {two}, so its rows would count twice. "
        "Correct 'files'.",
    ),
    Reason(
        "DATABASE_ENV",
        "error",
        "command",
        "环境变量“{value}”没有设置，无法得到数据库地址。请先设置它。",
        "The environment variable '{value}' is not set, so the database has no address. Set it.",
    ),
    Reason(
        "DATABASE_URL",
        "error",
        "rules",
        "来源“{value}”的数据库地址不能使用（{detail}）。请写成 postgresql://用户@主机/库 的形式。",
        "The address of the database of '{value}' cannot be used ({detail}). Write it like "
        "postgresql://user@host/database.",
    ),
    Reason(
        "DATABASE_PASSWORD",
        "warning",
        "rules",
        "来源“{value}”的数据库密码写在 case.yaml 里。请改用 url: env:变量名，以免随资料外传。",
        "The password of the database of '{value}' stands in case.yaml. Use url: env:NAME, so that "
        "it does not travel with the case.",
    ),
    Reason(
        "DATABASE_QUERY_KIND",
        "error",
        "rules",
        "来源“{value}”的 query 不是单独一条 SELECT，未执行。只能读取，不能改动数据库。",
        "The query of '{value}' is not one SELECT and was not run. A source only reads.",
    ),
    Reason(
        "DATABASE_CONNECT",
        "error",
        "file",
        "连接不上来源“{value}”的数据库：{detail}。请检查地址、网络和权限。",
        "The database of '{value}' cannot be reached: {detail}. Check address, network and rights.",
    ),
    Reason(
        "DATABASE_QUERY",
        "error",
        "file",
        "来源“{value}”的查询出错：{detail}。请更正 query。",
        "The query of '{value}' failed: {detail}. Correct it.",
    ),
    Reason(
        "DATABASE_LOST",
        "error",
        "file",
        "读取来源“{value}”时连接中断（已读 {rows} 行）：{detail}。未使用其中任何一行，请重试。",
        "The connection was lost while reading '{value}' (rows so far: {rows}): {detail}. None of "
        "them was used. Try again.",
    ),
    Reason(
        "DATABASE_FLOAT",
        "error",
        "file",
        "列“{value}”返回的是浮点数，不能用于数量、当量值或金额。请在 query 中写 "
        "CAST(… AS DECIMAL(12,3))；SQLite 请写 printf('%.3f', …)。",
        "The column '{value}' comes as binary floats, which are never exact quantities, weights or "
        "money. Write CAST(... AS DECIMAL(12,3)) in the query; in SQLite printf('%.3f', ...).",
    ),
    Reason(
        "DATABASE_TYPE",
        "error",
        "file",
        "列“{value}”返回的类型 {detail} 不能使用。"
        "请在 query 中转成文本、整数、DECIMAL 或日期，或不要查询它。",
        "The column '{value}' comes as the unusable type {detail}. Convert it in the query to "
        "text, integer, DECIMAL or date, or leave it out.",
    ),
)
