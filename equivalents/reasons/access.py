"""Reasons of access: who may come in, and who may do what."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["ACCESS_REASONS"]


def _error(code: str, zh: str, en: str) -> Reason:
    return Reason(code, "error", "command", zh, en)


ACCESS_REASONS: Final[tuple[Reason, ...]] = (
    _error(
        "LOGIN_REFUSED",
        "需要登录：没有有效的密钥或会话，或已到期、已停用。密钥放在 Authorization: Bearer 之后。",
        "You are not let in: no valid key or session, or it has ended. A key goes after "
        "Authorization: Bearer.",
    ),
    _error(
        "PASSWORD_WRONG",
        "登录名或密码不对，或账号已停用。请核对；忘记密码请找管理员重置。",
        "The login name or the password is wrong, or the account was stopped. An administrator "
        "can set a new password.",
    ),
    _error(
        "LOGIN_WAIT",
        "登录尝试过多。请 {value} 秒后再试。",
        "Too many attempts to log in. Try again in {value} seconds.",
    ),
    _error(
        "LINK_USED",
        "这个链接已用过或已到期。请管理员再给一个（equivalents serve --new-administrator-link）。",
        "This link was used or has ended. Ask for another one (equivalents serve "
        "--new-administrator-link).",
    ),
    _error(
        "CSRF_MISSING",
        "请求没有带本页的 X-CSRF-Token，没有执行。请从本系统页面操作；程序请用密钥。",
        "The request has no X-CSRF-Token of our page and was not carried out. Programs use a key.",
    ),
    _error(
        "RATE_LIMIT",
        "请求过多：每分钟至多 {value} 次。请按 Retry-After 稍候再发。",
        "Too many requests: {value} a minute at most. Wait as Retry-After says.",
    ),
    _error(
        "FORBIDDEN_ACTION",
        "您的角色不能做“{value}”。如需要，请管理员授权。",
        "Your roles do not allow '{value}'. An administrator can grant it.",
    ),
    _error(
        "FORBIDDEN_INSTITUTION",
        "您的范围不含机构“{value}”（* 表示整个共同体）。",
        "Your scope does not reach the institution '{value}' (* is the whole community).",
    ),
    _error(
        "PASSWORD_LENGTH",
        "密码应有 {least} 至 {most} 个字符。",
        "A password has {least} to {most} characters.",
    ),
    _error(
        "PASSWORD_COMMON",
        "这个密码太容易猜：去掉常见词和姓名后所剩无几，或字符太少。请换一个。",
        "This password is easy to guess: too little is left without common words and the name, or "
        "it has too few different characters. Choose another one.",
    ),
    _error(
        "USER_TAKEN",
        "登录名“{value}”已有人用。请换一个。",
        "The login name '{value}' is taken. Choose another one.",
    ),
    _error(
        "USER_LAST",
        "这是最后一个可用的管理员，不能停用或撤去此角色。请先另设一个。",
        "This is the last administrator, who cannot be stopped. Make another one first.",
    ),
    _error(
        "ROLE_UNKNOWN",
        "没有“{value}”这个角色。可用：{allowed}。",
        "There is no role '{value}'. There are {allowed}.",
    ),
    _error(
        "ACTION_UNKNOWN",
        "没有“{value}”这个权限。可用的见 docs/access.md。",
        "There is no action '{value}'. Those that there are stand in docs/access.md.",
    ),
)
