"""The key ``sources`` of case.yaml: which files or databases a column map makes records of.

Each source has a name, a map, and files of the case or a query. What they give are spools with our
columns, to be read beside the tables of the case. Sources: issue "Files as they are", points 1 and
3; docs/maps.md.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np

from equivalents.errors import DataError, Place
from equivalents.findings import Findings, near
from equivalents.intake.encodings import AS_FOUND, Reading
from equivalents.intake.opening.database import Database, Query
from equivalents.intake.opening.found import Found, SpoolFolder
from equivalents.intake.opening.mapcells import exact_headings, map_sheet, used_headings
from equivalents.intake.opening.mapfile import find_map, read_map
from equivalents.intake.opening.mapmodel import ColumnMap
from equivalents.intake.opening.mapspool import map_spool
from equivalents.intake.opening.named import table_named
from equivalents.intake.opening.opener import open_tables
from equivalents.intake.opening.rawcells import Chunk, RawColumns
from equivalents.intake.opening.spool import Spooled
from equivalents.intake.opening.tablespool import Source, spool_rows
from equivalents.policy.yamltext import Entry, expect, expect_keys, names_of

__all__ = ["Mapped", "SOURCE_KEYS", "SourceRule", "mapped_spools", "read_sources"]

SOURCE_KEYS: Final[Mapping[str, str]] = {
    "map": "text",
    "files": "texts",
    "url": "text",
    "query": "text",
}
"""The keys of a source and the shapes of their values."""
_ENV: Final = "env:"


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
    found: Found
    digest: str = ""

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.found.spool.rows if self.found.spool is not None else 0

    def for_manifest(self) -> dict[str, Any]:
        """What the manifest says of it: never an address."""
        rule = self.source
        told: dict[str, Any] = {
            "source": rule.name,
            "map": rule.map.name,
            "version": rule.map.version,
            "table": rule.map.table,
            "rows": self.rows,
        }
        if rule.database is None:
            return {**told, "file": self.found.file, "sheet": self.found.sheet}
        return {**told, "query": rule.database.query.strip(), "digest": self.digest}


def read_sources(
    entry: Entry, files: Mapping[str, Path], findings: Findings
) -> tuple[SourceRule, ...]:
    """The sources that case.yaml declares, their maps and files found; every fault is noted.

    Args:
        entry: the value of the key ``sources``.
        files: every file of the case by its path in it.
        findings: where faults go.
    """
    expect(entry, "mapping", "sources", findings)
    rules = []
    for name, one in entry.mapping.items():
        rule = _source(name, one, files, findings)
        if rule is not None:
            rules.append(rule)
    _note_twice(rules, findings)
    return tuple(rules)


def _source(
    name: str, entry: Entry, files: Mapping[str, Path], findings: Findings
) -> SourceRule | None:
    expect_keys(entry, name, SOURCE_KEYS, findings, prefix=f"sources.{name}.")
    named, url, query = entry.get("files"), entry.get("url").text, entry.get("query").text
    where = (named.value != "", bool(url and query))
    if not entry.get("map").text or where.count(True) != 1 or (where[0] and (url or query)):
        findings.add("SOURCE_WHERE", entry.place, name)
        return None
    at = find_map(entry.get("map"), files, findings)
    found = read_map(at[1], at[0], files, findings) if at is not None else None
    if found is not None and found.proposed:
        findings.add("MAP_PROPOSED", found.place, found.name)
    if found is None:
        return None
    if where[0]:
        return SourceRule(name, found, entry.place, _files(named, files, findings))
    database = _database(name, url, query, entry.get("url").place, files, findings)
    return SourceRule(name, found, entry.place, database=database) if database else None


def _files(
    entry: Entry, files: Mapping[str, Path], findings: Findings
) -> tuple[tuple[Path, str], ...]:
    """The files of the case that some patterns name, each once, in the order of their names."""
    every: set[str] = set()
    for pattern in names_of(entry, "files", findings):
        found = {name for name in files if _fits(name.split("/"), pattern.split("/"))}
        if not found:
            hint = near(pattern, [*files])
            findings.add("SOURCE_NO_FILES", entry.place, pattern, near=hint)
        every |= found
    return tuple((files[name], name) for name in sorted(every))


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path is one that a pattern names; ``**`` stands for any folders."""
    if not pattern or not parts:
        return not pattern and not parts
    if pattern[0] == "**":
        return _fits(parts, pattern[1:]) or _fits(parts[1:], pattern)
    return fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def _note_twice(rules: Sequence[SourceRule], findings: Findings) -> None:
    """Files that two sources read into one table, or that the case reads as they stand."""
    seen: dict[tuple[str, str], str] = {}
    for rule in rules:
        for _, name in rule.files:
            other = seen.setdefault((name, rule.map.table), rule.name)
            plain = _as_it_stands(name)
            if other != rule.name or plain:
                facts = {"one": rule.name, "two": plain or other}
                findings.add("SOURCE_FILE_TWICE", rule.place, name, **facts)


def _as_it_stands(name: str) -> str:
    """The table that a file of the case is read as without a map, or blank."""
    first, _, rest = name.partition("/")
    table = table_named(first if rest else PurePosixPath(first).stem)
    return table if not rest or table == "records" else ""


def _database(
    name: str,
    url: str,
    query: str,
    place: Place,
    files: Mapping[str, Path],
    findings: Findings,
) -> Database | None:
    if url.startswith(_ENV):
        variable = url.removeprefix(_ENV)
        url = os.environ.get(variable, "")
        if not url:
            findings.add("DATABASE_ENV", place, variable)
            return None
    elif _has_password(url):
        findings.add("DATABASE_PASSWORD", place, name)
    return Database(name, url, query, files, place)


def _has_password(url: str) -> bool:
    try:
        return bool(urlsplit(url).password)
    except ValueError:
        return False


def mapped_spools(
    sources: Sequence[SourceRule],
    keeper: SpoolFolder,
    findings: Findings,
    reading: Reading = AS_FOUND,
) -> list[Mapped]:
    """The tables of all sources as spools with our columns, in the order of sources and files.

    Args:
        sources: as :func:`read_sources` gives them.
        keeper: where spools are written.
        findings: every fault of a file, a query or a table goes here; what it concerns is left out.
        reading: what is declared of text files.
    """
    made: list[Mapped] = []
    for rule in sources:
        try:
            if rule.database is not None:
                made.extend(_of_database(rule, rule.database, keeper, findings))
            else:
                made.extend(_of_files(rule, keeper, findings, reading))
        except DataError as error:
            findings.take(error)
    return made


def _of_files(
    rule: SourceRule, keeper: SpoolFolder, findings: Findings, reading: Reading
) -> Iterator[Mapped]:
    sheets = (map_sheet(rule.map),)
    used = used_headings(rule.map)
    opened = open_tables(rule.files, sheets, keeper, reading=reading, spool=True, exact=used)
    findings.problems += opened.problems
    for found in opened.tables:
        if found.spool is not None:
            yield from _mapped(rule, found.spool, keeper, findings)


def _mapped(
    rule: SourceRule,
    spooled: Spooled,
    keeper: SpoolFolder,
    findings: Findings,
    digest: str = "",
) -> Iterator[Mapped]:
    made = map_spool(spooled, rule.map, keeper.fresh() / "mapped.parquet", findings)
    if made is not None:
        found = Found(made.path, made.file, made.sheet, made, keeper)
        findings.problems += made.found()[len(spooled.problems) :]
        yield Mapped(rule, found, digest)


def _of_database(
    rule: SourceRule, database: Database, keeper: SpoolFolder, findings: Findings
) -> Iterator[Mapped]:
    exact, used = exact_headings(rule.map), used_headings(rule.map)
    with database.open(exact, used) as query:
        source = Source(rule.name, first_row=0, origin={"kind": "database"}, map=rule.map.name)
        target = keeper.fresh() / "read.parquet"
        spooled = spool_rows(_with_headings(query), (map_sheet(rule.map),), target, source)
    findings.problems += spooled.found()
    yield from _mapped(rule, spooled, keeper, findings, query.digest)


def _with_headings(query: Query) -> Iterator[Chunk]:
    """The rows of a query as those of a file are given: the headings are row 0."""
    yield RawColumns(tuple([title] for title in query.titles), np.zeros(1, np.int64))
    for chunk in query.chunks:
        yield RawColumns(tuple(chunk.columns[name] for name in query.headings), chunk.row)
