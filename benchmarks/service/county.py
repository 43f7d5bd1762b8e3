"""A store of a large county whose half year is approved, and a key to read it with.

Everybody has one record, of a quantity that is their number from 1 to 97, and each institution one
pool of 1,000 yuan a person. Everybody is made up.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from api.access.tokens import new_token
from api.directory import KEYS, key_subject
from api.ground import time_now
from equivalents.store.caseput import put_case
from equivalents.store.engine import Store, open_store
from equivalents.store.facts import add_fact
from equivalents.store.importing import import_records
from equivalents.store.periodall import for_all
from equivalents.store.periods import Taken, approve, publish, submit
from equivalents.store.periodsettle import settle_period
from equivalents.store.place import StorePlace
from equivalents.store.upgrading import upgrade

__all__ = ["PERIOD", "SMALLEST", "approved_county", "key_for"]

PERIOD: Final = "2026-06"
SMALLEST: Final = "I0001"
"""The first institution."""
_PEOPLE_EACH: Final = 40
_ENDS: Final = "2199-12-31T00:00:00.000000+00:00"
_HEAD: Final = "institution_id,person_id,item_code,service_date,quantity\n"


def approved_county(place: StorePlace, folder: Path, people: int) -> None:
    """Make the store: tables, records, a settlement, and every step up to the approval."""
    upgrade(place, who="benchmark")
    store = open_store(place, "财务")
    try:
        put_case(store, _case(folder / "case", people), period=PERIOD, why="benchmark")
        import_records(store, [_records(folder / "records.csv", people)])
        settle_period(store, PERIOD)
        for_all(store.as_who("会计"), "submit", PERIOD, _step(submit))
        for_all(store.as_who("院长"), "approve", PERIOD, _step(approve))
        publish(store, PERIOD, ("2026-07-01", "2026-07-05"))
        approve(store.as_who("主任"), PERIOD, on="2026-07-06")
    finally:
        store.close()


def _step(take: Callable[[Store, str, str], Taken]) -> Callable[[Store, str], Taken]:
    return lambda store, one: take(store, PERIOD, one)


def _place_of(person: int) -> str:
    return f"I{person // _PEOPLE_EACH + 1:04}"


def _case(folder: Path, people: int) -> Path:
    places = [*dict.fromkeys(map(_place_of, range(people)))]
    staff = (f"P{one:06},{_place_of(one)},某{one:06},全科医生,编内" for one in range(people))
    tables = {
        "institutions": ["institution_id,name", *(f"{one},示例卫生院{one}" for one in places)],
        "staff": ["person_id,institution_id,name,post,employment_type", *staff],
        "weights": ["item_code,weight,valid_from", "MZ01,1,2026-01-01"],
        "pools": ["institution_id,pool,amount", *(f"{one},绩效,40000.00" for one in places)],
    }
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        text = "\n".join(rows) + "\n"
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")
    head = f'period: "{PERIOD}"\ntitle: 示例县\n'
    (folder / "case.yaml").write_text(head, encoding="utf-8")
    return folder


def _records(path: Path, people: int) -> Path:
    rows = (
        f"{_place_of(one)},P{one:06},MZ01,2026-06-{one % 30 + 1:02},{one % 97 + 1}\n"
        for one in range(people)
    )
    path.write_text(_HEAD + "".join(rows), encoding="utf-8", newline="\n")
    return path


def key_for(place: StorePlace) -> str:
    """A key that reads, exports and imports everything; its text."""
    token, store = new_token("key"), open_store(place, "benchmark")
    body: dict[str, Any] = {
        "title": "benchmark",
        "roles": [{"role": "integration", "institutions": ["*"]}],
        "actions": None,
        "active": True,
        "created_by": "usr_benchmark",
        "secrets": [{"digest": token.digest, "made_at": time_now(), "ends_at": _ENDS}],
    }
    with store.writing("key.add", object_kind=KEYS, object_id=key_subject(token)) as writer:
        add_fact(writer, KEYS, key_subject(token), body)
    store.close()
    return token.text
