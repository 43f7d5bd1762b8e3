"""What a part was weighed as on the direct path, under one set of weights: sums and no cells.

The cells of a part may be nearly as many as its records; what its people earned is a number each.
So where the weights are those of an earlier run, this is read instead. It holds what is left of
:class:`~equivalents.count.Counted` once its own cells are weighed: also records that wait, shared
cells, faults. The sums are those of :class:`~equivalents.weigh.DirectSum`, bit by bit.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from equivalents.count import Counted
from equivalents.keptcount import Measures
from equivalents.records import Origin
from equivalents.store.cachefiles import Entry, address_of
from equivalents.store.keptforms import Dates, counted_of, ends_of, entry_of, with_ends
from equivalents.weigh import Scales

__all__ = ["sums_address", "sums_of", "weighed_of"]


def sums_address(address: str, weights: str, scales: Scales) -> str:
    """Where the sums of a part stand; ``address`` is that of its counts, ``weights`` of the rules.

    The weights are also taken as the engine has them, position by position.
    """
    books = (scales.books[series] for series in scales.series)
    return address_of(address, weights, *(book.weight_e4 for book in books))


def sums_of(counted: Counted, measures: Measures, dates: Dates, scales: Scales) -> Entry:
    """A part whose own cells are weighed; what is left of its tally is shared cells."""
    rest, ends = entry_of(counted, measures, dates, scales.plan), ends_of(counted)
    absolute_e3, sums = counted.direct.told()
    earning = np.zeros(len(scales.plan.postings), bool)
    for column in sums.values():
        earning |= column != 0
    where = np.flatnonzero(earning)
    arrays: dict[str, Any] = {f"rest.{name}": column for name, column in rest.arrays.items()}
    arrays |= {f"ends.{name}": column for name, column in ends.arrays.items()}
    arrays["earning"] = where
    arrays |= {f"sum.{series}": column[where] for series, column in sums.items()}
    facts = {"rest": rest.facts, "ends": ends.facts, "absolute_e3": absolute_e3}
    return Entry(facts, arrays)


def weighed_of(entry: Entry, at: int, origin: Origin, scales: Scales) -> tuple[Counted, Dates]:
    """The same again, by the codes of this run."""
    rest = Entry(entry.facts["rest"], _named(entry.arrays, "rest."))
    counted, measures, dates = counted_of(rest, at, origin, scales)
    ends = Entry(entry.facts["ends"], _named(entry.arrays, "ends."))
    with_ends(counted, measures, scales, ends, at)
    where = entry.arrays["earning"]
    sums = {series: (where, entry.arrays[f"sum.{series}"]) for series in scales.series}
    counted.direct.take(entry.facts["absolute_e3"], sums)
    return counted, dates


def _named(arrays: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): column
        for name, column in arrays.items()
        if name.startswith(prefix)
    }
