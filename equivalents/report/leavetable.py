"""Leave in OUT: each line that it adds to a key, and its rules (5.20)."""

import pyarrow as pa

from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day
from equivalents.policy.keyrules import KeyRules
from equivalents.policy.leave import Average, LeaveRule
from equivalents.report.table import OutTable, texts
from equivalents.settle import Payouts, Settlement
from equivalents.units import print_e4, print_e7, print_fixed

__all__ = ["leave_rules", "leave_table", "print_percent"]

_PERCENT_PLACES = 2


def print_percent(percent_e4: int) -> str:
    """A percentage with two decimals."""
    return print_fixed(percent_e4, _PERCENT_PLACES)


def leave_table(settlement: Settlement, payouts: Payouts) -> OutTable | None:
    """What leave adds to each key: days x percent x head x average key / average days."""
    detail, plan = payouts.detail, settlement.plan
    if detail is None or not detail.leave:
        return None
    rows = list(detail.leave_row)
    lines = detail.leave
    runs = [line.run for line in lines]
    places = [plan.institutions[int(payouts.institution[row])] for row in rows]
    columns: dict[str, pa.Array] = {
        "institution_id": texts(places),
        "pool": texts([settlement.pools[payouts.pool[row]].pool for row in rows]),
        "person_id": texts([run.leave.person_id for run in runs]),
        "kind": texts([run.leave.kind for run in runs]),
        "from": texts([print_day(run.since) for run in runs]),
        "to": texts([print_day(run.until) for run in runs]),
        "days": texts([str(line.days) for line in lines]),
        "average": texts([run.rule.average.value for run in runs]),
        "over": texts([_over(run.rule) for run in runs]),
        "department_id": texts([run.department for run in runs]),
        "percent": texts([print_percent(run.rule.percent_e4) for run in runs]),
        "head": texts([print_e4(line.head_e4) for line in lines]),
        "average_key": texts([print_e7(line.average_e7) for line in lines]),
        "average_days": texts([print_e4(line.days_e4) for line in lines]),
        "key": texts([print_e7(line.key_e7) for line in lines]),
        "reference": texts([run.rule.reference for run in runs]),
    }
    return OutTable("leave", columns)


def _over(rule: LeaveRule) -> str:
    return rule.over.value if rule.average is Average.OWN else ""


def leave_rules(rules: KeyRules) -> dict[str, object]:
    """The rules of leave as they were applied, for ``resolved-rules.json``."""
    if not rules.leave:
        return {}
    used = {leave.kind for leave in rules.leave}
    return {"leave_rules": [_rule(rule) for rule in rules.leave_rules if rule.kind in used]}


def _rule(rule: LeaveRule) -> dict[str, object]:
    adds = rule.average is not Average.NONE
    return {
        "kind": rule.kind,
        "average": rule.average.value,
        "over": _over(rule),
        "percent": print_percent(rule.percent_e4) if adds else "",
        "pools": list(rule.pools),
        "valid_from": "" if rule.valid_from == FIRST_DAY else print_day(rule.valid_from),
        "valid_to": "" if rule.valid_to == LAST_DAY else print_day(rule.valid_to),
        "reference": rule.reference,
    }
