"""Payouts and exports over HTTP, as a payroll system takes them.

Faults it catches: pay that nobody approved; another institution's or person's pay; a page that
skips or repeats a line; a batch that is acknowledged with another sum; a list without a total.
"""

import csv
import io
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from api.ground import time_text
from api.paging import Page
from equivalents.store.dated import put_table
from equivalents.store.trail import entry_of, trail
from equivalents.store.verify import verify
from tests.service.lives import People, ended, people, step, stepped
from tests.service.test_ground import problem
from tests.service.visitors import Service
from tests.store.lives import H1, POOLS, fill, write


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
    # Whoever submits sees before what it is, at their institution; and not the own pay elsewhere.
    clerk = service.person("institution_finance", ["C02"], "会计", "P01", more=["staff"])
    assert lines(clerk.get("/v1/payouts", params=early)) == [("C02", "P03", "300.00")]
    stepped(them, H1)
    whole = [("C01", "P01", "600.00"), ("C01", "P02", "400.00"), ("C02", "P03", "300.00")]
    answer = payroll.get("/v1/payouts", params=asked)
    assert lines(answer) == whole
    first = answer.json()["data"][0]
    known = {"run_id": run, "period": H1, "unit_price": "10.0000", "coefficient": "1.0000"}
    assert {key: first[key] for key in known} == known
    assert first["tax_month"] == "2026-06"
    # A run of another period than the one that is named is not given out as if it were that.
    both = {"period": "2026-07", "run_id": run}
    said = problem(payroll.get("/v1/payouts", params=both), 422, "FIELD_INVALID")
    assert H1 in str(said["detail"])
    said = problem(payroll.post("/v1/exports", json={**both, "as": "lines"}), 422, "FIELD_INVALID")
    assert said["errors"][0]["pointer"] == "/period"  # type: ignore[index]
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
    wrong = payroll.get("/v1/payouts", params={"period": H1, "updated_since": "yesterday"})
    problem(wrong, 422, "FIELD_INVALID")
    problem(payroll.get("/v1/payouts"), 422, "FIELD_MISSING")


def test_who_keeps_the_books_of_one_institution_sees_the_own_pay_at_another(
    small: Service,
) -> None:
    them, _ = settled(small)
    stepped(them, H1)
    both = small.person("institution_finance", ["C02"], "兼会计", "P02", more=["staff"])

    def seen(**said: str) -> list[tuple[str, str]]:
        return [one[:2] for one in lines(both.get("/v1/payouts", params={"period": H1, **said}))]

    assert seen() == [("C01", "P02"), ("C02", "P03")]
    assert seen(institution_id="C01") == seen(person_id="P02") == [("C01", "P02")]
    assert seen(institution_id="C02") == seen(person_id="P03") == [("C02", "P03")]
    assert seen(person_id="P01") == seen(kind="adjustment") == []


def test_what_was_approved_while_somebody_asked_is_told_the_next_time(small: Service) -> None:
    """A step has the time at which it began to be written: whoever asks then does not see it yet.

    What comes after the approval changes no line, so it is no update.
    """
    them, _ = settled(small)
    payroll = small.program()
    stepped(them, H1)
    with small.store.reading() as connection:
        (at,) = (
            datetime.fromisoformat(one.at)
            for one in trail(connection)
            if one.action == "period.approve" and "institution" not in one.after
        )

    def since(**span: float) -> int:
        time = (at + timedelta(**span)).isoformat()
        return len(lines(payroll.get("/v1/payouts", params={"period": H1, "updated_since": time})))

    told = {"days": -1.0}, {"seconds": 0.0}, {"minutes": 5.0}
    assert [since(**span) for span in told] == [3, 3, 3]
    assert since(minutes=5, microseconds=1) == 0
    small.store.clock = lambda: time_text(at + timedelta(hours=1))
    assert step(them.finance, H1, "lock").status_code == 201
    assert since(minutes=5, microseconds=1) == 0
    for odd in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        asked = {"period": H1, "updated_since": odd}
        assert payroll.get("/v1/payouts", params=asked).status_code == 200


def test_pages_of_a_run_that_was_unlocked_between_them_do_not_end_early(small: Service) -> None:
    """An empty last page would say that the list is whole."""
    them, _ = settled(small)
    stepped(them, H1)
    asked = {"period": H1, "limit": "1"}
    page = small.program().get("/v1/payouts", params=asked).json()
    assert step(them.chief, H1, "return", why="漏报").status_code == 201
    after = {**asked, "cursor": page["next_cursor"]}
    problem(small.program().get("/v1/payouts", params=after), 400, "CURSOR_INVALID")
    assert lines(small.program().get("/v1/payouts", params=asked)) == []


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
    run = page["data"][0]["run_id"]
    made = Page().next(f"payouts {run}   ", [-3])  # from the end, in which nobody ever was
    back = {"period": H1, "cursor": made}
    problem(them.auditor.get("/v1/payouts", params=back), 400, "CURSOR_INVALID")


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
    (told,) = good.json()["acknowledgements"]
    assert told["batch"] == "2026-06-1"
    with service.store.reading() as connection:
        entry = entry_of(connection, told["seq"])
    assert entry is not None
    assert (told["at"], told["by"]) == (entry.at, entry.who)
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


def test_lines_name_their_own_run_also_where_another_had_the_same_content(small: Service) -> None:
    """Inputs that are what they were before make the same bytes, under another run."""
    them, first = settled(small)
    runs = [first]
    seen = [them.finance.get("/v1/payouts", params={"period": H1, "state": "any"})]
    for amounts in (POOLS.replace("1000.00", "900.00"), POOLS):
        file = write(small.ground.data / f"pools-{len(runs)}", {"p.csv": amounts}) / "p.csv"
        put_table(small.store, "pools", file, period=H1, why="更正")
        body = {"period": H1, "kind": "settle"}
        runs.append(
            ended(them.finance, them.finance.post("/v1/runs", json=body))["result"]["run_id"]
        )
        seen.append(them.finance.get("/v1/payouts", params={"period": H1, "state": "any"}))
    assert len(set(runs)) == 3
    assert [{one["run_id"] for one in each.json()["data"]} for each in seen] == [
        {one} for one in runs
    ]
    assert [lines(each)[0][2] for each in seen] == ["600.00", "540.00", "600.00"]
    assert len({each.headers["etag"] for each in seen}) == 3
