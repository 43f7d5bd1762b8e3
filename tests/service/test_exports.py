"""Exports as they are taken, and what payroll reads back of them.

Faults it catches: tax of somebody whom nobody paid; half of a batch kept; an amount that is no
exact decimal; another institution's net pay; accounts in clear for who may not see them there.
"""

import csv
import io
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import delete

from equivalents.store.dated import put_table
from equivalents.store.facts import add_fact, fact_of, facts_of
from equivalents.store.schema import JOBS
from equivalents.store.verify import verify
from tests.service.lives import ended, step, stepped
from tests.service.test_ground import problem
from tests.service.test_payouts import exported, settled
from tests.service.visitors import Service
from tests.store.lives import H1

SUMMARY = {"as": "summary"}


def row(person: str, institution: str = "C01", **said: str) -> dict[str, str]:
    return {"person_id": person, "institution_id": institution, **said}


def kept(service: Service, export: str) -> list[Any]:
    with service.store.reading() as connection:
        return facts_of(connection, "readback", export)


# -- read-backs -----------------------------------------------------------------------------------


def test_tax_and_net_pay_are_read_back_and_the_last_holds(service: Service) -> None:
    them, _ = settled(service)
    stepped(them, H1)
    made = exported(them, **SUMMARY)
    payroll = service.program()
    first = [
        row("P02", tax="12.00", net="388.00", bank_result="paid"),
        row("P03", "C02", tax="0.00", net="300.00", bank_result="returned", note="账号不符"),
    ]
    answer = payroll.post("/v1/read-backs", json={"export_id": made["id"], "rows": first})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["rows"], answer.json()["export_id"]) == (2, made["id"])
    again = [row("P03", "C02", tax="0.00", net="300.00", bank_result="paid")]
    payroll.post("/v1/read-backs", json={"export_id": made["id"], "rows": again})
    asked = {"export_id": made["id"]}
    known = ("institution_id", "person_id", "tax", "net", "bank_result")
    rows = payroll.get("/v1/read-backs", params=asked).json()["data"]
    assert [tuple(one[name] for name in known) for one in rows] == [
        ("C01", "P02", "12.00", "388.00", "paid"),
        ("C02", "P03", "0.00", "300.00", "paid"),
    ]
    one = payroll.get("/v1/read-backs", params={**asked, "limit": "1"}).json()
    assert (one["has_more"], [each["person_id"] for each in one["data"]]) == (True, ["P02"])
    rest = {**asked, "cursor": one["next_cursor"]}
    found = payroll.get("/v1/read-backs", params=rest).json()["data"]
    assert [each["person_id"] for each in found] == ["P03"]
    of_c02 = them.accountants["C02"].get("/v1/read-backs", params=asked).json()["data"]
    assert [each["person_id"] for each in of_c02] == ["P03"]
    assert len(kept(service, made["id"])) == 2
    assert verify(service.store).problems == []


def test_a_batch_with_a_fault_is_not_kept_at_all(small: Service) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    made = exported(them, **SUMMARY)
    rows = [row("P01"), row("P09"), row("P01", "C02"), row("P02"), row("P02")]
    body = {"export_id": made["id"], "rows": rows}
    said = problem(them.finance.post("/v1/read-backs", json=body), 422, "READBACK_PERSON")
    assert [(one["pointer"], one["code"]) for one in said["errors"]] == [  # type: ignore[attr-defined]
        ("/rows/1/person_id", "READBACK_PERSON"),
        ("/rows/2/person_id", "READBACK_PERSON"),
        ("/rows/4/person_id", "READBACK_TWICE"),
    ]
    for wrong in ("1", "1.5", "1e2", "٣.00", "01.00", "+1.00"):
        body = {"export_id": made["id"], "rows": [row("P01", tax=wrong)]}
        said = problem(them.finance.post("/v1/read-backs", json=body), 422, "FIELD_INVALID")
        assert [one["pointer"] for one in said["errors"]] == ["/rows/0/tax"]  # type: ignore[attr-defined]
    number = {"export_id": made["id"], "rows": [{**row("P01"), "net": 388}]}
    problem(them.finance.post("/v1/read-backs", json=number), 422, "FIELD_INVALID")
    unknown = {"export_id": "exp_0", "rows": [row("P01")]}
    problem(them.finance.post("/v1/read-backs", json=unknown), 404, "OBJECT_UNKNOWN")
    asked = {"export_id": "exp_0"}
    problem(them.finance.get("/v1/read-backs", params=asked), 404, "OBJECT_UNKNOWN")
    assert kept(small, made["id"]) == []


def test_a_program_of_one_institution_reads_back_its_own_batches_alone(small: Service) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    whole = exported(them, **SUMMARY)
    program = small.program(institutions=["C01"])
    body = {"export_id": whole["id"], "rows": [row("P01")]}
    problem(program.post("/v1/read-backs", json=body), 404, "OBJECT_UNKNOWN")


# -- files ----------------------------------------------------------------------------------------


def accounts(service: Service, folder: Path, first: str) -> None:
    """Everybody's account."""
    path = folder / f"payees-{first}.csv"
    rows = [f"P0{number},{first}0000000{number}" for number in (1, 2, 3)]
    path.write_text("\n".join(["person_id,account_number", *rows]) + "\n", "utf-8")
    put_table(service.store, "payees", path, why="开户")


def test_a_file_is_named_typed_and_taken_once(small: Service) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    said = {"as": "summary", "format": "ndjson", "institution_id": "C01"}
    made = exported(them, **said)
    assert (made["institutions"], made["control"]["amount"]) == (["C01"], "1000.00")
    address = f"/v1/exports/{made['id']}/file"
    answer = them.finance.get(address)
    named = answer.headers["content-disposition"]
    assert unquote(named.partition("filename*=UTF-8''")[2]) == f"{H1}发放合计.ndjson"
    assert answer.headers["content-type"] == "application/x-ndjson"
    tag = {"If-None-Match": answer.headers["etag"]}
    assert them.finance.get(address, headers=tag).status_code == 304
    assert them.finance.get(address, headers={"If-None-Match": "*"}).status_code == 304
    # It is of use as a whole alone: its control total is of all its lines.
    for part in ("bytes=0-9", "bytes=9999999-", "bytes=x"):
        whole = them.finance.get(address, headers={"Range": part})
        assert (whole.status_code, whole.content) == (200, answer.content)
    assert answer.headers["accept-ranges"] == "none"
    foreign = {"period": H1, "as": "lines", "institution_id": "C01"}
    problem(them.accountants["C02"].post("/v1/exports", json=foreign), 403, "FORBIDDEN_INSTITUTION")


def test_a_file_that_was_changed_is_made_again(small: Service) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    for form in ("csv", "xlsx"):
        made = exported(them, **{"as": "lines", "format": form})
        (path,) = small.ground.data.rglob(f"lines.{form}")
        path.write_bytes(path.read_bytes() + b"1")
        body = them.finance.get(f"/v1/exports/{made['id']}/file").content
        assert sha256(body).hexdigest() == made["file"]["sha256"] == sha256_of(path)
        assert [one.name for one in path.parent.parent.iterdir()] == ["out"]


def sha256_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_whom_a_bank_list_leaves_out_is_in_a_control_total_of_its_own(
    small: Service, tmp_path: Path
) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    path = tmp_path / "payees.csv"
    path.write_text("person_id,account_number\nP01,620000001\n", "utf-8")
    put_table(small.store, "payees", path, why="开户")
    made = exported(them, **{"as": "bank", "without_account": "skip", "format": "xlsx"})
    control, apart = made["control"], made["apart"]
    assert (control["people"], control["amount"]) == (1, "600.00")
    assert (apart["people"], apart["lines"], apart["amount"]) == (2, 2, "700.00")
    assert exported(them, **{"as": "voucher"})["apart"] is None
    body = them.finance.get(f"/v1/exports/{made['id']}/file").content
    sheet = load_workbook(io.BytesIO(body))["另列"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [(row[2], row[4], row[5]) for row in rows] == [
        ("P02", 400, "没有收款账户"),
        ("P03", 300, "没有收款账户"),
    ]


def test_an_account_in_another_name_is_told_by_person_and_row(
    small: Service, tmp_path: Path
) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    staff = [
        {"person_id": person, "institution_id": place, "name": name}
        for person, place, name in (
            ("P01", "C01", "甲"),
            ("P02", "C01", "乙"),
            ("P03", "C02", "丙"),
        )
    ]
    put_table(small.store, "staff", staff, keep=True)
    rows = ["P01,6200000001,甲", "P02,6200000002,张三", "P03,6200000003,"]
    path = tmp_path / "payees.csv"
    path.write_text("\n".join(["person_id,account_number,account_name", *rows]) + "\n", "utf-8")
    put_table(small.store, "payees", path, why="开户")
    made = exported(them, **{"as": "bank"})
    assert made["warnings"] == ["PAYEE_NAME"]
    auditor = small.visitor("auditor", name="审计")
    english = {"Accept-Language": "en"}
    answer = auditor.get(f"/v1/exports/{made['id']}", headers=english)
    (told,) = answer.json()["problems"]
    assert (told["code"], told["severity"], told["value"]) == ("PAYEE_NAME", "warning", "P02")
    assert (told["row"], told["column"]) == (3, "account_name")
    assert "the roster says '乙'" in told["detail"]
    assert "62000" not in answer.text
    chinese = them.finance.get(f"/v1/exports/{made['id']}").json()["problems"]
    assert "户名“张三”与花名册的姓名“乙”不同" in chinese[0]["detail"]


def test_an_export_tells_that_its_run_stands_no_longer(small: Service) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    made = exported(them, **SUMMARY)
    address = f"/v1/exports/{made['id']}"
    first = small.program().get(address)
    assert (made["stands"], first.json()["stands"]) == (True, True)
    assert step(them.chief, H1, "return", why="漏报").status_code == 201
    again = small.program().get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.json()["stands"]) == (200, False)
    (listed,) = small.program().get("/v1/exports").json()["data"]
    taken = {"batch": "1", "taken_by": "薪酬系统", "people": 3, "amount": "1300.00"}
    told = small.program().post(f"{address}/acknowledgement", json=taken)
    # That it was taken is so, and who has to call it back is told.
    assert (told.status_code, told.json()["stands"], listed["stands"]) == (201, False, False)


def test_an_export_of_nobody_is_refused(small: Service) -> None:
    """A slip in the code of an institution is no batch of 0.00 that is acknowledged and paid."""
    them, _ = settled(small)
    stepped(them, H1)
    for who in (them.finance, small.program(institutions=["C09"])):
        body = {"period": H1, "as": "lines", "institution_id": "C09"}
        said = problem(who.post("/v1/exports", json=body), 404, "OBJECT_UNKNOWN")
        assert [one["pointer"] for one in said["errors"]] == ["/institution_id"]  # type: ignore[attr-defined]
    own = small.program(institutions=["C09"])
    problem(own.post("/v1/exports", json={"period": H1, "as": "lines"}), 404, "OBJECT_UNKNOWN")
    assert them.finance.get("/v1/jobs", params={"limit": "500"}).json()["data"][1:] == []


def test_a_map_is_told_by_its_hash(small: Service) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    made = exported(them, **{"as": "summary", "map": "generic-payroll"})
    shipped = Path(__file__).parents[2] / "weights" / "payroll" / "generic-payroll.yaml"
    assert (made["map"], made["map_sha256"]) == ("generic-payroll", sha256_of(shipped))


@pytest.mark.parametrize(
    ("said", "kind", "charset"),
    [
        ({"as": "lines"}, "text/csv", "utf-8"),
        ({"as": "voucher"}, "text/csv", "utf-8"),
        ({"as": "summary", "map": "generic-payroll"}, "text/csv", "gb18030"),
        ({"as": "bank"}, "text/plain", "gb18030"),
    ],
)
def test_a_text_is_given_in_the_charset_that_it_is_said_to_have(
    said: dict[str, str], kind: str, charset: str, small: Service, tmp_path: Path
) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    accounts(small, tmp_path, "62")
    made = exported(them, **said)
    answer = them.finance.get(f"/v1/exports/{made['id']}/file")
    assert answer.headers["content-type"] == f"{kind}; charset={charset}"
    assert made["file"]["charset"] == charset
    heading = {"lines": "person_id", "voucher": "summary", "summary": "工号", "bank": "工号"}
    assert heading[said["as"]] in answer.content.decode(charset)


def test_a_file_is_made_again_from_the_store_alone(small: Service, tmp_path: Path) -> None:
    """As after a restore: neither the folder nor the jobs are there, and accounts have changed."""
    them, _ = settled(small)
    stepped(them, H1)
    accounts(small, tmp_path, "62")
    address = {}
    for what in ("bank", "summary", "voucher", "signing"):
        made = exported(them, **{"as": what})
        address[what] = f"/v1/exports/{made['id']}/file"
    before = {what: them.finance.get(one).content for what, one in address.items()}
    accounts(small, tmp_path, "63")
    shutil.rmtree(small.ground.data / "jobs")
    with small.store.editing() as connection:
        connection.execute(delete(JOBS))
    for what, one in address.items():
        assert them.finance.get(one).content == before[what], what
    assert "6200000001" in before["bank"].decode("gb18030")
    now = them.finance.get(f"/v1/exports/{exported(them, **{'as': 'bank'})['id']}/file")
    assert "6300000001" in now.content.decode("gb18030")


def test_a_file_that_would_have_other_bytes_is_not_given_out(small: Service) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    made = exported(them, **{"as": "summary"})
    with small.store.writing("test.other") as writer:
        # As another version of the program would have written it.
        body = fact_of(writer.connection, "export", made["id"]).body  # type: ignore[union-attr]
        other = {**body["files"][0], "sha256": "0" * 64}
        add_fact(writer, "export", made["id"], {**body, "files": [other]})
    problem(them.finance.get(f"/v1/exports/{made['id']}/file"), 410, "EXPORT_GONE")


def test_a_file_calls_its_run_as_the_payouts_do(small: Service) -> None:
    them, run = settled(small)
    stepped(them, H1)
    made = exported(them, **{"as": "lines"})
    text = them.finance.get(f"/v1/exports/{made['id']}/file").content.decode("utf-8-sig")
    assert {one["run_id"] for one in csv.DictReader(io.StringIO(text))} == {run} == {made["run_id"]}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"as": "approval", "format": "csv", "map": "x"}, {"/format", "/map"}),
        ({"as": "signing", "format": "ndjson"}, {"/format"}),
        ({"as": "bank", "format": "ndjson", "map": "generic-payrol"}, {"/format", "/map"}),
        ({"as": "lines", "format": "ndjson", "map": "generic-payroll"}, {"/format"}),
        ({"as": "voucher", "map": "bank-list"}, {"/map"}),
        ({"as": "lines", "map": "bank-list"}, {"/map"}),
        ({"as": "bank", "map": "generic-payroll"}, {"/map"}),
    ],
)
def test_what_does_not_go_together_is_told_at_once(
    said: dict[str, str], told: set[str], small: Service
) -> None:
    finance = small.person("county_finance")
    answer = finance.post("/v1/exports", json=said)
    assert answer.status_code == 422, answer.text
    assert {one["pointer"] for one in answer.json()["errors"]} == {"/period", *told}
    assert finance.get("/v1/jobs").json()["data"] == []


def test_account_numbers_are_for_who_may_see_them_at_that_institution(
    small: Service, tmp_path: Path
) -> None:
    """Seeing those of one institution opens no bank list of another."""
    them, _ = settled(small)
    stepped(them, H1)
    accounts(small, tmp_path, "62")
    made = exported(them, **{"as": "bank"})
    two = [("approver", "*"), ("institution_finance", "C01")]
    mixed = small.person("approver", name="兼职")
    grant(small, mixed, two)
    address = f"/v1/exports/{made['id']}/file"
    problem(mixed.get(address), 403, "FORBIDDEN_COMMUNITY")
    own = ended(mixed, mixed.post("/v1/exports", json={"period": H1, "as": "bank"}))
    assert "6200000001" in mixed.get(f"/v1/exports/{own['result']['id']}/file").content.decode(
        "gb18030"
    )


def test_no_account_number_stands_in_what_a_job_tells(small: Service, tmp_path: Path) -> None:
    """A job is seen by who may not see them in full; a number that is wrong is told masked."""
    them, _ = settled(small)
    stepped(them, H1)
    accounts(small, tmp_path, "62@")
    for asker in (them.finance, them.accountants["C01"]):
        job = ended(asker, asker.post("/v1/exports", json={"period": H1, "as": "bank"}))
        assert {one["code"] for one in job["problem"]["errors"]} == {"PAYEE_ACCOUNT"}
        for who in (asker, them.auditor):
            told = who.get(f"/v1/jobs/{job['id']}").text
            assert ("****0001" in told, "62@" in told) == (True, False)


def grant(service: Service, who: TestClient, roles: list[tuple[str, str]]) -> None:
    """Give a user other roles."""
    me = who.get("/v1/session").json()["id"]
    administrator = service.person("administrator", name="管理员")
    headers = {"If-Match": administrator.get(f"/v1/users/{me}").headers["etag"]}
    body = {"roles": [{"role": role, "institutions": [place]} for role, place in roles]}
    answer = administrator.patch(f"/v1/users/{me}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
