"""The key ``sources`` of case.yaml: which files or databases a column map makes records of.

Each source has a name, a map, and files of the case or a query. What they give are spools with our
columns, to be read beside the tables of the case. Sources: issue "Files as they are", points 1 and
3; docs/maps.md.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np

from equivalents.errors import DataError, Place, Problem
from equivalents.findings import Findings
from equivalents.intake.headings import TABLES, Sheet
from equivalents.intake.opening.database import Database
from equivalents.intake.opening.mapfile import find_map, read_map
from equivalents.intake.opening.mapmodel import ColumnMap
from equivalents.intake.opening.mapspool import (
    exact_headings,
    map_sheet,
    map_spool,
    used_headings,
)
from equivalents.intake.opening.rawcells import Chunk, RawColumns
from equivalents.intake.opening.spool import Spooled
from equivalents.intake.opening.tablespool import Source, spool_rows
from equivalents.policy.yamltext import Entry, expect, expect_keys, names_of

__all__ = ["Mapped", "OpenFiles", "SOURCE_KEYS", "SourceRule", "mapped_spools", "read_sources"]

SOURCE_KEYS: Final[Mapping[str, str]] = {
    "map": "text",
    "files": "texts",
    "url": "text",
    "query": "text",
}
"""The keys of a source and the shapes of their values."""
_ENV: Final = "env:"

OpenFiles = Callable[
    [Sequence[tuple[Path, str]], Sequence[Sheet]], tuple[Sequence[Spooled], Sequence[Problem]]
]
"""Opens files (path, name that people know) whose tables may be those given; all become spools."""


@dataclass(frozen=True, slots=True)
class SourceRule:
    """A source as declared: its map, and its files or its database."""

    name: str
    map: ColumnMap
    place: Place
    files: tuple[tuple[Path, str], ...] = ()
    database: Database | None = None

    @property
    def used(self) -> Iterator[tuple[str, Path]]:
        """Every file that it uses, with its name: the map, tables of codes, exports."""
        yield from self.map.files
        yield from ((name, path) for path, name in self.files)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A table that a source gave; ``digest`` stands for the rows of a database, in any order."""

    source: SourceRule
    spooled: Spooled
    digest: str = ""

    def for_manifest(self) -> dict[str, Any]:
        """What the manifest says of it: never an address."""
        rule = self.source
        told: dict[str, Any] = {
            "source": rule.name,
            "map": rule.map.name,
            "version": rule.map.version,
            "table": rule.map.table,
            "rows": self.spooled.rows,
        }
        if rule.database is None:
            return {**told, "file": self.spooled.file, "sheet": self.spooled.sheet}
        return {**told, "query": rule.database.query.strip(), "digest": self.digest}


def read_sources(entry: Entry, folder: Path, findings: Findings) -> tuple[SourceRule, ...]:
    """The sources that case.yaml declares, their maps and files found; every fault is noted.

    Args:
        entry: the value of the key ``sources``.
        folder: that of the case.
        findings: where faults go.
    """
    expect(entry, "mapping", "sources", findings)
    rules = []
    for name, one in entry.mapping.items():
        rule = _source(name, one, folder, findings)
        if rule is not None:
            rules.append(rule)
    _note_twice(rules, findings)
    return tuple(rules)


def _source(name: str, entry: Entry, folder: Path, findings: Findings) -> SourceRule | None:
    expect_keys(entry, name, SOURCE_KEYS, findings, prefix=f"sources.{name}.")
    files, url, query = entry.get("files"), entry.get("url").text, entry.get("query").text
    where = (files.value != "", bool(url and query))
    if not entry.get("map").text or where.count(True) != 1 or (where[0] and (url or query)):
        findings.add("SOURCE_WHERE", entry.place, name)
        return None
    at = find_map(entry.get("map"), folder, findings)
    found = read_map(at[1], at[0], folder, findings) if at is not None else None
    if found is not None and found.proposed:
        findings.add("MAP_PROPOSED", found.place, found.name)
    if found is None:
        return None
    if where[0]:
        return SourceRule(name, found, entry.place, _files(files, folder, findings))
    database = _database(name, url, query, entry.get("url").place, folder, findings)
    return SourceRule(name, found, entry.place, database=database) if database else None


def _files(entry: Entry, folder: Path, findings: Findings) -> tuple[tuple[Path, str], ...]:
    """The files of the case that some patterns name, each once, in the order of their names."""
    root = folder.resolve()
    every: dict[str, Path] = {}
    for pattern in names_of(entry, "files", findings):
        inside = not pattern.startswith(("/", "\\")) and ".." not in Path(pattern).parts
        found = {
            path.relative_to(folder).as_posix(): path
            for path in (folder.glob(pattern) if inside else ())
            if path.is_file() and path.name[0] != "." and path.resolve().is_relative_to(root)
        }
        if not found:
            findings.add("SOURCE_NO_FILES", entry.place, pattern)
        every |= found
    return tuple((every[name], name) for name in sorted(every))


def _note_twice(rules: Sequence[SourceRule], findings: Findings) -> None:
    """Files that two sources read into one table, or that the case reads as they stand."""
    seen: dict[tuple[str, str], str] = {}
    for rule in rules:
        for _, name in rule.files:
            first, _, rest = name.partition("/")
            stem = Path(first).stem if not rest else first
            other = seen.setdefault((name, rule.map.table), rule.name)
            # What stands in `records/`, or is called as a table, is read without a map, too.
            plain = stem in TABLES and (not rest or stem == "records")
            if other != rule.name or plain:
                two = stem if plain else other
                findings.add("SOURCE_FILE_TWICE", rule.place, name, one=rule.name, two=two)


def _database(
    name: str, url: str, query: str, place: Place, folder: Path, findings: Findings
) -> Database | None:
    if url.startswith(_ENV):
        variable = url.removeprefix(_ENV)
        url = os.environ.get(variable, "")
        if not url:
            findings.add("DATABASE_ENV", place, variable)
            return None
    elif _has_password(url):
        findings.add("DATABASE_PASSWORD", place, name)
    return Database(name, url, query, folder, place)


def _has_password(url: str) -> bool:
    try:
        return bool(urlsplit(url).password)
    except ValueError:
        return False


def mapped_spools(
    sources: Sequence[SourceRule],
    spools: Callable[[], Path],
    open_files: OpenFiles,
    findings: Findings,
) -> list[Mapped]:
    """The tables of all sources as spools with our columns, in the order of sources and files.

    Args:
        sources: as :func:`read_sources` gives them.
        spools: gives a new folder for spools at each call.
        open_files: opens files of any kind.
        findings: every fault of a file, a query or a table goes here; what it concerns is left out.
    """
    made: list[Mapped] = []
    for rule in sources:
        try:
            if rule.database is not None:
                made.extend(_of_database(rule, rule.database, spools(), findings))
                continue
            opened, problems = open_files(rule.files, (map_sheet(rule.map),))
        except DataError as error:
            findings.take(error)
            continue
        # What the map does not use is no mistake of the export.
        findings.problems += [one for one in problems if one.code != "COLUMN_UNKNOWN"]
        for spooled in opened:
            found = map_spool(spooled, rule.map, spools() / "mapped.parquet", findings)
            if found is not None:
                made.append(Mapped(rule, found))
    return made


def _of_database(
    rule: SourceRule, database: Database, folder: Path, findings: Findings
) -> Iterator[Mapped]:
    exact, used = exact_headings(rule.map), used_headings(rule.map)
    origin = {"kind": "database"}
    with database.open(exact, used) as query:
        chunks = _with_headings(query.headings, query.chunks)
        source = Source(rule.name, first_row=0, origin=origin, map=rule.map.name)
        sheets = (map_sheet(rule.map),)
        spooled = spool_rows(chunks, sheets, folder / "read.parquet", source)
    found = map_spool(spooled, rule.map, folder / "mapped.parquet", findings)
    if found is not None:
        yield Mapped(rule, found, query.digest)


def _with_headings(headings: Sequence[str], chunks: Iterator[Any]) -> Iterator[Chunk]:
    """The rows of a query as those of a file are given: the headings are row 0."""
    yield RawColumns(tuple([heading] for heading in headings), np.zeros(1, np.int64))
    for chunk in chunks:
        yield RawColumns(tuple(chunk.columns[name] for name in headings), chunk.row)
