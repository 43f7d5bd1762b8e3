"""The example exports with their maps: made again the same, mapped as their table says.

Catches: an example that nobody can make again, a fault of a row that goes by another code, a row
that a filter leaves out without being counted.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from equivalents.errors import NOWHERE
from equivalents.findings import Findings
from equivalents.intake.opening.database import Database
from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.mapfile import read_map
from equivalents.intake.opening.sources import SourceRule, mapped_spools
from equivalents.intake.parquet import text_values
from equivalents.intake.spoolpart import spool_parts
from tests.files.make import maps

DB = maps.FOLDER / "数据库.db"
QUERIES = {
    "数据库-精确": "select 工号, 项目, 日期, printf('%.3f', 数量) as 数量 from visits order by 1",
    "数据库-浮点": "select 工号, 项目, 日期, 数量 from visits",
}


def expected() -> Iterator[dict[str, str]]:
    with maps.EXPECTED.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def outcome(name: str) -> tuple[str, str, str]:
    """The outcome, the codes, and the rows as our columns with ``|`` between."""
    findings, keeper = Findings(), SpoolFolder()
    path = maps.FOLDER / f"{'改名' if name in QUERIES else name}.yaml"
    found = read_map(path, path.name, {}, findings)
    if found is None or findings.errors or found.proposed:
        wrong = {one.code for one in findings.errors}
        wrong |= {"MAP_PROPOSED"} if found is not None and found.proposed else set()
        return "refused", ";".join(sorted(wrong)), ""
    database = None
    files: tuple[tuple[Path, str], ...] = ()
    if name in QUERIES:
        database = Database(name, "sqlite:///his.db", QUERIES[name], {"his.db": DB})
    else:
        (export,) = (p for p in maps.FOLDER.glob(f"{name}.*") if p.suffix in (".csv", ".parquet"))
        files = ((export, export.name),)
    rule = SourceRule("his", found, NOWHERE, files, database)
    mapped = mapped_spools([rule], keeper, findings)
    if findings.errors:
        return "refused", ";".join(sorted({one.code for one in findings.errors})), ""
    rows, codes = [], Counter(one.code for one in findings.problems)
    faulty = False
    for one in mapped:
        for part in spool_parts(one.found):
            for batch in part.batches() if part.group >= 0 else ():
                ours = [text_values(batch.columns[found.heading(c)]) for c in found.ours]
                rows += ["|".join(cells) for cells in zip(*ours, strict=True)]
                codes.update(given.code for given in batch.given)
                faulty |= bool(batch.given)
    keeper.remove()
    return "faults" if faulty else "mapped", ";".join(sorted(codes)), " ".join(rows)


@pytest.mark.parametrize("row", [*expected()], ids=lambda row: row["file"])
def test_an_export_becomes_what_its_table_says(row: dict[str, str]) -> None:
    name = row["file"].removeprefix("maps/").partition(".")[0]
    assert outcome(name) == (row["outcome"], row["codes"], row["rows"])


def test_the_files_are_those_that_are_made() -> None:
    there = {f"maps/{path.name}": path.read_bytes() for path in maps.FOLDER.iterdir()}
    made = maps.made()
    assert sorted(there) == sorted(made)
    for name, data in made.items():
        # What Parquet and SQLite write differs from one version of theirs to the next.
        if not name.endswith((".parquet", ".db")):
            assert there[name] == data, name
    assert all(len(data) < 20_000 for data in there.values())


def test_every_file_has_its_line() -> None:
    named = {row["file"].removeprefix("maps/").partition(".")[0] for row in expected()}
    stems = {path.stem for path in maps.FOLDER.iterdir()} - {"数据库"}
    assert named == stems | {*QUERIES}
