"""Sheets that go on with the data of another one, without headings of their own: refused.

A table that is cut into several sheets, or into several tables of a web page, often has headings in
the first alone. The rest is no table by itself, and would be left aside as any other sheet.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from equivalents.intake.headings import Column, Sheet
from equivalents.intake.opening.celltexts import BLANKS
from equivalents.intake.opening.cellvalues import print_value
from equivalents.intake.opening.likedata import looks_like_data
from equivalents.intake.opening.shape import HEAD
from equivalents.intake.opening.spool import Spooled
from equivalents.intake.opening.workbook import RawSheet

__all__ = ["first_rows", "refuse_headless"]


def first_rows(sheet: RawSheet) -> list[tuple[int, list[str]]]:
    """The first rows of a sheet that have anything in them, with their numbers, as texts."""
    rows = [row for chunk in islice(sheet.chunks(HEAD), 1) for row in chunk]
    texts = [[print_value(cell).strip(BLANKS) for cell in row] for row in rows]
    return [(at, row) for at, row in enumerate(texts, sheet.first_row) if any(row)]


def refuse_headless(
    aside: list[tuple[str, str, list[Any]]],
    heads: Mapping[str, Sequence[tuple[int, Sequence[str]]]],
    found: Sequence[Spooled],
    wanted: Sequence[Sheet],
    file: str,
) -> None:
    """Mark the sheets left aside that hold data as wide as a table found: ``DATA_NO_HEADINGS``.

    Args:
        aside: sheets left aside with why and what is told; changed in place, why becomes ``data``.
        heads: the first rows of those without a table.
        found: the tables of the other sheets.
        wanted: what they may be.
        file: what people call the file.
    """
    known = [_known(one, wanted) for one in found]
    for at, (name, _, _) in enumerate(aside):
        for columns in known:
            row = _first_of_data(heads.get(name, ()), columns)
            if row:
                code, place = "DATA_NO_HEADINGS", [file, name, row, ""]
                aside[at] = (name, "data", [[code, place, name, {}]])


def _known(table: Spooled, wanted: Sequence[Sheet]) -> dict[int, Column]:
    """The columns of a table by position among those with a heading."""
    columns = {
        column.name: column
        for sheet in wanted
        if sheet.name == table.table
        for column in sheet.columns
    }
    titles = [one["as"] for known in table.understood for one in known["columns"]]
    return {at: columns[name] for at, name in enumerate(titles) if name in columns}


def _first_of_data(rows: Sequence[tuple[int, Sequence[str]]], known: Mapping[int, Column]) -> int:
    """The number of the first row that is as wide as the table, if it looks like data; or 0."""
    width = max(2, sum(column.required for column in known.values()))
    wide = ((at, row) for at, row in rows if len([*filter(None, row)]) >= width)
    at, row = next(wide, (0, []))
    return at if looks_like_data(row, known) else 0
