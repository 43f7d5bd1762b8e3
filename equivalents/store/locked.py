"""Which periods are locked: the one question that imports, results and steps all ask.

A period is locked while its latest lock has no unlock. Ask it inside ``writing`` to decide
something: there no other writer can lock or unlock meanwhile.
"""

from typing import NamedTuple

from sqlalchemy import Connection, select

from equivalents.policy.calendar import Period, parse_period
from equivalents.store.schema import LOCKS, UNLOCKS

__all__ = ["LockedPeriod", "locked_on", "locked_periods"]


class LockedPeriod(NamedTuple):
    """A locked period: its days, the lock that holds, and the audit entry its inputs end at."""

    period: Period
    lock_id: int
    as_of: int


def locked_periods(connection: Connection) -> list[LockedPeriod]:
    """Every locked period, by its first day and name."""
    opened = {int(one) for one in connection.execute(select(UNLOCKS.c.lock_id)).scalars()}
    wanted = select(LOCKS.c.id, LOCKS.c.period, LOCKS.c.as_of)
    found = [
        LockedPeriod(parse_period(str(row.period)), int(row.id), int(row.as_of))
        for row in connection.execute(wanted)
        if int(row.id) not in opened
    ]
    return sorted(found, key=lambda one: (one.period.start, one.period.name))


def locked_on(locked: list[LockedPeriod], day: int) -> LockedPeriod | None:
    """The locked period that a day lies in; the shortest, where a year holds its months."""
    holding = [one for one in locked if one.period.start <= day < one.period.end]
    return min(holding, key=lambda one: one.period.end - one.period.start, default=None)
