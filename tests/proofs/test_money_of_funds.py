"""What must hold of the money of every settled case with a scheme: sums, nodes, order, dates.

Read from the written tables alone. Catches: a fen lost between payers, dues, pools and what is
left; a row that counts because of where it stands; a date that moves money where nothing changes.
"""

import random
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from equivalents import settle_case
from tests.lines_alike import bound, fen, read_out
from tests.plainyaml import plain_yaml
from tests.proofs.changing import (
    check_no_byte_changes,
    same_bytes,
    shuffle_master_tables,
    shuffle_rows,
)
from tests.proofs.counts import counts
from tests.reference import FUNDS, write_random_case

SEEDS = range(counts(4, 30))
FEATURES = FUNDS | {"surplus", "coefficients", "contracts"}
ABOUT = "示例文件〔2025〕1 号"


def money_rows(out: Path, name: str) -> list[dict[str, str]]:
    return read_out(out, name) if (out / f"{name}.csv").exists() else []


@pytest.mark.rules("B4", "B6", "B7", "B9", "B10", "D0", "D2")
@pytest.mark.parametrize("seed", SEEDS)
def test_every_yuan_has_a_source_and_a_use(seed: int, tmp_path: Path) -> None:
    write_random_case(tmp_path / "case", 31_000 + seed, 40, dirty=True, features=FEATURES)
    out = tmp_path / "out"
    settle_case(tmp_path / "case", out, stop_on_reject=False)
    into, out_of, became = (defaultdict[tuple[str, str], int](int) for _ in range(3))
    for row in read_out(out, "funds"):
        amount, where = fen(row["amount"]), (row["institution_id"], row["fund"])
        assert amount >= 0, row
        for node in ("due", "balance", "project"):
            into[where] += amount if row["use"] == node else 0
            out_of[where] += amount if row["source"] == node else 0
        became[row["institution_id"], row["use"]] += amount
    assert into == out_of
    pools = {(row["institution_id"], row["pool"]): row for row in read_out(out, "pools")}
    for (place, name), row in pools.items():
        uses = [row[use] for use in ("paid", "retained", "carried")]
        assert sum(map(fen, uses)) == fen(row["amount"]), (place, name)
        if name.startswith(("桥", "激励")):
            # What flowed into a pool is what it has, but for what a pay cap took, now or before.
            cut = sum(
                fen(one["amount"])
                for one in read_out(out, "funds")
                if (one["institution_id"], one["fund"]) == (place, name)
                and one["use"].startswith("cap_")
            )
            cut -= sum(
                fen(one["amount"])
                for one in read_out(out, "funds")
                if (one["institution_id"], one["fund"]) == (place, name)
                and one["source"] == "cap_opening"
            )
            assert became[place, name] == fen(row["amount"]) + cut, (place, name)


@pytest.mark.rules("B4", "B6", "B10")
@pytest.mark.parametrize("seed", SEEDS)
def test_payers_make_what_is_due_and_lines_are_factors(seed: int, tmp_path: Path) -> None:
    write_random_case(tmp_path / "case", 32_000 + seed, 40, dirty=True, features=FUNDS)
    out = tmp_path / "out"
    settle_case(tmp_path / "case", out, stop_on_reject=False)
    dues, parts, moved = (defaultdict[tuple[str, ...], int](int) for _ in range(3))
    for row in money_rows(out, "dues"):
        # Payers pay a fund before its splits, and a split nobody pays: it comes out of its parent.
        if not row["what"].startswith(("split:", "fund:")):
            dues[row["institution_id"], row["fund"]] += fen(row["amount"])
    for row in money_rows(out, "ledger"):
        who = (row["institution_id"], row["fund"])
        parts[who] += fen(row["due"])
        assert fen(row["owed"]) == fen(row["due"]) - fen(row["received"])
        for column in ("approved", "received", "paid"):
            moved[(*who, row["payer"], column)] += fen(row[column])
    assert {key: due for key, due in dues.items() if due} == {k: p for k, p in parts.items() if p}
    for row in money_rows(out, "movements"):
        column = "received" if row["kind"] == "advance" else row["kind"]
        moved[row["institution_id"], row["fund"], row["payer"], column] -= fen(row["amount"])
    assert not any(moved.values()), "the ledger is its movements"
    for row in money_rows(out, "restricted"):
        had = fen(row["opening"]) + fen(row["received"]) - fen(row["over_advanced"])
        assert had - fen(row["paid"]) - fen(row["pools"]) == fen(row["closing"]), row
    for row in money_rows(out, "share_tests"):
        reached = fen(row["part"]) >= bound(row["at_least"]) * fen(row["whole"])
        assert (row["holds"] == "1") == reached, row


@pytest.mark.rules("B10", "D2")
@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_rows_moves_no_money(seed: int, tmp_path: Path) -> None:
    write_random_case(tmp_path / "case", 33_000 + seed, 40, dirty=False, features=FEATURES)
    check_no_byte_changes(tmp_path, (shuffle_master_tables, shuffle_rows), seed)


def cut_in_two(figure: Any, day: str) -> list[dict[str, Any]]:
    """A figure as versions with the same content before a day and from it on."""
    one = {"value": figure} if isinstance(figure, str) else dict(figure)
    return [one | {"valid_to": day}, one | {"valid_from": day}]


def date_everything(scheme: Any, chance: random.Random) -> int:
    """Cut undated payers and figures of all funds in two; returns how many were cut."""
    done = 0
    for fund in (scheme.get("funds") or {}).values():
        day = f"{chance.choice((2024, 2025))}-{chance.randrange(1, 13):02}-01"
        payers = fund.get("payers") or []
        if payers and "payers" not in payers[0]:
            halves = [{"payers": payers, "valid_to": day}, {"payers": payers, "valid_from": day}]
            fund["payers"], done = halves, done + 1
        for key in ("rate", "price", "budget", "share"):
            figure = fund.get(key)
            if not isinstance(figure, str | dict) or "valid_to" in figure:
                continue
            since = figure["valid_from"] if isinstance(figure, dict) else fund.get("valid_from", "")
            if since < day:
                fund[key], done = cut_in_two(figure, day), done + 1
    return done


def change_schemes(case: Path, change: Callable[[Any], int]) -> int:
    """Rewrite every scheme of a case, inline or in a file; returns how much was changed."""
    done = 0
    for path in (case / "case.yaml", *sorted(case.glob("schemes/*.yaml"))):
        scheme = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
        done += change(scheme)
        text = plain_yaml(scheme, sort_keys=False)
        path.write_text(text, encoding="utf-8")
    return done


@pytest.mark.rules("B1", "B4")
@pytest.mark.parametrize("seed", SEEDS)
def test_versions_of_the_same_content_move_no_money(seed: int, tmp_path: Path) -> None:
    write_random_case(tmp_path / "case", 34_000 + seed, 40, dirty=False, features=FUNDS)
    settle_case(tmp_path / "case", tmp_path / "one")
    chance = random.Random(seed)
    assert change_schemes(tmp_path / "case", lambda scheme: date_everything(scheme, chance))
    settle_case(tmp_path / "case", tmp_path / "other")
    # The rules as they applied are told with their dates; money is the same.
    for out in (tmp_path / "one", tmp_path / "other"):
        for path in (*out.glob("*.json"), *out.glob("*.xlsx")):
            path.unlink()
    same_bytes(tmp_path / "one", tmp_path / "other")
