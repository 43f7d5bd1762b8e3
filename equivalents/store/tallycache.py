"""What parts of the records were counted as, kept: a run reads only what it has not seen before.

A part is a Parquet row group, a range of a plain CSV file, or a piece of the spool that a workbook
or any other file was opened into. What it was counted as stands under the hash of its records (the
bytes of its file or spool, which part of it, how its columns are understood, what the other files
make of its record ids) and of the counting plan (:func:`plan_address`): any change of either is
another address, so nothing has to be thrown away. Weights, prices and pools are in no address:
they are applied to the counts; under the same weights the direct path finds what the counts came to
(:mod:`equivalents.store.keptsums`). Which rows a rule rejects or warns of depends on the rows of
the weight tables, though not on how heavy they are (:func:`ends_address`); that is kept under
their hash, too, and a part that has such rows under other rules is counted again. Records that wait
for the others of their resident are kept as they wait, and the hashes of record ids stand beside,
with the texts of those that met, so that ids are compared over all files in every run. Where the
plan is another one, or other files say otherwise of a part's ids, its records are counted again
from their coded columns (:mod:`equivalents.store.codedforms`), without the file.

A workbook is opened into its spool in every run, but its records are not read from there. Checks
at the door are not kept: they read the records in every run.
Sources: specification page 2 "The tally", "Records at rest"; definitions 5.5, 5.8.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np

from equivalents.count import Counted
from equivalents.errors import Problem
from equivalents.intake.csvfile import CsvPart
from equivalents.intake.identity import Hashes
from equivalents.intake.idsbeside import beside_others
from equivalents.intake.originals import OriginalRows
from equivalents.intake.parquet import ParquetPart
from equivalents.intake.source import PartBlocks, Source
from equivalents.intake.spoolpart import SpoolPart
from equivalents.keptcount import Measures
from equivalents.processors import workers
from equivalents.records import RecordBlock
from equivalents.settle import METHOD
from equivalents.store.cachefiles import CacheFolder, Entry, address_of
from equivalents.store.codedforms import Collected, blocks_of, coding_address
from equivalents.store.keptforms import (
    counted_of,
    dates_of,
    dates_told,
    ends_of,
    entry_of,
    with_ends,
)
from equivalents.store.keptrows import KeptOrigin, originals_of
from equivalents.store.keptsums import sums_address, sums_of, weighed_of
from equivalents.tally import Plan
from equivalents.units import Int64
from equivalents.version import __version__
from equivalents.weigh import Scales

__all__ = ["PartKeeper", "TallyCache", "ends_address", "plan_address", "weights_address"]

_FORM: Final = 3
"""Part of every address: another form of what is kept, or other ways of counting, meet no old."""
_PROGRAM: Final = (_FORM, __version__, METHOD)
_TALLIES, _ENDS, _SUMS = "tallies", "ends", "sums"
_CODED, _IDS = "coded", "ids"


class TallyCache:
    """The kept counts below one folder; what is odd about it is in ``problems``, as warnings."""

    def __init__(self, folder: Path) -> None:
        self.files = CacheFolder(folder)
        self._known: dict[Path, tuple[str, tuple[int, int]]] = {}
        self._lock = Lock()

    @property
    def problems(self) -> Sequence[Problem]:
        """Warnings about files of the cache; no result depends on them."""
        return self.files.problems

    def hashes(
        self, part: CsvPart | ParquetPart, heading: str, read: Callable[[], Hashes]
    ) -> Hashes:
        """The hashes of an id column of a part, as kept, else read and then kept."""
        records = self.records_address(part)
        if records is None:
            return read()
        address = address_of(_PROGRAM, records, heading)
        kept = self.files.get(_IDS, address)
        if kept is not None:
            return kept.arrays["hashes"]
        hashed = read()
        if self.still(part):
            self.files.put(_IDS, address, Entry(arrays={"hashes": hashed}))
        return hashed

    def texts(
        self,
        part: CsvPart | ParquetPart,
        headings: Mapping[str, str],
        wanted: Int64,
        read: Callable[[], Iterator[OriginalRows]],
    ) -> Iterator[OriginalRows]:
        """Columns of some records of a part, as kept, else read and then kept."""
        records = self.records_address(part)
        if records is None or not self.still(part):
            return read()
        address = address_of(_PROGRAM, records, sorted(headings.items()))
        return originals_of(self.files, address, (part.name, part.sheet), wanted, read)

    def keeper(self, source: Source, plan: Plan, parts: Sequence[PartBlocks]) -> "PartKeeper":
        """What knows the parts of a source under a plan."""
        with ThreadPoolExecutor(workers()) as pool:
            for _ in pool.map(self.records_address, source.parts):
                pass
        return PartKeeper(self, source, plan, parts)

    def records_address(self, part: CsvPart | ParquetPart) -> str | None:
        """The hash of the records of a part and of where they stand; ``None``: it is not kept."""
        if isinstance(part, ParquetPart) and part.group >= 0:
            spool = isinstance(part, SpoolPart)
            place = part.group, part.first_row, part.headings, spool
            return address_of(self._sha256(part.path), place)
        if type(part) is CsvPart:
            read_as = part.encoding, part.may_break, part.plain, part.headings
            where = part.start, part.stop, part.first_row
            return address_of(self._sha256(part.path), where, read_as)
        return None

    def still(self, part: CsvPart | ParquetPart) -> bool:
        """Whether the file of a part is what it was when its hash was taken."""
        return self._known[part.path][1] == _stamp(part.path)

    def trim(self) -> None:
        """Keep the folder within its bound."""
        self.files.trim()

    def _sha256(self, path: Path) -> str:
        """The hash of the bytes of a file, once a run."""
        with self._lock:
            found = self._known.get(path)
        if found is None:
            before = _stamp(path)
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest(), before
            with self._lock:
                self._known[path] = found
        return found[0]


class PartKeeper:
    """The keeper of :func:`equivalents.count.count` for one source and plan."""

    def __init__(
        self, cache: TallyCache, source: Source, plan: Plan, parts: Sequence[PartBlocks]
    ) -> None:
        self._cache, self._source, self._plan, self._parts = cache, source, plan, parts
        self._rules: tuple[Scales, str, str] | None = None
        read = [self._read_address(at) for at in range(len(source.parts))]
        of_plan, coding = plan_address(plan), address_of(_PROGRAM, coding_address(plan))
        self._address = [
            one and address_of(of_plan, one, self._noted(at)) for at, one in enumerate(read)
        ]
        self._coded = [one and address_of(coding, one) for one in read]
        self._read = read
        source.kept_rows = self.rows

    def _read_address(self, at: int) -> str | None:
        """The hash of the records of a part and of how they are read, alone."""
        source = self._source
        records = self._cache.records_address(source.parts[at])
        if records is None:
            return None
        names = sorted(source.names(at).items())
        return address_of(_PROGRAM, records, names, source.times.value)

    def _noted(self, at: int) -> list[Any]:
        """What all files together make of the records of a part."""
        ids, warnings = self._source.noted(at)
        at_fault = None if ids is None else [ids.row.tolist(), ids.code, ids.column, ids.note]
        warned = [[one.code, one.column, one.row.tolist(), one.notes] for one in warnings]
        return [at_fault, warned]

    def keeps(self, at: int) -> bool:
        """Whether the part is one that is kept."""
        return self._address[at] is not None

    def known(self, at: int, scales: Scales) -> tuple[Counted, Measures] | None:
        """What the part was counted as, if it is kept and needs no row told."""
        address, files = self._address[at], self._cache.files
        assert address is not None, "only asked for parts that are kept"
        kept = files.get(_TALLIES, address)
        if kept is None:
            return None
        ends = files.get(_ENDS, self._ends_address(address, scales))
        counted, measures, dates = counted_of(kept, at, self._origin(at), scales)
        if not with_ends(counted, measures, scales, None if ends is None else ends, at):
            return None
        self._source.take_dates(at, dates)
        self._parts[at].passed()
        return counted, measures

    def blocks(self, at: int) -> Iterator[RecordBlock]:
        """The records of a part: their columns as they are kept, else read and then kept.

        They are kept as the part alone says them; what the others make of its ids comes on top.
        """
        return beside_others(at, self._alone(at), *self._source.noted(at))

    def _alone(self, at: int) -> Iterator[RecordBlock]:
        address, files, source, plan = self._coded[at], self._cache.files, self._source, self._plan
        assert address is not None, "only asked for parts that are kept"
        kept = files.get(_CODED, address)
        found = None if kept is None else blocks_of(kept, at, self._origin(at), plan)
        if kept is not None and found is not None:
            source.take_dates(at, dates_of(kept))
            self._parts[at].passed()
            yield from found
            return
        origin = self._origin(at)
        collected: Collected | None = Collected(origin)
        for read in self._parts[at].alone():
            contact = read.contact
            block = (
                read if contact is None else replace(read, contact=replace(contact, origin=origin))
            )
            if collected is not None:
                collected.add(block)
                collected = collected if collected.fits else None
            yield block
        if collected is not None and self._cache.still(source.parts[at]):
            files.put(_CODED, address, collected.entry(dates_told(source.dates_read(at)), plan))

    def keep(self, at: int, counted: Counted, measures: Measures, scales: Scales) -> None:
        """Keep what the part was counted as."""
        address, files = self._address[at], self._cache.files
        assert address is not None, "only asked for parts that are kept"
        if not self._cache.still(self._source.parts[at]):
            return
        dates = self._source.dates_read(at)
        files.put(_TALLIES, address, entry_of(counted, measures, dates, self._plan))
        files.put(_ENDS, self._ends_address(address, scales), ends_of(counted))

    def weighed(self, at: int, scales: Scales) -> Counted | None:
        """What the part was weighed as under these weights, if it is kept."""
        kept = self._cache.files.get(_SUMS, self._sums_address(at, scales))
        if kept is None:
            return None
        counted, dates = weighed_of(kept, at, self._origin(at), scales)
        self._source.take_dates(at, dates)
        self._parts[at].passed()
        return counted

    def keep_weighed(self, at: int, counted: Counted, measures: Measures, scales: Scales) -> None:
        """Keep what the part was weighed as."""
        if self._cache.still(self._source.parts[at]):
            entry = sums_of(counted, measures, self._source.dates_read(at), scales)
            self._cache.files.put(_SUMS, self._sums_address(at, scales), entry)

    def rows(
        self, at: int, wanted: Int64, read: Callable[[], Iterator[OriginalRows]]
    ) -> Iterator[OriginalRows]:
        """Rows of a part as they came (:data:`equivalents.intake.source.KeptRows`)."""
        address, part = self._read[at], self._source.parts[at]
        if address is None or not self._cache.still(part):
            return read()
        return originals_of(self._cache.files, address, (part.name, part.sheet), wanted, read)

    def _origin(self, at: int) -> KeptOrigin:
        """The way back to the rows of a part that is kept."""
        address = self._read[at]
        assert address is not None, "only asked for parts that are kept"
        return KeptOrigin(self._source.origin(at), self._cache.files, address)

    def _ends_address(self, address: str, scales: Scales) -> str:
        return address_of(address, self._addresses(scales)[0])

    def _sums_address(self, at: int, scales: Scales) -> str:
        address = self._address[at]
        assert address is not None, "only asked for parts that are kept"
        return sums_address(address, self._addresses(scales)[1], scales)

    def _addresses(self, scales: Scales) -> tuple[str, str]:
        """Those of what decides how records end, and of the weights."""
        if self._rules is None or self._rules[0] is not scales:
            self._rules = scales, ends_address(scales), weights_address(scales)
        return self._rules[1:]


def plan_address(plan: Plan) -> str:
    """The hash of all that decides how a record that need not wait is counted, and which do wait.

    These are the period, the days at which buckets are cut, institutions, persons, postings with
    their posts and dates (cut where coefficients change), teams, and the items whose records wait.
    """
    postings, period = plan.postings, plan.period
    columns = (postings.institution, postings.person, postings.post)
    spans = (postings.since, postings.until, postings.main)
    waits = np.flatnonzero(plan.waits.item[:-1]).tolist()
    return address_of(
        _PROGRAM,
        [period.start, period.end, [day for day in plan.bucket_starts if day > period.start]],
        [*plan.institutions.values],
        [*plan.persons.values],
        [*postings.posts.values],
        *columns,
        *spans,
        plan.performers.dated,
        sorted(plan.known_items[at] for at in waits),
    )


def weights_address(scales: Scales) -> str:
    """The hash of all of the weights: of their rows, and of what decides which row applies."""
    return _rules_address(scales, [row.weight_e4 for row in scales.rules.weights])


def ends_address(scales: Scales) -> str:
    """The hash of all of the weights that decides which records are rejected or warned of.

    Of a weight that is its place among those of its item: where several rows fit, the heaviest of
    them applies (definition 5.7), and a limit or basis may stand in one of them alone.
    """
    rows, weights = scales.rules.weights, defaultdict(set)
    for row in rows:
        weights[row.series, row.item_code].add(row.weight_e4)
    places = {
        (*key, weight): place
        for key, some in weights.items()
        for place, weight in enumerate(sorted(some))
    }
    return _rules_address(
        scales, [places[row.series, row.item_code, row.weight_e4] for row in rows]
    )


def _rules_address(scales: Scales, weights: Sequence[int]) -> str:
    rules, plan = scales.rules, scales.plan
    rows = sorted(
        (
            *(row.series, row.item_code, weight, row.valid_from, row.valid_to),
            *(row.conditions, row.stopped, row.quantity_max_e3, row.basis.text),
        )
        for row, weight in zip(rules.weights, weights, strict=True)
    )
    handling = [rules.missing_in(series).value for series in scales.series]
    classes = [[one.institution_group, one.title_tier] for one in plan.classes.values]
    return address_of(
        [*scales.series],
        [*handling, rules.outside_period.value],
        rows,
        classes,
        plan.class_of_posting,
    )


def _stamp(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_size, about.st_mtime_ns
