"""What the end of a year writes beside its settlement: who is due what, and from which pools."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from equivalents.errors import ConservationError
from equivalents.paidrows import NAMES
from equivalents.policy.corrections import YearEnd
from equivalents.report.adjustments import adjustment_table
from equivalents.report.closed import Proven
from equivalents.report.out import Beside
from equivalents.report.table import OutTable, texts
from equivalents.units import print_fen
from equivalents.yearend import YearEndLine, YearEndResult

__all__ = ["year_end_beside"]

_Json = dict[str, Any]
_MONEY: Final = ("entitlement", "paid", "adjusted", "due")
_NEXT: Final = "adjustments_next"


def year_end_beside(
    result: YearEndResult,
    rule: YearEnd,
    year: str,
    months: Sequence[Proven],
    adjusted: Sequence[Proven],
) -> Beside:
    """The tables of a year's end, what summary.json says, and the chain of the manifest.

    Raises:
        ConservationError: a check does not hold; nothing may be written.
    """
    tables = [
        _table("year_end", NAMES, result.people, ("pay_now", "carried_on")),
        _table("year_end_pools", (*NAMES[:2], "line"), result.pools, ()),
    ]
    carried = [row for row in result.people if row.carried_fen]
    if carried:
        tables.append(adjustment_table(_next(carried, rule, year), _NEXT))
    told = _summary(result, rule)
    chain = {
        "paid": [{"period": one.period.name, "sha256": one.sha256} for one in months],
        "adjusted": [{"period": one.period.name, "sha256": one.sha256} for one in adjusted],
    }
    summary, manifest = {"year_end": told}, {"year_end": chain}
    return Beside(tables, summary, _checks(result), manifest, result.problems)


def _table(
    name: str, names: Sequence[str], rows: Sequence[YearEndLine], more: Sequence[str]
) -> OutTable:
    columns: _Json = {
        column: texts([row.names[at] for row in rows]) for at, column in enumerate(names)
    }
    fen: dict[str, Iterable[int]] = {
        "entitlement": (row.entitlement_fen for row in rows),
        "paid": (row.paid_fen for row in rows),
        "adjusted": (row.adjusted_fen for row in rows),
        "due": (row.due_fen for row in rows),
        "pay_now": (row.now_fen for row in rows),
        "carried_on": (row.carried_fen for row in rows),
    }
    columns |= {column: texts([*map(print_fen, fen[column])]) for column in (*_MONEY, *more)}
    return OutTable(name, columns)


def _next(rows: Sequence[YearEndLine], rule: YearEnd, year: str) -> Iterable[Mapping[str, str]]:
    """What was paid too much and is carried on, as adjustments of the next year's first period."""
    for row in rows:
        yield {
            **dict(zip(NAMES, row.names, strict=True)),
            "period": year,
            "closed": print_fen(row.paid_fen + row.adjusted_fen),
            "earlier": print_fen(0),
            "amount": print_fen(row.carried_fen),
            "mode": "year_end",
            "reference": rule.reference,
        }


def _summary(result: YearEndResult, rule: YearEnd) -> _Json:
    rows = result.people
    return {
        "over_paid": rule.over_paid.value,
        "reference": rule.reference,
        "rows": len(rows),
        "people": len({row.names[2] for row in rows}),
        "entitlement": print_fen(sum(row.entitlement_fen for row in rows)),
        "paid": print_fen(sum(row.paid_fen for row in rows)),
        "adjusted": print_fen(sum(row.adjusted_fen for row in rows)),
        "due": print_fen(sum(row.due_fen for row in rows)),
        "paid_out": print_fen(sum(row.now_fen for row in rows if row.now_fen > 0)),
        "taken_back": print_fen(sum(row.now_fen for row in rows if row.now_fen < 0)),
        "carried_on": print_fen(sum(row.carried_fen for row in rows)),
    }


def _checks(result: YearEndResult) -> list[_Json]:
    """Each check with both sides.

    Raises:
        ConservationError: one does not hold.
    """
    found = []
    people = "各期已发 + 已更正 + 清算差额 = 全年应得（元）", "year end: people"
    pools = "各期 + 已更正 + 差额 = 全年绩效池（元）", "year end: pools"
    for (zh, en), rows, worth in (
        (people, result.people, result.worth_fen),
        (pools, result.pools, result.pools_fen),
    ):
        parts = sum(row.paid_fen + row.adjusted_fen + row.due_fen for row in rows)
        left, right = print_fen(parts), print_fen(worth)
        told = f"{en}: paid + adjusted + due = entitlement"
        if left != right:
            raise ConservationError(f"{told}: {left}, {right}")
        found.append({"check": told, "check_zh": zh, "left": left, "right": right, "holds": True})
    return found
