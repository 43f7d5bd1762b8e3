"""Who the audit trail says it was: a user by the name, a key by its title and its id.

Faults it catches: a key that signs as a user whose name is its title, in its own request or in a
job that works for it; two keys of one title that sign alike; a user whose name is written as a key.
"""

import pytest
from fastapi.testclient import TestClient

from equivalents.store.trail import trail
from equivalents.store.verify import verify
from tests.service.lives import ended
from tests.service.test_ground import problem
from tests.service.visitors import Service
from tests.store.lives import HEAD

NAME = "张会计"
USER = {"login": "wang", "password": "gui-hua-xiang-le-31", "roles": []}


def imported(who: TestClient, day: int) -> None:
    """Bring one record, which a job writes in the name of who asked."""
    body = f"{HEAD}C01,P01,MZ01,2026-02-{day:02d},1\n".encode()
    headers = {"Content-Type": "text/csv"}
    job = ended(who, who.post("/v1/imports?file_name=a.csv", content=body, headers=headers))
    assert job["state"] == "succeeded", job


def test_a_key_and_a_user_of_one_name_are_told_apart(service: Service) -> None:
    person = service.person("county_finance", name=NAME)
    programs = [service.program("county_finance", name=NAME) for _ in range(2)]
    keys = [one.headers["authorization"].split("_")[1] for one in programs]
    for day, who in enumerate((person, *programs), 1):
        imported(who, day)
        address, new = f"/v1/institutions/C{day:02d}", {"If-None-Match": "*"}
        made = who.put(address, json={"name": "卫生院"}, headers=new)
        assert made.is_success, made.text
    signed = [NAME, *(f"{NAME} [key_{one}]" for one in keys)]
    with service.store.reading() as connection:
        entries = [*trail(connection)]
    for action in ("import.accept", "institution.put"):
        assert [one.who for one in entries if one.action == action] == signed
    auditor = service.visitor("auditor")
    of = {"who": signed[1]}
    told = auditor.get("/v1/audit-entries", params=of).json()["data"]
    assert {one["who"] for one in told} == {signed[1]}
    assert verify(service.store).intact


@pytest.mark.parametrize("name", ["薪酬 [key_7Hq2mZ0bTx4L]", "［KEY＿7Hq2mZ0bTx4L］", "[ key_ x"])
def test_no_user_is_named_as_a_key_is(small: Service, name: str) -> None:
    administrator = small.visitor("administrator", name="管理员")
    refused = administrator.post("/v1/users", json={**USER, "name": name})
    problem(refused, 422, "FIELD_INVALID")
    assert refused.json()["errors"][0]["pointer"] == "/name"
    made = administrator.post("/v1/users", json={**USER, "name": "王 [会计]"})
    match = {"If-Match": made.headers.get("etag") or "*"}
    address = made.headers["location"]
    problem(administrator.patch(address, json={"name": name}, headers=match), 422, "FIELD_INVALID")
