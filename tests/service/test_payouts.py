"""Payouts and exports over HTTP, as a payroll system takes them.

Faults it catches: pay that nobody approved; another institution's or person's pay; a page that
skips or repeats a line; a batch that is acknowledged with another sum; a list without a total.
"""

import csv
import io
from hashlib import sha256
from pathlib import Path
from typing import Any

from equivalents.store.dated import put_table
from equivalents.store.trail import trail
from equivalents.store.verify import verify
from tests.service.lives import People, ended, people, stepped
from tests.service.test_ground import problem
from tests.service.visitors import Service
from tests.store.lives import H1, fill


def settled(service: Service) -> tuple[People, str]:
    """The first half year is settled, and nothing of it approved."""
    them = people(service)
    fill(service.store, H1)
    body = {"period": H1, "kind": "settle"}
    job = ended(them.finance, them.finance.post("/v1/runs", json=body))
    return them, str(job["result"]["run_id"])


def lines(answer: Any) -> list[tuple[str, str, str]]:
    assert answer.status_code == 200, answer.text
    return [
        (one["institution_id"], one["person_id"], one["amount"]) for one in answer.json()["data"]
    ]


def test_only_approved_pay_is_given_out_and_to_whom_it_concerns(service: Service) -> None:
    them, run = settled(service)
    payroll = service.program()
    asked = {"period": H1}
    assert lines(payroll.get("/v1/payouts", params=asked)) == []
    problem(payroll.get("/v1/payouts", params={"run_id": run}), 404, "OBJECT_UNKNOWN")
    early = {"period": H1, "state": "any"}
    assert len(lines(them.finance.get("/v1/payouts", params=early))) == 3
    problem(them.staff.get("/v1/payouts", params=early), 403, "FORBIDDEN_ACTION")
    stepped(them, H1)
    whole = [("C01", "P01", "600.00"), ("C01", "P02", "400.00"), ("C02", "P03", "300.00")]
    answer = payroll.get("/v1/payouts", params=asked)
    assert lines(answer) == whole
    first = answer.json()["data"][0]
    known = {"run_id": run, "period": H1, "unit_price": "10.0000", "coefficient": "1.0000"}
    assert {key: first[key] for key in known} == known
    assert first["tax_month"] == "2026-06"
    # Own institution, own person.
    assert lines(them.accountants["C02"].get("/v1/payouts", params=asked)) == whole[2:]
    other = {"period": H1, "institution_id": "C01"}
    assert lines(them.accountants["C02"].get("/v1/payouts", params=other)) == []
    assert lines(them.staff.get("/v1/payouts", params=asked)) == whole[1:2]
    assert lines(them.staff.get("/v1/payouts", params={**asked, "person_id": "P01"})) == []
    # Whoever has it need not take it again.
    again = payroll.get(
        "/v1/payouts", params=asked, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    late = {"period": H1, "updated_since": "2999-01-01T00:00:00+08:00"}
    assert lines(payroll.get("/v1/payouts", params=late)) == []
    soon = {"period": H1, "updated_since": "2000-01-01T00:00:00+08:00"}
    assert lines(payroll.get("/v1/payouts", params=soon)) == whole
    wrong = payroll.get("/v1/payouts", params={"period": H1, "updated_since": "yesterday"})
    problem(wrong, 422, "FIELD_INVALID")
    problem(payroll.get("/v1/payouts"), 422, "FIELD_MISSING")


def test_pages_have_every_line_once(small: Service) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    seen, cursor = [], ""
    for _ in range(9):
        asked = {"period": H1, "limit": "1", "cursor": cursor}
        page = them.auditor.get("/v1/payouts", params=asked).json()
        seen += [one["person_id"] for one in page["data"]]
        cursor = page["next_cursor"] or ""
        if not page["has_more"]:
            break
    assert seen == ["P01", "P02", "P03"]
    another = {"period": H1, "person_id": "P01", "cursor": "WyJ4Il0"}
    problem(them.auditor.get("/v1/payouts", params=another), 400, "CURSOR_INVALID")


def exported(them: People, **said: str) -> dict[str, Any]:
    job = ended(them.finance, them.finance.post("/v1/exports", json={"period": H1, **said}))
    assert job["state"] == "succeeded", job
    found: dict[str, Any] = them.finance.get(f"/v1/exports/{job['result']['id']}").json()
    return found


def test_an_export_is_taken_and_acknowledged_by_its_control_total(service: Service) -> None:
    them, _ = settled(service)
    early = them.finance.post("/v1/exports", json={"period": H1, "as": "lines"})
    problem(early, 409, "EXPORT_UNAPPROVED")
    stepped(them, H1)
    made = exported(them, **{"as": "summary", "format": "csv"})
    control = made["control"]
    assert (control["people"], control["amount"], made["as"]) == (3, "1300.00", "summary")
    payroll = service.program()
    address = f"/v1/exports/{made['id']}"
    file = payroll.get(f"{address}/file")
    assert sha256(file.content).hexdigest() == control["sha256"]
    assert file.headers["etag"] == f'"{control["sha256"]}"'
    rows = [*csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))]
    assert [row["amount"] for row in rows] == ["600.00", "400.00", "300.00"]
    taken = {"batch": "2026-06-1", "taken_by": "薪酬系统", "people": 3, "amount": "1299.99"}
    problem(payroll.post(f"{address}/acknowledgement", json=taken), 409, "EXPORT_CONTROL")
    good = payroll.post(f"{address}/acknowledgement", json={**taken, "amount": "1300.00"})
    assert good.status_code == 201, good.text
    assert [one["batch"] for one in good.json()["acknowledgements"]] == ["2026-06-1"]
    assert [one["id"] for one in payroll.get("/v1/exports").json()["data"]] == [made["id"]]
    # An institution sees and makes exports of its own lines.
    own = them.accountants["C02"]
    problem(own.get(address), 404, "OBJECT_UNKNOWN")
    assert own.get("/v1/exports").json()["data"] == []
    job = ended(own, own.post("/v1/exports", json={"period": H1, "as": "lines"}))
    mine = own.get(f"/v1/exports/{job['result']['id']}").json()
    assert (mine["control"]["people"], mine["control"]["amount"]) == (1, "300.00")
    with service.store.reading() as connection:
        actions = [one.action for one in trail(connection)]
    assert [one for one in actions if one.startswith("export.")] == [
        "export.create",
        "export.acknowledge",
        "export.create",
    ]
    assert verify(service.store).problems == []
    for path in service.ground.data.rglob("summary.csv"):
        path.unlink()
    # Made again it has the same bytes, under its own id or a new one.
    assert payroll.get(f"{address}/file").content == file.content
    assert exported(them, **{"as": "summary", "format": "csv"})["control"] == control


def test_a_bank_list_needs_accounts_and_who_may_see_them(service: Service, tmp_path: Path) -> None:
    them, _ = settled(service)
    stepped(them, H1)
    blind = service.program(actions=["exports.create"])
    asked = {"period": H1, "as": "bank"}
    problem(blind.post("/v1/exports", json=asked), 403, "FORBIDDEN_ACTION")
    job = ended(them.finance, them.finance.post("/v1/exports", json=asked))
    assert (job["state"], job["problem"]["status"]) == ("failed", 422)
    path = tmp_path / "payees.csv"
    rows = [f"P0{number},620000000{number}" for number in (1, 2, 3)]
    path.write_text("\n".join(["person_id,account_number", *rows]) + "\n", "utf-8")
    put_table(service.store, "payees", path, why="开户")
    made = exported(them, **{"as": "bank"})
    assert made["control"]["amount"] == "1300.00"
    takes = service.program(actions=["exports.read"])
    problem(takes.get(f"/v1/exports/{made['id']}/file"), 403, "FORBIDDEN_ACTION")
    sees = service.program(actions=["exports.read", "personal.read_clear"])
    assert "6200000002" in sees.get(f"/v1/exports/{made['id']}/file").content.decode("gb18030")
