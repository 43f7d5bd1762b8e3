"""What the cells of each column hold, by its machine name: how dirty cells are to be understood.

An id is compared letter by letter, so nothing but a sure slip may be mended in it; a number becomes
plain decimal text; only a column of dates may turn a whole number into a day.
"""

from collections.abc import Mapping
from typing import Final, Literal

__all__ = ["CellKind", "KINDS"]

CellKind = Literal["id", "ids", "day", "number", "flag", "text"]
"""Ids and codes, lists of them (``P1:3;P2:2``), dates, plain decimals, 1 or 0, free text."""

_BY_KIND: Final[Mapping[CellKind, str]] = {
    "id": "account_number bank_code channel code component contract_id corrects counting_basis "
    "department_id employment_type fund group household_id id identity_number indicator "
    "institution_group institution_id item_code kind level line mode ownership package "
    "parent_id period person_id pool post post_id record_id resident_id role scope series "
    "setting source subject_id task team_id title_tier visit_number window year",
    "day": "service_date service_end_date valid_from valid_to active_from active_to birth_date "
    "date",
    "number": "quantity quantity_max weight amount value share fte used equivalents days heads "
    "income numerator denominator score key_closed key_now key_difference closed earlier",
    "flag": "in_cap main stopped recurrent permanent exempt",
    "ids": "performers qualifications resident_group groups",
    "text": "name item_name unit reference account_name bank",
}

KINDS: Final[Mapping[str, CellKind]] = {
    name: kind for kind, names in _BY_KIND.items() for name in names.split()
}
"""The kind of every column of a table."""
