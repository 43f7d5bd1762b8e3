"""Passwords: kept as argon2id, asked for their length, and looked for at equal cost.

Parameters are those that RFC 9106 gives for little memory (64 MiB, three passes), on one lane as
a login is one of many requests; they stand in each hash, so later ones may be stronger.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from equivalents.errors import Problem

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = [
    "LEAST",
    "hash_of",
    "is_right",
    "is_weaker",
    "password_faults",
]

LEAST: Final = 12
"""Characters that a password has at least."""
_MOST: Final = 128
_COMMON: Final = (
    "password", "passw0rd", "qwerty", "abc123", "iloveyou", "admin", "welcome", "123456", "111111",
    "000000", "888888", "woaini", "a123456", "equivalents", "dangliang",
)  # fmt: skip
_ALIKE: Final = 4


@lru_cache(maxsize=1)
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher, Type

    return PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1, type=Type.ID)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher().hash("nobody has this password")


def hash_of(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(password)


def is_right(kept: str, password: str) -> bool:
    """Whether it is the password; without one that is kept it takes as long, and is not."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _hasher().verify(kept or _nobody(), password[: 4 * _MOST])
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def is_weaker(kept: str) -> bool:
    """Whether what is kept was made with weaker parameters than those of now."""
    return _hasher().check_needs_rehash(kept)


def password_faults(password: str, name: str) -> list[Problem]:
    """What speaks against a new password, all of it."""
    found = []
    if not LEAST <= len(password) <= _MOST:
        facts = {"least": str(LEAST), "most": str(_MOST)}
        found.append(Problem("PASSWORD_LENGTH", facts=facts))
    plain = password.casefold()
    # What is left of it without a common word or the name is what has to be guessed.
    named = [one for one in (*_COMMON, name.casefold()) if len(one) >= _ALIKE]
    left = plain
    for one in named:
        left = left.replace(one, "")
    if len({*plain}) < _ALIKE or len(left) < LEAST // 2:
        found.append(Problem("PASSWORD_COMMON"))
    return found
