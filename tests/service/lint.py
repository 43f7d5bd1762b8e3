"""Rules that the OpenAPI document keeps, as a linter would: each finds every place that breaks it.

Rules of our own, after specification page 3 "Service". A rule is a function of the document and
yields sentences; :data:`RULES` names them all.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator

from api.problems import TYPE

__all__ = ["RULES", "each_operation", "each_schema", "resolved"]

Document = Mapping[str, Any]
Rule = Callable[[Document], Iterator[str]]

_METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_SNAKE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_KEBAB: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CHINESE: Final = re.compile("[一-鿿]")
SINGULAR: Final = {
    "/health": "asked by watchdogs under this name",
    "/ready": "asked by proxies under this name",
    "/metrics": "asked by Prometheus under this name",
    "/v1/session": "there is one, that of who asks",
    "/v1/session/password": "there is one, that of who asks",
    "/v1/first-administrator": "there is one",
}
"""Paths that stand for one thing, each with its reason."""
VERBS: Final = frozenset(
    {
        "acknowledgement",
        "answer",
        "approval",
        "cancel",
        "content",
        "events",
        "file",
        "replay",
        "stop",
        "template",
        "test",
        "void",
    }
)
"""Last names of a path that are no noun: what is done to the object, or a form of it."""
NO_KEY: Final = frozenset({"/v1/session", "/v1/first-administrator"})
"""Posts whose answer is never kept: it is a session."""
ENDLESS: Final = {
    "If-None-Match": "never refused: what is no ETag of ours is passed over, as HTTP has it",
}
"""Parameters whose texts have no end, each with its reason."""
OPEN: Final[frozenset[str]] = frozenset()
"""Schemas of requests whose objects have names of their own: ``Schema.property``."""


def resolved(document: Document, said: Any) -> Any:
    """What a reference is of."""
    while isinstance(said, dict) and "$ref" in said:
        found: Any = document
        for name in said["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        said = found
    return said


def each_operation(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, method, operation


def each_schema(document: Document, said: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and all that it is made of, each once, with the place where it stands."""
    seen: set[int] = set()
    todo = [(where, said)]
    while todo:
        at, schema = todo.pop()
        if isinstance(schema, dict) and "$ref" in schema:
            at = schema["$ref"].rpartition("/")[2]
        schema = resolved(document, schema)
        if not isinstance(schema, dict) or id(schema) in seen:
            continue
        seen.add(id(schema))
        yield at, schema
        todo += [(f"{at}.{name}", one) for name, one in schema.get("properties", {}).items()]
        for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
            todo += [(at, one) for one in schema.get(key, ())]
        for key in ("items", "additionalProperties"):
            todo.append((f"{at}[]", schema.get(key)))


def _requests(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of a parameter or a body."""
    for path, method, operation in each_operation(document):
        title = f"{method.upper()} {path}"
        for one in operation.get("parameters", ()):
            yield from each_schema(document, one["schema"], f"{title} ?{one['name']}")
        for kind, body in operation.get("requestBody", {}).get("content", {}).items():
            if kind == "application/json":
                yield from each_schema(document, body["schema"], title)


def _everything(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from _requests(document)
    for name, schema in document["components"]["schemas"].items():
        yield from each_schema(document, schema, name)
    for path, method, operation in each_operation(document):
        for status, answer in operation["responses"].items():
            for body in answer.get("content", {}).values():
                yield from each_schema(document, body["schema"], f"{method} {path} {status}")


# -- rules ----------------------------------------------------------------------------------------


def version(document: Document) -> Iterator[str]:
    """OpenAPI 3.1, with a title, a version, a licence and a server."""
    if not document["openapi"].startswith("3.1."):
        yield document["openapi"]
    yield from (name for name in ("title", "version", "license") if not document["info"].get(name))
    if not document.get("servers"):
        yield "servers"


def operation_names(document: Document) -> Iterator[str]:
    """Each operation has one name of its own, in snake_case: clients call it by it."""
    seen: dict[str, str] = {}
    for path, method, operation in each_operation(document):
        title, name = f"{method} {path}", operation.get("operationId", "")
        if not _SNAKE.fullmatch(name):
            yield f"{title}: {name!r} is not snake_case"
        if name in seen:
            yield f"{title}: {name} is also {seen[name]}"
        seen[name] = title


def operation_texts(document: Document) -> Iterator[str]:
    """Each operation has a summary in Chinese, a description, and one tag.

    A tag is a machine name, told once in Chinese: generators make modules of it.
    """
    told = {one["name"]: one.get("description", "") for one in document.get("tags", ())}
    called = {name for name, what in told.items() if _CHINESE.search(what)}
    for path, method, operation in each_operation(document):
        title = f"{method} {path}"
        if not _CHINESE.search(operation.get("summary", "")):
            yield f"{title}: summary {operation.get('summary')!r}"
        if not operation.get("description"):
            yield f"{title}: description"
        tags = operation.get("tags", [])
        if len(tags) != 1 or not _KEBAB.fullmatch(tags[0]) or tags[0] not in called:
            yield f"{title}: tags {tags}"


def problems(document: Document) -> Iterator[str]:
    """Each operation is refused, and fails, in problem+json."""
    for path, method, operation in each_operation(document):
        for status in ("4XX", "5XX"):
            content = operation["responses"].get(status, {}).get("content", {})
            if content != {TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}:
                yield f"{method} {path}: {status}"


def good_answers(document: Document) -> Iterator[str]:
    """Each operation says what it answers when all is well; only 204 has no body."""
    for path, method, operation in each_operation(document):
        good = {name: one for name, one in operation["responses"].items() if name[0] == "2"}
        if not good:
            yield f"{method} {path}: none"
        for status, answer in good.items():
            schemas = [one.get("schema") for one in answer.get("content", {}).values()]
            if status != "204" and not (schemas and all(schemas)):
                yield f"{method} {path}: {status}"


def parameters(document: Document) -> Iterator[str]:
    """Each parameter is described and has a name in the form of its place."""
    for path, method, operation in each_operation(document):
        for one in operation.get("parameters", ()):
            title = f"{method} {path} ?{one['name']}"
            if not (one.get("description") or resolved(document, one["schema"]).get("description")):
                yield f"{title}: description"
            if one["in"] != "header" and not _SNAKE.fullmatch(one["name"]):
                yield f"{title}: not snake_case"
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        if named != set(re.findall(r"{(\w+)}", path)):
            yield f"{method} {path}: {sorted(named)} in the path"


def bounds(document: Document) -> Iterator[str]:
    """What somebody sends has an end: texts a length, whole numbers and lists a least and a most.

    A pattern bounds a text where it repeats nothing without end.
    """
    for at, schema in _requests(document):
        kind = schema.get("type")
        endless = at.rpartition("?")[2] in ENDLESS
        if kind == "string" and not _bounded(schema) and not endless:
            yield f"{at}: a text without end"
        if kind == "integer" and not {"minimum", "maximum"} <= set(schema):
            yield f"{at}: a number without end"
        if kind == "array" and "maxItems" not in schema:
            yield f"{at}: a list without end"


def _bounded(schema: Mapping[str, Any]) -> bool:
    if {"maxLength", "enum", "const"} & set(schema) or schema.get("format") == "binary":
        return True
    pattern = schema.get("pattern", "")
    return bool(pattern) and not re.search(r"(?<!\\)[*+]|,}", pattern)


def closed(document: Document) -> Iterator[str]:
    """A body that somebody sends has the fields that it is said to have, and no others."""
    for at, schema in _requests(document):
        if schema.get("type") != "object" or at in OPEN:
            continue
        more = schema.get("additionalProperties", True)
        if more is True:
            yield f"{at}: an open object"
        elif more is not False and "maxProperties" not in schema:
            yield f"{at}: a mapping without end"


def exact(document: Document) -> Iterator[str]:
    """No number is a float: amounts and equivalents are texts."""
    for at, schema in _everything(document):
        kinds = schema.get("type", ())
        if "number" in ([kinds] if isinstance(kinds, str) else kinds):
            yield at
        if schema.get("format") in ("float", "double"):
            yield at
        for key in ("minimum", "maximum", "default", "const"):
            if isinstance(schema.get(key), float):
                yield f"{at}: {key} {schema[key]}"


def paths(document: Document) -> Iterator[str]:
    """Paths under /v1, of plural nouns in kebab-case; what is done to an object comes last."""
    for path in document["paths"]:
        if path in SINGULAR:
            continue
        if not path.startswith("/v1/"):
            yield path
        names = [one for one in path.removeprefix("/v1/").split("/") if not one.startswith("{")]
        for name in names:
            if not _KEBAB.fullmatch(name):
                yield f"{path}: {name} is not kebab-case"
        nouns = [one for one in names if one not in VERBS]
        yield from (f"{path}: {one} is not plural" for one in nouns if not _plural(one))


def _plural(name: str) -> bool:
    return name.endswith("s") or name in ("people", "staff")


def fields(document: Document) -> Iterator[str]:
    """Fields in snake_case."""
    for at, schema in _everything(document):
        for name in schema.get("properties", {}):
            if not _SNAKE.fullmatch(name):
                yield f"{at}: {name}"


def descriptions(document: Document) -> Iterator[str]:
    """Every schema of the document says what it is."""
    for name, schema in document["components"]["schemas"].items():
        if not schema.get("description"):
            yield name


def values(document: Document) -> Iterator[str]:
    """Each list of values is a schema of its own: generators name a class after it."""
    named = {id(one) for one in document["components"]["schemas"].values()}
    for at, schema in _everything(document):
        if "enum" in schema and id(schema) not in named:
            yield f"{at}: {schema['enum']}"


def examples(document: Document) -> Iterator[str]:
    """Examples and defaults are what their schemas ask for."""
    for at, schema in _everything(document):
        given = [*schema.get("examples", ())]
        given += [schema["default"]] if "default" in schema else []
        whole = {**schema, "components": document["components"]}
        for one in given:
            for error in Draft202012Validator(whole).iter_errors(one):
                yield f"{at}: {one!r}: {error.message}"


def lists(document: Document) -> Iterator[str]:
    """A list has its page of data, whether there is more, and the way on; it takes both."""
    for path, method, operation in each_operation(document):
        schemas = _answers(document, operation)
        pages = [one for one in schemas if "data" in one.get("properties", {})]
        named = [one for one in operation.get("parameters", ()) if one["name"] == "cursor"]
        if bool(pages) != bool(named):
            yield f"{method} {path}: a page and a cursor go together"
        for one in pages:
            if set(one["required"]) != {"data", "limit", "has_more", "next_cursor"}:
                yield f"{method} {path}: {one['required']}"
        if any(one.get("type") == "array" for one in schemas):
            yield f"{method} {path}: a bare list has no way on"


def _answers(document: Document, operation: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = operation["responses"].items()
    content = [one.get("content", {}) for name, one in found if name[0] == "2"]
    said = [one["application/json"]["schema"] for one in content if "application/json" in one]
    return [resolved(document, one) for one in said]


def once(document: Document) -> Iterator[str]:
    """Every POST takes an Idempotency-Key; every PATCH and PUT asks for If-Match."""
    for path, method, operation in each_operation(document):
        headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
        if method == "post" and ("Idempotency-Key" in headers) == (path in NO_KEY):
            yield f"{method} {path}: Idempotency-Key"
        if method in ("patch", "put") and "If-Match" not in headers:
            yield f"{method} {path}: If-Match"


def long_work(document: Document) -> Iterator[str]:
    """What is accepted for later answers with a job, or with what names one."""
    for path, method, operation in each_operation(document):
        for body in operation["responses"].get("202", {}).get("content", {}).values():
            names = resolved(document, body["schema"]).get("properties", {})
            if not {"kind", "state"} <= set(names) and "job_id" not in names:
                yield f"{method} {path}: 202 without a job"


def security(document: Document) -> Iterator[str]:
    """An operation that names an action asks for a key or a session."""
    for path, method, operation in each_operation(document):
        if operation.get("x-action") and operation.get("security") != [
            {"key": []},
            {"session": []},
        ]:
            yield f"{method} {path}"


RULES: Final[dict[str, Rule]] = {
    one.__name__: one
    for one in (
        version,
        operation_names,
        operation_texts,
        problems,
        good_answers,
        parameters,
        bounds,
        closed,
        exact,
        paths,
        fields,
        descriptions,
        values,
        examples,
        lists,
        once,
        long_work,
        security,
    )
}
"""Every rule by its name."""
