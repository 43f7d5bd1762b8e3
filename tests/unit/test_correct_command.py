"""`equivalents correct`: what it pays, what it refuses, and that the closed run never changes.

Faults seen to be caught: a price by the amounts of people instead of the money of their parent,
a coefficient that withholds left out, a rounding for each department, an earlier correction paid
again, a hash that nobody compares, a chain with a gap, a colleague paid for a late record.
"""

import json
from pathlib import Path

import openpyxl
import pytest

from tests.bad.case import GOOD, HEAD, Content, run, write_case
from tests.correcting import LATE, corrected, late, settled
from tests.lines_alike import read_out

pytestmark = pytest.mark.rules("D5")


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """The good case, closed."""
    return settled(tmp_path, "closed", {})


def hashes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# -- what is paid ----------------------------------------------------------------------------------


def test_nothing_changed_nothing_is_owed(closed: Path) -> None:
    for mode in ("at_price", "reshare"):
        yaml = f"period: 2025-06\ncorrections: {{mode: {mode}}}\n"
        assert corrected(closed, {"case.yaml": yaml}, mode) == []
        told = json.loads((closed.parent / mode / "summary.json").read_bytes())
        assert told["adjustments"]["amount"] == "0.00"


def test_a_late_record_is_paid_at_the_locked_price(closed: Path) -> None:
    before = hashes(closed)
    rows = corrected(closed, late(LATE))
    # I01: 100.00 over the keys 10 + 10; 1.5 x 100.00 / 20 = 7.50. Nobody else has a row.
    assert rows == [
        {
            "period": "2025-06", "institution_id": "I01", "pool": "绩效", "person_id": "P02",
            "component": "pool_share", "key_closed": "10.0000000", "key_now": "11.5000000",
            "key_difference": "1.5000000", "closed": "50.00", "earlier": "0.00",
            "amount": "7.50", "fund": "", "mode": "at_price", "reference": "",
        }
    ]  # fmt: skip
    (change,) = read_out(closed.parent / "adj", "key_changes")
    assert (change["received"], change["keys"]) == ("100.00", "20.0000000")
    assert (change["price_for_display"], change["coefficient"]) == ("5.0000", "1.0000")
    assert hashes(closed) == before, "the closed run never changes"


def test_a_record_that_is_taken_away_costs_its_price(closed: Path) -> None:
    files = {"records.csv": GOOD["records.csv"].replace("2025-06-03,5", "2025-06-03,4.999")}
    (row,) = corrected(closed, files)
    # 0.001 x 2 x 5.00 = 0.01 yuan exactly half-way is not met here: 0.002 x 5 = 0.01
    assert (row["person_id"], row["amount"]) == ("P02", "-0.01")


def test_halves_of_a_fen_go_away_from_zero(closed: Path) -> None:
    # Keys are 10 : 10 for 100.00, so 0.001 is worth half a fen: + 0.01 and - 0.01.
    (more,) = corrected(closed, late("I01,P01,MZ01,2025-06-09,0.001\n"), "more")
    assert more["amount"] == "0.01"
    fewer = {"records.csv": GOOD["records.csv"].replace("2025-06-02,10", "2025-06-02,9.999")}
    (less,) = corrected(closed, fewer, "less")
    assert less["amount"] == "-0.01"


def test_reshare_pays_and_takes_back_every_difference(closed: Path) -> None:
    weights = GOOD["weights.csv"].replace("SF01,2", "SF01,3")
    yaml = "period: 2025-06\ncorrections: {mode: reshare, reference: 更正 1 号}\n"
    rows = corrected(closed, {"weights.csv": weights, "case.yaml": yaml})
    # 10 : 15 of 100.00 is 40.00 and 60.00.
    assert [(row["person_id"], row["closed"], row["amount"]) for row in rows] == [
        ("P01", "50.00", "-10.00"),
        ("P02", "50.00", "10.00"),
    ]
    assert {row["reference"] for row in rows} == {"更正 1 号"}


def test_a_second_correction_pays_what_the_first_did_not(closed: Path) -> None:
    corrected(closed, late(LATE), "one")
    one = closed.parent / "one"
    assert corrected(closed, late(LATE), "same", one) == []
    (row,) = corrected(closed, late(LATE, "I01,P02,MZ01,2025-06-21,2\n"), "two", one)
    assert (row["earlier"], row["amount"]) == ("7.50", "10.00")
    two = closed.parent / "two"
    assert corrected(closed, late(LATE, "I01,P02,MZ01,2025-06-21,2\n"), "3", one, two) == []
    # The late records withdrawn again: all of it comes back.
    (row,) = corrected(closed, {}, "back", one, two)
    assert (row["earlier"], row["amount"]) == ("17.50", "-17.50")


def test_reshare_after_at_price_counts_what_was_paid(closed: Path) -> None:
    corrected(closed, late(LATE), "one")
    yaml = "period: 2025-06\ncorrections: {mode: reshare}\n"
    rows = corrected(closed, late(LATE, case_yaml=yaml), "two", closed.parent / "one")
    # 10 : 11.5 of 100.00 is 46.51 and 53.49; P02 had 50.00 + 7.50.
    assert [(row["person_id"], row["amount"]) for row in rows] == [
        ("P01", "-3.49"),
        ("P02", "-4.01"),
    ]


def test_the_price_is_that_of_the_department_and_rounded_once(tmp_path: Path) -> None:
    head = f"{HEAD},post_id\n"
    records = f"{head}I01,P01,MZ01,2025-06-02,10,\nI01,P02,MZ01,2025-06-03,5,\n"
    files: dict[str, Content] = {
        "case.yaml": "period: 2025-06\nsharing:\n  绩效:\n    levels:\n"
        "      - {to: department, key: fixed, shares: {D1: 3, D2: 1}}\n      - {to: person}\n",
        "departments.csv": "department_id,institution_id\nD1,I01\nD2,I01\n",
        "staff.csv": "person_id,institution_id,department_id,post_id\nP01,I01,D1,\nP02,I01,D2,\n"
        "P04,I01,D1,a\nP04,I01,D2,b\nP03,I02,,\n",
        "records.csv": records,
        "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\n",
    }
    closed = settled(tmp_path, "closed", files)
    # D1 had 75.00 for 10, D2 25.00 for 5.
    more = "I01,P02,MZ01,2025-06-09,1,\nI01,P04,MZ01,2025-06-09,1,a\n"
    rows = corrected(closed, {**files, "records.csv": records + more})
    assert [(row["person_id"], row["key_closed"], row["amount"]) for row in rows] == [
        ("P02", "5.0000000", "5.00"),
        ("P04", "0.0000000", "7.50"),
    ]
    # 0.001 in each: 0.75 + 0.5 = 1.25 fen is one fen; each rounded by itself would be two.
    both = "I01,P04,MZ01,2025-06-09,0.001,a\nI01,P04,MZ01,2025-06-09,0.001,b\n"
    (row,) = corrected(closed, {**files, "records.csv": records + both}, "both")
    assert (row["key_now"], row["amount"]) == ("0.0020000", "0.01")
    # 1.5 + 0.5 = 2 fen, also where the last department alone would be one.
    both = "I01,P04,MZ01,2025-06-09,0.002,a\nI01,P04,MZ01,2025-06-09,0.001,b\n"
    (row,) = corrected(closed, {**files, "records.csv": records + both}, "more")
    assert (row["key_now"], row["amount"]) == ("0.0030000", "0.02")


def test_what_is_withheld_is_withheld_of_the_difference(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "case.yaml": "period: 2025-06\ncoefficients: {assessment: {applies_to: withhold}}\n",
        "coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
        "person,P02,assessment,0.9,2025-01-01\n",
    }
    closed = settled(tmp_path, "closed", files)
    (row,) = corrected(closed, {**files, **late(LATE)})
    assert (row["closed"], row["amount"]) == ("45.00", "6.75")  # 7.50 x 0.9


@pytest.mark.parametrize(("now", "amount"), [("1", "7.50"), ("0.6", "4.50"), (None, "7.50")])
def test_a_difference_is_withheld_by_what_is_known_now(
    now: str | None, amount: str, tmp_path: Path
) -> None:
    """Also where it is known now that nothing was to be withheld: 7.50 whole (5.3, 5.19)."""
    files: dict[str, Content] = {
        "case.yaml": "period: 2025-06\ncoefficients: {assessment: {applies_to: withhold}}\n",
        "coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
        "person,P02,assessment,0.5,2025-01-01\n",
    }
    closed = settled(tmp_path, "closed", files)
    table = None if now is None else str(files["coefficients.csv"]).replace("0.5", now)
    (row,) = corrected(closed, {**files, **late(LATE), "coefficients.csv": table})
    assert (row["closed"], row["amount"]) == ("25.00", amount)


def test_the_fund_that_is_named_pays(closed: Path) -> None:
    yaml = (
        "period: 2025-06\nreference: 示例\ncorrections: {fund: F}\n"
        "funds: {F: {kind: given, title: 补发资金}}\n"
    )
    (row,) = corrected(closed, late(LATE, case_yaml=yaml))
    assert row["fund"] == "F"


def test_somebody_who_left_and_somebody_who_was_forgotten(tmp_path: Path) -> None:
    left = GOOD["staff.csv"].replace("\n", ",active_to\n", 1).replace("李志强", "李志强,2025-06-16")
    left = left.replace("王春梅", "王春梅,").replace("赵小兰", "赵小兰,")
    closed = settled(tmp_path, "closed", {"staff.csv": left})
    files = late("I01,P02,MZ01,2025-06-15,1\nI01,P09,MZ01,2025-06-15,1\n")
    rows = corrected(closed, {**files, "staff.csv": left + "P09,I01,周平,\n"})
    assert [(row["person_id"], row["closed"], row["amount"]) for row in rows] == [
        ("P02", "50.00", "5.00"),
        ("P09", "0.00", "5.00"),
    ]


def test_a_change_of_an_amount_is_told_and_not_paid_at_the_price(closed: Path) -> None:
    pools = GOOD["pools.csv"].replace("100.00", "120.00")
    assert corrected(closed, {"pools.csv": pools}) == []
    (noted,) = read_out(closed.parent / "adj", "problems")
    assert (noted["severity"], noted["code"]) == ("warning", "CORRECT_POOL_AMOUNT")
    assert "100.00" in noted["reason_en"]
    assert "120.00" in noted["reason_zh"]
    command = ("correct", closed.parent / "adj-case", "--closed", closed, "-o", closed.parent / "b")
    assert f"warning CORRECT_POOL_AMOUNT\n    {noted['reason_zh']}\n" in run(*command).stderr
    (listed,) = json.loads(run(*command, "--json").stdout)["problems"]
    assert (listed["code"], listed["reason_en"]) == (noted["code"], noted["reason_en"])
    book = openpyxl.load_workbook(closed.parent / "adj" / "adjustments.xlsx")
    assert book.sheetnames == ["追溯调整", "依据变化", "提示", "核对"]


def test_a_pool_of_nothing_has_a_price_of_nothing(tmp_path: Path) -> None:
    files = {"pools.csv": GOOD["pools.csv"].replace("100.00", "0.00")}
    files["records.csv"] = f"{HEAD}\nI02,P03,MZ01,2025-06-04,3\n"
    closed = settled(tmp_path, "closed", files)
    more = files["records.csv"] + "I01,P01,MZ01,2025-06-04,3\n"
    assert corrected(closed, {**files, "records.csv": more}) == []


def test_a_deficit_that_changes_is_told_and_pays_nothing(tmp_path: Path) -> None:
    records = (
        f"{HEAD},record_id,corrects\nI01,P01,MZ01,2025-06-02,10,a,\nI01,P02,MZ01,2025-06-03,1,b,\n"
        "I01,P02,MZ01,2025-06-04,-5,c,b\nI02,P03,MZ01,2025-06-04,3,d,\n"
    )
    opening = "kind,institution_id,pool,person_id,equivalents\nkey,I01,绩效,P02,%s\n"
    files: dict[str, Content] = {
        "records.csv": records.replace("-5", "-1"),
        "opening.csv": opening % -4,
    }
    closed = settled(tmp_path, "closed", files)
    assert corrected(closed, {**files, "opening.csv": opening % -3}) == []
    told = [
        row for row in read_out(tmp_path / "adj", "problems") if row["code"] == "CORRECT_DEFICIT"
    ]
    assert [(row["value"], "-4.0000000" in row["reason_en"]) for row in told] == [("P02", True)]
    (row,) = corrected(closed, {**files, "opening.csv": opening % 1}, "above")
    assert (row["person_id"], row["key_closed"], row["amount"]) == ("P02", "0.0000000", "10.00")


def test_the_same_inputs_write_the_same_bytes_in_any_order_of_records(closed: Path) -> None:
    corrected(closed, late(LATE, "I01,P01,MZ01,2025-06-21,2\n"), "one")
    corrected(closed, late("I01,P01,MZ01,2025-06-21,2\n", LATE), "two")
    one, two = hashes(closed.parent / "one"), hashes(closed.parent / "two")
    del one["manifest.json"], two["manifest.json"]  # it has the hashes of the inputs
    assert one == two


def test_the_json_says_what_was_understood(closed: Path) -> None:
    files = {"records.csv": None, "records.tsv": str(late(LATE)["records.csv"]).replace(",", "\t")}
    case = write_case(closed.parent / "c", files)
    command = ("correct", case, "--closed", closed, "-o", closed.parent / "a", "--json")
    told = json.loads(run(*command).stdout)
    assert [one["file"] for one in told["understood"]] == ["records.tsv"]
    assert "understood" not in json.loads((closed.parent / "a" / "summary.json").read_bytes())


def test_json_is_one_document_and_the_text_has_the_sums(closed: Path) -> None:
    case = write_case(closed.parent / "c", late(LATE))
    told = json.loads(
        run("correct", case, "--closed", closed, "-o", closed.parent / "a", "--json").stdout
    )
    assert told["adjustments"]["paid_more"] == "7.50"
    assert [one["holds"] for one in told["checks"]] == [True]
    assert "7.50" in run("correct", case, "--closed", closed, "-o", closed.parent / "a").stdout
