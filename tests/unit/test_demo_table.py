"""The illustrative county table 示例: what an item must say, and that it is the county's own list.

Catches: an item without unit, basis, window, channel or reference, a category of basic public
health that is missing, an item bought twice, an item of the table that nobody does (and the other
way round), a version that leaves a gap.
"""

import re

import pytest

from equivalents.demo.items import ITEMS
from tests.demo_county import TABLE, Row, weight_rows, weight_table

CONDITIONS = (
    "institution_group", "resident_group", "title_tier", "setting", "visit_number",
)  # fmt: skip
# The fourteen categories of basic public health of the year 2017.
CATEGORIES = {f"GW{number:02d}" for number in range(1, 15)}
CHANNELS = {"equivalents", "insurance", "fixed-price", "effective-contract"}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return weight_rows()


def test_it_is_illustrative(rows: list[Row]) -> None:
    table = weight_table()
    assert table["table"] == TABLE.stem
    assert "示例" in table["title"]
    assert "not official" in table["reference"]
    assert "2017" in table["source_note"]
    assert all("示例" in row["reference"] for row in rows)


def test_at_least_sixty_items_over_all_kinds(rows: list[Row]) -> None:
    codes = {row["item_code"] for row in rows}
    assert len(codes) >= 60
    assert {code[:4] for code in codes if code.startswith("GW")} == CATEGORIES
    for kind in ("MZ", "ZY", "JB", "ZC", "CZ", "HL", "JY", "YX", "YF", "QY"):
        assert any(code.startswith(kind) for code in codes), kind


def test_every_item_says_what_it_is(rows: list[Row]) -> None:
    for code in {row["item_code"] for row in rows}:
        mine = [row for row in rows if row["item_code"] == code]
        for column in ("item_name", "unit", "channel"):
            assert len({row[column] for row in mine}) == 1, (code, column)
            assert all(row[column] for row in mine)
        assert mine[0]["channel"] in CHANNELS
        for series in {row["series"] for row in mine}:
            said = {
                (row["counting_basis"], row.get("window", ""))
                for row in mine
                if row["series"] == series
            }
            assert len(said) == 1, (code, series)
            basis, window = said.pop()
            asks = any("visit_number" in row for row in mine)
            assert bool(window) == (basis not in ("record", "days") or asks), (code, series)


def test_every_kind_of_basis_is_used(rows: list[Row]) -> None:
    found = {row["counting_basis"] for row in rows}
    assert found >= {"record", "resident", "household", "first:2", "first:4", "days"}
    assert {row["window"] for row in rows if "window" in row} == {"month", "half", "year"}


def test_no_item_is_bought_twice(rows: list[Row]) -> None:
    bought = {row["item_code"] for row in rows if row["series"] == "purchase"}
    assert bought == {row["item_code"] for row in rows if row["channel"] == "equivalents"}
    contract = {row["item_code"] for row in rows if row["series"] == "contract"}
    assert contract == {row["item_code"] for row in rows if row["channel"] == "effective-contract"}
    paid = {row["item_code"] for row in rows if row["series"] == "pay"}
    assert paid == {row["item_code"] for row in rows}


def test_items_are_those_of_the_county(rows: list[Row]) -> None:
    assert {row["item_code"] for row in rows} == {item.code for item in ITEMS}
    for item in ITEMS:
        dates = [row for row in rows if row["item_code"] == item.code]
        assert {min(row["valid_from"] for row in dates)} == {item.since}
        assert max(row.get("valid_to", "2026-01-01") for row in dates) == item.until


def test_weights_versions_and_conditions(rows: list[Row]) -> None:
    assert all(re.fullmatch(r"(0|[1-9]\d*)(\.\d{1,4})?", row["weight"]) for row in rows)
    assert any(row["weight"] == "0" for row in rows)
    assert {row["series"] for row in rows} == {"pay", "purchase", "contract"}
    versions: dict[tuple[str, ...], list[Row]] = {}
    used: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        filled = [name for name in CONDITIONS if name in row]
        assert len(filled) <= 1
        used.setdefault((row["series"], row["item_code"]), {""}).update(filled)
        key = (row["series"], row["item_code"], *(row.get(name, "") for name in CONDITIONS))
        versions.setdefault(key, []).append(row)
    assert all(len(names) <= 2 for names in used.values())  # a default and one condition
    assert set().union(*used.values()) == {"", *CONDITIONS}
    for same in versions.values():
        ends = [row.get("valid_to") for row in same[:-1]]
        assert ends == [row["valid_from"] for row in same[1:]]
    changed = {key[1] for key, same in versions.items() if len(same) == 2}
    assert len(changed) >= 2
