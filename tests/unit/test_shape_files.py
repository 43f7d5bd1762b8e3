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
from equivalents.intake.opening.rawcells import Chunk
from equivalents.intake.opening.sheets import SheetHead, choose_sheets
from equivalents.intake.opening.tablespool import Source, spool_rows
from tests.files.make import shapes
from tests.files.make.shapecases import BOOKS

WANTED = (TABLES["records"],)
EPOCHS = {book.name: book.epoch_1904 for book in BOOKS}


def expected(name: str) -> list[dict[str, str]]:
    with (shapes.EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def made() -> dict[str, bytes]:
    return shapes.made()


def tables(path: Path) -> Iterator[tuple[Chunk, Source]]:
    """The tables of a file with where they stand; raises what choosing among sheets refuses."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            yield list(csv.reader(file)), Source(path.name, strict_width=True)
        return
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_path(str(path))
    heads = []
    for about in book.sheets_metadata:
        sheet = book.get_sheet_by_name(about.name)
        first = sheet.start[0] + 1 if sheet.start else 1
        hidden = about.visible != SheetVisibleEnum.Visible
        heads.append(SheetHead(about.name, sheet.to_python(), hidden, first))
    chosen = choose_sheets(heads, WANTED, path.name)
    told.extend(problem.code for problem in chosen.problems)
    for head, _ in chosen.sheets:
        epoch = EPOCHS[path.name]
        yield list(head.rows), Source(path.name, head.name, head.first_row, epoch_1904=epoch)


told: list[str] = []


def outcome(path: Path, target: Path) -> tuple[str, str, list[tuple[str, str]]]:
    """The outcome, the codes and the rows of one file."""
    told.clear()
    rows: list[tuple[str, str]] = []
    result = "read"
    try:
        for chunk, source in tables(path):
            spooled = spool_rows([chunk], WANTED, target, source)
            told.extend(problem.code for problem in spooled.found())
            for row in pq.read_table(target).to_pylist():
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
    result, codes, rows = outcome(shapes.FOLDER / case["file"], tmp_path / "s.parquet")
    assert (result, codes) == (case["outcome"], case["codes"])
    wanted = [
        (row["row"], row["values"])
        for row in expected("shapes_rows.csv")
        if row["file"] == case["file"]
    ]
    assert sorted(rows) == sorted(wanted)
