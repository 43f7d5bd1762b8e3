"""``db upgrade``: make a store, or bring an older one to the revision of this program.

The whole way is one transaction of the one writer, with an audit entry of its own; killed in the
middle, the store has the revision it had.
"""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from equivalents.errors import DataError, Problem
from equivalents.store.engine import Store, now_utc, store_engine
from equivalents.store.guards import grant_to
from equivalents.store.heads import tell_head
from equivalents.store.place import StorePlace, who_of
from equivalents.store.revisions import HEAD, alembic_config, current_revision, known
from equivalents.store.schema import TABLES, WORKING
from equivalents.store.writing import Writing

__all__ = ["Upgraded", "make_folder", "upgrade"]


class Upgraded(NamedTuple):
    """The revision before (empty: a new store) and after."""

    before: str
    after: str


def upgrade(
    place: StorePlace, *, who: str | None = None, role: str = "", to: str = HEAD
) -> Upgraded:
    """Make the store or bring it to revision ``to``; does nothing where it has it.

    ``role``: a PostgreSQL role that may from now on read and add, and nothing else.

    Raises:
        DataError: ``STORE_REVISION_NEW``: a later program made it; or the database fails.
    """
    from alembic import command

    if place.embedded:
        make_folder(place.file)
    engine = store_engine(place)
    store = Store(place, engine, who_of(who))
    head = None
    try:
        with store.making() as connection:
            before = current_revision(connection)
            if before and not known(before):
                facts = {"found": before, "known": HEAD}
                raise DataError([Problem("STORE_REVISION_NEW", value=place.name, facts=facts)])
            if before != to:
                command.upgrade(alembic_config(connection), to)
                writer = Writing(connection, now_utc(), store.who, "store.upgrade")
                writer.before, writer.after = {"revision": before}, {"revision": to}
                head = writer.seal()
            if role:
                kept, working = ([one.name for one in every] for every in (TABLES, WORKING))
                grant_to(connection, role, kept, working)
    finally:
        engine.dispose()
    if head is not None:
        with suppress(OSError):  # what was committed stays so; the next entry is told
            tell_head(place.heads, head)
    return Upgraded(before, to)


def make_folder(file: Path) -> None:
    """Make the folder that a SQLite file will lie in.

    Raises:
        DataError: ``STORE_RIGHTS``.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        facts = {"detail": str(error)}
        raise DataError([Problem("STORE_RIGHTS", value=str(file), facts=facts)]) from None
