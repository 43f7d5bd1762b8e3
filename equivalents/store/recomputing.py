"""A kept result settled again from what the store knew then, to be compared byte for byte.

*Intact* says that the bytes are those that were sealed; *recomputed equal* says that the program
comes to them again. A result of a case folder that was given cannot be settled again: the store
has the hashes of its files alone. Source: specification page 2 "A period's life".
"""

from pathlib import Path

from sqlalchemy import Connection

from equivalents.closing import correct_case, year_end_case
from equivalents.run import settle_case
from equivalents.store.engine import Store
from equivalents.store.lockrow import locks_of
from equivalents.store.results import (
    ADJUSTMENT,
    YEAR_END,
    Result,
    result_folder,
    result_of,
    results_of,
)
from equivalents.store.storecase import case_of

__all__ = ["settle_again"]


def settle_again(store: Store, result: Result, beside: Path) -> Path:
    """Settle a result again; gives the folder of what came out, within ``beside``.

    Rejected records were told when it was settled first.

    Raises:
        DataError: it cannot be settled as it was.
    """
    folder = beside / "out"
    of = result.about or result.period
    case = case_of(store, of, as_of=result.as_of, anew=True)
    with store.reading() as connection:
        paid, adjusted = _before(connection, result)
    closed = [result_folder(store, one.id, beside / one.period) for one in paid]
    earlier = [
        result_folder(store, one.id, beside / f"{one.about}-adjustment-{one.id}")
        for one in adjusted
    ]
    if result.kind == ADJUSTMENT:
        correct_case(case, closed[0], folder, earlier=earlier, stop_on_reject=False)
    elif result.kind == YEAR_END:
        year_end_case(case, closed, folder, adjusted=earlier, stop_on_reject=False)
    else:
        settle_case(case, folder, stop_on_reject=False)
    return folder


def _before(connection: Connection, result: Result) -> tuple[list[Result], list[Result]]:
    """The locked results and the adjustments that a result was made from."""
    if result.kind == YEAR_END:
        wanted = {(str(kind), str(digest)) for kind, _, digest in result.inputs["results"]}
        made = [one for one in results_of(connection) if (one.kind, one.sha256) in wanted]
        # The same result may have been kept in two rounds; it is one.
        known = {one.sha256: one for one in sorted(made, key=lambda one: -one.id)}
        every = sorted(known.values(), key=lambda one: (one.kind, one.period, one.id))
        adjusted = [one for one in every if one.kind == ADJUSTMENT]
        return [one for one in every if one.kind != ADJUSTMENT], adjusted
    if result.kind == ADJUSTMENT:
        adjusted = [one for one in results_of(connection, about=result.about) if one.id < result.id]
        last = [one for one in locks_of(connection) if one.period == result.about][-1]
        return [result_of(connection, last.result_id)], adjusted
    return [], []
