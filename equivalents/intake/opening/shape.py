"""Where the table is in a file: its row or two rows of headings, what they mean, blank columns.

The headings are the row, or the pair of rows, among the first that names most columns of one of
the tables looked for. Of two rows (a merged heading over its parts) the upper text reaches to the
right over blank cells, as merged cells come blank from readers; joined they read ``上/下``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.headings import Column, Sheet
from equivalents.intake.opening.celltexts import BLANKS
from equivalents.intake.opening.cellvalues import print_value
from equivalents.intake.opening.headingtexts import proposal, understood_as

__all__ = ["HEAD", "Heading", "Shape", "find_shape", "fit"]

HEAD: Final = 40
"""Rows among which the headings are looked for."""
_JOIN: Final = "/"


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
    def worth(self) -> tuple[bool, int, int]:
        """How well it fits: all required columns, columns known, columns unknown (negative)."""
        known = len({column.name for column in self.known.values()})
        filled = sum(1 for heading in self.headings if heading.title)
        return not self.missing, known, known - filled


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
    """Two rows of headings: joined, the lower or the upper text, where only one column fits."""
    pairs = list(_pairs(upper, lower))
    ways: list[dict[str, tuple[int, str]]] = []
    for above, below in pairs:
        joined = _joined(above, below)
        found: dict[str, tuple[int, str]] = {}
        for rank, text in enumerate((joined, below, above)):
            if text and (match := understood_as(text, sheet)) is not None:
                found.setdefault(match[1].name, (rank, match[0]))
        ways.append(found)
    best = {
        name: min(found[name][0] for found in ways if name in found)
        for name in {name for found in ways for name in found}
    }
    headings = []
    for (above, below), found in zip(pairs, ways, strict=True):
        fits = [name for name, (rank, _) in found.items() if rank == best[name]]
        title = _joined(above, below)
        if len(fits) != 1:
            headings.append(Heading(title, title))
            continue
        column = next(column for column in sheet.columns if column.name == fits[0])
        headings.append(Heading(title, found[fits[0]][1], column))
    return tuple(headings)


def _pairs(upper: Sequence[str], lower: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Upper and lower text of each column; an upper one reaches right, over blank cells."""
    over = ""
    for above, below in zip(upper, lower, strict=True):
        if above or not below:
            over = above
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
        DataError: ``HEADINGS_NOT_FOUND``, or ``TABLE_DOUBT`` where two tables fit equally.
    """
    shapes = [shape for sheet in wanted for shape in _shapes(head[:HEAD], sheet)]
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
    return _with_proposals(best)


def _with_proposals(shape: Shape) -> Shape:
    headings = [
        one if one.column else replace(one, proposal=proposal(_last(one.title), shape.sheet))
        for one in shape.headings
    ]
    return replace(shape, headings=tuple(headings))


def _last(title: str) -> str:
    return title.rpartition(_JOIN)[2]


def _order(shape: Shape) -> tuple[bool, int, int, int, int]:
    return (*shape.worth, -shape.rows, -shape.at)


def _believable(shape: Shape) -> bool:
    complete, known, unknown = shape.worth
    return complete or (known >= 2 and known >= -unknown)


def _shapes(head: Sequence[Sequence[object]], sheet: Sheet) -> Iterator[Shape]:
    above: list[tuple[int, str]] = []
    for at, row in enumerate(head):
        texts = [_text(cell) for cell in row]
        if not any(texts):
            continue
        for rows in (head[at : at + 1], head[at : at + 2]):
            headings = fit(rows, sheet)
            if any(heading.column for heading in headings):
                yield Shape(sheet, at, len(rows), headings, tuple(above))
        above.append((at, " ".join(text for text in texts if text)))


def _not_found(
    best: Shape | None, wanted: Sequence[Sheet], place: Place, numbers: Sequence[int]
) -> Problem:
    """Says which row came nearest, and what it lacks."""
    facts = {"detail": ", ".join(f"{sheet.title} {sheet.name}" for sheet in wanted[:3])}
    if best is None:
        return Problem("HEADINGS_NOT_FOUND", place, facts={**facts, "near": "", "missing": "?"})
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
