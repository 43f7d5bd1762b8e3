"""A random case as it is known later, and in parts of its year: for corrections and year-ends."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from random import Random

from tests.reference.random_case import POOL_COLUMNS
from tests.reference.random_csv import write_csv, write_table
from tests.reference.settling import settle
from tests.reference.text import Refused, csv_rows, csv_table

TRIES = 30


def known_later(case: Path, folder: Path, seed: int, *, pools: bool = False) -> None:
    """Write the case with late records, records that were wrong, and other people's work.

    With `pools` the pools are others too, as where a table was wrong. A case that is not dirty
    stays so, and stays payable.
    """
    rng = Random(f"later {seed}")
    for _ in range(TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(case, folder)
        for path in sorted([*folder.glob("records.csv"), *folder.glob("records/*.csv")]):
            _change(rng, path)
        if pools:
            rows = [_other_amount(rng, row) for row in csv_table(folder / "pools.csv")]
            write_table(rng, folder / "pools.csv", POOL_COLUMNS, rows)
        try:
            outcome = settle(folder)
        except Refused:
            continue
        if not any(counts.rejected for counts in outcome.counts.values()):
            return
    shutil.rmtree(folder)
    shutil.copytree(case, folder)


def _change(rng: Random, path: Path) -> None:
    """Leave some rows out, write some again as late ones, and give some a quantity of 2."""
    header, of_file = csv_rows(path)
    rows = [list(fields) for _, fields in of_file]
    named = header.index("record_id") if "record_id" in header else None
    quantity = header.index("quantity")
    kept: list[list[str]] = []
    for row in rows:
        chance = rng.random()
        plain = len(row) == len(header) and (named is None or not row[named])
        if chance < 0.15 and plain:
            continue
        kept.append(row)
        if chance > 0.75 and plain:
            late = list(row)
            late[quantity] = "1" if "service_end_date" in header else "2"
            kept.append(late)
    rng.shuffle(kept)
    write_csv(rng, path, header, kept or rows)


def _other_amount(rng: Random, row: dict[str, str]) -> dict[str, str]:
    """Return a pool that may have another amount; one of nothing stays so."""
    if row["amount"] in ("0", "0.00") or rng.random() < 0.5:
        return row
    return row | {"amount": f"{rng.randrange(1, 90_000)}.{rng.randrange(100):02}"}


def in_halves(case: Path, folder: Path, seed: int) -> list[Path]:
    """Write the halves of a case of a whole year, each with a part of its pools.

    None where the case is of another period, or a half cannot be paid otherwise. A pool that a
    half cannot pay is one of the other.
    """
    rng = Random(f"halves {seed}")
    text = (case / "case.yaml").read_text(encoding="utf-8")
    told = re.search(r"^period: ['\"]?(\d{4})['\"]?$", text, re.MULTILINE)
    if told is None:
        return []
    halves = [folder / "H1", folder / "H2"]
    pools = csv_table(case / "pools.csv")
    parts = [rng.choice((0, 1, 5, 9)) for _ in pools]
    for number, half in enumerate(halves):
        shutil.copytree(case, half)
        now = text.replace(told[0], f"period: {told[1]}-H{number + 1}")
        now = re.sub(r"^outside_period: .*\n", "", now, flags=re.MULTILINE)
        now += "outside_period: exclude\n"
        (half / "case.yaml").write_text(now, encoding="utf-8")
        rows = [
            row | {"amount": _part(row["amount"], part if number == 0 else 9 - part)}
            for row, part in zip(pools, parts, strict=True)
        ]
        if not _pay(rng, half, rows):
            return []
    return halves


def _pay(rng: Random, half: Path, rows: list[dict[str, str]]) -> bool:
    """Write the pools of a half; those that are refused have nothing. Say whether all is paid."""
    while True:
        write_table(rng, half / "pools.csv", POOL_COLUMNS, rows)
        try:
            settle(half)
        except Refused as refused:
            names = [f"{row['institution_id']}/{row['pool']}/" for row in rows]
            at = [n for n, name in enumerate(names) if refused.where.startswith(name)]
            if not at or rows[at[0]]["amount"] == "0.00":
                return False
            rows[at[0]]["amount"] = "0.00"
        else:
            return True


def _part(yuan: str, ninths: int) -> str:
    """Return a part of an amount, in whole fen."""
    whole, _, cents = yuan.partition(".")
    fen = (int(whole) * 100 + int((cents + "00")[:2])) * ninths // 9
    return f"{fen // 100}.{fen % 100:02}"
