"""A table of a case as rows to be kept: machine names, exclusive ends, pseudonyms; form checked.

Whatever a file looks like, :mod:`equivalents.intake` reads it; here its cells are looked at as
far as a table can be judged by itself. What needs other tables (ids that exist, weights that
overlap) is checked with the case that is made of the rows. Sources: specification page 3;
definitions 5.8, 5.21.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from equivalents.findings import Findings, Table
from equivalents.intake.headings import TABLES
from equivalents.policy.calendar import LAST_DAY, parse_day, print_day
from equivalents.policy.daytext import day_fault
from equivalents.policy.load import fault_text, weight_rows
from equivalents.store.secret import HIDDEN, ResidentKey, is_pseudonym
from equivalents.units import (
    NumberFaultError,
    parse_amount_fen,
    parse_fixed,
    parse_weight_e4,
)

__all__ = ["COUNTED_HOUSEHOLD", "Row", "has_hidden", "hidden_rows", "kept_rows"]

Row = dict[str, str]
"""A row that is kept: machine column name to text; blank cells are left out."""

COUNTED_HOUSEHOLD: Final = "household_id"
"""In ``counted``, whose ``id`` may be either, the pseudonym of the id as that of a household."""

_ENDS: Final[Mapping[str, str]] = {"valid_to": "valid_from", "active_to": "active_from"}
"""End columns, which paper says inclusively, and their beginnings."""
_PLACES: Final = 18
_FLAGS: Final[Mapping[str, tuple[str, ...]]] = {"assessments": ("0", "1", "是", "否")}
"""Tables whose flags may be written otherwise than 1 and 0."""


_SIGNED: Final = frozenset({"adjustments", "opening", "secondary"})
"""Tables that may have amounts below 0; what those of any other say is refused as it comes in."""


def _amount(text: str) -> int:
    return parse_amount_fen(text, signed=True)


def _plain(text: str) -> int:
    return parse_fixed(text, _PLACES, signed=True)


_NUMBERS: Final[Mapping[str, tuple[str, Callable[[str], int]]]] = {
    "amount": ("AMOUNT_INVALID", _amount),
    "income": ("AMOUNT_INVALID", _amount),
    "closed": ("AMOUNT_INVALID", _amount),
    "earlier": ("AMOUNT_INVALID", _amount),
    "weight": ("WEIGHT_INVALID", parse_weight_e4),
}
"""Which columns of numbers are parsed as what; of the others only the form is looked at."""


def kept_rows(table: Table, name: str, findings: Findings) -> list[Row]:
    """The rows of a table as they are kept; every fault of form goes to ``findings``.

    Inclusive ends become exclusive ones; blank cells are left out. Where anything was wrong the
    rows are not to be used.
    """
    sheet = TABLES[name]
    columns: dict[str, Sequence[str]] = {}
    for column in sheet.columns:
        texts = table.columns.get(column.name)
        if texts is None:
            continue
        if column.is_day:
            texts = _days(table, column.name, texts, findings)
        elif column.kind == "number":
            _check_numbers(table, column.name, texts, findings, name in _SIGNED)
        elif column.kind == "flag":
            _note(table, column.name, texts, _flag_fault(name), findings)
        columns[column.name] = texts
    for end, start in _ENDS.items():
        if end in columns and start in columns:
            _check_order(table, start, end, columns, findings)
    for hidden in _hidden(name):
        _note(table, hidden, columns.get(hidden, ()), _hidden_fault, findings)
    if name == "weights":
        _more_of_weights(table, findings)
    names = [*columns]
    return [
        {key: text for key, text in zip(names, texts, strict=True) if text}
        for texts in zip(*columns.values(), strict=True)
    ]


def _days(table: Table, column: str, texts: Sequence[str], findings: Findings) -> Sequence[str]:
    """A column of days; what is none is noted, and an inclusive end is moved to the next day."""
    _note(table, column, texts, _day_fault, findings)
    if column in _ENDS and table.inclusive_ends:
        return [_next_day(text) for text in texts]
    return texts


@lru_cache(maxsize=1 << 12)
def _day_fault(text: str) -> tuple[str, str] | None:
    try:
        parse_day(text)
    except ValueError:
        return "DATE_INVALID", day_fault(text)
    return None


@lru_cache(maxsize=1 << 12)
def _next_day(text: str) -> str:
    """The exclusive end after an inclusive one; the last day of all leaves it open (5.21)."""
    try:
        day = parse_day(text) + 1 if text else LAST_DAY
    except ValueError:
        return text  # noted where it stands
    return print_day(day) if day < LAST_DAY else ""


def _flag_fault(table: str) -> Callable[[str], tuple[str, str] | None]:
    allowed = _FLAGS.get(table, ("0", "1"))
    return lambda text: None if text in allowed else ("FLAG_INVALID", "")


def _hidden_fault(text: str) -> tuple[str, str] | None:
    return ("VALUE_HIDDEN", "") if is_pseudonym(text) else None


def _check_numbers(
    table: Table, column: str, texts: Sequence[str], findings: Findings, signed: bool
) -> None:
    code, parse = _NUMBERS.get(column, ("NUMBER_INVALID", _plain))
    if parse is _amount and not signed:
        parse = parse_amount_fen

    def fault(text: str) -> tuple[str, str] | None:
        try:
            parse(text)
        except NumberFaultError as wrong:
            return code, fault_text(wrong)
        return None

    _note(table, column, texts, fault, findings)


def _note(
    table: Table,
    column: str,
    texts: Sequence[str],
    fault: Callable[[str], tuple[str, str] | None],
    findings: Findings,
) -> None:
    """Note each filled cell that has a fault, where it stands; each distinct text is asked once."""
    wrong = {text: found for text in set(texts) if text and (found := fault(text)) is not None}
    if not wrong:
        return
    for at, text in enumerate(texts):
        if text in wrong:
            code, detail = wrong[text]
            findings.add(code, table.places[at].at(column), text, detail=detail)


def _check_order(
    table: Table, start: str, end: str, columns: Mapping[str, Sequence[str]], findings: Findings
) -> None:
    """Ends that do not come after their beginnings, both being dates."""
    for at, (first, after) in enumerate(zip(columns[start], columns[end], strict=True)):
        # Dates of this form order as texts do.
        if first and after and after <= first and not _day_fault(first) and not _day_fault(after):
            findings.add("DATES_REVERSED", table.places[at].at(end), after, other=first)


def _more_of_weights(table: Table, findings: Findings) -> None:
    """What only the reader of weight rows notices; what was noted already is not told twice."""
    heard = Findings()
    weight_rows(table, heard)
    told = {(one.code, one.place) for one in findings.problems}
    findings.problems += [one for one in heard.problems if (one.code, one.place) not in told]


def has_hidden(name: str, rows: Sequence[Mapping[str, str]]) -> bool:
    """Whether rows of a table hold ids of residents or households, which are never kept."""
    return any(_hidden(name).keys() & row.keys() for row in rows)


def hidden_rows(name: str, rows: Sequence[Row], key: ResidentKey | None) -> list[Row]:
    """The same rows with pseudonyms in place of ids of residents and households.

    Args:
        name: the table.
        rows: as :func:`kept_rows` gives them.
        key: the county key; not needed where no row has such ids.
    """
    kinds = _hidden(name)
    if key is None:
        return [*rows]
    texts = {one: [row[one] for row in rows if one in row] for one in kinds}
    known = {one: _names(key, kinds[one], found) for one, found in texts.items()}
    made = [
        {one: known[one][text] if one in kinds else text for one, text in row.items()}
        for row in rows
    ]
    if name == "counted":
        homes = _names(key, HIDDEN["household_id"], texts["id"])
        for row, before in zip(made, rows, strict=True):
            if "id" in before:
                row[COUNTED_HOUSEHOLD] = homes[before["id"]]
    return made


def _names(key: ResidentKey, kind: str, texts: Sequence[str]) -> dict[str, str]:
    distinct = [*dict.fromkeys(texts)]
    return dict(zip(distinct, key.names(kind, distinct), strict=True))


def _hidden(name: str) -> Mapping[str, str]:
    """The columns of a table that hold such ids, and the kind of id."""
    if name == "counted":
        return {"id": HIDDEN["resident_id"]}
    return HIDDEN
