"""One delivery, against real servers on the loopback.

Catches: a redirect that is followed, a proxy of the environment, a second look-up of the name, a
certificate for another host, an answer without end, a receiver that holds a worker.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from api.hooks.addresses import Target, read_networks, target_of
from api.hooks.sending import MOST_READ, Attempt, outcome, send
from api.hooks.signing import new_secret, signed, verified
from tests.service.receivers import Receiver, certificate, receiving

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
SECRET = new_secret()
BODY = '{"type":"period.locked","data":{"title":"六月"}}'.encode()
HEADERS = signed("msg_1", BODY, [SECRET], NOW)
LOOPBACK = read_networks("127.0.0.0/8")


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def at(receiver: Receiver, path: str, host: str = "receiver.example") -> Target:
    """The receiver under a name that no name service knows."""
    url = f"http://{host}:{receiver.port}{path}"
    return target_of(url, LOOPBACK, lambda host, port: ["127.0.0.1"])


def clock_that_jumps(seconds: float) -> Callable[[], float]:
    """A clock that is so many seconds further each time that it is asked."""
    steps = count()
    return lambda: next(steps) * seconds


def test_a_delivery_arrives_as_it_was_signed(receiver: Receiver) -> None:
    attempt = send(at(receiver, "/200?a=1"), HEADERS, BODY)
    path, headers, body = receiver.got[-1]
    assert (attempt.status, attempt.failure, attempt.address) == (200, "", "127.0.0.1")
    assert (attempt.received, attempt.cut) == (2, False)
    assert outcome(attempt) == "delivered"
    assert path == "/200?a=1"
    assert body == BODY
    assert verified(headers, body, [SECRET], NOW)
    assert headers["host"] == f"receiver.example:{receiver.port}"
    assert headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(201, "delivered"), (204, "delivered"), (299, "delivered"), (400, "again"), (404, "again"),
     (410, "gone"), (429, "again"), (500, "again"), (502, "again"), (503, "again")],
)  # fmt: skip
def test_what_an_answer_means(receiver: Receiver, status: int, meaning: str) -> None:
    attempt = send(at(receiver, f"/{status}"), HEADERS, BODY)
    assert (attempt.status, attempt.failure) == (status, "")
    assert outcome(attempt) == meaning


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    before = len(receiver.got)
    attempt = send(at(receiver, f"/redirect/{status}"), HEADERS, BODY)
    assert attempt.status == status
    assert outcome(attempt) == "again"
    assert len(receiver.got) == before + 1


@pytest.mark.parametrize(
    ("told", "read"), [("120", timedelta(seconds=120)), ("soon", None), ("-5", None), ("1e3", None)]
)
def test_a_receiver_may_say_when_to_come_again(
    receiver: Receiver, told: str, read: timedelta | None
) -> None:
    assert send(at(receiver, f"/503/{told}"), HEADERS, BODY).retry_after == read


def test_proxies_of_the_environment_are_not_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert send(at(receiver, "/200"), HEADERS, BODY).status == 200


def test_a_checked_name_is_not_looked_up_again(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every look-up but that of a plain address fails; the delivery needs none."""
    asked = socket.getaddrinfo

    def only_addresses(host: str, *rest: object, **more: object) -> object:
        if host != "127.0.0.1":
            raise AssertionError(f"looked up {host}")
        return asked(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", only_addresses)
    assert send(at(receiver, "/200"), HEADERS, BODY).status == 200


def test_an_answer_without_end_is_read_no_further_than_64_kb(receiver: Receiver) -> None:
    attempt = send(at(receiver, "/large"), HEADERS, BODY)
    assert (attempt.status, attempt.received, attempt.cut) == (200, MOST_READ, True)
    assert attempt.failure == ""
    assert outcome(attempt) == "delivered"


def test_headers_without_end_are_no_answer(receiver: Receiver) -> None:
    attempt = send(at(receiver, "/drip"), HEADERS, BODY)
    assert (attempt.status, attempt.failure) == (0, "protocol")


def test_a_receiver_that_says_nothing_is_left_at_the_deadline(receiver: Receiver) -> None:
    attempt = send(at(receiver, "/silent"), HEADERS, BODY, seconds=0.2)
    assert (attempt.status, attempt.failure) == (0, "timeout")
    assert outcome(attempt) == "again"


def test_the_deadline_holds_over_all_steps_together(receiver: Receiver) -> None:
    """Each look at the clock is 3 s later: no step is slow, but the fourth is too late."""
    attempt = send(at(receiver, "/large"), HEADERS, BODY, clock=clock_that_jumps(3))
    assert attempt.failure == "timeout"
    assert send(at(receiver, "/200"), HEADERS, BODY, clock=clock_that_jumps(0.1)).status == 200


@pytest.mark.parametrize(
    ("path", "status", "meaning"),
    [("/nonsense", 0, "again"), ("/hangup", 0, "again"), ("/short/200", 200, "delivered"),
     ("/short/500", 500, "again")],
)  # fmt: skip
def test_a_receiver_that_speaks_no_http(
    receiver: Receiver, path: str, status: int, meaning: str
) -> None:
    attempt = send(at(receiver, path), HEADERS, BODY)
    assert (attempt.status, attempt.failure) == (status, "protocol")
    assert outcome(attempt) == meaning


@pytest.fixture
def nobody() -> int:
    """A port at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_nobody_there_is_a_failed_connection(nobody: int) -> None:
    attempt = send(Target("x.example", nobody, False, "/", ("127.0.0.1",)), HEADERS, BODY)
    assert attempt == Attempt(0, "connect", attempt.milliseconds, "127.0.0.1", 0, False, None)
    assert send(Target("x.example", nobody, False, "/", ()), HEADERS, BODY).failure == "connect"


def test_the_next_address_is_tried_when_the_first_is_dead() -> None:
    with receiving(address="127.0.0.2") as second:
        target = Target("x.example", second.port, False, "/200", ("127.0.0.1", "127.0.0.2"))
        attempt = send(target, HEADERS, BODY)
    assert (attempt.status, attempt.address) == (200, "127.0.0.2")


# -- TLS -------------------------------------------------------------------------------------------


def trusting(pem: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(pem))


def secure(receiver: Receiver, host: str) -> Target:
    url = f"https://{host}:{receiver.port}/200"
    return target_of(url, LOOPBACK, lambda host, port: ["127.0.0.1"])


def test_the_certificate_is_checked_for_the_name_and_not_for_the_address(tmp_path: Path) -> None:
    files = certificate(tmp_path, "receiver.example")
    with receiving(files) as receiver:
        trust = trusting(files[0])
        good = send(secure(receiver, "receiver.example"), HEADERS, BODY, trust=trust)
        other = send(secure(receiver, "other.example"), HEADERS, BODY, trust=trust)
        bare = send(secure(receiver, "127.0.0.1"), HEADERS, BODY, trust=trust)
        stranger = send(secure(receiver, "receiver.example"), HEADERS, BODY)
    assert (good.status, good.failure) == (200, "")
    for refused in (other, bare, stranger):
        assert (refused.status, refused.failure) == (0, "tls")
        assert outcome(refused) == "again"
    assert len(receiver.got) == 1


def test_a_certificate_may_be_for_an_address(tmp_path: Path) -> None:
    files = certificate(tmp_path, "127.0.0.1")
    with receiving(files) as receiver:
        attempt = send(secure(receiver, "127.0.0.1"), HEADERS, BODY, trust=trusting(files[0]))
    assert attempt.status == 200


def test_tls_to_a_plain_receiver_fails_as_tls(receiver: Receiver) -> None:
    assert send(secure(receiver, "receiver.example"), HEADERS, BODY).failure == "tls"
