"""What-if: the proposal is weighed on the same counts, and fixed pools only move between people.

Catches: a proposal that applies by its own dates unasked, changes that do not add to zero, a
changed basis weighed on old counts, an item left out in silence.
"""

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from openpyxl import load_workbook

from equivalents.errors import DataError
from equivalents.run import settle_case
from equivalents.whatif import compare_case
from tests.lines_alike import read_out

FILES = {
    "case.yaml": "period: 2025-06\ntitle: 示例\n",
    "institutions.csv": "institution_id\nI1\nI2\n",
    "staff.csv": "person_id,institution_id,post\nA,I1,医师\nB,I1,护士\nC,I2,医师\n",
    "weights.csv": "item_code,weight,valid_from\nMZ,1,2025-01-01\nSF,2,2025-01-01\n",
    "pools.csv": "institution_id,pool,amount\nI1,绩效,100.00\nI2,绩效,10.00\n",
    "records.csv": "institution_id,person_id,item_code,service_date,quantity,resident_id\n"
    "I1,A,MZ,2025-06-02,3,r1\nI1,B,SF,2025-06-03,1,r1\nI1,B,SF,2025-06-20,1,r1\n"
    "I2,C,MZ,2025-06-04,1,r2\n",
}
"""A earns 3 of 7 and B 4 of 7 of 100.00: 42.86 and 57.14."""


def case_of(folder: Path, files: Mapping[str, str]) -> Path:
    folder.mkdir()
    for name, text in (FILES | dict(files)).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(tmp_path: Path, proposal: str, *, own_dates: bool = False, partial: bool = False) -> Path:
    case = case_of(tmp_path / "case", {})
    (tmp_path / "new.csv").write_text(proposal, encoding="utf-8")
    compare_case(case, tmp_path / "new.csv", tmp_path / "out", own_dates=own_dates, partial=partial)
    return tmp_path / "out"


def refused(tmp_path: Path, proposal: str) -> list[tuple[str, str]]:
    with pytest.raises(DataError) as error:
        run(tmp_path, proposal)
    assert not (tmp_path / "out").exists()
    return [(problem.code, problem.value) for problem in error.value.problems]


DOUBLE = "item_code,weight,valid_from\nMZ,2,2026-01-01\nSF,2,2026-01-01\n"


def test_winners_and_losers_of_a_fixed_pool(tmp_path: Path) -> None:
    # MZ 1 -> 2: A has 6 of 10, B 4 of 10, so 60.00 and 40.00; nothing changes at I2.
    out = run(tmp_path, DOUBLE)
    people = {row["person_id"]: row for row in read_out(out, "people")}
    assert [people[p]["amount_after"] for p in "ABC"] == ["60.00", "40.00", "10.00"]
    assert [people[p]["amount_change"] for p in "ABC"] == ["17.14", "-17.14", "0.00"]
    assert [row["change"] for row in read_out(out, "pools")] == ["0.00", "0.00"]
    [change] = read_out(out, "changes")
    assert (change["item_code"], change["before"], change["after"]) == ("MZ", "1.0000", "2.0000")
    groups = {(row["scope"], row["subject"]): row for row in read_out(out, "groups")}
    assert groups["post", "护士"]["amount_change"] == "-17.14"
    assert groups["all", ""]["winners"] == groups["all", ""]["losers"] == "1"
    months = {row["item_code"]: row["equivalents_change"] for row in read_out(out, "items")}
    assert months == {"MZ": "4.0000000", "SF": "0.0000000"}


def test_a_person_of_two_places_wins_or_loses_once(tmp_path: Path) -> None:
    # MZ 1 -> 2. I1: A 3 of 7 -> 6 of 10, 42.86 -> 60.00. I2: A 2 and C 1 of MZ and SF; A 2 of 3
    # -> 2 of 4, 6.67 -> 5.00. A has 49.53 -> 65.00, B 57.14 -> 40.00, C 3.33 -> 5.00.
    files = {
        "staff.csv": FILES["staff.csv"] + "A,I2,医师\n",
        "records.csv": FILES["records.csv"] + "I2,A,SF,2025-06-05,1,r2\n",
    }
    (tmp_path / "new.csv").write_text(DOUBLE, encoding="utf-8")
    case = case_of(tmp_path / "case", files)
    compare_case(case, tmp_path / "new.csv", out := tmp_path / "out")
    names = ("person_id", "amount_before", "amount_after", "amount_change")
    assert [tuple(row[name] for name in names) for row in read_out(out, "totals")] == [
        ("A", "49.53", "65.00", "15.47"),
        ("B", "57.14", "40.00", "-17.14"),
        ("C", "3.33", "5.00", "1.67"),
    ]
    assert [row["amount_change"] for row in read_out(out, "people")] == [
        *("17.14", "-17.14", "-1.67", "1.67")
    ]
    groups = {(row["scope"], row["subject"]): row for row in read_out(out, "groups")}
    counts = ("people", "winners", "losers")
    assert [groups["all", ""][name] for name in counts] == ["3", "2", "1"]
    # The post has A at both places and C: one person, one net change.
    assert [groups["post", "医师"][name] for name in counts] == ["2", "2", "0"]
    assert [groups["institution", "I2"][name] for name in counts] == ["2", "1", "1"]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    for told in (summary["totals"], summary["series"]["pay"]):
        assert [told[name] for name in counts] == [3, 2, 1]
        assert (told["gained"], told["lost"]) == ("17.14", "-17.14")
        assert (told["largest_gain"], told["largest_loss"]) == ("15.47", "-17.14")
    assert totals_sheet(out) == [("A", 15.47), ("B", -17.14), ("C", 1.67)]


def totals_sheet(out: Path) -> list[tuple[object, object]]:
    """The people of the sheet 人员合计 with their changes."""
    sheet = load_workbook(out / "comparison.xlsx")["人员合计"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] in ("A", "B", "C")]
    return [(row[0], row[-1]) for row in rows]


def test_money_through_a_department_is_booked_to_it(tmp_path: Path) -> None:
    # A moves from D1 (医师) to D2 (主任) on 16 June, and earns 3 MZ in D1, 1 SF in D2. I1, 100.00:
    # D1 has 3 + 4 (B) of 9, 77.78, and D2 2 of 9, 22.22; A has 3 of 7 in D1, 33.33. With MZ at 2:
    # D1 10 of 12, 83.33, A 6 of 10, 50.00; D2 16.67. I2: C alone, without a department.
    files = {
        "case.yaml": "period: 2025-06\nsharing:\n  绩效:\n"
        "    levels: [{to: department}, {to: person}]\n",
        "departments.csv": "department_id,institution_id\nD1,I1\nD2,I1\n",
        "staff.csv": "person_id,institution_id,department_id,post,active_from,active_to\n"
        "A,I1,D1,医师,,2025-06-16\nA,I1,D2,主任,2025-06-16,\nB,I1,D1,护士,2025-01-01,\nC,I2,,医师,,\n"
        # B was in D2 last year, and is not one of its people in June.
        "B,I1,D2,护士,2024-01-01,2025-01-01\n",
        "records.csv": FILES["records.csv"] + "I1,A,SF,2025-06-20,1,r9\n",
    }
    (tmp_path / "new.csv").write_text(DOUBLE, encoding="utf-8")
    compare_case(case_of(tmp_path / "case", files), tmp_path / "new.csv", out := tmp_path / "out")
    names = ("people", "equivalents_before", "equivalents_after", "amount_before", "amount_after")
    groups = {
        (row["scope"], row["subject"]): [row[name] for name in names]
        for row in read_out(out, "groups")
    }
    assert groups["department", "D1"] == ["2", "7.0000000", "10.0000000", "77.78", "83.33"]
    assert groups["department", "D2"] == ["1", "2.0000000", "2.0000000", "22.22", "16.67"]
    assert groups["post", "医师"] == ["2", "4.0000000", "8.0000000", "43.33", "60.00"]
    assert groups["post", "主任"] == ["1", "2.0000000", "2.0000000", "22.22", "16.67"]
    assert groups["all", ""][0] == "3"


def test_by_its_own_dates_next_year_s_table_weighs_nothing_now(tmp_path: Path) -> None:
    proposal = "item_code,weight,valid_from\nMZ,1,2025-01-01\nSF,3,2025-01-01\n"
    out = run(tmp_path, proposal, own_dates=True)
    people = {row["person_id"]: row["amount_after"] for row in read_out(out, "people")}
    assert people == {"A": "33.33", "B": "66.67", "C": "10.00"}


def test_own_dates_inside_a_month_are_counted_again(tmp_path: Path) -> None:
    # From 10 June SF weighs 6: B has 2 + 6 of 11.
    proposal = (
        "item_code,weight,valid_from,valid_to\nMZ,1,2025-01-01,\n"
        "SF,2,2025-01-01,2025-06-10\nSF,6,2025-06-10,\n"
    )
    out = run(tmp_path, proposal, own_dates=True)
    people = {row["person_id"]: row["amount_after"] for row in read_out(out, "people")}
    assert people == {"A": "27.27", "B": "72.73", "C": "10.00"}


def test_a_changed_basis_is_counted_again(tmp_path: Path) -> None:
    # Only the first SF of resident r1 in the year counts: A 3, B 2.
    proposal = (
        "item_code,weight,valid_from,counting_basis\nMZ,1,2026-01-01,\nSF,2,2026-01-01,resident\n"
    )
    out = run(tmp_path, proposal)
    people = {row["person_id"]: row["amount_after"] for row in read_out(out, "people")}
    assert people == {"A": "60.00", "B": "40.00", "C": "10.00"}


def test_a_kept_result_answers_like_the_case(tmp_path: Path) -> None:
    out = run(tmp_path, DOUBLE)
    settle_case(tmp_path / "case", tmp_path / "kept")
    compare_case(tmp_path / "kept", tmp_path / "new.csv", tmp_path / "again")
    files = sorted(path.name for path in out.iterdir())
    assert files == sorted(path.name for path in (tmp_path / "again").iterdir())
    assert all((out / f).read_bytes() == (tmp_path / "again" / f).read_bytes() for f in files)


def test_a_kept_result_cannot_count_again(tmp_path: Path) -> None:
    settle_case(case_of(tmp_path / "case", {}), tmp_path / "kept")
    new = tmp_path / "new.csv"
    new.write_text(
        "item_code,weight,valid_from,counting_basis\nMZ,1,2026-01-01,resident\nSF,2,2026-01-01,\n"
    )
    with pytest.raises(DataError) as error:
        compare_case(tmp_path / "kept", new, tmp_path / "out")
    [problem] = error.value.problems
    assert problem.code == "COMPARE_NEEDS_RECORDS"
    assert problem.facts["items"] == "MZ"


def test_scaling_all_weights_moves_no_money(tmp_path: Path) -> None:
    out = run(tmp_path, "item_code,weight,valid_from\nMZ,3,2026-01-01\nSF,6,2026-01-01\n")
    assert {row["amount_change"] for row in read_out(out, "people")} == {"0.00"}
    assert sum(Fraction(row["equivalents_after"]) for row in read_out(out, "people")) == 24


def test_a_proposal_that_leaves_out_an_item_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "item_code,weight,valid_from\nMZ,2,2026-01-01\n") == [
        ("PROPOSAL_MISSES", "SF")
    ]


def test_a_partial_proposal_keeps_the_others(tmp_path: Path) -> None:
    out = run(tmp_path, "item_code,weight,valid_from\nMZ,2,2026-01-01\n", partial=True)
    people = {row["person_id"]: row["amount_after"] for row in read_out(out, "people")}
    assert people == {"A": "60.00", "B": "40.00", "C": "10.00"}


def test_an_item_that_nobody_knows_is_told(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case", {})
    (tmp_path / "new.csv").write_text(DOUBLE + "XX,1,2026-01-01\n")
    compared = compare_case(case, tmp_path / "new.csv", tmp_path / "out")
    assert [(p.code, p.value) for p in compared.problems] == [("PROPOSAL_ADDS", "XX")]


def test_a_misspelt_item_is_met_by_the_one_that_was_meant(tmp_path: Path) -> None:
    """Whole: as the counted item that is left out; partial: as the item that nobody knows."""
    case = case_of(tmp_path / "case", {})
    new = tmp_path / "new.csv"
    new.write_text("item_code,weight,valid_from\nMZ,2,2026-01-01\nSF1,2,2026-01-01\n")
    with pytest.raises(DataError) as error:
        compare_case(case, new, tmp_path / "out")
    misses = next(one for one in error.value.problems if one.code == "PROPOSAL_MISSES")
    partial = compare_case(case, new, tmp_path / "out", partial=True)
    [adds] = partial.problems
    assert (adds.code, adds.value) == ("PROPOSAL_ADDS", "SF1")
    for problem, meant in ((misses, "SF1"), (adds, "SF")):
        assert f"是否为“{meant}”" in problem.text("zh")
        assert f"did you mean '{meant}'" in problem.text("en")


def test_versions_are_told_in_the_order_of_rows(tmp_path: Path) -> None:
    rows = [
        f"{item},{at},2025-0{at}-01,2025-0{at + 1}-01"
        for at in range(1, 5)
        for item in ("SF", "MZ")
    ]
    case = case_of(tmp_path / "case", {})
    new = tmp_path / "new.csv"
    new.write_text("\n".join(["item_code,weight,valid_from,valid_to", *rows]) + "\n")
    with pytest.raises(DataError) as error:
        compare_case(case, new, tmp_path / "out")
    told = [one.place.row for one in error.value.problems if one.code == "PROPOSAL_VERSIONS"]
    assert told == [4, 5, 6, 7, 8, 9]


def test_several_versions_need_their_own_dates(tmp_path: Path) -> None:
    proposal = (
        "item_code,weight,valid_from,valid_to\nMZ,2,2026-01-01,\n"
        "SF,2,2025-01-01,2025-06-10\nSF,3,2025-06-10,\n"
    )
    assert refused(tmp_path, proposal) == [("PROPOSAL_VERSIONS", "SF")]


def test_an_unknown_series_and_a_missing_file_are_said(tmp_path: Path) -> None:
    proposal = "series,item_code,weight,valid_from\nmanage,MZ,2,2026-01-01\n"
    assert refused(tmp_path, proposal) == [("SERIES_UNKNOWN", "manage")]
    with pytest.raises(DataError) as error:
        compare_case(tmp_path / "case", tmp_path / "none.csv", tmp_path / "out")
    assert error.value.problems[0].code == "PROPOSAL_NOT_FOUND"
