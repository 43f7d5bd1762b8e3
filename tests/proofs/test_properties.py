"""What must hold whatever the records are: order, splitting, scale and format change nothing.

Catches: a sum that depends on the order of rows, a file that is counted twice or not at all, a
cut of buckets that leaks into results, a fen that appears or vanishes, unequal pay for equal keys.
"""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from equivalents import settle_case
from tests.against_reference import read_out
from tests.proofs.changing import (
    Change,
    check_no_byte_changes,
    check_threads_and_cuts,
    read_rows,
    shuffle_master_tables,
    shuffle_performers,
    shuffle_rows,
    split_files,
    tables_of,
    to_gb18030,
    to_parquet,
    weights_times_ten,
    write_rows,
)
from tests.proofs.counts import counts
from tests.reference import write_random_case

_TOTALS = 30
"""No line of a random case is made of more totals."""
SEEDS = range(counts(4, 40))


@pytest.mark.rules("A10", "A5", "D2")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "change",
    [
        shuffle_rows,
        split_files,
        shuffle_performers,
        to_parquet,
        to_gb18030,
        shuffle_master_tables,
    ],
)
def test_order_splitting_and_format_change_nothing(
    change: Change, seed: int, tmp_path: Path
) -> None:
    write_random_case(tmp_path / "case", 5000 + seed, 300, dirty=False)
    check_no_byte_changes(tmp_path, [change], seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_case_gives_every_byte_again(seed: int, tmp_path: Path) -> None:
    write_random_case(tmp_path / "case", 6000 + seed, 300, dirty=True)
    for name in ("one", "other"):
        settle_case(tmp_path / "case", tmp_path / name, stop_on_reject=False)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("seed", SEEDS)
def test_threads_and_finer_buckets_change_nothing(seed: int, tmp_path: Path) -> None:
    write_random_case(tmp_path / "case", 7000 + seed, 400, dirty=True)
    check_threads_and_cuts(tmp_path / "case")


@pytest.mark.rules("A1")
@pytest.mark.parametrize("seed", SEEDS)
def test_scaling_all_weights_changes_no_payout(seed: int, tmp_path: Path) -> None:
    case = tmp_path / "case"
    write_random_case(case, 8000 + seed, 300, dirty=False)
    settle_case(case, tmp_path / "one")
    weights_times_ten(case)
    settle_case(case, tmp_path / "ten")
    names = ("institution_id", "pool", "person_id", "amount", "remainder_fen")
    one, ten = (
        [tuple(row[name] for name in names) for row in read_out(tmp_path / folder, "payouts")]
        for folder in ("one", "ten")
    )
    assert one == ten


@pytest.mark.rules("D2")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_correction_that_undoes_itself_changes_nothing(seed: int, tmp_path: Path) -> None:
    case = tmp_path / "case"
    write_random_case(case, 9000 + seed, 200, dirty=False)
    settle_case(case, tmp_path / "one")
    line = next(row for row in read_out(tmp_path / "one", "equivalents") if row["share"] == "1")
    good = _some_record(case, line)
    (case / "records").mkdir(exist_ok=True)
    if (case / "records.csv").is_file():
        (case / "records.csv").rename(case / "records" / "records.csv")
    rows = [[*good, "7.125", "UNDO-1", ""], [*good, "-7.125", "UNDO-2", "UNDO-1"]]
    columns = [*columns_of_a_record(), "quantity", "record_id", "corrects"]
    write_rows(case / "records" / "undo.csv", columns, rows)
    settle_case(case, tmp_path / "two", stop_on_reject=False)
    pay = [(tmp_path / name / "payouts.csv").read_bytes() for name in ("one", "two")]
    assert pay[0] == pay[1]


def _some_record(case: Path, line: dict[str, str]) -> list[str]:
    """A record of that line's person, item and month without attributes of its own."""
    for path in tables_of(case):
        heading, rows = read_rows(path)
        for row in rows:
            named = dict(zip(heading, row, strict=True))
            same = all(named[name] == line[name] for name in ("institution_id", "person_id"))
            if same and named["item_code"] == line["item_code"]:
                return [named[name] for name in columns_of_a_record()]
    raise AssertionError("the line has a record")


def columns_of_a_record() -> tuple[str, ...]:
    return ("institution_id", "person_id", "item_code", "service_date")


@pytest.mark.rules("D1", "D2")
@pytest.mark.parametrize("seed", SEEDS)
def test_statements_re_add_and_equal_keys_get_equal_money(seed: int, tmp_path: Path) -> None:
    write_random_case(tmp_path / "case", 10_000 + seed, 400, dirty=True)
    settle_case(tmp_path / "case", tmp_path / "out", stop_on_reject=False)
    re_add(tmp_path / "out")


def re_add(out: Path) -> None:
    """Re-add a result from its printed text alone, as a clerk with a calculator would."""
    per_person: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for line in read_out(out, "equivalents"):
        product = Fraction(line["quantity"]) * Fraction(line["weight"]) * Fraction(line["share"])
        earned = Decimal(line["equivalents"])
        # A part is within one unit of the seventh place of each total that it was split from.
        near = 0 if line["share"] == "1" else Fraction(_TOTALS, 10**7)
        assert abs(product - Fraction(earned)) <= near
        per_person[line["series"], line["institution_id"], line["person_id"]] += earned
    series = {(r["institution_id"], r["pool"]): r["series"] for r in read_out(out, "pools")}
    by_pool: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in read_out(out, "payouts"):
        pool = (row["institution_id"], row["pool"])
        by_pool[pool].append(row)
        total = per_person[series[pool], row["institution_id"], row["person_id"]]
        assert Decimal(row["equivalents"]) == total
        assert Decimal(row["key"]) == max(total, Decimal(0))
    for row in read_out(out, "pools"):
        people = by_pool[row["institution_id"], row["pool"]]
        _re_add_pool(Decimal(row["amount"]), people)


def _re_add_pool(amount: Decimal, people: list[dict[str, str]]) -> None:
    assert sum((Decimal(row["amount"]) for row in people), Decimal(0)) == amount
    keys = sum((Decimal(row["key"]) for row in people), Decimal(0))
    by_key: dict[Decimal, set[Decimal]] = defaultdict(set)
    for row in people:
        key, paid, extra = Decimal(row["key"]), Decimal(row["amount"]), int(row["remainder_fen"])
        by_key[key].add(paid)
        if keys:
            floor = (amount * 100 * key) // keys
            assert paid * 100 == floor + extra
    for paid_amounts in by_key.values():
        assert max(paid_amounts) - min(paid_amounts) <= Decimal("0.01")
