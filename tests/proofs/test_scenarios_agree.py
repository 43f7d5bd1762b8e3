"""The readable scenarios and the independent reference agree on every record, line and fen.

A scenario's expected figures are few and worked out by hand; the reference says all others too. It
reads tables as page 3 names their columns, so those with Chinese headings, which the engine
translates on reading, and dated lists of one key are left to the scenarios themselves.

Catches: a figure of a scenario that nobody worked out, and that is not what the rules say.
"""

import csv
from pathlib import Path

import pytest

from tests.against_reference import compare
from tests.rules import folders

SHIPPED = Path(__file__).parents[2] / "weights"
OTHERWISE = {
    # Only the engine reads a list of dated rules of the surplus.
    "surplus-ratio-declared",
}
"""Scenarios, by the end of their names, that the reference cannot read for another reason."""


def read_by_both(folder: Path) -> bool:
    """Whether every table of a scenario has the headings of page 3."""
    if any(folder.name.endswith(name) for name in OTHERWISE):
        return False
    for path in folder.rglob("case/**/*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            if not all(heading.isascii() for heading in next(csv.reader(file))):
                return False
    return True


FOLDERS = [folder for folder in folders() if read_by_both(folder)]


def test_most_scenarios_are_read_by_both() -> None:
    assert len(FOLDERS) > 0.9 * len(folders())


@pytest.mark.parametrize("folder", FOLDERS, ids=[one.name for one in FOLDERS])
def test_the_scenario_agrees(folder: Path, tmp_path: Path) -> None:
    assert compare(folder / "case", tmp_path / "out", SHIPPED) == []
