"""Funds 资金: what each source owes each institution for a period, exact to the fen.

The idea: a fund's kind gives exact pieces (heads x rate, equivalents x price ...), which are added
up and rounded once per institution and fund; the due amount is then split among its payers by
largest remainder in their declared order. Lines and parts both add up to it again. A split has no
payers: its money comes out of its parent, whose own due is what its splits leave.

Every institution in a fund's scope has a due, also of 0.00, where the fund is in force on some day
of the period. A budget is that of the period as it stands. What is missing, or above a budget that
may not be exceeded, is refused with all of it listed: no fund is computed from half of its facts.
Sources: B1 to B5, B8, B10; definitions 5.10, 5.13, 5.15.
"""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from equivalents.errors import ConservationError, RefusedError
from equivalents.exact import share_fen, whole_keys
from equivalents.fundfacts import Due, DueLine, Facts, Money
from equivalents.fundheads import packages, per_head
from equivalents.fundkinds import floor, given, split, tasks
from equivalents.fundshop import Shop
from equivalents.fundwork import floating, per_equivalent, per_item
from equivalents.policy.calendar import Period, print_day
from equivalents.policy.funds import (
    Floor,
    Fund,
    Given,
    OverBudget,
    Packages,
    Payer,
    PerEquivalent,
    PerHead,
    PerItem,
    Split,
    Tasks,
)
from equivalents.policy.model import Institution
from equivalents.policy.scheme import Scheme
from equivalents.reckoning import Reckoned, Reckoner, rounded
from equivalents.units import AMOUNT_LIMIT_FEN, print_fen

__all__ = ["money", "needs_lines"]


def money(scheme: Scheme, facts: Facts) -> Money:
    """What every fund of a scheme owes every institution in its scope.

    Args:
        scheme: the scheme as it applies, checked: names are known, splits have no cycle.
        facts: what the case says of the period.

    Raises:
        RefusedError: every figure, price or coefficient that is missing (``FUND_..._MISSING``),
            a change within a month of work (``FUND_MID_MONTH``), a sum above its budget
            (``FUND_OVER_BUDGET``), a budget nobody has equivalents for (``FUND_NO_KEY``), payers
            that change within the period (``FUND_PAYERS_CHANGE``), a reimbursement above its price
            (``FUND_REIMBURSEMENT``), an approval out of scope (``FUND_OUT_OF_SCOPE``), a split for
            a part of the days of its parent (``SCHEME_PART_PERIOD``), an amount beyond the limits
            (``FUND_TOO_LARGE``).
        ConservationError: lines or parts do not add up to their due (a defect).
    """
    return _Purse(Reckoner(scheme, facts)).money()


def needs_lines(scheme: Scheme, period: Period) -> frozenset[str]:
    """The series of which funds ask item lines: quantities, channels, prices that change.

    Of the others the sums of equivalents of the period are enough.
    """
    funds = [own for fund in scheme.funds.values() for own in (fund, *fund.own.values())]
    return frozenset(
        fund.body.series
        for fund in funds
        if isinstance(fund.body, PerItem)
        or (isinstance(fund.body, PerEquivalent) and _changes(fund, fund.body, period))
    )


def _changes(fund: Fund, body: PerEquivalent, period: Period) -> bool:
    """Whether what is bought, or its price, differs within the period."""
    prices = [body.price_e4, *body.group_prices_e4.values(), *(t.price_e4 for t in body.tiers)]
    spans = [(v.valid_from, v.valid_to) for price in prices if price for v in price.versions]
    spans.append((fund.valid_from, fund.valid_to))
    inside = (period.start < day < period.end for span in spans for day in span)
    return bool(body.channel) or any(inside)


class _Sum(NamedTuple):
    """A due amount before it is split among payers."""

    reckoned: Reckoned
    due_fen: int
    lines: tuple[DueLine, ...]


class _Purse:
    """The dues of all funds, each computed once, also where others are part of it."""

    def __init__(self, desk: Reckoner) -> None:
        self._desk = desk
        self._floating_e4: dict[str, int] = {}
        self._whole: dict[str, dict[str, _Sum]] = {}
        self._open: list[str] = []
        self._shops: dict[tuple[str, str], Shop] = {}
        self._splits: dict[str, list[str]] = {}
        for fund in desk.scheme.funds.values():
            if isinstance(fund.body, Split):
                self._splits.setdefault(fund.body.of, []).append(fund.name)

    def money(self) -> Money:
        """All dues, or everything that stands against them."""
        dues = tuple(
            _due(self._desk, place.institution_id, fund, one, self._passed(fund.name, place))
            for place in self._desk.places
            for name in self._desk.scheme.funds
            for one in (self._of(name).get(place.institution_id),)
            if one is not None
            for fund in (self._desk.scheme.funds[name].of(place.institution_id),)
        )
        if self._desk.problems:
            raise RefusedError(self._desk.problems)
        used = tuple((name, version) for (name, _), version in self._desk.used.items())
        return Money(dues, self._floating_e4, used)

    def _of(self, name: str) -> Mapping[str, _Sum]:
        """What a fund comes to by institution, before its splits take their parts."""
        if name in self._open:
            raise ValueError(f"funds that are parts of each other: {self._open}")
        if name not in self._whole:
            self._open.append(name)
            fund = self._desk.scheme.funds[name]
            self._whole[name] = self._within_budget(fund, self._sums(fund))
            self._open.pop()
        return self._whole[name]

    def _passed(self, name: str, place: Institution) -> tuple[tuple[str, int], ...]:
        """What the splits of a fund take at an institution, in declared order."""
        taken = [
            (one, self._of(one).get(place.institution_id)) for one in self._splits.get(name, ())
        ]
        return tuple((one, part.due_fen) for one, part in taken if part and part.due_fen)

    def _left(self, fund: Fund, body: Split, place: Institution) -> tuple[int, int]:
        """What the parent of a split comes to, and what splits declared earlier leave of it."""
        whole = self._of(body.of).get(place.institution_id)
        parent = self._desk.scheme.funds[body.of].of(place.institution_id)
        self._check_days(fund, parent)
        splits = self._splits[body.of]
        earlier = splits[: splits.index(fund.name)]
        parts = [self._of(name).get(place.institution_id) for name in earlier]
        due = whole.due_fen if whole else 0
        return due, due - sum(part.due_fen for part in parts if part)

    def _check_days(self, fund: Fund, parent: Fund) -> None:
        """A parent's due is that of all its days: a split of some of them has no part of it."""
        period = self._desk.period
        since, until = max(parent.valid_from, period.start), min(parent.valid_to, period.end)
        if since < until and (fund.valid_from > since or fund.valid_to < until):
            self._desk.note("SCHEME_PART_PERIOD", fund, period=period.name)

    def _sums(self, fund: Fund) -> dict[str, _Sum]:
        """What a fund gives each institution before any budget over all of them."""
        places = [
            (place.institution_id, own, place)
            for place in self._desk.places
            for own in (fund.of(place.institution_id),)
            if self._desk.within(own.scope, place) and self._desk.in_force(own)
        ]
        if isinstance(fund.body, Given):
            self._note_strays(fund, {name for name, _, _ in places})
        asked = places or self._desk.in_force(fund)
        if isinstance(fund.body, PerEquivalent) and fund.body.floating and asked:
            shop = self._shop(fund.body)
            found, price = floating(self._desk, fund, [place for *_, place in places], shop)
            self._floating_e4[fund.name] = price
        else:
            found = {name: self._reckoned(own, place) for name, own, place in places}
        return {name: _Sum(one, *rounded(one)) for name, one in found.items()}

    def _reckoned(self, fund: Fund, place: Institution) -> Reckoned:
        """What a fund gives an institution, by its kind."""
        desk = self._desk
        match fund.body:
            case Given() as body:
                reckoned = given(desk, fund, body, place)
            case PerHead() as body:
                reckoned = per_head(desk, fund, body, place)
            case PerItem() as body:
                reckoned = per_item(desk, fund, body, place, self._shop(body))
            case PerEquivalent() as body:
                reckoned = per_equivalent(desk, fund, body, place, self._shop(body))
            case Packages() as body:
                reckoned = packages(desk, fund, body, place)
            case Tasks() as body:
                reckoned = tasks(desk, fund, body, place)
            case Floor() as body:
                dues = self._income(place) if body.count_dues else []
                reckoned = floor(desk, fund, place, dues)
            case Split() as body:
                reckoned = split(desk, fund, body, *self._left(fund, body, place))
        return reckoned

    def _income(self, place: Institution) -> list[tuple[Fund, int]]:
        """What funds but floors, and parts of floors, owe an institution as its income, in fen.

        Of a fund with splits it is what they leave; each of them counts by itself.
        """
        funds = self._desk.scheme.funds
        found = []
        for name in funds:
            root = funds[name].of(place.institution_id)
            while isinstance(root.body, Split):
                root = funds[root.body.of].of(place.institution_id)
            own = funds[name].of(place.institution_id)
            if own.income and not isinstance(root.body, Floor):
                whole = self._of(name).get(place.institution_id)
                if whole is not None:
                    passed = sum(fen for _, fen in self._passed(name, place))
                    found.append((own, whole.due_fen - passed))
        return found

    def _shop(self, body: PerItem | PerEquivalent) -> Shop:
        key = (body.series, body.channel)
        if key not in self._shops:
            channel = self._desk.scheme.channels[body.channel] if body.channel else None
            self._shops[key] = Shop(self._desk, body.series, channel)
        return self._shops[key]

    def _note_strays(self, fund: Fund, inside: Set[str]) -> None:
        """Note approved amounts of institutions that the fund does not concern."""
        for place in self._desk.places:
            name = place.institution_id
            rows = self._desk.accounts(place, "approved")
            if name not in inside and any(row.line == fund.name for row in rows):
                self._desk.note("FUND_OUT_OF_SCOPE", fund, institution=name)

    def _within_budget(self, fund: Fund, sums: dict[str, _Sum]) -> dict[str, _Sum]:
        """The sums of a fund scaled to its budget by 5.10 over the amounts, or refused (5.13)."""
        body, day = fund.body, self._desk.last_day(fund)
        if not isinstance(body, PerItem | PerEquivalent) or body.budget_fen is None or not sums:
            return sums
        if isinstance(body, PerEquivalent) and body.floating:
            return sums
        budget = self._desk.figure(fund, body.budget_fen, day, "budget")
        total = sum(one.due_fen for one in sums.values())
        if budget is None or total <= budget:
            return sums
        if body.over_budget is OverBudget.REFUSE:
            facts = {"total": print_fen(total), "budget": print_fen(budget)}
            self._desk.note("FUND_OVER_BUDGET", fund, **facts, day=print_day(day))
            return sums
        # Amounts below 0 stay, as they are owed back, and leave the others so much more.
        keys = [max(one.due_fen, 0) for one in sums.values()]
        shares = share_fen(budget - total + sum(keys), keys)
        return {
            name: one if one.due_fen <= 0 else _scaled(one, share)
            for (name, one), share in zip(sums.items(), shares, strict=True)
        }


def _scaled(one: _Sum, due_fen: int) -> _Sum:
    less = DueLine("budget", "", "", "", due_fen - one.due_fen)
    return _Sum(one.reckoned, due_fen, (*one.lines, less))


def _due(
    desk: Reckoner,
    institution_id: str,
    fund: Fund,
    one: _Sum,
    passed: tuple[tuple[str, int], ...],
) -> Due:
    """A due amount split among its payers, less what splits take, with both sums checked."""
    due_fen = one.due_fen
    if abs(due_fen) >= AMOUNT_LIMIT_FEN:
        desk.note("FUND_TOO_LARGE", fund, institution=institution_id, amount=print_fen(due_fen))
        due_fen = 0
    parts = _parts(desk, fund, one.reckoned, due_fen)
    adds = sum(line.amount_fen for line in one.lines) == one.due_fen
    left_fen = due_fen - sum(fen for _, fen in passed)
    over = abs(left_fen) > abs(due_fen) or left_fen * due_fen < 0
    if not adds or (parts and sum(fen for _, fen in parts) != due_fen) or (over and due_fen):
        raise ConservationError(
            f"{fund.name} at {institution_id}: {one.lines}, {parts} and {passed} are not"
            f" {one.due_fen} fen"
        )
    less = (DueLine(f"split:{name}", "", "", "", -fen) for name, fen in passed)
    return Due(institution_id, fund, left_fen, (*one.lines, *less), parts, passed)


def _parts(
    desk: Reckoner, fund: Fund, reckoned: Reckoned, due_fen: int
) -> tuple[tuple[str, int], ...]:
    """The parts of the payers in declared order, by 5.10 over their shares (5.15)."""
    if isinstance(fund.body, Split):
        return ()
    if reckoned.payers:
        names = [name for name, _ in reckoned.payers]
        keys = whole_keys([exact for _, exact in reckoned.payers])
    else:
        payers = _payers(desk, fund, reckoned.days)
        names, keys = [payer.name for payer in payers], [payer.key for payer in payers]
    if not names:
        return (("", due_fen),)
    return tuple(zip(names, share_fen(due_fen, keys), strict=True))


def _payers(desk: Reckoner, fund: Fund, days: Sequence[int]) -> tuple[Payer, ...]:
    """The payers of the days that decided an amount, the same on all of them."""
    if not fund.payers.versions:
        return ()
    asked = days or [desk.last_day(fund)]
    found = [desk.figure(fund, fund.payers, day, "payers") for day in asked]
    first = found[0] or ()
    changed = [day for day, payers in zip(asked, found, strict=True) if payers != first]
    if changed and None not in found:
        desk.note("FUND_PAYERS_CHANGE", fund, day=print_day(changed[0]))
    return first
