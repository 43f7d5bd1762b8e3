"""Columns of cells by their distinct values: what each means is found once, then taken by code.

A column is what a reader gives (Python cells of any types, or Arrow texts). Cells of one type are
coded by Arrow; most distinct texts are seen to be clean by one regular expression, and only the
others are looked at one by one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import compress, repeat
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from equivalents.intake.cellkinds import CellKind
from equivalents.intake.columns import numbers
from equivalents.intake.opening.celltexts import (
    BLANKS,
    WORDS_ARE_PLAIN,
    clean_text,
    plain_pattern,
)
from equivalents.intake.opening.cellvalues import EXACT, clean_value, print_value
from equivalents.intake.opening.forms import fault_code, form_code
from equivalents.intake.opening.textbytes import all_words
from equivalents.units import Codes

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Cells", "Meant", "cells_of"]

_Values: TypeAlias = "pa.Array | list[object]"
_Mask = npt.NDArray[np.bool_]
_Small = npt.NDArray[np.uint8]
_NONE, _TEXT, _FLOAT, _INT, _BOOL, _DATE, _MOMENT, _OTHER = range(8)
_TYPES: Final = {
    type(None): _NONE,
    str: _TEXT,
    float: _FLOAT,
    int: _INT,
    bool: _BOOL,
    date: _DATE,
    datetime: _MOMENT,
}


@dataclass(frozen=True, slots=True)
class Meant:
    """What the distinct values of a column mean, all of one length.

    ``text`` cleaned, ``raw`` as it stood (null where that is the same), ``fault`` and ``form``
    positions in the lists of :mod:`~equivalents.intake.opening.forms`.
    """

    text: "pa.Array"
    raw: "pa.Array"
    fault: _Small
    form: _Small


@dataclass(frozen=True, slots=True)
class Cells:
    """A column of cells: ``code`` is the position of each in the distinct values.

    ``values`` are the distinct values in groups of one type (Arrow texts, doubles, Python values).
    """

    code: Codes
    values: "tuple[_Values, ...]"

    def __len__(self) -> int:
        return int(self.code.size)

    def texts(self) -> "pa.Array":
        """The distinct values as texts, as they stand."""
        import pyarrow as pa

        parts = [_shown(part) for part in self.values]
        return pa.concat_arrays(parts) if parts else pa.array([], pa.string())

    def words(self) -> "pa.Array":
        """The distinct values that are texts, null for those of other types: never blank."""
        import pyarrow as pa

        parts = [
            part
            if not isinstance(part, list) and pa.types.is_string(part.type)
            else pa.nulls(len(part), pa.string())
            for part in self.values
        ]
        return pa.concat_arrays(parts) if parts else pa.array([], pa.string())

    def text_at(self, row: int) -> str:
        """The cell of one row as text, as it stands."""
        at = int(self.code[row])
        for part in self.values:
            if at < len(part):
                return print_value(part[at] if isinstance(part, list) else part[at].as_py())
            at -= len(part)
        raise IndexError(row)

    def spread(self, values: "pa.Array") -> "pa.Array":
        """What the distinct values are to be, for each cell; where none occurs twice, as it is."""
        import pyarrow as pa

        size = self.code.size
        if len(values) == size and np.array_equal(self.code, np.arange(size, dtype=np.int32)):
            return values
        return values.take(pa.array(self.code))

    def filled(self) -> _Mask:
        """Which cells are not blank."""
        blank = [not text.strip(BLANKS) for text in self.texts().to_pylist()]
        return ~np.array(blank, bool)[self.code]

    def kept(self, keep: _Mask) -> "Cells":
        """The cells of some rows."""
        return self if keep.all() else Cells(self.code[keep], self.values)

    def meant(self, kind: CellKind, required: bool, epoch_1904: bool | None) -> Meant:
        """What the distinct values mean in a column of some kind."""
        import pyarrow as pa

        parts = [_meant(part, kind, required, epoch_1904) for part in self.values]
        if len(parts) == 1:
            return parts[0]
        return Meant(
            pa.concat_arrays([part.text for part in parts]),
            pa.concat_arrays([part.raw for part in parts]),
            np.concatenate([part.fault for part in parts]),
            np.concatenate([part.form for part in parts]),
        )


def _shown(part: "_Values") -> "pa.Array":
    """Distinct values as texts, as they stand."""
    import pyarrow as pa

    if isinstance(part, list):
        return pa.array([print_value(value) for value in part], pa.string())
    return _of_doubles(part, "text").text if pa.types.is_floating(part.type) else part


def _meant(part: "_Values", kind: CellKind, required: bool, epoch_1904: bool | None) -> Meant:
    import pyarrow as pa

    if isinstance(part, list):
        return _of_values(part, kind, epoch_1904)
    if not pa.types.is_floating(part.type):
        return _of_texts(part, kind, required, epoch_1904)
    if kind in ("day", "flag"):
        return _of_values(part.to_pylist(), kind, epoch_1904)
    return _of_doubles(part, kind)


def _of_doubles(values: "pa.Array", kind: CellKind) -> Meant:
    """Doubles that are no dates: the whole ones, mostly all, are printed at once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    double = np.frombuffer(values.buffers()[1], np.float64)[values.offset :][: len(values)]
    whole = (np.abs(double) < EXACT) & (double == np.floor(double))
    form = np.full(double.size, form_code("number_id" if kind in ("id", "ids") else ""), np.uint8)
    none = pa.nulls(double.size, pa.string())
    text = pa.array(np.where(whole, double, 0).astype(np.int64)).cast(pa.string())
    if whole.all():
        return Meant(text, none, np.zeros(double.size, np.uint8), form)
    others = _of_values(double[~whole].tolist(), kind, None)
    fault = np.zeros(double.size, np.uint8)
    fault[~whole], form[~whole] = others.fault, others.form
    return Meant(pc.replace_with_mask(text, pa.array(~whole), others.text), none, fault, form)


def _of_values(values: Sequence[object], kind: CellKind, epoch_1904: bool | None) -> Meant:
    import pyarrow as pa

    meant = [clean_value(value, kind, epoch_1904) for value in values]
    pairs = list(zip(values, meant, strict=True))
    shown = [print_value(value) if new.form else new.text for value, new in pairs]
    raw = [
        None if old == new.text or new.fault else old for old, new in zip(shown, meant, strict=True)
    ]
    return Meant(
        pa.array([one.text for one in meant], pa.string()),
        pa.array(raw, pa.string()),
        np.array([fault_code(one.fault) for one in meant], np.uint8),
        np.array([form_code(one.form) for one in meant], np.uint8),
    )


def _of_texts(texts: "pa.Array", kind: CellKind, required: bool, epoch_1904: bool | None) -> Meant:
    import pyarrow as pa
    import pyarrow.compute as pc

    fault, form = np.zeros(len(texts), np.uint8), np.zeros(len(texts), np.uint8)
    raw = pa.nulls(len(texts), pa.string())
    if kind in WORDS_ARE_PLAIN and all_words(texts):
        return Meant(texts, raw, fault, form)
    doubtful = ~numbers(pc.match_substring_regex(texts, plain_pattern(kind)))
    if not doubtful.any():
        return Meant(texts, raw, fault, form)
    where = pa.array(doubtful)
    old = texts.filter(where).to_pylist()
    meant = [clean_text(text, kind, required, epoch_1904) for text in old]
    fault[doubtful] = [fault_code(one.fault) for one in meant]
    form[doubtful] = [form_code(one.form) for one in meant]
    new = [text if one.fault else one.text for text, one in zip(old, meant, strict=True)]
    before = [text if text != now else None for text, now in zip(old, new, strict=True)]
    return Meant(
        pc.replace_with_mask(texts, where, pa.array(new, pa.string())),
        pc.replace_with_mask(raw, where, pa.array(before, pa.string())),
        fault,
        form,
    )


def cells_of(column: "Sequence[object] | pa.Array") -> Cells:
    """Code a column of Python cells, or of Arrow texts, by its distinct values."""
    import pyarrow as pa

    if isinstance(column, pa.Array | pa.ChunkedArray):
        code, values = _coded(_combined(column))
        return Cells(code, (values,))
    types = set(map(type, column))
    if len(types) == 1:
        code, group = _group(column, _TYPES.get(types.pop(), _OTHER))
        return Cells(code, (group,))
    kinds = np.fromiter(map(_TYPES.get, map(type, column), repeat(_OTHER)), np.uint8, len(column))
    return _mixed(column, kinds)


def _mixed(column: Sequence[object], kinds: _Small) -> Cells:
    code = np.zeros(kinds.size, np.int32)
    groups: list[_Values] = []
    before = 0
    for kind in np.unique(kinds).tolist():
        where = kinds == kind
        part, group = _group(list(compress(column, where.tolist())), kind)
        code[where] = part + before
        groups.append(group)
        before += len(group)
    return Cells(code, tuple(groups))


def _combined(column: "pa.Array | pa.ChunkedArray") -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return pc.fill_null(column.cast(pa.string()), "")


def _coded(values: "pa.Array") -> "tuple[Codes, pa.Array]":
    encoded = values.dictionary_encode()
    return numbers(encoded.indices, 0), encoded.dictionary


def _group(values: Sequence[Any], kind: int) -> "tuple[Codes, _Values]":
    """Codes and distinct values of cells of one type."""
    import pyarrow as pa

    if kind == _NONE:
        return np.zeros(len(values), np.int32), pa.array([""], pa.string())
    if kind == _TEXT:
        return _coded(_texts(values))
    encode = _ENCODERS.get(kind)
    if encode is not None:
        try:
            code, distinct = _coded(encode(values))
        except (pa.ArrowInvalid, OverflowError, ValueError):
            pass
        else:
            return code, distinct if kind == _FLOAT else distinct.to_pylist()
    shown = [print_value(value) for value in values]
    first = dict(zip(reversed(shown), reversed(values), strict=True))
    position = {text: at for at, text in enumerate(first)}
    return np.array([position[text] for text in shown], np.int32), list(first.values())


def _texts(values: Sequence[str]) -> "pa.Array":
    """Texts as Arrow holds them; halves of a character, which no file should have, are shown."""
    import pyarrow as pa

    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        whole = [text.encode("utf-8", "backslashreplace").decode() for text in values]
        return pa.array(whole, pa.string())


def _moments(values: Sequence[datetime]) -> "pa.Array":
    import pyarrow as pa

    if any(value.tzinfo for value in values):
        raise ValueError("a time zone would be lost")
    return pa.array(values, pa.timestamp("us"))


def _encoder(name: str) -> Callable[[Sequence[Any]], "pa.Array"]:
    def encode(values: Sequence[Any]) -> "pa.Array":
        import pyarrow as pa

        return pa.array(values, getattr(pa, name)())

    return encode


_ENCODERS: Final[dict[int, Callable[[Sequence[Any]], "pa.Array"]]] = {
    _FLOAT: _encoder("float64"),
    _INT: _encoder("int64"),
    _BOOL: _encoder("bool_"),
    _DATE: _encoder("date32"),
    _MOMENT: _moments,
}
