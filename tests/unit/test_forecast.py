"""Forecasts of next year's equivalents against the figures of two papers (B3).

Data: ``tests/data/chinese_centres``; published figures have two places of 万当量 or per cent.
Faults caught: weights in the wrong order, a growth rate from the later year, rounding twice.
"""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from equivalents.errors import RefusedError
from equivalents.findings import Findings
from equivalents.forecast import by_growth, by_years, growth_rate
from equivalents.fund import money
from equivalents.intake.fundtables import heads_for
from equivalents.policy.calendar import parse_period
from equivalents.policy.fundcounts import Task
from equivalents.policy.funds import ForecastRule, Fund, Tasks
from equivalents.policy.heads import FundTables
from equivalents.units import parse_fixed, print_e7
from tests.build.tables import read
from tests.funds import facts, fund, lines, price, scheme

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


# -- in budget mode --------------------------------------------------------------------------------

WEIGHTED = fund(Tasks({"门诊": price("2.00")}, forecast=ForecastRule((1, 2, 7))))
GROWING = fund(Tasks({"门诊": price("2.00")}, forecast=ForecastRule()))


def past(**years: str) -> dict[tuple[str, str, str, int], int]:
    return {("I1", "F", "门诊", int(y[1:])): parse_fixed(done, 3) for y, done in years.items()}


@pytest.mark.rules("B3")
def test_a_fund_foretells_its_tasks_from_the_years_before_the_period() -> None:
    known = facts(past_e3=past(y2021="900", y2022="10", y2023="20", y2024="30"))
    # (10 + 40 + 210) / 10 = 26; 2021 is not asked for
    (due,) = money(scheme(WEIGHTED), known).dues
    assert lines(due) == [("forecast:门诊", "26.0000000", "2.0000", "", "52.00")]
    # 30 x 30 / 20 = 45
    (due,) = money(scheme(GROWING), known).dues
    assert lines(due) == [("forecast:门诊", "45.0000000", "2.0000", "", "90.00")]


@pytest.mark.rules("B3")
def test_an_approved_quantity_stands_before_a_forecast() -> None:
    known = facts(past_e3=past(y2024="30"), tasks_e3={("I1", "F", "门诊"): 7_000})
    (due,) = money(scheme(WEIGHTED), known).dues
    assert lines(due) == [("task:门诊", "7.000", "2.0000", "", "14.00")]


@pytest.mark.parametrize(
    ("one", "years", "period", "says"),
    [
        (WEIGHTED, past(y2022="10", y2024="30"), "2025", "2023"),
        (WEIGHTED, past(y2024="30"), "2025", "2022, 2023"),
        (GROWING, past(y2023="0", y2024="30"), "2025", "2023"),
        (WEIGHTED, past(y2022="1", y2023="1", y2024="1"), "2025-H1", "whole|整年"),
    ],
)
def test_what_cannot_be_foretold_is_refused(
    one: Fund, years: dict[tuple[str, str, str, int], int], period: str, says: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        money(scheme(one), facts(period, past_e3=years))
    (problem,) = caught.value.problems
    assert problem.code == "FUND_FORECAST"
    assert re.search(says, problem.text("zh"))
    assert "{" not in problem.text("en") + problem.text("zh")


def test_past_years_of_a_fund_without_forecast_are_told_once() -> None:
    rows = tuple(Task("I1", "F", "门诊", 1_000, 0, year) for year in (2023, 2024))
    for one, codes in ((fund(Tasks({})), ["TASK_YEAR_UNUSED"]), (WEIGHTED, [])):
        findings = Findings()
        tables = FundTables(tasks=rows)
        heads_for(scheme(one), tables, facts().institutions, parse_period("2025"), findings)
        assert [problem.code for problem in findings.problems] == codes
