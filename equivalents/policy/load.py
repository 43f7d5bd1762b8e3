"""Weight tables from rows of text, and from YAML files; every fault with file and line.

One function reads a row whatever file it came from, so that a CSV and a YAML table with the same
content give the same rows. Sources: A1, A2, A4, A9; definition 5.8; specification page 3.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from equivalents.findings import Findings, Row
from equivalents.policy.basis import BASIS_CHOICES, RECORD, SCOPES, WINDOWS, Basis, basis_of
from equivalents.policy.calendar import LAST_DAY, parse_day, print_day
from equivalents.policy.daytext import day_fault
from equivalents.policy.model import CONDITIONS, WeightRow
from equivalents.policy.yamltext import Entry, expect, note_keys, read_yaml
from equivalents.units import (
    NumberFaultError,
    parse_amount_fen,
    parse_quantity_e3,
    parse_weight_e4,
)

__all__ = [
    "DEFAULT_SERIES",
    "REQUIRED",
    "default_series",
    "fault_text",
    "read_amount",
    "read_day",
    "read_end",
    "read_flag",
    "weight_rows",
    "weight_table",
]

DEFAULT_SERIES: Final = "pay"
"""The series of a weight row that names none."""

REQUIRED: Final = ("item_code", "weight", "valid_from")
"""The columns that every weight row fills."""
_TABLE_KEYS: Final = ("table", "title", "reference", "source_note", "defaults", "rows")
_VISIT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)

_FAULTS: Final[Mapping[str, str]] = {
    "text": "不是普通十进制数¦not plain decimal digits",
    "places": "小数位过多¦too many decimals",
    "sign": "不得为负¦must not be negative",
    "range": "超出范围¦out of range",
}


def default_series(series: Sequence[str]) -> str:
    """The series that shares a pool that names none: the only one, else ``pay``."""
    return series[0] if len(series) == 1 else DEFAULT_SERIES


def fault_text(fault: NumberFaultError) -> str:
    """What is wrong with a number, in both languages."""
    return _FAULTS[fault.kind]


def read_day(row: Row, column: str, findings: Findings, default: int) -> int:
    """The day in a cell; ``default`` when blank or, with the fault noted, when unreadable."""
    text = row[column]
    if not text:
        return default
    try:
        return parse_day(text)
    except ValueError:
        findings.add("DATE_INVALID", row.at(column), text, detail=day_fault(text))
        return default


def read_end(row: Row, column: str, start: int, findings: Findings) -> int:
    """An exclusive end; Chinese headings say an inclusive one (5.21). Open when blank."""
    end = read_day(row, column, findings, LAST_DAY)
    if row.inclusive_ends and row[column]:
        end = min(end + 1, LAST_DAY)
    if end <= start:
        findings.add("DATES_REVERSED", row.at(column), print_day(end), other=print_day(start))
    return end


def read_amount(row: Row, column: str, findings: Findings, *, signed: bool = False) -> int:
    """An amount of yuan in fen; 0 when blank or, with the fault noted, when unreadable."""
    text = row[column]
    try:
        return parse_amount_fen(text, signed=signed) if text else 0
    except NumberFaultError as fault:
        findings.add("AMOUNT_INVALID", row.at(column), text, detail=fault_text(fault))
        return 0


def read_flag(row: Row, column: str, findings: Findings, *, blank: bool = False) -> bool:
    """A flag written 1, 0 or blank, which says ``blank``."""
    text = row[column]
    if text not in ("", "0", "1"):
        findings.add("FLAG_INVALID", row.at(column), text)
    return text == "1" if text else blank


def weight_rows(rows: Iterable[Row], findings: Findings) -> list[WeightRow]:
    """The weight rows that can be read; faults of the others are noted."""
    return [found for row in rows if (found := _weight_row(row, findings)) is not None]


def _weight_row(row: Row, findings: Findings) -> WeightRow | None:
    if not all(row[column] for column in REQUIRED):
        return None  # noted where the row was read
    before = len(findings.problems)
    start = read_day(row, "valid_from", findings, 0)
    end = read_end(row, "valid_to", start, findings)
    stopped = read_flag(row, "stopped", findings)
    if stopped and not row["valid_to"]:
        findings.add("STOP_WITHOUT_END", row.at("stopped"), row["item_code"])
    conditions = _conditions(row, findings)
    weight_e4 = _weight(row, findings)
    quantity_max_e3 = _quantity_max(row, findings)
    basis = _basis(row, findings)
    if any(problem.severity == "error" for problem in findings.problems[before:]):
        return None
    names = ("item_name", "unit", "channel", "reference")
    return WeightRow(
        series=row["series"] or DEFAULT_SERIES,
        item_code=row["item_code"],
        weight_e4=weight_e4,
        valid_from=start,
        valid_to=end,
        conditions=conditions,
        stopped=stopped,
        quantity_max_e3=quantity_max_e3,
        place=row.place,
        basis=basis,
        **{name: row[name] for name in names},
    )


def _weight(row: Row, findings: Findings) -> int:
    try:
        return parse_weight_e4(row["weight"]) if row["weight"] else 0
    except NumberFaultError as fault:
        findings.add("WEIGHT_INVALID", row.at("weight"), row["weight"], detail=fault_text(fault))
        return 0


def _quantity_max(row: Row, findings: Findings) -> int:
    text = row["quantity_max"]
    try:
        limit = parse_quantity_e3(text) if text else 0
        if limit < 0:
            raise NumberFaultError("sign", text)
    except NumberFaultError as fault:
        findings.add("NUMBER_INVALID", row.at("quantity_max"), text, detail=fault_text(fault))
        return 0
    return limit


def _conditions(row: Row, findings: Findings) -> tuple[str, str, str, str, str]:
    group, resident_group, title_tier, setting, visit = (row[name] for name in CONDITIONS)
    if ";" in resident_group:
        findings.add(
            "CHOICE_INVALID",
            row.at("resident_group"),
            resident_group,
            near="",
            allowed="一行一个人群¦one group a row",
        )
    if visit and not _VISIT.fullmatch(visit):
        findings.add("VISIT_NUMBER_INVALID", row.at("visit_number"), visit)
    return group, resident_group, title_tier, setting, visit


def _basis(row: Row, findings: Findings) -> Basis:
    """The counting basis with its window and scope (A3); what is unknown is noted."""
    for column, choices in (("window", WINDOWS), ("scope", SCOPES)):
        if row[column] and row[column] not in choices:
            _note_choice(row, column, choices, findings)
    try:
        return basis_of(row["counting_basis"], row["window"], row["scope"])
    except ValueError:
        _note_choice(row, "counting_basis", BASIS_CHOICES, findings)
        return RECORD


def _note_choice(row: Row, column: str, choices: Sequence[str], findings: Findings) -> None:
    findings.add_choice(row.at(column), row[column], choices)


def weight_table(path: Path, name: str, columns: Iterable[str], findings: Findings) -> list[Row]:
    """The rows of a YAML weight table, its defaults and reference filled in.

    ``columns`` are the columns of the ``weights`` table; any other key is noted with a near miss.
    """
    entry = read_yaml(path, name, findings)
    if entry is None:
        return []
    if "prices" in entry.mapping and "cities" in entry.mapping:
        findings.add("CHARGE_PRICES_FISCAL", entry.place, name)
        return []
    known = tuple(columns)
    note_keys(entry, _TABLE_KEYS, findings)
    for key in ("table", "title", "rows"):
        if key not in entry.mapping:
            findings.add("KEY_MISSING", entry.place, key)
    for key, shape in (("reference", "text"), ("defaults", "mapping"), ("rows", "list")):
        expect(entry.get(key), shape, key, findings)
    shared = {"reference": entry.get("reference").text}
    shared |= _texts(entry.get("defaults"), known, findings)
    rows = []
    for item in entry.get("rows").items:
        expect(item, "mapping", "rows", findings)
        rows.append(Row(item.place, shared | _texts(item, known, findings)))
        _check_row(rows[-1], findings)
    if "rows" in entry.mapping and not rows:
        findings.add("TABLE_EMPTY", entry.place, name)
    return rows


def _check_row(row: Row, findings: Findings) -> None:
    for column in REQUIRED:
        if not row[column]:
            findings.add("VALUE_MISSING", row.at(column), column=column)


def _texts(entry: Entry, known: tuple[str, ...], findings: Findings) -> dict[str, str]:
    note_keys(entry, known, findings)
    for key, value in entry.mapping.items():
        expect(value, "text", key, findings)
    return {key: value.text for key, value in entry.mapping.items() if key in known}
