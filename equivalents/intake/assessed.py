"""The assessment of a case: its results read and checked, and the coefficients they come to.

Sources: C1 to C3; definitions 5.14, 5.17.
"""

from dataclasses import dataclass, replace

from equivalents.assess import Assessing, coefficients_of
from equivalents.assesschecks import (
    cliffs,
    growth_findings,
    idle_composites,
    idle_policies,
    unfit_periods,
    unknown_subjects,
    unused_results,
)
from equivalents.assesswho import Known
from equivalents.findings import Findings, Table
from equivalents.intake.assessments import check_results, read_results
from equivalents.policy.assessment import SCOPES, Assessment, Outcome, Result
from equivalents.policy.coefficients import SURPLUS
from equivalents.policy.keyrules import Applies, KeyRules, Scope
from equivalents.policy.scheme import Scheme

__all__ = [
    "AssessedCase",
    "NOT_ASSESSED",
    "assess_case",
    "is_assessed",
    "pays_surplus",
]


@dataclass(frozen=True, slots=True)
class AssessedCase:
    """The results of a case, what they come to, and its rules of keys with these coefficients."""

    results: tuple[Result, ...]
    outcomes: tuple[Outcome, ...] | None
    keys: KeyRules


NOT_ASSESSED = Assessment()
"""Where a case says nothing of an assessment."""


def is_assessed(scheme: Scheme | None) -> bool:
    """Whether a scheme has an assessment at all."""
    return bool(scheme is not None and scheme.assessment)


def assess_case(
    table: Table,
    scheme: Scheme | None,
    keys: KeyRules,
    known: Known,
    findings: Findings,
) -> AssessedCase:
    """Read the results, compute every composite, and add their coefficients to the rules of keys.

    Policies of effective contracts use results beside the composites.
    """
    policies = scheme.effective.values() if scheme is not None else ()
    elsewhere = {(one.level, indicator) for one in policies for indicator in one.indicators}
    results = read_results(table, known.period, findings)
    assessment = (scheme.assessment if scheme is not None else None) or NOT_ASSESSED
    results = check_results(results, assessment, known, findings)
    findings.problems += unknown_subjects(assessment, known)
    if _broken(findings):
        return AssessedCase(results, None, keys)
    assessing = Assessing(assessment, results, known)
    outcomes = assessing.outcomes()
    findings.problems += assessing.problems
    rows = coefficients_of(outcomes, known)
    _check_kinds(assessment, keys, findings)
    used, period = assessing.used, known.period
    findings.problems += unfit_periods(assessment, results, elsewhere)
    findings.problems += unused_results(assessment, results, used, known, elsewhere)
    findings.problems += idle_composites(assessment, outcomes, keys, scheme)
    findings.problems += idle_policies(scheme)
    findings.problems += growth_findings(assessment, period)
    findings.problems += cliffs(assessment, outcomes)
    whole = replace(keys, coefficients=(*keys.coefficients, *rows))
    return AssessedCase(results, outcomes, whole)


def _broken(findings: Findings) -> bool:
    """Whether the assessment itself is at fault: what came of it would be told besides."""
    return any(one.place.column.startswith("assessment.") for one in findings.errors)


def _check_kinds(assessment: Assessment, keys: KeyRules, findings: Findings) -> None:
    """Note coefficients given under the name of a composite, and what one cannot apply to."""
    for row in keys.coefficients:
        if row.kind in assessment.composites:
            findings.add("COMPOSITE_GIVEN", row.place, row.kind)
    for name, composite in assessment.composites.items():
        rule, scope = keys.rule(name), SCOPES.get(composite.level)
        if scope is not Scope.PERSON and rule.applies_to not in (Applies.KEY, Applies.NONE):
            # An institution or department is no head and has no payout.
            value = f"level={composite.level.value} kind={name} applies_to={rule.applies_to.value}"
            findings.add("NOT_SUPPORTED", rule.place, value)


def pays_surplus(scheme: Scheme | None, keys: KeyRules) -> bool:
    """Whether the pay half of a surplus is paid by the result of an assessment (B7, 5.14)."""
    assessment = (scheme.assessment if scheme is not None else None) or NOT_ASSESSED
    for name in assessment.composites:
        rule = keys.rule(name)
        moves = rule.applies_to in (Applies.KEY, Applies.WITHHOLD)
        there = any(row.kind == name for row in keys.coefficients)
        if moves and there and (not rule.pools or SURPLUS in rule.pools):
            return True
    return False
