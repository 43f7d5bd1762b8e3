"""Weight tables and schemes over HTTP: what stands, what is shipped, and what is kept once checked.

Faults it catches: an illustrative table without 示例 in its title; a shipped table that is edited;
a scheme that is kept with its faults; a text that names a file outside of the case; an edit of
what somebody else changed.
"""

from hashlib import sha256
from typing import Any

from tests.service.test_ground import problem
from tests.service.test_tables import MZ01, match
from tests.service.visitors import Service
from tests.store.lives import H1, pools

NEW = {"If-None-Match": "*", "Content-Type": "application/yaml"}
SCHEME = """\
scheme: county
title: 本县方案（示例）
reference: 示例
layer: community
over: zhejiang-2017-hangzhou
"""
STEPS = """\
steps: short
title: 两步流程
reference: 示例
valid_from: 2027-01-01
flow:
  - {step: locked, title: 锁定, level: community, act: lock}
  - {step: paid, title: 发放, level: community, act: pay}
"""


def put(who: Any, address: str, text: str, **asked: str) -> Any:
    """A text put over what stands now, if any does."""
    read = who.get(address, params={k: v for k, v in asked.items() if k != "why"})
    headers = {"Content-Type": "text/yaml"}
    if read.status_code == 200:
        headers["If-Match"] = read.headers["etag"]
    else:
        headers["If-None-Match"] = "*"
    return who.put(address, params=asked, content=text.encode(), headers=headers)


def test_weight_tables_are_the_own_one_and_shipped_ones(small: Service) -> None:
    pools(small.store, H1)
    auditor, finance = small.visitor("auditor"), small.visitor("county_finance")
    page = auditor.get("/v1/weight-tables").json()["data"]
    own, found = page[0], {one["name"]: one for one in page}
    assert (own["name"], own["origin"]) == ("weights", "store")
    (series,) = own["series"]
    assert (series["items"], series["valid_from"], series["valid_to"]) == (1, "2026-01-01", "")
    demo = found["demo-county-2025"]
    assert "示例" in demo["title"]
    assert {one["series"] for one in demo["series"]} == {"pay", "purchase", "contract"}
    rows = auditor.get("/v1/weight-tables/demo-county-2025", params={"limit": 500}).json()["data"]
    assert len(rows) == sum(one["rows"] for one in demo["series"])
    assert auditor.get("/v1/weight-tables/weights").json()["data"][0]["row"] == MZ01
    problem(auditor.get("/v1/weight-tables/none"), 404, "OBJECT_UNKNOWN")
    body = {"rows": [{**MZ01, "weight": "2", "reference": "县卫健〔2026〕1号"}]}
    address = "/v1/weight-tables/weights"
    done = finance.put(address, json=body, headers=match(finance, address))
    assert (done.status_code, done.json()["added"]) == (200, 1)
    (series,) = auditor.get("/v1/weight-tables").json()["data"][0]["series"]
    assert series["references"] == ["县卫健〔2026〕1号"]
    shipped = finance.put("/v1/weight-tables/demo-county-2025", json=body)
    problem(shipped, 409, "WEIGHTS_SHIPPED")
    problem(finance.put("/v1/weight-tables/none", json=body), 404, "OBJECT_UNKNOWN")


def test_texts_are_listed_and_read(small: Service) -> None:
    pools(small.store, H1)
    staff = small.visitor("staff", person_id="P01")
    page = staff.get("/v1/schemes", params={"limit": 500}).json()["data"]
    assert [(one["kind"], one["name"], one["period"]) for one in page if one["seq"]] == [
        ("case", "case.yaml", H1)
    ]
    assert {"zhejiang-2017", "deqing-2019"} <= {one["name"] for one in page}
    said = staff.get("/v1/schemes/case.yaml", params={"period": H1})
    one = said.json()
    assert one["sha256"] == sha256(one["text"].encode()).hexdigest()
    assert said.headers["etag"] == f'"{one["sha256"]}"'
    problem(staff.get("/v1/schemes/case.yaml"), 404, "OBJECT_UNKNOWN")
    shipped = staff.get("/v1/schemes/zhejiang-2017").json()
    assert (shipped["origin"], shipped["seq"]) == ("shipped", 0)
    assert shipped["text"].startswith(("#", "scheme:"))
    denied = put(small.visitor("institution_finance", ["C01"]), "/v1/schemes/county.yaml", SCHEME)
    problem(denied, 403, "FORBIDDEN_ACTION")


def test_a_scheme_is_checked_before_it_is_kept(service: Service) -> None:
    pools(service.store, H1)
    finance, address = service.visitor("county_finance"), "/v1/schemes/county.yaml"
    wrong = put(finance, address, SCHEME + "fundz: {}\n")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["row"] == 6
    away = put(finance, address, SCHEME.replace("zhejiang-2017-hangzhou", "../../etc/county"))
    problem(away, 422, "SCHEME_UNKNOWN")
    problem(finance.get(address), 404, "OBJECT_UNKNOWN")
    done = put(finance, address, SCHEME, why="定稿")
    assert done.status_code == 200, done.text
    assert (done.json()["kind"], done.json()["title"]) == ("scheme", "本县方案（示例）")
    problem(finance.put(address, content=SCHEME.encode(), headers=NEW), 412, "ETAG_OTHER")
    only = {"Content-Type": "text/yaml"}
    problem(finance.put(address, content=SCHEME.encode(), headers=only), 428, "ETAG_MISSING")
    changed = put(finance, address, SCHEME.replace("本县方案", "县域方案"))
    assert changed.json()["seq"] > done.json()["seq"]
    before = finance.get(address, params={"as_of": done.json()["seq"]}).json()
    assert before["title"] == "本县方案（示例）"
    of_one = put(finance, address, SCHEME, period="2026-06")
    assert of_one.json()["period"] == "2026-06"


def test_a_text_is_looked_at_while_others_write(service: Service) -> None:
    """A long one takes seconds, for which nobody else is to wait."""
    finance, address = service.visitor("county_finance"), "/v1/schemes/county.yaml"
    wrong = (SCHEME + "fundz: {}\n").encode()
    with service.store.together():
        answer = finance.put(address, content=wrong, headers=NEW)
    assert answer.json()["errors"][0]["row"] == 6
    key = {**NEW, "Idempotency-Key": "k"}
    over = SCHEME.replace("zhejiang-2017-hangzhou", "lower")
    lower = SCHEME.replace("county", "lower", 1)
    assert finance.put("/v1/schemes/lower.yaml", content=lower.encode(), headers=NEW).is_success
    first = finance.put(address, content=over.encode(), headers=key)
    assert first.status_code == 200, first.text
    again = finance.put(address, content=over.encode(), headers=key)
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")


def test_a_case_a_map_and_steps_are_kept(small: Service) -> None:
    pools(small.store, H1)
    finance, address = small.visitor("county_finance"), "/v1/schemes/case.yaml"
    text = finance.get(address, params={"period": H1}).json()["text"]
    done = put(finance, address, text.replace("青溪县", "清溪县"), period=H1)
    assert (done.status_code, done.json()["title"]) == (200, "清溪县（示例）")
    unknown = put(finance, address, "colour: red\n", period=H1)
    assert unknown.status_code == 422
    steps = put(finance, "/v1/schemes/short", STEPS, kind="steps")
    assert (steps.status_code, steps.json()["kind"]) == (200, "steps")
    other = put(finance, "/v1/schemes/long", STEPS.replace("2027", "2028"), kind="steps")
    assert problem(other, 422, "FIELD_INVALID")["errors"][0]["pointer"] == "?name"  # type: ignore[index]
    kept = finance.get("/v1/schemes", params={"kind": "steps"}).json()["data"]
    assert [one["name"] for one in kept] == ["short"]
    faulty = STEPS.replace("act: pay", "act: sleep")
    assert put(finance, "/v1/schemes/short", faulty, kind="steps").status_code == 422
    bad_map = put(finance, "/v1/schemes/maps/his.yaml", "map: his\n", kind="map")
    assert bad_map.status_code == 422


def test_what_is_no_text_of_a_case_is_refused(small: Service) -> None:
    finance = small.visitor("county_finance")
    problem(finance.put("/v1/schemes/a.yaml", json={}), 415, "BODY_TYPE")
    for name in ("a.txt", "b/%2e%2e/a.yaml", "%2e%2e/a.yaml", "a%5cb.yaml", "b//a.yaml"):
        answer = finance.put(f"/v1/schemes/{name}", content=SCHEME.encode(), headers=NEW)
        problem(answer, 422, "FIELD_INVALID")
    body = SCHEME.encode()
    for name in ("case.yaml/a.yaml", "a.yml/b/a.yaml", "weights.CSV/a.yaml", f"{'长' * 84}.yaml"):
        answer = finance.put(f"/v1/schemes/{name}", content=body, headers=NEW)
        said = problem(answer, 422, "FIELD_INVALID")
        assert said["errors"][0]["pointer"] == "?name"  # type: ignore[index]
    long = "长" * 83  # with .yaml 254 bytes, which a disk takes
    body = SCHEME.replace("county", long).encode()
    assert finance.put(f"/v1/schemes/v1.2/{long}.yaml", content=body, headers=NEW).is_success
    latin = finance.put("/v1/schemes/a.yaml", content="é".encode("latin-1"), headers=NEW)
    problem(latin, 422, "FIELD_INVALID")
    nul = finance.put("/v1/schemes/a.yaml", content=b"scheme: a\x00b\n", headers=NEW)
    assert nul.status_code == 422


def test_a_few_lines_do_not_stand_for_a_million(small: Service) -> None:
    """Aliases of aliases: written out they would fill the memory while all others wait."""
    finance = small.visitor("county_finance")
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for one, before in zip("bcdefg", "abcdef", strict=True):
        lines.append(f"{one}: &{one} [{', '.join([f'*{before}'] * 10)}]")
    text = "\n".join(lines).encode()
    answer = finance.put("/v1/schemes/a.yaml", content=text, headers=NEW)
    said = problem(answer, 422, "YAML_INVALID")
    assert said["errors"][0]["row"] == 2  # type: ignore[index]
