"""Identity and account numbers as those see them who may not see them: enough to tell apart.

``110***********1234``: of an identity number the first three and the last four characters, of an
account number the last four. A short one shows nothing, whatever its length.
"""

from collections.abc import Mapping
from typing import Final

__all__ = [
    "PERSONAL",
    "masked",
    "masked_row",
]

PERSONAL: Final[Mapping[str, int]] = {"identity_number": 3, "account_number": 0}
"""Columns that are masked, and how many characters at their beginning are shown."""
_LAST: Final = 4
_SHORTEST: Final = 10
_HIDDEN: Final = "******"


def masked(column: str, text: str) -> str:
    """A value as it is shown to those who may not see it."""
    if column not in PERSONAL or not text:
        return text
    if len(text) < _SHORTEST:
        return _HIDDEN
    first = PERSONAL[column]
    return f"{text[:first]}{'*' * (len(text) - first - _LAST)}{text[-_LAST:]}"


def masked_row(row: Mapping[str, str]) -> dict[str, str]:
    """A row with what is personal masked."""
    return {column: masked(column, text) for column, text in row.items()}
