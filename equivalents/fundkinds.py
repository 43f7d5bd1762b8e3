"""Funds by what stands in tables: approved amounts, budget mode, floor, parts of other funds.

Sources: B1, B3, B5, B8; definitions 5.13, 5.17.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from equivalents.exact import print_exact
from equivalents.fundfacts import DueLine
from equivalents.fundincome import is_booked
from equivalents.policy.funds import Fund, Split, Tasks
from equivalents.policy.model import Institution
from equivalents.reckoning import Factor, Piece, Reckoned, Reckoner
from equivalents.units import WEIGHT_PLACES, print_e3, print_e4, print_fen

__all__ = ["floor", "given", "split", "tasks"]

_E3_E4_PER_FEN = 10**5
"""Quantities in e3 times yuan in e4 are fen of this size."""


def given(case: Reckoner, fund: Fund, place: Institution) -> Reckoned:
    """Rows ``approved`` of the accounts whose line is the fund, by their source (B1, B5).

    Where the scheme declares no payers, the sources pay what they approved.
    """
    by_source: dict[str, int] = {}
    for row in case.accounts(place, "approved"):
        if row.line == fund.name:
            by_source[row.source] = by_source.get(row.source, 0) + row.amount_fen
    pieces = [
        Piece(f"approved:{source}", "", print_fen(amount), "", Fraction(amount))
        for source, amount in sorted(by_source.items())
    ]
    payers = tuple((source, Fraction(amount)) for source, amount in sorted(by_source.items()))
    declared = bool(fund.payers.versions)
    return Reckoned(pieces, days=[case.last_day(fund)], payers=() if declared else payers)


def tasks(case: Reckoner, fund: Fund, body: Tasks, place: Institution) -> Reckoned:
    """(approved tasks x standards - approved income) x assessment (B3)."""
    day = case.last_day(fund)
    factor = case.coefficient(fund, place, (body.assessment,) if body.assessment else ())
    pieces = list(_tasks(case, fund, body, place, factor))
    income = case.facts.approved_income_fen.get((place.institution_id, fund.name), 0)
    if income:
        exact = -income * factor.value
        pieces.append(Piece("income:approved", "", print_fen(-income), factor.text, exact))
    return Reckoned(pieces, (), body.below_zero, [day])


def _tasks(
    case: Reckoner, fund: Fund, body: Tasks, place: Institution, factor: Factor
) -> Iterator[Piece]:
    for task, quantity in case.tasks(fund, place):
        if task not in body.standards_e4:
            case.note("FUND_STANDARD_MISSING", fund, task=task)
            continue
        name = f"standards.{task}"
        by = case.version(fund, body.standards_e4[task], case.last_day(fund), name)
        if by is not None:
            standard = by.value
            exact = Fraction(quantity * standard, _E3_E4_PER_FEN) * factor.value
            count, rate = print_e3(quantity), print_e4(standard)
            yield Piece(f"task:{task}", count, rate, factor.text, exact, by)


def floor(
    case: Reckoner, fund: Fund, place: Institution, dues: Sequence[tuple[Fund, int]]
) -> Reckoned:
    """Recurrent expenditure less recurrent income, not below 0 (B8).

    ``dues`` are what other funds owe the institution as income. They are recurrent income as well,
    or the floor would pay again what is already due; one with an income row of its own in the
    accounts counts by that row, recurrent or not.
    """
    spent, earned = (
        sum(row.amount_fen for row in case.accounts(place, kind) if row.recurrent)
        for kind in ("expenditure", "income")
    )
    pieces = [Piece("expenditure", "", print_fen(spent), "", Fraction(spent))]
    taken = [DueLine("income:recurrent", "", "", "", -earned)]
    rows = case.accounts(place, "income")
    for other, fen in dues:
        if fen and not any(is_booked(row, other) for row in rows):
            taken.append(DueLine(f"income:{other.name}", "", "", "", -fen))
    return Reckoned(pieces, taken, below_zero=False, days=[case.last_day(fund)])


def split(case: Reckoner, fund: Fund, body: Split, whole_fen: int, left_fen: int) -> Reckoned:
    """A share of its parent's money, rounded half-up and taken out of it (kind ``split``).

    ``left_fen`` is what splits declared earlier leave of ``whole_fen``: shares that add up to 1
    may each be rounded up, and the last takes what is left.
    """
    day = case.last_day(fund)
    by = case.version(fund, body.share, day, "share")
    share = by.value if by is not None else Fraction()
    text = print_exact(share, WEIGHT_PLACES)
    exact = whole_fen * share
    if abs(exact) > abs(left_fen):
        exact = Fraction(left_fen)
    piece = Piece(f"fund:{body.of}", "", print_fen(whole_fen), text, exact, by)
    return Reckoned([piece], days=[day])
