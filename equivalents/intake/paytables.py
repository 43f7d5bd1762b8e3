"""The tables that components of pay 构成项 are made of: bonuses, adjustments, contracts counted.

Every fault is noted where it stands. Sources: D4, D5; definitions 5.15, 5.19; specification
page 3.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from equivalents.findings import Findings, Row, Table, near
from equivalents.heads import fitting
from equivalents.intake.contracts import counts_of
from equivalents.intake.wholecolumns import note_twice, note_unknown
from equivalents.policy.calendar import Period, parse_period, print_day, year_end
from equivalents.policy.components import (
    Adjustment,
    Bonus,
    Component,
    ComponentKind,
    PayRows,
    SignedCount,
)
from equivalents.policy.heads import Contracts
from equivalents.policy.load import read_amount, read_day
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.roster import Roster
from equivalents.policy.scheme import Scheme
from equivalents.policy.whotext import check_values, check_who
from equivalents.units import print_fen

__all__ = ["read_pay_rows"]

_SAME = ("period", "institution_id", "pool", "person_id", "component", "earlier", "reference")
"""What two rows of the adjustments must differ in.

``earlier``, what corrections before had come to, tells the second correction of a period from the
first; a row that was copied has the same (5.19).
"""


def read_pay_rows(
    table: Callable[[str], Table],
    scheme: Scheme | None,
    rules: CaseRules,
    pools: Sequence[Pool],
    contracts: Contracts,
    findings: Findings,
) -> PayRows | None:
    """Bonuses, adjustments and the contracts that components pay for; ``None`` without any.

    ``table`` gives a table by name; ``pools`` are all pools of the case, given and made.
    """
    components = scheme.components if scheme is not None else {}
    _note_names(components, pools, scheme.bridges if scheme is not None else (), findings)
    _note_leaders(components, rules, pools, findings)
    _note_absent(scheme, rules, findings)
    reader = _Reader(components, scheme, rules, pools, findings)
    bonuses, adjustments = table("bonuses"), table("adjustments")
    for one in (bonuses, adjustments):
        known = {row.institution_id for row in rules.institutions}
        note_unknown(one, "institution_id", known, findings)
    found = PayRows(
        tuple(sorted(reader.bonuses(bonuses), key=_order_of_bonus)),
        tuple(sorted(reader.adjustments(adjustments), key=lambda row: row[:-1])),
        tuple(_signed(components.values(), contracts, rules.period)),
    )
    return found if found != PayRows() else None


def _order_of_bonus(row: Bonus) -> tuple[object, ...]:
    """The order of bonuses, the same for any order of rows."""
    return *row[:3], row.day is not None, row.day or 0, row.amount_fen, row.reference


def _note_names(
    components: Mapping[str, Component],
    pools: Sequence[Pool],
    bridges: Collection[str],
    findings: Findings,
) -> None:
    """Note components called like a pool of the case; those of the scheme are noted with it."""
    places = {pool.pool: pool.place for pool in pools if pool.pool not in bridges}
    for name, one in components.items():
        if name in places:
            findings.add("COMPONENT_NAME", one.place, name, other=str(places[name]) or name)


def _note_leaders(
    components: Mapping[str, Component],
    rules: CaseRules,
    pools: Sequence[Pool],
    findings: Findings,
) -> None:
    """Note the pay of heads where nothing says who they are, and pools that are not there."""
    names = sorted({pool.pool for pool in pools})
    for name, one in components.items():
        begun = one.days_in_force(rules.period.month_ends)
        if one.kind is not ComponentKind.LEADER or not begun:
            continue
        if not rules.key_rules.leaders:
            findings.add("COMPONENT_NO_LEADERS", one.place, name)
        for pool in one.pools:
            if pool not in names:
                facts = {"component": name, "near": near(pool, names)}
                findings.add("COMPONENT_POOL_UNKNOWN", one.place, pool, **facts)


def _note_absent(scheme: Scheme | None, rules: CaseRules, findings: Findings) -> None:
    """Note names by which components or the pay cap choose postings, where none is so called."""
    if scheme is None:
        return
    roster = Roster.of(rules.postings)
    registers = {
        "departments": {row.department_id for row in rules.departments},
        "institutions": {row.institution_id for row in rules.institutions},
    }
    for one in scheme.components.values():
        check_who(one.who, roster, registers, findings)
    cap = scheme.pay_cap
    check_values(cap.outside_types, "employment_type", cap.place, roster, findings)


class _Reader:
    """Reads the rows of bonuses and adjustments against the rules of the case."""

    def __init__(
        self,
        components: Mapping[str, Component],
        scheme: Scheme | None,
        rules: CaseRules,
        pools: Sequence[Pool],
        findings: Findings,
    ) -> None:
        self._components, self._rules, self._findings = components, rules, findings
        self._funds = sorted(scheme.funds) if scheme is not None else []
        self._pools = {(pool.institution_id, pool.pool) for pool in pools}
        self._parents = {row.institution_id: row.parent_id for row in rules.institutions}
        self._pairs: Collection[tuple[str, str]] | None = None

    def bonuses(self, table: Table) -> Iterator[Bonus]:
        """The bonuses of the period; that others are left out is said once, at the first."""
        names = [n for n, one in self._components.items() if one.kind is ComponentKind.BONUS]
        period, outside = self._rules.period, []
        for row in table:
            name, day = row["component"], read_day(row, "date", self._findings, period.start)
            if name and name not in names:
                facts = {"near": near(name, names), "allowed": ", ".join(names) or "-"}
                self._findings.add("COMPONENT_UNKNOWN", row.at("component"), name, **facts)
            self._posted(row)
            fen = read_amount(row, "amount", self._findings)
            ids = row["institution_id"], row["person_id"], name
            if day in period:
                dated = day if row["date"] else None
                self._in_force(row, name, period.end - 1 if dated is None else dated)
                yield Bonus(*ids, fen, dated, row["reference"], row.place)
            else:
                outside.append(row)
        if outside:
            place, value = outside[0].at("date"), outside[0]["date"]
            facts = {"rows": str(len(outside)), "period": period.name}
            self._findings.add("ROWS_OUTSIDE_PERIOD", place, value, **facts)

    def _in_force(self, row: Row, name: str, day: int) -> None:
        """Note a bonus of a day, the period's last without one, on which nothing pays it."""
        component = self._components.get(name)
        bonus = component is not None and component.kind is ComponentKind.BONUS
        if component is not None and bonus and not component.in_force(day):
            place = row.at("date" if row["date"] else "component")
            self._findings.add("BONUS_NOT_IN_FORCE", place, name, day=print_day(day))

    def _posted(self, row: Row) -> None:
        """Note people of whom the roster has no posting at that institution, at any time."""
        pair = row["institution_id"], row["person_id"]
        if self._pairs is None:
            one = self._rules.postings
            self._pairs = {(posting.institution_id, posting.person_id) for posting in one}
        if all(pair) and pair[0] in self._parents and pair not in self._pairs:
            facts = {"institution": pair[0], "near": near(pair[1], self._people_at(pair[0]))}
            self._findings.add("PAY_NO_POST", row.at("person_id"), pair[1], **facts)

    def _people_at(self, institution: str) -> list[str]:
        return sorted(person for place, person in self._pairs or () if place == institution)

    def adjustments(self, table: Table) -> Iterator[Adjustment]:
        """What corrections of earlier periods pay and take back."""
        note_twice(_with_earlier(table, self._findings), _SAME, self._findings)
        for row in table:
            self._posted(row)
            self._check_period(row)
            self._check_payer(row)
            fen = read_amount(row, "amount", self._findings, signed=True)
            yield Adjustment(
                row["institution_id"],
                row["pool"],
                row["person_id"],
                row["period"],
                row["component"],
                fen,
                row["fund"],
                row["mode"],
                row["reference"],
                row.place,
            )

    def _check_period(self, row: Row) -> None:
        text, place = row["period"], row.at("period")
        try:
            earlier = parse_period(text) if text else None
        except ValueError:
            self._findings.add("PERIOD_INVALID", place, text)
            return
        if earlier is not None and earlier.end > self._rules.period.start:
            self._findings.add("ADJUSTMENT_PERIOD", place, text, period=self._rules.period.name)

    def _check_payer(self, row: Row) -> None:
        """A fund of the scheme, a pool that pays there, or a component."""
        fund, pool, place = row["fund"], row["pool"], row["institution_id"]
        if fund and fund not in self._funds:
            facts = {"near": near(fund, self._funds), "allowed": ", ".join(self._funds) or "-"}
            self._findings.add("FUND_UNKNOWN", row.at("fund"), fund, **facts)
        owners = (place, self._parents.get(place, ""))
        paid = any((owner, pool) in self._pools for owner in owners) or pool in self._components
        if pool and not fund and place in self._parents and not paid:
            names = sorted({name for owner, name in self._pools if owner in owners})
            facts = {"institution": place, "near": near(pool, [*names, *self._components])}
            self._findings.add("ADJUSTMENT_NO_POOL", row.at("pool"), pool, **facts)


def _with_earlier(table: Table, findings: Findings) -> Table:
    """The table with what was adjusted earlier in one form: blank, 0 and 0.00 are the same."""
    if not any(table.column("earlier")):
        return table
    fen = (read_amount(row, "earlier", findings, signed=True) for row in table)
    texts = [print_fen(one) if one else "" for one in fen]
    return replace(table, columns={**table.columns, "earlier": texts})


def _signed(
    components: Collection[Component], contracts: Contracts, period: Period
) -> Iterator[SignedCount]:
    """The contracts of each day that a component pays for, by person or team (5.15)."""
    for one in components:
        if one.kind is not ComponentKind.PER_CONTRACT:
            continue
        days = (period.end - 1,) if one.yearly else period.month_ends
        for day in filter(one.in_force, days):
            at = np.flatnonzero(fitting(contracts, one.heads, day, year_end(day)))
            for count in counts_of(contracts, at):
                who = count.team_id, count.person_id
                yield SignedCount(one.name, day, *who, count.contracts, count.place)
