"""How the tests of corrections close the good case, correct it and see it refused."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.bad.case import GOOD, Content, run, write_case
from tests.lines_alike import read_out

LATE = "I01,P02,MZ01,2025-06-20,1.5\n"
Rows = list[dict[str, str]]


def late(*rows: str, **more: Content) -> dict[str, Content]:
    """The good case with late records."""
    files: dict[str, Content] = {"records.csv": GOOD["records.csv"] + "".join(rows)}
    return files | {name.replace("_", "."): text for name, text in more.items()}


def settled(tmp_path: Path, name: str, files: Mapping[str, Content]) -> Path:
    done = run("settle", write_case(tmp_path / f"{name}-case", files), "-o", tmp_path / name)
    assert done.exit_code == 0, done.output
    return tmp_path / name


def corrected(
    closed: Path, files: Mapping[str, Content], name: str = "adj", *earlier: Path
) -> Rows:
    """The adjustments of a case against a closed result."""
    case = write_case(closed.parent / f"{name}-case", files)
    options = [part for one in earlier for part in ("--earlier", one)]
    done = run("correct", case, "--closed", closed, *options, "-o", closed.parent / name)
    assert done.exit_code == 0, done.output
    return read_out(closed.parent / name, "adjustments")


def refused(
    code: str, closed: Path, files: Mapping[str, Content], *more: str | Path
) -> tuple[str, str]:
    """Value and English text of the one problem of a code; nothing is written."""
    case = write_case(closed.parent / "refused-case", files)
    before = {path: path.read_bytes() for path in closed.parent.rglob("*") if path.is_file()}
    done = run("correct", case, "--closed", closed, "-o", closed.parent / "no", *more, "--json")
    assert done.exit_code == 1, done.output
    problems = json.loads(done.stdout)["problems"]
    found = [one for one in problems if one["code"] == code]
    assert len(found) == 1, problems
    assert {
        path: path.read_bytes() for path in closed.parent.rglob("*") if path.is_file()
    } == before
    assert "?" not in found[0]["reason_en"].replace("'?)", "")
    return found[0]["value"], found[0]["reason_en"]
