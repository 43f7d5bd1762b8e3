"""The checks at the door over a whole case: made before any record is counted (A10).

What a check rejects is rejected with the corrections that belong to it, as if its form were at
fault, so that every record still ends in one place. What a check warns of is counted.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from equivalents.doorchecks import Usual
from equivalents.doorway import SAID, DoorRecords, Doubted, Given, Quantities, doubted, within
from equivalents.intake.case import Case
from equivalents.intake.doorrecords import Collected, collect, places
from equivalents.intake.doorstore import DoorStore
from equivalents.intake.doubts import Doubts, with_more
from equivalents.intake.form import IdFaults
from equivalents.intake.hashstore import memory_bound
from equivalents.intake.source import Source
from equivalents.policy.checks import (
    AGAINST_PREVIOUS,
    Check,
    CheckRule,
    Checks,
    Strictness,
    rules_of,
)
from equivalents.policy.load import DEFAULT_SERIES
from equivalents.reasons.door import REJECTED
from equivalents.records import FaultSet
from equivalents.tally import Plan
from equivalents.units import Int64

__all__ = ["look_at_records"]


def look_at_records(case: Case, source: Source, *, every: bool = False) -> None:
    """Make the checks that case.yaml names, or ``every`` one that it does not turn off.

    The source rejects and warns accordingly whenever it is read afterwards.
    """
    declared = _resolved(case)
    rules = rules_of(declared, every=every)
    rules = {check: several for check, several in rules.items() if check not in AGAINST_PREVIOUS}
    off = _off(declared)
    if not rules or not source.parts:
        if off:
            source.take_doubts(_nothing(source, off))
        return
    plan = Plan(case.rules)
    found = _Found(source)
    with DoorStore(plan.period, source.expected, memory_bound()) as store:
        residents = Check.SAME_SERVICE_TWICE in rules
        collected = collect(source, plan, store, residents=residents)
        given = Given(
            plan.persons.values,
            plan.items.values,
            case.rules.key_rules.leave,
            case.qualified,
            case.rules.weights,
            collected.named,
            partial(places, source),
            _usual(collected, rules),
        )
        for records in collected.spans():
            for check, rule, some, doubts in doubted(records, rules, given):
                found.add(check, rule, some, doubts)
    source.take_doubts(found.doubts(rules, off, collected))


def _resolved(case: Case) -> Checks:
    """The checks with their series: where none is told the only one, else ``pay``."""
    series = sorted({row.series for row in case.rules.weights})
    default = series[0] if len(series) == 1 else DEFAULT_SERIES
    return {
        check: tuple(replace(rule, series=rule.series or default) for rule in rules)
        for check, rules in case.checks.items()
    }


def _off(declared: Checks) -> dict[str, list[dict[str, Any]]]:
    """What is recorded of the checks that are turned off."""
    found = {
        check.value: [rule.told(check) for rule in rules if rule.strictness is Strictness.OFF]
        for check, rules in declared.items()
        if check not in AGAINST_PREVIOUS
    }
    return {check: told for check, told in found.items() if told}


def _nothing(source: Source, made: dict[str, list[dict[str, Any]]]) -> Doubts:
    return Doubts([None] * len(source.parts), [() for _ in source.parts], made)


def _usual(collected: Collected, rules: Checks) -> dict[int, Usual]:
    """What is usual of the items, by the first day of each rule of that check."""
    asked = rules.get(Check.QUANTITY_OUTLIER, ())
    sums = {rule.valid_from: Quantities() for rule in asked}
    for records in collected.spans() if asked else ():
        for rule in asked:
            sums[rule.valid_from].add(within(records, rule))
    return {day: some.usual() for day, some in sums.items()}


class _Found:
    """What is doubted by each rule, gathered span by span."""

    def __init__(self, source: Source) -> None:
        self._parts = len(source.parts)
        self._pieces: dict[tuple[Check, int], list[tuple[Int64, Int64, list[str]]]]
        self._pieces = defaultdict(list)

    def add(self, check: Check, rule: CheckRule, records: DoorRecords, doubts: Doubted) -> None:
        """Add what a rule doubts of some records."""
        key = check, rule.valid_from
        where = records.part[doubts.at], records.row[doubts.at]
        self._pieces[key].append((*where, [*doubts.notes]))

    def doubts(
        self, rules: Checks, off: dict[str, list[dict[str, Any]]], collected: Collected
    ) -> Doubts:
        """What becomes of the records, by parts, and what was made."""
        errors: list[IdFaults | None] = [None] * self._parts
        warnings: list[list[FaultSet]] = [[] for _ in range(self._parts)]
        made: dict[str, list[dict[str, Any]]] = {}
        for check, rule in [(one, rule) for one, several in rules.items() for rule in several]:
            rejects = rule.strictness is Strictness.ERROR
            code, column = SAID[check]
            code += REJECTED if rejects else ""
            faults, count = self._faults((check, rule.valid_from), code, column)
            told = {"code": code, **rule.told(check), "records": count}
            made.setdefault(check.value, []).append(told)
            for one in faults:
                if rejects:
                    errors[one.part] = with_more(errors[one.part], _as_faults(one))
                else:
                    warnings[one.part].append(one)
        for name, several in off.items():
            made[name] = several + made.get(name, [])
        _with_corrections(errors, collected)
        return Doubts(errors, [tuple(some) for some in warnings], made)

    def _faults(
        self, of: tuple[Check, int], code: str, column: str
    ) -> tuple[Iterator[FaultSet], int]:
        """What a rule doubts, as faults of each part by row; and how many records."""
        pieces = self._pieces[of]
        part, row = (
            np.concatenate([np.zeros(0, np.int64), *(piece[at] for piece in pieces)])
            for at in (0, 1)
        )
        notes = [note for piece in pieces for note in piece[2]]
        order = np.lexsort((row, part))
        return _by_parts(part[order], row[order], code, column, notes, order), part.size


def _by_parts(
    part: Int64, row: Int64, code: str, column: str, notes: list[str], order: Int64
) -> Iterator[FaultSet]:
    """Faults by part and row; the notes stand in another ``order``."""
    bounds = np.flatnonzero(np.diff(part, prepend=-1)).tolist()
    for start, stop in pairwise([*bounds, part.size]):
        said = tuple(notes[at] for at in order[start:stop].tolist())
        yield FaultSet(int(part[start]), code, column, row[start:stop], notes=said)


def _as_faults(found: FaultSet) -> IdFaults:
    size = found.row.size
    return IdFaults(found.row, (found.code,) * size, (found.column,) * size, found.notes)


def _with_corrections(errors: list[IdFaults | None], found: Collected) -> None:
    """Reject the corrections of what is rejected, also those of corrections, for its reason.

    One that is malformed is rejected for its own.
    """
    reason = {
        (part, row): (code, column, note)
        for part, faults in enumerate(errors)
        if faults is not None
        for row, code, column, note in zip(
            faults.row.tolist(), faults.code, faults.column, faults.note, strict=True
        )
    }
    more: dict[int, dict[int, tuple[str, str, str]]] = defaultdict(dict)
    for correction, root in zip(*found.corrections(), strict=True):
        if (of := (root[0], root[1])) in reason:
            more[correction[0]][correction[1]] = reason[of]
    for part, rows in more.items():
        errors[part] = with_more(errors[part], _of_rows(rows))


def _of_rows(rows: dict[int, tuple[str, str, str]]) -> IdFaults:
    ordered = sorted(rows)
    code, column, note = zip(*(rows[row] for row in ordered), strict=True)
    row: Int64 = np.array(ordered, np.int64)
    return IdFaults(row, code, column, note)
