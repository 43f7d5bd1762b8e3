"""One case in five clothes settles to the same bytes: folder, workbook, zips, what systems export.

Faults seen to be caught: a sheet that is taken for another table, a total that is counted, a date
cell read as its serial number, rows of a second sheet that are left out.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from equivalents.run import settle_case
from tests.bad.case import GOOD, case_with
from tests.messy import as_book, as_mess, as_zip

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"
SAME = ("payouts", "equivalents", "allocations", "pools", "adjusted", "excluded")


def zipped_book(case: Path, path: Path) -> Path:
    """A zip that holds one workbook."""
    folder = path.with_suffix("")
    folder.mkdir()
    as_book(case, folder / "本月.xlsx")
    return as_zip(folder, path)


CLOTHES: dict[str, Callable[[Path, Path], Path]] = {
    "case.xlsx": as_book,
    "case.zip": as_zip,
    "case-book.zip": zipped_book,
    "mess": as_mess,
}


def same(one: Path, other: Path) -> None:
    """What is paid, and to whom for what, is the same to the byte."""
    for name in SAME:
        if (one / f"{name}.csv").is_file():
            assert (other / f"{name}.csv").read_bytes() == (one / f"{name}.csv").read_bytes(), name


def test_the_demo_county_as_systems_export_it_settles_to_the_same_bytes(
    small_demo: Path, tmp_path: Path
) -> None:
    mess = as_mess(small_demo / "case", tmp_path / "mess")
    settle_case(mess, tmp_path / "out", stop_on_reject=False)
    same(small_demo / "out", tmp_path / "out")


@pytest.mark.parametrize("clothes", CLOTHES)
@pytest.mark.parametrize("which", ["example", "good"])
def test_a_case_in_other_clothes_settles_to_the_same_bytes(
    which: str, clothes: str, tmp_path: Path
) -> None:
    case = EXAMPLE if which == "example" else case_with(tmp_path, GOOD)
    settle_case(case, tmp_path / "plain", stop_on_reject=False)
    settle_case(CLOTHES[clothes](case, tmp_path / clothes), tmp_path / "out", stop_on_reject=False)
    same(tmp_path / "plain", tmp_path / "out")
