"""Lines of result files and of the reference held against each other."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

__all__ = [
    "Found",
    "Table",
    "add",
    "bound",
    "differing",
    "fen",
    "plain",
    "read_out",
    "without_zeros",
]

Row = dict[str, str]
Table = dict[tuple[object, ...], tuple[object, ...]]
"""Lines of one file: what names a line, and its figures."""
Found = Iterable[tuple[tuple[object, ...], tuple[object, ...]]]
"""The same as they are read, where a name may come twice."""


def read_out(out: Path, name: str) -> list[Row]:
    """The rows of one CSV file of OUT."""
    with (out / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def differing(name: str, found: Found, expected: Table) -> Iterator[str]:
    """What differs between the lines of a file and those expected; no line stands there twice."""
    engine: Table = {}
    for key, values in found:
        if key in engine:
            yield f"{name} {key}: two lines"
        engine[key] = values
    for key in sorted(engine.keys() | expected.keys(), key=str):
        if engine.get(key) != expected.get(key):
            yield f"{name} {key}: engine {engine.get(key)}, reference {expected.get(key)}"


def add(into: Table, key: tuple[object, ...], *figures: Fraction | int) -> None:
    """Add figures to a line; lines that differ only in columns we do not have are one."""
    before = into.get(key, (0,) * len(figures))
    into[key] = tuple(a + b for a, b in zip(before, figures, strict=True))  # type: ignore[operator]


def plain(table: Mapping[Any, tuple[object, ...]]) -> Table:
    """Named tuples as plain ones."""
    return {tuple(key): tuple(values) for key, values in table.items()}


def without_zeros(table: Table) -> Table:
    """Only the lines with a figure that is not 0."""
    return {key: figures for key, figures in table.items() if any(figures)}


def fen(text: str) -> int:
    """Yuan as whole fen."""
    found = Fraction(text) * 100
    assert found.denominator == 1, text
    return found.numerator


def bound(text: str) -> Fraction:
    """A share, which stands as a percent where it is one."""
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
