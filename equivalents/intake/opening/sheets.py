"""Which sheets of a workbook hold our tables; hidden ones only where nothing else does.

A sheet that bears the name of a table (``staff``, 人员花名册) is looked at as that table only. A
sheet with all required columns goes before one that lacks some. What is left out is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.headings import TABLES, Sheet
from equivalents.intake.opening.headingtexts import alike
from equivalents.intake.opening.shape import Shape, find_shape

__all__ = ["Chosen", "SheetHead", "choose_sheets"]


@dataclass(frozen=True, slots=True)
class SheetHead:
    """The beginning of a sheet: its name, whether it is hidden, its first rows.

    ``first_row`` is the row number of the first of them.
    """

    name: str
    rows: Sequence[Sequence[object]]
    hidden: bool = False
    first_row: int = 1


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sheets to read, each with its table, in the order of the workbook; what is to be told."""

    sheets: tuple[tuple[SheetHead, Sheet], ...]
    problems: tuple[Problem, ...]


def choose_sheets(heads: Sequence[SheetHead], wanted: Sequence[Sheet], file: str) -> Chosen:
    """Find the sheets that hold the tables wanted.

    Several visible sheets of one table are all chosen. A hidden sheet is chosen where no visible
    one holds its table and no other hidden one does.

    Raises:
        DataError: no sheet holds any of the tables (``HEADINGS_NOT_FOUND``, ``TABLE_DOUBT`` of the
            first sheet that is filled), or no sheet has anything in it (``FILE_EMPTY``).
    """
    filled = [
        head for head in heads if any(cell not in ("", None) for row in head.rows for cell in row)
    ]
    if not filled:
        raise DataError([Problem("FILE_EMPTY", Place(file))])
    shapes: dict[str, Shape] = {}
    faults: list[DataError] = []
    for head in filled:
        try:
            shapes[head.name] = _shape_of(head, wanted, file)
        except DataError as error:
            faults.append(error)
    if not shapes:
        raise faults[0]
    used = _used(filled, shapes)
    problems = [_told(head, head.name in used, file) for head in filled]
    chosen = [(head, shapes[head.name].sheet) for head in filled if head.name in used]
    return Chosen(tuple(chosen), tuple(one for one in problems if one is not None))


def _shape_of(head: SheetHead, wanted: Sequence[Sheet], file: str) -> Shape:
    named = [
        sheet
        for sheet in TABLES.values()
        if alike(head.name) in (alike(sheet.name), alike(sheet.title))
    ]
    tables = [sheet for sheet in wanted if not named or sheet.name == named[0].name]
    numbers = range(head.first_row, head.first_row + len(head.rows))
    return find_shape(head.rows, tables, Place(file, head.name), numbers)


def _used(heads: Sequence[SheetHead], shapes: dict[str, Shape]) -> set[str]:
    """The names of the sheets to read: of each table the visible, complete ones before others."""
    used: set[str] = set()
    for table in {shape.sheet.name for shape in shapes.values()}:
        fitting = [
            head for head in heads if head.name in shapes and shapes[head.name].sheet.name == table
        ]
        complete = [head for head in fitting if not shapes[head.name].missing]
        best = complete or fitting
        visible = [head for head in best if not head.hidden]
        if visible or len(best) == 1:
            used |= {head.name for head in visible or best}
    return used


def _told(head: SheetHead, used: bool, file: str) -> Problem | None:
    place = Place(file, head.name)
    if used:
        return Problem("SHEET_HIDDEN_USED", place, head.name) if head.hidden else None
    why = (
        "它是隐藏的¦it is hidden" if head.hidden else "其中没有所需数据表的标题¦no table looked for"
    )
    return Problem("SHEET_LEFT_OUT", place, head.name, {"detail": why})
