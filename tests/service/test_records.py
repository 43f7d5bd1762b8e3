"""Whose records: institutions bring and see their own, residents are pseudonyms, pages of records.

Faults it catches: records or rejected rows of another institution; an import of theirs that is
replaced or voided; an id of a resident in clear; a cursor that is not ours and finds a fault.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.paging import Page
from equivalents.store.importing import void_import
from equivalents.store.place import StorePlace
from equivalents.store.secret import new_key
from tests.service.lives import ended
from tests.service.test_ground import problem
from tests.service.test_imports import BAD, HEAD, ONE, OTHER, files_left, send, taken
from tests.service.visitors import Service, served
from tests.store.importing import live


@pytest.fixture
def finance(service: Service) -> TestClient:
    return service.person("county_finance", name="县财务")


# -- whose records --------------------------------------------------------------------------------


def test_an_institution_brings_and_sees_its_own(service: Service, finance: TestClient) -> None:
    mine = service.person("institution_finance", ["C01"], "会计一")
    other = service.person("institution_finance", ["C02"], "会计二")
    job = ended(mine, send(mine, HEAD + ONE + OTHER))
    assert (job["problem"]["code"], job["problem"]["status"]) == ("FORBIDDEN_INSTITUTION", 403)
    assert [one["value"] for one in job["problem"]["errors"]] == ["C02"]
    assert live(service.store) == []
    assert taken(mine, ONE)["import_ids"] == ["imp_1"]
    bad = BAD + BAD.replace("C01", "C02").replace("R", "S")
    both = taken(finance, OTHER + ONE.replace("R1", "R5") + bad, on_error="quarantine_rows")
    assert both["import_ids"] == ["imp_2"]
    taken(finance, OTHER.replace("R2", "R6"))
    for who, seen in ((mine, ["imp_1", "imp_2"]), (other, ["imp_2", "imp_3"])):
        assert [one["id"] for one in who.get("/v1/imports").json()["data"]] == seen
    problem(other.get("/v1/imports/imp_1"), 404, "OBJECT_UNKNOWN")
    problem(other.get("/v1/imports/imp_1/rejections"), 404, "OBJECT_UNKNOWN")
    problem(other.post("/v1/imports/imp_1/void", json={}), 404, "OBJECT_UNKNOWN")
    problem(send(other, HEAD + OTHER, replaces="imp_1"), 404, "OBJECT_UNKNOWN")
    problem(send(mine, HEAD + ONE, replaces="imp_2"), 403, "FORBIDDEN_INSTITUTION")
    problem(mine.post("/v1/imports/imp_2/void", json={}), 403, "FORBIDDEN_INSTITUTION")
    rows = mine.get("/v1/imports/imp_2/rejections").json()["data"]
    assert {one["original"]["institution_id"] for one in rows} == {"C01"}
    assert len(finance.get("/v1/imports/imp_2/rejections").json()["data"]) == 4
    assert mine.post("/v1/imports/imp_1/void", json={}).status_code == 201


def test_residents_are_pseudonyms_everywhere(place: StorePlace, tmp_path: Path) -> None:
    key = tmp_path / "key"
    new_key(key)
    with served(place, tmp_path / "data", key=str(key)) as service:
        finance = service.person("county_finance")
        head = HEAD.strip() + ",resident_id\n"
        rows = ONE.strip() + ",110101199001011234\n" + BAD.splitlines()[0] + ",110101199001015678\n"
        job = ended(finance, send(finance, head + rows, on_error="quarantine_rows"))
        text = json.dumps(job)
        for page in ("/v1/imports/imp_1", "/v1/imports/imp_1/rejections"):
            text += finance.get(page).text
        asked = {"period": "2026-02", "institution_id": "C01"}
        shown = finance.get("/v1/records", params=asked)
        assert "1101011990" not in text + shown.text
        assert files_left(service) == []


# -- records --------------------------------------------------------------------------------------


def test_records_of_a_month_by_pages_and_by_whom(service: Service, finance: TestClient) -> None:
    days = [ONE.replace("-03,", f"-{day:02},").replace("R1", f"R{day}") for day in range(1, 6)]
    more = "C01,P02,MZ01,2026-02-09,1,R9\nC01,P02,MZ01,2026-03-09,1,R10\n"
    taken(finance, "".join(days) + OTHER.replace("R2", "R20") + more)
    asked: dict[str, Any] = {"period": "2026-02", "institution_id": "C01", "limit": 4}
    first = finance.get("/v1/records", params=asked).json()
    assert [one["record_id"] for one in first["data"]] == ["R1", "R2", "R3", "R4"]
    assert first["data"][0]["quantity"] == "2.000"
    second = {**asked, "cursor": first["next_cursor"]}
    rest = finance.get("/v1/records", params=second).json()
    assert [one["record_id"] for one in rest["data"]] == ["R5", "R9"]
    assert not rest["has_more"]
    person = {**asked, "person_id": "P02"}
    one = finance.get("/v1/records", params=person).json()["data"]
    assert [said["record_id"] for said in one] == ["R9"]
    staff = service.person("staff", name="职工二", person_id="P02")
    assert staff.get("/v1/records", params=asked).json()["data"] == one
    other = {**asked, "person_id": "P01"}
    assert staff.get("/v1/records", params=other).json()["data"] == []
    outside = service.person("institution_finance", ["C02"], "会计二")
    assert outside.get("/v1/records", params=asked).json()["data"] == []
    void_import(service.store, 1)
    assert finance.get("/v1/records", params=asked).json()["data"] == []


@pytest.mark.parametrize("key", [[1 << 80, 0, 0], [0, -1, 0], [0, 0, 1 << 64], ["x", 0, 0], [1]])
def test_a_cursor_of_others_is_refused(small: Service, key: list[Any]) -> None:
    finance = small.person("county_finance")
    asked = {"period": "2026-02", "institution_id": "C01", "cursor": Page().next("records", key)}
    problem(finance.get("/v1/records", params=asked), 400, "CURSOR_INVALID")
    large = {"cursor": Page().next("imports", [1 << 70])}
    problem(finance.get("/v1/imports", params=large), 400, "CURSOR_INVALID")
