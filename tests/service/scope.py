"""What each noun is tried with at an own and at another institution: a probe, or why it has none.

:data:`PROBES` name the list of a noun, where a row of it belongs, and the address of one of its
objects. A noun that is in neither table fails a test, so that none comes without one.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from equivalents.store.jobs import add_job, ask_cancel
from equivalents.store.periods import approve, publish, submit
from tests.service.lives import People, ended, people
from tests.service.visitors import Service, served
from tests.store.lives import H1, by, fill, import_rows
from tests.stores import new_place

__all__ = ["County", "PLACES", "PROBES", "Probe", "UNSCOPED", "county"]

PLACES: Final = ("C01", "C02")
_BAD: Final = "C01,P01,XX99,2026-02-03,1\nC02,P03,XX99,2026-04-05,1\n"

Row = dict[str, Any]


@dataclass(frozen=True)
class County:
    """A service with something of each noun at both institutions, and who works there."""

    service: Service
    them: People
    run: str
    jobs: Mapping[str, str]
    exports: Mapping[str, str]


@dataclass(frozen=True)
class Probe:
    """How a noun is tried.

    ``listed``: its list; ``asked``: what is asked of it besides; ``where``: to which institution
    a row belongs, blank: to the whole county; ``one``: the address of the object of a row;
    ``hidden``: fields that are null for who sees some institutions only; ``people``: whether a
    staff member sees the own rows.
    """

    listed: str
    where: Callable[[County, Row], str] = lambda county, row: str(row["institution_id"])
    asked: Callable[[County], Mapping[str, str]] = lambda county: {}
    one: Callable[[Row], str] | None = None
    hidden: tuple[str, ...] = ()
    people: bool = False
    files: tuple[str, ...] = field(default=())


def _of(known: Mapping[str, str], row: Row) -> str:
    return next((place for place, name in known.items() if name == row["id"]), "")


PROBES: Final[Mapping[str, Probe]] = {
    "appeals": Probe("/v1/appeals", one=lambda row: f"/v1/appeals/{row['id']}", people=True),
    "exports": Probe(
        "/v1/exports",
        where=lambda county, row: _of(county.exports, row),
        one=lambda row: f"/v1/exports/{row['id']}",
        files=("file",),
    ),
    "findings": Probe("/v1/findings", asked=lambda county: {"run_id": county.run}),
    "institutions": Probe(
        "/v1/institutions", one=lambda row: f"/v1/institutions/{row['institution_id']}"
    ),
    "jobs": Probe(
        "/v1/jobs",
        where=lambda county, row: _of(county.jobs, row),
        one=lambda row: f"/v1/jobs/{row['id']}",
        files=("events",),
    ),
    "payouts": Probe("/v1/payouts", asked=lambda county: {"run_id": county.run}, people=True),
    "people": Probe(
        "/v1/people",
        where=lambda county, row: str(row["postings"][0]["institution_id"]),
        one=lambda row: f"/v1/people/{row['person_id']}",
        people=True,
    ),
    "periods": Probe(
        "/v1/periods",
        where=lambda county, row: "*",
        one=lambda row: f"/v1/periods/{row['period']}",
        hidden=("people", "amount"),
    ),
    "read-backs": Probe("/v1/read-backs", asked=lambda county: {"export_id": county.exports[""]}),
    "runs": Probe(
        "/v1/runs",
        where=lambda county, row: "*",
        one=lambda row: f"/v1/runs/{row['id']}",
        hidden=("people", "amount"),
    ),
    "tables": Probe(
        "/v1/tables/pools",
        asked=lambda county: {"period": H1},
        where=lambda county, row: str(row["row"]["institution_id"]),
    ),
}
"""Nouns with a reach; a row at ``*`` is everybody's, but for its hidden fields."""

UNSCOPED: Final[Mapping[str, str]] = {
    "api-keys": "managed for the whole county, by a role that is never of an institution",
    "audit-entries": "a community action: an entry may tell of every institution",
    "deliveries": "a webhook is the whole county's",
    "first-administrator": "there is nobody yet",
    "health": "open, and says nothing of anybody",
    "metrics": "open, and says nothing of anybody",
    "ready": "open, and says nothing of anybody",
    "schemes": "public to all who are let in",
    "session": "who asks, and nobody else",
    "unlock-requests": "a period is unlocked by community actions",
    "users": "managed for the whole county, by a role that is never of an institution",
    "webhooks": "a webhook is the whole county's",
    "weight-tables": "public to all who are let in",
}
"""Nouns without one, each with its reason."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "adjustments": "tests/service/test_life.py: shown to the person once published",
    "comparisons": "tests/service/test_runs.py: one's own, files in part",
    "imports": "tests/service/test_records.py: who brings, sees and voids which",
    "records": "tests/service/test_records.py: those of the institutions that one sees",
    "statements": "tests/service/test_runs.py: for whom they are about; here by address",
}
"""Nouns whose reach another test tries, with the test."""


@contextmanager
def county(folder: Path) -> Iterator[County]:
    """Two institutions with payouts, findings, appeals, exports and jobs of each."""
    with served(new_place("sqlite", folder, ""), folder / "data") as service:
        store, them = service.store, people(service)
        fill(store, H1)
        import_rows(store, _BAD, "错")
        body = {"period": H1, "kind": "settle", "on_reject": "quarantine"}
        job = ended(them.finance, them.finance.post("/v1/runs", json=body))
        for one in PLACES:
            submit(by(store, f"会计{one}"), H1, one)
            approve(by(store, f"院长{one}"), H1, one)
        publish(by(store, "县财务"), H1, ("2026-07-01", "2026-07-05"))
        _object(them)
        approve(by(store, "县主任"), H1, on="2026-07-06")
        exports = {one: _exported(them.accountants[one]) for one in PLACES}
        exports[""] = _exported(them.finance)
        _read_back(service.program(), exports[""])
        jobs = {one: _job(service, one) for one in PLACES}
        yield County(service, them, str(job["result"]["run_id"]), jobs, exports)


def _object(them: People) -> None:
    """An appeal of a staff member and one of an institution, both answered."""
    said = {"period": H1, "text": "少一次巡诊"}
    asked = (
        (them.staff, {"person_id": "P02", "institution_id": "C01"}),
        (them.accountants["C01"], {"person_id": "P01", "institution_id": "C01"}),
        (them.accountants["C02"], {"institution_id": "C02"}),
    )
    for who, about in asked:
        made = who.post("/v1/appeals", json={**said, **about})
        assert made.status_code == 201, made.text
        answer = {"text": "已核"}
        done = them.finance.post(f"{made.headers['location']}/answer", json=answer)
        assert done.status_code == 201, done.text


def _exported(who: Any) -> str:
    job = ended(who, who.post("/v1/exports", json={"period": H1, "as": "lines"}))
    assert job["state"] == "succeeded", job
    return str(job["result"]["id"])


def _read_back(payroll: Any, export: str) -> None:
    """What the bank did for somebody of each institution."""
    said = {"tax": "0.00", "bank_result": "paid"}
    people_of = (("P01", "C01"), ("P03", "C02"))
    rows = [{"person_id": one, "institution_id": place, **said} for one, place in people_of]
    made = payroll.post("/v1/read-backs", json={"export_id": export, "rows": rows})
    assert made.status_code == 201, made.text


def _job(service: Service, place: str) -> str:
    """A job of somebody else about one institution, ended."""
    name, now = f"job_{place}", service.ground.now()
    with service.store.editing() as connection:
        said = {"kind": "none", "asked": {}, "owner": "usr_0", "who": "系统"}
        add_job(connection, name, now=now, institutions=[place], **said)
        ask_cancel(connection, name, now)
    return name
