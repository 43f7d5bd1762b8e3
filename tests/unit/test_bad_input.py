"""Bad input: every fault ends in its code, its place and a sentence in two languages.

Issue "Bad input", specification page 4. The faults stand in :mod:`tests.bad`, one line each. When
a table is at fault nothing is written to OUT; when records are, only the lists of what is wrong;
and no fault hides another. Faults seen to be caught: a gap between versions ignored, the first
problem ending the run, a folder of somebody else replaced, a problem listed twice, a missing
quantity of a Parquet file taken for a number.
"""

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from equivalents import reasons
from equivalents.reasons import EXCLUSIONS, REASONS
from equivalents.reasons.opening import OPENING_REASONS
from equivalents.reasons.payroll import PAYROLL_REASONS
from equivalents.reasons.safety import SAFETY_REASONS
from equivalents.reasons.service import SERVICE_REASONS
from equivalents.reasons.service_access import SERVICE_ACCESS_REASONS
from equivalents.reasons.service_hooks import SERVICE_HOOK_REASONS
from equivalents.reasons.shapes import SHAPE_REASONS
from equivalents.reasons.store import STORE_REASONS
from equivalents.reasons.store_cache import STORE_CACHE_REASONS
from equivalents.reasons.store_dated import STORE_DATED_REASONS
from equivalents.reasons.store_imports import STORE_IMPORT_REASONS
from equivalents.reasons.store_keeping import STORE_KEEPING_REASONS
from equivalents.reasons.store_periods import STORE_PERIOD_REASONS
from equivalents.reasons.studies import STUDY_REASONS
from tests.bad.accounts import ACCOUNT_WARNINGS, ACCOUNTS, SURPLUS
from tests.bad.assessment import ASSESSED_MONEY, ASSESSMENT, ASSESSMENT_WARNINGS
from tests.bad.case import HEAD, Content, Fault, case_with, cases, check, find, run
from tests.bad.caseyaml import YAML
from tests.bad.closing import CLOSING
from tests.bad.components import COMPONENT_WARNINGS, COMPONENTS
from tests.bad.contracts import CONTRACT_MONEY, CONTRACTS
from tests.bad.door import DOOR, DOOR_RECORDS, DOOR_WARNINGS
from tests.bad.effective import EFFECTIVE, EFFECTIVE_WARNINGS
from tests.bad.files import FILES
from tests.bad.funds import FUND_WARNINGS, FUNDS
from tests.bad.heads import HEADS, SIGNED_WARNINGS
from tests.bad.keys import KEY_MONEY, KEY_WARNINGS, KEYS
from tests.bad.leaders import LEADER_WARNINGS, LEADERS
from tests.bad.leave import LEAVE, LEAVE_MONEY, LEAVE_WARNINGS
from tests.bad.maps import MAP_ROWS, MAP_WARNINGS, MAPS
from tests.bad.opening import OF_A_YEAR, OF_A_YEAR_WARNINGS
from tests.bad.prices import PRICE_WARNINGS, PRICES
from tests.bad.records import EXCLUDED, RECORDS, WARNINGS
from tests.bad.rules import RULES
from tests.bad.schemes import SCHEME_WARNINGS, SCHEMES
from tests.bad.secondary import SECONDARY
from tests.bad.sharing import SHARING, SHARING_WARNINGS
from tests.bad.tables import MONEY, TABLES, UNREADABLE
from tests.bad.yearly import YEARLY, YEARLY_WARNINGS

OF_THE_CASE = [
    *FILES, *TABLES, *RULES, *YAML, *UNREADABLE, *MONEY, *ACCOUNTS, *SURPLUS, *SHARING,
    *SECONDARY, *KEYS,
    *KEY_MONEY, *LEAVE, *LEAVE_MONEY, *LEADERS, *YEARLY, *OF_A_YEAR, *CONTRACTS,
    *CONTRACT_MONEY, *HEADS, *SCHEMES, *PRICES, *FUNDS, *ASSESSMENT, *ASSESSED_MONEY,
    *EFFECTIVE, *CLOSING, *COMPONENTS, *MAPS, *DOOR,
]  # fmt: skip
LISTED = [
    *WARNINGS,
    *ACCOUNT_WARNINGS,
    *SHARING_WARNINGS,
    *KEY_WARNINGS,
    *LEAVE_WARNINGS,
    *LEADER_WARNINGS,
    *YEARLY_WARNINGS,
    *OF_A_YEAR_WARNINGS,
    *SCHEME_WARNINGS,
    *SIGNED_WARNINGS,
    *PRICE_WARNINGS,
    *FUND_WARNINGS,
    *ASSESSMENT_WARNINGS,
    *EFFECTIVE_WARNINGS,
    *COMPONENT_WARNINGS,
    *MAP_WARNINGS,
    *DOOR_WARNINGS,
]
ONLY_LISTS = ["problems.csv", "rejected.csv", "summary.json"]
BY_COMMAND = {
    # tests/unit/test_database.py and test_sources.py
    "DATABASE_QUERY", "DATABASE_LOST", "DATABASE_FLOAT", "DATABASE_TYPE", "DATABASE_PASSWORD",
    "OUT_NOT_OURS", "REJECTED_ROWS",
    # tests/unit/test_template.py
    "FILE_EXISTS", "FILE_NAME",
    # tests/unit/test_template_from.py
    "TEMPLATE_SOURCES", "TEMPLATE_END", "TEMPLATE_ROWS",
    # tests/unit/test_silence.py
    "INSTITUTION_SILENT", "MONTH_MISSING", "MONTH_THIN",
    # tests/unit/test_kept.py, test_compare.py, test_compare_rules.py and test_explain.py
    "OUT_MISSING", "OUT_CHANGED", "OUT_METHOD", "PERSON_NOT_FOUND", "POOL_NOT_FOUND",
    "EXPLAIN_OTHER_CASE", "PROPOSAL_NOT_FOUND", "PROPOSAL_MISSES", "PROPOSAL_ADDS",
    "PROPOSAL_VERSIONS", "COMPARE_NEEDS_RECORDS", "PROPOSAL_UNWEIGHED", "PROPOSAL_LEAVES",
    # tests/unit/test_fund_heads.py: the reader of schemes refuses it before (FUND_INVALID)
    "FUND_REIMBURSEMENT",
    "PROPOSAL_NEW_KIND", "PROPOSAL_DATED", "PROPOSAL_UNPAYABLE",
    # tests/unit/test_forecast_command.py
    "YEAR_TWICE", "YEAR_MISSING",
    # tests/unit/test_shipped_schemes.py: it needs a shipped scheme that names a group
    "SCOPE_ABSENT",
    # tests/unit/test_captodate.py and test_paycap.py: they need earlier periods
    "PAYCAP_YEAR", "PAYCAP_STAFF_TWICE", "PAYCAP_OVER_PAID", "PAYCAP_CARRIED_ON",
    # tests/unit/test_ledger.py and test_fundincome.py
    "FUND_ALL_INCOME", "FUND_INCOME_DIFFERS", "LEDGER_PAYER_OTHER", "RESTRICTED_UNREPORTED",
    "APPROVED_DIFFERS",
    # tests/unit/test_illustrations.py
    "FIGURE_ILLUSTRATIVE",
    # tests/unit/test_correct_refused.py and test_year_end_command.py: they need closed results
    "CLOSED_NOT_REPRODUCED", "CORRECT_OTHER_CASE", "CORRECT_OUT_IS_INPUT",
    "CORRECT_NOT_ADJUSTMENTS", "CORRECT_OTHER_RUN", "CORRECT_CHAIN", "CORRECT_MODE_CHANGED",
    "CORRECT_NO_PRICE", "CORRECT_NEEDS_RESHARE", "CORRECT_POOL_AMOUNT",
    "CORRECT_DEFICIT",
    "YEAR_END_PERIOD", "YEAR_END_MISSING", "YEAR_END_TWICE", "YEAR_END_OUTSIDE", "YEAR_END_POOL",
    "YEAR_END_ADJUSTMENTS",
    # tests/unit/test_text_files.py: a text with commas is read, as ever
    "FILE_DELIMITER_DOUBT",
    # tests/unit/test_study_faults.py has each of them
    *(reason.code for reason in STUDY_REASONS),
    # tests/payroll/test_export_command.py and others there have each of them
    *(reason.code for reason in PAYROLL_REASONS),
    # tests/service/test_reasons.py: each of them is asserted by a test of the service
    *(reason.code for reason in SERVICE_REASONS),
    # tests/unit/test_hostile_files.py has each of them
    *(reason.code for reason in SAFETY_REASONS),
    # tests/unit/test_cells.py, test_tablespool.py and the files of tests/files have them
    *(reason.code for reason in SHAPE_REASONS),
    # tests/store has each of them
    *(reason.code for reason in STORE_REASONS),
    *(reason.code for reason in STORE_IMPORT_REASONS),
    *(reason.code for reason in STORE_CACHE_REASONS),
    *(reason.code for reason in STORE_DATED_REASONS),
    *(reason.code for reason in STORE_PERIOD_REASONS),
    *(reason.code for reason in STORE_KEEPING_REASONS),
    # tests/unit/test_casefolder.py has each of them
    *(reason.code for reason in OPENING_REASONS),
    # tests/service/test_access_reasons.py holds that a test there has each of them
    *(reason.code for reason in SERVICE_ACCESS_REASONS),
    *(reason.code for reason in SERVICE_HOOK_REASONS),
}  # fmt: skip


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def listed(path: Path) -> list[dict[str, Any]]:
    """The rows of problems.csv as ``--json`` shows problems: row numbers as numbers."""
    return [{**row, "row": int(row["row"] or 0)} for row in read(path)]


@pytest.mark.parametrize("fault", cases(OF_THE_CASE))
def test_a_fault_of_the_case_is_coded_placed_and_said_and_nothing_is_written(
    fault: Fault, tmp_path: Path
) -> None:
    case = case_with(tmp_path, fault.files)
    before = sorted(tmp_path.iterdir())
    code, problems = check(case)
    assert code == 1
    find(fault, problems)
    errors = {one["code"] for one in problems if one["severity"] == "error"}
    assert errors <= {fault.code, *fault.also}, "a fault of one kind brought others"
    settled = run("settle", case, "-o", tmp_path / "out", "--on-reject", "quarantine")
    assert settled.exit_code == 1
    assert fault.code in settled.stderr
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("fault", cases([*RECORDS, *MAP_ROWS, *DOOR_RECORDS]))
def test_a_fault_of_a_record_is_coded_placed_and_said_and_the_rest_is_settled(
    fault: Fault, tmp_path: Path
) -> None:
    case = case_with(tmp_path, fault.files)
    code, problems = check(case)
    assert code == 1
    find(fault, problems)
    out = tmp_path / "out"
    stopped = run("settle", case, "-o", out)
    assert stopped.exit_code == 1
    assert sorted(path.name for path in out.iterdir()) == ONLY_LISTS
    find(fault, listed(out / "problems.csv"))
    assert run("settle", case, "-o", out, "--on-reject", "quarantine").exit_code == 0
    rejected = [row for row in read(out / "rejected.csv") if row["code"] == fault.code]
    assert (fault.file, str(fault.row), fault.column) in {
        (row["file"], row["row"], row["column"]) for row in rejected
    }
    assert (out / "payouts.csv").is_file()


@pytest.mark.parametrize("fault", cases(LISTED))
def test_a_warning_is_listed_and_the_settlement_goes_on(fault: Fault, tmp_path: Path) -> None:
    case = case_with(tmp_path, fault.files)
    code, problems = check(case)
    assert code == 0
    severity = find(fault, problems)["severity"]
    assert severity == REASONS[fault.code].severity != "error"
    assert run("settle", case, "-o", tmp_path / "out").exit_code == 0
    find(fault, listed(tmp_path / "out" / "problems.csv"))


@pytest.mark.parametrize("fault", cases(EXCLUDED))
def test_what_a_rule_keeps_out_is_counted_by_its_name(fault: Fault, tmp_path: Path) -> None:
    case = case_with(tmp_path, fault.files)
    assert run("settle", case, "-o", tmp_path / "out").exit_code == 0
    rows = read(tmp_path / "out" / "excluded.csv")
    assert [(row["rule"], row["records"]) for row in rows] == [(fault.code, fault.value or "1")]
    assert (rows[0]["rule_zh"], rows[0]["rule_en"]) == EXCLUSIONS[fault.code]


def test_no_code_stands_for_two_reasons() -> None:
    texts = [path.read_text("utf-8") for path in Path(reasons.__file__).parent.glob("*.py")]
    codes = [code for text in texts for code in re.findall(r'^        "([A-Z_]+)",$', text, re.M)]
    assert [code for code, count in Counter(codes).items() if count > 1] == []
    assert len(codes) > 400


def test_every_code_is_produced_by_a_test() -> None:
    of_records = [*RECORDS, *MAP_ROWS, *DOOR_RECORDS]
    produced = {fault.code for fault in [*OF_THE_CASE, *of_records, *LISTED, *EXCLUDED]}
    assert produced | BY_COMMAND == set(REASONS)
    assert {fault.code for fault in EXCLUDED} == set(EXCLUSIONS)


@pytest.mark.parametrize(
    "line",
    [
        "series: exclude",
        "series: {pay: exclude}",
        "weight_tables: {beijing-changping: 1}",
        "title: [六月]",
    ],
)
def test_a_setting_of_a_wrong_shape_is_not_ignored(line: str, tmp_path: Path) -> None:
    code, problems = check(case_with(tmp_path, {"case.yaml": f"period: 2025-06\n{line}\n"}))
    assert code == 1
    assert [(one["file"], one["row"]) for one in problems] == [("case.yaml", 2)]


# -- the commands ------------------------------------------------------------------------------


def test_a_folder_that_is_not_ours_is_refused_and_untouched(tmp_path: Path) -> None:
    case = case_with(tmp_path, {})
    out = tmp_path / "photos"
    out.mkdir()
    (out / "holiday.txt").write_text("sea", encoding="utf-8")
    result = run("settle", case, "-o", out, "--json")
    assert result.exit_code == 1
    problems = json.loads(result.stdout)["problems"]
    find(Fault("", "OUT_NOT_OURS", {}, value="photos"), problems)
    assert [path.name for path in out.iterdir()] == ["holiday.txt"]
    assert (out / "holiday.txt").read_text(encoding="utf-8") == "sea"


def test_a_file_in_the_place_of_out_is_refused_and_untouched(tmp_path: Path) -> None:
    out = tmp_path / "thesis.doc"
    out.write_text("years of work", encoding="utf-8")
    result = run("settle", case_with(tmp_path, {}), "-o", out)
    assert result.exit_code == 1
    assert "OUT_NOT_OURS" in result.stderr
    assert out.read_text(encoding="utf-8") == "years of work"


def test_an_earlier_result_is_left_alone_when_the_case_is_at_fault(tmp_path: Path) -> None:
    case = case_with(tmp_path, {})
    out = tmp_path / "out"
    assert run("settle", case, "-o", out).exit_code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    (case / "staff.csv").unlink()
    assert run("settle", case, "-o", out).exit_code == 1
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_rejected_rows_stop_the_settlement_and_say_how_to_go_on(tmp_path: Path) -> None:
    case = case_with(tmp_path, {"records.csv": f"{HEAD}\nI01,P01,MZ01,2025-06-31,1\n"})
    result = run("settle", case, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "REJECTED_ROWS" in result.stderr
    assert "--on-reject quarantine" in result.stderr
    assert "1 条记录被退回" in result.stderr


def test_rejected_rows_as_json_are_one_document(tmp_path: Path) -> None:
    case = case_with(tmp_path, {"records.csv": f"{HEAD}\nI01,P01,MZ01,2025-06-31,1\n"})
    result = run("settle", case, "-o", tmp_path / "out", "--json")
    assert "REJECTED_ROWS" in {one["code"] for one in json.loads(result.stdout)["problems"]}


def test_a_case_that_is_no_folder_is_said_so(tmp_path: Path) -> None:
    code, problems = check(tmp_path / "nowhere")
    assert code == 1
    find(Fault("", "CASE_NOT_FOUND", {}, value="nowhere"), problems)


# -- all at once -------------------------------------------------------------------------------

MANY: dict[str, Content] = {
    "case.yaml": "period: 2025-13\ntitel: x\nweight_tables: [beijing-changpin]\n",
    "institutions.csv": "institution_id,name\nI01,青溪\nI01,石桥\n",
    "staff.csv": "person_id,institution_id,active_from\nP01,I01,2025-02-30\nP02,I9,\n,I01,\n",
    "weights.csv": "item_code,weight,valid_from,valid_to\nMZ01,1.23456,2025-01-01,\n"
    "SF01,1,2025-01-01,2025-03-01\nSF01,1,2025-04-01,\n",
    "pools.csv": "institution_id,pool,amount\nI01,A,1.001\nI01,A,1.00\n",
    "assessments.csv": "level,subject_id\ncounty,X\n",
    "records/notes.docx": b"PK\x03\x04",
}
ALL_OF_THEM = {
    ("case.yaml", 1, "PERIOD_INVALID"),
    ("case.yaml", 2, "KEY_UNKNOWN"),
    ("case.yaml", 3, "TABLE_UNKNOWN"),
    ("institutions.csv", 3, "ID_TWICE"),
    ("staff.csv", 2, "DATE_INVALID"),
    ("staff.csv", 3, "ID_UNKNOWN"),
    ("staff.csv", 4, "VALUE_MISSING"),
    ("weights.csv", 2, "WEIGHT_INVALID"),
    ("weights.csv", 3, "WEIGHT_GAP"),
    ("pools.csv", 2, "AMOUNT_INVALID"),
    ("pools.csv", 3, "ID_TWICE"),
    ("assessments.csv", 1, "COLUMN_MISSING"),
    ("records/notes.docx", 0, "FILE_FORMAT"),
}


def test_all_faults_of_all_tables_come_in_one_run(tmp_path: Path) -> None:
    _, problems = check(case_with(tmp_path, MANY))
    assert {(one["file"], one["row"], one["code"]) for one in problems} == ALL_OF_THEM
    assert len(problems) == len(ALL_OF_THEM)


def test_a_record_file_and_a_table_at_fault_come_in_one_run(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "case.yaml": "period: 2025-13\n",
        "records.csv": f"{HEAD[:-9]}\nI01,P01,MZ01,2025-06-02\n",
    }
    _, problems = check(case_with(tmp_path, files))
    assert [(one["file"], one["code"]) for one in problems] == [
        ("case.yaml", "PERIOD_INVALID"),
        ("records.csv", "COLUMN_MISSING"),
    ]


def test_all_faults_of_all_record_files_come_in_one_run(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "records.csv": None,
        "records/a.csv": f"{HEAD}\nI01,P09,MZ09,2025-06-31,x\nI01,P01,MZ01,2025-06-02,1\n",
        "records/b.csv": f"{HEAD}\n\nI01,P01,MZ01,2025-07-01,1\nI02,P03,MZ01,2025-06-02,1\n",
    }
    _, problems = check(case_with(tmp_path, files))
    found = [(one["file"], one["row"], one["column"], one["code"]) for one in problems]
    assert found == [
        ("records/a.csv", 2, "service_date", "DATE_INVALID"),
        ("records/a.csv", 2, "quantity", "QUANTITY_INVALID"),
        ("records/a.csv", 2, "person_id", "PERSON_UNKNOWN"),
        ("records/b.csv", 3, "service_date", "OUTSIDE_PERIOD"),
    ]


def test_a_whole_record_file_at_fault_does_not_hide_another(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "records.csv": None,
        "records/a.csv": f"{HEAD[:-9]}\nI01,P01,MZ01,2025-06-02\n",
        "records/b.csv": b"",
    }
    _, problems = check(case_with(tmp_path, files))
    assert [(one["file"], one["code"]) for one in problems] == [
        ("records/a.csv", "COLUMN_MISSING"),
        ("records/b.csv", "FILE_EMPTY"),
    ]
