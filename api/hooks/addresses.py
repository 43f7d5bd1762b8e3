"""Where a webhook may go: the address as it is written, and every address its host stands for.

Whoever may set up a webhook could make the server call what only the server reaches (SSRF): itself,
the database beside it, the metadata of its host. So only public addresses are called, by https,
unless the settings list a network of one's own (county offices run on intranets); some ranges are
never called. **Every** address that a name resolves to has to pass. What passed is handed out, and
the delivery connects to exactly that and asks no name service again, so that a name that resolves
otherwise a moment later (DNS rebinding) wins nothing. Redirects are never followed.

To check once more before each delivery is the point: a name may have moved since it was set up.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from api.hooks.ranges import Address, Network, embedded, plain, why_never, why_private, within
from equivalents.errors import DataError, Problem

__all__ = [
    "LONGEST",
    "NETWORKS_SETTING",
    "OTHERS_PORTS",
    "Resolver",
    "Target",
    "read_networks",
    "system_resolver",
    "target_of",
]

Resolver = Callable[[str, int], Sequence[str]]
"""The addresses of a host, as texts; none, or an OSError, if it has none."""

NETWORKS_SETTING: Final = "EQUIVALENTS_WEBHOOK_NETWORKS"
"""The setting that lists networks of one's own; the service reads it, for :func:`read_networks`."""

LONGEST: Final = 2000
"""Characters of an address."""
_MOST_ADDRESSES: Final = 8
"""Addresses of a host that are tried; all are checked."""
_WIDEST: Final = {4: 8, 6: 7}
"""The least prefix that may be listed: a setting opens one's own network and not the world."""

OTHERS_PORTS: Final = frozenset(
    {1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5672, 5900, 5984, 6000, 6379,
     6443, 6667, 7001, 8086, 9000, 9042, 9092, 9200, 9300, 10250, 11211, 15672, 27017, 50070}
)  # fmt: skip
"""Ports from 1024 on that belong to databases, queues and the like, which may act on a POST."""

_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER: Final = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a delivery connects to: the checked addresses, and the host for TLS and ``Host``."""

    host: str
    port: int
    secure: bool
    path: str
    addresses: tuple[str, ...]

    @property
    def url(self) -> str:
        """The whole address as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.path}"


def read_networks(text: str) -> tuple[Network, ...]:
    """The networks of a setting, parted by commas; blank means none.

    DataError with one ``WEBHOOK_NETWORKS`` for each that is malformed, has host bits set, or is
    wider than a network of one's own can be (/8, for IPv6 /7).
    """
    networks, problems = [], []
    for one in (part.strip() for part in text.split(",")):
        if not one:
            continue
        try:
            network = ipaddress.ip_network(one)
        except ValueError:
            problems.append(_network_problem(one, "不是网段¦it is no network"))
            continue
        if network.prefixlen < _WIDEST[network.version]:
            problems.append(_network_problem(one, "范围太大¦it is too wide"))
        networks.append(network)
    if problems:
        raise DataError(problems)
    return tuple(networks)


def target_of(
    url: str, networks: Sequence[Network] = (), resolve: Resolver | None = None
) -> Target:
    """The target that a webhook's address stands for, checked.

    ``networks`` are those that the settings list; ``resolve`` asks the name service. DataError with
    everything wrong that can be told without asking it (``WEBHOOK_URL``, ``WEBHOOK_PORT``), else
    with ``WEBHOOK_UNRESOLVED``, ``WEBHOOK_ADDRESS`` or ``WEBHOOK_PLAIN``.
    """
    parts, host, port = _parts(url)
    found = _addresses(host, port, resolve or system_resolver)
    for address in found:
        if why := _refused(address, networks):
            raise DataError([Problem("WEBHOOK_ADDRESS", value=host, facts={"detail": why})])
    secure = parts.scheme == "https"
    if not secure and not all(within(address, networks) for address in found):
        raise DataError([Problem("WEBHOOK_PLAIN", value=f"http://{host}")])
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port, secure, path, tuple(map(str, found[:_MOST_ADDRESSES])))


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that the machine's name service gives, in its order; OSError for none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


# -- as it is written ------------------------------------------------------------------------------


def _parts(url: str) -> tuple[SplitResult, str, int]:
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>'):
        why = "太长，或有空格、中文、反斜杠等字符（中文域名请写成 xn--）"
        raise _malformed(f"{why}¦too long, or with spaces or characters beyond ASCII")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _malformed("主机或端口不成形¦its host or port is not well-formed") from None
    if parts.scheme not in ("https", "http"):
        raise _malformed("不是 https¦it is not https")
    if "@" in parts.netloc:
        raise _malformed("带有用户名或密码¦it holds a user or password")
    if "#" in url:
        raise _malformed("带有 #¦it holds a #")
    host = _host(parts.hostname or "")
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    if port not in (443, 80) and (port < 1024 or port in OTHERS_PORTS):
        raise DataError([Problem("WEBHOOK_PORT", value=str(port))])
    return parts, host, port


def _host(host: str) -> str:
    """The host as it is asked for: an address in its one form, or a name without the last dot."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        name = host.removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _malformed("主机名不成形¦its host is not well-formed")
    # Name services take 0x7f.1 and 2130706433 for addresses; nobody's host is called so.
    if _NUMBER.fullmatch(labels[-1]):
        raise _malformed("主机写成了数字¦its host is a number")
    return name


def _malformed(why: str) -> DataError:
    return DataError([Problem("WEBHOOK_URL", facts={"detail": why})])


def _network_problem(text: str, why: str) -> Problem:
    facts = {"detail": why, "example": "10.0.0.0/8"}
    return Problem("WEBHOOK_NETWORKS", value=text, facts=facts)


# -- as it resolves --------------------------------------------------------------------------------


def _addresses(host: str, port: int, resolve: Resolver) -> list[Address]:
    try:
        return [_address(host)]
    except ValueError:
        pass
    try:
        texts = resolve(host, port)
        found = list(dict.fromkeys(map(_address, texts)))
    except (OSError, ValueError, UnicodeError):  # a name service that answers nonsense, too
        found = []
    if not found:
        raise DataError([Problem("WEBHOOK_UNRESOLVED", value=host)])
    return found


def _address(text: str) -> Address:
    return plain(ipaddress.ip_address(text))


def _refused(address: Address, networks: Sequence[Network]) -> str:
    """Why an address may not be called, in Chinese and English, or nothing."""
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        return "带接口名的地址¦an address of one interface"
    if why := why_never(address):
        return why
    inner = embedded(address)
    if inner is not None and (why := why_never(inner) or why_private(inner)):
        return why
    return "" if within(address, networks) else why_private(address)
