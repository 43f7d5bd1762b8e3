"""The cache of counts: no byte of any result depends on it, and what is known is not read again.

Faults caught: a code of one run in another one, a count under an address that something it follows
from is missing in, faults of rows lost or told of another file, a file that was cut or altered and
is believed, records read again that were counted before.
"""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.proofs.changing import read_rows, to_parquet, write_rows
from tests.proofs.counts import counts
from tests.reference import FEATURES, write_random_case
from tests.store.cachedruns import Reads, agree, changed, in_files, settled
from tests.store.saidofids import rows_said_otherwise, said_of_ids

SEEDS = range(counts(2, 60))
WAITING = ["08", "30", "48", "72", "79"]
SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"


# -- no byte depends on it -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dirty", [False, True], ids=["clean", "dirty"])
@pytest.mark.parametrize("features", [frozenset(), FEATURES], ids=["plain", "every rule"])
def test_random_cases_are_the_same_to_the_byte(
    features: frozenset[str], dirty: bool, seed: int, tmp_path: Path, reads: Reads
) -> None:
    case = tmp_path / "case"
    write_random_case(case, 91_000 + seed, 120, dirty=dirty, features=features)
    if seed % 2 and not dirty:
        to_parquet(case, random.Random(seed))
    agree(case, tmp_path / "cache")
    reads.rows = reads.columns = reads.texts = 0
    settled(case, tmp_path / "out", tmp_path / "cache")
    assert (reads.rows, reads.columns, reads.texts) == (0, 0, 0)


@pytest.mark.parametrize("number", WAITING)
def test_records_that_wait_wait_as_before(number: str, tmp_path: Path, reads: Reads) -> None:
    scenario = next(folder for folder in SCENARIOS.iterdir() if folder.name.startswith(number))
    shutil.copytree(scenario / "case", tmp_path / "case")
    agree(tmp_path / "case", tmp_path / "cache")
    reads.rows = reads.texts = 0
    settled(tmp_path / "case", tmp_path / "out", tmp_path / "cache")
    assert (reads.rows, reads.texts) == (0, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_more_costs_that_file_and_a_file_less_nothing(
    seed: int, tmp_path: Path, reads: Reads
) -> None:
    """Old files are not read. Counted again are those whose ids the other file speaks of."""
    case, cache = tmp_path / "case", tmp_path / "cache"
    write_random_case(case, 92_000 + seed, 150, dirty=False, features=FEATURES)
    files = in_files(case, 3)
    away = files[seed % 3].rename(tmp_path / "away.csv")
    agree(case, cache)
    before = said_of_ids(case)
    shutil.copy(away, files[seed % 3])
    more = len(read_rows(away)[1])
    expected = settled(case, tmp_path / "out")
    reads.rows = reads.columns = reads.counted = 0
    assert settled(case, tmp_path / "out", cache) == expected
    assert (reads.rows, reads.counted) == (more, more + rows_said_otherwise(case, before))
    assert reads.columns == len({"record_id", "corrects"} & {*read_rows(away)[0]})
    before = said_of_ids(case)
    files[(seed + 1) % 3].unlink()
    expected = settled(case, tmp_path / "out")
    reads.rows = reads.columns = reads.counted = 0
    assert settled(case, tmp_path / "out", cache) == expected
    counted = rows_said_otherwise(case, before)
    assert (reads.rows, reads.columns, reads.counted) == (0, 0, counted)


@pytest.mark.parametrize("seed", range(counts(1, 60)))
def test_ids_are_compared_with_those_of_files_that_are_not_read(
    seed: int, tmp_path: Path, reads: Reads
) -> None:
    case, cache = tmp_path / "case", tmp_path / "cache"
    write_random_case(case, 93_000 + seed, 60, dirty=True, features=FEATURES)
    files = in_files(case, 2)
    agree(case, cache)
    heading, rows = read_rows(files[0])
    if "record_id" not in heading:
        heading = [*heading, "record_id"]
        rows = [[*row, f"X{at}"] for at, row in enumerate(rows)]
        write_rows(files[0], heading, rows)
        agree(case, cache)
    before = said_of_ids(case)
    again = [list(row) for row in rows[: len(rows) // 2]]
    for row in again[::2]:
        row[heading.index("quantity")] = "2"
    write_rows(case / "records" / "again.csv", heading, again)
    expected = settled(case, tmp_path / "out")
    reads.rows = reads.counted = 0
    assert settled(case, tmp_path / "out", cache) == expected
    more = len(again)
    assert (reads.rows, reads.counted) == (more, more + rows_said_otherwise(case, before))
    agree(case, cache)


def test_what_was_opened_into_a_spool_is_kept_as_well(tmp_path: Path, reads: Reads) -> None:
    """Texts of ids that were refused when they were cleaned are told once, whatever others say."""
    case, cache = tmp_path / "case", tmp_path / "cache"
    small_case(case)
    heading = [*RECORDS, "resident_id", "record_id", "corrects", "performers"]
    ids = ["1.2E+17", "1.2E+17", "E1", "E1", "E2", "E3", "", "#N/A"]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(heading)
    for at, one in enumerate(ids):
        who = "P1" if at != 5 else "P9"
        named, several = ["", "E7", "#N/A"][at % 3], "P1;P77" if one in ("E1", "E2") else ""
        sheet.append([who, "J1", "A", "2026-02-03", "1", "", "R1", one, named, several])
    book.save(case / "records" / "book.xlsx")
    odd = " 人员编号 ,机构编号,项目编码,服务日期,数量\nP1,J1,B,2026/2/3,１"
    (case / "records" / "odd.csv").write_text(f"二月报表\n{odd}\n", "utf-8")
    agree(case, cache)
    reads.rows = reads.columns = reads.texts = reads.counted = 0
    assert not isinstance(settled(case, tmp_path / "out", cache), str)
    assert (reads.rows, reads.columns, reads.texts, reads.counted) == (0, 0, 0, 0)
    more = [
        ["P1", "J1", "A", "2026-02-03", "1", "", "R1", one, "", ""]
        for one in ("E2", "E3", "E7", *2 * ["E8\nX"])
    ]
    write_rows(case / "records" / "more.csv", heading, more)
    settled(case, tmp_path / "out", cache)
    assert (reads.rows, reads.counted) == (len(more), len(more) + len(ids))
    agree(case, cache)


# -- other rules -----------------------------------------------------------------------------------

TABLES = {
    "case.yaml": 'period: "2026-02"\noutside_period: exclude\n',
    "institutions.csv": "institution_id\nJ1\nJ2\n",
    "staff.csv": "person_id,institution_id,active_from,active_to,title_tier\n"
    "P1,J1,2020-01-01,,senior\nP2,J1,2020-01-01,,junior\nP3,J2,2020-01-01,,junior\n"
    "P4,J2,2026-02-11,,junior\n",
    "weights.csv": "item_code,weight,valid_from,valid_to,title_tier,quantity_max,counting_basis,"
    "window\nA,1,2020-01-01,2026-02-16,,,,\nA,2.5,2026-02-16,,,,,\nB,1.25,2020-01-01,,,,,\n"
    "C,3,2020-01-01,,senior,,,\nC,1,2020-01-01,,,,,\nD,4,2020-01-01,,,,resident,month\n",
    "teams.csv": "team_id,person_id,role,share,valid_from,valid_to\n"
    "T1,P1,GP,2,2020-01-01,\nT1,P2,GP,1,2020-01-01,\n",
    "pools.csv": "institution_id,pool,amount\nJ1,bonus,1000\nJ2,bonus,700\n",
}
RECORDS = ["person_id", "institution_id", "item_code", "service_date", "quantity", "team_id"]


def small_case(case: Path) -> None:
    """A case whose every record counts, but some outside the period, in three files."""
    case.mkdir()
    for name, text in TABLES.items():
        case.joinpath(name).write_text(text, "utf-8")
    chance = random.Random(1)
    for file in range(3):
        rows = []
        for _ in range(50):
            place, day = chance.choice(["J1", "J2"]), chance.randrange(1, 29)
            people = ["P1", "P2", ""] if place == "J1" else ["P3", "P4"] if day > 10 else ["P3"]
            who, date = chance.choice(people), f"2026-02-{day:02}"
            if who != "P4":
                date = chance.choice([date] * 8 + ["2026-03-01", "2026-01-20"])
            item, quantity = chance.choice("ABCD"), str(chance.choice([1, 1, 2, 3]))
            team, resident = "" if who else "T1", f"R{chance.randrange(9)}"
            rows.append([who, place, item, date, quantity, team, resident])
        write_rows(case / "records" / f"{file}.csv", [*RECORDS, "resident_id"], rows)


def heavier(row: dict[str, str]) -> None:
    row["weight"] = "9.8765" if row["item_code"] == "A" else row["weight"]


def limited(row: dict[str, str]) -> None:
    row["quantity_max"] = "2"


def unknown(row: dict[str, str]) -> None:
    row["item_code"] = row["item_code"].replace("B", "Z")


def by_resident(row: dict[str, str]) -> None:
    if row["item_code"] == "B":
        row |= {"counting_basis": "resident", "window": "month"}


def by_year(row: dict[str, str]) -> None:
    if row["window"]:
        row["window"] = "year"


def later(row: dict[str, str]) -> None:
    for name in ("valid_from", "valid_to"):
        row[name] = row[name].replace("2026-02-16", "2026-02-21")


def promoted(row: dict[str, str]) -> None:
    row["title_tier"] = "senior"


def hired_later(row: dict[str, str]) -> None:
    row["active_from"] = row["active_from"].replace("2026-02-11", "2026-02-16")


def other_shares(row: dict[str, str]) -> None:
    row["share"] = "5" if row["person_id"] == "P2" else row["share"]


def rejecting(case: Path) -> None:
    (case / "case.yaml").write_text('period: "2026-02"\noutside_period: reject\n', "utf-8")


@pytest.mark.parametrize(
    ("table", "change", "counted", "read", "faulty"),
    [
        ("weights.csv", heavier, 0, 0, False),
        ("weights.csv", limited, 151, 0, True),
        ("weights.csv", unknown, 151, 0, True),
        ("weights.csv", by_resident, 151, 151, False),
        ("weights.csv", by_year, 0, 0, False),
        ("weights.csv", later, 151, 0, False),
        ("staff.csv", promoted, 0, 0, False),
        ("staff.csv", hired_later, 151, 0, True),
        ("teams.csv", other_shares, 151, 0, False),
        ("case.yaml", rejecting, 151, 0, True),
    ],
)
def test_other_rules_count_again_what_follows_from_them(
    table: str,
    change: Callable[..., None],
    counted: int,
    read: int,
    faulty: bool,
    tmp_path: Path,
    reads: Reads,
) -> None:
    """Rows are counted again where counts are others, or rows are at fault that were not before.

    They are read again only where others wait than did before.
    """
    case, cache = tmp_path / "case", tmp_path / "cache"
    small_case(case)
    heading, rows = read_rows(case / "records" / "2.csv")
    rows.append(["P1", "J1", "A", "2026-02-03", "many", "", ""])
    write_rows(case / "records" / "2.csv", heading, rows)
    before = settled(case, tmp_path / "out", cache)
    if table == "case.yaml":
        change(case)
    else:
        changed(case / table, change)
    for direct in (False, True):
        expected = settled(case, tmp_path / "out", direct=direct)
        assert isinstance(before, dict)
        assert isinstance(expected, dict)
        told = "problems.csv" if faulty else "payouts.csv"
        assert expected[told] != before[told]
        reads.rows = reads.counted = 0
        assert settled(case, tmp_path / "out", cache, direct=direct) == expected
        assert (reads.counted, reads.rows) == ((0, 0) if direct else (counted, read))
    # What weights say is lost: cells tell it again, but where rows must be told.
    shutil.rmtree(cache / "ends")
    shutil.rmtree(cache / "sums", ignore_errors=True)
    reads.rows = reads.counted = 0
    assert settled(case, tmp_path / "out", cache, direct=True) == expected
    assert (reads.counted, reads.rows) == (151 if faulty else 0, 0)


def test_what_was_weighed_is_not_weighed_again_under_these_weights(
    tmp_path: Path, reads: Reads
) -> None:
    """The direct path asks for sums alone: shared cells, waiting records and faults are in them."""
    case, cache = tmp_path / "case", tmp_path / "cache"
    small_case(case)
    limits = case / "weights.csv"
    limits.write_text(
        limits.read_text("utf-8").replace("B,1.25,2020-01-01,,,", "B,1.25,2020-01-01,,,2")
    )
    expected = settled(case, tmp_path / "out", cache, direct=True)
    assert expected == settled(case, tmp_path / "out", direct=True)
    for kind in ("tallies", "ends", "coded"):
        shutil.rmtree(cache / kind)
    reads.rows = reads.counted = 0
    assert settled(case, tmp_path / "out", cache, direct=True) == expected
    assert (reads.rows, reads.counted) == (0, 0)
    changed(limits, heavier)
    other = settled(case, tmp_path / "out", direct=True)
    assert other != expected
    reads.rows = 0
    assert settled(case, tmp_path / "out", cache, direct=True) == other
    assert reads.rows == 150  # of sums alone no other weights can be told


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("staff.csv", "P3,J2", "P9,J1,2020-01-01,,junior\nP3,J2"),
        ("staff.csv", "P4,J2,2026-02-11,,junior\n", ""),
        ("staff.csv", "P1,", "P0,J2,2020-01-01,,junior\nP1,"),
        ("institutions.csv", "J2\n", "J2\nJ9\n"),
        ("teams.csv", "T1,P1", "T9,P1,GP,2,2020-01-01,\nT0,P2,GP,1,2020-01-01,\nT1,P1"),
        ("teams.csv", "T1,", "T2,"),
        ("staff.csv", ",title_tier\nP1,J1,2020-01-01,,senior", ",post_id\nP1,J1,2020-01-01,,X"),
    ],
    ids=["known", "gone", "before all", "place", "team known", "team gone", "post known"],
)
@pytest.mark.parametrize("strange", [[], [3], [*range(5)]], ids=["none", "a post", "some"])
def test_other_people_are_found_by_their_ids(
    strange: list[int], table: str, old: str, new: str, tmp_path: Path, reads: Reads
) -> None:
    """Coded columns are used where they say the same, and not where an id is known that was not."""
    case, cache = tmp_path / "case", tmp_path / "cache"
    small_case(case)
    names = [*RECORDS, "resident_id", "post_id", "performers"]
    rows = [
        ["P9", "J1", "A", "2026-02-03", "1", "", "R1", "", ""],
        ["P1", "J9", "A", "2026-02-03", "1", "", "R1", "", ""],
        ["", "J1", "D", "2026-02-03", "1", "T9", "R1", "", ""],
        ["P1", "J1", "A", "2026-02-03", "1", "", "R1", "X", ""],
        ["P1", "J1", "D", "2026-02-03", "1", "", "R2", "", "P1:1;P9:2"],
    ]
    alike = [["P1", "J1", "AD"[at % 2], "2026-02-04", "2", "", "R3", "", "P1:2;P2:4"]
             for at in range(4)]  # fmt: skip
    write_rows(case / "records" / "more.csv", names, [*(rows[at] for at in strange), *alike])
    settled(case, tmp_path / "out", cache)
    path = case / table
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    expected = settled(case, tmp_path / "out")
    reads.rows = 0
    assert settled(case, tmp_path / "out", cache) == expected
    # Whoever is gone may be named by any file; who is new, only by what was strange before.
    assert new in ("", "T2,") or reads.rows == (len(strange) + 4 if strange else 0)


def test_sums_that_are_not_proven_to_fit_are_the_same_ones(tmp_path: Path) -> None:
    """The direct path gives way where quantities and weights are huge, whatever is left of them."""
    case = tmp_path / "case"
    small_case(case)
    weights = case / "weights.csv"
    weights.write_text(weights.read_text("utf-8") + "X,999999,2020-01-01,,,,,\n", "utf-8")
    rows = [
        ["P1", "J1", "X", "2026-02-03", "1", "", "", "1", ""],
        ["P1", "J1", "A", "2026-02-03", "999999", "", "", "2", ""],
        ["P1", "J1", "A", "2026-02-03", "-999998", "", "", "3", "2"],
    ]
    heading = [*RECORDS, "resident_id", "record_id", "corrects"]
    write_rows(case / "records" / "huge.csv", heading, rows)
    direct = settled(case, tmp_path / "out", direct=True)
    assert "equivalents.csv" in direct
    agree(case, tmp_path / "cache")
