"""Requests to unlock a period (解锁申请), and a person's proof that a lock holds their pay."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.responses import Response

from api.asks import Asking, Asks
from api.models import Answered, Asked, Id, PeriodName, Time, Why
from api.paging import Listed, Paged, paged
from api.problems import RequestError
from api.unlocking import UNLOCK_REQUESTS, allow_unlock, allowable_lock, ask_to_unlock
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, standing
from equivalents.store.periods import period_name
from equivalents.store.proofs import proof_for

__all__ = [
    "AllowAsked",
    "PersonProof",
    "ProofLine",
    "UnlockAsked",
    "UnlockRequest",
    "allow_unlock_request",
    "ask_unlock",
    "get_proof",
    "list_unlock_requests",
    "router",
]

router = APIRouter(tags=["periods 期间"])


class UnlockAsked(Asked):
    """Why a period is to be unlocked."""

    why: Annotated[str, Field(min_length=1, max_length=2_000)]


class AllowAsked(Asked):
    """What who allows it has to say."""

    why: Why = ""


class UnlockRequest(Answered):
    """A request: open until another user allows it, ended where its lock no longer holds."""

    id: str
    period: PeriodName
    lock: int
    state: Annotated[str, Field(pattern="^(open|allowed|ended)$")]
    asked_by: str
    asked_at: Time
    why: str
    allowed_by: str
    seq: int


class ProofLine(Answered):
    """A line that somebody is paid by, and its way to the root: pairs of side and hash."""

    line: str
    index: int
    size: int
    path: list[tuple[str, str]]


class PersonProof(Answered):
    """A proof that docs/periods.md checks without us, against the printed hash of the lock."""

    lock: dict[str, Any]
    lock_hash: str
    lines: list[ProofLine]


def _shown(fact: Fact, allowable: int | None = None) -> UnlockRequest:
    """A request; ``allowable`` is the lock that can still be opened, 0 for none."""
    names = ("period", "lock", "state", "asked_by", "asked_at", "why", "allowed_by")
    said = {name: fact.body[name] for name in names}
    if said["state"] == "open" and allowable not in (None, said["lock"]):
        said["state"] = "ended"
    return UnlockRequest(id=fact.subject, seq=fact.seq, **said)


@router.get("/v1/periods/{period}/unlock-requests")
def list_unlock_requests(
    period: PeriodName,
    asking: Annotated[Asking, Depends(Asks("runs.read"))],
    page: Paged,
) -> Listed[UnlockRequest]:
    """Requests about a period, oldest first."""
    with asking.reading() as connection:
        every = [*standing(connection, UNLOCK_REQUESTS).values()]
        lock = allowable_lock(connection, period_name(period))
    mine = [_shown(one, lock) for one in every if one.body["period"] == period]
    mine.sort(key=lambda one: (one.asked_at, one.id))
    data, more, cursor = paged(page, "unlock-requests", mine, lambda one: (one.asked_at, one.id))
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.post("/v1/periods/{period}/unlock-requests", status_code=201, response_model=UnlockRequest)
def ask_unlock(
    period: PeriodName,
    asked: UnlockAsked,
    asking: Annotated[Asking, Depends(Asks("periods.unlock_ask"))],
) -> Response:
    """Ask to unlock a locked period that is not paid; somebody else has to allow it."""
    asking.need("periods.unlock_ask")

    def made(store: Store) -> UnlockRequest:
        return _shown(ask_to_unlock(store, asking.principal, period, asked.why))

    headers = {"Location": f"/v1/periods/{period}/unlock-requests"}
    return asking.act(made, headers=lambda made: headers)


@router.post(
    "/v1/unlock-requests/{request_id}/approval", status_code=201, response_model=UnlockRequest
)
def allow_unlock_request(
    request_id: Id,
    asked: AllowAsked,
    asking: Annotated[Asking, Depends(Asks("periods.unlock_allow"))],
) -> Response:
    """Allow it, as another user than who asked and who locked: the period is unlocked."""
    asking.need("periods.unlock_allow")

    def made(store: Store) -> UnlockRequest:
        return _shown(allow_unlock(store, asking.principal, request_id, asked.why))

    return asking.act(made)


@router.get("/v1/periods/{period}/proofs/{person_id}", response_model=PersonProof)
def get_proof(
    period: PeriodName,
    person_id: Id,
    asking: Annotated[Asking, Depends(Asks("statements.read"))],
) -> Response:
    """The proof of what a person is paid in a locked period; of the lines that one may see."""
    found = proof_for(asking.store, period_name(period), person_id)
    see = asking.principal.sees_person
    lines = [
        one
        for one in found["lines"]
        if see("statements.read", person_id, str(json.loads(one["line"])["institution_id"]))
    ]
    if not lines:
        raise RequestError("PROOF_PERSON", person_id, period=period)
    proof = PersonProof(lock=found["lock"], lock_hash=found["lock_hash"], lines=lines)
    return asking.answer(proof, etag=found["lock_hash"])
