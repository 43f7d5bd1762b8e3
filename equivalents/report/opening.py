"""Balances for the next period of the same year, as its table ``opening`` wants them.

What was paid from pools with a bound of a year (5.11), what was earned in series with a ceiling of
a year (5.12), what counts in a pay cap of the year (5.18), each with its period, also what earlier
periods brought in; what the cap carried and what was withheld to be released, which open the next
year too; and deficits (5.9).
"""

from collections.abc import Iterable, Iterator, Mapping

from equivalents.policy.calendar import parse_period, print_day
from equivalents.policy.capbefore import CapBeforeKind
from equivalents.policy.keyrules import Window
from equivalents.policy.model import CaseRules
from equivalents.report.components import withheld_next
from equivalents.report.keytables import carried_keys
from equivalents.report.table import OutTable, texts
from equivalents.settle import Payouts, Settlement
from equivalents.staff import Staff
from equivalents.units import print_e7, print_fen

__all__ = ["opening_table"]

_COLUMNS = (
    *("kind", "institution_id", "pool", "person_id", "series", "period", "equivalents", "amount"),
    "line",
)
_Row = Mapping[str, str]


def opening_table(settlement: Settlement, payouts: Payouts) -> OutTable | None:
    """``opening_next.csv``; ``None`` where nothing is of a year that goes on, nor carried."""
    rules = settlement.rules
    next_day = print_day(rules.period.end)
    over = parse_period(next_day[:4]).start == rules.period.end
    of_year = [] if over else [*_paid(settlement, payouts), *_earned(settlement)]
    of_year += [*_of_caps(settlement), *_withheld(settlement)]
    if not of_year:
        return None
    rows = [*of_year, *_keys(settlement, payouts)]
    rows.sort(key=lambda row: tuple(row.get(name, "") for name in _COLUMNS))
    columns = {name: texts([row.get(name, "") for row in rows]) for name in _COLUMNS}
    return OutTable("opening_next", columns)


def _of_caps(settlement: Settlement) -> Iterator[_Row]:
    """What the pay cap hands on (5.18)."""
    money = settlement.funded
    for one in money.cap_next if money is not None else ():
        name = "line" if one.kind in (CapBeforeKind.FUND, CapBeforeKind.LINE) else "pool"
        yield {
            "kind": one.kind,
            "institution_id": one.institution_id,
            name: one.name,
            "period": one.period,
            "amount": print_fen(one.amount_fen),
        }


def _withheld(settlement: Settlement) -> Iterator[_Row]:
    """What stays withheld and is released later, which opens the next year, too (5.3)."""
    for *ids, fen in withheld_next(settlement):
        yield _row("withheld", ids, amount=print_fen(fen))


def _paid(settlement: Settlement, payouts: Payouts) -> Iterator[_Row]:
    """What was paid from pools with a bound of a year, also 0.00: these months count."""
    rules, plan = settlement.rules, settlement.plan
    for row in rules.key_rules.paid:
        ids = row.institution_id, row.pool, row.person_id
        yield _row("paid", ids, period=row.period, amount=print_fen(row.amount_fen))
    names = _pools_of_a_year(rules, {pool.pool for pool in settlement.pools})
    columns = payouts.institution, payouts.pool, payouts.person, payouts.amount_fen
    for place, at, person, fen in zip(*(one.tolist() for one in columns), strict=True):
        pool = settlement.pools[at].pool
        if pool in names:
            ids = plan.institutions[place], pool, plan.persons[person]
            yield _row("paid", ids, period=rules.period.name, amount=print_fen(fen))


def _pools_of_a_year(rules: CaseRules, names: Iterable[str]) -> set[str]:
    limited = {name for limit in rules.yearly for name in limit.pools}
    bounded = {name for name in names if rules.sharing_of(name).levels[-1].yearly}
    return limited | bounded


def _earned(settlement: Settlement) -> Iterator[_Row]:
    """The equivalents before ceilings of everybody, also 0, in series with a ceiling of a year."""
    rules, plan = settlement.rules, settlement.plan
    for row in rules.key_rules.earned:
        ids, e7 = (row.institution_id, "", row.person_id), print_e7(row.equivalents_e7)
        yield _row("earned", ids, series=row.series, period=row.period, equivalents=e7)
    period, staff = rules.period, Staff(plan)
    series = {
        one.series
        for one in rules.key_rules.ceilings
        if one.window is Window.YEAR and one.valid_from < period.end and one.valid_to > period.start
    }
    for name in sorted(series & set(settlement.weighed)):
        sums = staff.sum(settlement.weighed[name].posting_e7).tolist()
        people = zip(staff.institution.tolist(), staff.person.tolist(), sums, strict=True)
        for place, person, value in people:
            ids = plan.institutions[place], "", plan.persons[person]
            e7 = print_e7(value)
            yield _row("earned", ids, series=name, period=period.name, equivalents=e7)


def _keys(settlement: Settlement, payouts: Payouts) -> Iterator[_Row]:
    for *ids, value in carried_keys(settlement, payouts):
        yield _row("key", ids, equivalents=print_e7(value))


def _row(kind: str, ids: Iterable[str], **more: str) -> _Row:
    names = "institution_id", "pool", "person_id"
    return {"kind": kind, **dict(zip(names, ids, strict=True)), **more}
