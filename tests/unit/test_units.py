"""Fixed point: strict reading, exact printing, and the bounds that keep int64 honest.

Faults caught: ``\\d`` or ``int()`` let full-width digits in; a float in the middle loses the last
unit; a bound forgotten lets a product wrap and nobody is told.
"""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from equivalents.units import (
    AMOUNT_LIMIT_FEN,
    INT64_LIMIT,
    QUANTITY_LIMIT_E3,
    WEIGHT_LIMIT_E4,
    NumberFaultError,
    checked_total,
    parse_amount_fen,
    parse_fixed,
    parse_quantity_e3,
    parse_weight_e4,
    print_e3,
    print_e4,
    print_e7,
    print_fen,
    print_fixed,
    product_fits,
    weigh_exactly,
)

INT64 = st.integers(-(2**63) + 1, 2**63 - 1)
NOT_PLAIN = [
    "",
    " ",
    " 1",
    "1 ",
    "1\n",
    "\t1",
    "\ufeff1",
    "\u00a01",
    "+1",
    "--1",
    "1-",
    "- 1",
    "\u22121",  # a minus sign that is no hyphen
    "1e3",
    "1E3",
    "1.2E+17",
    "0x10",
    "1_000",
    "1,000",
    "1，000",
    "1'000",
    ".5",
    "5.",
    ".",
    "-",
    "-.5",
    "1..2",
    "1.2.3",
    "1。5",
    "1．5",
    "00",
    "01",
    "-01",
    "000.5",
    "１",
    "１.５",
    "1.５",
    "٣",
    "²",
    "½",
    "一",
    "NaN",
    "nan",
    "inf",
    "-Infinity",
    "None",
    "1/2",
    "5%",
    "￥5",
    "5元",
    "1\x00",
]


def kind_of(text: str, places: int, *, signed: bool = False) -> str:
    """The kind of fault of a text, or a blank."""
    try:
        parse_fixed(text, places, signed=signed)
    except NumberFaultError as fault:
        return fault.kind
    return ""


# -- reading -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "places", "value"),
    [
        ("0", 3, 0),
        ("0.0", 3, 0),
        ("0.000", 3, 0),
        ("1", 3, 1000),
        ("1.0", 3, 1000),
        ("1.5", 3, 1500),
        ("0.001", 3, 1),
        ("10", 0, 10),
        ("1.2", 4, 12_000),
        ("0.3333", 4, 3333),
        ("711.27", 2, 71_127),
        ("0.29", 2, 29),  # 0.29 * 100 is 28.999... in floats
        ("1.005", 3, 1005),
        ("90071992547409.93", 2, 2**53 + 1),  # no float has this value
        ("999999999999999999", 7, 999_999_999_999_999_999 * 10**7),
    ],
)
def test_plain_decimals_are_read_exactly(text: str, places: int, value: int) -> None:
    assert parse_fixed(text, places) == value
    assert parse_fixed("-" + text, places, signed=True) == -value


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("text", NOT_PLAIN)
def test_anything_else_is_refused(text: str, signed: bool) -> None:
    assert kind_of(text, 3, signed=signed) == "text"


@pytest.mark.parametrize(
    ("text", "places", "kind"),
    [
        ("-1", 3, "sign"),
        ("-0", 3, "sign"),
        ("-0.5", 3, "sign"),
        ("1.0000", 3, "places"),
        ("1.2345", 3, "places"),
        ("0.001", 2, "places"),
        ("1.0", 0, "places"),
        ("1.00000000000000000000000000000000", 7, "places"),
        ("1234567890123456789", 3, "range"),
        ("9" * 4000, 3, "range"),
        ("9" * 5000, 3, "range"),  # more digits than int() itself agrees to read
    ],
)
def test_the_fault_says_its_kind(text: str, places: int, kind: str) -> None:
    assert kind_of(text, places) == kind


def test_a_fault_is_a_value_error_that_shows_the_text() -> None:
    with pytest.raises(ValueError, match=r"text: '１'"):
        parse_fixed("１", 3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.001", 1),
        ("999999.999", QUANTITY_LIMIT_E3 - 1),
        ("-999999.999", 1 - QUANTITY_LIMIT_E3),
        ("-2.5", -2500),
    ],
)
def test_quantities_within_limits(text: str, value: int) -> None:
    assert parse_quantity_e3(text) == value


@pytest.mark.parametrize("text", ["0", "0.000", "-0", "-0.0", "1000000", "1000000.000", "-1000000"])
def test_quantities_out_of_range(text: str) -> None:
    with pytest.raises(NumberFaultError) as caught:
        parse_quantity_e3(text)
    assert caught.value.kind == "range"


def test_weights_within_limits() -> None:
    assert parse_weight_e4("0") == 0
    assert parse_weight_e4("0.0001") == 1
    assert parse_weight_e4("999999.9999") == WEIGHT_LIMIT_E4 - 1
    for text, kind in [("1000000", "range"), ("-1", "sign"), ("1.00000", "places")]:
        with pytest.raises(NumberFaultError) as caught:
            parse_weight_e4(text)
        assert caught.value.kind == kind


def test_amounts_within_limits() -> None:
    assert parse_amount_fen("0.00") == 0
    assert parse_amount_fen("711.27") == 71_127
    assert parse_amount_fen("9999999999999.99") == AMOUNT_LIMIT_FEN - 1
    for text, kind in [("10000000000000", "range"), ("-0.01", "sign"), ("1.000", "places")]:
        with pytest.raises(NumberFaultError) as caught:
            parse_amount_fen(text)
        assert caught.value.kind == kind


# -- printing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (0, 2, "0.00"),
        (-1, 2, "-0.01"),
        (-100, 2, "-1.00"),
        (71_127, 2, "711.27"),
        (-(2**63), 7, "-922337203685.4775808"),
        (10**30, 3, "1" + 27 * "0" + ".000"),
        (-7, 0, "-7"),
    ],
)
def test_printing_shows_all_decimals(value: int, places: int, text: str) -> None:
    assert print_fixed(value, places) == text


def test_each_unit_prints_its_own_decimals() -> None:
    assert [print_fen(5), print_e3(5), print_e4(5), print_e7(5)] == [
        "0.05",
        "0.005",
        "0.0005",
        "0.0000005",
    ]


@given(value=st.integers(-(10**18) + 1, 10**18 - 1), places=st.integers(0, 9))
@example(value=-1, places=9)
@example(value=2**53 + 1, places=2)
def test_what_is_printed_reads_back(value: int, places: int) -> None:
    assert parse_fixed(print_fixed(value, places), places, signed=True) == value


@given(st.text(alphabet="0123456789.-+eE １,\n", max_size=12), st.integers(0, 4))
def test_what_is_read_prints_as_the_same_number(text: str, places: int) -> None:
    try:
        value = parse_fixed(text, places, signed=True)
    except NumberFaultError:
        return
    whole, _, decimals = text.partition(".")
    canonical = whole + ("." + decimals.ljust(places, "0") if places else "")
    assert print_fixed(value, places) == (canonical if value else canonical.removeprefix("-"))


# -- weighing ------------------------------------------------------------------------------


@given(st.integers(0, 2**80), st.integers(0, WEIGHT_LIMIT_E4))
@example(2**63, 1)
@example(2**63 - 1, 1)
@example(2**33, 2**30)
@example(0, WEIGHT_LIMIT_E4)
def test_product_fits_is_the_exact_bound(total_e3: int, weight_e4: int) -> None:
    assert product_fits(total_e3, weight_e4) == (total_e3 * weight_e4 <= 2**63 - 1)


def exact_products(pairs: list[tuple[int, int]]) -> list[int]:
    """What the engine makes of quantities and weights, as Python integers."""
    quantities = np.array([quantity for quantity, _ in pairs], np.int64)
    weights = np.array([weight for _, weight in pairs], np.int64)
    products = weigh_exactly(quantities, weights)
    if products.dtype == np.int64:
        # The promise of int64: no sum of any of these products overflows.
        assert sum(abs(quantity) * weight for quantity, weight in pairs) < INT64_LIMIT
    return [int(value) for value in products]


@given(st.lists(st.tuples(INT64, st.integers(0, WEIGHT_LIMIT_E4 - 1)), max_size=12))
@example([(10**9 - 1, 10**10 - 1)] * 12)
@example([(-(2**62), 2)])
@example([(-(2**31), 2**31)])
@example([(2**31, 2**31), (-(2**31), 2**31)])
def test_weighing_equals_python_integers(pairs: list[tuple[int, int]]) -> None:
    assert exact_products(pairs) == [quantity * weight for quantity, weight in pairs]


@given(
    st.lists(
        st.tuples(st.integers(-(2**33), 2**33), st.integers(2**29, 2**31)), min_size=1, max_size=6
    )
)
def test_weighing_around_the_bound(pairs: list[tuple[int, int]]) -> None:
    assert exact_products(pairs) == [quantity * weight for quantity, weight in pairs]


def test_small_columns_stay_int64() -> None:
    products = weigh_exactly(np.array([1500, -500], np.int64), np.array([50_000, 2000], np.int64))
    assert products.dtype == np.int64
    assert products.tolist() == [75_000_000, -1_000_000]
    assert weigh_exactly(np.zeros(0, np.int64), np.zeros(0, np.int64)).size == 0


def test_sums_that_cancel_are_still_exact() -> None:
    # Each product is near 2**63 and their absolute sum beyond it: object integers, exact sum.
    quantity = np.array([10**9 - 1, -(10**9 - 1), 1], np.int64)
    weight = np.full(3, WEIGHT_LIMIT_E4 - 1, np.int64)
    assert int(weigh_exactly(quantity, weight).sum()) == WEIGHT_LIMIT_E4 - 1


@pytest.mark.parametrize("value", [0, 1, -1, 2**63 - 1, -(2**63) + 1])
def test_totals_within_the_limit(value: int) -> None:
    total = checked_total([value, 0])
    assert total.dtype == np.int64
    assert total.tolist() == [value, 0]


@pytest.mark.parametrize("value", [2**63, -(2**63), 2**64, -(2**64) - 1, 10**40])
def test_totals_beyond_the_limit_are_refused_with_the_number(value: int) -> None:
    with pytest.raises(OverflowError, match=str(value)):
        checked_total([0, value])


def test_totals_come_from_numpy_too() -> None:
    assert checked_total(np.array([3, -4], np.int64)).tolist() == [3, -4]
    assert checked_total(np.array([3, 2**62], object)).tolist() == [3, 2**62]
    assert checked_total([]).size == 0
