"""CSV in and out for the builders: every field as text, UTF-8, ``\\n`` line ends."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["read", "write"]


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a table, every field as text; a byte-order mark is read over."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)
