"""Batches of records over HTTP: an import as any other, and what is wrong with each record.

Faults it catches: a number that comes as a float; a fault without a pointer to its record, or with
the row of a file that nobody sent; a pseudonym that is hidden once more.
"""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.service.lives import ended
from tests.service.test_ground import problem
from tests.service.test_imports import files_left, finance, limited, record
from tests.service.visitors import Service
from tests.store.importing import live

__all__ = ["finance", "limited"]


def test_a_batch_is_an_import(service: Service, finance: TestClient) -> None:
    odd = {"performers": "P01:3;P02:2", "person_id": "", "source": '他"说",\t'.strip()}
    body = {"records": [record(1), record(2, **odd)], "source": "接口", "why": "推送"}
    # A generated client writes out the defaults of the query.
    asked = {"file_name": "", "source": "", "on_error": "reject_file", "show": "false", "why": ""}
    job = ended(finance, finance.post("/v1/imports", params=asked, json=body))
    assert job["state"] == "succeeded", job
    assert (job["result"]["accepted"], job["result"]["import_ids"]) == (2, ["imp_1"])
    rows = live(service.store, "record_id", "performers", "source", "quantity")
    assert rows == [("B1", "", "", "1.000"), ("B2", "P01:3;P02:2", '他"说",', "1.000")]
    one = finance.get("/v1/imports/imp_1").json()
    assert (one["source"], one["why"], one["file"]) == ("接口", "推送", "records.csv")


def test_faults_of_a_batch_have_pointers(service: Service, finance: TestClient) -> None:
    records = [record(1), record(2, service_date="2026-02-30"), record(3, person_id="")]
    job = ended(finance, finance.post("/v1/imports", json={"records": records}))
    told = [(one.get("pointer"), one["code"]) for one in job["problem"]["errors"][1:]]
    assert told == [
        ("/records/1/service_date", "DATE_INVALID"),
        ("/records/2/person_id", "VALUE_MISSING"),
    ]
    aside = {"records": records, "on_error": "quarantine_rows"}
    done = ended(finance, finance.post("/v1/imports", json=aside))["result"]
    assert (done["accepted"], done["rejected"]) == (1, 2)
    assert [one["pointer"] for one in done["problems"]["errors"]] == [at for at, _ in told]


def test_records_of_a_batch_that_clash_name_each_other(small: Service) -> None:
    finance = small.person("county_finance")
    records = [record(1), record(2), record(1, quantity="2")]
    told = ended(finance, finance.post("/v1/imports", json={"records": records}))["problem"]
    first = next(one for one in told["errors"] if one.get("pointer") == "/records/0/record_id")
    assert "/records/2" in first["detail"]
    assert "records.csv" not in str(told)


def test_a_pseudonym_that_was_shown_is_no_id_of_a_resident(limited: Service) -> None:
    """Hidden once more, it would be another resident."""
    finance = limited.person("county_finance")
    shown = "h" + "0a" * 16
    records = [record(1, resident_id=shown), record(2), record(3, household_id=shown)]
    said = problem(finance.post("/v1/imports", json={"records": records}), 422, "VALUE_HIDDEN")
    assert [one["pointer"] for one in said["errors"]] == [  # type: ignore[attr-defined]
        "/records/0/resident_id", "/records/2/household_id"
    ]  # fmt: skip
    assert files_left(limited) == []


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"quantity": 2}, "/records/0/quantity", "FIELD_INVALID"),
        ({"quantity": "2e3"}, "/records/0/quantity", "FIELD_INVALID"),
        ({"amount": "1"}, "/records/0/amount", "FIELD_UNKNOWN"),
        ({"item_code": "MZ\n01"}, "/records/0/item_code", "FIELD_INVALID"),
        ({"institution_id": ""}, "/records/0/institution_id", "FIELD_INVALID"),
    ],
)
def test_a_record_is_not_guessed_at(
    limited: Service, wrong: dict[str, Any], pointer: str, code: str
) -> None:
    finance = limited.person("county_finance")
    answer = finance.post("/v1/imports", json={"records": [{**record(1), **wrong}]})
    said = problem(answer, 422, code)
    assert [one["pointer"] for one in said["errors"]] == [pointer]  # type: ignore[attr-defined]
    assert files_left(limited) == []
