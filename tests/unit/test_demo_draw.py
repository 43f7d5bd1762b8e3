"""What the made-up county is drawn with: the same numbers on every machine, and nothing lost.

Faults caught: another generator, a value without a chance, a split that loses its rest.
"""

import pytest

from equivalents.demo.draw import Draw, Urn, split
from equivalents.demo.manual import quantity_text


def test_draws_are_pinned() -> None:
    assert Draw(20250101, 1).below(1000, 6).tolist() == [425, 829, 948, 532, 845, 869]
    assert sorted(Draw(1, 2).shuffled(50).tolist()) == list(range(50))


def test_urn_never_takes_what_has_no_chance() -> None:
    urn = Urn([[0, 3, 0], [0, 0, 2]])
    draw = Draw(1, 1)
    groups = draw.below(2, 1000)
    assert set(zip(groups.tolist(), urn.take(draw, groups).tolist(), strict=True)) == {
        (0, 1),
        (1, 5),
    }
    with pytest.raises(ValueError, match="chance"):
        Urn([[0, 0]])


def test_split_adds_up() -> None:
    assert split(10, [1, 1, 1]) == [3, 3, 4]
    assert sum(split(999_999, list(range(365)))) == 999_999


@pytest.mark.parametrize(
    ("quantity_e3", "text"),
    [(1000, "1"), (500, "0.5"), (-500, "-0.5"), (12_345, "12.345"), (-2000, "-2"), (20, "0.02")],
)
def test_quantity_text(quantity_e3: int, text: str) -> None:
    assert quantity_text(quantity_e3) == text
