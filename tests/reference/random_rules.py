"""Random rules of issue 3 on top of a random case: each feature adds to `case.yaml` or a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

from tests.reference.random_contracts import write_contracts
from tests.reference.random_csv import write_table
from tests.reference.random_door import door_leave, door_rules
from tests.reference.random_leaders import write_leaders
from tests.reference.random_leave import write_leave
from tests.reference.random_weights import Fields, random_day

COUNTING = ("shares", "bases", "days", "concurrent")
PAYING = ("coefficients", "ceilings", "levels", "bounds", "surplus", "leave", "yearly", "contracts",
          "leaders")  # fmt: skip
FEATURES = frozenset((*COUNTING, *PAYING))
"""The names of the features that a random case may draw."""
PAY = frozenset({"assessment", "components", "averages", "who", "secondary"})
"""Assessment, what is paid beside pools, and what else pools declare: drawn by name."""
FUNDS = frozenset({"funds"})
"""Schemes and institutions' money: drawn by name, as every fund is settled slowly."""
DOOR = frozenset({"door"})
"""Checks at the door that reject: drawn by name."""
ROLES = ("GP", "nurse", "driver")
BASES = ("record", "record", "resident", "household", "first:1", "first:2")
WINDOWS = ("", "year", "half", "quarter", "month")
DAYS_OF_A_YEAR = 365
SCOPES = ("", "county", "institution")
COEFFICIENT_VALUES = ("1", "1.1", "0.9", "1.0001", "0.3333", "1.25", "0", "2")
Span = tuple[date, date]


def give_bases(rng: Random, weights: Sequence[Fields], features: frozenset[str]) -> None:
    """Give the items of each series a counting basis; some are counted in days."""
    if not features & {"bases", "days"}:
        return
    bases: dict[tuple[str, str], Fields] = {}
    windows: dict[str, Fields] = {}
    # Days of a stay have no visit number.
    visited = {row["item_code"] for row in weights if row.get("visit_number")}
    others = sorted({row["item_code"] for row in weights} - visited)
    in_days = set(rng.sample(others, min(2, len(others))))
    for row in weights:
        # Visits are numbered once an item, so its rows agree on the window in every series.
        window = {"window": rng.choice(WINDOWS), "scope": rng.choice(SCOPES)}
        basis = {
            "counting_basis": rng.choice(BASES) if "bases" in features else "record",
            **windows.setdefault(row["item_code"], window),
        }
        if "days" in features and row["item_code"] in in_days:
            basis = {"counting_basis": "days"}
        elif "bases" not in features:
            basis = {}
        row.update(bases.setdefault((row["series"] or "pay", row["item_code"]), basis))


def days_items(weights: Sequence[Fields]) -> list[str]:
    """Return the items that are counted in days."""
    return sorted({row["item_code"] for row in weights if row.get("counting_basis") == "days"})


def write_teams(rng: Random, folder: Path, people: Sequence[str], span: Span) -> str:
    """Write teams that change within the period; return the roles for `case.yaml`."""
    rows: list[Fields] = []
    for team in ("T1", "T2"):
        for person in rng.sample(list(people), min(len(people), rng.randint(1, 4))):
            cut = random_day(rng, *span).isoformat()
            row = {"team_id": team, "person_id": person, "role": rng.choice(ROLES)}
            share = rng.choice(("", "", "1", "2", "7"))
            styles: list[list[Fields]] = [
                [row | {"share": share}],
                [row | {"share": share, "valid_to": cut}],
                [row | {"share": share, "valid_from": cut}],
                [row | {"share": "3", "valid_to": cut}, row | {"role": "GP", "valid_from": cut}],
            ]
            rows += rng.choice(styles)
    rng.shuffle(rows)
    columns = ["team_id", "person_id", "role", "share", "valid_from", "valid_to"]
    # The required columns stand there even if no role is filled.
    write_table(rng, folder / "teams.csv", columns, rows)
    return "team_roles: {GP: 3, nurse: 2}\n" if rng.random() < 0.7 else ""


def write_counted(rng: Random, folder: Path, items: Sequence[str], year: int) -> None:
    """Write places that locked periods have used: of residents and households."""
    windows = (str(year), f"{year}-H1", f"{year}-Q3", f"{year}-06")
    rows = {
        (item, who, window): rng.choice(("1", "1", "2"))
        for item in items
        for who in (f"身份{rng.randrange(12)}", f"H{rng.randrange(8)}")
        for window in rng.sample(windows, 1)
    }
    fields = [
        {"item_code": item, "id": who, "window": window, "used": used}
        for (item, who, window), used in rows.items()
    ]
    columns = ["item_code", "id", "window", "institution_id", "series", "used"]
    write_table(rng, folder / "counted.csv", columns, fields)


def stays_rule(rng: Random, items: Sequence[str]) -> str:
    """Return a rule of `stays` between two items that are counted in days."""
    if len(items) < 2 or rng.random() < 0.3:
        return ""
    inside, exclude = rng.sample(list(items), 2)
    return f"stays: [{{name: ward, inside: ['{inside}'], exclude: ['{exclude}']}}]\n"


def concurrent_rules(rng: Random, items: Sequence[str], span: Span) -> str:
    """Return one to three rules of `concurrent`, some dated, some of one series."""
    text = "concurrent:\n"
    for number in range(rng.randint(1, 3)):
        drawn = rng.sample(list(items), min(len(items), rng.randint(2, 4)))
        half = rng.randint(1, len(drawn) - 1)
        rule = [f"name: c{number}", f"beside: {drawn[:half]}", f"items: {drawn[half:]}"]
        rule.append("credit: " + rng.choice(("none", "full", "'0.5'", "'0.3333'")))
        if rng.random() < 0.5:
            rule.append("same: " + rng.choice(("day", "institution_day")))
        if rng.random() < 0.3:
            rule.append("valid_from: " + random_day(rng, *span).isoformat())
        text += "  - {" + ", ".join(rule) + "}\n"
    return text


def write_coefficients(rng: Random, folder: Path, staff: Sequence[Fields], span: Span) -> str:
    """Write coefficients of people and postings that change within the period.

    Attendance holds over the whole period. Returns the kinds that `case.yaml` declares.
    """
    rows: list[Fields] = []
    for subject, scope in sorted(_subjects(staff)):
        for kind in rng.sample(("title", "backbone", "post", "bonus"), rng.choice((0, 1, 1, 2))):
            cut = random_day(rng, *span).isoformat()
            row = {"scope": scope, "subject_id": subject, "kind": kind}
            row |= {"value": rng.choice(COEFFICIENT_VALUES), "valid_from": "2020-01-01"}
            after = row | {"value": rng.choice(COEFFICIENT_VALUES), "valid_from": cut}
            rows += rng.choice(([row], [row | {"valid_to": cut}], [row | {"valid_to": cut}, after]))
        if scope == "person" and rng.random() < 0.3:
            fte = {"scope": scope, "subject_id": subject, "kind": "fte", "value": "0.5"}
            rows.append(fte | {"valid_from": "2020-01-01"})
    rng.shuffle(rows)
    columns = ["scope", "subject_id", "kind", "value", "valid_from", "valid_to", "reference"]
    write_table(rng, folder / "coefficients.csv", columns, rows or [_nobody()])
    return rng.choice(("", "coefficients: {bonus: {applies_to: none}}\n"))


def _subjects(staff: Sequence[Fields]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    # Places where each posting of the person names its post.
    named: dict[str, bool] = {}
    for row in staff:
        at = f"{row['person_id']}@{row['institution_id']}"
        named[at] = named.get(at, True) and bool(row.get("post_id"))
    posts = {at for at, all_named in named.items() if all_named}
    for row in staff:
        at = f"{row['person_id']}@{row['institution_id']}"
        # `P@I` is every post there, so no post there is named as well.
        one_post = row.get("post_id") and at in posts
        found |= {(row["person_id"], "person")}
        found.add((f"{at}/{row['post_id']}" if one_post else at, "posting"))
    return {one for one in found if one[0] not in posts or one[1] == "person"}


def _nobody() -> Fields:
    return {
        "scope": "person",
        "subject_id": "P1",
        "kind": "title",
        "value": "1",
        "valid_from": "2020-01-01",
        "valid_to": "2020-01-02",
    }


def ceiling_rules(rng: Random, series: str, span: Span) -> str:
    """Return one ceiling: by month or year, each place or together."""
    tiers = ["{from: '0', rate: '1'}"]
    start = rng.choice((2, 10, 50))
    for rate in rng.sample(("0.5", "0.3333", "0"), rng.randint(1, 2)):
        tiers.append(f"{{from: '{start}', rate: '{rate}'}}")
        start += rng.choice((1, 10, 100))
    whole = (span[1] - span[0]).days >= DAYS_OF_A_YEAR
    window = rng.choice(("month", "year")) if whole else "month"
    places = rng.choice(("each", "together"))
    rule = f"name: 封顶, window: {window}, places: {places}, tiers: [{', '.join(tiers)}]"
    named = "" if series == "pay" else f"series: {series}, "
    return f"ceilings:\n  - {{{named}{rule}}}\n"


def sharing_rules(rng: Random, features: frozenset[str]) -> str:
    """Return `sharing` of all pools: levels, bounds, or both. Nobody to pay is retained."""
    surplus = "  surplus: {nobody: retain}\n" if "surplus" in features else ""
    if not features & {"levels", "bounds", "contracts"}:
        return f"sharing:\n{surplus}" if surplus else ""
    levels: list[str] = []
    signed = ("contracts",) * 2 if "contracts" in features else ()
    if "levels" in features:
        for to in ("institution", "department"):
            if rng.random() < 0.5:
                key = rng.choice(("equivalents", "adjusted", "headcount", *signed))
                levels.append(f"{{to: {to}, key: {key}}}")
    keys = ("adjusted", "adjusted", "equivalents", "headcount") if levels else ("adjusted",)
    keys = (*keys, *signed)
    person = f"to: person, key: {rng.choice(keys)}"
    if "bounds" in features:
        person += _bounds(rng)
    nobody = rng.choice(("retain", "carry"))
    every = ", ".join([*levels, f"{{{person}}}"])
    return f"sharing:\n{surplus}  default: {{nobody: {nobody}, levels: [{every}]}}\n"


def rules(rng: Random, folder: Path, weights: Sequence[Fields], staff: Sequence[Fields], span: Span,
          features: frozenset[str]) -> str:  # fmt: skip
    """Write the tables of the features and return what they add to `case.yaml`."""
    text = ""
    items = sorted({row["item_code"] for row in weights})
    people = sorted({row["person_id"] for row in staff})
    places = sorted({row["institution_id"] for row in staff})
    if "shares" in features:
        text += write_teams(rng, folder, people, span)
    if "bases" in features:
        write_counted(rng, folder, items, span[0].year)
    if "days" in features:
        text += stays_rule(rng, days_items(weights))
    if "concurrent" in features:
        text += concurrent_rules(rng, items, span)
    if "coefficients" in features:
        text += write_coefficients(rng, folder, staff, span)
    if "ceilings" in features:
        series = sorted({row["series"] or "pay" for row in weights})
        text += ceiling_rules(rng, "pay" if "pay" in series else series[0], span)
    if "surplus" in features:
        text += write_accounts(rng, folder, places)
    if "leave" in features:
        text += write_leave(rng, folder, people, span)
    if "leaders" in features:
        text += write_leaders(rng, folder, span)
    if "door" in features:
        text += "" if "leave" in features else door_leave(rng, folder, people, span)
        text += door_rules(rng, folder, items, people, span)
    # Teams that share records have members without a clear home: then only people sign.
    teams = "shares" not in features
    if "contracts" in features and not write_contracts(rng, folder, staff, span, teams=teams):
        features -= {"contracts"}
    return text + sharing_rules(rng, features)


def _bounds(rng: Random) -> str:
    floor = rng.choice(("", "'0.03'", "'300.00'", "{average: '0.5'}", "{average: '0.3333'}"))
    cap = rng.choice(("", "'5000.00'", "'20000'", "{average: '1.5'}", "{average: '1'}"))
    text = f", floor: {floor}" if floor else ""
    text += f", cap: {cap}" if cap and (floor[:1] == cap[:1] or not floor) else ""
    text += rng.choice(("", ", excess: retain", ", excess: share"))
    return text + ", floors_over: scale"


def write_accounts(rng: Random, folder: Path, institutions: Sequence[str]) -> str:
    """Write accounts of some institutions; return `surplus`."""
    kinds = (
        *("income", "income", "expenditure", "opening_restricted", "closing_restricted"),
        *("deduction", "project_income", "project_expenditure", "advance"),
    )
    rows: list[Fields] = []
    for place in institutions:
        for number in range(rng.choice((0, 2, 6)) if rows else 3):
            amount = f"{rng.randrange(100_000)}.{rng.randrange(100):02}"
            kind = rng.choice(kinds)
            kind = kind if rows else "income"  # without any balance there is no surplus
            who = {"institution_id": place, "line": f"{number}", "kind": kind}
            rows.append(who | {"amount": amount})
    rng.shuffle(rows)
    columns = ["institution_id", "line", "kind", "amount"]
    write_table(rng, folder / "accounts.csv", columns, rows)
    ratio = rng.choice(("1/2", "0.4", "1/3", "1"))
    odd = rng.choice(("development", "pay"))
    return f'surplus: {{pay_ratio: "{ratio}", odd_fen: {odd}}}\n'
