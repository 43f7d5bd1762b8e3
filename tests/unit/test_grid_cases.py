"""A case settles to the same bytes whether its CSV rows are taken as grids or by the parser.

Faults caught: a quantity or date in another notation let in or valued differently, a blank row
counted, a fault of one row told of another, a column that is never asked for and should have been.
"""

import shutil
from pathlib import Path
from random import Random

import pytest

from equivalents.errors import RefusedError
from equivalents.intake import grid, text, words
from equivalents.intake.csvfile import CsvPart
from equivalents.run import check_case, settle_case
from tests.proofs.counts import counts

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "example"

VALUES = {
    "institution_id": ["C01"] * 9 + ["", "C1", "c01", " C01", "C01\u3000", "x" * 40],
    "person_id": ["P1", "P2", "P3"] * 3 + ["", "P4", "p1", "P1 "],
    "item_code": ["MZ01"] * 5 + ["JK01"] * 5 + ["", "MZ1", "甲" * 20],
    "service_date": ["2025-03-03", "2025-06-30", "2025-07-01", "2025-12-31"] * 4
    + ["", "2025-02-29", "2025-3-3", "2024-12-31", "2025-03-03 ", "2025/03/03", "20250303"]
    + ["1899-12-31", "2200-01-01", "2025-03-03T00:00:00", "+2025-03-03", "２０２５-03-03"],
    "quantity": ["1", "2", "1.5", "0.001", "12.125", "999999.999"] * 5
    + ["", "0", "0.000", "-0", "-1", "+1", "1.", ".5", "01", "1e3", "1E0", " 1", "1 ", "1.0000"]
    + ["1.0005", "1000000", "9" * 18, "9" * 25, "１", "1,5"[:1], "0x1", "inf", "nan", "1_0", "--1"],
    "resident_group": [""] * 5 + ["elderly", "elderly;diabetes", "diabetes;elderly", "x;" * 20],
    "visit_number": [""] * 5 + ["1", "2", "01", "1.0", "999999", "1000000"],
    "setting": ["", "clinic", "home"],
    "performers": [""] * 20 + ["P1:3;P2:2", "P1;P2", "P1:0;P2:1", "P9;P1", "P2;P3;P1:1"],
    "service_end_date": [""] * 20 + ["2025-07-02", "2025-02-30"],
    "corrects": [""] * 20 + ["R1", "R5", "R0"],
    "note": ["", "甲", "x" * 50],
}


def spoiled(folder: Path, seed: int) -> Path:
    """The example with random records, some of them faulty in every way."""
    rng = Random(seed)
    case = folder / "case"
    shutil.copytree(EXAMPLE, case)
    required = list(VALUES)[:5]
    optional = rng.sample(list(VALUES)[5:], rng.randrange(7))
    names = rng.sample([*required, *optional], 5 + len(optional))
    good = rng.random()
    rows = [
        [VALUES[name][0] if rng.random() < good else rng.choice(VALUES[name]) for name in names]
        for _ in range(rng.randrange(150))
    ]
    lines = [[f"R{at % 140}" for at in range(len(rows))]] if rng.random() < 0.5 else []
    if lines or "corrects" in names:
        names = [*names, "record_id"]
        rows = [[*row, f"R{at % 140}"] for at, row in enumerate(rows)]
    end = rng.choice(("\n", "\r\n"))
    texts = [",".join(row) for row in rows]
    for _ in range(rng.choice((0, 0, 1, 3))):
        texts.insert(rng.randrange(len(texts) + 1), rng.choice(("", "," * (len(names) - 1), "a,b")))
    bom = rng.choice(("", "\ufeff"))
    content = bom + end.join([",".join(names), *texts]) + end * rng.randrange(2)
    (case / "records.csv").write_text(content, encoding="utf-8", newline="")
    return case


def everything(case: Path, out: Path) -> dict[str, object]:
    """All that a user is told of a case: problems, result files, or why it is refused."""
    checked = check_case(case)
    told: dict[str, object] = {"problems": checked.problems, "total": checked.total}
    for direct in (False, True):
        folder = out / str(direct)
        try:
            settle_case(case, folder, stop_on_reject=False, direct=direct)
        except RefusedError as error:
            told[f"refused {direct}"] = error.problems
        for path in sorted(folder.rglob("*.*")):
            told[f"{direct} {path.name}"] = path.read_bytes()
    return told


@pytest.mark.parametrize("seed", range(counts(16, 160)))
def test_a_case_settles_to_the_same_bytes_by_grid_and_by_parser(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = spoiled(tmp_path, seed)
    monkeypatch.setattr(text, "RANGE", 2_000)
    monkeypatch.setattr(text, "_BLOCK", 1_000)
    monkeypatch.setattr(grid, "_SIZE", 700)
    monkeypatch.setattr(words, "_MOST", 20 if seed % 2 else 1 << 18)
    by_grid = everything(case, tmp_path / "grid")
    monkeypatch.setattr(CsvPart, "pieces", CsvPart.parsed)
    by_parser = everything(case, tmp_path / "parser")
    assert by_grid.keys() == by_parser.keys()
    for name, value in by_parser.items():
        assert by_grid[name] == value, name
