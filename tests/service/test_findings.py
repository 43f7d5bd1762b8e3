"""Findings by pages: of an import that set rows aside, of a run, each for whom it concerns.

Faults it catches: a page that skips or repeats; a number that another page gives to another row; a
row of an institution that is none of the asker's; a table that is kept in one language.
"""

from typing import Any

from fastapi.testclient import TestClient

from tests.service.lives import ended, people
from tests.service.test_ground import problem
from tests.service.visitors import Service
from tests.store.lives import H1, HEAD, fill, import_rows

BAD = "C01,P01,MZ01,2026-02-30,1\nC02,P03,MZ01,2026-02-03,x\nC01,,MZ01,2026-02-03,1\n"
GOOD = "C01,P01,MZ01,2026-02-04,1\n"
UNKNOWN = "C01,P01,NONE,2026-02-05,1\nC02,P03,NONE,2026-02-05,1\nC02,P03,NEVER,2026-02-06,1\n"


def found(who: TestClient, address: str, **said: str) -> list[dict[str, Any]]:
    """Every finding, one a page."""
    seen: list[dict[str, Any]] = []
    cursor = ""
    while True:
        asked = {**said, "limit": "1", "cursor": cursor}
        answer = who.get(address, params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += page["data"]
        assert page["has_more"] == (page["next_cursor"] is not None)
        cursor = page["next_cursor"] or ""
        if not cursor:
            return seen


def imported(who: TestClient) -> str:
    """The id of an import that set three rows aside."""
    address = "/v1/imports?file_name=a.csv&on_error=quarantine_rows"
    body = (HEAD + BAD + GOOD).encode()
    job = ended(who, who.post(address, content=body, headers={"Content-Type": "text/csv"}))
    (name,) = job["result"]["import_ids"]
    return str(name)


def test_an_import_tells_each_row_once_and_to_whom_it_concerns(service: Service) -> None:
    them = people(service)
    reader = them.auditor
    asked = {"import_id": imported(service.program())}
    every = reader.get("/v1/findings", params=asked).json()["data"]
    assert [(one["number"], one["row"], one["institution_id"]) for one in every] == [
        (1, 2, "C01"),
        (2, 3, "C02"),
        (3, 4, "C01"),
    ]
    assert all(one["detail"] and one["severity"] == "error" for one in every)
    assert not [one["detail"] for one in every if "?" in one["detail"]]
    two = {**asked, "run_id": "run_1"}
    said = problem(reader.get("/v1/findings", params=two), 422, "FIELD_INVALID")
    assert "只写一个" in str(said["detail"])
    assert found(reader, "/v1/findings", **asked) == every
    of_one = {**asked, "institution_id": "C01"}
    assert found(reader, "/v1/findings", **of_one) == [every[0], every[2]]
    assert found(reader, "/v1/findings", **asked, severity="warning") == []
    assert found(them.accountants["C02"], "/v1/findings", **asked) == [every[1]]
    english = {"Accept-Language": "en"}
    told = reader.get("/v1/findings", params=asked, headers=english).json()["data"]
    assert [one["code"] for one in told] == [one["code"] for one in every]
    assert {one["detail"] for one in told}.isdisjoint({one["detail"] for one in every})


def test_a_run_tells_what_it_rejected(small: Service) -> None:
    them = people(small)
    fill(small.store, H1)
    import_rows(small.store, UNKNOWN, "错")
    body = {"period": H1, "kind": "settle", "on_reject": "quarantine"}
    done = ended(them.finance, them.finance.post("/v1/runs", json=body))
    asked = {"run_id": done["result"]["run_id"]}
    every = them.auditor.get("/v1/findings", params=asked).json()["data"]
    errors = [one for one in every if one["severity"] == "error"]
    assert [one["institution_id"] for one in errors] == ["C01", "C02", "C02"]
    assert found(them.auditor, "/v1/findings", **asked) == every
    assert found(them.auditor, "/v1/findings", **asked, severity="error") == errors
    mine = found(them.accountants["C01"], "/v1/findings", **asked, severity="error")
    assert mine == errors[:1]
