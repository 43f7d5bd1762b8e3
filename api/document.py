"""The OpenAPI document: problems as they are, one way to log in, names that stay.

FastAPI documents its own shape of errors; ours is put in its place for every route. Generators of
clients make modules of tags and classes of schemas: tags are their machine names, and what many
places share, lists of values too, has one name. Source: specification page 3, page 2 "Traps
already found".
"""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.access.actions import ACTIONS
from api.asks import SAFE, Asks
from api.batches import BatchAsked
from api.problems import TYPE
from api.resources.jobs import JOB_EVENT
from api.tablebody import TableAsked

__all__ = [
    "UNCHANGED",
    "action_of",
    "api_routes",
    "asks",
    "describe",
]

_ABOUT: Final = """\
当量绩效核算服务：记录导入、核算、期间流程、发放数据。Workload equivalents and pay: imports, runs,
a period's life, payouts and exports.

Amounts and equivalents are exact decimal strings. Times are RFC 3339 with offset. Lists are paged
by `cursor` and `limit`. Every POST takes an `Idempotency-Key`, but for the two that log in: what
they answer is never kept. Mistakes are `application/problem+json` with all errors at once,
Chinese unless `Accept-Language` prefers English.
"""
_SCHEMA: Final = "#/components/schemas/"
_PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457, with a stable code and every error",
    "required": ["type", "title", "status", "code", "detail", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "total": {"type": "integer", "description": "Errors in all, where not all are shown"},
        "errors": {
            "type": "array",
            "items": {"$ref": f"{_SCHEMA}ProblemError"},
        },
    },
}
_ERROR: Final[dict[str, Any]] = {
    "title": "ProblemError",
    "type": "object",
    "description": "One thing that is wrong: a stable code, and where it stands",
    "required": ["code", "severity", "detail"],
    "properties": {
        "code": {"type": "string"},
        "severity": {"type": "string"},
        "detail": {"type": "string"},
        "pointer": {"type": "string"},
        "file": {"type": "string"},
        "sheet": {"type": "string"},
        "row": {"type": "integer"},
        "column": {"type": "string"},
        "value": {"type": "string"},
    },
}
_VALUES: Final = {
    "AppealState": ("open answered", "Whether an appeal is answered 异议状态"),
    "BankResult": ("_ paid returned pending", "What the bank did; blank: not known 银行结果"),
    "DocumentKind": ("case scheme weights map steps", "What a text rules 文本类别"),
    "DocumentPutKind": ("case scheme map steps", "What a text that is put rules 文本类别"),
    "EventName": ("period.locked payouts.approved adjustment.created", "An event 事件"),
    "ExportFormat": ("_ csv ndjson xlsx", "The form of a file; blank: the usual one 格式"),
    "ExportKind": ("lines summary bank voucher approval signing", "What is exported 导出内容"),
    "InstitutionTable": ("staff departments", "A table of one institution 机构数据表"),
    "JobEventName": ("progress ended", "What an event of a job tells 任务事件"),
    "JobState": ("queued running succeeded failed cancelled", "How a job stands 任务状态"),
    "OnError": ("reject_file quarantine_rows", "With rejected rows: nothing, or the rest 有错时"),
    "OnReject": ("stop quarantine", "With rejected records: stop, or go on without them 有退回时"),
    "Origin": ("store shipped", "Of this store, or shipped with the program 出处"),
    "PayoutKind": ("pool_share component adjustment year_end", "What a pay line is 发放类别"),
    "PayoutState": ("approved any", "Approved pay alone, or any 审批状态"),
    "RunAct": ("settle trial year_end", "What a run that is asked for does 核算种类"),
    "RunKind": ("settlement adjustment year_end", "What a run is 核算类别"),
    "Severity": ("error warning note", "How much a finding weighs 级别"),
    "StepAct": ("submit approve publish lock pay return", "A step of a period's life 步骤"),
    "WithoutAccount": ("stop skip", "Whoever has no account: stop, or leave out 缺账户时"),
}
"""Lists of values that have a name: the values, a blank one as ``_``, and what it is."""
UNCHANGED: Final = frozenset({
    "get_appeal", "get_audit_entry", "get_comparison", "get_export", "get_export_file",
    "get_import", "get_institution", "get_institution_table", "get_job", "get_job_file",
    "get_key", "get_period", "get_person", "get_proof", "get_run", "get_run_file", "get_scheme",
    "get_statement", "get_table", "get_user", "get_webhook", "list_payouts",
})  # fmt: skip
"""Operations that answer with an ETag, and 304 to who has that already."""
_SEEN: Final[dict[str, Any]] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what one has: 304 where it still stands 已有版本，未变则答 304",
    "schema": {"type": "string"},
}
_KEY: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request again gets the same answer 重发不重复",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
_PARAMETERS: Final = {
    "as_of": "As known at this audit entry 截至该条操作日志",
    "format": "In which form 格式",
    "institution_id": "Of this institution alone 机构",
    "kind": "Of this kind alone 类别",
    "name": "The name of a file 文件名",
    "object_id": "About this object alone 对象编号",
    "object_kind": "About objects of this kind alone 对象类别",
    "period": "Of this period alone 期间",
    "person_id": "Of this person alone 人员",
    "seq": "The number of the entry 序号",
    "severity": "Of this severity alone 级别",
    "show": "Say what would change, and write nothing 只看变动",
    "state": "In this state alone 状态",
    "table": "The name of a table 数据表名",
    "updated_since": "Changed since then 此后有变动",
    "who": "Of this user alone 操作人",
    "why": "The reason, for the audit trail 理由",
}
"""What parameters are that many routes take, where a route says nothing more."""
_MATCH: Final[dict[str, Any]] = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of what was read 所读版本; `*` edits whatever stands",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~][ -~]*$"},
}
_PUT: Final = (
    {
        **_MATCH,
        "required": False,
        "description": "The ETag of what was read, to change it 所读版本，修改时必带",
    },
    {
        **_MATCH,
        "name": "If-None-Match",
        "required": False,
        "description": "`*`: it is to be new 新建时写 *",
        "schema": {"type": "string", "maxLength": 1, "pattern": "^\\*$"},
    },
)
_SCHEMES: Final = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key 接口密钥"},
    "session": {"type": "apiKey", "in": "cookie", "name": "equivalents_session"},
}


def api_routes(app: FastAPI) -> Iterator[APIRoute]:
    """Every route of the API that its document tells of."""
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            yield route


def action_of(route: APIRoute) -> str:
    """The action that a route names; blank where anybody may ask."""
    found = _asks_of(route)
    return found.action if found else ""


def asks(route: APIRoute) -> bool:
    """Whether a route asks who is there."""
    return _asks_of(route) is not None


def _asks_of(route: APIRoute) -> Asks | None:
    calls = (one.call for one in route.dependant.dependencies)
    return next((one for one in calls if isinstance(one, Asks)), None)


def describe(app: FastAPI) -> None:
    """Let the application give our document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    said = get_openapi(
        title="equivalents",
        version=app.version,
        summary="标化工作当量绩效核算 Workload equivalents for primary care pay",
        description=_ABOUT,
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/", "description": "This service"}],
    )
    parts = said.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas |= {"Problem": _PROBLEM, "ProblemError": _ERROR, "JobEvent": JOB_EVENT}
    schemas |= _streamed()
    schemas["JobShown"]["properties"]["problem"]["anyOf"][0] = {"$ref": f"{_SCHEMA}Problem"}
    parts["securitySchemes"] = _SCHEMES
    routes = {
        (route.path_format, method.lower()): route
        for route in api_routes(app)
        for method in route.methods or ()
    }
    for path, operations in said["paths"].items():
        for method, operation in operations.items():
            _operation(operation, method, routes[path, method])
    for schema in schemas.values():
        _named(schema)
    said["tags"] = _tags(said["paths"])
    found: dict[str, Any] = _whole(_shared(said))
    found["components"]["schemas"] |= {
        name: {"title": name, "description": what, "type": "string", "enum": [*values]}
        for values, (name, what) in _lists().items()
    }
    return found


def _streamed() -> dict[str, Any]:
    """Schemas of bodies that routes take in pieces, so that nobody else tells of them."""
    found: dict[str, Any] = {}
    for model in (BatchAsked, TableAsked):
        said = model.model_json_schema(ref_template=_SCHEMA + "{model}")
        found |= {**said.pop("$defs", {}), model.__name__: said}
    return found


def _tags(paths: dict[str, Any]) -> list[dict[str, str]]:
    """Leave each operation the machine name of its tag; what that is called is told once."""
    known: dict[str, str] = {}
    for operations in paths.values():
        for operation in operations.values():
            told = [tag.partition(" ") for tag in operation.get("tags", ())]
            known |= {name: called for name, _, called in told}
            operation["tags"] = [name for name, _, _ in told]
    return [{"name": name, "description": known[name]} for name in sorted(known)]


def _lists() -> dict[tuple[str, ...], tuple[str, str]]:
    """The name and the description of each list of values."""
    return {
        tuple("" if one == "_" else one for one in values.split()): (name, what)
        for name, (values, what) in _VALUES.items()
    }


def _shared(said: Any) -> Any:
    """The same, with lists of values by their names."""
    if isinstance(said, list):
        return [_shared(one) for one in said]
    if not isinstance(said, dict):
        return said
    values = tuple(said["enum"]) if isinstance(said.get("enum"), list) else ()
    if values in _lists():
        name, _ = _lists()[values]
        beside = {key: said[key] for key in ("description", "default") if key in said}
        return {"$ref": f"{_SCHEMA}{name}", **beside}
    return {key: _shared(value) for key, value in said.items()}


def _operation(operation: dict[str, Any], method: str, route: APIRoute) -> None:
    """Say of an operation what its route cannot say by itself."""
    problem = {"schema": {"$ref": f"{_SCHEMA}Problem"}}
    responses = operation["responses"]
    responses.pop("422", None)
    responses["4XX"] = {"description": "Refused 不接受", "content": {TYPE: problem}}
    responses["5XX"] = {"description": "A fault 故障", "content": {TYPE: problem}}
    operation["operationId"] = route.name
    action = action_of(route)
    if action:
        operation["x-action"] = action
        if route.summary is None:
            words = route.name.replace("_", " ").capitalize()
            operation["summary"] = f"{ACTIONS[action].zh} {words}"
    parameters = operation.setdefault("parameters", [])
    for one in parameters:
        if not one.get("description"):
            one["description"] = _about(one["name"])
    if asks(route):
        operation["security"] = [{"key": []}, {"session": []}]
        if action and method.upper() not in SAFE:
            parameters.append(_KEY)
    if route.name in UNCHANGED:
        parameters.append(_SEEN)
        responses["304"] = {"description": "As it was 没有变化"}
    if method == "patch" or (method == "delete" and action):
        parameters.append(_MATCH)
    if method == "put":
        parameters += _PUT
    if not parameters:
        del operation["parameters"]


def _about(name: str) -> str:
    """What a parameter is; an id is that of its noun."""
    noun = name.removesuffix("_id")
    known = _PARAMETERS.get(name, "")
    return known or (f"The id of the {noun.replace('_', ' ')} 编号" if noun != name else "")


def _named(schema: dict[str, Any]) -> None:
    """A page of a list is named by what it lists: its class has no sentence of its own."""
    title = str(schema.get("title", ""))
    if title.startswith("Listed["):
        noun = title.removeprefix("Listed[").removesuffix("]")
        schema["description"] = f"One page of a list of {noun} 一页"


def _whole(said: Any) -> Any:
    """Bounds that are whole numbers, written as such: 1095, not 1095.0."""
    if isinstance(said, dict):
        return {key: _whole(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_whole(value) for value in said]
    return int(said) if isinstance(said, float) and said.is_integer() else said
