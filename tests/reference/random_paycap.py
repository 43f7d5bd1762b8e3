"""Random total pay caps, who is in them, and what earlier periods bring in (B9, 5.18)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

from tests.reference.random_bridges import GRANTS
from tests.reference.random_csv import write_table
from tests.reference.random_fundkinds import REFERENCE, FundPlan, Yaml
from tests.reference.random_weights import Fields
from tests.reference.text import csv_table

OPENING = ("kind", "institution_id", "pool", "person_id", "series", "period", "equivalents", "days",
           "amount", "line")  # fmt: skip
AMOUNTS = ("0.00", "0.01", "33.33", "1234.56", "5000")
MONTHS = {"Q1": 3, "H1": 6}
SHARES = {"fund_share": "cap_fund", "line_share": "cap_line"}


def pay_cap(plan: FundPlan, given: Sequence[str]) -> Yaml:
    """Return a total pay cap, or none; every institution has its lines."""
    rng = plan.rng
    found: Yaml = {"reference": REFERENCE}
    match rng.choice(("", "", "none", "fixed", "formula")):
        case "fixed":
            found["kind"] = "fixed"
            found |= {"line": "总量"} if rng.random() < 0.3 else {}
        case "formula":
            found |= {"kind": "formula", "terms": _terms(plan)}
        case "none":
            return found | {"kind": "none"}
        case _:
            return {}
    if rng.random() < 0.4:
        found["base_line"] = "基础性绩效"
    if rng.random() < 0.2:
        found["valid_from"] = plan.span[0].isoformat()
    found["excess"] = rng.choice(("carried", "kept", "returned"))
    found["outside"] = rng.sample([*given, "surplus"], rng.choice((0, 0, 1)))
    found |= rng.choice(({}, {"per": "period"}, {"per": "year"}, {"prorate": "yes"}))
    return found | ({"coefficient": "adj"} if rng.random() < 0.3 else {})


def _terms(plan: FundPlan) -> list[Yaml]:
    """Return terms of every kind, of some kinds several."""
    rng = plan.rng

    def share() -> str:
        return rng.choice(("0.4", "2/3", "0.0123", "1"))

    rate = plan.figure(lambda: rng.choice(("0", "55.5", "1234.5678")))
    heads: Yaml = {"kind": "per_head", "rate": rate, "several": "each"}
    terms: list[Yaml] = [
        {"kind": "amount", "name": "other_pay"},
        heads | rng.choice(({}, {"staff": "all"}, {"staff": "in_cap"})),
        {"kind": "fund_share", "name": rng.choice(sorted(plan.funds)), "share": share()},
        {"kind": "fund_share", "name": rng.choice(sorted(plan.funds)), "share": share()},
        {"kind": "line_share", "name": "医疗收入", "share": plan.figure(share)},
        {"kind": "line_share", "name": rng.choice(GRANTS), "share": share()},
    ]
    return [one | {"reference": REFERENCE} for one in rng.sample(terms, rng.randint(1, 5))]


def bring_cap(plan: FundPlan, folder: Path, cap: Yaml, pools: Sequence[str]) -> None:
    """Say who is in the cap, and bring in what earlier periods of the year had, and carried.

    ``pools`` are paid to nobody where nobody can be paid, so what is carried cannot stop a case.
    """
    rng = plan.rng
    staff = csv_table(folder / "staff.csv")
    for row in staff:
        row["in_cap"] = rng.choice(("", "1", "0"))
    write_table(rng, folder / "staff.csv", list(staff[0]), staff)
    rows: list[Fields] = []
    for place in plan.places:
        here = {"institution_id": place["institution_id"]}
        for pool in rng.sample(list(pools), min(2, len(pools))):
            row = {"kind": "cap_excess", "pool": pool, "amount": rng.choice(AMOUNTS)}
            rows.append(here | row)
        if cap.get("per") != "period":
            rows += [here | row for row in _of_year(plan, rng, cap, pools)]
    path = folder / "opening.csv"
    old = csv_table(path) if path.exists() else []
    rng.shuffle(rows)
    write_table(rng, path, OPENING, [*old, *rows])


def earlier(rng: Random, first: date) -> list[str]:
    """Return the earlier periods of the year: months, or quarters and halves of them."""
    names = [f"{first.year}-{month:02}" for month in range(1, first.month)]
    if len(names) >= MONTHS["H1"] and rng.random() < 0.3:
        return [f"{first.year}-H1", *names[MONTHS["H1"] :]]
    if len(names) >= MONTHS["Q1"] and rng.random() < 0.5:
        return [f"{first.year}-Q1", *names[MONTHS["Q1"] :]]
    return names


def _of_year(plan: FundPlan, rng: Random, cap: Yaml, pools: Sequence[str]) -> list[Fields]:
    """Return what every earlier period of the year had at one institution."""
    rows: list[Fields] = []
    for name in earlier(rng, plan.span[0]):
        period = {"period": name}
        amount = rng.choice(AMOUNTS[:3])
        rows.append(period | {"kind": "cap_base", "amount": amount})
        shares = {(t["kind"], t["name"]) for t in cap.get("terms") or [] if t["kind"] in SHARES}
        for kind, of in sorted(shares):
            amount = rng.choice((*AMOUNTS, "-5.55"))
            rows.append(period | {"kind": SHARES[kind], "line": of, "amount": amount})
        if rng.random() < 0.5:
            row = {"kind": "cap_pool", "pool": rng.choice(pools), "amount": rng.choice(AMOUNTS)}
            rows.append(period | row)
    return rows
