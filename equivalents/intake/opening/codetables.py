"""Tables of codes of a column map: a source's code, ours, and the days on which that holds.

A table stands in the map, or in a CSV or Parquet file of the case, which offices can keep by
themselves. One of our codes may have several source codes; one source code has one meaning a day.
Source: issue "Files as they are", point 3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings, Row, near
from equivalents.intake.headings import Column, Sheet
from equivalents.intake.opening.celltexts import clean_text
from equivalents.intake.opening.found import Found
from equivalents.intake.opening.mapmodel import CodeSpan, CodeTable, Unlisted
from equivalents.intake.tables import read_table
from equivalents.policy.calendar import FIRST_DAY, print_day
from equivalents.policy.load import read_day, read_end
from equivalents.policy.yamltext import Entry, choice_of, expect, expect_keys, note_keys

__all__ = ["CODE_SHEETS", "CODE_TABLE_KEYS", "as_cell", "read_code_table"]

_OURS: Final[Mapping[str, tuple[str, str]]] = {
    "people": ("person_id", "人员编号"),
    "items": ("item_code", "项目编码"),
    "institutions": ("institution_id", "机构编号"),
    "departments": ("department_id", "科室编号"),
    "teams": ("team_id", "签约团队编号"),
}
CODE_SHEETS: Final[Mapping[str, Sheet]] = {
    kind: Sheet(
        kind,
        f"{heading}对照",
        (
            Column("source_code", "来源编码", required=True),
            Column(ours, heading, required=True),
            Column("valid_from", "起始日期"),
            Column("valid_to", "截止日期（含）"),
            Column("note", "备注"),
        ),
    )
    for kind, (ours, heading) in _OURS.items()
}
"""The tables of codes and their columns, by machine name and Chinese heading."""
CODE_TABLE_KEYS: Final = ("file", "rows", "unlisted")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a table of codes, with its place."""

    source: str
    span: CodeSpan
    place: Place


def as_cell(code: str, *, required: bool = True) -> str:
    """A code as cells of codes are cleaned, so that it is found whatever its spaces and widths.

    In columns that are not ``required`` a lone dash is a blank, there and here.
    """
    return clean_text(code, "id", required, None).text


def read_code_table(
    kind: str,
    entry: Entry,
    beside: PurePosixPath,
    files: Mapping[str, Path],
    findings: Findings,
) -> tuple[CodeTable, tuple[tuple[str, Path], ...]]:
    """A table of codes and the file that it stands in, if any; every fault is noted.

    ``files`` are those of the case by their path in it, ``beside`` is the folder of the map there:
    a file is looked for beside the map, then by its path in the case.
    """
    expect_keys(
        entry,
        kind,
        {"file": "text", "rows": "list", "unlisted": "text"},
        findings,
        prefix=f"{kind}.",
    )
    named, inline = entry.get("file"), entry.get("rows")
    if (named.text == "") == (inline.value == ""):
        findings.add("MAP_CODES_WHERE", entry.place, kind)
    used: tuple[tuple[str, Path], ...] = ()
    rows = list(_inline(kind, inline, findings))
    if named.text:
        names = ((beside / named.text).as_posix(), named.text)
        name = next((one for one in names if one in files), None)
        if name is None:
            hint = near(named.text, [*files])
            findings.add("MAP_TABLE_MISSING", named.place, named.text, near=hint)
        else:
            used = ((name, files[name]),)
            rows += read_table(Found(files[name], name), CODE_SHEETS[kind], findings)
    unlisted = choice_of(entry.get("unlisted"), Unlisted.REFUSE, findings)
    return CodeTable(kind, _spans(_lines(kind, rows, findings), findings), unlisted), used


def _inline(kind: str, entry: Entry, findings: Findings) -> Iterable[Row]:
    """The rows that stand in the map, as if they were those of a file."""
    sheet = CODE_SHEETS[kind]
    for one in entry.items:
        expect(one, "mapping", kind, findings)
        note_keys(one, sheet.names, findings)
        for column in sheet.columns:
            expect(one.get(column.name), "text", column.name, findings)
            if column.required and one.get(column.name).value == "":
                findings.add("KEY_MISSING", one.place, column.name)
        yield Row(one.place, {key: value.text for key, value in one.mapping.items()})


def _lines(kind: str, rows: Iterable[Row], findings: Findings) -> Iterable[_Line]:
    ours = _OURS[kind][0]
    for row in rows:
        if not (row["source_code"] and row[ours]):
            continue  # noted where the row was read
        start = read_day(row, "valid_from", findings, FIRST_DAY)
        end = read_end(row, "valid_to", start, findings)
        yield _Line(as_cell(row["source_code"]), CodeSpan(row[ours], start, end), row.place)


def _spans(lines: Iterable[_Line], findings: Findings) -> dict[str, tuple[CodeSpan, ...]]:
    """By code its spans in order; two meanings on one day are noted."""
    by_code: dict[str, list[_Line]] = {}
    for line in lines:
        by_code.setdefault(line.source, []).append(line)
    for code, some in by_code.items():
        some.sort(key=attrgetter("span.start", "span.end", "span.ours"))
        one = some[0]
        for other in some[1:]:
            if other.span.start < one.span.end and other.span.ours != one.span.ours:
                meanings = {"one": one.span.ours, "two": other.span.ours, "other": str(one.place)}
                day = print_day(other.span.start)
                findings.add("MAP_CODE_TWICE", other.place, code, day=day, **meanings)
            # The one that reaches furthest: a later one may meet it beyond those between.
            one = max(one, other, key=attrgetter("span.end"))
    return {code: tuple(line.span for line in some) for code, some in by_code.items()}
