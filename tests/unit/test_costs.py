"""Cost per equivalent and manpower coefficients: published figures, exact sums, tiers (A11).

Faults seen to be caught: the plain mean taken for the overall cost, a tier that leaves its lower
bound out, a cost rounded before it is divided, common costs spread evenly.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.costs import (
    CostLine,
    UnitCost,
    item_cost_fen,
    spread_costs,
    standard_units,
    tier_of,
    unit_costs,
)
from tests.build.tables import read

pytestmark = pytest.mark.rules("A11")
DATA = Path(__file__).resolve().parents[1] / "data" / "chinese_centres"
YEARS_84 = ("2019", "2020")
YEARS_109 = ("2019", "2020", "2021")
CENT = Fraction(1, 100)
PARTS = ("basic", "ph")


def lines_84(year: str) -> list[CostLine]:
    """Paper 00084: published cost per equivalent x published equivalents is what was spent."""
    done = {row["institution"]: row for row in read(DATA / "p84_equivalents_wan.csv")}
    return [
        CostLine(
            row["institution"],
            part,
            Fraction(row[f"{part}_{year}"])
            * 10_000
            * Fraction(done[row["institution"]][f"{part}_{year}"]),
            10_000 * Fraction(done[row["institution"]][f"{part}_{year}"]),
        )
        for row in read(DATA / "p84_cost_per_equivalent.csv")
        for part in PARTS
    ]


def of(found: Iterable[UnitCost], level: str, channel: str) -> dict[str, UnitCost]:
    return {one.name: one for one in found if (one.level, one.channel) == (level, channel)}


def test_the_overall_cost_of_the_fourteen_centres_is_weighted() -> None:
    """Over the sum of the parts, as we divide, and over the printed total, as page 1 counts it."""
    totals = {row["institution"]: row for row in read(DATA / "p84_equivalents_wan.csv")}
    ours, printed = [], []
    for year in YEARS_84:
        found = of(unit_costs(lines_84(year)), "institution", "")
        for row in read(DATA / "p84_cost_per_equivalent.csv"):
            one, published = found[row["institution"]], Fraction(row[f"all_{year}"])
            assert one.per_equivalent is not None
            total = 10_000 * Fraction(totals[one.name][f"total_{year}"])
            ours.append(abs(one.per_equivalent - published))
            printed.append(abs(one.cost / total - published))
    for errors, near in ((ours, 26), (printed, 24)):
        assert (len(errors), sum(error <= 3 * CENT for error in errors)) == (28, near)
        assert max(errors) <= 5 * CENT


def test_the_means_are_those_that_the_paper_prints() -> None:
    (published,) = [
        row for row in read(DATA / "p84_cost_published_stats.csv") if row["row"] == "平均值"
    ]
    for year in YEARS_84:
        found = unit_costs(lines_84(year))
        for part in PARTS:
            mean = of(found, "all", part)[""].mean
            assert mean is not None
            assert abs(mean - Fraction(published[f"{part}_{year}"])) <= CENT / 2, (part, year)
        mean = of(found, "all", "")[""].mean
        assert mean is not None
        assert abs(mean - Fraction(published[f"all_{year}"])) <= CENT
        overall = of(found, "all", "")[""].per_equivalent
        assert overall is not None
        assert mean - overall > 5, "small centres cost more: the weighted mean is far below"


def sums_kept(name: str, suffix: str, years: Iterable[str]) -> tuple[int, int, int]:
    """How many sums of two parts there are, are exactly the total, and are within 0.01 of it."""
    gaps = []
    for year in years:
        rows = read(DATA / name)
        lines = [
            CostLine(row["institution"], part, Fraction(0), Fraction(row[f"{part}{suffix}_{year}"]))
            for row in rows
            for part in PARTS
        ]
        found = of(unit_costs(lines), "institution", "")
        gaps += [
            abs(found[row["institution"]].equivalents - Fraction(row[f"total{suffix}_{year}"]))
            for row in rows
        ]
    return len(gaps), sum(gap == 0 for gap in gaps), sum(gap <= CENT for gap in gaps)


def test_total_is_basic_plus_public_health_as_often_as_the_papers_have_it() -> None:
    assert sums_kept("institution_equivalents.csv", "_wan", YEARS_109) == (42, 34, 42)
    assert sums_kept("p84_equivalents_wan.csv", "", YEARS_84) == (28, 23, 28)


def test_labour_and_other_costs_make_the_rate_of_a_tier() -> None:
    """Two channels over the same equivalents: their costs per equivalent add up."""
    exact = 0
    for row in read(DATA / "rate_per_equivalent.csv"):
        for year in YEARS_109:
            lines = [
                CostLine(row["scale"], "labour", Fraction(row[f"labour_yuan_{year}"]), Fraction(1)),
                CostLine(
                    row["scale"], "other", Fraction(row[f"nonlabour_yuan_{year}"]), Fraction(0)
                ),
            ]
            rate = of(unit_costs(lines), "institution", "")[row["scale"]].per_equivalent
            assert rate is not None
            gap = abs(rate - Fraction(row[f"total_yuan_{year}"]))
            assert gap <= CENT
            exact += gap == 0
    assert exact == 8


def test_a_tier_begins_at_its_bound() -> None:
    bounds = [Fraction(10), Fraction(20)]
    told = [tier_of(Fraction(value), bounds) for value in ("0", "9.9999999", "10", "19.9", "20")]
    assert told == [1, 1, 2, 2, 3]


def test_the_cost_of_an_item_by_manpower_coefficients() -> None:
    """(1.30 x 1.000 + 1.26 x 0.919 + 0.10 x 0.799) x 39.69 = 100.7268696."""
    texts = (("1.30", "1.000"), ("1.26", "0.919"), ("0.10", "0.799"))
    parts = [(Fraction(time), Fraction(coefficient)) for time, coefficient in texts]
    assert standard_units(parts) == Fraction("2.53784")
    assert item_cost_fen(parts, Fraction("39.69")) == 10073
    # Rounded before the price, or each part by itself, it would be another figure.
    assert item_cost_fen([(Fraction("2.54"), Fraction(1))], Fraction("39.69")) == 10081
    assert item_cost_fen([(Fraction("0.005"), Fraction(1))], Fraction(1)) == 1  # half-up


money = st.integers(0, 10**9).map(lambda fen: Fraction(fen, 100))
work = st.integers(1, 10**9).map(lambda e7: Fraction(e7, 10**7))
cells = st.dictionaries(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from("xyz")),
    st.tuples(money, work),
    min_size=1,
)


@given(cells, st.randoms(use_true_random=False))
def test_every_level_adds_up_and_no_order_matters(
    table: dict[tuple[str, str], tuple[Fraction, Fraction]], chance: "object"
) -> None:
    lines = [CostLine(*key, *value) for key, value in table.items()]
    bounds = [Fraction(20), Fraction(60)]
    found = unit_costs(lines, bounds)
    shuffled = [*lines]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert unit_costs(shuffled, bounds) == found
    whole = found[-1]
    assert (whole.level, whole.channel) == ("all", "")
    for level in ("institution", "tier"):
        together = [*of(found, level, "").values()]
        assert sum(one.cost for one in together) == whole.cost
        assert sum(one.equivalents for one in together) == whole.equivalents
    means = defaultdict(list)
    for one in found:
        assert one.per_equivalent is not None
        assert one.per_equivalent * one.equivalents == one.cost
        if one.channel:
            means[one.level, one.name].append(one)
    for key, several in means.items():
        (total,) = [one for one in found if (one.level, one.name, one.channel) == (*key, "")]
        weighted = sum((one.per_equivalent or 0) * one.equivalents for one in several)
        assert total.per_equivalent == weighted / total.equivalents


@given(st.dictionaries(st.sampled_from("AB"), money, min_size=1), cells)
def test_what_is_spread_is_what_was_spent(
    spent: dict[str, Fraction], table: dict[tuple[str, str], tuple[Fraction, Fraction]]
) -> None:
    costs = {(name, line): cost for name, cost in spent.items() for line in ("pay", "rent", "drug")}
    shares = {
        "pay": {"x": Fraction(1, 3), "y": Fraction(2, 3)},
        "rent": {"*": Fraction(9, 10), "none": Fraction(1, 10)},
        "drug": {"none": Fraction(1)},
    }
    done = {key: work for key, (_, work) in table.items()}
    found = spread_costs(costs, shares, done)
    laid = sum(found.cost.values()) + sum(found.stranded.values())
    assert laid + found.left_out == 3 * sum(spent.values())
    assert set(found.stranded) == {
        (name, "rent") for name in spent if not any(key[0] == name for key in done)
    }


def test_the_centres_through_the_command(tmp_path: Path) -> None:
    rows = [
        f"{one.institution_id},{one.channel},{float(one.cost):.2f},{float(one.equivalents):.2f}"
        for one in lines_84("2020")
    ]
    head = "机构编号,购买渠道,成本（元）,当量\n"
    (tmp_path / "costs.csv").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    study = tmp_path / "cost.yaml"
    study.write_text('table: costs.csv\ntiers: ["500000", "1000000"]\n', encoding="utf-8")
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["study", "cost", str(study), "-o", str(out), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["title"].startswith("示例")
    table = read(out / "cost.csv")
    one = next(row for row in table if (row["name"], row["channel"]) == ("S1", ""))
    # (40.78 x 119.90 + 21.56 x 79.86) / 199.76 = 6611.3036 / 199.76 = 33.09623
    assert (one["cost_per_equivalent"], one["tier"]) == ("33.0962", "3")
    tiers = [row for row in table if row["level"] == "tier" and not row["channel"]]
    # Of the totals of 2020 six are below 50 万, five from there to below 100, three above.
    assert [(row["name"], row["institutions"]) for row in tiers] == [
        ("1", "6"), ("2", "5"), ("3", "3"),
    ]  # fmt: skip
    assert told["statistics"]["cost_per_equivalent"] == table[-1]["cost_per_equivalent"]
