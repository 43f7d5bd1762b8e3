"""The example files of every shape: made again the same, read as their tables say.

Catches: a total among the data, a row number that is off, a code that is not told, an example that
nobody can make again.
"""

import csv
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import pyarrow.parquet as pq
import pytest

from equivalents.errors import DataError
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.booktask import open_book
from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.kinds import kind_of
from equivalents.intake.opening.limits import Limits
from equivalents.intake.opening.opener import of_book
from equivalents.intake.opening.rawcells import Chunk
from equivalents.intake.opening.spool import Spooled
from equivalents.intake.opening.tablespool import Source, spool_rows
from tests.files.make import shapes

WANTED = (TABLES["records"],)


def expected(name: str) -> list[dict[str, str]]:
    with (shapes.EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def made() -> dict[str, bytes]:
    return shapes.made()


def tables(path: Path, folder: Path) -> Iterator[Spooled]:
    """The tables of a file; raises what is refused."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            rows: Chunk = list(csv.reader(file))
        source = Source(path.name, strict_width=True)
        yield spool_rows([rows], WANTED, folder / "text.parquet", source)
        return
    request = {
        "path": path, "kind": kind_of(path).value, "name": path.name, "folder": folder,
        "tables": ["records"], "whole": False,
    }  # fmt: skip
    # What the child process does, in this one: a process for each file would cost a minute.
    opened = of_book(open_book(request, Limits()), path.name, SpoolFolder())
    if not opened.tables:
        raise DataError(opened.problems)
    told.extend(problem.code for problem in opened.problems)
    yield from (one.spool for one in opened.tables if one.spool is not None)


told: list[str] = []


def outcome(path: Path, folder: Path) -> tuple[str, str, list[tuple[str, str]]]:
    """The outcome, the codes and the rows of one file."""
    told.clear()
    rows: list[tuple[str, str]] = []
    result = "read"
    try:
        for spooled in tables(path, folder):
            told.extend(problem.code for problem in spooled.found())
            for row in pq.read_table(spooled.path).to_pylist():
                if row["#fault"]:
                    told.append(row["#fault"].partition(":")[0])
                    result = "faults"
                rows.append((str(row["#row"]), "|".join(row[name] for name in spooled.headings)))
    except DataError as error:
        return "refused", " ".join(sorted({one.code for one in error.problems})), []
    return result, " ".join(sorted(set(told))), rows


def members(data: bytes) -> dict[str, bytes]:
    """What a workbook holds: programs that compress differently make the same of it."""
    if not data.startswith(b"PK"):
        return {"": data}
    with ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_the_files_are_made_again_as_they_are() -> None:
    stored = {path.name: members(path.read_bytes()) for path in shapes.FOLDER.iterdir()}
    assert stored == {name: members(data) for name, data in made().items()}
    assert made() == shapes.made()


def test_the_tables_of_expectations_are_those_of_the_cases() -> None:
    rows = [tuple(row.values()) for row in expected("shapes.csv")]
    assert rows == shapes.outcome_rows()
    cells = [(row["file"], int(row["row"]), row["values"]) for row in expected("shapes_rows.csv")]
    assert cells == shapes.cell_rows()
    assert len(rows) >= 50
    assert all(len(data) < 20_000 for data in made().values())


@pytest.mark.parametrize("case", expected("shapes.csv"), ids=lambda case: case["file"])
def test_every_file_is_read_as_expected(case: dict[str, str], tmp_path: Path) -> None:
    result, codes, rows = outcome(shapes.FOLDER / case["file"], tmp_path)
    assert (result, codes) == (case["outcome"], case["codes"])
    wanted = [
        (row["row"], row["values"])
        for row in expected("shapes_rows.csv")
        if row["file"] == case["file"]
    ]
    assert sorted(rows) == sorted(wanted)
