"""Passwords of people: how they are kept, compared and judged.

Kept is an Argon2id hash (RFC 9106) with its own salt and parameters in it, so that parameters may
grow: :func:`needs_rehash` says when, and the next good sign-in writes the new hash. A name that
nobody has costs the same work as one that somebody has, so that the time of an answer does not
tell which names exist.

A password is normalised by NFKC before anything is done with it (NIST SP 800-63B 5.1.1.2): the
full-width digits of a Chinese keyboard are the same password as the half-width ones.
"""

import base64
import hashlib
import secrets
import threading
import unicodedata
from collections.abc import Callable
from typing import Final

from argon2 import Parameters, PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret_raw

from api.access.wellknown import folded, is_common, left_of
from equivalents.errors import Problem

__all__ = [
    "AT_ONCE",
    "LEAST",
    "MOST",
    "PARAMETERS",
    "hash_password",
    "needs_rehash",
    "password_problems",
    "slow_hash",
    "verify_password",
]

LEAST: Final = 12
"""Code points that a new password has at least."""
MOST: Final = 128
"""Code points that any password has at most; longer ones are not even hashed."""

PARAMETERS: Final = Parameters(
    type=Type.ID,
    version=19,
    salt_len=16,
    hash_len=32,
    time_cost=3,
    memory_cost=65536,
    parallelism=1,
)
"""64 MiB and 3 passes: the second choice of RFC 9106, more than three times OWASP's least memory.

One lane instead of four: the work is the same for an attacker, while a server that answers
several people on a few processors gains nothing from lanes. About 0.2 s on one slow core.
"""

AT_ONCE: Final = 4
"""Hashes made at one time in a process, so that many sign-ins need 256 MiB and not all memory."""

_GATE: Final = threading.BoundedSemaphore(AT_ONCE)
_BESIDE_NAME: Final = 8
"""Characters that must be left of a password when the name is taken out of it."""
_SHORTEST_NAME: Final = 3
"""A shorter name may well be a part of a good password."""


def hash_password(
    password: str,
    parameters: Parameters = PARAMETERS,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """The text to keep for a password: ``$argon2id$v=19$m=...``, about 100 characters.

    ``random`` gives so many random bytes, for the salt. ValueError for a password that
    :func:`password_problems` refuses by its length or its characters.
    """
    if (plain := _normal(password)) is None:
        raise ValueError("a password is judged before it is hashed")
    with _GATE:
        return _hasher(parameters).hash(plain, salt=random(parameters.salt_len))


def verify_password(stored: str | None, password: str, parameters: Parameters = PARAMETERS) -> bool:
    """Whether a password is the one kept; ``stored`` is None where nobody has the name.

    Never raises, and does the work of one hash in every case: for an unknown name, for a kept
    text that is damaged, and for a password too long or malformed to be anybody's.
    """
    plain = _normal(password)
    kept = stored if plain is not None and _is_hash(stored) else None
    with _GATE:
        try:
            _hasher(parameters).verify(kept or _nobody(parameters), plain or b"")
        except (InvalidHashError, VerificationError):
            return False
    return kept is not None


def slow_hash(content: bytes, context: bytes, parameters: Parameters = PARAMETERS) -> str:
    """The hash of something with a password in it, as costly as that of a password: 64 digits.

    The same content in the same context always has the same hash.
    """
    salt = hashlib.sha256(context).digest()[: parameters.salt_len]
    with _GATE:
        digest = hash_secret_raw(
            content,
            salt,
            parameters.time_cost,
            parameters.memory_cost,
            parameters.parallelism,
            parameters.hash_len,
            parameters.type,
            parameters.version,
        )
    return digest.hex()


def needs_rehash(stored: str, parameters: Parameters = PARAMETERS) -> bool:
    """Whether a kept text was made with other parameters (or is damaged) and should be renewed."""
    return not _is_hash(stored) or extract_parameters(stored) != parameters


def _is_hash(stored: str | None) -> bool:
    try:
        return stored is not None and extract_parameters(stored).type is Type.ID
    except InvalidHashError:
        return False


def password_problems(password: str, name: str = "") -> list[Problem]:
    """Everything that is wrong with a new password, in the order in which it is best said.

    Codes: ``PASSWORD_CHARACTERS``, ``PASSWORD_SHORT``, ``PASSWORD_LONG``, ``PASSWORD_NAME``,
    ``PASSWORD_COMMON``. No problem ever holds the password itself. No classes of characters are
    asked for (NIST SP 800-63B 5.1.1.2): they make passwords alike and not strong.
    """
    if len(password) > MOST:
        return [Problem("PASSWORD_LONG", facts={"most": str(MOST)})]
    if any(unicodedata.category(one) in ("Cc", "Cs", "Cn", "Co") for one in password):
        return [Problem("PASSWORD_CHARACTERS")]
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) > MOST:
        return [Problem("PASSWORD_LONG", facts={"most": str(MOST)})]
    problems = []
    if len(plain) < LEAST:
        facts = {"found": str(len(plain)), "least": str(LEAST)}
        problems.append(Problem("PASSWORD_SHORT", facts=facts))
    if _is_of_name(plain, name):
        problems.append(Problem("PASSWORD_NAME"))
    elif is_common(plain):
        problems.append(Problem("PASSWORD_COMMON"))
    return problems


def _is_of_name(plain: str, name: str) -> bool:
    called, text = folded(name), folded(plain)
    if len(called) < _SHORTEST_NAME:
        return called != "" and text.replace(called, "") == ""
    for way in (called, called[::-1]):
        if way in text and len(left_of(text, [way])) < _BESIDE_NAME:
            return True
    return False


def _normal(password: str) -> bytes | None:
    """The bytes that are hashed; None for a password that nobody can have."""
    if len(password) > MOST:
        return None
    plain = unicodedata.normalize("NFKC", password)
    try:
        return plain.encode() if len(plain) <= MOST else None
    except UnicodeEncodeError:  # half of a surrogate pair
        return None


def _hasher(parameters: Parameters) -> PasswordHasher:
    return PasswordHasher.from_parameters(parameters)


def _nobody(parameters: Parameters) -> str:
    """A well-formed hash of no password: to compare with it is the whole work."""
    salt, tag = (
        base64.b64encode(bytes(size)).decode().rstrip("=")
        for size in (parameters.salt_len, parameters.hash_len)
    )
    costs = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"$argon2id$v={parameters.version}${costs}${salt}${tag}"
