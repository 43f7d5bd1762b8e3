"""Assessment: from results to dated coefficients (C1 to C3; 5.17, 5.2, 5.3 of page 5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import Case, Posting
from tests.reference.leaders import leads
from tests.reference.paytables import Result
from tests.reference.scheme import Yaml, in_force
from tests.reference.scores import HUNDRED, coefficient, full_of, points
from tests.reference.spans import before, is_of, names_of
from tests.reference.tables import Coefficient
from tests.reference.text import Refused, period

SCOPES = {"county": "institution", "institution": "institution", "department": "department",
          "team": "department", "village_room": "department", "person": "person"}  # fmt: skip
"""What the coefficient of a level belongs to."""
ROOMS = {
    **dict.fromkeys(("village_room", "village room", "村卫生室"), "village_room"),
    **dict.fromkeys(("team", "签约团队", "团队"), "team"),
}
"""The kinds of departments that have a level of their own; where none is of it, all are."""
LEVELS = (*SCOPES, "contract")
EXEMPT = "exempt"


class Assessed(NamedTuple):
    """What one subject's composite comes to: the score is nothing where it is exempt."""

    composite: str
    level: str
    subject: str
    period: str
    """The assessment's own; of a mean the case's."""
    score: Fraction | None
    coefficient: Fraction


class Assessment:
    """Scores every composite of one case."""

    def __init__(self, case: Case) -> None:
        """Score them; raises `Refused` where a result is missing, double or unknown."""
        self.case = case
        declared = case.scheme.part("assessment")
        self.indicators: Mapping[str, Yaml] = declared.get("indicators") or {}
        self.composites: Mapping[str, Yaml] = declared.get("composites") or {}
        self.results: dict[tuple[str, str, str, str], Result] = {}
        for row in case.pay.results:
            self._take(row)
        self.assessed: list[Assessed] = []
        self.coefficients: list[Coefficient] = []
        for name, composite in self.composites.items():
            for subject in sorted(self._subjects(name, composite)):
                self._assess(name, composite, subject)

    def _take(self, row: Result) -> None:
        """Keep a result; no subject has two of one indicator and period."""
        if row.level not in LEVELS:
            raise Refused("LEVEL_UNKNOWN", row.level)
        if row.indicator not in self.indicators and row.indicator not in self.composites:
            raise Refused("INDICATOR_UNKNOWN", row.indicator)
        if row.level in SCOPES and row.subject not in self._known(row.level):
            raise Refused("SUBJECT_UNKNOWN", row.subject)
        of = row.period or self.case.period
        lengths = [
            one.get("period", "year")
            for name, one in self.composites.items()
            if one["level"] == row.level
            and (name == row.indicator or row.indicator in _every_weight(one))
        ]
        if lengths and not any(is_of(length, of) for length in lengths):
            raise Refused("RESULT_PERIOD", of)
        at = (row.level, row.subject, row.indicator, of)
        if at in self.results:
            raise Refused("RESULT_TWICE", row.subject)
        self.results[at] = row

    def _known(self, level: str) -> set[str]:
        """Return the subjects that a level may have."""
        case = self.case
        match level:
            case "county":
                return {row.subject for row in case.pay.results if row.level == "county"}
            case "institution":
                return set(case.institutions)
            case "person":
                return {one.person for one in case.all_postings}
        teams = {one.team for one in case.members} if level == "team" else set()
        return teams | {one.code for one in case.pay.departments}

    def _subjects(self, name: str, composite: Yaml) -> set[str]:
        """Return whom a composite scores: who must have results, and others who have some."""
        level = composite["level"]
        some = {
            row.subject
            for row in self.results.values()
            if row.level == level
            and (row.indicator == name or row.indicator in _every_weight(composite))
        }
        if level == "county":
            if len(some) > 1:
                raise Refused("COUNTIES_SEVERAL", name)
            return some or {""}
        return some | self._required(composite, self.case.first_day, self.case.after)

    def _required(self, composite: Yaml, since: date, until: date) -> set[str]:
        """Return everybody of the level with a posting on some days, as far as declared.

        People but heads of institutions, who are paid by another way (5.20).
        """
        case = self.case
        since, until = max(since, case.first_day), min(until, case.after)
        here = [
            one
            for one in case.all_postings
            if max(one.active_from, since) < min(one.active_to, until)
            and not (composite["level"] == "person" and leads(case, one))
        ]
        return self._of_level(composite, here, {one.institution for one in here})

    def _allowed(self, composite: Yaml) -> set[str]:
        """Return everybody who may have results: with a posting there at any time, or none."""
        places = set(self.case.institutions)
        if SCOPES[composite["level"]] != "department":
            return self._of_level(composite, self.case.all_postings, places)
        asked = composite.get("subjects") or {}
        teams = {one.team for one in self.case.members} if composite["level"] == "team" else set()
        if asked.get("kinds") or asked.get("institutions"):
            teams = set()
        return {one for one in teams if one in (asked.get("ids") or [one])} | {
            one.code
            for one in self.case.pay.departments
            if one.code in (asked.get("ids") or [one.code])
            and one.kind in (asked.get("kinds") or [one.kind])
            and one.institution in (asked.get("institutions") or [one.institution])
        }

    def _of_level(
        self, composite: Yaml, postings: Sequence[Posting], places: Collection[str]
    ) -> set[str]:
        """Return whom some postings and institutions stand for at a level, as far as declared."""
        case, level = self.case, composite["level"]
        asked = composite.get("subjects") or {}
        here = [
            one
            for one in postings
            if one.institution in (asked.get("institutions") or [one.institution])
            and case.institutions[one.institution]
            in (asked.get("groups") or [case.institutions[one.institution]])
        ]
        match level:
            case "institution":
                kinds = case.tables.kinds
                found = {
                    one
                    for one in places
                    if kinds[one] in (asked.get("kinds") or [kinds[one]])
                    and one in (asked.get("institutions") or [one])
                    and case.institutions[one] in (asked.get("groups") or [case.institutions[one]])
                }
            case "person":
                found = {
                    one.person
                    for one in here
                    if one.post_name in (asked.get("posts") or [one.post_name])
                    and one.employment_type
                    in (asked.get("employment_types") or [one.employment_type])
                }
            case _:
                kinds = {one.code: one.kind for one in case.pay.departments}
                own = {one for one in kinds if ROOMS.get(kinds[one], "department") == level}
                narrowed = any(asked.get(key) for key in ("ids", "kinds", "groups", "institutions"))
                found = {
                    one.department
                    for one in here
                    if one.department
                    and (one.department in own or narrowed or not own)
                    and kinds[one.department] in (asked.get("kinds") or [kinds[one.department]])
                }
        return {one for one in found if one in (asked.get("ids") or [one])}

    def _assess(self, name: str, composite: Yaml, subject: str) -> None:
        """Score a subject in every period whose result holds on some day of the case."""
        case, level = self.case, composite["level"]
        length = composite.get("period", "year")
        holds = names_of(length, case.first_day, case.after)
        later = composite.get("applies", "same") == "next"
        scored = {one: before(length, one) if later else one for one in holds}
        if level != "county":
            # Who need not have results may have them, within the declared subjects: then all.
            may = subject in self._allowed(composite)
            scored = {
                one: of
                for one, of in scored.items()
                if subject in self._required(composite, *period(one))
                or (may and self._any(name, subject, of))
            }
        scores = {one: self.score(name, composite, subject, of) for one, of in scored.items()}
        if not scores:
            return
        if composite.get("combine", "each") == "mean":
            exact = [score for score in scores.values() if score is not None]
            mean = sum(exact, Fraction(0)) / len(exact) if exact else None
            # It is one coefficient of the case, whose days it holds on.
            days = (case.first_day, case.after)
            self._add(Assessed(name, level, subject, case.period, mean, Fraction(1)), *days)
            return
        for one, score in scores.items():
            found = Assessed(name, level, subject, scored[one], score, Fraction(1))
            self._add(found, *period(one))

    def _any(self, name: str, subject: str, of: str) -> bool:
        """Say whether a subject has a result of the composite, or of one of its indicators."""
        composite = self.composites[name]
        weights = weights_on(name, composite, period(of)[1] - timedelta(days=1))
        at = composite["level"], subject
        return any((*at, one, of) in self.results for one in (name, *weights))

    def _add(self, found: Assessed, first: date, after: date) -> None:
        """Add what a score comes to, for the days on which it holds."""
        if found.score is not None:
            value = coefficient(self.composites[found.composite], found.score)
            found = found._replace(coefficient=value)
        self.assessed.append(found)
        subjects = [found.subject]
        if found.level == "county":
            subjects = sorted(self.case.institutions)
        for subject in subjects:
            scope, value = SCOPES[found.level], found.coefficient
            row = Coefficient(scope, subject, found.composite, value, first, after)
            self.coefficients.append(row)

    def score(self, name: str, composite: Yaml, subject: str, of: str) -> Fraction | None:
        """Return the exact score of one subject in one period; nothing where it is exempt."""
        level, total = composite["level"], Fraction(composite.get("total", HUNDRED))
        last = period(of)[1] - timedelta(days=1)
        weights = weights_on(name, composite, last)
        given = self.results.get((level, subject, name, of))
        if given is not None:
            if any((level, subject, one, of) in self.results for one in weights):
                raise Refused("RESULT_TWICE", f"{name} {subject}")
            return None if given.exempt else _given(name, given, total)
        if not weights:
            raise Refused("RESULT_MISSING", f"{subject} {name} {of}")
        applicable = added = Fraction(0)
        for indicator, weight in weights.items():
            part = self.part(level, subject, indicator, of, last)
            if part is not None:
                applicable += weight
                added += weight * part
        if applicable == 0:
            raise Refused("ALL_NOT_APPLICABLE", f"{name} {subject}")
        return total * added / applicable

    def part(self, level: str, subject: str, name: str, of: str, last: date) -> Fraction | None:
        """Return the part of full points of an indicator; nothing where it is not applicable."""
        row = self.results.get((level, subject, name, of))
        if row is None:
            raise Refused("RESULT_MISSING", f"{subject} {name} {of}")
        indicator = self.indicators[name]
        full = full_of(indicator)
        if row.exempt:
            return Fraction(1)
        if "score" not in indicator:
            return _given(name, row, full) / full
        if row.score:
            raise Refused("RESULT_FORM", f"{subject} {name}")
        numerator, denominator = Fraction(row.numerator), Fraction(row.denominator)
        if denominator == 0:
            return None
        return points(name, indicator, numerator / denominator, last) / full


def _given(name: str, row: Result, full: Fraction) -> Fraction:
    """Return points that are given as such, from 0 to full."""
    if not row.score:
        raise Refused("RESULT_FORM", name)
    if not 0 <= Fraction(row.score) <= full:
        raise Refused("SCORE_ABOVE_FULL", name)
    return Fraction(row.score)


def _versions(composite: Yaml) -> Sequence[Yaml]:
    """Return the versions of the weights: a plain mapping is one that always holds."""
    weights = composite.get("weights") or {}
    return [{"weights": weights}] if isinstance(weights, dict) else weights


def _every_weight(composite: Yaml) -> set[str]:
    """Return the indicators of all versions."""
    return {name for version in _versions(composite) for name in version["weights"]}


def weights_on(name: str, composite: Yaml, day: date) -> dict[str, Fraction]:
    """Return the weights of the indicators on a day; they add up to the total."""
    for version in _versions(composite):
        if in_force(version, day):
            weights = {one: Fraction(weight) for one, weight in version["weights"].items()}
            if weights and sum(weights.values()) != Fraction(composite.get("total", HUNDRED)):
                raise Refused("WEIGHTS_SUM", name)
            return weights
    raise Refused("WEIGHTS_MISSING", f"{name} {day}")


def assessed(case: Case) -> Assessment:
    """Score the case; a coefficient of the table of the same kind would overlap and be refused."""
    return Assessment(case)
