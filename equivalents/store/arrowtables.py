"""Arrow tables from and to NumPy, without Arrow's own ways, which import pandas where it is."""

from typing import TYPE_CHECKING, Any

import numpy as np

from equivalents.intake.columns import text_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

__all__ = ["coded_column", "number_column", "take_rows", "whole_column"]


def number_column(values: Any, kind: Any) -> "pa.Array":
    """A column of numbers, days or the like, of an Arrow type as wide as the values are."""
    import pyarrow as pa

    whole = np.ascontiguousarray(values)
    return pa.Array.from_buffers(kind, whole.size, [None, pa.py_buffer(whole)])


def coded_column(codes: Any, texts: "Sequence[str]") -> "pa.DictionaryArray":
    """A column of texts by their positions (int32) among distinct ones."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(number_column(codes, pa.int32()), text_array(texts))


def whole_column(table: "pa.Table | pa.RecordBatch", name: str) -> "pa.Array":
    """A column in one piece."""
    import pyarrow as pa

    column = table.column(name)
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def take_rows(table: "pa.Table", where: Any) -> "pa.Table":
    """Some rows, by positions or by a mask."""
    import pyarrow as pa

    at = np.flatnonzero(where) if where.dtype == bool else where
    return table.take(number_column(at.astype(np.int64), pa.int64())).combine_chunks()
