"""Everything that can be done with the service, by name: ``noun.verb``, as keys and roles name it.

An action says on whose behalf it is asked:

- a **community** action is about the whole county: nobody whose role is for single institutions
  may take it, whatever the role;
- a **personal** action shows or touches what belongs to one person: with a role that sees its own
  person only, it reaches that person and nobody else;
- a **human** action is a step that somebody answers for: no API key takes it, since the same person
  could then take the next step under the own name, which another one has to take.
"""

from dataclasses import dataclass
from typing import Final

__all__ = [
    "ACTIONS",
    "Action",
]


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its name, what it is called, and on whose behalf it may be asked."""

    name: str
    zh: str
    en: str
    community: bool = False
    personal: bool = False
    human: bool = False


_C: Final = {"community": True}
_P: Final = {"personal": True}
_H: Final = {"human": True}

ACTIONS: Final[dict[str, Action]] = {
    action.name: action
    for action in (
        Action("institutions.read", "查看机构", "see institutions"),
        Action("institutions.edit", "修改机构", "edit institutions", **_C),
        Action("people.read", "查看人员与岗位", "see people and postings", **_P),
        Action("people.edit", "修改人员与岗位", "edit people and postings"),
        Action("tables.read", "查看当量表与其他表", "see weight and other tables"),
        Action("tables.edit", "修改当量表与其他表", "edit weight and other tables", **_C),
        Action("schemes.read", "查看方案", "see schemes"),
        Action("schemes.edit", "修改方案", "edit schemes", **_C),
        Action("imports.read", "查看导入", "see imports"),
        Action("imports.create", "导入记录", "import records"),
        Action("imports.void", "作废导入", "void an import"),
        Action("records.read", "查看服务记录", "see service records", **_P),
        Action("periods.read", "查看期间", "see periods"),
        Action("periods.submit", "上报", "submit a period", **_H),
        Action("periods.approve_institution", "机构审核", "approve for an institution", **_H),
        Action("periods.approve_community", "共同体审批", "approve for the community", **_C, **_H),
        Action("periods.publish", "公示", "publish for objections", **_C, **_H),
        Action("periods.lock", "锁定", "lock a period", **_C, **_H),
        Action("periods.unlock_ask", "申请解锁", "ask to unlock", **_C, **_H),
        Action("periods.unlock_allow", "同意解锁", "allow to unlock", **_C, **_H),
        Action("periods.pay", "标记发放", "mark as paid", **_C, **_H),
        Action("periods.send_back", "退回", "send back", **_H),
        Action("runs.read", "查看核算结果", "see settlements"),
        Action("runs.create", "核算期间", "settle a period", **_C),
        Action("trials.create", "试算", "try a settlement"),
        Action("payouts.read", "查看发放明细", "see payouts", **_P),
        Action("statements.read", "查看个人明细单", "see statements", **_P),
        Action("comparisons.read", "查看方案对比", "see comparisons"),
        Action("comparisons.create", "做方案对比", "make a comparison"),
        Action("findings.read", "查看检查发现", "see findings"),
        Action("appeals.read", "查看异议", "see objections", **_P),
        Action("appeals.create", "提出异议", "object", **_P),
        Action("appeals.answer", "答复异议", "answer objections"),
        Action("adjustments.read", "查看补发扣回", "see adjustments", **_P),
        Action("adjustments.create", "生成补发扣回", "make adjustments", **_C),
        Action("audit.read", "查看操作日志", "see the audit trail", **_C),
        Action("exports.read", "查看导出批次", "see exports"),
        Action("exports.create", "导出发放数据", "export payouts"),
        Action("exports.acknowledge", "签收导出批次", "acknowledge an export"),
        Action("readbacks.create", "回传个税与银行结果", "read back tax and bank results"),
        Action("readbacks.read", "查看回传结果", "see what was read back"),
        Action("webhooks.read", "查看回调", "see webhooks", **_C),
        Action("webhooks.edit", "修改回调", "edit webhooks", **_C),
        Action("keys.read", "查看接口密钥", "see API keys"),
        Action("keys.edit", "管理接口密钥", "manage API keys", **_C, **_H),
        Action("users.read", "查看用户", "see users"),
        Action("users.edit", "管理用户", "manage users", **_C, **_H),
        Action("jobs.read", "查看后台任务", "see jobs"),
        Action("jobs.cancel", "取消后台任务", "cancel jobs"),
        Action("settings.read", "查看系统设置", "see settings"),
        Action(
            "personal.read_clear",
            "看全证件号和账号",
            "see identity and account numbers in full",
            personal=True,
        ),
    )
}
"""Every action by its name, in the order of the pages and of docs/access.md."""
