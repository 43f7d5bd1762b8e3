"""schemathesis, all phases with 0 failures, on a service that has a small county in its store.

Faults it catches: an answer of 500; a status, content type or body that the document does not
tell of; a malformed request that is taken; an operation that answers without credentials; a method
that is not there and is not refused with 405. Requests go by the nouns in shares, so that each
test stays short.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from equivalents.store.jobs import add_job, ask_cancel
from tests.proofs.counts import counts
from tests.service.fuzzing import all_roles, tried
from tests.service.routes import operations
from tests.service.visitors import Service, served
from tests.store.lives import fill, ready
from tests.stores import new_place

SHARES = 4
EXAMPLES = counts(3, 60)
CHAINS = counts(12, 400)
SEED = 8


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Service]:
    """A service whose store has a county that was settled and approved, and jobs that ended."""
    with served(
        new_place("sqlite", tmp_path, ""),
        tmp_path / "data",
        reads_a_minute="10000000",
        writes_a_minute="10000000",
        logins_a_minute="100000",
    ) as found:
        fill(found.store)
        ready(found.store)
        with found.store.editing() as connection:
            for number in range(3):
                name, now = f"job_{number}", found.ground.now()
                said = {"kind": "none", "asked": {}, "owner": "usr_0", "who": "县财务"}
                add_job(connection, name, now=now, **said)
                ask_cancel(connection, name, now)
        yield found


def share(service: Service, number: int) -> set[str]:
    """The paths of every fourth noun, beginning with one of the first four."""
    nouns = sorted({one.noun for one in operations(service.app)})
    mine = set(nouns[number::SHARES])
    return {one.path for one in operations(service.app) if one.noun in mine}


@pytest.mark.parametrize("number", range(SHARES))
def test_no_request_finds_a_fault(county: Service, number: int) -> None:
    paths = share(county, number)
    headers = all_roles(county)
    phases = ("examples", "coverage", "fuzzing")
    found = tried(county, headers, phases, examples=EXAMPLES, seed=SEED, paths=paths)
    assert found.failures == []
    there = {one.title for one in operations(county.app) if one.path in paths}
    assert found.operations >= there - {"DELETE /v1/session"}
    assert county.nobody.get("/v1/session", headers=headers).status_code == 200, "still let in"


def test_no_chain_of_requests_finds_a_fault(county: Service) -> None:
    headers = all_roles(county)
    found = tried(county, headers, ("stateful",), examples=CHAINS, seed=SEED)
    assert found.failures == []
    assert found.requests["stateful"] >= CHAINS
    assert county.nobody.get("/v1/session", headers=headers).status_code == 200, "still let in"


def test_a_program_finds_no_fault(county: Service) -> None:
    headers = {"Authorization": county.program("integration").headers["authorization"]}
    found = tried(county, headers, ("fuzzing",), examples=EXAMPLES, seed=SEED + 1)
    assert found.failures == []
    assert found.statuses[200] > 0


def test_a_fault_would_be_found(county: Service) -> None:
    """The proof of the proof: a route that fails, and one that answers another body."""

    def broken() -> None:
        raise KeyError("P01")

    def other() -> dict[str, int]:
        return {"said": 3}

    path = "/v1/broken-things"
    county.app.add_api_route(path, broken, summary="坏", description="Broken.")
    of_it = {"response_model": None, "responses": {200: {"model": dict[str, str]}}}
    county.app.add_api_route("/v1/other-things", other, summary="异", **of_it)  # type: ignore[arg-type]
    county.app.openapi_schema = None
    headers = all_roles(county)
    found = tried(
        county, headers, ("coverage", "fuzzing"), examples=2, seed=SEED,
        paths=(path, "/v1/other-things"),
    )  # fmt: skip
    told = "\n".join(found.failures)
    assert f"GET {path} not_a_server_error" in told
    assert "GET /v1/other-things response_schema_conformance" in told
