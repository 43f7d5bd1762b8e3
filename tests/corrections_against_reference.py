"""The files of corrections and of a year-end, held row by row and fen by fen against the reference.

Catches: a difference at another price than the closed one, an earlier correction paid again, a
leaver left out, a year that pays other than what its periods did not.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from tests import reference
from tests.lines_alike import Found, Table, differing, fen, read_out
from tests.reference.corrections import Who, corrections, year_end

__all__ = ["correction_differences", "paid_by", "year_end_differences"]

NAMES = ("institution_id", "pool", "person_id")
KEYS = ("key_closed", "key_now", "key_difference")


def correction_differences(
    closed: Path, now: Path, adjusted: Path, mode: str, earlier: Sequence[Path] = ()
) -> list[str]:
    """Every difference of a folder of adjustments from what the two cases come to.

    `closed` and `now` are case folders; `adjusted` and `earlier` folders with `adjustments.csv`.
    Rows of nothing may be told or not.
    """
    found = corrections(
        reference.settle(closed), reference.settle(now), mode, [paid_by(one) for one in earlier]
    )
    expected: Table = {
        who: (
            one.key_closed,
            one.key_now,
            one.key_now - one.key_closed,
            one.closed_fen,
            one.earlier_fen,
            one.amount_fen,
        )
        for who, one in found.items()
    }
    return list(differing("adjustment", _adjustments(adjusted), expected))


def _adjustments(folder: Path) -> Found:
    for row in read_out(folder, "adjustments"):
        if fen(row["amount"]):
            keys = [Fraction(row[name] or "0") for name in KEYS]
            amounts = [fen(row[name] or "0") for name in ("closed", "earlier", "amount")]
            yield tuple(row[name] for name in NAMES), (*keys, *amounts)


def paid_by(folder: Path) -> dict[Who, int]:
    """What a folder of adjustments pays, in fen, by institution, pool and person."""
    found: dict[Who, int] = {}
    for row in read_out(folder, "adjustments"):
        who = (row["institution_id"], row["pool"], row["person_id"])
        found[who] = found.get(who, 0) + fen(row["amount"])
    return found


def year_end_differences(
    year: Path, parts: Sequence[Path], out: Path, adjusted: Sequence[Path] = ()
) -> list[str]:
    """Every difference of `year_end.csv` from what the case of the year and its parts come to.

    `year` and `parts` are case folders, `adjusted` folders with `adjustments.csv`; rows of people
    are compared, also those that come to nothing.
    """
    found = year_end(
        reference.settle(year),
        [reference.settle(one) for one in parts],
        [paid_by(one) for one in adjusted],
    )
    expected: Table = {
        who: (one.entitlement_fen, one.paid_fen, one.adjusted_fen, one.due_fen)
        for who, one in found.items()
    }
    # A component of 0.00 is told by the engine, and is none for the reference.
    found_rows = (one for one in _year_end(out) if any(one[1]) or one[0] in expected)
    return list(differing("year-end", found_rows, expected))


def _year_end(out: Path) -> Found:
    for row in read_out(out, "year_end"):
        if row["person_id"]:
            figures = [fen(row[name]) for name in ("entitlement", "paid", "adjusted", "due")]
            yield tuple(row[name] for name in NAMES), tuple(figures)
