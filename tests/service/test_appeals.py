"""Appeals: who objects to what, who sees it, and that they hold up approval until answered.

Faults it catches: an appeal about somebody else's pay; one that another institution reads; an
answer by whom it does not concern; an approval over an open appeal.
"""

from typing import Any

from fastapi.testclient import TestClient

from equivalents.store.periods import approve, publish, submit
from equivalents.store.periodsettle import settle_period
from tests.service.lives import people, step
from tests.service.test_ground import problem
from tests.service.visitors import Service
from tests.store.lives import H1, by, fill


def published(service: Service) -> None:
    """Published, with the community's approval to come."""
    store = service.store
    fill(store, H1)
    settle_period(by(store, "县财务"), H1)
    for one in ("C01", "C02"):
        submit(by(store, f"会计{one}"), H1, one)
        approve(by(store, f"院长{one}"), H1, one)
    publish(by(store, "县财务"), H1, ("2026-07-01", "2026-07-05"))


def objected(who: TestClient, person: str, institution: str, text: str = "少一次巡诊") -> Any:
    said = {"person_id": person, "institution_id": institution, "text": text}
    return who.post("/v1/appeals", json={"period": H1, **said})


def test_an_appeal_from_objection_to_answer(service: Service) -> None:
    published(service)
    them = people(service)
    made = objected(them.staff, "P02", "C01")
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/v1/appeals/apl_{H1}_1"
    address = made.headers["location"]
    assert them.staff.get(address).json() == made.json()
    problem(step(them.chief, H1, "approve", on="2026-07-06"), 409, "OBJECTIONS_OPEN")
    # Whom it concerns sees it and answers.
    other = them.accountants["C02"]
    problem(other.get(address), 404, "OBJECT_UNKNOWN")
    assert other.get("/v1/appeals").json()["data"] == []
    answer = {"text": "已核，次数无误"}
    problem(other.post(f"{address}/answer", json=answer), 404, "OBJECT_UNKNOWN")
    done = them.accountants["C01"].post(f"{address}/answer", json=answer)
    assert done.status_code == 201, done.text
    assert (done.json()["state"], done.json()["answered_by"]) == ("answered", "会计C01")
    again = them.accountants["C01"].post(f"{address}/answer", json=answer)
    problem(again, 404, "OBJECTION_UNKNOWN")
    assert them.staff.get(address).json()["answer"] == "已核，次数无误"
    assert step(them.chief, H1, "approve", on="2026-07-06").status_code == 201
    problem(objected(them.staff, "P02", "C01"), 409, "OBJECTION_LATE")


def test_appeals_are_about_oneself_or_ones_institution(small: Service) -> None:
    published(small)
    them = people(small)
    problem(objected(them.staff, "P01", "C01"), 403, "FORBIDDEN_INSTITUTION")
    problem(objected(them.staff, "P02", "C02"), 404, "OBJECT_UNKNOWN")
    problem(objected(them.accountants["C01"], "P03", "C02"), 403, "FORBIDDEN_INSTITUTION")
    problem(objected(them.auditor, "P01", "C01"), 403, "FORBIDDEN_ACTION")
    problem(objected(them.staff, "P02", "C01", ""), 422, "FIELD_INVALID")
    assert objected(them.accountants["C01"], "P01", "C01").status_code == 201
    assert objected(them.accountants["C02"], "", "C02").status_code == 201
    assert objected(them.finance, "", "").status_code == 201
    every = them.auditor.get("/v1/appeals", params={"period": H1}).json()["data"]
    assert [(one["number"], one["institution_id"]) for one in every] == [
        (1, "C01"),
        (2, "C02"),
        (3, ""),
    ]
    assert them.staff.get("/v1/appeals").json()["data"] == []
    head = them.heads["C01"].get("/v1/appeals").json()["data"]
    assert [one["number"] for one in head] == [1]
    found = them.auditor.get("/v1/appeals?institution_id=C02&state=open").json()["data"]
    assert [one["number"] for one in found] == [2]
    # The steps of the period tell the staff member nothing of them.
    shown = them.staff.get(f"/v1/periods/{H1}").json()["steps"]
    assert "period.object" not in {one["action"] for one in shown}
    problem(them.auditor.get(f"/v1/appeals/apl_{H1}_9"), 404, "OBJECT_UNKNOWN")
    problem(them.auditor.get("/v1/appeals/apl_x_1"), 422, "FIELD_INVALID")


def test_nothing_is_objected_to_before_it_is_published(small: Service) -> None:
    fill(small.store, H1)
    them = people(small)
    problem(objected(them.staff, "P02", "C01"), 409, "OBJECTION_LATE")
