"""Real input with known answers: 17,028 service lines, and three years of 14 centres' subsidies.

Catches: a float sum (wrong for 614 of the doctors), rounding each payout alone (wrong in 30 of 52
pools), a weight of 0 taken for missing, a large quantity refused, a record lost without a name.
"""

import csv
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from equivalents import settle_case
from tests.against_reference import read_out
from tests.build import centres

DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.fixture(scope="module")
def out(medicare_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("medicare") / "out"
    settle_case(medicare_case, folder, stop_on_reject=False)
    return folder


def _data(name: str) -> list[dict[str, str]]:
    with (DATA / "medicare_lines" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.rules("A1", "D2")
def test_work_values_per_doctor_are_exact(out: Path) -> None:
    expected = {
        row["doctor_id"]: Decimal(row["work_equivalents"]) for row in _data("expected_doctor")
    }
    found = {row["person_id"]: Decimal(row["equivalents"]) for row in read_out(out, "payouts")}
    assert len(found) == 2151
    assert found == expected


@pytest.mark.rules("D1", "D2")
def test_every_pool_is_shared_to_the_cent(out: Path) -> None:
    expected = {
        (row["institution"], row["doctor_id"]): (row["amount"], row["got_extra_cent"])
        for row in _data("expected_pool_allocation")
    }
    found = {
        (row["institution_id"], row["person_id"]): (row["amount"], row["remainder_fen"])
        for row in read_out(out, "payouts")
    }
    assert found == expected
    pools = read_out(out, "pools")
    assert len(pools) == 52
    assert all(row["amount"] == row["paid"] for row in pools)


@pytest.mark.rules("A10")
def test_lines_without_a_weight_are_rejected_by_name(out: Path) -> None:
    expected = {row["item_code"]: int(row["rows"]) for row in _data("unmatched_codes")}
    rejected = read_out(out, "rejected")
    assert len(rejected) == 1619
    assert {row["code"] for row in rejected} == {"ITEM_UNKNOWN"}
    assert Counter(row["value"] for row in rejected) == expected
    assert len(expected) == 151


@pytest.mark.rules("A1", "A10")
def test_zero_weights_are_counted(out: Path) -> None:
    lines = read_out(out, "equivalents")
    zero = [row for row in lines if Decimal(row["weight"]) == 0]
    weights = {row["item_code"]: Decimal(row["work_rvu"]) for row in _data("weights")}
    services = _data("services")
    assert sum(1 for row in services if weights.get(row["item_code"]) == 0) == 2952
    assert {(r["person_id"], r["item_code"]) for r in zero} == {
        (r["doctor_id"], r["item_code"]) for r in services if weights.get(r["item_code"]) == 0
    }


def test_the_large_quantity_is_legal_but_its_code_has_no_weight(
    medicare_case: Path, tmp_path: Path
) -> None:
    """103,483 is no fault; the code of that line is one of the 151, so it is rejected by name."""
    settle_case(medicare_case, tmp_path / "out", stop_on_reject=False)
    (row,) = [r for r in read_out(tmp_path / "out", "rejected") if r["quantity"] == "103483"]
    assert (row["code"], row["value"]) == ("ITEM_UNKNOWN", "83914")
    case = shutil.copytree(medicare_case, tmp_path / "case")
    with (case / "weights.csv").open("a", encoding="utf-8") as file:
        file.write("83914,0.5,2012-01-01,pay,,,\n")
    settle_case(case, tmp_path / "weighed", stop_on_reject=False)
    lines = read_out(tmp_path / "weighed", "equivalents")
    (line,) = [row for row in lines if row["quantity"] == "103483.000"]
    assert (line["person_id"], line["equivalents"]) == ("D01819", "51741.5000000")


@pytest.mark.rules("D2")
@pytest.mark.parametrize("year", centres.YEARS)
def test_three_years_of_subsidies_to_the_fen(year: int, tmp_path: Path) -> None:
    centres.build(year, tmp_path / "case")
    settle_case(tmp_path / "case", tmp_path / "out")
    found = {row["person_id"]: row["amount"] for row in read_out(tmp_path / "out", "payouts")}
    assert found == centres.expected(year)
