"""The form of records: blank, dates, quantities, visits, line breaks and record ids, each judged.

A function looks at one column of a batch and notes what is wrong with it; :mod:`.coding` calls them
in the order of page 3, and so does whoever keeps records without counting them. Sources: A10, A6;
definitions 5.8, 5.21.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from equivalents.intake.batch import Batch, Mask
from equivalents.intake.columns import (
    NULL_DAY,
    AnyColumn,
    DayColumn,
    Distinct,
    NumberColumn,
    PlainColumn,
    TextColumn,
)
from equivalents.intake.values import (
    BAD_DAY,
    BLANK_DAY,
    FINE,
    INVALID,
    MISSING,
    RANGE,
    number_kinds,
    parse_quantities,
)
from equivalents.intake.waiting import NO_END
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.posts import Codes
from equivalents.units import Int64

__all__ = [
    "IdFaults",
    "check_line_breaks",
    "check_visits",
    "days_of",
    "ends_of",
    "found_ids",
    "note_ids",
    "quantities_of",
]

_VISIT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class IdFaults:
    """Rows of one part whose record id is at fault: sorted rows, codes, and the other places."""

    row: Int64
    code: tuple[str, ...]
    column: tuple[str, ...]
    note: tuple[str, ...]


def check_line_breaks(batch: Batch, name: str, column: AnyColumn) -> None:
    """A line break inside a value: a missing quote may have drawn whole rows into it."""
    if isinstance(column, TextColumn):
        broken = column.distinct.broken()
        if broken.any():
            batch.note("LINE_BREAK", name, broken[column.index])
    elif isinstance(column, PlainColumn):
        batch.note("LINE_BREAK", name, column.broken())


def days_of(batch: Batch, parse: Callable[[Distinct], Codes]) -> Codes:
    """Day numbers of the service dates; impossible and blank ones are noted."""
    column = batch.columns["service_date"]
    if isinstance(column, DayColumn):
        day = column.day
        if day.min(initial=FIRST_DAY) < FIRST_DAY or day.max(initial=FIRST_DAY) >= LAST_DAY:
            outside = (day < FIRST_DAY) | (day >= LAST_DAY)
            day = np.where(outside, np.int32(BAD_DAY), day)
            day[column.day == NULL_DAY] = BLANK_DAY
    else:
        assert isinstance(column, TextColumn), "dates are days or text"
        codes = column.distinct.once("days", parse)
        day = codes[column.index]
    if day.max(initial=FIRST_DAY) > LAST_DAY:
        batch.note("VALUE_MISSING", "service_date", day == BLANK_DAY)
        batch.note("DATE_INVALID", "service_date", day == BAD_DAY)
        day = np.where(day > LAST_DAY, np.int32(FIRST_DAY), day)
    return day


def ends_of(batch: Batch, start: Codes, parse: Callable[[Distinct], Codes]) -> Codes | None:
    """Service end dates, :data:`NO_END` where blank; ``None`` where the whole batch is."""
    column = batch.columns.get("service_end_date")
    if isinstance(column, DayColumn):
        end = column.day
        blank, wrong = end == NULL_DAY, (end < FIRST_DAY) | (end >= LAST_DAY)
    elif isinstance(column, TextColumn) and not column.blank_only():
        end = column.distinct.once("days", parse)[column.index]
        blank, wrong = end == BLANK_DAY, end == BAD_DAY
    else:
        return None
    if blank.all():
        return None
    batch.note("DATE_INVALID", "service_end_date", wrong & ~blank)
    reversed_ = ~blank & ~wrong & (end < start)
    batch.note("END_BEFORE_START", "service_end_date", reversed_)
    return np.where(blank, np.int32(NO_END), end)


def quantities_of(batch: Batch) -> Int64:
    """Thousandths; faults of 5.8 are noted, in the order blank, text, range, sign."""
    column = batch.columns["quantity"]
    if isinstance(column, NumberColumn):
        value, kind = column.value_e3, number_kinds(column)
    else:
        assert isinstance(column, TextColumn), "quantities are numbers or text"
        values, kinds = column.distinct.once("quantities", parse_quantities)
        value = values[column.index]
        kind = kinds[column.index] if kinds.any() else None
    if kind is not None:
        batch.note("VALUE_MISSING", "quantity", kind == MISSING)
        batch.note("QUANTITY_INVALID", "quantity", kind == INVALID)
        batch.note("QUANTITY_RANGE", "quantity", kind == RANGE)
        value = np.where(kind == FINE, value, 0)
    if value.min(initial=0) < 0:
        corrects = batch.text("corrects")
        negative = value < 0
        unnamed = negative if corrects is None else negative & corrects.blank()
        batch.note("QUANTITY_NEGATIVE", "quantity", unnamed)
    return value


def check_visits(batch: Batch) -> None:
    """Note visit numbers that are no whole number from 1 on."""
    column = batch.text("visit_number")
    if column is None:
        return
    bad = column.distinct.once("visits", _bad_visits)
    if bad.any():
        batch.note("VISIT_NUMBER_INVALID", "visit_number", bad[column.index])


def _bad_visits(distinct: Distinct) -> Mask:
    texts = distinct.texts()
    return np.array([bool(text) and not _VISIT.fullmatch(text) for text in texts], bool)


def note_ids(batch: Batch, faults: IdFaults | None) -> None:
    """Repeated and conflicting record ids, and corrections that name nothing (5.8)."""
    for code, column, mask, at in found_ids(batch.row, faults):

        def notes(where: Int64, at: Int64 = at) -> tuple[str, ...]:
            assert faults is not None, "something was found"
            return tuple(faults.note[int(i)] for i in at[where])

        batch.note(code, column, mask, notes)


def found_ids(row: Int64, faults: IdFaults | None) -> Iterator[tuple[str, str, Mask, Int64]]:
    """The faults among some rows (ascending) in the order in which they are noted.

    Each code with its column, the mask of its rows, and where they stand in ``faults``.
    """
    if faults is None or faults.row.size == 0:
        return
    at = np.searchsorted(faults.row, row)
    hit = at < faults.row.size
    hit[hit] = faults.row[at[hit]] == row[hit]
    for code, column in sorted(set(zip(faults.code, faults.column, strict=True)), reverse=True):
        mine = np.array([c == code for c in faults.code], bool)
        mask = hit.copy()
        mask[hit] = mine[at[hit]]
        yield code, column, mask, at
