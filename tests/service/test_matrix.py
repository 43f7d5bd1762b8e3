"""The whole matrix: every route for every role, for keys, for one institution, and for nobody.

What is expected comes from tests/service/agreed.py, which is written by hand; what is asked comes
from the application, so that a new route is in here by itself. Faults it catches: a route that
names no action; one that lets in a role too many, a key that ended or was stopped, a user who was
stopped, a key beyond what it was narrowed to; an institution that takes a step of the county.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.access.tokens import new_token
from api.directory import KEYS, key_subject
from api.incoming import COOKIE
from equivalents.store.facts import add_fact
from tests.service.agreed import CELLS, COMMUNITY, HUMAN, ORDER
from tests.service.routes import Operation, operations
from tests.service.visitors import Service, served
from tests.stores import new_place

OPEN = {
    "GET /health": "whether it lives, for a watchdog",
    "GET /ready": "whether it serves, for a proxy",
    "GET /metrics": "counters without a name; the proxy keeps them inside",
    "POST /v1/session": "logging in",
    "POST /v1/first-administrator": "the link of the first start is the proof",
}
"""Routes that nobody is asked at, each with its reason."""
OWN = {
    "GET /v1/session": "who am I",
    "DELETE /v1/session": "logging out",
    "PUT /v1/session/password": "the own password, which the old one proves",
}
"""Routes of everybody who is let in, each with its reason."""
BY_BODY: Mapping[str, tuple[tuple[Mapping[str, Any], str], ...]] = {
    "POST /v1/exports": (
        ({"as": "lines", "period": "2026-06"}, "exports.create"),
        ({"as": "bank", "period": "2026-06"}, "personal.read_clear"),
    ),
    "POST /v1/exports/{export_id}/acknowledgement": (
        (
            {"batch": "B1", "taken_by": "薪酬系统", "people": 1, "amount": "1.00"},
            "exports.acknowledge",
        ),
    ),
    "POST /v1/runs": (
        ({"period": "2026-06", "kind": "settle"}, "runs.create"),
        ({"period": "2026", "kind": "year_end"}, "runs.create"),
        ({"period": "2026-06", "kind": "trial"}, "trials.create"),
    ),
    "POST /v1/periods/{period}/steps": (
        ({"act": "submit", "institution_id": "C01"}, "periods.submit"),
        ({"act": "approve", "institution_id": "C01"}, "periods.approve_institution"),
        ({"act": "approve"}, "periods.approve_community"),
        (
            {"act": "publish", "starts": "2027-01-04", "ends": "2027-01-08"},
            "periods.publish",
        ),
        ({"act": "lock"}, "periods.lock"),
        ({"act": "pay"}, "periods.pay"),
        ({"act": "return", "institution_id": "C01", "why": "重填"}, "periods.send_back"),
    ),
}
"""Routes whose body says which action it is, or that ask for more once it is read: each body."""
PLACE = "C01"
CLEAR = "personal.read_clear"
"""What a key has only where it names it (docs/access.md)."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for the whole matrix; nothing that is asked of it is of any use."""
    folder: Path = tmp_path_factory.mktemp("matrix")
    place = new_place("sqlite", folder, "")
    many = "1000000"
    with served(
        place,
        folder / "data",
        reads_a_minute=many,
        writes_a_minute=many,
        logins_a_minute="100000",
    ) as found:
        found.visitor("administrator", name="常任管理员")  # so that somebody stays
        yield found


def guarded(service: Service) -> list[Operation]:
    """Every operation that asks who is there."""
    return [one for one in operations(service.app) if one.title not in OPEN]


def refused(answer: Response) -> str:
    """The code with which somebody was kept out; blank where they were let in."""
    if answer.status_code == 401:
        return str(answer.json()["code"])
    if answer.status_code != 403:
        return ""
    code = str(answer.json()["code"])
    return code if code.startswith(("FORBIDDEN_", "CSRF_")) else ""


def expected(role: str, action: str, *, scoped: bool = False, key: bool = False) -> bool:
    """Whether the agreement lets somebody in; a staff member is let in to see the own."""
    may = CELLS[role, action] in ("x" if key else "xo")
    if key and (action in HUMAN or action == CLEAR):
        return False
    if scoped and (action in COMMUNITY or role == "administrator"):
        return False
    return may


def asked(service: Service) -> Iterator[tuple[Operation, Any, str]]:
    """Every operation with its body and action; of those that go by the body, each body."""
    for one in guarded(service):
        if one.title in OWN:
            continue
        yield one, None, one.action
        for body, action in BY_BODY.get(one.title, ()):
            yield one, body, action


def differing(service: Service, who: TestClient, may: Callable[[str], bool]) -> list[str]:
    """Where an answer is not as agreed."""
    wrong = []
    for one, body, action in asked(service):
        answer = one.ask(who, body)
        kept_out = refused(answer)
        needed = {action, one.action}
        let_in = all(map(may, needed))
        if let_in != (kept_out == "") or answer.status_code >= 500:
            wrong.append(f"{one.title} {body} {action}: {answer.status_code} {kept_out}")
        elif answer.status_code == 422 and one.method == "GET":
            wrong += [f"{one.title}: say one in ABSENT" for _ in misplaced(one, answer)]
        elif kept_out and answer.status_code != 403:
            wrong.append(f"{one.title}: {answer.status_code} is not 403")
    return wrong


def misplaced(one: Operation, answer: Response) -> list[str]:
    """Parameters of the path that are not of the right form: the route was not reached."""
    told = {error.get("pointer", "") for error in answer.json()["errors"]}
    return [name for name in told if f"{{{name.removeprefix('?')}}}" in one.path]


# -- the routes -----------------------------------------------------------------------------------


def test_every_route_names_an_action_or_is_open_for_a_reason(service: Service) -> None:
    every = {one.title: one for one in operations(service.app)}
    blank = {title for title, one in every.items() if not one.action}
    assert blank == {*OPEN, *OWN}
    known = {action for _, action in CELLS}
    assert {one.action for one in every.values() if one.action} <= known


def test_what_changes_something_names_an_action_that_does(service: Service) -> None:
    """An act behind ``….read`` is one whose body says which action it is."""
    acts = [one for one in operations(service.app) if one.method != "GET"]
    behind = {one.title for one in acts if one.action.endswith(".read")}
    assert behind <= set(BY_BODY), "say in BY_BODY what each body asks for"
    every = {one.title for one in operations(service.app)}
    assert {*BY_BODY} <= every, "a table of this file tells of a route that is gone"
    reads = [one for one in operations(service.app) if one.method == "GET" and one.action]
    assert [one.title for one in reads if not one.action.endswith(".read")] == []


# -- nobody, and who is not let in any more -------------------------------------------------------


def test_nobody_is_asked_who_they_are(service: Service) -> None:
    for one in guarded(service):
        answer = one.ask(service.nobody)
        assert (one.title, answer.status_code) == (one.title, 401)
        assert answer.json()["code"] == "SIGN_IN_NEEDED"
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Bearer eqk_x", "KEY_MALFORMED"),
        (f"Bearer {new_token('key').text}", "API_KEY_UNKNOWN"),
        ("Bearer", "SIGN_IN_NEEDED"),
        ("Basic dXNlcjp3b3Jk", "SIGN_IN_NEEDED"),
    ],
    ids=["malformed", "unknown", "empty", "basic"],
)
def test_a_key_that_is_none_opens_nothing(service: Service, said: str, code: str) -> None:
    who = TestClient(service.app, headers={"Authorization": said}, raise_server_exceptions=False)
    found = {(one.title, refused(one.ask(who))) for one in guarded(service)}
    assert found == {(one.title, code) for one in guarded(service)}


@pytest.mark.parametrize(("active", "days", "code"), [(True, -1, "KEY_EXPIRED"),
                                                      (False, 1, "KEY_REVOKED")])  # fmt: skip
def test_a_key_that_ended_opens_nothing(
    service: Service, active: bool, days: int, code: str
) -> None:
    token = new_token("key")
    times = {"made_at": service.ground.ago(days=2), "ends_at": service.ground.ahead(days=days)}
    body: dict[str, Any] = {
        "title": "旧密钥",
        "roles": [{"role": "county_finance", "institutions": ["*"]}],
        "actions": None,
        "active": active,
        "created_by": "usr_test",
        "secrets": [{"digest": token.digest, **times}],
    }
    subject = key_subject(token)
    with service.store.writing("key.add", object_kind=KEYS, object_id=subject) as writer:
        add_fact(writer, KEYS, subject, body)
    headers = {"Authorization": f"Bearer {token.text}"}
    who = TestClient(service.app, headers=headers, raise_server_exceptions=False)
    assert {refused(one.ask(who)) for one in guarded(service)} == {code}


def test_a_user_who_was_stopped_is_nobody(service: Service) -> None:
    administrator = service.visitor("administrator", name="管理员甲")
    gone = service.visitor("county_finance", name="离任会计")
    me = gone.get("/v1/session").json()["id"]
    address = f"/v1/users/{me}"
    headers = {"If-Match": administrator.get(address).headers["etag"]}
    assert administrator.patch(address, json={"active": False}, headers=headers).is_success
    assert {refused(one.ask(gone)) for one in guarded(service)} == {"SESSION_ENDED"}


def test_a_session_without_the_proof_of_our_page_changes_nothing(service: Service) -> None:
    for role in ORDER.split():
        whole = service.visitor(role, name=f"被冒用的{role}", person_id="P01")
        if role == "integration":
            continue  # a key is no cookie: no browser sends it by itself
        cookie = {COOKIE: whole.cookies[COOKIE]}
        who = TestClient(service.app, cookies=cookie, raise_server_exceptions=False)
        acts = [one for one in guarded(service) if one.method != "GET"]
        found = {(one.title, refused(one.ask(who))) for one in acts}
        assert found == {(one.title, "CSRF_REFUSED") for one in acts}


# -- roles ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ORDER.split())
def test_a_user_of_each_role_for_the_whole_county(service: Service, role: str) -> None:
    who = service.person(role, name=f"全县{role}", person_id="P01")
    assert differing(service, who, lambda action: expected(role, action)) == []


@pytest.mark.parametrize("role", ORDER.split())
def test_a_user_of_each_role_for_one_institution(service: Service, role: str) -> None:
    who = service.person(role, [PLACE], name=f"本院{role}", person_id="P01")
    assert differing(service, who, lambda action: expected(role, action, scoped=True)) == []


@pytest.mark.parametrize("role", ORDER.split())
def test_a_key_of_each_role(service: Service, role: str) -> None:
    who = service.program(role, name=f"密钥{role}")
    assert differing(service, who, lambda action: expected(role, action, key=True)) == []


@pytest.mark.parametrize("role", ORDER.split())
def test_a_key_of_each_role_for_one_institution(service: Service, role: str) -> None:
    who = service.program(role, [PLACE], name=f"本院密钥{role}")

    def may(action: str) -> bool:
        return expected(role, action, scoped=True, key=True)

    assert differing(service, who, may) == []


def test_a_key_is_no_wider_than_it_was_made(service: Service) -> None:
    """Narrowed to each action of its role in turn: that one and no other is open."""
    for action in sorted({one.action for one in guarded(service)} - {""}):
        who = service.program("county_finance", actions=[action], name=f"只准{action}")

        def may(other: str, only: str = action) -> bool:
            return other == only and expected("county_finance", other, key=True)

        assert differing(service, who, may) == []


def test_a_key_that_names_them_takes_clear_account_numbers(service: Service) -> None:
    bank = {"as": "bank", "period": "2026-06"}
    for actions, code in (
        (["exports.create"], "FORBIDDEN_ACTION"),
        ([CLEAR], "FORBIDDEN_ACTION"),
        (["exports.create", CLEAR], ""),
    ):
        who = service.program(actions=actions, name=f"银行{len(actions)}{code}{actions[0]}")
        assert refused(who.post("/v1/exports", json=bank)) == code


def test_somebody_without_any_role_sees_only_who_they_are(service: Service) -> None:
    who = service.person("staff", [], name="无角色")
    assert who.get("/v1/session").status_code == 200
    assert differing(service, who, lambda action: False) == []
