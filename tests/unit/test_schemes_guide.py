"""docs/schemes.md, step by step: what the guide tells a county to write is run as it stands.

Catches: a key that was renamed and not in the guide, a block that does not read, a file that the
guide names and OUT does not have.
"""

import csv
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.run import settle_case

GUIDE = Path(__file__).parents[2] / "docs" / "schemes.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
EMPTY, CASE, FUNDS, POOLS, LAYER, FORECAST = BLOCKS

TABLES = {
    "institutions": "institution_id,name\nI01,青溪镇卫生院\n",
    "staff": "person_id,institution_id,name\nP01,I01,王春梅\n",
    "weights": "item_code,weight,valid_from\nMZ01,1,2025-01-01\n",
    "records": "institution_id,person_id,item_code,service_date,quantity\n"
    "I01,P01,MZ01,2025-06-02,1\nI01,P01,MZ01,2026-06-02,1\n",
    "pools": "institution_id,pool,amount\nI01,绩效,100.00\n",
    "contracts": "contract_id,resident_id,person_id,active_from\n"
    "C1,R1,P01,2025-01-01\nC2,R2,P01,2025-06-01\nC3,R3,P01,2025-12-31\n",
}


def settled(folder: Path, scheme: str, case: str = CASE, **more: str) -> Path:
    """A small case with this scheme and ``more`` tables, settled; its OUT."""
    folder.mkdir()
    for name, text in (TABLES | more).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "case.yaml").write_text(f"{case}outside_period: exclude\n", encoding="utf-8")
    (folder / "county.yaml").write_text(scheme, encoding="utf-8")
    (folder / "county-2026.yaml").write_text(LAYER, encoding="utf-8")
    out = folder.with_name(f"{folder.name}-out")
    settle_case(folder, out)
    return out


def column(out: Path, table: str, *names: str) -> list[tuple[str, ...]]:
    with (out / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [tuple(row[name] for name in names) for row in csv.DictReader(file)]


def test_an_empty_scheme_settles_given_pools_alone(tmp_path: Path) -> None:
    out = settled(tmp_path / "step-1", EMPTY)
    assert column(out, "pools", "pool", "paid") == [("绩效", "100.00")]


def test_a_fund_and_a_pool_out_of_it(tmp_path: Path) -> None:
    out = settled(tmp_path / "step-3", EMPTY + FUNDS + POOLS)
    paid = [("医保基金", "120.00"), ("公卫经费", "120.00"), ("签约居民", "120.00")]
    assert column(out, "ledger", "payer", "due") == paid
    assert column(out, "dues", "count", "rate", "amount") == [("3", "120.0000", "360.00")]
    assert ("contract-pay", "252.00") in column(out, "pools", "pool", "paid")


def test_a_layer_changes_the_rate_from_its_day(tmp_path: Path) -> None:
    case = CASE.replace("2025", "2026").replace("county.yaml", "[county.yaml, county-2026.yaml]")
    out = settled(tmp_path / "step-4", EMPTY + FUNDS + POOLS, case)
    paid = [("医保基金", "150.00"), ("公卫经费", "120.00"), ("签约居民", "120.00")]
    assert column(out, "ledger", "payer", "due") == paid


def scheme(*args: str) -> str:
    done = CliRunner().invoke(app, ["scheme", *args])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_commands_show_what_the_guide_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run as the guide writes them, in the folder of the case, which it calls 案例."""
    case = CASE.replace("2025", "2026").replace("county.yaml", "[county.yaml, county-2026.yaml]")
    files = {"case": case, "county": EMPTY + FUNDS + POOLS, "county-2026": LAYER}
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    text = GUIDE.read_text(encoding="utf-8")
    commands = re.findall(r"^equivalents scheme +(.+)$", text, re.MULTILINE)
    ran = {line.split()[0]: scheme(*line.replace("案例", ".").split()) for line in commands}
    assert "没有问题" in ran["check"]
    shown, changed = re.findall(r"```\n((?: .*\n)+)```", text)
    assert shown in ran["show"]
    assert changed in ran["diff"]


def test_tasks_are_foretold_from_past_years(tmp_path: Path) -> None:
    past = "institution_id,fund,task,quantity,year\n"
    for year, done in (("2022", "100"), ("2023", "200"), ("2024", "300.5")):
        past += f"I01,task-budget,当量,{done},{year}\n"
    out = settled(tmp_path / "step-5", EMPTY + FORECAST, tasks=past)
    # (100 + 2 x 200 + 7 x 300.5) / 10 = 260.35; x 18.50 = 4,816.475
    found = column(out, "dues", "what", "count", "amount")
    assert found == [("forecast:当量", "260.3500000", "4816.48")]


def test_the_files_that_the_guide_names_are_there(tmp_path: Path) -> None:
    out = settled(tmp_path / "files", EMPTY + FUNDS + POOLS)
    named = set(re.findall(r"`([a-z_]+\.csv)`", GUIDE.read_text(encoding="utf-8")))
    assert named
    assert named <= {path.name for path in out.iterdir()}
