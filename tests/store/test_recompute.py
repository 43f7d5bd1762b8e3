"""*Intact* and *recomputed equal*: a year of locked periods, lost, restored and settled again.

Faults it catches: a restored store that settles otherwise; a forger who alters what was counted
and seals everything anew; a recomputation that believes a cache.
"""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text, update

from equivalents.store import schema
from equivalents.store.adjusting import adjust
from equivalents.store.backup import back_up
from equivalents.store.engine import Store, open_store
from equivalents.store.locking import lock
from equivalents.store.periodsettle import How, settle_period, settle_year
from equivalents.store.restoring import restore
from equivalents.store.sealing import canonical, entry_hash, run_hash, sha256_of
from equivalents.store.segmentformat import decoded, encoded, identity_of, quantity_column, words_e3
from equivalents.store.verify import verify
from tests.keeping import owner
from tests.store.lives import (
    H1,
    H2,
    LATE,
    YEAR,
    by,
    case,
    fill,
    import_rows,
    lived,
    locked_life,
    pools,
    through,
    write,
)
from tests.stores import DATABASES, new_place


def year(store: Store) -> None:
    """Two halves locked and paid, what was late in the first paid in the second, the year's end."""
    fill(store, H1, H2)
    locked_life(store)
    import_rows(store, LATE, "补报")
    adjust(store, H1, H2)
    locked_life(store, H2)
    pools(store, "2026", YEAR)
    settle_year(by(store, "县财务"), "2026")
    through(store, "2026")
    lock(by(store, "县财务"), "2026")


def files(store: Store) -> list[tuple[str, bytes]]:
    with store.reading() as connection:
        wanted = (
            select(
                schema.RESULT_FILES.c.id, schema.RESULT_FILES.c.name, schema.RESULT_BODIES.c.body
            )
            .join(schema.RESULT_BODIES, schema.RESULT_BODIES.c.file_id == schema.RESULT_FILES.c.id)
            .order_by(schema.RESULT_FILES.c.id)
        )
        return [(row.name, bytes(row.body)) for row in connection.execute(wanted)]


def test_backup_wipe_restore_recompute_gives_the_same_bytes(
    store: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    year(store)
    assert verify(store, recompute=True).recomputed == ["2026", H1, H2, f"{H1} {H2}"]
    back_up(store, tmp_path / "b")
    before = files(store)
    other = next(one for one in DATABASES if (one == "sqlite") != store.place.embedded)
    server = request.getfixturevalue("postgres") if other == "postgres" else ""
    (tmp_path / "other").mkdir()
    if store.place.embedded:
        store.close()
        for one in store.place.file.parent.glob("store.db*"):
            shutil.rmtree(one) if one.is_dir() else one.unlink()
    for place in (new_place(other, tmp_path / "other", server), store.place):
        if place is store.place and not place.embedded:
            with store.engine.begin() as connection:
                name = connection.execute(text("SELECT current_schema()")).scalar_one()
                connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
                connection.execute(text(f"CREATE SCHEMA {name}"))
            place.heads.unlink()
        restore(tmp_path / "b", place)
        back = open_store(place)
        assert files(back) == before
        found = verify(back, recompute=True)
        assert (found.problems, found.recomputed) == ([], ["2026", H1, H2, f"{H1} {H2}"])
        back.close()


def reseal(connection: Connection) -> None:
    """What a forger with all the time of the world does: every hash made anew."""
    previous = ""
    audit = schema.AUDIT
    for row in list(connection.execute(select(audit).order_by(audit.c.seq)).mappings()):
        entry = dict(row)
        runs = json.loads(entry["rows"]) if entry["rows"] else {}
        for name, run_ in runs.items():
            table = schema.METADATA.tables[name]
            rows = connection.execute(
                select(table).where(table.c.id.between(run_[0], run_[1])).order_by(table.c.id)
            ).mappings()
            run_[2] = run_hash([dict(one) for one in rows])
        entry["rows"], entry["previous"] = canonical(runs), previous
        entry["hash"] = previous = entry_hash(entry)
        connection.execute(update(audit).where(audit.c.seq == entry["seq"]).values(**entry))


def test_a_forger_who_seals_everything_anew_is_found(store: Store) -> None:
    fill(store)
    lived(store)
    segments, bodies = schema.SEGMENTS, schema.SEGMENT_BODIES
    with owner(store) as connection:
        body = bytes(connection.execute(select(bodies.c.body)).scalar_one())
        table = decoded(body)
        at = table.column_names.index("quantity")
        doubled = quantity_column(words_e3(table.column(at).combine_chunks()) * 2)
        forged = table.set_column(at, table.field(at), doubled)
        body = encoded(forged)
        facts = {"sha256": sha256_of(body), "size": len(body), "identity": identity_of(forged)}
        connection.execute(update(segments).values(**facts))
        connection.execute(update(bodies).values(body=body))
        reseal(connection)
    # The heads outside know it, in the file or on paper.
    assert {one.code for one in verify(store).problems} == {"VERIFY_HEAD_DIFFERS"}
    store.place.heads.unlink()
    assert [one.code for one in verify(store).problems] == ["VERIFY_NO_HEADS"]
    # Without them only settling again does.
    found = verify(store, recompute=True)
    assert [one.code for one in found.problems] == ["VERIFY_NO_HEADS", "VERIFY_RECOMPUTED"]
    assert "payouts.csv" in found.problems[1].facts["detail"]
    assert not found.intact


def test_what_cannot_be_settled_again_is_told(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    lived(store)
    folder = write(
        tmp_path / "beside",
        {
            **case(H2),
            "records.csv": "institution_id,person_id,item_code,service_date,quantity\n"
            "C01,P01,MZ01,2026-08-03,5\nC02,P03,MZ01,2026-10-05,10\n",
        },
    )
    settle_period(by(store, "县财务"), H2, How(case=folder))
    through(store, H2)
    lock(by(store, "县财务"), H2)
    found = verify(store, recompute=True)
    assert [(one.code, one.value) for one in found.problems] == [("VERIFY_NOT_RECOMPUTED", H2)]
    assert (found.intact, found.recomputed) == (True, [H1])
    monkeypatch.setattr("equivalents.store.verifyrecomputed.METHOD", "2031-01")
    found = verify(store, recompute=True)
    assert [one.value for one in found.problems] == [H1, H2]
    assert found.recomputed == []
