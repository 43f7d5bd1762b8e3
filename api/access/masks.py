"""What is hidden of a person's numbers, and in which columns of which tables they stand.

A mask has one form for each kind, whatever it hides: an identity number reads
``110***********1234`` and an account ``****1234``. So a mask never tells how long a number was,
and a text that is too short for the form (a typing error, a test entry) is hidden entirely rather
than mostly shown.
Names are not masked: finance pays people by name and number.
"""

import unicodedata
from collections.abc import Mapping
from typing import Final, Literal

__all__ = [
    "FIELDS",
    "HIDDEN",
    "Kind",
    "MASKED",
    "mask_row",
    "masked",
]

Kind = Literal["identity", "account", "phone"]

HIDDEN: Final = "****"
"""A text of which nothing can be shown."""

MASKED: Final[dict[str, Kind]] = {
    "identity_number": "identity",
    "account_number": "account",
    "phone": "phone",
}
"""Columns that hold such numbers, wherever they stand."""

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "payees": ("account_number", "identity_number"),
    "people": ("identity_number", "phone"),
    "users": ("phone",),
}
"""The masked columns by resource, for forms and documents."""

_FORMS: Final[dict[Kind, tuple[int, int, str, int]]] = {
    "identity": (3, 4, "*" * 11, 15),
    "account": (0, 4, HIDDEN, 8),
    "phone": (3, 4, HIDDEN, 11),
}
"""Characters shown at the front and at the end, what stands between, and the least length."""


def masked(field: str, text: str) -> str:
    """A text as one sees it without ``personal.read_clear``.

    Blank stays blank, which tells that there is none; columns that hold no such number stay as
    they are. Full and half width, spaces and hyphens between groups of digits do not count.
    """
    kind = MASKED.get(field)
    plain = "".join(
        one for one in unicodedata.normalize("NFKC", text) if not one.isspace() and one != "-"
    )
    if kind is None or not text.strip():
        return text
    front, end, stars, least = _FORMS[kind]
    if len(plain) < least:
        return HIDDEN
    return f"{plain[:front]}{stars}{plain[-end:]}"


def mask_row(row: Mapping[str, str], clear: bool) -> dict[str, str]:
    """A row by column, masked unless ``clear``."""
    return dict(row) if clear else {name: masked(name, text) for name, text in row.items()}
