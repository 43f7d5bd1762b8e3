"""The table of adjustments as `correct` writes it: two in one period, and one without rows (5.19).

Faults seen to be caught: a second correction refused as a double of the first, a row that was
copied and paid twice, headings alone refused.
"""

from pathlib import Path

import pytest
from typer.testing import Result

from tests.bad.case import GOOD, Content, run, write_case
from tests.lines_alike import read_out

pytestmark = pytest.mark.rules("D5")

LATE = "I01,P02,MZ01,2025-06-20,1.5\n"
LATER = "I01,P02,MZ01,2025-06-21,2\n"
JULY = GOOD["records.csv"].replace("2025-06", "2025-07")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The good case, closed, and two corrections of it, the second after the first."""
    closed = write_case(tmp_path / "closed-case", {})
    assert run("settle", closed, "-o", tmp_path / "closed").exit_code == 0
    correct(tmp_path, "same", "")
    correct(tmp_path, "one", LATE)
    correct(tmp_path, "two", LATE + LATER, "--earlier", tmp_path / "one")
    return tmp_path


def correct(folder: Path, name: str, late: str, *more: str | Path) -> None:
    case = write_case(folder / f"{name}-case", {"records.csv": GOOD["records.csv"] + late})
    arguments = ("--closed", folder / "closed", *more, "-o", folder / name)
    done = run("correct", case, *arguments)
    assert done.exit_code == 0, done.output


def paid(folder: Path, *tables: str) -> dict[str, str]:
    """What is paid of adjustments in July, by person; the tables are put one below the other."""
    case, done = july(folder, tables)
    assert done.exit_code == 0, done.output
    rows = read_out(case.parent / "out", "payouts")
    return {row["person_id"]: row["amount"] for row in rows if row["component"] == "adjustment"}


def july(folder: Path, tables: tuple[str, ...]) -> tuple[Path, Result]:
    texts = [(folder / name / "adjustments.csv").read_text(encoding="utf-8") for name in tables]
    head = texts[0].splitlines()[0]
    rows = [row for text in texts for row in text.splitlines()[1:]]
    files: dict[str, Content] = {
        "case.yaml": GOOD["case.yaml"].replace("2025-06", "2025-07"),
        "records.csv": JULY,
        "adjustments.csv": "\n".join([head, *rows, ""]),
    }
    case = write_case(folder / "july", files)
    return case, run("settle", case, "-o", folder / "out")


def test_two_corrections_of_a_period_are_paid_together(folder: Path) -> None:
    # 1.5 and 2 more at 100.00 over 20 are 7.50 and 10.00.
    assert paid(folder, "one", "two") == {"P02": "17.50"}


@pytest.mark.parametrize("tables", [("one", "one"), ("two", "one", "two")])
def test_a_correction_is_never_paid_twice(folder: Path, tables: tuple[str, ...]) -> None:
    _, done = july(folder, tables)
    assert done.exit_code == 1
    assert "ID_TWICE" in done.output


def test_what_was_adjusted_earlier_is_compared_as_an_amount(folder: Path) -> None:
    path = folder / "one" / "adjustments.csv"
    text = path.read_text(encoding="utf-8")
    (folder / "copy").mkdir()
    copy = text.replace(",0.00,7.50,", ",,7.50,")
    assert copy != text
    (folder / "copy" / "adjustments.csv").write_text(copy, encoding="utf-8")
    _, done = july(folder, ("one", "copy"))
    assert done.exit_code == 1
    assert "ID_TWICE" in done.output


def test_a_correction_of_nothing_pays_nothing(folder: Path) -> None:
    assert read_out(folder / "same", "adjustments") == []
    assert paid(folder, "same") == {}
