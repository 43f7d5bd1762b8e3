"""Small studies of every kind as texts, and running one by the command."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from equivalents.cli import app

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = ROOT / "tests" / "scenarios"

LABOUR = """item_code,category,minutes,difficulty,risk
MZ01,医师,5,0.7,0.6
CZ01,医师,30,0.7,1.2
CZ01,护士,30,0.7,1.2
HL01,护士,10,0.5,0.42
"""
CATEGORIES = "category,coefficient\n医师,1\n护士,0.7\n"
TIME = """method: time
valid_from: 2026-01-01
standard: MZ01
labour: labour.csv
categories: categories.csv
"""
OPINIONS = """item_code,round,expert,value
MZ01,1,a,1
MZ01,1,b,1
MZ01,1,c,1
SF01,1,a,2
SF01,1,b,2
SF01,1,c,2.5
"""
EXPERTS = "method: experts\nvalid_from: 2026-01-01\nstandard: MZ01\nopinions: opinions.csv\n"
MINUTES = """person_id,month,minutes
P1,2025-06,390
P1,2025-07,340
P2,2025-06,350
P2,2025-07,315
"""
COUNTS = """person_id,month,item_code,quantity
P1,2025-06,MZ01,30
P1,2025-06,CZ01,2
P1,2025-07,MZ01,20
P1,2025-07,SF01,8
P2,2025-06,MZ01,10
P2,2025-06,CZ01,4
P2,2025-06,SF01,4
P2,2025-07,MZ01,12
P2,2025-07,CZ01,2
P2,2025-07,SF01,6
"""
OBSERVED = """method: observed
valid_from: 2026-01-01
standard: MZ01
minutes: minutes.csv
counts: counts.csv
bounds: {min: "0.1", max: "20"}
"""
HOURS = "item_code,category,hours,coefficient\nX,a,1.30,1.000\nX,b,1.26,0.919\nX,c,0.10,0.799\n"
MANPOWER = 'labour: labour.csv\nprice: "39.69"\n'
COSTS = "institution_id,channel,cost,equivalents\nI1,a,100,10\nI1,b,50,20\n"
COST = "table: costs.csv\n"
ACCOUNTS = """institution_id,line,kind,amount
I01,人员经费,expenditure,100.00
I02,人员经费,expenditure,50.00
I01,补助,income,70.00
"""
CHANNELS = "kind,code,channel,share\nline,*,a,0.5\nline,*,b,0.5\nitem,*,a,\n"
FROM_CASE = "case: CASE\naccounts: accounts.csv\nchannels: channels.csv\n"

WEIGHTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "time": ("weights", TIME, {"labour": LABOUR, "categories": CATEGORIES}),
    "experts": ("weights", EXPERTS, {"opinions": OPINIONS}),
    "observed": ("weights", OBSERVED, {"minutes": MINUTES, "counts": COUNTS}),
    "manpower": ("manpower", MANPOWER, {"labour": HOURS}),
    "cost": ("cost", COST, {"costs": COSTS}),
    "accounts": ("cost", FROM_CASE, {"accounts": ACCOUNTS, "channels": CHANNELS}),
}
"""Every kind of study: its command, its file, its tables."""


def run(command: str, study: Path, out: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["study", command, str(study), "-o", str(out), *more])


def laid(folder: Path, kind: str, study: str = "", **tables: str) -> tuple[str, Path]:
    """The study of a kind in a folder, with some of its texts replaced; its command and file."""
    command, text, others = WEIGHTS[kind]
    case = SCENARIOS / next(p.name for p in SCENARIOS.glob("*cost-per-equivalent*")) / "case"
    path = folder / "study.yaml"
    path.write_text((study or text).replace("CASE", case.as_posix()), encoding="utf-8")
    for name, content in {**others, **tables}.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return command, path


def told(folder: Path, kind: str, study: str = "", **tables: str) -> dict[str, Any]:
    done = run(*laid(folder, kind, study, **tables), folder / "out", "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def codes(done: Result) -> list[tuple[str, str, int]]:
    """Code, file and row of every error."""
    assert done.exit_code == 1, done.output
    listed = json.loads(done.stdout)["problems"]
    for one in listed:
        said = one["reason_zh"] + one["reason_en"].replace("'?)", "'")
        assert "?" not in said, "a fact is missing"
    return [(one["code"], one["file"], one["row"]) for one in listed if one["severity"] == "error"]
