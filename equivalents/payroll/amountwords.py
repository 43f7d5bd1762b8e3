"""Amounts in words 人民币大写, as cheques, vouchers and approval sheets write them.

The rules are those of 正确填写票据和结算凭证的基本规定 (annex 1 of 支付结算办法):
人民币 stands before the figure without a gap; one 零 stands for any run of noughts between digits;
整 ends what has no fen (after 角 it may be left out there; we write it, so that nothing can be
added). Where the rules leave a choice, as for a nought at the place of the yuan or of the ten
thousands, the first of the forms that they print is taken: 1680.32 is 壹仟陆佰捌拾元零叁角贰分,
and 107000.53 is 壹拾万柒仟元零伍角叁分.
"""

from typing import Final

__all__ = ["amount_in_words"]

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("仟", "佰", "拾", "")
_YI: Final = 10**8
_WAN: Final = 10**4


def amount_in_words(fen: int) -> str:
    """An amount of fen in words: ``人民币壹仟肆佰零玖元伍角整``; below 0 with 负 before it.

    >>> amount_in_words(1640902), amount_in_words(-50)
    ('人民币壹万陆仟肆佰零玖元零贰分', '人民币负伍角整')
    """
    sign = "负" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    jiao, last = divmod(rest, 10)
    words = f"{_whole(yuan)}元" if yuan or not rest else ""
    # A nought at the place of the yuan, or of the jiao before fen, is said once.
    if yuan and rest and (jiao == 0 or yuan % 10 == 0):
        words += _DIGITS[0]
    words += f"{_DIGITS[jiao]}角" if jiao else ""
    words += f"{_DIGITS[last]}分" if last else "整"
    return f"人民币{sign}{words}"


def _whole(number: int) -> str:
    """A whole number, 0 or more, in words."""
    if number == 0:
        return _DIGITS[0]
    for unit, name in ((_YI, "亿"), (_WAN, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            if low == 0:
                return f"{_whole(high)}{name}"
            # Behind noughts that end a group of four, or where all of a group are noughts.
            gap = _DIGITS[0] if low < unit // 10 or high % _WAN == 0 else ""
            return f"{_whole(high)}{name}{gap}{_whole(low)}"
    return _below_wan(number)


def _below_wan(number: int) -> str:
    """A number from 1 to 9999, without a 零 before its first digit or behind its last."""
    words, gap = "", False
    for digit, place in zip(f"{number:04d}", _PLACES, strict=True):
        if digit == "0":
            gap = bool(words)
            continue
        words += f"{_DIGITS[0] if gap else ''}{_DIGITS[int(digit)]}{place}"
        gap = False
    return words
