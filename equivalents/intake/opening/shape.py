"""Where the table is in a file: its row or two rows of headings, what they mean, blank columns.

The headings are the row, or the pair of rows, among the first that names most columns of one of
the tables looked for. Of two rows (a merged heading over its parts) the upper text reaches to the
right over blank cells, as merged cells come blank from readers; joined they read ``上/下``.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.headings import Column, Sheet
from equivalents.intake.opening.celltexts import BLANKS
from equivalents.intake.opening.cellvalues import print_value
from equivalents.intake.opening.headingtexts import keys_of, may_name, proposal, understood_as
from equivalents.intake.opening.likedata import looks_like_data
from equivalents.reasons import BOTH

__all__ = ["HEAD", "Heading", "Shape", "find_shape", "fit"]

HEAD: Final = 40
"""Rows among which the headings are looked for."""
_JOIN: Final = "/"
_TOLD: Final = 20
"""Cells of a row above the headings that are told."""
_UPPER: Final = 2
"""How an upper text ranks behind a joined and a lower one."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of a file: its title as written, and our column, if it is one.

    ``name`` is the heading as understood: our machine name or Chinese heading, whichever the
    title is a way of writing; of an unknown column the title. ``proposal`` is our heading that an
    unknown title nearly is.
    """

    title: str
    name: str
    column: Column | None = None
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the table is: ``at`` is the first row of headings among those given, from 0.

    ``above`` are the texts of the rows above (position, text), ``headings`` one for each column.
    """

    sheet: Sheet
    at: int
    rows: int
    headings: tuple[Heading, ...]
    above: tuple[tuple[int, str], ...] = ()

    @property
    def known(self) -> dict[int, Column]:
        """Our columns by position."""
        found = enumerate(heading.column for heading in self.headings)
        return {at: column for at, column in found if column is not None}

    @property
    def missing(self) -> list[Column]:
        """Required columns that are not there."""
        names = {column.name for column in self.known.values()}
        return [one for one in self.sheet.columns if one.required and one.name not in names]

    @property
    def twice(self) -> list[tuple[Column, list[str]]]:
        """Columns of ours that several titles name, with those titles."""
        titles: dict[str, list[str]] = {}
        for heading in self.headings:
            if heading.column is not None:
                titles.setdefault(heading.column.name, []).append(heading.title)
        columns = {column.name: column for column in self.known.values()}
        return [(columns[name], some) for name, some in titles.items() if len(some) > 1]

    @property
    def worth(self) -> tuple[int, bool, int]:
        """How well it fits: columns known, whether all required ones, columns unknown (negative).

        The number goes first: a file of records without its quantities is no list of staff.
        """
        known = len({column.name for column in self.known.values()})
        filled = sum(1 for heading in self.headings if heading.title)
        return known, not self.missing, known - filled


def _text(cell: object) -> str:
    return print_value(cell).strip(BLANKS)


def fit(rows: Sequence[Sequence[object]], sheet: Sheet) -> tuple[Heading, ...]:
    """What one or two rows of headings mean for a table, column by column."""
    texts = [[_text(cell) for cell in row] for row in rows]
    width = max(len(row) for row in texts)
    texts = [row + [""] * (width - len(row)) for row in texts]
    if len(texts) == 1:
        return tuple(_single(title, sheet) for title in texts[0])
    return _paired(texts[0], texts[1], sheet)


def _single(title: str, sheet: Sheet) -> Heading:
    found = understood_as(title, sheet)
    return Heading(title, title) if found is None else Heading(title, *found)


def _paired(upper: Sequence[str], lower: Sequence[str], sheet: Sheet) -> tuple[Heading, ...]:
    """Two rows of headings: joined, the lower or the upper text, where only one column fits.

    An upper text over several columns names none of them.
    """
    pairs = list(_pairs(upper, lower))
    ways: list[dict[str, tuple[int, str]]] = []
    for above, below in pairs:
        joined = _joined(above, below)
        found: dict[str, tuple[int, str]] = {}
        for rank, text in enumerate((joined, below, above)):
            if text and (match := understood_as(text, sheet)) is not None:
                found.setdefault(match[1].name, (rank, match[0]))
        ways.append(found)
    sure = [found if len(found) == 1 else {} for found in ways]
    ranks = Counter((name, rank) for found in sure for name, (rank, _) in found.items())
    best = {name: min(rank for one, rank in ranks if one == name) for name, _ in ranks}
    headings = []
    for (above, below), found in zip(pairs, sure, strict=True):
        title = _joined(above, below)
        heading = Heading(title, title)
        for name, (rank, text) in found.items():
            if rank == best[name] and (rank != _UPPER or ranks[name, rank] == 1):
                column = next(column for column in sheet.columns if column.name == name)
                heading = Heading(title, text, column)
        headings.append(heading)
    return tuple(headings)


def _pairs(upper: Sequence[str], lower: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Upper and lower text of each column; an upper one reaches right, over blank cells.

    One that was merged downwards, with nothing below it, reaches no further.
    """
    over = ""
    for above, below in zip(upper, lower, strict=True):
        if above or not below:
            over = above if below else ""
        yield (above or over), below


def _joined(above: str, below: str) -> str:
    return _JOIN.join(dict.fromkeys(text for text in (above, below) if text))


def find_shape(
    head: Sequence[Sequence[object]], wanted: Sequence[Sheet], place: Place, numbers: Sequence[int]
) -> Shape:
    """The table among those ``wanted`` whose headings stand in the first rows.

    Headings that lack required columns are found, too, where they name at least two columns and
    half of all: what is missing is said later, where the table is used.

    Raises:
        DataError: ``HEADINGS_NOT_FOUND``; ``TABLE_DOUBT`` where two tables fit equally;
            ``DATA_ABOVE_HEADINGS`` where rows of data would be lost above them.
    """
    texts = [_trimmed(row) for row in head[:HEAD]]
    keys = [keys_of(row) for row in texts]
    shapes = [shape for sheet in wanted for shape in _shapes(texts, keys, sheet)]
    best = max(shapes, key=_order, default=None)
    if best is None or not _believable(best):
        raise DataError([_not_found(best, wanted, place, numbers)])
    rivals = [
        shape
        for shape in shapes
        if shape.worth == best.worth and shape.sheet.name != best.sheet.name
    ]
    if rivals:
        names = ", ".join(dict.fromkeys(one.sheet.name for one in (best, *rivals)))
        raise DataError([Problem("TABLE_DOUBT", place, facts={"detail": names})])
    lost = _lost(best, shapes, texts)
    if lost:
        facts = {"heading": str(numbers[best.at]), "count": str(len(lost))}
        shown = " ".join(text for text in texts[lost[0]][:_TOLD] if text)
        at = place._replace(row=int(numbers[lost[0]]))
        raise DataError([Problem("DATA_ABOVE_HEADINGS", at, shown, facts)])
    return _told(best, texts)


def _lost(best: Shape, shapes: Sequence[Shape], texts: Sequence[Sequence[str]]) -> list[int]:
    """The rows above the headings that are data: by their looks, or as other headings are above."""
    known = best.known
    lost = {at for at in range(best.at) if looks_like_data(texts[at], known)}
    others = [
        one
        for one in shapes
        if one.at + one.rows < best.at and one.worth[0] > 1 and _believable(one)
    ]
    headings = {row for one in others for row in range(one.at, one.at + one.rows)}
    first = min((one.at + one.rows for one in others), default=best.at)
    below = range(first, best.at)
    lost |= {at for at in below if at not in headings and len([*filter(None, texts[at])]) > 1}
    return sorted(lost)


def _told(shape: Shape, texts: Sequence[Sequence[str]]) -> Shape:
    """The same with what people are told: proposals, and the texts above."""
    headings = [
        one if one.column else replace(one, proposal=proposal(_last(one.title), shape.sheet))
        for one in shape.headings
    ]
    above = [
        (at, " ".join(text for text in row[:_TOLD] if text))
        for at, row in enumerate(texts[: shape.at])
        if row
    ]
    return replace(shape, headings=tuple(headings), above=tuple(above))


def _last(title: str) -> str:
    return title.rpartition(_JOIN)[2]


def _order(shape: Shape) -> tuple[int, bool, int, int, int]:
    return (*shape.worth, -shape.rows, -shape.at)


def _believable(shape: Shape) -> bool:
    known, complete, unknown = shape.worth
    return complete or (known >= 2 and known >= -unknown)


def _trimmed(row: Sequence[object]) -> list[str]:
    """The texts of a row, without blank ones at its end."""
    texts = [_text(cell) for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _shapes(
    texts: Sequence[Sequence[str]], keys: Sequence[set[str]], sheet: Sheet
) -> Iterator[Shape]:
    """What each row, alone and with the one below it, would be as headings of a table.

    ``keys`` are the texts of each row as :func:`keys_of` makes them; most name nothing of ours.
    """
    width = max((len(row) for row in texts), default=0)
    for at, row in enumerate(texts):
        if not row:
            continue
        for rows in (1, 2) if at + 1 < len(texts) else (1,):
            if any(may_name(one, sheet) for one in keys[at : at + rows]):
                full = [[*one, *[""] * (width - len(one))] for one in texts[at : at + rows]]
                if rows > 1 and _swallows(full[0], full[1], sheet):
                    continue
                headings = fit(full, sheet)
                if any(heading.column for heading in headings):
                    yield Shape(sheet, at, rows, headings)


def _swallows(upper: Sequence[str], lower: Sequence[str], sheet: Sheet) -> bool:
    """Whether one of two rows would be data taken for headings.

    It is where a row looks like data; and where the lower one has as many texts that are no
    headings below headings of ours, which need nothing below them, as it has headings.
    """
    above, below = (Shape(sheet, 0, 1, fit([row], sheet)).known for row in (upper, lower))
    if looks_like_data(lower, above) or looks_like_data(upper, below):
        return True
    joined = [understood_as(_joined(*pair), sheet) for pair in zip(upper, lower, strict=True)]
    beneath = [at for at in above if lower[at] and at not in below and joined[at] is None]
    return bool(beneath) and len(beneath) >= len(below)


_NOTHING_NEAR: Final = {"near": f"无{BOTH}none", "missing": f"全部列名{BOTH}all headings"}


def _not_found(
    best: Shape | None, wanted: Sequence[Sheet], place: Place, numbers: Sequence[int]
) -> Problem:
    """Says which row came nearest, and what it lacks."""
    facts = {"detail": ", ".join(f"{sheet.title} {sheet.name}" for sheet in wanted[:3])}
    if best is None:
        return Problem("HEADINGS_NOT_FOUND", place, facts={**facts, **_NOTHING_NEAR})
    found = dict.fromkeys(column.heading for column in best.known.values())
    return Problem(
        "HEADINGS_NOT_FOUND",
        place._replace(row=int(numbers[best.at])),
        facts={
            **facts,
            "near": ", ".join(found),
            "missing": ", ".join(f"{column.heading} {column.name}" for column in best.missing),
        },
    )
