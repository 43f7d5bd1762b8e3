"""Exports: whole-period files with control totals, and who took which batch (导出与签收)."""

from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from api.access.roles import ALL
from api.asks import Asking, Asks
from api.exportsasked import export_problems
from api.ground import new_id
from api.jobs.exporting import EXPORTS, export_file
from api.jobs.told import in_language
from api.models import Amount, Answered, Asked, PeriodName, Time, Why
from api.paging import Listed, Paged, paged
from api.parts import FILES, media_type
from api.periodshown import run_name
from api.problems import RequestError
from api.resources.jobs import JobShown, queued
from api.resources.payouts import RUN_OR_NONE, approved_run, standing_run
from api.rowsasked import Found
from api.runsasked import need_somewhere, queue
from equivalents.errors import DataError, Place, Problem
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, add_fact, fact_of, facts_of, standing
from equivalents.store.jobs import Job
from equivalents.store.resultshown import ResultShown
from equivalents.store.trail import entry_of

__all__ = [
    "Acknowledgement",
    "ControlTotal",
    "Export",
    "ExportAsked",
    "ExportFile",
    "ExportId",
    "Taken",
    "acknowledge",
    "create_export",
    "export_found",
    "get_export",
    "get_export_file",
    "list_exports",
    "router",
]

router = APIRouter(prefix="/v1/exports", tags=["exports 导出"])
ExportId = Annotated[str, InPath(pattern="^exp_[0-9A-Z]{1,40}$")]
_TAKEN: Final = "acknowledgement"


class ExportAsked(Asked):
    """What to export: of a run, or of the approved run of a period.

    ``map`` names a shipped column or voucher map; ``tax_month`` and ``income_type`` are those of
    every line; ``institution_id`` alone is exported, else all that the asker exports for;
    ``without_account``: whoever has no account stops a bank list, or stands apart.
    """

    what: Annotated[
        Literal["lines", "summary", "bank", "voucher", "approval", "signing"], Field(alias="as")
    ]
    period: PeriodName | None = None
    run_id: Annotated[str, Field(pattern=RUN_OR_NONE)] = ""
    institution_id: Annotated[str, Field(max_length=200)] = ""
    format: Literal["", "csv", "ndjson", "xlsx"] = ""
    map: Annotated[str, Field(pattern="^[a-z0-9-]{0,60}$")] = ""
    tax_month: Annotated[str, Field(pattern="^([0-9]{4}-(0[1-9]|1[0-2]))?$")] = ""
    income_type: Annotated[str, Field(min_length=1, max_length=50)] = "工资薪金"
    without_account: Literal["stop", "skip"] = "stop"
    why: Why = ""


class ControlTotal(Answered):
    """By it whoever takes a batch proves that it is whole (控制数)."""

    people: int
    lines: int
    amount: Amount
    sha256: str
    covers: str


class ExportFile(Answered):
    """The file of an export; ``charset`` is that of a text, blank of a workbook."""

    name: str
    size: int
    sha256: str
    charset: str = ""


class Acknowledgement(Answered):
    """Who took a batch, and when."""

    batch: str
    taken_by: str
    note: str
    by: str
    at: Time
    seq: int


class Export(Answered):
    """An export with its control total, and who took it.

    ``stands``: its run is what the community approves of now; else the period was sent back,
    unlocked or settled anew, and the file must not be paid. ``apart``: of a bank list, whom it
    leaves out: with ``control`` it is all that the run pays there. ``warnings`` are codes,
    ``problems`` the first 1,000 of them with the row of the table and what to do.
    """

    id: str
    run_id: str
    period: str
    institutions: list[str] | None
    what: Annotated[str, Field(serialization_alias="as")]
    format: str
    map: str
    map_sha256: str
    tax_month: str
    income_type: str
    stands: bool
    control: ControlTotal
    apart: ControlTotal | None
    file: ExportFile
    warnings: list[str]
    problems: list[Found]
    at: Time
    seq: int
    acknowledgements: list[Acknowledgement]


class Taken(Asked):
    """A batch that was taken: its control total as counted by whoever took it."""

    batch: Annotated[str, Field(min_length=1, max_length=100)]
    taken_by: Annotated[str, Field(min_length=1, max_length=100)]
    people: Annotated[int, Field(ge=0, le=10_000_000)]
    amount: Amount
    note: Annotated[str, Field(max_length=2_000)] = ""


@router.post("", status_code=202, response_model=JobShown)
def create_export(
    asked: ExportAsked, asking: Annotated[Asking, Depends(Asks("exports.create"))]
) -> Response:
    """Make an export: a job whose result names it. A bank list needs clear account numbers."""
    places = _places(asking, asked.institution_id)
    if asked.what == "bank":
        _need_clear(asking, places)
    problems = [*export_problems(asked.what, asked.format, asked.map)]
    if not asked.period and not asked.run_id:
        problems.insert(0, Problem("FIELD_MISSING", Place(column="/period")))
    if problems:
        raise DataError(problems)

    def add(connection: Connection) -> Job:
        named = (asked.period or "", asked.run_id)
        run = approved_run(connection, asking, named, "approved", "/")
        if run is None:
            raise DataError([Problem("EXPORT_UNAPPROVED", value=asked.period or "")])
        _check_paid(run, asked.institution_id, places)
        said: dict[str, Any] = asked.model_dump(by_alias=True) | {
            "export_id": new_id("exp"),
            "result_id": run.result.id,
            "run_id": run_name(run.result.id),
            "period": run.result.period,
            "institutions": places,
        }
        return queue(asking, connection, "export", said)

    return queued(asking, add)


def _places(asking: Asking, institution: str) -> list[str] | None:
    """The institutions of an export; ``None``: all there are.

    Raises:
        DataError: ``FORBIDDEN_INSTITUTION`` and others of :meth:`~api.asks.Asking.need`.
    """
    if institution:
        asking.need("exports.create", institution)
        return [institution]
    need_somewhere(asking, "exports.create")
    reach = asking.principal.institutions("exports.create")
    return None if reach is ALL else sorted(map(str, reach))


def _check_paid(run: ResultShown, institution: str, places: list[str] | None) -> None:
    """Refuse an export of institutions that the run pays nothing: it would be empty.

    Raises:
        RequestError: ``OBJECT_UNKNOWN``.
    """
    if places is not None and not {*places} & {*run.made.facts["institutions"]}:
        value = institution or ", ".join(places)
        raise RequestError("OBJECT_UNKNOWN", value, pointer="/institution_id")


def _need_clear(asking: Asking, places: list[str] | None) -> None:
    """Refuse who may not see account numbers in full at each institution of a bank list."""
    for one in [""] if places is None else places:
        asking.need("personal.read_clear", one)


def _export(asking: Asking, connection: Connection, fact: Fact) -> Export:
    body = fact.body
    apart = body.get("apart")
    names = ("id", "period", "institutions", "format", "map_sha256", "tax_month", "income_type")
    return Export(
        **{name: body[name] for name in names},
        map=body.get("map", ""),
        run_id=body["run"],
        what=body["as"],
        stands=standing_run(connection, asking, "", body["run"]) is not None,
        control=ControlTotal(**body["control"]),
        apart=ControlTotal(**apart["control"]) if apart else None,
        file=ExportFile(**body["files"][0]),
        warnings=body["warnings"],
        problems=[Found(**in_language(one, asking.language)) for one in body.get("problems", ())],
        at=_time_of(connection, fact),
        seq=fact.seq,
        acknowledgements=[
            Acknowledgement(**one.body, at=_time_of(connection, one), seq=one.seq)
            for one in facts_of(connection, _TAKEN, fact.subject)
        ],
    )


def _time_of(connection: Connection, fact: Fact) -> str:
    entry = entry_of(connection, fact.seq)
    assert entry is not None, "a fact has its entry"
    return entry.at


def _sees(asking: Asking, fact: Fact) -> bool:
    """Whether everything of an export is within the asker's reach."""
    reach, of = asking.principal.institutions(asking.action), fact.body["institutions"]
    return reach is ALL or (of is not None and all(one in reach for one in of))


def export_found(asking: Asking, connection: Connection, export_id: str) -> Fact:
    """An export of which the asker may see everything.

    Raises:
        RequestError: ``OBJECT_UNKNOWN``.
    """
    fact = fact_of(connection, EXPORTS, export_id)
    if fact is None or not _sees(asking, fact):
        raise RequestError("OBJECT_UNKNOWN", export_id)
    return fact


@router.get("")
def list_exports(
    asking: Annotated[Asking, Depends(Asks("exports.read"))],
    page: Paged,
    period: Annotated[PeriodName | None, Query()] = None,
) -> Listed[Export]:
    """Exports, oldest first; who sees some institutions sees those of theirs alone."""
    with asking.reading() as connection:
        every = [
            one
            for one in standing(connection, EXPORTS).values()
            if period in (None, one.body["period"]) and _sees(asking, one)
        ]
        part, more, cursor = paged(page, "exports", every, lambda one: (one.id,))
        data = [_export(asking, connection, one) for one in part]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.get("/{export_id}", response_model=Export)
def get_export(
    export_id: ExportId, asking: Annotated[Asking, Depends(Asks("exports.read"))]
) -> Response:
    """One export."""
    with asking.reading() as connection:
        one = _export(asking, connection, export_found(asking, connection, export_id))
    return asking.answer(one, etag=f"{one.id}-{len(one.acknowledgements)}-{one.stands:d}")


@router.get("/{export_id}/file", response_class=Response, responses=FILES)
def get_export_file(
    export_id: ExportId, asking: Annotated[Asking, Depends(Asks("exports.read"))]
) -> Response:
    """The file; its ETag is its hash. A bank list needs clear account numbers.

    A file that was tidied away is made again, with the same bytes.
    """
    with asking.reading() as connection:
        body = export_found(asking, connection, export_id).body
    if body["as"] == "bank":
        _need_clear(asking, body["institutions"])
    path = export_file(asking.ground.store, asking.ground.data, body)
    if path is None:
        raise DataError([Problem("EXPORT_GONE", value=export_id)])
    called = f"{body['period']}{_CALLED[body['as']]}{path.suffix}"
    etag = body["files"][0]["sha256"]
    headers = {
        "ETag": f'"{etag}"',
        "Content-Disposition": f'attachment; filename="{path.name}"; '
        f"filename*=UTF-8''{quote(called)}",
    }
    if asking.has(etag):
        return Response(None, 304, headers)
    charset = body["files"][0].get("charset") or "utf-8"
    return _Whole(path, 200, headers, media_type(path.name, charset))


class _Whole(FileResponse):
    """A file as a whole, also where a part was asked for: its control total is of the whole."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.headers["Accept-Ranges"] = "none"
        kept = [pair for pair in scope["headers"] if pair[0] != b"range"]
        await super().__call__({**scope, "headers": kept}, receive, send)


_CALLED: Final = {
    "lines": "发放明细",
    "summary": "发放合计",
    "bank": "银行代发",
    "voucher": "记账凭证",
    "approval": "审批表",
    "signing": "签字表",
}
"""What a file is called where it is kept."""


@router.post("/{export_id}/acknowledgement", status_code=201, response_model=Export)
def acknowledge(
    export_id: ExportId,
    asked: Taken,
    asking: Annotated[Asking, Depends(Asks("exports.acknowledge"))],
) -> Response:
    """Say who took which batch; refused where its people or amount are not those of the export."""

    def made(store: Store) -> Export:
        of_it = {"object_kind": EXPORTS, "object_id": export_id}
        with store.writing("export.acknowledge", **of_it) as writer:
            fact = export_found(asking, writer.connection, export_id)
            control = fact.body["control"]
            if (asked.people, asked.amount) != (control["people"], control["amount"]):
                facts = {"people": str(control["people"]), "amount": control["amount"]}
                raise DataError([Problem("EXPORT_CONTROL", value=export_id, facts=facts)])
            said = {"batch": asked.batch, "taken_by": asked.taken_by, "note": asked.note}
            writer.after = said
            add_fact(writer, _TAKEN, export_id, {**said, "by": writer.who})
        with store.reading() as connection:
            return _export(asking, connection, fact)

    return asking.act(made)
