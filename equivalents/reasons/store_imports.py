"""Reasons of the store's room of imports: files that came before, rows, segments."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["STORE_IMPORT_REASONS"]

STORE_IMPORT_REASONS: Final[tuple[Reason, ...]] = (
    Reason(
        "IMPORT_FILE_ABSENT",
        "error",
        "command",
        "找不到要导入的文件“{value}”，或它无法读取。请核对路径和权限。",
        "There is no file to import at '{value}', or it cannot be read. Check the path and its "
        "rights.",
    ),
    Reason(
        "IMPORT_KNOWN",
        "note",
        "command",
        "文件“{value}”已经导入过（第 {import} 次导入），内容和读法都相同，这次没有写入任何内容。",
        "The file '{value}' was imported before (import {import}), with the same bytes read in the "
        "same way; nothing was written this time.",
    ),
    Reason(
        "IMPORT_WAS_REPLACED",
        "error",
        "command",
        "这个文件就是第 {import} 次导入，它已被第 {by} 次导入替换，不再导入，以免旧内容混入。"
        "若确要恢复旧内容，请用 --replaces {by}。",
        "This file was import {import}, which import {by} replaced; it is not imported again, so "
        "that old rows do not come back by chance. To bring them back, use --replaces {by}.",
    ),
    Reason(
        "IMPORT_UNKNOWN",
        "error",
        "command",
        "没有第 {value} 次导入，或它是一次作废。请用 equivalents import --list 查看编号。",
        "There is no import {value}, or it is a void. equivalents import --list has the numbers.",
    ),
    Reason(
        "IMPORT_REPLACED",
        "error",
        "command",
        "第 {value} 次导入已被第 {by} 次导入替换或作废，不能再替换。请针对第 {by} 次导入操作。",
        "Import {value} was replaced or voided by import {by} and cannot be replaced again. "
        "Replace import {by} instead.",
    ),
    Reason(
        "IMPORT_REPLACES_ONE",
        "error",
        "command",
        "替换一次导入时只能给出一个文件，现在有 {value} 个。",
        "One file replaces an import; {value} were given.",
    ),
    Reason(
        "IMPORT_RETAIN",
        "error",
        "command",
        "“{value}”不是保留期限。请写成 2035-12-31 的形式：原文件从这一天起可以删除。",
        "'{value}' is no retention date. Write it like 2035-12-31: the file may go from then on.",
    ),
    Reason(
        "IMPORT_REJECTED",
        "error",
        "command",
        "有 {count} 条记录被退回，所有文件都没有导入。请更正后再导入，"
        "或使用 --on-reject quarantine 隔离它们。",
        "Nothing of any file was imported, as records were rejected: {count}. Correct them, or set "
        "them aside by --on-reject quarantine.",
    ),
    Reason(
        "RECORD_ID_STANDS",
        "error",
        "identity",
        "记录编号“{value}”已在数据库中，但内容不同（见 {other}）。若这是更正，请用 --replaces "
        "替换原来那次导入；若是另一条记录，请改用另一个编号。",
        "The record id '{value}' stands in the store already with other content (see {other}). If "
        "this corrects it, replace that import by --replaces; if it is another record, give it "
        "another id.",
    ),
    Reason(
        "LATE_ROWS",
        "warning",
        "policy",
        "文件“{value}”中有 {count} 条记录的服务日期在已锁定的期间 {period} 内。已收下，记入之后"
        "第一个未锁定的期间 {posted}；已锁定的结果不变，差额用补发扣回处理。",
        "The file '{value}' has {count} records of the locked period {period}. They are kept and "
        "posted to the first open period after it, {posted}; what is locked does not change, and "
        "the difference is paid as an adjustment.",
    ),
    Reason(
        "UPLOAD_NOT_KEPT",
        "warning",
        "command",
        "“{value}”的原件没有存入数据库（超过 200 MB，或来自数据库查询，"
        "或可能含居民编号而没有给出县级密钥），只保留了它的散列和大小。请另行保管原件。",
        "The original of '{value}' is not kept in the store (it is over 200 MB, or came from a "
        "query, or may have ids of residents and no county key was given); its hash and size are. "
        "Keep the original elsewhere.",
    ),
    Reason(
        "UPLOAD_ROWS",
        "error",
        "command",
        "上传的文件超过 {value} 行，没有导入任何内容。请按月份或机构拆成几个文件，分别上传。",
        "The upload has more than {value} rows, and nothing of it was imported. Part it by months "
        "or institutions and upload each file by itself.",
    ),
    Reason(
        "UPLOAD_DATABASE",
        "error",
        "command",
        "上传的资料不能让服务器去查询数据库（case.yaml 的 sources 里有 url）。"
        "请先导出成文件再上传。",
        "An upload cannot have the server ask a database (a url under sources in case.yaml). "
        "Export it to a file and upload that.",
    ),
    Reason(
        "SEGMENTS_PLACE",
        "error",
        "command",
        "记录段无法写到 {value}：{detail}。没有写入任何内容。"
        "请核对环境变量 EQUIVALENTS_SEGMENTS 和权限。",
        "Segments cannot be written to {value}: {detail}. Nothing was written. Check "
        "EQUIVALENTS_SEGMENTS and its rights.",
    ),
    Reason(
        "SEGMENT_ABSENT",
        "error",
        "command",
        "第 {value} 个记录段的内容不见了（{place}）。请核对 EQUIVALENTS_SEGMENTS 指向的文件夹，"
        "或从备份恢复。",
        "The body of segment {value} is not there ({place}). Check the folder that "
        "EQUIVALENTS_SEGMENTS names, or restore a backup.",
    ),
    Reason(
        "SEGMENT_DAMAGED",
        "error",
        "command",
        "第 {value} 个记录段的内容与登记的散列不符（{place}），不予使用。"
        "请运行 equivalents db verify，并从备份恢复。",
        "The body of segment {value} does not have the hash that was kept ({place}) and is not "
        "used. Run equivalents db verify and restore a backup.",
    ),
)
