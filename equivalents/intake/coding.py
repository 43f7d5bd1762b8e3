"""Well-formed or not: text columns of records become coded columns and coded faults.

The whole batch is tested through its distinct values; only when some distinct value is faulty are
records looked at, with masks. Faults are noted in the order in which the first one is the verdict:
form (columns in the order of page 3), then identity. Nothing here knows a rule of policy: an item
in no table, a date outside the period or a person without a posting is well-formed. Sources: A10,
A6; definitions 5.8, 5.21.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.intake.columns import NULL_NUMBER, DayColumn, NumberColumn, TextColumn
from equivalents.policy.book import Attributes
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day
from equivalents.policy.posts import Codes
from equivalents.records import FaultSet, RecordBlock
from equivalents.tally import Plan
from equivalents.units import (
    QUANTITY_LIMIT_E3,
    QUANTITY_PLACES,
    Int64,
    NumberFaultError,
    parse_fixed,
)

__all__ = ["AnyColumn", "Coder", "IdFaults"]

AnyColumn = TextColumn | DayColumn | NumberColumn
_Mask = npt.NDArray[np.bool_]

_UNKNOWN: Final = -1
_BLANK: Final = -2
_BAD_DAY: Final = LAST_DAY + 1
_BLANK_DAY: Final = LAST_DAY + 2
_VISIT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class IdFaults:
    """Rows of one part whose record id is at fault: sorted rows, codes, and the other places."""

    row: Int64
    code: tuple[str, ...]
    column: tuple[str, ...]
    note: tuple[str, ...]


@dataclass(slots=True)
class _Batch:
    """One batch while it is judged: its columns and the faults found so far."""

    part: int
    row: Int64
    columns: Mapping[str, AnyColumn]
    faults: list[FaultSet] = field(default_factory=list)
    bad: _Mask | None = None

    def note(
        self,
        code: str,
        column: str,
        mask: _Mask,
        notes: Callable[[Int64], tuple[str, ...]] | None = None,
    ) -> None:
        """Note a fault for the records of a mask, if there are any."""
        where = np.flatnonzero(mask)
        if where.size == 0:
            return
        texts = notes(where) if notes is not None else ()
        self.faults.append(FaultSet(self.part, code, column, self.row[where], "", texts))
        self.bad = mask if self.bad is None else self.bad | mask

    def text(self, name: str) -> TextColumn | None:
        """A text column, if the batch has it with anything in it."""
        column = self.columns.get(name)
        return column if isinstance(column, TextColumn) else None


class Coder:
    """Turns batches of columns into record blocks against the codebooks of a plan."""

    def __init__(self, plan: Plan) -> None:
        import pyarrow as pa

        self._plan = plan
        self._institutions = pa.array(list(plan.institutions.values), pa.string())
        self._persons = pa.array(list(plan.persons.values), pa.string())

    def code(
        self,
        part: int,
        row: Int64,
        columns: Mapping[str, AnyColumn],
        id_faults: IdFaults | None = None,
    ) -> RecordBlock:
        """Judge form and identity of one batch and code its good records.

        ``row`` has the row number of each record; ``columns`` are known columns by machine name,
        the required ones present.
        """
        batch = _Batch(part, row, columns)
        for name, column in columns.items():
            _check_line_breaks(batch, name, column)
        institution = self._master(batch, "institution_id", self._institutions)
        person = self._master(batch, "person_id", self._persons)
        item = self._items(batch)
        day = _days(batch)
        quantity = _quantities(batch)
        _refuse_later(batch, "service_end_date")
        _check_visits(batch)
        _refuse_later(batch, "performers")
        attribute = self._attributes(batch)
        post = self._posts(batch)
        for name, codes in (("institution", institution), ("person", person)):
            if codes.min(initial=0) < 0:
                batch.note(f"{name.upper()}_UNKNOWN", f"{name}_id", codes == _UNKNOWN)
        _note_ids(batch, id_faults)
        if batch.bad is None:
            return RecordBlock(part, row, institution, person, item, day, quantity, attribute, post)
        good = np.flatnonzero(~batch.bad)
        return RecordBlock(
            part,
            row[good],
            institution[good],
            person[good],
            item[good],
            day[good],
            quantity[good],
            None if attribute is None else attribute[good],
            None if post is None else post[good],
            row.size - good.size,
            tuple(batch.faults),
        )

    def _master(self, batch: _Batch, name: str, master: object) -> Codes:
        """Positions in a closed codebook; unknown ids are noted later, after all faults of form."""
        import pyarrow.compute as pc

        column = batch.text(name)
        assert column is not None, "required columns are present and read as text"
        found = pc.index_in(column.distinct, value_set=master).fill_null(_UNKNOWN)
        by_distinct: Codes = found.to_numpy(zero_copy_only=False).astype(np.int32)
        _mark_blank(batch, name, column, by_distinct)
        return by_distinct[column.index]

    def _items(self, batch: _Batch) -> Codes:
        column = batch.text("item_code")
        assert column is not None, "required columns are present and read as text"
        by_distinct = np.array(self._plan.items.learn(column.texts()), np.int32)
        _mark_blank(batch, "item_code", column, by_distinct)
        return by_distinct[column.index]

    def _posts(self, batch: _Batch) -> Codes | None:
        """Post codes: 0 where none is named, -1 where no posting has that post."""
        column = batch.text("post_id")
        if column is None or column.blank_only():
            return None
        posts = self._plan.postings.posts
        by_distinct = np.array([posts.find(text) for text in column.texts()], np.int32)
        return by_distinct[column.index]

    def _attributes(self, batch: _Batch) -> Codes | None:
        """Combinations of resident groups, setting, visit number and team as one code."""
        names = ("resident_group", "setting", "visit_number", "team_id")
        present = {
            name: column
            for name in names
            if (column := batch.text(name)) is not None and not column.blank_only()
        }
        if not present:
            return None
        texts = {name: column.texts() for name, column in present.items()}
        combined = np.zeros(batch.row.size, np.int64)
        for name, column in present.items():
            combined = combined * len(texts[name]) + column.index
        space = int(np.prod([len(values) for values in texts.values()], dtype=np.float64))
        keys, position = _distinct_keys(combined, space)
        learned = self._plan.attributes.learn(_attribute(int(key), texts) for key in keys)
        return np.array(learned, np.int32)[position]


def _distinct_keys(combined: Int64, space: int) -> tuple[Int64, Int64]:
    """The distinct keys and each record's position among them; by marking where that is cheap."""
    if space > 1 << 22:
        return np.unique(combined, return_inverse=True)
    present = np.zeros(space, bool)
    present[combined] = True
    keys = np.flatnonzero(present)
    position = np.zeros(space, np.int64)
    position[keys] = np.arange(keys.size)
    return keys, position[combined]


def _attribute(key: int, texts: Mapping[str, list[str]]) -> Attributes:
    values = {}
    for name, distinct in reversed(list(texts.items())):
        key, at = divmod(key, len(distinct))
        values[name] = distinct[at]
    groups = {group for group in values.get("resident_group", "").split(";") if group}
    return Attributes(
        tuple(sorted(groups)),
        values.get("setting", ""),
        values.get("visit_number", ""),
        values.get("team_id", ""),
    )


def _check_line_breaks(batch: _Batch, name: str, column: AnyColumn) -> None:
    """A line break inside a value: a missing quote may have drawn whole rows into it."""
    import pyarrow.compute as pc

    if isinstance(column, TextColumn):
        broken = pc.match_substring_regex(column.distinct, r"[\r\n]")
        if pc.any(broken).as_py():
            mask = broken.to_numpy(zero_copy_only=False)
            batch.note("LINE_BREAK", name, mask[column.index])


def _mark_blank(batch: _Batch, name: str, column: TextColumn, by_distinct: Codes) -> None:
    """Note blank required values; a blank is never "unknown" as well."""
    blanks = np.array([not text for text in column.texts()], bool)
    if blanks.any():
        by_distinct[blanks] = _BLANK
        missing = blanks[column.index]
        performers = batch.text("performers")
        if name == "person_id" and performers is not None:
            # Named performers stand in for the person (page 3); that is judged by its own column.
            missing &= np.array([not text for text in performers.texts()], bool)[performers.index]
        batch.note("VALUE_MISSING", name, missing)


def _days(batch: _Batch) -> Codes:
    """Day numbers of the service dates; impossible and blank ones are noted."""
    column = batch.columns["service_date"]
    if isinstance(column, DayColumn):
        batch.note("VALUE_MISSING", "service_date", column.day == NULL_NUMBER)
        bad = (column.day < FIRST_DAY) | (column.day >= LAST_DAY)
        batch.note("DATE_INVALID", "service_date", bad & (column.day != NULL_NUMBER))
        return np.where(bad, FIRST_DAY, column.day).astype(np.int32)
    assert isinstance(column, TextColumn), "dates are days or text"
    by_distinct = np.array([_day(text) for text in column.texts()], np.int32)
    if by_distinct.max(initial=FIRST_DAY) > LAST_DAY:
        batch.note("VALUE_MISSING", "service_date", (by_distinct == _BLANK_DAY)[column.index])
        batch.note("DATE_INVALID", "service_date", (by_distinct == _BAD_DAY)[column.index])
        by_distinct = np.where(by_distinct > LAST_DAY, np.int32(FIRST_DAY), by_distinct)
    return by_distinct[column.index]


def _day(text: str) -> int:
    if not text:
        return _BLANK_DAY
    try:
        return parse_day(text)
    except ValueError:
        return _BAD_DAY


def _quantities(batch: _Batch) -> Int64:
    """Thousandths; faults of 5.8 are noted, in the order blank, text, range, sign."""
    column = batch.columns["quantity"]
    if isinstance(column, NumberColumn):
        value = column.value_e3
        kind = np.where(column.places_lost, _INVALID, _FINE)
        kind[value == NULL_NUMBER] = _MISSING
        out = (value == 0) | (np.abs(value) >= QUANTITY_LIMIT_E3)
        kind[out & (kind == _FINE)] = _RANGE
    else:
        assert isinstance(column, TextColumn), "quantities are numbers or text"
        parsed = [_quantity(text) for text in column.texts()]
        value = np.array([number for number, _ in parsed], np.int64)[column.index]
        kinds = np.array([kind for _, kind in parsed], np.int8)
        kind = kinds[column.index] if kinds.any() else np.zeros(0, np.int8)
    if kind.any():
        batch.note("VALUE_MISSING", "quantity", kind == _MISSING)
        batch.note("QUANTITY_INVALID", "quantity", kind == _INVALID)
        batch.note("QUANTITY_RANGE", "quantity", kind == _RANGE)
        value = np.where(kind == _FINE, value, 0)
    if value.min(initial=0) < 0:
        corrects = batch.text("corrects")
        if corrects is None:
            unnamed = np.ones(value.size, bool)
        else:
            unnamed = np.array([not text for text in corrects.texts()], bool)[corrects.index]
        batch.note("QUANTITY_NEGATIVE", "quantity", (value < 0) & unnamed)
    return value


_FINE, _MISSING, _INVALID, _RANGE = range(4)


def _quantity(text: str) -> tuple[int, int]:
    if not text:
        return 0, _MISSING
    try:
        value = parse_fixed(text, QUANTITY_PLACES, signed=True)
    except NumberFaultError as fault:
        return 0, _RANGE if fault.kind == "range" else _INVALID
    out = value == 0 or abs(value) >= QUANTITY_LIMIT_E3
    return (0, _RANGE) if out else (value, _FINE)


def _check_visits(batch: _Batch) -> None:
    column = batch.text("visit_number")
    if column is None:
        return
    bad = np.array([bool(text) and not _VISIT.fullmatch(text) for text in column.texts()], bool)
    if bad.any():
        batch.note("VISIT_NUMBER_INVALID", "visit_number", bad[column.index])


def _refuse_later(batch: _Batch, name: str) -> None:
    """A filled column of a later version: computing without it would change pay."""
    column = batch.text(name)
    if column is None or column.blank_only():
        return
    filled = np.array([bool(text) for text in column.texts()], bool)
    batch.note("NOT_SUPPORTED", name, filled[column.index])


def _note_ids(batch: _Batch, faults: IdFaults | None) -> None:
    """Repeated and conflicting record ids, and corrections that name nothing (5.8)."""
    if faults is None or faults.row.size == 0:
        return
    at = np.searchsorted(faults.row, batch.row)
    hit = at < faults.row.size
    hit[hit] = faults.row[at[hit]] == batch.row[hit]
    for code, column in sorted(set(zip(faults.code, faults.column, strict=True)), reverse=True):
        mine = np.array([c == code for c in faults.code], bool)
        mask = hit.copy()
        mask[hit] = mine[at[hit]]

        def notes(where: Int64, at: Int64 = at) -> tuple[str, ...]:
            return tuple(faults.note[int(i)] for i in at[where])

        batch.note(code, column, mask, notes)
