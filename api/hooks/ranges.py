"""Ranges of addresses: what is nobody's receiver, what is private, and IPv4 inside IPv6.

The lists are written out, and not asked of :mod:`ipaddress`, whose notion of "private" and
"global" changed between releases of Python. Sources: the IANA special-purpose registries (RFC 6890
and those that followed), RFC 6052 (NAT64), RFC 3056 (6to4), RFC 5214 (ISATAP), and the addresses
at which hosting companies answer with the secrets of a machine.
"""

import ipaddress
from collections.abc import Iterable
from typing import Final

__all__ = [
    "Address",
    "NEVER",
    "Network",
    "PRIVATE",
    "embedded",
    "plain",
    "why_never",
    "why_private",
    "within",
]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(one) for one in text.split())


NEVER: Final[dict[str, tuple[Network, ...]]] = {
    "未指定地址¦the unspecified address": _networks("0.0.0.0/8 ::/128"),
    "链路本地地址¦a link-local address": _networks("169.254.0.0/16 fe80::/10 fec0::/10"),
    "组播地址¦a multicast address": _networks("224.0.0.0/4 ff00::/8"),
    "保留地址¦a reserved address": _networks(
        "240.0.0.0/4 192.88.99.0/24 100::/64 100:0:0:1::/64 5f00::/16 2001:10::/28 2001:20::/28"
    ),
    "云主机元数据地址¦an address of a host's metadata": _networks(
        "100.100.100.200/32 168.63.129.16/32 192.0.0.192/32 fd00:ec2::/32 fd20:ce::/32"
    ),
    "转换用的 IPv6 地址¦an IPv6 address of a translator": _networks(
        "2001::/32 64:ff9b:1::/48 ::ffff:0:0:0/96"
    ),
}
"""What no setting opens, with its name in Chinese and English."""

PRIVATE: Final[dict[str, tuple[Network, ...]]] = {
    "本机地址¦an address of this machine": _networks("127.0.0.0/8 ::1/128"),
    "内网地址¦a private address": _networks(
        "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7"
    ),
    "非公开的地址¦an address that is not public": _networks(
        "192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.175.48.0/24 198.18.0.0/15 "
        "198.51.100.0/24 203.0.113.0/24 2001:2::/48 2001:db8::/32 3fff::/20"
    ),
}
"""What a setting may open for one's own network."""

_PUBLIC_IPV6: Final = ipaddress.IPv6Network("2000::/3")
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR: Final = ipaddress.IPv6Network("2002::/16")
_COMPATIBLE: Final = ipaddress.IPv6Network("::/96")
_ISATAP: Final = (0x00005EFE, 0x02005EFE)


def plain(address: Address) -> Address:
    """An IPv4 address written as IPv6 (``::ffff:a.b.c.d``) as the IPv4 address that it is."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def embedded(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a packet to an IPv6 address ends up at, by NAT64, 6to4 or ISATAP."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    number = int(address)
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address(number >> 80 & 0xFFFFFFFF)
    if address in _TRANSLATED or number >> 32 & 0xFFFFFFFF in _ISATAP:
        return ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if address in _COMPATIBLE and number > 1:
        return ipaddress.IPv4Address(number & 0xFFFFFFFF)
    return None


def within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether an address lies in one of the networks of its own family."""
    return any(address.version == one.version and address in one for one in networks)


def why_never(address: Address) -> str:
    """The name of the range that no setting opens and that an address lies in, or nothing."""
    return next((name for name, ranges in NEVER.items() if within(address, ranges)), "")


def why_private(address: Address) -> str:
    """The name of the range that makes an address not public, or nothing."""
    for name, ranges in PRIVATE.items():
        if within(address, ranges):
            return name
    # What NAT64 carries is judged by the address inside, see :func:`embedded`.
    if not within(address, (ipaddress.IPv4Network("0.0.0.0/0"), _PUBLIC_IPV6, _TRANSLATED)):
        return "非公开的地址¦an address that is not public"
    return ""
