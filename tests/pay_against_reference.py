"""Assessment and what is paid beside the pools, held fen by fen against the reference.

Catches: a coefficient that is not what the results come to, a component that is lost, paid twice
or to somebody else, something withheld that no later period can release.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from tests import reference
from tests.lines_alike import Found, Table, add, differing, fen, read_out, without_zeros

__all__ = ["POOL_SHARE", "handed_in", "pay_differences"]

POOL_SHARE = "pool_share"
"""The component of what somebody has of a pool."""


def pay_differences(expected: reference.Outcome, out: Path) -> list[str]:
    """Every difference in coefficients of assessments, components, and what is withheld."""
    paid = without_zeros({tuple(name): (fen,) for name, fen in expected.beside.items()})
    later = without_zeros({tuple(at): (fen,) for at, fen in expected.withheld.items()})
    return [
        *differing("assessed", _assessed(out), _expected_assessed(expected)),
        *_scores(expected, out),
        *differing("component", _components(out), paid),
        *differing("payout beside pools", _beside(out), paid),
        *differing("withheld", _withheld(out), later),
    ]


def handed_in(expected: reference.Outcome) -> set[tuple[str, str, str, str]]:
    """Who has an amount that a department handed in, so that there is no key to compare.

    By institution, pool, parent and person.
    """
    return {
        (shelf.institution, pool, shelf.parent, person)
        for (_, pool), shelves in expected.shelves.items()
        for shelf in shelves
        if shelf.by_amount
        for person in shelf.keys
    }


def _rows(out: Path, name: str) -> list[dict[str, str]]:
    """The rows of a file that a case without any such line has not."""
    return read_out(out, name) if (out / f"{name}.csv").exists() else []


# -- assessment.csv ------------------------------------------------------------------------------


def _totals(out: Path) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """The row of each coefficient: of a mean not those of its single periods.

    Those of teams that are no department are in force nowhere; they tell whose contracts count. A
    mean of theirs stands behind its single periods, which have rows of indicators, as it has not.
    """
    found: dict[tuple[str, ...], list[dict[str, str]]] = {}
    scored: dict[tuple[str, ...], set[str]] = {}
    for row in _rows(out, "assessment"):
        who = tuple(row[one] for one in ("composite", "level", "subject_id"))
        if row["indicator"]:
            scored.setdefault(who, set()).add(row["period"])
        elif row["coefficient"]:
            found.setdefault(who, []).append(row)
    for who, rows in found.items():
        held = [row for row in rows if row["in_force"]]
        if not held:
            held = rows[-1:] if len(rows) == len(scored.get(who, ())) + 1 else rows
        for row in held:
            yield (*who, row["period"]), row


def _assessed(out: Path) -> Found:
    for key, row in _totals(out):
        yield key, (Fraction(row["coefficient"]),)


def _expected_assessed(expected: reference.Outcome) -> Table:
    return {tuple(one[:4]): (one.coefficient,) for one in expected.assessed}


def _scores(expected: reference.Outcome, out: Path) -> Iterator[str]:
    """Scores that are not the exact ones, rounded to the places that are printed."""
    exact = {tuple(one[:4]): one.score for one in expected.assessed}
    for key, row in _totals(out):
        score, text = exact.get(key), row["score"]
        if score is None or not text:
            continue
        places = len(text.partition(".")[2])
        if abs(Fraction(text) - score) > Fraction(1, 2 * 10**places):
            yield f"score {key}: engine {text}, reference {score}"


# -- components.csv, payouts.csv, opening_next.csv -----------------------------------------------

NAMES = ("institution_id", "component", "person_id")


def _components(out: Path) -> Found:
    """What everybody has of each component, also where a file tells it in several rows."""
    found: Table = {}
    for row in _rows(out, "components"):
        add(found, tuple(row[name] for name in NAMES), fen(row["amount"]))
    return without_zeros(found).items()


def _beside(out: Path) -> Found:
    found: Table = {}
    for row in read_out(out, "payouts"):
        if row["component"] != POOL_SHARE:
            add(found, tuple(row[name] for name in NAMES), fen(row["amount"]))
    return without_zeros(found).items()


def _withheld(out: Path) -> Found:
    found: Table = {}
    for row in _rows(out, "opening_next"):
        if row["kind"] == "withheld":
            at = tuple(row[name] for name in ("institution_id", "pool", "person_id"))
            add(found, at, fen(row["amount"]))
    return without_zeros(found).items()
