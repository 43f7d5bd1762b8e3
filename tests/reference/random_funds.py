"""Random funds of every kind on top of a random case, inline or in layers of schemes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import yaml

from tests.reference.random_fundkinds import (
    BUYING,
    MAKERS,
    REFERENCE,
    FundPlan,
    Span,
    Yaml,
    give_channels,
)
from tests.reference.random_fundtables import payers_of, write_fund_tables
from tests.reference.random_paycap import bring_cap, pay_cap
from tests.reference.random_weights import Fields
from tests.reference.settling import settle
from tests.reference.surplus import SIGNS
from tests.reference.tables import rows_of
from tests.reference.text import Refused, csv_table


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
    chosen = rng.sample(MAKERS, rng.randint(3, 8))
    if not BUYING.isdisjoint(chosen):
        give_channels(plan)
    for make in chosen:
        fund = make(plan) | {"reference": REFERENCE}
        plan.funds[f"{fund['kind']}-{len(plan.funds)}"] = fund | _scope(plan, fund)
    _split(plan)
    pools = _bridges(plan)
    given = sorted({row["pool"] for row in csv_table(folder / "pools.csv")})
    cap = pay_cap(plan, given)
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
    if cap:
        bring_cap(plan, folder, cap, [*named, "没有的池"])
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
        return


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


def _split(plan: FundPlan) -> None:
    """Add a part of another fund, sometimes before it in declared order."""
    if plan.rng.random() < 0.5:
        of = plan.rng.choice(sorted(plan.funds))
        share = plan.figure(lambda: plan.rng.choice(("0.4", "2/5", "1/3", "1")))
        fund = {"kind": "split", "of": of, "share": share}
        plan.funds = {**plan.funds, "split-part": fund | {"reference": REFERENCE}}
        if plan.rng.random() < 0.5:
            plan.funds = {"split-part": plan.funds.pop("split-part"), **plan.funds}


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
                plan.funds[name]["income"] = "no"  # income never becomes a pool as a whole
        if rng.random() < 0.3:
            bridge["in_cap"] = rng.choice(("yes", "no"))
        if rng.random() < 0.3:
            bridge["series"] = rng.choice(sorted(plan.items))
        found[f"桥-{len(found)}"] = bridge
    if rng.random() < 0.3:
        bridge = {"approved_line": "pay_total", "rule": "percent", "share": "0.4"}
        found["激励"] = bridge | {"reference": REFERENCE}
    return found
