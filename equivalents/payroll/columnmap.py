"""Column maps of payroll products and banks as data: which lines, which columns, how written.

The shipped ones are examples (示例) in ``weights/payroll/``; an office writes its own, each with
the product's headings. Every fault of a file is told at once, at its line. Source: specification
page 3 "column maps as data for other payroll products and bank lists"; docs/payroll.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from equivalents.errors import DataError, Place, Problem, near
from equivalents.findings import Findings
from equivalents.payroll.fields import AMOUNTS, MONTHS, PART, fields_of
from equivalents.payroll.model import Kind
from equivalents.policy.yamltext import Entry, choice_of, expect_keys, flag_of, names_of, read_yaml
from equivalents.resources import shipped_weights

__all__ = [
    "ColumnMap",
    "Encoding",
    "FileForm",
    "LineEnd",
    "MONTH_FORMS",
    "MapColumn",
    "MapLevel",
    "Per",
    "Quotes",
    "Sign",
    "Unit",
    "map_file",
    "read_column_map",
]


class MapLevel(StrEnum):
    """What a map writes: pay lines, totals of people, or a bank list."""

    SUMMARY = "summary"
    DETAIL = "detail"
    BANK = "bank"


class Encoding(StrEnum):
    """How a text file is encoded; ``utf-8-bom`` has a byte-order mark."""

    UTF8_BOM = "utf-8-bom"
    UTF8 = "utf-8"
    GB18030 = "gb18030"
    GBK = "gbk"


class LineEnd(StrEnum):
    """How a line of a text file ends."""

    LF = "lf"
    CRLF = "crlf"


class Quotes(StrEnum):
    """Whether a value that has the delimiter in it stands in quotes, or is refused."""

    NEEDED = "needed"
    NEVER = "never"


class Unit(StrEnum):
    """In what amounts are written: yuan with two decimals, or whole fen."""

    YUAN = "yuan"
    FEN = "fen"


class Sign(StrEnum):
    """What becomes of an amount below 0.

    Written with its sign, without it (then a column ``direction`` is needed), with the other sign
    in every line, or refused.
    """

    SIGNED = "signed"
    ABSOLUTE = "absolute"
    REVERSED = "reversed"
    REFUSE = "refuse"


class Per(StrEnum):
    """Whether a bank list has a line a person at each institution, or one a person."""

    INSTITUTION = "institution"
    PERSON = "person"


MONTH_FORMS: Final = (
    *("YYYY-MM", "YYYYMM", "YYYY/MM", "YYYY年MM月", "YYYY-MM-DD", "YYYYMMDD", "YYYY/MM/DD"),
)
"""Forms of a month; with a day it is the last one of the month."""


@dataclass(frozen=True, slots=True)
class FileForm:
    """How the text file is written."""

    encoding: Encoding = Encoding.UTF8_BOM
    delimiter: str = ","
    header: bool = True
    line_end: LineEnd = LineEnd.LF
    quotes: Quotes = Quotes.NEEDED


@dataclass(frozen=True, slots=True)
class MapColumn:
    """A column: its heading, and the field that it holds or the constant text.

    ``form`` is the form of its months.
    """

    heading: str
    field: str = ""
    constant: str = ""
    form: str = "YYYY-MM"


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A column map; ``kinds`` of lines, all where none is named."""

    name: str
    title: str
    reference: str
    level: MapLevel
    kinds: tuple[str, ...]
    file: FileForm
    unit: Unit
    sign: Sign
    per: Per
    columns: tuple[MapColumn, ...]


_HEAD: Final = {
    **dict.fromkeys(("payroll_map", "title", "reference", "level", "per"), "text"),
    "kinds": "texts",
    "file": "mapping",
    "amounts": "mapping",
    "columns": "list",
}
_FILE: Final = dict.fromkeys(("encoding", "delimiter", "header", "line_end", "quotes"), "text")
_AMOUNTS: Final = {"unit": "text", "sign": "text"}
_COLUMN: Final = dict.fromkeys(("heading", "field", "constant", "form"), "text")
_DELIMITERS: Final[Mapping[str, str]] = {
    **{one: one for one in (",", ";", "|")},
    "comma": ",",
    "semicolon": ";",
    "bar": "|",
    "tab": "\t",
}


def map_file(name: str, folder: str = "payroll") -> Path:
    """The file of a map: a path as it is, else the shipped one of that name.

    Raises:
        DataError: ``PAYROLL_MAP_UNKNOWN``.
    """
    if Path(name).is_file():
        return Path(name)
    shipped = sorted((shipped_weights() / folder).glob("*.yaml"))
    for path in shipped:
        if path.stem == name:
            return path
    known = [path.stem for path in shipped]
    facts = {"near": near(name, known), "known": ", ".join(known)}
    raise DataError([Problem("PAYROLL_MAP_UNKNOWN", value=name, facts=facts)])


def read_column_map(path: Path | str) -> ColumnMap:
    """Read a column map from a file, or a shipped one by its name.

    Raises:
        DataError: ``PAYROLL_MAP_UNKNOWN``; every fault of the file with its line: unknown keys,
            fields and choices, ``PAYROLL_MAP_INVALID``.
    """
    file, findings = map_file(str(path)), Findings()
    entry = read_yaml(file, file.name, findings)
    findings.stop_on_errors()
    assert entry is not None, "else there was an error"
    expect_keys(entry, "payroll_map", _HEAD, findings)
    level = choice_of(entry.get("level"), MapLevel.SUMMARY, findings)
    amounts = entry.get("amounts")
    expect_keys(amounts, "amounts", _AMOUNTS, findings, prefix="amounts.")
    kinds = names_of(entry.get("kinds"), "kinds", findings)
    for kind in kinds:
        if kind not in [*Kind]:
            findings.add_choice(entry.get("kinds").place, kind, [*map(str, Kind)])
    made = ColumnMap(
        entry.get("payroll_map").text,
        entry.get("title").text,
        entry.get("reference").text,
        level,
        kinds,
        _file_form(entry.get("file"), findings),
        choice_of(amounts.get("unit"), Unit.YUAN, findings),
        choice_of(amounts.get("sign"), Sign.SIGNED, findings),
        choice_of(entry.get("per"), Per.INSTITUTION, findings),
        tuple(_column(one, level, findings) for one in entry.get("columns").items),
    )
    for place, what in _faults(entry, made):
        findings.add("PAYROLL_MAP_INVALID", place, detail=what)
    findings.stop_on_errors()
    return made


def _file_form(entry: Entry, findings: Findings) -> FileForm:
    expect_keys(entry, "file", _FILE, findings, prefix="file.")
    delimiter = entry.get("delimiter").text or ","
    if delimiter not in _DELIMITERS:
        findings.add_choice(entry.get("delimiter").place, delimiter, [*_DELIMITERS])
    return FileForm(
        choice_of(entry.get("encoding"), Encoding.UTF8_BOM, findings),
        _DELIMITERS.get(delimiter, ","),
        flag_of(entry.get("header"), findings) is not False,
        choice_of(entry.get("line_end"), LineEnd.LF, findings),
        choice_of(entry.get("quotes"), Quotes.NEEDED, findings),
    )


def _column(entry: Entry, level: MapLevel, findings: Findings) -> MapColumn:
    expect_keys(entry, "columns", _COLUMN, findings)
    field, form = entry.get("field").text, entry.get("form").text
    is_part = level is MapLevel.SUMMARY and field.startswith(PART)
    if field and not is_part and field not in fields_of(level):
        findings.add_choice(entry.get("field").place, field, fields_of(level))
    if form and form not in MONTH_FORMS:
        findings.add_choice(entry.get("form").place, form, MONTH_FORMS)
    return MapColumn(
        entry.get("heading").text, field, entry.get("constant").text, form or "YYYY-MM"
    )


def _faults(entry: Entry, made: ColumnMap) -> Iterator[tuple[Place, str]]:
    """What is wrong with a map as a whole."""
    if not made.name:
        yield entry.place, "缺少名称 payroll_map¦it has no name (payroll_map)"
    if not made.columns:
        yield entry.place, "没有一列（columns）¦it has no columns"
    if made.kinds and made.level is not MapLevel.DETAIL:
        zh = "kinds 只用于 level: detail：合计与代发清单总是全部相加"
        yield (
            entry.get("kinds").place,
            f"{zh}¦kinds belong to level: detail; totals and bank lists add up everything",
        )
    fields = [one.field for one in made.columns]
    if made.columns and not any(one in AMOUNTS or one.startswith(PART) for one in fields):
        yield entry.get("columns").place, "没有金额列¦no column holds an amount"
    if made.sign is Sign.ABSOLUTE and "direction" not in fields:
        zh = "sign: absolute 要有一列 direction，否则看不出扣回"
        yield (
            entry.get("amounts").place,
            f"{zh}¦sign: absolute needs a column with the field direction, or claw-backs are lost",
        )
    yield from _column_faults(entry.get("columns").items, made)


def _column_faults(entries: Sequence[Entry], made: ColumnMap) -> Iterator[tuple[Place, str]]:
    seen: set[str] = set()
    for one, at in zip(made.columns, entries, strict=True):
        if made.file.header and (not one.heading or one.heading in seen):
            said = one.heading
            yield at.place, f"列标题“{said}”为空或重复¦the heading '{said}' is blank or used before"
        seen.add(one.heading)
        if one.field and one.constant:
            yield (
                at.place,
                "field 与 constant 只能写一个¦a column has a field or a constant, not both",
            )
        if at.get("form").text and one.field not in MONTHS:
            yield at.place, "form 只用于月份列¦form belongs to columns of months"
