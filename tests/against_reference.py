"""Settle a case with the engine and hold every record, line and fen against the reference."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from equivalents.run import settle_case
from tests import reference
from tests.lines_alike import Found, Table, add, differing, fen, plain, read_out, without_zeros
from tests.money_against_reference import money_differences
from tests.pay_against_reference import POOL_SHARE, handed_in, pay_differences
from tests.readded import readded

__all__ = ["compare", "differences", "read_out"]


def compare(case: Path, out: Path, shipped: Path | None = None) -> list[str]:
    """Every difference between engine and reference, as sentences; none when they agree."""
    expected = reference.settle(case, shipped)
    settle_case(case, out, stop_on_reject=False)
    return differences(expected, out)


def differences(expected: reference.Outcome, out: Path) -> list[str]:
    """Every difference between OUT and what the reference expects; none when they agree."""
    found = [
        *_records(expected, out),
        *_door(expected, out),
        *differing("line", _lines(out), _expected_lines(expected)),
        *differing("adjusted", _adjusted(out), _expected_adjusted(expected)),
        *differing("leave", _leave(out), _expected_leave(expected)),
        *differing("allocation", _allocations(out, expected), _expected_allocations(expected)),
        *differing("payout", _payouts(out, expected), _expected_payouts(expected)),
        *differing("pool", _pools(out), plain(expected.pools)),
        *money_differences(expected, out),
        *pay_differences(expected, out),
        *readded(out),
    ]
    if (out / "carried_keys.csv").exists():
        found += differing("carried key", _carried(out), _expected_carried(expected))
    return found


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


def _door(expected: reference.Outcome, out: Path) -> Iterator[str]:
    """How many records each check at the door doubts, whether it warns or rejects."""
    told = json.loads((out / "summary.json").read_bytes()).get("door", {})
    made: dict[str, list[int]] = {}
    for check, of in told.items():
        rules = of if isinstance(of, list) else [of]
        made[check] = [rule["records"] for rule in rules if "records" in rule]
    made = {check: counts for check, counts in made.items() if counts}
    if made != expected.doubted:
        yield f"door {made}, reference {expected.doubted}"


# -- equivalents.csv -----------------------------------------------------------------------------


def _lines(out: Path) -> Found:
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


def _adjusted(out: Path) -> Found:
    """Lines of one coefficient; those of several posts are one, as the file has no post."""
    found: Table = {}
    for row in read_out(out, "adjusted"):
        key = tuple(row[name] for name in ("institution_id", "person_id", "pool", "from", "to"))
        named = (*key, Fraction(row["coefficient"]))
        add(found, named, Fraction(row["equivalents"]), Fraction(row["adjusted"]))
    return without_zeros(found).items()


def _expected_adjusted(expected: reference.Outcome) -> Table:
    wanted: Table = {}
    for line in expected.adjusted:
        segment = line.place.segment
        days = (segment.start.isoformat(), segment.to.isoformat())
        key = (line.institution, line.person, line.pool, *days, segment.coefficient)
        add(wanted, key, line.equivalents, line.adjusted)
    return without_zeros(wanted)


def _leave(out: Path) -> Found:
    names = ("institution_id", "person_id", "pool", "kind", "from", "to", "department_id")
    for row in read_out(out, "leave") if (out / "leave.csv").exists() else ():
        yield tuple(row[name] for name in names), (Fraction(row["key"]),)


def _expected_leave(expected: reference.Outcome) -> Table:
    return {
        (*line[:4], line.first.isoformat(), line.to.isoformat(), line.department): (line.key,)
        for line in expected.leave
    }


def _allocations(out: Path, expected: reference.Outcome) -> Found:
    handed = {(pool, parent, person) for _, pool, parent, person in handed_in(expected)}
    for row in read_out(out, "allocations"):
        key = tuple(row[name] for name in ("level", "pool", "parent", "child"))
        by = None if row["level"] == "person" and key[1:] in handed else Fraction(row["key"])
        yield key, (by, fen(row["amount"]), int(row["remainder_fen"]))


def _expected_allocations(expected: reference.Outcome) -> Table:
    handed = {(pool, parent, person) for _, pool, parent, person in handed_in(expected)}
    return {
        tuple(step[:4]): (
            None if step.level == "person" and step[1:4] in handed else step.key,
            *step[5:],
        )
        for step in expected.steps
    }


def _carried(out: Path) -> Found:
    for row in read_out(out, "carried_keys"):
        key = tuple(row[name] for name in ("institution_id", "pool", "person_id"))
        yield key, (Fraction(row["equivalents"]),)


def _expected_carried(expected: reference.Outcome) -> Table:
    return {tuple(key): (value,) for key, value in expected.negative_keys.items()}


# -- payouts.csv, pools.csv ----------------------------------------------------------------------


def _payouts(out: Path, expected: reference.Outcome) -> Found:
    handed = {(place, pool, person) for place, pool, _, person in handed_in(expected)}
    for row in read_out(out, "payouts"):
        if row["component"] != POOL_SHARE:
            continue
        key = tuple(row[name] for name in ("institution_id", "pool", "person_id"))
        moved = (fen(row["capped"]), fen(row["floored"]))
        amount, remainder = fen(row["amount"]), int(row["remainder_fen"])
        by = None if key in handed else Fraction(row["key"])
        yield key, (by, amount, remainder, *moved)


def _expected_payouts(expected: reference.Outcome) -> Table:
    handed = {(place, pool, person) for place, pool, _, person in handed_in(expected)}
    return {
        at: (None if at in handed else one.key, *one[1:]) for at, one in expected.payouts.items()
    }


def _pools(out: Path) -> Found:
    for row in read_out(out, "pools"):
        names = ("amount", "paid", "retained", "carried")
        yield (row["institution_id"], row["pool"]), tuple(fen(row[name]) for name in names)
