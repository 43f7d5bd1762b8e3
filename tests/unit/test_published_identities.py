"""Identities that the two ChinaXiv papers' own figures keep, in exact decimals.

Source: specification page 1, "Real numbers to use"; data in ``tests/data/chinese_centres``. The
published figures are rounded to two places, so a sum may be 0.01 off: the counts of exact and
near cases are pinned, which catches a mistyped cell as well as a wrong formula.
"""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from tests.build import centres
from tests.build.tables import read

DATA = Path(__file__).resolve().parents[1] / "data" / "chinese_centres"
CENT = Decimal("0.01")
YEARS = ("2019", "2020", "2021")


def rows(name: str) -> list[dict[str, str]]:
    return read(DATA / name)


def within(errors: list[Decimal], bound: str) -> int:
    """How many errors are at most ``bound`` in absolute value."""
    return sum(abs(error) <= Decimal(bound) for error in errors)


def parts_errors(name: str, suffix: str, years: tuple[str, ...]) -> list[Decimal]:
    """Total minus basic minus public health, per centre and year."""
    return [
        Decimal(row[f"total{suffix}_{year}"])
        - Decimal(row[f"basic{suffix}_{year}"])
        - Decimal(row[f"ph{suffix}_{year}"])
        for row in rows(name)
        for year in years
    ]


def test_total_is_basic_plus_public_health_in_00109() -> None:
    errors = parts_errors("institution_equivalents.csv", "_wan", YEARS)
    assert (len(errors), within(errors, "0"), within(errors, "0.01")) == (42, 34, 42)


def test_total_is_basic_plus_public_health_in_00084() -> None:
    errors = parts_errors("p84_equivalents_wan.csv", "", YEARS[:2])
    assert (len(errors), within(errors, "0"), within(errors, "0.01")) == (28, 23, 28)


def forecasts() -> dict[str, Decimal]:
    """Equivalents of 2022 from three years weighted 1:2:7 (rule B3), unrounded."""
    return {
        row["institution"]: (
            Decimal(row["total_wan_2019"])
            + 2 * Decimal(row["total_wan_2020"])
            + 7 * Decimal(row["total_wan_2021"])
        )
        / 10
        for row in rows("institution_equivalents.csv")
    }


def test_forecast_of_2022_weighs_three_years_1_2_7() -> None:
    budget = {
        row["institution"]: Decimal(row["budget_equivalents_wan"])
        for row in rows("budget_2022.csv")
    }
    made = forecasts()
    assert list(made) == list(budget)
    errors = [made[centre] - budget[centre] for centre in budget]
    assert (len(errors), within(errors, "0.01")) == (14, 14)
    named = {"S1": "195.74", "S2": "177.20", "S3": "214.35", "S4": "138.77", "S5": "106.48"}
    assert {centre: str(budget[centre]) for centre in named} == named


def test_mean_forecast_is_the_tables_and_not_the_texts() -> None:
    budget = [Decimal(row["budget_equivalents_wan"]) for row in rows("budget_2022.csv")]
    for values in (budget, list(forecasts().values())):
        mean = (sum(values, Decimal(0)) / 14).quantize(CENT, ROUND_HALF_UP)
        assert mean == Decimal("113.99")
        assert mean != Decimal("126.21")


def test_rate_is_labour_plus_nonlabour() -> None:
    errors = {
        (row["scale"], year): Decimal(row[f"total_yuan_{year}"])
        - Decimal(row[f"labour_yuan_{year}"])
        - Decimal(row[f"nonlabour_yuan_{year}"])
        for row in rows("rate_per_equivalent.csv")
        for year in YEARS
    }
    assert len(errors) == 9
    assert {key: error for key, error in errors.items() if error} == {("3", "2020"): CENT}


def test_overall_cost_per_equivalent_is_the_weighted_mean() -> None:
    costs = {row["institution"]: row for row in rows("p84_cost_per_equivalent.csv")}
    errors = []
    for row in rows("p84_equivalents_wan.csv"):
        cost = costs[row["institution"]]
        for year in YEARS[:2]:
            basic = Decimal(cost[f"basic_{year}"]) * Decimal(row[f"basic_{year}"])
            public = Decimal(cost[f"ph_{year}"]) * Decimal(row[f"ph_{year}"])
            mean = (basic + public) / Decimal(row[f"total_{year}"])
            errors.append(mean - Decimal(cost[f"all_{year}"]))
    assert (len(errors), within(errors, "0.03"), within(errors, "0.05")) == (28, 24, 28)


def test_the_expected_allocation_comes_from_the_published_tables() -> None:
    totals = {row["institution"]: row for row in rows("institution_equivalents.csv")}
    expected = rows("expected_pool_allocation.csv")
    assert len(expected) == 42
    for row in expected:
        year = row["year"]
        assert row["equivalents_wan"] == totals[row["institution"]][f"total_wan_{year}"]
        assert row["pool_yuan"] == centres.pool_yuan(int(year))
    for year_number in centres.YEARS:
        amounts = centres.expected(year_number).values()
        total = sum((Decimal(amount) for amount in amounts), Decimal(0))
        assert str(total) == centres.pool_yuan(year_number)
