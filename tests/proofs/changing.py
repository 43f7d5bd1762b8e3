"""Changes of a case that must change no result, or by what they say: order, files, form, scale."""

import csv
import random
import shutil
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from equivalents import Source, load_case, settle, settle_case
from tests.plainyaml import plain_yaml

# These follow the rows of the input by nature; everything else must not change by a byte.
FOLLOWS_FILES = {"rejected.csv", "problems.csv", "manifest.json", "settlement.xlsx"}
MASTER_TABLES = (
    *("institutions", "departments", "staff", "weights", "pools", "teams"),
    *("coefficients", "opening", "accounts", "leave", "contracts", "registers"),
    *("charges", "tasks", "assessments", "bonuses", "adjustments", "secondary"),
)

Change = Callable[[Path, random.Random], None]


def tables_of(case: Path) -> list[Path]:
    return sorted([*case.glob("records.csv"), *case.glob("records/*.csv")])


def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = (row for row in csv.reader(file) if row)
    return heading, rows


def write_rows(path: Path, heading: list[str], rows: list[list[str]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([heading, *rows])


def shuffle_rows(case: Path, chance: random.Random) -> None:
    for path in tables_of(case):
        heading, rows = read_rows(path)
        chance.shuffle(rows)
        write_rows(path, heading, rows)


def split_files(case: Path, chance: random.Random) -> None:
    for path in tables_of(case):
        heading, rows = read_rows(path)
        path.unlink()
        case.joinpath("records").mkdir(exist_ok=True)
        at = chance.randrange(len(rows) + 1)
        for name, part in (("z", rows[:at]), ("a", rows[at:])):
            write_rows(case / "records" / f"{name}-{path.stem}.csv", heading, part)


def shuffle_performers(case: Path, chance: random.Random) -> None:
    for path in tables_of(case):
        heading, rows = read_rows(path)
        if "performers" in heading:
            at = heading.index("performers")
            for row in rows:
                named = row[at].split(";")
                chance.shuffle(named)
                row[at] = ";".join(named)
        write_rows(path, heading, rows)


def to_parquet(case: Path, chance: random.Random) -> None:
    for path in tables_of(case):
        heading, rows = read_rows(path)
        columns = list(zip(*rows, strict=True)) or [()] * len(heading)
        table = pa.table(
            {h: pa.array(c, pa.string()) for h, c in zip(heading, columns, strict=True)}
        )
        pq.write_table(table, path.with_suffix(".parquet"), row_group_size=chance.randrange(7, 90))
        path.unlink()


def to_gb18030(case: Path, chance: random.Random) -> None:
    for path in tables_of(case):
        text = path.read_text(encoding="utf-8-sig")
        path.write_bytes(text.encode("gb18030"))
    # Made-up names are of rare characters only: a file of them alone would be in doubt.
    with (case / "case.yaml").open("a", encoding="utf-8") as file:
        file.write("reading: {encoding: gb18030}\n")


def shuffle_master_tables(case: Path, chance: random.Random) -> None:
    for name in MASTER_TABLES:
        path = case / f"{name}.csv"
        if path.is_file():
            heading, rows = read_rows(path)
            chance.shuffle(rows)
            write_rows(path, heading, rows)


def same_bytes(one: Path, other: Path) -> None:
    names = {path.name for path in one.iterdir()}
    assert names == {path.name for path in other.iterdir()}
    for name in sorted(names - FOLLOWS_FILES):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def weights_times_ten(case: Path) -> None:
    """Make every weight of a case ten times as large."""
    for path in (*case.glob("weights.csv"), *case.glob("tables/*.csv")):
        heading, rows = read_rows(path)
        at = heading.index("weight")
        for row in rows:
            row[at] = str(Decimal(row[at]) * 10)
        write_rows(path, heading, rows)
    for path in case.glob("tables/*.yaml"):
        scale_yaml(path)


def scale_yaml(path: Path) -> None:
    import yaml

    table = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    for row in [*table["rows"], table.get("defaults", {})]:
        if "weight" in row:
            row["weight"] = str(Decimal(row["weight"]) * 10)
    path.write_text(plain_yaml(table), encoding="utf-8")


def check_no_byte_changes(folder: Path, changes: Sequence[Change], seed: int) -> None:
    """Settle `case` in a folder as it is and with some changes: the same bytes."""
    settle_case(folder / "case", folder / "one")
    shutil.copytree(folder / "case", folder / "changed")
    chance = random.Random(seed)
    for change in changes:
        change(folder / "changed", chance)
    settle_case(folder / "changed", folder / "other")
    same_bytes(folder / "one", folder / "other")


def check_threads_and_cuts(folder: Path) -> None:
    """Settle a case with threads, finer buckets and the direct path: the same counts and money."""
    case = load_case(folder)
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
        for name in ("pool", "person", "equivalents_e7", "raw_e7", "amount_fen", "remainder_fen"):
            one, two = getattr(plain.payouts, name), getattr(other.payouts, name)
            assert one.tolist() == two.tolist()
