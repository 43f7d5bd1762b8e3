"""Tables over HTTP: read by pages, put whole as JSON, CSV or a workbook, and who sees which rows.

Faults it catches: a put that writes although it was only to be shown; an account number that a
mask takes the place of; a resident's pseudonym that is hidden twice; rows of other institutions
or colleagues that are seen; rows compared while everybody else who writes has to wait; an edit of
what was put meanwhile; a body kept after its request.
"""

import io
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import event

from equivalents.store.dated import put_table, rows_as_of
from equivalents.store.secret import new_key
from equivalents.store.verify import verify
from tests.service.test_ground import problem
from tests.service.visitors import Service, served
from tests.store.lives import H1, pools
from tests.stores import new_place

NEW = {"If-None-Match": "*"}
WEIGHTS = "/v1/tables/weights"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MZ01 = {"item_code": "MZ01", "weight": "1", "valid_from": "2026-01-01"}
MZ02 = {"item_code": "MZ02", "weight": "2.5", "valid_from": "2026-01-01"}
PAYEES = [
    {"person_id": "P01", "account_number": "6222020000001234", "account_name": "甲"},
    {"person_id": "P03", "account_number": "6222020000005678", "account_name": "丙"},
]


def match(who: Any, address: str, **asked: str) -> dict[str, str]:
    return {"If-Match": who.get(address, params=asked).headers["etag"]}


def rows(who: Any, table: str, **asked: str) -> list[dict[str, str]]:
    answer = who.get(f"/v1/tables/{table}", params=asked)
    assert answer.status_code == 200, answer.text
    return [one["row"] for one in answer.json()["data"]]


def test_every_table_is_listed_with_its_last_put(small: Service) -> None:
    pools(small.store, H1)
    page = small.visitor("auditor").get("/v1/tables", params={"limit": 500}).json()
    found = {(one["table"], one["period"]): one for one in page["data"]}
    weights = found["weights", ""]
    assert (weights["title_zh"], weights["title_en"]) == ("当量表", "Weights")
    assert (weights["rows"], weights["last_put"]["why"]) == (1, "年初")
    assert found["pools", H1]["rows"] == 2
    assert found["charges", ""]["last_put"] is None
    himself = small.visitor("staff", person_id="P02")
    page = himself.get("/v1/tables", params={"limit": 500}).json()
    told = {one["table"]: one["last_put"]["why"] for one in page["data"] if one["last_put"]}
    assert told.pop("weights") == "年初"  # which everybody may read as a whole
    assert {*told.values()} == {""}


def test_a_reason_that_names_people_is_for_who_sees_them_all(small: Service) -> None:
    """One for a put at C02 is not for the staff, and not for C01."""
    pools(small.store, H1)
    accountant = small.person("institution_finance", ["C02"], "会计C02")
    body: dict[str, Any] = {"why": "孙三停发，见纪要"}
    body["postings"] = [{"institution_id": "C02", "name": "孙三"}]
    other = small.person("institution_finance", ["C01"], "会计C01")
    staff = small.person("staff", name="职工二", person_id="P02")
    etag = match(accountant, "/v1/people/P03")
    assert accountant.put("/v1/people/P03", json=body, headers=etag).status_code == 200
    for who, told in ((other, ""), (staff, ""), (small.visitor("auditor"), body["why"])):
        page = who.get("/v1/tables", params={"limit": 500}).json()["data"]
        found = {one["table"]: one["last_put"] for one in page if not one["period"]}
        assert found["staff"]["why"] == told
        assert found["weights"]["why"] == "年初", "everybody sees weights"


def test_a_table_is_shown_then_put(service: Service) -> None:
    pools(service.store, H1)
    finance = service.visitor("county_finance", name="县财务")
    body = {"rows": [{**MZ01, "weight": "1.2"}, MZ02]}
    shown = finance.put(WEIGHTS, params={"show": "true"}, json=body)
    assert shown.status_code == 200, shown.text
    assert (shown.json()["added"], shown.json()["ended"], shown.json()["shown"]) == (2, 1, True)
    changed = shown.json()["changes"][0]
    assert (changed["before"]["weight"], changed["after"]["weight"]) == ("1", "1.2")
    assert changed["columns"] == ["weight"]
    assert rows(finance, "weights") == [MZ01]
    other = finance.put(WEIGHTS, params={"show": "true"}, json=body, headers={"If-Match": '"x"'})
    problem(other, 412, "ETAG_OTHER")
    problem(finance.put(WEIGHTS, json=body, headers=NEW), 412, "ETAG_OTHER")
    never = finance.put("/v1/tables/teams", json={"rows": []}, headers={**NEW, "If-Match": ""})
    problem(never, 412, "ETAG_OTHER")
    etag = match(finance, WEIGHTS)
    problem(finance.put(WEIGHTS, json=body), 428, "ETAG_MISSING")
    done = finance.put(WEIGHTS, params={"why": "调整"}, json=body, headers=etag)
    assert {**done.json(), "shown": True} == shown.json()
    assert rows(finance, "weights") == [{**MZ01, "weight": "1.2"}, MZ02]
    problem(finance.put(WEIGHTS, json=body, headers=etag), 412, "ETAG_OTHER")
    same = finance.put(WEIGHTS, json=body, headers=match(finance, WEIGHTS)).json()
    assert (same["added"], same["ended"], same["equal"]) == (0, 0, 2)
    only = {"rows": [{**MZ02, "weight": "3", "valid_from": "2026-07-01"}]}
    more = {"keep": "true", "why": "增加"}
    kept = finance.put(WEIGHTS, params=more, json=only, headers=match(finance, WEIGHTS))
    assert (kept.json()["added"], kept.json()["ended"], kept.json()["equal"]) == (1, 0, 0)
    assert len(rows(finance, "weights")) == 3
    assert verify(service.store).errors == 0


def test_nobody_waits_while_a_table_is_compared(small: Service) -> None:
    pools(small.store, H1)
    finance = small.visitor("county_finance")
    said: list[str] = []
    # Whoever reads has other connections.
    event.listen(small.store.engine, "before_cursor_execute", lambda *asked: said.append(asked[2]))
    body = {"rows": [{**MZ01, "weight": "1.2"}, MZ02]}
    done = finance.put(WEIGHTS, json=body, headers=match(finance, WEIGHTS))
    assert (done.status_code, done.json()["added"]) == (200, 2)
    assert [one for one in said if "INSERT INTO dated_rows" in one]
    assert not [one for one in said if "SELECT dated_rows" in one]


def test_a_table_is_put_as_text_and_as_a_workbook(service: Service) -> None:
    pools(service.store, H1)
    finance = service.visitor("county_finance")
    text = "项目编码,当量值,生效日期,截止日期（含）\nMZ01,1,2026-01-01,2026-06-30\n".encode()
    csv = {"Content-Type": "text/csv", **match(finance, WEIGHTS), "Idempotency-Key": "k"}
    done = finance.put(WEIGHTS, content=text, headers=csv)
    assert done.status_code == 200, done.text
    assert rows(finance, "weights") == [{**MZ01, "valid_to": "2026-07-01"}]
    again = finance.put(WEIGHTS, content=text, headers=csv)
    assert (again.headers["idempotent-replayed"], again.json()) == ("true", done.json())
    other = finance.put(WEIGHTS, content=text + b"\n", headers=csv)
    problem(other, 422, "IDEMPOTENCY_OTHER")
    book, out = Workbook(), io.BytesIO()
    sheet: Any = book.active
    sheet.title = "当量表"
    for row in (["项目编码", "当量值", "生效日期"], ["MZ02", "2.5", "2026-01-01"]):
        sheet.append(row)
    book.save(out)
    xlsx = {"Content-Type": XLSX, **match(finance, WEIGHTS)}
    done = finance.put(WEIGHTS, content=out.getvalue(), headers=xlsx)
    assert done.status_code == 200, done.text
    assert rows(finance, "weights") == [MZ02]
    assert [*(service.ground.data / "tables").iterdir()] == []


def test_every_fault_of_a_table_has_its_place(small: Service) -> None:
    pools(small.store, H1)
    finance = small.visitor("county_finance")
    bad = {"rows": [MZ01, {**MZ02, "weight": "x", "colour": "red"}, {"item_code": "MZ03"}]}
    said = problem(finance.put(WEIGHTS, json=bad), 422, "FIELD_UNKNOWN")
    errors = said["errors"]
    assert isinstance(errors, list)
    assert {(one["pointer"], one["code"]) for one in errors} == {
        ("/rows/1/colour", "FIELD_UNKNOWN"),
        ("/rows/1/weight", "WEIGHT_INVALID"),
        ("/rows/2/weight", "FIELD_MISSING"),
        ("/rows/2/valid_from", "FIELD_MISSING"),
    }
    number = finance.put(WEIGHTS, json={"rows": [{**MZ01, "weight": 1}]})
    said = problem(number, 422, "FIELD_INVALID")
    assert said["errors"][0]["pointer"] == "/rows/0/weight"  # type: ignore[index]
    text = {"Content-Type": "text/csv"}
    said = problem(
        finance.put(WEIGHTS, content=b"item_code\nA\n", headers=text), 422, "COLUMN_MISSING"
    )
    assert said["errors"][0]["file"] == "weights.csv"  # type: ignore[index]
    plain = {"Content-Type": "text/plain"}
    problem(finance.put(WEIGHTS, content=b"x", headers=plain), 415, "BODY_TYPE")
    kind = {"Content-Type": "application/json"}
    problem(finance.put(WEIGHTS, content=b"{", headers=kind), 400, "BODY_JSON")
    problem(finance.put("/v1/tables/records", json={"rows": []}), 404, "OBJECT_UNKNOWN")
    problem(finance.put("/v1/tables/pools", json={"rows": []}), 422, "DATED_PERIOD_NEEDED")
    problem(finance.get("/v1/tables/pools"), 422, "DATED_PERIOD_NEEDED")
    assert [*(small.ground.data / "tables").iterdir()] == []


def test_a_text_may_be_longer_than_json(tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path, "")
    limits = {"body_bytes": "1000", "upload_bytes": "2000"}
    with served(place, tmp_path / "d", **limits) as found:
        finance = found.visitor("county_finance")
        head = b"item_code,weight,valid_from\n"
        lines = b"".join(b"A%03d,1,2026-01-01\n" % number for number in range(100))
        text, asked = {"Content-Type": "text/csv"}, {"show": "true"}
        exact = head + lines + b"B" * (2000 - len(head) - len(lines) - 14) + b",1,2026-01-01\n"
        assert len(exact) == 2000
        good = finance.put(WEIGHTS, params=asked, content=exact, headers=text)
        assert good.json()["added"] == 101, good.text
        long = finance.put(WEIGHTS, params=asked, content=exact + b"\n", headers=text)
        problem(long, 413, "BODY_LARGE")
        rows = [MZ01] * 40
        problem(finance.put(WEIGHTS, params=asked, json={"rows": rows}), 413, "BODY_LARGE")


def test_a_text_has_as_many_rows_as_a_file_may(tmp_path: Path) -> None:
    """Its rows wait in the memory of the server: what has far more is not even read."""
    with served(new_place("sqlite", tmp_path, ""), tmp_path / "d", upload_rows="20") as found:
        finance = found.visitor("county_finance")
        text, asked = {"Content-Type": "text/csv"}, {"show": "true"}

        def put(count: int, blank: int = 0) -> Any:
            rows = b"".join(b"A%03d,1,2026-01-01\n" % number for number in range(count))
            body = b"item_code,weight,valid_from\n" + rows + b"\n" * blank
            return finance.put(WEIGHTS, params=asked, content=body, headers=text)

        assert put(20, blank=999).json()["added"] == 20
        for answer in (put(21), put(20, blank=1_000)):
            assert "20 行" in str(problem(answer, 413, "UPLOAD_ROWS")["detail"])


def test_account_numbers_are_masked_and_masks_are_never_kept(small: Service) -> None:
    pools(small.store, H1)
    put_table(small.store, "payees", PAYEES)
    finance, auditor = small.visitor("county_finance"), small.visitor("auditor")
    assert [one["account_number"] for one in rows(finance, "payees")] == [
        "6222020000001234",
        "6222020000005678",
    ]
    masked = rows(auditor, "payees")
    assert [one["account_number"] for one in masked] == ["****1234", "****5678"]
    address = "/v1/tables/payees"
    said = problem(finance.put(address, json={"rows": masked}), 422, "VALUE_HIDDEN")
    assert said["errors"][0]["pointer"] == "/rows/0/account_number"  # type: ignore[index]
    text = "person_id,account_number\nP01,****1234\n"
    csv = {"Content-Type": "text/csv"}
    problem(finance.put(address, content=text.encode(), headers=csv), 422, "VALUE_HIDDEN")


def test_ids_of_residents_are_kept_as_pseudonyms_and_hidden_once(tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path, "")
    new_key(tmp_path / "county.key")
    with served(replace(place, key=tmp_path / "county.key"), tmp_path / "d") as found:
        finance, address = found.visitor("county_finance"), "/v1/tables/contracts"
        body = {"rows": [{"contract_id": "Q1", "resident_id": "R-77", "active_from": "2026-01-01"}]}
        done = finance.put(address, json=body, headers=NEW)
        assert done.status_code == 200, done.text
        (kept,) = rows(finance, "contracts")
        assert kept["resident_id"].startswith("h")
        assert "R-77" not in done.text
        problem(finance.put(address, json={"rows": [kept]}), 422, "VALUE_HIDDEN")


def test_who_sees_which_rows(small: Service) -> None:
    pools(small.store, H1)
    leave = [
        {"person_id": one, "kind": "病假", "valid_from": "2026-02-01", "valid_to": "2026-02-03"}
        for one in ("P01", "P02", "P03")
    ]
    put_table(small.store, "leave", leave, period=H1)
    clerk = small.visitor("institution_finance", ["C01"])
    assert [one["institution_id"] for one in rows(clerk, "pools", period=H1)] == ["C01"]
    assert [one["person_id"] for one in rows(clerk, "leave", period=H1)] == ["P01", "P02"]
    himself = small.visitor("staff", person_id="P02")
    assert rows(himself, "weights") == [MZ01]
    assert rows(himself, "pools", period=H1) == []
    assert [one["person_id"] for one in rows(himself, "leave", period=H1)] == ["P02"]
    assert [one["person_id"] for one in rows(himself, "staff")] == ["P02"]
    narrow = small.visitor("county_finance", actions=["tables.read"])
    assert rows(narrow, "weights") == [MZ01]
    assert rows(narrow, "staff") == []
    problem(clerk.put(WEIGHTS, json={"rows": []}), 403, "FORBIDDEN_ACTION")
    blind = small.visitor("county_finance", actions=["tables.edit"])
    shown = blind.put("/v1/tables/staff", params={"show": "true"}, json={"rows": []}).json()
    assert (shown["ended"], shown["changes_total"], shown["changes"]) == (3, 3, [])


def test_rows_are_paged_and_filtered(small: Service) -> None:
    pools(small.store, H1)
    auditor, seen, cursor = small.visitor("auditor"), list[str](), ""
    while True:
        asked = {"limit": "1", "cursor": cursor}
        page = auditor.get("/v1/tables/staff", params=asked).json()
        seen += [one["row"]["person_id"] for one in page["data"]]
        if not page["has_more"]:
            break
        cursor = page["next_cursor"]
    assert seen == ["P01", "P02", "P03"]
    other = {"cursor": cursor, "institution_id": "C01"}
    problem(auditor.get("/v1/tables/staff", params=other), 400, "CURSOR_INVALID")
    assert len(rows(auditor, "staff", institution_id="C01")) == 2
    assert len(rows(auditor, "staff", person_id="P03")) == 1


@pytest.mark.parametrize("key", [[1 << 63, 1], [1, 1 << 63], [-2, 1]])
def test_a_cursor_is_one_that_a_database_can_hold(service: Service, key: list[int]) -> None:
    pools(service.store, H1)
    finance = service.visitor("county_finance")
    for address, name in (
        ("/v1/tables/staff", "table staff  0 {}"),
        ("/v1/institutions/C01/tables/staff", "part staff C01"),
    ):
        read = finance.get(address, params={"limit": 1}).json()["next_cursor"]
        first, *last = json.loads(urlsafe_b64decode(read + "=="))
        assert (first, len(last)) == (name, 2)
        made = urlsafe_b64encode(json.dumps([name, *key]).encode()).decode().rstrip("=")
        problem(finance.get(address, params={"cursor": made}), 400, "CURSOR_INVALID")


def test_an_institution_puts_its_own_staff_and_departments(service: Service) -> None:
    pools(service.store, H1)
    clerk = service.visitor("institution_finance", ["C01"], name="会计")
    address = "/v1/institutions/C01/tables/staff"
    read = clerk.get(address)
    assert [one["row"]["person_id"] for one in read.json()["data"]] == ["P01", "P02"]
    body = {"rows": [{"person_id": "P02"}, {"person_id": "P04", "name": "新人"}], "why": "人员变动"}
    shown = clerk.put(address, params={"show": "true"}, json=body)
    assert (shown.json()["added"], shown.json()["ended"], shown.json()["equal"]) == (1, 1, 1)
    problem(clerk.put(address, json=body), 428, "ETAG_MISSING")
    etag = {"If-Match": read.headers["etag"]}
    assert clerk.put(address, json=body, headers=etag).status_code == 200
    problem(clerk.put(address, json=body, headers=etag), 412, "ETAG_OTHER")
    with service.store.reading() as connection:
        found = [one.row["person_id"] for one in rows_as_of(connection, "staff")]
    assert sorted(found) == ["P02", "P03", "P04"]
    away = {"rows": [{"person_id": "P02", "institution_id": one} for one in ("C02", "C01", "C03")]}
    said = problem(clerk.put(address, json=away), 422, "FIELD_INVALID")
    errors: Any = said["errors"]
    assert [one["pointer"] for one in errors] == [
        "/rows/0/institution_id",
        "/rows/2/institution_id",
    ]
    other = "/v1/institutions/C02/tables/staff"
    problem(clerk.get(other), 404, "OBJECT_UNKNOWN")
    problem(clerk.put(other, json=body), 403, "FORBIDDEN_INSTITUTION")
    rooms = "/v1/institutions/C01/tables/departments"
    first = {"rows": [{"department_id": "D1", "name": "全科"}]}
    done = clerk.put(rooms, json=first, headers=NEW)
    assert (done.status_code, done.json()["added"]) == (200, 1)
    finance = service.visitor("county_finance")
    lost = finance.put("/v1/institutions/C77/tables/departments", json=first, headers=etag)
    problem(lost, 404, "OBJECT_UNKNOWN")
    lost = finance.put(
        "/v1/institutions/C77/tables/departments", params={"show": "true"}, json=first
    )
    problem(lost, 404, "OBJECT_UNKNOWN")
