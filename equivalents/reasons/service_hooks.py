"""Reasons of the service about webhooks: addresses, secrets, and deliveries that failed."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["SERVICE_HOOK_REASONS"]

SERVICE_HOOK_REASONS: Final[tuple[Reason, ...]] = (
    Reason(
        "WEBHOOK_URL",
        "error",
        "service",
        "回调地址写得不对：{detail}。应为 https://主机名/路径，不带用户名、密码和 #。",
        "The address of the webhook is not well-formed: {detail}. It should read "
        "https://host/path, without a user, a password or a #.",
    ),
    Reason(
        "WEBHOOK_PLAIN",
        "error",
        "service",
        "回调地址 {value} 不是 https。只有设置中列出的内网网段才可用 http。"
        "请改用 https，或请系统管理员列出该网段。",
        "The webhook address {value} is not https; plain http is only for the private networks "
        "that the settings list. Use https, or have the network listed.",
    ),
    Reason(
        "WEBHOOK_PORT",
        "error",
        "service",
        "回调地址的端口 {value} 不能用：只可用 443、80 和 1024 以上、不属于其他服务的端口。",
        "The port {value} of the webhook cannot be used: only 443, 80 and ports from 1024 on that "
        "belong to no other service.",
    ),
    Reason(
        "WEBHOOK_ADDRESS",
        "error",
        "service",
        "回调主机 {value} 的地址不允许访问：{detail}。请换用对方可公开访问的地址；"
        "若确在内网，请系统管理员列出该网段。",
        "The address of the webhook host {value} may not be called: {detail}. Use one that is "
        "public; if it is on your own network, have that network listed in the settings.",
    ),
    Reason(
        "WEBHOOK_UNRESOLVED",
        "error",
        "service",
        "回调主机 {value} 解析不到地址。请核对主机名和本机的域名解析。",
        "The webhook host {value} has no address. Check its name and the name service of this "
        "machine.",
    ),
    Reason(
        "WEBHOOK_NETWORKS",
        "error",
        "service",
        "允许回调的内网网段“{value}”写得不对：{detail}。应为用逗号分隔的网段，如 {example}。",
        "The private network “{value}” that webhooks may call is not well-formed: {detail}. Write "
        "networks parted by commas, such as {example}.",
    ),
    Reason(
        "WEBHOOK_SECRET",
        "error",
        "service",
        "回调密钥的格式不对。应为 whsec_ 加上 24 至 64 个字节的 base64；也可不填，由系统生成。",
        "The secret of the webhook is not well-formed. It is whsec_ and 24 to 64 bytes in base64; "
        "leave it out to have one made.",
    ),
    Reason(
        "WEBHOOK_GONE",
        "warning",
        "service",
        "接收方对 {value} 回答 410，不再接收；已停用这个回调。需要时请核对地址后重新启用。",
        "The receiver of {value} answered 410: it wants no more. The webhook was disabled; check "
        "the address and enable it again if it is needed.",
    ),
    Reason(
        "WEBHOOK_GIVEN_UP",
        "warning",
        "service",
        "{value} 在三天内投递 {attempts} 次都没有成功，不再重试。接收方恢复后可手动重发。",
        "{value} was tried {attempts} times within three days without success and is not tried "
        "again. Send it by hand once the receiver is back.",
    ),
)
