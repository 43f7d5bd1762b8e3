"""What every fund owes every institution, and who pays it (B1 to B5, B8; 5.10, 5.13, 5.15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.reference import fundkinds
from tests.reference.case import Case
from tests.reference.fundkinds import Amount, counting_days, last_day
from tests.reference.fundwork import Work
from tests.reference.numbers import floor, half_up
from tests.reference.scheme import Payer, Yaml, on_day, payers_on, span, yes
from tests.reference.sharing import largest_remainder
from tests.reference.text import Refused


class Due(NamedTuple):
    """What a fund owes an institution, in fen, and the part of each payer."""

    institution: str
    fund: str
    due_fen: int
    """What the fund keeps: a split's part is no longer its parent's (B10)."""
    parts: tuple[tuple[str, int], ...]
    """By payer, of the whole fund before its splits; none of a split."""


class Funds:
    """Computes the funds of one case."""

    def __init__(self, case: Case, did: Work) -> None:
        """Compute every fund in declared order; one that builds on another takes it first."""
        self.case = case
        self.did = did
        self.found: dict[str, dict[str, int]] = {}
        self.amounts: dict[tuple[str, str], Amount] = {}
        for name in case.scheme.funds:
            self.of(name)
        self.dues = [
            Due(place, name, fen - self.taken(name, place), self.parts(name, place, fen))
            for place in sorted(case.institutions)
            for name in case.scheme.funds
            for fen in [self.found[name].get(place)]
            if fen is not None
        ]

    def of(self, name: str) -> dict[str, int]:
        """Return what one fund owes by institution, in fen."""
        if name not in self.found:
            fund = self.case.scheme.fund(name)
            here = self.places(name)
            self._out_of_scope(name, fund, here)
            asked = here or self.in_force(fund)
            if fund["kind"] == "per_equivalent" and fund.get("floating") == "yes" and asked:
                self.found[name] = self.floating(fund, name, here)
            else:
                fen = {place: self.amount(name, place) for place in here}
                self.found[name] = self.within_budget(fund, name, fen)
        return self.found[name]

    def in_force(self, fund: Yaml) -> bool:
        """Say whether a fund is in force on some day of the period."""
        first, to = span(fund)
        return max(first, self.case.first_day) < min(to, self.case.after)

    def places(self, name: str) -> list[str]:
        """Return the institutions of a fund that has them in its scope and is in force there."""
        scope = self.case.scheme.fund(name).get("institutions") or {}
        return [
            place
            for place, group in sorted(self.case.institutions.items())
            if place in scope.get("ids", [place])
            and group in scope.get("groups", [group])
            and self.case.tables.kinds[place] in scope.get("kinds", [self.case.tables.kinds[place]])
            and self.in_force(self.case.scheme.fund(name, place))
        ]

    def _out_of_scope(self, name: str, fund: Yaml, here: Sequence[str]) -> None:
        for row in self.case.tables.accounts if fund["kind"] == "given" else ():
            if (row.line, row.kind) == (name, "approved") and row.institution not in here:
                raise Refused("FUND_OUT_OF_SCOPE", f"{name} {row.institution}")

    def amount(self, name: str, place: str) -> int:
        """Return what one fund owes one institution before any budget, in fen."""
        fund = self.case.scheme.fund(name, place)
        if fund["kind"] == "split":
            self._all_days(fund, place)
            share = on_day(fund["share"], last_day(self.case, fund), name)
            whole = self.of(fund["of"]).get(place, 0)
            before = self.splits(fund["of"])
            left = whole - sum(self.of(one).get(place, 0) for one in before[: before.index(name)])
            part = int(half_up(abs(share * whole), 0))
            return min(part, left) if whole >= 0 else max(-part, left)
        found = self.kind(name, fund, place)
        self.amounts[name, place] = found
        return found.fen

    def _all_days(self, fund: Yaml, place: str) -> None:
        """Refuse a split for some of the days of its parent, whose due is that of all of them."""
        case, parent = self.case, span(self.case.scheme.fund(fund["of"], place))
        first, to = max(parent[0], case.first_day), min(parent[1], case.after)
        if first < to and (span(fund)[0] > first or span(fund)[1] < to):
            raise Refused("SCHEME_PART_PERIOD", fund["of"])

    def splits(self, of: str) -> list[str]:
        """Return the splits of a fund in declared order."""
        return splits_of(self.case, of)

    def taken(self, name: str, place: str) -> int:
        """Return what the splits of a fund take out of it."""
        return sum(self.of(one).get(place, 0) for one in self.splits(name))

    def kind(self, name: str, fund: Yaml, place: str) -> Amount:
        """Compute by kind."""
        case, did = self.case, self.did
        kinds = {
            "given": lambda: fundkinds.given(case, fund, place, name),
            "per_head": lambda: fundkinds.per_head(case, fund, place),
            "per_item": lambda: fundkinds.per_item(case, fund, place, did),
            "per_equivalent": lambda: fundkinds.per_equivalent(case, fund, place, did),
            "packages": lambda: fundkinds.packages(case, fund, place),
            "tasks": lambda: fundkinds.tasks(case, fund, place, name),
            "floor": lambda: fundkinds.floor(case, place, self.counted(fund, place)),
        }
        return kinds[fund["kind"]]()

    def counted(self, fund: Yaml, place: str) -> int:
        """Return what a floor counts of dues: all of them unless it says otherwise (B8)."""
        return self.income(place) if yes(fund, "count_dues", default=True) else 0

    def income(self, place: str) -> int:
        """Return what funds but floors owe as income and no account row has yet (B8)."""
        case, total = self.case, 0
        for name in case.scheme.funds:
            fund = root = case.scheme.fund(name, place)
            while root["kind"] == "split":
                root = case.scheme.fund(root["of"], place)
            counts = root["kind"] != "floor" and fund.get("income", "yes") == "yes"
            if counts and not fundkinds.booked_rows(case, place, name):
                total += self.of(name).get(place, 0) - self.taken(name, place)
        return total

    def budget(self, fund: Yaml, name: str) -> int | None:
        """Return the budget in fen, as it stands for the period."""
        if "budget" not in fund:
            return None
        fen = on_day(fund["budget"], last_day(self.case, fund), name) * 100
        assert fen.denominator == 1, "a budget is whole fen"
        return fen.numerator

    def floating(self, fund: Yaml, name: str, here: Sequence[str]) -> dict[str, int]:
        """Share the budget by D x T, then take off the income (5.13)."""
        budget = self.budget(fund, name)
        assert budget is not None, "a floating price has a budget"
        own = {place: self.case.scheme.fund(name, place) for place in here}
        keys = {place: fundkinds.adjusted(self.case, own[place], place, self.did) for place in here}
        positive = [(place, max(key, Fraction(0))) for place, key in keys.items()]
        if budget and not any(key for _, key in positive):
            raise Refused("FUND_NO_KEY", name)
        shares = largest_remainder(budget, positive)
        fen: dict[str, int] = {}
        for place, fund_here in own.items():
            off = fundkinds.offset(self.case, fund_here, place)
            below = fund_here.get("below_zero", "no") == "yes"
            fen[place] = Amount(Fraction(shares[place].amount, 100), off, below).fen
        return fen

    def within_budget(self, fund: Yaml, name: str, fen: dict[str, int]) -> dict[str, int]:
        """Scale what is above 0 so that the fund's sum is the budget, or refuse (5.13)."""
        budget = self.budget(fund, name) if fen else None
        if budget is None or sum(fen.values()) <= budget:
            return fen
        if fund.get("over_budget", "refuse") == "refuse":
            raise Refused("FUND_OVER_BUDGET", name)
        above = [(place, Fraction(one)) for place, one in fen.items() if one > 0]
        below = sum(min(one, 0) for one in fen.values())
        scaled = largest_remainder(budget - below, above)
        return fen | {place: one.amount for place, one in scaled.items()}

    def parts(self, name: str, place: str, fen: int) -> tuple[tuple[str, int], ...]:
        """Split what is due among the payers, in declared order (5.15)."""
        fund = self.case.scheme.fund(name, place)
        if fund["kind"] == "split":
            return ()
        payers = self.payers(fund, name)
        amount = self.amounts.get((name, place))
        if amount is not None and amount.parts is not None and not payers:
            payers = tuple(Payer(who, part) for who, part in amount.parts.items())
        if not payers:
            return (("", fen),)
        return split(fen, payers)

    def payers(self, fund: Yaml, name: str) -> tuple[Payer, ...]:
        """Return the payers of the days that decide the amount; they must agree."""
        days = counting_days(self.case, fund) or [last_day(self.case, fund)]
        found = {payers_on(fund, day) for day in days}
        if len(found) > 1:
            raise Refused("FUND_PAYERS_CHANGE", name)
        return found.pop()


def split(fen: int, payers: Sequence[Payer]) -> tuple[tuple[str, int], ...]:
    """Split by 5.10: left-over fen by larger remainder, larger part, then declared order.

    A negative amount is split by its size.
    """
    total = sum((one.key for one in payers), Fraction(0))
    if total == 0:
        assert fen == 0, "nobody's part is nothing"
        return tuple((one.name, 0) for one in payers)
    size = abs(fen)
    exact = [size * one.key / total for one in payers]
    floors = [floor(one) for one in exact]
    order = sorted(range(len(payers)), key=lambda at: (floors[at] - exact[at], -payers[at].key, at))
    for at in order[: size - sum(floors)]:
        floors[at] += 1
    sign = -1 if fen < 0 else 1
    return tuple((one.name, sign * part) for one, part in zip(payers, floors, strict=True))


def by_fund(dues: Sequence[Due]) -> Mapping[tuple[str, str], int]:
    """Return what is due by institution and fund."""
    return {(due.institution, due.fund): due.due_fen for due in dues}


def wholes(case: Case, dues: Sequence[Due]) -> dict[tuple[str, str], int]:
    """Return what funds come to before their splits, by institution and fund, in fen."""
    kept = by_fund(dues)

    def whole(place: str, name: str) -> int:
        parts = sum(whole(place, one) for one in splits_of(case, name))
        return kept.get((place, name), 0) + parts

    return {(place, name): whole(place, name) for place, name in kept}


def splits_of(case: Case, of: str) -> list[str]:
    """Return the splits of a fund in declared order."""
    named = [(name, case.scheme.fund(name)) for name in case.scheme.funds]
    return [name for name, one in named if one["kind"] == "split" and one["of"] == of]
