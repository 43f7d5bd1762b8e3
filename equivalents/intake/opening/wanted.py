"""The tables that a file may be, as data for a child process: ours by name, others in full."""

from typing import Any

from equivalents.intake.headings import TABLES, Column, Sheet

__all__ = ["as_data", "of_data"]


def as_data(sheet: Sheet) -> Any:
    """A table as data for JSON."""
    if TABLES.get(sheet.name) is sheet:
        return sheet.name
    columns = [[one.name, one.heading, one.required, one.holds] for one in sheet.columns]
    return {"name": sheet.name, "title": sheet.title, "columns": columns}


def of_data(data: Any) -> Sheet:
    """The table that :func:`as_data` made this of."""
    if isinstance(data, str):
        return TABLES[data]
    columns = tuple(
        Column(name, heading, required, holds=holds)
        for name, heading, required, holds in data["columns"]
    )
    return Sheet(data["name"], data["title"], columns, required=False)
