"""Faults of form of one record, column by column in the order of page 3 (A10, 5.8, 5.21)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tests.reference.case import RECORD_COLUMNS, Record
from tests.reference.text import QUANTITY, VISIT_NUMBER, WHOLE, a_date, decimal

REQUIRED = ("institution_id", "person_id", "item_code", "service_date", "quantity")
LIMIT = 1_000_000
"""0 < quantity < 1,000,000 (5.8)."""


def form_fault(record: Record) -> str:
    """Return the first fault of form, column by column in the order of page 3, or a blank."""
    if not record.well_shaped:
        return "ROW_SHAPE"
    for column in RECORD_COLUMNS:
        code = column_fault(record, column)
        if code:
            return code
    return ""


def column_fault(record: Record, column: str) -> str:
    """Return what is wrong with one column, or a blank."""
    text = record[column]
    if "\n" in text or "\r" in text:
        # A missing quote may have swallowed other rows (A10).
        return "LINE_BREAK"
    if text == "":
        # Page 3: `person_id` may be blank where `performers` (or the team) says who.
        others = column == "person_id" and (record["performers"] or record["team_id"])
        return "VALUE_MISSING" if column in REQUIRED and not others else ""
    faults: dict[str, Callable[[], str]] = {
        "service_date": lambda: "" if a_date(text) else "DATE_INVALID",
        "quantity": lambda: quantity_fault(text, record["corrects"]),
        "service_end_date": lambda: end_fault(record),
        "visit_number": lambda: "" if VISIT_NUMBER.fullmatch(text) else "VISIT_NUMBER_INVALID",
        "performers": lambda: "" if shares(text) else "SHARES_INVALID",
    }
    return faults[column]() if column in faults else ""


def quantity_fault(text: str, corrects: str) -> str:
    """Return what is wrong with a quantity (5.8), or a blank."""
    quantity = decimal(text, QUANTITY)
    if quantity is None:
        return "QUANTITY_INVALID"
    if quantity == 0 or abs(quantity) >= LIMIT:
        return "QUANTITY_RANGE"
    if quantity < 0 and not corrects:
        return "QUANTITY_NEGATIVE"
    return ""


def end_fault(record: Record) -> str:
    """Return what is wrong with the end of a stay (5.6), or a blank."""
    start, end = a_date(record["service_date"]), a_date(record["service_end_date"])
    if end is None:
        return "DATE_INVALID"
    return "END_BEFORE_START" if start is not None and end < start else ""


def shares(text: str) -> dict[str, int]:
    """Return the shares of `P1:3;P2:2` or `P1;P2` (equal, 1 each); nothing if they are invalid.

    Shares are whole numbers above 0, everybody has one, and nobody stands there twice (5.4).
    """
    pairs = [part.split(":") for part in text.split(";")]
    equal = all(len(pair) == 1 for pair in pairs)
    declared = all(len(pair) == 2 and WHOLE.fullmatch(pair[1]) for pair in pairs)
    people = [pair[0] for pair in pairs]
    if not (equal or declared) or "" in people or len(set(people)) < len(people):
        return {}
    return dict.fromkeys(people, 1) if equal else {person: int(n) for person, n in pairs}


def content(record: Record) -> tuple[str | Fraction, ...]:
    """Return what makes two records of one id the same (5.8): 1 and 1.0 are one quantity."""
    quantity = decimal(record["quantity"], QUANTITY)
    others = [record[column] for column in RECORD_COLUMNS if column != "quantity"]
    return (record["quantity"] if quantity is None else quantity, *others)
