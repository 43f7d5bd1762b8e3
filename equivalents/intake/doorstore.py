"""Records waiting for the checks at the door, parted by days, in files where they are many.

The idea: every check compares records of one day, so the days of a period can be looked at one
after another. Where all records would take more memory than is allowed, each span of days is a
temporary file, and only one of them is in memory at a time. What is found is the same. Like spools
the files go with their program, or, if that was killed, with the next one.
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from equivalents.intake.opening.found import SpoolFolder
from equivalents.policy.calendar import Period
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DoorStore"]

_BYTES: Final = 256
"""What a record takes while it is looked at: its columns, texts, and their sorted copies."""
_MOST: Final = 400
"""Files that are open at a time."""


class DoorStore:
    """Batches of records by spans of days; use as a context, its files go with it."""

    def __init__(self, period: Period, expected: int, bound: int) -> None:
        """About so many records are ``expected``; ``bound`` is in bytes."""
        self._first, self._days = period.start, period.end - period.start
        wanted = -(-expected * _BYTES // max(bound, 1))
        self.spans = min(max(wanted, 1), self._days, _MOST)
        self._kept: list[pa.RecordBatch] = []
        self._files: dict[int, tuple[Path, pa.RecordBatchStreamWriter]] = {}
        self._folder: SpoolFolder | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for _, writer in self._files.values():
            writer.close()
        if self._folder is not None:
            self._folder.remove()

    def put(self, day: Int64, batch: "pa.RecordBatch") -> None:
        """Add records; ``day`` are their days, all in the period."""
        import pyarrow as pa

        if self.spans == 1:
            self._kept.append(batch)
            return
        span = (day - self._first) * self.spans // self._days
        order = np.argsort(span, kind="stable")
        batch = batch.take(pa.array(order))
        numbers, starts = np.unique(span[order], return_index=True)
        for number, start, stop in zip(
            numbers.tolist(), starts.tolist(), [*starts[1:].tolist(), order.size], strict=True
        ):
            self._writer(number, batch.schema).write_batch(batch.slice(start, stop - start))

    def tables(self) -> "Iterator[pa.Table]":
        """The records of each span of days, in the order in which they were added; repeatable."""
        import pyarrow as pa

        if self.spans == 1:
            if self._kept:
                yield pa.Table.from_batches(self._kept)
            return
        for number in sorted(self._files):
            path, writer = self._files[number]
            writer.close()
            with pa.ipc.open_stream(path) as reader:
                yield reader.read_all()

    def _writer(self, number: int, schema: "pa.Schema") -> "pa.RecordBatchStreamWriter":
        import pyarrow as pa

        if self._folder is None:
            self._folder = SpoolFolder()
        if number not in self._files:
            path = self._folder.path / f"{number}.arrow"
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._files[number] = path, pa.ipc.new_stream(path, schema, options=options)
        return self._files[number][1]
