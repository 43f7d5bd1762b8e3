"""Files and sheets of records that say the same: read both, everything in them would count twice.

A copy of a file, or of a sheet, is a slip of the hand that no other check sees where records have
no ids. Only what is the same to the last row is refused. Source: issue "Files as they are":
nothing is doubled in silence.
"""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

from equivalents.errors import Place, Problem, called
from equivalents.intake.opening.found import Found
from equivalents.intake.opening.spool import RAW, ROW
from equivalents.intake.parquet import text_column

__all__ = ["same_records"]


def same_records(tables: Sequence[Found]) -> list[Problem]:
    """``RECORDS_TWICE`` for each file or sheet of records that repeats one before it.

    Files are known by all of their bytes, sheets and cleaned texts by their cells; only what is
    equally long is read. Files and sheets without a row are nobody's copies.
    """
    alike: dict[Hashable, list[Found]] = defaultdict(list)
    for one in tables:
        if one.spool is None:
            alike["file", one.path.stat().st_size].append(one)
        elif one.spool.rows:
            alike["spool", one.spool.rows, one.spool.headings].append(one)
    found = []
    for some in alike.values():
        firsts: dict[bytes, Found] = {}
        for one in some if len(some) > 1 else ():
            first = firsts.setdefault(_content(one), one)
            if first is not one and _has_rows(one):
                name, other = called(one.file, one.sheet), called(first.file, first.sheet)
                place = Place(one.file, one.sheet)
                found.append(Problem("RECORDS_TWICE", place, name, {"other": other}))
    return found


def _content(found: Found) -> bytes:
    """What stands for all that a file holds; of a spool for its cleaned texts, in their order."""
    if found.spool is not None:
        return _cells(found)
    with found.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _cells(found: Found) -> bytes:
    """The lengths and the bytes of the texts of each column, hashed apart from each other.

    So nothing depends on how the rows lie in the file, nor on the rows that people know them by.
    """
    import pyarrow.parquet as pq

    file = pq.ParquetFile(found.path)
    names = [name for name in file.schema_arrow.names if not name.startswith((ROW, RAW))]
    hashes = [(hashlib.sha256(), hashlib.sha256()) for _ in names]
    for batch in file.iter_batches(columns=names):
        for (lengths, letters), column in zip(hashes, batch.columns, strict=True):
            texts = text_column(column)
            ends = np.frombuffer(texts.buffers()[1] or b"\0" * 8, np.int64)
            ends = ends[texts.offset : texts.offset + len(texts) + 1]
            lengths.update(np.diff(ends).tobytes())
            letters.update(memoryview(texts.buffers()[2] or b"")[int(ends[0]) : int(ends[-1])])
    return b"".join(one.digest() for pair in hashes for one in pair)


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
