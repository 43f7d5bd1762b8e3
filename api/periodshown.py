"""A period as it is answered: what everybody may know of it, and what only some may.

How far each institution is, and who took which step, is no secret within one's scope. Sums of the
whole county, results and differences are for those who see all results; what an entry was before
and after for those who read the audit trail.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Connection

from api.access.roles import ALL, Principal
from api.models import Amount, Answered, PeriodName, Time
from equivalents.store.lifeshown import period_shown
from equivalents.store.trail import last_seq

__all__ = [
    "FlowStepShown",
    "LockShown",
    "Period",
    "PeriodHead",
    "ResultNamed",
    "StepShown",
    "UnlockShown",
    "head_shown",
    "period_answer",
    "period_etag",
    "run_name",
    "sees_all",
]

_OF_PEOPLE = frozenset({"period.object", "period.answer"})


class PeriodHead(Answered):
    """A period at a glance; sums are null for who sees some institutions only."""

    period: PeriodName
    state: Annotated[str, Field(description="open, settled, or the last step that all have taken")]
    round: int
    people: int | None
    amount: Amount | None
    objections: list[int]


class FlowStepShown(Answered):
    """A step of the flow; ``missing``: institutions of one's scope that have not taken it."""

    step: str
    title: str
    level: Annotated[str, Field(pattern="^(institution|community)$")]
    act: str
    missing: list[str]
    missing_count: int


class StepShown(Answered):
    """What was done; ``before`` and ``after`` for who reads the audit trail."""

    seq: int
    at: Time
    who: str
    action: str
    institution_id: str
    why: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ResultNamed(Answered):
    """A result of the period."""

    run_id: str
    kind: str
    method: str
    as_of: int
    sha256: str
    about: str


class UnlockShown(Answered):
    """Who opened a lock and why; ``difference``: what was different then."""

    asked_by: str
    allowed_by: str
    why: str
    difference: list[list[Any]] | None


class LockShown(Answered):
    """A lock, as it is printed on the minutes."""

    lock: int
    run_id: str
    as_of: int
    root: str
    payouts_root: str
    hash: str
    previous: str
    supersedes: int | None
    unlocked: UnlockShown | None


class Period(PeriodHead):
    """A period: its flow with who is still wanting, its steps, results and locks."""

    seq: int
    flow: list[FlowStepShown]
    steps: list[StepShown]
    results: list[ResultNamed]
    locks: list[LockShown]


def run_name(result_id: int) -> str:
    """The id of a kept result in the API."""
    return f"run_{result_id}"


def sees_all(principal: Principal) -> bool:
    """Whether somebody sees the results of every institution."""
    return principal.institutions("runs.read") is ALL


def head_shown(found: Mapping[str, Any], principal: Principal) -> dict[str, Any]:
    """The members of a head, out of what the store shows."""
    whole = sees_all(principal)
    return {
        "period": found["period"],
        "state": found["state"],
        "round": found["round"],
        "people": found["people"] if whole else None,
        "amount": (found["amount"] or None) if whole else None,
        "objections": found["objections"] if whole else [],
    }


def period_etag(connection: Connection, period: str) -> str:
    """The last audit entry about a period."""
    return str(last_seq(connection, "period", period))


def period_answer(connection: Connection, period: str, principal: Principal) -> Period:
    """A period as somebody may see it.

    Raises:
        DataError: ``PERIOD_INVALID``.
    """
    found = period_shown(connection, period)
    named = [{**one, "run_id": run_name(one["result"])} for one in found["results"]]
    names = ("run_id", "kind", "method", "as_of", "sha256", "about")
    return Period(
        **head_shown(found, principal),
        seq=last_seq(connection, "period", period),
        flow=[_flow(one, principal) for one in found["flow"]],
        steps=[_step(one, principal) for one in found["trail"] if _sees(one, principal)],
        results=[ResultNamed(**{name: one[name] for name in names}) for one in named],
        locks=[_lock(one, principal) for one in found["locks"]],
    )


def _flow(one: Mapping[str, Any], principal: Principal) -> FlowStepShown:
    missing, reach = one["missing"], principal.institutions("periods.read")
    said = {name: one[name] for name in ("step", "title", "level", "act")}
    seen = [name for name in missing if name and name in reach]
    return FlowStepShown(**said, missing=seen, missing_count=len(missing))


def _sees(entry: Mapping[str, Any], principal: Principal) -> bool:
    """Steps of other institutions, and what people object to, are not for everybody."""
    after = entry["after"] or {}
    place = str(after.get("institution", ""))
    if entry["action"] in _OF_PEOPLE:
        return principal.sees_person("appeals.read", str(after.get("person", "")), place)
    return not place or principal.may_at("periods.read", place)


def _step(entry: Mapping[str, Any], principal: Principal) -> StepShown:
    audits = principal.institutions("audit.read") is ALL
    after = entry["after"] or {}
    said = {name: entry[name] for name in ("seq", "at", "who", "action")}
    return StepShown(
        **said,
        institution_id=str(after.get("institution", "")),
        why=entry["why"] if _hears_why(principal) else "",
        before=entry["before"] if audits else None,
        after=entry["after"] if audits else None,
    )


def _hears_why(principal: Principal) -> bool:
    """A reason may name people: it is for who does the work, not for everybody it is about."""
    return principal.may("runs.read")


def _lock(one: Mapping[str, Any], principal: Principal) -> LockShown:
    names = ("lock", "as_of", "root", "payouts_root", "hash", "previous", "supersedes")
    said: dict[str, Any] = {name: one[name] for name in names}
    opened = one["unlocked"]
    if opened is not None:
        difference = opened["difference"] if sees_all(principal) else None
        why = opened["why"] if _hears_why(principal) else ""
        said["unlocked"] = UnlockShown(**{**opened, "difference": difference, "why": why})
    return LockShown(**{"unlocked": None, **said}, run_id=run_name(one["result"]))
