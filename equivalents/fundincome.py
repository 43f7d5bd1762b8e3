"""Money of funds in the business account: which income rows are a fund's, and what is missing.

The idea: an income row belongs to a fund where its line or source is the fund's code or title. By
these rows the two books meet: what a fund with ``income: yes`` owes an institution less its pools
is what the account should show of it. Sources: B7, B8, D0; definition 5.14.
"""

from collections.abc import Iterator, Mapping, Sequence

from equivalents.errors import Place, Problem
from equivalents.fundfacts import Money
from equivalents.policy.accounts import BALANCE_KINDS, Account
from equivalents.policy.funds import Fund
from equivalents.units import print_fen

__all__ = ["is_booked", "reconciled"]


def is_booked(row: Account, fund: Fund) -> bool:
    """Whether an income row is money of the fund: its line or source is the code or the title.

    Ledgers write 收入 behind a name or not: both are the same line.
    """
    told = {fund.name, fund.title} - {""}
    names = told | {f"{one}收入" for one in told}
    return row.kind == "income" and (row.line in names or row.source in names)


def reconciled(
    money: Money,
    accounts: Sequence[Account],
    received: Mapping[tuple[str, str], int],
    pools: Mapping[tuple[str, str], int],
) -> Iterator[Problem]:
    """A warning for each fund of income whose account rows are not what came of it.

    Args:
        money: what is due.
        accounts: all account rows of the period.
        received: what came, in fen, by institution and fund.
        pools: what became pools, in fen, by institution and fund.

    An account may be kept by what is due or by what was received: either is accepted. Institutions
    without a business account have none to compare. Warning: ``FUND_INCOME_DIFFERS``.
    """
    first: dict[str, Place] = {}
    for row in accounts:
        if row.kind in BALANCE_KINDS:
            first.setdefault(row.institution_id, row.place)
    for due in money.dues:
        name, fund = due.institution_id, due.fund
        if not fund.income or name not in first:
            continue
        rows = [r for r in accounts if r.institution_id == name and is_booked(r, fund)]
        pool = pools.get((name, fund.name), 0)
        booked, owed = sum(r.amount_fen for r in rows), due.due_fen - pool
        came = max(received.get((name, fund.name), 0) - pool, 0)
        if booked not in (owed, came):
            place = rows[0].place.at("amount") if rows else first[name]
            facts = {
                "institution": name,
                "due": print_fen(owed),
                "booked": print_fen(booked),
                "difference": print_fen(owed - booked),
            }
            yield Problem("FUND_INCOME_DIFFERS", place, fund.name, facts)
