"""Yearly limits in OUT: whose payouts they lowered, and the limits themselves (5.11)."""

from collections.abc import Sequence

from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day
from equivalents.policy.yearly import YearlyLimit
from equivalents.report.table import OutTable, texts
from equivalents.settle import Payouts, Settlement
from equivalents.units import print_e4, print_fen

__all__ = ["limited_table", "yearly_rules"]


def limited_table(settlement: Settlement, payouts: Payouts) -> OutTable | None:
    """The payouts of everybody whose total is above a yearly limit: allocated - taken = amount."""
    plan = settlement.plan
    found = payouts.limited.payouts if payouts.limited is not None else ()
    if not found:
        return None
    rows = [one.row for one in found]
    people = [plan.persons[int(payouts.person[row])] for row in rows]
    places = [plan.institutions[int(payouts.institution[row])] for row in rows]
    return OutTable(
        "limited",
        {
            "institution_id": texts(places),
            "pool": texts([settlement.pools[payouts.pool[row]].pool for row in rows]),
            "person_id": texts(people),
            "limit": texts([one.limit.name for one in found]),
            "year": texts([print_fen(one.year_fen) for one in found]),
            "months": texts([str(one.part.months) for one in found]),
            "head": texts([print_e4(one.part.head_e4) for one in found]),
            "paid_before": texts([print_fen(one.part.paid_fen) for one in found]),
            "cap": texts([print_fen(one.cap_fen) for one in found]),
            "total": texts([print_fen(one.total_fen) for one in found]),
            "allocated": texts([print_fen(one.before_fen) for one in found]),
            "taken": texts([print_fen(one.taken_fen) for one in found]),
            "amount": texts([print_fen(one.before_fen - one.taken_fen) for one in found]),
            "reference": texts([one.limit.reference for one in found]),
        },
    )


def yearly_rules(limits: Sequence[YearlyLimit]) -> dict[str, object]:
    """The limits as they were applied, for ``resolved-rules.json``."""
    rules = [
        {
            "name": limit.name,
            "pools": list(limit.pools),
            "cap": print_fen(limit.cap_fen),
            "people": {who: print_fen(fen) for who, fen in sorted(limit.people.items())},
            "excess": limit.excess.value,
            "months": limit.months.value,
            "valid_from": "" if limit.valid_from == FIRST_DAY else print_day(limit.valid_from),
            "valid_to": "" if limit.valid_to == LAST_DAY else print_day(limit.valid_to),
            "reference": limit.reference,
        }
        for limit in limits
    ]
    return {"yearly_limits": rules} if rules else {}
