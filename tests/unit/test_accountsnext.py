"""What one year leaves opens the next: the accounts of the second scenario are the first's file.

Faults caught: a closing that does not open, a carried advance that is lost, a file that the next
year's reading refuses.
"""

from pathlib import Path

import pytest

from equivalents.run import settle_case
from tests.rules import folders

pytestmark = pytest.mark.rules("B6", "B10")


def case_named(name: str) -> Path:
    (found,) = (folder for folder in folders() if folder.name.partition("-")[2] == name)
    return found / "case"


def test_the_second_year_opens_with_the_file_that_the_first_wrote(tmp_path: Path) -> None:
    first = case_named("restricted-money-of-a-first-year")
    second = case_named("restricted-money-of-a-second-year")
    settle_case(first, tmp_path / "out")
    written = (tmp_path / "out" / "accounts_next.csv").read_text("utf-8-sig").splitlines()
    accounts = (second / "accounts.csv").read_text("utf-8").splitlines()
    assert accounts[: len(written)] == written
    assert len(written) == 4
