"""Pools that a case does not give but makes: of surpluses, and of money by a scheme's bridges.

How much they are is known when all is counted; their names and owners are known on reading.
Sources: B7, D0.
"""

from collections.abc import Iterable, Sequence

from equivalents.findings import Row
from equivalents.policy.accounts import BALANCE_KINDS, SURPLUS_POOL, Account
from equivalents.policy.model import Pool
from equivalents.policy.scheme import Scheme

__all__ = ["bridge_pools", "needs_given_pools", "surplus_pools"]


def needs_given_pools(accounts: Iterable[Row], scheme: Scheme | None) -> bool:
    """Whether without the table of pools there is nothing to settle: no surplus, fund or bridge."""
    if scheme is not None and (scheme.bridges or scheme.funds):
        return False
    return not any(row["kind"] in BALANCE_KINDS for row in accounts)


def surplus_pools(accounts: Iterable[Account]) -> Sequence[Pool]:
    """The pools that balances will fill, still empty."""
    owners = sorted({row.institution_id for row in accounts if row.kind in BALANCE_KINDS})
    return [Pool(owner, SURPLUS_POOL, "", 0) for owner in owners]


def bridge_pools(scheme: Scheme | None, owners: Iterable[str]) -> Sequence[Pool]:
    """The pools that money will be bridged to, still empty."""
    names = scheme.bridges if scheme is not None else ()
    return [Pool(owner, name, "", 0) for owner in owners for name in names]
