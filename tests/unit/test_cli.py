"""The command line as a person or a script uses it: what is printed, where, and the exit code.

Catches: a wrong exit code, JSON that is not one document, a progress bar in a log file, a result
written although rows were rejected, a user's own folder replaced, a traceback instead of words.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equivalents import cli, run
from equivalents.errors import ConservationError

CASE = {
    "case.yaml": "period: 2025-06\ntitle: 试\n",
    "institutions.csv": "institution_id,name\nC01,示例卫生院\n",
    "staff.csv": "person_id,institution_id,name\nP1,C01,陈一\nP2,C01,李二\n",
    "weights.csv": "item_code,weight,valid_from\nMZ01,1,2025-01-01\n",
    "records.csv": "institution_id,person_id,item_code,service_date,quantity\n"
    "C01,P1,MZ01,2025-06-03,3\nC01,P2,MZ01,2025-06-04,1\n",
    "pools.csv": "institution_id,pool,amount\nC01,incentive,100.01\n",
}
BAD_ROW = "C01,P9,MZ01,2025-06-05,1\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    for name, text in CASE.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "equivalents", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def _spoil(case: Path) -> None:
    with (case / "records.csv").open("a", encoding="utf-8") as file:
        file.write(BAD_ROW)


def test_no_arguments_shows_the_commands_in_both_languages() -> None:
    done = _call()
    assert "settle" in done.stdout + done.stderr
    assert "核算一个期间" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["settle"], ["settle", "case"], ["settle", "c", "-o", "o", "--on-reject", "x"]],
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    done = _call(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_settle_writes_everything_and_exits_with_0(case: Path, tmp_path: Path) -> None:
    done = _call("settle", case, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "no progress where nobody watches"
    assert "100.01" in done.stdout
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "adjusted.csv", "allocations.csv", "equivalents.csv", "excluded.csv", "funds.csv",
        "manifest.json", "payouts.csv", "pools.csv", "problems.csv", "rejected.csv",
        "resolved-rules.json", "settlement.xlsx", "spread.csv", "summary.json",
        "roster.parquet",
        "tally.parquet",
    }  # fmt: skip


def test_payouts_only_leaves_out_lines_and_tally(case: Path, tmp_path: Path) -> None:
    _call("settle", case, "-o", tmp_path / "whole")
    done = _call("settle", case, "-o", tmp_path / "out", "--payouts-only")
    assert done.returncode == 0
    assert not (tmp_path / "out" / "equivalents.csv").exists()
    assert not (tmp_path / "out" / "tally.parquet").exists()
    for name in ("payouts.csv", "pools.csv", "summary.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_rejected_rows_stop_the_settlement(case: Path, tmp_path: Path) -> None:
    _spoil(case)
    done = _call("settle", case, "-o", tmp_path / "out")
    assert done.returncode == 1
    assert "REJECTED_ROWS" in done.stderr
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"rejected.csv", "problems.csv", "summary.json"}


def test_quarantine_settles_the_rest(case: Path, tmp_path: Path) -> None:
    _spoil(case)
    done = _call("settle", case, "-o", tmp_path / "out", "--on-reject", "quarantine")
    assert done.returncode == 0
    payouts = (tmp_path / "out" / "payouts.csv").read_text(encoding="utf-8-sig")
    assert "C01,incentive,P1,pool_share,3.0000000,1.0000,3.0000000,75.01" in payouts
    assert (tmp_path / "out" / "rejected.csv").read_text(encoding="utf-8-sig").count("\n") == 2


@pytest.mark.parametrize("command", ["settle", "check"])
@pytest.mark.parametrize("spoilt", [False, True])
def test_json_is_one_document_on_standard_output(
    command: str, spoilt: bool, case: Path, tmp_path: Path
) -> None:
    if spoilt:
        _spoil(case)
    extra: list[str | Path] = ["-o", tmp_path / "out"] if command == "settle" else []
    done = _call(command, case, *extra, "--json")
    shown = json.loads(done.stdout)
    assert done.returncode == int(spoilt)
    assert bool(shown["problems"]) is spoilt


def test_check_writes_nothing_and_lists_every_problem(case: Path) -> None:
    _spoil(case)
    before = sorted(case.rglob("*"))
    done = _call("check", case)
    assert done.returncode == 1
    assert "PERSON_UNKNOWN" in done.stderr
    assert "records.csv，第 4 行 row 4，人员编号 person_id" in done.stderr
    assert sorted(case.rglob("*")) == before


def test_check_shows_a_pool_that_cannot_be_paid_beside_rejected_rows(case: Path) -> None:
    _spoil(case)
    with (case / "institutions.csv").open("a", encoding="utf-8") as file:
        file.write("C02,空院\n")
    with (case / "pools.csv").open("a", encoding="utf-8") as file:
        file.write("C02,incentive,5.00\n")
    codes = [p["code"] for p in json.loads(_call("check", case, "--json").stdout)["problems"]]
    assert codes == ["PERSON_UNKNOWN", "POOL_NO_PEOPLE"]


def test_a_long_list_is_cut_but_its_count_is_true(case: Path) -> None:
    with (case / "records.csv").open("a", encoding="utf-8") as file:
        file.write(BAD_ROW.replace("2025-06-05", "2025-06-31") * 50)
    done = _call("check", case)
    assert done.stderr.count("error DATE_INVALID") == 10
    assert done.stderr.count("error PERSON_UNKNOWN") == 10
    assert "80 more" in done.stderr
    assert len(json.loads(_call("check", case, "--json").stdout)["problems"]) == 100


def test_problems_of_money_are_cut_by_themselves(case: Path) -> None:
    _spoil(case)
    places = [f"C{number:02}" for number in range(2, 27)]
    with (case / "institutions.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{place},空院\n" for place in places)
    with (case / "pools.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{place},incentive,5.00\n" for place in places)
    settle = ("settle", case, "-o", case / "out", "--on-reject", "quarantine")
    for done in (_call("check", case), _call(*settle)):
        assert done.returncode == 1
        assert done.stderr.count("error PERSON_UNKNOWN") == 1
        assert done.stderr.count("error POOL_NO_PEOPLE") == 20
        assert "另有 5 个问题" in done.stderr
        assert "and 5 more" in done.stderr


def test_a_rejected_record_behind_many_warnings_still_ends_with_1(case: Path) -> None:
    head, rows = CASE["records.csv"].split("\n", 1)
    unknown = "".join(f",odd{number}" for number in range(30))
    lines = [f"{line}{',' * 30}" for line in [*rows.split(), BAD_ROW.strip()]]
    (case / "records.csv").write_text("\n".join([head + unknown, *lines, ""]), encoding="utf-8")
    done = _call("check", case)
    # Errors come first, and warnings do not push them out of the list.
    assert done.stderr.startswith("error PERSON_UNKNOWN")
    assert "and 10 more" in done.stderr
    assert "提示 warnings 30" in done.stdout
    assert done.returncode == 1


def test_a_refused_case_as_json_counts_what_it_does_not_list(case: Path) -> None:
    rows = BAD_ROW.replace("P9", "P1").replace("2025-06-05", "2025-06-31") * 1_200
    text = CASE["records.csv"].split("\n", 1)[0] + "\n" + rows
    (case / "records.csv").write_text(text, encoding="utf-8")
    done = _call("settle", case, "-o", case / "out", "--on-reject", "quarantine", "--json")
    shown = json.loads(done.stdout)
    assert (len(shown["problems"]), shown["total"]) == (1_001, 1_201)
    assert shown["problems"][-1]["code"] == "POOL_NO_KEY"
    checked = json.loads(_call("check", case, "--json").stdout)
    assert "total" not in checked
    assert len(checked["problems"]) == 1_201


def test_a_missing_case_is_said_in_words(tmp_path: Path) -> None:
    done = _call("check", tmp_path / "nowhere")
    assert done.returncode == 1
    assert "CASE_NOT_FOUND" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_defect_of_ours_exits_with_3(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ConservationError("1 is not 2")

    monkeypatch.setattr(run, "weigh", broken)
    done = CliRunner().invoke(cli.app, ["check", str(case)])
    assert done.exit_code == 3


@pytest.mark.parametrize(
    ("error", "kind", "ends"),
    [
        (ConservationError("1 is not 2\x1b[2J"), "defect", 3),
        (OSError("no room in a\x1b[2Jb"), "files", 2),
    ],
)
def test_what_no_data_is_at_fault_for_is_said_like_any_other_error(
    case: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str, ends: int
) -> None:
    """One document with ``--json``; else words, which cannot command the terminal."""

    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(run, "weigh", broken)
    done = CliRunner().invoke(cli.app, ["check", str(case)])
    assert (done.exit_code, done.stdout) == (ends, "")
    assert "\x1b" not in done.stderr
    assert "\ufffd[2J" in done.stderr
    done = CliRunner().invoke(cli.app, ["check", str(case), "--json"])
    assert (done.exit_code, done.stderr) == (ends, "")
    told = json.loads(done.stdout)
    assert (told["error"]["kind"], told["problems"]) == (kind, [])
    assert str(error) in told["error"]["reason_zh"]
    assert str(error) in told["error"]["reason_en"]


def test_an_unexpected_error_exits_with_3(
    case: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(run, "weigh", broken)
    monkeypatch.setattr(sys, "argv", ["equivalents", "check", str(case)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 3
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said_in_words(case: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    done = _call("settle", case, "-o", tmp_path / "file" / "out")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_demo_runs_small_and_again_but_never_over_a_folder_of_yours(
    case: Path, tmp_path: Path
) -> None:
    county, out = tmp_path / "county", tmp_path / "out"
    options = ("--records", "5000", "--county", county, "-o", out)
    first = _call("demo", *options)
    assert first.returncode == 0, first.stderr
    assert _call("demo", *options).returncode == 0
    before = {path: path.read_bytes() for path in case.iterdir()}
    done = _call("demo", "--records", "5000", "--county", case, "-o", out)
    assert done.returncode == 1
    assert "OUT_NOT_OURS" in done.stderr
    assert {path: path.read_bytes() for path in case.iterdir()} == before


def test_version() -> None:
    assert _call("--version").stdout.startswith("equivalents 0.")
