"""Reasons about files of others: what kind they are, and what is not opened."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["SAFETY_REASONS"]

SAFETY_REASONS: Final = (
    Reason(
        "FILE_UNREADABLE",
        "error",
        "file",
        "文件无法解析（{detail}）。请用 Excel 或 WPS 打开后另存为 xlsx 或“CSV UTF-8”，再试。",
        "The file cannot be read ({detail}). Open it in Excel or WPS, save it as xlsx or as 'CSV "
        "UTF-8', and try again.",
    ),
    Reason(
        "TEMP_FULL",
        "error",
        "file",
        "临时文件夹“{value}”所在的磁盘已满，文件没有读完，文件本身不一定有问题。请腾出空间，"
        "或把环境变量 TMPDIR 设为有空间的文件夹，再试。",
        "The disk of the folder for temporary files, '{value}', is full; the file was not read to "
        "its end and may be sound. Make room, or set TMPDIR to a folder with room, and try again.",
    ),
    Reason(
        "FILE_KIND_DIFFERS",
        "warning",
        "file",
        "文件名以“{value}”结尾，内容却是{kind}；已按内容读取。请核实是否为要交的文件。",
        "The name ends with '{value}', but the content is {kind}; it was read as that. Check that "
        "this is the file you mean.",
    ),
    Reason(
        "FILE_NO_TABLE",
        "error",
        "file",
        "文件内容是{kind}，不能从中读取数据表。请用 Excel 或 WPS 打开（压缩包请先解压），"
        "另存为 xlsx 或“CSV UTF-8”再交。",
        "The content is {kind}, from which no table is read. Open it in Excel or WPS (unpack an "
        "archive first) and save it as xlsx or as 'CSV UTF-8'.",
    ),
    Reason(
        "FILE_ENCRYPTED",
        "error",
        "file",
        "文件设有密码，无法读取。请去掉密码后另存再交。",
        "The file has a password and cannot be read. Save it without one.",
    ),
    Reason(
        "SHEET_TOO_LARGE",
        "error",
        "file",
        "工作表有 {value} {what}，超过上限 {most}（由 {setting} 设定）。"
        "若确有这么多数据，请分成多个工作表，或提高上限；否则请删去远处多余的单元格。",
        "The sheet has {value} {what}, more than {most} (set by {setting}). If the data is as "
        "large as that, split it into several sheets or raise the limit; if not, remove the cells "
        "far away from it.",
    ),
    Reason(
        "SHEET_ERRORS",
        "error",
        "file",
        "工作表里有 {value} 这样的错误值，在 ods 中会被读成空白或 0，未予读取。"
        "请更正公式或清除这些单元格，或另存为 xlsx（那里能指出是哪一格）。",
        "A sheet shows errors like {value}, which an ods gives as blanks or zeros; it was not "
        "read. Correct or clear these cells, or save it as xlsx, of which the very cells are told.",
    ),
    Reason(
        "SHEET_PADDED",
        "error",
        "file",
        "工作表里有按格式显示前导零的数值（{value}），无法确定是哪些单元格，作编号时会读错，未予读取。"
        "请把这些列设为“文本”格式后重新填写，或另存为 xlsx。",
        "A sheet has numbers that its formats show with other digits ({value}); which cells they "
        "are is not known, and as ids they would be read wrongly, so it was not read. Format "
        "these columns as text and write them anew, or save it as xlsx.",
    ),
    Reason(
        "SHEETS_TOO_MANY",
        "error",
        "file",
        "工作簿有 {value} 个工作表，超过上限 {most}（由 {setting} 设定）。请拆成多个工作簿。",
        "The workbook has {value} sheets, more than {most} (set by {setting}). Split it into "
        "several workbooks.",
    ),
    Reason(
        "MACROS_IGNORED",
        "warning",
        "file",
        "工作簿含有宏；宏从不运行，只读取已保存的单元格。",
        "The workbook has macros. They are never run; only the saved cells were read.",
    ),
    Reason(
        "XML_DECLARATIONS",
        "error",
        "file",
        "文件内的 {value} 含有 DTD 或实体声明，正常的工作簿没有这些，未予打开。"
        "请用 Excel 或 WPS 打开后另存为 xlsx。",
        "The part {value} declares a DTD or entities, which no proper workbook has; it was not "
        "opened. Open the file in Excel or WPS and save it as xlsx.",
    ),
    Reason(
        "XML_TOO_DEEP",
        "error",
        "file",
        "文件内的 {value} 嵌套层数异常，未予打开。请用 Excel 或 WPS 打开后另存为 xlsx。",
        "The part {value} is nested as deep as no proper workbook is; it was not opened. Open the "
        "file in Excel or WPS and save it as xlsx.",
    ),
    Reason(
        "UNPACKED_TOO_LARGE",
        "error",
        "file",
        "解压后有 {value} MB，超过上限 {most} MB（由 {setting} 设定），未予打开。"
        "请分成较小的文件，或提高上限。",
        "Unpacked it has {value} MB, more than {most} (set by {setting}); it was not opened. Split "
        "it into smaller files or raise the limit.",
    ),
    Reason(
        "PACKED_TOO_DENSE",
        "error",
        "file",
        "压缩包内的 {value} 解压后是压缩前的 {ratio} 倍，超过上限 {most}（由 {setting} 设定），"
        "像是压缩炸弹，未予打开。请重新导出。",
        "The member {value} unpacks to {ratio} times its size, more than {most} (set by {setting}),"
        " like a zip bomb; it was not opened. Export the file again.",
    ),
    Reason(
        "MEMBERS_TOO_MANY",
        "error",
        "file",
        "压缩包内有 {value} 个文件，超过上限 {most}（由 {setting} 设定），未予打开。"
        "请分成多个压缩包。",
        "The archive has {value} files, more than {most} (set by {setting}); it was not opened. "
        "Split it into several.",
    ),
    Reason(
        "MEMBER_TWICE",
        "error",
        "file",
        "压缩包内有两个名为 {value} 的文件，不知以哪个为准，未予打开。请重新打包或另存。",
        "Two members are named {value}, and it is not known which one counts; it was not opened. "
        "Pack it anew or save it anew.",
    ),
    Reason(
        "MEMBER_LINK",
        "error",
        "file",
        "压缩包内的 {value} 是链接，没有内容。请放入文件本身再打包。",
        "The member {value} is a link and has no content. Pack the file itself.",
    ),
    Reason(
        "MEMBER_NAME_UNSAFE",
        "warning",
        "file",
        "压缩包内的名称“{value}”带有路径或不可见字符，只显示为“{other}”，从不用作路径。",
        "The name '{value}' in the archive has a way up, a drive or characters that cannot be "
        "seen; it is shown as '{other}' and never used as a path.",
    ),
    Reason(
        "ARCHIVE_NESTED",
        "error",
        "file",
        "压缩包里又有压缩包，套了 {value} 层，超过上限 {most}（由 {setting} 设定），未予打开。"
        "请先解压里面的压缩包。",
        "Archives lie inside archives {value} deep, more than {most} (set by {setting}); it was "
        "not opened. Unpack the inner ones first.",
    ),
)
