"""Which role may do what: the one table, with the reason for each role.

A role is data. ``everywhere`` roles are for the whole county and are never given for single
institutions; an ``own`` role reaches the one person that it is for. Source: specification page 3,
"Roles"; the steps of a period and who may not take two of them are in docs/periods.md.
"""

from dataclasses import dataclass
from typing import Final

from api.access.actions import ACTIONS

__all__ = [
    "ROLES",
    "Role",
]


@dataclass(frozen=True, slots=True)
class Role:
    """One role: its name, what it is called, what it may do, and why so."""

    name: str
    zh: str
    en: str
    why_zh: str
    why_en: str
    actions: frozenset[str]
    everywhere: bool = False
    own: bool = False


def _these(text: str) -> frozenset[str]:
    """Actions written ``noun.verb/verb``; KeyError for one that does not exist."""
    found = set()
    for part in text.split():
        noun, _, verbs = part.partition(".")
        found |= {ACTIONS[f"{noun}.{verb}"].name for verb in verbs.split("/")}
    return frozenset(found)


_SEE_THE_WORK: Final = _these(
    "institutions.read people.read tables.read schemes.read imports.read records.read "
    "periods.read runs.read payouts.read statements.read comparisons.read findings.read "
    "appeals.read adjustments.read exports.read readbacks.read jobs.read"
)

ROLES: Final[dict[str, Role]] = {
    role.name: role
    for role in (
        Role(
            "county_finance",
            "县级财务",
            "county finance",
            "办理核算的全部事务；但自己办的自己不能审批，也不管用户和密钥。",
            "does all the work of settling; approves nothing of it, and manages no users or keys.",
            _SEE_THE_WORK
            | _these(
                "institutions.edit people.edit tables.edit schemes.edit imports.create/void "
                "periods.submit/publish/lock/unlock_ask/pay/send_back runs.create trials.create "
                "comparisons.create appeals.create/answer adjustments.create audit.read "
                "exports.create/acknowledge readbacks.create webhooks.read/edit jobs.cancel "
                "settings.read personal.read_clear"
            ),
        ),
        Role(
            "institution_finance",
            "机构财务",
            "institution finance",
            "管本机构的人员、记录和上报，答复本机构的异议；不改全县的当量表和方案。",
            "keeps the people and records of its institutions, submits, answers their objections; "
            "edits no table or scheme of the county.",
            _SEE_THE_WORK
            | _these(
                "people.edit imports.create/void periods.submit trials.create comparisons.create "
                "appeals.create/answer exports.create jobs.cancel personal.read_clear"
            ),
        ),
        Role(
            "approver",
            "审批人",
            "approver",
            "看全部、审核审批、同意解锁、退回；不改资料，这样审批的人没有经手过。",
            "sees the work, approves, allows to unlock, sends back; edits nothing, so that who "
            "approves has had no hand in it.",
            _SEE_THE_WORK
            | _these(
                "periods.approve_institution/approve_community/unlock_allow/send_back "
                "appeals.answer trials.create audit.read"
            ),
        ),
        Role(
            "auditor",
            "审计",
            "auditor",
            "什么都能看，什么都不能改；证件号和账号遮盖，审计看的是是否一致。",
            "sees everything and changes nothing; identity and account numbers stay masked, since "
            "an audit asks whether they agree.",
            _SEE_THE_WORK | _these("audit.read webhooks.read keys.read users.read settings.read"),
        ),
        Role(
            "staff",
            "本人",
            "staff member",
            "看自己的记录、发放和明细单，提出异议；当量表和方案是公开的。",
            "sees the own records, payouts and statements, and may object; weight tables and "
            "schemes are public to all.",
            _these(
                "institutions.read people.read tables.read schemes.read records.read "
                "periods.read payouts.read statements.read adjustments.read appeals.read/create"
            ),
            own=True,
        ),
        Role(
            "integration",
            "接口",
            "integration",
            "别的系统用：送入记录，取走发放批次并签收，回传结果；不做任何需要人负责的步骤。",
            "for other systems: brings records, takes and acknowledges batches, reads back "
            "results; takes no step that a person must answer for.",
            _these(
                "institutions.read people.read tables.read schemes.read imports.read/create "
                "records.read periods.read runs.read payouts.read adjustments.read "
                "exports.read/create/acknowledge readbacks.read/create webhooks.read "
                "jobs.read/cancel personal.read_clear"
            ),
        ),
        Role(
            "administrator",
            "系统管理员",
            "administrator",
            "只管用户和密钥，不看薪酬；要办业务须另授角色，这件事会留下记录。",
            "manages users and keys and sees no pay; to do more it needs another role, and the "
            "grant is on record.",
            _these("institutions.read users.read/edit keys.read/edit settings.read"),
            everywhere=True,
        ),
    )
}
"""Every role by its name, in the order of docs/access.md."""
