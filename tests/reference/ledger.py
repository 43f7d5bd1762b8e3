"""From due money to pools (D0), and due, approved, received, paid and owed (B6, B10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import Case, Pool
from tests.reference.funds import Due, by_fund
from tests.reference.numbers import half_up
from tests.reference.scheme import Yaml, in_force, on_day
from tests.reference.text import Refused


class Entry(NamedTuple):
    """One line of the ledger, in fen: owed = due - received."""

    due_fen: int = 0
    approved_fen: int = 0
    received_fen: int = 0
    paid_fen: int = 0

    @property
    def owed_fen(self) -> int:
        """Return what the payer still owes; below 0 it is recovered or carried (B6)."""
        return self.due_fen - self.received_fen


KINDS = {
    "approved": "approved_fen",
    "advance": "received_fen",
    "received": "received_fen",
    "paid": "paid_fen",
}
"""What the account rows of a fund's line and payer are added to."""


SPENT = ("expenditure", "project_expenditure")
"""What is paid of a fund where it names the fund as its source."""


def ledger(case: Case, dues: Sequence[Due]) -> dict[tuple[str, str, str], Entry]:
    """Return the ledger by institution, fund and payer."""
    found: dict[tuple[str, str, str], Entry] = {}
    payers: dict[tuple[str, str], list[str]] = {}
    for due in dues:
        payers[due.institution, due.fund] = [payer for payer, _ in due.parts]
        for payer, fen in due.parts:
            found[due.institution, due.fund, payer] = Entry(due_fen=fen)
    for row in case.tables.accounts:
        if row.kind in KINDS and row.line in case.scheme.funds:
            named = payers.get((row.institution, row.line), [])
            payer = named[0] if not row.source and len(named) == 1 else row.source
            before = found.get((row.institution, row.line, payer), Entry())
            fen = getattr(before, KINDS[row.kind]) + row.amount_fen
            entry = before._replace(**{KINDS[row.kind]: fen})
            found[row.institution, row.line, payer] = entry
        elif row.kind in SPENT and row.source in case.scheme.funds:
            # Money of a fund that was spent: of several payers nobody can say whose it was.
            named = payers.get((row.institution, row.source), [])
            who = (row.institution, row.source, named[0] if len(named) == 1 else "")
            before = found.get(who, Entry())
            found[who] = before._replace(paid_fen=before.paid_fen + row.amount_fen)
    return found


def bridges(case: Case) -> Mapping[str, Yaml]:
    """Return the bridges in force on the last day of the period, by pool."""
    last = case.after - timedelta(days=1)
    return {
        pool: bridge for pool, bridge in case.scheme.part("pools").items() if in_force(bridge, last)
    }


def bridged(case: Case, dues: Sequence[Due]) -> list[Pool]:
    """Return the pools that bridges make of due or approved money."""
    last, due = case.after - timedelta(days=1), by_fund(dues)
    found: list[Pool] = []
    for name, bridge in bridges(case).items():
        for place in sorted(case.institutions):
            fen = due.get((place, bridge.get("fund", "")))
            if "approved_line" in bridge:
                fen = _approved(case, place, bridge)
            if fen is not None:
                amount = _part(case, place, bridge, fen, last)
                if amount < 0:
                    raise Refused("POOL_NEGATIVE", f"{place}/{name}")
                found.append(Pool(place, name, amount, bridge.get("series", "")))
    return found


def _approved(case: Case, place: str, bridge: Yaml) -> int | None:
    """Return an approved total of pay; nothing where none was approved."""
    rows = [
        row.amount_fen
        for row in case.tables.accounts
        if (row.institution, row.line, row.kind) == (place, bridge["approved_line"], "approved")
    ]
    return sum(rows) if rows else None


def _part(case: Case, place: str, bridge: Yaml, fen: int, day: date) -> int:
    """Return what of the money becomes the pool: all, a percent, or what costs leave (D0)."""
    match bridge.get("rule", "all"):
        case "percent":
            share: Fraction = on_day(bridge["share"], day, "share")
            return int(half_up(share * fen, 0))
        case "after_costs":
            costs = sum(
                row.amount_fen
                for row in case.tables.accounts
                if row.institution == place
                and row.kind == "expenditure"
                and row.line in bridge["cost_lines"]
            )
            return max(fen - costs, 0)
        case _:
            return fen


def with_pools(case: Case, more: Sequence[Pool]) -> tuple[Pool, ...]:
    """Put the bridged pools beside the others; no institution has two of one name."""
    names = {(pool.institution, pool.pool) for pool in case.pools}
    for pool in more:
        if (pool.institution, pool.pool) in names:
            raise Refused("POOL_TWICE", f"{pool.institution}/{pool.pool}")
    every = [*case.pools, *more]
    return tuple(sorted(every, key=lambda pool: (pool.institution, pool.pool)))


def placeholders(case: Case) -> tuple[Pool, ...]:
    """Return the bridged pools before their money is known: their names cut months (5.4)."""
    return tuple(
        Pool(place, name, 0, bridge.get("series", ""))
        for name, bridge in bridges(case).items()
        for place in sorted(case.institutions)
    )
