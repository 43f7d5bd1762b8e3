"""The first rows of the next period's accounts: what restricted money and advances open with.

Each restricted closing stands twice: as the closing row of the last day, which the next period
compares, and as the opening that it must equal. What was advanced too much and is carried is an
advance of the next period. Sources: B6; definition 5.14.
"""

from collections.abc import Iterator

from equivalents.ledger import Ledger
from equivalents.policy.accounts import Account
from equivalents.policy.calendar import print_day
from equivalents.policy.funds import Deficit
from equivalents.report.table import OutTable, texts
from equivalents.settle import Settlement
from equivalents.units import print_fen

__all__ = ["accounts_next_table"]

_COLUMNS = ("institution_id", "line", "kind", "amount", "source", "date")


def accounts_next_table(settlement: Settlement) -> OutTable | None:
    """``accounts_next.csv``; ``None`` without a scheme, and where nothing is carried."""
    if settlement.funded is None:
        return None
    last = print_day(settlement.rules.period.end - 1)
    rows = sorted(_rows(settlement.funded.ledger, settlement.rules.accounts, last))
    if not rows:
        return None
    columns = zip(_COLUMNS, zip(*rows, strict=True), strict=True)
    return OutTable("accounts_next", {name: texts(values) for name, values in columns})


def _rows(book: Ledger, accounts: tuple[Account, ...], last: str) -> Iterator[tuple[str, ...]]:
    closings = {
        (one.institution_id, one.fund): one.closing_fen
        for one in book.restricted
        if one.closing_fen > 0
    }
    # Of lines that are no fund nothing is computed: they are carried as they were reported.
    reported: dict[tuple[str, str], int] = {}
    for row in accounts:
        if row.kind == "closing_restricted":
            key = (row.institution_id, row.line)
            reported[key] = reported.get(key, 0) + row.amount_fen
    for (name, line), fen in {**closings, **reported}.items():
        if fen:
            yield name, line, "closing_restricted", print_fen(fen), "", last
            yield name, line, "opening_restricted", print_fen(fen), "", ""
    for one in book.rows:
        if one.then == Deficit.CARRY:
            over = print_fen(-one.owed_fen)
            yield one.institution_id, one.fund, "advance", over, one.payer, ""
