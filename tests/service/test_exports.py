"""Exports as they are taken, and what payroll reads back of them.

Faults it catches: tax of somebody whom nobody paid; half of a batch kept; an amount that is no
exact decimal; another institution's net pay; accounts in clear for who may not see them there.
"""

from typing import Any

from equivalents.store.facts import facts_of
from equivalents.store.verify import verify
from tests.service.lives import stepped
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
