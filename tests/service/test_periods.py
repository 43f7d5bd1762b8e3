"""A period's life over HTTP: who may take which step, two persons, unlocking, what each one sees.

Faults it catches: one user who approves what they submitted, also after they changed their name;
a name that passes on to another user; a key that takes a step; an unlock by one person; sums of
the county shown to an institution; a step on a period that changed meanwhile.
"""

import hashlib
import json
from typing import Any

from equivalents.store.locking import lock
from equivalents.store.periods import pay
from equivalents.store.periodsettle import settle_period
from equivalents.store.trail import trail
from tests.service.lives import people, step, stepped
from tests.service.test_ground import problem
from tests.service.visitors import Service
from tests.store.lives import H1, by, fill, ready


def settled(service: Service) -> None:
    fill(service.store, H1)
    assert settle_period(by(service.store, "县财务"), H1).taken is not None


def test_the_steps_of_a_life_by_those_whose_steps_they_are(service: Service) -> None:
    settled(service)
    them = people(service)
    stepped(them, H1)
    made = step(them.finance, H1, "lock", why="例会通过")
    assert made.status_code == 201, made.text
    lock_ = made.json()["lock"]
    assert (made.json()["state"], made.json()["who"]) == ("locked", "县财务")
    paid = step(them.cashier, H1, "pay", on="2027-01-15")
    assert (paid.status_code, paid.json()["state"]) == (201, "paid")
    found = them.auditor.get(f"/v1/periods/{H1}").json()
    assert (found["state"], found["people"], found["amount"]) == ("paid", 3, "1300.00")
    assert found["locks"][0]["hash"] == lock_["hash"]
    taken = [(one["action"], one["who"], one["institution_id"]) for one in found["steps"]]
    assert taken == [
        ("period.settle", "县财务", ""),
        ("period.submit", "会计C01", "C01"),
        ("period.approve", "院长C01", "C01"),
        ("period.submit", "会计C02", "C02"),
        ("period.approve", "院长C02", "C02"),
        ("period.publish", "县财务", ""),
        ("period.approve", "县主任", ""),
        ("period.lock", "县财务", ""),
        ("period.pay", "出纳", ""),
    ]
    assert found["steps"][-1]["after"]["on"] == "2027-01-15"
    listed = them.auditor.get("/v1/periods").json()["data"]
    assert [(one["period"], one["state"]) for one in listed] == [(H1, "paid")]
    problem(step(them.cashier, H1, "pay"), 409, "STEP_DONE")


def test_one_person_is_never_two(service: Service) -> None:
    settled(service)
    # Somebody whose roles would let them do both, and who changes their name in between.
    both = service.person("institution_finance", ["C01"], "王芳")
    with service.store.reading() as connection:
        user = next(one.object_id for one in trail(connection) if one.action == "user.add")
    administrator = service.person("administrator", name="管理员")
    roles = [{"role": one, "institutions": ["C01"]} for one in ("institution_finance", "approver")]
    address = f"/v1/users/{user}"

    def change(**said: object) -> None:
        etag = administrator.get(address).headers["etag"]
        done = administrator.patch(address, json=said, headers={"If-Match": etag})
        assert done.status_code == 200, done.text

    change(roles=roles)
    assert step(both, H1, "submit", "C01").status_code == 201
    problem(step(both, H1, "approve", "C01"), 403, "STEP_SAME_PERSON")
    change(name="王小芳")
    problem(step(both, H1, "approve", "C01"), 403, "STEP_SAME_PERSON")
    # The name stays hers: nobody else can be taken for her.
    body = {"login": "w2", "name": "王 芳", "password": "lan-hua-kai-le-27", "roles": roles}
    problem(administrator.post("/v1/users", json=body), 409, "USER_TAKEN")
    other = service.person("approver", ["C01"], "院长")
    assert step(other, H1, "approve", "C01").status_code == 201


def test_a_step_is_taken_where_and_by_whom_it_may_be(small: Service) -> None:
    settled(small)
    them = people(small)
    accountant = them.accountants["C01"]
    problem(step(accountant, H1, "submit", "C02"), 403, "FORBIDDEN_INSTITUTION")
    problem(step(accountant, H1, "submit"), 403, "FORBIDDEN_COMMUNITY")
    problem(step(accountant, H1, "approve", "C01"), 403, "FORBIDDEN_ACTION")
    problem(step(accountant, H1, "lock"), 403, "FORBIDDEN_ACTION")
    problem(step(them.heads["C01"], H1, "approve"), 403, "FORBIDDEN_COMMUNITY")
    problem(step(them.auditor, H1, "submit", "C01"), 403, "FORBIDDEN_ACTION")
    key = small.program("county_finance", actions=["periods.read"])
    assert key.get("/v1/periods").status_code == 200
    problem(step(key, H1, "submit", "C01"), 403, "FORBIDDEN_KEY")
    problem(step(them.finance, H1, "lock"), 409, "STEP_NOT_DUE")
    problem(step(them.finance, "2026-13", "lock"), 422, "FIELD_INVALID")
    problem(step(them.heads["C01"], H1, "return", "C01"), 422, "STEP_WHY")
    assert step(accountant, H1, "submit", "C01").status_code == 201
    back = step(them.heads["C01"], H1, "return", "C01", why="系数要改")
    assert (back.status_code, back.json()["state"]) == (201, "settled")


def test_one_institution_does_not_undo_what_the_community_approved_of(small: Service) -> None:
    settled(small)
    them = people(small)
    stepped(them, H1)
    address = f"/v1/periods/{H1}"
    back = step(them.heads["C01"], H1, "return", "C01", why="还要改")
    problem(back, 403, "FORBIDDEN_APPROVED")
    assert them.finance.get(address).json()["state"] == "confirmed"
    assert step(them.chief, H1, "return", "C01", why="还要改").json()["state"] == "settled"


def test_a_step_is_taken_on_what_was_seen(small: Service) -> None:
    settled(small)
    them = people(small)
    address = f"/v1/periods/{H1}"
    seen = them.accountants["C01"].get(address)
    etag = seen.headers["etag"]
    same = them.accountants["C01"].get(address, headers={"If-None-Match": etag})
    assert same.status_code == 304
    assert step(them.accountants["C02"], H1, "submit", "C02").status_code == 201
    late = them.accountants["C01"].post(
        f"{address}/steps",
        json={"act": "submit", "institution_id": "C01"},
        headers={"If-Match": etag},
    )
    problem(late, 412, "ETAG_OTHER")


def test_an_institution_sees_its_own_part(small: Service) -> None:
    settled(small)
    them = people(small)
    assert step(them.accountants["C02"], H1, "submit", "C02", why="齐").status_code == 201
    found = them.accountants["C01"].get(f"/v1/periods/{H1}").json()
    assert (found["people"], found["amount"]) == (None, None)
    assert [one["action"] for one in found["steps"]] == ["period.settle"]
    assert all(one["before"] is None and one["after"] is None for one in found["steps"])
    missing = {one["step"]: (one["missing"], one["missing_count"]) for one in found["flow"]}
    assert missing["submitted"] == (["C01"], 1)
    assert missing["approved"] == (["C01"], 2)
    mine = them.staff.get(f"/v1/periods/{H1}").json()
    assert {one["why"] for one in mine["steps"]} == {""}
    empty = them.finance.get("/v1/periods/2030-05").json()
    assert (empty["state"], empty["steps"], empty["seq"]) == ("open", [], 0)


def test_unlocking_takes_two(service: Service) -> None:
    store = service.store
    fill(store, H1)
    ready(store, H1)
    them = people(service)
    requests = f"/v1/periods/{H1}/unlock-requests"
    asked = {"why": "漏报 3 次门诊"}
    problem(them.finance.post(requests, json=asked), 409, "LOCK_ABSENT")
    assert step(them.chief, H1, "lock").status_code == 403
    lock(by(store, "院长C01"), H1)
    made = them.finance.post(requests, json=asked)
    assert made.status_code == 201, made.text
    address = f"/v1/unlock-requests/{made.json()['id']}/approval"
    problem(them.finance.post(address, json={}), 403, "FORBIDDEN_ACTION")
    problem(them.heads["C02"].post(address, json={}), 403, "FORBIDDEN_COMMUNITY")
    done = them.chief.post(address, json={"why": "同意"})
    assert done.status_code == 201, done.text
    assert (done.json()["state"], done.json()["allowed_by"]) == ("allowed", "县主任")
    problem(them.chief.post(address, json={}), 409, "LOCK_ABSENT")
    listed = them.auditor.get(requests).json()["data"]
    assert [(one["state"], one["asked_by"]) for one in listed] == [("allowed", "县财务")]
    opened = them.auditor.get(f"/v1/periods/{H1}").json()["locks"][0]["unlocked"]
    assert (opened["asked_by"], opened["allowed_by"]) == ("县财务", "县主任")
    assert (opened["difference"], opened["why"]) == ([], asked["why"])
    # A reason may name people: whom the period pays is told that it was unlocked, and by whom.
    plain = them.staff.get(f"/v1/periods/{H1}").json()["locks"][0]["unlocked"]
    assert plain == {**opened, "difference": None, "why": ""}
    problem(them.chief.post("/v1/unlock-requests/unl_0/approval", json={}), 404, "OBJECT_UNKNOWN")


def test_who_asks_or_locked_does_not_allow_it(small: Service) -> None:
    store = small.store
    fill(store, H1)
    ready(store, H1)
    roles = [{"role": one, "institutions": ["*"]} for one in ("county_finance", "approver")]
    one = small.person("county_finance", name="一人")
    with store.reading() as connection:
        user = [one.object_id for one in trail(connection) if one.action == "user.add"][-1]
    administrator = small.person("administrator", name="管理员")
    address = f"/v1/users/{user}"
    etag = administrator.get(address).headers["etag"]
    change = {"roles": roles}
    assert administrator.patch(address, json=change, headers={"If-Match": etag}).is_success
    requests = f"/v1/periods/{H1}/unlock-requests"
    lock(by(store, "县主任"), H1)
    mine = one.post(requests, json={"why": "改"}).json()
    allow = f"/v1/unlock-requests/{mine['id']}/approval"
    problem(one.post(allow, json={}), 403, "UNLOCK_SECOND")  # asked for it
    chief = small.person("approver", name="县主任")
    problem(chief.post(allow, json={}), 403, "UNLOCK_SECOND")  # locked it
    second = small.person("approver", name="第二人")
    assert second.post(allow, json={}).status_code == 201
    # A further lock has nothing to do with a request about the one before.
    ready(store, H1)
    lock(by(store, "县主任"), H1)
    problem(second.post(allow, json={}), 409, "UNLOCK_REQUEST_ENDED")
    # One that is open ends with the payment.
    assert one.post(requests, json={"why": "再改"}).status_code == 201

    def states() -> list[str]:
        return [found["state"] for found in second.get(requests).json()["data"]]

    assert states() == ["allowed", "open"]
    pay(by(store, "出纳"), H1)
    assert states() == ["allowed", "ended"]


def test_a_proof_leads_from_a_line_to_the_printed_lock(small: Service) -> None:
    store = small.store
    fill(store, H1)
    ready(store, H1)
    printed = lock(by(store, "县财务"), H1).lock.hash
    them = people(small)
    address = f"/v1/periods/{H1}/proofs/P02"
    proof = them.staff.get(address).json()
    said = json.dumps(proof["lock"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(said.encode()).hexdigest() == printed == proof["lock_hash"]
    for one in proof["lines"]:
        node = hashlib.sha256(b"\0" + one["line"].encode()).digest()
        for side, other in one["path"]:
            beside = bytes.fromhex(other)
            pair = beside + node if side == "left" else node + beside
            node = hashlib.sha256(b"\1" + pair).digest()
        assert node.hex() == proof["lock"]["payouts_root"]
    assert them.accountants["C01"].get(address).status_code == 200
    problem(them.accountants["C02"].get(address), 404, "PROOF_PERSON")
    problem(them.staff.get(f"/v1/periods/{H1}/proofs/P01"), 404, "PROOF_PERSON")


def test_the_audit_trail_is_paged_and_found_by_object(small: Service) -> None:
    settled(small)
    them = people(small)
    seen: list[dict[str, Any]] = []
    more, cursor = True, ""
    while more:
        part = them.auditor.get(f"/v1/audit-entries?limit=4&cursor={cursor}").json()
        seen += part["data"]
        more, cursor = part["has_more"], part["next_cursor"]
    with small.store.reading() as connection:
        assert [one["hash"] for one in seen] == [one.hash for one in trail(connection)]
    of = {"object_kind": "period", "object_id": H1, "who": "县财务"}
    (one,) = them.auditor.get("/v1/audit-entries", params=of).json()["data"]
    assert (one["action"], one["after"]["people"]) == ("period.settle", 3)
    answer = them.auditor.get(f"/v1/audit-entries/{one['seq']}")
    assert (answer.json(), answer.headers["etag"]) == (one, f'"{one["hash"]}"')
    later = {"since": one["seq"]}
    assert them.auditor.get("/v1/audit-entries", params=later).json()["data"][0]["seq"] > one["seq"]
    problem(them.auditor.get("/v1/audit-entries/99999"), 404, "OBJECT_UNKNOWN")
    problem(them.heads["C01"].get("/v1/audit-entries"), 403, "FORBIDDEN_COMMUNITY")
    problem(them.staff.get("/v1/audit-entries"), 403, "FORBIDDEN_ACTION")
