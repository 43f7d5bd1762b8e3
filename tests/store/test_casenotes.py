"""Which case a state of the store comes to is noted: every change is another note or the same case.

Faults it catches: a change of the store that leads to the case of before, now or as it was known
then; a note that was cut, altered or put in the place of another and is believed; texts that are
made again where nothing of a case was kept; a recomputation that believes a note.
"""

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from equivalents.errors import DataError
from equivalents.store import storecase
from equivalents.store.casecache import CaseCache
from equivalents.store.caseput import put_case
from equivalents.store.compacting import compact
from equivalents.store.dated import put_table
from equivalents.store.engine import Store
from equivalents.store.importing import import_records, void_import
from equivalents.store.periodsettle import How, settle_period
from equivalents.store.recomputing import settle_again
from equivalents.store.results import results_of
from equivalents.store.retention import expire
from equivalents.store.sealing import canonical
from equivalents.store.storecase import made_case
from equivalents.store.writing import head_of
from tests.bad.case import GOOD, HEAD
from tests.keptcases import keep_case, write_tables
from tests.proofs.counts import counts

PERIODS = ("2025-06", "2025-07", "2025")
HOW = How(stop_on_reject=False)
WITH_IDS = f"{HEAD},record_id,corrects"


def seq(store: Store) -> int:
    with store.reading() as connection:
        head = head_of(connection)
    assert head is not None
    return head.seq


def told(store: Store, period: str, as_of: int | None = None, **more: bool) -> object:
    """The name of a case, its files, and what is told of it; or what refuses it."""
    try:
        made = made_case(store, period, as_of=as_of, **more)
    except DataError as error:
        return [one.code for one in error.problems]
    files = sorted(path for path in made.folder.rglob("*") if path.is_file())
    content = {path.relative_to(made.folder).as_posix(): path.read_bytes() for path in files}
    return made.folder.parent.name, content, made.problems


def elsewhere(store: Store, folder: Path) -> Store:
    """The same store with another cache, which is empty."""
    return Store(replace(store.place, cache=folder), store.engine, store.who, store.clock)


# -- every change ----------------------------------------------------------------------------------


class Changes:
    """Every kind of change that a store knows, in any order."""

    def __init__(self, store: Store, folder: Path, chance: random.Random) -> None:
        self.store, self.folder, self.chance = store, folder, chance
        self.imports: list[int] = []
        self.number = 1

    def file(self, *rows: str) -> Path:
        self.number += 1
        path = self.folder / f"r{self.number}.csv"
        path.write_text("\n".join([WITH_IDS, *rows]) + "\n", "utf-8")
        return path

    def rows(self) -> list[str]:
        """Some records of April to July that no other file has."""
        some = range(self.chance.randrange(1, 4))
        days = [f"2025-0{self.chance.randrange(4, 8)}-1{at}" for at in some]
        return [f"I01,P01,MZ01,{day},{1 + self.number}.{at},," for at, day in enumerate(days)]

    def take(self, path: Path, **more: object) -> None:
        done = import_records(self.store, [path], **more)  # type: ignore[arg-type]
        self.imports += done.imports

    def imported(self) -> None:
        self.take(self.file(*self.rows()), retain_until="2026-01-01")

    def corrected(self) -> None:
        """A record of one month, and one of the next that takes some of it back."""
        name = f"R{self.number}"
        self.take(self.file(f"I01,P01,MZ01,2025-05-20,9,{name},"))
        self.take(self.file(f"I01,P01,MZ01,2025-06-20,-2,{name}-,{name}"))

    def replaced(self) -> None:
        if self.imports:
            old = self.imports.pop()
            self.take(self.file(*self.rows()), replaces=old)

    def voided(self) -> None:
        if self.imports:
            void_import(self.store, self.imports.pop())

    def compacted(self) -> None:
        compact(self.store)
        self.imports.clear()  # an import of which all was merged may still be voided; not here

    def row_added(self) -> None:
        row = {"person_id": f"P1{self.number}", "institution_id": "I01"}
        put_table(self.store, "staff", [row], keep=True)

    def row_ended(self) -> None:
        staff = [{"person_id": f"P0{at}", "institution_id": "I01"} for at in (1, 2)]
        put_table(self.store, "staff", [*staff, {"person_id": "P03", "institution_id": "I02"}])

    def all_ended(self) -> None:
        put_table(self.store, "pools", [], period="2025-06")

    def pool(self) -> None:
        row = {"institution_id": "I01", "pool": "绩效", "amount": f"{50 + self.number}.00"}
        period = self.chance.choice(PERIODS)
        put_table(self.store, "pools", [row], period=period)

    def put_empty(self) -> None:
        """No row, but from now on the period has a table of its own."""
        put_table(self.store, "leave", [], period=self.chance.choice(PERIODS))

    def weight(self) -> None:
        put_table(
            self.store,
            "weights",
            [
                {"item_code": "MZ01", "weight": "1", "valid_from": "2025-01-01"},
                {"item_code": "SF01", "weight": f"{2 + self.number}", "valid_from": "2025-01-01"},
            ],
        )

    def document(self) -> None:
        text = f"period: 2025-06\ntitle: 第 {self.number} 版\noutside_period: exclude\n"
        put_case(self.store, write_tables(self.folder / f"y{self.number}", {"case.yaml": text}))

    def whole_case(self) -> None:
        text = f"period: 2025-06\ntitle: 第 {self.number} 份\n"
        case = write_tables(self.folder / f"case{self.number}", {**GOOD, "case.yaml": text})
        put_case(self.store, case, end_missing=True)

    def settled(self) -> None:
        with_pool = [{"institution_id": "I01", "pool": "绩效", "amount": "50.00"}]
        put_table(self.store, "pools", with_pool, period="2025-06")
        settle_period(self.store, "2025-06", HOW)

    def expired(self) -> None:
        expire(self.store, "2026-01-01")

    @property
    def every(self) -> list[Callable[[], None]]:
        return [
            *(self.imported, self.corrected, self.replaced, self.voided, self.compacted),
            *(self.row_added, self.row_ended, self.all_ended, self.pool, self.put_empty),
            *(self.weight, self.document, self.whole_case, self.settled, self.expired),
        ]


@pytest.mark.parametrize("seed", range(counts(1, 20)))
def test_every_change_leads_to_the_case_that_is_made_anew(
    seed: int, store: Store, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    keep_case(store, write_tables(tmp_path / "case", GOOD))
    changes = Changes(store, tmp_path, chance)
    order = changes.every * 2
    chance.shuffle(order)
    known = {(period, seq(store)): told(store, period) for period in PERIODS}
    for at, change in enumerate([changes.imported, *order]):
        change()
        changes.number += 1
        fresh = elsewhere(store, tmp_path / f"cache{at}")
        for period in PERIODS:
            now = told(fresh, period, anew=True)
            for _ in range(2):
                assert told(store, period) == now, change.__name__
            known[period, seq(store)] = now
        for (period, then), before in chance.sample([*known.items()], 3):
            assert told(store, period, then) == before, (change.__name__, period, then)


@pytest.mark.parametrize("entries", [1, 256])
def test_where_nothing_of_a_case_was_kept_no_text_is_made(
    entries: int, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, make = [], storecase.case_texts  # type: ignore[attr-defined]

    def making(*asked: Any) -> Any:
        made.append(asked)
        return make(*asked)

    monkeypatch.setattr(storecase, "case_texts", making)
    monkeypatch.setattr(storecase, "_ENTRIES", entries)
    keep_case(store, write_tables(tmp_path / "case", GOOD))
    settle_period(store, "2025-06", HOW)  # which keeps the steps of a life, once
    changes = Changes(store, tmp_path, random.Random(1))
    changes.imported()
    made.clear()
    first, then = told(store, "2025-06"), seq(store)
    for _ in range(2):
        settle_period(store, "2025-06", HOW)
        expire(store, "2026-01-01")
    assert seq(store) > then
    assert told(store, "2025-06") == first
    assert len(made) == 1
    changes.row_added()
    assert told(store, "2025-06") != first
    assert told(store, "2025-06", then) == first
    assert len(made) == 2
    told(store, "2025-06", anew=True)
    assert len(made) == 3


# -- never just believed ---------------------------------------------------------------------------


def cut(path: Path, other: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def emptied(path: Path, other: Path) -> None:
    path.write_bytes(b"")


def altered(path: Path, other: Path) -> None:
    body = path.read_text("utf-8")
    path.write_text(body.replace("2025-06-", "2025-07-"), "utf-8")


def unreadable(path: Path, other: Path) -> None:
    path.write_bytes(b"\xff" + path.read_bytes())


def of_another(path: Path, other: Path) -> None:
    path.write_bytes(other.read_bytes())


@pytest.mark.parametrize("harm", [cut, emptied, altered, unreadable, of_another])
def test_a_note_that_lies_is_told_and_made_again(
    harm: Callable[[Path, Path], None], store: Store, tmp_path: Path
) -> None:
    keep_case(store, write_tables(tmp_path / "case", GOOD))
    july, other = told(store, "2025-07"), note_of(store)
    other.rename(tmp_path / "other")
    june, note = told(store, "2025-06"), note_of(store)
    good = note.read_bytes()
    harm(note, tmp_path / "other")
    made = made_case(store, "2025-06")
    assert [(one.code, one.value) for one in made.problems] == [
        ("CACHE_REBUILT", f"records/{note.name}")
    ]
    assert note.read_bytes() == good
    assert told(store, "2025-06") == june
    assert told(store, "2025-07") == july


def test_a_note_of_a_case_that_is_gone_is_of_no_use(store: Store, tmp_path: Path) -> None:
    keep_case(store, write_tables(tmp_path / "case", GOOD))
    june, note = told(store, "2025-06"), note_of(store)
    for entry in store.place.cache.joinpath("cases").iterdir():
        shutil.rmtree(entry)
    assert told(store, "2025-06") == june
    os.utime(note, (0, 0))
    assert told(store, "2025-06") == june
    CaseCache(store.place.cache).prune()
    assert note.exists()  # it was used just now
    os.utime(note, (0, 0))
    CaseCache(store.place.cache).prune()
    assert not note.exists()
    assert told(store, "2025-06") == june


def test_a_result_is_settled_again_without_notes(store: Store, tmp_path: Path) -> None:
    """Whoever wrote a note that is whole and wrong does not deceive a recomputation."""
    keep_case(store, write_tables(tmp_path / "case", GOOD))
    settle_period(store, "2025-06", HOW)
    with store.reading() as connection:
        (result,) = results_of(connection)
    right = settle_again(store, result, tmp_path / "before").joinpath("payouts.csv").read_bytes()
    note = note_of(store)
    other = made_case(store, "2025-07").folder.parent.name
    CaseCache(store.place.cache).note_case(note.stem, canonical([other, []]))
    assert made_case(store, "2025-06", as_of=result.as_of).folder.parent.name == other
    again = settle_again(store, result, tmp_path / "after")
    assert again.joinpath("payouts.csv").read_bytes() == right


def note_of(store: Store) -> Path:
    """The one note that there is."""
    (note,) = store.place.cache.joinpath("records").glob("*.case")
    return note
