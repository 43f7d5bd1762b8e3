"""What a code or quantity of a source becomes: by a list, a dated table, in parts, by a factor.

Each change goes from a text and a day to the new text and the code of what is wrong with it; a text
that is at fault stays as it stood. Sources: issue "Files as they are", point 3; definition 5.8.
"""

from collections.abc import Callable, Mapping
from typing import Final

from equivalents.intake.opening.mapmodel import FACTOR_PLACES, CodeTable, Factors, Unlisted
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.units import QUANTITY_PLACES, NumberFaultError, parse_fixed, print_fixed

__all__ = [
    "Change",
    "NO_DAY",
    "any_part",
    "as_it_is",
    "by_table",
    "by_values",
    "dated_codes",
    "in_parts",
    "never",
    "times_factor",
]

Change = Callable[[str, int], tuple[str, str]]
"""From a text and a day to the new text and the code of what is wrong, or blank."""
NO_DAY: Final = FIRST_DAY - 1
"""Stands for a text that is no date; also for every day where the day does not matter."""
_MOST_PLACES: Final = 12
"""Decimal places of a quantity that are read before a factor; more is a fault of the engine's."""


def as_it_is(text: str, _day: int) -> tuple[str, str]:
    """No change."""
    return text, ""


def never(_text: str) -> bool:
    """No text has dates."""
    return False


def by_values(codes: Mapping[str, str], unlisted: Unlisted) -> Change:
    """Codes without dates; a blank stays blank unless it is listed."""

    def change(text: str, _day: int) -> tuple[str, str]:
        if text in codes:
            return codes[text], ""
        listed = not text or unlisted is Unlisted.KEEP
        return text, "" if listed else "MAP_VALUE_UNLISTED"

    return change


def dated_codes(table: CodeTable) -> Callable[[str], bool]:
    """Whether what a code of a table stands for depends on the day."""

    def dated(text: str) -> bool:
        return any(
            span.start > FIRST_DAY or span.end < LAST_DAY for span in table.spans.get(text, ())
        )

    return dated


def by_table(table: CodeTable) -> Change:
    """Codes of a table on a day; a blank stays blank."""
    on_days = dated_codes(table)

    def change(text: str, day: int) -> tuple[str, str]:
        spans = table.spans.get(text)
        if spans is None:
            listed = not text or table.unlisted is Unlisted.KEEP
            return text, "" if listed else "MAP_CODE_UNLISTED"
        if not on_days(text):
            return spans[0].ours, ""
        if day == NO_DAY:
            return text, "MAP_DAY_UNKNOWN"
        for span in spans:
            if span.start <= day < span.end:
                return span.ours, ""
        return text, "MAP_CODE_NOT_THEN"

    return change


def in_parts(change: Change, mark: str, shares: bool) -> Change:
    """The same for texts of several codes; with ``shares`` a code may have ``:N`` behind it.

    A blank cell is what a blank becomes; a blank part of others is left to the engine.
    """

    def each(text: str, day: int) -> tuple[str, str]:
        if not text:
            return change(text, day)
        made = []
        for part in text.split(mark):
            code, colon, share = part.strip().partition(":") if shares else (part.strip(), "", "")
            found, wrong = change(code, day) if code else ("", "")
            if wrong:
                return text, wrong
            made.append(f"{found}{colon}{share}")
        return ";".join(made), ""

    return each


def any_part(dated: Callable[[str], bool], mark: str) -> Callable[[str], bool]:
    """Whether any code of a list of codes depends on the day."""

    def several(text: str) -> bool:
        return any(dated(part.strip().partition(":")[0]) for part in text.split(mark))

    return several


def times_factor(text: str, unit: str, factors: Factors) -> tuple[str, str]:
    """A quantity times the factor of its unit, with at most three places."""
    factor_e6 = factors.codes_e6.get(unit)
    if factor_e6 is None:
        return text, "" if factors.unlisted is Unlisted.KEEP else "MAP_UNIT_UNLISTED"
    try:
        quantity = parse_fixed(text, _MOST_PLACES, signed=True)
    except NumberFaultError:
        return text, ""  # the engine says what is wrong with it
    if factor_e6 == 10**FACTOR_PLACES:
        return text, ""
    made, rest = divmod(
        quantity * factor_e6, 10 ** (_MOST_PLACES + FACTOR_PLACES - QUANTITY_PLACES)
    )
    if rest:
        return text, "MAP_QUANTITY_PLACES"
    return print_fixed(made, QUANTITY_PLACES).rstrip("0").rstrip("."), ""
