"""Pages of live records of a month at an institution.

Faults it catches: a record twice or not at all where rows come in, go or are compacted between two
pages; one of another month, institution or person; a resident's id in clear.
"""

from pathlib import Path

import pytest

from equivalents.store.compacting import compact
from equivalents.store.engine import Store
from equivalents.store.importing import void_import
from equivalents.store.recordpages import RecordAt, RecordKey, record_page
from tests.store.importing import record, records_file, take

MONTH, PLACE = "2025-03", "I1"


def here(number: int, **more: str) -> dict[str, str]:
    said = {"institution_id": PLACE, "service_date": f"2025-03-{1 + number * 7 % 28:02}"}
    return record(number, **{**said, **more})


def page(store: Store, after: RecordKey | None = None, most: int = 4) -> list[RecordAt]:
    with store.reading() as connection:
        return record_page(store, connection, MONTH, PLACE, after=after, most=most)


def ids(several: list[RecordAt]) -> list[str]:
    return [one.columns["record_id"] for one in several]


def imported(store: Store, folder: Path, *rows: dict[str, str]) -> int:
    folder.mkdir(exist_ok=True)
    file = records_file(folder / f"{len([*folder.iterdir()])}.csv", rows)
    return take(store, file).import_id


@pytest.mark.parametrize("most", [1, 4, 100])
def test_every_record_stands_on_one_page(store: Store, tmp_path: Path, most: int) -> None:
    others = [record(99), here(98, institution_id="I2"), here(97, service_date="2025-04-01")]
    for start in (0, 5, 10):
        imported(store, tmp_path / "in", *map(here, range(start, start + 5)), *others)
    found, after = [], None
    while some := page(store, after, most):
        assert len(some) <= most
        found += some
        after = some[-1].key
    assert sorted(ids(found)) == sorted(f"R{number}" for number in range(15))
    days = [one.columns["service_date"] for one in found]
    assert days == sorted(days)
    assert found[0].columns | {"quantity": "?"} == {
        **dict.fromkeys(found[0].columns, ""),
        **here(int(ids(found)[0][1:])),
        "quantity": "?",
    }


def test_pages_go_on_where_they_were(store: Store, tmp_path: Path) -> None:
    first = imported(store, tmp_path / "in", *map(here, range(8)))
    imported(store, tmp_path / "in", *map(here, range(8, 12)))
    whole = ids(page(store, most=50))
    begun = page(store, most=6)
    compact(store)
    imported(store, tmp_path / "in", here(40, service_date="2025-03-01"))
    assert ids(begun) + ids(page(store, begun[-1].key, 50)) == whole
    void_import(store, first)
    assert sorted(ids(page(store, most=50))) == ["R10", "R11", "R40", "R8", "R9"]


def test_a_person_has_what_names_them(store: Store, tmp_path: Path) -> None:
    rows = [
        here(1, person_id="P1"),
        here(2, person_id="P2"),
        here(3, person_id="", performers="P1:3;P2:2"),
        here(4, person_id="", performers="P11;P2"),
    ]
    imported(store, tmp_path / "in", *rows)
    with store.reading() as connection:
        persons = frozenset({"P1"})
        found = record_page(store, connection, MONTH, PLACE, persons=persons)
        assert sorted(ids(found)) == ["R1", "R3"]
        assert record_page(store, connection, MONTH, PLACE, persons=frozenset()) == []
        assert record_page(store, connection, "2025-05", PLACE) == []
    amounts = {one.columns["record_id"]: one.columns["quantity"] for one in found}
    assert amounts == {"R1": "2.000", "R3": "4.000"}
