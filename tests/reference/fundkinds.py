"""What a fund of each kind comes to for one institution, exactly (B1 to B5, B8; 5.13, 5.15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import Case
from tests.reference.fundtables import AccountLine
from tests.reference.fundwork import At, Work
from tests.reference.heads import heads
from tests.reference.numbers import half_up
from tests.reference.scheme import Yaml, in_force, on_day, span, versions, yes
from tests.reference.text import Refused

RESIDENT = "居民"
BUYING = ("per_item", "per_equivalent")
"""The kinds that buy work, month by month."""


class Amount(NamedTuple):
    """Yuan that are rounded once, whole fen that are taken off, and how far below 0 it may go."""

    exact: Fraction
    off_fen: int = 0
    below_zero: bool = False
    parts: Mapping[str, Fraction] | None = None
    """Exact amounts by payer, where the kind itself says who pays; sources by code."""

    @property
    def fen(self) -> int:
        """Round once, half-up, then take off (5.13)."""
        fen = int(half_up(self.exact, 2) * 100) - self.off_fen
        return fen if self.below_zero else max(fen, 0)


def months(case: Case) -> list[date]:
    """Return the first day of each month of the period."""
    found = [case.first_day]
    while (after := (found[-1] + timedelta(days=31)).replace(day=1)) < case.after:
        found.append(after)
    return found


def month_ends(case: Case) -> list[date]:
    """Return the last day of each month of the period."""
    return [day - timedelta(days=1) for day in [*months(case), case.after][1:]]


def last_day(case: Case, fund: Yaml) -> date:
    """Return the last day of the period on which a fund is in force."""
    return min(case.after, span(fund)[1]) - timedelta(days=1)


def counting_days(case: Case, fund: Yaml) -> list[date]:
    """Return the days of the period that decide what a fund comes to."""
    match fund["kind"]:
        case kind if kind in BUYING:
            days = months(case)
        case "per_head" | "packages" if fund.get("per", "year") == "month" or yes(fund, "prorate"):
            days = month_ends(case)
        case "per_head" | "packages":
            days = [case.after - timedelta(days=1)]
        case _:
            days = [last_day(case, fund)]
    if fund["kind"] in BUYING and fund.get("channel"):
        channel = case.scheme.part("channels")[fund["channel"]]
        days = [day for day in days if in_force(channel, day)]
    return [day for day in days if in_force(fund, day)]


def coefficient(
    case: Case, institution: str, kind: str, code: str = "FUND_COEFFICIENT_MISSING"
) -> Fraction:
    """Return an institution's coefficient on the last day of the period; it must exist."""
    last = case.after - timedelta(days=1)
    for row in case.coefficients:
        named = (row.scope, row.subject, row.kind) == ("institution", institution, kind)
        if named and row.valid_on(last):
            return row.value
    raise Refused(code, f"{institution} {kind}")


def per_head(case: Case, fund: Yaml, institution: str) -> Amount:
    """Heads x rate, less charges (B4, B5)."""
    days = counting_days(case, fund)
    exact = sum(
        (
            heads(case, fund.get("heads") or {}, institution, day)
            * on_day(fund["rate"], day, "rate")
            * years_of(case, fund)
            for day in days
        ),
        Fraction(0),
    )
    if fund.get("coefficient"):
        exact *= coefficient(case, institution, fund["coefficient"])
    off = sum(
        one.amount_fen
        for one in case.tables.charges
        if one.institution == institution
        and one.code in (fund.get("less_charges") or [])
        and case.first_day <= one.day < case.after
    )
    return Amount(exact, off if days else 0, yes(fund, "below_zero"))


def years_of(case: Case, fund: Yaml) -> Fraction:
    """Return how many times its rate a fund pays for a head of a counting day (5.15)."""
    if fund.get("per", "year") == "month":
        return Fraction(1)
    if yes(fund, "prorate"):
        return Fraction(1, 12)
    return Fraction(len(months(case)), 12)


def packages(case: Case, fund: Yaml, institution: str) -> Amount:
    """Contracts by package x price; the resident pays price minus reimbursement (B4a)."""
    resident = reimbursed = Fraction(0)
    for day in counting_days(case, fund):
        for name, package in fund["packages"].items():
            count = heads(case, {"package": name}, institution, day) * years_of(case, fund)
            back = on_day(package["reimbursement"], day, name)
            reimbursed += count * back
            resident += count * (on_day(package["price"], day, name) - back)
    parts = {RESIDENT: resident, fund["reimbursed_by"]: reimbursed}
    return Amount(resident + reimbursed, parts=parts)


def tasks(case: Case, fund: Yaml, institution: str, name: str) -> Amount:
    """(approved tasks x standards - approved income) x assessment (B3)."""
    exact = Fraction(0)
    for row in case.tables.tasks:
        if (row.institution, row.fund, row.year) == (institution, name, None):
            if row.task:
                standard = fund["standards"][row.task]
                exact += row.quantity * on_day(standard, last_day(case, fund), row.task)
            exact -= Fraction(row.income_fen, 100)
    for task, quantity in foretold(case, fund, institution, name).items():
        exact += quantity * on_day(fund["standards"][task], last_day(case, fund), task)
    if fund.get("assessment"):
        exact *= coefficient(case, institution, fund["assessment"])
    return Amount(exact, below_zero=yes(fund, "below_zero"))


def foretold(case: Case, fund: Yaml, institution: str, name: str) -> dict[str, Fraction]:
    """Tasks without an approved quantity, from the years before: weighted, or growing on (B3)."""
    mine = [row for row in case.tables.tasks if (row.institution, row.fund) == (institution, name)]
    approved = {row.task for row in mine if row.year is None}
    done = {(row.task, row.year): row.quantity for row in mine if row.year is not None}
    this, found = case.first_day.year, {}
    for task in {task for task, _ in done} - approved if "forecast" in fund else ():
        weights = fund["forecast"].get("weights")
        if weights:
            first = this - len(weights)
            sums = sum(done[task, first + at] * int(w) for at, w in enumerate(weights))
            exact = Fraction(sums) / sum(map(int, weights))
        else:
            exact = done[task, this - 1] ** 2 / done[task, this - 2]
        found[task] = Fraction((exact * 10**7 + Fraction(1, 2)).__floor__(), 10**7)
    return found


def floor(case: Case, institution: str, due_fen: int) -> Amount:
    """max(0, recurrent expenditure - recurrent income), income that is due included (B8)."""
    fen = sum(
        {"expenditure": 1, "income": -1}.get(row.kind, 0) * row.amount_fen
        for row in case.tables.accounts
        if row.institution == institution and row.recurrent and _of_period(case, row.day)
    )
    return Amount(Fraction(fen - due_fen, 100))


def booked_rows(case: Case, institution: str, name: str) -> list[AccountLine]:
    """Return the income rows of a fund: their line or source is its code or title, or with 收入."""
    told = {name, case.scheme.fund(name).get("title") or name}
    names = told | {f"{one}收入" for one in told}
    return [
        row
        for row in case.tables.accounts
        if row.kind == "income"
        and row.institution == institution
        and {row.line, row.source} & names
        if _of_period(case, row.day)
    ]


def given(case: Case, fund: Yaml, institution: str, name: str) -> Amount:
    """Rows `approved` of the accounts whose line is the fund (B1, B5), by assessment (C1)."""
    kind = fund.get("coefficient")
    factor = coefficient(case, institution, kind) if kind else Fraction(1)
    parts: dict[str, Fraction] = {}
    for row in case.tables.accounts:
        named = (row.institution, row.line, row.kind) == (institution, name, "approved")
        if named and _of_period(case, row.day):
            before = parts.get(row.source, Fraction(0))
            parts[row.source] = before + Fraction(row.amount_fen, 100) * factor
    return Amount(sum(parts.values(), Fraction(0)), parts=dict(sorted(parts.items())))


def _of_period(case: Case, day: date | None) -> bool:
    return day is None or day >= case.first_day


class Rest(dict[str, Fraction]):
    """The part of each item that no channel lists in a month (B1)."""

    def __init__(self, case: Case, month: date) -> None:
        """Take off what every channel in force lists."""
        super().__init__()
        for other in case.scheme.part("channels").values():
            items = other.get("items") or []
            whole_months(case, other if items else {}, "channel")
            for item in items if in_force(other, month) else ():
                part = Fraction(1) if isinstance(items, list) else Fraction(items[item])
                self[item] = self.get(item, Fraction(1)) - part

    def get(self, item: str, default: object = None) -> Fraction:
        """Return the whole of an item that nobody lists."""
        return super().get(item, Fraction(1))


def bought(case: Case, fund: Yaml, month: date) -> Mapping[str, Fraction] | None:
    """Return the part of each item that a channel buys in a month; nothing where none is named."""
    if not fund.get("channel"):
        return None
    channel = case.scheme.part("channels")[fund["channel"]]
    whole_months(case, channel, "channel")
    if not in_force(channel, month):
        return {}
    if yes(channel, "others"):
        return Rest(case, month)
    items = channel.get("items") or {}
    if isinstance(items, list):
        return dict.fromkeys(items, Fraction(1))
    return {item: Fraction(part) for item, part in items.items()}


def whole_months(case: Case, one: Yaml, where: str) -> None:
    """Refuse what changes within a month: work is added up by month."""
    for day in span(one):
        if case.first_day < day < case.after and day.day > 1:
            raise Refused("FUND_MID_MONTH", where)


def _priced(case: Case, figure: object, month: date, where: str) -> Fraction:
    for version in versions(figure):
        whole_months(case, version, where)
    return on_day(figure, month, where)


def done(
    case: Case, fund: Yaml, institution: str, done_by: Mapping[At, Fraction]
) -> list[tuple[str, date, Fraction]]:
    """Return what a fund buys of an institution: item, month, quantity or equivalents."""
    whole_months(case, fund, "fund")
    found: list[tuple[str, date, Fraction]] = []
    for (series, place, item, month), amount in sorted(done_by.items()):
        if (series, place) == (fund["series"], institution) and in_force(fund, month):
            parts = bought(case, fund, month)
            part = Fraction(1) if parts is None else parts.get(item, Fraction(0))
            if part:  # work that comes to 0 was done too, and needs its price
                found.append((item, month, amount * part))
    return found


def per_item(case: Case, fund: Yaml, institution: str, did: Work) -> Amount:
    """Counted quantity x the month's price of the item: fixed-price purchase (B1)."""
    prices, exact = fund["prices"], Fraction(0)
    for item, month, quantity in done(case, fund, institution, did.quantity):
        if item in prices:
            exact += quantity * _priced(case, prices[item], month, item)
        elif fund.get("channel"):
            raise Refused("FUND_FIGURE_MISSING", item)
    return Amount(exact, below_zero=True)


def adjusted(case: Case, fund: Yaml, institution: str, did: Work) -> Fraction:
    """Return D x T, by which a budget is shared (5.13)."""
    pieces = done(case, fund, institution, did.equivalents)
    return sum((one[2] for one in pieces), Fraction(0)) * adjustment(case, fund, institution)


def adjustment(case: Case, fund: Yaml, institution: str) -> Fraction:
    """Return T: the product of the named coefficients, rounded once to four places."""
    exact = Fraction(1)
    for kind in fund.get("coefficients") or []:
        exact *= coefficient(case, institution, kind)
    return half_up(exact, 4)


def per_equivalent(case: Case, fund: Yaml, institution: str, did: Work) -> Amount:
    """D x P x T - I with a fixed price (B2, 5.13)."""
    pieces = done(case, fund, institution, did.equivalents)
    exact = Fraction(0)
    if pieces:  # who did nothing needs no price
        price = _price(case, fund, institution, sum((one[2] for one in pieces), Fraction(0)))
        for _, month, amount in pieces:
            exact += amount * _priced(case, price, month, "price")
    exact *= adjustment(case, fund, institution)
    return Amount(exact, offset(case, fund, institution), yes(fund, "below_zero"))


def offset(case: Case, fund: Yaml, institution: str) -> int:
    """Return I in fen: the income of the account lines, and the charges, that are taken off."""
    lines: Sequence[str] = fund.get("offset_lines") or []
    codes: Sequence[str] = fund.get("offset_charges") or []
    charges = sum(
        row.amount_fen
        for row in case.tables.charges
        if row.institution == institution and row.code in codes and _of_period(case, row.day)
    )
    return charges + sum(
        row.amount_fen
        for row in case.tables.accounts
        if row.institution == institution
        and row.kind == "income"
        and row.line in lines
        and _of_period(case, row.day)
    )


def _price(case: Case, fund: Yaml, institution: str, equivalents: Fraction) -> object:
    """Return the price of the scale tier, else of the group, else the one for all."""
    if fund.get("tiers"):
        tiers = sorted(fund["tiers"], key=lambda one: Fraction(one["from"]))
        reached = [one for one in tiers if Fraction(one["from"]) <= equivalents]
        # Below the first bound the first rate applies (5.12).
        return (reached or tiers)[-1 if reached else 0]["price"]
    groups = fund.get("group_prices") or {}
    group = case.institutions[institution]
    if group not in groups and "price" not in fund:
        raise Refused("FUND_PRICE_MISSING", institution)
    return groups.get(group, fund.get("price"))
