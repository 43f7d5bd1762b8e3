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
from equivalents.demo.services import NO_DAY, SETTINGS, SHARES, SOURCES, Services
from equivalents.demo.teams import Teams

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ParquetMonths", "performers_text", "write_csv"]

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


def performers_text(person: str, mate: str, shares: int) -> str:
    """Two performers as a record names them; equal shares are left out."""
    mine, other = SHARES[shares].split(":")
    return f"{person};{mate}" if mine == other else f"{person}:{mine};{mate}:{other}"


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

    def __init__(self, roster: list[Posting], residents: Residents, teams: Teams) -> None:
        import pyarrow as pa

        people = sorted({row.person_id for row in roster})
        posts = sorted({row.post_id for row in roster})
        at = {person: number for number, person in enumerate(people)}
        self._people, self._posts = pa.array(people), pa.array(posts)
        self._places = pa.array([place.code for place in INSTITUTIONS])
        self._items = pa.array([item.code for item in ITEMS])
        self._settings, self._sources = pa.array(SETTINGS), pa.array(SOURCES)
        self._groups, self._residents = pa.array(GROUPS[1:]), pa.array(residents.ids)
        self._households, self._teams = pa.array(residents.household_ids), pa.array(teams.codes)
        self._group_of, self._household_of = residents.group, residents.household
        self._person_of = np.array([at[row.person_id] for row in roster])
        self._names = [row.person_id for row in roster]
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
        plain = ("quantity", "record_id", "service_end_date")
        pq.write_table(
            pa.table(columns), path, row_group_size=_ROW_GROUP, compression="snappy",
            version="2.6", data_page_version="1.0", write_statistics=True,
            use_dictionary=[name for name in columns if name not in plain],
        )  # fmt: skip

    def _columns(self, services: Services) -> "dict[str, pa.Array]":
        import pyarrow as pa

        posting, resident = services.posting, services.resident
        household = np.where(resident < 0, -1, self._household_of[resident])
        group = np.where(resident < 0, -1, self._group_of[resident] - 1)
        no_end = services.end == NO_DAY
        ends = (np.where(no_end, 0, services.end) + EPOCH_DAY).astype(np.int32)
        return {
            "institution_id": _coded(services.place, self._places),
            "person_id": _coded(_of(posting, self._person_of), self._people),
            "item_code": _coded(services.item, self._items),
            "service_date": pa.array((services.day + EPOCH_DAY).astype(np.int32), pa.date32()),
            "service_end_date": pa.array(ends, pa.date32(), mask=no_end),
            "quantity": _decimals(services.quantity_e3),
            "resident_id": _met(resident, self._residents),
            "household_id": _met(household, self._households),
            "resident_group": _coded(group, self._groups),
            "setting": _coded(services.setting, self._settings),
            "team_id": _coded(services.team, self._teams),
            "performers": self._performers(services),
            "post_id": _coded(_of(posting, self._post_of), self._posts),
            "source": _coded(services.source, self._sources),
        }

    def _performers(self, services: Services) -> "pa.Array":
        """The texts of shared records, each distinct one made once."""
        import pyarrow as pa

        where = np.flatnonzero(services.mate >= 0)
        columns = (services.posting, services.mate, services.shares)
        triples = np.column_stack([column[where] for column in columns])
        distinct, at = np.unique(triples, axis=0, return_inverse=True)
        code = np.full(len(services), -1, dtype=np.int64)
        code[where] = at.ravel()
        texts = [
            performers_text(self._names[one], self._names[two], shares)
            for one, two, shares in distinct.tolist()
        ]
        return _coded(code, pa.array(texts, pa.string()))


def _of(posting: Int64, column: Int64) -> Int64:
    """What a column says of each posting; -1 where there is none."""
    return np.where(posting < 0, -1, column[posting])


def _met(number: Int64, texts: Any) -> Any:
    """A dictionary column that holds only the texts that occur."""
    import pyarrow as pa

    some = number >= 0
    met, code = np.unique(number[some], return_inverse=True)
    codes = np.full(len(number), -1, dtype=np.int64)
    codes[some] = code
    return _coded(codes, texts.take(pa.array(met)))


def _coded(code: Int64, texts: Any) -> Any:
    """A dictionary column; code -1 is null."""
    import pyarrow as pa

    blank = code < 0
    codes = pa.array(code.astype(np.int32), mask=blank if bool(blank.any()) else None)
    return pa.DictionaryArray.from_arrays(codes, texts)
