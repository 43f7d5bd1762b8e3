"""Corrections of random cases: what must hold whatever the rules, and the price worked out again.

The price is worked out here in exact fractions from the tables of the closed result alone.
Catches: a price by what people got instead of what went down to their parent, keys of one
department at the price of another, a difference that is rounded twice, a row without its pool,
an earlier correction that is paid again, a year's end that is not the year.
"""

import csv
import random
from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest

from equivalents import settle_case
from equivalents.closing import correct_case, year_end_case
from equivalents.errors import RefusedError
from tests.proofs.changing import read_rows, tables_of, write_rows
from tests.proofs.counts import counts
from tests.reference import FEATURES, write_random_case

PAYING = frozenset(("shares", "coefficients", "ceilings", "levels"))
"""What makes keys and their levels; bounds are no part of a price."""
SEEDS = range(counts(5, 30))
Row = tuple[str, str, str]


def read(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def closed_and_late(tmp_path: Path, seed: int, features: frozenset[str]) -> tuple[Path, Path]:
    """A closed random case, and the same case with late records."""
    case, out = tmp_path / "case", tmp_path / "closed"
    write_random_case(case, seed, 150, dirty=False, features=features)
    settle_case(case, out, stop_on_reject=False)
    chance = random.Random(seed)
    for path in tables_of(case):
        heading, rows = read_rows(path)
        unnamed = {heading.index(name) for name in ("record_id", "corrects") if name in heading}
        plain = [row for row in rows if not any(row[at] for at in unnamed)] or rows[:0]
        late = [chance.choice(plain) for _ in range(chance.randrange(1, 6))] if plain else []
        write_rows(path, heading, rows + late)
    return case, out


def declare(case: Path, text: str) -> None:
    with (case / "case.yaml").open("a", encoding="utf-8") as file:
        file.write(text)


def fen(text: str) -> int:
    return int(text.replace(".", ""))


@pytest.mark.rules("D5")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("mode", ["at_price", "reshare"])
def test_a_correction_of_nothing_is_nothing(seed: int, mode: str, tmp_path: Path) -> None:
    case, out = tmp_path / "case", tmp_path / "closed"
    write_random_case(case, 31_000 + seed, 150, dirty=True, features=FEATURES)
    settle_case(case, out, stop_on_reject=False)
    declare(case, f"\ncorrections: {{mode: {mode}}}\n")
    told = correct_case(case, out, tmp_path / "adj", stop_on_reject=False)
    assert read(tmp_path / "adj", "adjustments") == read(tmp_path / "adj", "key_changes") == []
    assert told["adjustments"]["rows"] == 0


@pytest.mark.rules("D5")
@pytest.mark.parametrize("seed", SEEDS)
def test_sharing_again_moves_what_the_pools_pay(seed: int, tmp_path: Path) -> None:
    """All differences are the change of what pools pay; corrected again there are none."""
    case, out = closed_and_late(tmp_path, 32_000 + seed, PAYING | {"bounds", "surplus"})
    declare(case, "\ncorrections: {mode: reshare}\n")
    correct_case(case, out, tmp_path / "adj", stop_on_reject=False)
    settle_case(case, tmp_path / "now", stop_on_reject=False)
    moved: dict[tuple[str, ...], int] = defaultdict(int)
    for sign, folder in ((1, "now"), (-1, "closed")):
        for row in read(tmp_path / folder, "payouts"):
            name = tuple(row[column] for column in ("institution_id", "pool", "person_id"))
            moved[name] += sign * fen(row["amount"])
    rows = read(tmp_path / "adj", "adjustments")
    found = {
        (row["institution_id"], row["pool"], row["person_id"]): fen(row["amount"]) for row in rows
    }
    assert found == {name: one for name, one in moved.items() if one}
    paid = [
        sum(fen(row["paid"]) for row in read(tmp_path / one, "pools")) for one in ("now", "closed")
    ]
    assert sum(found.values()) == paid[0] - paid[1]
    correct_case(case, out, tmp_path / "again", earlier=[tmp_path / "adj"], stop_on_reject=False)
    assert read(tmp_path / "again", "adjustments") == []


@pytest.mark.rules("D5")
@pytest.mark.parametrize("seed", SEEDS)
def test_the_price_is_the_locked_one(seed: int, tmp_path: Path) -> None:
    case, out = closed_and_late(tmp_path, 33_000 + seed, PAYING)
    settle_case(case, tmp_path / "now", stop_on_reject=False)
    expected = at_price(out, tmp_path / "now")
    if expected is None:
        with pytest.raises(RefusedError, match="CORRECT_NO_PRICE"):
            correct_case(case, out, tmp_path / "adj", stop_on_reject=False)
        return
    correct_case(case, out, tmp_path / "adj", stop_on_reject=False)
    rows = read(tmp_path / "adj", "adjustments")
    found = {
        (row["institution_id"], row["pool"], row["person_id"]): fen(row["amount"]) for row in rows
    }
    assert found == {name: amount for name, amount in expected.items() if amount}
    correct_case(case, out, tmp_path / "again", earlier=[tmp_path / "adj"], stop_on_reject=False)
    assert read(tmp_path / "again", "adjustments") == []


def at_price(closed: Path, now: Path) -> dict[Row, int] | None:
    """What 5.19 pays, from the tables; ``None`` where somebody has no price."""
    before, after = person_keys(closed), person_keys(now)
    received: dict[tuple[str, str], int] = defaultdict(int)
    keys: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for row in read(closed, "allocations"):
        if row["level"] == "person":
            received[row["pool"], row["parent"]] += fen(row["amount"])
            keys[row["pool"], row["parent"]] += Fraction(row["key"])
    empty = {row["pool"] for row in read(closed, "pools") if row["amount"] == "0.00"}
    kept = {
        (row["institution_id"], row["pool"], row["person_id"]): Fraction(row["coefficient"])
        for folder in (closed, now)
        for row in read(folder, "withheld")
    }
    places = {row["department_id"]: row["institution_id"] for row in departments(closed.parent)}
    exact: dict[Row, Fraction] = defaultdict(Fraction)
    for pool, parent, person in {*before, *after}:
        change = after.get((pool, parent, person), Fraction(0)) - before.get(
            (pool, parent, person), Fraction(0)
        )
        who = places.get(parent, parent), pool, person
        if change and keys[pool, parent]:
            price = Fraction(received[pool, parent]) / keys[pool, parent]
            exact[who] += change * price * kept.get(who, Fraction(1))
        elif change and pool not in empty:
            return None
    return {row: half_up(value) for row, value in exact.items()}


def half_up(value: Fraction) -> int:
    """Half-up, halves of negative numbers away from zero."""
    size = floor(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


def departments(base: Path) -> list[dict[str, str]]:
    return read(base / "case", "departments")


def person_keys(folder: Path) -> Mapping[Row, Fraction]:
    """The key of each person under each parent; every name stands once."""
    rows = [row for row in read(folder, "allocations") if row["level"] == "person"]
    keys = {(row["pool"], row["parent"], row["child"]): Fraction(row["key"]) for row in rows}
    assert len(keys) == len(rows), "pools of one name meet at one parent"
    return keys


@pytest.mark.rules("D5")
@pytest.mark.parametrize("seed", SEEDS)
def test_the_months_the_corrections_and_the_end_come_to_the_year(seed: int, tmp_path: Path) -> None:
    """Twelve months with pools of their own, one corrected twice; the year pays the rest."""
    chance = random.Random(34_000 + seed)
    people = ["P1", "P2", "P3", "P4"][: chance.randrange(2, 5)]
    year = tmp_path / "year"
    rows = {month: records(chance, people, month) for month in range(1, 13)}
    amounts = {month: chance.randrange(100, 99_999) for month in range(1, 13)}
    paid, total = [], sum(amounts.values())
    for month, lines in rows.items():
        case = write_month(
            tmp_path / f"c{month}", f"2025-{month:02}", people, lines, amounts[month]
        )
        settle_case(case, tmp_path / f"m{month}")
        paid.append(tmp_path / f"m{month}")
    late = chance.randrange(1, 13)
    adjusted: list[Path] = []
    for turn in range(2):
        rows[late] += records(chance, people, late)
        name = f"2025-{late:02}"
        case = write_month(tmp_path / f"late{turn}", name, people, rows[late], amounts[late])
        correct_case(case, tmp_path / f"m{late}", tmp_path / f"adj{turn}", earlier=adjusted)
        adjusted.append(tmp_path / f"adj{turn}")
    write_month(year, "2025", people, [line for some in rows.values() for line in some], total)
    chance.shuffle(paid)
    year_end_case(year, paid, tmp_path / "out", adjusted=adjusted)
    got: dict[str, int] = defaultdict(int)
    for folder, name in (
        *((one, "payouts") for one in paid),
        *((one, "adjustments") for one in adjusted),
    ):
        for row in read(folder, name):
            got[row["person_id"]] += fen(row["amount"])
    worth = {row["person_id"]: fen(row["amount"]) for row in read(tmp_path / "out", "payouts")}
    found = read(tmp_path / "out", "year_end")
    assert {row["person_id"]: fen(row["entitlement"]) for row in found} == worth
    assert {row["person_id"]: fen(row["due"]) for row in found} == {
        person: worth[person] - got[person] for person in worth
    }
    assert sum(worth.values()) == total


def records(chance: random.Random, people: list[str], month: int) -> list[str]:
    """A record of everybody or of some, but of one at least."""
    some = [one for one in people if chance.random() < 0.7] or people[:1]
    return [f"I1,{one},A,2025-{month:02}-05,{chance.randrange(1, 5000) / 1000}" for one in some]


def write_month(case: Path, period: str, people: list[str], lines: list[str], amount: int) -> Path:
    tables = {
        "case.yaml": f'period: "{period}"\n',
        "institutions.csv": "institution_id\nI1\n",
        "staff.csv": "person_id,institution_id\n" + "".join(f"{one},I1\n" for one in people),
        "weights.csv": "item_code,weight,valid_from\nA,1.3,2020-01-01\n",
        "pools.csv": f"institution_id,pool,amount\nI1,P,{amount // 100}.{amount % 100:02}\n",
        "records.csv": "institution_id,person_id,item_code,service_date,quantity\n"
        + "".join(f"{line}\n" for line in lines),
    }
    case.mkdir()
    for name, text in tables.items():
        (case / name).write_text(text, encoding="utf-8")
    return case
