"""Multiples of an average for people without a key, as written in case.yaml or a scheme (5.16)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from equivalents.findings import Findings
from equivalents.policy.calendar import print_day
from equivalents.policy.funds import Dated, Version
from equivalents.policy.load import fault_text
from equivalents.policy.sharing import AverageRule
from equivalents.policy.who import Who
from equivalents.policy.whotext import read_who
from equivalents.policy.yamltext import Entry, expect, note_keys, span_of
from equivalents.units import NumberFaultError, parse_weight_e4

__all__ = ["read_averages"]

_KEYS: Final = ("who", "multiple", "reference")
_VERSION_KEYS: Final = ("value", "valid_from", "valid_to", "unit", "reference", "illustrative")
_UNIT: Final = "倍"


def read_averages(entry: Entry, findings: Findings) -> tuple[AverageRule, ...]:
    """The rules of a pool, in their order; faults are noted."""
    expect(entry, "list", "averages", findings)
    found = (_rule(one, findings) for one in entry.items)
    return tuple(rule for rule in found if rule is not None)


def _rule(entry: Entry, findings: Findings) -> AverageRule | None:
    expect(entry, "mapping", "averages", findings)
    note_keys(entry, _KEYS, findings)
    expect(entry.get("reference"), "text", "reference", findings)
    for key in ("who", "multiple"):
        if entry.get(key).value in ("", [], {}):
            findings.add("KEY_MISSING", entry.place, key)
    who = read_who(entry.get("who"), "averages.who", findings) or Who(place=entry.place)
    multiple = entry.get("multiple")
    versions = [_version(one, entry, findings) for one in multiple.items or [multiple]]
    read = sorted((one for one in versions if one), key=lambda version: version.valid_from)
    _check_order(read, findings)
    if not read:
        return None
    return AverageRule(who, Dated(tuple(read)), entry.get("reference").text, entry.place)


def _version(entry: Entry, rule: Entry, findings: Findings) -> Version[int] | None:
    """A multiple: a number, or one with its days and its own reference."""
    written, days = entry, Entry({}, entry.place)
    if isinstance(entry.value, dict):
        note_keys(entry, _VERSION_KEYS, findings)
        if not entry.get("value").text:
            findings.add("KEY_MISSING", entry.place, "value")
        unit = entry.get("unit")
        if unit.text not in ("", _UNIT):
            facts = {"what": "multiple", "near": "", "allowed": _UNIT}
            findings.add("UNIT_INVALID", unit.place, unit.text, **facts)
        written, days = entry.get("value"), entry
    if not written.text:
        return None
    try:
        value = parse_weight_e4(written.text)
    except NumberFaultError as fault:
        detail = fault_text(fault)
        findings.add("NUMBER_INVALID", written.place, written.text, detail=detail)
        return None
    reference = entry.get("reference").text or rule.get("reference").text
    start, end = span_of(days, findings)
    return Version(value, start, end, _UNIT, reference, place=entry.place)


def _check_order(versions: Sequence[Version[int]], findings: Findings) -> None:
    """Two versions that overlap, and a gap between two, are noted."""
    for earlier, later in pairwise(versions):
        if later.valid_from < earlier.valid_to:
            other = str(earlier.place)
            findings.add("FIGURE_OVERLAP", later.place, "multiple", other=other)
        elif later.valid_from > earlier.valid_to:
            days = {"since": print_day(earlier.valid_to), "until": print_day(later.valid_from)}
            findings.add("FIGURE_GAP", later.place, "multiple", **days)
