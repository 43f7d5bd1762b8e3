"""Spools made by hand for tests: rows of texts with numbers, what was refused, what stood there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from equivalents.intake.opening.found import Found
from equivalents.intake.opening.spool import SpoolWriter

__all__ = ["a_spool"]


def a_spool(
    path: Path,
    headings: Sequence[str],
    rows: Mapping[int, Sequence[str]],
    *,
    file: str = "六月.xlsx",
    sheet: str = "门诊",
    raw: Mapping[str, Mapping[int, str]] | None = None,
    faults: Mapping[int, str] | None = None,
    header_row: int = 3,
) -> Found:
    """Rows by their numbers; ``raw`` by heading and row, ``faults`` by row (``CODE:column``)."""
    raw, faults = raw or {}, faults or {}
    numbers = [*rows]
    columns = {
        heading: pa.array([row[at] for row in rows.values()], pa.string())
        for at, heading in enumerate(headings)
    }
    stood = {
        heading: pa.array([texts.get(number) for number in numbers], pa.string())
        for heading, texts in raw.items()
    }
    refused = pa.array([faults.get(number) for number in numbers], pa.string())
    with SpoolWriter(path, headings, [*raw]) as writer:
        writer.write(np.array(numbers, np.int64), columns, stood, refused)
        about = {"file": file, "sheet": sheet, "titles": [*headings], "header_row": header_row}
        spool = writer.close(about)
    return Found(path, file, sheet, spool)
