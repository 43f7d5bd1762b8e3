"""Settle a case with the engine and hold every record, line and fen against the reference."""

import csv
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from equivalents.run import settle_case
from tests import reference

__all__ = ["compare", "read_out"]

LINE = ("series", "institution_id", "person_id", "item_code", "month", "weight_row", "share")


def read_out(out: Path, name: str) -> list[dict[str, str]]:
    """The rows of one CSV file of OUT."""
    with (out / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def compare(case: Path, out: Path, shipped: Path | None = None) -> list[str]:
    """Every difference between engine and reference, as sentences; none when they agree."""
    expected = reference.settle(case, shipped)
    settle_case(case, out, stop_on_reject=False)
    return [
        *_records(expected, out),
        *_lines(expected, out),
        *_payouts(expected, out),
        *_pools(expected, out),
    ]


def _records(expected: reference.Outcome, out: Path) -> Iterator[str]:
    rejected = {(row["file"], int(row["row"])): row for row in read_out(out, "rejected")}
    for place, verdicts in expected.verdicts.items():
        wanted = {series: v.code for series, v in verdicts.items() if v.state == "rejected"}
        row = rejected.pop(place, None)
        if not wanted:
            if row is not None:
                yield f"{place}: engine rejects with {row['code']}, reference does not"
            continue
        if row is None:
            yield f"{place}: reference rejects with {wanted}, engine does not"
            continue
        named = set(row["series"].split(";")) if row["series"] else set(verdicts)
        if named != set(wanted):
            yield f"{place}: rejected in {named}, reference says {set(wanted)}"
        if row["code"] != wanted[min(named & set(wanted) or set(wanted))]:
            yield f"{place}: engine says {row['code']}, reference {wanted}"
    for place, row in rejected.items():
        yield f"{place}: engine rejects a row that the reference does not know ({row['code']})"
    excluded = {
        (row["series"], row["rule"]): int(row["records"]) for row in read_out(out, "excluded")
    }
    counts: dict[tuple[str, str], int] = {}
    for verdicts in expected.verdicts.values():
        for series, verdict in verdicts.items():
            if verdict.state == "excluded":
                counts[series, verdict.code] = counts.get((series, verdict.code), 0) + 1
    if excluded != counts:
        yield f"excluded {excluded}, reference {counts}"


def _lines(expected: reference.Outcome, out: Path) -> Iterator[str]:
    found = {}
    for row in read_out(out, "equivalents"):
        names = (
            "series",
            "institution_id",
            "person_id",
            "item_code",
            "month",
            "weight_row",
            "share",
        )
        key = tuple(row[name] for name in names)
        values = tuple(Fraction(row[name]) for name in ("quantity", "weight", "equivalents"))
        if key in found:
            yield f"{key}: two lines"
        found[key] = values
    wanted = {tuple(key): tuple(value) for key, value in expected.lines.items()}
    for key in sorted(found.keys() | wanted.keys()):
        if found.get(key) != wanted.get(key):
            yield f"line {key}: engine {found.get(key)}, reference {wanted.get(key)}"


def _payouts(expected: reference.Outcome, out: Path) -> Iterator[str]:
    found: dict[tuple[str, ...], tuple[Fraction, int, int]] = {
        (row["institution_id"], row["pool"], row["person_id"]): (
            Fraction(row["key"]),
            int(Fraction(row["amount"]) * 100),
            int(row["remainder_fen"]),
        )
        for row in read_out(out, "payouts")
    }
    wanted: dict[tuple[str, ...], tuple[Fraction, int, int]] = {
        tuple(key): (value.key, value.amount_fen, value.remainder_fen)
        for key, value in expected.payouts.items()
    }
    for key in sorted(found.keys() | wanted.keys()):
        if found.get(key) != wanted.get(key):
            yield f"payout {key}: engine {found.get(key)}, reference {wanted.get(key)}"


def _pools(expected: reference.Outcome, out: Path) -> Iterator[str]:
    found = {
        (row["institution_id"], row["pool"]): (
            int(Fraction(row["amount"]) * 100),
            int(Fraction(row["paid"]) * 100),
        )
        for row in read_out(out, "pools")
    }
    wanted = {tuple(key): tuple(value) for key, value in expected.pools.items()}
    if found != wanted:
        yield f"pools: engine {found}, reference {wanted}"
