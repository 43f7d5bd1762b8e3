"""Heads: how many residents an institution has on a day (B4, B4a, B5; 5.15)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.reference.case import Case
from tests.reference.effective import worth
from tests.reference.fundtables import Signed
from tests.reference.residentgroups import group_code
from tests.reference.scheme import Yaml, yes
from tests.reference.text import Refused


def heads(case: Case, asked: Yaml, institution: str, day: date) -> Fraction:
    """Count the heads that a fund asks for, each resident once at an institution.

    Where only effective contracts count (C4), a resident is what the best of his is worth there.
    """
    if asked.get("source", "contracts") == "registers":
        return Fraction(_registered(case, asked, institution, day))
    signed = [
        one
        for one in case.tables.signed
        if one.active_from <= day < one.active_to and _fits(case, asked, one)
    ]
    if yes(asked, "once"):
        first: dict[str, Signed] = {}
        for one in sorted(signed, key=lambda one: (one.active_from, one.contract)):
            first.setdefault(one.resident, one)
        signed = list(first.values())
    here: dict[str, Fraction] = {}
    for one in signed:
        if place_of(case, one, day) == institution:
            name = asked.get("effective", "")
            part = worth(case, name, one, institution, day) if name else Fraction(1)
            here[one.resident] = max(here.get(one.resident, part), part)
    return sum(here.values(), Fraction(0))


def _fits(case: Case, asked: Yaml, one: Signed) -> bool:
    """Say whether a contract has every condition that is filled."""
    if yes(asked, "permanent") and not one.permanent:
        return False
    wanted = {*map(group_code, asked.get("groups", ()))}
    if wanted and wanted.isdisjoint(map(group_code, one.groups)):
        return False
    if asked.get("package") and one.package != asked["package"]:
        return False
    return _of_age(case, asked, one)


def _of_age(case: Case, asked: Yaml, one: Signed) -> bool:
    """Ages are those of 31 December of the period's year, whatever the day (5.15)."""
    if "age_from" not in asked and "age_to" not in asked:
        return True
    if one.birth is None:
        raise Refused("HEADS_NO_BIRTH", one.resident)
    age = case.first_day.year - one.birth.year
    return int(asked.get("age_from", 0)) <= age <= int(asked.get("age_to", 999))


def _registered(case: Case, asked: Yaml, institution: str, day: date) -> int:
    """Return the heads of the last row on or before the day, within the period."""
    register = asked["register"]
    rows = [
        row
        for row in case.tables.registers
        if (row.institution, row.group) == (institution, register)
        and case.first_day <= row.day <= day
    ]
    if not rows:
        raise Refused("REGISTER_MISSING", f"{institution} {register} {day}")
    last = max(rows, key=lambda row: row.day)
    if yes(asked, "monthly") and (last.day.year, last.day.month) != (day.year, day.month):
        raise Refused("REGISTER_MONTH_MISSING", f"{institution} {register} {day}")
    return last.heads


def place_of(case: Case, one: Signed, day: date) -> str:
    """Return the institution of a contract: the named one, or the home of who signed it."""
    if one.institution:
        return one.institution
    if one.person:
        return _home(case, one.person, day)
    members = {
        member.person
        for member in case.members
        if member.team == one.team and member.valid_from <= day < member.valid_to
    }
    places = {
        post.institution for post in case.postings if post.person in members and post.active_on(day)
    }
    if len(places) != 1:
        raise Refused("HEADS_PLACE_UNCLEAR" if places else "HEADS_NO_PLACE", one.team)
    return places.pop()


def _home(case: Case, person: str, day: date) -> str:
    """Return the only institution of a person on a day, else that of the main posting."""
    here = [post for post in case.postings if post.person == person and post.active_on(day)]
    places = {post.institution for post in here}
    if len(places) > 1:
        places = {post.institution for post in here if post.main}
    if len(places) != 1:
        raise Refused("HEADS_PLACE_UNCLEAR" if here else "HEADS_NO_PLACE", person)
    return places.pop()
