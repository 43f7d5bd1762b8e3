"""Random funds of every kind on top of a random case, inline or in layers of schemes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import yaml

from tests.reference.random_fundtables import (
    CHARGE_CODES,
    GROUPS,
    PACKAGES,
    REGISTERS,
    payers_of,
    write_fund_tables,
)
from tests.reference.random_weights import Fields
from tests.reference.settling import settle
from tests.reference.surplus import SIGNS
from tests.reference.tables import rows_of
from tests.reference.text import Refused, csv_table

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

    def payers(self, forms: Sequence[str] = ("share", "percent", "equal")) -> list[Yaml]:
        """Return some payers, or dated ones that do not change within the period."""
        found = self._payers(self.rng.choice(forms))
        if self.rng.random() < 0.2:
            first = self.span[0].isoformat()
            before = {"valid_to": first, "payers": self._payers("share"), "reference": REFERENCE}
            return [before, {"valid_from": first, "payers": found, "reference": REFERENCE}]
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
        return [{"payer": name, form: part} for name, part in zip(who, parts, strict=True)]


def write_funds(seed: int, folder: Path, weights: Sequence[Fields], span: Span) -> None:
    """Add funds, their tables and the bridges to a written case; the case stays payable."""
    rng = Random(f"funds {seed}")
    path = folder / "case.yaml"
    declared: Yaml = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    items: dict[str, set[str]] = {}
    for row in weights:
        items.setdefault(row["series"] or "pay", set()).add(row["item_code"])
    of_series = {series: sorted(found) for series, found in sorted(items.items())}
    plan = FundPlan(rng, span, csv_table(folder / "institutions.csv"), of_series)
    makers: list[Callable[[FundPlan], Yaml]] = [
        *(_by_year, _by_month, _registered, _capitation, _packages, _tasks),
        *(_items, _equivalents, _floating, _given, _floor),
    ]
    chosen = rng.sample(makers, rng.randint(3, 8))
    if not {_items, _equivalents, _floating}.isdisjoint(chosen):
        _give_channels(plan)
    for make in chosen:
        fund = make(plan) | {"reference": REFERENCE}
        plan.funds[f"{fund['kind']}-{len(plan.funds)}"] = fund | _scope(plan, fund)
    _split(plan)
    pools = _bridges(plan)
    given = sorted({row["pool"] for row in csv_table(folder / "pools.csv")})
    cap = _pay_cap(plan, given)
    totals = ["pay_total"] if "激励" in pools else []
    totals += {"fixed": ["pay_cap"], "formula": ["other_pay"]}.get(cap.get("kind", ""), [])
    write_fund_tables(rng, folder, plan.places, plan.funds, span, totals)
    kinds = declared.setdefault("coefficients", {})
    kinds |= {"eff": {"applies_to": "none"}, "adj": {"applies_to": "none"}}
    declared.setdefault("surplus", {})["assessment"] = "none"
    balances = {row["kind"] for row in rows_of(folder, "accounts")} & SIGNS.keys()
    named = [*(["surplus"] if balances else []), *pools]
    if named:
        declared.setdefault("sharing", {}).update({name: {"nobody": "retain"} for name in named})
    whole = {"channels": plan.channels, "funds": plan.funds, "pools": pools, "pay_cap": cap}
    files = _layers(plan, {key: value for key, value in whole.items() if value})
    files["case.yaml"] = declared | files["case.yaml"]
    _write_payable(plan, folder, files)


def _write_payable(plan: FundPlan, folder: Path, files: Mapping[str, Yaml]) -> None:
    """Write the files; budgets that nobody has equivalents for are taken out."""
    while True:
        for name, text in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            dumped = yaml.safe_dump(text, allow_unicode=True, sort_keys=False, width=10**6)
            (folder / name).write_text(dumped, encoding="utf-8")
        try:
            settle(folder)
        except Refused as refused:
            if refused.code == "FUND_NO_KEY":
                plan.funds[refused.where]["budget"] = "0.00"
                continue
            if refused.code == "FUND_PRICE_MISSING":
                _without_tiers(plan)
                continue
        return


def _without_tiers(plan: FundPlan) -> None:
    """An institution with more taken back than done is in no tier of scale: one price for all."""
    for fund in plan.funds.values():
        if fund.pop("tiers", None):
            fund["price"] = "7.25"


def _layers(plan: FundPlan, whole: Yaml) -> dict[str, Yaml]:
    """Return the scheme in files, or inline; `case.yaml` has what it says of it."""
    rng = plan.rng
    if rng.random() < 0.4:
        return {"case.yaml": whole}
    about = {"scheme": "county", "title": "随机方案（示例）", "reference": REFERENCE}
    files: dict[str, Yaml] = {"schemes/county.yaml": about | {"layer": "community"} | whole}
    inline: Yaml = {}
    plain = [
        name
        for name, fund in plan.funds.items()
        if fund["kind"] == "per_head" and not any("amount" in one for one in fund["payers"])
    ]
    if plain and rng.random() < 0.5:
        place, name = rng.choice(plan.places)["institution_id"], rng.choice(plain)
        own = _other_payers(plan, name) | {"rate": plan.yuan()}
        layer: Yaml = {"scheme": "own", "title": "本院（示例）", "layer": "institution"}
        layer |= {"reference": "示例文件〔2025〕2 号", "institution": place, "funds": {name: own}}
        files["schemes/own.yaml"] = layer
    if plain and rng.random() < 0.5:
        name = rng.choice(plain)
        inline = {"funds": {name: _other_payers(plan, name)}}
    scheme = list(files) if len(files) > 1 or rng.random() < 0.5 else "schemes/county.yaml"
    return files | {"case.yaml": {"scheme": scheme} | inline}


def _other_payers(plan: FundPlan, name: str) -> Yaml:
    """Return other shares of the same payers."""
    who = payers_of(plan.funds[name])
    shares = [{"payer": one, "share": str(plan.rng.randint(1, 9))} for one in who]
    return {"payers": shares, "reference": "示例文件〔2025〕3 号"}


def _scope(plan: FundPlan, fund: Yaml) -> Yaml:
    """Return for which institutions and days a fund is, and how its money counts."""
    rng = plan.rng
    found: Yaml = {}
    if rng.random() < 0.2:
        first = plan.places[0]
        found["institutions"] = rng.choice(
            (
                {"ids": [row["institution_id"] for row in plan.places[1:]]},
                {"groups": [first["group"] or "I"]} if first.get("group") else {},
                {"kinds": ["centre"]},
                {"ids": [row["institution_id"] for row in plan.places], "kinds": ["station"]},
            )
        )
    if rng.random() < 0.15 and fund["kind"] not in ("given", "floor"):
        found[rng.choice(("valid_from", "valid_to"))] = plan.month()
    if rng.random() < 0.3:
        found["income"] = rng.choice(("yes", "no"))
    if rng.random() < 0.3:
        found["in_cap"] = rng.choice(("yes", "no"))
    return found


def _heads(plan: FundPlan) -> Yaml:
    """Return which heads are counted: of contracts by conditions."""
    rng = plan.rng
    found: Yaml = {"source": "contracts"}
    if rng.random() < 0.3:
        found["permanent"] = "yes"
    if rng.random() < 0.3:
        found["groups"] = rng.sample(GROUPS, rng.randint(1, 2))
    if rng.random() < 0.4:
        found |= rng.choice(
            ({"age_from": "40"}, {"age_from": "40", "age_to": "64"}, {"age_to": "64"})
        )
    return found


def _by_year(plan: FundPlan) -> Yaml:
    rng = plan.rng
    fund: Yaml = {"kind": "per_head", "heads": _heads(plan), "per": "year"}
    fund["rate"] = plan.figure(plan.yuan)
    fund["payers"] = plan.payers()
    if rng.random() < 0.3:
        parts = [f"{rng.randint(1, 80)}{rng.choice(('', '.5', '.3333'))}" for _ in range(3)]
        total = int(sum(Fraction(part) * 10_000 for part in parts))
        fund["rate"] = f"{total // 10_000}.{total % 10_000:04}"
        who = rng.sample(PAYERS, 3)
        fund["payers"] = [
            {"payer": name, "amount": part} for name, part in zip(who, parts, strict=True)
        ]
    if rng.random() < 0.4:
        fund["prorate"] = "yes"
    if rng.random() < 0.3:
        fund["coefficient"] = "eff"
    return fund


def _by_month(plan: FundPlan) -> Yaml:
    fund = {"kind": "per_head", "heads": _heads(plan), "per": "month"}
    return fund | {"rate": plan.figure(plan.yuan), "payers": plan.payers()}


def _registered(plan: FundPlan) -> Yaml:
    heads = {"source": "registers", "register": plan.rng.choice(REGISTERS)}
    fund = {"kind": "per_head", "heads": heads, "per": plan.rng.choice(("month", "year"))}
    return fund | {"rate": plan.figure(plan.yuan), "payers": plan.payers()}


def _capitation(plan: FundPlan) -> Yaml:
    codes = plan.rng.sample(CHARGE_CODES, plan.rng.randint(1, 2))
    fund = _registered(plan) | {"less_charges": codes}
    return fund | ({"below_zero": "yes"} if plan.rng.random() < 0.3 else {})


def _packages(plan: FundPlan) -> Yaml:
    found: Yaml = {}
    for name in PACKAGES:
        back = plan.rng.randrange(60)
        found[name] = {"title": name, "price": f"{back + plan.rng.randrange(90)}.5"}
        found[name] |= {"reimbursement": f"{back}{plan.rng.choice(('', '.25', '.3333'))}"}
    fund = {"kind": "packages", "packages": found, "reimbursed_by": "医保基金"}
    return fund | {"per": plan.rng.choice(("year", "year", "month"))}


def _tasks(plan: FundPlan) -> Yaml:
    standards = {name: plan.figure(plan.yuan) for name in ("建档", "随访", "体检")}
    fund = {"kind": "tasks", "standards": standards, "payers": plan.payers()}
    fund |= {"assessment": "eff"} if plan.rng.random() < 0.5 else {}
    return fund | ({"below_zero": "yes"} if plan.rng.random() < 0.3 else {})


def _given(plan: FundPlan) -> Yaml:
    return {"kind": "given"} | ({"payers": plan.payers()} if plan.rng.random() < 0.6 else {})


def _floor(plan: FundPlan) -> Yaml:
    return {"kind": "floor", "payers": plan.payers()}


def _give_channels(plan: FundPlan) -> None:
    """Make three channels of the items; the parts of each item add to 1."""
    parts = (("1",), ("0.6", "0.4"), ("1/3", "2/3"), ("0.25", "0.25", "0.5"))
    names = ("c-items", "c-fixed", "c-floating")
    plan.channels.update({name: {"items": {}, "reference": REFERENCE} for name in names})
    for item in sorted({item for found in plan.items.values() for item in found}):
        one = plan.rng.choice(parts)
        for name, part in zip(plan.rng.sample(names, len(one)), one, strict=True):
            plan.channels[name]["items"][item] = part
    for name in names:
        items = plan.channels[name]["items"]
        if items and set(items.values()) == {"1"} and plan.rng.random() < 0.5:
            plan.channels[name]["items"] = sorted(items)
        elif not items:
            del plan.channels[name]


def _work(plan: FundPlan, kind: str, channel: str) -> Yaml:
    fund = {"kind": kind, "series": plan.rng.choice(sorted(plan.items)), "payers": plan.payers()}
    return fund | ({"channel": channel} if channel in plan.channels else {})


def _items(plan: FundPlan) -> Yaml:
    fund = _work(plan, "per_item", "c-items")
    bought = plan.channels.get("c-items", {"items": plan.items[fund["series"]][:2]})["items"]
    fund["prices"] = {item: plan.figure(plan.yuan) for item in bought}
    return fund | _budget(plan)


def _budget(plan: FundPlan) -> Yaml:
    if plan.rng.random() < 0.5:
        return {}
    yuan = plan.rng.choice(("0.01", "777.77", "20000", "99999999.99"))
    return {"budget": yuan, "over_budget": "scale"}


def _equivalents(plan: FundPlan) -> Yaml:
    fund, rng = _work(plan, "per_equivalent", "c-fixed"), plan.rng
    groups = sorted({row.get("group", "") for row in plan.places})
    match rng.choice(("price", "groups", "tiers")):
        case "groups" if all(groups):
            fund["group_prices"] = {name: plan.figure(plan.yuan) for name in groups}
        case "tiers":
            bounds = ("0", "1.5", rng.choice(("20", "100.0001")))
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
    return fund


def _floating(plan: FundPlan) -> Yaml:
    fund = _work(plan, "per_equivalent", "c-floating") | _adjusted(plan) | {"floating": "yes"}
    return fund | {"budget": plan.rng.choice(("0.00", "0.07", "777.77", "123456.78"))}


def _split(plan: FundPlan) -> None:
    """Add a part of another fund, sometimes before it in declared order."""
    if plan.rng.random() < 0.5:
        of = plan.rng.choice(sorted(plan.funds))
        share = plan.figure(lambda: plan.rng.choice(("0.4", "2/5", "1/3", "1")))
        fund = {"kind": "split", "of": of, "share": share, "payers": plan.payers()}
        plan.funds = {**plan.funds, "split-part": fund | {"reference": REFERENCE}}
        if plan.rng.random() < 0.5:
            plan.funds = {"split-part": plan.funds.pop("split-part"), **plan.funds}


def _pay_cap(plan: FundPlan, given: Sequence[str]) -> Yaml:
    """Return a total pay cap, or none; every institution has its lines."""
    rng = plan.rng
    found: Yaml = {"reference": REFERENCE}
    match rng.choice(("", "", "fixed", "formula")):
        case "fixed":
            found["kind"] = "fixed"
        case "formula":
            share = rng.choice(("0.4", "2/3", "0.0123"))
            found |= {"kind": "formula", "terms": [
                {"kind": "amount", "name": "other_pay"},
                {"kind": "per_head", "rate": rng.choice(("0", "55.5", "1234.5678"))},
                {"kind": "fund_share", "name": rng.choice(sorted(plan.funds)), "share": share},
                {"kind": "line_share", "name": "医疗收入", "share": share},
            ]}  # fmt: skip
            found["terms"] = found["terms"][: rng.randint(1, 4)]
        case _:
            return {}
    found["excess"] = rng.choice(("carried", "kept", "returned"))
    outside = rng.sample(given, rng.choice((0, 0, 1)))
    found |= {"outside": outside} if outside else {}
    return found | ({"coefficient": "adj"} if rng.random() < 0.3 else {})


def _bridges(plan: FundPlan) -> Yaml:
    """Return bridges from funds that are never below 0, and from an approved total."""
    rng = plan.rng
    found: Yaml = {}
    safe = [
        name
        for name, fund in plan.funds.items()
        if fund.get("below_zero") != "yes" and fund["kind"] not in ("per_item", "split")
    ]
    for name in rng.sample(safe, min(len(safe), rng.choice((0, 1, 1, 2)))):
        bridge: Yaml = {"fund": name, "reference": REFERENCE}
        match rng.choice(("all", "percent", "after_costs")):
            case "percent":
                bridge |= {"rule": "percent", "share": rng.choice(("0.7", "2/3", "0.3333"))}
            case "after_costs":
                bridge |= {"rule": "after_costs", "cost_lines": ["交通", "培训"]}
            case rule:
                bridge |= rng.choice(({}, {"rule": rule}))
        if rng.random() < 0.3:
            bridge["in_cap"] = rng.choice(("yes", "no"))
        if rng.random() < 0.3:
            bridge["series"] = rng.choice(sorted(plan.items))
        found[f"桥-{len(found)}"] = bridge
    if rng.random() < 0.3:
        bridge = {"approved_line": "pay_total", "rule": "percent", "share": "0.4"}
        found["激励"] = bridge | {"reference": REFERENCE}
    return found
