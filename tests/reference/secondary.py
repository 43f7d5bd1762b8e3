"""Secondary distribution: a department shares its own money (二次分配; D1, D2, 5.10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from tests.reference.bounds import Node, Range, Shared
from tests.reference.case import Case
from tests.reference.declared import Extras
from tests.reference.paytables import HandedIn
from tests.reference.text import Refused


def handed_in(
    case: Case, pool: str, institution: str, department: str | None, where: str
) -> list[HandedIn]:
    """Return what a department handed in, or an institution where a pool has no departments."""
    rows = [
        row
        for row in case.pay.secondary
        if (row.institution, row.pool, row.department) == (institution, pool, department or "")
    ]
    if len({row.person for row in rows}) < len(rows):
        raise Refused("SECONDARY_TWICE", where)
    by_share = [row for row in rows if row.share is not None]
    by_amount = [row for row in rows if row.amount_fen is not None]
    if any((row.share is None) == (row.amount_fen is None) for row in rows):
        raise Refused("SECONDARY_FORM", where)
    if by_share and by_amount:
        raise Refused("SECONDARY_MIXED", where)
    return rows


def check_people(
    rows: Sequence[HandedIn], here: Collection[str], extras: Extras, where: str
) -> None:
    """Refuse strangers, and people who are missing unless that is declared as nothing."""
    people = {row.person for row in rows}
    if people - set(here):
        raise Refused("SECONDARY_STRANGER", where)
    if set(here) - people and extras.secondary_missing != "zero":
        raise Refused("SECONDARY_PERSON_MISSING", where)


def shares_of(rows: Sequence[HandedIn], here: Collection[str]) -> dict[str, Fraction]:
    """Return the key of everybody where shares were handed in."""
    said = {row.person: Fraction(row.share or 0) for row in rows}
    return {person: said.get(person, Fraction(0)) for person in here}


def node_of(
    rows: Sequence[HandedIn], amount_fen: int, ranges: Mapping[str, Range], where: str
) -> Node:
    """Return the amounts that were handed in, which add up and are within all bounds."""
    said = {row.person: row.amount_fen or 0 for row in rows}
    amounts = {person: said.get(person, 0) for person in ranges}
    if sum(amounts.values()) != amount_fen:
        raise Refused("SECONDARY_SUM", where)
    for person, fen in amounts.items():
        if ranges[person].clamp(Fraction(fen)) != fen:
            raise Refused("SECONDARY_BOUND", f"{where} {person}")
    return Node({person: Shared(fen, 0) for person, fen in amounts.items()})
