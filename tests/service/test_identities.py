"""Who somebody is, and stays: by name in the audit trail, by password, by the first link.

Faults it catches: a program that the audit trail calls like a person, a name that looks like
another one; a second administrator by a link that was printed before; a login that was under way
when its user was stopped or got a new password; a job of somebody who was stopped; a plain hash
from which a password can be guessed.
"""

import json
from hashlib import sha256

import pytest
from argon2 import PasswordHasher

from api.jobs.context import given_of
from equivalents.store.answers import answer_of
from tests.service.quiet import Quiet
from tests.service.test_ground import USER, problem
from tests.service.test_security import SECRET, browser, link, logged_in, made
from tests.service.visitors import Service


def test_no_program_is_called_like_a_person(small: Service) -> None:
    """The audit trail says who did it by one name: neither may bear the other's, now or before."""
    administrator = small.visitor("administrator", name="管理员")
    address = administrator.post("/v1/users", json=USER).headers["location"]
    etag = {"If-Match": administrator.get(address).headers["etag"]}
    assert administrator.patch(address, json={"name": "陈会计二"}, headers=etag).is_success
    key = {"title": "薪酬接口", "roles": [{"role": "integration"}]}
    for title in (USER["name"], "陈 会 计 二", "service", "Ｓervice"):
        answer = administrator.post("/v1/api-keys", json={**key, "title": title})
        assert problem(answer, 409, "USER_TAKEN")["errors"][0]["pointer"] == "/title"  # type: ignore[index]
    for _ in range(2):  # programs may have one title
        assert administrator.post("/v1/api-keys", json=key).status_code == 201
    other = {**USER, "login": "other"}
    for name in ("薪酬 接口", "service"):
        answer = administrator.post("/v1/users", json={**other, "name": name})
        assert problem(answer, 409, "USER_TAKEN")["errors"][0]["pointer"] == "/name"  # type: ignore[index]


@pytest.mark.parametrize("name", [" ", "\u3000", "陈会计\u200b", "陈\u202e计会", "陈会计\n赵会计"])
def test_a_name_is_what_one_sees(small: Service, name: str) -> None:
    """Two people who look alike in the audit trail are one to whoever reads it."""
    administrator = small.visitor("administrator", name="管理员")
    problem(administrator.post("/v1/users", json={**USER, "name": name}), 422, "FIELD_INVALID")
    key = {"title": name, "roles": [{"role": "integration"}]}
    problem(administrator.post("/v1/api-keys", json=key), 422, "FIELD_INVALID")


@pytest.mark.parametrize("by_link", [True, False])
def test_no_link_is_left_once_somebody_is_an_administrator(small: Service, by_link: bool) -> None:
    """A service that was started twice had printed two, and each made an administrator."""
    first, other = link(small), link(small)
    said = {"login": "first", "name": "首管", "password": SECRET}
    if by_link:
        made_by = browser(small).post("/v1/first-administrator", json={**said, "token": first})
    else:
        roles = [{"role": "administrator", "institutions": ["*"]}]
        made_by = small.visitor("administrator").post("/v1/users", json={**said, "roles": roles})
    assert made_by.status_code == 201, made_by.text
    again = {**said, "login": "second", "name": "次管", "token": other}
    problem(browser(small).post("/v1/first-administrator", json=again), 401, "LINK_ENDED")


@pytest.mark.parametrize("said", [{"password": "gui-hua-xiang-le-31"}, {"active": False}])
def test_no_login_that_was_under_way_outlives_a_change(
    small: Service, monkeypatch: pytest.MonkeyPatch, said: dict[str, object]
) -> None:
    """Looking at a password takes a moment: the change comes in it, and ends sessions before."""
    address, real = made(small), PasswordHasher.verify
    administrator = small.visitor("administrator", name="管理员丙")
    etag = {"If-Match": administrator.get(address).headers["etag"]}

    def verify(hasher: PasswordHasher, kept: str, password: bytes) -> bool:
        assert administrator.patch(address, json=said, headers=etag).status_code == 200
        return real(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    who = browser(small)
    problem(logged_in(who), 401, "LOGIN_REFUSED")
    problem(who.get("/v1/session"), 401, "SIGN_IN_NEEDED")


def test_nobody_guesses_a_password_from_what_tells_a_request_again(small: Service) -> None:
    """Beside its own hash there was a plain one of its request, which costs nothing to try."""
    administrator = small.visitor("administrator", name="管理员")
    key = {"Idempotency-Key": "k-1"}
    first = administrator.post("/v1/users", json=USER, headers=key)
    body = administrator.build_request("POST", "/v1/users", json=USER).content
    guess = json.dumps(["POST", "/v1/users", "", sha256(body).hexdigest()]).encode()
    owner = administrator.get("/v1/session").json()["id"]
    with small.store.reading() as connection:
        kept = answer_of(connection, owner, "k-1")
    assert kept is not None
    assert kept.request_sha256 not in (sha256(body).hexdigest(), sha256(guess).hexdigest())
    assert administrator.post("/v1/users", json=USER, headers=key).json() == first.json()
    other = {**USER, "password": "gui-hua-xiang-le-31"}
    again = administrator.post("/v1/users", json=other, headers=key)
    problem(again, 422, "IDEMPOTENCY_OTHER")


@pytest.mark.parametrize("path", ["/v1/session", "/v1/first-administrator", "/v1/users"])
def test_no_answer_says_a_password_or_a_link_again(small: Service, path: str) -> None:
    """Answers are looked at by programs that keep them, and over shoulders."""
    who = small.visitor("administrator", name="管理员")
    said = {"login": "chen", "name": "陈会计", "token": str(SECRET) * 20, "roles": []}
    for wrong in (str(SECRET) * 20, [SECRET], {"zh": SECRET}, f"{SECRET}\ud800"):
        body = json.dumps({**said, "password": wrong})
        for kind, status in (("application/json", 422), ("text/plain", 415)):
            answer = who.post(path, content=body, headers={"Content-Type": kind})
            assert answer.status_code == status, answer.text
            assert str(SECRET) not in answer.text


@pytest.mark.parametrize("stopped", ["key", "user"])
def test_what_waits_is_not_done_for_somebody_who_is_stopped(still: Quiet, stopped: str) -> None:
    """A key that leaked had imports in the queue, which went on coming in after it was stopped."""
    small = still.service
    administrator = small.visitor("administrator", name="管理员")
    who = small.program() if stopped == "key" else small.person("county_finance", name="离职")
    other = small.program(name="薪酬")
    header = {"Content-Type": "text/csv"}
    asked = {
        one: [
            one.post(f"/v1/imports?file_name={at}.csv", content=f"{at}", headers=header).json()
            for at in "ab"
        ]
        for one in (who, other)
    }
    me = who.get("/v1/session").json()["id"]
    if stopped == "key":
        answer = administrator.post(f"/v1/api-keys/{me}/stop", json={"why": "泄露"})
    else:
        etag = {"If-Match": administrator.get(f"/v1/users/{me}").headers["etag"]}
        answer = administrator.patch(f"/v1/users/{me}", json={"active": False}, headers=etag)
    assert answer.status_code == 200, answer.text
    auditor = small.visitor("auditor")
    for one, state in ((who, "cancelled"), (other, "queued")):
        for job in asked[one]:
            assert auditor.get(f"/v1/jobs/{job['id']}").json()["state"] == state
            assert given_of(small.ground.data, job["id"]).exists() == (state == "queued")


@pytest.mark.parametrize("name", ["old_password", "password"])
def test_a_wrong_change_of_the_password_says_neither_again(small: Service, name: str) -> None:
    who = small.visitor("auditor")
    said = {"old_password": "gui-hua-xiang-le-30", "password": "gui-hua-xiang-le-31"}
    answer = who.put("/v1/session/password", json={**said, name: str(SECRET) * 20})
    assert problem(answer, 422, "FIELD_INVALID")
    assert str(SECRET) not in answer.text
