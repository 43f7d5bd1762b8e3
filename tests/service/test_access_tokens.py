"""Tokens: their form, what is kept of them, when they end, and what garbage does to them.

Catches: a secret in what is kept or printed, a typing error taken for a wrong key, a key that
opens at the moment of its end, a form token that is good in another session, a text that makes the
reader raise.
"""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access import tokens
from api.access.tokens import (
    IDLE,
    LONGEST_SESSION,
    PATTERN,
    Held,
    Token,
    csrf_holds,
    csrf_token,
    held,
    looks_like_token,
    matches,
    new_token,
    parse,
    refusal,
    session_ends,
)

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
KINDS: list[tokens.Kind] = ["key", "session", "link"]
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def code(token: Token, kept: Held | None, now: datetime) -> str:
    problem = refusal(token, kept, now)
    return problem.code if problem else ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_is_read_back_and_has_the_form_that_scanners_look_for(kind: tokens.Kind) -> None:
    token = new_token(kind)
    assert parse(token.text) == token
    assert parse(token.text, kind) == token
    assert re.fullmatch(PATTERN, token.text)
    assert len(token.text) == 4 + 12 + 1 + 39
    assert re.search(PATTERN, f'curl -H "Authorization: Bearer {token.text}" x')
    assert [other for other in KINDS if parse(token.text, other)] == [kind]


def test_a_secret_has_at_least_192_bits() -> None:
    assert 62 ** len(new_token("key").secret) > 2**192


def test_every_letter_is_equally_likely() -> None:
    """All 256 bytes once: 248 are used, four for each letter, and 8 are thrown away."""
    letters = tokens._letters(248, lambda count: bytes(range(256)))
    assert sorted(letters) == sorted(BASE62 * 4)


def test_a_source_of_randomness_that_is_broken_is_noticed() -> None:
    with pytest.raises(ValueError, match="randomness"):
        new_token("key", lambda count: b"\xff" * count)


def test_only_the_hash_of_the_secret_is_kept_or_shown() -> None:
    token = new_token("key")
    kept = held(token, NOON)
    assert kept.digest == sha256(token.secret.encode()).hexdigest()
    assert token.secret not in repr(kept)
    assert token.secret not in repr(token)


def test_a_typing_error_is_told_from_a_wrong_key() -> None:
    """One letter for another, and two neighbours that differ, are always noticed by the check."""
    text = new_token("key").text
    for at in range(4, len(text)):
        if text[at] == "_":
            continue
        for letter in BASE62:
            if letter != text[at]:
                assert parse(text[:at] + letter + text[at + 1 :]) is None
        if at + 1 < len(text) and text[at] != text[at + 1] and text[at + 1] != "_":
            swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
            assert parse(swapped) is None
    assert looks_like_token(text[:-1])
    assert not looks_like_token("Bearer")


@given(st.one_of(st.text(), st.binary(), st.none(), st.integers(), st.lists(st.text())))
def test_garbage_is_no_token_and_never_raises(text: object) -> None:
    assert parse(text) is None
    assert not csrf_holds(new_token("session"), text)


@given(st.text(alphabet=BASE62 + "_", min_size=52, max_size=60))
def test_near_garbage_is_no_token(text: str) -> None:
    assert parse("eqk_" + text[4:]) is None


@pytest.mark.parametrize("end", ["\n", " ", "\0", "１"])
def test_nothing_may_follow_or_stand_before(end: str) -> None:
    text = new_token("key").text
    assert parse(text + end) is None
    assert parse(end + text) is None


def test_digits_of_other_scripts_are_no_letters_of_a_token() -> None:
    text = new_token("key", bytes).text
    assert parse(text) is not None
    assert parse(text.replace("0", "٠")) is None


def test_a_token_opens_with_its_own_row_only() -> None:
    token, other = new_token("key"), new_token("key")
    assert matches(token, held(token, NOON))
    assert code(token, held(token, NOON), NOON) == ""
    assert code(token, held(other, NOON), NOON) == "API_KEY_UNKNOWN"
    assert code(token, None, NOON) == "API_KEY_UNKNOWN"
    same_id = Token("key", token.id, other.secret)
    assert code(same_id, held(token, NOON), NOON) == "API_KEY_UNKNOWN"
    same_secret = Token("key", other.id, token.secret)
    assert code(same_secret, held(token, NOON), NOON) == "API_KEY_UNKNOWN"
    as_session = Token("session", token.id, token.secret)
    assert code(as_session, held(token, NOON), NOON) == "SESSION_ENDED"


def test_a_key_ends_at_its_end_and_not_a_second_later() -> None:
    token = new_token("key")
    kept = held(token, NOON, lives=DAY)
    assert code(token, kept, NOON + DAY - SECOND) == ""
    assert code(token, kept, NOON + DAY) == "KEY_EXPIRED"
    problem = refusal(token, kept, NOON + DAY)
    assert problem is not None
    assert "2026-07-01T12:00:00+00:00" in problem.text("en")
    assert code(token, held(token, NOON), NOON + 10_000 * DAY) == ""


def test_a_revoked_key_says_so_only_to_who_has_its_secret() -> None:
    token = new_token("key")
    kept = Held("key", token.id, token.digest, NOON, revoked_at=NOON)
    assert code(token, kept, NOON) == "KEY_REVOKED"
    assert code(Token("key", token.id, "0" * 33), kept, NOON) == "API_KEY_UNKNOWN"


def test_a_link_opens_once() -> None:
    token = new_token("link")
    fresh = held(token, NOON, lives=tokens.LINK_LIVES)
    used = Held("link", token.id, token.digest, NOON, fresh.ends_at, used_at=NOON)
    assert code(token, fresh, NOON) == ""
    assert code(token, used, NOON) == "LINK_ENDED"
    assert code(token, fresh, NOON + tokens.LINK_LIVES) == "LINK_ENDED"


def test_a_session_ends_when_idle_and_after_a_working_day() -> None:
    assert session_ends(NOON, NOON) == NOON + IDLE
    late = NOON + LONGEST_SESSION - timedelta(minutes=5)
    assert session_ends(NOON, late) == NOON + LONGEST_SESSION
    token = new_token("session")
    kept = held(token, NOON, lives=IDLE)
    assert code(token, kept, NOON + IDLE) == "SESSION_ENDED"


def test_a_form_token_is_good_in_its_session_only_and_new_in_every_page() -> None:
    session, other = new_token("session"), new_token("session")
    one, two = csrf_token(session), csrf_token(session)
    assert one != two
    assert csrf_holds(session, one)
    assert csrf_holds(session, two)
    assert not csrf_holds(other, one)
    assert not csrf_holds(Token("session", session.id, other.secret), one)
    assert session.secret not in one
    for bad in ("", ".", one[:-1], one + "0", one.replace(".", ""), "x" + one, one.upper()):
        assert not csrf_holds(session, bad)


def test_a_time_without_offset_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="offset"):
        held(new_token("key"), datetime(2026, 6, 30, 12))  # noqa: DTZ001
