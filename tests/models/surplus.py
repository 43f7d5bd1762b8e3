"""The surplus rule, slowly: B7 of page 1, 5.14 of page 5, in yuan as fractions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

ADDS = ("income", "opening_restricted")
TAKES = ("expenditure", "closing_restricted", "deduction")


def reference_surplus(
    rows: Iterable[tuple[str, str, Fraction]], pay_ratio: Fraction, odd_fen: str
) -> dict[str, tuple[int, int, int, int]]:
    """Balance, development, pay and deficit in fen, by institution with a business account.

    `rows` are institution, kind and yuan. Project money and movements are no part of it.
    """
    rows = list(rows)
    found = {}
    for institution in {row[0] for row in rows if row[1] in ADDS + TAKES}:
        own = [row for row in rows if row[0] == institution]
        added = sum((yuan for _, kind, yuan in own if kind in ADDS), Fraction(0))
        taken = sum((yuan for _, kind, yuan in own if kind in TAKES), Fraction(0))
        balance = (added - taken) * 100
        assert balance.denominator == 1, "amounts have two decimals"
        if balance > 0:
            if odd_fen == "development":
                pay = math.floor(balance * pay_ratio)
            else:
                pay = math.ceil(balance * pay_ratio)
            found[institution] = (int(balance), int(balance) - pay, pay, 0)
        else:
            found[institution] = (int(balance), 0, 0, int(balance))
    return found
