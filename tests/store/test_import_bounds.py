"""Bounds of an upload: how many rows, of which institutions, and no database of this machine.

Faults it catches: a row beyond the bound that is taken, or one within it that is not; records of
another institution that come in, go, or are told of; an upload that has the server ask a database;
a file that comes in again because its import was voided between two attempts.
"""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from equivalents.errors import DataError
from equivalents.store import schema
from equivalents.store.engine import Store
from equivalents.store.importing import How, Imported, import_files, void_import
from equivalents.store.importscope import Bounds
from tests.store.importing import codes, live, record, records_file, rows_of, take

OWN = Bounds(allowed=frozenset({"I1"}))


def upload(store: Store, *files: Path, **how: Any) -> Imported:
    return import_files(store, files, How(**how))


def told(error: pytest.ExceptionInfo[DataError]) -> list[tuple[str, str]]:
    return [(one.code, one.value) for one in error.value.problems]


def own(at: int) -> dict[str, str]:
    return record(at, institution_id="I1")


@pytest.mark.parametrize("bad", [0, 1], ids=["good rows", "with a rejected one"])
def test_as_many_rows_as_the_bound_and_not_one_more(store: Store, tmp_path: Path, bad: int) -> None:
    rows = [*map(record, range(9)), *(record(9, quantity="x") for _ in range(bad))]
    file = records_file(tmp_path / "a.csv", rows)
    said: dict[str, Any] = {"on_reject": "quarantine"}
    with pytest.raises(DataError) as refused:
        upload(store, file, bounds=Bounds(rows=len(rows) - 1), **said)
    assert told(refused) == [("UPLOAD_ROWS", str(len(rows) - 1))]
    assert not rows_of(store, schema.IMPORTS)
    assert upload(store, file, bounds=Bounds(rows=len(rows)), **said).accepted == 9


def test_the_bound_is_that_of_all_files_of_an_upload(store: Store, tmp_path: Path) -> None:
    files = [
        records_file(tmp_path / f"{at}.csv", map(record, range(5 * at, 5 * at + 5)))
        for at in range(2)
    ]
    with pytest.raises(DataError) as refused:
        upload(store, *files, bounds=Bounds(rows=9))
    assert codes(refused) == ["UPLOAD_ROWS"]
    assert not live(store)
    assert upload(store, *files, bounds=Bounds(rows=10)).accepted == 10


def test_records_of_others_do_not_come_in(store: Store, tmp_path: Path) -> None:
    file = records_file(tmp_path / "a.csv", map(record, range(6)))
    for _ in range(2):  # also where the same file came before: that is not told either
        with pytest.raises(DataError) as refused:
            upload(store, file, bounds=OWN)
        assert told(refused) == [("FORBIDDEN_INSTITUTION", "I0"), ("FORBIDDEN_INSTITUTION", "I2")]
        take(store, file)
    assert len(rows_of(store, schema.IMPORTS)) == 1
    mine = records_file(tmp_path / "mine.csv", map(own, range(3)))
    assert upload(store, mine, bounds=OWN).accepted == 2  # number 1 is there


def test_records_of_others_are_not_replaced_or_voided(store: Store, tmp_path: Path) -> None:
    mixed = take(store, records_file(tmp_path / "a.csv", map(record, range(6)))).import_id
    file = records_file(tmp_path / "b.csv", [own(1), own(20)])
    with pytest.raises(DataError) as refused:
        upload(store, file, replaces=mixed, bounds=OWN)
    assert set(codes(refused)) == {"FORBIDDEN_INSTITUTION"}
    with pytest.raises(DataError) as refused:
        void_import(store, mixed, allowed=frozenset({"I1", "I0"}))
    assert told(refused) == [("FORBIDDEN_INSTITUTION", "I2")]
    assert len(live(store)) == 6
    made = upload(store, file, bounds=OWN).imports
    again = records_file(tmp_path / "c.csv", [own(21)])
    replaced = upload(store, again, replaces=made[0], bounds=OWN)
    assert [one.reversed for one in replaced.files] == [1]
    assert void_import(store, replaced.imports[0], allowed=frozenset({"I1"})).reversed == 1
    assert len(live(store)) == 6


@pytest.mark.parametrize(
    "url", ["env:EQUIVALENTS_STORE", "sqlite:///x.db", "postgresql://127.0.0.1/pay"]
)
def test_an_upload_asks_no_database(store: Store, tmp_path: Path, url: str) -> None:
    case = tmp_path / "case.zip"
    source = f"sources: {{all: {{map: m.yaml, url: '{url}', query: SELECT 1}}}}\n"
    with zipfile.ZipFile(case, "w") as archive:
        archive.writestr("case.yaml", 'period: "2025"\n' + source)
        archive.writestr("m.yaml", "table: records\n")
        archive.writestr("institutions.csv", "institution_id,name\nI1,一\n")
    with pytest.raises(DataError) as refused:
        upload(store, case, bounds=Bounds(databases=False))
    assert codes(refused) == ["UPLOAD_DATABASE"]


def test_what_was_kept_is_told_in_its_own_transaction(store: Store, tmp_path: Path) -> None:
    file = records_file(tmp_path / "a.csv", map(record, range(5)))
    seen: list[int] = []

    def broken(_: object, done: Any) -> None:
        seen.append(done.import_id)
        raise KeyError("no room")

    with pytest.raises(KeyError):
        upload(store, file, kept=broken)
    assert seen == [1]
    assert not rows_of(store, schema.IMPORTS)


def test_an_attempt_does_not_bring_back_what_was_voided_since(store: Store, tmp_path: Path) -> None:
    file = records_file(tmp_path / "a.csv", map(own, range(5)))
    (made,) = upload(store, file, bounds=OWN).imports
    void_import(store, made)
    (again,) = upload(store, file, bounds=OWN, before=frozenset({made})).files
    assert (again.import_id, again.known_as, again.accepted) == (0, made, 0)
    assert not live(store)
    assert upload(store, file, bounds=OWN).accepted == 5
