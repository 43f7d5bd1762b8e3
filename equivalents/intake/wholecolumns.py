"""Checks of whole columns: each distinct text is read once, and rows are walked only for faults.

A county has 400,000 contracts; an object for each row would cost more than everything that is
done with them. Sources: specification page 3; definitions 5.8, 5.21.
"""

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from equivalents.codes import Coded, occurring
from equivalents.errors import Place
from equivalents.findings import Findings, Row, Table, near
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.load import read_amount, read_day, read_end, read_flag
from equivalents.units import Codes, Int64

__all__ = [
    "amounts",
    "days",
    "flags",
    "note_known",
    "note_twice",
    "note_unknown",
    "positions",
    "spans",
]

_Value = TypeVar("_Value")
_Scalar = TypeVar("_Scalar", bound=np.generic)


def days(table: Table, column: str, default: int, findings: Findings) -> Codes:
    """The day numbers of a column, ``default`` where blank; faults are noted row by row."""
    read = _read(table, column, lambda row, heard: read_day(row, column, heard, default), findings)
    return _spread(table, column, np.array(read, np.int32))


def amounts(table: Table, column: str, findings: Findings) -> Int64:
    """The amounts of a column in fen, 0 where blank; faults are noted row by row."""
    read = _read(table, column, lambda row, heard: read_amount(row, column, heard), findings)
    return _spread(table, column, np.array(read, np.int64))


def flags(
    table: Table, column: str, findings: Findings, *, blank: bool = False
) -> npt.NDArray[np.bool_]:
    """The flags of a column, ``blank`` where it is; faults are noted row by row."""
    read = _read(
        table, column, lambda row, heard: read_flag(row, column, heard, blank=blank), findings
    )
    return _spread(table, column, np.array(read, np.bool_))


def _read(
    table: Table, column: str, reader: Callable[[Row, Findings], _Value], findings: Findings
) -> list[_Value]:
    """The values of a column's distinct texts; the rows are walked only where one is faulty."""
    unheard = Findings()
    texts = Coded.of(table.column(column)).texts
    known = [reader(Row(Place(), {column: text}), unheard) for text in texts]
    if unheard.problems:
        for row in table:
            reader(row, findings)
    return known


def _spread(table: Table, column: str, values: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """The value of each row, from those of the distinct texts."""
    return values[Coded.of(table.column(column)).code]


def spans(table: Table, names: tuple[str, str], findings: Findings) -> tuple[Codes, Codes]:
    """First days and exclusive ends; a Chinese heading says an inclusive end (5.21)."""
    first, last = names
    starts = days(table, first, FIRST_DAY, findings)
    ends = days(table, last, LAST_DAY, findings)
    if table.inclusive_ends:
        filled = np.array([text != "" for text in table.column(last)], bool)
        ends = np.where(filled, np.minimum(ends + 1, LAST_DAY), ends)
    for at in np.flatnonzero(ends <= starts).tolist():
        read_end(table[at], last, int(starts[at]), findings)
    return starts, ends


def note_known(row: Row, column: str, known: Collection[str], findings: Findings) -> None:
    """Note a filled id that is not registered."""
    value = row[column]
    if value and value not in known:
        hint = near(value, sorted(known))
        findings.add("ID_UNKNOWN", row.at(column), value, column=row.said(column), near=hint)


def note_unknown(table: Table, column: str, known: Collection[str], findings: Findings) -> None:
    """Note the rows whose filled id is not registered; nothing is walked where all are."""
    texts = occurring(table.column(column))
    lost = {text for text in texts if text and text not in known}
    if lost:
        for row in table:
            if row[column] in lost:
                note_known(row, column, known, findings)


def note_twice(table: Table, names: Sequence[str], findings: Findings) -> None:
    """Note the rows whose id, of one column or of several, stands in an earlier row."""
    ids = [*zip(*map(table.column, names), strict=True)]
    if len(set(ids)) == len(ids):
        return
    seen: dict[tuple[str, ...], Place] = {}
    for value, row in zip(ids, table, strict=True):
        place = row.at(names[-1])
        if value in seen:
            findings.add("ID_TWICE", place, " ".join(value).rstrip(), other=str(seen[value]))
        seen.setdefault(value, place)


def positions(coded: Coded, names: Sequence[str]) -> Codes:
    """The position of each row's text among some names; -1 where it is not one of them."""
    position = {name: at for at, name in enumerate(names)}
    found = np.array([*(position.get(text, -1) for text in coded.texts), -1], np.int32)
    codes: Codes = found[coded.code]
    return codes
