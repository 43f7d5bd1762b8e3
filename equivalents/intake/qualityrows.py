"""The records of a case read once more for the quality report, as blocks of marks.

The idea: what the check found is known by part and row; here the rows themselves are read again,
by columns, and each gets its groups and marks. Rows that are equal are found by a 64-bit hash
within a bound of memory; where hashes meet, :mod:`equivalents.intake.equalrows` decides.
Sources: A10; issue "Files as they are", data-quality report.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from equivalents.errors import called
from equivalents.grouping import among
from equivalents.intake.datesread import DateTexts
from equivalents.intake.equalrows import EqualRows
from equivalents.intake.hashstore import Hashes, HashStore, memory_bound
from equivalents.intake.headings import TABLES
from equivalents.intake.identity import hash_texts
from equivalents.intake.parquet import ParquetPart, known_text
from equivalents.intake.source import Source
from equivalents.policy.calendar import Period, month_of, parse_day
from equivalents.policy.daytext import day_text
from equivalents.quality import NO_DAY, QualityBlock
from equivalents.reasons import REASONS
from equivalents.records import FaultSet
from equivalents.tally import Plan
from equivalents.units import Codes, Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Looked", "QualityGroups", "dimension_of", "look_through", "quality_blocks"]

_Mask = npt.NDArray[np.bool_]
_COLUMNS: Final = TABLES["records"].columns
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_PERFORMERS: Final = ("person_id", "performers", "team_id")
_UNIQUE: Final = frozenset({"RECORD_ID_REPEATED", "RECORD_ID_CONFLICT"})
_SOURCES: Final = 200
"""Sources that are told apart by name."""
_VALID: Final = frozenset({"QUANTITY_ABOVE_MAX", "NOT_SUPPORTED", "VALUE_MISSING"})


def dimension_of(code: str) -> str:
    """The dimension of quality that a fault of a record belongs to."""
    if code in _UNIQUE:
        return "uniqueness"
    if code == "OUTSIDE_PERIOD":
        return "timeliness"
    later = REASONS[code].stage in ("identity", "policy", "rules", "money")
    return "consistency" if later and code not in _VALID else "validity"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a first look through all rows found: hashes met more than once, the sources.

    ``named`` are the texts of the column ``source``, ``files`` the files and sheets that have
    rows without one, or no rows at all: there the file stands for the source.
    """

    doubled: Hashes
    named: Sequence[str]
    files: Sequence[str]


class QualityGroups:
    """The groups of records: what is in a table, then what is in none, then blank or no date.

    Sources are those that are told, each by its name, then what tells none, by file or sheet.
    """

    def __init__(self, source: Source, plan: Plan, looked: Looked) -> None:
        self.period: Period = plan.period
        names = [called(part.name, part.sheet) for part in source.parts]
        named = [*looked.named[:_SOURCES]]
        further = ["（其他来源 others）"] if len(looked.named) > _SOURCES else []
        silent = "（未写来源 none told）" if named else ""
        self.sources = [*named, *further, *(f"{file}{silent}" for file in looked.files)]
        self.named = {text: number for number, text in enumerate(named)}
        self.other_source = len(named)
        first = len(named) + len(further)
        self.institutions = [*plan.institutions.values]
        self.items = [*plan.known_items]
        self.months = [month_of(day) for day in plan.period.month_starts]
        at = {name: number for number, name in enumerate(looked.files, first)}
        # Of a file that tells every source no row is looked up here.
        self.source_of_part = [at.get(name, -1) for name in names]

    @property
    def sizes(self) -> dict[str, int]:
        """How many groups each grouping has."""
        return {
            "source": len(self.sources),
            "institution": len(self.institutions) + 2,
            "item": len(self.items) + 2,
            "month": len(self.months) + 2,
        }


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a part that are not blank: texts by our column name, as long as ``row``."""

    row: Int64
    columns: "Mapping[str, pa.Array]"
    malformed: bool = False


def look_through(source: Source) -> Looked:
    """Read all rows once: which may be equal to others, and what sources they tell."""
    named: set[str] = set()
    blank: dict[str, None] = {}
    with HashStore(memory_bound()) as hashes:
        for index, part in enumerate(source.parts):
            told, hashed = False, [np.zeros(0, np.uint64)]
            file, every = called(part.name, part.sheet), True
            for rows in _rows_of(source, index):
                hashed.append(_hash_rows(rows))
                texts = _sources_of(rows)
                told = told or bool(rows.row.size)
                every = every and "" not in texts
                named |= texts - {""}
            if not (told and every):
                blank[file] = None
            hashes.put(index, np.concatenate(hashed))
        return Looked(hashes.doubled(), sorted(named), [*blank])


def _sources_of(rows: _Rows) -> set[str]:
    """The sources that some rows tell, blank among them where one tells none."""
    if "source" not in rows.columns:
        return {""} if rows.row.size else set()
    return set(rows.columns["source"].unique().to_pylist())


def quality_blocks(
    source: Source,
    groups: QualityGroups,
    looked: Looked,
    faults: Sequence[FaultSet],
    dates: DateTexts,
    told: Callable[[int], None],
) -> Iterator[QualityBlock]:
    """All records of a case, those that were rejected too, as blocks of marks.

    ``dates`` counts the dates that were read otherwise than they stand; ``told`` is told how many
    records were read.
    """
    by_part: dict[int, list[FaultSet]] = defaultdict(list)
    for fault in faults:
        by_part[fault.part].append(fault)
    marker = _Marker(source, groups)
    with EqualRows(looked.doubled, memory_bound()) as earlier:
        for index in range(len(source.parts)):
            for rows in _rows_of(source, index):
                told(rows.row.size)
                _count_dates(source, index, rows, dates)
                some = looked.doubled.size and not rows.malformed
                equal = earlier.of(_hash_rows(rows), rows.columns) if some else _none(rows)
                yield marker.block(index, rows, by_part[index], equal)


def _rows_of(source: Source, index: int) -> Iterator[_Rows]:
    """The rows of a part in batches, those with another number of fields last in each."""
    part, names = source.parts[index], source.names(index)
    if isinstance(part, ParquetPart) and part.group < 0:
        return
    for raw in part.batches():
        texts = {h: known_text(names.get(h, ""), array) for h, array in raw.columns.items()}
        given = [fault.row for fault in raw.given]
        keep = among(raw.row, np.concatenate([np.zeros(0, np.int64), *given]))
        for array in texts.values():
            keep |= _filled(array)
        some = _taker(keep)
        columns = {names[h]: some(array) for h, array in texts.items() if h in names}
        yield _Rows(raw.row[keep], columns)
        if raw.malformed:
            yield _Rows(np.asarray(raw.malformed.row), {}, malformed=True)


def _taker(keep: _Mask) -> "Callable[[pa.Array], pa.Array]":
    import pyarrow as pa

    if keep.all():
        return lambda array: array
    where = pa.array(np.flatnonzero(keep))
    return lambda array: array.take(where)


def _filled(array: "pa.Array") -> _Mask:
    """Which texts are not blank."""
    import pyarrow.compute as pc

    filled: _Mask = pc.binary_length(array).to_numpy(zero_copy_only=False) > 0
    return filled


def _hash_rows(rows: _Rows) -> Hashes:
    """A hash of all our columns of each row; 0, which is compared with none, where malformed."""
    hashed = np.zeros(rows.row.size, np.uint64)
    if rows.malformed:
        return hashed
    for column in _COLUMNS:
        hashed *= _FACTOR
        hashed ^= hashed >> np.uint64(29)
        if column.name in rows.columns:
            hashed += hash_texts(rows.columns[column.name])
    return hashed | np.uint64(1)


def _count_dates(source: Source, index: int, rows: _Rows, dates: DateTexts) -> None:
    file = called(source.parts[index].name, source.parts[index].sheet)
    for column in _COLUMNS:
        if column.is_day and column.name in rows.columns:
            counts = rows.columns[column.name].value_counts()
            texts = zip(*(counts.field(at).to_pylist() for at in (0, 1)), strict=True)
            dates.add(file, column.name, dict(texts))


def _none(rows: _Rows) -> _Mask:
    return np.zeros(rows.row.size, bool)


@dataclass(slots=True)
class _Marker:
    """Gives rows their groups and marks."""

    source: Source
    groups: QualityGroups
    _institutions: dict[str, int] = field(init=False)
    _items: dict[str, int] = field(init=False)
    _months: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        groups = self.groups
        self._institutions = {text: at for at, text in enumerate(groups.institutions)}
        self._items = {text: at for at, text in enumerate(groups.items)}
        self._months = {text: at for at, text in enumerate(groups.months)}

    def block(
        self, part: int, rows: _Rows, faults: Sequence[FaultSet], equal: _Mask
    ) -> QualityBlock:
        """The rows of a batch as a block."""
        month, day = self._days(rows)
        codes = {
            "source": self._sources(part, rows),
            "institution": _coded(rows, "institution_id", self._institutions),
            "item": _coded(rows, "item_code", self._items),
            "month": month,
        }
        marks = {"equal": equal, **_fault_marks(rows.row, faults)}
        for column in _COLUMNS:
            if column.name in rows.columns:
                marks[f"filled:{column.name}"] = _filled(rows.columns[column.name])
        named = [marks[f"filled:{one}"] for one in _PERFORMERS if f"filled:{one}" in marks]
        if named:
            # Who shares a record may be told instead of one person.
            marks["performer"] = np.logical_or.reduce(named)
        some = {name: mask for name, mask in marks.items() if mask.any()}
        return QualityBlock(codes, day, some)

    def _sources(self, part: int, rows: _Rows) -> Codes:
        """The source of each row: what it tells, else its file."""
        file = self.groups.source_of_part[part]
        if "source" not in rows.columns:
            return np.full(rows.row.size, file, np.int32)
        coded = rows.columns["source"].dictionary_encode()
        known, other = self.groups.named, self.groups.other_source
        texts = coded.dictionary.to_pylist()
        places = [known.get(text, other) if text else file for text in texts]
        codes: Codes = np.array(places, np.int32)[coded.indices.to_numpy()]
        return codes

    def _days(self, rows: _Rows) -> tuple[Codes, Int64]:
        """The month group of each row, and its day where that is in the period."""
        months, period = len(self._months), self.groups.period
        if "service_date" not in rows.columns:
            size = rows.row.size
            return np.full(size, months + 1, np.int32), np.full(size, NO_DAY, np.int64)
        coded = rows.columns["service_date"].dictionary_encode()
        groups, days = [], []
        for text in coded.dictionary.to_pylist():
            day = _day(day_text(text, self.source.times))
            inside = day is not None and day in period
            days.append(day if day is not None and inside else NO_DAY)
            if day is None:
                groups.append(months + 1)
            else:
                groups.append(self._months[month_of(day)] if inside else months)
        index = coded.indices.to_numpy()
        return np.array(groups, np.int32)[index], np.array(days, np.int64)[index]


def _day(text: str) -> int | None:
    try:
        return parse_day(text)
    except ValueError:
        return None


def _coded(rows: _Rows, column: str, known: Mapping[str, int]) -> Codes:
    """The group of each row by a column: its place in the table, in none, or blank."""
    if column not in rows.columns:
        return np.full(rows.row.size, len(known) + 1, np.int32)
    coded = rows.columns[column].dictionary_encode()
    texts = coded.dictionary.to_pylist()
    places = [known.get(text, len(known)) if text else len(known) + 1 for text in texts]
    codes: Codes = np.array(places, np.int32)[coded.indices.to_numpy()]
    return codes


def _fault_marks(row: Int64, faults: Sequence[FaultSet]) -> dict[str, _Mask]:
    """The marks of what was found in some rows (ascending): every code, and the first that rejects.

    Faults come in the order in which the first is the verdict.
    """
    marks: dict[str, _Mask] = {}

    def marked(name: str, at: Int64) -> None:
        marks.setdefault(name, np.zeros(row.size, bool))[at] = True

    rejected = np.zeros(row.size, bool)
    for fault in faults if row.size else ():
        start, stop = np.searchsorted(fault.row, [row[0], row[-1] + 1])
        wanted = fault.row[start:stop]
        at = np.minimum(np.searchsorted(row, wanted), row.size - 1)
        at = at[row[at] == wanted]
        if not at.size:
            continue
        marked(f"code:{fault.code}", at)
        marked(f"in:{dimension_of(fault.code)}", at)
        if REASONS[fault.code].severity != "error":
            marked("warned", at)
            continue
        marked(f"first:{fault.code}", at[~rejected[at]])
        rejected[at] = True
    marks["rejected"] = rejected
    return marks
