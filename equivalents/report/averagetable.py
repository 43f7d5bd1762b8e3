"""People who share by a multiple of an average in OUT, and how their key came about (5.16)."""

from equivalents.report.table import OutTable, texts
from equivalents.settle import Payouts, Settlement
from equivalents.units import print_e4, print_e7

__all__ = ["average_table"]


def average_table(settlement: Settlement, payouts: Payouts) -> OutTable | None:
    """Multiple x head x keys / people = key; ``None`` where nobody has a key by an average."""
    plan = settlement.plan
    found = [line for line in payouts.averages if not line.own_e7]
    if not found:
        return None
    rows = sorted(
        (
            plan.institutions[one.institution],
            settlement.pools[one.pool].pool,
            plan.persons[one.person],
            print_e4(one.multiple_e4),
            print_e4(one.head_e4),
            print_e7(one.sum_e7),
            str(one.people),
            print_e7(one.key_e7),
            one.reference,
        )
        for one in found
    )
    names = (
        *("institution_id", "pool", "person_id", "multiple", "head", "keys", "people", "key"),
        "reference",
    )
    columns = zip(*rows, strict=True)
    return OutTable(
        "averages", {name: texts(column) for name, column in zip(names, columns, strict=True)}
    )
