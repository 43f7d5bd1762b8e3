"""Parts of dated tables: one person's rows put by themselves, pages of rows, what was put last.

Faults it catches: a put of one person that ends the rows of another; an id that is told by letters
of two cases alike; a table that is put by what it was before somebody else's put; a page that
leaves a row out or shows it twice; a text that looks like a cell.
"""

import pytest
from sqlalchemy import event

from equivalents.store.dated import (
    Given,
    compared,
    put_given,
    put_ready,
    put_table,
    rows_as_of,
)
from equivalents.store.datedread import last_put, part_rows, rows_page, tables_shown
from equivalents.store.engine import Store
from equivalents.store.trail import trail
from equivalents.store.verify import verify

STAFF = [
    {"person_id": "P01", "institution_id": "C01", "name": "甲"},
    {"person_id": "p01", "institution_id": "C01", "name": "小写"},
    {"person_id": "P02", "institution_id": "C02", "name": '"person_id":"P01"'},
    {"person_id": "P01", "institution_id": "C02", "name": "甲"},
]


@pytest.fixture(autouse=True)
def _put(store: Store) -> None:
    put_table(store, "staff", STAFF, why="年初")


def person(*rows: dict[str, str]) -> Given:
    return Given(
        "staff", "", [{"person_id": "P01", **row} for row in rows], part=("person_id", "P01")
    )


def test_the_rows_of_one_person_are_those(store: Store) -> None:
    with store.reading() as connection:
        found = part_rows(connection, "staff", "person_id", "P01")
    assert [one.row["institution_id"] for one in found] == ["C01", "C02"]


def test_a_put_of_one_person_changes_nobody_else(store: Store) -> None:
    new = {"institution_id": "C03", "name": "甲"}
    stays = {"institution_id": "C02", "name": "甲"}
    done = put_ready(store, person(stays, new), why="调动", about=("person", "P01"))
    assert (len(done.added), len(done.ended), done.equal) == (1, 1, 1)
    with store.reading() as connection:
        rows = [one.row for one in rows_as_of(connection, "staff")]
        before = [one.row for one in rows_as_of(connection, "staff", as_of=last_seq(store) - 1)]
        entry = [*trail(connection)][-1]
    assert rows == [*STAFF[1:], {"person_id": "P01", **new}]
    assert before == STAFF
    assert (entry.action, entry.object_kind, entry.object_id) == ("person.put", "person", "P01")
    assert entry.before == {"rows": 2, "ended": [STAFF[0]]}
    assert entry.after["rows"] == [{"person_id": "P01", **new}]
    assert verify(store).errors == 0


def test_a_put_of_what_stands_writes_nothing(store: Store) -> None:
    seq = last_seq(store)
    assert put_ready(store, person(*(STAFF[0], STAFF[3])), about=("person", "P01")).id == 0
    assert last_seq(store) == seq


def last_seq(store: Store) -> int:
    with store.reading() as connection:
        return [*trail(connection)][-1].seq


def sent(*rows: dict[str, str]) -> Given:
    return Given("staff", "", rows)


def test_what_was_compared_before_holds_while_nobody_else_puts(store: Store) -> None:
    rows = sent(STAFF[1], {**STAFF[0], "name": "改名"}, STAFF[2], STAFF[2])
    with store.reading() as connection:
        ready = compared(connection, rows)
    said: list[str] = []
    with store.writing("table.put") as writer:
        event.listen(writer.connection, "before_cursor_execute", lambda *all: said.append(all[2]))
        done = put_given(writer, rows, ready=ready)
    assert said
    assert not [one for one in said if "SELECT dated_rows" in one], "the table was read again"
    assert (len(done.added), len(done.ended), done.equal) == (2, 2, 2)
    with store.reading() as connection:
        found = [(one.position, one.row["name"]) for one in rows_as_of(connection, "staff")]
    # Of rows that stand more than once the last ones are the new ones.
    assert found == [(1, "小写"), (1, "改名"), (2, STAFF[2]["name"]), (3, STAFF[2]["name"])]
    assert verify(store).errors == 0


def test_what_was_compared_before_somebody_else_put_is_compared_again(store: Store) -> None:
    rows = sent(*STAFF[:3])
    with store.reading() as connection:
        ready = compared(connection, rows)
    put_ready(store, person({"institution_id": "C09"}), about=("person", "P01"))
    done = put_ready(store, rows, ready=ready)
    assert (len(done.added), len(done.ended), done.equal) == (1, 1, 2)
    with store.reading() as connection:
        assert sorted(one.row["name"] for one in rows_as_of(connection, "staff")) == sorted(
            one["name"] for one in STAFF[:3]
        )
    assert verify(store).errors == 0


@pytest.mark.parametrize("having", [{}, {"institution_id": "C02"}], ids=["all", "some"])
@pytest.mark.parametrize("name", ["", "甲"], ids=["any", "named"])
def test_pages_are_the_rows_in_their_order(store: Store, having: dict[str, str], name: str) -> None:
    def sees(row: dict[str, str]) -> bool:
        return name in ("", row["name"])

    with store.reading() as connection:
        every = [one for one in rows_as_of(connection, "staff") if sees(one.row)]
        wanted = [one for one in every if having.items() <= one.row.items()]
        after, found = (-1, 0), []
        while part := rows_page(
            connection, "staff", having=having, sees=sees, after=after, limit=1
        ):
            found += part
            after = (part[-1].position, part[-1].id)
    assert found == wanted


def test_tables_tell_their_rows_and_last_put(store: Store) -> None:
    put_table(store, "pools", [{"institution_id": "C01", "pool": "绩效", "amount": "1.00"}],
              period="2026-06", why="六月")  # fmt: skip
    put_ready(store, person(STAFF[0]), why="离职", about=("person", "P01"))
    with store.reading() as connection:
        found = {(one.table, one.period): one for one in tables_shown(connection)}
        assert last_put(connection, "staff") == found["staff", ""].last.id
        assert last_put(connection, "staff", as_of=1) == 0
    assert {key: (one.rows, one.last.why) for key, one in found.items()} == {
        ("pools", "2026-06"): (1, "六月"),
        ("staff", ""): (3, "离职"),
    }
