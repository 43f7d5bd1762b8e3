"""The tables of random funds: contracts, registers, charges, tasks, coefficients, accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.reference.random_csv import write_table
from tests.reference.random_weights import Fields, random_day
from tests.reference.tables import rows_of
from tests.reference.text import csv_table

GROUPS = ("65+", "DM", "HTN", "儿童")
PACKAGES = ("基础包", "A")
REGISTERS = ("常住", "65+")
CHARGE_CODES = ("REFERRAL", "TRANSFER", "GENERAL")
SOURCES = ("县财政", "市财政")
Span = tuple[date, date]
CONTRACT_COLUMNS = (
    *("contract_id", "resident_id", "household_id", "team_id", "person_id", "active_from"),
    *("active_to", "package", "groups", "permanent", "birth_date", "institution_id"),
)
ACCOUNT_COLUMNS = ("institution_id", "line", "kind", "amount", "recurrent", "source", "date")
COEFFICIENT_COLUMNS = (
    *("scope", "subject_id", "kind", "value", "valid_from", "valid_to", "reference"),
)


def write_fund_tables(
    rng: Random,
    folder: Path,
    places: Sequence[Fields],
    funds: Mapping[str, Any],
    span: Span,
) -> None:
    """Write every table that the funds need."""
    codes = [row["institution_id"] for row in places]
    for number, row in enumerate(places):
        # A scope may name both kinds, so there is one of each.
        row["kind"] = ("centre", "station", rng.choice(("centre", "station", "")))[min(number, 2)]
    write_table(rng, folder / "institutions.csv", sorted({c for r in places for c in r}), places)
    _write_contracts(rng, folder, codes, span)
    registers = [
        {"institution_id": code, "group": group, "heads": str(rng.randrange(3000))}
        | {"date": day.isoformat()}
        for code in codes
        for group in REGISTERS
        for day in {span[0], random_day(rng, *span), span[1] - timedelta(days=1), span[1]}
    ]
    write_table(rng, folder / "registers.csv", ("institution_id", "group", "heads", "date"),
                registers)  # fmt: skip
    _write_charges(rng, folder, codes, span)
    _write_tasks(rng, folder, codes, funds, span)
    _write_coefficients(rng, folder, codes, span)
    _write_accounts(rng, folder, places, funds, span)


def _write_contracts(rng: Random, folder: Path, codes: Sequence[str], span: Span) -> None:
    """Add contracts with a place each, or of people who are at home in one place all along."""
    staff = csv_table(folder / "staff.csv")
    last = (span[1] - timedelta(days=1)).isoformat()
    homes: dict[str, set[str]] = {}
    for row in staff:
        homes.setdefault(row["person_id"], set()).add(row["institution_id"])
    always = {
        row["person_id"] for row in staff if not row.get("active_from") and not row.get("active_to")
    }
    here = {
        row["person_id"]
        for row in staff
        if row.get("active_from", "") <= last < (row.get("active_to") or "9999")
    }
    alone = sorted(person for person, found in homes.items() if len(found) == 1 and person in here)
    rows = rows_of(folder, "contracts")
    for row in rows:
        row["institution_id"] = rng.choice(codes)
    taken: set[tuple[str, str, str]] = set()
    for number in range(rng.choice((0, 8, 40)) if alone else 0):
        person, resident = rng.choice(alone), f"R{rng.randrange(25)}"
        row = {"contract_id": f"C{number}", "resident_id": resident, "person_id": person}
        row["package"] = rng.choice(("", *PACKAGES))
        if (resident, person, row["package"]) in taken:
            continue
        taken.add((resident, person, row["package"]))
        if person not in always or rng.random() < 0.7:
            row["institution_id"] = rng.choice(codes)
        rows.append(row | _days(rng, span))
    rows += _of_teams(rng, folder, span, {person: homes[person] for person in always & {*alone}})
    for row in rows:
        row["birth_date"] = f"{rng.randrange(1940, 2020)}-{rng.choice(('01-01', '12-31', '06-30'))}"
        row["groups"] = ";".join(rng.sample(GROUPS, rng.choice((0, 0, 1, 2))))
        row["permanent"] = rng.choice(("", "0", "1", "1"))
    if rows:
        rng.shuffle(rows)
        write_table(rng, folder / "contracts.csv", CONTRACT_COLUMNS, rows)


def _of_teams(
    rng: Random, folder: Path, span: Span, at_home: Mapping[str, set[str]]
) -> list[Fields]:
    """Return contracts of teams that have no place of their own, and write the teams.

    All who are ever in such a team are of one institution all along; one stays in it.
    """
    places = sorted({place for found in at_home.values() for place in found})
    rows, members = list[Fields](), rows_of(folder, "teams")
    for place in places if rng.random() < 0.4 else ():
        people = sorted(person for person, found in at_home.items() if found == {place})
        for number, person in enumerate(rng.sample(people, min(2, len(people)))):
            row = {"team_id": f"F{place}", "person_id": person, "role": "GP"}
            members.append(
                row | ({"valid_to": random_day(rng, *span).isoformat()} if number else {})
            )
        for number in range(rng.randint(1, 6)):
            row = {"contract_id": f"F{place}{number}", "resident_id": f"F{place}{number}"}
            rows.append(row | {"team_id": f"F{place}"} | _days(rng, span))
    columns = ("team_id", "person_id", "role", "share", "valid_from", "valid_to")
    if rows:
        write_table(rng, folder / "teams.csv", columns, members)
    return rows


def _days(rng: Random, span: Span) -> Fields:
    """Return the days of a contract, often beginning or ending near a month's last day."""
    first = span[0] - timedelta(days=rng.randrange(400))
    if rng.random() < 0.4:
        first = random_day(rng, *span)
    to = first + timedelta(days=rng.randrange(1, 500))
    if rng.random() < 0.3:
        to = max(to.replace(day=1), first + timedelta(days=1))
    return {
        "active_from": first.isoformat(),
        "active_to": rng.choice(("", to.isoformat(), to.isoformat())),
    }


def _write_charges(rng: Random, folder: Path, codes: Sequence[str], span: Span) -> None:
    rows = [
        {"resident_id": f"R{rng.randrange(25)}", "institution_id": rng.choice(codes)}
        | {"code": rng.choice(CHARGE_CODES), "amount": yuan(rng, 900)}
        | {"date": random_day(rng, *span).isoformat()}
        for _ in range(rng.choice((0, 12)))
    ]
    columns = ("resident_id", "institution_id", "code", "amount", "date")
    if rows:
        write_table(rng, folder / "charges.csv", columns, rows)


def _write_tasks(
    rng: Random, folder: Path, codes: Sequence[str], funds: Mapping[str, Any], span: Span
) -> None:
    rows: list[Fields] = []
    whole_year = (span[1] - span[0]).days > 360
    for name, fund in funds.items():
        for code in codes if fund["kind"] == "tasks" else ():
            for task in rng.sample(sorted(fund["standards"]), rng.randint(0, 3)):
                row = {"institution_id": code, "fund": name, "task": task}
                row["quantity"] = f"{rng.randrange(500)}.{rng.choice(('5', '25', '001'))}"
                row["income"] = rng.choice(("", "", yuan(rng, 3000)))
                rows.append(row)
            if rng.random() < 0.4:
                row = {"institution_id": code, "fund": name, "income": yuan(rng, 900)}
                rows.append(row)
            if "forecast" in fund and whole_year:
                rows += _past_years(rng, {"institution_id": code, "fund": name}, fund, span[0].year)
    if rows:
        columns = ("institution_id", "fund", "task", "quantity", "income", "year")
        write_table(rng, folder / "tasks.csv", columns, rows)


def _past_years(rng: Random, who: Fields, fund: Mapping[str, Any], year: int) -> list[Fields]:
    """What was done in the years that a forecast asks for, and sometimes one more."""
    tasks = rng.sample(sorted(fund["standards"]), rng.randint(0, 3))
    count = len(fund["forecast"].get("weights", ("", ""))) + rng.randint(0, 1)
    return [
        {**who, "task": task, "year": str(year - back)}
        | {"quantity": f"{rng.randrange(1, 500)}.{rng.choice(('5', '25', '001'))}"}
        for task in tasks
        for back in range(1, count + 1)
    ]


def _write_coefficients(rng: Random, folder: Path, codes: Sequence[str], span: Span) -> None:
    rows = rows_of(folder, "coefficients")
    for code in codes:
        for kind in ("eff", "adj"):
            row = {"scope": "institution", "subject_id": code, "kind": kind}
            values = rng.sample(("1", "0.95", "1.1", "0.3333", "0.8501", "0"), 2)
            cut = random_day(rng, *span).isoformat()
            row |= {"value": values[0], "valid_from": "2020-01-01"}
            if rng.random() < 0.5:
                rows += [row | {"valid_to": cut}, row | {"value": values[1], "valid_from": cut}]
            else:
                rows.append(row)
    write_table(rng, folder / "coefficients.csv", COEFFICIENT_COLUMNS, rows)


def _write_accounts(
    rng: Random,
    folder: Path,
    places: Sequence[Fields],
    funds: Mapping[str, Any],
    span: Span,
) -> None:
    """Add approvals, advances, money received and paid, and lines that funds read."""
    # An advance is of a fund, as soon as there are funds.
    rows = [row for row in rows_of(folder, "accounts") if row["kind"] != "advance"]
    kinds = {fund["kind"] for fund in funds.values()}
    wanted = any(fund.get("offset_lines") for fund in funds.values()) or "floor" in kinds
    for place in places:
        here = {"institution_id": place["institution_id"]}
        for name, fund in funds.items():
            if _concerns(fund, place):
                rows += [here | row for row in _of_fund(rng, name, fund)]
                if "floor" in kinds and rng.random() < 0.4:
                    # A floor counts it by this row; of nothing, it leaves room for any pool.
                    line = rng.choice((name, fund.get("title") or name))
                    row = {"line": line, "kind": "income", "amount": "0.00"}
                    rows.append(here | row | {"recurrent": rng.choice(("", "1"))})
        if wanted:
            # Some spend so much that a floor is left when all that is due has been taken off.
            most = rng.choice((4_000, 40_000))
            for line, kind, up_to in (
                ("医疗收入", "income", 4_000),
                ("人员支出", "expenditure", most),
            ):
                for recurrent in ("", "0", "1", "1"):
                    row = {"line": line, "kind": kind, "amount": yuan(rng, up_to)}
                    rows.append(here | row | {"recurrent": recurrent})
    for row in rows:
        if not row.get("date") and rng.random() < 0.3:
            row["date"] = random_day(rng, *span).isoformat()
    if rows:
        rng.shuffle(rows)
        write_table(rng, folder / "accounts.csv", ACCOUNT_COLUMNS, rows)


def _of_fund(rng: Random, name: str, fund: Mapping[str, Any]) -> list[Fields]:
    """Return what was approved, advanced, received and paid of one fund at one institution."""
    rows: list[Fields] = []
    payers = payers_of(fund)
    if fund["kind"] == "given":
        for source in payers or rng.sample(SOURCES, rng.randint(1, 2)):
            row = {"line": name, "kind": "approved", "source": source}
            rows.append(row | {"amount": yuan(rng, 9000)})
        payers = sorted({row["source"] for row in rows})
    if fund["kind"] == "split" and rng.random() < 0.3:
        # Money comes in for its parent; of its own it is only spent.
        rows.append({"line": name, "kind": "paid", "source": "", "amount": yuan(rng, 900)})
    for payer in payers:
        for kind in ("approved", "advance", "received", "paid"):
            if rng.random() < 0.3 and (kind, fund["kind"]) != ("approved", "given"):
                blank = len(payers) == 1 and "valid_to" not in str(fund) and rng.random() < 0.5
                row = {"line": name, "kind": kind, "source": "" if blank else payer}
                rows.append(row | {"amount": yuan(rng, 2000)})
    return rows


def payers_of(fund: Mapping[str, Any]) -> list[str]:
    """Return who pays a fund in the period."""
    if fund["kind"] == "packages":
        return ["居民", fund["reimbursed_by"]]
    declared = fund.get("payers") or []
    if declared and "payers" in declared[-1]:
        declared = declared[-1]["payers"]
    return [one["payer"] for one in declared]


def _concerns(fund: Mapping[str, Any], place: Fields) -> bool:
    scope = fund.get("institutions") or {}
    return (
        place["institution_id"] in scope.get("ids", [place["institution_id"]])
        and place.get("group", "") in scope.get("groups", [place.get("group", "")])
        and place["kind"] in scope.get("kinds", [place["kind"]])
    )


def yuan(rng: Random, most: int) -> str:
    """Return an amount below so many yuan."""
    return f"{rng.randrange(most)}.{rng.randrange(100):02}"
