"""Who somebody is: whatever is changed holds for the very next request, in every process.

Faults it catches: a key, a session, a user or a role that goes on beyond its end, here or in
another process; something written, or told on, for somebody who was stopped while the request was
under way; a page that was made for somebody who sees more.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.accounts import change
from api.app import create_app
from api.directory import KEYS
from api.ground import Ground
from equivalents.servicesettings import read_settings
from equivalents.store.engine import open_store
from equivalents.store.facts import fact_of
from equivalents.store.place import StorePlace
from equivalents.store.upgrading import upgrade
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


def test_what_is_ended_in_one_process_is_ended_in_every_other(service: Service) -> None:
    """Another process is another application on the same store."""
    there = create_app(
        Ground(read_settings(), open_store(service.store.place), service.ground.data)
    )
    administrator = service.visitor("administrator", name="管理员")
    address, program = key_of(service, administrator)
    changes, leaves, stays = (
        service.visitor("county_finance", name=name) for name in ("调岗", "退出", "留任")
    )
    everybody = {one: elsewhere(there, one) for one in (program, changes, leaves, stays)}
    assert [who.get("/v1/runs").status_code for who in everybody.values()] == [200] * 4
    assert administrator.post(f"{address}/stop", json={"why": "停用"}).is_success
    changed(administrator, changes, roles=[{"role": "administrator", "institutions": ["*"]}])
    assert leaves.delete("/v1/session").status_code == 204
    problem(everybody[program].get("/v1/runs"), 401, "KEY_REVOKED")
    problem(everybody[changes].get("/v1/runs"), 403, "FORBIDDEN_ACTION")
    problem(everybody[leaves].get("/v1/runs"), 401, "SESSION_ENDED")
    assert everybody[stays].get("/v1/runs").status_code == 200
    there.state.ground.store.close()


def elsewhere(app: FastAPI, who: TestClient) -> TestClient:
    """Somebody at another application."""
    return TestClient(app, headers={**who.headers}, cookies=who.cookies)


# -- changed while a request is under way ----------------------------------------------------------


class Between:
    """A clock that does something once, when somebody was looked up and is not yet judged."""

    def __init__(self) -> None:
        self.acts: list[Callable[[], object]] = []

    def __call__(self) -> datetime:
        """The time of now."""
        if self.acts:
            self.acts.pop()()
        return datetime.now(UTC)


@pytest.fixture
def between() -> Between:
    """The clock of the service ``slow``."""
    return Between()


@pytest.fixture
def slow(place: StorePlace, tmp_path: Path, between: Between) -> Iterator[Service]:
    """A service that goes by a clock of its own, and where nothing else looks at it."""
    upgrade(place, who="测试 tester")
    ground = Ground(read_settings(), open_store(place, "service"), tmp_path, between)
    app = create_app(ground)
    yield Service(app, ground, TestClient(app))
    ground.store.close()


TRIAL = {"period": "2026-H1", "kind": "trial"}
CLERK = {"roles": [{"role": "county_finance", "institutions": ["*"]}]}
NARROW = {"roles": [{"role": "institution_finance", "institutions": ["C01"]}]}


def test_nothing_is_written_for_a_key_that_was_stopped_meanwhile(
    slow: Service, between: Between
) -> None:
    administrator = slow.visitor("administrator")
    address, program = key_of(slow, administrator, **CLERK)
    assert program.post("/v1/runs", json=TRIAL).status_code == 202
    between.acts.append(lambda: administrator.post(f"{address}/stop", json={"why": "停用"}))
    problem(program.post("/v1/runs", json=TRIAL), 401, "KEY_REVOKED")
    assert not between.acts


def test_nothing_is_written_by_rights_that_were_taken_meanwhile(
    slow: Service, between: Between
) -> None:
    administrator = slow.visitor("administrator")
    address, program = key_of(slow, administrator, **CLERK)

    def narrow() -> None:
        key = address.rpartition("/")[2]
        with slow.store.reading() as connection:
            fact = fact_of(connection, KEYS, key)
        assert fact is not None
        change(slow.store, fact, NARROW, "key.edit")

    between.acts.append(narrow)
    problem(program.post("/v1/runs", json=TRIAL), 403, "FORBIDDEN_ACTION")
    assert program.post("/v1/runs", json=TRIAL).status_code == 202, "by the rights of now"


def test_the_events_of_a_job_end_with_the_key(slow: Service, between: Between) -> None:
    administrator = slow.visitor("administrator")
    address, program = key_of(slow, administrator, **CLERK)
    job = program.post("/v1/runs", json=TRIAL).headers["location"]
    program.post(f"{job}/cancel")
    assert "event: " in program.get(f"{job}/events").text
    between.acts.append(lambda: administrator.post(f"{address}/stop", json={"why": "停用"}))
    assert program.get(f"{job}/events").text == ""
