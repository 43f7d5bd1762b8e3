"""Webhooks: other systems are told of locks, approvals and adjustments, once and provably by us.

Faults it catches: an action of the command line that nobody is told of; a signature that a receiver
cannot check; a secret in the store; a receiver that is down and never told; two servers that send
one message; a webhook that calls the server itself; personal data in a message.
"""

import base64
import hmac
import json
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.ground import Ground
from api.hooks.dispatching import LEASE, Dispatcher
from equivalents.servicesettings import read_settings
from equivalents.store.adjusting import adjust
from equivalents.store.engine import open_store
from equivalents.store.facts import facts_of
from equivalents.store.place import StorePlace
from equivalents.store.trail import trail
from equivalents.store.upgrading import upgrade
from equivalents.store.verify import verify
from tests.service.receivers import Receiver, receiving
from tests.service.test_ground import problem
from tests.service.visitors import Service, served
from tests.store.lives import H1, H2, LATE, by, fill, import_rows, lived, locked_life
from tests.stores import new_place

EVERY = ["period.locked", "payouts.approved", "adjustment.created"]
OURS = {"EQUIVALENTS_WEBHOOK_NETWORKS": "127.0.0.0/8"}


@dataclass
class Quiet:
    """A service whose webhooks are sent when a test says so, at the time that it says."""

    service: Service
    now: datetime
    dispatcher: Dispatcher
    finance: TestClient

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def told(self) -> int:
        """Look for events, then send what is due."""
        self.dispatcher.look()
        return self.dispatcher.send_due()

    def add(self, url: str, *events: str) -> dict[str, Any]:
        body = {"url": url, "events": events or EVERY, "title": "薪酬系统"}
        answer = self.finance.post("/v1/webhooks", json=body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def deliveries(self, webhook: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.finance.get(f"/v1/webhooks/{webhook['id']}/deliveries")
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    def shown(self, webhook: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.finance.get(f"/v1/webhooks/{webhook['id']}").json()
        return found

    def actions(self) -> list[str]:
        with self.service.store.reading() as connection:
            return [one.action for one in trail(connection, object_kind="webhook")]


def quiet_at(place: StorePlace, folder: Path) -> Quiet:
    upgrade(place, who="测试 tester")
    folder.mkdir()
    ground = Ground(read_settings(OURS), open_store(place, "service"), folder)
    app = create_app(ground)
    # Outside of a with block nothing works beside the requests.
    service = Service(app, ground, TestClient(app, raise_server_exceptions=False))
    made = Quiet(service, datetime.now(UTC), Dispatcher(ground), service.person("county_finance"))
    ground.clock = lambda: made.now
    return made


@pytest.fixture
def quiet(place: StorePlace, tmp_path: Path) -> Iterator[Quiet]:
    made = quiet_at(place, tmp_path / "data")
    yield made
    made.service.store.close()


@pytest.fixture
def still(tmp_path: Path) -> Iterator[Quiet]:
    """The same on SQLite."""
    made = quiet_at(new_place("sqlite", tmp_path, ""), tmp_path / "data")
    yield made
    made.service.store.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def address(receiver: Receiver, path: str = "/200") -> str:
    return f"http://127.0.0.1:{receiver.port}{path}"


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    """What Standard Webhooks 1.0 has a receiver compute, by itself."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, "sha256").digest()).decode()


def signed_by(message: tuple[str, dict[str, str], bytes], *secrets: str) -> bool:
    _, headers, body = message
    offered = headers["webhook-signature"].split(" ")
    return offered == [signature(one, headers, body) for one in secrets]


# -- events ---------------------------------------------------------------------------------------


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


# -- receivers that fail --------------------------------------------------------------------------


def pinged(quiet: Quiet, webhook: dict[str, Any]) -> str:
    answer = quiet.finance.post(f"/v1/webhooks/{webhook['id']}/test", json={})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def until_given_up(quiet: Quiet, webhook: dict[str, Any], between: Callable[[], None]) -> int:
    """How many tries there are, each as soon as it is due; ``between`` them something is done."""
    tries = 0
    while (due := quiet.deliveries(webhook)[0]["due_at"]) is not None:
        quiet.now = max(quiet.now, datetime.fromisoformat(due))
        quiet.dispatcher.send_due()
        tries += 1
        between()
    return tries


def test_a_receiver_that_is_down_is_told_later(quiet: Quiet) -> None:
    with receiving() as gone:
        port = gone.port
    webhook = quiet.add(f"http://127.0.0.1:{port}/200")
    ping = pinged(quiet, webhook)
    assert quiet.told() == 1
    (one,) = quiet.deliveries(webhook)
    assert (one["state"], [t["failure"] for t in one["attempts"]]) == ("due", ["connect"])
    assert quiet.told() == 0  # not yet
    with receiving() as back:
        headers = {"If-Match": "*"}
        url = {"url": address(back)}
        assert quiet.finance.patch(
            f"/v1/webhooks/{webhook['id']}", json=url, headers=headers
        ).is_success
        quiet.later(seconds=10)
        assert quiet.told() == 1
    assert back.got[0][1]["webhook-id"] == ping
    (one,) = quiet.deliveries(webhook)
    assert (one["state"], [t["status"] for t in one["attempts"]]) == ("delivered", [0, 200])


def test_who_is_away_for_three_days_is_turned_off_and_told_when_back(
    still: Quiet, receiver: Receiver
) -> None:
    webhook = still.add(address(receiver, "/500"))
    ping, began = pinged(still, webhook), still.now
    assert until_given_up(still, webhook, lambda: None) == 14
    assert timedelta(days=2) < still.now - began <= timedelta(days=3)
    shown = still.shown(webhook)
    assert (shown["active"], shown["ended_by"]) == (False, "WEBHOOK_GIVEN_UP")
    assert still.actions() == ["webhook.add", "webhook.disable"]
    again = f"/v1/deliveries/{ping}/replay"
    problem(still.finance.post(again, json={}), 409, "WEBHOOK_STOPPED")
    problem(
        still.finance.post(f"/v1/webhooks/{webhook['id']}/test", json={}), 409, "WEBHOOK_STOPPED"
    )
    change = {"active": True, "url": address(receiver)}
    answer = still.finance.patch(
        f"/v1/webhooks/{webhook['id']}", json=change, headers={"If-Match": "*"}
    )
    assert (answer.json()["active"], answer.json()["ended_by"]) == (True, "")
    assert still.finance.post(again, json={}).json()["state"] == "due"
    assert still.told() == 1
    (one,) = still.deliveries(webhook)
    assert (one["state"], len(one["attempts"])) == ("delivered", 15)
    assert {headers["webhook-id"] for _, headers, _ in receiver.got} == {ping}


def test_who_takes_other_messages_is_not_turned_off(still: Quiet, receiver: Receiver) -> None:
    webhook = still.add(address(receiver, "/500"))
    pinged(still, webhook)
    at = f"/v1/webhooks/{webhook['id']}"

    def another_arrives() -> None:
        if len(still.deliveries(webhook)) > 1:
            return
        for path in ("/200", "/500"):
            still.finance.patch(
                at, json={"url": address(receiver, path)}, headers={"If-Match": "*"}
            )
            if path == "/200":
                still.later(seconds=1)
                pinged(still, webhook)
                assert still.dispatcher.send_due() == 1

    assert until_given_up(still, webhook, another_arrives) == 14
    assert {one["state"] for one in still.deliveries(webhook)} == {"given_up", "delivered"}
    assert still.shown(webhook)["active"]


def test_a_receiver_that_wants_no_more_is_turned_off(quiet: Quiet, receiver: Receiver) -> None:
    webhook = quiet.add(address(receiver, "/410"))
    pinged(quiet, webhook)
    pinged(quiet, webhook)
    assert quiet.told() == 2
    shown = quiet.shown(webhook)
    assert (shown["active"], shown["ended_by"]) == (False, "WEBHOOK_GONE")
    assert [one["state"] for one in quiet.deliveries(webhook)] == ["given_up"] * 2
    assert quiet.actions() == ["webhook.add", "webhook.disable"]
    assert verify(quiet.service.store).problems == []


def test_what_is_due_for_a_webhook_that_is_off_is_not_sent(
    still: Quiet, receiver: Receiver
) -> None:
    webhook = still.add(address(receiver))
    pinged(still, webhook)
    still.finance.post(f"/v1/webhooks/{webhook['id']}/stop", json={"why": "换系统"})
    still.told()
    (one,) = still.deliveries(webhook)
    assert (one["state"], one["attempts"][0]["failure"]) == ("given_up", "stopped")
    assert receiver.got == []


def test_what_a_killed_server_had_taken_is_sent_by_the_next(
    still: Quiet, receiver: Receiver
) -> None:
    from equivalents.store.deliveries import attempted, take_due

    webhook = still.add(address(receiver))
    pinged(still, webhook)
    ground = still.service.ground
    with ground.store.editing() as connection:
        until = ground.ahead(seconds=LEASE.total_seconds())
        (taken,) = take_due(connection, ground.now(), until, 1)
    assert still.told() == 0
    still.later(seconds=LEASE.total_seconds())
    assert still.told() == 1
    # It was only slow, and comes back: what it has to say is not written over the other's.
    with ground.store.editing() as connection:
        assert not attempted(connection, taken, {"status": 0}, "due", ground.now())
    assert still.deliveries(webhook)[0]["state"] == "delivered"


def test_what_was_delivered_is_sent_again_by_hand(still: Quiet, receiver: Receiver) -> None:
    webhook = still.add(address(receiver))
    ping = pinged(still, webhook)
    assert still.told() == 1
    again = still.finance.post(f"/v1/deliveries/{ping}/replay", json={"why": "对方丢了"})
    assert (again.status_code, again.json()["state"]) == (200, "due")
    assert still.told() == 1
    assert [headers["webhook-id"] for _, headers, _ in receiver.got] == [ping, ping]
    problem(still.finance.post("/v1/deliveries/dlv_0/replay", json={}), 404, "OBJECT_UNKNOWN")


# -- secrets --------------------------------------------------------------------------------------


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


# -- where it may go, and who may say so ----------------------------------------------------------


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


def test_facts_of_webhooks_stay(still: Quiet, receiver: Receiver) -> None:
    webhook = still.add(address(receiver))
    still.finance.post(f"/v1/webhooks/{webhook['id']}/stop", json={"why": "停用"})
    with still.service.store.reading() as connection:
        told = [one.body["active"] for one in facts_of(connection, "webhook", webhook["id"])]
    assert told == [True, False]
