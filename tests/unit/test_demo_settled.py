"""The made-up county settled: every rule of the case does something, and all of it adds up.

Catches: a rule of case.yaml that never applies, a dirty row that the engine judges otherwise than
its files say, a kind of pool that pays nobody, a run that differs from the last one. Nothing here
pins a settled figure.
"""

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from equivalents.demo import write_county
from equivalents.demo.summary import (
    assessed_line,
    by_component,
    by_fund,
    by_institution,
    by_pool,
    notes_line,
    pay_cap_line,
)
from equivalents.run import settle_case
from tests.demo_county import Row, by_hand, hashes, rows_of, weight_rows

RECORDS = 20_000
SERIES = ("pay", "purchase", "contract")
KEPT_OUT = {"BASIS_REPEAT", "CONCURRENT", "CORRECTION_ONLY", "STAY_INSIDE", "VOIDED"}
NOTED = {"BASIS_QUANTITY", "DAYS_DIFFER", "QUANTITY_ABOVE_MAX", "VISIT_NUMBER_DIFFERS"}


@pytest.fixture(scope="module")
def county(settled_demo: Path) -> Path:
    return settled_demo / "case"


@pytest.fixture(scope="module")
def out(settled_demo: Path) -> Path:
    return settled_demo / "out"


@pytest.fixture(scope="module")
def summary(out: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((out / "summary.json").read_bytes())
    return loaded


@pytest.fixture(scope="module")
def lines(out: Path) -> list[Row]:
    return rows_of(out / "equivalents.csv")


def test_every_record_is_accounted_for(summary: dict[str, Any]) -> None:
    records = summary["records"]
    assert records["received"] == RECORDS
    assert set(records["series"]) == set(SERIES)
    for found in records["series"].values():
        kept_out = sum(found["excluded"].values()) + sum(found["rejected"].values())
        assert found["counted"] + kept_out == RECORDS
    assert all(check["holds"] for check in summary["checks"])


@pytest.mark.parametrize("series", SERIES)
def test_dirty_rows_are_judged_as_their_files_say(
    county: Path, summary: dict[str, Any], series: str
) -> None:
    """In the series that exclude what they do not weigh, such rows are no faults of the item."""
    missing = {"pay": "reject"}.get(series, "exclude")
    known = {row["item_code"] for row in weight_rows()}
    expected: Counter[str] = Counter()
    for code, row in by_hand(county, series):
        excluded = code == "ITEM_STOPPED" or (
            code == "ITEM_UNKNOWN" and missing == "exclude" and row["item_code"] in known
        )
        if code and not excluded:
            expected[code] += 1
    assert summary["records"]["series"][series]["rejected"] == expected


def test_every_excluding_rule_applies(summary: dict[str, Any]) -> None:
    for series, rules in (
        ("pay", KEPT_OUT | {"ITEM_STOPPED"}),
        ("purchase", KEPT_OUT | {"ITEM_STOPPED", "NOT_IN_SERIES"}),
        ("contract", {"BASIS_REPEAT", "VOIDED", "NOT_IN_SERIES"}),
    ):
        found = summary["records"]["series"][series]["excluded"]
        assert set(found) == rules, series
        assert all(found.values())


def test_every_warning_appears(out: Path) -> None:
    problems = Counter(row["code"] for row in rows_of(out / "problems.csv"))
    assert {code for code in NOTED if not problems[code]} == set()


def test_every_item_is_counted_in_each_of_its_series(lines: list[Row]) -> None:
    found = {(row["series"], row["item_code"]) for row in lines if row["item_code"]}
    assert found == {(row["series"], row["item_code"]) for row in weight_rows()}


def test_every_condition_chooses_a_weight(lines: list[Row]) -> None:
    chosen = {part.partition("=")[0] for row in lines for part in row["weight_row"].split(";")[1:]}
    assert chosen >= {
        "institution_group", "resident_group", "title_tier", "setting", "visit_number",
    }  # fmt: skip


def test_records_are_shared_by_two_and_by_teams(lines: list[Row]) -> None:
    shares = {row["item_code"]: set[str]() for row in lines}
    for row in lines:
        shares[row["item_code"]].add(row["share"])
    assert shares["JB02"] >= {"3/5", "2/5"}
    assert shares["CZ02"] == {"1", "1/2"}
    for item in ("QY03", "QY04", "QY06"):
        assert "1" not in shares[item]
        assert len(shares[item]) > 4


def test_both_concurrent_rules_apply(out: Path) -> None:
    marks = {
        mark
        for text in pq.read_table(out / "tally.parquet")["marks"].to_pylist()
        for mark in (text or "").split(";")
    }
    assert {"pay=concurrent:诊间随访", "purchase=concurrent:诊间随访"} <= marks
    assert "pay=CONCURRENT" in marks


def test_stays_are_cut_at_the_year_and_at_months(lines: list[Row]) -> None:
    months = {row["month"] for row in lines if row["item_code"] == "JB04"}
    assert months == {f"2025-{month:02d}" for month in range(1, 13)}


def test_coefficients_of_people_change_keys(out: Path) -> None:
    found = {row["coefficient"] for row in rows_of(out / "adjusted.csv")}
    assert {"1.0000", "1.0500", "1.1000", "1.0800", "1.1340"} <= found
    varied = [row for row in rows_of(out / "payouts.csv") if row["coefficient"] == ""]
    assert varied


def test_headcount_follows_attendance_and_fte(out: Path) -> None:
    heads = {Decimal(row["key"]) for row in rows_of(out / "payouts.csv") if row["pool"] == "全勤奖"}
    assert Decimal("0.2") in heads
    assert Decimal("0.5") in heads
    assert max(heads) == 1
    assert len(heads) > 5


def test_keys_brought_in_and_amounts_withheld(county: Path, out: Path) -> None:
    opening = rows_of(county / "opening.csv")
    brought = {row["person_id"] for row in opening if row["kind"] == "key"}
    lines = [row for row in rows_of(out / "adjusted.csv") if row["from"] == row["to"]]
    assert {row["person_id"] for row in lines} == brought
    withheld = rows_of(out / "withheld.csv")
    assert {row["coefficient"] for row in withheld} == {"0.8000", "0.9000", "0.9500"}
    assert {row["pool"] for row in withheld} == {"签约服务费"}


def test_levels_go_down_to_village_rooms(county: Path, out: Path) -> None:
    rooms = {
        row["department_id"]
        for row in rows_of(county / "departments.csv")
        if row["kind"] == "village_room"
    }
    steps = rows_of(out / "allocations.csv")
    for pool, levels in (
        ("医共体考核奖", {"institution", "department", "person"}),
        ("奖励性绩效", {"department", "person"}),
        ("签约服务费", {"person"}),
        ("全勤奖", {"person"}),
        ("surplus", {"person"}),
    ):
        mine = [row for row in steps if row["pool"] == pool]
        assert {row["level"] for row in mine} == levels, pool
        if "department" in levels:
            assert {row["child"] for row in mine if row["level"] == "department"} >= rooms


def test_caps_and_floors_move_money(out: Path) -> None:
    payouts = [row for row in rows_of(out / "payouts.csv") if row["pool"] == "奖励性绩效"]
    assert any(row["capped"] != "0.00" for row in payouts)
    assert any(row["floored"] != "0.00" for row in payouts)


def test_institutions_coefficients_leave_something_carried(out: Path) -> None:
    pools = rows_of(out / "pools.csv")
    assert any(Decimal(row["carried"]) for row in pools if row["pool"] == "签约服务费")
    for row in pools:
        kept = Decimal(row["retained"]) + Decimal(row["carried"])
        assert Decimal(row["paid"]) + kept == Decimal(row["amount"])


def test_half_the_surplus_is_shared(county: Path, out: Path, summary: dict[str, Any]) -> None:
    surplus = {k: v for k, v in summary["surplus"].items() if k != "estimate"}
    pay, development = Decimal(surplus["pay"]), Decimal(surplus["development"])
    assert 0 < pay <= development < pay + 1
    assert Decimal(surplus["balance"]) == pay + development + Decimal(surplus["deficit"])
    pools = {r["institution_id"]: r for r in rows_of(out / "pools.csv") if r["pool"] == "surplus"}
    assert len(pools) == 15
    assert sum(row["amount"] == "0.00" for row in pools.values()) == 2
    cut = sum(
        Decimal(row["amount"])
        for row in rows_of(out / "paycap.csv")
        if (row["line"], row["name"]) == ("carried", "surplus")
    )
    assert sum(Decimal(row["amount"]) for row in pools.values()) + cut == pay


def test_every_fund_of_the_scheme_pays_and_adds_up(county: Path, out: Path) -> None:
    """Worked out from the texts of the tables alone: heads, tiers, shares, ledger."""
    due: dict[tuple[str, str], Decimal] = {}
    for row in rows_of(out / "dues.csv"):
        key = (row["institution_id"], row["fund"])
        due[key] = due.get(key, Decimal(0)) + Decimal(row["amount"])
    ledger = rows_of(out / "ledger.csv")
    for key, amount in due.items():
        mine = [row for row in ledger if (row["institution_id"], row["fund"]) == key]
        assert sum(Decimal(row["due"]) for row in mine) == amount
    by_name = {name: sum(a for (_, f), a in due.items() if f == name) for _, name in due}
    assert len(by_name) == 10
    assert all(amount > 0 for amount in by_name.values())
    contracts = rows_of(county / "contracts.csv")
    active = [row for row in contracts if row["active_to"] > "2025-12-31"]
    permanent = sum(row["permanent"] == "1" for row in active)
    assert by_name["contract-fee"] == 120 * permanent
    disabled = sum("disabled" in row["groups"].split(";") for row in active)
    assert by_name["disabled-contracts"] == 60 * disabled
    referred = sum(
        Decimal(r["amount"]) for r in rows_of(county / "charges.csv") if r["code"] == "REFERRAL"
    )
    assert by_name["insurance"] == 260 * len(active) - referred
    poor = sum(
        row["groups"] == "poor" and 40 <= 2025 - int(row["birth_date"][:4]) <= 64 for row in active
    )
    assert by_name["poor-contracts"] == 60 * poor
    assert {key[0] for key in due if key[1] == "floor" and due[key]} == {"C09", "C13"}


def test_the_floating_price_spends_its_budget(out: Path) -> None:
    rows = [row for row in rows_of(out / "dues.csv") if row["fund"] == "purchase-hills"]
    work = [row for row in rows if row["what"] == "equivalents"]
    assert len(work) == 8
    assert len({row["rate"] for row in work}) == 1
    assert sum(Decimal(row["amount"]) for row in work) == 20_900_000 * RECORDS // 1_500_000
    assert all(Decimal(row["amount"]) < 0 for row in rows if row["what"] != "equivalents")


def test_pools_of_funds_are_their_declared_part(out: Path) -> None:
    ledger = rows_of(out / "ledger.csv")
    due: dict[tuple[str, str], int] = {}
    for row in ledger:
        key = (row["institution_id"], row["fund"])
        due[key] = due.get(key, 0) + int(Decimal(row["due"]) * 100)
    for row in rows_of(out / "pools.csv"):
        fen = int(Decimal(row["amount"]) * 100)
        if row["pool"] == "签约服务费":
            assert fen == (due[row["institution_id"], "contract-fee"] + 1) // 2
        if row["pool"] == "有效签约奖":
            assert fen == due[row["institution_id"], "effective-contract"]


def test_the_ledger_has_owed_and_over_advanced(out: Path) -> None:
    ledger = rows_of(out / "ledger.csv")
    assert {row["then"] for row in ledger} >= {"payable", "recover", "carry", ""}
    for row in ledger:
        assert Decimal(row["due"]) - Decimal(row["received"]) == Decimal(row["owed"])


def test_the_pay_cap_takes_from_some(out: Path) -> None:
    rows = rows_of(out / "paycap.csv")
    cut = {row["institution_id"] for row in rows if row["line"] == "carried"}
    assert 0 < len(cut) < 15
    assert "签约服务费" not in {row["name"] for row in rows}
    for name in {row["institution_id"] for row in rows}:
        sums = {
            line: sum(
                Decimal(row["amount"])
                for row in rows if row["institution_id"] == name and row["line"] == line
            )
            for line in ("cap", "base", "component", "pool", "carried")
        }  # fmt: skip
        counted = sums["base"] + sums["component"] + sums["pool"]
        assert sums["carried"] == max(counted - sums["cap"], 0)
    assert {row["name"] for row in rows if row["line"] == "component"} == {"单项奖"}
    assert f"{len(cut)} institutions" in pay_cap_line(out)


def test_faults_of_money_are_told(out: Path) -> None:
    problems = Counter(row["code"] for row in rows_of(out / "problems.csv"))
    of_money = Counter(
        row["code"] for row in rows_of(out / "problems.csv") if "records/" not in row["file"]
    )
    assert problems["CHARGE_CONSULTATION"] == 3
    assert problems["SHARE_TEST_FAILED"] > 0
    # one rate that no document founds, and nothing else is said of money
    assert notes_line(out).endswith(f"SHARE_TEST_FAILED {problems['SHARE_TEST_FAILED']}")
    assert problems["FIGURE_ILLUSTRATIVE"] == problems["CHOICES_OPEN"] == 1
    assert problems["ASSESSMENT_CLIFF"] == 1  # the one composite with steps
    assert set(of_money) <= {
        "ASSESSMENT_CLIFF", "CHARGE_CONSULTATION", "CHOICES_OPEN", "FIGURE_ILLUSTRATIVE",
        "NEGATIVE_KEY", "OVER_ADVANCED", "PAYCAP_CUT", "SHARE_TEST_FAILED",
    }  # fmt: skip


def test_the_tables_of_the_terminal_add_up(county: Path, out: Path) -> None:
    payouts = rows_of(out / "payouts.csv")
    of_pools, of_components = (
        [row for row in payouts if (row["component"] == "pool_share") == shared]
        for shared in (True, False)
    )
    _, headings, pools = by_pool(out)
    assert all(len(row) == len(headings) for row in pools)
    assert Decimal(pools[-1][4].replace(",", "")) == _paid(of_pools)
    _, headings, components = by_component(out)
    assert len(components) == 6
    assert all(len(row) == len(headings) for row in components)
    assert Decimal(components[-1][3].replace(",", "")) == _paid(of_components)
    _, headings, funds = by_fund(county, out)
    assert all(len(row) == len(headings) for row in funds)
    due, received, owed, over, _ = (Decimal(cell.replace(",", "")) for cell in funds[-1][1:])
    assert due == received + owed - over > 0
    _, headings, places = by_institution(county, out)
    assert len(places) == 15
    assert all(len(row) == len(headings) for row in places)
    for column, rows in ((3, of_components), (4, payouts)):
        assert sum(Decimal(row[column].replace(",", "")) for row in places) == _paid(rows)
    assert all("示例县" not in row[0] for row in places)
    told = assessed_line(out)
    assert all(f"{name}考核 " in told for name in ("机构", "签约", "科室", "村卫生室", "人员"))


def _paid(rows: list[Row]) -> Decimal:
    return sum((Decimal(row["amount"]) for row in rows), Decimal(0))


def test_two_runs_give_the_same_bytes(county: Path, out: Path, tmp_path: Path) -> None:
    write_county(tmp_path / "county", records=RECORDS)
    settle_case(tmp_path / "county", tmp_path / "out", stop_on_reject=False)
    assert hashes(tmp_path / "out") == hashes(out)


def test_payouts_only_pays_the_same(county: Path, out: Path, tmp_path: Path) -> None:
    settle_case(county, tmp_path / "direct", stop_on_reject=False, direct=True)
    for name in ("payouts.csv", "pools.csv", "allocations.csv", "adjusted.csv"):
        assert (tmp_path / "direct" / name).read_bytes() == (out / name).read_bytes(), name


@pytest.mark.slow
def test_the_ceiling_cuts_in_the_county_of_the_usual_size(usual_demo: Path) -> None:
    """A small county has as many people and too little work for it."""
    with (usual_demo / "demo-out" / "equivalents.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        cuts = [row for row in csv.DictReader(file) if row["weight_row"].startswith("ceiling:")]
    assert {row["weight_row"] for row in cuts} == {"ceiling:月度分段"}
    assert {row["series"] for row in cuts} == {"pay"}
    assert len({row["person_id"] for row in cuts}) > 50
    assert all(Decimal(row["equivalents"]) < 0 for row in cuts)
