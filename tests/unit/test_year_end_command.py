"""`equivalents year-end`: paid + adjusted + due = entitlement for all, and what is refused.

Faults seen to be caught: an adjustment counted twice or not at all, a month that is missing or
given twice, somebody left out who is paid in the year or in a month only, an amount below 0 that
is neither taken back nor carried, a result that depends on the order of the months.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.bad.case import GOOD, HEAD, Content, run, write_case
from tests.lines_alike import read_out

pytestmark = pytest.mark.rules("D5")

PERIODS = {
    "2025-H1": "60.00",
    "2025-Q3": "30.00",
    "2025-10": "10.00",
    "2025-11": "10.00",
    "2025-12": "10.00",
}
RECORDS = {
    "2025-H1": "I01,P01,MZ01,2025-05-02,10\nI01,P02,MZ01,2025-05-03,10\n",
    "2025-Q3": "I01,P01,MZ01,2025-08-02,10\n",
    "2025-10": "I01,P01,MZ01,2025-10-02,3\nI01,P02,MZ01,2025-10-02,7\n",
    "2025-11": "I01,P02,MZ01,2025-11-02,10\n",
    "2025-12": "I01,P01,MZ01,2025-12-02,5\nI01,P02,MZ01,2025-12-02,5\n",
}
LATE = "I01,P02,MZ01,2025-06-20,4\n"
Rows = list[dict[str, str]]


def files(period: str, amount: str, records: str, more: str = "") -> dict[str, Content]:
    return {
        "case.yaml": f"period: {period}\n{more}",
        "pools.csv": f"institution_id,pool,amount\nI01,绩效,{amount}\n",
        "records.csv": f"{HEAD}\n{records}",
    }


def of_year(late: str = "", more: str = "", amount: str = "120.00") -> dict[str, Content]:
    return files("2025", amount, "".join(RECORDS.values()) + late, more)


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The periods of a year, settled: by name."""
    base = tmp_path_factory.mktemp("months")
    for name, amount in PERIODS.items():
        case = write_case(base / f"case-{name}", files(name, amount, RECORDS[name]))
        assert run("settle", case, "-o", base / name, "--payouts-only").exit_code == 0
    return {name: base / name for name in PERIODS}


def ended(
    tmp_path: Path,
    year: Mapping[str, Content],
    paid: Sequence[Path],
    adjusted: Sequence[Path] = (),
    name: str = "out",
) -> Path:
    case = write_case(tmp_path / f"{name}-case", year)
    options = [part for one in paid for part in ("--paid", one)]
    options += [part for one in adjusted for part in ("--adjusted", one)]
    done = run("year-end", case, *options, "-o", tmp_path / name)
    assert done.exit_code == 0, done.output
    return tmp_path / name


def refused(
    code: str, tmp_path: Path, year: Mapping[str, Content], paid: Sequence[Path], *more: str | Path
) -> str:
    """The value of the one problem of a code; nothing is written."""
    case = write_case(tmp_path / "refused-case", year)
    options = [part for one in paid for part in ("--paid", one)]
    done = run("year-end", case, *options, *more, "-o", tmp_path / "no", "--json")
    assert done.exit_code == 1, done.output
    problems = json.loads(done.stdout)["problems"]
    found = [one for one in problems if one["code"] == code]
    assert len(found) == 1, problems
    assert not (tmp_path / "no").exists()
    return str(found[0]["value"])


def shown(rows: Rows, *names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


MONEY = ("person_id", "entitlement", "paid", "adjusted", "due")


def test_the_year_is_paid_less_its_months(months: Mapping[str, Path], tmp_path: Path) -> None:
    out = ended(tmp_path, of_year(), [*months.values()])
    # Keys of the year 28 : 32 of 120.00. P01 had 30 + 30 + 3 + 0 + 5, P02 30 + 0 + 7 + 10 + 5.
    rows = read_out(out, "year_end")
    assert shown(rows, *MONEY, "pay_now", "carried_on") == [
        ("P01", "56.00", "68.00", "0.00", "-12.00", "-12.00", "0.00"),
        ("P02", "64.00", "52.00", "0.00", "12.00", "12.00", "0.00"),
    ]
    assert {row["component"] for row in rows} == {"pool_share"}
    pools = read_out(out, "year_end_pools")
    assert shown(pools, "line", "entitlement", "paid", "due") == [
        ("carried", "0.00", "0.00", "0.00"),
        ("paid", "120.00", "120.00", "0.00"),
        ("retained", "0.00", "0.00", "0.00"),
    ]
    book = openpyxl.load_workbook(out / "settlement.xlsx")
    assert {"年终清算", "年终清算（池）"} <= set(book.sheetnames)
    told = json.loads((out / "summary.json").read_bytes())
    assert [one["holds"] for one in told["checks"]] == [True] * len(told["checks"])
    assert (told["year_end"]["paid_out"], told["year_end"]["taken_back"]) == ("12.00", "-12.00")


def test_what_was_paid_too_much_is_carried_where_declared(
    months: Mapping[str, Path], tmp_path: Path
) -> None:
    rule = "year_end: {over_paid: carry, reference: 文 5 号}\n"
    out = ended(tmp_path, of_year(more=rule), [*months.values()])
    rows = read_out(out, "year_end")
    assert shown(rows, "person_id", "due", "pay_now", "carried_on") == [
        ("P01", "-12.00", "0.00", "-12.00"),
        ("P02", "12.00", "12.00", "0.00"),
    ]
    (row,) = read_out(out, "adjustments_next")
    assert (row["period"], row["person_id"], row["amount"]) == ("2025", "P01", "-12.00")
    assert (row["mode"], row["reference"], row["key_now"]) == ("year_end", "文 5 号", "")
    names = {one["file"] for one in json.loads((out / "manifest.json").read_bytes())["outputs"]}
    assert {"year_end.csv", "year_end_pools.csv", "adjustments_next.csv"} <= names


@pytest.fixture(scope="module")
def corrected(
    months: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Path], tuple[Path, Path]]:
    """The periods with item lines in the first one, and two corrections of it."""
    base = tmp_path_factory.mktemp("corrected")
    half = files("2025-H1", "60.00", RECORDS["2025-H1"])
    assert run("settle", write_case(base / "c", half), "-o", base / "h1").exit_code == 0
    one, two = base / "one", base / "two"
    records = f"{HEAD}\n{RECORDS['2025-H1']}{LATE}"
    case = write_case(base / "c1", {**half, "records.csv": records})
    done = run("correct", case, "--closed", base / "h1", "-o", one)
    assert done.exit_code == 0, done.output
    case = write_case(base / "c2", {**half, "records.csv": f"{records}{LATE}"})
    done = run("correct", case, "--closed", base / "h1", "--earlier", one, "-o", two)
    assert done.exit_code == 0, done.output
    return {**months, "2025-H1": base / "h1"}, (one, two)


def test_an_adjustment_counts_as_paid_once(
    corrected: tuple[dict[str, Path], tuple[Path, Path]], tmp_path: Path
) -> None:
    parts, (one, two) = corrected
    out = ended(tmp_path, of_year(LATE + LATE), [*parts.values()], [two, one])
    # 4 x 60.00 / 20 = 12.00 by each correction; the year is 28 : 40 of 120.00.
    rows = read_out(out, "year_end")
    assert shown(rows, *MONEY) == [
        ("P01", "49.41", "68.00", "0.00", "-18.59"),
        ("P02", "70.59", "52.00", "24.00", "-5.41"),
    ]
    (noted,) = [row for row in read_out(out, "problems") if row["code"] == "YEAR_END_ADJUSTMENTS"]
    assert (noted["value"], "24.00" in noted["reason_zh"]) == ("P02", True)
    chain = json.loads((out / "manifest.json").read_bytes())["year_end"]
    assert [len(chain[name]) for name in ("paid", "adjusted")] == [5, 2]


def test_what_the_command_alone_notes_is_printed_and_in_the_json(
    corrected: tuple[dict[str, Path], tuple[Path, Path]], tmp_path: Path
) -> None:
    parts, (one, two) = corrected
    case = write_case(tmp_path / "case", of_year(LATE + LATE))
    given = [part for path in parts.values() for part in ("--paid", path)]
    command = ("year-end", case, *given, "--adjusted", one, "--adjusted", two, "-o", tmp_path / "o")
    done = run(*command)
    assert (done.exit_code, done.stderr.count("warning YEAR_END_ADJUSTMENTS\n")) == (0, 1)
    (noted,) = json.loads(run(*command, "--json").stdout)["problems"]
    assert (noted["code"], noted["value"], noted["row"]) == ("YEAR_END_ADJUSTMENTS", "P02", 0)


def test_the_json_says_what_was_understood(months: Mapping[str, Path], tmp_path: Path) -> None:
    year = of_year()
    records = str(year.pop("records.csv")).replace(",", "\t")
    case = write_case(tmp_path / "case", {**year, "records.csv": None, "records.tsv": records})
    paid = [part for path in months.values() for part in ("--paid", path)]
    told = json.loads(run("year-end", case, *paid, "-o", tmp_path / "o", "--json").stdout)
    (known,) = told["understood"]
    assert (known["file"], known["delimiter"]) == ("records.tsv", "tab")
    assert known == json.loads((tmp_path / "o" / "manifest.json").read_bytes())["understood"][0]
    assert "understood" not in json.loads((tmp_path / "o" / "summary.json").read_bytes())


def test_the_order_of_folders_decides_nothing(
    corrected: tuple[dict[str, Path], tuple[Path, Path]], tmp_path: Path
) -> None:
    parts, (one, two) = corrected
    first = ended(tmp_path, of_year(LATE + LATE), [*parts.values()], [one, two], "first")
    other = [*reversed(parts.values())]
    second = ended(tmp_path, of_year(LATE + LATE), other, [two, one], "second")
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name


def test_who_is_in_the_year_or_in_a_month_only_has_a_row(
    months: Mapping[str, Path], tmp_path: Path
) -> None:
    year = of_year()
    year["staff.csv"] = GOOD["staff.csv"].replace("P01,I01,王春梅\n", "P09,I01,周平\n")
    year["records.csv"] = str(year["records.csv"]).replace("P01", "P09")
    out = ended(tmp_path, year, [*months.values()])
    assert shown(read_out(out, "year_end"), *MONEY) == [
        ("P01", "0.00", "68.00", "0.00", "-68.00"),
        ("P02", "64.00", "52.00", "0.00", "12.00"),
        ("P09", "56.00", "0.00", "0.00", "56.00"),
    ]


def test_the_pool_of_the_year_need_not_be_the_sum_of_the_months(
    months: Mapping[str, Path], tmp_path: Path
) -> None:
    out = ended(tmp_path, of_year(amount="150.00"), [*months.values()])
    rows = read_out(out, "year_end")
    assert sum(Decimal(row["due"]) for row in rows) == 30
    (line,) = [row for row in read_out(out, "year_end_pools") if row["line"] == "paid"]
    assert (line["entitlement"], line["paid"], line["due"]) == ("150.00", "120.00", "30.00")


# -- what is refused -------------------------------------------------------------------------------


def test_months_that_do_not_cover_the_year_once_are_refused(
    months: Mapping[str, Path], tmp_path: Path
) -> None:
    some = [months[name] for name in ("2025-H1", "2025-Q3", "2025-12")]
    lost = refused("YEAR_END_MISSING", tmp_path, of_year(), some)
    assert lost == "2025-10, 2025-11"
    refused("YEAR_END_TWICE", tmp_path, of_year(), [*months.values(), months["2025-Q3"]])
    quarter = write_case(tmp_path / "q4", files("2025-Q4", "1.00", RECORDS["2025-10"]))
    assert run("settle", quarter, "-o", tmp_path / "q4-out").exit_code == 0
    case = write_case(tmp_path / "c", of_year())
    options = [part for one in (*months.values(), tmp_path / "q4-out") for part in ("--paid", one)]
    done = run("year-end", case, *options, "-o", tmp_path / "no")
    assert (done.exit_code, done.stderr.count("YEAR_END_TWICE")) == (1, 3)
    for year in ("2024", "2026"):
        case = write_case(tmp_path / year, of_year() | {"case.yaml": f"period: {year}\n"})
        done = run("year-end", case, *options[:2], "-o", tmp_path / "no")
        assert "YEAR_END_OUTSIDE" in done.stderr
        assert f"{year}-01, {year}-02" in done.stderr


def test_a_part_of_a_year_has_no_end(months: Mapping[str, Path], tmp_path: Path) -> None:
    half = files("2025-H1", "1.00", RECORDS["2025-H1"])
    assert refused("YEAR_END_PERIOD", tmp_path, half, [*months.values()]) == "2025-H1"


def test_a_changed_month_is_refused_and_all_of_them_are_told(
    months: Mapping[str, Path], tmp_path: Path
) -> None:
    spoiled = []
    for name in ("2025-Q3", "2025-11"):
        copy = tmp_path / name
        shutil.copytree(months[name], copy)
        (copy / "payouts.csv").write_bytes((copy / "payouts.csv").read_bytes() + b"\n")
        spoiled.append(copy)
    case = write_case(tmp_path / "c", of_year())
    options = [part for one in spoiled for part in ("--paid", one)]
    done = run("year-end", case, *options, "-o", tmp_path / "no", "--json")
    problems = json.loads(done.stdout)["problems"]
    assert [(one["code"], one["file"], one["value"]) for one in problems] == [
        ("OUT_CHANGED", "2025-Q3", "payouts.csv"),
        ("OUT_CHANGED", "2025-11", "payouts.csv"),
    ]


def test_another_county_and_a_pool_that_the_year_lacks_are_refused(
    months: Mapping[str, Path], tmp_path: Path
) -> None:
    other = of_year() | {
        "institutions.csv": "institution_id\nI01\n",
        "staff.csv": "person_id,institution_id\nP01,I01\nP02,I01\n",
    }
    case = write_case(tmp_path / "c", other)
    options = [part for one in months.values() for part in ("--paid", one)]
    done = run("year-end", case, *options, "-o", tmp_path / "no")
    assert (done.exit_code, "CORRECT_OTHER_CASE" in done.stderr) == (1, True)
    renamed = of_year() | {"pools.csv": "institution_id,pool,amount\nI01,奖励,120.00\n"}
    assert refused("YEAR_END_POOL", tmp_path, renamed, [*months.values()]) == "绩效"


def test_a_correction_left_out_or_of_no_month_is_refused(
    corrected: tuple[dict[str, Path], tuple[Path, Path]], months: Mapping[str, Path], tmp_path: Path
) -> None:
    parts, (one, two) = corrected
    paid = [*parts.values()]
    refused("CORRECT_CHAIN", tmp_path, of_year(), paid, "--adjusted", two)
    more = "--adjusted", one, "--adjusted", two, "--adjusted", two
    refused("CORRECT_CHAIN", tmp_path, of_year(), paid, *more)
    refused("CORRECT_OTHER_RUN", tmp_path, of_year(), [*months.values()], "--adjusted", one)
    refused("CORRECT_NOT_ADJUSTMENTS", tmp_path, of_year(), paid, "--adjusted", paid[0])
    refused("OUT_MISSING", tmp_path, of_year(), [*paid[1:], tmp_path / "nowhere"])


def test_rejected_records_stop_it_as_they_stop_settle(
    months: Mapping[str, Path], tmp_path: Path
) -> None:
    case = write_case(tmp_path / "c", of_year("I01,P02,NO99,2025-06-20,4\n"))
    options = [part for one in months.values() for part in ("--paid", one)]
    done = run("year-end", case, *options, "-o", tmp_path / "out", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["problems"][0]["code"] == "REJECTED_ROWS"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "problems.csv",
        "rejected.csv",
        "summary.json",
    ]
    options += ["--on-reject", "quarantine"]
    assert run("year-end", case, *options, "-o", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "year_end.csv").is_file()


def test_a_month_is_never_replaced(months: Mapping[str, Path], tmp_path: Path) -> None:
    case = write_case(tmp_path / "c", of_year())
    options = [part for one in months.values() for part in ("--paid", one)]
    before = {path: path.read_bytes() for path in months["2025-12"].iterdir()}
    done = run("year-end", case, *options, "-o", months["2025-12"])
    assert (done.exit_code, "CORRECT_OUT_IS_INPUT" in done.stderr) == (1, True)
    assert {path: path.read_bytes() for path in months["2025-12"].iterdir()} == before


@pytest.mark.parametrize("arguments", [(), ("c",), ("c", "--paid", "o"), ("c", "-o", "o")])
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert run("year-end", *arguments).exit_code == 2


def test_help_tells_the_options_in_both_languages() -> None:
    text = run("year-end", "--help").stdout
    assert "--adjusted" in text
    assert "全年应得减已发" in text
