"""Small tables (everything but the records) as rows of text, each knowing its place.

A table is read from a plain CSV or Parquet file as it stands, or from its spool. All problems are
collected in a :class:`Findings`, so that one reading reports everything at once.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from equivalents.codes import Coded, occurring
from equivalents.errors import DataError, Place, Problem
from equivalents.findings import Findings, Places, Table, near, said
from equivalents.intake.columns import numbers
from equivalents.intake.datesread import days_of_table
from equivalents.intake.grid import Block, make_grid
from equivalents.intake.headings import Column, Sheet
from equivalents.intake.opening.found import Found
from equivalents.intake.opening.limits import Limits, setting_of
from equivalents.intake.text import BOM, look_at
from equivalents.policy.daytext import Times
from equivalents.reasons import BOTH

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "NO_HEADINGS",
    "breaks",
    "match_columns",
    "plain_columns",
    "read_table",
]

_Rows = Sequence[tuple[int, Sequence[str]]]
"""Row numbers as Excel shows them, with the values of each row."""

_LARGEST: Final = 1 << 30
"""Bytes of a table that are cut as a grid, whose positions are 32 bits wide."""


def read_table(
    table: Path | Found, sheet: Sheet, findings: Findings, *, times: Times = Times.REFUSE
) -> Table:
    """A small table as columns of text, blank lines left out; faults go to ``findings``.

    ``times`` says what becomes of a time part in a date: where it is left out, the texts are
    those of the days.
    """
    found = table if isinstance(table, Found) else Found(table, table.name)
    whole = Place(found.file, found.sheet)
    nothing = Table(Places(found.file, (), found.sheet), {})
    try:
        raw = _read(found, sheet, times)
    except DataError as error:
        findings.take(error)
        return nothing
    if not any(raw.headings):
        findings.add("FILE_DAMAGED", whole._replace(row=raw.head), detail=NO_HEADINGS)
        return nothing
    columns, inclusive = match_columns(
        raw.headings,
        sheet,
        whole._replace(row=raw.head),
        findings,
        others=found.is_mapped,
    )
    if _is_wide(raw.headings):
        return nothing
    findings.problems.extend(raw.misshapen)
    findings.refused.update(one.place for one in raw.misshapen)
    texts = {column.name: raw.columns[at] for at, column in columns.items()}
    for at, column in columns.items():
        if column.is_day:
            place = whole.at(column.name)
            heading = said(column.name, {column.name: raw.written(at)})
            days, told = days_of_table(raw.columns[at], place, heading, times)
            texts[column.name] = days
            findings.problems += told
    headings = {column.name: column.heading for column in sheet.columns}
    headings |= {column.name: raw.written(at) for at, column in columns.items()}
    places = Places(found.file, raw.numbers, found.sheet)
    read = Table(places, texts, inclusive, headings)
    _note_breaks(read, raw.headings, raw.columns, findings)
    _note_cells(read, columns.values(), findings)
    if not raw.numbers and columns and not sheet.may_be_empty:
        findings.add("TABLE_EMPTY", whole, sheet.name)
    return read


class _Raw(NamedTuple):
    """A table as it stands: headings, columns of one length, the row numbers that Excel shows.

    ``misshapen`` are faults of rows: another number of values than there are headings, and what
    the cleaning refused. ``head`` is the row of the headings, ``titles`` are those as they stand
    in the file, where ``headings`` are what they were understood as.
    """

    headings: Sequence[str]
    columns: Sequence[Sequence[str]]
    numbers: Sequence[int]
    misshapen: Sequence[Problem] = ()
    head: int = 1
    titles: Sequence[str] = ()

    def written(self, at: int) -> str:
        """The heading of a column as it stands in the file, on one line."""
        return " ".join((self.titles or self.headings)[at].strip().splitlines())


def _read(found: Found, sheet: Sheet, times: Times) -> _Raw:
    if found.spool is not None:
        return _read_spool(found, sheet)
    if found.is_parquet:
        return _read_parquet(found.path, sheet, times)
    return _read_csv(found)


def _read_spool(found: Found, sheet: Sheet) -> _Raw:
    """A table from its spool; what the cleaning refused are problems, in the order of rows."""
    from equivalents.intake.spoolpart import read_spool

    spool, lookup = read_spool(found), sheet.lookup()
    titles = spool.titles or spool.headings
    known = {h: lookup[h.strip()].name for h in spool.headings if h.strip() in lookup}
    named = {
        known[heading]: " ".join(title.strip().splitlines())
        for heading, title in zip(spool.headings, titles, strict=True)
        if heading in known
    }
    problems = []
    for fault, stood in spool.faults:
        heading = next((h for h in stood if known.get(h, h) == fault.column), "")
        facts = {"column": said(fault.column, named)}
        fields, _, of = fault.note.partition("/")
        facts |= {"found": fields, "expected": of} if fault.note else {}
        for at, row in enumerate(fault.row.tolist()):
            place = Place(found.file, found.sheet, row, fault.column)
            text = stood[heading][at] if heading else ""
            problems.append(Problem(fault.code, place, text, facts))
    problems.sort(key=lambda one: one.place.row)
    return _Raw(spool.headings, spool.columns, spool.numbers, problems, spool.head, titles)


def _read_parquet(path: Path, sheet: Sheet, times: Times) -> _Raw:
    from equivalents.intake.parquet import read_text_rows

    days = frozenset(heading for heading, one in sheet.lookup().items() if one.is_day)
    return _of_rows(list(read_text_rows(path, days, times)), path.name)


def _read_csv(found: Found) -> _Raw:
    name, data = found.file, _csv_bytes(found)
    plain = plain_columns(data)
    if plain is None:
        return _of_rows(_csv_rows(data.decode("utf-8"), name), name)
    headings, columns = plain
    return _Raw(headings, columns, range(2, len(columns[0]) + 2))


def _of_rows(rows: _Rows, name: str) -> _Raw:
    """Rows turned into columns, those of another shape set aside."""
    headings = rows[0][1] if rows else []
    width = len(headings)
    good = [row for row in rows[1:] if len(row[1]) == width]
    texts = tuple(zip(*(values for _, values in good), strict=True)) or ((),) * width
    misshapen = [
        Problem(
            "ROW_SHAPE",
            Place(name, "", number),
            facts={"found": str(len(values)), "expected": str(width)},
        )
        for number, values in rows[1:]
        if len(values) != width
    ]
    return _Raw(headings, texts, [number for number, _ in good], misshapen)


def plain_columns(data: bytes) -> tuple[list[str], list[Coded]] | None:
    """Headings and columns of a CSV text (UTF-8) that asks for no care; ``None`` where it does.

    The fields then lie in a grid, and only the distinct texts of a column become texts. Care is
    asked for by quotes, by lone carriage returns, by blank rows, by a row with more or fewer values
    than the first, by a single column, by a row so long that a value may be longer than the CSV
    reader takes, and by a text too large for a grid.
    """
    head = data.partition(b"\n")[0].removesuffix(b"\r").decode()
    width = head.count(",") + 1
    lone = b"\r" in data and data.count(b"\r") != data.count(b"\r\n")
    if width == 1 or b'"' in data or lone or len(data) > _LARGEST:
        return None
    raw = bytearray(b"\n" + data) if data.endswith(b"\n") else bytearray(b"\n" + data + b"\n")
    grid = make_grid(Block(raw, len(raw), 0, len(data)), width, 1)
    lengths = grid.edges[-1] - grid.edges[0] - 1
    if grid.malformed or lengths.min() < width or lengths.max() >= csv.field_size_limit():
        return None
    return head.split(","), [_coded(grid.texts(at)[1:]) for at in range(width)]


def _coded(texts: "pa.Array") -> Coded:
    """A column of texts, none of them missing, by its distinct ones."""
    encoded = texts.dictionary_encode()
    return Coded.by_distinct(encoded.dictionary.to_pylist(), numbers(encoded.indices, 0))


def _note_cells(table: Table, columns: Iterable[Column], findings: Findings) -> None:
    """Required cells that are blank, and filled ones of later versions, row by row."""
    faulty = [
        (at, column)
        for column in columns
        if column.required or column.later
        for at, text in _where(table.columns[column.name], blank=column.required)
    ]
    for at, column in sorted(faulty, key=itemgetter(0)):
        place = table.places[at].at(column.name)
        if column.required:
            findings.add("VALUE_MISSING", place, column=said(column.name, table.headings))
        else:
            findings.add("NOT_SUPPORTED", place, column.name)


def _where(texts: Sequence[str], *, blank: bool) -> Iterator[tuple[int, str]]:
    """Positions of the blank texts, or of the filled ones; nothing is walked where none are."""
    if ("" in texts) if blank else any(occurring(texts)):
        yield from ((at, text) for at, text in enumerate(texts) if (text == "") is blank)


NO_HEADINGS: Final = "第一行不是标题¦row 1 is blank where headings should be"


def breaks(values: Sequence[str]) -> bool:
    """Whether any value of a row holds a line break."""
    joined = "".join(values)
    return "\n" in joined or "\r" in joined


def _note_breaks(
    table: Table, headings: Sequence[str], texts: Sequence[Sequence[str]], findings: Findings
) -> None:
    """A line break inside a value: a missing quote may have drawn whole rows into it."""
    broken = [(at, column) for column, some in enumerate(texts) for at in _breaks_at(some)]
    for at, column in sorted(broken):
        heading = headings[column]
        place = table.places[at].at(heading)
        findings.add("LINE_BREAK", place, texts[column][at], column=heading)


def _breaks_at(texts: Sequence[str]) -> Sequence[int]:
    broken = breaks(occurring(texts))
    return [at for at, text in enumerate(texts) if breaks([text])] if broken else ()


def _csv_bytes(found: Found) -> bytes:
    """The text of a file as UTF-8, whatever its encoding."""
    seen = found.seen or look_at(found.path, found.file, found.reading)
    encoding = seen.encoding
    data = found.path.read_bytes()
    return data.removeprefix(BOM) if encoding == "utf-8" else data.decode(encoding).encode()


def _csv_rows(text: str, name: str) -> _Rows:
    """Rows of a CSV text with the numbers that Excel shows; blank lines are counted, not given.

    Raises:
        DataError: the text is no CSV (an unclosed quote), at the row where reading stops.
    """
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        number = len(rows) + 1
        place, facts = Place(name, row=number), {"detail": f"row {number}: {error}"}
        raise DataError([Problem("FILE_DAMAGED", place, facts=facts)]) from None
    numbered = enumerate(rows, start=1)
    return [(number, values) for number, values in numbered if number == 1 or any(values)]


def _is_wide(headings: Sequence[str]) -> bool:
    """Whether there are more columns than a sheet may have; for each a near name is looked for."""
    return len(headings) > Limits.from_environment().columns


def match_columns(
    headings: Sequence[str],
    sheet: Sheet,
    head: Place,
    findings: Findings,
    *,
    others: bool = False,
) -> tuple[dict[int, Column], bool]:
    """Positions of known columns; and whether end dates are the inclusive Chinese ones.

    ``head`` is the place of the headings. Missing, doubled and unknown columns are noted, with
    near misses; unknown ones not where ``others`` stand there of right (mapped sources). Of more
    than a sheet may have none is looked at: ``SHEET_TOO_LARGE``.
    """
    if _is_wide(headings):
        most = str(Limits.from_environment().columns)
        facts = {"most": most, "setting": setting_of("columns"), "what": f"列{BOTH}columns"}
        findings.add("SHEET_TOO_LARGE", head, str(len(headings)), **facts)
        return {}, False
    lookup = sheet.lookup()
    columns: dict[int, Column] = {}
    seen: dict[str, str] = {}
    inclusive = False
    for at, heading in enumerate(headings):
        column = lookup.get(heading.strip())
        if column is None:
            if heading.strip() and not others:
                hint = near(heading, list(lookup))
                findings.add("COLUMN_UNKNOWN", head, heading, near=hint)
            continue
        if column.name in seen:
            findings.add(
                "COLUMN_TWICE",
                head,
                column.name,
                column=said(column.name, {column.name: column.heading}),
                other=f"{seen[column.name]}, {heading}",
            )
            continue
        seen[column.name] = heading
        columns[at] = column
        inclusive |= heading.strip() == column.heading and "（含）" in heading
    for column in sheet.columns:
        if column.required and column.name not in seen:
            unknown = [heading for heading in headings if heading not in lookup]
            hint = near(column.name, unknown) or near(column.heading, unknown)
            name = said(column.name, {column.name: column.heading})
            findings.add("COLUMN_MISSING", head, column.name, column=name, near=hint)
    return columns, inclusive
