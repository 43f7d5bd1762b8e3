"""How many records are to come, for the remaining time: known of Parquet and spools, else about."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from equivalents.intake.csvfile import CsvPart
from equivalents.intake.parquet import ParquetPart

__all__ = ["expected_rows"]

_SAMPLE: Final = 1 << 16


def expected_rows(parts: Iterable[CsvPart | ParquetPart]) -> int:
    """The rows of all parts; of texts an estimate by the lines at the beginning of each part.

    For progress alone: a file that cannot be read counts nothing here and is told where it is read.
    """
    groups: dict[Path, list[int]] = {}
    total = 0
    for part in parts:
        try:
            total += _of_group(part, groups) if isinstance(part, ParquetPart) else _of_text(part)
        except OSError:
            continue
    return total


def _of_group(part: ParquetPart, groups: dict[Path, list[int]]) -> int:
    """The rows of a row group; the end of each file is read once."""
    import pyarrow.parquet as pq

    if part.group < 0:
        return 0
    if part.path not in groups:
        known = pq.read_metadata(part.path)
        groups[part.path] = [known.row_group(at).num_rows for at in range(known.num_row_groups)]
    return groups[part.path][part.group]


def _of_text(part: CsvPart) -> int:
    """About how many lines a range of a text has."""
    size = part.stop - part.start
    with part.path.open("rb") as file:
        file.seek(part.start)
        sample = file.read(min(_SAMPLE, size))
    if not sample:
        return 0
    lines = sample.count(b"\n")
    if len(sample) == size:
        return lines + (not sample.endswith(b"\n"))
    return size * lines // len(sample)
