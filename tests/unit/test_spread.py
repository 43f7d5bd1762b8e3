"""Spread before and after (D6): measures by hand and by definition, and whole cases.

Faults seen to be caught: an interpolated percentile, a rank one too low, a Gini over n - 1, the
deviation of a sample, a figure cut and not rounded, an infinite ratio, a person counted once a
pool, equivalents added up once a pool, the first posting's post.
"""

import csv
import random
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.report.spread import spread_lines
from equivalents.run import settle_case
from equivalents.spread import Spread, spread, spreads
from tests.bad.case import HEAD, run, write_case

figures = st.lists(st.integers(0, 10**12), min_size=1, max_size=40)
positive = st.lists(st.integers(1, 10**12), min_size=1, max_size=40)
TEN = [*range(1, 10), 55]
"""Ten values that add up to 100."""


# -- by hand -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "measures"),
    [
        # P90 is the 9th of ten (9), P10 the 1st (1); Gini 570 / 1000; CV root of 23100 / 100
        (TEN, (550000, 90000, 5700, 15199)),
        ([7, 7, 7], (10000, 10000, 0, 0)),
        ([5], (10000, 10000, 0, 0)),
        ([1, 2], (20000, 20000, 1667, 3333)),
        # one has everything: Gini (n - 1) / n, CV the root of n - 1; nothing to divide by
        ([0, 0, 0, 4], (None, None, 7500, 17321)),
        ([0, 0], (None, None, None, None)),
        ([], (None, None, None, None)),
        ([-3, 0, 4], (None, None, 6667, 14142)),
        # of eleven, P10 is the 2nd and P90 the 10th: one 0 does not undefine it;
        # Gini 80 / 286, CV root of 424 / 26
        ([0, *[2] * 9, 8], (None, 10000, 2797, 7920)),
    ],
)
def test_by_hand(values: list[int], measures: tuple[int | None, ...]) -> None:
    assert spread(values) == Spread(*measures)


def test_halves_are_rounded_up() -> None:
    assert spread([20000, 20001]).max_min_e4 == 10001, "1.00005 is 1.0001"
    assert spread([20001, 20002]).max_min_e4 == 10000, "1.0000499... is 1.0000"


def test_numbers_of_any_size() -> None:
    big = [value * 10**40 for value in TEN]
    assert spread(big) == spread(TEN)


# -- by definition -----------------------------------------------------------------------------


def rounded(value: Fraction) -> int:
    """Half-up, in ten-thousandths."""
    return int((value * 10**4 + Fraction(1, 2)) // 1)


@given(figures)
def test_the_gini_is_that_of_all_pairs(values: list[int]) -> None:
    total = sum(values)
    pairs = sum(abs(a - b) for a, b in product(values, values))
    wanted = rounded(Fraction(pairs, 2 * len(values) * total)) if total else None
    assert spread(values).gini_e4 == wanted


@given(figures)
def test_the_coefficient_of_variation_is_the_deviation_over_the_mean(values: list[int]) -> None:
    total = sum(values)
    if total == 0:
        assert spread(values).cv_e4 is None
        return
    mean = Fraction(total, len(values))
    variance = sum(((value - mean) ** 2 for value in values), Fraction(0)) / len(values)
    square = variance / (mean * mean)
    with localcontext() as context:
        context.prec = 60
        root = (Decimal(square.numerator) / Decimal(square.denominator)).sqrt()
    assert spread(values).cv_e4 == rounded(Fraction(root))


@given(figures)
def test_a_percentile_is_the_smallest_value_that_covers_its_share(values: list[int]) -> None:
    def percentile(percent: int) -> int:
        return min(
            value
            for value in values
            if 100 * sum(other <= value for other in values) >= percent * len(values)
        )

    low, high = percentile(10), percentile(90)
    assert spread(values).p90_p10_e4 == (rounded(Fraction(high, low)) if low else None)
    top, bottom = max(values), min(values)
    assert spread(values).max_min_e4 == (rounded(Fraction(top, bottom)) if bottom else None)


# -- properties --------------------------------------------------------------------------------


@given(st.integers(1, 10**12), st.integers(1, 60))
def test_all_equal_is_no_spread(value: int, count: int) -> None:
    assert spread([value] * count) == Spread(10000, 10000, 0, 0)


@given(figures, st.integers(1, 10**6))
def test_another_unit_changes_nothing(values: list[int], scale: int) -> None:
    assert spread(value * scale for value in values) == spread(values)


@given(figures, st.randoms(use_true_random=False))
def test_the_order_of_people_changes_nothing(values: list[int], chance: random.Random) -> None:
    shuffled = list(values)
    chance.shuffle(shuffled)
    assert spread(shuffled) == spread(values)


@given(figures, st.integers(2, 4))
def test_a_group_doubled_is_spread_the_same(values: list[int], times: int) -> None:
    """Gini and CV look at shares only; so do ranks of a group repeated as a whole."""
    assert spread(values * times).gini_e4 == spread(values).gini_e4
    assert spread(values * times).cv_e4 == spread(values).cv_e4
    assert spread(values * times).max_min_e4 == spread(values).max_min_e4


@given(positive)
def test_the_bounds(values: list[int]) -> None:
    found = spread(values)
    count = len(values)
    assert found.gini_e4 is not None
    assert 0 <= found.gini_e4 <= rounded(Fraction(count - 1, count))
    assert found.cv_e4 is not None
    assert 0 <= found.cv_e4**2 <= (count - 1) * 10**8 + 2 * 10**4 * count
    assert found.max_min_e4 is not None
    assert found.p90_p10_e4 is not None
    assert 10000 <= found.p90_p10_e4 <= found.max_min_e4


@given(st.lists(st.lists(st.integers(-5, 2**63 - 1), min_size=1, max_size=8), max_size=6))
def test_many_groups_at_once_are_each_on_its_own(groups: list[list[int]]) -> None:
    """Also in Python integers, which large figures and large groups take."""
    starts = np.cumsum([0, *map(len, groups)], dtype=np.int64)[:-1]
    values = np.array([value for group in groups for value in group], np.int64)
    apart = [spread(group) for group in groups]
    assert spreads(values, starts) == apart
    assert spreads(values.astype(np.object_), starts) == apart


def test_more_people_than_limbs_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equivalents.spread._MOST_PEOPLE", 9)
    assert spread(TEN) == Spread(550000, 90000, 5700, 15199)


def test_the_largest_figures_of_the_largest_group_fit() -> None:
    """2**20 people, half with nothing, half with the most: Gini one half, CV 1."""
    values = np.zeros(2**20, np.int64)
    values[2**19 :] = 2**63 - 1
    assert spreads(values, np.zeros(1, np.int64)) == [Spread(None, None, 5000, 10000)]


# -- whole cases -------------------------------------------------------------------------------


def measured(out: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    """The rows of spread.csv by scope, subject and series."""
    with (out / "spread.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["scope"], row["subject"], row["series"]): row for row in rows}


STAFF = "person_id,institution_id,post,active_from,active_to\n"


def settled(folder: Path, direct: bool = False, **files: str) -> Path:
    """OUT of the good case with some files changed."""
    changed = {f"{name}.csv": content for name, content in files.items()}
    settle_case(write_case(folder / "case", {**changed}), folder / "out", direct=direct)
    return folder / "out"


def test_a_person_is_counted_once_and_with_everything(tmp_path: Path) -> None:
    """P01 works at both places, and I01 has two pools: sums of places, not of pools."""
    out = settled(
        tmp_path,
        staff=f"{STAFF}P01,I01,医生,,\nP02,I01,护士,,\nP01,I02,医生,,\nP03,I02,医生,,\n",
        records=f"{HEAD}\nI01,P01,MZ01,2025-06-02,3\nI01,P02,MZ01,2025-06-02,1\n"
        "I02,P01,MZ01,2025-06-02,2\nI02,P03,MZ01,2025-06-02,2\n",
        pools="institution_id,pool,amount\nI01,甲,8.00\nI01,乙,4.00\nI02,甲,10.00\n",
    )
    found = measured(out)
    assert list(found) == [
        *(("all", "", "pay"), ("institution", "I01", "pay"), ("institution", "I02", "pay")),
        *(("post", "医生", "pay"), ("post", "护士", "pay")),
    ]
    assert [row["people"] for row in found.values()] == ["3", "2", "2", "2", "1"]
    # before 5, 1, 2; after 6.00 + 3.00 + 5.00 = 14.00, 2.00 + 1.00 = 3.00, 5.00
    everybody = found["all", "", "pay"]
    assert (everybody["before_max_min"], everybody["after_max_min"]) == ("5.0000", "4.6667")
    assert found["institution", "I01", "pay"]["before_max_min"] == "3.0000"
    assert found["institution", "I02", "pay"]["after_gini"] == "0.0000"
    # doctors: before 5 and 2, after 14.00 and 5.00
    doctors = found["post", "医生", "pay"]
    assert (doctors["before_max_min"], doctors["after_max_min"]) == ("2.5000", "2.8000")


def test_the_post_is_that_of_the_last_posting_in_the_period(tmp_path: Path) -> None:
    staff = (
        f"{STAFF}P01,I01,护士,,2025-06-15\nP01,I01,医生,2025-06-15,2025-07-01\n"
        "P01,I01,院长,2025-07-01,\nP02,I01,,,\nP03,I02,医生,,\n"
    )
    found = measured(settled(tmp_path, staff=staff))
    assert {key[1]: row["people"] for key, row in found.items() if key[0] == "post"} == {
        "医生": "2"
    }
    assert found["all", "", "pay"]["people"] == "3"


def test_of_posts_that_begin_together_the_main_one_counts(tmp_path: Path) -> None:
    staff = (
        "person_id,institution_id,post_id,post,main\nP01,I01,A,护士,0\nP01,I01,B,医生,1\n"
        "P02,I01,A,医生,\nP02,I01,B,护士,\nP03,I02,,,\n"
    )
    found = measured(settled(tmp_path, staff=staff))
    posts = {key[1]: row["people"] for key, row in found.items() if key[0] == "post"}
    assert posts == {"医生": "2"}, "P01 by the main post, P02 by the smaller post_id"


def test_each_series_by_its_own_pools(tmp_path: Path) -> None:
    weights = "series,item_code,weight,valid_from\n" + "".join(
        f"{series},{item},{weight},2025-01-01\n"
        for series, item, weight in [
            ("pay", "MZ01", 1), ("pay", "SF01", 2), ("year", "MZ01", 1), ("year", "SF01", 20),
            ("manage", "MZ01", 1), ("manage", "SF01", 1),
        ]
    )  # fmt: skip
    pools = "institution_id,pool,amount,series\nI01,月,9.00,pay\nI01,年,11.00,year\n"
    found = measured(settled(tmp_path, weights=weights, pools=pools))
    assert {series for _, _, series in found} == {"pay", "year"}
    assert found["all", "", "pay"]["before_max_min"] == "1.0000"
    assert found["all", "", "year"]["before_max_min"] == "10.0000"
    assert found["all", "", "year"]["after_max_min"] == "10.0000"


def test_nothing_is_infinite(tmp_path: Path) -> None:
    """P02 has no work: ratios are blank, in the file, the sheet and on the terminal."""
    records = f"{HEAD}\nI01,P01,MZ01,2025-06-02,3\nI02,P03,MZ01,2025-06-02,1\n"
    out = settled(tmp_path, records=records)
    row = measured(out)["institution", "I01", "pay"]
    assert [row[name] for name in list(row)[4:]] == ["", "", "0.5000", "1.0000"] * 2
    book = openpyxl.load_workbook(out / "settlement.xlsx", read_only=True)
    cells = next(iter(book["分配差距"].iter_rows(min_row=5, max_row=5, values_only=True)))
    book.close()
    assert cells[:9] == ("机构", "I01", "青溪镇卫生院", "pay", 2, None, None, 0.5, 1)
    (line,) = spread_lines(out)
    assert "max/min - → -" in line


def test_both_ways_of_counting_give_the_same_file(tmp_path: Path) -> None:
    written = [
        (settled(tmp_path / name, direct=direct) / "spread.csv").read_bytes()
        for name, direct in (("tally", False), ("direct", True))
    ]
    assert written[0] == written[1]


def test_a_pool_without_people_or_money_has_no_spread(tmp_path: Path) -> None:
    found = measured(
        settled(
            tmp_path,
            institutions="institution_id,name\nI01,青溪镇卫生院\nI02,石桥镇卫生院\nI03,空院\n",
            pools="institution_id,pool,amount\nI01,绩效,0.00\nI03,绩效,0.00\n",
        )
    )
    assert list(found) == [("all", "", "pay"), ("institution", "I01", "pay")]
    row = found["all", "", "pay"]
    assert [row[name] for name in row if name.startswith("after")] == ["", "", "", ""]


def test_the_terminal_says_it_in_one_line(tmp_path: Path) -> None:
    result = run("settle", write_case(tmp_path / "case", {}), "-o", tmp_path / "out")
    lines = [line for line in result.stdout.splitlines() if "分配差距 spread" in line]
    assert len(lines) == 1
    # before 10, 10, 3: 14 / 69; after 50.00, 50.00, 30.00: 40 / 390
    assert "Gini 0.2029 → 0.1026" in lines[0]


def test_totals_beyond_64_bits_are_added_exactly(tmp_path: Path) -> None:
    """One person's equivalents at seven places are each below the limit, together beyond it."""
    places = [f"I{at}" for at in range(1, 9)]
    out = settled(
        tmp_path,
        institutions="institution_id\n" + "".join(f"{name}\n" for name in places),
        staff="person_id,institution_id\n" + "".join(f"P1,{name}\n" for name in places) + "P2,I1\n",
        weights="item_code,weight,valid_from\nMZ01,500000,2025-01-01\n",
        records=f"{HEAD}\n" + "".join(f"{name},P1,MZ01,2025-06-02,900000\n" for name in places)
        + "I1,P2,MZ01,2025-06-02,900000\n",
        pools="institution_id,pool,amount\n" + "".join(f"{name},绩效,2.00\n" for name in places),
    )  # fmt: skip
    assert measured(out)["all", "", "pay"]["before_max_min"] == "8.0000"
