"""Several actions in one transaction: all or none, each with its audit entry.

Faults it catches: an action that commits by itself; a reading that does not see what its own
transaction wrote; what is done beside an entry and stays although the transaction was taken back.
"""

import pytest
from sqlalchemy import Connection

from equivalents.store.engine import Store
from equivalents.store.heads import known_heads
from equivalents.store.schema import FACTS
from equivalents.store.trail import trail
from equivalents.store.verify import verify


def say(store: Store, what: str) -> None:
    with store.writing("fact.say") as writer:
        writer.add_one(FACTS, kind="note", subject=what, body="{}")


def said(connection: Connection) -> list[str]:
    return [str(row.subject) for row in connection.execute(FACTS.select()).all()]


def test_all_of_them_are_kept_and_read_in_between(store: Store) -> None:
    with store.together(who="另一人 other") as joined:
        say(joined, "one")
        with joined.reading() as connection:
            assert said(connection) == ["one"]
        say(joined, "two")
    with store.reading() as connection:
        assert said(connection) == ["one", "two"]
        entries = [one for one in trail(connection) if one.action == "fact.say"]
    assert [one.who for one in entries] == ["另一人 other"] * 2
    assert entries[1].seq == entries[0].seq + 1
    assert [*known_heads(store.place.heads)][-1].seq == entries[1].seq
    assert verify(store).problems == []


def test_none_of_them_is_kept_where_one_fails(store: Store) -> None:
    def broken() -> None:
        with store.together() as joined:
            say(joined, "one")
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    with store.reading() as connection:
        assert said(connection) == []
    say(store, "later")
    assert verify(store).problems == []


def test_an_action_that_writes_nothing_takes_nothing_along(store: Store) -> None:
    with store.together() as joined:
        say(joined, "one")
        with joined.writing("fact.silent"):
            pass
        say(joined, "two")
    with store.reading() as connection:
        assert said(connection) == ["one", "two"]
    assert verify(store).problems == []


def test_what_is_done_beside_belongs_to_the_transaction(store: Store) -> None:
    seen: list[int] = []

    def refuse(connection: Connection, seq: int) -> None:
        seen.append(seq)
        assert said(connection) == ["one"]
        raise KeyError(seq)

    store.also = refuse
    with pytest.raises(KeyError):
        say(store, "one")
    store.also = None
    with store.reading() as connection:
        assert said(connection) == []
        assert len(seen) == 1
        assert seen[0] > max((one.seq for one in trail(connection)), default=0)
