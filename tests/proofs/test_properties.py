"""What must hold whatever the records are: order, splitting, scale and format change nothing.

Catches: a sum that depends on the order of rows, a file that is counted twice or not at all, a
cut of buckets that leaks into results, a fen that appears or vanishes, unequal pay for equal keys.
"""

import csv
import random
import shutil
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from equivalents import Source, load_case, settle, settle_case
from tests.against_reference import read_out
from tests.proofs.counts import counts
from tests.reference import write_random_case

# These follow the rows of the input by nature; everything else must not change by a byte.
FOLLOWS_FILES = {"rejected.csv", "problems.csv", "manifest.json", "settlement.xlsx"}
_TOTALS = 30
"""No line of a random case is made of more totals."""
SEEDS = range(counts(4, 40))

Change = Callable[[Path, random.Random], None]


def _tables(case: Path) -> list[Path]:
    return sorted([*case.glob("records.csv"), *case.glob("records/*.csv")])


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = (row for row in csv.reader(file) if row)
    return heading, rows


def _write(path: Path, heading: list[str], rows: list[list[str]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([heading, *rows])


def shuffle_rows(case: Path, chance: random.Random) -> None:
    for path in _tables(case):
        heading, rows = _read(path)
        chance.shuffle(rows)
        _write(path, heading, rows)


def split_files(case: Path, chance: random.Random) -> None:
    for path in _tables(case):
        heading, rows = _read(path)
        path.unlink()
        case.joinpath("records").mkdir(exist_ok=True)
        at = chance.randrange(len(rows) + 1)
        for name, part in (("z", rows[:at]), ("a", rows[at:])):
            _write(case / "records" / f"{name}-{path.stem}.csv", heading, part)


def shuffle_performers(case: Path, chance: random.Random) -> None:
    for path in _tables(case):
        heading, rows = _read(path)
        if "performers" in heading:
            at = heading.index("performers")
            for row in rows:
                named = row[at].split(";")
                chance.shuffle(named)
                row[at] = ";".join(named)
        _write(path, heading, rows)


def to_parquet(case: Path, chance: random.Random) -> None:
    for path in _tables(case):
        heading, rows = _read(path)
        columns = list(zip(*rows, strict=True)) or [()] * len(heading)
        table = pa.table(
            {h: pa.array(c, pa.string()) for h, c in zip(heading, columns, strict=True)}
        )
        pq.write_table(table, path.with_suffix(".parquet"), row_group_size=chance.randrange(7, 90))
        path.unlink()


def to_gb18030(case: Path, chance: random.Random) -> None:
    for path in _tables(case):
        text = path.read_text(encoding="utf-8-sig")
        path.write_bytes(text.encode("gb18030"))


def shuffle_master_tables(case: Path, chance: random.Random) -> None:
    for name in ("institutions", "staff", "weights", "pools", "teams"):
        path = case / f"{name}.csv"
        if path.is_file():
            heading, rows = _read(path)
            chance.shuffle(rows)
            _write(path, heading, rows)


def _same(one: Path, other: Path) -> None:
    names = {path.name for path in one.iterdir()}
    assert names == {path.name for path in other.iterdir()}
    for name in sorted(names - FOLLOWS_FILES):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


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
    case, changed = tmp_path / "case", tmp_path / "changed"
    write_random_case(case, 5000 + seed, 300, dirty=False)
    settle_case(case, tmp_path / "one")
    shutil.copytree(case, changed)
    change(changed, random.Random(seed))
    settle_case(changed, tmp_path / "other")
    _same(tmp_path / "one", tmp_path / "other")


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
    case = load_case(tmp_path / "case")
    source = Source(case.folder, case.records)
    plain = settle(case.rules, source.blocks)
    cuts = range(case.rules.period.start, case.rules.period.end, 3)
    for other in (settle(case.rules, source.blocks, workers=4),
                  settle(case.rules, source.blocks, more_cuts=cuts),
                  settle(case.rules, source.blocks, path="direct", workers=3)):  # fmt: skip
        assert plain.payouts is not None
        assert other.payouts is not None
        assert other.counted.counted == plain.counted.counted
        assert other.counted.verdicts == plain.counted.verdicts
        for name in ("pool", "person", "equivalents_e7", "amount_fen", "remainder_fen"):
            one, two = getattr(plain.payouts, name), getattr(other.payouts, name)
            assert one.tolist() == two.tolist()


@pytest.mark.rules("A1")
@pytest.mark.parametrize("seed", SEEDS)
def test_scaling_all_weights_changes_no_payout(seed: int, tmp_path: Path) -> None:
    case = tmp_path / "case"
    write_random_case(case, 8000 + seed, 300, dirty=False)
    settle_case(case, tmp_path / "one")
    for path in (*case.glob("weights.csv"), *case.glob("tables/*.csv")):
        heading, rows = _read(path)
        at = heading.index("weight")
        for row in rows:
            row[at] = str(Decimal(row[at]) * 10)
        _write(path, heading, rows)
    for path in case.glob("tables/*.yaml"):
        _scale_yaml(path)
    settle_case(case, tmp_path / "ten")
    names = ("institution_id", "pool", "person_id", "amount", "remainder_fen")
    one, ten = (
        [tuple(row[name] for name in names) for row in read_out(tmp_path / folder, "payouts")]
        for folder in ("one", "ten")
    )
    assert one == ten


def _scale_yaml(path: Path) -> None:
    import yaml

    table = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    for row in [*table["rows"], table.get("defaults", {})]:
        if "weight" in row:
            row["weight"] = str(Decimal(row["weight"]) * 10)
    path.write_text(yaml.safe_dump(table, allow_unicode=True), encoding="utf-8")


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
    _write(case / "records" / "undo.csv", columns, rows)
    settle_case(case, tmp_path / "two", stop_on_reject=False)
    pay = [(tmp_path / name / "payouts.csv").read_bytes() for name in ("one", "two")]
    assert pay[0] == pay[1]


def _some_record(case: Path, line: dict[str, str]) -> list[str]:
    """A record of that line's person, item and month without attributes of its own."""
    for path in _tables(case):
        heading, rows = _read(path)
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
