"""Who shares a record, and how a total is split: A5 of page 1, 5.4 and 5.10 of page 5."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from tests.reference.sharing import largest_remainder

SHARE = re.compile(r"[1-9][0-9]*")
LIMIT = 1_000_000
"""A share is a whole number above 0 and below this."""
E7 = 10**7


class Member(NamedTuple):
    """One row of `teams`; `valid_to` is exclusive, `share` blank where the role decides."""

    team: str
    person: str
    role: str
    share: str
    valid_from: date
    valid_to: date


class Performer(NamedTuple):
    """Somebody who shares a record: the person, the post there on that day, the share."""

    person: str
    post: str
    share: int


def whole_share(text: str) -> int | None:
    """Return a share, or nothing if it is no whole number above 0 and below the limit."""
    return int(text) if SHARE.fullmatch(text) and int(text) < LIMIT else None


def named(text: str) -> dict[str, int] | None:
    """Return the share of each person of `P1:3;P2:2` or `P1;P2`, or nothing if it is not right."""
    entries = text.split(";")
    if all(":" not in entry for entry in entries):
        entries = [f"{entry}:1" for entry in entries]
    found: dict[str, int] = {}
    for entry in entries:
        person, colon, share = entry.rpartition(":")
        whole = whole_share(share)
        if not colon or not person or person in found or whole is None:
            return None
        found[person] = whole
    return found


def in_team(
    members: Sequence[Member], roles: Mapping[str, str], team: str, day: date
) -> dict[str, int]:
    """Return the share of each member of a team on that day: declared, else by role, else 1."""
    return {
        one.person: int(one.share or roles.get(one.role, "1"))
        for one in members
        if one.team == team and one.valid_from <= day < one.valid_to
    }


def lowest_terms(crew: Sequence[Performer]) -> tuple[Performer, ...]:
    """Return the performers by code, their shares in lowest terms."""
    divisor = gcd(*(one.share for one in crew))
    return tuple(Performer(person, post, share // divisor) for person, post, share in sorted(crew))


def part_texts(crew: Sequence[Performer]) -> dict[str, str]:
    """Return the share of each as `n/d` in lowest terms; 1 for somebody alone."""
    whole = sum(one.share for one in crew)
    return {one.person: str(Fraction(one.share, whole)) for one in crew}


def parts(total: Fraction, crew: Sequence[Performer]) -> dict[str, Fraction]:
    """Split a total of equivalents by the shares, at seven decimals (5.4, 5.10)."""
    units = total * E7
    assert units.denominator == 1, "quantity x weight has seven decimals at most"
    keys = [(one.person, Fraction(one.share)) for one in crew]
    split = largest_remainder(abs(int(units)), keys)
    sign = -1 if total < 0 else 1
    return {person: Fraction(sign * fen.amount, E7) for person, fen in split.items()}
