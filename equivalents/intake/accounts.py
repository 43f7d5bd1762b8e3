"""The table ``accounts``: rows of text become accounts of the period, every fault in its place.

An account closes when what was restricted at the end of the last period is what this period
opens with. The last period's closing stands in the same table: rows of ``closing_restricted``
whose date is the last day before the period. They are compared, and are no accounts of this
period. Sources: specification page 3; rule B7; definition 5.14.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings, Row, near
from equivalents.policy.accounts import KINDS, SURPLUS_POOL, Account, SurplusRule
from equivalents.policy.calendar import LAST_DAY, Period, print_day
from equivalents.policy.load import default_series, read_amount, read_day, read_flag
from equivalents.policy.model import Pool
from equivalents.policy.surplus import surplus_in_force
from equivalents.surplus import surplus_of
from equivalents.units import AMOUNT_LIMIT_FEN, print_fen

__all__ = ["read_accounts", "surplus_rule"]

_CLOSING: Final = "closing_restricted"
_OPENING: Final = "opening_restricted"
_EXPECTED: Final = ("income", "expenditure")
"""Kinds that every business account has: without one of them the surplus is far off."""


def read_accounts(
    rows: Sequence[Row], period: Period | None, findings: Findings
) -> tuple[Account, ...]:
    """The accounts of the period; faults of the table are noted."""
    found = [_account(row, findings) for row in rows]
    _note_twice(rows, findings)
    if period is None:
        return ()
    before, current = _parted(found, period)
    _check_days(current, period, findings)
    _check_closing(before, current, findings)
    _check_sizes(found, findings)
    return tuple(current)


def surplus_rule(
    declared: Sequence[SurplusRule],
    accounts: Sequence[Account],
    pools: Iterable[Pool],
    period: Period,
    series: Sequence[str],
    findings: Findings,
    *,
    scheme: bool,
    assessed: bool = False,
) -> SurplusRule:
    """The rule that shares the surplus of these accounts, its series filled in; faults are noted.

    ``declared`` are the versions of case.yaml, ``series`` the weight series of the case. ``scheme``
    says that the case follows a scheme: where that declares nothing, results of the assessment are
    required (5.14); ``assessed`` that some move the pool.
    """
    if not accounts:
        if declared:
            findings.add("SURPLUS_UNUSED", declared[0].place)
        return SurplusRule()
    rule = surplus_in_force(declared, period, findings)
    if not declared:
        rule = replace(rule, assessed=scheme)
    rule = replace(rule, series=rule.series or default_series(series))
    if series and rule.series not in series:
        place = rule.place if declared else Place("case.yaml")
        hint, allowed = near(rule.series, series), ", ".join(series)
        findings.add("SERIES_UNKNOWN", place, rule.series, near=hint, allowed=allowed)
    unpaid = replace(rule, assessed=rule.assessed and not assessed)
    _check_surplus(accounts, unpaid, pools, period, findings)
    return rule


def _check_surplus(
    accounts: Sequence[Account],
    rule: SurplusRule,
    pools: Iterable[Pool],
    period: Period,
    findings: Findings,
) -> None:
    """Note what forbids, or warns of, sharing the surplus of these accounts (B7, 5.14)."""
    surpluses = surplus_of(accounts, rule)
    if not surpluses:
        return
    given = {(row.institution_id, row.kind) for row in accounts}
    with_accounts = {one.institution_id for one in surpluses}
    for pool in pools:
        if pool.pool == SURPLUS_POOL and pool.institution_id in with_accounts:
            findings.add("SURPLUS_POOL_GIVEN", pool.place.at("pool"), pool.institution_id)
    for one in surpluses:
        for kind in _EXPECTED:
            if (one.institution_id, kind) not in given:
                findings.add("ACCOUNTS_INCOMPLETE", one.place, one.institution_id, kind=kind)
        if rule.assessed and one.split.pay_fen:
            pay = print_fen(one.split.pay_fen)
            findings.add("SURPLUS_NOT_ASSESSED", one.place, one.institution_id, amount=pay)
    if len(period.month_starts) < 12:
        file = Place(surpluses[0].place.file, surpluses[0].place.sheet)
        findings.add("SURPLUS_ESTIMATE", file, period.name)


def _account(row: Row, findings: Findings) -> Account:
    kind = row["kind"]
    if kind and kind not in KINDS:
        findings.add_choice(row.at("kind"), kind, KINDS)
    day = read_day(row, "date", findings, LAST_DAY)
    return Account(
        row["institution_id"],
        row["line"],
        kind,
        read_amount(row, "amount", findings),
        read_flag(row, "recurrent", findings),
        row["source"],
        None if day == LAST_DAY else day,
        row.place,
    )


def _note_twice(rows: Iterable[Row], findings: Findings) -> None:
    """Rows equal in every column are all kept, and said: a sheet pasted twice doubles a surplus."""
    seen: dict[tuple[tuple[str, str], ...], Place] = {}
    for row in rows:
        content = tuple(sorted(row.values.items()))
        if content in seen:
            findings.add("ACCOUNT_TWICE", row.place, row["line"], other=str(seen[content]))
        seen.setdefault(content, row.place)


def _parted(accounts: Iterable[Account], period: Period) -> tuple[list[Account], list[Account]]:
    """The last period's closing rows, and the accounts of this period."""
    before: list[Account] = []
    current: list[Account] = []
    for row in accounts:
        closes = row.kind == _CLOSING and row.day == period.start - 1
        (before if closes else current).append(row)
    return before, current


def _check_days(accounts: Iterable[Account], period: Period, findings: Findings) -> None:
    for row in accounts:
        if row.day is not None and row.day not in period:
            facts = {"period": period.name, "before": print_day(period.start - 1)}
            findings.add("ACCOUNT_DATE", row.place.at("date"), print_day(row.day), **facts)


def _check_closing(
    before: Iterable[Account], current: Sequence[Account], findings: Findings
) -> None:
    """Where the last closing is given, this opening equals it, institution by institution."""
    closing: dict[str, list[Account]] = {}
    for row in before:
        closing.setdefault(row.institution_id, []).append(row)
    for name, rows in closing.items():
        opening = [r for r in current if r.kind == _OPENING and r.institution_id == name]
        left, right = (sum(row.amount_fen for row in side) for side in (rows, opening))
        if left != right:
            place = (opening or rows)[0].place.at("amount")
            facts = {"closing": print_fen(left), "opening": print_fen(right)}
            findings.add("ACCOUNTS_NOT_CLOSED", place, name, **facts)


def _check_sizes(accounts: Iterable[Account], findings: Findings) -> None:
    """All amounts of one institution together stay below the limit of a pool."""
    totals: dict[str, int] = {}
    for row in accounts:
        total = totals.get(row.institution_id, 0)
        totals[row.institution_id] = total + row.amount_fen
        if total < AMOUNT_LIMIT_FEN <= totals[row.institution_id]:
            limit = print_fen(AMOUNT_LIMIT_FEN)
            findings.add("ACCOUNTS_TOO_LARGE", row.place, row.institution_id, limit=limit)
