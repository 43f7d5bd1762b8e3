"""schemathesis against the application in this process: all its phases, all its checks.

What it tries comes from the OpenAPI document alone: examples, every bound and its other side,
random requests, and chains of requests that go on with what was answered. Specification page 4;
issue 8, "Proof".
"""

from collections import Counter
from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Iterator,
    MutableMapping,
    Sequence,
)
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events

from api.incoming import COOKIE, CSRF_HEADER
from tests.service.visitors import Service

__all__ = ["Found", "PHASES", "REFUSED", "all_roles", "tried"]

PHASES = ("examples", "coverage", "fuzzing", "stateful")
REFUSED = (400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429)
"""Statuses of what is malformed; 412: an If-Match that is no ETag matches nothing."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass
class Found:
    """What was tried: failures as sentences, requests by phase, and answers by status."""

    failures: list[str] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)


def all_roles(service: Service) -> dict[str, str]:
    """Headers of somebody who may do everything that people may."""
    roles = ("administrator", "county_finance", "approver")
    who = service.person(roles[0], name="万能测试", more=roles[1:])
    cookie = f"{COOKIE}={who.cookies[COOKIE]}"
    return {"Cookie": cookie, CSRF_HEADER: who.headers[CSRF_HEADER]}


def tried(
    service: Service,
    headers: dict[str, str],
    phases: Sequence[str],
    *,
    examples: int,
    seed: int,
    paths: Collection[str] | None = None,
) -> Found:
    """What schemathesis tries in some phases, with so many examples; ``paths``: of these alone."""
    document = service.nobody.get("/v1/openapi.json").json()
    config = SchemathesisConfig.from_dict(_config(headers, examples, seed, phases))
    schema: Any = schemathesis.openapi.from_dict(document, config=config)
    schema.app = _without_lifespan(service)
    # Not tried: to log out. Who asks would be nobody from then on.
    schema = schema.exclude(path="/v1/session", method="DELETE")
    if paths is not None:
        schema = schema.include(path=[*paths])
    found = Found()
    for event in engine.from_schema(schema).execute():
        _note(found, event)
    return found


def _config(
    headers: dict[str, str], examples: int, seed: int, phases: Sequence[str]
) -> dict[str, Any]:
    generation = {"max-examples": examples, "deterministic": True, "no-shrink": True}
    # Credentials are ours, or left out by the check that they are asked for; none are made up.
    generation["with-security-parameters"] = False
    return {
        "seed": seed,
        "headers": headers,
        "continue-on-failure": True,
        "generation": generation,
        "checks": {
            "missing_required_header": {"expected-statuses": [400, 401, 403, 422, 428]},
            "negative_data_rejection": {"expected-statuses": [*REFUSED]},
            # What is well formed may still name a role, a period or a page that does not exist.
            "positive_data_acceptance": {"enabled": False},
        },
        "phases": {one: {"enabled": one in phases} for one in PHASES}
        | {"stateful": {"enabled": "stateful" in phases, "max-steps": 6}},
    }


def _without_lifespan(service: Service) -> Any:
    """The application, whose life is that of the service already."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await service.app(scope, receive, send)
            return
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    return app


def _note(found: Found, event: events.EngineEvent) -> None:
    if isinstance(event, events.ScenarioFinished):
        phase = event.phase.value
        for case_id, interaction in event.recorder.interactions.items():
            found.requests[phase] += 1
            if interaction.response is not None:
                found.statuses[interaction.response.status_code] += 1
            case = event.recorder.cases.get(case_id)
            if case is not None:
                found.operations.add(case.value.operation.label)
        found.failures += _failures(event.recorder, phase)
    elif isinstance(event, events.NonFatalError):
        found.failures.append(f"{event.label}: {event.value}")
    elif isinstance(event, events.FatalError):
        found.failures.append(f"{event.exception}")


def _failures(recorder: Any, phase: str) -> Iterator[str]:
    for checks in recorder.checks.values():
        for one in checks:
            if one.failure_info is not None:
                said = one.failure_info.failure
                told = f"{said.message}\n{one.failure_info.code_sample}"
                yield f"{phase} {said.operation} {one.name}: {told}"
