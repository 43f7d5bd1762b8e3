"""The cache of counts: no byte of any result depends on it, and what is known is not read again.

Faults caught: a code of one run in another one, a count under an address that something it follows
from is missing in, faults of rows lost or told of another file, a file that was cut or altered and
is believed, records read again that were counted before.
"""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equivalents.count import Counted
from equivalents.errors import EquivalentsError
from equivalents.intake import identity, originals, source
from equivalents.intake.coding import Coder
from equivalents.intake.source import Source
from equivalents.records import RecordBlock
from equivalents.run import settle_case
from equivalents.store.cachefiles import CacheFolder, Entry, address_of
from equivalents.store.tallycache import PartKeeper, TallyCache
from tests.proofs.changing import read_rows, tables_of, to_parquet, write_rows
from tests.proofs.counts import FULL, counts
from tests.reference import FEATURES, write_random_case

SEEDS = range(counts(2, 60))
WAITING = ["08", "30", "48", "72", "79"]
SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"


class Reads:
    """How many rows were read, and counted anew; how often ids were hashed, and texts fetched."""

    def __init__(self) -> None:
        self.rows = self.counted = self.columns = self.texts = 0


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    seen, read, hashed = Reads(), Source.read, identity._part_hashes
    keep = PartKeeper.keep

    def counting(self: Source, index: int, coder: Coder) -> Iterator[RecordBlock]:
        for block in read(self, index, coder):
            seen.rows += block.received
            yield block

    def hashing(part: object, heading: str) -> object:
        seen.columns += 1
        return hashed(part, heading)  # type: ignore[arg-type]

    def keeping(self: PartKeeper, at: int, counted: Counted, *more: Any) -> None:
        seen.counted += counted.received
        keep(self, at, counted, *more)

    fetched, shown = Source.texts, originals.original_rows

    def fetching(self: Source, *asked: Any, **more: Any) -> Any:
        seen.texts += 1
        return fetched(self, *asked, **more)

    def showing(*asked: Any) -> Any:
        seen.texts += 1
        return shown(*asked)

    monkeypatch.setattr(Source, "texts", fetching)
    monkeypatch.setattr(source, "original_rows", showing)
    monkeypatch.setattr(Source, "read", counting)
    monkeypatch.setattr(PartKeeper, "keep", keeping)
    monkeypatch.setattr(identity, "_part_hashes", hashing)
    return seen


def settled(
    case: Path, out: Path, cache: Path | TallyCache | None = None, *, direct: bool = False
) -> dict[str, bytes] | str:
    """Every file of the result, or what refused it."""
    shutil.rmtree(out, ignore_errors=True)
    try:
        settle_case(case, out, stop_on_reject=False, direct=direct, cache=cache)
    except EquivalentsError as error:
        return str(error)
    return {file.name: file.read_bytes() for file in sorted(out.iterdir())}


def agree(case: Path, cache: Path) -> None:
    """With the cache as it is, and as it is then, both ways give what they give without."""
    for direct in (True, False):
        expected = settled(case, case.parent / "out", direct=direct)
        for _ in range(2):
            known = TallyCache(cache)
            assert settled(case, case.parent / "out", known, direct=direct) == expected
            assert known.problems == []


def in_files(case: Path, several: int) -> list[Path]:
    """The records of a case in some files more."""
    rows: list[list[str]] = []
    heading: list[str] = []
    for path in tables_of(case):
        there, some = read_rows(path)
        heading = heading or there
        if there == heading:
            rows += some
            path.unlink()
    for at in range(several):
        write_rows(case / "records" / f"part{at}.csv", heading, rows[at::several])
    return sorted(case.glob("records/part*.csv"))


def changed(path: Path, change: Callable[[dict[str, str]], None]) -> None:
    """Change the rows of a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        change(row)
    write_rows(path, [*rows[0]], [[*row.values()] for row in rows])


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
    case, cache = tmp_path / "case", tmp_path / "cache"
    write_random_case(case, 92_000 + seed, 150, dirty=False, features=FEATURES)
    files = in_files(case, 3)
    away = files[seed % 3].rename(tmp_path / "away.csv")
    agree(case, cache)
    shutil.copy(away, files[seed % 3])
    expected = settled(case, tmp_path / "out")
    reads.rows = reads.columns = 0
    assert settled(case, tmp_path / "out", cache) == expected
    # A correction whose record was away is another one now: only then is more read.
    more = read_rows(away)[1]
    corrects = any("corrects" in read_rows(file)[0] for file in files)
    assert reads.rows == len(more) or (corrects and reads.rows > len(more))
    assert reads.columns <= 2
    files[(seed + 1) % 3].unlink()
    expected = settled(case, tmp_path / "out")
    reads.rows = 0
    assert settled(case, tmp_path / "out", cache) == expected
    assert reads.rows == 0 or corrects


@pytest.mark.parametrize("seed", range(counts(1, 60)))
def test_ids_are_compared_with_those_of_files_that_are_not_read(seed: int, tmp_path: Path) -> None:
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
    again = [list(row) for row in rows[: len(rows) // 2]]
    for row in again[::2]:
        row[heading.index("quantity")] = "2"
    write_rows(case / "records" / "again.csv", heading, again)
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
    reads.rows = reads.counted = 0
    assert settled(case, tmp_path / "out", cache, direct=True) == expected
    assert (reads.counted, reads.rows) == (151 if faulty else 0, 0)


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


# -- not to be believed ----------------------------------------------------------------------------


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"0")


def altered(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def foreign(path: Path) -> None:
    """A whole file, but that of something else."""
    CacheFolder(path.parents[2]).put("tallies", address_of("other"), Entry({"received": 1}))
    CacheFolder(path.parents[2]).path("tallies", address_of("other")).replace(path)


@pytest.mark.parametrize("harm", [cut, emptied, longer, altered, foreign])
def test_what_lies_is_told_and_made_again(
    harm: Callable[[Path], None], tmp_path: Path, reads: Reads
) -> None:
    case, cache = tmp_path / "case", tmp_path / "cache"
    write_random_case(case, 96_001, 80, dirty=True, features=FEATURES)
    expected = settled(case, tmp_path / "out", cache)
    files = [path for path in cache.rglob("*") if path.is_file()]
    for path in files:
        harm(path)
    known = TallyCache(cache)
    assert settled(case, tmp_path / "out", known) == expected
    found = [problem.code for problem in known.problems]
    assert found
    assert set(found) == {"CACHE_REBUILT"}
    assert {problem.place.file.partition("/")[0] for problem in known.problems} >= {"tallies"}
    reads.rows, known = 0, TallyCache(cache)
    assert settled(case, tmp_path / "out", known) == expected
    assert (known.problems, reads.rows) == ([], 0)


def test_every_bit_of_a_file_is_proven(tmp_path: Path) -> None:
    folder, address = CacheFolder(tmp_path), address_of("one")
    arrays = {"a": np.arange(9, dtype=np.int16), "b": np.full(5, 7), "c": np.zeros(0, np.uint8)}
    folder.put("tallies", address, Entry({"text": "张三"}, arrays))
    path = folder.path("tallies", address)
    body = path.read_bytes()
    kept = folder.get("tallies", address)
    assert kept is not None
    assert kept.facts == {"text": "张三"}
    for name, array in arrays.items():
        assert kept.arrays[name].dtype == array.dtype
        assert kept.arrays[name].tolist() == array.tolist()
    for at in range(0, len(body) * 8, 1 if FULL else 7):
        lying = bytearray(body)
        lying[at // 8] ^= 1 << at % 8
        path.write_bytes(lying)
        assert folder.get("tallies", address) is None
    assert {problem.code for problem in folder.problems} == {"CACHE_REBUILT"}
    assert not path.exists()


def test_a_folder_that_cannot_be_used_is_told_once(tmp_path: Path) -> None:
    case = tmp_path / "case"
    write_random_case(case, 97_001, 40, dirty=True, features=FEATURES)
    (tmp_path / "cache").write_text("no folder")
    known = TallyCache(tmp_path / "cache")
    assert settled(case, tmp_path / "out", known) == settled(case, tmp_path / "out")
    assert [problem.code for problem in known.problems] == ["CACHE_UNUSED"]


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = tmp_path / "case"
    write_random_case(case, 98_001, 40, dirty=False)
    monkeypatch.setattr(TallyCache, "still", lambda *_: False)
    settled(case, tmp_path / "out", tmp_path / "cache")
    assert not [path for path in tmp_path.joinpath("cache").rglob("*") if path.is_file()]


def test_what_was_not_used_lately_goes_first(tmp_path: Path) -> None:
    folder = CacheFolder(tmp_path)
    addresses = [address_of(number) for number in range(3)]
    for number, address in enumerate(addresses):
        folder.put("ids", address, Entry(arrays={"hashes": np.arange(100)}))
        os.utime(folder.path("ids", address), (number, number))
    assert folder.get("ids", addresses[0]) is not None
    folder.trim(2 * folder.path("ids", addresses[0]).stat().st_size)
    assert [folder.get("ids", address) is not None for address in addresses] == [True, False, True]


# -- as a command ----------------------------------------------------------------------------------


def command(case: Path, out: Path, cache: Path, **more: str) -> subprocess.CompletedProcess[str]:
    words = ["settle", str(case), "-o", str(out), "--cache", str(cache), "--json"]
    words += ["--on-reject", "quarantine"]
    return subprocess.run(
        [sys.executable, "-m", "equivalents", *words],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_killed_while_it_is_kept_and_settled_again(tmp_path: Path) -> None:
    case, out, cache = tmp_path / "case", tmp_path / "out", tmp_path / "cache"
    write_random_case(case, 99_001, 40, dirty=True, features=FEATURES)
    expected = settled(case, out)
    for nth in (1, 2):
        shutil.rmtree(out, ignore_errors=True)
        done = command(case, out, cache, EQUIVALENTS_FAILPOINT=f"cache.written:{nth}")
        assert done.returncode < 0
        assert not out.exists()
    done = command(case, out, cache)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["problems"] == []
    assert {file.name: file.read_bytes() for file in sorted(out.iterdir())} == expected
    for path in [path for path in cache.rglob("*") if path.is_file()]:
        cut(path)
    done = command(case, out, cache)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["problems"]
    assert {problem["code"] for problem in told} == {"CACHE_REBUILT"}
    assert {file.name: file.read_bytes() for file in sorted(out.iterdir())} == expected
