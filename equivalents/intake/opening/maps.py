"""A column map applied to chunks of a source: their columns and codes become ours.

The work is done once for each distinct text of a chunk, or for each distinct pair of a code and a
day where a code has dates. Nothing is guessed: a code that is not listed is a fault of its row,
unless the map says ``keep``. The texts as they stood go along, so that a row that is rejected is
shown as it came. Source: issue "Files as they are", point 3; rule A10.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from equivalents.errors import Place, Problem
from equivalents.findings import Findings, near
from equivalents.intake.opening.codechanges import (
    NO_DAY,
    Change,
    any_part,
    as_it_is,
    by_table,
    by_values,
    dated_codes,
    in_parts,
    never,
    times_factor,
)
from equivalents.intake.opening.mapcells import map_sheet
from equivalents.intake.opening.mapfaults import CameWith, RowFaults
from equivalents.intake.opening.mapmodel import DAY_OF, LISTS, ColumnMap, Factors
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day
from equivalents.policy.daytext import date_part
from equivalents.units import Codes, Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Chunk", "MapRun"]

_DAYS: Final = LAST_DAY - FIRST_DAY + 2
_REMEMBERED: Final = 10_000
"""Different codes at fault that are counted each; all rows are counted."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a table: numbers, columns of text by heading, none of them missing.

    ``raw`` has the texts as they stood where something changed them, null elsewhere; columns where
    nothing did may be left out. ``faults`` has ``CODE:column`` of each fault of each row, or blank.
    """

    row: Int64
    columns: "Mapping[str, pa.Array]"
    raw: "Mapping[str, pa.Array]" = field(default_factory=dict)
    faults: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Texts:
    """A column by its distinct texts."""

    texts: Sequence[str]
    code: Codes

    @classmethod
    def of(cls, array: "pa.Array") -> "_Texts":
        encoded = (array.fill_null("") if array.null_count else array).dictionary_encode()
        return cls(encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False))

    @classmethod
    def alike(cls, text: str, size: int) -> "_Texts":
        return cls([text], np.zeros(size, np.int32))

    def array(self) -> "pa.Array":
        import pyarrow as pa

        return pa.array(self.texts, pa.string()).take(pa.array(self.code))


class MapRun:
    """A map bound to the headings of one table; rows that its filters left out are counted."""

    def __init__(
        self, found: ColumnMap, headings: Sequence[str], place: Place, findings: Findings
    ) -> None:
        """``headings`` are those of the table, ``place`` is its file and sheet.

        What the map needs and the table has not got, or has twice, is noted.
        """
        self.map, self.place = found, place
        self.rows = 0
        self.dropped = Counter[str]({one.name: 0 for one in found.filters})
        self.faulty = Counter[tuple[str, str, str]]()
        """Rows at fault by code, column of ours and text as it stood."""
        self._names = {one.heading: one.name for one in map_sheet(found).columns}
        """What faults of the cleaning call the columns that are read."""
        self._by_heading = {heading.strip(): heading for heading in headings}
        self.bound = {one: self._bind(one, findings) for one in found.columns}
        for column, heading in self._further():
            if heading not in self._by_heading:
                self._missing(column, (heading,), findings)
        self.others = self._other_names(headings)
        self._readers = self._read_by()

    def _bind(self, column: str, findings: Findings) -> str:
        """The heading of a column of ours; blank, with the fault noted, where none is right."""
        names = self.map.columns[column]
        there = [name for name in names if name in self._by_heading]
        if not there:
            self._missing(column, names, findings)
        elif len(there) > 1:
            at, several = self.place._replace(row=0), "、".join(there)
            findings.add("MAP_HEADING_TWICE", at.at(there[0]), several, column=column)
        return self._by_heading[there[0]] if there else ""

    def _missing(self, column: str, names: Sequence[str], findings: Findings) -> None:
        hint = near(names[0], [*self._by_heading]) if names else ""
        facts = {"column": column, "map": self.map.name, "near": hint}
        findings.add("MAP_HEADING_MISSING", self.place, " / ".join(names), **facts)

    def _further(self) -> Iterator[tuple[str, str]]:
        """The headings that a map needs beside those of its columns, each with what it is for."""
        for column, join in self.map.joins.items():
            yield from ((column, heading) for heading in join.headings)
        if self.map.factors is not None:
            yield "quantity", self.map.factors.heading
        yield from (("filters", one.heading) for one in self.map.filters)

    def _other_names(self, headings: Sequence[str]) -> dict[str, str]:
        """What the columns are called that are not ours: never as one of ours."""
        taken = {*self.map.sheet.lookup()}
        names = {}
        for heading in headings:
            name = heading
            while name.strip() in taken:
                name += "（源）"
            taken.add(name.strip())
            names[heading] = name
        used = {*self.bound.values()}
        return {heading: name for heading, name in names.items() if heading not in used}

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of the table made: ours in canonical order, then the others of theirs."""
        return (*map(self.map.heading, self.map.ours), *self.others.values())

    def apply(self, chunk: Chunk) -> Chunk:
        """The rows that are meant for us with our columns; see :class:`Chunk`."""
        self.rows += chunk.row.size
        chunk, came_with = self._filtered(chunk)
        size, faults = chunk.row.size, came_with.by_reader(self._readers)
        texts = {one: self._source(one, chunk) for one in self.map.ours}
        day = self._days(texts.get(DAY_OF.get(self.map.table, "")), size)
        columns: dict[str, pa.Array] = {}
        raw: dict[str, pa.Array] = {}
        for one in self.map.ours:
            made = self._made(one, texts[one], chunk, day, faults)
            name = self.map.heading(one)
            columns[name] = made.array()
            heading = self.bound.get(one)
            stood = _stood(chunk, heading, columns[name]) if heading is not None else None
            if stood is not None:
                raw[name] = stood
        for heading, name in self.others.items():
            columns[name] = chunk.columns[heading]
            if heading in chunk.raw:
                raw[name] = chunk.raw[heading]
        self._count(faults, columns, raw)
        return Chunk(chunk.row, columns, raw, faults.texts())

    def _filtered(self, chunk: Chunk) -> tuple[Chunk, CameWith]:
        """The rows that no filter leaves out; each of the others is counted by the first that does.

        A filter that cannot know the cell of a row, as that is at fault, leaves it in: the row is
        rejected with its fault, and somebody will look.
        """
        came_with = CameWith.of(chunk.faults, chunk.row.size)
        kept = np.ones(chunk.row.size, bool)
        for one in self.map.filters:
            column = _Texts.of(chunk.columns[self._by_heading[one.heading]])
            out = np.array([(text in one.values) != one.keep for text in column.texts], bool)
            away = kept & out[column.code] & ~came_with.unknown(self._names[one.heading])
            self.dropped[one.name] += int(np.count_nonzero(away))
            kept &= ~away
        if kept.all():
            return chunk, came_with
        import pyarrow as pa

        mask = pa.array(kept)
        columns = {name: array.filter(mask) for name, array in chunk.columns.items()}
        raw = {name: array.filter(mask) for name, array in chunk.raw.items()}
        return Chunk(chunk.row[kept], columns, raw), came_with.kept(kept)

    def _read_by(self) -> dict[str, str]:
        """By what a fault calls a column of theirs, the column made that reads it.

        That is the first one of ours; of what only a filter reads its own, which stays beside.
        """
        readers: dict[str, str] = {}
        for one in self.map.ours:
            headings = [self.bound[one]] if self.bound.get(one) else []
            headings += self.map.joins[one].headings if one in self.map.joins else ()
            if one == "quantity" and self.map.factors is not None:
                headings.append(self.map.factors.heading)
            for heading in headings:
                readers.setdefault(self._names.get(heading.strip(), heading), one)
        for rule in self.map.filters:
            heading = self._by_heading.get(rule.heading, rule.heading)
            readers.setdefault(self._names[rule.heading], self.others.get(heading, heading))
        return {**{one: one for one in self.bound}, **readers}

    def _source(self, column: str, chunk: Chunk) -> _Texts:
        """A column of ours as their texts stand."""
        if column in self.map.constants:
            return _Texts.alike(self.map.constants[column], chunk.row.size)
        if column in self.map.joins:
            return self._joined(column, chunk)
        return _Texts.of(chunk.columns[self.bound[column]])

    def _joined(self, column: str, chunk: Chunk) -> _Texts:
        import pyarrow.compute as pc

        join = self.map.joins[column]
        parts = [chunk.columns[self._by_heading[heading]] for heading in join.headings]
        whole = pc.binary_join_element_wise(*parts, join.by)
        filled = pc.not_equal(pc.binary_join_element_wise(*parts, ""), "")
        return _Texts.of(pc.if_else(filled, whole, ""))

    def _days(self, column: _Texts | None, size: int) -> Codes:
        """The day of each row, :data:`NO_DAY` where there is none."""
        if column is None:
            return np.full(size, NO_DAY, np.int32)
        return np.array([_day(text) for text in column.texts], np.int32)[column.code]

    def _made(
        self, column: str, texts: _Texts, chunk: Chunk, day: Codes, faults: RowFaults
    ) -> _Texts:
        """A column of ours with our codes; what is wrong is noted in ``faults``."""
        if column in self.map.joins:
            joined = self._check_join(column, chunk)
            faults.add("MAP_JOIN_MARK", column, joined)
        if self.map.factors is not None and column == "quantity" and column in self.bound:
            return self._multiplied(texts, self.map.factors, chunk, faults)
        table, values = self.map.table_of(column), self.map.values.get(column)
        if column in self.map.constants or (
            table is None and values is None and column not in self.map.splits
        ):
            return texts
        if table is not None:
            change, dated = by_table(table), dated_codes(table)
        elif values is not None:
            change, dated = by_values(values.codes, values.unlisted), never
        else:
            change, dated = as_it_is, never
        if column in LISTS:
            change = in_parts(change, self.map.splits.get(column, ";"), column == "performers")
            dated = any_part(dated, self.map.splits.get(column, ";"))
        return _changed(texts, change, dated, day, column, faults)

    def _check_join(self, column: str, chunk: Chunk) -> npt.NDArray[np.bool_]:
        """Rows where a part holds the mark that is set between: two rows could become alike."""
        import pyarrow.compute as pc

        join = self.map.joins[column]
        found = np.zeros(chunk.row.size, bool)
        for heading in join.headings:
            inside = pc.match_substring(chunk.columns[self._by_heading[heading]], join.by)
            found |= inside.to_numpy(zero_copy_only=False)
        return found

    def _multiplied(
        self, texts: _Texts, factors: Factors, chunk: Chunk, faults: RowFaults
    ) -> _Texts:
        """Quantities by the factors of their units, exactly."""
        unit = _Texts.of(chunk.columns[self._by_heading[factors.heading]])
        width = len(unit.texts) or 1
        pairs, back = np.unique(
            texts.code.astype(np.int64) * width + unit.code, return_inverse=True
        )
        made = [
            times_factor(texts.texts[key // width], unit.texts[key % width], factors)
            for key in pairs.tolist()
        ]
        return _taken(made, back, "quantity", faults)

    def _count(
        self,
        faults: RowFaults,
        columns: "Mapping[str, pa.Array]",
        raw: "Mapping[str, pa.Array]",
    ) -> None:
        for code, column, rows in faults.found():
            if faults.of_row(code):
                self._count_one((code, "", column), rows.size)
                continue
            name = self.map.heading(column) if column in self.map.ours else column
            stood = _before(raw.get(name), columns[name])
            for one in stood.take(rows).value_counts().to_pylist():
                self._count_one((code, column, one["values"]), one["counts"])

    def _count_one(self, key: tuple[str, str, str], rows: int) -> None:
        if len(self.faulty) >= _REMEMBERED and key not in self.faulty:
            key = (*key[:2], "")
        self.faulty[key] += rows

    def problems(self) -> list[Problem]:
        """How many rows each filter left out, also where none."""
        return [
            Problem(
                "MAP_ROWS_LEFT_OUT",
                self.place,
                str(count),
                {"rule": name, "map": self.map.name, "rows": str(self.rows)},
            )
            for name, count in self.dropped.items()
        ]


def _before(raw: "pa.Array | None", text: "pa.Array") -> "pa.Array":
    """The texts as they stood: those of ``raw``, where it has one."""
    import pyarrow.compute as pc

    return text if raw is None else pc.coalesce(raw, text)


def _stood(chunk: Chunk, heading: str, now: "pa.Array") -> "pa.Array | None":
    """The texts as they stood where they are others now, null elsewhere; ``None`` where none is."""
    import pyarrow.compute as pc

    stood = _before(chunk.raw.get(heading), chunk.columns[heading])
    changed = pc.if_else(pc.equal(stood, now), None, stood)
    return None if changed.null_count == len(changed) else changed


def _day(text: str) -> int:
    try:
        return parse_day(date_part(text))
    except ValueError:
        return NO_DAY


def _changed(
    texts: _Texts,
    change: Change,
    dated: Callable[[str], bool],
    day: Codes,
    column: str,
    faults: RowFaults,
) -> _Texts:
    """Each distinct text changed once; once for each of its days where these matter."""
    on_days = np.array([dated(text) for text in texts.texts], bool)
    if not on_days.any():
        made = [change(text, NO_DAY) for text in texts.texts]
        return _taken(made, texts.code, column, faults)
    days = np.where(on_days[texts.code], day, NO_DAY).astype(np.int64) - NO_DAY
    pairs, back = np.unique(texts.code.astype(np.int64) * _DAYS + days, return_inverse=True)
    made = [change(texts.texts[key // _DAYS], key % _DAYS + NO_DAY) for key in pairs.tolist()]
    return _taken(made, back, column, faults)


def _taken(
    made: Sequence[tuple[str, str]], code: npt.NDArray[np.integer], column: str, faults: RowFaults
) -> _Texts:
    for wrong in dict.fromkeys(wrong for _, wrong in made if wrong):
        bad = np.array([one == wrong for _, one in made], bool)
        faults.add(wrong, column, bad[code])
    return _Texts([text for text, _ in made], code.astype(np.int32))
