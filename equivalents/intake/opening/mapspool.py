"""From a spool with the headings of a source to a spool with ours: a column map applied to a table.

The first spool is written by whatever opens the file, as of any file, but it is looked through for
the headings that the map names. Nothing of it is lost: what the map does not use stays beside.
Source: issue "Files as they are", point 3.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equivalents.errors import Place, Problem
from equivalents.findings import Findings
from equivalents.intake.opening.mapmodel import ColumnMap
from equivalents.intake.opening.maps import Chunk, MapRun
from equivalents.intake.opening.spool import FAULT, RAW, ROW, Spooled, SpoolWriter

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["map_spool"]

_BATCH: Final = 131_072
_FAULTS_TOLD: Final = 50
"""Codes at fault that are told of a table with how many rows each has; rejected.csv has all."""


def map_spool(
    spooled: Spooled, found: ColumnMap, target: Path, findings: Findings
) -> Spooled | None:
    """The same table with our columns and codes; ``None``, with the faults noted, where it fails.

    Args:
        spooled: the table with the headings of its source.
        found: the map.
        target: the spool to write.
        findings: what the map needs and the table has not got goes here.
    """
    place = Place(spooled.file, spooled.sheet, spooled.header_row)
    before = len(findings.problems)
    run = MapRun(found, spooled.headings, place, findings)
    if len(findings.problems) > before:
        return None
    writer = SpoolWriter(target, run.headings, run.headings)
    with writer:
        for chunk in _chunks(spooled.path):
            made = run.apply(chunk)
            writer.write(made.row, made.columns, made.raw, _nulls(made))
        return writer.close(_about(spooled, run, writer.rows))


def _nulls(made: Chunk) -> "pa.Array | None":
    import pyarrow as pa

    return pa.array([fault or None for fault in made.faults], pa.string()) if made.faults else None


def _chunks(path: Path) -> Iterator[Chunk]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH):
            names = batch.schema.names
            texts = [name for name in names if name not in (ROW, FAULT) and name[:5] != RAW]
            faults = batch.column(FAULT)
            yield Chunk(
                np.asarray(batch.column(ROW), np.int64),
                {name: batch.column(name) for name in texts},
                {name[5:]: batch.column(name) for name in names if name[:5] == RAW},
                faults.fill_null("").to_pylist() if faults.null_count < len(faults) else (),
            )


def _about(spooled: Spooled, run: MapRun, rows: int) -> dict[str, Any]:
    """What is known of the table made: that of the first one, and what the map did."""
    title = dict(zip(spooled.headings, spooled.titles, strict=True))
    ours = {title[heading].strip(): one for one, heading in run.bound.items()}
    heading = {column.name: column.heading for column in run.map.sheet.columns}
    told = {
        "map": run.map.name,
        "map_title": run.map.title,
        "map_version": run.map.version,
        "map_columns": {one: title[heading] for one, heading in run.bound.items()},
        "map_left_out": dict(run.dropped),
        "map_faults": [
            {"code": code, "column": column, "value": value, "rows": rows}
            for (code, column, value), rows in run.faulty.most_common(_FAULTS_TOLD)
        ],
        "rows": rows,
        "table": run.map.table,
        "table_title": run.map.sheet.title,
    }
    problems = [*spooled.problems, *(_as_data(problem) for problem in run.problems())]
    return {
        "file": spooled.file,
        "sheet": spooled.sheet,
        "titles": [*run.headings],
        "table": run.map.table,
        "map": run.map.name,
        "header_row": spooled.header_row,
        "header_rows": spooled.header_rows,
        "understood": [
            {**one, **told, "columns": [_column(some, ours, heading) for some in one["columns"]]}
            for one in spooled.understood
        ],
        "problems": problems,
    }


def _column(
    known: Mapping[str, Any], ours: Mapping[str, str], heading: Mapping[str, str]
) -> dict[str, Any]:
    """A column of the file as understood: by the name that the map gives it."""
    name = ours.get(known["title"], "")
    return {**known, "as": name, "heading": heading.get(name, ""), "near": ""}


def _as_data(problem: Problem) -> Mapping[str, Any]:
    return {
        "code": problem.code,
        "row": 0,
        "column": "",
        "value": problem.value,
        "facts": dict(problem.facts),
    }
