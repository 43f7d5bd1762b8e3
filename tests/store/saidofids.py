"""What the files of a case make of each other's record ids, worked out from their texts (5.8).

Written from the definition, row by row, and without the engine: of rows with one id the later ones
are repeated where all say the same, else all of them are in conflict, each with the place of the
first one (the first with that of the second); a correction of an id that no row has names nothing.
"""

from collections import defaultdict
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tests.proofs.changing import read_rows, tables_of

__all__ = ["rows_said_otherwise", "said_of_ids"]

_Place = tuple[str, int]


def said_of_ids(case: Path) -> dict[str, dict[int, tuple[object, ...]]]:
    """What is wrong with the ids of each row of each record file, by the number of the row."""
    rows: dict[_Place, dict[str, str]] = {}
    for path in tables_of(case):
        heading, some = read_rows(path)
        for at, row in enumerate(some):
            if len(row) == len(heading):
                texts = (_meant(name, text) for name, text in zip(heading, row, strict=True))
                rows[path.name, at] = dict(zip(heading, texts, strict=True))
    same: dict[str, list[_Place]] = defaultdict(list)
    for place in sorted(rows):
        same[rows[place].get("record_id", "")].append(place)
    same.pop("", None)
    said: dict[str, dict[int, tuple[object, ...]]] = {path.name: {} for path in tables_of(case)}
    for (file, at), one in rows.items():
        named = one.get("corrects", "")
        told = _of_id(rows, same.get(one.get("record_id", ""), []), (file, at))
        if told or (named and named not in same):
            said[file][at] = *told, bool(named) and named not in same
    return said


def rows_said_otherwise(case: Path, before: dict[str, dict[int, tuple[object, ...]]]) -> int:
    """How many rows there are in the files that were there before, of whose ids other is said."""
    after = said_of_ids(case)
    files = [path for path in tables_of(case) if path.name in before]
    return sum(len(read_rows(path)[1]) for path in files if after[path.name] != before[path.name])


def _of_id(
    rows: dict[_Place, dict[str, str]], places: list[_Place], place: _Place
) -> tuple[object, ...]:
    if len(places) < 2:
        return ()
    first = place == places[0]
    contents = [{name: text for name, text in rows[one].items() if text} for one in places]
    if all(content == contents[0] for content in contents):
        return () if first else ("repeated", places[0])
    return "conflict", places[1 if first else 0]


def _meant(name: str, text: str) -> str:
    text = text.strip()
    if name != "quantity":
        return text
    try:
        return str(Decimal(text).normalize())
    except InvalidOperation:
        return text
