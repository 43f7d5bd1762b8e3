"""The money that a case is given: pools and accounts; and what locked periods have used up.

All of them name series or institutions. Sources: specification page 3; rules B7, D0;
definition 5.5.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from equivalents.errors import Place
from equivalents.findings import Findings, Table, near
from equivalents.intake.accounts import read_accounts
from equivalents.intake.casefiles import CaseFiles
from equivalents.intake.madepools import bridge_pools, needs_given_pools, surplus_pools
from equivalents.intake.masters import note_strange
from equivalents.intake.wholecolumns import note_known, note_twice
from equivalents.policy.accounts import Account
from equivalents.policy.calendar import Period
from equivalents.policy.contacts import UsedClass
from equivalents.policy.load import default_series, read_amount
from equivalents.policy.loadcontacts import used_classes
from equivalents.policy.model import Pool
from equivalents.policy.scheme import Scheme

__all__ = ["GivenMoney", "read_money", "read_used"]


@dataclass(frozen=True, slots=True)
class GivenMoney:
    """The pools that are given, and the accounts."""

    pools: tuple[Pool, ...]
    accounts: tuple[Account, ...]

    def every_pool(self, scheme: Scheme | None, owners: Collection[str]) -> tuple[Pool, ...]:
        """Those given, those of surpluses, and at every owner those of the bridges."""
        made = surplus_pools(self.accounts)
        return (*self.pools, *made, *bridge_pools(scheme, sorted(owners)))


def read_money(
    files: CaseFiles,
    institutions: Collection[str],
    series: Sequence[str],
    scheme: Scheme | None,
    period: Period | None,
) -> GivenMoney:
    """Pools and accounts; that there is no table of pools is noted where nothing else has money."""
    findings, accounts = files.findings, files.table("accounts")
    given = files.table("pools", required=needs_given_pools(accounts, scheme))
    pools = _pools(given, institutions, series, findings)
    note_strange(accounts, "institution_id", institutions, findings)
    return GivenMoney(pools, read_accounts(accounts, period, findings))


def _pools(
    table: Table, institutions: Collection[str], series: Sequence[str], findings: Findings
) -> tuple[Pool, ...]:
    note_twice(table, ("institution_id", "pool"), findings)
    default = default_series(series)
    found = []
    for row in table:
        if institutions:
            note_known(row, "institution_id", institutions, findings)
        name = row["series"] or default
        if series and name not in series:
            _unknown_series(row.at("series"), name, series, findings)
        amount = read_amount(row, "amount", findings)
        found.append(Pool(row["institution_id"], row["pool"], name, amount, row.place))
    return tuple(found)


def read_used(
    files: CaseFiles, institutions: Collection[str], series: Sequence[str]
) -> tuple[UsedClass, ...]:
    """Places of window classes that locked periods have used up (5.5)."""
    table, findings = files.table("counted"), files.findings
    note_strange(table, "institution_id", institutions, findings)
    for row in table:
        if row["series"] and row["series"] not in series:
            _unknown_series(row.at("series"), row["series"], series, findings)
    return used_classes(table, findings)


def _unknown_series(place: Place, name: str, series: Sequence[str], findings: Findings) -> None:
    facts = {"near": near(name, series), "allowed": ", ".join(series)}
    findings.add("SERIES_UNKNOWN", place, name, **facts)
