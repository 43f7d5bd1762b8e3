"""Funds by what stands in tables: approved amounts, budget mode, floor, parts of other funds.

Sources: B1, B3, B5, B8; definitions 5.13, 5.17.
"""

from collections.abc import Container, Iterator, Sequence
from fractions import Fraction
from typing import Final

from equivalents.exact import print_exact
from equivalents.forecast import GROWTH, foretold, years_before
from equivalents.fundfacts import DueLine
from equivalents.fundincome import is_booked
from equivalents.policy.calendar import print_day
from equivalents.policy.funds import ForecastRule, Fund, Given, Split, Tasks
from equivalents.policy.model import Institution
from equivalents.reckoning import Factor, Piece, Reckoned, Reckoner
from equivalents.units import WEIGHT_PLACES, print_e3, print_e4, print_e7, print_fen

__all__ = ["floor", "given", "split", "tasks"]

_E3, _E7 = 10**3, 10**7
_E4_PER_FEN = 100
_E3_TO_E7 = 10**4
_MONTHS = 12

_WHOLE_YEAR: Final = (
    "预测的是整年的任务，期间须为整年¦it foretells a year, so the period must be one"
)
_YEARS: Final = "任务“{task}”缺少 {years} 年¦the task '{task}' lacks {years}"
_FROM_NOTHING: Final = "任务“{task}”在 {years} 年为 0，没有增长率¦'{task}' was 0 in {years}"


def given(case: Reckoner, fund: Fund, body: Given, place: Institution) -> Reckoned:
    """Rows ``approved`` of the accounts whose line is the fund, by their source (B1, B5, C1).

    An institution's coefficient multiplies what was approved. Where the scheme declares no payers,
    the sources pay what they approved, times that coefficient.
    """
    factor = case.coefficient(fund, place, (body.coefficient,) if body.coefficient else ())
    by_source: dict[str, int] = {}
    for row in case.accounts(place, "approved"):
        if row.line == fund.name:
            by_source[row.source] = by_source.get(row.source, 0) + row.amount_fen
    pieces = [
        Piece(f"approved:{source}", "", print_fen(amount), factor.text, amount * factor.value)
        for source, amount in sorted(by_source.items())
    ]
    payers = tuple((source, amount * factor.value) for source, amount in sorted(by_source.items()))
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
    approved = case.tasks(fund, place)
    known = {task for task, _ in approved}
    counted = [
        (f"task:{task}", task, Fraction(quantity, _E3), print_e3(quantity))
        for task, quantity in approved
    ]
    if body.forecast is not None:
        counted += [
            (f"forecast:{task}", task, Fraction(quantity, _E7), print_e7(quantity))
            for task, quantity in _foretold(case, fund, body.forecast, place, known)
        ]
    for what, task, quantity, count in counted:
        if task not in body.standards_e4:
            case.note("FUND_STANDARD_MISSING", fund, task=task)
            continue
        name = f"standards.{task}"
        by = case.version(fund, body.standards_e4[task], case.last_day(fund), name)
        if by is not None:
            exact = quantity * by.value / _E4_PER_FEN * factor.value
            yield Piece(what, count, print_e4(by.value), factor.text, exact, by)


def _foretold(
    case: Reckoner, fund: Fund, rule: ForecastRule, place: Institution, known: Container[str]
) -> Iterator[tuple[str, int]]:
    """The tasks of the period in e7 out of the years before it, but for those ``known`` (B3)."""
    past = {task: years for task, years in case.past(fund, place).items() if task not in known}
    if past and len(case.period.month_starts) != _MONTHS:
        case.note("FUND_FORECAST", fund, institution=place.institution_id, detail=_WHOLE_YEAR)
        return
    this = int(print_day(case.period.start)[:4])
    asked = years_before(this, rule.weights)
    for task, years in past.items():
        missing = [str(year) for year in asked if year not in years]
        done_e7 = [years.get(year, 0) * _E3_TO_E7 for year in asked]
        detail = ""
        if missing:
            detail = _YEARS.format(task=task, years=", ".join(missing))
        elif rule.weights == GROWTH and done_e7[0] == 0:
            detail = _FROM_NOTHING.format(task=task, years=asked[0])
        if detail:
            case.note("FUND_FORECAST", fund, institution=place.institution_id, detail=detail)
        else:
            yield task, foretold(done_e7, rule.weights)


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
