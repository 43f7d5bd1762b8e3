"""The checks at the door over a whole case: made before any record is counted (A10).

What a check rejects is rejected with the corrections that belong to it, as if its form were at
fault, so that every record still ends in one place. What a check warns of is counted.
"""

from collections import defaultdict
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from equivalents.doorway import DoorRecords, Doubted, Given, doubted
from equivalents.intake.case import Case
from equivalents.intake.coding import IdFaults
from equivalents.intake.doorrecords import Collected, collect, places
from equivalents.intake.doubts import Doubts, with_more
from equivalents.intake.source import Source
from equivalents.policy.checks import AGAINST_PREVIOUS, Check, Strictness, rules_of
from equivalents.reasons.door import REJECTED
from equivalents.records import FaultSet
from equivalents.tally import Plan
from equivalents.units import Int64

__all__ = ["look_at_records"]


def look_at_records(case: Case, source: Source, *, every: bool = False) -> None:
    """Make the checks that case.yaml names, or ``every`` one that it does not turn off.

    The source rejects and warns accordingly whenever it is read afterwards.
    """
    rules = rules_of(case.checks, every=every)
    rules = {check: rule for check, rule in rules.items() if check not in AGAINST_PREVIOUS}
    if not rules or not source.parts:
        return
    plan = Plan(case.rules)
    found = collect(source, plan, residents=Check.SAME_SERVICE_TWICE in rules)
    leaves = case.rules.key_rules.leave
    place = partial(places, source, found.records)
    given = Given(plan.persons.values, plan.items.values, leaves, case.qualified, place)
    errors: list[IdFaults | None] = [None] * len(source.parts)
    warnings: list[list[FaultSet]] = [[] for _ in source.parts]
    made: dict[str, dict[str, Any]] = {}
    for check, doubts in doubted(found.records, rules, given):
        rule = rules[check]
        rejects = rule.strictness is Strictness.ERROR
        code = doubts.code + (REJECTED if rejects else "")
        made[check.value] = {"code": code, **rule.told(check), "records": int(doubts.at.size)}
        for one in _by_parts(found.records, doubts, code):
            if rejects:
                errors[one.part] = with_more(errors[one.part], _as_faults(one))
            else:
                warnings[one.part].append(one)
    _with_corrections(errors, found)
    source.take_doubts(Doubts(errors, [tuple(some) for some in warnings], made))


def _by_parts(records: DoorRecords, doubts: Doubted, code: str) -> list[FaultSet]:
    """The doubted records of each part, by row."""
    part = records.part[doubts.at]
    bounds = np.flatnonzero(np.diff(part, prepend=-1)).tolist()
    return [
        FaultSet(
            int(part[start]),
            code,
            doubts.column,
            records.row[doubts.at[start:stop]],
            notes=tuple(doubts.notes[start:stop]),
        )
        for start, stop in pairwise([*bounds, part.size])
    ]


def _as_faults(found: FaultSet) -> IdFaults:
    size = found.row.size
    return IdFaults(found.row, (found.code,) * size, (found.column,) * size, found.notes)


def _with_corrections(errors: list[IdFaults | None], found: Collected) -> None:
    """Reject the corrections of what is rejected, also those of corrections, for its reason."""
    reason = {
        (part, row): (code, column, note)
        for part, faults in enumerate(errors)
        if faults is not None
        for row, code, column, note in zip(
            faults.row.tolist(), faults.code, faults.column, faults.note, strict=True
        )
    }
    by_target: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for part, row, target_part, target_row in found.correction.tolist():
        by_target[target_part, target_row].append((part, row))
    left = [place for place in reason if place in by_target]
    more: dict[int, dict[int, tuple[str, str, str]]] = defaultdict(dict)
    while left:
        place = left.pop()
        for part, row in by_target.get(place, ()):
            if (part, row) not in reason:
                reason[part, row] = more[part][row] = reason[place]
                left.append((part, row))
    for part, rows in more.items():
        errors[part] = with_more(errors[part], _of_rows(rows))


def _of_rows(rows: dict[int, tuple[str, str, str]]) -> IdFaults:
    ordered = sorted(rows)
    code, column, note = zip(*(rows[row] for row in ordered), strict=True)
    row: Int64 = np.array(ordered, np.int64)
    return IdFaults(row, code, column, note)
