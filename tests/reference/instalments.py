"""Instalments of a fund: equal floors, everything left to the first (`remainder_first` of 5.10)."""

from __future__ import annotations

from collections.abc import Sequence

from tests.reference.case import Case
from tests.reference.funds import Due


def remainder_first(fen: int, count: int) -> list[int]:
    """Split an amount in equal parts rounded down; the first has everything that is left."""
    each = fen // count
    return [fen - each * (count - 1), *[each] * (count - 1)]


def instalments(case: Case, dues: Sequence[Due]) -> dict[tuple[str, str, int], int]:
    """Return the fen by institution, fund and number, of what is due and not below 0."""
    found: dict[tuple[str, str, int], int] = {}
    for due in dues:
        rule = case.scheme.fund(due.fund, due.institution).get("instalments")
        if rule and due.due_fen > 0:
            parts = remainder_first(due.due_fen, int(rule["count"]))
            found |= {(due.institution, due.fund, n): fen for n, fen in enumerate(parts, 1)}
    return found
