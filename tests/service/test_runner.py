"""The thread that looks after jobs.

Fault it catches: a job that is begun again for ever, or waits for ever, after its last attempt.
"""

import time

from equivalents.store.jobs import ATTEMPTS, add_job, claim, job_of, release
from tests.service.visitors import Service


def test_a_job_that_was_interrupted_too_often_fails_by_name(service: Service) -> None:
    ground, auditor = service.ground, service.visitor("auditor")
    said = {"kind": "nothing", "asked": {}, "owner": "usr_x", "who": "x"}
    with service.store.editing() as connection:
        add_job(connection, "job_lost", now=ground.now(), **said)
        for _ in range(ATTEMPTS):
            one = claim(connection, "w", ground.now(), ground.ago(hours=1))
            assert one is not None
            release(connection, one, ground.now())
    ground.wake()
    until = time.monotonic() + 20
    while auditor.get("/v1/jobs/job_lost").json()["state"] == "queued":
        assert time.monotonic() < until, "nobody looked at it"
    shown = auditor.get("/v1/jobs/job_lost").json()
    assert (shown["state"], shown["problem"]["code"]) == ("failed", "JOB_INTERRUPTED")
    with service.store.reading() as connection:
        found = job_of(connection, "job_lost")
    assert found is not None
    assert found.attempt == ATTEMPTS
