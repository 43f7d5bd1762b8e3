"""What is odd about an assessment: results that nothing uses, cliffs, indicators by the year.

Sources: C2 (a cliff is reported as such), C3 (4 to 6 indicators, one or two more each year).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from equivalents.assess import ResultName, name_of, needed_periods
from equivalents.assessscore import steps_of
from equivalents.assesswho import Known
from equivalents.errors import Place, Problem, near
from equivalents.policy.assessment import (
    AssessedLevel,
    Assessment,
    Composite,
    Outcome,
    Result,
    Subjects,
)
from equivalents.policy.calendar import FIRST_DAY, Period, parse_period, print_day
from equivalents.policy.funds import Given, PerEquivalent, PerHead, Tasks
from equivalents.policy.keyrules import Applies, KeyRules
from equivalents.policy.scheme import Scheme
from equivalents.units import print_e4

__all__ = [
    "cliffs",
    "growth_findings",
    "idle_composites",
    "idle_policies",
    "kinds_of_funds",
    "unfit_periods",
    "unknown_subjects",
    "unused_results",
]

_Elsewhere = Collection[tuple[AssessedLevel, str]]


def _using(assessment: Assessment, result: Result) -> list[Composite]:
    """The composites of the level that a result could be of, in whatever period."""
    return [
        one
        for one in assessment.composites.values()
        if one.level is result.level
        and (
            one.name == result.indicator
            or any(result.indicator in version.value for version in one.weights.versions)
        )
    ]


def unfit_periods(
    assessment: Assessment, results: Sequence[Result], elsewhere: _Elsewhere
) -> Iterator[Problem]:
    """Results whose period has not the length of any composite that could use them."""
    known: dict[tuple[AssessedLevel, str, str], str] = {}
    for row in results:
        name = row.level, row.indicator, row.period
        if name not in known:
            using = _using(assessment, row)
            months = len(parse_period(row.period).month_starts)
            fits = any(one.period.months == months for one in using)
            lengths = () if fits else {one.period.value for one in using}
            known[name] = ", ".join(sorted(lengths))
        if known[name] and name[:2] not in elsewhere:
            facts = {"indicator": row.indicator, "allowed": known[name]}
            yield Problem("RESULT_PERIOD", row.place.at("period"), row.period, facts)


def unknown_subjects(assessment: Assessment, known: Known) -> Iterator[Problem]:
    """Names under ``subjects`` that no row of the tables has."""
    for composite in assessment.composites.values():
        subjects = composite.subjects
        if subjects == Subjects(place=subjects.place):
            continue
        for column, names in known.occurring(composite.level).items():
            for name in getattr(subjects, column):
                if name not in names:
                    facts = {"column": column, "near": near(name, sorted(names))}
                    yield Problem("ID_UNKNOWN", subjects.place, name, facts)


def unused_results(
    assessment: Assessment,
    results: Sequence[Result],
    used: Collection[ResultName],
    known: Known,
    elsewhere: _Elsewhere,
) -> Iterator[Problem]:
    """Results that change nothing: those of a period are told once for each indicator.

    ``RESULT_OUTSIDE`` (an error): every composite that could use it declares other subjects.
    ``RESULT_UNUSED`` (a warning): no composite of the level has the indicator then, the period is
    not one that the case needs, or the composite's own score is given.
    """
    counted: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], Place] = {}
    for row in results:
        declared = row.indicator in {*assessment.indicators, *assessment.composites}
        idle = name_of(row) not in used and (row.level, row.indicator) not in elsewhere
        if not (declared and idle):
            continue
        if _outside(row, assessment, known):
            facts = {"indicator": row.indicator}
            yield Problem("RESULT_OUTSIDE", row.place.at("subject_id"), row.subject_id, facts)
            continue
        name = row.level.said, row.indicator, row.period
        counted[name] += 1
        first.setdefault(name, row.place)
    for (level, indicator, period), rows in counted.items():
        place = first[level, indicator, period]
        facts = {"level": level, "period": period, "rows": str(rows)}
        yield Problem("RESULT_UNUSED", place, indicator, facts)


def _outside(row: Result, assessment: Assessment, known: Known) -> bool:
    """Whether some composite needs such a result of the period, but of none with this subject."""
    names = known.names(row.level)
    needed = False
    for composite in _using(assessment, row):
        for period, holds in needed_periods(composite, known.period):
            if period.name == row.period and row.level is not AssessedLevel.COUNTY:
                needed = True
                who = known.assessed(composite, holds.start, holds.end)
                if row.subject_id in who.required or row.subject_id in who.optional:
                    return False
    return needed and names is not None and row.subject_id in names


def idle_composites(
    assessment: Assessment, outcomes: Sequence[Outcome], keys: KeyRules, scheme: Scheme | None
) -> Iterator[Problem]:
    """Warnings of composites that multiply nothing and that nothing of a scheme goes by.

    One without any coefficient, of teams that are no departments, multiplies nothing either.
    """
    moving = {one.composite for one in outcomes if one.in_force}
    named = set(kinds_of_funds(scheme)) if scheme is not None else set()
    if scheme is not None:
        named |= {one.composite for one in scheme.effective.values()}
        named |= {one.coefficient for one in scheme.components.values()}
    for name, composite in assessment.composites.items():
        idle = keys.rule(name).applies_to is Applies.NONE or name not in moving
        if idle and name not in named:
            yield Problem("COMPOSITE_UNUSED", composite.place, name)


def idle_policies(scheme: Scheme | None) -> Iterator[Problem]:
    """Warnings of policies of effective contracts that no fund pays by, at any institution (C4)."""
    if scheme is None:
        return
    funds = (one for fund in scheme.funds.values() for one in (fund, *fund.own.values()))
    named = {one.body.heads.effective for one in funds if isinstance(one.body, PerHead)}
    for name, policy in scheme.effective.items():
        if name not in named:
            yield Problem("EFFECTIVE_UNUSED", policy.place, name)


def kinds_of_funds(scheme: Scheme) -> Iterator[str]:
    """The kinds of coefficients that funds and the pay cap name."""
    if scheme.pay_cap.coefficient:
        yield scheme.pay_cap.coefficient
    for fund in scheme.funds.values():
        for one in (fund, *fund.own.values()):
            match one.body:
                case Given(coefficient=kind) | PerHead(coefficient=kind) if kind:
                    yield kind
                case Tasks(assessment=kind) if kind:
                    yield kind
                case PerEquivalent(coefficients=kinds):
                    yield from kinds


# -- indicators by the year ----------------------------------------------------------------------


def growth_findings(assessment: Assessment, period: Period) -> Iterator[Problem]:
    """Warnings where the number of indicators of a first or later year is not as declared (C3).

    The last version of each year counts, up to the year of the period's end; weights without a
    first day are of the year of the period.
    """
    growth = assessment.growth
    last = _year(period.end - 1)
    for composite in assessment.composites.values():
        by_year: dict[int, Mapping[str, object]] = {}
        for version in composite.weights.versions:
            start = last if version.valid_from == FIRST_DAY else _year(version.valid_from)
            by_year[start] = version.value
        before: Collection[str] | None = None
        for year in range(min(by_year, default=last + 1), last + 1):
            now = by_year.get(year, before or ())
            bounds = growth.first if before is None else growth.yearly
            count = len(now) if before is None else len(set(now).difference(before))
            if bounds is not None and not bounds[0] <= count <= bounds[1]:
                facts = {
                    "year": str(year),
                    "found": str(count),
                    "least": str(bounds[0]),
                    "most": str(bounds[1]),
                    "what": _FIRST if before is None else _LATER,
                }
                yield Problem("INDICATOR_GROWTH", composite.place, composite.name, facts)
            before = now


_FIRST = "第一年的指标¦indicators in the first year"
_LATER = "新增的指标¦more indicators than the year before"


def _year(day: int) -> int:
    return int(print_day(day)[:4])


# -- cliffs --------------------------------------------------------------------------------------


def cliffs(assessment: Assessment, outcomes: Sequence[Outcome]) -> Iterator[Problem]:
    """Warnings of coefficients that jump, each step told: where, from what, to what (C2)."""
    nearest: dict[str, int] = Counter(
        one.composite for one in outcomes if one.next_step is not None and one.in_force
    )
    for composite in assessment.composites.values():
        steps = steps_of(composite.coefficient, composite.total)
        if steps:
            told = ", ".join(
                f"{at} ({print_e4(one)} → {print_e4(other)})" for at, one, other in steps
            )
            facts = {"steps": told, "below": str(nearest.get(composite.name, 0))}
            place = composite.coefficient.place
            yield Problem("ASSESSMENT_CLIFF", place, composite.name, facts)
