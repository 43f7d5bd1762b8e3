"""What may be done when, and by whom: every refusal of a step, with its code.

Faults it catches: somebody who approves what they submitted; a lock before the county approved; a
publication that has not ended; an objection that nobody answers; a step of an earlier round.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from equivalents.errors import DataError
from equivalents.store.engine import Store
from equivalents.store.locking import lock
from equivalents.store.periodall import for_all
from equivalents.store.periods import (
    Taken,
    answer,
    approve,
    life,
    object_to,
    pay,
    publish,
    put_flow,
    send_back,
    submit,
)
from equivalents.store.periodsettle import How, settle_period
from equivalents.store.verify import verify
from tests.store.lives import H1, H2, HEAD, ROWS, by, case, codes, fill, run, through, told, write
from tests.store.test_steps import OWN

DAYS = ("2026-07-01", "2026-07-05")
ROWS_OF_JULY = f"{HEAD}C01,P01,MZ01,2026-07-02,1\n"


def refused(code: str, step: object, *words: object, **more: object) -> DataError:
    with pytest.raises(DataError) as error:
        step(*words, **more)  # type: ignore[operator]
    assert codes(error) == [code]
    return error.value


def test_steps_come_in_their_order(store: Store) -> None:
    refused("PERIOD_NOT_SETTLED", submit, store, H1, "C01")
    refused("PERIOD_INVALID", submit, store, "2026-13", "C01")
    fill(store)
    assert settle_period(store, H1).taken is not None
    refused("STEP_NOT_DUE", approve, store, H1, "C01")
    refused("STEP_NOT_DUE", publish, store, H1, DAYS)
    refused("STEP_NOT_DUE", lock, store, H1)
    refused("STEP_NOT_DUE", pay, store, H1)
    refused("STEP_LEVEL", submit, store, H1, "")
    refused("STEP_LEVEL", publish, store, H1, DAYS, "C01")
    refused("STEP_INSTITUTION", submit, store, H1, "C03")
    refused("STEP_NOTHING", send_back, store, H1, "试")
    refused("LOCK_ABSENT", told_unlock, store)
    submit(store, H1, "C01")
    refused("STEP_DONE", submit, store, H1, "C01")
    refused("PERIOD_UNDER_WAY", settle_period, store, H1)
    # The other institution goes on by itself, the county waits for both.
    submit(by(store, "会计"), H1, "C02")
    approve(by(store, "院长"), H1, "C02")
    missing = refused("STEP_NOT_DUE", publish, store, H1, DAYS)
    assert "审核 approved C01" in missing.problems[0].text("en")


def test_all_institutions_at_once_or_none(store: Store) -> None:
    refused("PERIOD_NOT_SETTLED", all_of, store, "submit")
    fill(store)
    settle_period(store, H1)
    refused("STEP_NOT_DUE", all_of, store, "approve")
    submit(by(store, "会计"), H1, "C02")
    assert told(store.place, "submit", H1, "--all", who="总会计")["institutions"] == ["C01"]
    refused("STEP_NOTHING_LEFT", all_of, store, "submit")
    # Who submitted for C01 may not approve there, so they approve nowhere.
    refused("STEP_SAME_PERSON", all_of, by(store, "总会计"), "approve")
    with store.reading() as connection:
        assert not [one for one in life(connection, H1).stands if one[0] == "approved"]
    printed = run(store.place, "approve", H1, "--all", who="院长").output
    assert printed.count("院长") == 2
    wrong = run(store.place, "approve", H1, "--all", "--institution", "C01", code=2)
    assert "--all" in wrong.output
    assert verify(store).problems == []


def all_of(store: Store, act: str) -> object:
    steps: dict[str, Callable[..., Taken]] = {"submit": submit, "approve": approve}
    return for_all(store, act, H1, lambda joined, one: steps[act](joined, H1, one))


def told_unlock(store: Store) -> None:
    from equivalents.store.locking import unlock

    unlock(store, H1, "试", "另一人")


def test_who_submits_does_not_approve(store: Store) -> None:
    fill(store)
    settle_period(store, H1)
    for one in ("C01", "C02"):
        submit(by(store, f"Li {one}"), H1, one)
    refused("STEP_SAME_PERSON", approve, by(store, "ｌｉ  c01"), H1, "C01")
    approve(by(store, "Li C02"), H1, "C01")  # who submitted for another institution may
    approve(by(store, "院长"), H1, "C02")
    publish(by(store, "院长"), H1, DAYS)
    for who in ("Li C01", "院长", "Li C02"):
        error = refused("STEP_SAME_PERSON", approve, by(store, who), H1, on="2026-07-06")
        assert who in error.problems[0].text("zh")
    approve(by(store, "县主任"), H1, on="2026-07-06")


def test_a_publication_has_dates_and_objections_have_answers(store: Store) -> None:
    fill(store)
    settle_period(store, H1)
    refused("OBJECTION_LATE", object_to, store, H1, "算少了")
    for one in ("C01", "C02"):
        submit(by(store, "甲"), H1, one)
        approve(by(store, "乙"), H1, one)
    for days in (("", ""), ("2026-07-01", "7月5日"), ("2026-07-05", "2026-07-01")):
        refused("STEP_DATES", publish, store, H1, days)
    publish(store, H1, DAYS)
    refused("STEP_WHY", object_to, store, H1, " ")
    first = object_to(by(store, "丙"), H1, "少一次巡诊", "C01", "P02")
    assert (first.facts["number"], first.institution) == (1, "C01")
    assert object_to(by(store, "丙"), H1, "系数不对").facts["number"] == 2
    for on in ("", "2026-07-04", "2026-7-6"):
        refused("STEP_DATES", approve, by(store, "丁"), H1, on=on)
    error = refused("OBJECTIONS_OPEN", approve, by(store, "丁"), H1, on="2026-07-05")
    assert "1, 2" in error.problems[0].text("en")
    refused("STEP_WHY", answer, store, H1, 1, "")
    answer(store, H1, 1, "已核，次数无误")
    refused("OBJECTION_UNKNOWN", answer, store, H1, 1, "再答")
    # Sent back, the other objection still waits for its answer.
    refused("STEP_WHY", send_back, store, H1, "")
    send_back(by(store, "丁"), H1, "系数要改", "C01")
    with store.reading() as connection:
        of = life(connection, H1)
    assert (of.round, of.name, [*of.objections], of.stands) == (2, "settled", [2], {})
    answer(store, H1, 2, "已改")
    through(store, H1)
    refused("OBJECTION_LATE", object_to, store, H1, "晚了")


def test_a_flow_of_the_store_holds_for_periods_that_begin_later(
    store: Store, tmp_path: Path
) -> None:
    fill(store, H1, H2)
    settle_period(store, H1)
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace("2026-01-01", "2026-07-01"), encoding="utf-8")
    put_flow(store, path, "试点")
    settle_period(store, H2)
    through(store, H1)  # the flow it began with
    refused("STEP_NOT_ALLOWED", submit, by(store, "赵"), H2, "")
    submit(by(store, "王会计"), H2, "")
    refused("STEP_WHY", approve, by(store, "张"), H2)
    refused("STEP_SAME_PERSON", approve, by(store, "王会计"), H2, why="同意")
    approve(by(store, "张"), H2, why="同意")
    refused("STEP_SAME_PERSON", lock, by(store, "王会计"), H2)
    lock(by(store, "张"), H2)
    pay(store, H2)
    shown = told(store.place, "show", H2)
    assert (shown["state"], [one["step"] for one in shown["flow"]]) == (
        "given",
        ["sent", "agreed", "shut", "given"],
    )
    assert told(store.place, "steps", "--period", H1)["steps"] == "default"
    assert told(store.place, "steps")["steps"] == "small"


def test_a_settled_period_is_kept_once_and_of_its_own_period(store: Store, tmp_path: Path) -> None:
    fill(store)
    first = settle_period(store, H1)
    again = settle_period(store, H1)
    assert (first.known, again.known) == (False, True)
    other = write(tmp_path / "other", {**case(H2), "records.csv": HEAD + ROWS[H2]})
    refused("PERIOD_OTHER", settle_period, store, H1, How(case=other))
    bad = {**case(H1), "records.csv": ROWS_OF_JULY}
    stopped = settle_period(store, H1, How(case=write(tmp_path / "bad", bad), out=tmp_path / "out"))
    assert stopped.taken is None
    assert (tmp_path / "out" / "rejected.csv").is_file()
    given = How(case=tmp_path / "bad", stop_on_reject=False)
    with pytest.raises(DataError):  # nobody is left to be paid
        settle_period(store, H1, given)
    refused("RESULT_UNKNOWN", number_of, store, 7)
    refused("PERIOD_NOT_SETTLED", number_of, store, 0, H2)


def number_of(store: Store, number: int, period: str = H1) -> int:
    from equivalents.store.periods import result_number

    return result_number(store, period, number)
