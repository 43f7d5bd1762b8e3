"""Locks: what they bind, what makes them stale, how they are unlocked, and what tampering they see.

Faults it catches: a record that comes between the settlement and the lock; an unlock by one
person; a lock that is cut out of the chain; a payout line altered after it was proven.
"""

import hashlib
import json
import multiprocessing
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from equivalents.errors import DataError
from equivalents.store import schema
from equivalents.store.engine import Store, open_store
from equivalents.store.guards import drop_guards
from equivalents.store.importing import import_records, void_import
from equivalents.store.locked import locked_periods
from equivalents.store.locking import Locked, check_locks, lock, unlock
from equivalents.store.merkle import leaf_hash
from equivalents.store.periods import pay, send_back
from equivalents.store.periodsettle import How, settle_period, settle_year
from equivalents.store.place import StorePlace
from equivalents.store.proofs import proof_for
from equivalents.store.results import payout_lines, result_folder, result_of
from equivalents.store.sealing import canonical
from equivalents.store.verify import verify
from tests.store.lives import (
    H1,
    H2,
    HEAD,
    LATE,
    ROWS,
    YEAR,
    by,
    case,
    codes,
    fill,
    import_rows,
    lived,
    locked_life,
    pools,
    ready,
    run,
    through,
    told,
    write,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "periods.md"


def refused(code: str, step: Any, *words: Any, **more: Any) -> str:
    with pytest.raises(DataError) as error:
        step(*words, **more)
    assert codes(error) == [code]
    return str(error.value.problems[0].text("en"))


def again(store: Store, period: str = H1) -> None:
    """Sent back, settled again and ready to be locked."""
    send_back(store, period, "有新记录")
    ready(store, period)


def test_what_came_since_makes_a_result_stale(store: Store) -> None:
    fill(store)
    ready(store)
    done = import_rows(store, LATE, "补报")
    said = refused("LOCK_STALE", lock, store, H1)
    assert "rows/2026-06/C01" in said
    void_import(store, done.imports[0], why="重复")
    first = lock(store, H1)  # taken back again: it is what was settled
    unlock(by(store, "申请人"), H1, "补报", "另一人")
    import_rows(store, LATE + "C01,P02,MZ01,2026-06-30,1\n", "又补报")
    ready(store)
    pools(store, H1, "institution_id,pool,amount\nC01,绩效,1100.00\nC02,绩效,300.00\n")
    assert "tables/pools/2026-H1" in refused("LOCK_STALE", lock, store, H1)
    again(store)
    pools(store, H2)  # of another period: nothing of this one
    import_rows(store, ROWS[H2])
    second = lock(store, H1)
    assert (second.lock.supersedes, second.lock.previous) == (first.lock.id, first.lock.hash)
    with store.reading() as connection:
        assert check_locks(connection) == []
        assert [one.lock_id for one in locked_periods(connection)] == [second.lock.id]


def test_a_stay_of_the_year_before_that_comes_late_makes_the_result_stale(store: Store) -> None:
    """It may go on into the period: its beginning alone says nothing of that."""
    fill(store)
    ready(store)
    import_rows(store, "C01,P01,MZ01,2025-12-30,1\n", "去年入院")
    assert "rows/earlier" in refused("LOCK_STALE", lock, store, H1)


def test_unlocking_needs_a_reason_and_a_second_person_before_payment(store: Store) -> None:
    fill(store)
    refused("LOCK_ABSENT", proof_for, store, H1, "P01")
    lived(store)  # locked by 县财务
    me = by(store, "申请人")
    refused("PERIOD_LOCKED", settle_period, store, H1)
    refused("PERIOD_LOCKED", send_back, store, H1, "试")
    refused("STEP_WHY", unlock, me, H1, "", "另一人")
    for second in ("", " ", "申 请人", "县财务"):
        refused("UNLOCK_SECOND", unlock, me, H1, "补报", second)
    import_rows(store, LATE, "补报")
    done = told(store.place, "unlock", H1, "--why", "补报", "--second", "另一人", who="申请人")
    assert [one[:3] for one in done["difference"]] == [["rows", "2026-06", "C01"]]
    with store.reading() as connection:
        row = connection.execute(select(schema.UNLOCKS)).mappings().one()
    assert (row["asked_by"], row["allowed_by"], row["why"]) == ("申请人", "另一人", "补报")
    assert json.loads(row["difference"]) == done["difference"]
    refused("LOCK_ABSENT", unlock, me, H1, "再", "另一人")
    locked_life(store)
    refused("PERIOD_PAID", unlock, me, H1, "再", "另一人")
    refused("PERIOD_PAID", settle_period, store, H1)
    refused("STEP_DONE", pay, store, H1)
    shown = run(store.place, "show", H1).output
    assert "已解锁 unlocked" in shown
    assert "另一人" in json.dumps(told(store.place, "show", H1)["trail"], ensure_ascii=False)


def test_no_day_is_locked_twice(store: Store) -> None:
    fill(store, H1)
    lived(store, H1)
    pools(store, "2026", YEAR)
    refused("YEAR_NOT_LOCKED", settle_year, store, "2026")
    ready(store, "2026")
    assert H1 in refused("LOCK_OVERLAPS", lock, store, "2026")


def test_a_result_comes_back_byte_for_byte(store: Store, tmp_path: Path) -> None:
    fill(store)
    out = tmp_path / "out"
    run(store.place, "settle", H1, "-o", str(out))
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    back = result_folder(store, 1, tmp_path / "back")
    assert {path.name: path.read_bytes() for path in back.iterdir()} == before
    assert len(before) > 10


def test_settled_again_it_is_equal_or_told_to_differ(store: Store, tmp_path: Path) -> None:
    fill(store)
    lived(store)
    assert verify(store, recompute=True).recomputed == [H1]
    given = write(tmp_path / "case", {**case(H2), "records.csv": HEAD + ROWS[H2]})
    assert settle_period(store, H2, How(case=given)).taken is not None
    through(store, H2)
    leaves = [one for one in lock(store, H2).lock.leaves if one[0] == "given"]
    assert [name for _, name, _ in leaves] == sorted(path.name for path in given.iterdir())
    found = verify(store, recompute=True)
    told_codes = [one.code for one in found.problems]
    assert (found.recomputed, told_codes) == ([H1], ["VERIFY_NOT_RECOMPUTED"])
    with store.engine.begin() as connection:
        drop_guards(connection, ["dated_rows"])
        connection.execute(text("UPDATE dated_rows SET row = replace(row, '1000.00', '999.00')"))
    found = verify(store, recompute=True)
    (differs,) = [one for one in found.problems if one.code == "VERIFY_RECOMPUTED"]
    assert (found.recomputed, differs.value) == ([], H1)
    assert "payouts.csv" in differs.text("en")


# -- proofs ----------------------------------------------------------------------------------------


def checker(tmp_path: Path) -> Path:
    """The program that docs/periods.md publishes, as it stands there."""
    block = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert block is not None
    path = tmp_path / "check.py"
    path.write_text(block[1], encoding="utf-8")
    return path


def test_each_payout_is_proven_by_the_published_procedure(store: Store, tmp_path: Path) -> None:
    fill(store)
    printed = lived(store).lock.hash
    assert printed in run(store.place, "show", H1).output
    proof, program = tmp_path / "p.json", checker(tmp_path)
    run(store.place, "proof", H1, "--person", "P02", "-o", str(proof))

    def checked(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(program), *words]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)

    good = checked(str(proof), printed)
    assert (good.returncode, "400.00" in good.stdout) == (0, True), good
    assert checked(str(proof), hashlib.sha256(b"").hexdigest()).returncode != 0
    for old, new in (("400.00", "900.00"), ('"left"', '"right"'), ("2026-H1", "2026-H2")):
        changed = proof.read_text(encoding="utf-8").replace(old, new)
        other = tmp_path / "changed.json"
        other.write_text(changed, encoding="utf-8")
        assert (
            changed == proof.read_text(encoding="utf-8") or checked(str(other), printed).returncode
        ), (old, new)
    assert "P99" in refused("PROOF_PERSON", proof_for, store, H1, "P99")


def test_nobody_learns_a_colleagues_pay_from_the_own_proof(store: Store) -> None:
    """Hashes of others stand in it, and of a plain line they are found by trying amounts."""
    fill(store)
    held = lived(store).lock
    with store.reading() as connection:
        plain = [*payout_lines(connection, result_of(connection, held.result_id))]
    (own,) = proof_for(store, H1, "P02")["lines"]
    blind = json.loads(own["line"])["blind"]
    with_own = [canonical({**json.loads(line), "blind": blind}) for line in plain]
    assert own["line"] in with_own, "the line is the one of the table, and nothing else"
    assert not {leaf_hash(one).hex() for one in plain + with_own} & {
        hash_ for _, hash_ in own["path"]
    }


# -- tampering -------------------------------------------------------------------------------------

TAMPER = [
    ("UPDATE locks SET root = payouts_root", {"LOCK_HASH", "LOCK_ROOT"}),
    ("UPDATE locks SET payouts_root = root", {"LOCK_HASH", "LOCK_ROOT"}),
    ("UPDATE locks SET leaves = '[]'", {"LOCK_ROOT", "LOCK_FILE"}),
    ("UPDATE locks SET leaves = '[1'", {"LOCK_ROOT", "LOCK_FILE"}),
    ("UPDATE locks SET leaves = '[1]'", {"LOCK_HASH"}),
    ("UPDATE results SET inputs = '{'", {"RESULT_DAMAGED", "LOCK_HASH"}),
    ("UPDATE locks SET as_of = as_of - 1 WHERE id = 2", {"LOCK_HASH"}),
    ("UPDATE locks SET previous = hash WHERE id = 2", {"LOCK_CHAIN", "LOCK_HASH"}),
    ("DELETE FROM unlocks", {"LOCK_CHAIN"}),
    ("UPDATE locks SET supersedes = NULL", {"LOCK_CHAIN", "LOCK_HASH"}),
    ("UPDATE results SET sha256 = 'a'", {"RESULT_DAMAGED", "LOCK_HASH"}),
    ("UPDATE result_files SET name = 'x.csv' WHERE name = 'spread.csv'", {"LOCK_FILE"}),
    (
        (
            "DELETE FROM result_bodies WHERE file_id IN (SELECT id FROM result_files "
            "WHERE name = 'payouts.csv')"
        ),
        {"RESULT_DAMAGED", "LOCK_ROOT"},
    ),
    (
        "UPDATE dated_rows SET row = replace(row, '1000.00', '9000.00') WHERE table_name = 'pools'",
        {"LOCK_INPUT"},
    ),
    ("UPDATE documents SET sha256 = 'a' WHERE kind = 'case'", {"LOCK_INPUT"}),
]


def test_tampering_with_what_is_locked_is_found(store: Store) -> None:
    fill(store)
    lived(store)
    unlock(by(store, "申请人"), H1, "试", "另一人")
    lived(store)
    with store.engine.begin() as connection:
        drop_guards(connection, [one.name for one in schema.TABLES])
    for sql, wanted in TAMPER:
        connection = store.engine.connect()
        try:
            assert check_locks(connection) == []
            connection.execute(text(sql))
            found = {one.code for one in check_locks(connection)}
        finally:
            connection.rollback()
            connection.close()
        assert found == wanted, sql


# -- imports meanwhile -----------------------------------------------------------------------------


def _import_many(place: StorePlace, folder: str, count: int) -> None:
    store = open_store(place, "导入")
    for n in range(count):
        path = Path(folder) / f"同时{n}.csv"
        path.write_text(f"{HEAD}C01,P02,MZ01,2026-06-{n + 1:02},5\nC01,P01,MZ01,2026-06-01,7\n")
        import_records(store, [path])
    store.close()


def segments(store: Store) -> list[int]:
    """The entries that brought segments."""
    with store.reading() as connection:
        return sorted(connection.execute(select(schema.SEGMENTS.c.seq)).scalars())


def attempt(store: Store) -> tuple[Locked | None, set[str]]:
    try:
        return lock(store, H1), set()
    except DataError as error:
        return None, {one.code for one in error.problems}


def test_imports_and_locks_do_not_interleave(store: Store, tmp_path: Path) -> None:
    """While another process imports, this one settles and locks until a lock holds."""
    fill(store)
    count = 8
    other = multiprocessing.get_context("spawn").Process(
        target=_import_many, args=(store.place, str(tmp_path), count)
    )
    other.start()
    while len(segments(store)) < 2 and other.is_alive():
        time.sleep(0.01)  # from now on one import follows the other
    done = None
    for _ in range(count + 2):
        ready(store)
        done, found = attempt(store)
        if done is not None:
            break
        assert found == {"LOCK_STALE"}
        send_back(store, H1, "有新记录")
    other.join()
    assert other.exitcode == 0
    assert done is not None
    seqs = segments(store)
    with store.reading() as connection:
        assert not [one for one in seqs if done.lock.as_of < one < done.lock.seq]
        assert check_locks(connection) == []
    assert len(seqs) == count + 1
