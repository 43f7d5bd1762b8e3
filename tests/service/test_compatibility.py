"""A change of the API that breaks a client fails here; ``docs/openapi.json`` is what was agreed.

Faults it catches: a path, operation, parameter or field that is gone; one that is needed now; a
bound or list of values that became narrower; another type; another name of an operation. Which of
them are breaking is itself tried, with documents that were changed by hand.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.build.openapi_doc import PAGE, document, text_of
from tests.service.compatibility import breaking

Change = Callable[[dict[str, Any]], object]
USERS, USER = "/v1/users", "/v1/users/{user_id}"


@pytest.fixture(scope="module")
def new() -> dict[str, Any]:
    """The document of this tree."""
    return document()


def test_no_client_breaks(new: dict[str, Any]) -> None:
    """Against what was agreed; who means it writes the file anew, and says so in the changelog."""
    assert breaking(json.loads(PAGE.read_text("utf-8")), new) == []


def test_the_file_is_the_document(new: dict[str, Any]) -> None:
    same = PAGE.read_text("utf-8") == text_of(new)
    assert same, "docs/openapi.json is older than the routes: python -m tests.build.openapi_doc"


def _op(said: dict[str, Any], path: str = USERS, method: str = "post") -> Any:
    return said["paths"][path][method]


def _schema(said: dict[str, Any], name: str) -> Any:
    return said["components"]["schemas"][name]


def _asked(said: dict[str, Any], name: str = "login") -> Any:
    return _schema(said, "UserAsked")["properties"][name]


def _answered(said: dict[str, Any], name: str = "login") -> Any:
    return _schema(said, "User")["properties"][name]


def _limit(said: dict[str, Any]) -> Any:
    found = _op(said, USERS, "get")["parameters"]
    return next(one for one in found if one["name"] == "limit")


BREAKING: list[tuple[str, Change]] = [
    ("GET /v1/users/{user_id} is gone", lambda d: d["paths"].pop(USER)),
    ("POST /v1/users is gone", lambda d: d["paths"][USERS].pop("post")),
    ("POST /v1/users is called make_user",
     lambda d: _op(d).update(operationId="make_user")),
    ("GET /health asks who is there",
     lambda d: _op(d, "/health", "get").update(security=[{"key": []}])),
    ("GET /v1/users ?cursor is gone",
     lambda d: _op(d, USERS, "get").update(
         parameters=[one for one in _op(d, USERS, "get")["parameters"]
                     if one["name"] != "cursor"])),
    ("GET /v1/users ?limit is needed", lambda d: _limit(d).update(required=True)),
    ("GET /v1/users ?state is needed",
     lambda d: _op(d, USERS, "get")["parameters"].append(
         {"name": "state", "in": "query", "required": True, "schema": {"type": "string"}})),
    ("GET /v1/users ?limit: maximum is 100",
     lambda d: _limit(d)["schema"].update(maximum=100)),
    ("POST /v1/users.phone is needed",
     lambda d: _schema(d, "UserAsked")["required"].append("phone")),
    ("POST /v1/users.why is gone",
     lambda d: _schema(d, "UserAsked")["properties"].pop("why")),
    ("POST /v1/users.login: maxLength is 9", lambda d: _asked(d).update(maxLength=9)),
    ("POST /v1/users.login: minLength is 2", lambda d: _asked(d).update(minLength=2)),
    ("POST /v1/users.login: pattern is ^a$", lambda d: _asked(d).update(pattern="^a$")),
    ("POST /v1/users.login is integer, was string",
     lambda d: _asked(d).update(type="integer")),
    ("POST /v1/users.login takes no other value", lambda d: _asked(d).update(enum=["a"])),
    ("POST /v1/users.roles[].role: maxLength is 3",
     lambda d: _schema(d, "RoleAt")["properties"]["role"].update(maxLength=3)),
    ("PATCH /v1/users/{user_id}.name has 1 forms, had 2",
     lambda d: _schema(d, "UserChange")["properties"]["name"]["anyOf"].pop()),
    ("POST /v1/users 201.login is gone",
     lambda d: _schema(d, "User")["properties"].pop("login")),
    ("POST /v1/users 201.login may be missing",
     lambda d: _schema(d, "User")["required"].remove("login")),
    ("POST /v1/users 201.seq is string, was integer",
     lambda d: _answered(d, "seq").update(type="string")),
    ("GET /v1/users 200.data is gone",
     lambda d: _schema(d, "Listed_User_")["properties"].pop("data")),
    ("GET /v1/jobs/{job_id} 200.ended_at has 3 forms, had 2",
     lambda d: _schema(d, "JobShown")["properties"]["ended_at"]["anyOf"].append({})),
    ("POST /v1/users 201 is gone", lambda d: _op(d)["responses"].pop("201")),
    ("GET /v1/users 200 application/json is gone",
     lambda d: _op(d, USERS, "get")["responses"]["200"]["content"].clear()),
]  # fmt: skip

HARMLESS: list[tuple[str, Change]] = [
    ("another path", lambda d: d["paths"].update({"/v1/new-things": deepcopy(d["paths"][USERS])})),
    ("a field that may be sent",
     lambda d: _schema(d, "UserAsked")["properties"].update(phone={"type": "string"})),
    ("a field that is answered",
     lambda d: _schema(d, "User")["properties"].update(phone={"type": "string"})),
    ("a longer text", lambda d: _asked(d).update(maxLength=1000)),
    ("a bound that goes", lambda d: _asked(d).pop("minLength")),
    ("a field that need not be sent",
     lambda d: _schema(d, "UserAsked")["required"].remove("password")),
    ("a field that is always answered",
     lambda d: _schema(d, "Key")["required"].append("key")),
    ("other words", lambda d: _op(d).update(summary="建立用户", description="Another.")),
    ("a parameter that may be sent",
     lambda d: _op(d, USERS, "get")["parameters"].append(
         {"name": "state", "in": "query", "schema": {"type": "string"}})),
    ("a larger page", lambda d: _limit(d)["schema"].update(maximum=1000)),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "change"), BREAKING, ids=[one for one, _ in BREAKING])
def test_what_breaks_a_client_is_told(new: dict[str, Any], sentence: str, change: Change) -> None:
    changed = deepcopy(new)
    change(changed)
    found = breaking(new, changed)
    assert any(one.startswith(sentence) for one in found), found


@pytest.mark.parametrize(("what", "change"), HARMLESS, ids=[one for one, _ in HARMLESS])
def test_what_is_added_breaks_nobody(new: dict[str, Any], what: str, change: Change) -> None:
    changed = deepcopy(new)
    change(changed)
    assert changed != new, what
    assert breaking(new, changed) == []


def test_values_that_may_be_asked_grow_and_those_that_are_answered_do_not(
    new: dict[str, Any],
) -> None:
    fewer, more = deepcopy(new), deepcopy(new)
    for one, values in ((fewer, ["a"]), (more, ["a", "b"])):
        _asked(one).update(enum=values)
    assert breaking(more, fewer) == ["POST /v1/users.login takes no ['b']"]
    assert breaking(fewer, more) == []
    for one in (fewer, more):
        _asked(one).pop("enum")
    for one, values in ((fewer, ["a"]), (more, ["a", "b"])):
        _answered(one).update(enum=values)
    assert any(one.endswith("login may be ['b']") for one in breaking(fewer, more))
    assert breaking(more, fewer) == []
    closed, free = deepcopy(new), deepcopy(new)
    _schema(free, "UserAsked").pop("additionalProperties")
    assert breaking(free, closed) == ["POST /v1/users takes no other fields"]
    assert breaking(closed, free) == []
