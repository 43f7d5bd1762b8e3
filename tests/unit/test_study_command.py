"""`equivalents study`: proposals that the engine loads, results as sources, and files at fault.

Faults seen to be caught: a proposal that loses the counting basis in force, 示例 left out, bytes
that follow the order of rows, cuts of ceilings taken off the work, a changed result believed, a
fault without its row.
"""

import json
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.intake.studyfile import COMMON, KEYS
from equivalents.intake.studysheets import STUDY_TABLES
from equivalents.report.folder import sha256
from equivalents.run import settle_case
from tests.scenarios.test_scenarios import read
from tests.studies import (
    ACCOUNTS,
    COST,
    COSTS,
    COUNTS,
    EXPERTS,
    FROM_CASE,
    MANPOWER,
    MINUTES,
    OBSERVED,
    OPINIONS,
    TIME,
    WEIGHTS,
    codes,
    laid,
    run,
    told,
)

pytestmark = pytest.mark.rules("A11", "F")
ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "tests" / "scenarios"

# -- what comes out --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WEIGHTS)
def test_rows_have_no_order_and_a_result_is_replaced_as_a_whole(kind: str, tmp_path: Path) -> None:
    first = told(tmp_path, kind)
    files = {p.name: sha256(p) for p in (tmp_path / "out").iterdir() if p.name != "summary.json"}
    assert {"study.xlsx"} < set(files)
    chance = random.Random(kind)
    shuffled = {}
    for name, content in WEIGHTS[kind][2].items():
        head, *rows = content.splitlines()
        chance.shuffle(rows)
        shuffled[name] = "\n".join([head, *rows, ""])
    (tmp_path / "out" / "left-over.csv").write_text("", encoding="utf-8")
    again = told(tmp_path, kind, **shuffled)
    assert {p.name: sha256(tmp_path / "out" / p.name) for p in map(Path, files)} == files
    assert not (tmp_path / "out" / "left-over.csv").exists()
    assert again["statistics"] == first["statistics"]
    assert first["title"].startswith("示例：")
    assert {entry["file"] for entry in first["inputs"]} >= {"study.yaml"}
    assert json.loads((tmp_path / "out" / "summary.json").read_bytes()) == {
        key: value for key, value in again.items() if key != "out"
    }


@pytest.mark.parametrize("kind", ["time", "experts", "observed"])
def test_a_proposal_says_that_it_is_illustrative_unless_it_is_official(
    kind: str, tmp_path: Path
) -> None:
    study = WEIGHTS[kind][1]
    told(tmp_path, kind)
    assert {row["reference"] for row in read(tmp_path / "out" / "weights.csv")} == {
        "示例：当量值测算（study.yaml）"
    }
    told(tmp_path, kind, f"{study}reference: 某县 1 号文\n")
    assert {row["reference"] for row in read(tmp_path / "out" / "weights.csv")} == {
        "示例：某县 1 号文"
    }
    official = f"{study}title: 某县测算\nreference: 某县 1 号文\nofficial: yes\n"
    summary = told(tmp_path, kind, official)
    assert summary["title"] == "某县测算"
    assert {row["reference"] for row in read(tmp_path / "out" / "weights.csv")} == {"某县 1 号文"}


def test_a_proposal_keeps_what_is_in_force_and_can_be_tried_and_settled(tmp_path: Path) -> None:
    """Only weights change: the follow-up stays one a resident, so that nothing is counted again."""
    case = tmp_path / "case"
    case.mkdir()
    tables = {
        "case.yaml": "period: 2025-06\n",
        "institutions.csv": "institution_id\nI01\n",
        "staff.csv": "person_id,institution_id\nP1,I01\nP2,I01\n",
        "weights.csv": "item_code,weight,valid_from,item_name,unit,counting_basis,window,channel\n"
        "MZ01,1,2024-01-01,门诊,人次,,,基本医疗\nSF01,1,2024-01-01,随访,人,resident,quarter,公共卫生\n"
        "ZL01,3,2024-01-01,治疗,次,,,\n",
        "records.csv": "institution_id,person_id,item_code,service_date,quantity,resident_id\n"
        "I01,P1,MZ01,2025-06-01,4,\nI01,P2,SF01,2025-06-02,1,R1\nI01,P2,SF01,2025-06-03,1,R1\n"
        "I01,P2,ZL01,2025-06-03,1,\n",
        "pools.csv": "institution_id,pool,amount\nI01,a,100.00\n",
    }
    for name, text in tables.items():
        (case / name).write_text(text, encoding="utf-8")
    told(tmp_path, "experts", f"{EXPERTS}items: case/weights.csv\n")
    proposal = tmp_path / "out" / "weights.csv"
    rows = {row["item_code"]: row for row in read(proposal)}
    assert rows["SF01"] | {"weight": "2.0000", "counting_basis": "resident"} == rows["SF01"]
    assert (rows["SF01"]["window"], rows["SF01"]["scope"]) == ("quarter", "county")
    assert (rows["SF01"]["unit"], rows["SF01"]["channel"]) == ("人", "公共卫生")
    arguments = ["compare", str(case), "--proposal", str(proposal), "--partial", "--json"]
    done = CliRunner().invoke(app, [*arguments, "-o", str(tmp_path / "changes")])
    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    assert (summary["recounted"], summary["weights_changed"]) == ([], 1)
    people = {row["person_id"]: row for row in read(tmp_path / "changes" / "people.csv")}
    # P1 4; P2 one resident, 1 then 2, and 3: 4 then 5
    assert people["P2"]["equivalents_after"] == "5.0000000"
    assert people["P2"]["amount_after"] == "55.56"
    # As a table of a case, from its own date.
    (case / "case.yaml").write_text("period: 2026-06\n", encoding="utf-8")
    text = proposal.read_text(encoding="utf-8-sig")
    (case / "weights.csv").write_text(text, encoding="utf-8")
    records = tables["records.csv"].replace("2025", "2026")
    kept = [line for line in records.splitlines() if "ZL01" not in line]
    (case / "records.csv").write_text("\n".join([*kept, ""]), encoding="utf-8")
    settle_case(case, tmp_path / "settled")
    paid = {row["person_id"]: row["key"] for row in read(tmp_path / "settled" / "payouts.csv")}
    assert paid == {"P1": "4.0000000", "P2": "2.0000000"}


def test_counts_come_out_of_a_settled_result(tmp_path: Path) -> None:
    """Shared records by share; what a ceiling cuts was work all the same."""
    case = tmp_path / "case"
    case.mkdir()
    tables = {
        "case.yaml": "period: 2025-06\nceilings:\n  - name: 月封顶\n    series: pay\n"
        '    tiers: [{from: "0", rate: "1"}, {from: "20", rate: "0"}]\n',
        "institutions.csv": "institution_id\nI01\n",
        "staff.csv": "person_id,institution_id\nP1,I01\nP2,I01\nP3,I01\nP4,I01\n",
        "weights.csv": "item_code,weight,valid_from\nMZ01,1,2024-01-01\nSF01,2,2024-01-01\n",
        "records.csv": "institution_id,person_id,item_code,service_date,quantity,performers\n"
        "I01,P1,MZ01,2025-06-01,30,\nI01,,SF01,2025-06-02,4,P1:1;P2:3\nI01,P2,MZ01,2025-06-03,9,\n"
        "I01,P3,SF01,2025-06-03,5,\nI01,P4,MZ01,2025-06-03,2,\nI01,P4,SF01,2025-06-03,7,\n",
        "pools.csv": "institution_id,pool,amount\nI01,a,100.00\n",
    }
    for name, text in tables.items():
        (case / name).write_text(text, encoding="utf-8")
    settle_case(case, tmp_path / "settled")
    # 8 minutes a visit, 20 a follow-up: 30 x 8 + 1 x 20; 9 x 8 + 3 x 20; 5 x 20; 2 x 8 + 7 x 20
    minutes = "person_id,month,minutes\nP1,2025-06,260\nP2,2025-06,132\nP3,2025-06,100\n"
    study = OBSERVED.replace("counts: counts.csv", "result: settled")
    found = told(tmp_path, "observed", study, minutes=f"{minutes}P4,2025-06,156\n")
    weights = {row["item_code"]: row["weight"] for row in read(tmp_path / "out" / "weights.csv")}
    assert weights == {"MZ01": "1.0000", "SF01": "2.5000"}
    assert found["statistics"]["standard_minutes"] == "8.0000"
    assert found["statistics"]["r2"] == "1.0000"
    # The same result as a source of equivalents: 30 + 2 x 1 + ... whatever the ceiling cuts.
    accounts = "institution_id,line,kind,amount\nI01,人员,expenditure,146.00\n"
    study = "result: settled\naccounts: accounts.csv\nchannels: channels.csv\n"
    channels = "kind,code,channel\nline,人员,a\nitem,*,a\n"
    found = told(tmp_path, "accounts", study, accounts=accounts, channels=channels)
    # MZ01 41 + SF01 16 x 2 = 73; 146 / 73 = 2
    assert found["statistics"]["equivalents"] == "73.0000000"
    assert found["statistics"]["cost_per_equivalent"] == "2.0000"
    with (tmp_path / "settled" / "equivalents.csv").open("a", encoding="utf-8") as file:
        file.write("I01,P1,MZ01,2025-06,1.000,1.0000,1.0000000,pay,x,1\n")
    done = run(*laid(tmp_path, "accounts", study), tmp_path / "out", "--json")
    assert codes(done) == [("STUDY_NOT_A_RESULT", "study.yaml", 1)]


def test_minutes_count_as_hours_and_prices_as_declared(tmp_path: Path) -> None:
    told(tmp_path, "manpower")
    assert [row["cost"] for row in read(tmp_path / "out" / "manpower.csv")] == ["100.73"]
    minutes = "item_code,minutes\nX,78\nY,20\n"
    told(tmp_path, "manpower", labour=minutes)
    # 78 / 60 x 39.69 = 51.597; 20 / 60 x 39.69 = 13.23
    assert [row["cost"] for row in read(tmp_path / "out" / "manpower.csv")] == ["51.60", "13.23"]
    told(tmp_path, "manpower", f"{MANPOWER}per: minute\n", labour=minutes)
    costs = [row["cost"] for row in read(tmp_path / "out" / "manpower.csv")]
    assert costs == ["3095.82", "793.80"]


def test_weights_that_stand_at_a_bound_are_told(tmp_path: Path) -> None:
    study = f'{OBSERVED}item_bounds: {{CZ01: {{max: "3"}}, SF01: {{min: "2"}}}}\n'
    found = told(tmp_path, "observed", study)
    report = {row["item_code"]: row for row in read(tmp_path / "out" / "report.csv")}
    assert (report["CZ01"]["at_bound"], report["CZ01"]["weight"]) == ("upper", "3.0000")
    assert "STUDY_AT_BOUND" in {one["code"] for one in found["problems"]}


def test_items_that_move_together_are_left_out_and_named(tmp_path: Path) -> None:
    counts = COUNTS + "".join(
        f"{who},XX01,{2 * int(many)}\n"
        for who, many in (("P1,2025-07", 8), ("P2,2025-06", 4), ("P2,2025-07", 6))
    )
    found = told(tmp_path, "observed", counts=counts)
    assert [row["item_code"] for row in read(tmp_path / "out" / "weights.csv")] == ["CZ01", "MZ01"]
    (problem,) = found["problems"]
    assert (problem["code"], problem["value"]) == ("STUDY_COLLINEAR", "SF01, XX01")
    assert found["statistics"]["not_determined"] == ["SF01", "XX01"]
    assert read(tmp_path / "out" / "weights.csv")[0]["weight"] == "4.5000"


def test_what_cannot_be_used_is_told(tmp_path: Path) -> None:
    found = told(tmp_path, "observed", minutes=f"{MINUTES}P3,2025-07,100\n")
    assert found["statistics"]["observations"] == 4
    place = [(one["code"], one["file"], one["row"]) for one in found["problems"]]
    assert place == [("STUDY_NO_COUNTS", "minutes.csv", 6)]
    found = told(tmp_path, "cost", costs=f"{COSTS}I2,a,5,0\n")
    assert [(one["code"], one["value"]) for one in found["problems"]] == [
        ("STUDY_NO_EQUIVALENTS", "I2 a"),
        ("STUDY_NO_EQUIVALENTS", "I2"),
    ]
    assert found["statistics"]["cost_per_equivalent"] == "5.1667"  # 155 / 30
    found = told(tmp_path, "experts", opinions=OPINIONS.replace("c,2.5", "c,9"))
    (problem,) = found["problems"]
    assert (problem["code"], problem["row"]) == ("STUDY_ANOTHER_ROUND", 5)
    assert found["statistics"]["another_round"] == ["SF01"]


def test_only_observed_time_loads_scipy(tmp_path: Path) -> None:
    for kind, loaded in (("time", "False"), ("observed", "True")):
        command, study = laid(tmp_path, kind)
        code = (
            "import sys; from equivalents.cli import app;"
            f"app(['study', {command!r}, {str(study)!r}, '-o', {str(tmp_path / kind)!r}],"
            "standalone_mode=False); print('scipy' in sys.modules)"
        )
        made = [sys.executable, "-c", code]
        done = subprocess.run(made, capture_output=True, text=True, check=True)
        assert done.stdout.split()[-1] == loaded, done.stderr


# -- what else a study does -----------------------------------------------------------------------


def test_items_are_compared_with_the_table_in_force(tmp_path: Path) -> None:
    force = "item_code,weight,valid_from,institution_group\nMZ01,1,2025-01-01,\n"
    force += "CZ01,5,2025-01-01,甲\nCZ01,7,2025-01-01,乙\n"
    (tmp_path / "force.csv").write_text(force + "HL02,1,2025-01-01,\n", encoding="utf-8")
    study = f"{TIME}items: force.csv\n"
    done = run(*laid(tmp_path, "time", study), tmp_path / "out", "--json")
    assert codes(done) == [("STUDY_ITEM_UNKNOWN", "labour.csv", 5)]
    assert "HL02" in done.stdout
    (tmp_path / "force.csv").write_text(force + "HL01,1,2025-01-01,\n", encoding="utf-8")
    found = told(tmp_path, "time", study)
    assert [one["code"] for one in found["problems"]] == ["STUDY_ITEM_CONDITIONS"]
    assert [row["item_code"] for row in read(tmp_path / "out" / "weights.csv")] == ["HL01", "MZ01"]
    done = run(*laid(tmp_path, "time", f"{TIME}items: none.csv\n"), tmp_path / "out", "--json")
    assert [one[0] for one in codes(done)] == ["PROPOSAL_NOT_FOUND"]


def test_conditions_that_last_are_not_lost_under_a_later_plain_row(tmp_path: Path) -> None:
    force = "item_code,weight,valid_from,valid_to,institution_group\nMZ01,1,2025-01-01,,\n"
    force += "HL01,1,2025-06-01,,\nCZ01,5,2025-06-01,,\n"
    ends = {
        "": ["STUDY_ITEM_CONDITIONS"],
        "2026-01-02": ["STUDY_ITEM_CONDITIONS"],
        "2026-01-01": [],
    }
    for end, wanted in ends.items():
        text = f"{force}CZ01,7,2025-01-01,{end},乙\n"
        (tmp_path / "force.csv").write_text(text, encoding="utf-8")
        found = told(tmp_path, "time", f"{TIME}items: force.csv\n")
        assert [one["code"] for one in found["problems"]] == wanted, end


def test_a_workbook_has_numbers_and_words_for_people(tmp_path: Path) -> None:
    told(tmp_path, "cost", f'{COST}tiers: ["20"]\n')
    book = openpyxl.load_workbook(tmp_path / "out" / "study.xlsx")
    sheet = book["当量成本"]
    assert [cell.value for cell in sheet[3]][:4] == ["层级", "名称", "规模档", "购买渠道"]
    assert {sheet.cell(row, 1).value for row in range(4, sheet.max_row + 1)} == {
        "机构", "规模档", "全部",
    }  # fmt: skip
    assert [sheet.cell(4, at).value for at in (6, 7, 8)] == [100, 10, 10]


def test_the_accounts_of_the_case_are_the_default(tmp_path: Path) -> None:
    (source,) = SCENARIOS.glob("*cost-per-equivalent*")
    shutil.copytree(source / "case", tmp_path / "case")
    text = f"{ACCOUNTS}I02,补助,income,70.00\n"
    (tmp_path / "case" / "accounts.csv").write_text(text, encoding="utf-8")
    found = told(tmp_path, "accounts", "case: case\nchannels: channels.csv\n")
    assert found["statistics"]["cost"] == "150.00"
    assert "accounts.csv" in {one["file"] for one in found["inputs"]}
    (tmp_path / "case" / "accounts.csv").unlink()
    study = "case: case\nchannels: channels.csv\n"
    done = run(*laid(tmp_path, "accounts", study), tmp_path / "out", "--json")
    assert codes(done) == [("TABLE_MISSING", "", 0)]


def test_a_case_with_rejected_records_is_no_source(tmp_path: Path) -> None:
    case = SCENARIOS / "03-missing-weight-is-rejected" / "case"
    study = FROM_CASE.replace("CASE", case.as_posix())
    done = run(*laid(tmp_path, "accounts", study), tmp_path / "out", "--json")
    assert codes(done) == [("STUDY_CASE_REJECTED", "study.yaml", 1)]


def test_a_clerk_reads_the_proposal_and_what_is_odd(tmp_path: Path) -> None:
    opinions = OPINIONS.replace("c,2.5", "c,9")
    done = run(*laid(tmp_path, "experts", opinions=opinions), tmp_path / "out")
    assert done.exit_code == 0
    assert "示例" in done.stdout
    assert "SF01" in done.stdout
    assert "须再征询一轮" in done.stderr
    assert "0.2500" in done.stderr


# -- documents -------------------------------------------------------------------------------------


def rows_of(text: str) -> list[list[str]]:
    block = re.search(r"(?:^\|.*\n)+", text, re.M)
    assert block is not None
    return [[c.strip() for c in line[1:-1].split(" | ")] for line in block[0].splitlines()[2:]]


@pytest.mark.parametrize("name", STUDY_TABLES)
def test_every_column_is_in_files_md(name: str) -> None:
    sheet = STUDY_TABLES[name]
    text = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")
    section = text.partition(f"### `{name}` {sheet.title}\n")[2]
    found = [(row[0].strip("`"), row[1], row[2] == "yes") for row in rows_of(section)]
    assert found == [(c.name, c.heading, c.required) for c in sheet.columns]


def test_every_key_is_in_cli_md() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    section = text.partition("## `equivalents study`\n")[2]
    section = section.partition("## `equivalents scheme`\n")[0]
    for key in {*COMMON, *(key for keys in KEYS.values() for key in keys)}:
        assert re.search(rf"`{key}\b", section), key


@pytest.mark.parametrize("kind", WEIGHTS)
def test_every_file_and_column_of_a_result_is_in_files_md(kind: str, tmp_path: Path) -> None:
    told(tmp_path, kind)
    text = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")
    section = text.partition("## The result of a study\n")[2]
    names = re.compile(r"`([a-z0-9_]+)`")
    listed = [(row[1].strip("`"), names.findall(row[2])) for row in rows_of(section)]
    for path in (tmp_path / "out").glob("*.csv"):
        with path.open(encoding="utf-8-sig") as file:
            head = file.readline().strip().split(",")
        assert (path.name, head) in listed
