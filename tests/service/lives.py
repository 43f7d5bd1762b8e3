"""The people of a small county, each with a login of their own, and a period's life over HTTP."""

from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient

from tests.service.visitors import Service

__all__ = ["People", "ended", "people", "step", "stepped"]


@dataclass(frozen=True)
class People:
    """Who does what: the county's finance, two accountants, two heads, who approves, who pays."""

    finance: TestClient
    accountants: dict[str, TestClient]
    heads: dict[str, TestClient]
    chief: TestClient
    cashier: TestClient
    auditor: TestClient
    staff: TestClient


def people(service: Service) -> People:
    """Everybody, by the roles of docs/access.md; ``staff`` is P02 of C01."""
    places = ("C01", "C02")
    return People(
        finance=service.person("county_finance", name="县财务"),
        accountants={
            one: service.person("institution_finance", [one], f"会计{one}") for one in places
        },
        heads={one: service.person("approver", [one], f"院长{one}") for one in places},
        chief=service.person("approver", name="县主任"),
        cashier=service.person("county_finance", name="出纳"),
        auditor=service.person("auditor", name="审计"),
        staff=service.person("staff", name="职工二", person_id="P02"),
    )


def step(who: TestClient, period: str, act: str, institution: str = "", **said: str) -> Any:
    """The answer to a step."""
    body = {"act": act, "institution_id": institution, **said}
    return who.post(f"/v1/periods/{period}/steps", json=body)


def stepped(them: People, period: str) -> None:
    """From the submissions to the community's approval, every step by somebody else."""
    for one in ("C01", "C02"):
        for who, act in ((them.accountants[one], "submit"), (them.heads[one], "approve")):
            answer = step(who, period, act, one)
            assert answer.status_code == 201, answer.text
    days = {"starts": "2027-01-04", "ends": "2027-01-08"}
    for who, act, said in (
        (them.finance, "publish", days),
        (them.chief, "approve", {"on": "2027-01-11"}),
    ):
        answer = step(who, period, act, **said)
        assert answer.status_code == 201, answer.text


def ended(who: TestClient, answer: Any) -> dict[str, Any]:
    """A job that was queued by an answer, when it has ended: its events close then."""
    assert answer.status_code == 202, answer.text
    address = answer.headers["location"]
    assert "event: ended" in who.get(f"{address}/events").text
    found: dict[str, Any] = who.get(address).json()
    return found
