"""Files and batches over HTTP: what comes in, what is refused, who sees which part, taking back.

Faults it catches: a row that comes twice; a fault without its place; a limit that is one off; a
broken upload that leaves something; records or rejected rows of another institution; an id of a
resident in clear.
"""

import asyncio
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.jobs.context import given_of, tables_of, uploads_of
from api.jobs.runner import tidy
from equivalents.store.verify import verify
from tests.service.lives import ended
from tests.service.test_ground import problem
from tests.service.visitors import Service, served
from tests.store.importing import live
from tests.stores import new_place

HEAD = "institution_id,person_id,item_code,service_date,quantity,record_id\n"
ONE = "C01,P01,MZ01,2026-02-03,2,R1\n"
OTHER = "C02,P03,MZ01,2026-02-04,3,R2\n"
CSV = {"Content-Type": "text/csv"}


def send(who: TestClient, text: str | bytes, name: str = "a.csv", **asked: str) -> Any:
    """The answer to an upload."""
    body = text.encode() if isinstance(text, str) else text
    return who.post("/v1/imports", params={"file_name": name, **asked}, content=body, headers=CSV)


def taken(who: TestClient, text: str, **asked: str) -> dict[str, Any]:
    """The result of an upload that was imported."""
    job = ended(who, send(who, HEAD + text, **asked))
    assert job["state"] == "succeeded", job
    found: dict[str, Any] = job["result"]
    return found


def record(number: int, **more: str) -> dict[str, str]:
    said = {"institution_id": "C01", "person_id": "P01", "item_code": "MZ01"}
    said |= {"service_date": "2026-02-03", "quantity": "1", "record_id": f"B{number}"}
    return said | more


def files_left(service: Service) -> list[Path]:
    """Uploads that lie about."""
    return [path for path in service.ground.data.rglob("*") if path.is_file()]


def broken_off(
    service: Service, who: TestClient, method: str, path: str, query: str, kind: str
) -> tuple[int, str]:
    """Status and code of a request whose sender is gone after a few bytes."""
    headers = {**who.headers, "content-type": kind}
    headers |= {"cookie": "; ".join(f"{name}={text}" for name, text in who.cookies.items())}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": query.encode(), "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
    }  # fmt: skip
    coming = [
        {"type": "http.request", "body": b"C01,", "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered: list[Any] = []

    async def receive() -> Any:
        return coming.pop(0)

    async def sent(message: Any) -> None:
        answered.append(message)

    asyncio.run(service.app(scope, receive, sent))
    return answered[0]["status"], json.loads(answered[1]["body"])["code"]


@pytest.fixture
def finance(service: Service) -> TestClient:
    return service.person("county_finance", name="县财务")


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Service]:
    """A service that takes little."""
    few = {"upload_bytes": "5000", "upload_rows": "20", "batch_records": "3"}
    few |= {"body_bytes": "2000"}
    with served(new_place("sqlite", tmp_path, ""), tmp_path / "data", **few) as found:
        yield found


def test_a_file_comes_in_once_and_is_told_of(service: Service, finance: TestClient) -> None:
    said = taken(finance, ONE + OTHER, source="公卫", why="月报", name="C:\\报表\\一月!.csv")
    assert [said[name] for name in ("received", "accepted", "known", "rejected")] == [2, 2, 0, 0]
    assert (said["import_ids"], said["show"]) == (["imp_1"], False)
    one = finance.get("/v1/imports/imp_1").json()
    assert (one["file"], one["source"], one["why"], one["who"]) == (
        "一月_.csv", "公卫", "月报", "县财务"
    )  # fmt: skip
    assert (one["accepted"], one["void"], one["replaced_by"]) == (2, False, None)
    assert one["understood"] == []  # nothing had to be guessed
    again = taken(finance, ONE + OTHER)
    assert (again["import_ids"], again["files"][0]["known_as"]) == ([], "imp_1")
    assert [one["code"] for one in again["problems"]["errors"]] == ["IMPORT_KNOWN"]
    assert files_left(service) == []
    assert len(live(service.store)) == 2


def test_a_trial_says_what_would_change_and_writes_nothing(
    service: Service, finance: TestClient
) -> None:
    taken(finance, ONE + OTHER)
    changed = ONE.replace(",2,", ",5,") + OTHER
    said = taken(finance, changed, replaces="imp_1", show="true")
    (file,) = said["files"]
    assert (said["accepted"], said["reversed"], said["import_ids"]) == (1, 1, [])
    (row,) = file["changes"]["rows"]
    assert (row["kind"], row["record_id"], row["columns"]) == ("changed", "R1", ["quantity"])
    assert len(finance.get("/v1/imports").json()["data"]) == 1
    done = taken(finance, changed, replaces="imp_1")
    assert (done["accepted"], done["reversed"], done["import_ids"]) == (1, 1, ["imp_2"])
    assert finance.get("/v1/imports/imp_1").json()["replaced_by"] == "imp_2"
    problem(send(finance, HEAD, replaces="imp_1"), 409, "IMPORT_REPLACED")
    problem(send(finance, HEAD, replaces="imp_9"), 404, "OBJECT_UNKNOWN")


def test_a_replacement_that_was_taken_is_told_again(service: Service, finance: TestClient) -> None:
    """Who did not hear the answer asks once more, when the import is replaced already."""
    taken(finance, ONE)
    file = {"replaces": "imp_1", "file_name": "a.csv"}
    body = (HEAD + ONE.replace(",2,", ",5,")).encode()
    batch = {"records": [record(1, record_id="R1")], "replaces": "imp_2"}
    asked: tuple[tuple[dict[str, str], dict[str, Any]], ...] = (
        (CSV, {"params": file, "content": body}),
        ({}, {"json": batch}),
    )
    for number, (kind, said) in enumerate(asked):
        headers = {**kind, "Idempotency-Key": f"replace-{number}"}
        first = finance.post("/v1/imports", headers=headers, **said)
        assert ended(finance, first)["result"]["reversed"] == 1
        again = finance.post("/v1/imports", headers=headers, **said)
        assert (again.status_code, again.headers["idempotent-replayed"]) == (202, "true")
        assert again.headers["location"] == first.headers["location"]
    key = {**CSV, "Idempotency-Key": "replace-0"}
    other = finance.post("/v1/imports", params=file, content=body + b"\n", headers=key)
    problem(other, 422, "IDEMPOTENCY_OTHER")
    assert len(live(service.store)) == 1
    assert files_left(service) == []


BAD = "C01,P01,MZ01,2026-02-30,1,R7\nC01,P01,MZ01,2026-02-03,x,R8\n"


def test_a_rejected_file_tells_every_fault_where_it_stands(
    service: Service, finance: TestClient
) -> None:
    job = ended(finance, send(finance, HEAD + ONE + BAD))
    assert (job["state"], job["result"]) == ("failed", None)
    told = job["problem"]
    assert (told["code"], told["status"], len(told["errors"])) == ("UPLOAD_REJECTED", 422, 3)
    places = [(one["row"], one["column"], one["code"], one["value"]) for one in told["errors"][1:]]
    assert places == [
        (3, "service_date", "DATE_INVALID", "2026-02-30"),
        (4, "quantity", "QUANTITY_INVALID", "x"),
    ]
    english = finance.get(f"/v1/jobs/{job['id']}", headers={"Accept-Language": "en"}).json()
    assert "Nothing was imported" in english["problem"]["detail"]
    assert "没有导入任何内容" in told["detail"]
    assert live(service.store) == []
    assert files_left(service) == []


def test_a_file_of_pseudonyms_is_answered_as_a_batch_is(
    service: Service, finance: TestClient
) -> None:
    shown = "h" + "0a" * 16
    head = HEAD.replace("record_id", "record_id,resident_id")
    text = f"{head}{ONE.strip()},\n{OTHER.strip()},{shown}\n"
    told = ended(finance, send(finance, text))["problem"]
    (where,) = told["errors"][1:]
    assert (where["row"], where["column"]) == (3, "resident_id")
    assert (where["code"], where["value"]) == ("VALUE_HIDDEN", shown)
    assert live(service.store) == []
    result = ended(finance, send(finance, text, on_error="quarantine_rows"))["result"]
    assert (result["accepted"], result["rejected"]) == (1, 1)


def test_of_many_faults_the_first_are_told_and_all_counted(small: Service) -> None:
    finance = small.person("county_finance")
    rows = "".join(f"C01,P01,MZ01,2026-02-03,x,R{number}\n" for number in range(1_005))
    told = ended(finance, send(finance, HEAD + rows))["problem"]
    assert (told["code"], len(told["errors"]), told["total"]) == ("UPLOAD_REJECTED", 1_000, 1_006)


def test_of_a_case_the_files_before_a_clash_stay_and_are_named(small: Service) -> None:
    """Each file is one import: the second one contradicts a record that stands."""
    finance = small.person("county_finance")
    taken(finance, OTHER)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("case.yaml", 'period: "2026-H1"\n')
        archive.writestr("institutions.csv", "institution_id,name\nC01,青溪\nC02,石桥\n")
        archive.writestr("records/1.csv", HEAD + ONE)
        archive.writestr("records/2.csv", HEAD + OTHER.replace(",3,", ",4,"))
    job = ended(finance, send(finance, whole.getvalue(), name="case.zip"))
    assert job["state"] == "failed", job
    told = [(one["code"], one.get("value")) for one in job["problem"]["errors"]]
    assert told[0] == ("UPLOAD_PARTLY", "imp_2")
    assert ("RECORD_ID_STANDS", "R2") in told
    assert job["problem"]["code"] == "UPLOAD_REJECTED"
    assert len(live(small.store)) == 2


def test_rejected_rows_are_set_aside_and_listed(service: Service, finance: TestClient) -> None:
    said = taken(finance, ONE + BAD, on_error="quarantine_rows")
    assert (said["accepted"], said["rejected"], said["problems"]["total"]) == (1, 2, 2)
    listed = finance.get("/v1/imports/imp_1/rejections", params={"limit": 1}).json()
    (first,) = listed["data"]
    assert (first["row"], first["column"], first["code"]) == (3, "service_date", "DATE_INVALID")
    assert first["original"]["record_id"] == "R7"
    more = {"limit": 1, "cursor": listed["next_cursor"]}
    rest = finance.get("/v1/imports/imp_1/rejections", params=more).json()
    assert ([one["row"] for one in rest["data"]], rest["has_more"]) == ([4], False)
    quality = finance.get("/v1/imports/imp_1").json()["quality"]
    assert quality == {"DATE_INVALID": 1, "QUANTITY_INVALID": 1}


def test_imports_are_listed_and_voided(service: Service, finance: TestClient) -> None:
    for number in range(3):
        taken(finance, ONE.replace("R1", f"R{number + 10}"))
    first = finance.get("/v1/imports", params={"limit": 2}).json()
    assert [one["id"] for one in first["data"]] == ["imp_1", "imp_2"]
    more = {"limit": 2, "cursor": first["next_cursor"]}
    assert [one["id"] for one in finance.get("/v1/imports", params=more).json()["data"]] == [
        "imp_3"
    ]
    key = {"Idempotency-Key": "void-1"}
    body = {"why": "传错了"}
    for _ in range(2):
        answer = finance.post("/v1/imports/imp_2/void", json=body, headers=key)
        assert (answer.status_code, answer.headers["location"]) == (201, "/v1/imports/imp_4")
        assert answer.json() == {"id": "imp_4", "voids": "imp_2", "reversed": 1}
    problem(finance.post("/v1/imports/imp_2/void", json=body), 409, "IMPORT_REPLACED")
    problem(finance.post("/v1/imports/imp_9/void", json=body), 404, "OBJECT_UNKNOWN")
    shown = finance.get("/v1/imports/imp_4").json()
    assert (shown["void"], shown["replaces"], shown["reversed"]) == (True, "imp_2", 1)
    assert len(live(service.store)) == 2
    assert not verify(service.store).problems


def test_two_programs_of_one_title_see_each_its_own(service: Service) -> None:
    """Their titles stand in the trail; whose an import is, its job says."""
    first, second = (service.program(institutions=[one], name="接口") for one in ("C01", "C02"))
    for who, rows in ((first, ONE + BAD), (first, BAD.replace("C01", "C09")), (second, OTHER)):
        done = taken(who, rows, on_error="quarantine_rows")
        assert len(done["import_ids"]) == 1
    for who, seen in ((first, ["imp_1", "imp_2"]), (second, ["imp_3"])):
        assert [one["id"] for one in who.get("/v1/imports").json()["data"]] == seen
    # Nothing of its second file was taken: it is seen since the program sent it.
    assert len(first.get("/v1/imports/imp_2/rejections").json()["data"]) == 2
    for address in ("/v1/imports/imp_1", "/v1/imports/imp_2/rejections"):
        problem(second.get(address), 404, "OBJECT_UNKNOWN")
    problem(send(second, HEAD + OTHER, replaces="imp_1"), 404, "OBJECT_UNKNOWN")


# -- limits ---------------------------------------------------------------------------------------


def test_bytes_and_rows_and_records_at_the_edge(limited: Service) -> None:
    finance = limited.person("county_finance")
    room = 5000 - len(HEAD + ONE)
    whole = HEAD + ONE + "\n" * room
    assert ended(finance, send(finance, whole))["state"] == "succeeded"
    problem(send(finance, whole + "\n"), 413, "BODY_LARGE")

    def pieces() -> Iterator[bytes]:  # no length is declared
        yield whole.encode()
        yield b"\n"

    problem(
        finance.post("/v1/imports?file_name=a.csv", content=pieces(), headers=CSV),
        413, "BODY_LARGE",
    )  # fmt: skip
    rows = [ONE.replace("R1", f"R{number}") for number in range(30, 51)]
    job = ended(finance, send(finance, HEAD + "".join(rows)))
    assert (job["state"], job["problem"]["code"]) == ("failed", "UPLOAD_ROWS")
    assert taken(finance, "".join(rows[:20]))["accepted"] == 20
    batch = [record(number) for number in range(4)]
    answer = finance.post("/v1/imports", json={"records": batch})
    said = problem(answer, 413, "BATCH_RECORDS")
    assert said["errors"][0]["pointer"] == "/records"  # type: ignore[index]
    done = ended(finance, finance.post("/v1/imports", json={"records": batch[:3]}))
    assert done["result"]["accepted"] == 3
    body = json.dumps({"records": batch[:1], "why": ""}).encode()
    kind = {"Content-Type": "application/json"}
    exact = body + b" " * (2000 - len(body))
    assert finance.post("/v1/imports", content=exact, headers=kind).status_code == 202
    problem(finance.post("/v1/imports", content=exact + b" ", headers=kind), 413, "BODY_LARGE")


def test_what_cannot_be_taken_is_told(limited: Service, tmp_path: Path) -> None:
    finance = limited.person("county_finance")
    said = problem(
        finance.post("/v1/imports", content=b"x", headers={"Content-Type": "image/png"}),
        415, "BODY_TYPE",
    )  # fmt: skip
    assert "application/octet-stream" in str(said["detail"])
    problem(finance.post("/v1/imports", content=b"x"), 415, "BODY_TYPE")
    problem(finance.post("/v1/imports", content=b"x", headers=CSV), 422, "FIELD_MISSING")
    problem(send(finance, "x", name="../.."), 422, "FIELD_INVALID")
    problem(send(finance, "x", name="长" * 67), 422, "FIELD_INVALID")
    problem(send(finance, "x", retain_until="2026-02-30"), 422, "FIELD_INVALID")
    problem(send(finance, "x", also="1"), 422, "FIELD_UNKNOWN")
    named = finance.post("/v1/imports?source=a", json={"records": [record(1)]})
    problem(named, 422, "FIELD_UNKNOWN")
    broken = {"Content-Type": "application/json"}
    problem(finance.post("/v1/imports", content=b"{", headers=broken), 400, "BODY_JSON")
    assert files_left(limited) == []
    uploads_of(limited.ground.data).write_text("no folder")
    problem(send(finance, HEAD + ONE), 507, "UPLOAD_UNWRITABLE")
    problem(finance.post("/v1/imports", json={"records": [record(1)]}), 507, "UPLOAD_UNWRITABLE")


def test_an_upload_that_breaks_off_leaves_nothing(limited: Service) -> None:
    finance = limited.person("county_finance")
    for query, kind in (("file_name=a.csv", "text/csv"), ("", "application/json")):
        said = broken_off(limited, finance, "POST", "/v1/imports", query, kind)
        assert said == (400, "UPLOAD_BROKEN")
    assert [*uploads_of(limited.ground.data).iterdir()] == []
    assert files_left(limited) == []


def test_a_table_that_breaks_off_leaves_nothing(limited: Service) -> None:
    finance = limited.person("county_finance")
    for kind in ("text/csv", "application/json"):
        for address in ("/v1/tables/payees", "/v1/weight-tables/weights"):
            said = broken_off(limited, finance, "PUT", address, "", kind)
            assert said == (400, "UPLOAD_BROKEN")
    assert [*tables_of(limited.ground.data).iterdir()] == []
    tables_of(limited.ground.data).rmdir()
    tables_of(limited.ground.data).write_text("no folder")
    problem(finance.put("/v1/tables/payees", json={"rows": []}), 507, "UPLOAD_UNWRITABLE")


def test_what_was_uploaded_is_tidied_away(small: Service) -> None:
    """Of jobs that ended at once; of what broke off with its server after a day."""
    data = small.ground.data
    given = [given_of(data, job) for job in ("job_V", "job_W", "job_X")]
    for folder in (*given, uploads_of(data) / "job_Z", tables_of(data) / "tab_Y"):
        folder.mkdir(parents=True)
        (folder / "a.csv").write_text("x")
    made = max(one.stat().st_mtime for one in data.rglob("*"))
    tidy(data, lambda: made + 86_000, 30, {"job_Y"}, {"job_X", "job_W"})
    assert len(files_left(small)) == 5
    # Of job_V nothing is known: the server was killed as it was to be queued.
    tidy(data, lambda: made + 86_500, 30, {"job_X"}, {"job_X", "job_W"})
    assert files_left(small) == [given_of(data, "job_W") / "a.csv"]
