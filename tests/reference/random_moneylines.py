"""Random account lines beside those of funds: pay, costs, grants, restricted money."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

from tests.reference.random_bridges import CONTRACT_COSTS, COST_LINES, GRANTS
from tests.reference.random_csv import write_table
from tests.reference.random_fundkinds import FundPlan, Yaml
from tests.reference.random_fundtables import ACCOUNT_COLUMNS, yuan
from tests.reference.random_weights import Fields, random_day
from tests.reference.tables import rows_of


def add_money_lines(
    rng: Random, folder: Path, plan: FundPlan, declared: Mapping[str, Yaml]
) -> None:
    """Add the rows that bridges, the pay cap and tests of shares ask for, to the accounts."""
    named = str(declared)
    rows: list[Fields] = []
    for place in plan.places:
        found = [*_pay(rng, declared), *_grants(rng, named), *_restricted(rng, plan.funds)]
        found += [*_spent(rng, plan.funds), *_booked(rng, plan.funds)]
        for line in COST_LINES + CONTRACT_COSTS[:1]:
            if line in named and rng.random() < 0.6:
                kind = rng.choice(("expenditure", "project_expenditure"))
                found.append({"line": line, "kind": kind, "amount": yuan(rng, 700)})
        rows += [{"institution_id": place["institution_id"]} | row for row in found]
    for row in rows:
        if rng.random() < 0.3:
            row["date"] = random_day(rng, *plan.span).isoformat()
    rows = [*rows_of(folder, "accounts"), *rows]
    if rows:
        rng.shuffle(rows)
        write_table(rng, folder / "accounts.csv", ACCOUNT_COLUMNS, rows)


def _pay(rng: Random, declared: Mapping[str, Yaml]) -> list[Fields]:
    """Return approved totals of pay of one institution, and the base part that was paid."""
    rows: list[Fields] = []
    cap = declared["pay_cap"]
    totals = {"pay_total"} if "pay_total" in str(declared["pools"]) else set[str]()
    if cap.get("kind") == "fixed":
        totals.add(cap.get("line", "pay_cap"))
    if "other_pay" in str(cap):
        totals.add("other_pay")
    for line in sorted(totals):
        if line != "pay_total" or rng.random() < 0.7:
            for _ in range(rng.choice((1, 1, 2))):
                rows.append({"line": line, "kind": "approved", "amount": yuan(rng, 9000)})
    if cap.get("kind", "none") != "none" and rng.random() < 0.5:
        base = cap.get("base_line", "base_pay")
        rows.append({"line": base, "kind": "paid", "amount": yuan(rng, 900)})
    return rows


def _grants(rng: Random, named: str) -> list[Fields]:
    """Return money that came in on a line: as income, project money or advances, or as several."""
    rows: list[Fields] = []
    for line in GRANTS:
        if line in named:
            some = ("income", "project_income", "advance", "received")
            for kind in rng.sample(some, rng.choice((0, 1, 1, 2, 3))):
                rows.append({"line": line, "kind": kind, "amount": yuan(rng, 2500)})
    return rows


def _restricted(rng: Random, funds: Mapping[str, Yaml]) -> list[Fields]:
    """Return what restricted funds had left, and sometimes what is reported to be left now."""
    rows: list[Fields] = []
    for name, fund in funds.items():
        if fund.get("restricted") == "yes" and rng.random() < 0.3:
            for kind in ("opening_restricted", "closing_restricted")[: rng.choice((1, 1, 2))]:
                rows.append({"line": name, "kind": kind, "amount": yuan(rng, 900)})
    return rows


def _spent(rng: Random, funds: Mapping[str, Yaml]) -> list[Fields]:
    """Return what was spent of the money of funds, on lines that others ask for too (B10)."""
    rows: list[Fields] = []
    for name in funds:
        for kind in ("expenditure", "project_expenditure"):
            if rng.random() < 0.2:
                line = rng.choice((*CONTRACT_COSTS, *COST_LINES, "设备"))
                row = {"line": line, "kind": kind, "source": name, "amount": yuan(rng, 900)}
                rows.append(row | {"recurrent": rng.choice(("", "1"))})
    return rows


def _booked(rng: Random, funds: Mapping[str, Yaml]) -> list[Fields]:
    """Return income rows of funds, by code or title, with 收入 behind it or not."""
    rows: list[Fields] = []
    for name, fund in funds.items():
        if rng.random() < 0.2:
            told = rng.choice((name, fund.get("title", name))) + rng.choice(("", "收入"))
            row = {"line": "财政补助", "kind": "income", "amount": yuan(rng, 3000)}
            row |= {rng.choice(("line", "source")): told, "recurrent": rng.choice(("", "1"))}
            rows.append(row)
    return rows


def drop_booked(rng: Random, folder: Path, where: str, title: str) -> None:
    """Take out the income rows of a fund that would be used twice there."""
    place, fund = where.split("\t")
    told = {fund, title} | {f"{fund}收入", f"{title}收入"}
    kept = [
        row
        for row in rows_of(folder, "accounts")
        if (row["institution_id"], row["kind"]) != (place, "income")
        or not {row["line"], row.get("source", "")} & told
    ]
    write_table(rng, folder / "accounts.csv", ACCOUNT_COLUMNS, kept)


def drop_source(rng: Random, folder: Path, where: str) -> None:
    """Take out the rows of a fund that name a payer who does not pay it there."""
    place, fund, source = where.split("\t")
    rows = rows_of(folder, "accounts")
    kept = [
        row
        for row in rows
        if (row["institution_id"], row["line"], row.get("source", "")) != (place, fund, source)
    ]
    write_table(rng, folder / "accounts.csv", ACCOUNT_COLUMNS, kept)


def report_closing(rng: Random, folder: Path, where: str) -> None:
    """Report what a restricted fund closes with."""
    place, fund, fen = where.split("\t")
    row = {"institution_id": place, "line": fund, "kind": "closing_restricted"}
    kept = [one for one in rows_of(folder, "accounts") if not row.items() <= one.items()]
    if int(fen):
        kept.append(row | {"amount": f"{int(fen) // 100}.{int(fen) % 100:02}"})
    write_table(rng, folder / "accounts.csv", ACCOUNT_COLUMNS, kept)
