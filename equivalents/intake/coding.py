"""Well-formed or not: text columns of records become coded columns and coded faults.

The whole batch is tested through its distinct values; only when some distinct value is faulty are
records looked at, with masks. Faults are noted in the order in which the first one is the verdict:
form (columns in the order of page 3), then identity. Nothing here knows a rule of policy: an item
in no table, a date outside the period or a person without a posting is well-formed. Sources: A10,
A6; definitions 5.8, 5.21.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

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
    numbers,
    text_array,
)
from equivalents.intake.csvfile import GivenFault
from equivalents.intake.fields import CODED
from equivalents.intake.performers import SharedColumn, read_shared, stand_in
from equivalents.intake.values import (
    BAD_DAY,
    BLANK_DAY,
    FINE,
    INVALID,
    MISSING,
    RANGE,
    number_kinds,
    parse_days,
    parse_days_of_times,
    parse_quantities,
)
from equivalents.intake.waiting import NO_END, Contacts, parted, waiting_of
from equivalents.intake.words import WordTable
from equivalents.policy.book import Attributes
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.daytext import Times
from equivalents.policy.posts import Codes
from equivalents.records import Origin, RecordBlock
from equivalents.tally import Plan
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Coder", "IdFaults"]

_UNKNOWN: Final = -1
_BLANK: Final = -2
_VISIT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class IdFaults:
    """Rows of one part whose record id is at fault: sorted rows, codes, and the other places."""

    row: Int64
    code: tuple[str, ...]
    column: tuple[str, ...]
    note: tuple[str, ...]


class Coder:
    """Turns batches of columns into record blocks against the codebooks of a plan."""

    def __init__(self, plan: Plan, times: Times = Times.REFUSE) -> None:
        self._plan = plan
        self._parse_days = parse_days if times is Times.REFUSE else parse_days_of_times
        # The latest distinct texts of each column, whose codes hold for this plan alone.
        self.latest: dict[str, Distinct] = {}
        # The texts met so far of columns that have few, whose codes do likewise.
        self.tables = {name: WordTable(name) for name in CODED}
        self._institutions = text_array(plan.institutions.values)
        self._persons = text_array(plan.persons.values)

    def code(
        self,
        part: int,
        row: Int64,
        columns: Mapping[str, AnyColumn],
        id_faults: IdFaults | None = None,
        *,
        may_break: bool = True,
        origin: Origin | None = None,
        given: Sequence[GivenFault] = (),
    ) -> list[RecordBlock]:
        """Judge form and identity of one batch and code its good records.

        ``row`` has the row number of each record; ``columns`` are known columns by machine name,
        the required ones present. ``may_break`` is false where no value can hold a line break.
        ``origin`` leads back to the rows, for records that must wait for others: they come as a
        block of their own, behind all others. Without it none is asked to wait. ``given`` are
        faults that were found when the texts were cleaned.
        """
        batch = Batch(part, row, columns)
        batch.note_given(given)
        if may_break:
            for name, column in columns.items():
                _check_line_breaks(batch, name, column)
        institution = self._master(batch, "institution_id", self._institutions)
        person = self._master(batch, "person_id", self._persons)
        item = self._items(batch)
        day = _days(batch, self._parse_days)
        quantity = _quantities(batch)
        end = _ends(batch, day, self._parse_days)
        _check_visits(batch)
        shared = self._shared(batch, person)
        if shared is not None:
            shared.note_form(batch.note)
        attribute = self._attributes(batch)
        post = self._posts(batch)
        for name, codes in (("institution", institution), ("person", person)):
            if codes.min(initial=0) < 0:
                batch.note(f"{name.upper()}_UNKNOWN", f"{name}_id", codes == _UNKNOWN)
        _note_ids(batch, id_faults)
        if shared is not None:
            shared.note_ids(batch.note)
        block = RecordBlock(part, row, institution, person, item, day, quantity, attribute, post)
        if shared is not None:
            block = replace(block, person=np.maximum(person, _UNKNOWN), shared=shared.code)
        waits = None if origin is None else waiting_of(item, end, self._plan)
        if origin is not None and waits is not None:
            contacts = Contacts(columns, end, origin, self._plan)
            return parted(block, waits, batch.bad, tuple(batch.faults), contacts)
        return [block if batch.bad is None else block.without(batch.bad, tuple(batch.faults))]

    def _master(self, batch: Batch, name: str, master: "pa.Array") -> Codes:
        """Positions in a closed codebook; unknown ids are noted later, after all faults of form."""
        column = batch.columns[name]
        if isinstance(column, PlainColumn):
            codes = _positions(column.array, master)
            if codes.min(initial=0) < 0:
                codes[column.blank()] = _BLANK
        else:
            assert isinstance(column, TextColumn), "required ids are read as text"
            found = column.distinct.once("codes", lambda own: _find(own, master))
            codes = np.take(found, column.index)
        if column.may_be_blank() and codes.min(initial=0) == _BLANK:
            _note_blanks(batch, name, codes == _BLANK, self._plan)
        return codes

    def _shared(self, batch: Batch, person: Codes) -> SharedColumn | None:
        """Which records are shared, by the performers or the team that they name."""
        performers, team = batch.filled("performers"), batch.filled("team_id")
        return read_shared(performers, team, person, _BLANK, self._plan)

    def _items(self, batch: Batch) -> Codes:
        column = batch.text("item_code")
        assert column is not None, "required columns are present and read as text"
        if column.may_be_blank():
            _note_blanks(batch, "item_code", column.blank(), self._plan)
        learn = self._plan.items.learn
        codes = column.distinct.once("codes", lambda own: np.array(learn(own.texts()), np.int32))
        return np.take(codes, column.index)

    def _posts(self, batch: Batch) -> Codes | None:
        """Post codes: 0 where none is named, -1 where no posting has that post."""
        column = batch.text("post_id")
        if column is None or column.blank_only():
            return None
        find = self._plan.postings.posts.find
        codes = column.distinct.once(
            "codes", lambda own: np.array([find(text) for text in own.texts()], np.int32)
        )
        return codes[column.index]

    def _attributes(self, batch: Batch) -> Codes | None:
        """Combinations of resident groups, setting, visit number and team as one code."""
        names = ("resident_group", "setting", "visit_number", "team_id")
        present = {
            name: column
            for name in names
            if (column := batch.text(name)) is not None and not column.blank_only()
        }
        if not present:
            return None
        if len(present) == 1:
            ((name, only),) = present.items()
            codes = only.distinct.once("attribute", lambda own: self._learn(name, own))
            return np.take(codes, only.index)
        texts = {name: column.distinct.texts() for name, column in present.items()}
        combined = np.zeros(batch.row.size, np.int64)
        for name, column in present.items():
            combined = combined * len(texts[name]) + column.index
        space = int(np.prod([len(values) for values in texts.values()], dtype=np.float64))
        keys, position = _distinct_keys(combined, space)
        learned = self._plan.attributes.learn(_attribute(int(key), texts) for key in keys)
        return np.array(learned, np.int32)[position]

    def _learn(self, name: str, distinct: Distinct) -> Codes:
        """The attribute code of each distinct text of the only attribute column."""
        texts = {name: distinct.texts()}
        keys = range(len(distinct.texts()))
        return np.array(self._plan.attributes.learn(_attribute(k, texts) for k in keys), np.int32)


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


def _find(distinct: Distinct, master: "pa.Array") -> Codes:
    """The position in a sorted master list of each distinct text; -1 unknown, -2 blank."""
    codes = _positions(distinct.values, master)
    codes[distinct.blanks()] = _BLANK
    return codes


def _positions(values: "pa.Array", master: "pa.Array") -> Codes:
    import pyarrow.compute as pc

    return numbers(pc.index_in(values, value_set=master), _UNKNOWN).copy()


def _check_line_breaks(batch: Batch, name: str, column: AnyColumn) -> None:
    """A line break inside a value: a missing quote may have drawn whole rows into it."""
    if isinstance(column, TextColumn):
        broken = column.distinct.broken()
        if broken.any():
            batch.note("LINE_BREAK", name, broken[column.index])
    elif isinstance(column, PlainColumn):
        batch.note("LINE_BREAK", name, column.broken())


def _note_blanks(batch: Batch, name: str, missing: Mask, plan: Plan) -> None:
    """Note blank required values; a blank is never "unknown" as well."""
    if name == "person_id":
        others = stand_in(batch.filled("performers"), batch.filled("team_id"), plan)
        missing = missing if others is None else missing & ~others
    batch.note("VALUE_MISSING", name, missing)


def _days(batch: Batch, parse: Callable[[Distinct], Codes]) -> Codes:
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


def _ends(batch: Batch, start: Codes, parse: Callable[[Distinct], Codes]) -> Codes | None:
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


def _quantities(batch: Batch) -> Int64:
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


def _check_visits(batch: Batch) -> None:
    column = batch.text("visit_number")
    if column is None:
        return
    bad = column.distinct.once("visits", _bad_visits)
    if bad.any():
        batch.note("VISIT_NUMBER_INVALID", "visit_number", bad[column.index])


def _bad_visits(distinct: Distinct) -> Mask:
    texts = distinct.texts()
    return np.array([bool(text) and not _VISIT.fullmatch(text) for text in texts], bool)


def _note_ids(batch: Batch, faults: IdFaults | None) -> None:
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
