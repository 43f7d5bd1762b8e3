"""Passwords that everybody guesses first: a small list of words and rules for what is regular.

The list holds words, not passwords: a word with digits and signs around it is the word still, and
so is a row of such words. What no list could hold (one unit again and again, a run along the
alphabet or the keyboard, hardly any different characters) is found by rule.
"""

import unicodedata
from collections.abc import Collection
from typing import Final

__all__ = [
    "FEW_DIFFERENT",
    "WORDS",
    "folded",
    "is_common",
    "left_of",
]

FEW_DIFFERENT: Final = 5
"""A password with fewer different characters than this is regular."""

_LONGEST_UNIT: Final = 6
_LEFT: Final = 6
"""Characters that must be left when every word of the list is taken out."""

WORDS: Final = (
    "password", "passw0rd", "p@ssword", "p@ssw0rd", "passwort", "passcode", "letmein", "welcome",
    "iloveyou", "administrator", "administration", "admin", "root", "guest", "master", "login",
    "default", "changeme", "secret", "superuser", "system", "manager", "finance", "caiwu",
    "hospital", "yiyuan", "weisheng", "woaini", "aini1314", "1314520", "5201314", "mima",
    "zhongguo", "china", "beijing", "shanghai", "nihao", "test", "demo", "user", "computer",
    "sunshine", "princess", "dragon", "monkey", "football", "baseball", "superman", "qwertyuiop",
    "qwerty", "asdfghjkl", "asdfgh", "zxcvbnm", "zxcvbn", "qazwsxedc", "qazwsx", "1qaz2wsx3edc",
    "1qaz2wsx", "1q2w3e4r5t6y", "1q2w3e4r", "q1w2e3r4", "zaq12wsx", "abc123", "abcd1234", "a123456",
    "123456", "654321", "888888", "666666", "000000", "111111", "equivalents", "dangliang",
    "密码", "我爱你", "管理员", "你好", "中国", "当量", "绩效", "财务", "医院", "卫生院",
)  # fmt: skip
"""Words that stand at the top of published lists, and words of this house and trade."""

_BY_LENGTH: Final = sorted(WORDS, key=len, reverse=True)
_RUNS: Final = (
    "01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "一二三四五六七八九十",
)  # fmt: skip


def folded(text: str) -> str:
    """A text as two people would call it the same: width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def is_common(password: str) -> bool:
    """Whether a password is a well-known one, or so regular that it needs no list."""
    plain = folded(password)
    return (
        len(set(plain)) < FEW_DIFFERENT
        or _repeats(plain)
        or len(_without_runs(left_of(plain, _BY_LENGTH))) < _LEFT
    )


def left_of(plain: str, words: Collection[str]) -> str:
    """What is left of a folded text without the words, and without digits and signs at its ends.

    Digits and signs at the ends are what people add to a word to satisfy a rule.
    """
    for word in words:
        plain = plain.replace(word, "\0")
    kept = "".join(part.strip(_ADDED) for part in plain.split("\0"))
    return kept if "\0" in plain else plain


_ADDED: Final = "0123456789!@#$%^&*()-_=+[]{};:'\",.<>/?\\|`~！@#￥……（）—。，"


def _repeats(plain: str) -> bool:
    """Whether the text is one short unit again and again (the last may be cut)."""
    return any(
        plain == (plain[:size] * len(plain))[: len(plain)]
        for size in range(1, min(_LONGEST_UNIT, len(plain) // 2) + 1)
    )


def _without_runs(plain: str) -> str:
    """The text with each run of four or more neighbours (up or down) taken for one character."""
    kept: list[str] = []
    start = 0
    while start < len(plain):
        size = _run_at(plain, start)
        kept.append(plain[start])
        start += size if size >= 4 else 1
    return "".join(kept)


def _run_at(plain: str, start: int) -> int:
    """How long the longest run along the alphabet or the keyboard is that begins at ``start``."""
    longest = 1
    for row in _RUNS:
        for way in (row, row[::-1]):
            size = 1
            while start + size < len(plain) and plain[start : start + size + 1] in way:
                size += 1
            longest = max(longest, size)
    return longest
