"""Reasons of the service about who comes in, what they may do, and how often."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["SERVICE_ACCESS_REASONS"]


def _error(code: str, zh: str, en: str) -> Reason:
    return Reason(code, "error", "service", zh, en)


_PASSWORDS: Final = (
    _error(
        "PASSWORD_SHORT",
        "密码只有 {found} 个字符，至少要 {least} 个。可以用几个不相干的词连成一句。",
        "The password has {found} characters and needs {least} at least. Some unrelated words in a "
        "row make a good one.",
    ),
    _error(
        "PASSWORD_LONG",
        "密码长于 {most} 个字符。请缩短一些。",
        "The password is longer than {most} characters. Please shorten it.",
    ),
    _error(
        "PASSWORD_NAME",
        "密码主要由用户名组成，容易被猜到。请换一个与用户名无关的密码。",
        "The password is mostly the user name and is easily guessed. Choose one that has nothing "
        "to do with the name.",
    ),
    _error(
        "PASSWORD_COMMON",
        "这个密码太常见或太有规律，容易被猜到。请换一个，例如几个不相干的词连成一句。",
        "The password is too common or too regular and is easily guessed. Choose another one, say "
        "some unrelated words in a row.",
    ),
    _error(
        "PASSWORD_CHARACTERS",
        "密码中有不能输入的字符（控制符或不完整的编码）。请只用键盘能输入的字符。",
        "The password holds characters that nobody can type (controls or broken encoding). Use "
        "only characters of a keyboard.",
    ),
)

_COMING_IN: Final = (
    _error(
        "LOGIN_REFUSED",
        "用户名或密码不对。请核对后再试；忘记密码请联系管理员。",
        "The name or the password is wrong. Check both and try again; the administrator can help "
        "if the password is forgotten.",
    ),
    _error(
        "LOGIN_WAIT",
        "登录失败次数较多，请等待 {seconds} 秒后再试。若不是本人所为，请告知管理员。",
        "There were many failed sign-ins. Please wait {seconds} seconds before the next try. Tell "
        "the administrator if it was not you.",
    ),
    _error(
        "SIGN_IN_NEEDED",
        "请先登录，或用 Authorization: Bearer 出示接口密钥。",
        "Please sign in, or show an API key as Authorization: Bearer.",
    ),
    _error(
        "SESSION_ENDED",
        "登录已过期或已退出。请重新登录；已保存的内容不受影响。",
        "The session has ended. Please sign in again; what was saved is unharmed.",
    ),
    _error(
        "LINK_ENDED",
        "这个一次性链接已经用过、已过期或不完整。请管理员重新生成一个。",
        "This one-time link was used, has expired or is incomplete. Ask the administrator for a "
        "new one.",
    ),
    _error(
        "CSRF_REFUSED",
        "表单不是由本次登录的页面发出的，没有执行。请刷新页面后再提交。",
        "The form did not come from a page of this session and was not carried out. Reload the "
        "page and send it again.",
    ),
    _error(
        "KEY_MALFORMED",
        "接口密钥不完整或抄错了（校验字符不符）。请从头到尾重新复制。",
        "The API key is incomplete or mistyped (its check characters do not fit). Copy it again "
        "from the first to the last character.",
    ),
    _error(
        "API_KEY_UNKNOWN",
        "没有这个接口密钥。请核对是否属于本系统，或请管理员新建一个。",
        "There is no such API key. Check that it belongs to this system, or ask the administrator "
        "for a new one.",
    ),
    _error(
        "KEY_EXPIRED",
        "接口密钥 {value} 已于 {at} 到期。请换用新的密钥。",
        "The API key {value} expired at {at}. Use a new one.",
    ),
    _error(
        "KEY_REVOKED",
        "接口密钥 {value} 已停用。请管理员新建一个。",
        "The API key {value} was revoked. Ask the administrator for a new one.",
    ),
    _error(
        "KEY_ROTATION",
        "接口密钥 {value} 不能轮换：{detail}。",
        "The API key {value} cannot be rotated: {detail}.",
    ),
    _error(
        "RATE_LIMIT",
        "请求过于频繁（上限 {limit} 次）。请等待 {seconds} 秒后再试。",
        "Too many requests (the limit is {limit}). Please wait {seconds} seconds.",
    ),
)

_MAY: Final = (
    _error(
        "FORBIDDEN_ACTION",
        "当前身份没有“{action}”的权限。如确有需要，请管理员授予相应角色。",
        "This identity may not do “{action}”. Ask the administrator for a role that may, if you "
        "need it.",
    ),
    _error(
        "FORBIDDEN_COMMUNITY",
        "“{action}”不写明机构，就是为整个共同体做的，只授权到个别机构的人不能做。"
        "为本机构做的，请写明机构；否则请由共同体的人员办理。",
        "“{action}” without an institution is done for the whole community; somebody whose role is "
        "for single institutions cannot do it. Name the institution, if it is done for one; else "
        "leave it to the staff of the community.",
    ),
    _error(
        "FORBIDDEN_INSTITUTION",
        "当前身份在机构 {value} 没有“{action}”的权限。请核对机构代码，或请管理员扩大授权范围。",
        "This identity may not do “{action}” at the institution {value}. Check its code, or ask "
        "the administrator to widen the grant.",
    ),
    _error(
        "FORBIDDEN_APPROVED",
        "期间 {value} 已经共同体审批，退回会使各机构的步骤作废，一个机构不能退回。"
        "请由共同体的人员退回。",
        "The community approved of {value}; a single institution cannot send it back any more, "
        "which would undo the steps of all. Ask the staff of the community to send it back.",
    ),
    _error(
        "FORBIDDEN_PERSON",
        "只能查看本人的内容。他人的请由有权限的人员查询。",
        "You may look at your own only. Ask somebody who may see the others.",
    ),
    _error(
        "FORBIDDEN_KEY",
        "“{action}”要由人来做，接口密钥不能代办。请登录后办理。",
        "“{action}” is for people; no API key can do it. Sign in and do it there.",
    ),
    _error(
        "ROLE_UNKNOWN",
        "没有“{value}”这个角色。可用的角色：{known}。",
        "There is no role “{value}”. The roles are: {known}.",
    ),
    _error(
        "ROLE_EVERYWHERE",
        "角色“{value}”管全县，不能只授权到个别机构。请授权到全部机构，或换一个角色。",
        "The role “{value}” is for the whole county and cannot be given for single institutions. "
        "Give it for all of them, or give another role.",
    ),
    _error(
        "ROLE_NOWHERE",
        "授予角色“{value}”时没有写任何机构。请列出机构代码，或写明全部机构。",
        "The role “{value}” was given for no institution. List their codes, or say all of them.",
    ),
    _error(
        "ROLE_PERSON",
        "角色“{value}”只看本人，需要写明对应的人员编号。",
        "The role “{value}” sees its own person only, so the person must be named.",
    ),
    _error(
        "SCOPE_UNKNOWN",
        "没有“{value}”这个操作。{near}完整列表见 docs/access.md。",
        "There is no action “{value}”. {near}The whole list is in docs/access.md.",
    ),
    _error(
        "SCOPE_BEYOND_ROLE",
        "密钥的范围“{value}”超出了它的角色，密钥的权限不能多于角色。请去掉这一项，或换一个角色。",
        "The scope “{value}” is beyond the roles of the key; a key never has more than its roles. "
        "Leave it out, or give another role.",
    ),
)

SERVICE_ACCESS_REASONS: Final[tuple[Reason, ...]] = (*_PASSWORDS, *_COMING_IN, *_MAY)
