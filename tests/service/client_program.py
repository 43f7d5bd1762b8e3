"""An integrator's program on a client that openapi-python-client made from docs/openapi.json.

Run by :mod:`tests.service.test_client`, with the Python of ``.venv-client``: ``BASE`` is where a
server is, ``KEY`` a key of a payroll system, ``FINANCE_KEY`` one of the county's finance. It
asserts what it gets; its last line says what was done.
"""

import csv
import hashlib
import io
import os
from decimal import Decimal
from typing import Any

from equivalents_client import AuthenticatedClient
from equivalents_client.api.exports import (
    acknowledge,
    create_export,
    get_export,
    get_export_file,
)
from equivalents_client.api.imports import create_import, get_import, void
from equivalents_client.api.jobs import get_job, job_events
from equivalents_client.api.payouts import list_payouts
from equivalents_client.api.periods import get_period
from equivalents_client.api.read_backs import create_readback, list_readbacks
from equivalents_client.api.statements import get_statement, get_statement_text
from equivalents_client.models import (
    BankResult,
    BatchAsked,
    Export,
    ExportAsked,
    ExportFormat,
    ExportKind,
    JobShown,
    JobState,
    ListedPayout,
    OnError,
    Payout,
    Period,
    Problem,
    ReadBackAsked,
    ReadBackRow,
    RecordAsked,
    Statement,
    Taken,
    VoidAsked,
    Voided,
    WholeImport,
)
from equivalents_client.types import File

PERIOD = "2026-H1"
ROWS = """\
institution_id,person_id,item_code,service_date,quantity,record_id
C01,P01,MZ01,2026-08-03,2,R1
C02,P03,MZ01,2026-08-04,1.5,R2
"""
NEW = RecordAsked(
    institution_id="C01",
    person_id="P02",
    item_code="MZ01",
    service_date="2026-08-05",
    quantity="0.125",
    record_id="B1",
)


def refused(found: Any, status: int, code: str) -> Problem:
    """A refusal, as the model that the document has for it."""
    assert isinstance(found, Problem), found
    assert (found.status, found.code, found.errors[0].code) == (status, code, code), found
    assert found.type_ == f"urn:equivalents:problem:{code}"
    assert found.request_id
    return found


def ended(client: AuthenticatedClient, queued: Any) -> JobShown:
    """A job when it has ended: its events end then, too."""
    assert isinstance(queued, JobShown), queued
    events = job_events.sync(queued.id, client=client)
    assert isinstance(events, str), events
    assert "event: ended\n" in events
    found = get_job.sync(queued.id, client=client)
    assert isinstance(found, JobShown), found
    return found


# -- records --------------------------------------------------------------------------------------


def bring_a_file(client: AuthenticatedClient) -> str:
    """Upload a file, look at its import; the import's name."""
    body = File(payload=io.BytesIO(ROWS.encode()))
    said = {"file_name": "八月.csv", "source": "公卫", "on_error": OnError.REJECT_FILE}
    job = ended(client, create_import.sync(client=client, body=body, **said))
    assert (job.state, job.problem) == (JobState.SUCCEEDED, None), job
    assert job.result is not None
    (name,) = job.result["import_ids"]
    one = get_import.sync(name, client=client)
    assert isinstance(one, WholeImport), one
    assert (one.file, one.source) == ("八月.csv", "公卫")
    assert (one.received, one.accepted, one.known, one.rejected) == (2, 2, 0, 0)
    assert one.rejected_percent == "0.00"
    return str(one.id)


def bring_a_batch(client: AuthenticatedClient) -> str:
    """Send a batch twice under one key: it is one job; the import's name."""
    body = BatchAsked(records=[NEW], source="接口")
    first, again = (
        create_import.sync(client=client, body=body, idempotency_key="batch-1") for _ in range(2)
    )
    assert first == again
    job = ended(client, first)
    assert job.state == JobState.SUCCEEDED, job
    assert job.result is not None
    assert job.result["accepted"] == 1
    (name,) = job.result["import_ids"]
    return str(name)


def bring_what_is_refused(client: AuthenticatedClient) -> None:
    """A batch with a number that is none; a file that is none: its job has a typed problem."""
    wrong = RecordAsked.from_dict({**NEW.to_dict(), "quantity": "1,5"})
    body = BatchAsked(records=[NEW, wrong])
    told = refused(create_import.sync(client=client, body=body), 422, "FIELD_INVALID")
    assert [one.pointer for one in told.errors] == ["/records/1/quantity"]
    file = File(payload=io.BytesIO(b"\0" * 100))
    job = ended(client, create_import.sync(client=client, body=file, file_name="空.csv"))
    assert (job.state, job.result) == (JobState.FAILED, None)
    assert isinstance(job.problem, Problem)
    assert job.problem.code == job.problem.errors[0].code
    assert job.problem.detail


def take_back(client: AuthenticatedClient, finance: AuthenticatedClient, name: str) -> None:
    """Void an import: not with a payroll system's key, but with that of the county's finance."""
    body = VoidAsked(why="试用 trial")
    refused(void.sync(name, client=client, body=body), 403, "FORBIDDEN_ACTION")
    done = void.sync(name, client=finance, body=body)
    assert isinstance(done, Voided), done
    assert (done.voids, done.reversed_) == (name, 1)


# -- periods and payouts --------------------------------------------------------------------------


def read_the_period(client: AuthenticatedClient) -> None:
    """Read a period, and not again while it stands."""
    answer = get_period.sync_detailed(PERIOD, client=client)
    assert isinstance(answer.parsed, Period), answer
    assert (answer.parsed.period, answer.parsed.state) == (PERIOD, "confirmed")
    assert (answer.parsed.people, answer.parsed.amount) == (3, "1300.00")
    etag = answer.headers["etag"]
    again = get_period.sync_detailed(PERIOD, client=client, if_none_match=etag)
    assert (again.status_code, again.parsed, again.content) == (304, None, b"")


def all_payouts(client: AuthenticatedClient) -> list[Payout]:
    """Every line, a page of one at a time."""
    found: list[Payout] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = list_payouts.sync_detailed(client=client, period=PERIOD, limit=1, cursor=cursor)
        page = answer.parsed
        assert isinstance(page, ListedPayout), answer
        assert page.has_more == (page.next_cursor is not None)
        again = list_payouts.sync_detailed(
            client=client,
            period=PERIOD,
            limit=1,
            cursor=cursor,
            if_none_match=answer.headers["etag"],
        )
        assert (again.status_code, again.parsed) == (304, None)
        found += page.data
        cursor = page.next_cursor
    return found


def read_payouts(client: AuthenticatedClient) -> Decimal:
    """Read every line; each figure is an exact text. Their sum in yuan."""
    lines = all_payouts(client)
    assert [(one.institution_id, one.person_id, one.amount) for one in lines] == [
        ("C01", "P01", "600.00"),
        ("C01", "P02", "400.00"),
        ("C02", "P03", "300.00"),
    ]
    for one in lines:
        figures = (one.amount, one.equivalents, one.coefficient, one.key, one.unit_price)
        assert {type(figure) for figure in figures} == {str}, one
    told = refused(list_payouts.sync(client=client, period=PERIOD, limit=501), 422, "FIELD_INVALID")
    assert told.errors[0].pointer == "?limit"
    assert told.errors[0].severity == "error"
    return sum((Decimal(one.amount) for one in lines), Decimal(0))


def read_a_statement(finance: AuthenticatedClient, paid: Payout) -> None:
    """What somebody's pay was made of, as data and as a text to print."""
    asked = {"run_id": paid.run_id, "person_id": paid.person_id}
    told = get_statement.sync(client=finance, **asked)
    assert isinstance(told, Statement), told
    assert (told.person_id, told.amount) == (paid.person_id, paid.amount)
    text = get_statement_text.sync(client=finance, **asked)
    assert isinstance(text, str), text
    assert paid.person_id in text
    assert paid.amount in text
    nobody = {**asked, "person_id": "P99"}
    refused(get_statement_text.sync(client=finance, **nobody), 404, "OBJECT_UNKNOWN")


# -- exports --------------------------------------------------------------------------------------


def export(client: AuthenticatedClient, paid: Decimal) -> str:
    """Export, take the file, prove that it is whole, acknowledge it; the export's id."""
    asked = ExportAsked(as_=ExportKind.LINES, period=PERIOD, format_=ExportFormat.CSV)
    job = ended(client, create_export.sync(client=client, body=asked, idempotency_key="export-1"))
    assert job.state == JobState.SUCCEEDED, job
    assert job.result is not None
    made = get_export.sync(job.result["id"], client=client)
    assert isinstance(made, Export), made
    answer = get_export_file.sync_detailed(made.id, client=client)
    assert isinstance(answer.parsed, File), answer
    body = answer.parsed.payload.read()
    etag = answer.headers["etag"]
    assert hashlib.sha256(body).hexdigest() == made.control.sha256 == etag.strip('"')
    seen = get_export_file.sync_detailed(made.id, client=client, if_none_match=etag)
    assert (seen.status_code, seen.content) == (304, b"")
    rows = [*csv.DictReader(io.StringIO(body.decode("utf-8-sig")))]
    people, amount = {row["person_id"] for row in rows}, sum(Decimal(row["amount"]) for row in rows)
    assert (made.control.people, made.control.lines) == (len(people), len(rows)) == (3, 3)
    assert made.control.amount == f"{amount:.2f}" == f"{paid:.2f}" == "1300.00"
    taken = Taken(batch="2026-06-1", taken_by="薪酬系统", people=3, amount="1299.99")
    refused(acknowledge.sync(made.id, client=client, body=taken), 409, "EXPORT_CONTROL")
    taken.amount = f"{amount:.2f}"
    done = acknowledge.sync(made.id, client=client, body=taken)
    assert isinstance(done, Export), done
    assert [(one.batch, one.taken_by) for one in done.acknowledgements] == [
        ("2026-06-1", "薪酬系统")
    ]
    refused(get_export.sync("exp_0", client=client), 404, "OBJECT_UNKNOWN")
    return str(made.id)


def read_back(client: AuthenticatedClient, name: str) -> None:
    """Say what became of one person's pay, and read it again."""
    row = ReadBackRow(
        institution_id="C02", person_id="P03", tax="9.00", net="291.00", bank_result=BankResult.PAID
    )
    create_readback.sync(client=client, body=ReadBackAsked(export_id=name, rows=[row]))
    listed = list_readbacks.sync(client=client, export_id=name)
    assert not isinstance(listed, Problem)
    assert listed is not None
    assert [(one.net, one.bank_result) for one in listed.data] == [("291.00", BankResult.PAID)]


def main() -> None:
    """Everything, in the order of the integrator's guide."""
    base = os.environ["BASE"]
    client, finance = (
        AuthenticatedClient(base, token=os.environ[name], raise_on_unexpected_status=True)
        for name in ("KEY", "FINANCE_KEY")
    )
    with client, finance:
        bring_a_file(client)
        take_back(client, finance, bring_a_batch(client))
        bring_what_is_refused(client)
        read_the_period(client)
        paid = read_payouts(client)
        read_a_statement(finance, all_payouts(client)[0])
        read_back(client, export(client, paid))
    print("已签收 acknowledged", paid)


if __name__ == "__main__":
    main()
