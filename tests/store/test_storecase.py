"""The case of a period made of what is kept: the same payouts as of the folder it came from.

Faults it catches: a row, a date or an id that changes on its way; records of the wrong months; a
result that depends on the database, on the order or the splitting of imports, or on the cache; a
cache that is believed; what came later in a case of what was known before.
"""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.errors import DataError, UsageError
from equivalents.run import check_case, settle_case
from equivalents.store.casecache import CaseCache
from equivalents.store.caseput import put_case
from equivalents.store.compacting import compact
from equivalents.store.dated import put_table
from equivalents.store.engine import Store, open_store
from equivalents.store.importing import import_records
from equivalents.store.place import StorePlace
from equivalents.store.storecase import made_case, parse_store_case
from equivalents.store.upgrading import upgrade
from equivalents.store.writing import head_of
from tests.bad.case import GOOD, HEAD
from tests.keptcases import (
    keep_case,
    kept_and_given,
    rows_of,
    settled_files,
    with_key,
    write_tables,
)
from tests.proofs.counts import FULL
from tests.rules import folders
from tests.stores import environment, new_place

SCENARIOS = [one for one in folders() if not (one / "months").is_dir()]
FEW = {"11", "72", "81", "88", "100", "152", "158", "173"}
CHOSEN = [one for one in SCENARIOS if FULL or one.name.partition("-")[0] in FEW]


def codes(problems: object) -> list[str]:
    return [one.code for one in problems]  # type: ignore[attr-defined]


def seq(store: Store) -> int:
    with store.reading() as connection:
        head = head_of(connection)
    assert head is not None
    return head.seq


@pytest.fixture
def keyed(store: Store, tmp_path: Path) -> Store:
    """A store with a county key."""
    return with_key(store, tmp_path / "key")


@pytest.mark.parametrize("folder", CHOSEN, ids=[one.name for one in CHOSEN])
def test_a_kept_case_pays_what_its_folder_pays(folder: Path, keyed: Store, tmp_path: Path) -> None:
    made, kept, given = kept_and_given(keyed, folder / "case", tmp_path)
    assert made.problems == ()
    assert kept == given


def test_the_made_up_county_pays_the_same_out_of_a_store(small_demo: Path, tmp_path: Path) -> None:
    """With its dirty rows, schemes, contracts, windows, and stays that began the year before."""
    place = new_place("sqlite", tmp_path, "")
    upgrade(place, who="测试 tester")
    store = with_key(open_store(place, "测试 tester"), tmp_path / "key")
    made = made_case(store, keep_case(store, small_demo / "case"))
    settle_case(made.folder, tmp_path / "kept", stop_on_reject=False)
    assert settled_files(tmp_path / "kept") == settled_files(small_demo / "out")
    store.close()


def test_orders_and_splits_of_imports_give_the_same_bytes(store: Store, tmp_path: Path) -> None:
    lines = [f"I01,P0{1 + n % 2},MZ01,2025-06-{1 + n % 28:02},{1 + n}.5" for n in range(40)]
    lines[7] = "I02,P03,SF01,2025-06-09,1"
    whole = "\n".join([HEAD, *lines]) + "\n"
    case = write_tables(tmp_path / "case", {**GOOD, "records.csv": whole})
    settle_case(case, tmp_path / "given", stop_on_reject=False)
    put_case(store, case)
    for number, some in enumerate((lines[30:], lines[:20], lines[10:35])):
        file = tmp_path / f"r{number}.csv"
        file.write_text("\n".join([HEAD, *reversed(some)]) + "\n", "utf-8")
        import_records(store, [file])
    made = made_case(store, "2025-06")
    assert len([*(made.folder / "records").iterdir()]) == 3
    settle_case(made.folder, tmp_path / "kept", stop_on_reject=False)
    assert settled_files(tmp_path / "kept") == settled_files(tmp_path / "given")
    then = seq(store)
    compact(store)
    merged = made_case(store, "2025-06")
    assert len([*(merged.folder / "records").iterdir()]) == 1
    settle_case(merged.folder, tmp_path / "merged", stop_on_reject=False)
    assert settled_files(tmp_path / "merged") == settled_files(tmp_path / "given")
    assert made_case(store, "2025-06", as_of=then).folder == made.folder


def test_what_came_later_is_not_in_what_was_known_before(store: Store, tmp_path: Path) -> None:
    case = write_tables(tmp_path / "case", GOOD)
    keep_case(store, case)
    then = seq(store)
    before = made_case(store, "2025-06")
    more = tmp_path / "more.csv"
    more.write_text(f"{HEAD}\nI02,P03,MZ01,2025-06-05,7\n", "utf-8")
    import_records(store, [more])
    pool = {"institution_id": "I01", "pool": "绩效", "amount": "1.00"}
    put_table(store, "pools", [pool], period="2025-06")
    after = made_case(store, "2025-06")
    assert after.folder != before.folder
    assert made_case(store, "2025-06", as_of=then).folder == before.folder
    assert made_case(store, "2025-06").folder == after.folder
    assert len(rows_of(after.folder / "pools.csv")) == 1
    with pytest.raises(DataError) as refused:
        made_case(store, "2025-06", as_of=seq(store) + 1)
    assert codes(refused.value.problems) == ["STORE_AS_OF"]
    with pytest.raises(DataError) as refused:
        made_case(store, "2025-6")
    assert codes(refused.value.problems) == ["PERIOD_INVALID"]


def test_records_taken_back_are_in_no_case(store: Store, tmp_path: Path) -> None:
    case = write_tables(tmp_path / "case", GOOD)
    put_case(store, case)
    first = tmp_path / "a.csv"
    first.write_text(GOOD["records.csv"], "utf-8")
    done = import_records(store, [first])
    made_case(store, "2025-06")
    second = tmp_path / "b.csv"
    second.write_text(GOOD["records.csv"].replace("06-02,10", "06-02,11"), "utf-8")
    import_records(store, [second], replaces=done.imports[0])
    made = made_case(store, "2025-06")
    read = [pq.read_table(path) for path in sorted((made.folder / "records").iterdir())]
    quantities = sorted(str(q) for table in read for q in table["quantity"].to_pylist())
    assert quantities == ["11.000", "3.000", "5.000"]


def test_a_correction_of_an_earlier_record_is_understood(store: Store, tmp_path: Path) -> None:
    head = f"{HEAD},record_id,corrects\n"
    may = "I01,P01,MZ01,2025-05-20,8,A1,\nI01,P01,MZ01,2025-05-21,-1,A2,A1\n"
    june = "I01,P01,MZ01,2025-06-02,10,A4,\nI01,P02,SF01,2025-06-03,5,,\n"
    june += "I02,P03,MZ01,2025-06-04,3,,\nI01,P01,MZ01,2025-06-05,-3,A3,A1\n"
    for name, text in (("may.csv", may), ("june.csv", june)):
        import_records(store, [write_tables(tmp_path, {name: head + text}) / name])
    put_case(store, write_tables(tmp_path / "case", GOOD))
    for _ in range(2):
        made = made_case(store, "2025-06")
        assert codes(made.problems) == ["STORE_CASE_CORRECTED"]
        assert made.problems[0].facts == {"count": "2"}
    found = settle_case(made.folder, tmp_path / "out")
    assert (found.counted.rejected, found.counted.received) == (0, 6)
    lines = {row["person_id"]: row["quantity"] for row in rows_of(tmp_path / "out/equivalents.csv")}
    assert lines == {"P01": "7.000", "P02": "5.000", "P03": "3.000"}
    # In May nothing of June is known, and nothing has to be.
    put_table(store, "pools", rows_of(made.folder / "pools.csv"), period="2025-05")
    put_case(store, write_tables(tmp_path / "may", {"case.yaml": "period: 2025-05\n"}))
    before = made_case(store, "2025-05")
    assert "STORE_CASE_CORRECTED" not in codes(before.problems)


# -- windows ---------------------------------------------------------------------------------------

FIRST = {
    "case.yaml": "period: 2025-05\n",
    "institutions.csv": "institution_id\nI01\n",
    "staff.csv": "person_id,institution_id\nP01,I01\n",
    "weights.csv": "item_code,weight,valid_from,counting_basis,window\n"
    "YY,1,2025-01-01,resident,quarter\nMZ,1,2025-01-01,,\nJT,1,2025-01-01,household,year\n",
    "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\n",
    "records.csv": "institution_id,person_id,item_code,service_date,quantity,resident_id,"
    "household_id\n"
    "I01,P01,YY,2025-04-02,1,R1,H1\nI01,P01,YY,2025-03-31,1,R2,H2\nI01,P01,MZ,2025-04-03,1,R1,H1\n"
    "I01,P01,YY,2025-05-02,1,R1,H1\nI01,P01,YY,2025-05-02,1,R2,H2\nI01,P01,MZ,2025-05-03,1,,\n"
    "I01,P01,JT,2025-01-03,1,R1,H1\nI01,P01,JT,2025-05-03,1,R1,H1\nI01,P01,MZ,2025-06-03,1,,\n",
}


def dates(case: Path) -> list[tuple[str, str]]:
    tables = [pq.read_table(path) for path in sorted((case / "records").iterdir())]
    pairs = [zip(t["item_code"].to_pylist(), t["service_date"].to_pylist()) for t in tables]  # noqa: B905
    return sorted((str(item), str(day)) for pair in pairs for item, day in pair)


def test_earlier_records_of_a_window_are_history(keyed: Store, tmp_path: Path) -> None:
    keep_case(keyed, write_tables(tmp_path / "case", FIRST))
    made = made_case(keyed, "2025-05")
    assert dates(made.folder) == [
        ("JT", "2025-01-03"),
        ("JT", "2025-05-03"),
        ("MZ", "2025-05-03"),
        ("YY", "2025-04-02"),
        ("YY", "2025-05-02"),
        ("YY", "2025-05-02"),
    ]
    found = settle_case(made.folder, tmp_path / "out")
    assert found.counted.rejected == 0
    lines = {row["item_code"]: row["quantity"] for row in rows_of(tmp_path / "out/equivalents.csv")}
    assert lines == {"MZ": "1.000", "YY": "1.000"}


def test_stays_that_go_on_into_the_period_are_records_of_it(keyed: Store, tmp_path: Path) -> None:
    head = "institution_id,person_id,item_code,service_date,service_end_date,quantity,resident_id\n"
    bed = "I01,P01,CW,{},{},1,{}\n"
    spans = [("2023-11-20", "2025-05-04"), ("2025-04-02", "2025-05-01"), ("2025-05-30", "")]
    stays = "".join(bed.format(*span, f"R{n}") for n, span in enumerate(spans))
    weights = "item_code,weight,valid_from,counting_basis\nCW,1,2023-01-01,days\n"
    tables = {**FIRST, "weights.csv": weights, "records.csv": head + stays}
    for number, stay in enumerate(stays.splitlines()):
        file = write_tables(tmp_path, {f"{number}.csv": f"{head}{stay}\n"}) / f"{number}.csv"
        import_records(keyed, [file])
    put_case(keyed, write_tables(tmp_path / "case", tables))
    for _ in range(2):
        made = made_case(keyed, "2025-05")
        assert [day for _, day in dates(made.folder)] == ["2023-11-20", "2025-05-30"]
        CaseCache(keyed.place.cache).clear()
    settle_case(made_case(keyed, "2025-05").folder, tmp_path / "out")
    (line,) = rows_of(tmp_path / "out/equivalents.csv")
    assert line["quantity"] == "4.000"  # the first three days of May, and the thirtieth


def test_counted_is_carried_on_and_the_records_since_are_the_rest(
    keyed: Store, tmp_path: Path
) -> None:
    keep_case(keyed, write_tables(tmp_path / "case", FIRST))
    counted = tmp_path / "counted.csv"
    counted.write_text(
        "item_code,id,window,used\nYY,R2,2025-Q2,1\nYY,R9,2025-Q1,1\nJT,H2,2025,1\n", "utf-8"
    )
    put_table(keyed, "counted", counted, period="2025-04")
    made = made_case(keyed, "2025-05")
    # What was before April is in the table: no record of January any more.
    assert ("JT", "2025-01-03") not in dates(made.folder)
    assert ("YY", "2025-04-02") in dates(made.folder)
    rows = rows_of(made.folder / "counted.csv")
    assert [(row["item_code"], row["window"]) for row in rows] == [
        ("YY", "2025-Q2"),
        ("JT", "2025"),
    ]
    settle_case(made.folder, tmp_path / "out")
    lines = {row["item_code"]: row["quantity"] for row in rows_of(tmp_path / "out/equivalents.csv")}
    assert lines == {"MZ": "1.000", "JT": "1.000"}


# -- the cache -------------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["changed", "cut", "gone", "more", "list", "part"])
def test_a_cache_that_lies_is_told_and_made_again(store: Store, tmp_path: Path, harm: str) -> None:
    keep_case(store, write_tables(tmp_path / "case", GOOD))
    made = made_case(store, "2025-06")
    assert made_case(store, "2025-06").problems == ()
    pools, (records,) = made.folder / "pools.csv", [*(made.folder / "records").iterdir()]
    good, body = pools.read_bytes(), records.read_bytes()
    if harm == "changed":
        pools.write_bytes(good.replace(b"100.00", b"900.00"))
    elif harm == "cut":
        pools.write_bytes(good[:-5])
    elif harm == "gone":
        pools.unlink()
    elif harm == "more":
        (made.folder / "leave.csv").write_text("person_id\n", "utf-8")
    elif harm == "list":
        (made.folder.parent / "manifest.json").write_text("{}", "utf-8")
    else:
        records.write_bytes(body[:-1] + b"x")  # and with it the file that cases share
    again = made_case(store, "2025-06")
    assert set(codes(again.problems)) == {"CACHE_REBUILT"}
    assert again.folder == made.folder
    assert (pools.read_bytes(), records.read_bytes()) == (good, body)
    assert made_case(store, "2025-06").problems == ()


def test_the_cache_is_bounded_and_can_be_cleared(store: Store, tmp_path: Path) -> None:
    keep_case(store, write_tables(tmp_path / "case", GOOD))
    cache = CaseCache(store.place.cache)
    for month in range(1, 12):
        made_case(store, f"2026-{month:02}")
        made_case(store, f"2027-{month:02}")
        made_case(store, f"2028-{month:02}")
    assert cache.size()[0] == 24
    made = made_case(store, "2026-01")
    assert "STORE_CASE_NO_RECORDS" in codes(made.problems)
    assert "STORE_CASE_INHERITED" in codes(made.problems)
    put_table(
        store, "pools", [{"institution_id": "I01", "pool": "a", "amount": "1"}], period="2026"
    )
    assert check_case(made_case(store, "2026").folder).settlement.counted.received == 0
    assert cache.clear() == 24
    assert cache.size() == (0, 0)


def test_several_make_the_same_case_at_once(store: Store, tmp_path: Path) -> None:
    keep_case(store, write_tables(tmp_path / "case", GOOD))
    with ThreadPoolExecutor(6) as threads:
        made = [*threads.map(lambda _: made_case(store, "2025-06"), range(12))]
    assert {one.folder for one in made} == {made[0].folder}
    assert [one.problems for one in made] == [()] * 12
    assert CaseCache(store.place.cache).size()[0] == 1


def test_killed_while_it_is_made_nothing_half_is_left(store: Store, tmp_path: Path) -> None:
    keep_case(store, write_tables(tmp_path / "case", GOOD))
    for at in ("cache.written:1", "cache.written:2"):
        done = subprocess.run(
            [sys.executable, "-m", "equivalents", "check", "store:2025-06"],
            env=environment(store.place, EQUIVALENTS_FAILPOINT=at),
            capture_output=True,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        assert CaseCache(store.place.cache).size()[0] == 0
    made = made_case(store, "2025-06")
    assert made.problems == ()
    left = [one.name for one in made.folder.parent.parent.iterdir() if one.name[0] == "."]
    for name in left:
        os.utime(made.folder.parent.parent / name, (0, 0))
    CaseCache(store.place.cache).prune()
    assert [one.name for one in made.folder.parent.parent.iterdir()] == [made.folder.parent.name]


# -- the command line ------------------------------------------------------------------------------


def test_what_names_a_case_of_the_store() -> None:
    assert parse_store_case("case") is None
    assert parse_store_case("store:2025-06") == ("2025-06", None)
    assert parse_store_case("store:2025@12") == ("2025", 12)
    for text in ("store:", "store:june", "store:2025-06@", "store:2025-06@0", "store:2025-06@x"):
        with pytest.raises(UsageError):
            parse_store_case(text)


def test_commands_take_a_period_of_the_store(
    place: StorePlace, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(place).items():
        monkeypatch.setenv(name, value)
    keep_case(store, write_tables(tmp_path / "case", GOOD))
    runner, case, out = CliRunner(), "store:2025-06", str(tmp_path / "out")

    def said(*words: str) -> str:
        done = runner.invoke(app, [*words])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert json.loads(said("check", case, "--json"))["received"] == 3
    said("settle", case, "-o", out)
    settled = settled_files(tmp_path / "out")
    said("settle", case, "-o", out)  # by the counts that were kept
    assert any((place.cache / "counts").rglob("*"))
    assert settled_files(tmp_path / "out") == settled
    assert "SF01" in said("explain", out, "--person", "P02", "--case", case)
    proposal = tmp_path / "proposal.csv"
    proposal.write_text("item_code,weight,valid_from\nMZ01,3,2025-01-01\nSF01,2,2025-01-01\n")
    said("compare", case, "--proposal", str(proposal), "-o", str(tmp_path / "changes"))
    more = tmp_path / "more.csv"
    more.write_text(f"{HEAD}\nI01,P01,SF01,2025-06-05,2\n", "utf-8")
    import_records(store, [more])
    adjusted = str(tmp_path / "adj")
    told = json.loads(said("correct", case, "--closed", out, "-o", adjusted, "--json"))
    assert told["adjustments"]["rows"] > 0
    put_case(store, tmp_path / "case", period="2025")
    words = ("year-end", "store:2025", "--paid", out, "--adjusted", adjusted)
    ended = runner.invoke(app, [*words, "-o", str(tmp_path / "year")])
    assert (ended.exit_code, "YEAR_END_MISSING" in ended.output) == (1, True)
    assert runner.invoke(app, ["check", "store:2025-6"]).exit_code == 2
    assert '"cases": 3' in said("db", "cache", "--json")
    said("db", "cache", "--clear")
    assert '"cases": 0' in said("db", "cache", "--json")


def test_a_rejected_row_is_traced_to_the_file_it_came_from(store: Store, tmp_path: Path) -> None:
    put_case(store, write_tables(tmp_path / "case", GOOD))
    file = tmp_path / "六月门诊.csv"
    file.write_text(f"{HEAD}\nI01,P01,MZ01,2025-06-02,1\nI01,P77,MZ01,2025-06-03,1\n", "utf-8")
    import_records(store, [file])
    made = made_case(store, "2025-06")
    settle_case(made.folder, tmp_path / "out", stop_on_reject=True)
    (row,) = rows_of(tmp_path / "out/rejected.csv")
    assert row["file"].startswith("records/import-1-")
    assert (row["import_file"], row["import_row"]) == ("六月门诊.csv", "3")
    problems = rows_of(tmp_path / "out/problems.csv")
    assert "COLUMN_UNKNOWN" not in {one["code"] for one in problems}
