"""Every yuan from its source to its use: B7, B10, D0; what goes into a node comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from tests.reference.accountlines import of_period
from tests.reference.bridges import bridges, source_of, there
from tests.reference.case import Case, Pool
from tests.reference.components import WITHHELD_BEFORE, declared, waiting, withheld_before
from tests.reference.funds import Due, splits_of, wholes
from tests.reference.ledger import ledger
from tests.reference.payouts import PoolTotal
from tests.reference.raised import Excess
from tests.reference.scheme import yes
from tests.reference.surplus import Surplus

At = tuple[str, str]
"""Institution and fund or pool."""


Beside = Mapping[tuple[str, tuple[str, str], str], int]
"""Fen by institution, source and component."""


class Flow(NamedTuple):
    """What names an amount that moves: within a fund, from a source to a use."""

    institution: str
    fund: str
    source: str
    use: str
    line: str = ""


class Made(Protocol):
    """Pools made of money, what the cap took and what opened pools, what funds added to pools."""

    @property
    def made(self) -> Sequence[Pool]: ...
    @property
    def over(self) -> Mapping[At, int]: ...
    @property
    def opened(self) -> Mapping[At, int]: ...
    @property
    def more(self) -> Mapping[At, Excess]: ...
    @property
    def charged(self) -> Mapping[At, int]: ...


class Flows(dict[Flow, int]):
    """Fen by flow."""

    def move(self, flow: Flow, fen: int) -> None:
        """Add an amount; what is below 0 moves the other way."""
        assert fen >= 0, flow
        self[flow] = self.get(flow, 0) + fen


def flows(
    case: Case,
    dues: Sequence[Due],
    money: Made,
    surpluses: Mapping[str, Surplus],
    pools: Mapping[At, PoolTotal],
    beside: Beside,
) -> Flows:
    """Return all flows: accounts, surpluses, funds, approved lines, pools.

    `beside` is what components take, by institution, source and component.
    """
    found = Flows()
    _accounts(found, case)
    _surpluses(found, surpluses)
    _ledger(found, case, dues)
    _dues(found, case, dues, money, beside)
    _approved(found, case, dues, money.made, beside)
    _pools(found, case, surpluses, pools, money)
    for (place, source, component), fen in beside.items():
        found.move(Flow(place, component, source[1], "paid"), max(fen, 0))
        found.move(Flow(place, component, "taken_back", source[1]), max(-fen, 0))
    _rests(found, case, beside)
    for row in waiting(case):
        # What no component releases goes on as it came.
        found.move(Flow(row.institution, row.pool, "withheld_before", "carried"), row.amount_fen)
    return found


def _rests(found: Flows, case: Case, beside: Beside) -> None:
    """Move what of withheld money is not paid now: it is retained or carried on, as declared."""
    for name, rule in declared(case, "release"):
        rest = "carried" if rule.get("rest") == "carry" else "retained"
        sums: dict[str, int] = {}
        for (place, _, _), fen in withheld_before(case, rule).items():
            sums[place] = sums.get(place, 0) + fen
        for place, fen in sums.items():
            left = fen - beside.get((place, WITHHELD_BEFORE, name), 0)
            found.move(Flow(place, name, WITHHELD_BEFORE[1], rest), left)


def _accounts(found: Flows, case: Case) -> None:
    """Move business and project money through their nodes."""
    left: dict[str, int] = {}
    for row in of_period(case):
        if row.kind == "project_expenditure" and row.source in case.scheme.funds:
            # It was spent of the fund's money, which is no project of its own.
            kept = _kept(case, row.source, row.institution)
            flow = Flow(row.institution, row.source, kept, row.kind, row.line)
            found.move(flow, row.amount_fen)
            continue
        fund = "project" if row.kind.startswith("project") else "business"
        node = "project" if fund == "project" else "balance"
        who = (row.institution, fund)
        if row.kind in ("income", "opening_restricted", "project_income"):
            found.move(Flow(*who, row.kind, node, row.line), row.amount_fen)
            sign = 1
        elif row.kind in ("expenditure", "closing_restricted", "deduction", "project_expenditure"):
            found.move(Flow(*who, node, row.kind, row.line), row.amount_fen)
            sign = -1
        else:
            continue
        if fund == "project":
            left[row.institution] = left.get(row.institution, 0) + sign * row.amount_fen
    for place, fen in left.items():
        found.move(Flow(place, "project", "project", "unspent"), max(fen, 0))
        found.move(Flow(place, "project", "overspent", "project"), max(-fen, 0))


def _kept(case: Case, fund: str, place: str) -> str:
    """Return where money of a fund is that made no pool."""
    income = yes(case.scheme.fund(fund, place), "income", default=True)
    return "income" if income else "institution"


def _surpluses(found: Flows, surpluses: Mapping[str, Surplus]) -> None:
    for place, one in surpluses.items():
        found.move(Flow(place, "business", "balance", "development"), one.development_fen)
        found.move(Flow(place, "business", "balance", "surplus"), one.pay_fen)
        found.move(Flow(place, "business", "deficit", "balance"), -one.deficit_fen)


def _ledger(found: Flows, case: Case, dues: Sequence[Due]) -> None:
    """Move what came and what is owed into funds, and out what was advanced too much."""
    for (place, fund, payer), entry in ledger(case, dues).items():
        found.move(Flow(place, fund, payer, "due", "received"), entry.received_fen)
        found.move(Flow(place, fund, payer, "due", "owed"), max(entry.owed_fen, 0))
        back = max(-entry.owed_fen, 0)
        if back:
            found.move(Flow(place, fund, "due", entry.then, payer), back)


def _taken(found: Flows, beside: Beside, place: str, source: tuple[str, str], node: str) -> int:
    """Move what components take of a source at an institution; return how much it is."""
    whole = 0
    for (at, of, component), fen in beside.items():
        if (at, of) == (place, source):
            line = source[1] if source[0] == "approved_line" else ""
            found.move(Flow(place, source[1], node, component, line), max(fen, 0))
            found.move(Flow(place, source[1], component, node, line), max(-fen, 0))
            whole += fen
    return whole


def _dues(found: Flows, case: Case, dues: Sequence[Due], money: Made, beside: Beside) -> None:
    """Move what is due to pools and splits; the rest stays with the institution."""
    made = money.made
    whole = wholes(case, dues)
    for due in dues:
        who, left = (due.institution, due.fund), due.due_fen
        for pool in made:
            source = source_of(bridges(case)[pool.pool])
            if pool.institution == due.institution and source == ("fund", due.fund):
                found.move(Flow(*who, "due", pool.pool), pool.amount_fen)
                left -= pool.amount_fen
        for (place, pool_name), one in money.more.items():
            if (place, one.fund) == who:
                found.move(Flow(*who, "due", pool_name, "excess"), one.fen)
                left -= one.fen
        left -= _taken(found, beside, due.institution, ("fund", due.fund), "due")
        for name in splits_of(case, due.fund):
            _passed_on(found, due.institution, due.fund, name, whole.get((who[0], name), 0))
        rest = _kept(case, due.fund, due.institution)
        found.move(Flow(*who, "due", rest), max(left, 0))
        found.move(Flow(*who, rest, "due"), max(-left, 0))


def _passed_on(found: Flows, place: str, parent: str, name: str, fen: int) -> None:
    """Move money out of a fund and into a split of it; what is below 0 the other way."""
    if fen >= 0:
        found.move(Flow(place, parent, "due", name, "split"), fen)
        found.move(Flow(place, name, parent, "due", "split"), fen)
    else:
        found.move(Flow(place, parent, name, "due", "split"), -fen)
        found.move(Flow(place, name, "due", parent, "split"), -fen)


def _approved(
    found: Flows, case: Case, dues: Sequence[Due], made: Sequence[Pool], beside: Beside
) -> None:
    """Move approved totals to pools and components.

    D0: of a total that makes a pool the rest is the base part, for payroll. Nothing says so of a
    line that pays components alone: its rest stays on the line.
    """
    lines = {source_of(bridge) for bridge in bridges(case).values()}
    lines |= {source for _, source, _ in beside if source[0]}
    for key, line in sorted(one for one in lines if one[0] == "approved_line"):
        for place in case.institutions:
            left = there(case, dues, (key, line), place) or 0
            rest = "unspent"
            for pool in made:
                source = source_of(bridges(case)[pool.pool])
                if pool.institution == place and source == (key, line):
                    found.move(Flow(place, line, "approved", pool.pool, line), pool.amount_fen)
                    left -= pool.amount_fen
                    rest = "payroll"
            left -= _taken(found, beside, place, (key, line), "approved")
            found.move(Flow(place, line, "approved", rest, line), left)


def _pools(
    found: Flows,
    case: Case,
    surpluses: Mapping[str, Surplus],
    pools: Mapping[At, PoolTotal],
    money: Made,
) -> None:
    """Tell what became of each pool, wherever its money came from."""
    excess = case.scheme.part("pay_cap").get("excess", "carried")
    for (place, name), total in pools.items():
        source = "given"
        if name in bridges(case):
            source = source_of(bridges(case)[name])[1]
        elif name == case.declared.surplus.pool and place in surpluses:
            source = "business"
        cut, carried_in = money.over.get((place, name), 0), money.opened.get((place, name))
        more = money.more.get((place, name))
        if carried_in is not None or more is not None:
            own = total.paid_fen + total.retained_fen + total.carried_fen + cut
            own -= (carried_in or 0) + (more.fen if more is not None else 0)
            found.move(Flow(place, name, source, "pool"), own)
            if carried_in is not None:
                found.move(Flow(place, name, "cap_opening", "pool"), carried_in)
            if more is not None:
                found.move(Flow(place, name, more.fund, "pool", "excess"), more.fen)
            source = "pool"
        found.move(Flow(place, name, source, "paid"), max(total.paid_fen, 0))
        found.move(Flow(place, name, "taken_back", source), max(-total.paid_fen, 0))
        found.move(Flow(place, name, source, "retained"), total.retained_fen)
        found.move(Flow(place, name, source, "carried"), total.carried_fen)
        found.move(Flow(place, name, source, f"cap_{excess}"), cut)
