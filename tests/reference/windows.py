"""Windows, order, reversals: what takes the places of a class (5.5 of page 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from tests.reference.case import RECORD_COLUMNS, Record
from tests.reference.entries import Entry
from tests.reference.tables import Used
from tests.reference.weights import WeightRow

VOIDED = "VOIDED"
CORRECTION_ONLY = "CORRECTION_ONLY"


def window_of(day: date, window: str) -> str:
    """Return the calendar window of a day: 2025, 2025-H1, 2025-Q3, 2025-06."""
    match window:
        case "year":
            return f"{day.year:04}"
        case "half":
            return f"{day.year:04}-H{1 if day.month <= 6 else 2}"
        case "quarter":
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
    return f"{day.year:04}-{day.month:02}"


def order(record: Record) -> tuple[str, ...]:
    """Return the place of a record in its class: service date, then page 3's other columns."""
    others = (column for column in RECORD_COLUMNS if column != "service_date")
    return (record["service_date"], *(canonical(column, record[column]) for column in others))


def canonical(column: str, text: str) -> str:
    """Return a field as canonical text: 1.50 as 1.5, groups sorted, others as they are."""
    if column == "quantity" and "." in text:
        return text.rstrip("0").rstrip(".")
    return ";".join(sorted(text.split(";"))) if column == "resident_group" else text


def reversals(entries: Iterable[Entry], named: Mapping[str, Entry]) -> dict[Record, str]:
    """Return what becomes of reversed records and of their reversals, in a window basis.

    `entries` are those that take part, `named` are all by id. A reversal is a row of negative
    quantity whose `corrects` names a record of the same item. A record whose quantity plus its
    reversals is 0 or less is void, and so are they; a reversal that leaves something, or whose
    record takes no part, changes nothing.
    """
    taking_part = list(entries)
    of_root: dict[Record, list[Entry]] = {}
    codes: dict[Record, str] = {}
    roots = {one.record: one for one in taking_part}
    for one in taking_part:
        if one.quantity < 0:
            codes[one.record] = CORRECTION_ONLY
            root = root_of(one, named)
            if root is not None and root.record in roots:
                of_root.setdefault(root.record, []).append(one)
    for record, against in of_root.items():
        left = roots[record].quantity + sum((one.quantity for one in against), Fraction(0))
        if left <= 0:
            codes |= dict.fromkeys([record, *(one.record for one in against)], VOIDED)
    return codes


def root_of(entry: Entry, named: Mapping[str, Entry]) -> Entry | None:
    """Return the record that a reversal takes back, also through other reversals; or nothing."""
    seen = {entry.record}
    while entry.quantity < 0:
        target = named.get(entry.record["corrects"])
        if target is None or target.record in seen:
            return None
        if target.record["item_code"] != entry.record["item_code"]:
            return None
        seen.add(target.record)
        entry = target
    return entry


def class_of(entry: Entry, row: WeightRow, whose: str) -> tuple[str, ...]:
    """Return the class (item, resident or household, window, scope): scope blank for county."""
    record = entry.record
    place = record["institution_id"] if row.scope == "institution" else ""
    return record["item_code"], record[whose], window_of(entry.day, row.window), place


def places_used(used: Sequence[Used], of: tuple[str, ...], series: str) -> int:
    """Return how many places of a class locked periods have taken; a blank series is all."""
    return sum(
        one.places
        for one in used
        if (one.item, one.id, one.window, one.institution) == of and one.series in ("", series)
    )


def id_column(row: WeightRow) -> str:
    """Return the id that the basis distinguishes: household or resident."""
    return "household_id" if row.basis == "household" else "resident_id"
