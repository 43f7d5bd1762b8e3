"""Every table of money of a settled case, held line by line and fen by fen against the reference.

Catches: money that the engine makes, loses, or gives to somebody else than the rules do.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from tests import reference
from tests.lines_alike import Found, Table, add, bound, differing, fen, read_out, without_zeros

__all__ = ["money_differences"]

LEDGER = ("due", "approved", "received", "paid", "owed")
RESTRICTED = ("opening", "received", "over_advanced", "paid", "pools", "closing")
TESTS = ("part", "whole")


def money_differences(expected: reference.Outcome, out: Path) -> list[str]:
    """Every difference in money; of a ledger also that all are listed who owe 0.00."""
    return [
        *differing("fund", _funds(out), _expected_funds(expected)),
        *differing("due", _dues(out), _expected_dues(expected)),
        *_lines_of_dues(out),
        *differing("ledger", _ledger(out), _expected_ledger(expected)),
        *differing("instalment", _instalments(out), _expected_instalments(expected)),
        *differing("movement", _movements(out), _expected_movements(expected)),
        *differing("restricted", _restricted(out), _expected_restricted(expected)),
        *differing("over the pay cap", _over_cap(out), _expected_over_cap(expected)),
        *differing("pay cap", _caps(out), _expected_caps(expected)),
        *differing("share test", _tests(out), _expected_tests(expected)),
    ]


def _rows(out: Path, name: str) -> list[dict[str, str]]:
    """The rows of a file that a case without any such line has not."""
    return read_out(out, name) if (out / f"{name}.csv").exists() else []


# -- funds.csv -----------------------------------------------------------------------------------


def _funds(out: Path) -> Found:
    """Amounts by source and use, under the names of the file."""
    names = ("institution_id", "fund", "source", "use", "line")
    for row in _rows(out, "funds"):
        key = tuple(row[name] for name in names)
        if fen(row["amount"]):
            yield key, (fen(row["amount"]),)


def _expected_funds(expected: reference.Outcome) -> Table:
    return without_zeros({tuple(flow): (amount,) for flow, amount in expected.flows.items()})


# -- dues.csv ------------------------------------------------------------------------------------


def _dues(out: Path) -> Found:
    """What is due by institution and fund: the sum of its lines."""
    found: Table = {}
    for row in _rows(out, "dues"):
        add(found, (row["institution_id"], row["fund"]), fen(row["amount"]))
    return without_zeros(found).items()


def _expected_dues(expected: reference.Outcome) -> Table:
    return without_zeros({(due.institution, due.fund): (due.due_fen,) for due in expected.dues})


def _lines_of_dues(out: Path) -> Iterator[str]:
    """Lines that cannot be multiplied again within a fen.

    A price of equivalents may be a floating one, which is printed at four places (5.13).
    """
    for row in _rows(out, "dues"):
        if row["what"] != "zero" and row["rate"]:
            once = _parts(row["count"] or "1") * Fraction(row["coefficient"] or "1") * 100
            exact = once * Fraction(row["rate"])
            may = abs(once) / 20_000 if row["what"] == "equivalents" else 0
            if abs(exact - fen(row["amount"])) > 1 + may:
                yield f"due {row}: its factors make {exact} fen"


def _parts(text: str) -> Fraction:
    """A count, of months in twelfths of heads that may be parts: `1.5000/12`."""
    count, _, parts = text.partition("/")
    return Fraction(count) / int(parts or 1)


# -- ledger.csv, movements.csv, restricted.csv ---------------------------------------------------


def _ledger(out: Path) -> Found:
    """What a payer owes an institution of a fund, also 0.00, and what becomes of it."""
    for row in _rows(out, "ledger"):
        figures = tuple(fen(row[name]) for name in LEDGER)
        yield (row["institution_id"], row["fund"], row["payer"]), (*figures, row["then"])


def _expected_ledger(expected: reference.Outcome) -> Table:
    return {
        tuple(at): (*entry[:4], entry.owed_fen, entry.then) for at, entry in expected.ledger.items()
    }


def _movements(out: Path) -> Found:
    """How often each movement stands there."""
    names = ("institution_id", "fund", "payer", "kind", "date")
    found = Counter(
        (*(row[name] for name in names), fen(row["amount"])) for row in _rows(out, "movements")
    )
    return ((key, (times,)) for key, times in found.items())


def _expected_movements(expected: reference.Outcome) -> Table:
    found = Counter(
        (*move[:4], move.day.isoformat() if move.day else "", move.amount_fen)
        for move in expected.movements
    )
    return {tuple(key): (times,) for key, times in found.items()}


def _restricted(out: Path) -> Found:
    for row in _rows(out, "restricted"):
        figures = tuple(fen(row[name]) for name in RESTRICTED)
        if any(figures):
            yield (row["institution_id"], row["fund"]), figures


def _expected_restricted(expected: reference.Outcome) -> Table:
    wanted = {at: (*one, one.closing_fen) for at, one in expected.restricted.items()}
    return without_zeros({tuple(at): figures for at, figures in wanted.items()})


# -- instalments.csv -----------------------------------------------------------------------------


def _instalments(out: Path) -> Found:
    """What is planned of money that is due; what is owed back is planned by nobody."""
    for row in _rows(out, "instalments"):
        if fen(row["amount"]) > 0:
            key = (row["institution_id"], row["fund"], int(row["number"]))
            yield key, (fen(row["amount"]),)


def _expected_instalments(expected: reference.Outcome) -> Table:
    return without_zeros({tuple(at): (one,) for at, one in expected.instalments.items()})


# -- paycap.csv, share_tests.csv -----------------------------------------------------------------


def _over_cap(out: Path) -> Found:
    """What the pay cap takes off each pool."""
    for row in _rows(out, "paycap"):
        if row["line"] in ("carried", "kept", "returned") and fen(row["amount"]):
            yield (row["institution_id"], row["name"]), (fen(row["amount"]),)


def _expected_over_cap(expected: reference.Outcome) -> Table:
    return without_zeros({tuple(at): (cut,) for at, cut in expected.over_cap.items()})


def _caps(out: Path) -> Found:
    """The cap and the base part of each institution."""
    for row in _rows(out, "paycap"):
        if row["line"] in ("cap", "base"):
            yield (row["institution_id"], row["line"]), (fen(row["amount"]),)


def _expected_caps(expected: reference.Outcome) -> Table:
    return {
        (place, line): (amount,)
        for place, both in expected.caps.items()
        for line, amount in zip(("cap", "base"), both, strict=True)
    }


def _tests(out: Path) -> Found:
    for row in _rows(out, "share_tests"):
        figures = tuple(fen(row[name]) for name in TESTS)
        said = bound(row["at_least"]), row["holds"] == "1"
        yield (row["test"], row["institution_id"]), (*figures, *said)


def _expected_tests(expected: reference.Outcome) -> Table:
    return {tuple(at): (*one, one.holds) for at, one in expected.tests.items()}
