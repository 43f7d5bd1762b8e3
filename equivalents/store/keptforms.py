"""What a part was counted as, as arrays and facts that hold in any run, and back.

Positions of institutions, persons, posts, postings and teams follow from the counting plan, which
is part of the address. All other codes follow the order in which a run met them, so their values
are kept beside: items, attributes, crews, sets of performers, residents and households. Each file
has its own short numbers for them, which become codes of the run by one look-up of each value.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from equivalents.count import Counted
from equivalents.ids import IdBook, Texts
from equivalents.keptcount import Measures, ended
from equivalents.policy.book import Attributes, Verdict
from equivalents.policy.posts import Codes
from equivalents.records import FaultSet, Origin
from equivalents.store.cachefiles import Entry
from equivalents.tally import Plan, Tally
from equivalents.units import Int64
from equivalents.waiting import Columns
from equivalents.weigh import DirectSum, Scales

__all__ = [
    "Dates",
    "above",
    "attributes_learned",
    "attributes_told",
    "codes_of",
    "counted_of",
    "dates_of",
    "dates_told",
    "ends_of",
    "entry_of",
    "faults_told",
    "ids_learned",
    "ids_told",
    "narrow",
    "numbered",
    "restored",
    "told_faults",
    "with_ends",
]

Dates = Counter[tuple[str, str]]
"""How many dates were read otherwise than they stand, by column and kind."""
_Array = npt.NDArray[Any]
_NARROW: Final = (np.int8, np.int16, np.int32)
_NUMBERS: Final = ("received", "refused", "unplaced", "shared", "shared_records")
"""Numbers of :class:`Counted` that follow from the records and the plan alone."""
_AS_THEY_ARE: Final = ("row", "institution", "person", "day", "quantity_e3", "post", "end")
"""Columns of waiting records that hold in any run of the plan."""


# -- writing ---------------------------------------------------------------------------------------


def entry_of(counted: Counted, measures: Measures, dates: Dates, plan: Plan) -> Entry:
    """What a part was counted as on the tally path, but for what its weights say."""
    facts: dict[str, Any] = {name: getattr(counted, name) for name in _NUMBERS}
    facts["absolute_e3"] = measures.absolute_e3
    facts["lost"] = {verdict.name: count for verdict, count in measures.lost.items() if count}
    facts["dates"] = dates_told(dates)
    told, arrays = faults_told([fault for fault in counted.faults if not fault.series])
    facts["faults"] = told
    for more, columns in (
        _cells(counted.tally, measures, plan),
        _waiting(counted.waiting.held(), plan),
    ):
        facts |= more
        arrays |= {name: narrow(column) for name, column in columns.items()}
    return Entry(facts, arrays)


def ends_of(counted: Counted) -> Entry:
    """What the weights say of the same part: how many records end how, and the rows at fault."""
    told, arrays = faults_told([fault for fault in counted.faults if fault.series])
    verdicts = {
        series: {verdict.name: count for verdict, count in some.items()}
        for series, some in counted.verdicts.items()
    }
    facts = {
        "counted": dict(counted.counted),
        "verdicts": verdicts,
        "rejected": counted.rejected,
        "faults": told,
    }
    return Entry(facts, arrays)


def _cells(
    tally: Tally, measures: Measures, plan: Plan
) -> tuple[dict[str, Any], dict[str, _Array]]:
    first = len(plan.postings)
    items, item = numbered(tally.item)
    attributes, attribute = numbered(tally.attribute)
    buckets, bucket = numbered(tally.bucket)
    posting, crews = above(tally.posting, first)
    facts = {
        "items": [plan.items[at] for at in items.tolist()],
        "attributes": attributes_told(attributes, plan),
        "buckets": [plan.bucket_starts[at] for at in buckets.tolist()],
        "crews": [plan.performers.crews[at] for at in crews],
    }
    arrays: dict[str, _Array] = {
        "posting": posting,
        "item": item,
        "attribute": attribute,
        "bucket": bucket,
        "records": tally.records,
        "quantity_e3": tally.quantity_e3,
        "largest_e3": measures.largest_e3[items],
    }
    return facts, arrays


def _waiting(columns: Columns, plan: Plan) -> tuple[dict[str, Any], dict[str, _Array]]:
    items, item = numbered(columns["item"])
    attributes, attribute = numbered(columns["attribute"])
    shared, sets = above(columns["shared"], len(plan.performers.teams))
    facts = {
        "waiting_items": [plan.items[at] for at in items.tolist()],
        "waiting_attributes": attributes_told(attributes, plan),
        "waiting_sets": [plan.performers.sets[at] for at in sets],
    }
    arrays: dict[str, _Array] = {f"waiting.{name}": columns[name] for name in _AS_THEY_ARE}
    arrays |= {"waiting.item": item, "waiting.attribute": attribute, "waiting.shared": shared}
    for name, book in (("resident", plan.residents), ("household", plan.households)):
        arrays |= ids_told(columns[name], f"waiting.{name}", book)
    return facts, arrays


def ids_told(codes: npt.NDArray[np.integer[Any]], name: str, book: IdBook) -> dict[str, _Array]:
    """Codes of residents or households, -1 where blank, as numbers of texts from 1, and these."""
    known, code = numbered(codes.astype(np.int32) + np.int32(1))
    # The blank one, 0 here, is no id; where there is none, the others begin at 1 all the same.
    blank = bool(known.size) and known[0] == 0
    texts = book.texts((known[1:] if blank else known).astype(np.int32) - np.int32(1))
    return {
        name: code if blank else code + np.int32(1),
        f"{name}.letters": texts.data,
        f"{name}.lengths": np.diff(texts.begins),
    }


def attributes_told(codes: Int64, plan: Plan) -> list[list[Any]]:
    """The attributes of some codes, as values; records that are kept have no marks."""
    found = (plan.attributes[at] for at in codes.tolist())
    return [[one.resident_groups, one.setting, one.visit_number, one.team_id] for one in found]


def numbered(codes: npt.NDArray[np.integer[Any]]) -> tuple[Int64, Codes]:
    """The different codes, ascending, and the position among them of each; none is negative."""
    present = np.zeros(int(codes.max(initial=-1)) + 1, bool)
    present[codes] = True
    distinct = np.flatnonzero(present)
    rank = np.zeros(present.size, np.int32)
    rank[distinct] = np.arange(distinct.size, dtype=np.int32)
    return distinct, rank[codes]


def above(codes: npt.NDArray[np.integer[Any]], first: int) -> tuple[Codes, list[int]]:
    """Codes of which those from ``first`` on are numbered anew from there; and what these were."""
    found = codes.astype(np.int32)
    where = np.flatnonzero(found >= first)
    distinct, number = numbered(found[where] - np.int32(first))
    found[where] = number + np.int32(first)
    return found, distinct.tolist()


def faults_told(faults: Sequence[FaultSet]) -> tuple[list[list[Any]], dict[str, _Array]]:
    """Faults of rows as facts, and their row numbers end to end."""
    told = [[one.code, one.column, one.series, one.row.size, one.notes] for one in faults]
    rows = [np.zeros(0, np.int64), *(one.row for one in faults)]
    return told, {"fault_rows": np.concatenate(rows)}


def narrow(column: _Array) -> _Array:
    """Signed whole numbers in as few bits as hold them; bytes as they are."""
    if column.dtype == np.uint8:
        return column
    low, high = int(column.min(initial=0)), int(column.max(initial=0))
    fitting = (kind for kind in _NARROW if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    return column.astype(next(fitting, np.int64), copy=False)


# -- reading ---------------------------------------------------------------------------------------


def counted_of(
    entry: Entry, at: int, origin: Origin, scales: Scales
) -> tuple[Counted, Measures, Dates]:
    """A part as it was counted, by the codes of this run; what weights say of it is left open."""
    plan, facts = scales.plan, entry.facts
    counted = Counted(Tally(plan), DirectSum(scales), **{name: facts[name] for name in _NUMBERS})
    items = codes_of(plan.items.learn(facts["items"]))
    tally = counted.tally
    tally.item = items[entry.arrays["item"]]
    tally.attribute = attributes_learned(facts["attributes"], plan)[entry.arrays["attribute"]]
    starts = {day: bucket for bucket, day in enumerate(plan.bucket_starts)}
    tally.bucket = codes_of(starts[day] for day in facts["buckets"])[entry.arrays["bucket"]]
    crews = plan.performers.crews.learn(_sets(facts["crews"]))
    tally.posting = restored(entry.arrays["posting"], len(plan.postings), crews)
    tally.records = entry.arrays["records"].astype(np.int64)
    tally.quantity_e3 = entry.arrays["quantity_e3"].astype(np.int64)
    measures = Measures(facts["absolute_e3"])
    measures.largest_e3 = np.zeros(int(items.max(initial=-1)) + 1, np.int64)
    measures.largest_e3[items] = entry.arrays["largest_e3"]
    measures.lost.update({Verdict[name]: count for name, count in facts["lost"].items()})
    counted.faults += told_faults(entry, at)
    counted.waiting.put(at, origin, _restored_waiting(entry, plan))
    return counted, measures, dates_of(entry)


def with_ends(
    counted: Counted, measures: Measures, scales: Scales, ends: Entry | None, at: int
) -> bool:
    """Say how the records of a part end: as was kept under these weights, or as its cells say.

    False where neither can: then the rows must be read.
    """
    if ends is not None:
        facts = ends.facts
        counted.counted.update(facts["counted"])
        for series, some in facts["verdicts"].items():
            named = {Verdict[name]: count for name, count in some.items()}
            counted.verdicts[series] = Counter(named)
        counted.rejected = facts["rejected"]
        counted.faults += told_faults(ends, at)
        return True
    found = ended(counted.tally, measures, scales)
    if found is None:
        return False
    counted.counted.update(found.counted)
    counted.verdicts = found.verdicts
    counted.rejected = counted.refused
    return True


def _restored_waiting(entry: Entry, plan: Plan) -> Columns:
    facts = entry.facts
    columns: Columns = {name: entry.arrays[f"waiting.{name}"] for name in _AS_THEY_ARE}
    items = codes_of(plan.items.learn(facts["waiting_items"]))
    columns["item"] = items[entry.arrays["waiting.item"]]
    attributes = attributes_learned(facts["waiting_attributes"], plan)
    columns["attribute"] = attributes[entry.arrays["waiting.attribute"]]
    teams = len(plan.performers.teams)
    sets = plan.performers.sets.learn(_sets(facts["waiting_sets"]))
    columns["shared"] = restored(entry.arrays["waiting.shared"], teams, sets)
    for name, book in (("resident", plan.residents), ("household", plan.households)):
        columns[name] = ids_learned(entry, f"waiting.{name}", book)
    return columns


def ids_learned(entry: Entry, name: str, book: IdBook) -> Codes:
    """The codes of residents or households; -1 where blank."""
    lengths = entry.arrays[f"{name}.lengths"].astype(np.int64)
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    known = np.full(lengths.size + 1, -1, np.int32)
    if lengths.size:
        known[1:] = book.learn(Texts(entry.arrays[f"{name}.letters"], begins))
    return known[entry.arrays[name]]


def told_faults(entry: Entry, at: int) -> list[FaultSet]:
    """Faults of rows as they were kept, of the part that is now at ``at``."""
    rows, start, found = entry.arrays["fault_rows"].astype(np.int64), 0, []
    for code, column, series, size, notes in entry.facts["faults"]:
        some = rows[start : start + size]
        found.append(FaultSet(at, code, column, some, series, tuple(notes)))
        start += size
    return found


def attributes_learned(attributes: Sequence[Sequence[Any]], plan: Plan) -> Codes:
    """The codes of attributes that were kept as values."""
    named = (Attributes(tuple(groups), *others) for groups, *others in attributes)
    return codes_of(plan.attributes.learn(named))


def _sets(sets: Sequence[Sequence[Sequence[int]]]) -> list[tuple[tuple[int, int], ...]]:
    return [tuple((member, share) for member, share in one) for one in sets]


def restored(codes: _Array, first: int, learned: Sequence[int]) -> Codes:
    """Codes of which those from ``first`` on are positions among what was learned."""
    found = codes.astype(np.int32)
    where = np.flatnonzero(found >= first)
    if where.size:
        found[where] = codes_of(learned)[found[where] - first] + np.int32(first)
    return found


def dates_told(dates: Dates) -> list[list[Any]]:
    """Dates that were read otherwise than they stand, as facts."""
    return [[*key, count] for key, count in sorted(dates.items())]


def dates_of(entry: Entry) -> Dates:
    """The same again."""
    return Counter({(column, kind): count for column, kind, count in entry.facts["dates"]})


def codes_of(values: Iterable[int]) -> Codes:
    """Some codes as an array."""
    return np.array([*values], np.int32)
