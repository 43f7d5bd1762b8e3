"""Writing csv in every legal shape: with and without BOM, quotes, CRLF, blank lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random


def write_csv(
    rng: Random,
    path: Path,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    blank_lines: bool = False,
) -> list[int]:
    """Write a csv file and return the row number of each row as Excel shows it."""
    end = rng.choice(("\n", "\r\n"))
    text = io.StringIO()
    writer = csv.writer(
        text,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if rng.random() < 0.25 else csv.QUOTE_MINIMAL,
    )
    writer.writerow(header)
    numbers: list[int] = []
    number = 1
    for row in rows:
        while blank_lines and rng.random() < 0.05:
            text.write(end)
            number += 1
        number += 1
        writer.writerow(row)
        numbers.append(number)
    if blank_lines and rng.random() < 0.3:
        text.write(end * 2)
    content = text.getvalue()
    if rng.random() < 0.2:
        content = content.rstrip("\r\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode(rng.choice(("utf-8", "utf-8-sig"))))
    return numbers


def write_table(
    rng: Random, path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]
) -> None:
    """Write a master table, columns in any order; those that no row fills may be left out."""
    kept = [
        column
        for column in columns
        if any(row.get(column) for row in rows) or (rows and rng.random() < 0.5)
    ]
    rng.shuffle(kept)
    write_csv(rng, path, kept, [[row.get(column, "") for column in kept] for row in rows])
