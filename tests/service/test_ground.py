"""What every request meets: problems, languages, ids, limits, keys, pages, answers given once.

Faults it catches: an error that is not problem+json; a 405 that names one method; a body without
end; a key that ended; an action that is done twice under one Idempotency-Key.
"""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient
from httpx2 import Response

from api.problems import TYPE
from equivalents.store.facts import standing
from equivalents.store.trail import trail
from tests.service.routes import operations
from tests.service.visitors import Service, served
from tests.stores import new_place

USER = {
    "login": "chen",
    "name": "陈会计",
    "password": "lan-hua-kai-le-27",
    "roles": [{"role": "county_finance", "institutions": ["*"]}],
}


def problem(answer: object, status: int, code: str) -> dict[str, object]:
    """The problem of an answer, which must be one."""
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]
    assert answer.headers["content-type"] == TYPE  # type: ignore[attr-defined]
    said: dict[str, object] = answer.json()  # type: ignore[attr-defined]
    assert said["code"] == code
    assert said["status"] == status
    assert said["request_id"] == answer.headers["x-request-id"]  # type: ignore[attr-defined]
    return said


def test_it_lives_and_is_ready(service: Service) -> None:
    assert service.nobody.get("/health").json() == {"status": "ok", "store": "unasked"}
    answer = service.nobody.get("/ready")
    assert answer.json()["store"] == "ok"
    assert answer.headers["equivalents-engine"]
    assert answer.headers["equivalents-method"]
    text = service.nobody.get("/metrics").text
    assert 'equivalents_requests_total{method="GET",route="/health",status="200"} 1.0' in text


def test_mistakes_are_problems_in_the_language_that_is_asked_for(small: Service) -> None:
    nobody = small.nobody
    said = problem(nobody.get("/v1/nothing"), 404, "ROUTE_UNKNOWN")
    assert "没有这个地址" in str(said["detail"])
    english = {"Accept-Language": "fr, en;q=0.8, zh;q=0.5"}
    said = problem(nobody.get("/v1/nothing", headers=english), 404, "ROUTE_UNKNOWN")
    assert "no such address" in str(said["detail"])
    answer = nobody.put("/v1/session")
    problem(answer, 405, "METHOD_UNKNOWN")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, POST"
    problem(nobody.get("/v1/users"), 401, "SIGN_IN_NEEDED")
    problem(
        nobody.post("/v1/session", content="{", headers={"Content-Type": "application/json"}),
        400,
        "BODY_JSON",
    )


def test_every_error_of_a_body_is_told_with_its_place(small: Service) -> None:
    administrator = small.visitor("administrator")
    body = {**USER, "login": "", "roles": [{"role": 3}], "colour": "red"}
    said = problem(administrator.post("/v1/users", json=body), 422, "FIELD_INVALID")
    errors = said["errors"]
    assert isinstance(errors, list)
    assert {(one["pointer"], one["code"]) for one in errors} == {
        ("/login", "FIELD_INVALID"),
        ("/roles/0/role", "FIELD_INVALID"),
        ("/colour", "FIELD_UNKNOWN"),
    }
    body = {**USER, "roles": [{"role": "boss"}, {"role": "king"}]}
    said = problem(administrator.post("/v1/users", json=body), 422, "ROLE_UNKNOWN")
    assert len(said["errors"]) == 2  # type: ignore[arg-type]


def test_a_text_is_whole_and_without_its_end_in_it(service: Service) -> None:
    """U+0000, which one database keeps and the other does not; half of a pair of surrogates."""
    finance = service.person("county_finance")
    json, csv = {"Content-Type": "application/json"}, {"Content-Type": "text/csv"}
    new = {"If-None-Match": "*", **json}
    institution, table = "/v1/institutions/C01", "/v1/tables/payees"
    records = rb'{"records": [], "why": "a\u0000"}'
    for answer, pointer in (
        (finance.put(institution, content=rb'{"name": "\ud800"}', headers=new), "/name"),
        (finance.put(institution, content=rb'{"\udc00": "1"}', headers=new), "/"),
        (finance.put(institution, content=rb'{"why": "\u0000"}', headers=new), "/"),
        (finance.put("/v1/institutions/C%00", content=b"{}", headers=new), "?institution_id"),
        (finance.get("/v1/jobs/%00"), "?job_id"),
        (finance.put(table, content=rb'{"rows": [{"\u0000": ""}]}', headers=new), "/"),
        (finance.put(f"{table}?why=%00", content=b'{"rows": []}', headers=new), "?why"),
        (finance.post("/v1/imports", content=records, headers=json), "/"),
        (finance.post("/v1/imports?file_name=a&why=%00", content=b"x", headers=csv), "?why"),
    ):
        assert answer.status_code == 422, answer.text
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    # Only the character is refused, not the way to write it.
    kept = finance.put(institution, content=rb'{"name": "\\u0000"}', headers=new)
    assert kept.json()["name"] == r"\u0000"


def test_what_was_wrong_is_told_in_part_where_it_is_long(small: Service) -> None:
    finance = small.person("county_finance")
    long = {"records": {"a": "b" * 5_000}}
    said = problem(finance.post("/v1/imports", json=long), 422, "FIELD_INVALID")
    value = said["errors"][0]["value"]  # type: ignore[index]
    assert (len(value), value[:6], value[-1]) == (201, '{"a": ', "…")


def test_a_body_has_an_end(tmp_path: object) -> None:
    with served(new_place("sqlite", tmp_path, ""), tmp_path / "d", body_bytes="1000") as found:  # type: ignore[arg-type, operator]
        administrator = found.visitor("administrator")
        fitting = {**USER, "why": ""}
        room = 1000 - len(administrator.build_request("POST", "/v1/users", json=fitting).content)
        good = administrator.post("/v1/users", json={**fitting, "why": "x" * room})
        assert good.status_code == 201, good.text
        over = {**fitting, "login": "li", "why": "x" * (room + 3)}
        problem(administrator.post("/v1/users", json=over), 413, "BODY_LARGE")

        def pieces() -> object:
            yield b'{"login": "'
            for _ in range(200):
                yield b"a" * 10

        streamed = administrator.post("/v1/users", content=pieces())  # type: ignore[arg-type]
        problem(streamed, 413, "BODY_LARGE")


def test_an_action_is_done_once_under_a_key(service: Service) -> None:
    administrator = service.visitor("administrator")
    headers = {"Idempotency-Key": "k-1"}
    first = administrator.post("/v1/users", json=USER, headers=headers)
    assert first.status_code == 201
    again = administrator.post("/v1/users", json=USER, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    other = {**USER, "name": "陈出纳"}
    answer = administrator.post("/v1/users", json=other, headers=headers)
    problem(answer, 422, "IDEMPOTENCY_OTHER")
    problem(administrator.post("/v1/users", json=USER), 409, "USER_TAKEN")
    with service.store.reading() as connection:
        assert [one.action for one in trail(connection)].count("user.add") == 2  # the first asks


def test_many_at_once_under_one_key_do_it_once(service: Service) -> None:
    administrator = service.visitor("administrator")

    def post(_number: int) -> tuple[int, str]:
        answer = administrator.post("/v1/users", json=USER, headers={"Idempotency-Key": "k"})
        return answer.status_code, answer.json().get("code", "")

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(post, range(16)))
    assert (201, "") in found
    assert found <= {(201, ""), (409, "IDEMPOTENCY_IN_FLIGHT")}
    with service.store.reading() as connection:
        assert len(standing(connection, "user")) == 2


def test_a_secret_is_answered_once_and_not_kept(service: Service) -> None:
    administrator = service.visitor("administrator")
    body = {"title": "薪酬", "roles": [{"role": "integration"}], "actions": ["payouts.read"]}
    headers = {"Idempotency-Key": "k"}
    first = administrator.post("/v1/api-keys", json=body, headers=headers).json()
    assert first["key"].startswith("eqk_")
    again = administrator.post("/v1/api-keys", json=body, headers=headers).json()
    assert again == {**first, "key": None}
    assert administrator.get(f"/v1/api-keys/{first['id']}").json()["key"] is None


def test_a_key_is_narrowed_rotated_and_stopped(service: Service) -> None:
    administrator = service.visitor("administrator")
    body = {"title": "薪酬", "roles": [{"role": "integration"}], "actions": ["jobs.read"]}
    made = administrator.post("/v1/api-keys", json=body).json()

    def status(secret: str, path: str = "/v1/jobs") -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        return int(TestClient(service.app, headers=headers).get(path).status_code)

    assert status(made["key"]) == 200
    assert status(made["key"], "/v1/users") == 403
    other = "x" if made["key"][-1] != "x" else "y"
    assert status(made["key"][:-1] + other) == 401
    address = f"/v1/api-keys/{made['id']}"
    longer = administrator.post(f"{address}/rotations", json={"overlap_hours": 90 * 24 + 1})
    problem(longer, 422, "FIELD_INVALID")
    second = administrator.post(f"{address}/rotations", json={"overlap_hours": 90 * 24}).json()
    assert status(made["key"]) == status(second["key"]) == 200
    third = administrator.post(f"{address}/rotations", json={"overlap_hours": 0}).json()
    assert [status(one["key"]) for one in (made, second, third)] == [401, 401, 200]
    assert administrator.post(f"{address}/stop", json={"why": "停用"}).json()["active"] is False
    assert status(third["key"]) == 401
    problem(administrator.post(f"{address}/rotations", json={}), 409, "KEY_ROTATION")


def test_lists_are_paged_by_cursor(small: Service) -> None:
    administrator = small.visitor("administrator")
    for number in range(5):
        body = {**USER, "login": f"user{number}", "name": f"会计{number}"}
        assert administrator.post("/v1/users", json=body).status_code == 201
    seen, cursor = [], ""
    while True:
        page = administrator.get("/v1/users", params={"limit": 2, "cursor": cursor}).json()
        seen += [one["login"] for one in page["data"]]
        assert page["limit"] == 2
        if not page["has_more"]:
            assert page["next_cursor"] is None
            break
        cursor = page["next_cursor"]
    assert sorted(one for one in seen if one.startswith("user")) == [f"user{n}" for n in range(5)]
    assert len(seen) == 6
    problem(administrator.get("/v1/users?cursor=abc"), 400, "CURSOR_INVALID")
    problem(administrator.get(f"/v1/api-keys?cursor={cursor}"), 400, "CURSOR_INVALID")
    problem(administrator.get("/v1/users?limit=501"), 422, "FIELD_INVALID")


def test_an_edit_needs_what_was_read(small: Service) -> None:
    administrator = small.visitor("administrator")
    address = administrator.post("/v1/users", json=USER).headers["location"]
    read = administrator.get(address)
    etag = read.headers["etag"]
    assert administrator.get(address, headers={"If-None-Match": etag}).status_code == 304
    change = {"name": "陈主管"}
    problem(administrator.patch(address, json=change), 428, "ETAG_MISSING")
    done = administrator.patch(address, json=change, headers={"If-Match": etag})
    assert done.json()["name"] == "陈主管"
    late = administrator.patch(address, json=change, headers={"If-Match": etag})
    problem(late, 412, "ETAG_OTHER")


def test_headers_alone_are_answered_like_the_whole(small: Service) -> None:
    """A balancer asks for /health by HEAD, a program for the ETag of what it has."""
    administrator = small.visitor("administrator")
    for path in ("/health", "/ready", "/v1/users", "/v1/session", "/v1/openapi.json"):
        whole, head = administrator.get(path), administrator.head(path)
        assert (head.status_code, head.content) == (200, b""), path
        assert head.headers["content-length"] == whole.headers["content-length"]
    none = administrator.head("/v1/users/usr_0")
    assert (none.status_code, none.content) == (404, b"")
    problem(administrator.options("/v1/users"), 405, "METHOD_UNKNOWN")
    assert administrator.head("/v1/jobs/job_0/events").status_code == 405
    me = f"/v1/users/{administrator.get('/v1/session').json()['id']}"
    etag = administrator.head(me).headers["etag"]
    for said in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        answer = administrator.get(me, headers={"If-None-Match": said})
        assert (answer.status_code, answer.content) == (304, b""), said
    assert administrator.get(me, headers={"If-None-Match": '"x"'}).status_code == 200


def test_forms_are_told_in_words_and_where_they_stand(small: Service) -> None:
    finance = small.visitor("county_finance")

    def told(answer: Response) -> list[tuple[str, str]]:
        said = problem(answer, 422, "FIELD_INVALID")["errors"]
        assert isinstance(said, list)
        return [(one["pointer"], one["detail"].partition("：")[2]) for one in said]

    body = {"act": "approve", "on": "7月10日", "starts": 3}
    assert told(finance.post("/v1/periods/2026-06/steps", json=body)) == [
        ("/on", "日期写成 2026-07-10。"),
        ("/starts", "应为文本。"),
    ]
    body = {"period": "2026-6", "kind": "settel", "on_reject": None}
    assert told(finance.post("/v1/runs", json=body)) == [
        ("/period", "期间写成 2026、2026-H1、2026-Q3 或 2026-06。"),
        ("/kind", "应为 'settle'、'trial'、'year_end' 之一。"),
        ("/on_reject", "应为 'stop'、'quarantine' 之一。"),
    ]
    whole = finance.put("/v1/tables/pools?period=2026-06", json=[1], headers={"If-Match": "*"})
    assert told(whole) == [("/", "应为对象。")]
    english = {"Accept-Language": "en"}
    answer = finance.get("/v1/payouts?period=2026-6", headers=english)
    assert "a period is written 2026" in answer.json()["detail"]


def test_a_body_is_what_its_headers_say(small: Service) -> None:
    administrator = small.visitor("administrator")
    text = json.dumps(USER, ensure_ascii=False).encode()
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    for path in ("/v1/users", "/v1/imports", "/v1/session"):
        answer = administrator.post(path, content=gzip.compress(text), headers=packed)
        problem(answer, 415, "BODY_ENCODING")
    for path in ("/v1/users", "/v1/session", "/v1/first-administrator"):
        plain = {"Content-Type": "text/plain"}
        said = problem(administrator.post(path, content=text, headers=plain), 415, "BODY_TYPE")
        assert "application/json" in str(said["detail"])
        assert "陈会计" not in str(said)
    utf8 = {"Content-Type": "application/json; charset=utf-8", "Content-Encoding": "identity"}
    assert administrator.post("/v1/users", content=text, headers=utf8).status_code == 201


def test_the_limit_is_met_exactly(tmp_path: object) -> None:
    place = new_place("sqlite", tmp_path, "")  # type: ignore[arg-type]
    with served(place, tmp_path / "d", reads_a_minute="5") as found:  # type: ignore[operator]
        auditor = found.visitor("auditor")
        statuses = [auditor.get("/v1/jobs").status_code for _ in range(6)]
        assert statuses == [200] * 5 + [429]
        last = auditor.get("/v1/jobs")
        problem(last, 429, "RATE_LIMIT")
        assert int(last.headers["retry-after"]) >= 1
        assert found.visitor("auditor").get("/v1/jobs").status_code == 200


def test_requests_of_another_form_are_refused_by_name(small: Service) -> None:
    administrator = small.visitor("administrator")
    problem(administrator.get("/v1/users/usr_0"), 404, "OBJECT_UNKNOWN")
    problem(administrator.get("/v1/api-keys/key_0"), 404, "OBJECT_UNKNOWN")
    long = {"Idempotency-Key": "x" * 201}
    problem(administrator.post("/v1/users", json=USER, headers=long), 400, "IDEMPOTENCY_KEY")
    fits = {"Idempotency-Key": "x" * 200}
    assert administrator.post("/v1/users", json=USER, headers=fits).status_code == 201
    said = problem(administrator.post("/v1/users", json={"login": "li"}), 422, "FIELD_MISSING")
    assert {one["pointer"] for one in said["errors"]} == {"/name", "/password", "/roles"}  # type: ignore[attr-defined]


def test_a_query_says_what_is_known_and_once(small: Service) -> None:
    """A filter that nobody reads would be no filter: the list would tell of everybody."""
    finance = small.visitor("county_finance")
    for one in operations(small.app):
        if one.method == "GET" and one.path.startswith("/v1/") and one.action:
            answer = finance.get(one.filled(), params={"perod": "2025-06", "limit ": "1"})
            if answer.status_code == 422:
                errors = {(one["pointer"], one["code"]) for one in answer.json()["errors"]}
                assert errors == {("?perod", "FIELD_UNKNOWN"), ("?limit ", "FIELD_UNKNOWN")}
            else:
                assert answer.status_code == 403, one.title
    twice = finance.get("/v1/payouts?period=2025-06&period=2025-07&limit=2")
    problem(twice, 422, "FIELD_INVALID")
    assert [one["pointer"] for one in twice.json()["errors"]] == ["?period"]


def test_the_last_administrator_stays(service: Service) -> None:
    administrator = service.visitor("administrator", name="唯一管理员")
    me = administrator.get("/v1/session").json()
    address = f"/v1/users/{me['id']}"
    headers = {"If-Match": administrator.get(address).headers["etag"]}
    others: dict[str, object] = {"roles": [{"role": "auditor", "institutions": ["*"]}]}
    nobody: dict[str, object] = {"roles": []}
    for said in ({"active": False}, nobody, others):
        stop = administrator.patch(address, json=said, headers=headers)
        problem(stop, 409, "USER_LAST")
    other = {**USER, "roles": [{"role": "administrator", "institutions": ["*"]}]}
    assert administrator.post("/v1/users", json=other).status_code == 201
    assert administrator.patch(address, json={"active": False}, headers=headers).status_code == 200
    problem(administrator.get("/v1/users"), 401, "SESSION_ENDED")


def test_a_fault_of_the_program_tells_its_number_and_nothing_else(small: Service) -> None:
    def broken() -> None:
        raise KeyError("P01 张三")

    small.app.add_api_route("/v1/broken", broken)
    said = problem(small.nobody.get("/v1/broken"), 500, "SERVICE_FAULT")
    assert str(said["request_id"]) in str(said["detail"])
    assert "张三" not in str(said)
