"""Shards of waiting records: how small they are changes no byte of a result.

Faults caught: records of one resident or household in two shards, a correction that loses its
record, a group of items with both kinds of classes parted by one of them, rows told twice.
"""

from pathlib import Path

import pytest

from equivalents import shards
from equivalents.run import settle_case

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
WAITING = sorted(
    folder.name
    for folder in SCENARIOS.iterdir()
    if folder.name[:2] in {"08", "30", "48", "72", "73", "78", "79", "80", "81"}
)


def told(case: Path, out: Path) -> dict[str, bytes]:
    """Every file of a result."""
    settle_case(case, out, stop_on_reject=False)
    return {file.name: file.read_bytes() for file in sorted(out.iterdir())}


@pytest.mark.parametrize("name", WAITING)
def test_small_shards_change_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = SCENARIOS / name / "case"
    expected = told(case, tmp_path / "large")
    monkeypatch.setattr(shards, "_SIZE", 1)
    found = told(case, tmp_path / "small")
    assert found == expected
    assert len(found) > 1
