"""Random funds of each kind: figures, payers, heads, channels, prices, budgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from tests.reference.random_fundtables import CHARGE_CODES, GROUPS, PACKAGES, REGISTERS
from tests.reference.random_weights import Fields

Yaml = dict[str, Any]
PAYERS = ("市财政", "县财政", "医保基金", "个人", "Z")
REFERENCE = "示例文件〔2025〕1 号"
Span = tuple[date, date]


@dataclass
class FundPlan:
    """What the funds of a case are made of."""

    rng: Random
    span: Span
    places: Sequence[Fields]
    items: Mapping[str, Sequence[str]]
    """By series."""
    funds: dict[str, Yaml] = field(default_factory=dict)
    channels: dict[str, Yaml] = field(default_factory=dict)
    effective: Sequence[str] = ()
    """Policies of effective contracts that heads may name."""

    def yuan(self, most: int = 100) -> str:
        """Return a rate or price in yuan with up to four places."""
        whole = self.rng.randrange(most)
        tail = self.rng.choice(("", ".5", ".37", ".01", ".3333", ".0001"))
        return f"{whole}{tail}"

    def month(self) -> str:
        """Return the first day of a month in or next to the period."""
        months = [date(self.span[0].year, number, 1) for number in range(1, 13)]
        return self.rng.choice([*months, self.span[1]]).isoformat()

    def figure(self, value: Callable[[], str]) -> Any:
        """Return a figure in one of its forms: a text, one version, or several."""
        match self.rng.choice(("text", "text", "one", "many")):
            case "text":
                return value()
            case "one":
                return {"value": value(), "unit": "元", "reference": REFERENCE}
        cut = self.month()
        return [{"value": value(), "valid_to": cut}, {"value": value(), "valid_from": cut}]

    def payers(self, *, one_day: bool = False) -> list[Yaml]:
        """Return some payers, or dated ones.

        Within the period they stay the same, but where `one_day` decides: then they may change.
        """
        forms = ("share", "percent", "equal")
        found = self._payers(self.rng.choice(forms))
        if self.rng.random() < 0.35:
            cut = self.rng.choice((self.span[0].isoformat(), self.month()))
            before = self._payers("share") if one_day or cut <= self.span[0].isoformat() else found
            dated = [{"valid_to": cut, "payers": before}, {"valid_from": cut, "payers": found}]
            return [one | {"reference": REFERENCE} for one in dated]
        return found

    def _payers(self, form: str) -> list[Yaml]:
        who = self.rng.sample(PAYERS, self.rng.randint(1, 4))
        parts = {
            "share": [str(self.rng.choice((1, 1, 2, 3, 4, 6, 7))) for _ in who],
            "percent": {
                1: ["100"],
                2: ["33.3333", "66.6667"],
                3: ["25", "25", "50"],
                4: ["12.5", "37.5", "0.01", "49.99"],
            }[len(who)],
            "equal": ["yes" for _ in who],
        }[form]
        level = {"level": "county"} if self.rng.random() < 0.1 else {}
        return [{"payer": name, form: p} | level for name, p in zip(who, parts, strict=True)]


def _heads(plan: FundPlan) -> Yaml:
    """Return which heads are counted: of contracts by conditions."""
    rng = plan.rng
    found: Yaml = {"source": "contracts"}
    if rng.random() < 0.3:
        found["permanent"] = "yes"
    if rng.random() < 0.3:
        found["groups"] = rng.sample(GROUPS, rng.randint(1, 2))
    if rng.random() < 0.3:
        found["once"] = "yes"
    if rng.random() < 0.2:
        found["package"] = rng.choice(PACKAGES)
    if rng.random() < 0.4:
        found |= rng.choice(
            ({"age_from": "40"}, {"age_from": "40", "age_to": "64"}, {"age_to": "64"})
        )
    if plan.effective and rng.random() < 0.7:
        found["effective"] = rng.choice(plan.effective)
    return found


def _per_head(plan: FundPlan, heads: Yaml, per: str) -> Yaml:
    """Return heads x rate with whatever may be declared about it (B4, B5)."""
    rng = plan.rng
    fund: Yaml = {"kind": "per_head", "heads": heads, "per": per}
    prorate = per == "year" and rng.random() < 0.4
    fund |= {"prorate": rng.choice(("yes", "yes", "no"))} if prorate else {}
    fund["rate"] = plan.figure(plan.yuan)
    fund["payers"] = plan.payers(one_day=per == "year" and fund.get("prorate") != "yes")
    if rng.random() < 0.3:
        fund["coefficient"] = "eff"
    if rng.random() < 0.3:
        fund["less_charges"] = plan.rng.sample(CHARGE_CODES, rng.randint(1, 2))
    if rng.random() < 0.2:
        fund["below_zero"] = "yes"
    return fund


def by_year(plan: FundPlan) -> Yaml:
    """Return a fee by year, whole or by months active; sometimes payers' amounts make the rate."""
    fund = _per_head(plan, _heads(plan), "year")
    if plan.rng.random() < 0.4:
        who = plan.rng.sample(PAYERS, 3)
        first, fund["payers"] = _amounts(plan, who)
        fund["rate"] = first
        if fund.get("prorate") != "yes" and plan.rng.random() < 0.5:
            other, parts = _amounts(plan, who)
            cut = plan.month()
            dates = ({"valid_to": cut}, {"valid_from": cut})
            rates, payers = (first, other), (fund["payers"], parts)
            fund["rate"] = [{"value": r} | d for r, d in zip(rates, dates, strict=True)]
            fund["payers"] = [{"payers": p} | d for p, d in zip(payers, dates, strict=True)]
    return fund


def _amounts(plan: FundPlan, who: Sequence[str]) -> tuple[str, list[Yaml]]:
    """Return a rate and payers whose amounts add to it."""
    rng = plan.rng
    parts = [f"{rng.randint(1, 80)}{rng.choice(('', '.5', '.3333'))}" for _ in who]
    total = int(sum(Fraction(part) * 10_000 for part in parts))
    payers = [{"payer": name, "amount": part} for name, part in zip(who, parts, strict=True)]
    return f"{total // 10_000}.{total % 10_000:04}", payers


def by_month(plan: FundPlan) -> Yaml:
    """Return a fee by month."""
    return _per_head(plan, _heads(plan), "month")


def registered(plan: FundPlan) -> Yaml:
    """Return a line by the heads of a register."""
    heads = {"source": "registers", "register": plan.rng.choice(REGISTERS)}
    if plan.rng.random() < 0.3:
        heads["monthly"] = "no"  # a month without a row would stop the case: unit tests have it
    return _per_head(plan, heads, plan.rng.choice(("month", "year")))


def capitation(plan: FundPlan) -> Yaml:
    """Return capitation less referral charges (B5)."""
    codes = plan.rng.sample(CHARGE_CODES, plan.rng.randint(1, 2))
    return registered(plan) | {"less_charges": codes}


def packages(plan: FundPlan) -> Yaml:
    """Return service packages (B4a); no reimbursement is above a price."""
    rng = plan.rng
    found: Yaml = {}
    for name in PACKAGES:
        found[name] = {"title": name, "price": plan.figure(lambda: f"{60 + rng.randrange(90)}.5")}
        found[name]["reimbursement"] = plan.figure(lambda: plan.yuan(60))
        if rng.random() < 0.3:
            found[name]["items"] = rng.sample(CHARGE_CODES, 1)
    fund = {"kind": "packages", "packages": found, "reimbursed_by": "医保基金"}
    return fund | {"per": rng.choice(("year", "year", "month"))}


def tasks(plan: FundPlan) -> Yaml:
    """Return budget mode (B3)."""
    standards = {name: plan.figure(plan.yuan) for name in ("建档", "随访", "体检")}
    fund = {"kind": "tasks", "standards": standards, "payers": plan.payers(one_day=True)}
    fund |= {"assessment": "eff"} if plan.rng.random() < 0.5 else {}
    if plan.rng.random() < 0.75:
        weights = plan.rng.choice((["1", "2", "7"], ["1"], ["3", "0", "2", "5"], None))
        fund["forecast"] = {"weights": weights} if weights else {"growth": "past"}
    return fund | ({"below_zero": "yes"} if plan.rng.random() < 0.3 else {})


def given(plan: FundPlan) -> Yaml:
    """Return line items that somebody approves (B1)."""
    return {"kind": "given"} | (
        {"payers": plan.payers(one_day=True)} if plan.rng.random() < 0.6 else {}
    )


def floor(plan: FundPlan) -> Yaml:
    """Return the floor for a recurrent deficit (B8)."""
    told = {"count_dues": plan.rng.choice(("yes", "no"))} if plan.rng.random() < 0.4 else {}
    return {"kind": "floor", "payers": plan.payers(one_day=True)} | told


def _work(plan: FundPlan, kind: str, channel: str) -> Yaml:
    series = sorted(plan.items)
    if "others" in plan.channels.get(channel, {}) and "pay" in series:
        # In a series that only buys, a weight of what others buy wholly would be refused (B1).
        series = ["pay"]
    fund = {"kind": kind, "series": plan.rng.choice(series), "payers": plan.payers()}
    return fund | ({"channel": channel} if channel in plan.channels else {})


def items(plan: FundPlan) -> Yaml:
    """Return fixed-price purchase (B1)."""
    fund = _work(plan, "per_item", "c-items")
    channel = plan.channels.get("c-items", {})
    bought = channel.get("items") or plan.items[fund["series"]][:2]
    fund["prices"] = {item: plan.figure(plan.yuan) for item in bought}
    return fund | _budget(plan)


def _budget(plan: FundPlan) -> Yaml:
    if plan.rng.random() < 0.5:
        return {}
    yuan = plan.figure(lambda: plan.rng.choice(("0.01", "777.77", "20000", "99999999.99")))
    return {"budget": yuan, "over_budget": plan.rng.choice(("scale", "scale", "refuse"))}


def equivalents(plan: FundPlan) -> Yaml:
    """Return purchase by equivalents at a fixed price (B2)."""
    fund, rng = _work(plan, "per_equivalent", "c-fixed"), plan.rng
    groups = sorted({row.get("group", "") for row in plan.places})
    match rng.choice(("price", "groups", "tiers")):
        case "groups" if all(groups):
            fund["group_prices"] = {name: plan.figure(plan.yuan) for name in groups}
        case "tiers":
            bounds = ("0", "1.5", rng.choice(("20", "100.0001")))[: rng.choice((1, 3, 3))]
            fund["tiers"] = [{"from": one, "price": plan.figure(plan.yuan)} for one in bounds]
        case _:
            fund["price"] = plan.figure(plan.yuan)
    fund |= _adjusted(plan) | _budget(plan)
    return fund | ({"below_zero": "yes"} if rng.random() < 0.2 else {})


def _adjusted(plan: FundPlan) -> Yaml:
    fund: Yaml = {}
    if plan.rng.random() < 0.5:
        fund["coefficients"] = plan.rng.choice((["eff"], ["adj", "eff"]))
    if plan.rng.random() < 0.4:
        fund["offset_lines"] = ["医疗收入"]
        if plan.rng.random() < 0.5:
            fund["offset_charges"] = list(CHARGE_CODES[:1])
    return fund


def floating(plan: FundPlan) -> Yaml:
    """Return purchase by equivalents at a floating price (5.13)."""
    fund = _work(plan, "per_equivalent", "c-floating") | _adjusted(plan) | {"floating": "yes"}
    if plan.rng.random() < 0.2:
        fund["below_zero"] = "yes"
    yuan = ("0.00", "0.07", "777.77", "123456.78")
    return fund | {"budget": plan.figure(lambda: plan.rng.choice(yuan))}


MAKERS: list[Callable[[FundPlan], Yaml]] = [
    *(by_year, by_month, registered, capitation, packages, tasks),
    *(items, equivalents, floating, given, floor),
]
"""One for each kind of fund, and for some kinds several."""
BUYING = {items, equivalents, floating}
"""Those that buy work, through channels."""
