"""Masks: what is shown of a number, and that nothing more can be learned from it.

Catches: a mask that tells the length, a short number shown whole, a full-width one that escapes.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.masks import FIELDS, HIDDEN, MASKED, mask_row, masked


@pytest.mark.parametrize(
    ("field", "text", "shown"),
    [
        ("identity_number", "110101190001011234", "110***********1234"),
        ("identity_number", "11010119000101123X", "110***********123X"),
        ("identity_number", "110101000101123", "110***********1123"),
        ("identity_number", "１１０１０１１９０００１０１１２３４", "110***********1234"),
        ("identity_number", "110101 19000101 1234", "110***********1234"),
        ("identity_number", "11010100010112", HIDDEN),
        ("identity_number", "1101", HIDDEN),
        ("account_number", "6200000000000001234", "****1234"),
        ("account_number", "6200-0000 0000 1234", "****1234"),
        ("account_number", "62001234", "****1234"),
        ("account_number", "6201234", HIDDEN),
        ("account_number", "1 2 3 4 5 6 7", HIDDEN),
        ("account_number", "7", HIDDEN),
        ("phone", "13900001234", "139****1234"),
        ("phone", "1234", HIDDEN),
        ("account_number", "", ""),
        ("identity_number", "  ", "  "),
        ("name", "示例甲", "示例甲"),
        ("person_id", "P001", "P001"),
    ],
)
def test_what_is_shown(field: str, text: str, shown: str) -> None:
    assert masked(field, text) == shown


@given(st.sampled_from(sorted(MASKED)), st.text(min_size=1))
def test_a_mask_never_tells_the_length_and_shows_no_more_than_it_says(
    field: str, text: str
) -> None:
    shown = masked(field, text)
    if text.strip():
        assert (
            len(shown) in {"identity": (4, 18), "account": (4, 8), "phone": (4, 11)}[MASKED[field]]
        )
        assert HIDDEN in shown
    else:
        assert shown == text


def test_every_listed_column_is_masked() -> None:
    assert {column for columns in FIELDS.values() for column in columns} == set(MASKED)


def test_a_row_is_masked_unless_it_may_be_seen() -> None:
    row = {"person_id": "P001", "name": "示例甲", "account_number": "6200000000000001234"}
    assert mask_row(row, clear=False) == row | {"account_number": "****1234"}
    assert mask_row(row, clear=True) == row
