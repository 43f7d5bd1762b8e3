"""What must hold with everything of the paying side on: shares, coefficients, ceilings, levels.

Catches: an order of rows that decides who gets a fen, a sum over postings in place of people, a
part of a cut or of a line that vanishes between departments, a statement that does not add up.
"""

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from equivalents import Source, load_case, settle, settle_case
from equivalents.explain import explain_person
from equivalents.poolaccount import explain_pool
from equivalents.report.explained import person_text
from equivalents.report.explained_pool import pool_text
from tests.against_reference import read_out
from tests.proofs.changing import (
    Change,
    check_no_byte_changes,
    shuffle_master_tables,
    shuffle_performers,
    shuffle_rows,
    split_files,
    to_parquet,
    weights_times_ten,
)
from tests.proofs.counts import counts
from tests.reference import PAY, write_random_case
from tests.statement_pool import re_add_pool
from tests.statements import re_add

PAYING = frozenset(("shares", "coefficients", "ceilings", "levels", "bounds", "surplus"))
"""The paying side, and shared records."""
SEEDS = range(counts(6, 30))
TOLD = sorted({*SEEDS, 49})
"""Of 49 somebody is below 0 in one of his departments, and a bound is an average of no heads."""
_TOTALS = 30
"""No line of a random case is made of more totals."""


@pytest.mark.rules("A5", "A7", "A8", "B7", "D1", "D3")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "changes",
    [(shuffle_master_tables,), (shuffle_rows, split_files, shuffle_performers), (to_parquet,)],
    ids=["tables", "records", "parquet"],
)
def test_order_and_splitting_change_no_byte(
    changes: tuple[Change, ...], seed: int, tmp_path: Path
) -> None:
    features = PAYING | PAY if seed % 2 else PAYING
    write_random_case(tmp_path / "case", 11_000 + seed, 150, dirty=False, features=features)
    check_no_byte_changes(tmp_path, changes, seed)


@pytest.mark.rules("A1", "D1", "D3")
@pytest.mark.parametrize("seed", SEEDS)
def test_scaling_all_weights_changes_no_payout(seed: int, tmp_path: Path) -> None:
    # Without ceilings, coefficients and shares no equivalent is rounded.
    case = tmp_path / "case"
    features = frozenset(("levels", "bounds", "surplus"))
    write_random_case(case, 12_000 + seed, 150, dirty=False, features=features)
    settle_case(case, tmp_path / "one")
    weights_times_ten(case)
    settle_case(case, tmp_path / "ten")
    columns = {
        "payouts": ("institution_id", "pool", "person_id", "amount", "remainder_fen", "capped"),
        "allocations": ("level", "pool", "parent", "child", "amount", "remainder_fen"),
        "pools": ("institution_id", "pool", "paid", "retained", "carried"),
    }
    for name, figures in columns.items():
        one, ten = (
            [tuple(row[figure] for figure in figures) for row in read_out(tmp_path / folder, name)]
            for folder in ("one", "ten")
        )
        assert one == ten, name


@pytest.mark.rules("D1", "D2")
@pytest.mark.parametrize("seed", SEEDS)
def test_equal_keys_differ_by_a_fen_and_larger_ones_never_get_less(
    seed: int, tmp_path: Path
) -> None:
    # With bounds, whose own are different, equal keys may get different money.
    features = PAYING - {"bounds"}
    write_random_case(tmp_path / "case", 13_000 + seed, 150, dirty=True, features=features)
    settle_case(tmp_path / "case", tmp_path / "out", stop_on_reject=False)
    shared: dict[tuple[str, ...], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for row in read_out(tmp_path / "out", "allocations"):
        of = row["level"], row["pool"], row["parent"]
        shared[of].append((Decimal(row["key"]), Decimal(row["amount"])))
    for parent, children in shared.items():
        children.sort()
        for (key, paid), (larger, more) in pairwise(children):
            assert paid <= more, parent
            assert larger > key or more - paid <= Decimal("0.01"), parent


@pytest.mark.rules("A5", "A7", "A8", "D1", "D2", "D3")
@pytest.mark.parametrize("seed", TOLD)
@pytest.mark.parametrize("bounded", [False, True], ids=["free", "bounded"])
def test_the_statement_of_everybody_re_adds_to_what_is_paid(
    bounded: bool, seed: int, tmp_path: Path
) -> None:
    features = PAYING if bounded else PAYING - {"bounds"}
    write_random_case(tmp_path / "case", 14_000 + seed, 150, dirty=True, features=features)
    settle_case(tmp_path / "case", tmp_path / "out", stop_on_reject=False)
    paid: dict[str, Decimal] = defaultdict(Decimal)
    by_place: dict[tuple[str, str, str], int] = defaultdict(int)
    people: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in read_out(tmp_path / "out", "payouts"):
        paid[row["person_id"]] += Decimal(row["amount"])
        fen = int(Decimal(row["amount"]) * 100)
        by_place[row["institution_id"], row["pool"], row["person_id"]] += fen
    case = load_case(tmp_path / "case")
    settled = settle(case.rules, Source(case.folder, case.records).blocks)
    assert paid
    for person, amount in paid.items():
        text = person_text(explain_person(settled, person))
        assert re_add(text, totals=_TOTALS) == amount * 100, person
    for pool in read_out(tmp_path / "out", "pools"):
        named = pool["institution_id"], pool["pool"]
        told = re_add_pool(pool_text(explain_pool(settled, *named)))
        for name in ("amount", "paid", "retained", "carried"):
            assert getattr(told, name) == Decimal(pool[name]) * 100, (named, name)
        for (place, person), got in told.people.items():
            people[place, pool["pool"], person] += got
    assert people == by_place
