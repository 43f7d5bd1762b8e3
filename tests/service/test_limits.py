"""Every limit of the ground at its edge: the last that is let in, and the first that is not.

Faults it catches: a bound that is off by one, one that the document tells otherwise, one that is
answered with something else than its own code; a cursor of another list that is taken.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.passwords import LEAST, MOST
from api.access.tokens import new_token
from api.envelope import STRANGERS_BYTES
from api.paging import LARGEST
from tests.service.routes import operations
from tests.service.test_ground import USER, problem
from tests.service.test_security import Clock
from tests.service.visitors import Service, served
from tests.stores import new_place

HARMLESS = "锦瑟无端五十弦一弦一柱思华年"


def test_a_page_has_at_most_500(small: Service) -> None:
    """Of every list that there is, as the document tells of it."""
    assert LARGEST == 500
    document = small.nobody.get("/v1/openapi.json").json()
    who = small.person("county_finance", name="全能", more=["administrator", "approver"])
    seen = 0
    for one in operations(small.app):
        said = document["paths"][one.path][one.method.lower()].get("parameters", ())
        for of in (one for one in said if one["name"] == "limit"):
            seen += 1
            schema = of["schema"]
            assert (schema["minimum"], schema["maximum"], schema["default"]) == (1, 500, 100)
            told = {}
            for limit in (0, 1, 500, 501):
                answer = who.get(one.filled(), params={"limit": limit})
                if answer.status_code == 422:
                    errors = answer.json()["errors"]
                    told[limit] = any(error.get("pointer") == "?limit" for error in errors)
            assert (told.get(0), told.get(501)) == (True, True), one.title
            assert {told.get(1), told.get(500)} <= {None, False}, one.title
    assert seen >= 3


def test_a_list_is_cut_where_its_page_ends(small: Service) -> None:
    who = small.visitor("administrator", name="管理员")
    for number in range(3):
        small.program(name=f"密钥{number}")
    for limit, more in ((2, True), (3, False), (4, False)):
        page = who.get("/v1/api-keys", params={"limit": limit}).json()
        assert (len(page["data"]), page["has_more"]) == (min(limit, 3), more)
        assert (page["next_cursor"] is None) is not more


def test_a_cursor_is_good_for_its_own_list_alone(small: Service) -> None:
    """For every two lists that a person of all roles sees without more being said."""
    who = small.person("administrator", name="全能", more=["county_finance", "approver"])
    for number in range(2):
        small.program(name=f"密钥{number}")
    cursors = {
        path: who.get(path, params={"limit": 1}).json()["next_cursor"]
        for path in ("/v1/users", "/v1/api-keys")
    }
    cursors["/v1/users"] = cursors["/v1/users"] or _second(small, who)
    for path, cursor in cursors.items():
        assert who.get(path, params={"cursor": cursor}).status_code == 200
        for other in {*cursors, "/v1/jobs"} - {path}:
            problem(who.get(other, params={"cursor": cursor}), 400, "CURSOR_INVALID")
        for wrong in (cursor[:-2], f"{cursor}AAAA", cursor.swapcase(), "W10", "bnVsbA", "测试"):
            problem(who.get(path, params={"cursor": wrong}), 400, "CURSOR_INVALID")
        problem(who.get(path, params={"cursor": "A" * 1001}), 422, "FIELD_INVALID")
        problem(who.get(path, params={"cursor": "A" * 1000}), 400, "CURSOR_INVALID")


def _second(service: Service, who: TestClient) -> str:
    service.person("auditor", name="第二人")
    return str(who.get("/v1/users", params={"limit": 1}).json()["next_cursor"])


@pytest.mark.parametrize("size", [0, 1, 200, 201, 5_000])
def test_an_idempotency_key_has_1_to_200_characters(small: Service, size: int) -> None:
    who = small.visitor("administrator", name="管理员")
    answer = who.post("/v1/users", json=USER, headers={"Idempotency-Key": "k" * size})
    if 0 < size <= 200:
        assert answer.status_code == 201
    else:
        problem(answer, 400, "IDEMPOTENCY_KEY")


@pytest.mark.parametrize("key", [b"a b", "钥匙".encode(), b"\x7f", b"a\tb"])
def test_an_idempotency_key_is_of_visible_ascii(small: Service, key: bytes) -> None:
    who = small.visitor("administrator", name="管理员")
    answer = who.post("/v1/users", json=USER, headers={b"Idempotency-Key": key})
    problem(answer, 400, "IDEMPOTENCY_KEY")
    assert who.post("/v1/users", json=USER, headers={"Idempotency-Key": "!~"}).status_code == 201


def test_a_password_has_12_to_128_characters(small: Service) -> None:
    assert (LEAST, MOST) == (12, 128)
    who = small.visitor("administrator", name="管理员")

    def made(number: int, password: str) -> Any:
        body = {**USER, "login": f"u{number}", "name": f"用户{number}", "password": password}
        return who.post("/v1/users", json=body)

    problem(made(1, HARMLESS[:11]), 422, "PASSWORD_SHORT")
    assert made(2, HARMLESS[:12]).status_code == 201
    long = "".join(chr(0x4E00 + at * 7) for at in range(129))
    assert made(3, long[:128]).status_code == 201
    problem(made(4, long), 422, "FIELD_INVALID")
    # What is longer than anybody's is no guess that costs more work.
    login = {"login": "u3", "password": long}
    problem(small.nobody.post("/v1/session", json=login), 422, "FIELD_INVALID")
    login = {"login": "u3", "password": long[:128]}
    assert small.nobody.post("/v1/session", json=login).status_code == 201


@pytest.mark.parametrize(
    ("field", "most"), [("login", 100), ("name", 100), ("person_id", 200), ("why", 2_000)]
)
def test_texts_of_a_user_end_where_they_say(small: Service, field: str, most: int) -> None:
    who = small.visitor("administrator", name="管理员")
    over = {**USER, field: "字" * (most + 1)}
    said = problem(who.post("/v1/users", json=over), 422, "FIELD_INVALID")
    assert [one["pointer"] for one in said["errors"]] == [f"/{field}"]  # type: ignore[attr-defined]
    assert who.post("/v1/users", json={**USER, field: "字" * most}).status_code == 201


@pytest.mark.parametrize(("days", "status"), [(0, 422), (1, 201), (1_095, 201), (1_096, 422)])
def test_a_key_lives_1_to_1095_days(small: Service, days: int, status: int) -> None:
    who = small.visitor("administrator", name="管理员")
    body = {"title": "薪酬", "roles": [{"role": "integration"}], "days": days}
    assert who.post("/v1/api-keys", json=body).status_code == status


@pytest.mark.parametrize("size", [999, 1_000, 1_001])
@pytest.mark.parametrize("told", [True, False])
def test_a_body_has_as_many_bytes_as_it_may(tmp_path: Path, size: int, told: bool) -> None:
    """Whether its length is declared, or only found while it comes."""
    place = new_place("sqlite", tmp_path, "")
    with served(place, tmp_path / "data", body_bytes="1000") as found:
        who = found.visitor("administrator", name="管理员")
        body = b'{"login": "' + b"a" * (size - 13) + b'"}'
        assert len(body) == size
        pieces = (body[at : at + 100] for at in range(0, size, 100))
        headers = {"Content-Type": "application/json"}
        answer = who.post("/v1/users", content=body if told else pieces, headers=headers)
        problem(answer, *((413, "BODY_LARGE") if size > 1_000 else (422, "FIELD_INVALID")))


@pytest.mark.parametrize("told", [True, False])
def test_little_is_read_of_somebody_who_is_not_let_in(small: Service, told: bool) -> None:
    """A body is parsed before it is asked who sent it: that has to be small then."""
    headers = {"Content-Type": "application/json"}

    def send(who: TestClient, path: str, size: int) -> Any:
        body = b"[" * size
        pieces = (body[at : at + 1_000] for at in range(0, size, 1_000))
        return who.post(path, content=body if told else pieces, headers=headers)

    for path in ("/v1/session", "/v1/first-administrator"):
        problem(send(small.nobody, path, STRANGERS_BYTES), 400, "BODY_JSON")
        problem(send(small.nobody, path, STRANGERS_BYTES + 1), 413, "BODY_LARGE")
    forged = TestClient(small.app, headers={"Authorization": f"Bearer {new_token('key').text}"})
    for who, code in ((small.nobody, "SIGN_IN_NEEDED"), (forged, "API_KEY_UNKNOWN")):
        problem(send(who, "/v1/users", STRANGERS_BYTES), 400, "BODY_JSON")
        problem(send(who, "/v1/users", STRANGERS_BYTES + 1), 401, code)
        problem(send(who, "/v1/imports", STRANGERS_BYTES + 1), 401, code)
    known = small.visitor("administrator")
    problem(send(known, "/v1/users", STRANGERS_BYTES + 1), 400, "BODY_JSON")


def test_many_faults_are_told_in_part(small: Service) -> None:
    """Each takes a thousand bytes until it is told: a body of 600 kB took 1.3 GB of the server."""
    who = small.person("county_finance", name="县财务")
    records: list[Any] = [{}] * 20_000
    said = problem(who.post("/v1/imports", json={"records": records}), 422, "FIELD_MISSING")
    assert said["total"] == 4_000, "four of each of the first thousand"
    good = {"institution_id": "C01", "item_code": "MZ01", "service_date": "2026-01-01"}
    for sound, rows in ((1_499, 2_000), (9_999, 10_000)):
        records = [{**good, "quantity": "1"}] * sound + [{**good, "quantity": 1}] * (rows - sound)
        said = problem(who.post("/v1/imports", json={"records": records}), 422, "FIELD_INVALID")
        found = [one["pointer"] for one in said["errors"]]  # type: ignore[attr-defined]
        assert found == [f"/records/{at}/quantity" for at in range(sound, rows)]
    cells = {"rows": [{"item_code": "MZ01"}] * 1_000 + [{"item_code": 1}]}
    told = problem(who.put("/v1/tables/weights", json=cells), 422, "FIELD_INVALID")
    assert [one["pointer"] for one in told["errors"]] == ["/rows/1000/item_code"]  # type: ignore[attr-defined]


def test_an_object_of_many_members_is_not_looked_into(small: Service) -> None:
    who = small.person("county_finance", name="县财务")
    for many, count in ((22, 22), (100_000, 1)):
        body: dict[str, Any] = {f"x{at}": 1 for at in range(many)}
        answer = who.post("/v1/appeals", json={"period": "2026", "text": "x"} | body)
        said = problem(answer, 422, "FIELD_UNKNOWN" if count > 1 else "FIELD_INVALID")
        assert len(said["errors"]) == count  # type: ignore[arg-type]
        rows = {"rows": [body]}
        answer = who.put("/v1/tables/weights", json=rows, headers={"If-None-Match": "*"})
        assert answer.status_code == 422, answer.text
        found = {one["pointer"] for one in answer.json()["errors"]}
        assert found == ({f"/rows/0/x{at}" for at in range(many)} if count > 1 else {"/rows/0"})


@pytest.mark.parametrize(("kind", "most"), [("reads", 3), ("writes", 2)])
def test_so_many_requests_a_minute_for_each_asker(tmp_path: Path, kind: str, most: int) -> None:
    """The next is refused until a place is free, others are not; reads and writes count apart."""
    clock = Clock()
    rate = {f"{kind}_a_minute": str(most)}
    with served(new_place("sqlite", tmp_path, ""), tmp_path / "d", clock, **rate) as found:
        who, other = (found.visitor("administrator", name=f"管理员{n}") for n in "甲乙")

        def ask(one: TestClient) -> Any:
            return one.get("/v1/users") if kind == "reads" else one.post("/v1/users", json={})

        let_in = 200 if kind == "reads" else 422
        for left in reversed(range(most)):
            answer = ask(who)
            assert answer.status_code == let_in
            assert answer.headers["ratelimit-limit"] == str(most)
            assert answer.headers["ratelimit-remaining"] == str(left)
        answer = ask(who)
        problem(answer, 429, "RATE_LIMIT")
        seconds = int(answer.headers["retry-after"])
        assert seconds == 60 // most
        assert ask(other).status_code == let_in
        assert who.get("/v1/session").status_code == (429 if kind == "reads" else 200)
        clock.at += timedelta(seconds=seconds - 1)
        assert ask(who).status_code == 429
        clock.at += timedelta(seconds=1)
        assert ask(who).status_code == let_in
        assert ask(who).status_code == 429
