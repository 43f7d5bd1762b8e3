"""Which tables stand and which belong to a period, and what tells their rows apart; as data.

A *standing* table is true until somebody says otherwise: a new file of it is compared with what
stands. A table *of a period* says what was so in that period alone, so the next period's file ends
none of its rows. Sources: specification page 2 "Records at rest"; page 3 "A case"; issue 7.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from equivalents.intake.headings import TABLES

__all__ = ["KEPT", "Kept", "PER_PERIOD", "STANDING", "key_of"]


class Kept(NamedTuple):
    """How the rows of a table are kept, and why.

    ``key`` are the columns by which a row that went and one that came are shown as one change.
    ``from_longer``: a period without rows of its own takes those of the shortest longer one.
    ``adds_up``: a longer period without rows of its own takes those of the periods inside it.
    ``figures``: a result depends on them; else a change makes none stale.
    """

    per_period: bool
    why: str
    key: tuple[str, ...]
    from_longer: bool = False
    adds_up: bool = False
    figures: bool = True


def _stands(why: str, *key: str) -> Kept:
    return Kept(False, why, key)


def _of_period(why: str, *key: str) -> Kept:
    return Kept(True, why, key)


_CONDITIONS: Final = (
    *("institution_group", "resident_group", "title_tier", "setting", "visit_number"),
)

KEPT: Final[Mapping[str, Kept]] = {
    "institutions": _stands(
        "a register: an institution stays until it is closed", "institution_id"
    ),
    "departments": _stands("a register of each institution", "department_id", "institution_id"),
    "staff": _stands(
        "a roster whose rows carry their own dates",
        *("person_id", "institution_id", "post_id", "active_from"),
    ),
    "teams": _stands("members carry their own dates", "team_id", "person_id", "role", "valid_from"),
    "payees": _stands("accounts carry their own dates", "person_id", "valid_from")._replace(
        figures=False
    ),
    "coefficients": _stands(
        "values carry their own dates", "scope", "subject_id", "kind", "valid_from"
    ),
    "weights": _stands(
        "versions carry their own dates", "series", "item_code", "valid_from", *_CONDITIONS
    ),
    "contracts": _stands("contracts carry their own dates", "contract_id", "active_from"),
    "pools": _of_period("money of one period", "institution_id", "pool"),
    "accounts": _of_period(
        "income and expenditure of one period", "institution_id", "line", "kind", "source", "date"
    ),
    "assessments": _of_period(
        "results reached in one period", "level", "subject_id", "indicator", "period"
    ),
    "opening": _of_period(
        "balances on the first day of one period",
        *("kind", "institution_id", "pool", "person_id", "line", "series", "period"),
    ),
    "registers": _of_period("heads counted for one period", "institution_id", "group", "date"),
    "counted": _of_period(
        "window classes used up when one period begins",
        *("item_code", "id", "window", "institution_id", "series"),
    ),
    "leave": _of_period(
        "days off as reported for one period; leave over two is in both files",
        *("person_id", "kind", "valid_from"),
    ),
    "secondary": _of_period(
        "shares handed in for one period", "institution_id", "department_id", "pool", "person_id"
    ),
    "adjustments": _of_period(
        "differences paid in one period",
        *("period", "institution_id", "pool", "person_id", "component"),
    ),
    "tasks": _of_period(
        "approved tasks, mostly of a year that holds its months",
        *("institution_id", "fund", "task", "year"),
    )._replace(from_longer=True),
    "charges": _of_period(
        "fees, each of one day", "resident_id", "institution_id", "code", "date"
    )._replace(adds_up=True),
    "bonuses": _of_period(
        "single payments, each of one period", "institution_id", "person_id", "component", "date"
    )._replace(adds_up=True),
}
"""How each table is kept; records are segments and no table of rows."""

PER_PERIOD: Final = tuple(name for name, kept in KEPT.items() if kept.per_period)
"""Tables that belong to a period."""
STANDING: Final = tuple(name for name, kept in KEPT.items() if not kept.per_period)
"""Tables that stand."""

assert KEPT.keys() == TABLES.keys() - {"records"}, "every table but the records is kept"


def key_of(table: str, row: Mapping[str, str]) -> tuple[str, ...]:
    """What tells a row of a table from others, as texts."""
    return tuple(row.get(name, "") for name in KEPT[table].key)
