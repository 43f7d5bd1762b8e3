"""Funds by heads: contract fees, head-count lines, capitation, service packages.

A monthly rate is paid for the heads of each month's last day, a yearly rate for those of the
period's last day, which is 31 December of a whole year. A period of fewer months gets so many
twelfths of a yearly rate; prorated it is a twelfth for the heads of each month's last day.
Everything is multiplied first and rounded once. Sources: B4, B4a, B5; definition 5.15.
"""

from fractions import Fraction
from typing import NamedTuple

from equivalents.fundfacts import RESIDENT
from equivalents.policy.calendar import print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.funds import Fund, Heads, Packages, Per, PerHead
from equivalents.policy.model import Institution
from equivalents.reckoning import Piece, Reckoned, Reckoner, charged
from equivalents.units import print_e4

__all__ = ["packages", "per_head"]

_YEAR = 12
"""The months of a year."""


class _Count(NamedTuple):
    """A day on which heads are counted, and the twelfths of the rate, none for the whole of it."""

    day: int
    twelfths: int = 0

    def text(self, heads: int | Fraction) -> str:
        """The heads, or the months of heads in twelfths; effective heads with four places."""
        some = heads * self.twelfths if self.twelfths else heads
        said = str(some) if isinstance(some, int) else print_e4(int(some * ONE_E4))
        return f"{said}/{_YEAR}" if self.twelfths else said

    def times(self, heads: int | Fraction) -> Fraction:
        return Fraction(heads * self.twelfths) / _YEAR if self.twelfths else Fraction(heads)


def _counts(case: Reckoner, fund: Fund, per: Per, prorate: bool) -> list[_Count]:
    """The days on which heads are counted while the fund is in force."""
    if per is Per.MONTH or prorate:
        twelfths = 0 if per is Per.MONTH else 1
        return [_Count(day, twelfths) for day in case.ends_of_months(fund)]
    last, months = case.period.end - 1, len(case.month_starts)
    if not fund.valid_from <= last < fund.valid_to:
        return []
    return [_Count(last, 0 if months == _YEAR else months)]


def per_head(case: Reckoner, fund: Fund, body: PerHead, place: Institution) -> Reckoned:
    """Heads x rate x effective coefficient, less the charges of the period (B4, B5)."""
    factor = case.coefficient(fund, place, (body.coefficient,) if body.coefficient else ())
    counts = _counts(case, fund, body.per, body.prorate)
    pieces = []
    for count in counts:
        by = case.version(fund, body.rate_e4, count.day, "rate")
        if by is None:
            continue
        rate = by.value
        heads = case.heads(body.heads, count.day, place)
        exact = count.times(heads) * rate * factor.value / 100
        what = f"heads:{print_day(count.day)}"
        text = count.text(heads)
        shown = heads if isinstance(heads, int) else 0
        pieces.append(Piece(what, text, print_e4(rate), factor.text, exact, by, shown))
    taken = tuple(charged(case, body.less_charges, place)) if counts else ()
    days = [count.day for count in counts]
    return Reckoned(pieces, taken, body.below_zero, days)


def packages(case: Reckoner, fund: Fund, body: Packages, place: Institution) -> Reckoned:
    """Contracts of each package x its price; the resident pays what is not reimbursed (B4a)."""
    counts = _counts(case, fund, body.per, prorate=False)
    pieces, reimbursed = [], Fraction()
    for package in body.packages:
        for count in counts:
            by = case.version(fund, package.price_e4, count.day, f"{package.name}.price")
            name = f"{package.name}.reimbursement"
            back = case.figure(fund, package.reimbursement_e4, count.day, name)
            if by is None or back is None:
                continue
            price = by.value
            if back > price:
                case.note("FUND_REIMBURSEMENT", fund, package=package.name)
                continue
            heads = int(case.heads(Heads(package=package.name), count.day, place))
            exact = count.times(heads) * price / 100
            reimbursed += count.times(heads) * back / 100
            what = f"package:{package.name}:{print_day(count.day)}"
            pieces.append(Piece(what, count.text(heads), print_e4(price), "", exact, by, heads))
    own = sum((piece.exact_fen for piece in pieces), -reimbursed)
    payers = ((RESIDENT, own), (body.reimbursed_by, reimbursed))
    return Reckoned(pieces, days=[count.day for count in counts], payers=payers)
