"""The key ``yearly_limits`` of case.yaml, read strictly: every fault with its place (5.11).

A floor on a total of several pools, and sharing again what a cap takes from several pools, are
refused: each has many exact solutions, and 5.11 names none. Inside one pool ``sharing`` has both.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from typing import Final

from equivalents.findings import Findings, near
from equivalents.policy.calendar import Period
from equivalents.policy.keyrules import Excess
from equivalents.policy.load import fault_text
from equivalents.policy.yamltext import Entry, choice_of, expect_keys, span_of
from equivalents.policy.yearly import Months, YearlyLimit
from equivalents.units import NumberFaultError, parse_amount_fen

__all__ = ["read_yearly_limits"]

_SHAPES: Final = {
    "name": "text",
    "pools": "texts",
    "cap": "text",
    "floor": "",
    "people": "mapping",
    "excess": "text",
    "months": "text",
    "valid_from": "text",
    "valid_to": "text",
    "reference": "text",
}
_REQUIRED: Final = ("name", "pools", "cap")


def read_yearly_limits(
    entry: Entry,
    pools: Iterable[str],
    people: Collection[str],
    period: Period | None,
    findings: Findings,
) -> tuple[YearlyLimit, ...]:
    """The limits that are in force in the period; faults are noted.

    ``pools`` are the names of all pools, ``people`` the ids of the roster.
    """
    known = sorted(set(pools))
    limits = [_limit(one, known, people, findings) for one in entry.items]
    inside = [
        one
        for one in limits
        if period and one.valid_from < period.end and one.valid_to > period.start
    ]
    for limit in inside:
        covers = period and limit.valid_from <= period.start and limit.valid_to >= period.end
        if not covers and period:
            findings.add("YEARLY_DATES", limit.place, limit.name, period=period.name)
    for one, other in combinations(inside, 2):
        for pool in sorted({*one.pools} & {*other.pools}):
            findings.add("YEARLY_OVERLAP", other.place, pool, name=other.name, other=one.name)
    return tuple(inside)


def _limit(
    entry: Entry, pools: Sequence[str], people: Collection[str], findings: Findings
) -> YearlyLimit:
    expect_keys(entry, "yearly_limits", _SHAPES, findings, prefix="yearly_limits.")
    for key in _REQUIRED if entry.mapping else ():
        if entry.get(key).value in ("", []):
            findings.add("KEY_MISSING", entry.place, f"yearly_limits.{key}")
    name = entry.get("name").text
    if "floor" in entry.mapping:
        findings.add("YEARLY_FLOOR", entry.get("floor").place, name)
    start, end = span_of(entry, findings)
    own = {}
    for person, cap in entry.get("people").mapping.items():
        if people and person not in people:
            hint = near(person, sorted(people))
            findings.add("ID_UNKNOWN", cap.place, person, column="people", near=hint)
        own[person] = _yuan(cap, findings)
    return YearlyLimit(
        name,
        _pools(entry.get("pools"), pools, findings),
        _yuan(entry.get("cap"), findings),
        own,
        _excess(entry.get("excess"), name, findings),
        choice_of(entry.get("months"), Months.WHOLE, findings),
        start,
        end,
        entry.get("reference").text,
        entry.place,
    )


def _pools(entry: Entry, known: Sequence[str], findings: Findings) -> tuple[str, ...]:
    named = entry.items or ([entry] if entry.text else [])
    for one in named:
        if known and one.text not in known:
            hint, allowed = near(one.text, known), ", ".join(known)
            findings.add("POOL_UNKNOWN", one.place, one.text, near=hint, allowed=allowed)
    return tuple(dict.fromkeys(one.text for one in named))


def _excess(entry: Entry, name: str, findings: Findings) -> Excess:
    if entry.text == "share":
        findings.add("YEARLY_SHARE", entry.place, name)
        return Excess.RETAIN
    return choice_of(entry, Excess.RETAIN, findings)


def _yuan(entry: Entry, findings: Findings) -> int:
    try:
        return parse_amount_fen(entry.text) if entry.text else 0
    except NumberFaultError as fault:
        findings.add("AMOUNT_INVALID", entry.place, entry.text, detail=fault_text(fault))
        return 0
