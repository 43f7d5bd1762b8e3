"""Cases put into a store, and what is settled of them compared with the folders they came from."""

import csv
from collections.abc import Mapping
from pathlib import Path

from equivalents.run import settle_case
from equivalents.store.caseput import put_case
from equivalents.store.engine import Store
from equivalents.store.importing import import_records
from equivalents.store.place import StorePlace
from equivalents.store.secret import new_key
from equivalents.store.storecase import Made, made_case

__all__ = [
    "MAY_DIFFER",
    "keep_case",
    "kept_and_given",
    "rows_of",
    "settled_files",
    "with_key",
    "write_tables",
]

MAY_DIFFER = {"problems.csv", "rejected.csv", "excluded.csv"}
"""Files that may differ: they tell of files and rows, and of records that no period has."""


def with_key(store: Store, file: Path) -> Store:
    """The same store with a county key in a file, made where there is none."""
    if not file.exists():
        new_key(file)
    place = store.place
    made = StorePlace(place.url, place.heads, place.cache, place.segments, file)
    return Store(made, store.engine, store.who, store.clock)


def keep_case(store: Store, case: Path) -> str:
    """Put a case and import its records; gives its period."""
    done = put_case(store, case)
    import_records(store, [case], on_reject="quarantine")
    return done.period


def settled_files(out: Path) -> dict[str, bytes]:
    """The tables of a result that are the same for the same records and rules."""
    found = {path.name: path.read_bytes() for path in out.glob("*.csv")}
    return {name: body for name, body in found.items() if name not in MAY_DIFFER}


def kept_and_given(
    store: Store, case: Path, folder: Path
) -> tuple[Made, dict[str, bytes], dict[str, bytes]]:
    """A case settled out of the store, and as it was given."""
    period = keep_case(store, case)
    made = made_case(store, period)
    settle_case(made.folder, folder / "kept", stop_on_reject=False)
    settle_case(case, folder / "given", stop_on_reject=False)
    return made, settled_files(folder / "kept"), settled_files(folder / "given")


def write_tables(folder: Path, tables: Mapping[str, str]) -> Path:
    """A case folder of some texts."""
    for name, text in tables.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [*csv.DictReader(lines)]
