"""Settle a case with the engine and hold every record, line and fen against the reference."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from equivalents.run import settle_case
from tests import reference

__all__ = ["compare", "differences", "read_out"]

Row = dict[str, str]
Table = dict[tuple[object, ...], tuple[object, ...]]
"""Lines of one file: what names a line, and its figures."""


def read_out(out: Path, name: str) -> list[Row]:
    """The rows of one CSV file of OUT."""
    with (out / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def compare(case: Path, out: Path, shipped: Path | None = None) -> list[str]:
    """Every difference between engine and reference, as sentences; none when they agree."""
    expected = reference.settle(case, shipped)
    settle_case(case, out, stop_on_reject=False)
    return differences(expected, out)


def differences(expected: reference.Outcome, out: Path) -> list[str]:
    """Every difference between OUT and what the reference expects; none when they agree."""
    found = [
        *_records(expected, out),
        *_table("line", _lines(out), _expected_lines(expected)),
        *_table("adjusted", _adjusted(out), _expected_adjusted(expected)),
        *_table("leave", _leave(out), _expected_leave(expected)),
        *_table("allocation", _allocations(out), _expected_allocations(expected)),
        *_table("payout", _payouts(out), _plain(expected.payouts)),
        *_table("pool", _pools(out), _plain(expected.pools)),
        *_table("fund", _funds(out, expected), _expected_funds(expected)),
    ]
    if expected.ledger or (out / "ledger.csv").exists():
        found += _table("ledger", _ledger(out), _expected_ledger(expected))
    if expected.over_cap or (out / "paycap.csv").exists():
        found += _table("over the pay cap", _over_cap(out), _expected_over_cap(expected))
    if (out / "carried_keys.csv").exists():
        found += _table("carried key", _carried(out), _expected_carried(expected))
    return found


def _fen(text: str) -> int:
    fen = Fraction(text) * 100
    assert fen.denominator == 1, text
    return fen.numerator


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


def _table(
    name: str,
    found: Iterable[tuple[tuple[object, ...], tuple[object, ...]]],
    expected: Table,
) -> Iterator[str]:
    """What differs between the lines of a file and those expected; no line stands there twice."""
    engine: Table = {}
    for key, values in found:
        if key in engine:
            yield f"{name} {key}: two lines"
        engine[key] = values
    for key in sorted(engine.keys() | expected.keys(), key=str):
        if engine.get(key) != expected.get(key):
            yield f"{name} {key}: engine {engine.get(key)}, reference {expected.get(key)}"


def _add(into: Table, key: tuple[object, ...], *figures: Fraction | int) -> None:
    """Add figures to a line; lines that differ only in columns we do not have are one."""
    before = into.get(key, (0,) * len(figures))
    into[key] = tuple(a + b for a, b in zip(before, figures, strict=True))  # type: ignore[operator]


def _plain(table: Mapping[Any, tuple[object, ...]]) -> Table:
    """Named tuples as plain ones."""
    return {tuple(key): tuple(values) for key, values in table.items()}


def _without_zeros(table: Table) -> Table:
    return {key: figures for key, figures in table.items() if any(figures)}


# -- equivalents.csv -----------------------------------------------------------------------------


def _lines(out: Path) -> Iterator[tuple[tuple[object, ...], tuple[object, ...]]]:
    names = ("series", "institution_id", "person_id", "item_code", "month", "weight_row")
    found: dict[tuple[object, ...], tuple[Fraction, Fraction]] = {}
    for row in read_out(out, "equivalents"):
        # The reference tells a lowered weight by the weight alone, the engine also by its rule.
        row["weight_row"] = row["weight_row"].partition(";concurrent=")[0]
        key = tuple(row[name] for name in names)
        equivalents = Fraction(row["equivalents"])
        if not row["item_code"]:
            # The cut of a ceiling: it has no quantity, weight or share.
            yield key, (equivalents,)
            continue
        weight, share = Fraction(row["weight"]), Fraction(row["share"] or 1)
        at = (*key, share, weight)
        before = found.get(at, (Fraction(0), Fraction(0)))
        found[at] = before[0] + Fraction(row["quantity"]), before[1] + equivalents
    yield from found.items()


def _expected_lines(expected: reference.Outcome) -> Table:
    wanted: Table = {}
    for key, line in expected.lines.items():
        if key.item:
            named = (*key[:6], key.share, line.weight)
            wanted[named] = (line.quantity, line.equivalents)
        else:
            wanted[tuple(key[:6])] = (line.equivalents,)
    return wanted


# -- adjusted.csv, allocations.csv, carried_keys.csv ---------------------------------------------


def _adjusted(out: Path) -> Iterable[tuple[tuple[object, ...], tuple[object, ...]]]:
    """Lines of one coefficient; those of several posts are one, as the file has no post."""
    found: Table = {}
    for row in read_out(out, "adjusted"):
        key = tuple(row[name] for name in ("institution_id", "person_id", "pool", "from", "to"))
        named = (*key, Fraction(row["coefficient"]))
        _add(found, named, Fraction(row["equivalents"]), Fraction(row["adjusted"]))
    return _without_zeros(found).items()


def _expected_adjusted(expected: reference.Outcome) -> Table:
    wanted: Table = {}
    for line in expected.adjusted:
        segment = line.place.segment
        days = (segment.start.isoformat(), segment.to.isoformat())
        key = (line.institution, line.person, line.pool, *days, segment.coefficient)
        _add(wanted, key, line.equivalents, line.adjusted)
    return _without_zeros(wanted)


def _leave(out: Path) -> Iterator[tuple[tuple[object, ...], tuple[object, ...]]]:
    names = ("institution_id", "person_id", "pool", "kind", "from", "to", "department_id")
    for row in read_out(out, "leave") if (out / "leave.csv").exists() else ():
        yield tuple(row[name] for name in names), (Fraction(row["key"]),)


def _expected_leave(expected: reference.Outcome) -> Table:
    return {
        (*line[:4], line.first.isoformat(), line.to.isoformat(), line.department): (line.key,)
        for line in expected.leave
    }


def _allocations(out: Path) -> Iterator[tuple[tuple[object, ...], tuple[object, ...]]]:
    for row in read_out(out, "allocations"):
        key = tuple(row[name] for name in ("level", "pool", "parent", "child"))
        yield key, (Fraction(row["key"]), _fen(row["amount"]), int(row["remainder_fen"]))


def _expected_allocations(expected: reference.Outcome) -> Table:
    return {tuple(step[:4]): tuple(step[4:]) for step in expected.steps}


def _carried(out: Path) -> Iterator[tuple[tuple[object, ...], tuple[object, ...]]]:
    for row in read_out(out, "carried_keys"):
        key = tuple(row[name] for name in ("institution_id", "pool", "person_id"))
        yield key, (Fraction(row["equivalents"]),)


def _expected_carried(expected: reference.Outcome) -> Table:
    return {tuple(key): (value,) for key, value in expected.negative_keys.items()}


# -- payouts.csv, pools.csv, funds.csv -----------------------------------------------------------


def _payouts(out: Path) -> Iterator[tuple[tuple[object, ...], tuple[object, ...]]]:
    for row in read_out(out, "payouts"):
        key = tuple(row[name] for name in ("institution_id", "pool", "person_id"))
        moved = (_fen(row["capped"]), _fen(row["floored"]))
        amount, remainder = _fen(row["amount"]), int(row["remainder_fen"])
        yield key, (Fraction(row["key"]), amount, remainder, *moved)


def _pools(out: Path) -> Iterator[tuple[tuple[object, ...], tuple[object, ...]]]:
    for row in read_out(out, "pools"):
        names = ("amount", "paid", "retained", "carried")
        yield (row["institution_id"], row["pool"]), tuple(_fen(row[name]) for name in names)


def _funds(
    out: Path, expected: reference.Outcome
) -> Iterable[tuple[tuple[object, ...], tuple[object, ...]]]:
    """Uses of each pool, and those of a surplus that are no pool; lines of 0.00 say nothing."""
    pools = set(expected.pools)
    found: Table = {}
    for row in read_out(out, "funds"):
        institution, fund, use = row["institution_id"], row["fund"], row["use"]
        if use == "development":
            _add(found, (institution, "", use), _fen(row["amount"]))
        elif row["source"] == "deficit":
            # Money still to be found flows into the balance; the reference tells it as below 0.
            _add(found, (institution, "", "deficit"), -_fen(row["amount"]))
        elif use in ("paid", "retained", "carried") and (institution, fund) in pools:
            _add(found, (institution, fund, use), _fen(row["amount"]))
    return _without_zeros(found).items()


def _expected_funds(expected: reference.Outcome) -> Table:
    wanted: Table = {}
    of_pool: dict[str, Callable[[reference.PoolTotal], int]] = {
        "paid": lambda total: total.paid_fen,
        "retained": lambda total: total.retained_fen,
        "carried": lambda total: total.carried_fen,
    }
    for (institution, pool), total in expected.pools.items():
        for use, fen in of_pool.items():
            _add(wanted, (institution, pool, use), fen(total))
    for institution, surplus in expected.surplus.items():
        _add(wanted, (institution, "", "development"), surplus.development_fen)
        _add(wanted, (institution, "", "deficit"), surplus.deficit_fen)
    return _without_zeros(wanted)


# -- ledger.csv ----------------------------------------------------------------------------------

LEDGER = ("due", "approved", "received", "paid", "owed")


def _ledger(out: Path) -> Iterable[tuple[tuple[object, ...], tuple[object, ...]]]:
    """What a payer owes an institution of a fund; lines without money say nothing."""
    for row in read_out(out, "ledger"):
        figures = tuple(_fen(row[name]) for name in LEDGER)
        if any(figures):
            yield (row["institution_id"], row["fund"], row["payer"]), figures


def _expected_ledger(expected: reference.Outcome) -> Table:
    wanted = {at: (*entry, entry.owed_fen) for at, entry in expected.ledger.items()}
    return _without_zeros({tuple(at): figures for at, figures in wanted.items()})


def _over_cap(out: Path) -> Iterable[tuple[tuple[object, ...], tuple[object, ...]]]:
    """What the pay cap takes off each pool; lines of 0.00 say nothing."""
    for row in read_out(out, "paycap"):
        if row["line"] in ("carried", "kept", "returned") and _fen(row["amount"]):
            yield (row["institution_id"], row["name"]), (_fen(row["amount"]),)


def _expected_over_cap(expected: reference.Outcome) -> Table:
    return _without_zeros({tuple(at): (fen,) for at, fen in expected.over_cap.items()})
