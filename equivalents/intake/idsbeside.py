"""What other files make of the record ids of a part, laid over the part as it stands alone.

A record that is repeated in another file, or a correction whose record is in no file, is at fault
because of the others. The part itself says the same of its rows whatever these say, so it need not
be read again when they say something else: its rows at fault are taken out here. Each fault
stands where :class:`~.coding.Coder` notes it: behind all faults of form and unknown ids, before
what is noted of performers and teams. Sources: A10; definition 5.8.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from equivalents.grouping import among
from equivalents.intake.form import IdFaults, found_ids
from equivalents.intake.performers import BEHIND_IDS
from equivalents.records import FaultSet, RecordBlock
from equivalents.units import Int64

__all__ = ["beside_others"]

_OWN = "LINE_BREAK"
"""The one fault that is noted of the texts of ids while a part is read. All others in their columns
were found when the texts were cleaned: of such a text nothing else is said."""


def beside_others(
    index: int,
    alone: Iterable[RecordBlock],
    ids: IdFaults | None,
    warnings: tuple[FaultSet, ...] = (),
) -> Iterator[RecordBlock]:
    """The blocks of :meth:`.source.Source.read`, from those of ``read_alone``.

    Args:
        index: the position of the part.
        alone: its blocks; all of their faults are faults of refused rows.
        ids: its rows at fault because of all files together.
        warnings: what its rows are warned of.
    """
    if warnings:
        yield RecordBlock.empty(index, 0, warnings)
    for block in alone:
        yield block if ids is None or not ids.row.size else _with_ids(block, ids)


def _with_ids(block: RecordBlock, ids: IdFaults) -> RecordBlock:
    """A block without its rows at fault, which are told in their place among its faults."""
    good = among(block.row, ids.row)
    refused = _hit([fault.row for fault in block.faults], ids)
    if not good.any() and not refused.size:
        return block
    rows = np.sort(np.concatenate([block.row[good], refused]))
    noted = [
        FaultSet(block.part, code, column, rows[mask], "", tuple(ids.note[i] for i in at[mask]))
        for code, column, found, at in found_ids(rows, ids)
        if (mask := found & ~_cleaned(rows, block.faults, column)).any()
    ]
    behind = [(fault.code, fault.column) in BEHIND_IDS for fault in block.faults]
    faults = (
        *(fault for fault, last in zip(block.faults, behind, strict=True) if not last),
        *noted,
        *(fault for fault, last in zip(block.faults, behind, strict=True) if last),
    )
    if not good.any():
        return replace(block, faults=faults)
    kept = block.without(good, faults)
    return replace(kept, refused=block.refused + kept.refused)


def _hit(rows: Sequence[Int64], ids: IdFaults) -> Int64:
    """The rows among some that are at fault, each once."""
    every = np.concatenate([np.zeros(0, np.int64), *rows])
    return np.unique(every[among(every, ids.row)])


def _cleaned(rows: Int64, faults: Sequence[FaultSet], column: str) -> npt.NDArray[np.bool_]:
    """Which rows, or their texts in a column, were refused when they were cleaned."""
    found = np.zeros(rows.size, bool)
    for fault in faults:
        if fault.column in ("", column) and fault.code != _OWN:
            found |= among(rows, fault.row)
    return found
