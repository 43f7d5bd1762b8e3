"""Pay lines of a small settled month, as a clerk would add them up again.

Catches: an adjustment that is lost, netted or paid twice, a price where there is none, a line of
the wrong posting, a result that somebody changed, figures that depend on the order of anything.
"""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from equivalents.closing import year_end_case
from equivalents.errors import ConservationError, DataError
from equivalents.payroll import (
    Kind,
    PayLines,
    StaffRow,
    case_staff,
    pay_lines,
    read_result,
    staff_of,
    write_lines,
)
from equivalents.payroll.lines import unit_price
from equivalents.payroll.people import Staff
from equivalents.payroll.result import Paid
from equivalents.policy.calendar import parse_day, parse_period
from equivalents.report.folder import sha256
from equivalents.run import settle_case
from tests.bad.case import write_case
from tests.payroll.small import JULY
from tests.rules import folders as scenarios
from tests.scenarios.test_after_closing import inside, laid


def _rows(lines: PayLines, level: str = "detail") -> list[dict[str, str]]:
    file = io.BytesIO()
    write_lines(lines, "csv", file, level=level)
    text = file.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_part_of_pay_is_a_line(lines: PayLines) -> None:
    told = [
        (r["institution_id"], r["person_id"], r["kind"], r["pool"], r["closed_period"], r["amount"])
        for r in _rows(lines)
    ]
    assert told == [
        ("I01", "P01", "pool_share", "签约", "", "3.33"),
        ("I01", "P01", "adjustment", "绩效", "2025-06", "4.55"),
        ("I01", "P01", "pool_share", "绩效", "", "33.33"),
        ("I01", "P02", "pool_share", "签约", "", "6.67"),
        ("I01", "P02", "adjustment", "绩效", "2025-06", "-4.55"),
        ("I01", "P02", "pool_share", "绩效", "", "66.67"),
        ("I02", "P02", "pool_share", "绩效", "", "7.50"),
        ("I02", "P03", "pool_share", "绩效", "", "22.50"),
    ]


def test_a_line_says_who_where_for_what_and_by_which_rules(lines: PayLines) -> None:
    line = _rows(lines)[2]
    assert line["period"] == line["tax_month"] == "2025-07"
    assert line["institution"] == "青溪镇卫生院"
    assert (line["department_id"], line["department"]) == ("D1", "全科")
    assert (line["name"], line["post"], line["employment_type"]) == ("王春梅", "全科医生", "编内")
    assert (line["equivalents"], line["key"]) == ("10.0000000", "10.0000000")
    # 33.33 yuan for 10 equivalents, and 66.67 for 20: each by itself, to four places.
    assert [line["unit_price"], _rows(lines)[5]["unit_price"]] == ["3.3330", "3.3335"]
    assert line["income_type"] == "工资薪金"
    assert len(line["run_id"]) == 16
    assert len(line["scheme_sha256"]) == len(line["weights_sha256"]) == 64


def test_totals_keep_back_pay_and_claw_back_apart(lines: PayLines) -> None:
    columns = ("institution_id", "person_id", "pay", "back_pay", "claw_back", "amount")
    told = [tuple(row[name] for name in columns) for row in _rows(lines, "summary")]
    assert told == [
        ("I01", "P01", "36.66", "4.55", "0.00", "41.21"),
        ("I01", "P02", "73.34", "0.00", "-4.55", "68.79"),
        ("I02", "P02", "7.50", "0.00", "0.00", "7.50"),
        ("I02", "P03", "22.50", "0.00", "0.00", "22.50"),
    ]
    first, *_, last = _rows(lines, "summary")
    assert (first["part:绩效"], first["part:签约"]) == ("33.33", "3.33")
    assert (last["part:绩效"], last["part:签约"]) == ("22.50", "")
    assert lines.amount_fen == 14000, "100.00 + 10.00 + 30.00; the correction moves nothing"


def test_objects_say_the_same_as_lines(lines: PayLines) -> None:
    file = io.BytesIO()
    write_lines(lines, "ndjson", file)
    assert [json.loads(one) for one in file.getvalue().splitlines()] == _rows(lines)
    file = io.BytesIO()
    control = write_lines(lines, "ndjson", file, level="summary")
    totals = [json.loads(one) for one in file.getvalue().splitlines()]
    assert control.lines == len(totals) == 4
    assert [part["amount"] for part in totals[0]["parts"]] == ["3.33", "4.55", "33.33"]
    assert totals[0]["parts"][1]["closed_period"] == "2025-06"


def test_income_type_tax_month_and_run_can_be_given(folders: tuple[Path, Path]) -> None:
    result = read_result(folders[0])
    made = pay_lines(result, income_type="劳务报酬", tax_month="2025-08", run_id="R-1")
    line = made.lines[0]
    assert (line.income_type, line.tax_month, line.run_id) == ("劳务报酬", "2025-08", "R-1")
    assert made.amount_fen == 14000


def test_the_staff_of_a_case_stand_for_those_of_the_result(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    renamed = JULY["staff.csv"].replace("全科医生", "主治医师")
    case = write_case(tmp_path / "case", {**JULY, "staff.csv": renamed})
    period = parse_period("2025-07")
    lines = pay_lines(read_result(folders[0]), case_staff(case, period))
    assert lines.lines[0].post == "主治医师"
    assert lines.lines[0].department == "全科"
    kept = pay_lines(read_result(folders[0]), case_staff(folders[0].parent / "july-case", period))
    assert kept == pay_lines(read_result(folders[0])), "the result keeps the same roster"


def _posting(post: str, start: str, end: str, *, main: bool = False) -> StaffRow:
    days = parse_day(start), parse_day(end)
    return StaffRow("P1", "I1", "", "某甲", post, "", post, main, *days)


def test_of_several_postings_the_one_that_holds_is_shown() -> None:
    old = _posting("护士", "2024-01-01", "2025-07-10")
    new = _posting("护士长", "2025-07-10", "2026-01-01")
    side = _posting("巡诊", "2025-07-15", "2026-01-01")
    main = _posting("医生", "2025-01-01", "2026-01-01", main=True)
    later = _posting("院长", "2025-09-01", "2027-01-01", main=True)
    july = parse_period("2025-07")

    def shown(*rows: StaffRow) -> str:
        found = {staff_of(order, july).posting("I1", "P1").post for order in (rows, rows[::-1])}
        assert len(found) == 1
        return found.pop()

    assert shown(old, new) == "护士长"
    assert shown(new, side) == "巡诊"
    assert shown(new, side, main) == "医生"
    assert shown(main, later) == "医生", "what begins after the period is not so yet"
    gone = _posting("药师", "2023-01-01", "2025-01-01")
    assert shown(gone) == "药师", "who left and is still owed something"
    assert staff_of([gone], july).posting("I9", "P1") == StaffRow("", "", name="某甲")


# -- adjustments ----------------------------------------------------------------------------------


def _adjusted_july(folder: Path, correction: Path) -> Path:
    """July with the correction in its own table: its pools pay it."""
    table = (correction / "adjustments.csv").read_text("utf-8-sig")
    settle_case(write_case(folder / "case", {**JULY, "adjustments.csv": table}), folder / "out")
    return folder / "out"


def test_adjustments_that_the_period_pays_itself_name_their_period(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    lines = pay_lines(read_result(_adjusted_july(tmp_path, folders[1])))
    told = [
        (one.person_id, one.pool, one.closed_period, one.amount_fen)
        for one in lines.lines
        if one.kind == Kind.ADJUSTMENT
    ]
    assert told == [("P01", "绩效", "2025-06", 455), ("P02", "绩效", "2025-06", -455)]
    assert lines.amount_fen == 14000


def _refused(code: str, result: Path, *corrections: Path) -> None:
    with pytest.raises(DataError) as raised:
        read_result(result, corrections)
    assert {one.code for one in raised.value.problems} == {code}


def test_no_correction_is_paid_twice(folders: tuple[Path, Path], tmp_path: Path) -> None:
    result, correction = folders
    _refused("PAYROLL_ADJUSTED_TWICE", result, correction, correction)
    _refused("PAYROLL_ADJUSTED_TWICE", _adjusted_july(tmp_path, correction), correction)


def test_only_one_result_and_only_corrections_behind_it(folders: tuple[Path, Path]) -> None:
    result, correction = folders
    _refused("PAYROLL_NOT_A_RESULT", correction)
    _refused("PAYROLL_NOT_A_CORRECTION", result, result.parent / "june")
    _refused("OUT_MISSING", result.parent / "july-case")
    _refused("OUT_MISSING", result, result.parent)


def test_what_somebody_changed_is_not_paid(folders: tuple[Path, Path], tmp_path: Path) -> None:
    changed = Path(shutil.copytree(folders[0], tmp_path / "july"))
    path = changed / "payouts.csv"
    path.write_text(path.read_text("utf-8").replace("33.33", "99.99"), "utf-8")
    _refused("OUT_CHANGED", changed)


def test_payouts_that_are_not_the_pools_are_a_defect(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    changed = Path(shutil.copytree(folders[0], tmp_path / "july"))
    path = changed / "payouts.csv"
    path.write_text(path.read_text("utf-8").replace("33.33", "33.34"), "utf-8")
    manifest = changed / "manifest.json"
    content = json.loads(manifest.read_text("utf-8"))
    for one in content["outputs"]:
        one["sha256"] = sha256(changed / one["file"])
    manifest.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ConservationError, match=r"140\.01|110\.01|130\.01"):
        read_result(changed)


def test_a_price_only_where_it_means_something() -> None:
    share = Paid("I1", "P1", "绩效", "pool_share", "", Kind.POOL_SHARE, "3", "3.0000000", "", 100)
    assert unit_price(share) == "0.3333"
    assert unit_price(share._replace(amount_fen=200)) == "0.6667"
    # Half of the last place goes up: 0.00015 yuan.
    assert unit_price(share._replace(key="200.0000000", amount_fen=3)) == "0.0002"
    assert unit_price(share._replace(moved=True)) == ""
    assert unit_price(share._replace(key="0.0000000")) == ""
    assert unit_price(share._replace(key="", kind=Kind.COMPONENT)) == ""


def test_a_result_without_names_is_paid_all_the_same(folders: tuple[Path, Path]) -> None:
    lines = pay_lines(read_result(folders[0]), Staff())
    assert {one.name for one in lines.lines} == {""}
    assert lines.amount_fen == 14000


@pytest.mark.parametrize("name", ["152", "153", "155", "156", "159", "162", "163", "158"])
def test_components_villages_heads_and_adjustments_add_up(name: str, tmp_path: Path) -> None:
    """Every kind of pay that scenarios have, held to the pools by the reader itself."""
    folder = next(one for one in scenarios() if one.name.startswith(name))
    settle_case(folder / "case", tmp_path / "out", stop_on_reject=False)
    lines = pay_lines(read_result(tmp_path / "out"))
    with (tmp_path / "out" / "payouts.csv").open(encoding="utf-8-sig", newline="") as file:
        paid = sum(int(row["amount"].replace(".", "")) for row in csv.DictReader(file))
    assert lines.amount_fen == paid


def test_the_end_of_a_year_pays_what_is_due_now(tmp_path: Path) -> None:
    folder = next(one for one in scenarios() if one.name.startswith("163"))
    closed = []
    for month in inside(folder / "months"):
        whole = laid(folder / "case", month, tmp_path / f"case-{month.name}")
        settle_case(whole, tmp_path / month.name, stop_on_reject=False)
        closed.append(tmp_path / month.name)
    year_end_case(folder / "case", closed, tmp_path / "year")
    lines = pay_lines(read_result(tmp_path / "year"))
    with (tmp_path / "year" / "year_end.csv").open(encoding="utf-8-sig", newline="") as file:
        due = sum(int(row["pay_now"].replace(".", "")) for row in csv.DictReader(file))
    assert {one.kind for one in lines.lines} == {Kind.YEAR_END}
    assert lines.amount_fen == due != 0
