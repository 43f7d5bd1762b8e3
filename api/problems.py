"""Every mistake as problem+json (RFC 9457): a status, a code, and all errors at once.

The codes and sentences are those of :mod:`equivalents.reasons`, Chinese by default, English where
``Accept-Language`` prefers it. What the engine refuses (:class:`~equivalents.errors.DataError`)
becomes the status of its first code. Source: specification page 3 "Service".
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from api.language import language_of, over_http
from equivalents.errors import DataError, Place, Problem, UsageError

__all__ = [
    "RequestError",
    "TYPE",
    "add_handlers",
    "problem_body",
    "problem_response",
    "status_of",
]

TYPE: Final = "application/problem+json"
_SHOWN: Final = 1_000
"""Errors of one answer; ``total`` says how many there are."""
_LONGEST_SHOWN: Final = 200
_SECRET: Final = frozenset({"old_password", "password", "token"})

_STATUS: Final[Mapping[str, int]] = {
    "ROUTE_UNKNOWN": 404,
    "METHOD_UNKNOWN": 405,
    "OBJECT_UNKNOWN": 404,
    "BODY_JSON": 400,
    "BODY_ENCODING": 415,
    "BODY_TYPE": 415,
    "BODY_LARGE": 413,
    "BATCH_RECORDS": 413,
    "UPLOAD_BROKEN": 400,
    "UPLOAD_ROWS": 413,
    "UPLOAD_UNWRITABLE": 507,
    "CURSOR_INVALID": 400,
    "IDEMPOTENCY_KEY": 400,
    "IDEMPOTENCY_IN_FLIGHT": 409,
    "ETAG_MISSING": 428,
    "ETAG_OTHER": 412,
    "LOGIN_REFUSED": 401,
    "SIGN_IN_NEEDED": 401,
    "SESSION_ENDED": 401,
    "LINK_ENDED": 401,
    "KEY_MALFORMED": 401,
    "API_KEY_UNKNOWN": 401,
    "KEY_EXPIRED": 401,
    "KEY_REVOKED": 401,
    "KEY_ROTATION": 409,
    "CSRF_REFUSED": 403,
    "LOGIN_WAIT": 429,
    "RATE_LIMIT": 429,
    "SERVICE_FAULT": 500,
    "STORE_CASE_ABSENT": 404,
    "IMPORT_UNKNOWN": 404,
    "OBJECTION_UNKNOWN": 404,
    "RESULT_UNKNOWN": 404,
    "PROOF_PERSON": 404,
    "EXPORT_UNAPPROVED": 409,
    "EXPORT_CONTROL": 409,
    "EXPORT_GONE": 410,
    "WEBHOOK_STOPPED": 409,
    "USER_TAKEN": 409,
    "USER_LAST": 409,
    "INSTITUTION_IN_USE": 409,
    "WEIGHTS_SHIPPED": 409,
    "IMPORT_REPLACED": 409,
    "RECORD_ID_STANDS": 409,
    "PERIOD_INVALID": 422,
    "PERIOD_OTHER": 422,
    "STEP_WHY": 422,
    "STEP_DATES": 422,
    "STEP_LEVEL": 422,
    "STEP_INSTITUTION": 422,
    "STEP_NOT_ALLOWED": 403,
    "STEP_SAME_PERSON": 403,
    "UNLOCK_SECOND": 403,
    "UNLOCK_REQUEST_ENDED": 409,
    "STORE_BUSY": 503,
    "STORE_FULL": 507,
    "STORE_LOST": 503,
    "STORE_DAMAGED": 500,
}
_FAMILIES: Final = (
    ("PERIOD_", 409),
    ("STEP_", 409),
    ("LOCK_", 409),
    ("ADJUST_", 409),
    ("OBJECTION", 409),
    ("YEAR_", 409),
    ("FORBIDDEN_", 403),
    ("STORE_", 503),
)


class RequestError(DataError):
    """A request that is refused: its problems, with their pointers, and headers of the answer."""

    def __init__(
        self,
        code: str,
        value: str = "",
        *,
        pointer: str = "",
        status: int = 0,
        headers: Mapping[str, str] | None = None,
        **facts: str,
    ) -> None:
        super().__init__([Problem(code, Place(column=pointer), value, facts)])
        self.status = status
        self.headers = dict(headers or {})

    @classmethod
    def of(cls, problem: Problem, headers: Mapping[str, str] | None = None) -> "RequestError":
        """A refusal by a problem that is made already."""
        made = cls(problem.code, problem.value, headers=headers)
        made.problems = (problem,)
        return made


def status_of(code: str) -> int:
    """The status of a refusal whose first problem has a code; 422 where nothing else is said."""
    if code in _STATUS:
        return _STATUS[code]
    return next((status for start, status in _FAMILIES if code.startswith(start)), 422)


def problem_body(
    problems: Sequence[Problem], status: int, language: str, request_id: str, total: int = 0
) -> dict[str, Any]:
    """The members of a problem: its own, and one of ``errors`` for each fault."""
    first = next((one for one in problems if one.severity == "error"), problems[0])
    body: dict[str, Any] = {
        "type": f"urn:equivalents:problem:{first.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": first.code,
        "detail": over_http(first.text(language)),
        "request_id": request_id,
        "errors": [_error(one, language) for one in problems[:_SHOWN]],
    }
    if max(total, len(problems)) > len(body["errors"]):
        body["total"] = max(total, len(problems))
    return body


def _error(problem: Problem, language: str) -> dict[str, Any]:
    place = problem.place
    said: dict[str, Any] = {"code": problem.code, "severity": problem.severity}
    said["detail"] = over_http(problem.text(language))
    if place.column.startswith(("/", "?")) and not place.file:
        said["pointer"] = place.column
    else:
        for name in ("file", "sheet", "row", "column"):
            if getattr(place, name):
                said[name] = getattr(place, name)
    if problem.value:
        said["value"] = problem.value
    return said


def problem_response(
    request: Request,
    problems: Sequence[Problem],
    status: int = 0,
    headers: Mapping[str, str] | None = None,
    total: int = 0,
) -> Response:
    """The answer to a request that is refused."""
    status = status or status_of(problems[0].code)
    language = language_of(request)
    request_id = str(request.scope.get("request_id", ""))
    body = problem_body(problems, status, language, request_id, total)
    more = {"Content-Language": "en" if language == "en" else "zh-CN", **(headers or {})}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        more.setdefault("Retry-After", "10")
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    # A body may say half a character (a lone surrogate), which no answer can repeat.
    return Response(text.encode("utf-8", "replace"), status, more, TYPE)


# -- what is caught -------------------------------------------------------------------------------


def add_handlers(app: FastAPI) -> None:
    """Answer every exception of an application as a problem."""
    app.add_exception_handler(DataError, _data)
    app.add_exception_handler(UsageError, _usage)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def _data(request: Request, error: Exception) -> Response:
    assert isinstance(error, DataError)
    status, headers = 0, {}
    if isinstance(error, RequestError):
        status, headers = error.status, error.headers
    return problem_response(request, error.problems, status, headers, error.total or 0)


def _usage(request: Request, error: Exception) -> Response:
    problem = Problem("FIELD_INVALID", facts={"detail": str(error)})
    return problem_response(request, [problem], 422)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if any(one["type"] == _NO_BODY and type(one["input"]) is bytes for one in errors):
        # Nobody took it for JSON.
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        problem = Problem("BODY_TYPE", Place(column="?Content-Type"), kind, _JSON_ALONE)
        return problem_response(request, [problem])
    problems = [*_problems(errors[:_SHOWN], language_of(request))]
    status = 400 if problems[0].code == "BODY_JSON" else 422
    return problem_response(request, problems, status, total=len(errors))


def _problems(errors: Iterable[Any], language: str) -> Iterable[Problem]:
    for one in errors:
        place = Place(column=_pointer(one["loc"]))
        kind = str(one["type"])
        if kind == "json_invalid":
            detail = str(one.get("ctx", {}).get("error", ""))
            yield Problem("BODY_JSON", Place(column="/"), facts={"detail": detail})
        elif kind == "missing":
            yield Problem("FIELD_MISSING", place)
        elif kind == "extra_forbidden":
            yield Problem("FIELD_UNKNOWN", place)
        else:
            detail = _said(one, language)
            value = "" if _may_be_secret(one["loc"]) else _shown(one.get("input"))
            yield Problem("FIELD_INVALID", place, value, {"detail": detail})


_NO_BODY: Final = "model_attributes_type"
_JSON_ALONE: Final = {"allowed": "application/json"}
_ZH: Final[Mapping[str, str]] = {
    "string_pattern_mismatch": "格式应为 {pattern}",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "string_type": "应为文本",
    "string_unicode": "应为完整的 Unicode 文本",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为数组",
    "dict_type": "应为对象",
    "model_attributes_type": "应为对象",
    "model_type": "应为对象",
    "literal_error": "应为 {expected} 之一",
    "enum": "应为 {expected} 之一",
    "too_long": "至多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "greater_than_equal": "不应小于 {ge}",
    "less_than_equal": "不应大于 {le}",
}


_FORMS: Final[Mapping[str, str]] = {
    "^(19|20|21)[0-9]{2}(-(0[1-9]|1[0-2]|H[12]|Q[1-4]))?$": (
        "期间写成 2026、2026-H1、2026-Q3 或 2026-06¦"
        "a period is written 2026, 2026-H1, 2026-Q3 or 2026-06"
    ),
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "日期写成 2026-07-10¦a day is written 2026-07-10",
    "^[0-9]{4}-(0[1-9]|1[0-2])$": "月份写成 2026-06¦a month is written 2026-06",
    r"^-?(0|[1-9][0-9]*)\.[0-9]{2}$": (
        "金额写成有两位小数的文本，如 1234.50¦an amount is a text with two decimals, like 1234.50"
    ),
}
"""What is told of a form in place of its pattern."""


def _said(one: Mapping[str, Any], language: str) -> str:
    said = {**one.get("ctx", {})}
    pattern = str(said.get("pattern", ""))
    form = _FORMS.get(re.sub(r"^\^\((.*)\)\?\$$", r"^\1$", pattern)) or _FORMS.get(pattern)
    if form:
        return form
    template = _ZH.get(str(one["type"])) if language == "zh" else None
    if template is None:
        return str(one["msg"])
    if "expected" in said:
        said["expected"] = re.sub("(?:, | or )(?=')", "、", said["expected"])
    return template.format_map(said)


def _may_be_secret(loc: Sequence[Any]) -> bool:
    """Whether a password or a link is what is wrong, or stands somewhere in it: in a whole body."""
    return len(loc) == 1 or not _SECRET.isdisjoint(loc)


def _shown(value: Any) -> str:
    """What was sent, or how it begins: nobody needs to be told a whole body again."""
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return said if len(said) <= _LONGEST_SHOWN else f"{said[:_LONGEST_SHOWN]}…"


def _pointer(loc: Sequence[Any]) -> str:
    """A JSON pointer into the body, ``?name`` for a parameter."""
    where, *path = loc
    if where == "body":
        return "/" + "/".join(str(one).replace("~", "~0").replace("/", "~1") for one in path)
    return f"?{'.'.join(map(str, path))}"


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(_methods(request))
        problem = Problem("METHOD_UNKNOWN", value=request.method, facts={"allowed": allowed})
        return problem_response(request, [problem], headers={"Allow": allowed})
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem_response(request, [Problem("ROUTE_UNKNOWN")])
    refused = getattr(error, "refused", None)
    if refused is not None:
        return _data(request, refused)
    limit = getattr(error, "limit", None)
    if limit is not None:
        return problem_response(request, [Problem("BODY_LARGE", facts={"limit": str(limit)})])
    detail = {"detail": str(error.detail)}
    code = "BODY_JSON" if error.status_code == HTTPStatus.BAD_REQUEST else "FIELD_INVALID"
    problem = Problem(code, Place(column="/"), facts=detail)
    return problem_response(request, [problem], error.status_code)


def _methods(request: Request) -> list[str]:
    """Every method that some route of this path takes; Starlette names those of the first alone."""
    found: set[str] = set()
    for route in request.app.routes:
        matched, _ = route.matches({**request.scope, "method": "GET"})
        if matched is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    heads = "GET" in found and not request.url.path.endswith("/events")
    return sorted({*found, "HEAD"} if heads else found)
