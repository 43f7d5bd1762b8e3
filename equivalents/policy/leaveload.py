"""Leaves, their dated rules and past keys, from rows of text and from case.yaml (5.20).

Every fault is noted where it stands, with all others.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from equivalents.findings import Findings, Row, near
from equivalents.policy.calendar import FIRST_DAY, Period
from equivalents.policy.keyrules import OpeningKey
from equivalents.policy.leave import WHOLE_E4, Average, Leave, LeaveRule, Over, PastKey
from equivalents.policy.load import fault_text, read_day, read_end
from equivalents.policy.roster import Roster
from equivalents.policy.yamltext import Entry, choice_of, expect_keys, span_of
from equivalents.units import NumberFaultError, parse_fixed

__all__ = ["note_idle_leave", "past_keys", "read_leave_rules", "read_leaves"]


_SHAPES: Final = {
    **dict.fromkeys(("average", "over", "percent"), "text"),
    "pools": "texts",
    **dict.fromkeys(("reference", "valid_from", "valid_to"), "text"),
}
_PERCENT_PLACES: Final = 2
_MOST_DAYS: Final = 100_000
_STRAY_OVER: Final = "over 只用于 average: own¦over belongs to average: own only"
_STRAY_DAYS: Final = "只用于 kind: past¦it belongs to the kind past only"
_STRAY_PERCENT: Final = "average: none 不增加依据¦average: none adds nothing"


def read_leaves(rows: Sequence[Row], people: Sequence[str], findings: Findings) -> list[Leave]:
    """The rows of the table ``leave`` that can be read."""
    known = set(people) if rows else set()
    found = []
    for row in rows:
        before = len(findings.errors)
        person = row["person_id"]
        if person and known and person not in known:
            hint = near(person, sorted(known))
            name = row.said("person_id")
            findings.add("ID_UNKNOWN", row.at("person_id"), person, column=name, near=hint)
        start = read_day(row, "valid_from", findings, FIRST_DAY)
        end = read_end(row, "valid_to", start, findings)
        filled = all(row[name] for name in ("person_id", "kind", "valid_from", "valid_to"))
        if filled and len(findings.errors) == before:
            found.append(Leave(person, row["kind"], start, end, row.place))
    return found


def note_idle_leave(
    leaves: Sequence[Leave], roster: Roster, period: Period, findings: Findings
) -> None:
    """Warn of leaves of the period that have no day on which the person holds a posting."""
    if not leaves:
        return
    wanted = {leave.person_id for leave in leaves}
    spans: dict[str, list[tuple[int, int]]] = {}
    names = [at for at, text in enumerate(roster.person_id.texts) if text in wanted]
    for at in np.flatnonzero(np.isin(roster.person_id.code, names)).tolist():
        span = int(roster.active_from[at]), int(roster.active_to[at])
        spans.setdefault(roster.person_id[at], []).append(span)
    for leave in leaves:
        first, last = max(leave.valid_from, period.start), min(leave.valid_to, period.end)
        posted = any(
            max(start, first) < min(end, last) for start, end in spans.get(leave.person_id, ())
        )
        if first < last and not posted:
            findings.add("LEAVE_NO_POST", leave.place, leave.person_id, kind=leave.kind)


def past_keys(
    rows: Sequence[Row], keys: Sequence[OpeningKey], findings: Findings
) -> tuple[PastKey, ...]:
    """The rows of kind ``past`` among those of ``opening``, whose ids and keys are read already.

    ``days`` on a row of another kind is noted: it would change nothing.
    """
    found = []
    for row, key in zip(rows, keys, strict=True):
        if row["kind"] != "past":
            if row["days"]:
                findings.add("NUMBER_INVALID", row.at("days"), row["days"], detail=_STRAY_DAYS)
            continue
        if key.equivalents_e7 < 0:
            place, value = row.at("equivalents"), row["equivalents"]
            detail = fault_text(NumberFaultError("sign", value))
            findings.add("NUMBER_INVALID", place, value, detail=detail)
        names = (key.institution_id, key.pool, key.person_id)
        found.append(PastKey(*names, key.equivalents_e7, _days(row, findings), row.place))
    return tuple(found)


def _days(row: Row, findings: Findings) -> int:
    """A whole number of days above 0."""
    text = row["days"]
    try:
        days = parse_fixed(text, 0)
        if not 0 < days < _MOST_DAYS:
            raise NumberFaultError("range", text)
    except NumberFaultError as fault:
        findings.add("NUMBER_INVALID", row.at("days"), text, detail=fault_text(fault))
        return 1
    return days


# -- case.yaml -------------------------------------------------------------------------------------


def read_leave_rules(
    entry: Entry, pools: Iterable[str], findings: Findings
) -> tuple[LeaveRule, ...]:
    """The key ``leave`` of case.yaml: by kind one rule, or a list of rules with dates."""
    known = sorted(set(pools))
    return tuple(
        _rule(kind, version, known, findings)
        for kind, settings in sorted(entry.mapping.items())
        for version in settings.items or [settings]
    )


def _rule(kind: str, entry: Entry, pools: Sequence[str], findings: Findings) -> LeaveRule:
    where = f"leave.{kind}"
    expect_keys(entry, where, _SHAPES, findings, prefix=f"{where}.")
    if entry.mapping and not entry.get("average").text:
        findings.add("KEY_MISSING", entry.place, f"{where}.average")
    average = choice_of(entry.get("average"), Average.NONE, findings)
    over = choice_of(entry.get("over"), Over.PAST, findings)
    if entry.get("over").text and average is Average.DEPARTMENT:
        findings.add("LEAVE_RULE_INVALID", entry.get("over").place, kind, detail=_STRAY_OVER)
    if entry.get("percent").text and entry.get("average").text == Average.NONE:
        findings.add("LEAVE_RULE_INVALID", entry.get("percent").place, kind, detail=_STRAY_PERCENT)
    start, end = span_of(entry, findings)
    return LeaveRule(
        kind,
        average,
        over,
        _percent(kind, entry.get("percent"), findings),
        _pools(entry.get("pools"), pools, findings),
        start,
        end,
        entry.get("reference").text,
        entry.place,
    )


def _percent(kind: str, entry: Entry, findings: Findings) -> int:
    """A percentage above 0 and at most 100, with at most two decimals; 100 when absent."""
    if not entry.text:
        return WHOLE_E4
    try:
        percent = parse_fixed(entry.text, _PERCENT_PLACES)
        if not 0 < percent <= WHOLE_E4:
            raise NumberFaultError("range", entry.text)
    except NumberFaultError as fault:
        findings.add("LEAVE_RULE_INVALID", entry.place, kind, detail=fault_text(fault))
        return WHOLE_E4
    return percent


def _pools(entry: Entry, known: Sequence[str], findings: Findings) -> tuple[str, ...]:
    named = entry.items or ([entry] if entry.text else [])
    for one in named:
        if one.text not in known:
            findings.add_choice(one.place, one.text, known)
    return tuple(one.text for one in named)
