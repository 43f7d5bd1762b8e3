"""The coefficients of departments: each multiplies its department's key below its institution.

A coefficient that changes within the period, or that would do nothing because the pool goes past
departments, is refused. People's keys inside the department stay. Sources: C1; definition 5.2.
"""

from collections.abc import Mapping, Sequence

from equivalents.errors import Problem, RefusedError
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import Applies, Scope
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.sharing import LevelKind
from equivalents.tally import Plan
from equivalents.units import print_e4

__all__ = ["departments_e4"]

_ALL_ONE: Mapping[str, int] = {}


def departments_e4(
    plan: Plan, pools: Sequence[Pool], rules: CaseRules
) -> Sequence[Mapping[str, int]]:
    """For each pool the coefficients of departments that are not 1, by department.

    Pools to which the same kinds apply have the same mapping; empty where no department has one.

    Raises:
        RefusedError: ``DEPARTMENT_COEFFICIENT_VARIES``, ``DEPARTMENT_COEFFICIENT_IDLE``.
    """
    coefficients = plan.coefficients
    if not coefficients.departments:
        return ()
    of_departments = {
        row.kind for row in coefficients.rules.coefficients if row.scope is Scope.DEPARTMENT
    }
    known: dict[frozenset[str], Mapping[str, int]] = {}
    refused: dict[str, Problem] = {}
    for pool in pools:
        kinds = coefficients.kinds(Applies.KEY, pool.pool)
        if kinds not in known:
            known[kinds] = _of(plan, pool, refused)
        level = rules.sharing_of(pool.pool).level(LevelKind.DEPARTMENT)
        if level is None and of_departments & kinds:
            refused.setdefault(pool.pool, _idle(plan, pool, kinds))
    if refused:
        raise RefusedError(list(refused.values()))
    return [known[coefficients.kinds(Applies.KEY, pool.pool)] for pool in pools]


def _of(plan: Plan, pool: Pool, refused: dict[str, Problem]) -> Mapping[str, int]:
    found = {}
    for name in plan.coefficients.departments:
        runs = plan.coefficients.department_runs(name, pool.pool)
        if len(runs) > 1:
            values = sorted({run.value_e4 for run in runs})
            facts = {"found": ", ".join(map(print_e4, values))}
            rows = [
                row
                for row in plan.coefficients.rules.coefficients
                if row.scope is Scope.DEPARTMENT and row.subject_id == name
            ]
            place = max(row.place for row in rows)
            problem = Problem("DEPARTMENT_COEFFICIENT_VARIES", place, name, facts)
            refused.setdefault(name, problem)
        if runs[0].value_e4 != ONE_E4:
            found[name] = runs[0].value_e4
    return found or _ALL_ONE


def _idle(plan: Plan, pool: Pool, kinds: frozenset[str]) -> Problem:
    """A pool without a level of departments that coefficients of departments apply to."""
    rows = [
        row
        for row in plan.coefficients.rules.coefficients
        if row.scope is Scope.DEPARTMENT and row.kind in kinds
    ]
    first = min(rows, key=lambda row: (row.kind, row.place))
    rule = plan.coefficients.rules.rule(first.kind)
    place = rule.place if rule.place.file else first.place
    facts = {"kind": first.kind}
    return Problem("DEPARTMENT_COEFFICIENT_IDLE", place, pool.pool, facts)
