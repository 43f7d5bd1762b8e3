"""The whole life of a year's two halves over HTTP, each step by somebody with a login of their own.

As in tests/store/test_period_scenario.py: C01 shares 1000.00 each half; two visits of P02 in June
come late, 5 equivalents at 10.00: the second half pays 50.00 out of its 1000.00, and 475.00 each
for 50 equivalents of P01 and of P02.

Faults it catches: a figure that is not the command's; files of a run that are other bytes than
those of ``equivalents settle``; a paid period that changes; an adjustment that is made twice.
"""

import csv
import io
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from api.parts import FILES
from equivalents.cli import app
from equivalents.store.place import StorePlace
from equivalents.store.verify import verify
from tests.service.lives import People, ended, people, step, stepped
from tests.service.test_ground import problem
from tests.service.visitors import Service
from tests.store.lives import H1, H2, LATE, fill, import_rows


def settled(them: People, period: str) -> dict[str, Any]:
    body = {"period": period, "kind": "settle", "why": "核算"}
    job = ended(them.finance, them.finance.post("/v1/runs", json=body))
    assert job["state"] == "succeeded", job
    return dict(job["result"])


def settle_by_command(place: StorePlace, period: str, out: Path) -> dict[str, bytes]:
    """The files of the command's own settlement of the same store."""
    said = {
        "EQUIVALENTS_STORE": place.url.render_as_string(hide_password=False),
        "EQUIVALENTS_HEADS": str(place.heads),
        "EQUIVALENTS_CACHE": str(out / "cache"),
    }
    words = ["settle", f"store:{period}", "-o", str(out / "out")]
    done = CliRunner().invoke(app, words, env=said)
    assert done.exit_code == 0, done.output
    return {path.name: path.read_bytes() for path in (out / "out").iterdir()}


def files_of(them: People, run: str) -> dict[str, bytes]:
    listed = them.auditor.get(f"/v1/runs/{run}/files").json()["data"]
    found = {}
    for one in listed:
        answer = them.auditor.get(f"/v1/runs/{run}/files/{one['name']}")
        assert answer.headers["etag"] == f'"{one["sha256"]}"'
        assert len(answer.content) == one["size"]
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in FILES[200]["content"], one["name"]
        found[one["name"]] = answer.content
    return found


def paid(them: People, period: str) -> None:
    """Approved, locked and paid."""
    stepped(them, period)
    for who, act in ((them.finance, "lock"), (them.cashier, "pay")):
        answer = step(who, period, act)
        assert answer.status_code == 201, answer.text


def test_from_settling_to_payment_and_adjustment(service: Service, tmp_path: Path) -> None:
    store, them = service.store, people(service)
    fill(store, H1)

    # The first half is settled, tried by nobody else's hand, and paid.
    made = settled(them, H1)
    assert (made["people"], made["amount"], made["known"]) == (3, "1300.00", False)
    files = files_of(them, made["run_id"])
    assert files == settle_by_command(store.place, H1, tmp_path / "cli")
    problem(step(them.finance, H1, "pay"), 409, "STEP_NOT_DUE")
    paid(them, H1)
    statement = {"run_id": made["run_id"], "person_id": "P02"}
    mine = them.staff.get("/v1/statements", params=statement).json()
    assert (mine["amount"], mine["period"]) == ("400.00", H1)

    # It never changes any more.
    again = them.finance.post("/v1/runs", json={"period": H1, "kind": "settle"})
    problem(again, 409, "PERIOD_PAID")

    # Late records of June: the second half pays the difference, once.
    fill(store, H2)
    import_rows(store, LATE, "补报")
    body = {"period": H1, "into": H2, "why": "漏报 6 月门诊"}
    done = ended(them.finance, them.finance.post("/v1/adjustments", json=body))
    assert (done["result"]["kept"], done["result"]["amount"]) == (True, "50.00"), done
    twice = ended(them.finance, them.finance.post("/v1/adjustments", json=body))
    assert (twice["state"], twice["result"]["kept"]) == ("succeeded", False)
    (row,) = them.auditor.get("/v1/adjustments", params={"period": H1}).json()["data"]
    assert (row["person_id"], row["amount"], row["into"]) == ("P02", "50.00", H2)
    assert them.staff.get("/v1/adjustments").json()["data"] == []  # not published yet

    second = settled(them, H2)
    assert second["amount"] == "1300.00"
    table = files_of(them, second["run_id"])["payouts.csv"].decode("utf-8-sig")
    lines = [*csv.DictReader(io.StringIO(table))]
    amounts = {(one["person_id"], one["component"]): one["amount"] for one in lines}
    assert amounts["P02", "adjustment"] == "50.00"
    assert amounts["P01", "pool_share"] == amounts["P02", "pool_share"] == "475.00"
    paid(them, H2)
    assert them.staff.get("/v1/adjustments").json()["data"] == [row]
    assert files_of(them, made["run_id"]) == files

    listed = them.auditor.get("/v1/runs").json()["data"]
    assert [(one["kind"], one["period"], one["state"], one["approved"]) for one in listed] == [
        ("settlement", H1, "paid", True),
        ("adjustment", H2, "paid", True),
        ("settlement", H2, "paid", True),
    ]
    assert verify(store).problems == []
