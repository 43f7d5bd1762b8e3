"""``equivalents look`` as a function: one file as it would be understood, without a case.

This is the shell around :mod:`equivalents.intake.opening.opener`; nothing is written. Sources: rule
A10; issue "Files as they are", Shape.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from equivalents.errors import DataError, Problem, UsageError, near
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.found import Found, SpoolFolder
from equivalents.intake.opening.opener import open_tables
from equivalents.intake.parquet import text_values
from equivalents.intake.spoolpart import spool_parts

__all__ = ["FIRST_ROWS", "Look", "Looked", "look_file"]

FIRST_ROWS: Final = 5
"""Rows of each table that are shown as understood."""


@dataclass(frozen=True, slots=True)
class Look:
    """One table of the file: what was understood, and its first rows by row number."""

    understood: Mapping[str, Any]
    headings: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Looked:
    """The tables of a file, and what is to be told of it."""

    tables: tuple[Look, ...]
    problems: tuple[Problem, ...]


def look_file(path: Path, table: str = "") -> Looked:
    """Read a file as a case would, cleaned, as ``table`` or as whichever it fits.

    Raises:
        DataError: the file cannot be read, or no table is found in it.
        UsageError: there is no such table, or no such file.
    """
    if table and table not in TABLES:
        hint = near(table, [*TABLES]).partition("¦")
        raise UsageError(f"没有名为“{table}”的数据表{hint[0]}。\nNo table '{table}'{hint[2]}.")
    if not path.is_file():
        raise UsageError(f"找不到文件“{path.name}”。\nThere is no file '{path.name}'.")
    keeper = SpoolFolder()
    try:
        opened = open_tables(
            [(path, path.name)], [table] if table else [*TABLES], keeper, spool=True
        )
        looks = tuple(_look(found) for found in opened.tables if found.spool is not None)
    finally:
        keeper.remove()
    if not looks and any(one.severity == "error" for one in opened.problems):
        raise DataError(opened.problems)
    return Looked(looks, tuple(opened.problems))


def _look(found: Found) -> Look:
    assert found.spool is not None, "only spools are looked at"
    (known,) = found.spool.understood
    head = {"file": found.file, "sheet": found.sheet}
    rows: list[tuple[int, Sequence[str]]] = []
    for batch in chain.from_iterable(part.batches() for part in spool_parts(found)):
        few = [text_values(column[:FIRST_ROWS]) for column in batch.columns.values()]
        rows += zip(batch.row[:FIRST_ROWS].tolist(), zip(*few, strict=True), strict=True)
        if len(rows) >= FIRST_ROWS:
            break
    return Look({**head, **known}, found.spool.headings, [*islice(rows, FIRST_ROWS)])
