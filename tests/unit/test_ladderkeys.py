"""Keys as the ladder takes them: lines divided among departments add up to the line (5.1, 5.10)."""

from random import Random

import numpy as np
import pytest

from equivalents.keys import AdjustedLines, adjust_e7
from equivalents.ladderkeys import _divided

pytestmark = pytest.mark.rules("A7", "A8", "D1")


@pytest.mark.parametrize("seed", range(20))
def test_the_departments_of_a_line_add_up_to_it(seed: int) -> None:
    rng = Random(seed)
    cells = [[rng.randrange(-50, 400) for _ in range(rng.randrange(1, 4))] for _ in range(12)]
    left = np.array([sum(cell) for cell in cells], np.int64)
    coefficient = np.array([rng.choice([10_000, 11_333, 5_001]) for _ in cells], np.int64)
    adjusted = adjust_e7(left, coefficient).astype(np.int64)
    none = np.zeros(len(cells), np.int64)
    lines = AdjustedLines(none, none, none, none, left, coefficient, adjusted)
    line = np.repeat(np.arange(len(cells)), [len(cell) for cell in cells])
    flat = np.array([value for cell in cells for value in cell], np.int64)
    parts = _divided(lines, line, flat)
    sums = np.zeros(len(cells), np.int64)
    np.add.at(sums, line, parts)
    assert sums.tolist() == adjusted.tolist()
    whole = coefficient == 10_000
    assert parts[whole[line]].tolist() == flat[whole[line]].tolist()
