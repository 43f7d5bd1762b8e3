"""Studies at fault: each fault is placed with its row, told once, and nothing is written.

Faults seen to be caught: a fault without its row, one that brings others with it, a folder of
somebody else replaced.
"""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.reasons.studies import STUDY_REASONS
from tests.studies import (
    ACCOUNTS,
    CHANNELS,
    COST,
    COSTS,
    COUNTS,
    EXPERTS,
    FROM_CASE,
    LABOUR,
    MANPOWER,
    MINUTES,
    OBSERVED,
    OPINIONS,
    TIME,
    codes,
    laid,
    run,
)

pytestmark = pytest.mark.rules("A11", "F")


FAULTS: list[tuple[str, str, dict[str, str], tuple[str, str, int]]] = [
    # kind, study file, tables, the one error
    ("time", TIME.replace("labour: labour.csv\n", ""), {}, ("KEY_MISSING", "study.yaml", 1)),
    ("time", TIME.replace("labour.csv", "none.csv"), {}, ("STUDY_FILE_MISSING", "study.yaml", 4)),
    ("time", TIME.replace("time", "tme"), {}, ("CHOICE_INVALID", "study.yaml", 1)),
    ("time", f"{TIME}minuts: x\n", {}, ("KEY_UNKNOWN", "study.yaml", 6)),
    ("time", f"{TIME}official: yes\n", {}, ("KEY_MISSING", "study.yaml", 1)),
    ("time", f"{TIME}factor: -1\n", {}, ("NUMBER_INVALID", "study.yaml", 6)),
    ("time", TIME.replace("2026-01-01", "2026-13-01"), {}, ("DATE_INVALID", "study.yaml", 2)),
    ("time", TIME.replace("MZ01", "MZ02"), {}, ("STUDY_STANDARD_MISSING", "study.yaml", 3)),
    ("time", f'{TIME}smallest: "0.3"\n', {}, ("STUDY_BELOW_SMALLEST", "labour.csv", 5)),
    ("time", "", {"labour": LABOUR.replace("difficulty", "hard")}, ("COLUMN", "", 0)),
    ("time", "", {"labour": LABOUR.replace("MZ01,医师,5", "MZ01,医师,-5")},
     ("NUMBER_INVALID", "labour.csv", 2)),
    ("time", "", {"labour": LABOUR.replace("MZ01,医师,5", "MZ01,医师,0")},
     ("STUDY_STANDARD_ZERO", "labour.csv", 2)),
    ("time", "", {"labour": LABOUR.replace("MZ01,医师,5", "MZ01,医师,")},
     ("STUDY_TIME_FORM", "labour.csv", 2)),
    ("time", "", {"labour": LABOUR.replace("CZ01,护士,30,0.7", "CZ01,护士,30,0.8")},
     ("STUDY_ITEM_DIFFERS", "labour.csv", 4)),
    ("time", "", {"labour": f"{LABOUR}HL01,护士,9,0.5,0.42\n"},
     ("STUDY_ROW_TWICE", "labour.csv", 6)),
    ("time", "", {"labour": LABOUR.replace("HL01,护士", "HL01,护工")},
     ("STUDY_CATEGORY_UNKNOWN", "labour.csv", 5)),
    ("time", "", {"labour": LABOUR.replace("CZ01,医师,30", "CZ01,医师,30000000")},
     ("STUDY_WEIGHT_LIMIT", "labour.csv", 3)),
    ("experts", "", {"opinions": f"{OPINIONS}SF01,1,a,2\n"},
     ("STUDY_EXPERT_TWICE", "opinions.csv", 8)),
    ("experts", "", {"opinions": OPINIONS.replace("SF01,1,c,2.5\n", "")},
     ("STUDY_FEW", "opinions.csv", 5)),
    ("experts", "", {"opinions": OPINIONS.replace("SF01,1,a,2\n", "SF01,0,a,2\n")},
     ("NUMBER_INVALID", "opinions.csv", 5)),
    ("experts", "", {"opinions": OPINIONS.replace("2.5", "2,5")}, ("ROW_SHAPE", "", 7)),
    ("experts", "", {"opinions": re.sub("(MZ01,1,.),1", r"\1,0", OPINIONS)},
     ("STUDY_STANDARD_ZERO", "opinions.csv", 2)),
    ("experts", f'{EXPERTS}at_least: "2.5"\n', {}, ("NUMBER_INVALID", "study.yaml", 5)),
    ("observed", OBSERVED.replace("0.1", "20"), {}, ("STUDY_BOUNDS", "study.yaml", 6)),
    ("observed", OBSERVED.replace("min:", "mni:"), {}, ("KEY_UNKNOWN", "study.yaml", 6)),
    ("observed", OBSERVED.replace('"0.1"', "[1]"), {}, ("VALUE_SHAPE", "study.yaml", 6)),
    ("observed", f"{OBSERVED}item_bounds: {{SF01: 3}}\n", {}, ("VALUE_SHAPE", "study.yaml", 7)),
    ("cost", f"{COST}tiers: [[20]]\n", {}, ("VALUE_SHAPE", "study.yaml", 2)),
    ("observed", re.sub("bounds.*\n", "", OBSERVED), {}, ("KEY_MISSING", "study.yaml", 1)),
    ("observed", f'{OBSERVED}item_bounds: {{SF02: {{max: "3"}}}}\n', {},
     ("CHOICE_INVALID", "study.yaml", 7)),
    ("observed", "", {"minutes": MINUTES.replace("340", "-340")},
     ("NUMBER_INVALID", "minutes.csv", 3)),
    ("observed", "", {"minutes": MINUTES.replace("P1,2025-07,340\n", "")},
     ("STUDY_NO_MINUTES", "counts.csv", 4)),
    ("observed", "", {"minutes": f"{MINUTES}P2,2025-07,1\n"},
     ("STUDY_ROW_TWICE", "minutes.csv", 6)),
    ("observed", "", {"minutes": MINUTES.replace("2025-07", "2025-7")},
     ("NUMBER_INVALID", "minutes.csv", 3)),
    ("observed", f"{OBSERVED}at_least: 4\n", {}, ("STUDY_FEW", "counts.csv", 3)),
    ("observed", "", {"counts": COUNTS + "".join(
        f"{row.rsplit(',', 2)[0]},XX01,{row.rsplit(',', 1)[1]}\n"
        for row in COUNTS.splitlines() if "MZ01" in row)},
     ("STUDY_STANDARD_COLLINEAR", "counts.csv", 2)),
    ("observed", "", {"minutes": re.sub(",[0-9]+\n", ",0\n", MINUTES)},
     ("STUDY_NOT_SOLVED", "study.yaml", 0)),
    ("manpower", MANPOWER.replace('price: "39.69"\n', ""), {}, ("KEY_MISSING", "study.yaml", 1)),
    ("manpower", f"{MANPOWER}per: day\n", {}, ("CHOICE_INVALID", "study.yaml", 3)),
    ("cost", f'{COST}tiers: ["20", "10"]\n', {}, ("STUDY_BOUNDS", "study.yaml", 2)),
    ("cost", "", {"costs": f"{COSTS}I1,a,5,5\n"}, ("STUDY_ROW_TWICE", "costs.csv", 4)),
    ("cost", "title: x\n", {}, ("STUDY_NO_SOURCE", "study.yaml", 1)),
    ("accounts", FROM_CASE.replace("channels: channels.csv\n", ""), {},
     ("KEY_MISSING", "study.yaml", 1)),
    ("cost", "", {"costs": "institution_id,channel,cost\nI1,a,1\nI1,a,2\n"},
     ("COLUMN_MISSING", "costs.csv", 1)),
    ("accounts", "", {"channels": CHANNELS.replace("a,0.5", "a,0.4")},
     ("STUDY_SHARES", "channels.csv", 2)),
    ("accounts", "", {"channels": CHANNELS.replace("item,*", "item,MZ01")},
     ("STUDY_UNMAPPED", "channels.csv", 0)),
    ("accounts", "", {"channels": "kind,code,channel\nline,*,*\nitem,*,a\n",
                      "accounts": f"{ACCOUNTS}I09,水电,expenditure,1.00\n"},
     ("STUDY_STRANDED", "channels.csv", 0)),
    ("accounts", "", {"channels": CHANNELS.replace("item,*,a", "item,*,*")},
     ("CHOICE_INVALID", "channels.csv", 0)),
    ("accounts", FROM_CASE.replace("case: CASE", "result: ."), {},
     ("STUDY_NOT_A_RESULT", "study.yaml", 1)),
    ("accounts", f"{FROM_CASE}series: purchase\n", {}, ("SERIES_UNKNOWN", "study.yaml", 4)),
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(FAULTS)), ids=[f"{f[0]}-{f[3][0]}" for f in FAULTS])
def test_what_is_wrong_is_placed_and_nothing_is_written(at: int, tmp_path: Path) -> None:
    kind, study, tables, (code, file, row) = FAULTS[at]
    done = run(*laid(tmp_path, kind, study, **tables), tmp_path / "out", "--json")
    found = codes(done)
    assert not (tmp_path / "out").exists()
    if code == "COLUMN":  # difficulty under another heading is missing in every row
        assert {one[0] for one in found} == {"VALUE_MISSING"}
        assert [one[2] for one in found] == [2, 3, 4, 5]
    elif code == "ROW_SHAPE":
        assert found[0] == (code, "opinions.csv", row)
    else:
        assert (code, file, row) in found
        assert len({one[0] for one in found}) == 1, found


@pytest.mark.parametrize("arguments", [[], ["cost"], ["weights", "none.yaml", "-o", "x"], ["x"]])
def test_wrong_usage_is_told_as_such(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, ["study", *arguments])
    assert done.exit_code == 2


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("", encoding="utf-8")
    done = run(*laid(tmp_path, "cost"), out, "--json")
    assert [one[0] for one in codes(done)] == ["OUT_NOT_OURS"]


@pytest.mark.parametrize("text", ["- a\n", "method: [\n", "", "x"])
def test_a_file_that_is_no_study_is_refused(text: str, tmp_path: Path) -> None:
    study = tmp_path / "study.yaml"
    study.write_text(text, encoding="utf-8")
    assert codes(run("weights", study, tmp_path / "out", "--json"))


def test_every_reason_of_a_study_was_seen_here() -> None:
    folder = Path(__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("test_study_*.py"))
    assert [one.code for one in STUDY_REASONS if f'"{one.code}"' not in source] == []
