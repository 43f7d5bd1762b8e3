"""The change list of a proposal: which weights, bases and coefficients differ, on which days.

Rules are compared day by day over the period, so a version that ends or begins in it is a line of
its own, and rows that only carry other dates are none. Sources: A1, A7, F; definition 5.22.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

from equivalents.policy.calendar import Period
from equivalents.policy.keyrules import Coefficient
from equivalents.policy.model import CONDITIONS, CaseRules, WeightRow

__all__ = ["CoefficientChange", "WeightChange", "coefficient_changes", "weight_changes"]

_VISIT: Final = CONDITIONS.index("visit_number")
_Key = tuple[str, str, str | tuple[str, ...]]
_Dated = TypeVar("_Dated", bound=WeightRow | Coefficient)
_Value = TypeVar("_Value")


class WeightChange(NamedTuple):
    """One line of the change list: a weight before and after, on days ``[since, until)``.

    ``None`` and no basis where there is no row in force. The basis is told where one counts
    otherwise than every record by its quantity.
    """

    series: str
    item_code: str
    conditions: tuple[str, ...]
    since: int
    until: int
    before_e4: int | None
    after_e4: int | None
    before_basis: str = ""
    after_basis: str = ""


class CoefficientChange(NamedTuple):
    """A coefficient before and after on days ``[since, until)``; ``None``: there is none."""

    scope: str
    subject_id: str
    kind: str
    since: int
    until: int
    before_e4: int | None
    after_e4: int | None


def weight_changes(before: CaseRules, after: CaseRules) -> Iterator[WeightChange]:
    """Rows whose weight or basis changed, came or went, by condition set and days (A1, A2, A3)."""

    def key(row: WeightRow) -> _Key:
        return row.series, row.item_code, row.conditions

    def value(row: WeightRow) -> tuple[int, str]:
        basis = row.basis
        in_window = basis.in_classes or row.conditions[_VISIT]
        window = f"/{basis.window}/{basis.scope}" if in_window else ""
        return row.weight_e4, f"{basis.text}{window}"

    for (series, item, conditions), since, until, one, other in _differences(
        before.weights, after.weights, before.period, key, value
    ):
        (old, old_basis), (new, new_basis) = one or (None, ""), other or (None, "")
        plain = {old_basis, new_basis} <= {"", "record"}
        bases = ("", "") if plain else (old_basis, new_basis)
        yield WeightChange(series, item, tuple(conditions), since, until, old, new, *bases)


def coefficient_changes(before: CaseRules, after: CaseRules) -> Iterator[CoefficientChange]:
    """Coefficients that changed, came or went, by subject, kind and days (A7)."""

    def key(row: Coefficient) -> _Key:
        return row.scope.value, row.subject_id, row.kind

    def value(row: Coefficient) -> int:
        return row.value_e4

    one_side, other_side = (rules.key_rules.coefficients for rules in (before, after))
    for (scope, subject, kind), since, until, one, other in _differences(
        one_side, other_side, before.period, key, value
    ):
        yield CoefficientChange(scope, subject, str(kind), since, until, one, other)


def _differences(
    before: Sequence[_Dated],
    after: Sequence[_Dated],
    period: Period,
    key: Callable[[_Dated], _Key],
    value: Callable[[_Dated], _Value],
) -> Iterator[tuple[_Key, int, int, _Value | None, _Value | None]]:
    """Longest runs of days of the period on which the rows of a key have other values."""
    old, new = _by_key(before, key), _by_key(after, key)
    for name in sorted(old.keys() | new.keys()):
        mine, theirs = old.get(name, []), new.get(name, [])
        edges = {period.start, period.end}
        for row in (*mine, *theirs):
            edges.update(day for day in (row.valid_from, row.valid_to) if day in period)
        runs: list[tuple[int, int, _Value | None, _Value | None]] = []
        for start, end in pairwise(sorted(edges)):
            one, other = _on(mine, start, value), _on(theirs, start, value)
            if runs and runs[-1][1:] == (start, one, other):
                runs[-1] = (runs[-1][0], end, one, other)
            elif one != other:
                runs.append((start, end, one, other))
        for since, until, one, other in runs:
            yield name, since, until, one, other


def _by_key(rows: Sequence[_Dated], key: Callable[[_Dated], _Key]) -> dict[_Key, list[_Dated]]:
    found: dict[_Key, list[_Dated]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _on(rows: Sequence[_Dated], day: int, value: Callable[[_Dated], _Value]) -> _Value | None:
    """The value of the row in force on a day, if there is one."""
    return next((value(row) for row in rows if row.valid_from <= day < row.valid_to), None)
