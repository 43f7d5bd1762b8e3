"""Charges 收费 against the charge prices 收费价格 of a scheme: violations, each with its row.

A charge is right when it is a whole multiple of a price of its code in force on its day, of any
title tier: the row does not tell who was called out. What a source strikes through is no measure:
a charge that differs from such figures alone is only noted.

Whole columns tell which rows agree with no price; only those few are walked. Source: rule B4a.
"""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from equivalents.errors import Problem, near
from equivalents.policy.calendar import print_day
from equivalents.policy.funds import Version
from equivalents.policy.heads import Charges
from equivalents.policy.prices import ChargePrice, ChargePrices
from equivalents.units import Int64, print_fen

__all__ = ["price_findings"]


def price_findings(
    charges: Charges, prices: ChargePrices, others: Collection[str]
) -> list[Problem]:
    """Charges that are not of the prices, by row (B4a).

    Args:
        charges: those of the period.
        prices: the prices of the scheme.
        others: codes that the scheme names elsewhere and that need no price: referral charges,
            consultation fees, items of packages.
    """
    found: list[Problem] = []
    by_code = prices.by_code()
    for at, code in enumerate(charges.code.texts):
        rows = np.flatnonzero(charges.code.code == at)
        if not rows.size:
            continue
        if code in by_code:
            found += _of_code(charges, rows, code, by_code[code])
        elif code not in others:
            place = charges.rows.place(int(rows[0])).at("code")
            known = sorted({*by_code, *others})
            facts = {"charges": str(rows.size), "near": near(code, known), "city": prices.city}
            found.append(Problem("CHARGE_CODE_UNKNOWN", place, code, facts))
    return sorted(found, key=lambda problem: (problem.place, problem.code, problem.value))


def _of_code(
    charges: Charges, rows: Int64, code: str, prices: Sequence[ChargePrice]
) -> Iterator[Problem]:
    """Charges of one code: before any price, and amounts that no price divides."""
    day, fen = charges.day[rows], charges.amount_fen[rows]
    fits, priced, verified = (np.zeros(rows.size, np.bool_) for _ in range(3))
    for price in prices:
        for version in price.price_fen.versions:
            here = (version.valid_from <= day) & (day < version.valid_to)
            priced |= here
            verified |= here & (not price.unverified)
            fits |= here & (fen % version.value == 0)
    for at in np.flatnonzero(~(priced & fits)).tolist():
        row = int(rows[at])
        then = _in_force(prices, int(day[at]))
        facts = {
            "resident": charges.resident.texts[charges.resident.code[row]],
            "day": print_day(int(day[at])),
            "amount": print_fen(int(fen[at])),
            "prices": "、".join(_told(price, version) for price, version in then),
            "since": print_day(min(v.valid_from for p in prices for v in p.price_fen.versions)),
            "reference": "; ".join(dict.fromkeys(version.reference for _, version in then)),
        }
        reason = "CHARGE_NO_PRICE"
        if priced[at]:
            reason = "CHARGE_PRICE" if verified[at] else "CHARGE_PRICE_UNVERIFIED"
        column = "amount" if priced[at] else "date"
        yield Problem(reason, charges.rows.place(row).at(column), code, facts)


def _in_force(prices: Sequence[ChargePrice], day: int) -> list[tuple[ChargePrice, Version[int]]]:
    found = [(price, price.price_fen.on(day)) for price in prices]
    return [(price, version) for price, version in found if version is not None]


def _told(price: ChargePrice, version: Version[int]) -> str:
    tier = f" {price.title_tier}" if price.title_tier else ""
    return f"{print_fen(version.value)}{tier}"
