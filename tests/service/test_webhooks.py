"""Webhooks: other systems are told of locks, approvals and adjustments, once and provably by us.

Faults it catches: an action of the command line that nobody is told of; a signature that a receiver
cannot check; a secret in the store; two servers that send one message; a webhook that calls the
server itself; personal data in a message. Receivers that fail: ``test_webhooks_tries.py``.
"""

import base64
import json
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from api.hooks.dispatching import Dispatcher
from equivalents.store.adjusting import adjust
from equivalents.store.facts import facts_of
from equivalents.store.trail import trail
from equivalents.store.verify import verify
from tests.service.quiet import EVERY, Quiet, address, pinged, signature, signed_by
from tests.service.receivers import Receiver
from tests.service.test_ground import problem
from tests.service.visitors import served
from tests.store.lives import H1, H2, LATE, by, fill, import_rows, lived, locked_life
from tests.stores import new_place

# -- events ----------------------------------------------------------------------------------------


def test_what_is_done_by_the_command_line_is_told_too(quiet: Quiet, receiver: Receiver) -> None:
    store = quiet.service.store
    fill(store, H1, H2)
    webhook = quiet.add(address(receiver))
    locked_life(store)
    import_rows(store, LATE, "补报")
    adjust(by(store, "县财务"), H1, H2, why="补报")
    assert quiet.told() == 3
    said = {json.loads(body)["type"]: json.loads(body) for _, _, body in receiver.got}
    counts = {"people": 3, "institutions": 2}  # both late records are of one person: a row
    assert {kind: one["data"] | {"audit_seq": 0} for kind, one in said.items()} == {
        "payouts.approved": {"period": H1, "run_id": "run_1", "audit_seq": 0, **counts},
        "period.locked": {
            "period": H1, "run_id": "run_1", "audit_seq": 0, **counts, "lock_id": "lock_1"
        },
        "adjustment.created": {
            "period": H1, "into": H2, "rows": 1, "run_id": "run_2", "audit_seq": 0
        },
    }  # fmt: skip
    with store.reading() as connection:
        at = {one.action: one.at for one in trail(connection)}
    assert said["period.locked"]["timestamp"] == at["period.lock"]
    assert all(signed_by(one, webhook["secret"]) for one in receiver.got)
    assert not any("P0" in body.decode() for _, _, body in receiver.got)
    assert [one["state"] for one in quiet.deliveries(webhook)] == ["delivered"] * 3
    assert quiet.told() == 0
    assert verify(store).problems == []


def test_only_what_was_asked_for_and_came_after_is_told(still: Quiet, receiver: Receiver) -> None:
    store = still.service.store
    fill(store, H1)
    locks = still.add(address(receiver), "period.locked")
    stopped = still.add(address(receiver))
    still.finance.post(f"/v1/webhooks/{stopped['id']}/stop", json={})
    lived(store)
    late = still.add(address(receiver))
    assert still.told() == 1
    assert [one["event"] for one in still.deliveries(locks)] == ["period.locked"]
    assert (still.deliveries(stopped), still.deliveries(late)) == ([], [])


def test_two_servers_send_a_message_once(quiet: Quiet, receiver: Receiver) -> None:
    store = quiet.service.store
    fill(store, H1)
    quiet.add(address(receiver))
    lived(store)
    gate = threading.Barrier(2)

    def serve(dispatcher: Dispatcher) -> None:
        gate.wait(20)
        dispatcher.look()
        gate.wait(20)
        dispatcher.send_due()

    threads = [
        threading.Thread(target=serve, args=(Dispatcher(quiet.service.ground),)) for _ in range(2)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    kinds = sorted(json.loads(body)["type"] for _, _, body in receiver.got)
    assert kinds == ["payouts.approved", "period.locked"]


def test_a_served_store_tells_by_itself(tmp_path: Path, receiver: Receiver) -> None:
    place = new_place("sqlite", tmp_path, "")
    with served(place, tmp_path / "data", webhook_networks="127.0.0.0/8") as service:
        fill(service.store, H1)
        finance = service.person("county_finance", name="财务")
        body = {"url": address(receiver), "events": ["period.locked"], "title": "薪酬系统"}
        made = finance.post("/v1/webhooks", json=body).json()
        assert finance.post(f"/v1/webhooks/{made['id']}/test", json={}).status_code == 201
        assert receiver.came.acquire(timeout=30)
        lived(service.store)
        assert receiver.came.acquire(timeout=30)
    assert [json.loads(one[2])["type"] for one in receiver.got] == ["webhook.ping", "period.locked"]


# -- secrets ---------------------------------------------------------------------------------------


def test_a_secret_is_shown_once_and_kept_nowhere(still: Quiet, receiver: Receiver) -> None:
    headers = {"Idempotency-Key": "webhook-1"}
    body = {"url": address(receiver), "events": EVERY, "title": "薪酬系统"}
    first = still.finance.post("/v1/webhooks", json=body, headers=headers).json()
    assert len(base64.b64decode(first["secret"].removeprefix("whsec_"))) == 32
    again = still.finance.post("/v1/webhooks", json=body, headers=headers).json()
    assert (again["id"], again["secret"]) == (first["id"], None)
    assert still.shown(first)["secret"] is None
    kept = b"".join(
        path.read_bytes() for path in still.service.store.place.heads.parent.rglob("*")
        if path.is_file()
    )  # fmt: skip
    assert first["secret"].encode() not in kept
    assert first["secret"].removeprefix("whsec_").encode() not in kept
    key = still.service.ground.data / "webhook.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_both_secrets_sign_for_a_day(still: Quiet, receiver: Receiver) -> None:
    webhook = still.add(address(receiver))
    made = still.finance.post(f"/v1/webhooks/{webhook['id']}/rotations", json={})
    assert made.status_code == 201, made.text
    new = made.json()["secret"]
    assert new != webhook["secret"]
    pinged(still, webhook)
    still.told()
    still.later(hours=24)
    pinged(still, webhook)
    still.told()
    assert signed_by(receiver.got[0], new, webhook["secret"])
    assert signed_by(receiver.got[1], new)
    assert still.shown(webhook)["former_secret_until"] is None


def test_nothing_is_signed_with_another_key_once_it_is_lost(
    still: Quiet, receiver: Receiver
) -> None:
    webhook = still.add(address(receiver))
    (still.service.ground.data / "webhook.key").unlink()
    pinged(still, webhook)
    still.told()
    assert receiver.got == []
    assert still.deliveries(webhook)[0]["attempts"][0]["failure"] == "secret"
    assert still.shown(webhook)["secret_lost"]
    new = still.finance.post(f"/v1/webhooks/{webhook['id']}/rotations", json={}).json()
    assert not new["secret_lost"]
    still.later(seconds=10)
    still.told()
    _, headers, body = receiver.got[0]
    assert signature(new["secret"], headers, body) in headers["webhook-signature"]


# -- where it may go, and who may say so -----------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://169.254.169.254/latest", "WEBHOOK_ADDRESS"),
        ("https://10.1.2.3/in", "WEBHOOK_ADDRESS"),
        ("https://[::1]/in", "WEBHOOK_ADDRESS"),
        ("http://8.8.8.8/in", "WEBHOOK_PLAIN"),
        ("http://127.0.0.1:5432/", "WEBHOOK_PORT"),
        ("https://user:word@hr.example/", "WEBHOOK_URL"),
        ("https://nobody.invalid/in", "WEBHOOK_UNRESOLVED"),
    ],
)
def test_a_webhook_calls_nothing_that_it_may_not(still: Quiet, url: str, code: str) -> None:
    body = {"url": url, "events": EVERY, "title": "x"}
    said = problem(still.finance.post("/v1/webhooks", json=body), 422, code)
    assert said["errors"][0]["pointer"] == "/url"  # type: ignore[index]
    assert still.actions() == []


def test_an_address_is_looked_at_again_before_each_try(still: Quiet, receiver: Receiver) -> None:
    webhook = still.add(address(receiver))
    pinged(still, webhook)
    every = still.service.ground.settings.every
    key = "webhook_networks"
    still.service.ground.settings.every = {**every, key: replace(every[key], value="")}
    still.told()
    assert receiver.got == []
    assert still.deliveries(webhook)[0]["attempts"][0]["failure"] == "WEBHOOK_ADDRESS"


def test_an_edit_is_of_what_was_read(still: Quiet, receiver: Receiver) -> None:
    webhook = still.add(address(receiver))
    at = f"/v1/webhooks/{webhook['id']}"
    problem(still.finance.patch(at, json={"title": "甲"}), 428, "ETAG_MISSING")
    headers = {"If-Match": still.finance.get(at).headers["etag"]}
    assert still.finance.patch(at, json={"title": "甲"}, headers=headers).json()["title"] == "甲"
    problem(still.finance.patch(at, json={"title": "乙"}, headers=headers), 412, "ETAG_OTHER")
    wrong = {"url": "https://10.1.2.3/in"}
    problem(still.finance.patch(at, json=wrong, headers={"If-Match": "*"}), 422, "WEBHOOK_ADDRESS")
    problem(still.finance.get("/v1/webhooks/whk_0"), 404, "OBJECT_UNKNOWN")
    payroll = still.service.program()
    assert [one["id"] for one in payroll.get("/v1/webhooks").json()["data"]] == [webhook["id"]]
    problem(payroll.post(f"{at}/stop", json={}), 403, "FORBIDDEN_ACTION")


def test_what_a_webhook_was_told_is_for_who_sees_the_county(
    still: Quiet, receiver: Receiver
) -> None:
    """A message counts everybody who is paid: no program of one institution reads it."""
    webhook = still.add(address(receiver))
    at = f"/v1/webhooks/{webhook['id']}"
    program = still.service.program(institutions=["C01"])
    for path in ("/v1/webhooks", at, f"{at}/deliveries"):
        problem(program.get(path), 403, "FORBIDDEN_COMMUNITY")
        assert still.service.program().get(path).status_code == 200


def test_facts_of_webhooks_stay(still: Quiet, receiver: Receiver) -> None:
    webhook = still.add(address(receiver))
    still.finance.post(f"/v1/webhooks/{webhook['id']}/stop", json={"why": "停用"})
    with still.service.store.reading() as connection:
        told = [one.body["active"] for one in facts_of(connection, "webhook", webhook["id"])]
    assert told == [True, False]
