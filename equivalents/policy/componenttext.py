"""The key ``components`` of a scheme or of case.yaml, read and checked (D4, B9).

Every fault is noted where it stands, with all others; a key that another kind has is unknown.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from equivalents.policy.components import (
    ADJUSTMENT,
    POOL_SHARE,
    Component,
    ComponentKind,
    MonthRule,
    Rest,
)
from equivalents.policy.figuretext import Reader, money_e4
from equivalents.policy.figureunits import PER_HEAD, TIMES
from equivalents.policy.funds import Dated, Heads, Per
from equivalents.policy.scheme import Bridge
from equivalents.policy.who import Who
from equivalents.policy.whotext import read_who
from equivalents.policy.yamltext import Entry, expect, span_of

__all__ = ["COMPONENT_KEYS", "HEADS_KEYS", "PAID_FROM_KEYS", "read_components"]

_ALWAYS: Final = {
    "kind": "text",
    "title": "text",
    **dict.fromkeys(("valid_from", "valid_to", "reference", "illustrative"), "text"),
}
_PAID: Final = {"paid_from": "mapping", "in_cap": "text"}
COMPONENT_KEYS: Final[Mapping[ComponentKind, Mapping[str, str]]] = {
    ComponentKind.ALLOWANCE: {
        **_ALWAYS,
        **_PAID,
        "rate": "",
        "unit": "text",
        "who": "mapping",
        "month": "text",
        "fte": "text",
        "coefficient": "text",
    },
    ComponentKind.PER_CONTRACT: {
        **_ALWAYS,
        **_PAID,
        "rate": "",
        "unit": "text",
        "who": "mapping",
        "heads": "mapping",
        "coefficient": "text",
    },
    ComponentKind.BONUS: {**_ALWAYS, **_PAID},
    ComponentKind.LEADER: {
        **_ALWAYS,
        **_PAID,
        "multiple": "",
        "unit": "text",
        "of": "texts",
        "coefficient": "text",
    },
    ComponentKind.RELEASE: {**_ALWAYS, "pools": "texts", "coefficient": "text", "rest": "text"},
}
"""What a component of each kind may say."""
HEADS_KEYS: Final = {"permanent": "text", "groups": "texts", "package": "text"}
"""Which contracts an allowance per contract counts."""
PAID_FROM_KEYS: Final = {"fund": "text", "line": "text"}
"""What may pay a component."""

_ONE_SOURCE: Final = (
    "paid_from 须写 fund 或 line 之一¦paid_from names either a fund or an approved line"
)
_ONE_UNIT: Final = (
    "各版本须同为 元/人·月 或同为 元/人·年¦all versions are for a month, or all for a year"
)
_MONTH, _YEAR = PER_HEAD[Per.MONTH], PER_HEAD[Per.YEAR]


def read_components(
    entry: Entry, read: Reader, funds: Sequence[str], bridges: Mapping[str, Bridge]
) -> dict[str, Component]:
    """Every component by name; ``funds`` are the names of all funds, ``bridges`` by pool."""
    expect(entry, "mapping", "components", read.findings)
    found = {}
    for name, one in entry.mapping.items():
        if name in (ADJUSTMENT, POOL_SHARE) or name in bridges:
            other = str(bridges[name].place) if name in bridges else name
            read.findings.add("COMPONENT_NAME", one.place, name, other=other)
        component = _component(name, one, read.under(one))
        if component is not None:
            read.known("FUND_UNKNOWN", one.get("paid_from").get("fund"), funds)
            found[name] = component
    _check_releases(found, read)
    return found


def _component(name: str, entry: Entry, read: Reader) -> Component | None:
    expect(entry, "mapping", name, read.findings)
    read.need(entry, "kind")
    named = entry.get("kind").text
    if named not in [*ComponentKind]:
        read.choice(entry.get("kind"), ComponentKind.ALLOWANCE)
        return None
    kind = ComponentKind(named)
    read.keys(entry, COMPONENT_KEYS[kind], name)
    ground = read.ground(entry, name)
    fund, line = _paid_from(entry.get("paid_from"), name, read)
    rate = _rate(entry, kind, read)
    start, end = span_of(entry, read.findings)
    if kind is ComponentKind.LEADER:
        read.need(entry, "of")
    return Component(
        name,
        kind,
        entry.get("title").text,
        rate,
        read_who(entry.get("who"), "who", read.findings) or Who(),
        read.choice(entry.get("month"), MonthRule.LAST_DAY),
        read.flag(entry.get("fte"), default=True),
        entry.get("coefficient").text,
        _heads(entry.get("heads"), read),
        _yearly(entry, rate, read),
        fund,
        line,
        _in_cap(entry, kind, read),
        read.texts(entry.get("of" if kind is ComponentKind.LEADER else "pools")),
        read.choice(entry.get("rest"), Rest.RETAIN),
        start,
        end,
        ground.reference,
        entry.place,
    )


def _in_cap(entry: Entry, kind: ComponentKind, read: Reader) -> bool:
    """Heads are paid on a path of their own (B9); what is released was in the cap when withheld."""
    default = kind not in (ComponentKind.LEADER, ComponentKind.RELEASE)
    return read.flag(entry.get("in_cap"), default=default)


def _rate(entry: Entry, kind: ComponentKind, read: Reader) -> Dated[int] | None:
    """The figure of a kind that has one; noted where it is missing."""
    if kind is ComponentKind.ALLOWANCE:
        return read.required(entry, "rate", money_e4, _MONTH)
    if kind is ComponentKind.PER_CONTRACT:
        return read.required(entry, "rate", money_e4, (*_MONTH, *_YEAR))
    if kind is ComponentKind.LEADER:
        return read.required(entry, "multiple", money_e4, TIMES)
    return None


def _yearly(entry: Entry, rate: Dated[int] | None, read: Reader) -> bool:
    """Whether a rate is one of the year; versions of both kinds are noted."""
    units = {version.unit for version in rate.versions} if rate is not None else set()
    if units >= {*_MONTH, *_YEAR}:
        read.invalid("COMPONENT_INVALID", entry, "rate", _ONE_UNIT)
    return bool(units & {*_YEAR})


def _paid_from(entry: Entry, name: str, read: Reader) -> tuple[str, str]:
    if entry.value == "":
        return "", ""
    read.keys(entry, PAID_FROM_KEYS, "paid_from")
    fund, line = entry.get("fund").text, entry.get("line").text
    if bool(fund) == bool(line):
        read.invalid("COMPONENT_INVALID", entry, name, _ONE_SOURCE)
    return fund, line


def _heads(entry: Entry, read: Reader) -> Heads:
    if entry.value == "":
        return Heads()
    read.keys(entry, HEADS_KEYS, "heads")
    return Heads(
        permanent=read.flag(entry.get("permanent"), default=False),
        groups=read.texts(entry.get("groups")),
        package=entry.get("package").text,
    )


def _check_releases(components: Mapping[str, Component], read: Reader) -> None:
    """Withheld money is released once: two releases of one pool in force together are noted."""
    releases = [one for one in components.values() if one.kind is ComponentKind.RELEASE]
    for at, one in enumerate(releases):
        for other in releases[:at]:
            both = {*one.pools} & {*other.pools} or not (one.pools and other.pools)
            meet = max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to)
            if both and meet:
                read.findings.add("RELEASE_TWICE", one.place, one.name, other=other.name)
