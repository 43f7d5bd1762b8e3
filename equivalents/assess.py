"""Assessment 考核: results become scores, scores become dated coefficients.

The idea: a composite is a kind of coefficient. Before anything is planned, each of its subjects
gets a score over the indicators' points, and the score a coefficient over the days on which the
result holds; funds, pools, keys and withholding then take it like any other coefficient. A missing
result is an error, never 1 and never 0. Sources: C1 to C3; definitions 5.2, 5.3, 5.17.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from equivalents.assessscore import (
    coefficient_e4,
    coefficient_of,
    indicator_points,
    next_step,
    spread,
)
from equivalents.assesswho import Assessed, Known
from equivalents.errors import Place, Problem
from equivalents.policy.assessment import (
    SCOPES,
    AppliesIn,
    AssessedLevel,
    Assessment,
    Combine,
    Composite,
    IndicatorPoints,
    Outcome,
    Result,
)
from equivalents.policy.calendar import Period, periods_of, print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import Coefficient, Scope
from equivalents.units import print_e4

__all__ = [
    "Assessing",
    "ResultName",
    "coefficients_of",
    "name_of",
    "needed_periods",
    "print_number",
]

ResultName = tuple[AssessedLevel, str, str, str]
"""Level, indicator, period and subject: what there is one result of."""
_PLACES: Final = 7


def name_of(result: Result) -> ResultName:
    """Of what a result is."""
    return result.level, result.indicator, result.period, result.subject_id


def print_number(value: Fraction) -> str:
    """A number for people: with all its decimals where it has at most seven, else ``a/b``."""
    above, below = value.numerator, value.denominator
    times, left = divmod(10**_PLACES, below)
    if left:  # in lowest terms, so no more than seven decimals would do
        return str(value)
    whole, part = divmod(above * times, 10**_PLACES)
    return f"{whole}.{part:0{_PLACES}d}".rstrip("0").rstrip(".")


def needed_periods(composite: Composite, period: Period) -> tuple[tuple[Period, Period], ...]:
    """The periods whose results a case needs, each with the one in which its result holds."""
    months = composite.period.months
    holding = periods_of(months, period.start, period.end)
    if composite.applies is AppliesIn.SAME:
        return tuple(zip(holding, holding, strict=True))
    return tuple((_before(months, one), one) for one in holding)


def _before(months: int, period: Period) -> Period:
    return periods_of(months, period.start - 1, period.start)[0]


@dataclass
class Assessing:
    """Computes outcomes; ``problems`` gathers all that is wrong, ``used`` the results used."""

    assessment: Assessment
    results: Sequence[Result]
    known: Known
    problems: list[Problem] = field(default_factory=list)
    used: set[ResultName] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._by_name = {name_of(row): row for row in self.results}
        subjects: dict[tuple[AssessedLevel, str, str], set[str]] = defaultdict(set)
        for row in self.results:
            subjects[row.level, row.indicator, row.period].add(row.subject_id)
        self._subjects = subjects

    def outcomes(self) -> tuple[Outcome, ...]:
        """Every composite of every subject and period, in the declared order."""
        found: list[Outcome] = []
        for composite in self.assessment.composites.values():
            several = [
                one
                for period, holds in needed_periods(composite, self.known.period)
                for one in self._period(composite, period, holds)
            ]
            if composite.combine is Combine.MEAN:
                found += [replace(one, in_force=False) for one in several]
                several = [*self._means(composite, several)]
            self._check_limits(composite, several)
            found += several
        return tuple(found)

    # -- one period of one composite -------------------------------------------------------------

    def _period(self, composite: Composite, period: Period, holds: Period) -> Iterator[Outcome]:
        weights = composite.weights.on(period.end - 1)
        if weights is None:
            self._no_figure(composite.place, f"{composite.name}.weights", period)
            return
        who = self._who(composite, period, holds, tuple(weights.value))
        for subject in sorted({*who.required, *who.optional}):
            one = self._one(composite, subject, period, weights.value)
            if one is not None:
                yield replace(one, valid_from=holds.start, valid_to=holds.end)

    def _who(
        self, composite: Composite, period: Period, holds: Period, indicators: Sequence[str]
    ) -> Assessed:
        """Whom to assess: those who must have results, and others who have any."""
        level = composite.level
        given: set[str] = set()
        for name in (composite.name, *indicators):
            given |= self._subjects.get((level, name, period.name), set())
        if level is AssessedLevel.COUNTY:
            if len(given) > 1:
                facts = {"subjects": ", ".join(sorted(given)), "period": period.name}
                self._tell("RESULT_SEVERAL_COUNTIES", composite.place, composite.name, facts)
            return Assessed(sorted(given) or ["-"], ())
        who = self.known.assessed(composite, holds.start, holds.end)
        return Assessed(who.required, given.intersection(who.optional))

    def _one(
        self, composite: Composite, subject: str, period: Period, weights: Mapping[str, Fraction]
    ) -> Outcome | None:
        """The outcome of one subject; what is wrong with its results is told."""
        whole = self._by_name.get((composite.level, composite.name, period.name, subject))
        plain = Outcome(
            composite.name,
            composite.level,
            subject,
            period.name,
            period.start,
            period.end,
            None,
            ONE_E4,
            in_force=self._is_subject(composite, subject),
            reference=composite.reference,
        )
        if whole is not None:
            self.used.add(name_of(whole))
            plain = replace(plain, place=whole.place)
            if whole.exempt:
                return replace(plain, exempt=True)
            return None if whole.score is None else self._scored(composite, plain, whole.score)
        return self._of_indicators(composite, plain, period, weights)

    def _of_indicators(
        self, composite: Composite, plain: Outcome, period: Period, weights: Mapping[str, Fraction]
    ) -> Outcome | None:
        points: list[IndicatorPoints] = []
        places = []
        for name, weight in weights.items():
            row = self._by_name.get((composite.level, name, period.name, plain.subject_id))
            if row is None:
                facts = {
                    "indicator": name,
                    "composite": composite.name,
                    "level": composite.level.said,
                    "period": period.name,
                }
                self._tell("RESULT_MISSING", composite.place, plain.subject_id, facts)
                continue
            self.used.add(name_of(row))
            places.append(row.place)
            indicator = self.assessment.indicators[name]
            one = indicator_points(indicator, weight, row, period.end - 1)
            if one is None:
                self._no_figure(row.place, name, period)
            else:
                points.append(one)
        if len(points) < len(weights):
            return None
        full = {name: self.assessment.indicators[name].full for name in weights}
        added = spread(points, full, composite.total)
        if added is None:
            facts = {"composite": composite.name, "period": period.name}
            self._tell("RESULT_NONE_APPLICABLE", places[0], plain.subject_id, facts)
            return None
        told = replace(plain, points=added[0], place=places[0])
        return self._scored(composite, told, added[1])

    def _scored(self, composite: Composite, plain: Outcome, score: Fraction) -> Outcome:
        rule, total = composite.coefficient, composite.total
        step = next_step(rule, score, total)
        return replace(
            plain,
            score=score,
            coefficient_e4=coefficient_e4(coefficient_of(rule, score, total)),
            next_step=step[0] if step else None,
            next_e4=step[1] if step else None,
        )

    def _is_subject(self, composite: Composite, subject: str) -> bool:
        """Whether a subject has a coefficient: a team that is no department has none."""
        at_departments = SCOPES.get(composite.level) is Scope.DEPARTMENT
        return not at_departments or subject in self.known.departments

    # -- several periods -------------------------------------------------------------------------

    def _means(self, composite: Composite, several: Sequence[Outcome]) -> Iterator[Outcome]:
        """The exact mean of the scores of each subject's periods; exempt ones are left out."""
        mine: dict[str, list[Outcome]] = defaultdict(list)
        for one in several:
            mine[one.subject_id].append(one)
        period = self.known.period
        for _, outcomes in sorted(mine.items()):
            scores = [one.score for one in outcomes if one.score is not None]
            plain = replace(
                outcomes[0],
                period=period.name,
                valid_from=period.start,
                valid_to=period.end,
                points=(),
                exempt=not scores,
            )
            if scores:
                mean = sum(scores, Fraction(0)) / len(scores)
                plain = self._scored(composite, plain, mean)
            yield plain

    # -- what is wrong -----------------------------------------------------------------------------

    def _check_limits(self, composite: Composite, outcomes: Sequence[Outcome]) -> None:
        """Note coefficients outside the limits; effective contracts use those of teams, too."""
        least, most = composite.coefficient.least, composite.coefficient.most
        for one in outcomes:
            value = Fraction(one.coefficient_e4, ONE_E4)
            low, high = least is not None and value < least, most is not None and value > most
            if low or high:
                facts = {
                    "composite": composite.name,
                    "found": print_e4(one.coefficient_e4),
                    "least": "-" if least is None else print_number(least),
                    "most": "-" if most is None else print_number(most),
                    "period": one.period,
                }
                self._tell("COEFFICIENT_OUTSIDE", one.place, one.subject_id, facts)

    def _no_figure(self, place: Place, name: str, period: Period) -> None:
        self._tell("FIGURE_MISSING", place, name, {"day": print_day(period.end - 1)})

    def _tell(self, code: str, place: Place, value: str, facts: Mapping[str, str]) -> None:
        self.problems.append(Problem(code, place, value, facts))


def coefficients_of(outcomes: Sequence[Outcome], known: Known) -> tuple[Coefficient, ...]:
    """The coefficients that outcomes in force are: the county's is one of every institution."""
    found: list[Coefficient] = []
    for one in outcomes:
        if one.in_force:
            found += _coefficients(one, known)
    return tuple(found)


def _coefficients(outcome: Outcome, known: Known) -> Iterator[Coefficient]:
    scope, subject = SCOPES[outcome.level], outcome.subject_id
    told = "免考 exempt" if outcome.score is None else print_number(outcome.score)
    plain = Coefficient(
        scope,
        subject,
        outcome.composite,
        outcome.coefficient_e4,
        outcome.valid_from,
        outcome.valid_to,
        reference=outcome.reference,
        place=outcome.place,
        score=told,
    )
    if scope is Scope.PERSON:
        yield plain._replace(person_id=subject)
    elif scope is Scope.DEPARTMENT:
        yield plain._replace(institution_id=known.departments[subject].institution_id)
    elif outcome.level is AssessedLevel.COUNTY:
        for place in known.institutions:
            name = place.institution_id
            yield plain._replace(subject_id=name, institution_id=name)
    else:
        yield plain._replace(institution_id=subject)
