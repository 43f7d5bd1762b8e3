"""Records on their way into the store: form judged, each value in one writing, ids hidden, hashed.

:class:`RowTaker` stands where the coder of a settlement stands (:class:`~equivalents.intake.coding.
Judge`), so a file is read for the store exactly as it is read for a settlement. It knows no table:
whether an institution, person or item is registered, and what a correction names, is told by the
settlement, when everything is there. Sources: A10; definitions 5.8, 5.21.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from equivalents.intake.batch import Batch, Mask
from equivalents.intake.columns import (
    NULL_DAY,
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
from equivalents.intake.headings import TABLES
from equivalents.intake.performers import PerformersFaultError, parse_performers
from equivalents.intake.values import parse_days, parse_days_of_times
from equivalents.intake.waiting import NO_END
from equivalents.intake.words import WordTable
from equivalents.policy.daytext import Times
from equivalents.records import Origin, RecordBlock
from equivalents.store.arrowtables import number_column
from equivalents.store.rowkeys import Lanes, number_lanes, text_lanes
from equivalents.store.secret import HIDDEN, PSEUDONYM, ResidentKey, is_pseudonym
from equivalents.store.segmentformat import DAYS
from equivalents.units import Codes, Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Hider", "RowTaker", "TakenRows"]

_NAMES: Final = tuple(name for name in TABLES["records"].names if name not in (*DAYS, "quantity"))
_REMEMBERED: Final = 1 << 20
"""Pseudonyms that are kept, as the same residents come again and again."""


class TakenRows(NamedTuple):
    """Good rows of one part: day numbers, thousandths, texts by column, hashes of what they say.

    ``end`` is :data:`~equivalents.intake.columns.NULL_DAY` where blank. Columns that are blank
    throughout may be absent from ``texts``; the others are dictionaries.
    """

    part: int
    row: Int64
    day: Codes
    end: Codes
    quantity_e3: Int64
    texts: "Mapping[str, pa.Array]"
    lanes: Lanes


class Hider:
    """Makes pseudonyms; asks for the key when the first id comes, and not before."""

    def __init__(self, read: Callable[[], ResidentKey]) -> None:
        self._read = read
        self._key: ResidentKey | None = None
        self._known: dict[tuple[str, str], str] = {}

    @property
    def key(self) -> ResidentKey | None:
        """The key, where any id came or it was asked for."""
        return self._key

    def ask(self) -> None:
        """Ask for the key, where no id came and the file itself is to be hidden.

        Raises:
            DataError: ``KEY_ABSENT``, ``KEY_UNREADABLE``.
        """
        if self._key is None:
            self._key = self._read()

    def hide(self, column: str, texts: Sequence[str]) -> list[str]:
        """The pseudonyms of ids of residents or households; a blank stays blank.

        So does a pseudonym stay what it is: a row that has one is rejected, and kept so.

        Raises:
            DataError: ``KEY_ABSENT``, ``KEY_UNREADABLE``.
        """
        kind, known = HIDDEN[column], self._known
        made = []
        for text in texts:
            name = known.get((kind, text)) if text else ""
            if name is None:
                name = text if is_pseudonym(text) else self._new(kind, text)
            made.append(name)
        return made

    def _new(self, kind: str, text: str) -> str:
        self.ask()
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        assert self._key is not None, "it was asked for"
        name = self._known[kind, text] = self._key.name(kind, text)
        return name


class RowTaker:
    """Judges the form of batches, and gives their good rows to ``taken``."""

    def __init__(self, times: Times, hider: Hider, taken: Callable[[TakenRows], None]) -> None:
        self.latest: dict[str, Distinct] = {}
        self.tables: dict[str, WordTable] = {name: WordTable(name) for name in CODED}
        self._parse = parse_days if times is Times.REFUSE else parse_days_of_times
        self._hider, self._taken = hider, taken

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
        """Judge a batch; what comes back has its faults and no records."""
        columns = {name: _as_text(column) for name, column in columns.items()}
        batch = Batch(part, row, columns)
        batch.note_given(given)
        if may_break:
            for name, column in columns.items():
                check_line_breaks(batch, name, column)
        _blanks(batch)
        day = days_of(batch, self._parse)
        quantity = quantities_of(batch)
        end = ends_of(batch, day, self._parse)
        check_visits(batch)
        _check_performers(batch)
        _check_hidden(batch)
        note_ids(batch, _of_this_file(id_faults))
        good = np.arange(row.size) if batch.bad is None else np.flatnonzero(~batch.bad)
        if good.size:
            self._take(part, row, columns, day, quantity, end, good)
        return [RecordBlock.empty(part, int(row.size - good.size), tuple(batch.faults))]

    def _take(
        self,
        part: int,
        row: Int64,
        columns: Mapping[str, AnyColumn],
        day: Codes,
        quantity: Int64,
        end: Codes | None,
        good: Int64,
    ) -> None:
        day, quantity = day[good].astype(np.int32), quantity[good]
        ends = np.full(good.size, NULL_DAY, np.int32)
        if end is not None:
            ends = np.where(end[good] == NO_END, NULL_DAY, end[good]).astype(np.int32)
        sums = number_lanes("service_date", day.astype(np.int64), NULL_DAY)
        _add(sums, number_lanes("quantity", quantity, 0))
        if end is not None:
            _add(sums, number_lanes("service_end_date", ends.astype(np.int64), NULL_DAY))
        import pyarrow as pa

        texts = {}
        for name in _NAMES:
            column = columns.get(name)
            if not isinstance(column, TextColumn) or column.blank_only():
                continue
            index = column.index[good]
            said, first, second = self._said(name, column.distinct)
            _add(sums, (first[index], second[index]))
            coded = number_column(index, pa.int32())
            texts[name] = pa.DictionaryArray.from_arrays(coded, said)
        self._taken(TakenRows(part, row[good], day, ends, quantity, texts, sums))

    def _said(self, name: str, distinct: Distinct) -> "tuple[pa.Array, Any, Any]":
        """The canonical texts of a column, each with its two lanes."""

        def work(own: Distinct) -> tuple[list[str], Any, Any]:
            texts = own.texts()
            if name in HIDDEN:
                texts = self._hider.hide(name, texts)
            elif name == "resident_group":
                texts = [_groups(text) for text in texts]
            return (texts, *text_lanes(name, texts))

        texts, first, second = distinct.once("kept", work)
        if name in HIDDEN or name == "resident_group":
            return text_array(texts), first, second
        return distinct.values, first, second


def _as_text(column: AnyColumn) -> AnyColumn:
    """Plain ids by their distinct texts; every other column as it is."""
    if not isinstance(column, PlainColumn):
        return column
    import pyarrow as pa

    coded = column.array.dictionary_encode()
    return TextColumn(numbers(coded.indices.cast(pa.int32())), Distinct(coded.dictionary))


def _add(sums: Lanes, lanes: Lanes) -> None:
    for at in (0, 1):
        np.add(sums[at], lanes[at], out=sums[at])


def _groups(text: str) -> str:
    """Groups of a resident in order, each once: their order says nothing (5.5)."""
    return ";".join(sorted(set(text.split(";")) - {""}))


def _blanks(batch: Batch) -> None:
    """Note required ids that are blank; performers or a team stand in for a person (page 3)."""
    for name in ("institution_id", "person_id", "item_code"):
        column = batch.columns[name]
        assert isinstance(column, TextColumn), "required ids are read as text"
        if not column.may_be_blank():
            continue
        missing = column.blank()
        if name == "person_id":
            for other in map(batch.filled, ("performers", "team_id")):
                if other is not None:
                    missing &= other.blank()
        batch.note("VALUE_MISSING", name, missing)


def _check_hidden(batch: Batch) -> None:
    """Note pseudonyms in place of ids: hidden once more, they would be other residents."""
    for name in HIDDEN:
        column = batch.filled(name)
        if column is None:
            continue
        met = column.distinct.once("hidden", _pseudonyms)
        if met.any():
            batch.note("VALUE_HIDDEN", name, met[column.index])


def _pseudonyms(own: Distinct) -> Mask:
    import pyarrow.compute as pc

    return numbers(pc.match_substring_regex(own.values, f"^{PSEUDONYM}$"))


def _check_performers(batch: Batch) -> None:
    """Note lists of performers that cannot be read."""
    column = batch.filled("performers")
    if column is None:
        return
    details = column.distinct.once("form", lambda own: [_detail(one) for one in own.texts()])
    wrong = np.array([bool(detail) for detail in details], bool)[column.index]

    def notes(where: Int64) -> tuple[str, ...]:
        return tuple(details[at] for at in column.index[where].tolist())

    batch.note("SHARES_INVALID", "performers", wrong, notes)


def _detail(text: str) -> str:
    try:
        if text:
            parse_performers(text)
    except PerformersFaultError as fault:
        return fault.detail
    return ""


def _of_this_file(faults: IdFaults | None) -> IdFaults | None:
    """Without corrections whose record is not in this file: it may be in another, or come later."""
    if faults is None:
        return None
    kept = [at for at, code in enumerate(faults.code) if code != "CORRECTS_UNKNOWN"]
    return IdFaults(
        faults.row[kept],
        tuple(faults.code[at] for at in kept),
        tuple(faults.column[at] for at in kept),
        tuple(faults.note[at] for at in kept),
    )
