"""Well-formed or not: text columns of records become coded columns and coded faults.

The whole batch is tested through its distinct values; only when some distinct value is faulty are
records looked at, with masks. Faults are noted in the order in which the first one is the verdict:
form (columns in the order of page 3), then identity. Nothing here knows a rule of policy: an item
in no table, a date outside the period or a person without a posting is well-formed. Sources: A10,
A6; definitions 5.8, 5.21.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from equivalents.intake.batch import Batch, Mask
from equivalents.intake.columns import (
    AnyColumn,
    Distinct,
    PlainColumn,
    TextColumn,
    numbers,
    text_array,
)
from equivalents.intake.csvfile import GivenFault
from equivalents.intake.fields import CODED
from equivalents.intake.form import (
    IdFaults,
    check_line_breaks,
    check_visits,
    days_of,
    ends_of,
    note_ids,
    quantities_of,
)
from equivalents.intake.performers import SharedColumn, read_shared, stand_in
from equivalents.intake.values import (
    parse_days,
    parse_days_of_times,
)
from equivalents.intake.waiting import Contacts, parted, waiting_of
from equivalents.intake.words import WordTable
from equivalents.policy.book import Attributes
from equivalents.policy.daytext import Times
from equivalents.policy.posts import Codes
from equivalents.records import Origin, RecordBlock
from equivalents.tally import Plan
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Coder", "Judge"]

_UNKNOWN: Final = -1
_BLANK: Final = -2


class Judge(Protocol):
    """Whoever judges batches of columns: what it makes of the good records is its own affair."""

    latest: dict[str, Distinct]
    tables: dict[str, WordTable]

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
        """Judge one batch, as :meth:`Coder.code` does."""


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
                check_line_breaks(batch, name, column)
        institution = self._master(batch, "institution_id", self._institutions)
        person = self._master(batch, "person_id", self._persons)
        item = self._items(batch)
        day = days_of(batch, self._parse_days)
        quantity = quantities_of(batch)
        end = ends_of(batch, day, self._parse_days)
        check_visits(batch)
        shared = self._shared(batch, person)
        if shared is not None:
            shared.note_form(batch.note)
        attribute = self._attributes(batch)
        post = self._posts(batch)
        for name, codes in (("institution", institution), ("person", person)):
            if codes.min(initial=0) < 0:
                batch.note(f"{name.upper()}_UNKNOWN", f"{name}_id", codes == _UNKNOWN)
        note_ids(batch, id_faults)
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


def _note_blanks(batch: Batch, name: str, missing: Mask, plan: Plan) -> None:
    """Note blank required values; a blank is never "unknown" as well."""
    if name == "person_id":
        others = stand_in(batch.filled("performers"), batch.filled("team_id"), plan)
        missing = missing if others is None else missing & ~others
    batch.note("VALUE_MISSING", name, missing)
