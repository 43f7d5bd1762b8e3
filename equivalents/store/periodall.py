"""A step of many institutions taken at once: in one transaction, for all that have not yet or none.

Source: specification page 2 "A period's life".
"""

from collections.abc import Callable

from equivalents.errors import DataError, Problem
from equivalents.store.engine import Store
from equivalents.store.periods import Taken, life, period_name
from equivalents.store.steps import INSTITUTION

__all__ = ["for_all"]


def for_all(
    store: Store, act: str, period: str, take: Callable[[Store, str], Taken]
) -> list[Taken]:
    """Take the step of an act for every institution that it wants.

    Args:
        store: the store.
        act: ``submit`` or ``approve``.
        period: the period.
        take: takes the step of one institution in a store whose writings belong together.

    Raises:
        DataError: ``STEP_LEVEL``: institutions have no such step; ``STEP_NOTHING_LEFT``: all have
            taken it; whatever ``take`` refuses: nothing was written.
    """
    period_name(period)
    with store.together() as joined:
        with joined.reading() as connection:
            of = life(connection, period)
        steps = [one for one in of.flow.steps if one.act == act and one.level == INSTITUTION]
        wanting = next((found for one in steps if (found := of.wanting(one))), [])
        if steps and of.settled is not None and not wanting:
            raise DataError([Problem("STEP_NOTHING_LEFT", value=act)])
        # Where there is no such step, or no result, the step itself says so.
        return [take(joined, one) for one in wanting or [""]]
