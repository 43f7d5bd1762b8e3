"""Runs, trials, files, findings, statements and comparisons: what is made, and who sees which part.

Faults it catches: a trial that writes into the store; a job that settles twice after its worker
died; pay of another institution in a file, a statement or a finding; a statement of what was not
published; a result that is opened for every statement.
"""

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient

from api.jobs.adjusting import adjust_period
from api.jobs.context import Context
from api.jobs.runs import settle
from api.openedruns import OPENED, OpenedRuns
from equivalents.servicesettings import read_settings
from equivalents.store.jobs import Job, JobLostError, add_job, claim, committed, release
from equivalents.store.periods import submit
from equivalents.store.periodsettle import settle_period
from equivalents.store.results import results_of
from equivalents.store.trail import trail
from tests.service.lives import ended, people, step, stepped
from tests.service.test_ground import problem
from tests.service.visitors import Service
from tests.store.lives import H1, H2, LATE, by, fill, import_rows, locked_life, pools

BAD = "C01,P09,MZ01,2026-02-03,1\nC02,P09,MZ01,2026-02-03,2\n"
PROPOSED = "item_code,weight,valid_from\nMZ01,2,2026-01-01\n"


def kept(service: Service) -> str:
    """A run of the first half."""
    fill(service.store, H1)
    settle_period(by(service.store, "县财务"), H1)
    return "run_1"


def rows(answer: object) -> list[dict[str, str]]:
    text = answer.content.decode("utf-8-sig")  # type: ignore[attr-defined]
    return [*csv.DictReader(io.StringIO(text))]


def test_a_run_names_everything_it_was_made_from(service: Service) -> None:
    run, them = kept(service), people(service)
    found = them.auditor.get(f"/v1/runs/{run}")
    said = found.json()
    assert (said["people"], said["amount"], said["state"]) == (3, "1300.00", "settled")
    assert (said["approved"], said["made_by"], said["engine"]) == (False, "县财务", "0.1.0")
    with service.store.reading() as connection:
        (result,) = results_of(connection)
    assert said["manifest_sha256"] == result.sha256
    inputs = {(one["kind"], one["name"]): one["sha256"] for one in said["inputs"]}
    weights = next(one for one in result.inputs["tables"] if one[0] == "weights")
    assert inputs["table", "weights"] == weights[-1]
    assert ("case", "case.yaml") in inputs
    etag = {"If-None-Match": found.headers["etag"]}
    assert them.auditor.get(f"/v1/runs/{run}", headers=etag).status_code == 304
    part = them.accountants["C01"].get(f"/v1/runs/{run}").json()
    assert (part["people"], part["amount"]) == (None, None)
    asked = {"period": H1, "kind": "year_end"}
    assert them.auditor.get("/v1/runs", params=asked).json()["data"] == []
    problem(them.auditor.get("/v1/runs/run_9"), 404, "OBJECT_UNKNOWN")
    problem(them.staff.get("/v1/runs"), 403, "FORBIDDEN_ACTION")


def test_files_are_whole_for_the_county_and_a_part_for_others(small: Service) -> None:
    run, them = kept(small), people(small)
    address = f"/v1/runs/{run}/files"
    whole = them.auditor.get(f"{address}/payouts.csv")
    assert {one["institution_id"] for one in rows(whole)} == {"C01", "C02"}
    assert "attachment" in whole.headers["content-disposition"]
    same = {"If-None-Match": whole.headers["etag"]}
    assert them.auditor.get(f"{address}/payouts.csv", headers=same).status_code == 304
    part = them.accountants["C01"].get(f"{address}/payouts.csv")
    mine = [one for one in rows(whole) if one["institution_id"] == "C01"]
    assert rows(part) == mine
    for name in ("settlement.xlsx", "roster.parquet", "spread.csv", "summary.json"):
        answer = them.accountants["C01"].get(f"{address}/{name}")
        problem(answer, 404, "OBJECT_UNKNOWN")
    problem(them.auditor.get(f"{address}/nothing.csv"), 404, "OBJECT_UNKNOWN")


def openable(who: TestClient, address: str, others: TestClient) -> set[str]:
    """The files that are listed: each is given out, and no other one of ``others`` is."""
    listed, every = (
        {one["name"] for one in found.get(address, params={"limit": 500}).json()["data"]}
        for found in (who, others)
    )
    given = {name for name in every if who.get(f"{address}/{name}").status_code == 200}
    assert given == listed < every
    return listed


def test_a_list_of_files_names_what_one_may_open(service: Service) -> None:
    run, them = kept(service), people(service)
    accountant = them.accountants["C01"]
    listed = openable(accountant, f"/v1/runs/{run}/files", them.auditor)
    assert {"payouts.csv", "equivalents.csv", "pools.csv"} <= listed
    job = ended(accountant, accountant.post("/v1/runs", json={"period": H1, "kind": "trial"}))
    assert openable(accountant, f"/v1/jobs/{job['id']}/files", them.auditor) == listed
    own = compared(accountant, period=H1, weights_csv=PROPOSED)
    listed = openable(accountant, f"/v1/jobs/{own['id']}/files", them.auditor)
    assert {*accountant.get(f"/v1/comparisons/{own['id']}").json()["files"]} == listed
    assert "comparison.xlsx" not in listed


def test_a_trial_keeps_nothing_in_the_store(small: Service) -> None:
    store, them = small.store, people(small)
    fill(store, H1)
    with store.reading() as connection:
        before = [one.seq for one in trail(connection)]
    body = {"period": H1, "kind": "trial", "weights_csv": PROPOSED}
    job = ended(them.finance, them.finance.post("/v1/runs", json=body))
    assert job["state"] == "succeeded", job
    assert (job["result"]["people"], job["result"]["rejected"]) == (3, 0)
    with store.reading() as connection:
        assert [one.seq for one in trail(connection)] == before
        assert results_of(connection) == []
    files = f"/v1/jobs/{job['id']}/files"
    names = {one["name"] for one in them.finance.get(files).json()["data"]}
    assert {"payouts.csv", "summary.json", "settlement.xlsx"} <= names
    weights = {one["weight"] for one in rows(them.finance.get(f"{files}/equivalents.csv"))}
    assert weights == {"2.0000"}
    problem(them.accountants["C01"].get(files), 404, "OBJECT_UNKNOWN")  # another's job
    assert them.auditor.get(files).status_code == 200
    # An accountant's own trial shows the sums of nobody else.
    plain = {"period": H1, "kind": "trial"}
    accountant = them.accountants["C01"]
    own = ended(accountant, accountant.post("/v1/runs", json=plain))
    assert set(own["result"]) == {"period", "as_of"}
    own_files = f"/v1/jobs/{own['id']}/files"
    assert {one["institution_id"] for one in rows(accountant.get(f"{own_files}/payouts.csv"))} == {
        "C01"
    }
    problem(accountant.get(f"{own_files}/summary.json"), 404, "OBJECT_UNKNOWN")
    refused = accountant.post("/v1/runs", json={"period": H1, "kind": "settle"})
    problem(refused, 403, "FORBIDDEN_ACTION")


@pytest.mark.parametrize("kind", ["settle", "year_end"])
def test_only_a_trial_brings_weights_of_its_own(small: Service, kind: str) -> None:
    them = people(small)
    body = {"period": H1, "kind": kind, "weights_csv": PROPOSED}
    said = problem(them.finance.post("/v1/runs", json=body), 422, "FIELD_INVALID")
    assert [one["pointer"] for one in said["errors"]] == ["/weights_csv"]  # type: ignore[attr-defined]
    assert them.finance.get("/v1/jobs").json()["data"] == []


def test_rejected_rows_stop_a_run_and_are_found(small: Service) -> None:
    them = people(small)
    fill(small.store, H1)
    import_rows(small.store, BAD, "错")
    body = {"period": H1, "kind": "settle"}
    job = ended(them.finance, them.finance.post("/v1/runs", json=body))
    assert (job["state"], job["problem"]["code"]) == ("failed", "REJECTED_ROWS")
    asked = {"job_id": job["id"], "severity": "error"}
    found = them.finance.get("/v1/findings", params=asked).json()["data"]
    assert {one["institution_id"] for one in found} == {"C01", "C02"}
    assert all(one["row"] and one["detail"] for one in found)
    body["on_reject"] = "quarantine"
    done = ended(them.finance, them.finance.post("/v1/runs", json=body))
    assert done["state"] == "succeeded", done
    of_run = {"run_id": done["result"]["run_id"], "severity": "error"}
    mine = them.accountants["C01"].get("/v1/findings", params=of_run).json()["data"]
    assert {one["institution_id"] for one in mine} == {"C01"}
    english = {"Accept-Language": "en"}
    told = them.auditor.get("/v1/findings", params=of_run, headers=english).json()["data"]
    assert {one["detail"] for one in told}.isdisjoint({one["detail"] for one in found})
    problem(them.auditor.get("/v1/findings"), 422, "FIELD_MISSING")
    problem(them.auditor.get("/v1/findings?import_id=imp_99"), 404, "OBJECT_UNKNOWN")
    assert them.auditor.get("/v1/findings?import_id=imp_1").json()["data"] == []


def worked(service: Service, job: Job | None) -> Context:
    """A claimed job as its worker has it: what it commits is marked in the job's row."""
    assert job is not None
    store = by(service.store, job.who)
    now = service.ground.now
    store.also = lambda connection, seq: committed(connection, job, now(), seq)
    return Context(job, store, service.ground.data, read_settings())


def first_worker(service: Service, kind: str, asked: object) -> Context:
    """A job that is claimed as it is queued, so that the server's own workers leave it alone."""
    said = {"kind": kind, "asked": asked, "owner": "usr_test", "who": "县财务"}
    now = service.ground.now()
    with service.store.editing() as connection:
        add_job(connection, "job_TEST", now=now, **said)
        return worked(service, claim(connection, "wrk_1", now, service.ground.ago(days=1)))


def next_worker(service: Service, dead: Context) -> Context:
    """The same job, claimed again after its first worker died."""
    now = service.ground.now()
    with service.store.editing() as connection:
        release(connection, dead.job, now)
        job = claim(connection, "wrk_2", now, service.ground.ago(days=1))
    again = worked(service, job)
    assert (again.job.job, again.job.attempt) == (dead.job.job, 2)
    return again


def test_a_job_that_had_committed_settles_once(service: Service) -> None:
    store = service.store
    fill(store, H1)
    asked = {"period": H1, "kind": "settle", "on_reject": "stop", "why": ""}
    first = first_worker(service, "settle", asked)
    made = settle(first)
    with store.reading() as connection:
        (result,) = results_of(connection)
    # What came in since does not matter: the attempt is told as it was.
    pools(store, H1, "institution_id,pool,amount\nC01,绩效,900.00\nC02,绩效,300.00\n")
    second = next_worker(service, first)
    assert second.job.seq == result.seq
    assert settle(second) == made
    assert made["run_id"] == f"run_{result.id}"
    with store.reading() as connection:
        assert [one.id for one in results_of(connection)] == [result.id]
    # Whoever was taken for dead can commit nothing any more.
    with pytest.raises(JobLostError):
        settle(first)
    with store.reading() as connection:
        assert [one.id for one in results_of(connection)] == [result.id]


def test_a_job_that_had_committed_adjusts_once(small: Service) -> None:
    store = small.store
    fill(store, H1)
    locked_life(store, H1)
    fill(store, H2)
    import_rows(store, LATE, "补报")
    asked = {"period": H1, "into": H2, "on_reject": "stop", "why": "补"}
    first = first_worker(small, "adjustment", asked)
    made = adjust_period(first)
    assert (made["kept"], made["amount"], made["rows"]) == (True, "50.00", 1)
    assert adjust_period(next_worker(small, first)) == made
    with store.reading() as connection:
        assert len(results_of(connection, about=H1)) == 1


def test_statements_are_for_whom_they_are_about(service: Service) -> None:
    run, them = kept(service), people(service)
    mine = {"run_id": run, "person_id": "P02"}
    problem(them.staff.get("/v1/statements", params=mine), 404, "OBJECT_UNKNOWN")  # unpublished
    told = them.accountants["C01"].get("/v1/statements", params=mine)
    assert told.json()["amount"] == "400.00"
    problem(them.accountants["C02"].get("/v1/statements", params=mine), 404, "OBJECT_UNKNOWN")
    stepped(them, H1)
    assert them.staff.get("/v1/statements", params=mine).json() == told.json()
    other = {**mine, "person_id": "P01"}
    problem(them.staff.get("/v1/statements", params=other), 404, "OBJECT_UNKNOWN")
    near = {**mine, "person_id": "P0"}
    refused = problem(them.auditor.get("/v1/statements", params=near), 404, "OBJECT_UNKNOWN")
    assert "P01" not in json.dumps(refused)
    text = them.auditor.get("/v1/statements/texts", params=mine)
    before = them.auditor.get("/v1/statements", params={**mine, "format": "text"})
    assert (before.text, before.headers["content-type"]) == (
        text.text,
        text.headers["content-type"],
    )
    problem(them.accountants["C02"].get("/v1/statements/texts", params=mine), 404, "OBJECT_UNKNOWN")
    assert text.headers["content-type"].startswith("text/plain")
    assert "合计 total = 400.00" in text.text
    opened = len(OPENED)
    assert them.auditor.get("/v1/statements", params={**mine, "person_id": "P03"}).is_success
    assert len(OPENED) == opened
    key = service.program("integration")
    problem(key.get("/v1/statements", params=mine), 403, "FORBIDDEN_ACTION")


def test_opened_results_are_few(small: Service) -> None:
    kept(small)
    store, opened = small.store, OpenedRuns(most=1)
    with store.reading() as connection:
        (result,) = results_of(connection)
    first = opened.settlement(store, result.id, result.sha256)
    assert opened.settlement(store, result.id, result.sha256) is first
    opened.settlement(store, result.id, "another")
    assert len(opened) == 1


def compared(who: TestClient, **said: object) -> dict[str, object]:
    answer = who.post("/v1/comparisons", json=said)
    found: dict[str, object] = ended(who, answer)
    return found


def test_a_proposal_is_compared_with_what_is_in_force(small: Service) -> None:
    run, them = kept(small), people(small)
    row = {"item_code": "MZ01", "weight": "2", "valid_from": "2026-01-01"}
    job = compared(them.finance, run_id=run, weights=[row])
    assert job["state"] == "succeeded", job
    shown = them.finance.get(f"/v1/comparisons/{job['id']}").json()
    assert (shown["run_id"], shown["summary"]["weights_changed"]) == (run, 1)
    assert "comparison.xlsx" in shown["files"]
    by_period = compared(them.finance, period=H1, weights_csv=PROPOSED)
    assert by_period["result"] == job["result"]
    listed = them.auditor.get("/v1/comparisons").json()["data"]
    assert [one["id"] for one in listed] == [job["id"], by_period["id"]]
    accountant = them.accountants["C01"]
    assert accountant.get("/v1/comparisons").json()["data"] == []
    own = compared(accountant, period=H1, weights_csv=PROPOSED)
    assert accountant.get(f"/v1/comparisons/{own['id']}").json()["summary"] is None
    post = them.finance.post
    both = {"period": H1, "run_id": run, "weights_csv": PROPOSED}
    problem(post("/v1/comparisons", json=both), 422, "FIELD_INVALID")
    problem(post("/v1/comparisons", json={"period": H1}), 422, "FIELD_MISSING")
    unknown = {"run_id": "run_9", "weights_csv": PROPOSED}
    problem(post("/v1/comparisons", json=unknown), 404, "OBJECT_UNKNOWN")
    bad = [row, {**row, "item_code": "HL01", "weight": "two", "valid_from": "2026-13-01"}]
    wrong = compared(them.finance, period=H1, weights=bad)
    assert wrong["state"] == "failed"
    assert {one["pointer"] for one in wrong["problem"]["errors"]} == {  # type: ignore[index]
        "/weights/1/weight",
        "/weights/1/valid_from",
    }
    text = "item_code,weight,valid_from\nMZ01,two,2026-01-01\n"
    (error,) = compared(them.finance, period=H1, weights_csv=text)["problem"]["errors"]  # type: ignore[index]
    assert (error["file"], error["row"]) == ("weights.csv", 2)


def test_a_period_under_way_is_not_settled_again(small: Service) -> None:
    kept(small)
    them = people(small)
    submit(by(small.store, "会计C01"), H1, "C01")
    answer = them.finance.post("/v1/runs", json={"period": H1, "kind": "settle"})
    problem(answer, 409, "PERIOD_UNDER_WAY")
    assert step(them.accountants["C02"], H1, "submit", "C02").status_code == 201
