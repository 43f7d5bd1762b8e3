"""What was understood of each file or sheet, in one line: shown before it is used.

All of it is in ``--json`` and in ``manifest.json``; ``equivalents look`` prints it for one file.
Source: rule A10; issue "Files as they are", Shape.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from equivalents.errors import called

__all__ = ["understood_lines"]


def understood_lines(understood: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line for each file or sheet that is not plain, in both languages at once.

    Sheets that have nothing but headings, as a workbook to fill in has many, share one.
    """
    blank: dict[str, list[str]] = {}
    for one in understood:
        name = called(one["file"], one["sheet"])
        if _is_blank(one):
            blank.setdefault(one["file"], []).append(one["sheet"])
        else:
            yield f"{name}: {', '.join(_said(one))}"
    for file, sheets in blank.items():
        yield f"{file}: 只有标题、没有数据 headings without rows: {'、'.join(sheets)}"


def _is_blank(one: Mapping[str, Any]) -> bool:
    """Whether a sheet has its headings alone, all of them known, and nothing was left out."""
    told = one["rows"] or one["left_out_count"] or one.get("map_left_out") or "map" in one
    return bool(one["sheet"]) and not told and all(column["as"] for column in one["columns"])


def _said(one: Mapping[str, Any]) -> Iterator[str]:
    """The parts of a line: table, how the file is written, headings, rows, what was mended."""
    yield f"{one['table_title']} {one['table']}"
    if "map" in one:
        yield f"映射 map {one['map']} {one['map_version']}"
    written = (one.get(key, "") for key in ("kind", "encoding", "delimiter"))
    # A tab would not be seen.
    yield from (str(text).replace("\t", "\\t") for text in written if text)
    if one["heading_row"]:  # a database has none
        yield f"标题行 headings row {one['heading_row']}"
    yield f"数据行 rows {one['rows']:,}"
    if one["left_out_count"]:
        yield f"未读入的行 rows left out {one['left_out_count']:,}"
    if away := sum(one.get("map_left_out", {}).values()):
        yield f"按映射筛去的行 rows that the map leaves out {away:,}"
    if unknown := [column["title"] for column in one["columns"] if not column["as"]]:
        yield f"未使用的列 columns not used {'、'.join(unknown)}"
    if mended := sum(form["count"] for form in one["forms"]):
        yield f"换写的单元格 cells in another form {mended:,}"
