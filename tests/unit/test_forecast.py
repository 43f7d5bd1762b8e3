"""Forecasts of next year's equivalents against the figures of two papers (B3).

Data: ``tests/data/chinese_centres``; published figures have two places of 万当量 or per cent.
Faults caught: weights in the wrong order, a growth rate from the later year, rounding twice.
"""

from fractions import Fraction
from pathlib import Path

import pytest

from equivalents.forecast import by_growth, by_years, growth_rate
from equivalents.units import parse_fixed, print_e7
from tests.build.tables import read

DATA = Path(__file__).resolve().parents[1] / "data" / "chinese_centres"
WAN = 10_000


def wan(text: str) -> int:
    """万当量 in e7."""
    return WAN * parse_fixed(text, 7)


def test_fourteen_published_forecasts_are_met_within_their_last_place() -> None:
    budget = {row["institution"]: row for row in read(DATA / "budget_2022.csv")}
    centres = read(DATA / "institution_equivalents.csv")
    assert len(centres) == len(budget) == 14
    made = {
        row["institution"]: by_years([wan(row[f"total_wan_{year}"]) for year in (2019, 2020, 2021)])
        for row in centres
    }
    for name, value in made.items():
        assert abs(value - wan(budget[name]["budget_equivalents_wan"])) <= wan("0.01"), name
    # S1: (121.73 + 2 x 143.46 + 7 x 221.25) / 10 = 195.74 (195.740 exactly)
    assert made["S1"] == wan("195.74")


def test_published_growth_rates_are_met_within_their_rounding() -> None:
    # The figures are rounded to 0.01 each, so a rate is known between two bounds only.
    half, last = wan("0.005"), Fraction(5, 1000)
    met = 0
    for row in read(DATA / "p84_equivalents_wan.csv"):
        for part in ("total", "basic", "ph"):
            earlier, later = wan(row[f"{part}_2019"]), wan(row[f"{part}_2020"])
            low = 100 * growth_rate(earlier + half, later - half) - last
            high = 100 * growth_rate(earlier - half, later + half) + last
            met += low <= Fraction(row[f"{part}_growth_pct"]) <= high
    assert met == 42


def test_growth_goes_on_at_its_rate() -> None:
    # 100 to 110 is a tenth; another tenth of 110 are 121.
    rate = growth_rate(100, 110)
    assert rate == Fraction(1, 10)
    assert by_growth(110, rate) == 121
    assert by_growth(parse_fixed("0.0000005", 7), Fraction(1, 10)) == 6  # 5.5, half-up
    assert print_e7(by_growth(wan("199.76"), Fraction("-0.1"))) == "1797840.0000000"


def test_other_weights_are_weights_too() -> None:
    assert by_years([10, 20], (1, 1)) == 15
    assert by_years([1, 2], (1, 1)) == 2  # 1.5, half-up
    assert by_years([3, 3, 4], (0, 0, 1)) == 4


@pytest.mark.parametrize(
    ("years", "weights"), [([1, 2], (1, 2, 7)), ([1, 2], (0, 0)), ([1, 2], (2, -1)), ([], ())]
)
def test_years_and_weights_that_make_no_mean_are_refused(
    years: list[int], weights: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match=r"weights|years"):
        by_years(years, weights)


@pytest.mark.parametrize("earlier", [0, -5])
def test_nothing_grows_from_nothing(earlier: int) -> None:
    with pytest.raises(ValueError, match="growth rate"):
        growth_rate(earlier, 10)
