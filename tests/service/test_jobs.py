"""Jobs survive: killed workers, killed servers, cancels; nothing twice, nothing stuck.

Faults it catches: a row that comes twice because a job was begun again; a job that waits for ever
after its server was killed; a result that says that nothing was accepted, where the attempt before
had committed; a cancel that leaves half; two jobs of one Idempotency-Key; what was uploaded and
lies about in clear.
"""

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.ground import Ground
from api.jobs.context import Context
from api.jobs.imports import take
from equivalents.servicesettings import read_settings
from equivalents.store.engine import open_store
from equivalents.store.jobs import ATTEMPTS, Job, add_job, claim, committed, job_of, release
from equivalents.store.place import StorePlace
from equivalents.store.upgrading import upgrade
from equivalents.store.verify import verify
from tests.proofs.counts import counts
from tests.service.lives import ended
from tests.service.test_imports import HEAD, ONE, files_left, send
from tests.service.visitors import Service, served
from tests.store.importing import live
from tests.stores import new_place

KILLS = counts(3, 200)
"""Workers that are killed, on each database."""
ROWS = 200


def rows(job: int, count: int = ROWS) -> str:
    """A file of records that no other job has."""
    lines = (
        f"C0{1 + at % 3},P{at % 9},MZ01,2026-02-{1 + at % 28:02},1,J{job}R{at}\n"
        for at in range(count)
    )
    return HEAD + "".join(lines)


def shown(who: TestClient, answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = who.get(answer.headers["location"]).json()
    return found


def begun(who: TestClient, answer: Any) -> list[Any]:
    """The processes of jobs, as soon as a queued one has its own."""
    assert answer.status_code == 202, answer.text
    until = time.monotonic() + 60
    while not (found := multiprocessing.active_children()):
        assert shown(who, answer)["state"] in ("queued", "running"), "it ended too soon"
        assert time.monotonic() < until, "nobody took the job"
        time.sleep(0.002)
    return found


def whole(service: Service, jobs: int) -> None:
    """Every row of some jobs is there once, and the store is sound."""
    found = Counter(one for (one,) in live(service.store, "record_id"))
    assert set(found.values()) <= {1}
    assert len(found) == jobs * ROWS
    assert not verify(service.store).problems


# -- killed ---------------------------------------------------------------------------------------


def test_workers_that_are_killed_double_nothing(place: StorePlace, tmp_path: Path) -> None:
    draw = random.Random(8)
    with served(place, tmp_path / "data") as service:
        finance = service.person("county_finance")
        first = send(finance, rows(0))
        started = time.monotonic()
        assert ended(finance, first)["result"]["accepted"] == ROWS
        lasts = time.monotonic() - started
        for at in range(1, KILLS + 1):
            answer = send(finance, rows(at))
            found = begun(finance, answer)
            time.sleep(lasts * draw.uniform(0, 1))
            for one in found:
                one.kill()
            job = ended(finance, answer)
            assert (job["state"], job["result"]["accepted"]) == ("succeeded", ROWS), job
            assert job["result"]["import_ids"] == [f"imp_{at + 1}"]
        whole(service, KILLS + 1)
        assert files_left(service) == []


@pytest.mark.parametrize("failpoint", ["import.read", "import.rows"])
def test_a_job_that_is_killed_every_time_fails_and_leaves_nothing(
    place: StorePlace, tmp_path: Path, failpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(place, tmp_path / "data") as service:
        finance = service.person("county_finance")
        monkeypatch.setenv("EQUIVALENTS_FAILPOINT", failpoint)
        job = ended(finance, send(finance, rows(1)))
        monkeypatch.delenv("EQUIVALENTS_FAILPOINT")
        assert (job["state"], job["problem"]["code"]) == ("failed", "JOB_INTERRUPTED")
        assert job["attempt"] == ATTEMPTS
        assert live(service.store) == []
        assert files_left(service) == []
        assert ended(finance, send(finance, rows(1)))["result"]["accepted"] == ROWS
        whole(service, 1)


# -- begun again ----------------------------------------------------------------------------------


def attempt(service: Service, name: str, folder: Path) -> tuple[Job, Context]:
    """A claimed attempt, as a worker has it, without its runner."""
    ground = service.ground
    with service.store.editing() as connection:
        job = claim(connection, "w", ground.now(), ground.ahead(days=1))
    assert job is not None
    assert job.job == name
    store = service.store.as_who(job.who)
    store.also = lambda connection, seq: committed(connection, job, ground.now(), seq)
    return job, Context(job, store, folder, read_settings())


def test_an_attempt_tells_what_the_one_before_had_committed(
    place: StorePlace, tmp_path: Path
) -> None:
    upgrade(place)
    service = unserved(place, tmp_path)
    asked = {
        "file_name": "a.csv", "source": "公卫", "on_error": "quarantine_rows", "replaces": None,
        "retain_until": "", "why": "", "show": False, "batch": False, "institutions": None,
    }  # fmt: skip
    said: dict[str, Any] = {"kind": "import", "asked": asked, "owner": "usr_x", "who": "出纳"}
    with service.store.editing() as connection:
        add_job(connection, "job_A", now=service.ground.now(), **said)
    given = tmp_path / "jobs" / "job_A" / "given"
    given.mkdir(parents=True)
    bad = "C01,P01,MZ01,2026-02-30,1,X1\n"
    (given / "a.csv").write_text(rows(1) + bad, encoding="utf-8")
    first, context = attempt(service, "job_A", tmp_path)
    told = take(context)
    assert (told["accepted"], told["rejected"], told["import_ids"]) == (ROWS, 1, ["imp_1"])
    with service.store.editing() as connection:
        release(connection, first, service.ground.now())
    second, context = attempt(service, "job_A", tmp_path)
    assert second.seq != 0
    assert take(context) == told
    whole(service, 1)
    service.store.close()


def unserved(place: StorePlace, folder: Path) -> Service:
    """A service whose application does not live, so that nobody else takes its jobs."""
    ground = Ground(read_settings(), open_store(place, "service"), folder)
    app = create_app(ground)
    return Service(app, ground, TestClient(app))


def test_a_job_that_had_committed_fails_by_another_name(service: Service) -> None:
    ground, auditor = service.ground, service.visitor("auditor")
    said = {"kind": "nothing", "asked": {}, "owner": "usr_x", "who": "x"}
    with service.store.editing() as connection:
        add_job(connection, "job_lost", now=ground.now(), **said)
        for _ in range(ATTEMPTS):
            one = claim(connection, "w", ground.now(), ground.ago(hours=1))
            assert one is not None
            committed(connection, one, ground.now(), 7)
            release(connection, one, ground.now())
    ground.wake()
    until = time.monotonic() + 20
    while (job := auditor.get("/v1/jobs/job_lost").json())["state"] == "queued":
        assert time.monotonic() < until
        time.sleep(0.05)
    assert (job["state"], job["problem"]["code"]) == ("failed", "JOB_INTERRUPTED_AFTER")
    assert "7" in job["problem"]["detail"]


def test_a_fault_of_ours_fails_at_once(service: Service) -> None:
    ground, auditor = service.ground, service.visitor("auditor")
    said: dict[str, Any] = {"kind": "import", "asked": {}, "owner": "usr_x", "who": "x"}
    with service.store.editing() as connection:
        add_job(connection, "job_F", now=ground.now(), **said)
    ground.wake()
    assert "event: ended" in auditor.get("/v1/jobs/job_F/events").text
    job = auditor.get("/v1/jobs/job_F").json()
    assert (job["state"], job["attempt"]) == ("failed", 1)
    assert (job["problem"]["code"], job["problem"]["request_id"]) == ("SERVICE_FAULT", "job_F")


# -- cancelled ------------------------------------------------------------------------------------


def test_cancelled_while_it_waits_and_while_it_runs(tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path, "")
    with served(place, tmp_path / "data", silent_seconds="1") as service:
        finance = service.person("county_finance")
        running = send(finance, rows(1, 300_000))
        (worker,) = begun(finance, running)
        os.kill(worker.pid, signal.SIGSTOP)  # as far as it is, it stays there
        waiting = send(finance, rows(2))
        gone = finance.post(f"{waiting.headers['location']}/cancel", json={})
        assert (gone.json()["state"], gone.json()["problem"]["code"]) == (
            "cancelled", "JOB_CANCELLED"
        )  # fmt: skip
        told = finance.post(f"{running.headers['location']}/cancel", json={}).json()
        assert (told["state"], told["cancel_asked"]) == ("running", True)
        os.kill(worker.pid, signal.SIGCONT)
        job = ended(finance, running)
        assert (job["state"], job["problem"]["code"]) == ("cancelled", "JOB_CANCELLED")
        assert live(service.store) == []
        assert ended(finance, send(finance, rows(3)))["state"] == "succeeded"
        assert files_left(service) == []
        whole(service, 1)


# -- one key, many requests -----------------------------------------------------------------------


def test_many_uploads_of_one_key_are_one_job(service: Service) -> None:
    finance = service.person("county_finance")
    key = {"Idempotency-Key": "feb-2026", "Content-Type": "text/csv"}

    def once(_: int) -> tuple[str, str]:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            answer = finance.post(
                "/v1/imports?file_name=a.csv", content=rows(1).encode(), headers=key
            )
            if answer.status_code == 202:
                return answer.headers["location"], answer.text
            assert answer.json()["code"] == "IDEMPOTENCY_IN_FLIGHT", answer.text
        raise AssertionError("never answered")

    with ThreadPoolExecutor(8) as pool:
        answers = {*pool.map(once, range(16))}
    assert len(answers) == 1
    other = finance.post("/v1/imports?file_name=a.csv", content=ONE.encode(), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_OTHER")
    assert len(finance.get("/v1/jobs").json()["data"]) == 1
    ((location, _),) = answers
    assert "event: ended" in finance.get(f"{location}/events").text
    whole(service, 1)
    assert files_left(service) == []
    with service.store.reading() as connection:
        found = job_of(connection, location.rpartition("/")[2])
    assert found is not None
    assert found.attempt == 1
