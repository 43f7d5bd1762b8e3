"""A small but nasty case, made of one seed: every rule of the reference meets its exceptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

from tests.reference.random_components import Components
from tests.reference.random_csv import write_csv, write_table
from tests.reference.random_extras import check_secondary, write_before_funds, write_secondary
from tests.reference.random_funds import write_funds
from tests.reference.random_leave import drop_leave, write_past
from tests.reference.random_paying import write_paying
from tests.reference.random_records import Plan, RecordFile, record_files
from tests.reference.random_rules import DOOR, FEATURES, FUNDS, PAY, days_items, give_bases, rules
from tests.reference.random_weights import (
    GROUPS,
    TIERS,
    Fields,
    random_day,
    random_weight_rows,
    write_weights,
)
from tests.reference.random_yearly import add_limits, bring_year
from tests.reference.settling import Outcome, settle
from tests.reference.text import Refused, period

PERIODS = ("2025", "2024", "2025-H1", "2025-Q3", "2025-06", "2024-02")
# Codes that sort otherwise by number, by letter case or as UTF-16.
INSTITUTIONS = ("I2", "I10", "i1", "001", "卫生院", "I\U00020bb7", "I\ufa11")
PEOPLE = (
    *("P1", "P2", "P10", "p1", "007", "P007", "123456789012345678", "张三", "李 四"),
    *("P\U00020bb7", "P\ufa11", "Pé", "P-3", "P_3", "P.3"),
)
POOL_COLUMNS = ["institution_id", "pool", "amount", "series"]
NAMES = ("张伟", "张伟", "王芳", "Li, Na")


def write_random_case(
    folder: Path, seed: int, records: int, *, dirty: bool, features: frozenset[str] = frozenset()
) -> None:
    """Write a case of that many records; all its weight tables are valid, its pools payable.

    A case that is not dirty has no rejected record in any series (so it has somewhat fewer
    records than asked for); records excluded by a rule it has. `features` (the names of
    `FEATURES`, `FUNDS`, `DOOR`) adds shared records, counting bases, stays, and so on.
    """
    assert features <= FEATURES | FUNDS | PAY | DOOR, features - FEATURES
    rng = Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    assert not any(folder.iterdir()), "a case is written into a new folder"
    year = rng.choice(PERIODS)
    span = period(year)
    series = rng.choice((["pay"], [""], ["purchase"], ["management"], ["pay", "purchase"]))
    series = series if rng.random() < 0.6 else ["", "purchase"]
    weights = random_weight_rows(rng, span, series, visits="bases" in features)
    give_bases(rng, weights, features)
    outside = rng.choice(("", "reject", "exclude"))
    _write_case_yaml(rng, folder, year, outside, write_weights(rng, folder, weights))
    levels = "levels" in features
    institutions = _write_institutions(rng, folder, levels=levels)
    postings = _write_staff(rng, folder, institutions, span, levels=levels)
    with (folder / "case.yaml").open("a", encoding="utf-8") as text:
        text.write(rules(rng, folder, weights, postings, span, features))
    write_csv(rng, folder / "pools.csv", ["institution_id", "pool", "amount"], [])
    items = sorted({row["item_code"] for row in weights})
    plan = Plan(rng, span, postings, items, dirty, outside=dirty or outside == "exclude")
    plan.features, plan.in_days = features, days_items(weights)
    outcome = _write_records(plan, folder, records)
    while not outcome.received:
        outcome = _write_records(plan, folder, records)
    pools = _write_pools(rng, folder, institutions, outcome, levels=levels)
    write_paying(seed, folder, postings, pools, span, features)
    if "leave" in features:
        write_past(rng, folder, pools, postings)
    if "yearly" in features:
        bring_year(seed, folder, pools, postings, span[0])
        add_limits(rng, folder, pools, [row["person_id"] for row in postings])
    _add_money(rng, seed, folder, pools, (weights, span), features)


def _add_money(
    rng: Random,
    seed: int,
    folder: Path,
    pools: list[Fields],
    drawn: tuple[Sequence[Fields], tuple[date, date]],
    features: frozenset[str],
) -> None:
    """Add what the money of a case depends on, once its pools are known; it stays payable."""
    weights, span = drawn
    if features & PAY:
        write_before_funds(seed, folder, pools, span, features)
    if "funds" in features:
        write_funds(seed, folder, weights, span)
    components = None
    if "components" in features:
        components = Components(seed, folder, pools, span, features)
    if features:
        _make_payable(rng, folder, pools, components)
    if "secondary" in features:
        write_secondary(seed, folder, pools)
        check_secondary(folder)


def _write_records(plan: Plan, folder: Path, records: int) -> Outcome:
    """Write the files of records and settle; in a clean case until nothing is rejected."""
    plan.made.clear()
    plan.named.clear()
    files = record_files(plan, records)
    outcome = _write_files(plan.rng, folder, files)
    while not plan.dirty and any(counts.rejected for counts in outcome.counts.values()):
        _drop_rejected(folder, files, outcome)
        outcome = _write_files(plan.rng, folder, files)
    return outcome


def _write_case_yaml(rng: Random, folder: Path, year: str, outside: str, tables: str) -> None:
    text = f'period: "{year}"\ntitle: 随机案例（示例）\n{tables}'
    text += f"outside_period: {outside}\n" if outside else ""
    if rng.random() < 0.4:
        pay, purchase = rng.choice(("exclude", "reject")), rng.choice(("exclude", "reject"))
        text += f"series: {{pay: {{missing: {pay}}}, purchase: {{missing: {purchase}}}}}\n"
    (folder / "case.yaml").write_text(text, encoding="utf-8")


def _write_institutions(rng: Random, folder: Path, *, levels: bool) -> list[str]:
    codes = rng.sample(INSTITUTIONS, rng.randint(2, 4))
    rows = [
        {"institution_id": code, "name": "卫生院", "group": rng.choice(("", *GROUPS))}
        for code in codes
    ]
    columns = ["institution_id", "name", "group"]
    if levels:
        columns.append("parent_id")
        for row in rows[1:]:
            row["parent_id"] = rng.choice((codes[0], codes[0], ""))
    write_table(rng, folder / "institutions.csv", columns, rows)
    return codes


def _write_staff(
    rng: Random,
    folder: Path,
    institutions: Sequence[str],
    span: tuple[date, date],
    *,
    levels: bool,
) -> list[Fields]:
    rows: list[Fields] = []
    for person in rng.sample(PEOPLE, rng.randint(3, len(PEOPLE))):
        name = rng.choice(NAMES)
        for place in rng.sample(institutions, rng.choice((1, 1, 1, 2))):
            who = {"person_id": person, "institution_id": place, "name": name}
            rows += [who | posting for posting in (_postings(rng, span) if rows else [{}])]
    rng.shuffle(rows)
    columns = ["person_id", "institution_id", "post_id", "name", "title_tier", "main"]
    if levels:
        columns.append("department_id")
        _give_departments(rng, folder, institutions, rows)
    write_table(rng, folder / "staff.csv", [*columns, "active_from", "active_to"], rows)
    return rows


def _give_departments(
    rng: Random, folder: Path, institutions: Sequence[str], staff: Sequence[Fields]
) -> None:
    """Give every posting a department, or none: a post may go to another one."""
    for row in staff:
        place = row["institution_id"]
        row["department_id"] = rng.choice(("", f"{place}-1", f"0{place}"))
    departments = [
        # One sorts behind the institution's own code, one before it.
        {"department_id": code, "institution_id": place}
        for place in institutions
        for code in (f"{place}-1", f"0{place}")
    ]
    columns = ["department_id", "institution_id"]
    write_table(rng, folder / "departments.csv", columns, departments)


def _postings(rng: Random, span: tuple[date, date]) -> list[Fields]:
    """Return the postings of one person at one place: often one, sometimes a small career."""
    cut = random_day(rng, *span).isoformat()
    first, after = span[0].isoformat(), span[1].isoformat()
    a, b = rng.choice(("", *TIERS)), rng.choice(("", *TIERS))
    one: Fields = {"post_id": rng.choice(("", "", "N1")), "title_tier": a}
    styles: list[list[Fields]] = [
        [one],
        [one],
        [one | {"active_from": "2019-03-01", "main": rng.choice(("", "0", "1"))}],
        [one | {"active_to": cut}],
        [one | {"active_from": cut}],
        # A new title on the day: the same post goes on.
        [one | {"active_to": cut}, one | {"title_tier": b, "active_from": cut}],
        # Away for some days in between.
        [
            one | {"active_to": cut},
            one | {"active_from": (date.fromisoformat(cut) + timedelta(days=9)).isoformat()},
        ],
        # Two posts at once: by code, or by `main`; the second of the same post only as `main`.
        [{"post_id": "N2", "title_tier": a}, {"post_id": "N10", "title_tier": b}],
        [
            {"post_id": "N2", "title_tier": a, "main": "1"},
            {"post_id": "", "title_tier": b, "active_to": cut},
        ],
        [{"post_id": "A", "title_tier": a}, {"post_id": "A", "title_tier": b, "main": "1"}],
        # Gone before the period, or there only after it.
        [one | {"active_from": "2019-01-01", "active_to": first}],
        [one | {"active_from": after}],
    ]
    return rng.choice(styles)


def _write_files(rng: Random, folder: Path, files: Sequence[RecordFile]) -> Outcome:
    """Write the files of records and settle; the layout is drawn anew each time."""
    for file in files:
        write_csv(rng, folder / file.name, file.header, file.rows, blank_lines=True)
    return _settle(rng, folder)


def _settle(rng: Random, folder: Path) -> Outcome:
    """Settle; take out the leaves that cannot be paid."""
    while True:
        try:
            return settle(folder)
        except Refused as refused:
            if not refused.code.startswith("LEAVE_"):
                raise
            drop_leave(rng, folder, refused.where)


def _drop_rejected(folder: Path, files: list[RecordFile], outcome: Outcome) -> None:
    """Take out the rows that are rejected in any series; a file without rows goes."""
    kept: dict[str, list[bool]] = {}
    for (name, _), verdicts in outcome.verdicts.items():
        good = all(verdict.state != "rejected" for verdict in verdicts.values())
        kept.setdefault(name, []).append(good)
    for file in files:
        file.rows = [row for row, good in zip(file.rows, kept[file.name], strict=True) if good]
        if not file.rows:
            (folder / file.name).unlink()
    files[:] = [file for file in files if file.rows]


def _write_pools(
    rng: Random, folder: Path, institutions: Sequence[str], outcome: Outcome, *, levels: bool
) -> list[Fields]:
    """Write pools that can be paid: money only where somebody has a positive key."""
    keys: dict[tuple[str, str, str], Fraction] = {}
    for at, line in outcome.lines.items():
        who = (at.series, at.institution, at.person)
        keys[who] = keys.get(who, Fraction(0)) + line.equivalents
    payable = {(series, place) for (series, place, _), key in keys.items() if key > 0}
    names = sorted(outcome.counts)
    default = names[0] if len(names) == 1 else "pay"
    rows: list[Fields] = []
    for place in institutions:
        for number in range(rng.choice((0, 1, 1, 2, 3)) if rows else 1):
            series = rng.choice(("", *names))
            amount = _amount(rng) if (series or default, place) in payable else "0.00"
            pool = rng.choice(("绩效池", "pool", "Pool")) + str(number)
            pool += place if levels else ""  # people below share the pools of their parent too
            rows.append({"institution_id": place, "pool": pool, "amount": amount, "series": series})
    rng.shuffle(rows)
    write_table(rng, folder / "pools.csv", POOL_COLUMNS, rows)
    return rows


def _make_payable(
    rng: Random, folder: Path, pools: list[Fields], components: Components | None
) -> None:
    """Take the money out of pools that are refused, and what is paid beside them otherwise."""
    while True:
        try:
            _settle(rng, folder)
            return
        except Refused as refused:
            if components is not None and components.mend(refused):
                continue
            names = [f"{row['institution_id']}/{row['pool']}/" for row in pools]
            at = next(at for at, name in enumerate(names) if refused.where.startswith(name))
            if pools[at]["amount"] == "0.00":
                # What colleagues pay back may still be in it.
                if components is not None and components.drop_adjustments():
                    continue
                raise
            pools[at]["amount"] = "0.00"
            write_table(rng, folder / "pools.csv", POOL_COLUMNS, pools)


def _amount(rng: Random) -> str:
    yuan = rng.randrange(100_000)
    return rng.choice(
        ("0", "0.00", "0.01", "0.07", f"{yuan}", f"{yuan}.5", f"{yuan}.{rng.randrange(100):02}")
        + (f"{yuan}.{rng.randrange(100):02}",) * 3
        + ("9999999.99",)
    )
