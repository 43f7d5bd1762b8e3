"""`equivalents forecast`: the published budget of 14 centres from a file, and files at fault.

Faults seen to be caught: weights the wrong way round, a year taken for the one before it, a gap
between years passed over, a forecast beside an error.
"""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from equivalents.cli import app
from equivalents.units import parse_fixed, print_e7
from tests.build.tables import read

pytestmark = pytest.mark.rules("B3")
DATA = Path(__file__).resolve().parents[1] / "data" / "chinese_centres"
HEAD = "institution_id,year,equivalents\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["forecast", *arguments])


def years(tmp_path: Path, text: str) -> str:
    path = tmp_path / "years.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_budget_of_fourteen_centres_comes_out_of_one_file(tmp_path: Path) -> None:
    lines = [
        f"{row['institution']},{year},{print_e7(10_000 * parse_fixed(row[f'total_wan_{year}'], 7))}"
        for row in read(DATA / "institution_equivalents.csv")
        for year in (2021, 2019, 2020)
    ]
    out = tmp_path / "next.csv"
    done = run(years(tmp_path, HEAD + "\n".join(lines) + "\n"), "-o", str(out), "--json")
    assert done.exit_code == 0
    told = {row["institution_id"]: row for row in json.loads(done.stdout)["forecasts"]}
    published = {row["institution"]: row for row in read(DATA / "budget_2022.csv")}
    assert set(told) == set(published)
    for name, row in told.items():
        assert row["year"] == "2022"
        budget_e7 = 10_000 * parse_fixed(published[name]["budget_equivalents_wan"], 7)
        assert abs(parse_fixed(row["forecast"], 7) - budget_e7) <= 100 * 10**7, name  # 0.01 万
    # (121.73 + 2 x 143.46 + 7 x 221.25) / 10 = 195.74
    assert told["S1"]["forecast"] == "1957400.0000000"
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == list(told.values())


def test_growth_goes_on_from_the_last_year(tmp_path: Path) -> None:
    path = years(tmp_path, HEAD + "I01,2023,100\nI01,2024,110\nI01,2022,999\n")
    (row,) = json.loads(run(path, "--growth", "--json").stdout)["forecasts"]
    assert (row["forecast"], row["growth_percent"]) == ("121.0000000", "10.0000")
    assert row["past"] == "100.0000000 110.0000000"


def test_other_weights_and_series_stand_apart(tmp_path: Path) -> None:
    head = "机构编号,年度,当量,当量口径\n"
    path = years(
        tmp_path, head + "I01,2023,10,pay\nI01,2024,20,pay\nI01,2023,1,ph\nI01,2024,1,ph\n"
    )
    told = json.loads(run(path, "--weights", "1:1", "--json").stdout)["forecasts"]
    assert [(row["series"], row["forecast"]) for row in told] == [
        ("pay", "15.0000000"), ("ph", "1.0000000"),
    ]  # fmt: skip


def test_a_clerk_reads_method_and_years(tmp_path: Path) -> None:
    done = run(years(tmp_path, HEAD + "I01,2022,1\nI01,2023,1\nI01,2024,1\n"))
    assert "权重 weights 1:2:7" in done.stdout
    assert "2025" in done.stdout


@pytest.mark.parametrize(
    ("text", "options", "code", "row", "says"),
    [
        ("I01,2023,1\nI01,2024,1\n", (), "YEAR_MISSING", 3, "2022"),
        ("I01,2022,1\nI01,2024,1\nI01,2021,1\n", (), "YEAR_MISSING", 3, "2023"),
        ("I01,2022,1\nI01,2023,1\nI01,2024,1\nI01,2023,2\n", (), "YEAR_TWICE", 5, "2023"),
        ("I01,23,1\n", ("--growth",), "NUMBER_INVALID", 2, "23"),
        ("I01,2023,1e3\n", ("--growth",), "NUMBER_INVALID", 2, "1e3"),
        ("I01,2023,-1\n", ("--growth",), "NUMBER_INVALID", 2, "-1"),
        ("I01,2023,0\nI01,2024,5\n", ("--growth",), "NUMBER_INVALID", 2, "I01"),
        (",2023,1\n", ("--growth",), "VALUE_MISSING", 2, "institution_id"),
    ],
)
def test_what_is_wrong_is_placed_and_nothing_is_forecast(
    tmp_path: Path, text: str, options: tuple[str, ...], code: str, row: int, says: str
) -> None:
    good = "I09,2022,1\nI09,2023,1\nI09,2024,1\n"
    done = run(years(tmp_path, HEAD + text + good), *options, "--json")
    assert done.exit_code == 1
    (problem,) = json.loads(done.stdout)["problems"]
    assert (problem["code"], problem["file"], problem["row"]) == (code, "years.csv", row)
    assert says in problem["reason_zh"] + problem["value"]


@pytest.mark.parametrize("weights", ["1:b:7", "0:0", "", "1::2", "-1:2"])
def test_weights_that_are_none_are_wrong_usage(tmp_path: Path, weights: str) -> None:
    done = run(years(tmp_path, HEAD + "I01,2024,1\n"), f"--weights={weights}")
    assert done.exit_code == 2
    assert "1:2:7" in done.stderr
