"""The steps of a period's life, taken one by one: submit, approve, publish, object, return, pay.

Each is one transaction with its audit entry. What a step needs is looked at inside it, where no
other writer can come between; locking and unlocking stand in :mod:`~.locking`.
Source: specification page 2 "A period's life".
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from equivalents.errors import DataError, Problem
from equivalents.policy.calendar import parse_day, parse_period, print_day
from equivalents.store.engine import Store
from equivalents.store.lifestate import Done, Life, life_of
from equivalents.store.results import results_of
from equivalents.store.schema import DOCUMENTS, STEPS
from equivalents.store.sealing import sha256_of
from equivalents.store.steps import Flow, FlowStep, flow_of, read_flow
from equivalents.store.writing import Writing, json_text, parsed

__all__ = [
    "Taken",
    "answer",
    "approve",
    "flow_for",
    "flow_now",
    "keep_flow",
    "known_periods",
    "life",
    "need_why",
    "object_to",
    "pay",
    "period_name",
    "publish",
    "put_flow",
    "result_number",
    "send_back",
    "submit",
    "take",
    "written",
]

_KIND = "steps"


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken: for whom, in which round; ``facts`` say what came of it."""

    period: str
    step: str
    institution: str
    who: str
    round: int
    facts: Mapping[str, Any]


# -- reading ---------------------------------------------------------------------------------------


def period_name(text: str) -> str:
    """A period as it was written.

    Raises:
        DataError: ``PERIOD_INVALID``.
    """
    try:
        return parse_period(text).name
    except ValueError:
        raise DataError([Problem("PERIOD_INVALID", value=text)]) from None


def known_periods(connection: Connection) -> list[str]:
    """Every period that a step was taken of, by its first day and name."""
    names = {str(one) for one in connection.execute(select(STEPS.c.period)).scalars()}
    return sorted(names, key=lambda name: (parse_period(name).start, name))


def life(connection: Connection, period: str) -> Life:
    """Where a period stands."""
    rows = [_done(row) for row in _step_rows(connection, period)]
    wanted = {str(row.facts["flow"]) for row in rows if row.step == "settled"}
    flows = {digest: _kept_flow(connection, digest) for digest in sorted(wanted)}
    return life_of(period, rows, flows, flow_for(connection, period))


def _step_rows(connection: Connection, period: str) -> list[RowMapping]:
    found = connection.execute(select(STEPS).where(STEPS.c.period == period)).mappings()
    return sorted(found, key=lambda row: int(row["id"]))


def _done(row: RowMapping) -> Done:
    names = ("step", "who", "at", "why", "round", "result_id", "seq")
    same = {name: row[name] for name in names}
    return Done(**same, institution=row["institution_id"], facts=parsed(row["facts"]) or {})


def flow_for(connection: Connection, period: str) -> Flow:
    """The flow of a period that begins now: the store's latest for its first day, else ours."""
    columns, start = DOCUMENTS.c, parse_period(period).start
    wanted = select(columns.id, columns.body, columns.sha256).where(columns.kind == _KIND)
    best: tuple[int, int, Flow] | None = None
    for number, body, digest in connection.execute(wanted):
        flow = _parsed_flow(str(body), str(digest))
        if flow.valid_from <= start and (best is None or (flow.valid_from, number) > best[:2]):
            best = flow.valid_from, int(number), flow
    return best[2] if best else _shipped()


@cache
def _shipped() -> Flow:
    return read_flow()


@cache
def _parsed_flow(text: str, digest: str) -> Flow:
    return flow_of(text, f"steps {digest[:12]}")


def _kept_flow(connection: Connection, digest: str) -> Flow:
    columns = DOCUMENTS.c
    wanted = select(columns.body).where(columns.kind == _KIND, columns.sha256 == digest)
    return _parsed_flow(str(connection.execute(wanted.limit(1)).scalar_one()), digest)


def result_number(store: Store, period: str, number: int = 0) -> int:
    """The result that the steps of a period are about, or another of its results by its number.

    Raises:
        DataError: ``PERIOD_NOT_SETTLED``; ``RESULT_UNKNOWN``: the period has none of that number.
    """
    with store.reading() as connection:
        of = life(connection, period_name(period))
        known = [one.id for one in results_of(connection, period)]
    if not number and of.settled is None:
        raise DataError([Problem("PERIOD_NOT_SETTLED", value=period)])
    if number and number not in known:
        facts = {"period": period, "known": ", ".join(map(str, known)) or "-"}
        raise DataError([Problem("RESULT_UNKNOWN", value=str(number), facts=facts)])
    return number or of.result_id


# -- writing ---------------------------------------------------------------------------------------


def keep_flow(writer: Writing, flow: Flow) -> str:
    """Keep the text of a flow, unless it is kept already; gives its hash.

    The flow of a period in progress stays the one it began with, also when we ship another.
    """
    digest = sha256_of(flow.text.encode())
    columns = DOCUMENTS.c
    known = select(columns.id).where(columns.kind == _KIND, columns.sha256 == digest).limit(1)
    if writer.connection.execute(known).first() is None:
        writer.add_one(DOCUMENTS, kind=_KIND, name=flow.name, body=flow.text, sha256=digest)
    return digest


def flow_now(store: Store, period: str = "") -> Flow:
    """The flow of a period: that of its result, else the one it would begin with now.

    Without a period: the latest of the store, else ours.
    """
    with store.reading() as connection:
        if period:
            return life(connection, period_name(period)).flow
        return flow_for(connection, "2199")


def put_flow(store: Store, path: Path, why: str = "") -> Flow:
    """Keep a flow of the store's own; it holds for periods that begin on its first day or later.

    Raises:
        DataError: what is wrong with the file.
    """
    flow = read_flow(path)
    with store.writing("steps.put", object_kind="steps", object_id=flow.name, why=why) as writer:
        digest = keep_flow(writer, flow)
        writer.after = {"steps": flow.name, "sha256": digest}
    return flow


@contextmanager
def take(
    store: Store, act: str, period: str, institution: str = "", why: str = ""
) -> Iterator[tuple[Writing, Life, FlowStep]]:
    """A transaction that takes the step of the flow which an act stands for; it is due, and may be
    taken by who asks. The block writes it (:func:`written`).

    Raises:
        DataError: the step cannot be taken: see :class:`~.lifestate.Life`; ``STEP_WHY``.
    """
    period_name(period)
    with store.writing(f"period.{act}", object_kind="period", object_id=period, why=why) as writer:
        found = life(writer.connection, period)
        step = found.due(act, institution)
        found.check_person(step, institution, writer.who)
        if "why" in step.needs:
            need_why(act, why)
        yield writer, found, step


def need_why(act: str, why: str) -> None:
    """Raises: DataError: ``STEP_WHY``: no reason was given."""
    if not why.strip():
        raise DataError([Problem("STEP_WHY", value=act)])


def written(
    writer: Writing,
    of: Life,
    step: str,
    institution: str = "",
    result_id: int | None = None,
    **facts: Any,
) -> Taken:
    """Write a step down, in the table and in the audit entry."""
    if result_id is None and of.settled is not None:
        result_id = of.settled.result_id
    writer.add_one(
        STEPS,
        period=of.period,
        institution_id=institution,
        step=step,
        round=of.round,
        who=writer.who,
        at=writer.at,
        why=writer.why,
        result_id=result_id,
        facts=json_text(facts),
    )
    writer.before = {"state": of.name, "round": of.round}
    after = {"step": step, "round": of.round, "result": result_id, **facts}
    writer.after = {**after, "institution": institution} if institution else after
    return Taken(of.period, step, institution, writer.who, of.round, facts)


def submit(store: Store, period: str, institution: str, why: str = "") -> Taken:
    """An institution submits its part of the result (上报).

    Raises:
        DataError: see :func:`take`.
    """
    with take(store, "submit", period, institution, why) as (writer, of, step):
        return written(writer, of, step.step, institution)


def approve(store: Store, period: str, institution: str = "", on: str = "", why: str = "") -> Taken:
    """The institution, or the community, approves; ``on``: the day, for what asks for one.

    Raises:
        DataError: see :func:`take`; ``STEP_DATES``: before the end of publication;
            ``OBJECTIONS_OPEN``.
    """
    with take(store, "approve", period, institution, why) as (writer, of, step):
        facts: dict[str, Any] = {"on": print_day(_day(on))} if on else {}
        if "ended" in step.needs:
            _check_ended(of, on)
        if "answers" in step.needs and of.objections:
            open_ = ", ".join(map(str, sorted(of.objections)))
            raise DataError([Problem("OBJECTIONS_OPEN", value=period, facts={"numbers": open_})])
        return written(writer, of, step.step, institution, **facts)


def _check_ended(of: Life, on: str) -> None:
    """The day of approval is not before the publication's end."""
    published = of.publication()
    end = str(published.facts["end"]) if published else ""
    if not on or print_day(_day(on)) < end:
        facts = {
            "detail": f"公示到 {end} 止，请用 --on 给出其后的日期"
            f"¦the publication ends on {end}: give a later day by --on"
        }
        raise DataError([Problem("STEP_DATES", value=on, facts=facts)])


def _day(text: str) -> int:
    try:
        return parse_day(text)
    except ValueError:
        facts = {"detail": "日期写成 2026-07-05¦a date is written 2026-07-05"}
        raise DataError([Problem("STEP_DATES", value=text, facts=facts)]) from None


def publish(
    store: Store, period: str, days: tuple[str, str], institution: str = "", why: str = ""
) -> Taken:
    """Publish for objections (公示) from a day to another, the last one included.

    Raises:
        DataError: see :func:`take`; ``STEP_DATES``: no dates, or the end before the start.
    """
    with take(store, "publish", period, institution, why) as (writer, of, step):
        first, last = map(_day, days)
        if last < first:
            facts = {"detail": "截止早于开始¦the end is before the start"}
            raise DataError([Problem("STEP_DATES", value="..".join(days), facts=facts)])
        told: dict[str, Any] = {"start": print_day(first), "end": print_day(last)}
        return written(writer, of, step.step, institution, **told)


def object_to(
    store: Store, period: str, what: str, institution: str = "", person: str = ""
) -> Taken:
    """Write an objection down (异议), while the period is published and not approved.

    Raises:
        DataError: ``STEP_WHY``: what is objected to is not said; ``OBJECTION_LATE``.
    """
    need_why("object", what)
    with _aside(store, "object", period, what) as (writer, of):
        of.check_unlocked()
        if of.publication() is None or of.after_publication():
            raise DataError([Problem("OBJECTION_LATE", value=period)])
        facts: dict[str, Any] = {"number": of.objected + 1, "person": person}
        return written(writer, of, "objected", institution, **facts)


def answer(store: Store, period: str, number: int, what: str) -> Taken:
    """Answer an objection by its number (答复).

    Raises:
        DataError: ``STEP_WHY``, ``OBJECTION_UNKNOWN``: there is none of that number to answer.
    """
    need_why("answer", what)
    with _aside(store, "answer", period, what) as (writer, of):
        asked = of.objections.get(number)
        if asked is None:
            open_ = ", ".join(map(str, sorted(of.objections))) or "-"
            facts = {"numbers": open_}
            raise DataError([Problem("OBJECTION_UNKNOWN", value=str(number), facts=facts)])
        return written(writer, of, "answered", asked.institution, number=number)


def send_back(store: Store, period: str, why: str, institution: str = "") -> Taken:
    """Send a period back (退回) with a reason: a new round begins, all steps are taken again.

    ``institution``: whom the reason is about.

    Raises:
        DataError: ``STEP_WHY``, ``PERIOD_PAID``, ``PERIOD_LOCKED``; ``STEP_NOTHING``: no step of
            this round was taken.
    """
    need_why("return", why)
    with _aside(store, "return", period, why) as (writer, of):
        of.check_unlocked()
        if not of.stands:
            raise DataError([Problem("STEP_NOTHING", value=period)])
        return written(writer, of, "returned", institution)


def pay(store: Store, period: str, on: str = "", why: str = "") -> Taken:
    """Write down that a locked period was paid (发放): it never changes any more.

    Raises:
        DataError: see :func:`take`.
    """
    with take(store, "pay", period, why=why) as (writer, of, step):
        facts: dict[str, Any] = {"on": print_day(_day(on))} if on else {}
        return written(writer, of, step.step, **facts)


@contextmanager
def _aside(store: Store, act: str, period: str, why: str) -> Iterator[tuple[Writing, Life]]:
    """A transaction for what stands beside the flow."""
    period_name(period)
    with store.writing(f"period.{act}", object_kind="period", object_id=period, why=why) as writer:
        yield writer, life(writer.connection, period)
