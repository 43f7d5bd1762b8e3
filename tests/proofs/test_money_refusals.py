"""Engine and reference refuse the same cases for the same reason, and settle the others alike.

Each random case is spoiled once: a row or a figure that a fund needs is taken away or moved.
Catches: what is missing and is taken for 1 or 0; a change within a month that is settled as if it
came with the next.
"""

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from equivalents import settle_case
from equivalents.errors import DataError
from tests.against_reference import compare
from tests.plainyaml import plain_yaml
from tests.proofs.changing import read_rows, write_rows
from tests.proofs.counts import counts
from tests.reference import FUNDS, Refused, settle, write_random_case

Spoil = Callable[[Path, random.Random], None]
Row = dict[str, str]
FIRST = 35_010
"""Some of the cases from this seed on are refused for each of the reasons."""


def change_table(name: str, change: Callable[[list[Row], random.Random], None]) -> Spoil:
    """A spoil of the rows of one table, where the case has it."""

    def spoil(case: Path, chance: random.Random) -> None:
        path = case / f"{name}.csv"
        if path.exists():
            heading, rows = read_rows(path)
            named = [dict(zip(heading, row, strict=True)) for row in rows]
            change(named, chance)
            write_rows(path, heading, [[row.get(key, "") for key in heading] for row in named])

    return spoil


def drop_some(rows: list[Row], chance: random.Random) -> None:
    for _ in range(2 * len(rows) // 3):
        rows.pop(chance.randrange(len(rows)))


def drop_those_of_a_place(rows: list[Row], chance: random.Random) -> None:
    of_funds = [row for row in rows if row["kind"] in ("eff", "adj")]
    place = chance.choice(of_funds)["subject_id"]
    rows[:] = [row for row in rows if row not in of_funds or row["subject_id"] != place]


def blank_births(rows: list[Row], chance: random.Random) -> None:
    for row in chance.sample(rows, min(3, len(rows))):
        if "birth_date" in row:
            row["birth_date"] = ""


def blank_sources(rows: list[Row], chance: random.Random) -> None:
    for row in rows:
        if row.get("source") and chance.random() < 0.2:
            row["source"] = ""


def change_funds(change: Callable[[Any, random.Random], None]) -> Spoil:
    """A spoil of funds in every layer of the scheme; only the first says of which kind they are."""

    def spoil(case: Path, chance: random.Random) -> None:
        for path in (case / "case.yaml", *sorted(case.glob("schemes/*.yaml"))):
            text = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
            for fund in (text.get("funds") or {}).values():
                change(fund, chance)
            path.write_text(plain_yaml(text, sort_keys=False), "utf-8")

    return spoil


def approvals_elsewhere(case: Path, chance: random.Random) -> None:
    """Given money is for one institution only; what others have of it approved stays there."""
    heading, rows = read_rows(case / "institutions.csv")
    here = chance.choice(rows)[heading.index("institution_id")]

    def only_here(fund: Any, chance: random.Random) -> None:
        if fund.get("kind") == "given":
            fund["institutions"] = {"ids": [here]}

    change_funds(only_here)(case, chance)


def ever(text: str, unit: str) -> dict[str, str]:
    """A figure in force always."""
    return {"value": text, "valid_from": "2000-01-01", "unit": unit}


def over_budget(fund: Any, chance: random.Random) -> None:
    if "over_budget" in fund:
        fund |= {"over_budget": "refuse", "budget": ever("0.01", "元")}


def in_mid_month(fund: Any, chance: random.Random) -> None:
    if "kind" not in fund:
        for key in ("valid_from", "valid_to"):
            fund.pop(key, None)
    if fund.get("kind") in ("per_item", "per_equivalent") and chance.random() < 0.7:
        fund["valid_from"] = f"{chance.choice((2024, 2025))}-{chance.randrange(1, 13):02}-11"
        fund.pop("valid_to", None)


def payers_change(fund: Any, chance: random.Random) -> None:
    payers = fund.get("payers") or []
    if "kind" in fund and payers and "payers" not in payers[0] and "amount" not in str(payers):
        day = f"{chance.choice((2024, 2025))}-{chance.randrange(1, 13):02}-01"
        alone = {"payers": [{"payer": "别人", "share": "1"}], "valid_from": day}
        fund["payers"] = [{"payers": payers, "valid_to": day}, alone]


def no_price(fund: Any, chance: random.Random) -> None:
    for key in ("price", "tiers", "group_prices"):
        fund.pop(key, None)
    if fund.get("kind") == "per_equivalent" and "floating" not in fund:
        prices = {"别组": "1", "I": chance.choice(("2", "0.5"))}
        fund["group_prices"] = {group: ever(text, "元/当量") for group, text in prices.items()}


def split_days(fund: Any, chance: random.Random) -> None:
    if fund.get("kind") == "split":
        fund["valid_from"] = f"{chance.choice((2024, 2025))}-{chance.randrange(2, 13):02}-01"


def booked_again(case: Path, chance: random.Random) -> None:
    """Every fund stands in the account as income, by its code or with 收入 behind it."""
    text = "".join(path.read_text("utf-8") for path in case.rglob("*.yaml"))
    names = sorted({*re.findall(r"\b(?:given|per_\w+|packages|tasks|floor|split)-\d\b", text)})

    def change(rows: list[Row], chance: random.Random) -> None:
        for row in rows:
            if row["kind"] == "income" and chance.random() < 0.7:
                row["line"] = chance.choice(names) + chance.choice(("", "收入"))

    change_table("accounts", change)(case, chance)


SPOILS: dict[str, Spoil] = {
    "registers": change_table("registers", drop_some),
    "coefficients": change_table("coefficients", drop_those_of_a_place),
    "births": change_table("contracts", blank_births),
    "sources": change_table("accounts", blank_sources),
    "approvals": approvals_elsewhere,
    "budgets": change_funds(over_budget),
    "months": change_funds(in_mid_month),
    "payers": change_funds(payers_change),
    "prices": change_funds(no_price),
    "splits": change_funds(split_days),
    "booked": booked_again,
}


def why_refused(case: Path) -> str:
    """The reason why the reference refuses a case; blank where it can be settled."""
    try:
        settle(case)
    except Refused as refused:
        return refused.code
    return ""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Random cases that can be settled."""
    folder = tmp_path_factory.mktemp("cases")
    seeds = range(FIRST, FIRST + counts(6, 30))
    for seed in seeds:
        write_random_case(folder / str(seed), seed, 15, dirty=True, features=FUNDS)
    return [folder / str(seed) for seed in seeds]


@pytest.mark.rules("B1", "B2", "B4", "B5", "B6", "B10")
@pytest.mark.parametrize("name", SPOILS)
def test_what_cannot_be_settled_is_refused_for_the_same_reason(
    name: str, cases: list[Path], tmp_path: Path
) -> None:
    refused = 0
    for number, whole in enumerate(cases, start=FIRST):
        case, out = tmp_path / f"case-{number}", tmp_path / f"out-{number}"
        shutil.copytree(whole, case)
        SPOILS[name](case, random.Random(number))
        reason = why_refused(case)
        if reason:
            refused += 1
            with pytest.raises(DataError) as told:
                settle_case(case, out, stop_on_reject=False)
            codes = {problem.code for problem in told.value.problems}
            assert reason in codes, (number, reason, sorted(codes))
        else:
            assert compare(case, out) == [], number
    assert refused, "some of these cases cannot be settled"
