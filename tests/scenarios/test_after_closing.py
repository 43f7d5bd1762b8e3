"""Scenarios of what is paid after a period was closed: corrections, and the end of a year.

Beside the folders of every scenario some have ``months/``, ``corrections/``, or both. Each folder
in them is laid over ``case/``: what it does not have is taken from there. ``months/PERIOD`` are
settled and closed; without any, ``case/`` itself is. ``corrections/N`` (``N-PERIOD`` where there
are months) is the closed case as it is known later, corrected in the order of N, each after those
before it; ``expected-adjustments`` has what each writes. With months ``case/`` is the year, and
``expected-year-end`` what its end writes.

Faults seen to be caught: a price of another department, the weight of the wrong date, an earlier
correction that is paid again, an amount that nobody takes back, a carried pool that vanishes.
"""

import csv
import shutil
from pathlib import Path

import pytest

from equivalents.closing import correct_case, year_end_case
from equivalents.run import settle_case
from tests.rules import folders

FOLDERS = [
    folder
    for folder in folders()
    if (folder / "months").is_dir() or (folder / "corrections").is_dir()
]
each_scenario = pytest.mark.parametrize("folder", FOLDERS, ids=[f.name for f in FOLDERS])
pytestmark = pytest.mark.rules("D5")


def inside(folder: Path) -> list[Path]:
    """The folders in a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def laid(case: Path, over: Path, into: Path) -> Path:
    """A case with the files of another folder laid over it."""
    shutil.copytree(case, into)
    return Path(shutil.copytree(over, into, dirs_exist_ok=True))


def check(expected: Path, found: Path) -> None:
    """Every expected file: the columns that it has, as text, row by row."""
    for path in sorted(expected.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            wanted = csv.DictReader(file)
            rows, columns = [*wanted], wanted.fieldnames
        assert columns
        with (found / path.name).open(encoding="utf-8-sig", newline="") as file:
            told = [{name: row[name] for name in columns} for row in csv.DictReader(file)]
        assert told == rows, path.name


@each_scenario
def test_what_is_paid_later_is_what_was_worked_by_hand(folder: Path, tmp_path: Path) -> None:
    case, closed = folder / "case", {}
    for month in inside(folder / "months"):
        whole = laid(case, month, tmp_path / f"case-{month.name}")
        settle_case(whole, tmp_path / month.name, stop_on_reject=False)
        closed[month.name] = tmp_path / month.name
    if not closed:
        settle_case(case, tmp_path / "closed", stop_on_reject=False)
        closed[""] = tmp_path / "closed"
    chains: dict[str, list[Path]] = {name: [] for name in closed}
    for correction in inside(folder / "corrections"):
        of = correction.name.partition("-")[2]
        whole = laid(case, correction, tmp_path / f"later-{correction.name}")
        out = tmp_path / f"adj-{correction.name}"
        correct_case(whole, closed[of], out, earlier=chains[of], stop_on_reject=False)
        check(folder / "expected-adjustments" / correction.name, out)
        chains[of].append(out)
    if (folder / "months").is_dir():
        adjusted = [one for chain in chains.values() for one in chain]
        year_end_case(case, [*closed.values()], tmp_path / "year", adjusted=adjusted)
        check(folder / "expected-year-end", tmp_path / "year")


@each_scenario
def test_every_folder_has_its_expectation(folder: Path) -> None:
    corrections = [path.name for path in inside(folder / "corrections")]
    assert [path.name for path in inside(folder / "expected-adjustments")] == corrections
    for name in corrections:
        assert (folder / "expected-adjustments" / name / "adjustments.csv").is_file()
    has_months = (folder / "months").is_dir()
    assert (folder / "expected-year-end" / "year_end.csv").is_file() == has_months


@each_scenario
def test_the_explanation_tells_every_amount(folder: Path) -> None:
    text = (folder / "why.md").read_text(encoding="utf-8").replace(",", "")
    for path in (*folder.glob("expected-adjustments/*/*.csv"), *folder.glob("expected-year-end/*")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for name in ("amount", "due"):
                    assert row.get(name, "").lstrip("-") in text, f"{path.name}: {row}"
