"""What the checks at the door say of the records, by parts: which are rejected, which warned of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from equivalents.intake.form import IdFaults
from equivalents.records import FaultSet

__all__ = ["Doubts", "with_more"]


@dataclass(frozen=True, slots=True)
class Doubts:
    """What was found, by the position of each part.

    ``made`` says of each rule of each check that was made, as JSON values, how severe it is, what
    it went by and how many records it doubts; of those that are turned off, that they are.
    """

    errors: Sequence[IdFaults | None]
    warnings: Sequence[tuple[FaultSet, ...]]
    made: Mapping[str, Sequence[Mapping[str, Any]]]


def with_more(first: IdFaults | None, more: IdFaults | None) -> IdFaults | None:
    """The faults of a part with others beside them; of a row the first ones stand."""
    if first is None or more is None:
        return first if more is None else more
    row = np.concatenate([first.row, more.row])
    order = np.argsort(row, kind="stable")
    order = order[np.diff(row[order], prepend=-1) != 0]
    at = order.tolist()
    code, column, note = (
        tuple(both[i] for i in at)
        for both in (
            first.code + more.code,
            first.column + more.column,
            first.note + more.note,
        )
    )
    return IdFaults(row[order], code, column, note)
