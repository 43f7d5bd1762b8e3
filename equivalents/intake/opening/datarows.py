"""Which rows below the headings are data: blank rows, repeated headings, totals and signatures.

A row with 合计 or 制表人 is left out only where it could not be a row of data: its label stands in
the place of an id and another required id is blank, or all of them are, or it stands alone. A label
in the place of an id is refused where all else is filled in. Each row left out is told with its
number and its text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.intake.columns import numbers
from equivalents.intake.opening.cells import Cells
from equivalents.intake.opening.celltexts import BLANKS
from equivalents.intake.opening.shape import Shape
from equivalents.intake.opening.textbytes import all_words, any_blank, may_hold

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Judged", "LeftOut", "judge"]

_Mask = npt.NDArray[np.bool_]
_ASCII: Final = 0x7F
_SPACES: Final = (
    r"[\s\x{85}\x{a0}\x{1680}\x{2000}-\x{200d}\x{2028}\x{2029}\x{202f}\x{205f}"
    r"\x{2060}\x{3000}\x{feff}]*"
)
_BLANK: Final = rf"^{_SPACES}$"
_GAP: Final = r"[\s\x{3000}]*"
_TOTAL: Final = (
    rf"^{_SPACES}(?:(?:本页|本表|全部|全县|全院)?{_GAP}[合小总累共]{_GAP}计(?:[:：（(].*)?"
    rf"|(?:(?:Grand|Sub)[ -]?)?(?:Total|total|TOTAL)s?:?){_SPACES}$"
)
_SIGNED: Final = (
    rf"^{_SPACES}(?:(?:制{_GAP}表|填{_GAP}表|填{_GAP}报|审{_GAP}核|复{_GAP}核|审{_GAP}批|核{_GAP}对"
    r"|经{0}办|打{0}印|导{0}出|制{0}单|统{0}计|录{0}入|单位{0}负责|科室{0}负责|负{0}责|院{0}长|签{0}字"
    r"|签{0}名|盖{0}章|联系{0}电话|联系)(?:单位|部门)?{0}(?:人|员|时间|日期|签字|签名|盖章|方式)*"
    r"(?:（[^）]*）|\([^)]*\))?{0}[:：]|(?:注|备注|说明|附注)[0-9一二三四五六七八九十]*{0}[:：、.]"
    r"|第{0}[0-9]+{0}页)"
).replace("{0}", _GAP)


class LeftOut(NamedTuple):
    """A row that was left out: its number, why (``heading``, ``total``, ``note``), its text."""

    row: int
    why: str
    text: str


@dataclass(slots=True)
class Judged:
    """``keep`` says which rows are data; ``blank`` how many rows are blank; what was left out.

    ``labels`` are rows that stay but are refused, with the position of the column.
    """

    keep: _Mask
    blank: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    labels: list[tuple[int, int]] = field(default_factory=list)


def judge(cells: Sequence[Cells], shape: Shape, row: npt.NDArray[np.int64]) -> Judged:
    """Which rows of a chunk are data; ``cells`` are its columns, ``row`` their numbers."""
    texts = [column.words() for column in cells]
    blank = _blank_rows(cells, texts)
    judged = Judged(~blank, int(np.count_nonzero(blank)))
    for at in np.flatnonzero(_repeated(cells, texts, shape) & ~blank).tolist():
        judged.keep[at] = False
        judged.left_out.append(LeftOut(int(row[at]), "heading", _line(cells, at)))
    for why, pattern in (("total", _TOTAL), ("note", _SIGNED)):
        for at, column in _labelled(cells, texts, pattern, judged.keep):
            _judge_label(judged, (at, column), why, shape, cells, row)
    judged.left_out.sort()
    return judged


def _blank_rows(cells: Sequence[Cells], texts: "Sequence[pa.Array]") -> _Mask:
    """Rows without anything in any column; mostly the first column settles it."""
    import pyarrow.compute as pc

    blank = np.ones(len(cells[0]) if cells else 0, bool)
    for column, distinct in zip(cells, texts, strict=True):
        if not blank.any():
            break
        if not any_blank(distinct) and all_words(distinct):
            return np.zeros(blank.size, bool)
        blank &= numbers(pc.match_substring_regex(distinct, _BLANK))[column.code]
    return blank


def _repeated(cells: Sequence[Cells], texts: "Sequence[pa.Array]", shape: Shape) -> _Mask:
    """Rows that repeat the headings: every known column holds its title, or a part of it.

    Of two rows of headings some cells are blank, but never all.
    """
    import pyarrow.compute as pc

    size = len(cells[0]) if cells else 0
    same, any_title = np.ones(size, bool), np.zeros(size, bool)
    for at in shape.known:
        if not same.any():
            break
        upper, _, lower = shape.headings[at].title.partition("/")
        parts = [part for part in (upper, lower) if part]
        if shape.rows == 1 and parts and not may_hold(texts[at], parts):
            return np.zeros(size, bool)
        trimmed = pc.utf8_trim(texts[at], characters=BLANKS)
        ways = _array({shape.headings[at].title, upper, lower or upper})
        title = numbers(pc.is_in(trimmed, value_set=ways))[cells[at].code]
        any_title |= title
        if shape.rows > 1:
            title = title | numbers(pc.equal(trimmed, ""))[cells[at].code]
        same &= title
    return same & any_title


def _array(texts: set[str]) -> "pa.Array":
    import pyarrow as pa

    return pa.array(sorted(texts), pa.string())


def _labelled(
    cells: Sequence[Cells], texts: "Sequence[pa.Array]", pattern: str, keep: _Mask
) -> list[tuple[int, int]]:
    """Rows with a label, each with the first column that holds one."""
    import pyarrow.compute as pc

    found: dict[int, int] = {}
    for at, (column, distinct) in enumerate(zip(cells, texts, strict=True)):
        if not _may_hold_label(distinct):
            continue
        hit = numbers(pc.match_substring_regex(distinct, pattern))
        if hit.any():
            for position in np.flatnonzero(hit[column.code] & keep).tolist():
                found.setdefault(position, at)
    return sorted(found.items())


def _may_hold_label(texts: "pa.Array") -> bool:
    """Whether any text is not plain ASCII, or may say total; most ids are not."""
    data = texts.buffers()[2]
    if data is None:
        return False
    if np.frombuffer(data, np.uint8).max(initial=0) > _ASCII:
        return True
    return may_hold(texts, ("otal", "OTAL"))


def _judge_label(
    judged: Judged,
    where: tuple[int, int],
    why: str,
    shape: Shape,
    cells: Sequence[Cells],
    row: npt.NDArray[np.int64],
) -> None:
    """Leave a labelled row out, keep it, or refuse it; a label alone in its row is no data."""
    at, label = where
    if not judged.keep[at]:
        return
    known = shape.known
    required = [c for c, column in known.items() if column.required]
    ids = [c for c in required if known[c].kind in ("id", "ids")]
    blank = {c for c in required if not _text(cells[c], at)}
    beside = {c for c in ids if c != label} or {c for c in required if c != label}
    alone = not any(_text(cells[c], at) for c in range(len(cells)) if c != label)
    if alone or (ids and blank.issuperset(ids)) or (label in ids and blank & beside):
        judged.keep[at] = False
        judged.left_out.append(LeftOut(int(row[at]), why, _line(cells, at)))
    elif label in ids:
        judged.labels.append((at, label))


def _text(column: Cells, at: int) -> str:
    return column.text_at(at).strip(BLANKS)


def _line(cells: Sequence[Cells], at: int) -> str:
    """A row as one line of text."""
    return " ".join(text for column in cells if (text := _text(column, at)))[:200]
