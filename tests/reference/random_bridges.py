"""Random bridges from money to pools, and tests of shares (D0, B4)."""

from __future__ import annotations

from collections.abc import Mapping

from tests.reference.random_fundkinds import REFERENCE, FundPlan, Yaml

COST_LINES = ("交通", "培训")
GRANTS = ("公卫经费", "专项拨款")
"""Lines of money that came in, as income, as project money, or as advances."""
CONTRACT_COSTS = ("签约支出", "交通")
PARTS = (("1/2", "1/2"), ("1/3", "2/3"), ("0.3333", "0.3333", "0.3334"), ("0.7", "0.1"))


def bridges(plan: FundPlan) -> Yaml:
    """Return bridges from funds that are never below 0, and from an approved total."""
    rng = plan.rng
    found: Yaml = {}
    safe = [name for name in plan.funds if _never_below(plan.funds, name)]
    for name in rng.sample(safe, min(len(safe), rng.choice((0, 1, 1, 2)))):
        for bridge in _of_source(plan):
            found[f"桥-{len(found)}"] = {"fund": name} | bridge
            if bridge.get("rule", "all") == "all":
                plan.funds[name]["income"] = "no"  # income never becomes a pool as a whole
    if rng.random() < 0.4:
        for number, bridge in enumerate(_of_source(plan)):
            found[f"激励-{number}"] = {"approved_line": "pay_total"} | bridge
    return found


def _never_below(funds: Mapping[str, Yaml], name: str) -> bool:
    """Say whether a fund cannot come to less than 0."""
    fund = funds[name]
    if fund["kind"] == "split":
        return _never_below(funds, fund["of"])
    return fund.get("below_zero") != "yes" and fund["kind"] != "per_item"


def _of_source(plan: FundPlan) -> list[Yaml]:
    """Return what takes of one source: one pool by any rule, or several by percent."""
    rng = plan.rng
    about: Yaml = {"reference": REFERENCE}
    if rng.random() < 0.3:
        about["in_cap"] = rng.choice(("yes", "no"))
    if rng.random() < 0.3:
        about["series"] = rng.choice(sorted(plan.items))
    if rng.random() < 0.2:
        about["valid_from"] = plan.span[0].isoformat()
    match rng.choice(("all", "percent", "percents", "after_costs")):
        case "percent":
            share = plan.figure(lambda: rng.choice(("0.7", "2/3", "0.3333")))
            return [about | {"rule": "percent", "share": share}]
        case "percents":
            parts = rng.choice(PARTS)
            return [about | {"rule": "percent", "share": part} for part in parts]
        case "after_costs":
            lines = rng.choice((list(COST_LINES), list(COST_LINES[:1])))
            return [about | {"rule": "after_costs", "cost_lines": lines}]
        case rule:
            return [about | rng.choice(({}, {"rule": rule}))]


def share_tests(plan: FundPlan) -> Yaml:
    """Return tests of shares, of account lines and of money that a fund brought in."""
    rng = plan.rng
    found: Yaml = {}
    for number in range(rng.choice((0, 1, 2))):
        whole = [rng.choice(GRANTS), *rng.sample(sorted(plan.funds), rng.choice((0, 1)))]
        part = list(CONTRACT_COSTS[: rng.randint(1, 2)])
        test: Yaml = {"part_lines": part, "whole_lines": whole, "reference": REFERENCE}
        test["at_least"] = plan.figure(lambda: rng.choice(("0.4", "1/3", "0.9999", "1")))
        found[f"测试-{number}"] = test | ({"title": "四成"} if rng.random() < 0.5 else {})
    return found
