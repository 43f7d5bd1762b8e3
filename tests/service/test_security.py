"""Sessions, logins, first start and secrets: what is kept, what is told, and what ends when.

Faults it catches: a cookie that a script or another site may use; a session that outlives its
logout, its time or a new password; one that was there before the login; guesses without a wait;
a login name that answers otherwise because nobody has it; a link that works twice; a password,
key or cookie in the store, an answer or the log; a person's name or id in the log.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from httpx2 import Response

from api.access.tokens import IDLE, LONGEST_SESSION, new_token
from api.incoming import COOKIE, CSRF_HEADER
from api.telling.lines import JsonLines
from equivalents.store.sessions import LINK, Session, add_session
from equivalents.store.trail import trail
from tests.service.test_ground import USER, problem
from tests.service.visitors import Service, served
from tests.stores import new_place

SECRET = USER["password"]


def browser(service: Service) -> TestClient:
    """Somebody who has no session yet, over https."""
    return TestClient(service.app, base_url="https://test", raise_server_exceptions=False)


def made(service: Service) -> str:
    """The address of the user 陈会计, made by an administrator."""
    administrator = service.visitor("administrator", name="管理员")
    answer = administrator.post("/v1/users", json=USER)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def logged_in(who: TestClient, password: object = SECRET, login: str = "chen") -> Response:
    """The answer to a login; what follows carries its proof."""
    answer: Response = who.post("/v1/session", json={"login": login, "password": password})
    if answer.is_success:
        who.headers[CSRF_HEADER] = answer.json()["csrf_token"]
    return answer


# -- sessions -------------------------------------------------------------------------------------


def test_the_cookie_is_for_our_page_alone(small: Service) -> None:
    made(small)
    who = browser(small)
    answer = logged_in(who)
    assert answer.status_code == 201
    crumb = SimpleCookie(answer.headers["set-cookie"])[COOKIE]
    assert crumb["httponly"] is True
    assert crumb["secure"] is True
    assert crumb["samesite"].lower() == "strict"
    assert (crumb["path"], crumb["domain"], crumb["max-age"]) == ("/", "", "")
    assert answer.headers["cache-control"] == "no-store"
    assert crumb.value not in answer.text


def test_without_https_there_is_no_cookie_unless_it_is_said(tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path, "")
    with served(place, tmp_path / "data", insecure_cookies="1") as found:
        made(found)
        answer = logged_in(TestClient(found.app))
        assert not SimpleCookie(answer.headers["set-cookie"])[COOKIE]["secure"]


def test_a_change_needs_the_proof_of_our_page(small: Service) -> None:
    made(small)
    who, other = browser(small), browser(small)
    logged_in(who)
    logged_in(other)
    for wrong in ("", "x", other.headers[CSRF_HEADER]):
        problem(who.delete("/v1/session", headers={CSRF_HEADER: wrong}), 403, "CSRF_REFUSED")
    assert who.get("/v1/session", headers={CSRF_HEADER: ""}).status_code == 200
    assert who.delete("/v1/session").status_code == 204


def test_a_login_is_a_new_session_and_no_one_is_planted(small: Service) -> None:
    """A session that somebody else put into the browser does not become the user's."""
    made(small)
    planted = new_token("session").text
    who = browser(small)
    who.cookies.set(COOKIE, planted)
    answer = logged_in(who)
    got = SimpleCookie(answer.headers["set-cookie"])[COOKIE].value
    assert got != planted
    thief = browser(small)
    thief.cookies.set(COOKIE, planted)
    problem(thief.get("/v1/session"), 401, "SESSION_ENDED")


def test_logging_out_ends_the_session_here_and_now(small: Service) -> None:
    made(small)
    who, elsewhere = browser(small), browser(small)
    cookie = SimpleCookie(logged_in(who).headers["set-cookie"])[COOKIE].value
    logged_in(elsewhere)
    answer = who.delete("/v1/session")
    assert answer.status_code == 204
    assert COOKIE in answer.headers["set-cookie"]
    thief = browser(small)
    thief.cookies.set(COOKIE, cookie)
    problem(thief.get("/v1/session"), 401, "SESSION_ENDED")
    assert elsewhere.get("/v1/session").status_code == 200


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 7, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.at


@pytest.fixture
def clock() -> Clock:
    """The clock of the service ``timed``."""
    return Clock()


@pytest.fixture
def timed(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    """A service that goes by a clock of its own."""
    with served(new_place("sqlite", tmp_path, ""), tmp_path / "data", clock) as found:
        yield found


def test_a_session_that_is_not_used_ends(timed: Service, clock: Clock) -> None:
    made(timed)
    who = browser(timed)
    logged_in(who)
    for passed, status in ((IDLE, 200), (IDLE, 200), (IDLE + timedelta(seconds=1), 401)):
        # It was used at the last step, so it lasted on from then.
        clock.at += passed - timedelta(seconds=status == 200)
        assert who.get("/v1/session").status_code == status
    problem(who.get("/v1/session"), 401, "SESSION_ENDED")


def test_a_session_that_is_used_ends_with_the_day(timed: Service, clock: Clock) -> None:
    made(timed)
    who = browser(timed)
    logged_in(who)
    end = clock.at + LONGEST_SESSION
    while clock.at + IDLE / 2 < end:
        clock.at += IDLE / 2
        assert who.get("/v1/session").status_code == 200
    clock.at = end + timedelta(seconds=1)
    problem(who.get("/v1/session"), 401, "SESSION_ENDED")


@pytest.mark.parametrize("said", [{"password": "gui-hua-xiang-le-31"}, {"active": False}])
def test_a_new_password_or_a_stop_logs_out_everywhere(
    small: Service, said: dict[str, object]
) -> None:
    address = made(small)
    one, two = browser(small), browser(small)
    logged_in(one)
    logged_in(two)
    administrator = small.visitor("administrator", name="管理员乙")
    etag = {"If-Match": administrator.get(address).headers["etag"]}
    assert administrator.patch(address, json=said, headers=etag).status_code == 200
    for who in (one, two):
        problem(who.get("/v1/session"), 401, "SESSION_ENDED")
    problem(logged_in(browser(small)), 401, "LOGIN_REFUSED")
    if "password" in said:
        assert logged_in(browser(small), said["password"]).status_code == 201


def test_people_change_their_own_password(small: Service) -> None:
    """Whoever made the user knew the first one, and could have taken steps under their name."""
    made(small)
    one, two = browser(small), browser(small)
    logged_in(one)
    logged_in(two)
    new = "gui-hua-xiang-le-31"
    address = "/v1/session/password"
    wrong = {"old_password": "falsch-falsch-1", "password": new}
    problem(one.put(address, json=wrong), 403, "LOGIN_REFUSED")
    short = {"old_password": str(SECRET), "password": "kurz"}
    said = problem(one.put(address, json=short), 422, "PASSWORD_SHORT")
    assert said["errors"][0]["pointer"] == "/password"  # type: ignore[index]
    body = {"old_password": str(SECRET), "password": new}
    problem(one.put(address, json=body, headers={CSRF_HEADER: "x"}), 403, "CSRF_REFUSED")
    assert one.put(address, json=body).status_code == 204
    assert one.get("/v1/session").status_code == 200
    problem(two.get("/v1/session"), 401, "SESSION_ENDED")
    problem(logged_in(browser(small)), 401, "LOGIN_REFUSED")
    assert logged_in(browser(small), new).status_code == 201
    problem(small.program().put(address, json=body), 403, "FORBIDDEN_KEY")
    with small.store.reading() as connection:
        assert [one.who for one in trail(connection) if one.action == "user.password"] == ["陈会计"]


# -- logging in -----------------------------------------------------------------------------------


def test_guesses_wait_longer_and_longer(timed: Service, clock: Clock) -> None:
    made(timed)
    who = browser(timed)
    for _ in range(5):
        problem(logged_in(who, "falsch-falsch-1"), 401, "LOGIN_REFUSED")
    for seconds in (1, 2, 4):
        answer = logged_in(who)
        problem(answer, 429, "LOGIN_WAIT")
        assert answer.headers["retry-after"] == str(seconds)
        clock.at += timedelta(seconds=seconds)
        problem(logged_in(who, "falsch-falsch-1"), 401, "LOGIN_REFUSED")
    clock.at += timedelta(seconds=8)
    assert logged_in(who).status_code == 201


def test_an_address_has_so_many_logins_a_minute(tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path, "")
    with served(place, tmp_path / "data", logins_a_minute="3") as found:
        codes = [logged_in(browser(found), login=f"u{n}").json()["code"] for n in range(4)]
    assert codes == ["LOGIN_REFUSED"] * 3 + ["RATE_LIMIT"]


def test_nobody_learns_which_names_there_are(
    small: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answer, and the same work: a hash is checked whoever is asked for."""
    address = made(small)
    checked: list[str] = []
    real = PasswordHasher.verify

    def verify(hasher: PasswordHasher, kept: str, password: bytes) -> bool:
        checked.append(kept)
        return real(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    wrong = logged_in(browser(small), "falsch-falsch-1")
    unknown = logged_in(browser(small), "falsch-falsch-1", login="niemand")
    administrator = small.visitor("administrator", name="管理员丙")
    etag = {"If-Match": administrator.get(address).headers["etag"]}
    administrator.patch(address, json={"active": False}, headers=etag)
    stopped = logged_in(browser(small))
    told = [{k: v for k, v in one.json().items() if k != "request_id"}
            for one in (wrong, unknown, stopped)]  # fmt: skip
    assert told[0] == told[1] == told[2]
    assert {one.status_code for one in (wrong, unknown, stopped)} == {401}
    assert len(checked) == 3
    assert len({one.split("$")[3] for one in checked}) == 1, "of the same cost"


# -- the first administrator ----------------------------------------------------------------------


def link(service: Service, *, hours: int = 1) -> str:
    """A link as the first start prints it."""
    token, now = new_token("link"), service.ground.now()
    with service.store.editing() as connection:
        ends = service.ground.ahead(hours=hours)
        add_session(connection, Session(token.digest, "first", LINK, now, now, ends))
    return token.text


def test_the_link_of_the_first_start_works_once(service: Service) -> None:
    said = {"token": link(service), "login": "first", "name": "首管", "password": SECRET}
    short = service.nobody.post("/v1/first-administrator", json={**said, "password": "short"})
    problem(short, 422, "PASSWORD_SHORT")
    who = browser(service)
    answer = who.post("/v1/first-administrator", json=said)
    assert (answer.status_code, answer.json()["roles"]) == (201, ["administrator"])
    again = {**said, "login": "second", "name": "次管"}
    problem(browser(service).post("/v1/first-administrator", json=again), 401, "LINK_ENDED")
    assert who.get("/v1/users").status_code == 200


@pytest.mark.parametrize("token", ["", "eql_x", "'; --", "x" * 200])
def test_no_other_word_is_a_link(small: Service, token: str) -> None:
    said = {"token": token, "login": "first", "name": "首管", "password": SECRET}
    problem(small.nobody.post("/v1/first-administrator", json=said), 401, "LINK_ENDED")


def test_an_old_link_and_a_session_are_no_links(small: Service) -> None:
    said = {"login": "first", "name": "首管", "password": SECRET}
    old = link(small, hours=-1)
    key = small.program().headers["authorization"].removeprefix("Bearer ")
    cookie = small.person("auditor").cookies[COOKIE]
    for token in (old, key, cookie):
        answer = small.nobody.post("/v1/first-administrator", json={**said, "token": token})
        problem(answer, 401, "LINK_ENDED")


# -- secrets and names ----------------------------------------------------------------------------


def test_no_secret_is_kept_told_or_logged(small: Service, tmp_path: Path, lines: list[str]) -> None:
    """Of the store and its working folder every byte is looked at."""
    address = made(small)
    who = browser(small)
    cookie = SimpleCookie(logged_in(who).headers["set-cookie"])[COOKIE].value
    administrator = small.visitor("administrator", name="管理员丁")
    body = {"title": "薪酬", "roles": [{"role": "integration"}], "days": 30}
    headers = {"Idempotency-Key": "one"}
    key = administrator.post("/v1/api-keys", json=body, headers=headers).json()["key"]
    rotated = administrator.post(f"/v1/api-keys/key_{key.split('_')[1]}/rotations", json={})
    told = [administrator.get(one).text for one in (address, "/v1/users", "/v1/api-keys")]
    told += [who.get("/v1/session").text, *lines]
    with small.store.reading() as connection:
        told += [f"{one.before} {one.after}" for one in trail(connection)]
    kept = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    assert len(kept) > 10_000
    secrets = [str(SECRET), cookie, key]
    if rotated.is_success:
        secrets.append(rotated.json()["key"])
    for secret in secrets:
        assert secret.encode() not in kept
        # Nor the part of a token that is its secret alone.
        assert secret.rpartition("_")[2].encode() not in kept
        assert not [one for one in told if secret in one]
    assert "$argon2" not in " ".join(told)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What the program writes to its log meanwhile, of every logger, as it would stand there."""
    written: list[str] = []

    class Listening(logging.Handler):
        """Keeps the lines."""

        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler, root = Listening(), logging.getLogger()
    handler.setFormatter(JsonLines())
    level, own = root.level, logging.getLogger("equivalents.service").level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("equivalents.service").setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)
    logging.getLogger("equivalents.service").setLevel(own)


def test_the_log_names_nobody(small: Service, lines: list[str]) -> None:
    """Names, ids, paths as filled in, queries, bodies and addresses stay out of it."""
    address = made(small)
    who = browser(small)
    logged_in(who)
    administrator = small.visitor("administrator", name="欧阳管理")
    person = {**USER, "login": "sima", "name": "司马医生", "person_id": "P-4711"}
    administrator.post("/v1/users", json=person)
    administrator.post("/v1/users", json={**person, "name": "诸葛\n医生"})
    for path in (address, "/v1/users/P-4711", "/v1/people/P-4711", "/v1/司马医生"):
        administrator.get(path)
    administrator.get("/v1/users?cursor=司马医生&x=110101199003070017")
    who.get("/v1/jobs", headers={b"X-Request-Id": "司马医生".encode()})

    def broken(who: str) -> None:
        raise KeyError(f"司马医生 {who}")

    small.app.add_api_route("/v1/broken/{who}", broken)
    problem(administrator.get("/v1/broken/P-4711"), 500, "SERVICE_FAULT")
    text = "\n".join(lines)
    assert '"event":"request"' in text
    assert '"route":"/v1/users/{user_id}"' in text
    assert "KeyError" in text
    private = ["司马", "诸葛", "陈会计", "欧阳", "P-4711", "110101199003070017", "sima", "chen",
               str(SECRET), "testclient", "127.0.0.1"]  # fmt: skip
    found = [one for one in private if one in text or one.encode("unicode_escape").decode() in text]
    assert found == []
