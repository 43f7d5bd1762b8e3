"""The shipped weight tables say what their sources say, and nothing else.

Faults caught: a mistyped figure, a lost or invented row, a table without a reference, an unofficial
table that does not say 示例, a file that is missing in ``weights/README.md``, a changed fixture.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.build import medicare
from tests.build.tables import read

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "weights"
DATA = ROOT / "tests" / "data"
YAML_TABLES = sorted(WEIGHTS.glob("*.yaml"))

# Specification page 1, "Real numbers to use": (item, group) -> weight, digits as printed there.
CHANGPING = {
    ("CLINIC_VISIT", ""): "1",
    ("TCM_CLINIC_VISIT", ""): "1.2",
    ("PAEDIATRIC_CLINIC_VISIT", ""): "1.5",
    ("HOME_VISIT", "I"): "5",
    ("HOME_VISIT", "II"): "7",
    ("HOME_VISIT", "III"): "9",
    ("NEONATAL_HOME_VISIT", "I"): "3",
    ("NEONATAL_HOME_VISIT", "II"): "5",
    ("NEONATAL_HOME_VISIT", "III"): "7",
    ("INJECTION_SC", ""): "0.6",
    ("INJECTION_IM", ""): "0.6",
    ("INJECTION_IV", ""): "1",
    ("TCM_DRESSING", ""): "2",
    ("RX_WESTERN", ""): "0.2",
    ("RX_TCM_READY", ""): "0.8",
    ("RX_TCM_DECOCTION", ""): "2.2",
    ("LAB_BLOOD_TYPE", ""): "5",
    ("LAB_TRACE_ELEMENTS", ""): "0.8",
    ("LAB_ROUTINE", ""): "0.7",
    ("VENOUS_SAMPLE", ""): "0.8",
    ("LAB_BIOCHEMISTRY", ""): "0.8",
    ("ULTRASOUND_B", ""): "1.2",
    ("ECG", ""): "0.7",
    ("HEALTH_RECORD_NEW", ""): "2.5",
    ("FOLLOWUP_HYPERTENSION", ""): "1.7",
    ("FOLLOWUP_DIABETES", ""): "2",
    ("FOLLOWUP_CHILD_PHONE", ""): "0.2",
    ("FOLLOWUP_ONE_MONTH", ""): "1.8",
    ("TCM_CHILD_COUNSELLING", ""): "0.7",
}


def table(path: Path) -> dict[str, Any]:
    """A YAML table with every scalar as text."""
    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return loaded


def full_rows(path: Path) -> list[dict[str, str]]:
    """Rows with the table's defaults filled in."""
    loaded = table(path)
    return [{**loaded.get("defaults", {}), **row} for row in loaded["rows"]]


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (WEIGHTS / "weight-table.schema.json").read_text(encoding="utf-8")
    )
    return loaded


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema())


def readme() -> dict[str, dict[str, str]]:
    """The first table of ``weights/README.md``: file -> its cells by heading."""
    text, _, _ = (WEIGHTS / "README.md").read_text(encoding="utf-8").partition("\n## ")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    header, _, *body = cells
    return {row[0].strip("`"): dict(zip(header, row, strict=True)) for row in body}


def test_changping_says_what_page_1_says() -> None:
    rows = full_rows(WEIGHTS / "beijing-changping.yaml")
    shipped = {(row["item_code"], row.get("institution_group", "")): row["weight"] for row in rows}
    assert shipped == CHANGPING
    assert len(rows) == len(CHANGPING)
    assert len({row["item_code"] for row in rows}) == 25


def test_covid_table_equals_the_published_cells_in_their_order() -> None:
    source = DATA / "chinese_centres" / "covid_items_equivalent_weights.csv"
    published = [(row["item"], row["unit"], row["equivalent"]) for row in read(source)]
    rows = full_rows(WEIGHTS / "beijing-xicheng-covid.yaml")
    assert [(row["item_name"], row["unit"], row["weight"]) for row in rows] == published
    assert len(rows) == len({row["item_code"] for row in rows}) == 13


@pytest.mark.parametrize("name", ["beijing-changping", "beijing-xicheng-covid"])
def test_a_placeholder_date_is_admitted_in_the_note(name: str) -> None:
    path = WEIGHTS / f"{name}.yaml"
    assert {row["valid_from"] for row in full_rows(path)} == {"2020-01-01"}
    note = table(path)["source_note"]
    assert "占位日期" in note
    assert "placeholder" in note


def test_medicare_table_is_what_its_script_makes(tmp_path: Path) -> None:
    medicare.write_weight_table(tmp_path / "made.csv")
    made = (tmp_path / "made.csv").read_bytes()
    assert made == (WEIGHTS / "medicare-work-2022.csv").read_bytes()


def test_medicare_table_keeps_every_published_digit() -> None:
    source = DATA / "medicare_lines" / "weights.csv"
    published = {row["item_code"]: row["work_rvu"] for row in read(source)}
    rows = read(WEIGHTS / "medicare-work-2022.csv")
    assert {row["item_code"]: row["weight"] for row in rows} == published
    assert [row["item_code"] for row in rows] == sorted(published)
    assert all(row["reference"] for row in rows)


@pytest.mark.parametrize("path", YAML_TABLES, ids=lambda path: path.stem)
def test_yaml_table_is_valid_named_and_referenced(path: Path) -> None:
    loaded = table(path)
    validator().validate(loaded)
    assert loaded["table"] == path.stem
    assert all(row.get("reference") or loaded.get("reference") for row in full_rows(path))
    assert all(re.fullmatch("[A-Z][A-Z0-9_]*", row["item_code"]) for row in full_rows(path))
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=weight-table.schema.json"


def test_readme_lists_every_table_with_its_title() -> None:
    listed = readme()
    shipped = {path.name for path in WEIGHTS.iterdir() if path.suffix in {".yaml", ".csv"}}
    assert set(listed) == shipped
    for path in YAML_TABLES:
        assert listed[path.name]["Title"] == table(path)["title"]
    assert all(cell for row in listed.values() for cell in row.values())


def test_an_unofficial_table_says_so_in_its_title() -> None:
    unofficial = {f: row for f, row in readme().items() if row["Official"].startswith("no")}
    assert set(unofficial) == {
        "beijing-xicheng-covid.yaml",
        "demo-county-2025.yaml",
        "medicare-work-2022.csv",
    }
    assert all("示例" in row["Title"] for row in unofficial.values())
    official = set(readme()) - set(unofficial)
    assert all("示例" not in readme()[file]["Title"] for file in official)


ROW = {"item_code": "A", "weight": "1.2", "valid_from": "2020-01-01"}
SMALL = {"table": "t", "title": "示例", "reference": "r", "rows": [ROW]}


@pytest.mark.parametrize(
    "fault",
    [
        {"colour": "red"},
        {"weight": "1.23456"},
        {"weight": "01"},
        {"weight": "1000000"},
        {"weight": "-1"},
        {"weight": 1000000},
        {"valid_from": "2020-1-1"},
        {"valid_from": "2020-13-01"},
        {"valid_to": "2020/12/31"},
        {"stopped": "yes"},
        {"counting_basis": "first:0"},
        {"window": "week"},
        {"scope": "village"},
        {"visit_number": "0"},
        {"quantity_max": "1.2345"},
        {"item_code": " A"},
    ],
    ids=lambda fault: "=".join(str(part) for item in fault.items() for part in item),
)
def test_schema_refuses_a_faulty_row(fault: dict[str, object]) -> None:
    assert validator().is_valid(SMALL)
    assert not validator().is_valid({**SMALL, "rows": [{**ROW, **fault}]})


@pytest.mark.parametrize("name", ["weight", "valid_from", "reference"])
def test_schema_takes_a_shared_value_from_the_defaults(name: str) -> None:
    row = dict(ROW)
    value = row.pop(name, "r")
    bare = {key: part for key, part in SMALL.items() if key != name} | {"rows": [row]}
    assert not validator().is_valid(bare)
    assert validator().is_valid({**bare, "defaults": {name: value}})


@pytest.mark.parametrize("key", ["title", "rows", "table"])
def test_schema_requires_the_head(key: str) -> None:
    assert not validator().is_valid({k: part for k, part in SMALL.items() if k != key})


def test_schema_accepts_numbers_as_editors_read_them() -> None:
    row = {**ROW, "weight": 1.2, "visit_number": 2}
    assert validator().is_valid({**SMALL, "rows": [row]})


def test_every_property_of_the_schema_is_described_in_both_languages() -> None:
    loaded = schema()
    jsonschema.Draft202012Validator.check_schema(loaded)
    described = [*loaded["properties"].values(), *loaded["$defs"].values()]
    assert len(loaded["$defs"]) == 19
    for part in described:
        for words in (part["title"], part["description"]):
            assert re.search("[\u4e00-\u9fff]", words)
            assert re.search("[A-Za-z]{4}", words)
    rows = loaded["properties"]["rows"]["items"]
    for owner in (rows, loaded["properties"]["defaults"]):
        assert set(owner["properties"]) == set(loaded["$defs"])
        assert owner["additionalProperties"] is False


@pytest.mark.parametrize("name", ["chinese_centres", "medicare_lines"])
def test_fixtures_are_the_bytes_of_their_provenance(name: str) -> None:
    text = (DATA / name / "PROVENANCE.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\S+)` \| `([0-9a-f]{64})` \|$", text, flags=re.MULTILINE))
    files = {path.name: path for path in (DATA / name).iterdir() if path.name != "PROVENANCE.md"}
    found = {file: hashlib.sha256(path.read_bytes()).hexdigest() for file, path in files.items()}
    assert found == listed
