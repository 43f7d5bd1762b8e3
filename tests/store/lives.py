"""A tiny county whose periods live in a store: its case, its people, its commands.

Half years, so that a year is two of them. Whole figures: C01 shares 1000.00, C02 300.00.
"""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from equivalents.cli import app
from equivalents.errors import DataError
from equivalents.store.caseput import put_case
from equivalents.store.engine import Store, open_store
from equivalents.store.importing import import_records
from equivalents.store.locking import Locked, lock
from equivalents.store.periods import approve, pay, publish, submit
from equivalents.store.periodsettle import Kept, settle_period
from equivalents.store.place import StorePlace

__all__ = [
    "H1",
    "H2",
    "HEAD",
    "LATE",
    "POOLS",
    "ROWS",
    "YEAR",
    "by",
    "case",
    "codes",
    "fill",
    "import_rows",
    "lived",
    "locked_life",
    "opened",
    "pools",
    "ready",
    "run",
    "through",
    "told",
    "write",
]

H1, H2 = "2026-H1", "2026-H2"
HEAD = "institution_id,person_id,item_code,service_date,quantity\n"
TABLES = {
    "institutions.csv": "institution_id,name\nC01,青溪镇卫生院\nC02,石桥镇卫生院\n",
    "staff.csv": "person_id,institution_id\nP01,C01\nP02,C01\nP03,C02\n",
    "weights.csv": "item_code,weight,valid_from\nMZ01,1,2026-01-01\n",
}
ROWS = {
    H1: "C01,P01,MZ01,2026-02-03,60\nC01,P02,MZ01,2026-03-04,40\nC02,P03,MZ01,2026-04-05,10\n",
    H2: "C01,P01,MZ01,2026-08-03,50\nC01,P02,MZ01,2026-09-04,50\nC02,P03,MZ01,2026-10-05,10\n",
}
LATE = "C01,P02,MZ01,2026-06-28,3\nC01,P02,MZ01,2026-06-29,2\n"
POOLS = "institution_id,pool,amount\nC01,绩效,1000.00\nC02,绩效,300.00\n"
YEAR = "institution_id,pool,amount\nC01,绩效,2200.00\nC02,绩效,600.00\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return folder


def case(period: str, amounts: str = POOLS) -> dict[str, str]:
    head = f'period: "{period}"\ntitle: 青溪县（示例）\ncorrections: {{mode: at_price}}\n'
    return {"case.yaml": head, "pools.csv": amounts, **TABLES}


def pools(store: Store, period: str, amounts: str = POOLS) -> None:
    """Put the tables and the pools of a period."""
    folder = store.place.heads.parent / f"put-{period}-{len(amounts)}"
    put_case(store, write(folder, case(period, amounts)), period=period, why="年初")


def import_rows(store: Store, rows: str, name: str = "记录") -> Any:
    path = write(store.place.heads.parent, {f"{name}.csv": HEAD + rows}) / f"{name}.csv"
    return import_records(store, [path])


def fill(store: Store, *periods: str) -> None:
    """The tables and the records of some periods."""
    for period in periods or (H1,):
        pools(store, period)
        import_rows(store, ROWS[period], f"记录{period}")


def by(store: Store, who: str) -> Store:
    """The same store, opened by somebody else."""
    return Store(store.place, store.engine, who, store.clock)


def ready(store: Store, period: str = H1) -> Kept:
    """Settled, and every step but the lock taken, by different people."""
    kept = settle_period(by(store, "县财务"), period)
    assert kept.taken is not None
    through(store, period, tuple(kept.taken.facts["institutions"]))
    return kept


def through(store: Store, period: str, institutions: tuple[str, ...] = ("C01", "C02")) -> None:
    for one in institutions:
        submit(by(store, f"会计{one}"), period, one)
        approve(by(store, f"院长{one}"), period, one)
    publish(by(store, "县财务"), period, ("2026-07-01", "2026-07-05"))
    approve(by(store, "县主任"), period, on="2026-07-06")


def lived(store: Store, period: str = H1) -> Locked:
    """Locked."""
    ready(store, period)
    return lock(by(store, "县财务"), period)


def locked_life(store: Store, period: str = H1) -> Locked:
    """Locked and paid."""
    done = lived(store, period)
    pay(by(store, "出纳"), period)
    return done


def codes(error: Any) -> list[str]:
    assert isinstance(error.value, DataError)
    for one in error.value.problems:
        assert "?" not in one.text("en").replace("'?)", ""), one.text("en")
    return [one.code for one in error.value.problems]


def run(place: StorePlace, *words: str, who: str = "县财务", code: int = 0) -> Result:
    """A command of ``equivalents period`` in this process."""
    told = {
        "EQUIVALENTS_STORE": place.url.render_as_string(hide_password=False),
        "EQUIVALENTS_HEADS": str(place.heads),
        "EQUIVALENTS_CACHE": str(place.cache),
        "EQUIVALENTS_WHO": who,
    }
    done = CliRunner().invoke(app, ["period", *words], env=told)
    assert done.exit_code == code, done.output
    return done


def told(place: StorePlace, *words: str, who: str = "县财务", code: int = 0) -> Any:
    """The same as JSON."""
    return json.loads(run(place, *words, "--json", who=who, code=code).stdout)


def opened(place: StorePlace, who: str) -> Store:
    return open_store(place, who)
