"""Funds by work: fixed-price purchase by items, and purchase by equivalents.

Work counts in the months on whose first day the fund (and its channel) is in force, at the price
of that day; prices that change within a month are refused, as work is added up by month. A channel
gives its share of each item. A floating price is never used: its budget is shared by 5.10.
Sources: B1, B2; definition 5.13.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from equivalents.exact import half_up, print_exact, share_fen, whole_keys
from equivalents.fundfacts import DueLine
from equivalents.fundshop import Shop
from equivalents.policy.calendar import print_day
from equivalents.policy.funds import Dated, Fund, PerEquivalent, PerItem, Version
from equivalents.policy.model import Institution
from equivalents.reckoning import Factor, Piece, Reckoned, Reckoner, charged
from equivalents.units import E7_PLACES, WEIGHT_PLACES, print_e3, print_e4

__all__ = ["floating", "per_equivalent", "per_item"]

_E7_E4_PER_FEN = 10**9
"""Equivalents in e7 times yuan in e4 are fen of this size."""
_E3_E4_PER_FEN = 10**5
"""Quantities in e3 times yuan in e4 are fen of this size."""


def per_item(case: Reckoner, fund: Fund, body: PerItem, place: Institution, shop: Shop) -> Reckoned:
    """Quantity x price of each item, at the price of the month of service."""
    pieces = []
    for item, which, quantity in shop.quantities(fund, body, place):
        share = shop.share(item, shop.days(fund)[0])  # of a listed item, the same all along
        by = body.prices_e4[item].versions[which]
        case.use(fund, f"prices.{item}", by)
        price = by.value
        exact = Fraction(quantity * price, _E3_E4_PER_FEN) * share
        text = "" if share == 1 else print_exact(share, WEIGHT_PLACES)
        pieces.append(Piece(f"item:{item}", print_e3(quantity), print_e4(price), text, exact, by))
    return Reckoned(pieces, days=shop.days(fund))


def per_equivalent(
    case: Reckoner, fund: Fund, body: PerEquivalent, place: Institution, shop: Shop
) -> Reckoned:
    """D x P x T - I at a fixed price, one price for all, by group or by scale tier (5.13)."""
    bought = shop.equivalents(fund, place)
    factor = case.coefficient(fund, place, body.coefficients)
    by_price: dict[int, Fraction] = defaultdict(Fraction)
    by: dict[int, Version[int]] = {}
    if bought:
        dated = _price(case, fund, body, place, sum((d for _, d in bought), Fraction()))
        versions = dated.versions if dated else ()
        case.check_whole_months(fund, "price", [(v.valid_from, v.valid_to) for v in versions])
        for day, equivalents_e7 in bought:
            version = case.version(fund, dated, day, "price") if dated else None
            price = version.value if version is not None else 0
            by_price[price] += equivalents_e7
            if version is not None:
                by.setdefault(price, version)
    pieces = [
        _piece(d, price, factor, d * price * factor.value / _E7_E4_PER_FEN, by.get(price))
        for price, d in by_price.items()
    ]
    taken = tuple(_offset(case, body, place))
    return Reckoned(pieces, taken, body.below_zero, shop.days(fund))


def _price(
    case: Reckoner, fund: Fund, body: PerEquivalent, place: Institution, equivalents_e7: Fraction
) -> Dated[int] | None:
    """The price of an institution: of its tier, else of its group, else the one of all (B2).

    Below the first bound, as corrections of earlier months can leave it, holds the first tier
    (5.12); whether the amount may then be below 0 is the fund's ``below_zero`` (5.13).
    """
    if body.tiers:
        tiers = sorted(body.tiers, key=lambda tier: tier.from_e7)
        reached = [tier for tier in tiers if equivalents_e7 >= tier.from_e7]
        found: Dated[int] | None = (reached[-1] if reached else tiers[0]).price_e4
    else:
        found = body.group_prices_e4.get(place.group, body.price_e4)
    if found is None:
        case.note("FUND_PRICE_MISSING", fund, institution=place.institution_id, group=place.group)
    return found


def _piece(
    equivalents_e7: Fraction,
    price_e4: int,
    factor: Factor,
    exact_fen: Fraction,
    by: Version[int] | None,
) -> Piece:
    count = print_exact(equivalents_e7 / 10**E7_PLACES, E7_PLACES)
    return Piece("equivalents", count, print_e4(price_e4), factor.text, exact_fen, by)


def _offset(case: Reckoner, body: PerEquivalent, place: Institution) -> Iterator[DueLine]:
    """The income I that is taken off, line by line: of the accounts, and what was charged."""
    for line in dict.fromkeys(body.offset_lines):
        rows = (row.amount_fen for row in case.accounts(place, "income") if row.line == line)
        yield DueLine(f"income:{line}", "", "", "", -sum(rows))
    yield from charged(case, body.offset_charges, place)


def floating(
    case: Reckoner, fund: Fund, places: Sequence[Institution], shop: Shop
) -> tuple[dict[str, Reckoned], int]:
    """A budget shared by D x T (5.10), less I, by institution; and the price for display, in e4.

    Equivalents below 0 count as 0 (5.9). Ties are settled by the institution's code.
    """
    day = case.last_day(fund)
    body, counted = fund.body, []
    assert isinstance(body, PerEquivalent), "only equivalents have a floating price"
    dated = Dated(()) if body.budget_fen is None else body.budget_fen
    by = case.version(fund, dated, day, "budget")
    budget = by.value if by is not None else 0
    for place in places:
        own = fund.of(place.institution_id)
        mine = own.body
        assert isinstance(mine, PerEquivalent), "an institution's own fund is of the same kind"
        d = sum((part for _, part in shop.equivalents(own, place)), Fraction())
        counted.append((place, own, mine, d, case.coefficient(own, place, mine.coefficients)))
    keys = [max(d * factor.value, Fraction()) for *_, d, factor in counted]
    total = sum(keys, Fraction())
    if budget and not total:
        case.note("FUND_NO_KEY", fund, day=print_day(day))
        budget = 0
    price = half_up(budget * _E7_E4_PER_FEN / total) if total else 0
    found = {}
    shares = share_fen(budget, whole_keys(keys))
    for (place, own, mine, d, factor), amount in zip(counted, shares, strict=True):
        # What counts as 0 is shown as 0, so that count x price is the amount.
        piece = _piece(max(d, Fraction()), price, factor, Fraction(amount), by)
        taken = tuple(_offset(case, mine, place))
        found[place.institution_id] = Reckoned([piece], taken, mine.below_zero, shop.days(own))
    return found, price
