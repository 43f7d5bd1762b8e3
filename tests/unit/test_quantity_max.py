"""An item's usual maximum (5.8) is compared with the days of a whole stay, once a record.

Faults caught: each piece of a stay compared on its own (a stay over two weight versions was never
above its maximum), days that another record has compared too, a warning for each piece.
"""

from pathlib import Path

import pytest

from equivalents.run import settle_case
from tests.against_reference import read_out

RECORDS = "institution_id,person_id,item_code,service_date,quantity,resident_id,service_end_date\n"
WEIGHTS = "item_code,weight,valid_from,valid_to,counting_basis,quantity_max,series,stopped\n"
TWO_VERSIONS = "CR01,1,2025-01-01,2025-06-16,days,{0},{1},\nCR01,2,2025-06-16,,days,{0},{1},\n"


def warned(tmp_path: Path, weights: str, *records: str) -> list[tuple[str, str, str]]:
    """Row, series and what the sentence says of every quantity above a maximum."""
    case = tmp_path / "case"
    case.mkdir()
    tables = {
        "case.yaml": "period: 2025-06\n",
        "institutions.csv": "institution_id,name\nI01,示例\n",
        "staff.csv": "person_id,institution_id\nP1,I01\n",
        "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\n",
        "weights.csv": WEIGHTS + weights,
        "records.csv": RECORDS + "".join(f"I01,P1,CR01,{one}\n" for one in records),
    }
    for name, text in tables.items():
        (case / name).write_text(text, encoding="utf-8")
    settle_case(case, tmp_path / "out", stop_on_reject=False)
    rows = read_out(tmp_path / "out", "problems")
    return [
        (row["row"], row["series"], row["reason_zh"].partition("，")[0])
        for row in rows
        if row["code"] == "QUANTITY_ABOVE_MAX"
    ]


@pytest.mark.parametrize(
    ("most", "told"),
    [("20", []), ("19.5", [("2", "", "数量 20.000 超过该项目的常规上限 19.500")])],
    ids=["at the maximum", "above it"],
)
def test_all_days_of_a_stay_count_together(
    most: str, told: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    # 6 to 26 June: 10 days of the first version and 10 of the second.
    weights = TWO_VERSIONS.format(most, "")
    assert warned(tmp_path, weights, "2025-06-06,20,R1,2025-06-26") == told


def test_days_outside_the_period_and_those_of_another_stay_are_not_compared(
    tmp_path: Path,
) -> None:
    # 20 May to 21 June: 20 days in June. The second stay, 10 to 30 June, keeps the 9 days from 21.
    stays = ("2025-05-20,32,R1,2025-06-21", "2025-06-10,20,R1,2025-06-30")
    weights = TWO_VERSIONS.format("9", "")
    told = [("2", "", "数量 20.000 超过该项目的常规上限 9.000")]
    assert warned(tmp_path, weights, *stays) == told


def test_each_series_compares_the_days_that_it_counts(tmp_path: Path) -> None:
    # `manage` has the item until 11 June: of 6 to 26 June it counts 5 days, `pay` all 20.
    weights = TWO_VERSIONS.format("4", "pay")
    weights += "CR01,1,2025-01-01,2025-06-11,days,5,manage,1\n"
    told = [("2", "pay", "数量 20.000 超过该项目的常规上限 4.000")]
    assert warned(tmp_path, weights, "2025-06-06,20,R1,2025-06-26") == told


def test_a_quantity_without_an_end_is_compared_as_it_is(tmp_path: Path) -> None:
    weights = TWO_VERSIONS.format("9", "")
    told = [("3", "", "数量 10.000 超过该项目的常规上限 9.000")]
    assert warned(tmp_path, weights, "2025-06-06,9,R1,", "2025-06-06,10,R2,") == told
