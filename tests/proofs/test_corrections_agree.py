"""The commands for corrections and the year-end agree with the reference on every row and fen.

Catches: a difference at another price than the closed one, an earlier correction paid again, a
leaver left out, a year that pays other than what its periods did not.
"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.run import settle_case
from tests.corrections_against_reference import (
    correction_differences,
    paid_by,
    year_end_differences,
)
from tests.proofs.counts import counts
from tests.reference import PAY, Refused, settle, write_random_case
from tests.reference.corrections import corrections
from tests.reference.random_later import in_halves, known_later

FEATURES = frozenset({"coefficients", "levels", "shares", "ceilings"})
YEARLY = frozenset({"coefficients", "shares"})
BESIDE = frozenset({"components", "averages", "who", "levels"})
SEEDS = range(counts(6, 30))


def run(*arguments: str | Path) -> int:
    """A command of the program, run as a user runs it: its exit code."""
    return CliRunner().invoke(app, [str(one) for one in arguments]).exit_code


@pytest.mark.parametrize("mode", ["at_price", "reshare"])
@pytest.mark.parametrize("seed", SEEDS)
def test_corrections_agree(mode: str, seed: int, tmp_path: Path) -> None:
    closed, out = tmp_path / "closed", tmp_path / "out"
    features = FEATURES | PAY - {"secondary"} if seed % 2 else FEATURES
    write_random_case(closed, 51_000 + seed, 60, dirty=False, features=features)
    settle_case(closed, out)
    earlier: list[Path] = []
    for turn in range(2):
        now, adjusted = tmp_path / f"now-{turn}", tmp_path / f"adjusted-{turn}"
        known_later(closed, now, 10 * seed + turn, pools=seed % 3 == 0)
        with (now / "case.yaml").open("a", encoding="utf-8") as text:
            text.write(f"corrections: {{mode: {mode}, reference: 示例}}\n")
        before = [argument for one in earlier for argument in ("--earlier", one)]
        code = run("correct", now, "--closed", out, *before, "-o", adjusted)
        try:
            corrections(settle(closed), settle(now), mode, [paid_by(one) for one in earlier])
        except Refused:
            assert code == 1, "there is no price"
            return
        assert code == 0
        assert correction_differences(closed, now, adjusted, mode, earlier) == []
        earlier.append(adjusted)


@pytest.mark.parametrize("seed", SEEDS)
def test_year_ends_agree(seed: int, tmp_path: Path) -> None:
    case = tmp_path / "case"
    halves: list[Path] = []
    for number in range(50):
        case = tmp_path / f"case-{number}"
        features = YEARLY | BESIDE if seed % 2 else YEARLY
        write_random_case(case, 52_000 + 50 * seed + number, 60, dirty=False, features=features)
        halves = in_halves(case, tmp_path / f"parts-{number}", seed)
        if halves:
            break
    paid = [half.with_name(f"{half.name}-out") for half in halves]
    for half, out in zip(halves, paid, strict=True):
        settle_case(half, out, stop_on_reject=False)
    told = [argument for one in paid for argument in ("--paid", one)]
    assert run("year-end", case, *told, "-o", tmp_path / "out") == 0
    assert year_end_differences(case, halves, tmp_path / "out") == []
