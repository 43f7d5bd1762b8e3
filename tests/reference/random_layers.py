"""A random scheme in files: the community's layers, an institution's own figures, inline keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.reference.random_fundkinds import REFERENCE, FundPlan, Yaml
from tests.reference.random_fundtables import CHARGE_CODES, REGISTERS, payers_of

OTHER = "示例文件〔2025〕2 号"


def layers(plan: FundPlan, whole: Yaml) -> dict[str, Yaml]:
    """Return the scheme in files, or inline; `case.yaml` has what it says of it."""
    rng = plan.rng
    if rng.random() < 0.3:
        return {"case.yaml": whole}
    about = {"scheme": "county", "title": "随机方案（示例）", "reference": REFERENCE}
    about |= rng.choice(({}, {"illustrative": "yes"}))
    files: dict[str, Yaml] = {"schemes/county.yaml": about | {"layer": "community"} | whole}
    inline: Yaml = {}
    for number in range(rng.choice((0, 1, 1, 2))):
        places = [row["institution_id"] for row in plan.places]
        here = rng.sample(places, rng.choice((1, 1, 2)))
        names = rng.sample(sorted(plan.funds), min(len(plan.funds), rng.randint(1, 3)))
        own = {name: _own(plan, plan.funds[name]) for name in names}
        for name in {bridge.get("fund") for bridge in whole.get("pools", {}).values()}:
            own.get(name, {}).pop("income", None)  # income never becomes a pool as a whole
        own = {name: one for name, one in own.items() if one}
        layer: Yaml = {"scheme": f"own{number}", "title": "本院（示例）", "layer": "institution"}
        layer |= {"reference": OTHER, "institution": here if len(here) > 1 else here[0]}
        if own:
            files[f"schemes/own{number}.yaml"] = layer | {"funds": own}
    plain = [name for name, fund in plan.funds.items() if _plain_payers(fund)]
    if plain and rng.random() < 0.5:
        name = rng.choice(plain)
        inline = {"funds": {name: _other_payers(plan, plan.funds[name])}}
    scheme = list(files) if len(files) > 1 or rng.random() < 0.5 else "schemes/county.yaml"
    return files | {"case.yaml": {"scheme": scheme} | inline}


def _plain_payers(fund: Yaml) -> bool:
    """Say whether payers may be others without another rate."""
    payers = fund.get("payers") or []
    return bool(payers) and "amount" not in str(payers)


def _other_payers(plan: FundPlan, fund: Yaml) -> Yaml:
    """Return other shares of the same payers."""
    shares = [{"payer": one, "share": str(plan.rng.randint(1, 9))} for one in payers_of(fund)]
    return {"payers": shares, "reference": "示例文件〔2025〕3 号"}


def _own(plan: FundPlan, fund: Yaml) -> Yaml:
    """Return what an institution may say otherwise of a fund, some of it."""
    rng = plan.rng

    def yes_or_no() -> str:
        return rng.choice(("yes", "no"))

    def figures(of: Mapping[str, Any]) -> Yaml:
        return {name: plan.figure(plan.yuan) for name in rng.sample(sorted(of), 1)}

    makers: dict[str, Callable[[], Any]] = {
        "rate": lambda: plan.figure(plan.yuan),
        "price": lambda: plan.figure(plan.yuan),
        "prices": lambda: figures(fund["prices"]),
        "group_prices": lambda: figures(fund["group_prices"]),
        "tiers": lambda: [{"from": "0", "price": plan.yuan()}, {"from": "7.5", "price": "0.01"}],
        "coefficients": lambda: rng.choice((["adj"], ["eff", "adj"])),
        "coefficient": lambda: "adj",
        "assessment": lambda: "adj",
        "offset_lines": lambda: ["医疗收入"],
        "less_charges": lambda: rng.sample(CHARGE_CODES, 2),
        "standards": lambda: figures(fund["standards"]),
        "packages": lambda: {"A": {"price": f"{60 + rng.randrange(50)}.01"}},
        "share": lambda: rng.choice(("0.3", "1/7")),  # of three splits too
        "offset_charges": lambda: rng.sample(CHARGE_CODES, 2),
        "heads": lambda: _own_heads(plan, fund["heads"]),
        "restricted": yes_or_no,
        "income": yes_or_no,
        "in_cap": yes_or_no,
        "over_advanced": lambda: rng.choice(("recover", "carry")),
    }
    said = [key for key in makers if key in fund]
    if "amount" in str(fund.get("payers")):
        said = [key for key in said if key != "rate"]
    own = {key: makers[key]() for key in said if rng.random() < 0.6}
    if _plain_payers(fund) and rng.random() < 0.5:
        own |= _other_payers(plan, fund)
    fixed = "valid_" not in str(fund.get("payers"))
    if fund["kind"] == "per_head" and fund["per"] == "year" and fixed and rng.random() < 0.3:
        own["prorate"] = yes_or_no()
    if "below_zero" in fund and rng.random() < 0.5:
        own["below_zero"] = "no"
    dated = {"valid_from", "valid_to"} & fund.keys()
    if rng.random() < 0.15 and not dated and fund["kind"] not in ("given", "floor", "split"):
        own[rng.choice(("valid_from", "valid_to"))] = plan.month()
    return own


def _own_heads(plan: FundPlan, heads: Yaml) -> Yaml:
    """Return which other heads an institution has counted."""
    if heads["source"] == "registers":
        return {"register": plan.rng.choice(REGISTERS)}
    return {plan.rng.choice(("permanent", "once")): plan.rng.choice(("yes", "no"))}
