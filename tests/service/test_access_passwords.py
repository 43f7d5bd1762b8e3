"""Passwords: what is kept, what is refused and why, and that unknown names cost the same.

Catches: a kept text that opens for another password, a hash with weaker parameters than stated, a
name that answers without the work, a password in a problem, a full-width digit that locks out.
"""

import pytest
from argon2 import Parameters, PasswordHasher, Type, extract_parameters
from argon2.profiles import CHEAPEST
from hypothesis import given, settings
from hypothesis import strategies as st

from api.access.passwords import (
    PARAMETERS,
    hash_password,
    needs_rehash,
    password_problems,
    verify_password,
)

GOOD = "铁皮石斛 lantern river 47"


def codes(password: str, name: str = "") -> list[str]:
    return [problem.code for problem in password_problems(password, name)]


def test_a_password_opens_what_was_kept_of_it_and_nothing_else() -> None:
    kept = hash_password(GOOD)
    assert verify_password(kept, GOOD)
    assert not verify_password(kept, GOOD + " ")
    assert not verify_password(kept, GOOD.upper())
    assert not verify_password(kept, "")
    assert GOOD not in kept


def test_what_is_kept_names_the_stated_parameters() -> None:
    kept = hash_password(GOOD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert extract_parameters(kept) == PARAMETERS
    assert not needs_rehash(kept)


def test_two_hashes_of_one_password_differ_by_their_salt_alone() -> None:
    assert hash_password(GOOD, CHEAPEST) != hash_password(GOOD, CHEAPEST)
    fixed = [hash_password(GOOD, CHEAPEST, lambda size: b"s" * size) for _ in range(2)]
    assert fixed[0] == fixed[1]


@pytest.mark.parametrize(
    "stored",
    ["", "text", "$argon2id$", "$2b$12$abc", hash_password("x")[:-9]],
    ids=["blank", "text", "a-beginning", "another-kind", "cut"],
)
def test_a_damaged_text_opens_for_nobody_and_is_to_be_renewed(stored: str) -> None:
    assert not verify_password(stored, GOOD, CHEAPEST)
    assert needs_rehash(stored)


def test_older_parameters_still_open_and_are_to_be_renewed() -> None:
    older = Parameters(Type.ID, 19, 16, 32, time_cost=1, memory_cost=8192, parallelism=1)
    kept = hash_password(GOOD, older)
    assert verify_password(kept, GOOD)
    assert needs_rehash(kept)
    assert needs_rehash(hash_password(GOOD, CHEAPEST))


@pytest.mark.parametrize(
    ("stored", "password"),
    [
        (None, GOOD),
        (None, ""),
        (None, "x" * 1000),
        ("damaged", GOOD),
        (hash_password(GOOD, CHEAPEST), "x" * 1000),
        (hash_password(GOOD, CHEAPEST), "\ud800" * 12),
    ],
    ids=["unknown", "unknown-blank", "unknown-long", "damaged", "long", "half-a-pair"],
)
def test_what_cannot_open_costs_the_work_of_one_hash(
    stored: str | None, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted is how many well-formed hashes are verified: one each, with the full parameters."""
    worked: list[str] = []
    inner = PasswordHasher.verify

    def counting(self: PasswordHasher, kept: str, plain: bytes) -> bool:
        if kept.startswith("$argon2id$"):
            worked.append(kept)
        return inner(self, kept, plain)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    assert verify_password(stored, password, CHEAPEST) is False
    assert len(worked) == 1
    assert extract_parameters(worked[0]) == CHEAPEST


def test_full_width_and_half_width_are_the_same_password() -> None:
    kept = hash_password("ｌａｎｔｅｒｎ　ｒｉｖｅｒ　４７", CHEAPEST)
    assert verify_password(kept, "lantern river 47", CHEAPEST)


def test_lengths_count_code_points() -> None:
    assert codes("山河湖海风云雷雨雪霜露") == ["PASSWORD_SHORT"]
    assert codes("山河湖海风云雷雨雪霜露雾") == []
    long = "".join(chr(0x4E00 + 7 * number) for number in range(129))
    assert codes(long) == ["PASSWORD_LONG"]
    assert codes(long[:-1]) == []
    # One letter that stands for eighteen: short to look at, long when it is written out.
    assert codes("\ufdfa" * 12) == ["PASSWORD_LONG"]


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\n", "\ud800", "\U000e0fff"])
def test_what_nobody_can_type_is_refused(bad: str) -> None:
    assert codes(f"lantern{bad}river 47") == ["PASSWORD_CHARACTERS"]


@pytest.mark.parametrize(
    "password",
    [
        "123456789012", "password1234", "Password2026!", "p@ssw0rd!!!!", "qwertyuiop[]",
        "woaini1314520", "administrator", "admin123admin", "aaaaaaaaaaaa", "abababababab",
        "abc123abc123abc", "abcdefghijkl", "lkjihgfedcba", "1qaz2wsx3edc", "5201314woaini",
        "我爱你我爱你我爱你我爱你", "２０２６ｐａｓｓｗｏｒｄ", "equivalents2026", "Caiwu@20261127",
        "zxcvbnm,./123", "密码密码密码密码123456",
    ],
)  # fmt: skip
def test_well_known_and_regular_passwords_are_refused(password: str) -> None:
    assert codes(password) == ["PASSWORD_COMMON"]


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "Kq7#vT2p!xZm",
        "九月的雨落在旧河堤上面",
        "adminton-plover-88x",
    ],
)
def test_others_pass(password: str) -> None:
    assert codes(password + "，" if len(password) < 12 else password) == []


@pytest.mark.parametrize(
    ("password", "name"),
    [
        ("zhangguifen", "zhangguifen"), ("ZhangGuifen88", "zhangguifen"),
        ("nefiuggnahz2026", "zhangguifen"), ("zhangguifenzhangguifen", "zhangguifen"),
        ("张桂芬张桂芬张桂芬张桂芬", "张桂芬"), ("abc-abc-abc-abc", "abc"), ("ababababababa", "ab"),
    ],
)  # fmt: skip
def test_the_name_is_no_password(password: str, name: str) -> None:
    assert {"PASSWORD_NAME", "PASSWORD_COMMON"} & set(codes(password, name))
    if name not in ("abc", "ab"):
        assert "PASSWORD_NAME" in codes(password, name)


def test_a_name_inside_a_long_password_is_no_fault() -> None:
    assert codes("heron quietly mends zhang nets", "zhang") == []


def test_all_faults_are_said_at_once_and_none_holds_the_password() -> None:
    problems = password_problems("liwei", "liwei")
    assert [problem.code for problem in problems] == ["PASSWORD_SHORT", "PASSWORD_NAME"]
    assert all("liwei" not in str(problem) for problem in problems)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=140), st.text(max_size=20))
def test_judging_and_verifying_never_raise_and_agree(password: str, name: str) -> None:
    refused = password_problems(password, name)
    kept = None if refused else hash_password(password, CHEAPEST)
    assert verify_password(kept, password, CHEAPEST) is (not refused)
