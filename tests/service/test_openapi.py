"""The OpenAPI document keeps its rules, and each rule finds a document that breaks it.

Faults it catches: an operation without a stable name, a Chinese summary or problem+json; a text,
number or list without end in a request; an open body; a float; a list without its way on; an
example that its own schema refuses; a POST that cannot be sent twice.
"""

import inspect
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.definitions import OPENAPI_31

from api.document import UNCHANGED, action_of, api_routes, asks
from tests.service.lint import RULES
from tests.service.visitors import Service

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def document(small: Service) -> dict[str, Any]:
    """The document as it is sent."""
    found: dict[str, Any] = small.nobody.get("/v1/openapi.json").json()
    return found


def test_it_is_an_openapi_document(document: dict[str, Any]) -> None:
    """By the schema of OpenAPI 3.1 of the OpenAPI Initiative, as schemathesis carries it."""
    wrong = Draft202012Validator(OPENAPI_31).iter_errors(document)
    assert [f"{one.json_path}: {one.message}" for one in wrong] == []


def test_every_rule_is_kept(document: dict[str, Any]) -> None:
    found = {name: sorted(set(rule(document))) for name, rule in RULES.items()}
    assert {name: places for name, places in found.items() if places} == {}


def test_it_is_the_same_every_time(small: Service, document: dict[str, Any]) -> None:
    small.app.openapi_schema = None
    again = small.nobody.get("/v1/openapi.json").json()
    assert json.dumps(again) == json.dumps(document)


def test_every_route_is_in_it_under_its_own_action(
    small: Service, document: dict[str, Any]
) -> None:
    told = {
        (path, method.upper()): (one.get("x-action", ""), "security" in one)
        for path, operations in document["paths"].items()
        for method, one in operations.items()
    }
    there = {
        (route.path_format, method): (action_of(route), asks(route))
        for route in api_routes(small.app)
        for method in route.methods or ()
    }
    assert told == there


def test_operations_that_answer_304_are_those_with_an_etag(small: Service) -> None:
    """Each says so in its own lines, but for two that a helper answers."""
    told = set()
    for route in api_routes(small.app):
        lines = inspect.getsource(route.endpoint)
        tells = any(word in lines for word in ("etag=", "file_answer(", '"ETag"'))
        if "GET" in (route.methods or ()) and tells:
            told.add(route.name)
    assert told | {"get_table", "list_payouts"} == UNCHANGED


# -- each rule finds what breaks it ---------------------------------------------------------------


def _get(document: dict[str, Any], path: str = "/v1/users", method: str = "get") -> Any:
    return document["paths"][path][method]


def _user(document: dict[str, Any]) -> Any:
    return document["components"]["schemas"]["UserAsked"]


def _field(document: dict[str, Any], **said: Any) -> None:
    _user(document)["properties"]["login"] = said


BROKEN: list[tuple[str, str, Change]] = [
    ("version", "another version", lambda d: d.update(openapi="3.0.3")),
    ("version", "no server", lambda d: d.pop("servers")),
    ("operation_names", "camel case", lambda d: _get(d).update(operationId="listUsers")),
    ("operation_names", "twice", lambda d: _get(d).update(operationId="create_user")),
    ("operation_texts", "English alone", lambda d: _get(d).update(summary="List users")),
    ("operation_texts", "no description", lambda d: _get(d).pop("description")),
    ("operation_texts", "two tags", lambda d: _get(d)["tags"].append("more")),
    ("operation_texts", "a tag in Chinese", lambda d: _get(d).update(tags=["users 用户"])),
    ("operation_texts", "a tag without a name", lambda d: d.pop("tags")),
    ("problems", "no refusal", lambda d: _get(d)["responses"].pop("4XX")),
    ("problems", "another shape", lambda d: _get(d)["responses"]["5XX"].update(content={})),
    ("good_answers", "none", lambda d: _get(d)["responses"].pop("200")),
    ("good_answers", "no body", lambda d: _get(d)["responses"]["200"].pop("content")),
    ("parameters", "undescribed",
     lambda d: (_get(d)["parameters"][0].pop("description"),
                _get(d)["parameters"][0]["schema"].pop("description"))),
    ("parameters", "camel case", lambda d: _get(d)["parameters"][0].update(name="nextCursor")),
    ("parameters", "not in the path",
     lambda d: _get(d, "/v1/users/{user_id}")["parameters"][0].update(name="user")),
    ("bounds", "a text", lambda d: _field(d, type="string")),
    ("bounds", "a pattern without end", lambda d: _field(d, type="string", pattern="^a+$")),
    ("bounds", "a number", lambda d: _field(d, type="integer", minimum=1)),
    ("bounds", "a list", lambda d: _field(d, type="array", items={"type": "boolean"})),
    ("closed", "open", lambda d: _user(d).pop("additionalProperties")),
    ("closed", "a mapping", lambda d: _field(d, type="object", additionalProperties={})),
    ("exact", "a number", lambda d: _field(d, type="number")),
    ("exact", "one of two", lambda d: _field(d, anyOf=[{"type": "number"}, {"type": "null"}])),
    ("exact", "a bound", lambda d: _field(d, type="integer", minimum=1.5)),
    ("paths", "no version", lambda d: d["paths"].update({"/users": {}})),
    ("paths", "snake case", lambda d: d["paths"].update({"/v1/api_keys": {}})),
    ("paths", "one alone", lambda d: d["paths"].update({"/v1/user": {}})),
    ("fields", "camel case", lambda d: _user(d)["properties"].update(personId={})),
    ("descriptions", "none", lambda d: _user(d).pop("description")),
    ("values", "a list without a name", lambda d: _field(d, type="string", enum=["a", "b"])),
    ("examples", "too long", lambda d: _field(d, type="string", maxLength=3, examples=["abcd"])),
    ("examples", "a default", lambda d: _field(d, type="string", maxLength=3, default=3)),
    ("lists", "no cursor", lambda d: _get(d).update(parameters=[])),
    ("lists", "no way on",
     lambda d: d["components"]["schemas"]["Listed_User_"]["required"].remove("next_cursor")),
    ("lists", "bare",
     lambda d: d["components"]["schemas"].update(User={"type": "array", "items": {}})),
    ("once", "no key", lambda d: _get(d, method="post").update(parameters=[])),
    ("once", "a key where none is kept",
     lambda d: _get(d, "/v1/session", "post").update(
         parameters=[{"name": "Idempotency-Key", "in": "header", "schema": {}}])),
    ("once", "no match",
     lambda d: _get(d, "/v1/users/{user_id}", "patch").update(parameters=[])),
    ("long_work", "no job",
     lambda d: _get(d)["responses"].update({"202": _get(d)["responses"]["200"]})),
    ("security", "open", lambda d: _get(d).pop("security")),
]  # fmt: skip


def test_each_rule_finds_what_breaks_it(document: dict[str, Any]) -> None:
    assert {name for name, _, _ in BROKEN} == set(RULES)
    for name, what, change in BROKEN:
        broken = deepcopy(document)
        change(broken)
        assert [*RULES[name](broken)], f"{name}: {what}"
