"""Scheme files 分配方案 become a :class:`Scheme`: layers laid, every key read, names compared.

``Reading.merged`` has the keys that a scheme shares with case.yaml (sharing, surplus, weight
tables ...), so that the reader of case.yaml reads them as if they stood there. Sources: issue
"Schemes as dated data"; B1 to B10, D0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from equivalents.findings import Findings
from equivalents.policy.assesstext import read_assessment
from equivalents.policy.componenttext import read_components
from equivalents.policy.effectivetext import effective_of
from equivalents.policy.figuretext import Reader
from equivalents.policy.funds import Fund
from equivalents.policy.fundtext import read_funds
from equivalents.policy.layers import SCHEME_KEYS, Layer, Layered, lay
from equivalents.policy.openchoices import open_choices
from equivalents.policy.scheme import Scheme
from equivalents.policy.schemecheck import check_names
from equivalents.policy.schemeparts import (
    check_whole_items,
    read_bridges,
    read_channels,
    read_pay_cap,
    read_share_tests,
)
from equivalents.policy.schemetwice import check_twice
from equivalents.policy.yamltext import Entry

__all__ = ["Reading", "SHARED_KEYS", "has_scheme", "read_scheme"]

SHARED_KEYS: Final = (
    "weight_tables",
    "outside_period",
    "times",
    "series",
    "concurrent",
    "stays",
    "surplus",
    "sharing",
    "team_roles",
    "coefficients",
    "ceilings",
    "leaders",
    "leave",
    "yearly_limits",
    "corrections",
    "year_end",
)
"""Keys of case.yaml that a scheme may have too."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A scheme as read, with the layers that it was made of.

    ``merged`` are all keys laid over each other, those of case.yaml last.
    """

    scheme: Scheme
    layered: Layered
    merged: Entry


def read_scheme(layers: Sequence[Layer], findings: Findings) -> Reading:
    """Lay the layers and read what they say; every fault is noted with file, line and path."""
    layered = lay(layers, findings)
    read, entry = Reader(layered, findings), layered.entry
    channels = read_channels(entry.get("channels"), read)
    check_whole_items(channels, read)
    first = layers[0] if layers else None
    assessment = read_assessment(entry.get("assessment"), read)
    funds = _with_own(read_funds(entry.get("funds"), read), layered, read)
    bridges, names = read_bridges(entry.get("pools"), read), tuple(entry.get("funds").mapping)
    scheme = Scheme(
        first.name if first else "",
        first.title if first else "",
        first.ground.reference if first else "",
        any(layer.ground.illustrative for layer in layers),
        funds,
        channels,
        bridges,
        read_pay_cap(entry.get("pay_cap"), read),
        read_share_tests(entry.get("share_tests"), read),
        read.texts(entry.get("consultation_codes")),
        tuple(layer.file for layer in layers),
        entry.place,
        open_choices(layers, findings),
        assessment=assessment,
        effective=effective_of(entry.get("assessment"), assessment, read),
        components=read_components(entry.get("components"), read, names, bridges),
    )
    check_names(scheme, names, findings)
    check_twice(scheme, findings)
    return Reading(scheme, layered, entry)


def _with_own(funds: dict[str, Fund], layered: Layered, read: Reader) -> dict[str, Fund]:
    """The funds with what institutions have of their own; faults of the community stand once."""
    told = {(one.code, one.place, one.value) for one in read.findings.problems}
    for institution, entry in layered.own.items():
        apart = Findings()
        for name, fund in read_funds(entry.get("funds"), read.apart(apart)).items():
            if name in funds:
                placed = replace(fund, number=funds[name].number, place=entry.place)
                own = {**funds[name].own, institution: placed}
                funds[name] = replace(funds[name], own=own)
        for one in apart.problems:
            if (one.code, one.place, one.value) not in told:
                read.findings.problems.append(one)
    return funds


def has_scheme(entry: Entry) -> bool:
    """Whether case.yaml names a scheme or has any of its keys inline."""
    return any(key in entry.mapping for key in ("scheme", *SCHEME_KEYS))
