"""The OpenAPI document: problems as they are, one way to log in, names that stay.

FastAPI documents its own shape of errors; ours is put in its place for every route.
Source: specification page 3, page 2 "Traps already found".
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

__all__ = [
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
_OBJECT: Final = {"type": "object", "required": ["code", "severity", "detail"]}
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
            "items": {
                **_OBJECT,
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
            },
        },
    },
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
        "schema": {"type": "string", "enum": ["*"]},
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
        title=app.title,
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
    schemas["Problem"] = _PROBLEM
    schemas |= _streamed()
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
    found: dict[str, Any] = _whole(said)
    return found


def _streamed() -> dict[str, Any]:
    """Schemas of bodies that routes take in pieces, so that nobody else tells of them."""
    said = BatchAsked.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**said.pop("$defs"), BatchAsked.__name__: said}


def _operation(operation: dict[str, Any], method: str, route: APIRoute) -> None:
    """Say of an operation what its route cannot say by itself."""
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
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
