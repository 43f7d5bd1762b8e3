"""Institutions over HTTP: one row at a time, as they stood, and who sees and changes which.

Faults it catches: a change of one institution that ends another; an edit of what somebody else
changed meanwhile; an institution that is ended under its people; what stood before being lost.
"""

from tests.service.test_ground import problem
from tests.service.visitors import Service
from tests.store.lives import H1, pools

C01 = "/v1/institutions/C01"
NEW = {"If-None-Match": "*"}


def test_institutions_are_listed_as_far_as_one_sees_them(small: Service) -> None:
    pools(small.store, H1)
    every = small.visitor("auditor").get("/v1/institutions").json()
    assert [(one["institution_id"], one["name"]) for one in every["data"]] == [
        ("C01", "青溪镇卫生院"),
        ("C02", "石桥镇卫生院"),
    ]
    clerk = small.visitor("institution_finance", ["C02"])
    page = clerk.get("/v1/institutions").json()
    assert [one["institution_id"] for one in page["data"]] == ["C02"]
    assert clerk.get("/v1/institutions/C02").status_code == 200
    problem(clerk.get(C01), 404, "OBJECT_UNKNOWN")
    problem(clerk.put(C01, json={}, headers=NEW), 403, "FORBIDDEN_ACTION")


def test_an_institution_is_changed_and_what_stood_stays_readable(service: Service) -> None:
    pools(service.store, H1)
    finance = service.visitor("county_finance", name="县财务")
    read = finance.get(C01)
    etag, before = read.headers["etag"], read.json()
    assert finance.get(C01, headers={"If-None-Match": etag}).status_code == 304
    body = {"name": "青溪中心卫生院", "group": "山区", "why": "更名"}
    problem(finance.put(C01, json=body), 428, "ETAG_MISSING")
    problem(finance.put(C01, json=body, headers=NEW), 412, "ETAG_OTHER")
    done = finance.put(C01, json=body, headers={"If-Match": etag})
    assert (done.status_code, done.json()["name"]) == (200, "青溪中心卫生院")
    problem(finance.put(C01, json=body, headers={"If-Match": etag}), 412, "ETAG_OTHER")
    now = finance.get(C01)
    assert now.json() == done.json()
    assert now.headers["etag"] != etag
    as_of = {"as_of": str(done.json()["seq"] - 1)}
    assert finance.get(C01, params=as_of).json() == before
    assert finance.get("/v1/institutions/C02").json()["seq"] == before["seq"]
    entry = service.visitor("auditor").get(f"/v1/audit-entries/{done.json()['seq']}").json()
    assert (entry["action"], entry["who"], entry["why"]) == ("institution.put", "县财务", "更名")
    assert entry["before"]["ended"] == [{"institution_id": "C01", "name": "青溪镇卫生院"}]


def test_a_new_institution_and_its_end(small: Service) -> None:
    pools(small.store, H1)
    finance, address = small.visitor("county_finance"), "/v1/institutions/C09"
    problem(finance.get(address), 404, "OBJECT_UNKNOWN")
    problem(finance.put(address, json={}, headers={"If-Match": "*"}), 412, "ETAG_OTHER")
    unknown = finance.put(address, json={"parent_id": "C77"}, headers=NEW)
    said = problem(unknown, 422, "INSTITUTION_UNKNOWN")
    assert said["errors"][0]["pointer"] == "/parent_id"  # type: ignore[index]
    broken = finance.put(address, json={"name": "一\n二"}, headers=NEW)
    assert problem(broken, 422, "LINE_BREAK")["errors"][0]["pointer"] == "/name"  # type: ignore[index]
    key = {**NEW, "Idempotency-Key": "k"}
    first = finance.put(address, json={"name": "新院", "parent_id": "C01"}, headers=key)
    again = finance.put(address, json={"name": "新院", "parent_id": "C01"}, headers=key)
    assert (first.status_code, again.json()) == (200, first.json())
    match = {"If-Match": finance.get(address).headers["etag"]}
    problem(finance.delete(address), 428, "ETAG_MISSING")
    assert finance.delete(address, params={"why": "误建"}, headers=match).status_code == 204
    problem(finance.get(address), 404, "OBJECT_UNKNOWN")
    problem(finance.delete(address, headers=match), 404, "OBJECT_UNKNOWN")
    match = {"If-Match": finance.get(C01).headers["etag"]}
    problem(finance.delete(C01, headers=match), 409, "INSTITUTION_IN_USE")


def test_a_code_with_blanks_is_not_another_institution(small: Service) -> None:
    finance = small.visitor("county_finance")
    answer = finance.put("/v1/institutions/C09%20", json={}, headers=NEW)
    said = problem(answer, 422, "FIELD_INVALID")
    assert said["errors"][0]["pointer"] == "?institution_id"  # type: ignore[index]
    problem(finance.get("/v1/institutions/C09"), 404, "OBJECT_UNKNOWN")
