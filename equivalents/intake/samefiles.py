"""Files and sheets of records that say the same: read both, everything in them would count twice.

A copy of a file, or of a sheet, is a slip of the hand that no other check sees where records have
no ids. Only what is the same to the last row is refused. Source: issue "Files as they are":
nothing is doubled in silence.
"""

import filecmp
from collections import defaultdict
from collections.abc import Hashable, Sequence

from equivalents.errors import Place, Problem, called
from equivalents.intake.opening.found import Found
from equivalents.intake.opening.spool import RAW, ROW

__all__ = ["same_records"]


def same_records(tables: Sequence[Found]) -> list[Problem]:
    """``RECORDS_TWICE`` for each file or sheet of records that repeats one before it.

    Files are compared byte by byte, sheets and cleaned texts by their cells; only what is equally
    long is read. Files and sheets without a row are nobody's copies.
    """
    alike: dict[Hashable, list[Found]] = defaultdict(list)
    for one in tables:
        if one.spool is None:
            alike["file", one.path.stat().st_size].append(one)
        elif one.spool.rows:
            alike["spool", one.spool.rows, one.spool.headings].append(one)
    found = []
    for some in alike.values():
        kept: list[Found] = []
        for one in some:
            first = next((other for other in kept if _same(one, other)), None)
            if first is None:
                kept.append(one)
            elif _has_rows(one):
                name, other = called(one.file, one.sheet), called(first.file, first.sheet)
                place = Place(one.file, one.sheet)
                found.append(Problem("RECORDS_TWICE", place, name, {"other": other}))
    return found


def _same(one: Found, other: Found) -> bool:
    if one.spool is None or other.spool is None:
        return filecmp.cmp(one.path, other.path, shallow=False)
    return _same_cells(one, other)


def _same_cells(one: Found, other: Found) -> bool:
    """Whether two spools hold the same cleaned texts, in the same rows or shifted as a whole."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    files = [pq.ParquetFile(found.path) for found in (one, other)]
    names = [name for name in files[0].schema_arrow.names if not name.startswith((ROW, RAW))]
    pairs = zip(*(file.iter_batches(columns=names) for file in files), strict=False)
    return all(
        bool(pc.all(pc.equal(*(pc.fill_null(column, "") for column in columns))).as_py())
        for batches in pairs
        for columns in zip(*(batch.columns for batch in batches), strict=True)
    )


def _has_rows(found: Found) -> bool:
    """Whether a file holds any record; a form that nobody filled in may stand there twice."""
    if found.spool is not None:
        return True
    if found.is_parquet:
        import pyarrow.parquet as pq

        return bool(pq.read_metadata(found.path).num_rows)
    with found.path.open("rb") as file:
        file.readline()
        return any(line.strip(b"\r\n, ") for line in file)
