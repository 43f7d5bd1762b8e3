"""`equivalents correct`: what it pays, what it refuses, and that the closed run never changes.

Faults seen to be caught: a price by the amounts of people instead of the money of their parent,
a coefficient that withholds left out, a rounding for each department, an earlier correction paid
again, a hash that nobody compares, a chain with a gap, a colleague paid for a late record.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from tests.bad.case import GOOD, HEAD, Content, run, write_case
from tests.lines_alike import read_out

pytestmark = pytest.mark.rules("D5")

LATE = "I01,P02,MZ01,2025-06-20,1.5\n"
Rows = list[dict[str, str]]


def late(*rows: str, **more: Content) -> dict[str, Content]:
    """The good case with late records."""
    files: dict[str, Content] = {"records.csv": GOOD["records.csv"] + "".join(rows)}
    return files | {name.replace("_", "."): text for name, text in more.items()}


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """The good case, closed."""
    return settled(tmp_path, "closed", {})


def settled(tmp_path: Path, name: str, files: Mapping[str, Content]) -> Path:
    done = run("settle", write_case(tmp_path / f"{name}-case", files), "-o", tmp_path / name)
    assert done.exit_code == 0, done.output
    return tmp_path / name


def corrected(
    closed: Path, files: Mapping[str, Content], name: str = "adj", *earlier: Path
) -> Rows:
    """The adjustments of a case against a closed result."""
    case = write_case(closed.parent / f"{name}-case", files)
    options = [part for one in earlier for part in ("--earlier", one)]
    done = run("correct", case, "--closed", closed, *options, "-o", closed.parent / name)
    assert done.exit_code == 0, done.output
    return read_out(closed.parent / name, "adjustments")


def refused(
    code: str, closed: Path, files: Mapping[str, Content], *more: str | Path
) -> tuple[str, str]:
    """Value and English text of the one problem of a code; nothing is written."""
    case = write_case(closed.parent / "refused-case", files)
    before = {path: path.read_bytes() for path in closed.parent.rglob("*") if path.is_file()}
    done = run("correct", case, "--closed", closed, "-o", closed.parent / "no", *more, "--json")
    assert done.exit_code == 1, done.output
    problems = json.loads(done.stdout)["problems"]
    found = [one for one in problems if one["code"] == code]
    assert len(found) == 1, problems
    assert {
        path: path.read_bytes() for path in closed.parent.rglob("*") if path.is_file()
    } == before
    assert "?" not in found[0]["reason_en"].replace("'?)", "")
    return found[0]["value"], found[0]["reason_en"]


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


def test_json_is_one_document_and_the_text_has_the_sums(closed: Path) -> None:
    case = write_case(closed.parent / "c", late(LATE))
    told = json.loads(
        run("correct", case, "--closed", closed, "-o", closed.parent / "a", "--json").stdout
    )
    assert told["adjustments"]["paid_more"] == "7.50"
    assert [one["holds"] for one in told["checks"]] == [True]
    assert "7.50" in run("correct", case, "--closed", closed, "-o", closed.parent / "a").stdout


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["payouts.csv", "tally.parquet", "settlement.xlsx", "pools.csv"])
def test_a_closed_result_that_was_changed_is_refused(closed: Path, name: str) -> None:
    content = bytearray((closed / name).read_bytes())
    content[len(content) // 2] ^= 1
    (closed / name).write_bytes(content)
    assert refused("OUT_CHANGED", closed, late(LATE))[0] == name


def test_a_closed_result_that_lost_a_file_or_its_manifest_is_refused(closed: Path) -> None:
    (closed / "spread.csv").unlink()
    assert refused("OUT_CHANGED", closed, late(LATE))[0] == "spread.csv"
    (closed / "manifest.json").write_text("[]")
    assert refused("OUT_CHANGED", closed, late(LATE))[0] == "manifest.json"
    (closed / "manifest.json").unlink()
    assert refused("OUT_MISSING", closed, late(LATE))[0] == "closed"


def _forge(closed: Path, name: str, old: bytes, new: bytes) -> None:
    """Change a file and its hash in the manifest, as somebody would who knows how."""
    path, manifest = closed / name, closed / "manifest.json"
    before = path.read_bytes()
    assert old in before
    path.write_bytes(before.replace(old, new))
    digests = [hashlib.sha256(one).hexdigest() for one in (before, path.read_bytes())]
    text = manifest.read_text("utf-8")
    assert digests[0] in text
    manifest.write_text(text.replace(digests[0], digests[1]), "utf-8")


def test_a_payout_that_the_kept_counts_do_not_give_is_refused(closed: Path) -> None:
    _forge(closed, "payouts.csv", b"50.00", b"60.00")
    refused("CLOSED_NOT_REPRODUCED", closed, late(LATE))


def test_another_method_is_refused(closed: Path) -> None:
    manifest = closed / "manifest.json"
    content = json.loads(manifest.read_bytes())
    manifest.write_text(json.dumps({**content, "method": "1999-01"}))
    assert refused("OUT_METHOD", closed, late(LATE))[0] == "1999-01"


def test_a_result_without_a_tally_is_refused(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case", {})
    assert run("settle", case, "-o", tmp_path / "closed", "--payouts-only").exit_code == 0
    refused("OUT_MISSING", tmp_path / "closed", late(LATE))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"case.yaml": "period: 2025-05\n"}, "2025-05"),
        ({"case.yaml": "period: 2025-06\ntitle: 别县\n"}, "别县"),
        (
            {
                "institutions.csv": "institution_id\nI01\nI03\n",
                "staff.csv": "person_id,institution_id\nP01,I01\nP02,I01\n",
                "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\n",
            },
            "I02",
        ),
    ],
    ids=["period", "title", "institution"],
)
def test_another_case_is_refused(closed: Path, files: dict[str, Content], says: str) -> None:
    assert says in refused("CORRECT_OTHER_CASE", closed, files)[1]


def test_corrections_out_of_order_left_out_doubled_or_of_another_run_are_refused(
    closed: Path, tmp_path: Path
) -> None:
    corrected(closed, late(LATE), "one")
    one, two = tmp_path / "one", tmp_path / "two"
    corrected(closed, late(LATE, "I01,P02,MZ01,2025-06-21,2\n"), "two", one)
    for chain in ((two,), (two, one), (one, one), (one, two, two)):
        options = [part for folder in chain for part in ("--earlier", folder)]
        case = write_case(tmp_path / "again", {})
        done = run("correct", case, "--closed", closed, *options, "-o", tmp_path / "no")
        assert (done.exit_code, "CORRECT_CHAIN" in done.stderr) == (1, True)
    other = settled(tmp_path, "other", {"pools.csv": GOOD["pools.csv"].replace("30.00", "31.00")})
    refused("CORRECT_OTHER_RUN", other, {}, "--earlier", one)
    refused("CORRECT_NOT_ADJUSTMENTS", closed, {}, "--earlier", other)
    (one / "adjustments.csv").write_bytes((two / "adjustments.csv").read_bytes())
    refused("OUT_CHANGED", closed, {}, "--earlier", one)


def test_at_price_after_reshare_is_refused(closed: Path) -> None:
    corrected(
        closed, late(LATE, case_yaml="period: 2025-06\ncorrections: {mode: reshare}\n"), "one"
    )
    refused("CORRECT_MODE_CHANGED", closed, late(LATE), "--earlier", closed.parent / "one")


def test_where_nobody_had_a_key_there_is_no_price(tmp_path: Path) -> None:
    for nobody in ("retain", "equal"):
        yaml = f"period: 2025-06\nsharing: {{绩效: {{nobody: {nobody}}}}}\n"
        records = f"{HEAD}\nI01,P01,MZ01,2025-06-02,1\n"
        closed = settled(tmp_path / nobody, "closed", {"case.yaml": yaml, "records.csv": records})
        more = {"case.yaml": yaml, "records.csv": records + "I02,P03,MZ01,2025-06-04,3\n"}
        assert refused("CORRECT_NO_PRICE", closed, more)[0] == "P03"
        reshare = {**more, "case.yaml": yaml + "corrections: {mode: reshare}\n"}
        rows = corrected(closed, reshare)
        assert [row["amount"] for row in rows] == (["30.00"] if nobody == "retain" else [])


def test_a_pool_that_is_gone_or_shared_otherwise_wants_reshare(closed: Path) -> None:
    gone = "institution_id,pool,amount\nI01,绩效,100.00\n"
    assert refused("CORRECT_NEEDS_RESHARE", closed, {"pools.csv": gone})[0] == "绩效"
    yaml = "period: 2025-06\nsharing: {绩效: {levels: [{to: person, key: headcount}]}}\n"
    case = write_case(closed.parent / "heads", {"case.yaml": yaml})
    done = run("correct", case, "--closed", closed, "-o", closed.parent / "no")
    assert (done.exit_code, done.stderr.count("CORRECT_NEEDS_RESHARE")) == (1, 2)


def test_the_result_never_stands_in_the_place_of_what_is_read(closed: Path, tmp_path: Path) -> None:
    case = write_case(tmp_path / "c", late(LATE))
    for out in (closed, closed / "adj", closed.parent):
        done = run("correct", case, "--closed", closed, "-o", out)
        assert (done.exit_code, "CORRECT_OUT_IS_INPUT" in done.stderr) == (1, True), out
    other = tmp_path / "elsewhere" / "other"
    shutil.copytree(closed, other)
    done = run("correct", case, "--closed", closed, "-o", other)
    assert (done.exit_code, "OUT_NOT_OURS" in done.stderr) == (1, True), "a settlement is no ADJ"


def test_a_rejected_record_stops_it_unless_it_is_set_aside(closed: Path) -> None:
    files = late(LATE, "I01,P02,NO99,2025-06-20,1\n")
    refused("REJECTED_ROWS", closed, files)
    case = write_case(closed.parent / "q", files)
    done = run(
        "correct",
        case,
        "--closed",
        closed,
        "-o",
        closed.parent / "adj",
        "--on-reject",
        "quarantine",
    )
    assert done.exit_code == 0
    assert len(read_out(closed.parent / "adj", "rejected")) == 1
    assert [row["amount"] for row in read_out(closed.parent / "adj", "adjustments")] == ["7.50"]


@pytest.mark.parametrize(
    "arguments",
    [(), ("c",), ("c", "--closed", "o"), ("c", "--closed", "o", "-o", "a", "--mode", "x")],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert run("correct", *arguments).exit_code == 2


def test_help_tells_the_options_in_both_languages() -> None:
    text = run("correct", "--help").stdout
    assert "--earlier" in text
    assert "只付差额" in text
