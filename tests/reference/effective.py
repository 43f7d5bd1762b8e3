"""Effective contracts: how much of a head each signed contract is worth on a day (C4; 5.17)."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from tests.reference.case import Case
from tests.reference.fundtables import Signed
from tests.reference.paytables import Result
from tests.reference.scores import full_of, points
from tests.reference.text import Refused, period

SCOPES = {"institution": "institution", "team": "department"}
"""What the coefficient of a composite of a level belongs to."""


def worth(case: Case, name: str, one: Signed, place: str, day: date) -> Fraction:
    """Return the part of a head that a contract of a place is worth on a day."""
    policy = case.scheme.part("assessment")["effective"][name]
    level = "contract" if policy["rule"] == "per_contract" else policy.get("level", "institution")
    subject = {"contract": one.contract, "team": one.team, "institution": place}[level]
    if not subject:
        raise Refused("EFFECTIVE_NO_TEAM", one.contract)
    if policy["rule"] == "composite":
        return _rate(case, policy["composite"], level, subject, day)
    met = [_met(case, level, subject, indicator, day) for indicator in policy["indicators"]]
    asked = [one for one in met if one is not None]
    if not asked:
        raise Refused("EFFECTIVE_NOT_APPLICABLE", subject)
    wanted = min(int(policy.get("at_least", len(asked))), len(asked))
    return Fraction(sum(asked) >= wanted)


def _rate(case: Case, composite: str, level: str, subject: str, day: date) -> Fraction:
    """Return the coefficient of a composite; that of the day, at four places."""
    for row in case.coefficients:
        named = (row.scope, row.subject, row.kind) == (SCOPES[level], subject, composite)
        if named and row.valid_on(day):
            return row.value
    raise Refused("EFFECTIVE_RESULT_MISSING", f"{subject} {composite}")


def _met(case: Case, level: str, subject: str, name: str, day: date) -> bool | None:
    """Say whether an indicator has its full points; nothing where it is not applicable.

    Of several results the one of the shortest period that holds the day counts.
    """
    found: list[tuple[int, Result, date]] = []
    for row in case.pay.results:
        if (row.level, row.subject, row.indicator) == (level, subject, name):
            first, after = period(row.period or case.period)
            if first <= day < after:
                found.append(((after - first).days, row, after - timedelta(days=1)))
    if not found:
        raise Refused("EFFECTIVE_RESULT_MISSING", f"{subject} {name}")
    _, row, last = min(found, key=lambda one: one[0])
    indicator = case.scheme.part("assessment")["indicators"][name]
    if row.exempt:
        return True
    if "score" not in indicator:
        return Fraction(row.score) == full_of(indicator)
    if Fraction(row.denominator) == 0:
        return None
    ratio = Fraction(row.numerator) / Fraction(row.denominator)
    return points(name, indicator, ratio, last) == full_of(indicator)
