"""Amounts in words, held against the printed rules and against a reader of words of its own.

Catches: a nought said twice or not at all, 整 behind fen or missing, 拾 without 壹, a lost sign.
"""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from equivalents.payroll import amount_in_words

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        # The examples that 正确填写票据和结算凭证的基本规定 itself prints.
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "人民币壹拾万柒仟元零伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        # Whole yuan, whole jiao, fen alone, nothing.
        ("0.00", "人民币零元整"),
        ("0.01", "人民币壹分"),
        ("0.10", "人民币壹角整"),
        ("0.11", "人民币壹角壹分"),
        ("1.00", "人民币壹元整"),
        ("10.00", "人民币壹拾元整"),
        ("15.00", "人民币壹拾伍元整"),
        ("20.50", "人民币贰拾元零伍角整"),
        ("21.50", "人民币贰拾壹元伍角整"),
        # Noughts inside and between groups of four.
        ("1001.00", "人民币壹仟零壹元整"),
        ("1010.00", "人民币壹仟零壹拾元整"),
        ("10000.00", "人民币壹万元整"),
        ("10001.00", "人民币壹万零壹元整"),
        ("100100.00", "人民币壹拾万零壹佰元整"),
        ("101000.00", "人民币壹拾万壹仟元整"),
        ("1000000.00", "人民币壹佰万元整"),
        ("100000000.00", "人民币壹亿元整"),
        ("100000001.00", "人民币壹亿零壹元整"),
        ("100010000.00", "人民币壹亿零壹万元整"),
        ("1000100000.00", "人民币壹拾亿零壹拾万元整"),
        ("1234567890.12", "人民币壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元零壹角贰分"),
        ("1000000000000.00", "人民币壹万亿元整"),
        ("1000050000000.00", "人民币壹万亿零伍仟万元整"),
        # Below nothing.
        ("-0.05", "人民币负伍分"),
        ("-107.50", "人民币负壹佰零柒元伍角整"),
    ],
)
def test_the_words_are_those_of_the_rules(yuan: str, words: str) -> None:
    assert amount_in_words(int(yuan.replace(".", ""))) == words


@given(st.integers(-(10**15), 10**15))
@example(0)
@example(10**15)
@example(10_00000_0000_00)
def test_whoever_reads_the_words_finds_the_amount(fen: int) -> None:
    assert _read(amount_in_words(fen)) == fen


@given(st.integers(-(10**15), 10**15))
def test_the_form_is_one_that_nothing_can_be_added_to(fen: int) -> None:
    words = amount_in_words(fen)
    assert words.startswith("人民币")
    assert words.endswith("整") == (fen % 10 == 0)
    assert "零零" not in words
    assert words.count("元") == (abs(fen) >= 100 or fen == 0)
    assert not words.removeprefix("人民币").removeprefix("负").startswith(("拾", "佰", "仟"))


def _read(words: str) -> int:
    """The fen that words say, read from the left, digit by digit; it knows no rule of noughts."""
    text = words.removeprefix("人民币")
    sign = -1 if text.startswith("负") else 1
    text = text.removeprefix("负").removesuffix("整")
    yuan, _, rest = text.rpartition("元")
    fen = 100 * _number(yuan)
    digit = 0
    for sign_ in rest:
        if sign_ in _DIGITS:
            digit = _DIGITS.index(sign_)
        else:
            fen += digit * {"角": 10, "分": 1}[sign_]
    return sign * fen


def _number(words: str) -> int:
    for name, size in (("亿", 10**8), ("万", 10**4)):
        if name in words:
            high, _, low = words.rpartition(name)
            return _number(high) * size + _number(low)
    total = digit = 0
    for sign in words:
        if sign in _DIGITS:
            digit = _DIGITS.index(sign)
        else:
            total, digit = total + digit * _UNITS[sign], 0
    return total + digit
