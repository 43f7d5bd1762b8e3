"""What-if with coefficients, ceilings, bounds and bases: the figures are worked out by hand.

Catches: equivalents listed before a ceiling, a coefficient proposed that is not applied, a pool
whose changes do not add to zero because a cap retains, a refusal that does not say that only the
proposal is refused, a record that loses its weight in silence, a shared total that is still split
where a coefficient no longer changes, a first visit without a weight that still takes the place.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.errors import DataError, RefusedError
from equivalents.run import settle_case
from equivalents.whatif import Compared, compare_case
from tests.lines_alike import read_out
from tests.unit.test_compare import DOUBLE, case_of

HEAD = "scope,subject_id,kind,value,valid_from\n"
TITLE = f"{HEAD}person,A,title,1,2025-01-01\n"
MORE_RECORDS = (
    "institution_id,person_id,item_code,service_date,quantity,resident_id,performers\n"
    "I2,C,SF,2025-06-05,1,r2,\n"
)


def compared(
    tmp_path: Path,
    files: Mapping[str, str],
    weights: str = "",
    coefficients: str = "",
    *,
    base: str = "case",
    case: Path | None = None,
    own_dates: bool = False,
    partial: bool = False,
) -> Compared:
    """Compare over a case with some files; the result is in ``out``."""
    folder = tmp_path / "case"
    if not folder.exists():
        case_of(folder, files)
    for name, text in (("new.csv", weights), ("newk.csv", coefficients)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return compare_case(
        tmp_path / base,
        tmp_path / "new.csv" if weights else None,
        tmp_path / "out",
        coefficients=tmp_path / "newk.csv" if coefficients else None,
        case=case,
        own_dates=own_dates,
        partial=partial,
    )


def amounts(tmp_path: Path) -> dict[str, str]:
    return {row["person_id"]: row["amount_after"] for row in read_out(tmp_path / "out", "people")}


def codes(error: pytest.ExceptionInfo[DataError]) -> list[tuple[str, str]]:
    return [(problem.code, problem.value) for problem in error.value.problems]


# -- coefficients ----------------------------------------------------------------------------------


@pytest.mark.rules("F")
def test_a_proposed_coefficient_moves_keys_and_money(tmp_path: Path) -> None:
    # A: 3 x 2 = 6 of 10, B 4 of 10; equivalents stay 3 and 4.
    proposal = f"{HEAD}person,A,title,2,2026-01-01\n"
    found = compared(tmp_path, {"coefficients.csv": TITLE}, coefficients=proposal)
    assert amounts(tmp_path) == {"A": "60.00", "B": "40.00", "C": "10.00"}
    [change] = read_out(tmp_path / "out", "coefficients")
    days = ["2025-06-01", "2025-07-01"]
    assert [*change.values()] == ["person", "A", "title", *days, "1.0000", "2.0000", "1.0000"]
    assert read_out(tmp_path / "out", "changes") == []
    mine = {row["person_id"]: row for row in read_out(tmp_path / "out", "payouts")}["A"]
    assert (mine["equivalents_before"], mine["equivalents_after"]) == ("3.0000000", "3.0000000")
    assert (mine["coefficient_before"], mine["coefficient_after"]) == ("1.0000", "2.0000")
    assert (mine["key_before"], mine["key_after"]) == ("3.0000000", "6.0000000")
    assert (mine["amount_before"], mine["amount_change"]) == ("42.86", "17.14")
    assert found.comparison.recounted == ()
    assert found.problems == ()


def test_weights_and_coefficients_together(tmp_path: Path) -> None:
    # MZ 2: A 3 x 2 x 2 = 12, B 4: 75.00 and 25.00.
    proposal = f"{HEAD}person,A,title,2,2026-01-01\n"
    found = compared(tmp_path, {"coefficients.csv": TITLE}, DOUBLE, proposal)
    assert amounts(tmp_path) == {"A": "75.00", "B": "25.00", "C": "10.00"}
    assert (found.summary["weights_changed"], found.summary["coefficients_changed"]) == (1, 1)


def test_a_first_coefficient_where_there_was_none(tmp_path: Path) -> None:
    proposal = f"{HEAD}posting,A@I1,backbone,2,2026-01-01\n"
    found = compared(tmp_path, {}, coefficients=proposal)
    assert amounts(tmp_path) == {"A": "60.00", "B": "40.00", "C": "10.00"}
    assert [(p.code, p.value) for p in found.problems] == [("PROPOSAL_NEW_KIND", "backbone")]


def test_proposed_coefficients_that_leave_out_or_repeat_are_refused(tmp_path: Path) -> None:
    files = {"coefficients.csv": f"{TITLE}person,B,title,1.5,2025-01-01\n"}
    twice = f"{HEAD}person,A,title,2,2026-01-01\nperson,A,title,3,2026-07-01\n"
    with pytest.raises(DataError) as error:
        compared(tmp_path, files, coefficients=twice)
    assert codes(error) == [
        ("PROPOSAL_LEAVES", "person B title"),
        ("PROPOSAL_DATED", "person A title"),
    ]
    # B keeps 1.5 when only changes are listed: 3 x 2 to 4 x 1.5.
    once = f"{HEAD}person,A,title,2,2026-01-01\n"
    compared(tmp_path, files, coefficients=once, partial=True)
    assert amounts(tmp_path) == {"A": "50.00", "B": "50.00", "C": "10.00"}


def test_proposed_coefficients_are_read_like_the_table(tmp_path: Path) -> None:
    both = f"{HEAD}posting,A@I1,title,2,2026-01-01\nperson,Z,title,x,2026-01-01\n"
    with pytest.raises(DataError) as error:
        compared(tmp_path, {}, coefficients=both)
    assert codes(error) == [("COEFFICIENT_INVALID", "x"), ("ID_UNKNOWN", "Z")]
    staff = "person_id,institution_id,post,post_id\nA,I1,医师,K\nB,I1,护士,\nC,I2,医师,\n"
    (tmp_path / "case/staff.csv").write_text(staff, encoding="utf-8")
    overlap = f"{HEAD}posting,A@I1,title,2,2026-01-01\nposting,A@I1/K,title,3,2026-01-01\n"
    with pytest.raises(DataError) as error:
        compared(tmp_path, {}, coefficients=overlap)
    assert codes(error) == [("PROPOSAL_NEW_KIND", "title"), ("COEFFICIENT_OVERLAP", "A@I1")]
    with pytest.raises(DataError) as error:
        compare_case(tmp_path / "case", None, tmp_path / "out", coefficients=tmp_path / "none.csv")
    assert codes(error) == [("PROPOSAL_NOT_FOUND", "none.csv")]


def test_a_coefficient_from_mid_month_is_counted_again(tmp_path: Path) -> None:
    # From 3 June on A has 2, but his work is of 2 June. Only MZ, his item, is counted again.
    files = {"coefficients.csv": TITLE}
    proposal = (
        "scope,subject_id,kind,value,valid_from,valid_to\n"
        "person,A,title,1,2025-01-01,2025-06-03\nperson,A,title,2,2025-06-03,\n"
    )
    found = compared(tmp_path, files, coefficients=proposal, own_dates=True)
    assert found.comparison.recounted == ("MZ",)
    assert amounts(tmp_path) == {"A": "42.86", "B": "57.14", "C": "10.00"}


# -- a kept result and its case --------------------------------------------------------------------

FIRST_ONLY = (
    "item_code,weight,valid_from,counting_basis\nMZ,1,2026-01-01,\nSF,2,2026-01-01,resident\n"
)


def test_a_kept_result_with_its_case_counts_again_what_is_touched(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, FIRST_ONLY)
    assert found.comparison.recounted == ("SF",)
    # Only the first SF of r1 counts: A 3, B 2.
    assert amounts(tmp_path) == {"A": "60.00", "B": "40.00", "C": "10.00"}
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    settle_case(tmp_path / "case", tmp_path / "kept")
    compared(tmp_path, {}, FIRST_ONLY, base="kept", case=tmp_path / "case")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == files


def test_another_case_is_refused(tmp_path: Path) -> None:
    settle_case(case_of(tmp_path / "case", {}), tmp_path / "kept")
    with (tmp_path / "case/records.csv").open("a") as file:
        file.write("I2,C,MZ,2025-06-05,1,r3\n")
    with pytest.raises(DataError) as error:
        compared(tmp_path, {}, FIRST_ONLY, base="kept", case=tmp_path / "case")
    assert codes(error) == [("EXPLAIN_OTHER_CASE", "records.csv")]


def test_a_first_visit_that_loses_its_weight_gives_up_its_place(tmp_path: Path) -> None:
    # r1 is at A on the 2nd and, at home, on the 9th; only one of them counts.
    files = {
        "weights.csv": "item_code,weight,valid_from,counting_basis,setting\n"
        "MZ,1,2025-01-01,resident,\nSF,2,2025-01-01,,\n",
        "records.csv": "institution_id,person_id,item_code,service_date,quantity,resident_id,"
        "setting\nI1,A,MZ,2025-06-02,1,r1,\nI1,B,MZ,2025-06-09,1,r1,home\n"
        "I1,B,SF,2025-06-03,1,r9,\nI2,C,SF,2025-06-04,1,r2,\n",
    }
    proposal = (
        "item_code,weight,valid_from,counting_basis,setting\n"
        "MZ,2,2026-01-01,resident,home\nSF,2,2026-01-01,,\n"
    )
    found = compared(tmp_path, files, proposal)
    assert found.comparison.recounted == ("MZ",)
    people = {row["person_id"]: row for row in read_out(tmp_path / "out", "people")}
    after = {person: row["equivalents_after"] for person, row in people.items()}
    assert after == {"A": "0.0000000", "B": "4.0000000", "C": "2.0000000"}


# -- what is not linear ----------------------------------------------------------------------------


def test_a_shared_total_merges_where_a_coefficient_no_longer_changes(tmp_path: Path) -> None:
    # Two records of one e7 each, shared alike by A and B. Cut on the 15th each goes to A, whose
    # code is first (5.10); as one total of two each has one.
    files = {
        "weights.csv": "item_code,weight,valid_from\nMZ,0.0001,2025-01-01\nSF,2,2025-01-01\n",
        "records.csv": "institution_id,person_id,item_code,service_date,quantity,performers\n"
        "I1,,MZ,2025-06-02,0.001,A:1;B:1\nI1,,MZ,2025-06-20,0.001,A:1;B:1\n"
        "I1,B,SF,2025-06-03,1,\nI2,C,SF,2025-06-04,1,\n",
        "coefficients.csv": "scope,subject_id,kind,value,valid_from,valid_to\n"
        "person,A,title,1,2025-01-01,2025-06-15\nperson,A,title,2,2025-06-15,\n",
    }
    proposal = f"{HEAD}person,A,title,2,2026-01-01\n"
    found = compared(tmp_path, files, coefficients=proposal)
    mine = {row["person_id"]: row for row in read_out(tmp_path / "out", "people")}["A"]
    assert (mine["equivalents_before"], mine["equivalents_after"]) == ("0.0000002", "0.0000001")
    assert found.comparison.recounted == ()


def test_people_are_listed_after_the_ceiling_and_items_before(tmp_path: Path) -> None:
    # MZ 1 -> 2: A 3 -> 6, cut to 4; B has 4, C 1 -> 2. Items 4 + 4 -> 8 + 4.
    ceiling = (
        "period: 2025-06\nceilings:\n  - name: 月封顶\n    window: month\n"
        '    tiers:\n      - {from: "0", rate: "1"}\n      - {from: "4", rate: "0"}\n'
    )
    found = compared(tmp_path, {"case.yaml": ceiling}, DOUBLE)
    people = {row["person_id"]: row for row in read_out(tmp_path / "out", "people")}
    after = [people[p]["equivalents_after"] for p in "ABC"]
    assert after == ["4.0000000", "4.0000000", "2.0000000"]
    assert [people[p]["cut_after"] for p in "ABC"] == ["-2.0000000", "0.0000000", "0.0000000"]
    assert amounts(tmp_path) == {"A": "50.00", "B": "50.00", "C": "10.00"}
    totals = {row["item_code"]: row for row in read_out(tmp_path / "out", "item_totals")}
    assert [totals[i]["equivalents_after"] for i in ("MZ", "SF")] == ["8.0000000", "4.0000000"]
    [month] = read_out(tmp_path / "out", "months")
    assert (month["equivalents_before"], month["equivalents_after"]) == ("8.0000000", "12.0000000")
    summary = found.summary["series"]["pay"]
    assert (summary["equivalents_after"], summary["cut_after"]) == ("10.0000000", "-2.0000000")
    assert (summary["price_before"], summary["price_after"]) == ("13.7500", "11.0000")
    assert [check["holds"] for check in found.summary["checks"]] == [True, True, True]


def test_changes_add_to_zero_with_a_cap_that_retains(tmp_path: Path) -> None:
    # Before 42.86 and 57.14, capped at 55.00: 2.14 stay. After 60.00, capped, and 40.00: 5.00 stay.
    yaml = (
        "period: 2025-06\nsharing:\n  绩效:\n    levels:\n"
        '      - {to: person, cap: "55.00", excess: retain}\n'
    )
    compared(tmp_path, {"case.yaml": yaml}, DOUBLE)
    rows = read_out(tmp_path / "out", "people")
    people = {row["person_id"]: row["amount_change"] for row in rows}
    assert people == {"A": "12.14", "B": "-15.00", "C": "0.00"}
    pool = read_out(tmp_path / "out", "pools")[0]
    assert (pool["retained_before"], pool["retained_after"]) == ("2.14", "5.00")
    assert (pool["paid_before"], pool["paid_after"], pool["change"]) == ("97.86", "95.00", "0.00")
    assert (pool["price_before"], pool["price_after"]) == ("14.2857", "10.0000")


def test_bounds_that_cannot_be_met_under_the_proposal_are_said_to_be_so(tmp_path: Path) -> None:
    # Department D2 gets 57.14 of 100.00, but 6.25 with SF at 0.1: below its floor of 30.00.
    files = {
        "case.yaml": "period: 2025-06\nsharing:\n  绩效:\n    levels:\n"
        '      - {to: department}\n      - {to: person, floor: "30.00"}\n',
        "departments.csv": "department_id,institution_id\nD1,I1\nD2,I1\nD3,I2\n",
        "staff.csv": "person_id,institution_id,department_id\nA,I1,D1\nB,I1,D2\nC,I2,D3\n",
        "pools.csv": "institution_id,pool,amount\nI1,绩效,100.00\nI2,绩效,40.00\n",
    }
    proposal = "item_code,weight,valid_from\nMZ,1,2026-01-01\nSF,0.1,2026-01-01\n"
    with pytest.raises(RefusedError) as error:
        compared(tmp_path, files, proposal)
    assert [code for code, _ in codes(error)] == ["PROPOSAL_UNPAYABLE", "FLOORS_OVER_POOL"]
    assert not (tmp_path / "out").exists()
    compared(tmp_path, files, proposal.replace("0.1", "1"))
    assert amounts(tmp_path) == {"A": "60.00", "B": "40.00", "C": "40.00"}


def test_records_without_a_weight_as_proposed_are_told(tmp_path: Path) -> None:
    files = {"records.csv": f"{MORE_RECORDS}I1,A,MZ,2025-06-02,3,r1,\nI1,A,SF,2025-06-03,1,r1,\n"}
    proposal = "item_code,weight,valid_from,setting\nMZ,1,2026-01-01,home\nSF,2,2026-01-01,\n"
    found = compared(tmp_path, files, proposal)
    [problem] = found.problems
    assert (problem.code, problem.value, problem.facts["count"]) == (
        "PROPOSAL_UNWEIGHED",
        "MZ",
        "1",
    )
    summary = found.summary["series"]["pay"]
    assert (summary["records_before"], summary["records_after"]) == (3, 2)


def test_the_change_list_tells_days_and_bases(tmp_path: Path) -> None:
    # MZ is 1 up to the 9th and 2 after it: a proposal of 2 changes the first days only.
    files = {
        "weights.csv": "item_code,weight,valid_from,valid_to,counting_basis\n"
        "MZ,1,2025-01-01,2025-06-10,\nMZ,2,2025-06-10,,\nSF,2,2025-01-01,,first:2\n"
    }
    proposal = (
        "item_code,weight,valid_from,counting_basis,window\n"
        "MZ,2,2026-01-01,,\nSF,2,2026-01-01,first:2,month\n"
    )
    compared(tmp_path, files, proposal)
    lines = [[*row.values()] for row in read_out(tmp_path / "out", "changes")]
    assert lines == [
        ["pay", "MZ", "", "", "2025-06-01", "2025-06-10", "1.0000", "2.0000", "1.0000", "", ""],
        [
            *("pay", "SF", "", "", "2025-06-01", "2025-07-01", "2.0000", "2.0000", "0.0000"),
            *("first:2/year/county", "first:2/month/county"),
        ],
    ]


# -- the command line ------------------------------------------------------------------------------


def test_the_command_tells_what_changed_and_what_was_counted_again(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case", {})
    (tmp_path / "new.csv").write_text(f"{FIRST_ONLY}XX,1,2026-01-01,\n", encoding="utf-8")
    told = CliRunner().invoke(
        app,
        ["compare", str(case), "--proposal", str(tmp_path / "new.csv"), "-o", str(tmp_path / "o")],
    )
    assert told.exit_code == 0
    assert "PROPOSAL_ADDS" in told.stderr
    for text in ("counted again: SF", "records 4 → 3", "winners 1 (+17.14)", "checks 3/3"):
        assert text in told.stdout
    as_json = CliRunner().invoke(
        app,
        [
            *("compare", str(case), "--proposal", str(tmp_path / "new.csv")),
            *("-o", str(tmp_path / "o"), "--json"),
        ],
    )
    found = json.loads(as_json.stdout)
    assert found["recounted"] == ["SF"]
    assert [problem["code"] for problem in found["problems"]] == ["PROPOSAL_ADDS"]


def test_a_command_without_any_proposal_is_wrong_usage(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["compare", str(tmp_path), "-o", str(tmp_path / "o")])
    assert told.exit_code == 2
    assert "--coefficients" in told.stderr
