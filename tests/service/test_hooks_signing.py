"""Signatures of webhooks, against plain HMAC and against the example of the standard.

Catches: another content than id.timestamp.body, a replay that passes, a body changed by a byte, a
rotation in which one of the two secrets does not open, garbage that makes the check raise.
"""

import base64
import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.hooks.signing import (
    ID,
    SIGNATURE,
    TIMESTAMP,
    key_of,
    new_secret,
    secret_problem,
    signed,
    verified,
)
from equivalents.errors import DataError

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
BODY = b'{"type":"period.locked","data":{"period":"2026-06"}}'


def test_a_signature_is_the_hmac_of_id_timestamp_and_body() -> None:
    headers = signed("msg_1", BODY, [SECRET], NOW)
    content = b"msg_1.1782820800." + BODY
    expected = base64.b64encode(hmac.new(bytes(range(32)), content, sha256).digest()).decode()
    assert headers == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1782820800",
        "webhook-signature": f"v1,{expected}",
    }


def test_what_is_signed_is_verified_and_nothing_else_is() -> None:
    headers = signed("msg_1", BODY, [SECRET], NOW)
    assert verified(headers, BODY, [SECRET], NOW)
    assert verified({k.title(): v for k, v in headers.items()}, BODY, [SECRET], NOW)
    assert not verified(headers, BODY + b" ", [SECRET], NOW)
    assert not verified(headers, BODY, [OTHER], NOW)
    assert not verified(headers, BODY, [], NOW)
    for name, value in ((ID, "msg_2"), (TIMESTAMP, "1782820801"), (SIGNATURE, "v1,")):
        assert not verified({**headers, name: value}, BODY, [SECRET], NOW)
        assert not verified({k: v for k, v in headers.items() if k != name}, BODY, [SECRET], NOW)


@pytest.mark.parametrize(("seconds", "passes"), [(300, True), (301, False)])
def test_five_minutes_either_way_are_tolerated(seconds: int, passes: bool) -> None:
    headers = signed("msg_1", BODY, [SECRET], NOW)
    for way in (1, -1):
        at = NOW + way * timedelta(seconds=seconds)
        assert verified(headers, BODY, [SECRET], at) is passes


def test_during_a_rotation_either_secret_opens() -> None:
    headers = signed("msg_1", BODY, [OTHER, SECRET], NOW)
    assert len(headers[SIGNATURE].split(" ")) == 2
    assert verified(headers, BODY, [SECRET], NOW)
    assert verified(headers, BODY, [OTHER], NOW)
    assert verified(signed("msg_1", BODY, [OTHER], NOW), BODY, [SECRET, OTHER], NOW)


def test_signatures_of_other_versions_are_passed_over() -> None:
    headers = signed("msg_1", BODY, [SECRET], NOW)
    mixed = headers | {SIGNATURE: f"v1a,AAAA v2,x {headers[SIGNATURE]} 签名"}
    assert verified(mixed, BODY, [SECRET], NOW)
    relabelled = headers | {SIGNATURE: headers[SIGNATURE].replace("v1,", "v2,")}
    assert not verified(relabelled, BODY, [SECRET], NOW)


def test_a_new_secret_has_256_bits_and_is_well_formed() -> None:
    secret = new_secret()
    key = key_of(secret)
    assert key is not None
    assert len(key) == 32
    assert secret != new_secret()
    assert new_secret(lambda size: bytes(range(size))) == SECRET


@pytest.mark.parametrize(
    ("size", "well_formed"), [(23, False), (24, True), (64, True), (65, False), (0, False)]
)
def test_a_secret_has_24_to_64_bytes(size: int, well_formed: bool) -> None:
    secret = "whsec_" + base64.b64encode(b"k" * size).decode()
    assert (key_of(secret) is not None) is well_formed
    assert (secret_problem(secret) is None) is well_formed


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", SECRET.removeprefix("whsec_"), SECRET[:-1], SECRET + "\n", f"whsk_{SECRET[6:]}",
     SECRET.replace("A", "-"), f"whsec_{'密' * 40}"],
)  # fmt: skip
def test_a_malformed_secret_is_refused_and_not_shown(secret: str) -> None:
    problem = secret_problem(secret)
    assert problem is not None
    assert problem.code == "WEBHOOK_SECRET"
    assert problem.value == ""
    with pytest.raises(DataError):
        signed("msg_1", BODY, [SECRET, secret], NOW)


@pytest.mark.parametrize("name", ["", "msg.1", "msg 1", "消息", "m" * 129])
def test_an_id_may_not_be_mistaken_for_what_follows(name: str) -> None:
    with pytest.raises(ValueError, match="full stops"):
        signed(name, BODY, [SECRET], NOW)


def test_without_a_secret_nothing_is_signed() -> None:
    with pytest.raises(ValueError, match="secret"):
        signed("msg_1", BODY, [], NOW)


@given(st.dictionaries(st.sampled_from([ID, TIMESTAMP, SIGNATURE]), st.text()), st.binary())
def test_garbage_is_not_verified_and_never_raises(headers: dict[str, str], body: bytes) -> None:
    assert not verified(headers, body, [SECRET, "garbage"], NOW)
