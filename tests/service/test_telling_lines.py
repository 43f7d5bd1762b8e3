"""Log lines: what they hold, and that nobody is named in one, whatever a request brings.

Catches: a path that was filled in, a query, a body, a name or an id of a person in a log; a message
of a library or an exception that holds one; a line that a text breaks in two.
"""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.telling.fields import NO_ROUTE, OTHER, method_of, opaque, route_of
from api.telling.lines import LOGGER, JsonLines, handler_to, tell_event, tell_request

PERSONAL = ["P20260017", "示例甲", "Zhang San", "110101190001011234", "6200000000000001234"]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged by anybody, as the service would write it."""
    stream = io.StringIO()
    handler = handler_to(stream)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_request_is_one_line_with_these_fields(log: io.StringIO) -> None:
    tell_request(
        request_id="req_7Hq2mZ0bTx4L",
        method="GET",
        route="/v1/people/{person_id}",
        status=200,
        milliseconds=12,
        principal="usr_8a",
    )
    (line,) = lines(log)
    time = line.pop("time")
    assert time.endswith("+00:00")
    assert line == {
        "level": "info",
        "event": "request",
        "request_id": "req_7Hq2mZ0bTx4L",
        "method": "GET",
        "route": "/v1/people/{person_id}",
        "status": 200,
        "milliseconds": 12,
        "principal": "usr_8a",
    }


@pytest.mark.parametrize("one", PERSONAL)
def test_nobody_is_named_even_by_a_caller_who_passes_what_he_should_not(
    log: io.StringIO, one: str
) -> None:
    """A filled path, a query, a header that became a request id, a name for a principal."""
    for route in (f"/v1/people/{one}", f"/v1/people?name={one}", one, f"/v1/{{person_id}}/{one}"):
        tell_request(
            request_id=one, method=one, route=route, status=404, milliseconds=1, principal=one
        )
    assert one not in log.getvalue()
    assert one not in json.dumps(lines(log), ensure_ascii=False)
    assert {line["route"] for line in lines(log)} == {OTHER}


@pytest.mark.parametrize("one", PERSONAL)
def test_exceptions_are_told_by_type_and_place_and_never_by_message(
    log: io.StringIO, one: str
) -> None:
    def look_up(person: str) -> None:
        try:
            raise KeyError(person)
        except KeyError as error:
            raise ValueError(f"nobody is called {person}") from error

    try:
        look_up(one)
    except ValueError as error:
        tell_request(
            request_id="req_1", method="GET", route="/v1/people/{person_id}",
            status=500, milliseconds=1, error=error,
        )  # fmt: skip
        logging.getLogger("sqlalchemy.engine").exception("INSERT %s", one)
    assert one not in json.dumps(lines(log), ensure_ascii=False)
    request, other = lines(log)
    assert request["level"] == "error"
    assert [found["type"] for found in request["error"]] == [
        "builtins.ValueError",
        "builtins.KeyError",
    ]
    assert request["error"][0]["frames"][-1].startswith(f"{__name__}:look_up:")
    assert other["error"] == request["error"]


@pytest.mark.parametrize("one", PERSONAL)
@pytest.mark.parametrize("logger", ["uvicorn.access", "httpcore.connection", "root", LOGGER])
def test_messages_of_others_are_not_told(log: io.StringIO, logger: str, one: str) -> None:
    others = logging.getLogger(logger)
    others.warning('%s - "GET /v1/people/%s?q=%s"', "203.0.113.9", one, one)
    others.warning(f"looked for {one}", stack_info=True, extra={"person": one})
    found = lines(log)
    assert one not in json.dumps(found, ensure_ascii=False)
    assert "203.0.113.9" not in log.getvalue()
    assert [line["event"] for line in found] == ["other", "other"]
    assert {line["logger"] for line in found} == {logger}
    assert found[0]["at"].startswith("test_telling_lines:")


def test_a_module_that_is_named_after_a_person_is_not_told(log: io.StringIO) -> None:
    logging.getLogger("示例甲").error("x")
    assert lines(log)[0]["logger"] == OTHER


def test_an_event_has_a_word_and_whole_numbers(log: io.StringIO) -> None:
    tell_event("job.done", rows=5, milliseconds=12)
    (line,) = lines(log)
    assert {key: line[key] for key in line if key != "time"} == {
        "level": "info", "event": "job.done", "rows": 5, "milliseconds": 12,
    }  # fmt: skip


@pytest.mark.parametrize("event", ["", "Job", "job done", "示例甲", "job-1", "job\n"])
def test_an_event_is_a_constant_word(event: str) -> None:
    with pytest.raises(ValueError, match="constant word"):
        tell_event(event)


@pytest.mark.parametrize("value", ["P1", 1.5, True, None])
def test_an_event_has_nothing_but_whole_numbers(value: Any) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        tell_event("job.done", rows=value)


@pytest.mark.parametrize(
    ("route", "told"),
    [
        ("/v1/people/{person_id}", "/v1/people/{person_id}"),
        ("/v1/weight-tables/{name}/rows", "/v1/weight-tables/{name}/rows"),
        ("/files/{path:path}", "/files/{path:path}"),
        ("/", "/"),
        ("/periods/", "/periods/"),
        ("", NO_ROUTE),
        ("/v1/people/P1", OTHER),
        ("/v1/people/{person_id}?x=1", OTHER),
        ("/v1//people", OTHER),
        ("/v1/periods/2026-06", OTHER),
        ("people", OTHER),
        ("/" + "a" * 200, OTHER),
        ("/people\n", OTHER),
    ],
)
def test_only_templates_are_routes(route: str, told: str) -> None:
    assert route_of(route) == told


def test_methods_and_opaque_ids() -> None:
    assert [method_of(one) for one in ("GET", "get", "HACK")] == ["GET", OTHER, OTHER]
    ids = ["usr_8aZ", "", "zhang", "usr_", "usr_8a b", "usr_张", "1_2"]
    assert [opaque(one) for one in ids] == ["usr_8aZ", "", *[OTHER] * 5]


@given(st.text(), st.text(), st.text(), st.text(), st.integers(100, 599))
def test_whatever_comes_is_one_line_of_ascii(
    request_id: str, method: str, route: str, principal: str, status: int
) -> None:
    stream = io.StringIO()
    handler = handler_to(stream)
    logger = logging.getLogger(LOGGER)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        tell_request(
            request_id=request_id, method=method, route=route, status=status,
            milliseconds=1, principal=principal,
        )  # fmt: skip
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    text = stream.getvalue()
    assert text.isascii()
    assert text.count("\n") == 1
    assert json.loads(text)["status"] == status


def test_a_broken_record_is_a_line_still() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%d %d", ("a",), None)
    assert json.loads(JsonLines().format(record))["event"] == "other"
