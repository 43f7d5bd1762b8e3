"""Writing the case's files: CSV as text, Parquet as dictionary columns; the same bytes always."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equivalents.demo.draw import Int64
from equivalents.demo.items import ITEMS
from equivalents.demo.people import Posting
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.residents import GROUPS, Residents
from equivalents.demo.seasons import EPOCH_DAY
from equivalents.demo.services import SETTINGS, SOURCES, Services

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ParquetMonths", "write_csv"]

_ROW_GROUP: Final = 1 << 20


def write_csv(
    path: Path, heading: Sequence[str], rows: Iterable[Sequence[str]], encoding: str = "utf-8-sig"
) -> None:
    """A CSV file with `\\n` line ends; the default is UTF-8 with BOM, as spreadsheets like it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def _decimals(quantity_e3: Int64) -> Any:
    """decimal128(9, 3) made from thousandths without text: low and high 64 bits."""
    import pyarrow as pa

    pairs = np.empty((len(quantity_e3), 2), dtype="<i8")
    pairs[:, 0] = quantity_e3
    pairs[:, 1] = quantity_e3 >> 63
    return pa.Array.from_buffers(
        pa.decimal128(9, 3), len(quantity_e3), [None, pa.py_buffer(pairs.tobytes())]
    )


class ParquetMonths:
    """Turns drawn records into Parquet files, with the texts of the county made once."""

    def __init__(self, roster: list[Posting], residents: Residents) -> None:
        import pyarrow as pa

        people = sorted({row.person_id for row in roster})
        posts = sorted({row.post_id for row in roster})
        at = {person: number for number, person in enumerate(people)}
        self._people, self._posts = pa.array(people), pa.array(posts)
        self._places = pa.array([place.code for place in INSTITUTIONS])
        self._items = pa.array([item.code for item in ITEMS])
        self._settings, self._sources = pa.array(SETTINGS), pa.array(SOURCES)
        self._groups, self._residents = pa.array(GROUPS[1:]), pa.array(residents.ids)
        self._person_of = np.array([at[row.person_id] for row in roster])
        self._place_of = np.array([row.place for row in roster])
        self._post_of = np.array(
            [posts.index(row.post_id) if row.several else -1 for row in roster]
        )

    def write(self, path: Path, services: Services, record_ids: list[str]) -> None:
        """One month's file; `record_ids` is empty where the county's system gave none."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = self._columns(services)
        if record_ids:
            columns["record_id"] = pa.array(record_ids, pa.string())
        pq.write_table(
            pa.table(columns), path, row_group_size=_ROW_GROUP, compression="snappy",
            version="2.6", data_page_version="1.0", write_statistics=True,
            use_dictionary=[name for name in columns if name not in ("quantity", "record_id")],
        )  # fmt: skip

    def _columns(self, services: Services) -> "dict[str, pa.Array]":
        import pyarrow as pa

        met, code = np.unique(services.resident[services.resident >= 0], return_inverse=True)
        resident = np.full(len(services), -1, dtype=np.int64)
        resident[services.resident >= 0] = code
        return {
            "institution_id": _coded(self._place_of[services.posting], self._places),
            "person_id": _coded(self._person_of[services.posting], self._people),
            "item_code": _coded(services.item, self._items),
            "service_date": pa.array((services.day + EPOCH_DAY).astype(np.int32), pa.date32()),
            "quantity": _decimals(services.quantity_e3),
            "resident_id": _coded(resident, self._residents.take(pa.array(met))),
            "resident_group": _coded(services.group - 1, self._groups),
            "setting": _coded(services.setting, self._settings),
            "post_id": _coded(self._post_of[services.posting], self._posts),
            "source": _coded(services.source, self._sources),
        }


def _coded(code: Int64, texts: Any) -> Any:
    """A dictionary column; code -1 is null."""
    import pyarrow as pa

    blank = code < 0
    codes = pa.array(code.astype(np.int32), mask=blank if bool(blank.any()) else None)
    return pa.DictionaryArray.from_arrays(codes, texts)
