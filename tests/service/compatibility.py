"""What of a new OpenAPI document breaks a client that was written to an old one.

Of what is asked, nothing may become needed, narrower or other; of what is answered, nothing may
be missing or other. What is added breaks nobody. Specification page 3: "add to them freely;
rename nothing".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.service.lint import each_operation, resolved

__all__ = ["breaking"]

Schema = Mapping[str, Any]
_LEAST = ("minLength", "minimum", "minItems", "minProperties")
_MOST = ("maxLength", "maximum", "maxItems", "maxProperties")
_FORM = ("pattern", "format", "const")


def breaking(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Every change from ``old`` to ``new`` that breaks somebody, as sentences."""
    return sorted({*_operations(old, new)})


def _operations(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    now = {(path, method): one for path, method, one in each_operation(new)}
    for path, method, was in each_operation(old):
        title = f"{method.upper()} {path}"
        found = now.get((path, method))
        if found is None:
            yield f"{title} is gone"
            continue
        if was["operationId"] != found["operationId"]:
            yield f"{title} is called {found['operationId']}, was {was['operationId']}"
        if "security" in found and "security" not in was:
            yield f"{title} asks who is there"
        compare = _Compare(old, new)
        yield from compare.parameters(was, found, title)
        yield from compare.bodies(was, found, title)
        yield from compare.answers(was, found, title)


class _Compare:
    """Schemas of two documents; each pair is looked at once for each direction."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self.old, self.new = old, new
        self._seen: set[tuple[int, int, bool]] = set()

    # -- the parts of an operation ----------------------------------------------------------------

    def parameters(self, was: Schema, now: Schema, title: str) -> Iterator[str]:
        """What is asked beside the body."""
        before, after = ({(p["in"], p["name"]): p for p in one.get("parameters", ())}
                         for one in (was, now))  # fmt: skip
        for key, one in before.items():
            at = f"{title} ?{key[1]}"
            if key not in after:
                yield f"{at} is gone"
            else:
                yield from self.schemas(one["schema"], after[key]["schema"], at, asked=True)
        for key, one in after.items():
            needed = before.get(key, {}).get("required", False)
            if one.get("required") and not needed:
                yield f"{title} ?{key[1]} is needed"

    def bodies(self, was: Schema, now: Schema, title: str) -> Iterator[str]:
        """What is sent."""
        before, after = (one.get("requestBody", {}) for one in (was, now))
        if after.get("required") and not before.get("required"):
            yield f"{title} needs a body"
        yield from self._content(before, after, title, asked=True)

    def answers(self, was: Schema, now: Schema, title: str) -> Iterator[str]:
        """What is answered, by status."""
        for status, one in was["responses"].items():
            at = f"{title} {status}"
            if status not in now["responses"]:
                yield f"{at} is gone"
            else:
                yield from self._content(one, now["responses"][status], at, asked=False)

    def _content(self, was: Schema, now: Schema, at: str, *, asked: bool) -> Iterator[str]:
        for kind, one in was.get("content", {}).items():
            found = now.get("content", {}).get(kind)
            if found is None:
                yield f"{at} {kind} is gone"
            else:
                yield from self.schemas(one["schema"], found["schema"], at, asked=asked)

    # -- schemas ----------------------------------------------------------------------------------

    def schemas(self, was: Any, now: Any, at: str, *, asked: bool) -> Iterator[str]:
        """What of a schema is other: narrower where it is asked, poorer where it is answered."""
        was, now = resolved(self.old, was), resolved(self.new, now)
        key = (id(was), id(now), asked)
        if key in self._seen or not isinstance(was, dict) or not isinstance(now, dict):
            return
        self._seen.add(key)
        yield from _kinds(was, now, at, asked=asked)
        yield from _values(was, now, at, asked=asked)
        if asked:
            yield from _narrower(was, now, at)
        yield from self._object(was, now, at, asked=asked)
        yield from self._parts(was, now, at, asked=asked)

    def _object(self, was: Schema, now: Schema, at: str, *, asked: bool) -> Iterator[str]:
        before, after = was.get("properties", {}), now.get("properties", {})
        for name, one in before.items():
            if name not in after:
                yield f"{at}.{name} is gone"
            else:
                yield from self.schemas(one, after[name], f"{at}.{name}", asked=asked)
        needed, needs = set(was.get("required", ())), set(now.get("required", ()))
        if asked:
            yield from (f"{at}.{name} is needed" for name in needs - needed)
        else:
            yield from (f"{at}.{name} may be missing" for name in (needed - needs) & set(after))
        was_open = was.get("type") == "object" and was.get("additionalProperties") is not False
        if asked and was_open and now.get("additionalProperties") is False:
            yield f"{at} takes no other fields"

    def _parts(self, was: Schema, now: Schema, at: str, *, asked: bool) -> Iterator[str]:
        for key in ("items", "additionalProperties"):
            if key in was and key in now:
                yield from self.schemas(was[key], now[key], f"{at}[]", asked=asked)
        for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
            before, after = was.get(key, []), now.get(key, [])
            fewer, more = (before, after) if asked else (after, before)
            if len(fewer) > len(more):
                yield f"{at} has {len(after)} forms, had {len(before)}"
            for one, other in zip(before, after, strict=False):
                yield from self.schemas(one, other, at, asked=asked)


def _kinds(was: Schema, now: Schema, at: str, *, asked: bool) -> Iterator[str]:
    before, after = was.get("type"), now.get("type")
    if before != after and (before or not asked or after):
        yield f"{at} is {after}, was {before}"
    if was.get("format") != now.get("format") and not asked:
        yield f"{at} has the format {now.get('format')}, had {was.get('format')}"


def _values(was: Schema, now: Schema, at: str, *, asked: bool) -> Iterator[str]:
    """Values of a list: none fewer where they are asked, none more where they are answered."""
    before, after = was.get("enum"), now.get("enum")
    if asked and after is not None:
        gone = [one for one in (before or ()) if one not in after]
        if before is None or gone:
            yield f"{at} takes no {gone or 'other value'}"
    if not asked and before is not None:
        more = [one for one in (after or ()) if one not in before]
        if after is None or more:
            yield f"{at} may be {more or 'any value'}"


def _narrower(was: Schema, now: Schema, at: str) -> Iterator[str]:
    for key in _LEAST:
        if key in now and now[key] > was.get(key, 0 if key != "minimum" else float("-inf")):
            yield f"{at}: {key} is {now[key]}, was {was.get(key)}"
    for key in _MOST:
        if key in now and now[key] < was.get(key, float("inf")):
            yield f"{at}: {key} is {now[key]}, was {was.get(key)}"
    for key in _FORM:
        if key in now and now[key] != was.get(key):
            yield f"{at}: {key} is {now[key]}, was {was.get(key)}"
