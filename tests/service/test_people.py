"""People over HTTP: their postings, who sees which, and who puts which.

Faults it catches: a clerk who ends a posting at another institution, or sees it; a staff member
who sees colleagues; a page that leaves people out; a posting at an institution that is not there.
"""

from typing import Any

from tests.service.test_ground import problem
from tests.service.visitors import Service
from tests.store.lives import H1, pools

P02 = "/v1/people/P02"
NEW = {"If-None-Match": "*"}


def match(who: Any, address: str) -> dict[str, str]:
    return {"If-Match": who.get(address).headers["etag"]}


def numbers(who: Any, **asked: str) -> list[str]:
    return [one["person_id"] for one in who.get("/v1/people", params=asked).json()["data"]]


def test_people_are_seen_where_they_are_posted(small: Service) -> None:
    pools(small.store, H1)
    auditor = small.visitor("auditor")
    assert numbers(auditor) == ["P01", "P02", "P03"]
    assert numbers(auditor, institution_id="C01") == ["P01", "P02"]
    assert numbers(auditor, person_id="P03") == ["P03"]
    assert numbers(auditor, person_id="P03", institution_id="C01") == []
    clerk = small.visitor("institution_finance", ["C01"])
    assert numbers(clerk) == ["P01", "P02"]
    assert numbers(clerk, institution_id="C02") == []
    problem(clerk.get("/v1/people/P03"), 404, "OBJECT_UNKNOWN")
    himself = small.visitor("staff", person_id="P02")
    assert numbers(himself) == ["P02"]
    assert numbers(himself, institution_id="C01") == ["P02"]
    assert himself.get(P02).status_code == 200
    problem(himself.get("/v1/people/P01"), 404, "OBJECT_UNKNOWN")


def test_people_are_paged(small: Service) -> None:
    pools(small.store, H1)
    auditor, seen, cursor = small.visitor("auditor"), list[str](), ""
    while True:
        page = auditor.get("/v1/people", params={"limit": 1, "cursor": cursor}).json()
        seen += [one["person_id"] for one in page["data"]]
        if not page["has_more"]:
            break
        cursor = page["next_cursor"]
    assert seen == ["P01", "P02", "P03"]
    problem(auditor.get(f"/v1/institutions?cursor={cursor}"), 400, "CURSOR_INVALID")


def test_a_clerk_puts_the_postings_of_the_own_institution_alone(service: Service) -> None:
    pools(service.store, H1)
    finance, clerk = (
        service.visitor("county_finance", name="县财务"),
        service.visitor("institution_finance", ["C01"], name="会计"),
    )
    both = {"postings": [{"institution_id": "C01"}, {"institution_id": "C02", "post": "顾问"}]}
    done = finance.put(P02, json=both, headers=match(finance, P02))
    assert done.status_code == 200, done.text
    other = finance.get(P02).json()["postings"][1]
    mine = clerk.get(P02).json()
    assert [one["institution_id"] for one in mine["postings"]] == ["C01"]
    body = {"postings": [{"institution_id": "C01", "post": "护士"}], "why": "转岗"}
    done = clerk.put(P02, json=body, headers=match(clerk, P02))
    assert [one["post"] for one in done.json()["postings"]] == ["护士"]
    assert {one["institution_id"]: one["post"] for one in finance.get(P02).json()["postings"]} == {
        "C01": "护士",
        "C02": "顾问",
    }
    assert other in finance.get(P02).json()["postings"]
    away = {"postings": [{"institution_id": one, "post": "院长"} for one in ("C02", "C01", "C03")]}
    answer = clerk.put(P02, json=away, headers=match(clerk, P02))
    said = problem(answer, 403, "FORBIDDEN_INSTITUTION")
    errors: Any = said["errors"]
    assert [(one["pointer"], one["value"]) for one in errors] == [
        ("/postings/0/institution_id", "C02"),
        ("/postings/2/institution_id", "C03"),
    ]
    gone = clerk.put(P02, json={"postings": []}, headers=match(clerk, P02))
    assert gone.json() == {"person_id": "P02", "postings": []}
    problem(clerk.get(P02), 404, "OBJECT_UNKNOWN")
    assert [one["institution_id"] for one in finance.get(P02).json()["postings"]] == ["C02"]
    assert numbers(clerk) == ["P01"]


def test_a_new_person_and_every_fault_of_their_postings(small: Service) -> None:
    pools(small.store, H1)
    clerk, address = small.visitor("institution_finance", ["C01"]), "/v1/people/P10"
    bad = {
        "postings": [
            {"institution_id": "C01", "active_from": "2026-13-01"},
            {"institution_id": "C01", "active_from": "2026-02-01", "active_to": "2026-01-01"},
            {"institution_id": "C01", "fte": "half"},
        ]
    }
    said = problem(clerk.put(address, json=bad, headers=NEW), 422, "DATE_INVALID")
    errors = said["errors"]
    assert isinstance(errors, list)
    assert {(one["pointer"], one["code"]) for one in errors} == {
        ("/postings/0/active_from", "DATE_INVALID"),
        ("/postings/1/active_to", "DATES_REVERSED"),
        ("/postings/2/fte", "NUMBER_INVALID"),
    }
    finance = small.visitor("county_finance")
    lost = {"postings": [{"institution_id": "C01"}, {"institution_id": "C77"}]}
    said = problem(finance.put(address, json=lost, headers=NEW), 422, "INSTITUTION_UNKNOWN")
    assert said["errors"][0]["pointer"] == "/postings/1/institution_id"  # type: ignore[index]
    good = {"postings": [{"institution_id": "C01", "name": "新人", "active_from": "2026-03-01"}]}
    done = clerk.put(address, json=good, headers=NEW)
    assert done.status_code == 200
    problem(clerk.put(address, json=good, headers=NEW), 412, "ETAG_OTHER")
    seq = done.json()["postings"][0]["seq"]
    problem(clerk.get(address, params={"as_of": seq - 1}), 404, "OBJECT_UNKNOWN")
    assert numbers(clerk, as_of=str(seq - 1)) == ["P01", "P02"]
    assert numbers(clerk, period=H1) == ["P01", "P02", "P10"]


def test_a_number_with_blanks_is_not_another_way_to_a_person(small: Service) -> None:
    """Its rows would be kept under the number itself, over what was not read."""
    pools(small.store, H1)
    finance = small.visitor("county_finance")
    before = finance.get(P02).json()
    body = {"postings": [{"institution_id": "C01", "post": "护士"}]}
    for address in ("/v1/people/P02%20", "/v1/people/%E3%80%80P02"):
        said = problem(finance.put(address, json=body, headers=NEW), 422, "FIELD_INVALID")
        assert said["errors"][0]["pointer"] == "?person_id"  # type: ignore[index]
    assert finance.get(P02).json() == before
