"""Column maps as files: the schema for editors, the shipped ones, the document, tables of codes.

Faults seen to be caught: a key that editors do not know, a shipped map that lacks a column, an
overlap of two meanings that lies behind a third.
"""

import json
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from equivalents.errors import Place
from equivalents.findings import Findings
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.codetables import CODE_SHEETS, CODE_TABLE_KEYS, read_code_table
from equivalents.intake.opening.mapfile import MAP_KEYS, read_map, shipped_maps
from equivalents.intake.opening.mapmodel import CODE_KINDS, DAY_OF, LISTS
from equivalents.intake.opening.sources import SOURCE_KEYS
from equivalents.intake.opening.suggest import synonyms
from equivalents.policy.calendar import FIRST_DAY, print_day
from equivalents.policy.yamltext import Entry
from tests.bad.maps import MAPS
from tests.unit.test_docs import _names, _read, _section

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "tests" / "scenarios" / "169-one-month-from-three-systems" / "sources"


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(_read(ROOT / "weights" / "map.schema.json"))
    return loaded


def faults(text: str) -> list[str]:
    loaded = yaml.load(text, Loader=yaml.BaseLoader)
    found = jsonschema.Draft202012Validator(schema()).iter_errors(loaded)
    return [error.message for error in found]


def test_the_schema_takes_what_the_loader_takes() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    for path in [*shipped_maps().values(), *(SCENARIO / "maps").glob("*.yaml")]:
        assert faults(_read(path)) == [], path


@pytest.mark.parametrize(
    "name", ["map-key", "map-table", "map-no-version", "map-unlisted-word", "map-codes-nowhere"]
)
def test_the_schema_refuses_what_the_loader_refuses(name: str) -> None:
    (fault,) = [one for one in MAPS if one.name == name]
    text = fault.files["his.yaml"]
    assert isinstance(text, str)
    assert faults(text) != []


def test_the_schema_has_the_keys_of_the_loader() -> None:
    whole = schema()
    assert set(whole["properties"]) == set(MAP_KEYS)
    assert whole["properties"]["table"]["enum"] == [*TABLES]
    assert set(whole["properties"]["split"]["properties"]) == set(LISTS)
    table = whole["$defs"]["table"]["properties"]
    assert set(table) == set(CODE_TABLE_KEYS)
    row = set(table["rows"]["items"]["properties"])
    assert row == {name for sheet in CODE_SHEETS.values() for name in sheet.names}


def test_every_key_stands_in_the_document() -> None:
    text = _read(ROOT / "docs" / "maps.md")
    assert _names(_section(text, "## A map")) == [
        name for name in _names(_section(text, "## A map")) if name in MAP_KEYS
    ]
    assert set(_names(_section(text, "## A map"))) == set(MAP_KEYS)
    assert set(_names(_section(text, "## Sources"))) == set(SOURCE_KEYS)
    assert set(_names(_section(text, "## Shipped maps"))) == set(shipped_maps())
    columns = {name for sheet in CODE_SHEETS.values() for name in sheet.names}
    assert set(_names(_section(text, "### Codes"))) == columns


def test_the_shipped_maps_are_sound_and_say_that_they_are_illustrative() -> None:
    files = {p.relative_to(SCENARIO).as_posix(): p for p in SCENARIO.rglob("*.csv")}
    assert len(shipped_maps()) == 2
    for name, path in shipped_maps().items():
        findings = Findings()
        found = read_map(path, path.name, files, findings)
        assert findings.problems == []
        assert found is not None
        assert found.name == name
        assert "示例" in found.title
        assert "示例" in found.reference


def test_columns_that_decide_and_that_hold_codes_are_of_our_tables() -> None:
    every = {name for sheet in TABLES.values() for name in sheet.names}
    assert {*LISTS, *(name for names in CODE_KINDS.values() for name in names)} <= every
    assert all(column in TABLES[table].names for table, column in DAY_OF.items())
    assert all(TABLES[table].lookup()[column].is_day for table, column in DAY_OF.items()), (
        "a column that is no date"
    )


def test_synonyms_are_of_columns_of_ours_and_no_heading_of_ours_is_one_of_another() -> None:
    every = {column.name: column.heading for sheet in TABLES.values() for column in sheet.columns}
    for column, names in synonyms().items():
        assert column in every
        assert len(names) == len(set(names))


Span = tuple[int, int, str]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5), st.sampled_from("PQR")), max_size=5)
)
def test_two_meanings_on_a_day_are_found_wherever_they_lie(drawn: list[Span]) -> None:
    """Beside a table of days: a day with two meanings is there if and only if it is noted."""
    here = Place("his.yaml", row=1)
    rows = [
        Entry(
            {
                "source_code": Entry("A", here),
                "person_id": Entry(ours, here),
                "valid_from": Entry(print_day(FIRST_DAY + start), here),
                "valid_to": Entry(print_day(FIRST_DAY + start + length), here),
            },
            here,
        )
        for start, length, ours in drawn
    ]
    findings = Findings()
    table, _ = read_code_table(
        "people", Entry({"rows": Entry(rows, here)}, here), PurePosixPath(), {}, findings
    )
    meanings: dict[int, set[str]] = {}
    for start, length, ours in drawn:
        for day in range(start, start + length):
            meanings.setdefault(day, set()).add(ours)
    twice = any(len(some) > 1 for some in meanings.values())
    assert {one.code for one in findings.problems} == ({"MAP_CODE_TWICE"} if twice else set())
    spans = table.spans.get("A", ())
    assert all(one.start <= other.start for one, other in pairwise(spans))
