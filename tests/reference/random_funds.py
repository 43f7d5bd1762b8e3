"""Random funds of every kind on top of a random case, inline or in layers of schemes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random

from tests.plainyaml import plain_yaml
from tests.reference.random_bridges import bridges, share_tests
from tests.reference.random_channels import give_channels
from tests.reference.random_csv import write_table
from tests.reference.random_effective import NAMES, declare_effective
from tests.reference.random_fundkinds import (
    BUYING,
    MAKERS,
    REFERENCE,
    FundPlan,
    Span,
    Yaml,
)
from tests.reference.random_fundtables import COEFFICIENT_COLUMNS, write_fund_tables
from tests.reference.random_layers import layers
from tests.reference.random_moneylines import (
    add_money_lines,
    drop_booked,
    drop_source,
    report_closing,
)
from tests.reference.random_paycap import bring_cap, pay_cap
from tests.reference.random_raised import raise_pools, spare
from tests.reference.random_units import complete
from tests.reference.random_weights import Fields
from tests.reference.settling import settle
from tests.reference.surplus import SIGNS
from tests.reference.tables import rows_of
from tests.reference.text import Refused, csv_table, read_yaml

DATES = ("valid_from", "valid_to")
MOST_REPORTS = 40
"""So many closings are corrected; then funds are no longer restricted."""


def write_funds(seed: int, folder: Path, weights: Sequence[Fields], span: Span) -> None:
    """Add funds, their tables and the bridges to a written case; the case stays payable."""
    rng = Random(f"funds {seed}")
    path = folder / "case.yaml"
    declared: Yaml = read_yaml(path)
    items: dict[str, set[str]] = {}
    for row in weights:
        items.setdefault(row["series"] or "pay", set()).add(row["item_code"])
    of_series = {series: sorted(found) for series, found in sorted(items.items())}
    effective = NAMES if "assessment" in declared else ()
    places = csv_table(folder / "institutions.csv")
    plan = FundPlan(rng, span, places, of_series, effective=effective)
    chosen = rng.sample(MAKERS, rng.randint(3, 8))
    if not BUYING.isdisjoint(chosen):
        give_channels(plan)
    for make in chosen:
        fund = make(plan) | {"reference": REFERENCE}
        if make in BUYING and "channel" not in fund and len(BUYING & {*chosen}) > 1:
            continue  # nothing is left for it: all channels are of the others
        plan.funds[f"{fund['kind']}-{len(plan.funds)}"] = fund | _scope(plan, fund)
    _split(plan)
    _plan_instalments(Random(f"instalments {seed}"), plan)
    pools = bridges(plan)
    given = sorted({row["pool"] for row in csv_table(folder / "pools.csv")})
    cap, tests = pay_cap(plan, given), share_tests(plan)
    write_fund_tables(rng, folder, plan.places, plan.funds, span)
    _assessed(rng, seed, folder, declared, span)
    add_money_lines(rng, folder, plan, {"pools": pools, "pay_cap": cap, "share_tests": tests})
    declared.setdefault("coefficients", {}).update(
        {"eff": {"applies_to": "none"}, "adj": {"applies_to": "none"}}
    )
    declared.setdefault("surplus", {})["assessment"] = "none"
    balances = {row["kind"] for row in rows_of(folder, "accounts")} & SIGNS.keys()
    named = [*(["surplus"] if balances else []), *pools]
    if named:
        declared.setdefault("sharing", {}).update({name: {"nobody": "retain"} for name in named})
    if cap.get("kind", "none") != "none":
        bring_cap(plan, folder, cap, [*named, "没有的池"])
    raise_pools(plan, folder, declared, [*named, *given])
    whole: Yaml = {"channels": plan.channels, "funds": plan.funds, "pools": pools, "pay_cap": cap}
    whole |= {"share_tests": tests, "consultation_codes": ["GENERAL"][: rng.randrange(2)]}
    files = layers(plan, {key: value for key, value in whole.items() if value})
    files["case.yaml"] = declared | files["case.yaml"]
    _write_payable(plan, folder, files)


def _plan_instalments(rng: Random, plan: FundPlan) -> None:
    """Let some funds come in instalments."""
    for name, fund in plan.funds.items():
        if rng.random() < 0.25:
            count = rng.choice(("1", "2", "3", "7", "19"))
            more = {"instalments": {"count": count, "method": "remainder_first"}}
            plan.funds[name] = fund | more


def _assessed(rng: Random, seed: int, folder: Path, declared: Yaml, span: Span) -> None:
    """Add what funds ask of an assessment, and take out what it says in place of tables."""
    if "assessment" in declared:
        declare_effective(Random(f"effective {seed}"), folder, declared["assessment"], span)
    drop_assessed(rng, folder, declared)


def drop_assessed(rng: Random, folder: Path, declared: Yaml) -> None:
    """Leave the coefficients of a kind to the composite of that name."""
    composites = (declared.get("assessment") or {}).get("composites") or {}
    rows = rows_of(folder, "coefficients")
    left = [row for row in rows if row["kind"] not in composites]
    if len(left) < len(rows):
        write_table(rng, folder / "coefficients.csv", COEFFICIENT_COLUMNS, left)


def _write_payable(plan: FundPlan, folder: Path, files: Mapping[str, Yaml]) -> None:
    """Write the files; budgets that nobody has equivalents for are taken out."""
    told = 0
    while True:
        for name, text in complete(files, plan.funds).items():
            (folder / name).parent.mkdir(exist_ok=True)
            dumped = plain_yaml(text, sort_keys=False, width=10**6)
            (folder / name).write_text(dumped, encoding="utf-8")
        try:
            settle(folder)
        except Refused as refused:
            if refused.code == "FUND_NO_KEY":
                plan.funds[refused.where]["budget"] = "0.00"
                continue
            if refused.code == "LEDGER_PAYER_UNKNOWN":
                drop_source(plan.rng, folder, refused.where)
                continue
            if refused.code == "FUND_TWICE":
                fund = refused.where.split("\t")[1]
                title = plan.funds[fund].get("title", fund)
                drop_booked(plan.rng, folder, refused.where, title)
                continue
            if refused.code.startswith("RESTRICTED_"):
                told += 1
                report_closing(plan.rng, folder, refused.where)
                if told > MOST_REPORTS:
                    _unrestricted(refused.where.split("\t")[1], files)
                continue
            if refused.code == "EXCESS_OVERDRAWN":
                spare(folder, refused.where.partition("/")[0], plan.rng)
                continue
            if refused.code == "FUND_OVER_BUDGET":
                plan.funds[refused.where]["over_budget"] = "scale"
                continue
        return


def _unrestricted(fund: str, files: Mapping[str, Yaml]) -> None:
    """Take back a restriction; a closing may move the cap that moves the closing."""
    for text in files.values():
        if "restricted" in text.get("funds", {}).get(fund, {}):
            text["funds"][fund]["restricted"] = "no"


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
    if rng.random() < 0.4:
        found["restricted"] = rng.choice(("yes", "yes", "no"))
    if rng.random() < 0.3:
        found["over_advanced"] = rng.choice(("recover", "carry"))
    if rng.random() < 0.2:
        found |= {"title": "资金", "level": "county", "purpose": "基本公共卫生"}
    return found


def _split(plan: FundPlan) -> None:
    """Add parts of other funds, also of such parts, sometimes before them in declared order.

    The parts of one fund take no more than all of it, on all of its days.
    """
    rng = plan.rng
    parents: list[str] = []
    for number in range(rng.choice((0, 1, 1, 3))):
        parents.append(rng.choice([*sorted(plan.funds), *(f"split-{n}" for n in range(number))]))
    for number, of in enumerate(parents):
        alone = parents.count(of) == 1
        some = ("0.4", "2/5", "1/3", "1") if alone else ("0.25", "1/3", "0.3333")
        share = plan.figure(partial(rng.choice, some))
        fund = {"kind": "split", "of": of, "share": share, "reference": REFERENCE}
        scope = {key: one for key, one in _scope(plan, fund).items() if key not in DATES}
        if rng.random() < 0.6:
            # It has a part of all days of its parent, be they its own or not.
            scope |= {key: plan.funds[of][key] for key in DATES if key in plan.funds[of]}
        name = f"split-{number}"
        plan.funds[name] = fund | scope
        if rng.random() < 0.5:
            plan.funds = {name: plan.funds.pop(name), **plan.funds}
