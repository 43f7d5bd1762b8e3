"""What is paid after a period was paid, and what a county may not do with it.

Faults it catches: an adjustment before payment, or into an earlier or locked period; a claw-back
that is told as a payment; two processes that pay one difference twice.
"""

import csv
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from equivalents import closing
from equivalents.errors import DataError
from equivalents.store import adjusting
from equivalents.store.adjusting import adjust
from equivalents.store.dated import put_table, rows_as_of
from equivalents.store.engine import Store
from equivalents.store.importing import void_import
from equivalents.store.locking import check_locks, lock
from equivalents.store.periods import pay, submit
from equivalents.store.periodsettle import settle_period
from equivalents.store.results import results_of
from equivalents.store.schema import RESULTS
from tests.store.lives import H1, H2, LATE, by, codes, fill, import_rows, locked_life, ready, told


def refused(code: str, *words: Any) -> None:
    with pytest.raises(DataError) as error:
        adjust(*words)
    assert codes(error) == [code]


def table(store: Store) -> list[tuple[str, str]]:
    with store.reading() as connection:
        rows = [one.row for one in rows_as_of(connection, "adjustments", H2)]
    return [(row["person_id"], row["amount"]) for row in rows]


def test_only_a_paid_period_is_adjusted_and_only_into_a_later_open_one(store: Store) -> None:
    fill(store, H1, H2)
    refused("LOCK_ABSENT", store, H1, H2)
    ready(store)
    lock(store, H1)
    refused("ADJUST_NOT_PAID", store, H1, H2)
    pay(store, H1)
    for into, code in (
        (H1, "ADJUST_INTO"),
        ("2025-12", "ADJUST_INTO"),
        ("2027-00", "PERIOD_INVALID"),
    ):
        refused(code, store, H1, into)
    settle_period(store, H2)
    submit(store, H2, "C01")
    import_rows(store, LATE, "补报")
    refused("PERIOD_UNDER_WAY", store, H1, H2)
    with store.reading() as connection:
        assert len(connection.execute(select(RESULTS)).all()) == 2


def test_corrections_follow_each_other_and_take_back(store: Store) -> None:
    fill(store, H1, H2)
    locked_life(store)
    done = import_rows(store, LATE, "补报")
    first = adjust(store, H1, H2)
    assert first.taken is not None
    assert (first.summary["adjustments"]["amount"], table(store)) == ("50.00", [("P02", "50.00")])
    assert adjust(store, H1, H2).taken is None
    # Half of it was reported twice: void, and import what was so. Earlier 50.00, now 20.00.
    void_import(store, done.imports[0], why="多报")
    import_rows(store, "C01,P02,MZ01,2026-06-29,1\nC01,P02,MZ01,2026-06-29,1\n", "重报")
    back = told(store.place, "adjust", H1, "--into", H2, "--why", "多报")
    assert back["adjustments"]["taken_back"] == "-30.00"
    assert table(store) == [("P02", "50.00"), ("P02", "-30.00")]
    locked_life(store, H2)
    with store.reading() as connection:
        kinds = [(one.kind, one.about) for one in results_of(connection, H2)]
        assert check_locks(connection) == []
    assert kinds == [("adjustment", H1), ("adjustment", H1), ("settlement", "")]


def test_a_row_that_stands_already_is_not_paid_by_the_same_period(store: Store) -> None:
    fill(store, H1, H2)
    locked_life(store)
    import_rows(store, LATE, "补报")
    row = {"period": H1, "institution_id": "C01", "pool": "绩效", "person_id": "P02"}
    row |= {"component": "pool_share", "earlier": "0.00", "amount": "1.00"}
    put_table(store, "adjustments", [row], period=H2)
    refused("ADJUST_SAME", store, H1, H2)
    assert table(store) == [("P02", "1.00")]


def test_a_difference_that_another_paid_meanwhile_is_not_paid_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, H1, H2)
    locked_life(store)
    import_rows(store, LATE, "补报")
    plain = closing.correct_case

    def meanwhile(*words: Any, **more: Any) -> Any:
        monkeypatch.setattr(adjusting, "correct_case", plain)
        assert adjust(by(store, "另一人"), H1, H2).taken is not None
        return plain(*words, **more)

    monkeypatch.setattr(adjusting, "correct_case", meanwhile)
    refused("ADJUST_AGAIN", store, H1, H2)
    assert table(store) == [("P02", "50.00")]


def test_the_kept_correction_says_why(store: Store, tmp_path: Path) -> None:
    fill(store, H1, H2)
    locked_life(store)
    import_rows(store, LATE, "补报")
    adjust(store, H1, H2, why="漏报")
    done = told(store.place, "result", H2, "--number", "2", "-o", str(tmp_path / "adj"))
    assert done["result"] == 2
    with (tmp_path / "adj" / "adjustments.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["amount"] for row in csv.DictReader(file)] == ["50.00"]
    last = told(store.place, "show", H1)["trail"][-1]
    assert (last["action"], last["why"], last["after"]["into"]) == ("period.adjust", "漏报", H2)
