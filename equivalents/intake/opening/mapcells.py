"""What the cells hold that a map reads; its own codes, marks and values cleaned as those cells are.

Cells come cleaned by the kind of their column, so what a map compares with them must be cleaned
alike: a full-width mark would part nothing, and a filter with another form of a date would leave
nothing out, in silence. Source: issue "Files as they are", point 3; docs/maps.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from equivalents.findings import Findings
from equivalents.intake.cellkinds import CellKind
from equivalents.intake.headings import Column, Sheet
from equivalents.intake.opening.celltexts import clean_text
from equivalents.intake.opening.mapmodel import LISTS, Codes, ColumnMap, Factors, Filter
from equivalents.policy.yamltext import Entry

__all__ = ["cleaned_alike", "exact_headings", "map_sheet", "used_headings"]

_Meant = TypeVar("_Meant")
_Cleaned = Callable[[str], str]
"""From a text of a map to the text that a cell which says the same has."""


def map_sheet(found: ColumnMap) -> Sheet:
    """The table that a map reads, as a list of columns: each heading with what its cells hold.

    Headings that one of our columns may have go by one name, the first of them.
    """
    columns: dict[str, Column] = {}
    for column in found.sheet.columns:
        names = found.columns.get(column.name, ())
        for heading in names:
            kind = _kind(found, column)
            columns.setdefault(heading, Column(names[0], heading, column.required, holds=kind))
        for heading in found.joins[column.name].headings if column.name in found.joins else ():
            columns.setdefault(heading, Column(heading, heading, column.required, holds="id"))
    further = [one.heading for one in found.filters]
    if found.factors is not None:
        further.append(found.factors.heading)
    for heading in further:
        columns.setdefault(heading, Column(heading, heading, holds="id"))
    return Sheet(found.table, found.title, tuple(columns.values()), found.sheet.required)


def _kind(found: ColumnMap, column: Column) -> CellKind:
    """What the cells of a column hold: codes where the map has a list of them."""
    if column.name in LISTS:
        return "ids"
    coded = column.name in found.values or found.table_of(column.name) is not None
    return "id" if coded else column.kind


def used_headings(found: ColumnMap) -> frozenset[str]:
    """Every heading that a map may read."""
    return frozenset(column.heading for column in map_sheet(found).columns)


def exact_headings(found: ColumnMap) -> frozenset[str]:
    """The headings of figures: quantities, amounts, weights."""
    return frozenset(one.heading for one in map_sheet(found).columns if one.kind == "number")


def cleaned_alike(found: ColumnMap, entry: Entry, findings: Findings) -> ColumnMap:
    """The map with its codes, marks and values as they stand in cleaned cells.

    Args:
        found: the map with its texts as written.
        entry: the same as read, for the places.
        findings: codes that become one are noted here (``KEY_TWICE``).
    """
    columns = {one.heading: one for one in map_sheet(found).columns}
    values = {
        one: _codes(codes, entry.get("values").get(one), _cells_of(found, one, columns), findings)
        for one, codes in found.values.items()
    }
    factors = found.factors
    if factors is not None:
        listed = entry.get("factors").get("quantity").get("codes")
        clean = _cleaned(columns.get(factors.heading))
        codes_e6 = _keys(factors.codes_e6, listed, clean, findings)
        factors = Factors(factors.heading, codes_e6, factors.unlisted)
    filters = tuple(_filter(one, columns[one.heading]) for one in found.filters)
    splits = {one: _mark(mark) for one, mark in found.splits.items()}
    return replace(found, values=values, factors=factors, filters=filters, splits=splits)


def _cells_of(found: ColumnMap, column: str, columns: Mapping[str, Column]) -> _Cleaned:
    """How the cells are cleaned that a column of ours is read from."""
    names = found.columns.get(column) or (
        found.joins[column].headings if column in found.joins else ()
    )
    return _cleaned(columns.get(names[0]) if names else None)


def _cleaned(column: Column | None) -> _Cleaned:
    kind: CellKind = "id" if column is None else column.kind
    required = column is not None and column.required

    def cleaned(text: str) -> str:
        return clean_text(text, kind, required, None).text

    return cleaned


def _codes(codes: Codes, entry: Entry, clean: _Cleaned, findings: Findings) -> Codes:
    return Codes(_keys(codes.codes, entry.get("codes"), clean, findings), codes.unlisted)


def _keys(
    codes: Mapping[str, _Meant], listed: Entry, clean: _Cleaned, findings: Findings
) -> dict[str, _Meant]:
    """Codes by their keys as cells have them; the second of two that become one is noted."""
    first: dict[str, str] = {}
    made = {}
    for key, meant in codes.items():
        as_cell = clean(key)
        if as_cell in first:
            other = str(listed.get(first[as_cell]).place.row)
            findings.add("KEY_TWICE", listed.get(key).place, as_cell, other=other)
        first.setdefault(as_cell, key)
        made[as_cell] = meant
    return made


def _filter(one: Filter, column: Column) -> Filter:
    return replace(one, values=frozenset(map(_cleaned(column), one.values)))


def _mark(mark: str) -> str:
    """A mark as it stands between the codes of a cleaned cell; also its blanks, which may part."""
    return clean_text(f"x{mark}x", "ids", required=True, epoch_1904=None).text[1:-1]
