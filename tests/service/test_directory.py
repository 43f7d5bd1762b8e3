"""Who somebody is, remembered for a moment: whatever is changed holds for the very next request.

Faults it catches: a key, a user or a role that is remembered beyond its end; a look that began
before a change and is remembered after it; a page that was made for somebody who sees more.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.tokens import parse
from api.directory import Directory
from api.incoming import Credentials
from equivalents.errors import DataError
from tests.service.test_ground import problem
from tests.service.test_payouts import settled
from tests.service.visitors import Service

ROUTES = ("/v1/runs", "/v1/payouts?period=2026-H1", "/v1/adjustments", "/v1/jobs")
KEY = {"title": "薪酬", "roles": [{"role": "integration", "institutions": ["*"]}], "actions": None}


def key_of(service: Service, administrator: TestClient, **said: Any) -> tuple[str, TestClient]:
    """The address of a new key, and a program that has it."""
    made = administrator.post("/v1/api-keys", json={**KEY, **said}).json()
    headers = {"Authorization": f"Bearer {made['key']}"}
    program = TestClient(service.app, headers=headers, raise_server_exceptions=False)
    return f"/v1/api-keys/{made['id']}", program


def changed(administrator: TestClient, who: TestClient, **said: Any) -> None:
    """Change the user who asks with ``who``."""
    address = f"/v1/users/{who.get('/v1/session').json()['id']}"
    match = {"If-Match": administrator.get(address).headers["etag"]}
    answer = administrator.patch(address, json=said, headers=match)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("route", ROUTES)
def test_a_stopped_key_is_refused_at_once(service: Service, route: str) -> None:
    administrator = service.visitor("administrator")
    address, program = key_of(service, administrator)
    assert [program.get(route).status_code for _ in range(3)] == [200] * 3
    assert administrator.post(f"{address}/stop", json={"why": "停用"}).is_success
    problem(program.get(route), 401, "KEY_REVOKED")


@pytest.mark.parametrize("route", ROUTES)
def test_a_stopped_user_is_refused_at_once(service: Service, route: str) -> None:
    administrator = service.visitor("administrator", name="管理员")
    who = service.visitor("county_finance", name="离任会计")
    assert [who.get(route).status_code for _ in range(3)] == [200] * 3
    changed(administrator, who, active=False)
    problem(who.get(route), 401, "SESSION_ENDED")


def test_a_role_that_is_taken_away_is_gone_at_once(service: Service) -> None:
    administrator = service.visitor("administrator", name="管理员")
    who = service.visitor("county_finance", name="会计")
    assert [who.get("/v1/runs").status_code for _ in range(3)] == [200] * 3
    changed(administrator, who, roles=[{"role": "administrator", "institutions": ["*"]}])
    problem(who.get("/v1/runs"), 403, "FORBIDDEN_ACTION")
    changed(administrator, who, roles=[{"role": "county_finance", "institutions": ["*"]}])
    assert who.get("/v1/runs").status_code == 200


def test_who_sees_less_gets_no_page_of_who_sees_more(small: Service) -> None:
    them, _ = settled(small)
    administrator = small.visitor("administrator", name="管理员乙")
    who = small.visitor("auditor", name="审计乙")
    (whole,) = who.get("/v1/runs").json()["data"]
    assert (whole["people"], whole["amount"]) == (3, "1300.00")
    run = f"/v1/runs/{whole['id']}"
    assert who.get(run).json()["people"] == 3
    changed(administrator, who, roles=[{"role": "institution_finance", "institutions": ["C02"]}])
    (part,) = who.get("/v1/runs").json()["data"]
    assert part == {**whole, "people": None, "amount": None}
    assert who.get(run).json()["amount"] is None
    assert them.finance.get("/v1/runs").json()["data"] == [whole]


def test_a_look_that_began_before_a_stop_is_not_remembered(small: Service) -> None:
    administrator = small.visitor("administrator")
    made = administrator.post("/v1/api-keys", json=KEY).json()
    shown = Credentials(made["key"], parse(made["key"]), "", safe=True)

    def now() -> datetime:
        """Asked when the key has been read, and before what it says is judged."""
        if stops:
            assert administrator.post(
                f"/v1/api-keys/{made['id']}/stop", json=stops.pop()
            ).is_success
            directory.forget()
        return datetime.now(UTC)

    stops: list[dict[str, str]] = []
    directory = Directory(small.store, now)
    assert directory.find(shown) == directory.known(shown)
    directory.forget()
    stops.append({"why": "停用"})
    assert directory.find(shown).id == made["id"]
    assert directory.known(shown) is None
    with pytest.raises(DataError) as error:
        directory.find(shown)
    assert [one.code for one in error.value.problems] == ["KEY_REVOKED"]
