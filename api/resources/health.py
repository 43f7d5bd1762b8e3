"""Whether the service lives, is ready, and what it counts; no login, and nothing personal."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.ground import Ground
from api.models import Answered
from api.telling.metrics import CONTENT_TYPE
from equivalents.store.jobs import QUEUED, RUNNING, jobs_of
from equivalents.store.writing import head_of

__all__ = [
    "Health",
    "live",
    "metrics",
    "ready",
    "router",
]

router = APIRouter(tags=["health 运行状态"])


class Health(Answered):
    """The service answers; ``store`` says whether its database does, too."""

    status: str
    store: str


@router.get("/health", summary="存活 Lives")
def live() -> Health:
    """Whether the process answers at all."""
    return Health(status="ok", store="unasked")


@router.get("/ready", summary="就绪 Ready")
def ready(request: Request) -> Health:
    """Whether requests can be served: the store answers and has the revision of this program."""
    ground: Ground = request.app.state.ground
    with ground.store.reading() as connection:
        head_of(connection)
    return Health(status="ok", store="ok")


@router.get(
    "/metrics",
    summary="指标 Metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Counters for Prometheus; to be kept from outside by the proxy."""
    ground: Ground = request.app.state.ground
    with ground.store.reading() as connection:
        head = head_of(connection)
        found = [one.state for one in jobs_of(connection, QUEUED, RUNNING)]
    counts = {state: found.count(state) for state in (QUEUED, RUNNING)}
    ground.metrics.jobs(counts)
    ground.metrics.head(head.seq if head else 0)
    return Response(ground.metrics.render(), media_type=CONTENT_TYPE)
