"""The working tables of the service: jobs, answers, sessions, deliveries, on both databases.

Faults it catches: two workers with one job; a worker that was taken for dead and still commits; a
job that is begun for ever; a delivery that two senders take; a link that works twice.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from equivalents.store import answers, deliveries, facts, jobs, sessions
from equivalents.store.engine import Store
from equivalents.store.schema import FACTS
from equivalents.store.verify import verify

OWNER = {"kind": "import", "asked": {"file": "a.csv"}, "owner": "usr_1", "who": "出纳"}


def at(minute: int) -> str:
    return f"2026-07-01T08:{minute:02}:00.000000+00:00"


def queued(store: Store, *names: str) -> None:
    with store.editing() as connection:
        for minute, name in enumerate(names):
            jobs.add_job(connection, name, now=at(minute), **OWNER)


# -- jobs -----------------------------------------------------------------------------------------


def test_the_oldest_job_is_claimed_once(store: Store) -> None:
    queued(store, "job_b", "job_a")
    with store.editing() as connection:
        first = jobs.claim(connection, "w1", at(5), at(0))
        second = jobs.claim(connection, "w2", at(5), at(0))
        assert jobs.claim(connection, "w3", at(5), at(0)) is None
    assert first is not None
    assert second is not None
    assert (first.job, first.attempt, first.state) == ("job_b", 1, "running")
    assert (second.job, second.asked) == ("job_a", {"file": "a.csv"})


def test_many_workers_share_the_jobs(store: Store) -> None:
    names = [f"job_{number:02}" for number in range(20)]
    queued(store, *names)

    def work(worker: str) -> list[str]:
        done: list[str] = []
        while True:
            with store.editing() as connection:
                one = jobs.claim(connection, worker, at(30), at(0))
            if one is None:
                return done
            done.append(one.job)

    with ThreadPoolExecutor(4) as pool:
        taken = [name for every in pool.map(work, "abcd") for name in every]
    # A worker that was too late for one job may end early; no job is taken twice or lost.
    with store.reading() as connection:
        left = [one.job for one in jobs.jobs_of(connection, jobs.QUEUED)]
    assert sorted(taken + left) == names


def test_who_is_not_heard_of_loses_the_job_and_commits_nothing(store: Store) -> None:
    queued(store, "job_a")
    with store.editing() as connection:
        old = jobs.claim(connection, "w1", at(1), at(0))
        assert old is not None
        assert jobs.claim(connection, "w2", at(2), at(1)) is None, "it was heard of at 08:01"
        new = jobs.claim(connection, "w2", at(3), at(2))
        assert new is not None
        assert new.attempt == 2
    store.also = lambda connection, seq: jobs.committed(connection, old, at(4), seq)
    with pytest.raises(jobs.JobLostError), store.writing("fact.say") as writer:
        writer.add_one(FACTS, kind="note", subject="n", body="{}")
    store.also = lambda connection, seq: jobs.committed(connection, new, at(4), seq)
    with store.writing("fact.say") as writer:
        writer.add_one(FACTS, kind="note", subject="n", body="{}")
    with store.editing() as connection:
        with pytest.raises(jobs.JobLostError):
            jobs.beat(connection, old, at(5))
        done = jobs.end(connection, new, jobs.SUCCEEDED, at(5), result={"rows": 3})
        assert len(facts.facts_of(connection, "note")) == 1
    assert (done.state, done.result, done.ended_at) == ("succeeded", {"rows": 3}, at(5))
    assert done.seq == 2


def test_what_a_job_did_is_noted_for_the_next_attempt(store: Store) -> None:
    queued(store, "job_a")
    with store.editing() as connection:
        first = jobs.claim(connection, "w", at(1), at(0))
        assert first is not None
        for number in (1, 2):
            jobs.note(connection, first, at(2), {"import": number})
        second = jobs.claim(connection, "w2", at(5), at(4))
        assert second is not None
        assert second.result == [{"import": 1}, {"import": 2}]
    with pytest.raises(jobs.JobLostError), store.editing() as connection:
        jobs.note(connection, first, at(6), {"import": 3})
    with store.editing() as connection:
        done = jobs.end(connection, second, jobs.SUCCEEDED, at(7), result={"imports": 2})
    assert done.result == {"imports": 2}


def test_a_server_that_stops_in_good_order_costs_no_attempt(store: Store) -> None:
    queued(store, "job_a")
    for _ in range(2 * jobs.ATTEMPTS):
        with store.editing() as connection:
            one = jobs.claim(connection, "w", at(1), at(0))
            assert one is not None
            assert one.attempt == 1
            jobs.release(connection, one, at(2), counted=False)


def test_what_has_committed_is_told_and_not_cancelled(store: Store) -> None:
    queued(store, "job_a", "job_b")
    with store.editing() as connection:
        one = jobs.claim(connection, "w", at(1), at(0))
        assert one is not None
        jobs.committed(connection, one, at(2), 7)
        jobs.release(connection, one, at(3))
        asked = jobs.ask_cancel(connection, "job_a", at(4), {"code": "JOB_CANCELLED"})
        assert asked is not None
        assert (asked.state, asked.cancel, asked.problem) == ("queued", 1, None)
        gone = jobs.ask_cancel(connection, "job_b", at(4), {"code": "JOB_CANCELLED"})
        assert gone is not None
        assert (gone.state, gone.problem) == ("cancelled", {"code": "JOB_CANCELLED"})


def test_a_job_fails_after_its_last_attempt(store: Store) -> None:
    queued(store, "job_a")
    with store.editing() as connection:
        for attempt in range(1, jobs.ATTEMPTS + 1):
            one = jobs.claim(connection, "w", at(attempt), at(0))
            assert one is not None
            assert one.attempt == attempt
            jobs.release(connection, one, at(attempt))
        assert jobs.claim(connection, "w", at(9), at(8)) is None
        assert jobs.spent(connection, at(9), at(8), lambda job: {"seq": job.seq}) == ["job_a"]
        found = jobs.job_of(connection, "job_a")
    assert found is not None
    assert (found.state, found.problem) == ("failed", {"seq": 0})


def test_cancelling_ends_what_waits_and_tells_what_runs(store: Store) -> None:
    queued(store, "job_a", "job_b")
    with store.editing() as connection:
        running = jobs.claim(connection, "w", at(5), at(0))
        assert running is not None
        waiting = jobs.ask_cancel(connection, "job_b", at(6))
        assert waiting is not None
        assert waiting.state == "cancelled"
        told = jobs.ask_cancel(connection, "job_a", at(6))
        assert told is not None
        assert (told.state, told.cancel) == ("running", 1)
        assert jobs.beat(connection, running, at(7), {"done": 1}).cancel == 1
        ended = jobs.end(connection, running, jobs.CANCELLED, at(8))
        again = jobs.ask_cancel(connection, "job_a", at(9))
    assert again == ended


# -- answers --------------------------------------------------------------------------------------


def test_an_answer_is_kept_with_its_action_or_not_at_all(store: Store) -> None:
    answer = answers.Answer("a" * 64, 201, "{}", '{"id":"x"}')

    def act(fail: bool) -> None:
        with store.together() as joined:
            with joined.writing("fact.say") as writer:
                facts.add_fact(writer, "note", "n", {"甲": 1})
            with joined.editing() as connection:
                answers.keep_answer(connection, "usr_1", "k", answer, at(1))
            if fail:
                raise KeyError

    with pytest.raises(KeyError):
        act(True)
    with store.reading() as connection:
        assert answers.answer_of(connection, "usr_1", "k") is None
        assert facts.fact_of(connection, "note", "n") is None
    act(False)
    with store.reading() as connection:
        assert answers.answer_of(connection, "usr_1", "k") == answer
        assert answers.answer_of(connection, "usr_2", "k") is None
        assert [one.body for one in facts.facts_of(connection, "note")] == [{"甲": 1}]
    with store.editing() as connection:
        assert answers.forget_answers(connection, at(1)) == 0
        assert answers.forget_answers(connection, at(2)) == 1


def test_a_key_is_held_by_one_request(store: Store) -> None:
    def hold(owner: str) -> None:
        with answers.in_flight(store, owner, "k"):
            pass

    with answers.in_flight(store, "usr_1", "k"):
        with pytest.raises(answers.InFlightError):
            hold("usr_1")
        hold("usr_2")
    hold("usr_1")


def test_a_key_is_held_over_processes_on_a_server(store: Store) -> None:
    if store.place.embedded:
        return  # one process alone serves a SQLite file
    with answers.in_flight(store, "usr_1", "k"):
        answers._FLYING.clear()  # as in another process
        with pytest.raises(answers.InFlightError), answers.in_flight(store, "usr_1", "k"):
            pass


# -- facts, sessions, deliveries ------------------------------------------------------------------


def test_the_last_fact_of_a_subject_holds(store: Store) -> None:
    with store.writing("user.edit") as writer:
        facts.add_fact(writer, "user", "usr_2", {"name": "乙"})
        facts.add_fact(writer, "user", "usr_1", {"name": "甲"})
        facts.add_fact(writer, "user", "usr_2", {"name": "丙"})
        facts.add_fact(writer, "key", "usr_2", {})
    with store.reading() as connection:
        found = facts.standing(connection, "user")
    assert [(name, one.body["name"]) for name, one in found.items()] == [
        ("usr_2", "丙"),
        ("usr_1", "甲"),
    ]
    assert verify(store).problems == []


def test_sessions_last_until_they_end(store: Store) -> None:
    def found(connection: Connection, kind: str, minute: int) -> bool:
        return sessions.session_of(connection, "ab", kind, at(minute)) is not None

    one = sessions.Session("ab", "usr_1", sessions.LOGIN, at(0), at(0), at(10))
    with store.editing() as connection:
        sessions.add_session(connection, one)
        sessions.add_session(connection, one._replace(token_sha256="cd", kind=sessions.LINK))
        assert found(connection, sessions.LOGIN, 9)
        assert not found(connection, sessions.LINK, 9)
        assert not found(connection, sessions.LOGIN, 10)
        sessions.seen(connection, "ab", at(9), at(20))
        assert found(connection, sessions.LOGIN, 15)
        assert sessions.end_session(connection, "cd")
        assert not sessions.end_session(connection, "cd")
        assert sessions.forget_sessions(connection, at(15)) == 0
        assert sessions.end_sessions(connection, "usr_1") == 1


def test_a_delivery_is_taken_by_one_sender_until_it_arrived(store: Store) -> None:
    one = deliveries.Delivery("d1", "whk_1", "period.locked", "{}", "due", at(0), at(1), 0, [])
    with store.editing() as connection:
        deliveries.add_deliveries(connection, [one, replace(one, delivery="d2", due_at=at(2))])
        assert deliveries.take_due(connection, at(0), at(5), 9) == []
        (taken,) = deliveries.take_due(connection, at(2), at(5), 1)
        assert [d.delivery for d in deliveries.take_due(connection, at(2), at(5), 9)] == ["d2"]
        assert taken.delivery == "d1"
        deliveries.attempted(connection, taken, {"status": 500}, deliveries.DUE, at(7))
        assert deliveries.take_due(connection, at(4), at(9), 9) == []
        again = deliveries.take_due(connection, at(7), at(9), 9)
        assert [d.delivery for d in again] == ["d2", "d1"]
        deliveries.attempted(connection, again[1], {"status": 204}, deliveries.DELIVERED, at(7))
        found = deliveries.delivery_of(connection, "d1")
    assert found is not None
    assert (found.state, found.attempt) == ("delivered", 2)
    assert found.attempts == [{"status": 500}, {"status": 204}]


def test_a_mark_is_moved_by_one(store: Store) -> None:
    with store.editing() as connection:
        assert deliveries.mark_of(connection, "told") == 0
        assert deliveries.set_mark(connection, "told", 0, 7)
        assert not deliveries.set_mark(connection, "told", 0, 9)
        assert deliveries.set_mark(connection, "told", 7, 9)
        assert deliveries.mark_of(connection, "told") == 9
