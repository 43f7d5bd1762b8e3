"""What a department handed in 二次分配, as it is told with the steps of money to people (D1)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from equivalents.policy.secondary import SecondaryRow
from equivalents.policy.sharing import LevelKey, LevelKind
from equivalents.settle import Settlement
from equivalents.sharesteps import ShareStep

__all__ = ["HandedIn", "handed_by", "handed_for"]


class HandedIn(NamedTuple):
    """What ``parent`` handed in for a person: ``how`` and ``value``.

    ``how`` is ``share`` (a whole number), ``amount`` (fen), ``missing`` (not listed: 0) or
    ``nothing`` (the department handed in nothing and shares by adjusted equivalents).
    """

    parent: str
    how: str
    value: int = 0


def handed_for(settlement: Settlement, pool: str, steps: Iterable[ShareStep]) -> Iterator[HandedIn]:
    """What was handed in for a person, step by step; none where the pool is shared otherwise."""
    if settlement.rules.sharing_of(pool).levels[-1].key is not LevelKey.SECONDARY:
        return
    for step in steps:
        if step.level != LevelKind.PERSON:
            continue
        rows = {row.person_id: row for row in _rows(settlement, pool, step)}
        mine = rows.get(step.child)
        if mine is None:
            yield HandedIn(step.parent_label, "missing" if rows else "nothing")
        elif mine.share is not None:
            yield HandedIn(step.parent_label, "share", mine.share)
        else:
            yield HandedIn(step.parent_label, "amount", mine.amount_fen or 0)


def handed_by(settlement: Settlement, pool: str, step: ShareStep) -> str:
    """What the parent of a last step handed in: ``shares``, ``amounts`` or ``nothing``."""
    rows = _rows(settlement, pool, step)
    if not rows:
        return "nothing"
    return "shares" if rows[0].share is not None else "amounts"


def _rows(settlement: Settlement, pool: str, step: ShareStep) -> list[SecondaryRow]:
    department = step.parent if step.parent != step.place else ""
    group = step.place, department, pool
    rows = settlement.rules.secondary
    return [row for row in rows if (row.institution_id, row.department_id, row.pool) == group]
