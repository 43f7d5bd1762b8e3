"""The rules between records of one resident as read: ``concurrent``, ``stays``, ``counted``.

Every fault is noted where it stands. Sources: A12, definitions 5.5 and 5.6.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

import numpy as np

from equivalents.errors import Place
from equivalents.findings import Findings, Row
from equivalents.policy.basis import window_number
from equivalents.policy.calendar import parse_period
from equivalents.policy.contacts import FULL_E4, ConcurrentRule, StayRule, UsedClass
from equivalents.policy.yamltext import Entry, expect, note_keys, span_of
from equivalents.units import NumberFaultError, parse_weight_e4

__all__ = ["read_concurrent", "read_stays", "used_classes"]

_CREDITS: Final = {"none": 0, "full": FULL_E4}
_SAME: Final = ("day", "institution_day")
_CONCURRENT_KEYS: Final = (
    "name",
    "beside",
    "items",
    "credit",
    "same",
    "series",
    "valid_from",
    "valid_to",
    "reference",
)
_STAY_KEYS: Final = ("name", "inside", "exclude", "reference")
_WINDOW_OF: Final = {12: "year", 6: "half", 3: "quarter", 1: "month"}
_COUNT: Final = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_Rule = TypeVar("_Rule")


def read_concurrent(entry: Entry, findings: Findings) -> tuple[ConcurrentRule, ...]:
    """The rules under ``concurrent:``, in their order; faults are noted where they stand."""
    return tuple(_each(entry, "concurrent", _CONCURRENT_KEYS, _concurrent, findings))


def read_stays(entry: Entry, findings: Findings) -> tuple[StayRule, ...]:
    """The rules under ``stays:``; faults are noted where they stand."""
    return tuple(_each(entry, "stays", _STAY_KEYS, _stay, findings))


def _each(
    entry: Entry,
    what: str,
    keys: tuple[str, ...],
    read: Callable[[Entry, Findings], _Rule],
    findings: Findings,
) -> Iterator[_Rule]:
    expect(entry, "list", what, findings)
    names: dict[str, Place] = {}
    for rule in entry.items:
        expect(rule, "mapping", what, findings)
        note_keys(rule, keys, findings)
        name = rule.get("name")
        if not name.text:
            findings.add("KEY_MISSING", rule.place, "name")
        elif name.text in names:
            findings.add("ID_TWICE", name.place, name.text, other=str(names[name.text]))
        names.setdefault(name.text, name.place)
        yield read(rule, findings)


def _concurrent(rule: Entry, findings: Findings) -> ConcurrentRule:
    beside, items = (_items(rule, key, findings) for key in ("beside", "items"))
    for item in sorted(beside & items):
        findings.add("ITEM_ON_BOTH_SIDES", rule.get("items").place, item)
    start, end = span_of(rule, findings)
    return ConcurrentRule(
        rule.get("name").text,
        beside,
        items,
        _credit(rule, findings),
        _choice(rule, "same", _SAME, findings) == "institution_day",
        _texts(rule, "series", findings),
        start,
        end,
        rule.get("reference").text,
        rule.place,
    )


def _stay(rule: Entry, findings: Findings) -> StayRule:
    inside, exclude = (_items(rule, key, findings) for key in ("inside", "exclude"))
    for item in sorted(inside & exclude):
        findings.add("ITEM_ON_BOTH_SIDES", rule.get("exclude").place, item)
    name, reference = rule.get("name").text, rule.get("reference").text
    return StayRule(name, inside, exclude, reference, rule.place)


def _items(rule: Entry, key: str, findings: Findings) -> frozenset[str]:
    found = _texts(rule, key, findings)
    if not found:
        findings.add("KEY_MISSING", rule.place, key)
    return found


def _texts(rule: Entry, key: str, findings: Findings) -> frozenset[str]:
    entry = rule.get(key)
    expect(entry, "texts", key, findings)
    return frozenset(e.text for e in entry.items) or frozenset({entry.text} - {""})


def _credit(rule: Entry, findings: Findings) -> int:
    entry = rule.get("credit")
    if "credit" not in rule.mapping:
        findings.add("KEY_MISSING", rule.place, "credit")
    if entry.text in _CREDITS:
        return _CREDITS[entry.text]
    try:
        credit = parse_weight_e4(entry.text)
    except NumberFaultError:
        credit = -1
    if "credit" in rule.mapping and not 0 < credit < FULL_E4:
        findings.add("CREDIT_INVALID", entry.place, entry.text)
    return max(credit, 0)


def _choice(rule: Entry, key: str, choices: tuple[str, ...], findings: Findings) -> str:
    entry = rule.get(key)
    if entry.text and entry.text not in choices:
        findings.add_choice(entry.place, entry.text, choices)
    return entry.text


def used_classes(rows: Iterable[Row], findings: Findings) -> tuple[UsedClass, ...]:
    """The rows of the table ``counted``; faults are noted where they stand."""
    found = []
    for row in rows:
        if not _COUNT.fullmatch(row["used"]) and row["used"]:
            findings.add("COUNT_INVALID", row.at("used"), row["used"])
            continue
        try:
            period = parse_period(row["window"])
        except ValueError:
            if row["window"]:
                findings.add("PERIOD_INVALID", row.at("window"), row["window"])
            continue
        window = _WINDOW_OF[len(period.month_starts)]
        number = int(window_number(np.array([period.start]), window)[0])
        found.append(
            UsedClass(
                row["item_code"],
                row["id"],
                window,
                number,
                int(row["used"] or 0),
                row["institution_id"],
                row["series"],
                row.place,
            )
        )
    return tuple(found)
