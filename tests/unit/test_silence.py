"""What a period lacks against an earlier result, from the command."""

import json
from pathlib import Path

from tests.bad.case import GOOD, HEAD, case_with, check, run


def records(*counts: tuple[str, str, str, int]) -> str:
    """So many records of an institution, person and month."""
    lines = [
        f"{place},{person},MZ01,{month}-{day:02d},1"
        for place, person, month, count in counts
        for day in range(1, count + 1)
    ]
    return "\n".join([HEAD, *lines]) + "\n"


def test_missing_and_thin_months_and_silence_are_told_against_an_earlier_result(
    tmp_path: Path,
) -> None:
    before, now, out = tmp_path / "before", tmp_path / "now", tmp_path / "out"
    before.mkdir()
    now.mkdir()
    # Ten a month at I01; I02 has four in the quarter.
    months = ("2025-01", "2025-02", "2025-03")
    first = records(*(("I01", "P01", month, 10) for month in months), ("I02", "P03", "2025-01", 4))
    case = case_with(before, {"case.yaml": "period: 2025-Q1\n", "records.csv": first})
    assert run("settle", case, "-o", out).exit_code == 0
    # Half of the mean is enough in April; May has one less, June none; I02 has none at all.
    second = records(("I01", "P01", "2025-04", 5), ("I01", "P01", "2025-05", 4))
    pools = GOOD["pools.csv"].replace("I02,绩效,30.00\n", "")
    files = {"case.yaml": "period: 2025-Q2\n", "records.csv": second, "pools.csv": pools}
    case = case_with(now, files)
    assert check(case) == (0, [])
    result = run("check", case, "--previous", out, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)["problems"]
    assert [(one["code"], one["value"]) for one in told] == [
        ("INSTITUTION_SILENT", "I02"),
        ("MONTH_THIN", "I01"),
        ("MONTH_MISSING", "I01"),
    ]
    assert "2025-05" in told[1]["reason_en"]
    assert "only 4" in told[1]["reason_en"]
    assert "2025-06" in told[2]["reason_zh"]
    checks = "period: 2025-Q2\nchecks: {month_thin: {percent: 40}, month_missing: off}\n"
    (case / "case.yaml").write_text(checks, encoding="utf-8")
    told = json.loads(run("check", case, "--previous", out, "--json").stdout)["problems"]
    assert [one["code"] for one in told] == ["INSTITUTION_SILENT"]
    refused = run("check", case, "--previous", tmp_path / "before")
    assert refused.exit_code == 1
    assert "OUT_MISSING" in refused.stderr
