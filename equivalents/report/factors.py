"""Of which coefficients one is the product, as lines of a text and as JSON values (溯源)."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day
from equivalents.policy.coefficients import ONE_E4, Stretch, product_e4
from equivalents.policy.keyrules import Coefficient
from equivalents.units import print_e4

__all__ = ["days_text", "factors_json", "factors_text"]


def days_text(since: int, until: int) -> str:
    """Days as a half-open span."""
    return f"[{print_day(since)}, {print_day(until)})"


def factors_text(stretches: Sequence[Stretch]) -> Iterator[str]:
    """Of which coefficients one is the product, with dates and references; no line without any.

    The product stands before and after rounding where it is not simply the one coefficient.
    """
    for one in stretches:
        days = f" {days_text(one.since, one.until)}" if len(stretches) > 1 else ""
        yield from (_factor_text(row, days) for row in one.factors)
        if days or len(one.factors) > 1:
            values = [row.value_e4 for row in one.factors]
            yield (
                f"      连乘 product{days}: {_product(values)}, 四舍五入 rounded"
                f" = {print_e4(product_e4(values))}"
            )


def _factor_text(row: Coefficient, days: str) -> str:
    always = row.valid_from <= FIRST_DAY
    told = "一直 always" if always else f"自 from {print_day(row.valid_from)}"
    told += (
        f" 至 until {print_day(row.valid_to)}（不含 exclusive）" if row.valid_to < LAST_DAY else ""
    )
    told += f"; 得分 score {_score(row.score)}" if row.score else ""
    told += f"; 依据 {row.reference}" if row.reference else ""
    return f"      因素 factor{days} {row.kind}: {print_e4(row.value_e4)}  [{told}]"


def _score(text: str) -> str:
    """A score for people: one that has no end as a decimal with four places beside it."""
    if "/" not in text:
        return text
    exact = Fraction(text)
    places = (2 * exact.numerator * ONE_E4 + exact.denominator) // (2 * exact.denominator)
    return f"{text} ≈ {print_e4(places)}"


def _product(values_e4: Sequence[int]) -> str:
    """The exact product of coefficients: at least four places, no zeros behind those."""
    product, places = 10_000, 4
    for value in values_e4:
        product, places = product * value, places + 4
    digits = str(product).zfill(places + 1)
    whole, part = digits[:-places], digits[-places:]
    return f"{whole}.{part[:4]}{part[4:].rstrip('0')}"


def factors_json(stretches: Sequence[Stretch]) -> list[dict[str, Any]]:
    """Of which coefficients one is the product, by stretches of days with the same factors."""
    return [
        {
            "from": print_day(one.since),
            "to": print_day(one.until),
            "factors": [
                {
                    "kind": row.kind,
                    "value": print_e4(row.value_e4),
                    "valid_from": print_day(row.valid_from),
                    "reference": row.reference,
                    **({"score": row.score} if row.score else {}),
                }
                for row in one.factors
            ],
            "coefficient": print_e4(product_e4(row.value_e4 for row in one.factors)),
        }
        for one in stretches
    ]
