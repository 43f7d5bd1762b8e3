"""The key `contracts`: those active on the last day of the period (D1; 5.4, 5.10, 5.15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.case import Case, Posting
from tests.reference.numbers import E7
from tests.reference.sharing import largest_remainder
from tests.reference.tables import Contract
from tests.reference.text import Refused


def signed(case: Case, institution: str, person: str, department: str | None) -> Fraction:
    """Return the contracts of a person that count at an institution (in a department)."""
    total = sum((part for who, part in all_parts(case) if who == person), Fraction(0))
    if total == 0:
        return total
    home = home_of(case, person)
    here = home.institution == institution and department in (None, home.department)
    # What somebody signed as a head shares in no pool (5.20).
    here = here and (home.institution, person, home.post) not in case.led
    return total if here else Fraction(0)


def all_parts(
    case: Case, day: date | None = None, asked: Callable[[Contract], bool] = lambda _: True
) -> list[tuple[str, Fraction]]:
    """Return who has which part of the contracts of a person or team that are active on a day.

    That is the last day of the period, and all contracts count, unless something else is asked.
    """
    last = day or case.after - timedelta(days=1)
    counts: dict[tuple[str, str], int] = {}
    for one in case.contracts:
        if one.active_from <= last < one.active_to and asked(one):
            who = ("", one.person) if one.person else (one.team, "")
            counts[who] = counts.get(who, 0) + 1
    found: list[tuple[str, Fraction]] = []
    for (team, person), count in counts.items():
        if person:
            home_of(case, person, last)
            found.append((person, Fraction(count)))
        else:
            found += _of_team(case, team, count, last)
    return found


def _of_team(case: Case, team: str, count: int, last: date) -> list[tuple[str, Fraction]]:
    """Split a team's contracts by the shares of its members of the day, in e7 (5.4, 5.10)."""
    keys: list[tuple[str, Fraction]] = []
    for member in case.members:
        if member.team != team or not member.valid_from <= last < member.valid_to:
            continue
        if not _posted(case, member.person, last):
            continue
        share = int(member.share) if member.share else case.declared.team_roles.get(member.role, 1)
        home_of(case, member.person, last)
        keys.append((member.person, Fraction(share)))
    if not keys:
        raise Refused("CONTRACT_TEAM_EMPTY", team)
    parts = largest_remainder(count * E7, keys)
    return [(person, Fraction(part.amount, E7)) for person, part in parts.items()]


def _posted(case: Case, person: str, day: date) -> list[Posting]:
    return [one for one in case.all_postings if one.person == person and one.active_on(day)]


def home_of(case: Case, person: str, day: date | None = None) -> Posting:
    """Return the posting of the (last) day: at the only institution, or that of the main post."""
    last = day or case.after - timedelta(days=1)
    chosen: dict[str, Posting] = {}
    for one in sorted(_posted(case, person, last), key=lambda one: (not one.main, one.post)):
        chosen.setdefault(one.institution, one)
    if not chosen:
        raise Refused("CONTRACT_NO_POST", person)
    homes = list(chosen.values())
    if len(homes) > 1:
        homes = [one for one in homes if one.main]
        if len(homes) != 1:
            raise Refused("CONTRACT_HOME_UNCLEAR", person)
    return homes[0]
