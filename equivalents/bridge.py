"""The bridge from money to pools: nothing becomes a pool without a declared rule (D0).

The idea: a bridge names its source, a fund's due money or an approved line of the accounts, and
takes all of it, a share, or what is left after declared costs. What it does not take stays where
it was. Money is never both income of the business account (B7) and a pool of its own.
Sources: B7, B9, D0; definitions 5.9, 5.13, 5.14.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from equivalents.errors import Problem, RefusedError
from equivalents.exact import half_up
from equivalents.fundfacts import Money
from equivalents.fundincome import is_booked
from equivalents.policy.accounts import Account, by_line
from equivalents.policy.calendar import Period, print_day
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.scheme import Bridge, BridgeRule, PayCap, Scheme
from equivalents.units import print_fen

__all__ = ["Bridged", "bridge_problems", "bridged", "in_force", "spent_twice"]

_COST_KINDS = ("expenditure", "project_expenditure")


@dataclass(frozen=True, slots=True)
class Bridged:
    """What one bridge takes at one institution, in fen: ``pool_fen`` of ``base_fen``.

    ``base_fen`` is the due money or the approved amount, ``costs_fen`` what was taken off first,
    ``share`` the part that is taken of the rest. ``in_cap`` says whether the pool counts in the
    total pay cap: its bridge and its fund both say so. One that ``raises`` makes a pool larger that
    is there already (:mod:`equivalents.raised`).
    """

    bridge: Bridge
    institution_id: str
    base_fen: int
    costs_fen: int
    share: Fraction
    pool_fen: int
    in_cap: bool
    raises: bool = False

    @property
    def source(self) -> str:
        """The fund, else the approved line."""
        return self.bridge.fund or self.bridge.approved_line

    def pool(self, series: Sequence[str]) -> Pool:
        """The pool; a bridge that names no series uses the only one, else ``pay``."""
        default = series[0] if len(series) == 1 else "pay"
        name = self.bridge.series or default
        return Pool(self.institution_id, self.bridge.pool, name, self.pool_fen, self.bridge.place)


def bridged(
    scheme: Scheme, money: Money, accounts: Sequence[Account], period: Period
) -> tuple[Bridged, ...]:
    """The pools that a scheme makes of money, by institution and pool.

    Every institution that a fund has a due for gets its pool, also of 0.00; of an approved line
    every institution that has one.

    Raises:
        RefusedError: a share that is missing (``BRIDGE_FIGURE_MISSING``), a source below 0
            (``BRIDGE_NEGATIVE``) or overdrawn (``BRIDGE_OVERDRAWN``), a bridge in force for a part
            of the period (``SCHEME_PART_PERIOD``).
    """
    desk = _Desk(scheme, money, accounts, period)
    declared = [*desk.all()]
    if desk.problems:
        raise RefusedError(desk.problems)
    # The sort is stable: within an institution pools stay by name.
    return tuple(sorted(declared, key=lambda one: one.institution_id))


def in_force(rule: Bridge | PayCap, name: str, period: Period, problems: list[Problem]) -> bool:
    """Whether a rule is in force over the period; one that is for a part of it is noted.

    What is due is due for the whole period: no part of it can be told apart.
    """
    if rule.valid_from >= period.end or rule.valid_to <= period.start:
        return False
    if rule.valid_from > period.start or rule.valid_to < period.end:
        problems.append(Problem("SCHEME_PART_PERIOD", rule.place, name, {"period": period.name}))
    return True


class _Desk:
    """Bridges over the money of a period; ``problems`` grows."""

    def __init__(
        self, scheme: Scheme, money: Money, accounts: Sequence[Account], period: Period
    ) -> None:
        self._scheme, self._period = scheme, period
        self._dues = money.by_fund()
        self._lines = by_line(accounts)
        self._left: dict[tuple[str, str, str], int] = {}
        self._asked: dict[tuple[str, str, str], Fraction] = {}
        self.problems: list[Problem] = []

    def all(self) -> Iterator[Bridged]:
        """All of them by pool name, which settles who takes what is left of a source."""
        for bridge in sorted(self._scheme.bridges.values(), key=lambda one: one.pool):
            if in_force(bridge, bridge.pool, self._period, self.problems):
                share = self._share(bridge)
                for name, base in sorted(self._bases(bridge).items()):
                    yield self._one(bridge, name, base, share)

    def _bases(self, bridge: Bridge) -> Mapping[str, int]:
        """What a bridge takes from, by institution."""
        if bridge.fund:
            return {name: due.due_fen for name, due in self._dues.get(bridge.fund, {}).items()}
        return {
            name: amount
            for (name, kind, line), amount in self._lines.items()
            if kind == "approved" and line == bridge.approved_line
        }

    def _share(self, bridge: Bridge) -> Fraction:
        day = self._period.end - 1
        version = bridge.share.on(day) if bridge.share is not None else None
        if version is not None:
            return version.value
        if bridge.share is not None or bridge.rule is BridgeRule.PERCENT:
            facts = {"day": print_day(day)}
            self.problems.append(Problem("BRIDGE_FIGURE_MISSING", bridge.place, bridge.pool, facts))
        return Fraction(1)

    def _one(self, bridge: Bridge, name: str, base: int, share: Fraction) -> Bridged:
        costs = 0
        if bridge.rule is BridgeRule.AFTER_COSTS:
            costs = sum(
                self._lines.get((name, kind, line), 0)
                for line in dict.fromkeys(bridge.cost_lines)
                for kind in _COST_KINDS
            )
        amount = 0
        if base < 0:
            self._note("BRIDGE_NEGATIVE", bridge, name, amount=print_fen(base))
        else:
            amount = self._take(bridge, name, base, max(base - costs, 0) * share)
        fund = self._scheme.funds[bridge.fund].of(name) if bridge.fund else None
        counts = bridge.in_cap and (fund is None or fund.in_cap)
        return Bridged(bridge, name, base, costs, share, amount, counts)

    def _take(self, bridge: Bridge, name: str, base: int, exact: Fraction) -> int:
        """Take a pool out of what earlier bridges left; halves that were rounded up are left out.

        Shares that add up to the whole may each be rounded up: the last takes what is left.
        Before rounding they are never more than the whole.
        """
        source = (bridge.fund, bridge.approved_line, name)
        left, amount = self._left.get(source, base), half_up(exact)
        asked = self._asked[source] = self._asked.get(source, Fraction()) + exact
        if asked > base:
            facts = {"amount": print_fen(amount), "left": print_fen(left)}
            self._note("BRIDGE_OVERDRAWN", bridge, name, **facts)
        amount = min(amount, left)
        self._left[source] = left - amount
        return amount

    def _note(self, code: str, bridge: Bridge, institution: str, **facts: str) -> None:
        source = bridge.fund or bridge.approved_line
        facts = {"institution": institution, "source": source, **facts}
        self.problems.append(Problem(code, bridge.place, bridge.pool, facts))


def bridge_problems(
    scheme: Scheme,
    made: Sequence[Bridged],
    given: Sequence[Pool],
    rules: CaseRules,
    more: Sequence[Bridged] = (),
) -> list[Problem]:
    """What stands against the pools made, and what has to be said of them; ``given`` are others.

    ``more`` is what else funds give pools (:mod:`equivalents.raised`), which is spent once too.

    Errors: ``FUND_TWICE``, ``FUND_ALL_INCOME``, ``BRIDGE_POOL_GIVEN``, ``BRIDGE_SERIES``.
    Warnings: ``BRIDGE_EMPTY``, ``COSTS_TWICE``.
    """
    found: list[Problem] = []
    tables = {(pool.institution_id, pool.pool): pool for pool in given}
    for one in made:
        twice = tables.get((one.institution_id, one.bridge.pool))
        if twice is not None:
            place, facts = one.bridge.place, {"pool": one.bridge.pool, "other": str(twice.place)}
            found.append(Problem("BRIDGE_POOL_GIVEN", place, one.institution_id, facts))
        name = one.pool(rules.series).series
        if name not in rules.series:
            facts = {"series": name, "allowed": ", ".join(rules.series)}
            found.append(Problem("BRIDGE_SERIES", one.bridge.place, one.bridge.pool, facts))
    at_work = {one.bridge.pool for one in made}
    for bridge in scheme.bridges.values():
        begun = bridge.valid_from < rules.period.end and bridge.valid_to > rules.period.start
        if begun and bridge.pool not in at_work:
            facts = {"source": bridge.fund or bridge.approved_line}
            found.append(Problem("BRIDGE_EMPTY", bridge.place, bridge.pool, facts))
        fund = scheme.funds.get(bridge.fund)
        # A bridge holds for all: no institution's own layer makes income of what becomes a pool.
        income = fund is not None and any(one.income for one in (fund, *fund.own.values()))
        if begun and fund is not None and bridge.rule is BridgeRule.ALL and income:
            found.append(Problem("FUND_ALL_INCOME", bridge.place, fund.name, {"pool": bridge.pool}))
    found += spent_twice(scheme, (*made, *more), rules.accounts)
    return found


def _used_up(
    scheme: Scheme, made: Sequence[Bridged], accounts: Sequence[Account]
) -> dict[str, list[tuple[Bridged, dict[str, str]]]]:
    """Pools of funds that leave no room for their income rows, and the sums, by institution.

    Of a fund of income what is no pool may stand in the account; of the others nothing may.
    """
    found: dict[str, list[tuple[Bridged, dict[str, str]]]] = {}
    pools: dict[tuple[str, str], int] = {}
    for one in made:
        key = (one.institution_id, one.bridge.fund)
        pools[key] = pools.get(key, 0) + one.pool_fen
    for one in made:
        if one.bridge.fund:
            name, fund = one.institution_id, scheme.funds[one.bridge.fund]
            room = one.base_fen - pools[name, fund.name] if fund.of(name).income else 0
            rows = (r for r in accounts if r.institution_id == name and is_booked(r, fund))
            booked = sum(row.amount_fen for row in rows)
            if booked > room:
                sums = {"booked": print_fen(booked), "room": print_fen(room)}
                found.setdefault(name, []).append((one, sums))
    return found


def spent_twice(
    scheme: Scheme, made: Sequence[Bridged], accounts: Sequence[Account]
) -> Iterator[Problem]:
    """Money of a pool or a component that stands in the balance of the surplus as well (B4, B7).

    An error ``FUND_TWICE`` for each income row of a fund that leaves less than they come to, a
    warning ``COSTS_TWICE`` for each expenditure that a bridge took off already.
    """
    funds = _used_up(scheme, made, accounts)
    costs = {
        (one.institution_id, line): one
        for one in made
        if one.bridge.rule is BridgeRule.AFTER_COSTS
        for line in one.bridge.cost_lines
    }
    for row in accounts:
        if row.kind == "income":
            for one, sums in funds.get(row.institution_id, ()):
                if is_booked(row, scheme.funds[one.bridge.fund]):
                    facts = {"institution": row.institution_id, "pool": one.bridge.pool, **sums}
                    yield Problem("FUND_TWICE", row.place, one.bridge.fund, facts)
        elif row.kind == "expenditure" and (row.institution_id, row.line) in costs:
            one = costs[row.institution_id, row.line]
            facts = {"institution": row.institution_id, "pool": one.bridge.pool}
            facts["amount"] = print_fen(row.amount_fen)
            yield Problem("COSTS_TWICE", row.place, row.line, facts)
