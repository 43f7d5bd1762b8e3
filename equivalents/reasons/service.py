"""Reasons of the service: what is wrong with a request, whatever it is about."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["SERVICE_REASONS"]


def _error(code: str, zh: str, en: str) -> Reason:
    return Reason(code, "error", "service", zh, en)


SERVICE_REASONS: Final[tuple[Reason, ...]] = (
    _error(
        "ROUTE_UNKNOWN",
        "没有这个地址。请核对路径；全部地址见 /v1/openapi.json。",
        "There is no such address. Check the path; all of them are in /v1/openapi.json.",
    ),
    _error(
        "METHOD_UNKNOWN",
        "这个地址不接受 {value}。可用：{allowed}。",
        "This address does not take {value}. It takes {allowed}.",
    ),
    _error(
        "OBJECT_UNKNOWN",
        "没有“{value}”，或者它不在您的范围内。请核对编号。",
        "There is no '{value}', or it is outside of your scope. Check the id.",
    ),
    _error(
        "BODY_JSON",
        "请求正文不是有效的 JSON：{detail}。请核对引号、逗号和编码（UTF-8）。",
        "The body of the request is no valid JSON: {detail}. Check quotes, commas and the "
        "encoding (UTF-8).",
    ),
    _error(
        "BODY_TYPE",
        "正文类型“{value}”不能用。可用：{allowed}。请改 Content-Type。",
        "The body's type '{value}' cannot be used. Usable: {allowed}. Change Content-Type.",
    ),
    _error(
        "BODY_ENCODING",
        "正文用“{value}”压缩了（Content-Encoding），这里不解压，没有接收。请发送未压缩的正文。",
        "The body is packed by '{value}' (Content-Encoding), which is not undone here; it was not "
        "taken. Send it as it is.",
    ),
    _error(
        "BODY_LARGE",
        "正文超过上限 {limit} 字节，没有接收。请分批发送；上传文件用 POST /v1/imports。",
        "The body is longer than {limit} bytes and was not taken. Send it in parts; files are "
        "uploaded by POST /v1/imports.",
    ),
    _error(
        "BATCH_RECORDS",
        "一批有 {value} 条记录，超过上限 {limit} 条，没有接收。请分成几批发送，或上传文件。",
        "The batch has {value} records, more than {limit}, and was not taken. Send it in parts, or "
        "upload a file.",
    ),
    _error(
        "UPLOAD_BROKEN",
        "上传中断，没有收下任何内容。请重新上传。",
        "The upload broke off and nothing of it was taken. Upload it again.",
    ),
    _error(
        "UPLOAD_UNWRITABLE",
        "服务器的工作文件夹无法写入（{detail}），没有收下任何内容。请联系维护人员腾出空间或核对权限，"
        "再重新上传。",
        "The working folder of the service cannot be written ({detail}), and nothing was taken. "
        "Have whoever keeps the service make room or check its rights, then upload again.",
    ),
    _error(
        "UPLOAD_REJECTED",
        "有 {count} 条记录被退回，没有导入任何内容。请按 errors 逐条更正后重新上传，"
        "或用 on_error=quarantine_rows 先收下其余的。",
        "Nothing was imported, as records were rejected: {count}. Correct what errors lists and "
        "upload it again, or take the others in with on_error=quarantine_rows.",
    ),
    Reason(
        "UPLOAD_PARTLY",
        "note",
        "service",
        "资料中排在前面的文件已经导入（{value}）；其余的没有导入。更正后重新上传整份资料即可，"
        "已导入的不会重复。",
        "The first files of the case were imported ({value}), the others were not. Upload the "
        "whole of it again once it is corrected: what is in does not come twice.",
    ),
    _error(
        "FIELD_INVALID",
        "字段的内容不合要求：{detail}。",
        "A field is not as it should be: {detail}.",
    ),
    _error(
        "FIELD_MISSING",
        "缺少必填字段。请补上。",
        "A required field is missing. Add it.",
    ),
    _error(
        "FIELD_UNKNOWN",
        "没有这个字段。请核对名称，或去掉它。",
        "There is no such field. Check its name, or leave it out.",
    ),
    _error(
        "CURSOR_INVALID",
        "cursor“{value}”不是本服务给出的，或不属于这个列表。请从头列出（不带 cursor）。",
        "The cursor '{value}' was not given by this service, or not for this list. Begin anew, "
        "without a cursor.",
    ),
    _error(
        "IDEMPOTENCY_KEY",
        "Idempotency-Key 应为 1 至 200 个可见的 ASCII 字符。",
        "An Idempotency-Key has 1 to 200 visible ASCII characters.",
    ),
    _error(
        "IDEMPOTENCY_OTHER",
        "这个 Idempotency-Key 已用于另一个请求。新的请求请用新的键。",
        "This Idempotency-Key was used for another request. Use a new key for a new request.",
    ),
    _error(
        "IDEMPOTENCY_IN_FLIGHT",
        "同一个 Idempotency-Key 的请求正在处理。请稍后用同一键再发。",
        "A request of this Idempotency-Key is being answered. Send it again a little later with "
        "the same key.",
    ),
    _error(
        "ETAG_MISSING",
        "修改须带 If-Match：先读取，再把 ETag 原样放进 If-Match；新建则带 If-None-Match: *。",
        "An edit needs If-Match: read first, then put the ETag into If-Match as it is. What is "
        "new needs If-None-Match: *.",
    ),
    _error(
        "ETAG_OTHER",
        "内容已被他人改动。请重新读取，核对后再改。",
        "Somebody changed it meanwhile. Read it again, look at the change, then edit.",
    ),
    _error(
        "EXPORT_UNAPPROVED",
        "期间 {value} 还没有经共同体审批的结果，不能导出。请先完成审批。",
        "The period {value} has no result that the community approved, so nothing is exported. "
        "Have it approved first.",
    ),
    _error(
        "EXPORT_GONE",
        "导出“{value}”的文件已清理，且现在做不出相同的字节（如程序换了版本）；控制数仍在。请重新导出。",
        "The file of the export '{value}' was tidied away, and cannot be made with the same bytes "
        "now, as by another version of the program; its control total stays. Export anew.",
    ),
    _error(
        "EXPORT_CONTROL",
        "控制数不符：导出“{value}”为 {people} 人、{amount} 元。请核对是否取齐，再签收。",
        "The control total differs: the export '{value}' has {people} people and {amount} yuan. "
        "See that the whole of it was taken, then acknowledge.",
    ),
    _error(
        "READBACK_PERSON",
        "这批导出里没有机构 {institution} 的“{value}”。请核对工号和机构编号；整批没有写入。",
        "The export does not pay '{value}' at institution {institution}. Check the staff number "
        "and the institution; nothing of the batch was kept.",
    ),
    _error(
        "READBACK_TWICE",
        "“{value}”在这一批里出现两次。请每人每机构只留一行；整批没有写入。",
        "'{value}' is in this batch twice. Leave one row for a person at an institution; nothing "
        "of the batch was kept.",
    ),
    _error(
        "WEBHOOK_STOPPED",
        "回调“{value}”已停用，不再发送。请先重新启用（PATCH，active 为 true），再发送。",
        "The webhook '{value}' is off, so nothing is sent. Turn it on again (PATCH, active: true), "
        "then send.",
    ),
    _error(
        "VALUE_HIDDEN",
        "“{value}”是遮盖后的号码或居民代号，不是原来的内容；写入会丢掉真实号码。请填真实号码，"
        "或只提交要改的表。",
        "'{value}' is a masked number or a resident's pseudonym, not what stood there; to write it "
        "would lose the real one. Give the real one, or send only what is to change.",
    ),
    _error(
        "INSTITUTION_IN_USE",
        "机构“{value}”还有 {rows} 行人员或科室登记，不能结束。请先把人员和科室转出或结束。",
        "The institution '{value}' still has {rows} rows of staff or departments, so it cannot be "
        "ended. Move or end these first.",
    ),
    _error(
        "WEIGHTS_SHIPPED",
        "“{value}”是随程序附带的当量表，不能修改。请复制为本县的当量表（weights）后再改。",
        "'{value}' is a weight table that comes with the program and is never edited. Copy it into "
        "the county's own table (weights) and change that.",
    ),
    _error(
        "USER_TAKEN",
        "登录名或姓名“{value}”已有人用。请换一个：操作日志按姓名记人，不能重名。",
        "The login or the name '{value}' is taken. Choose another one: the audit trail tells "
        "people by their names.",
    ),
    _error(
        "USER_LAST",
        "这是最后一个可用的管理员，不能停用或撤去此角色。请先另设一个。",
        "This is the last administrator, who cannot be stopped. Make another one first.",
    ),
    _error(
        "JOB_INTERRUPTED",
        "任务中断了 {value} 次，已停止；没有留下做到一半的内容。请重新提交；若再次发生，"
        "请查看服务日志。",
        "The job was interrupted {value} times and was given up; nothing is half done. Ask for it "
        "again; if it happens again, look into the service's log.",
    ),
    _error(
        "JOB_INTERRUPTED_AFTER",
        "任务中断了 {value} 次，已停止；中断之前它已写入数据库（操作日志第 {seq} 条），"
        "所写的完整有效。请先查看那一条，再决定是否重新提交。",
        "The job was interrupted {value} times and was given up, but had written into the store "
        "(entry {seq} of the audit trail), and what it wrote is whole. Look at that entry before "
        "asking again.",
    ),
    _error(
        "JOB_CANCELLED",
        "任务已取消；没有留下做到一半的内容。",
        "The job was cancelled; nothing is half done.",
    ),
    _error(
        "JOB_PART_WITHHELD",
        "有 {value} 个问题涉及其他机构的资料，此处不列出。请县级财务做同样的试算或对比，"
        "查看并更正。",
        "{value} problems are about data of other institutions, too, and are not listed here. Ask "
        "the county's finance to make the same trial or comparison, to see and correct them.",
    ),
    _error(
        "UNLOCK_REQUEST_ENDED",
        "解锁申请“{value}”已经办结，或所说的锁定已被取代。请查看期间现状，需要时重新申请。",
        "The request to unlock '{value}' is settled, or its lock was superseded. Look at the "
        "period as it is now and ask again if need be.",
    ),
    _error(
        "SERVICE_FAULT",
        "程序出错，没有改动任何内容。请把请求编号 {value} 告诉维护人员。",
        "A fault of the program; nothing was changed. Tell whoever keeps the service the request "
        "id {value}.",
    ),
)
