"""A service whose webhooks are sent when a test says so, and what a receiver checks of them."""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.app import create_app
from api.ground import Ground
from api.hooks.dispatching import Dispatcher
from equivalents.servicesettings import read_settings
from equivalents.store.engine import open_store
from equivalents.store.place import StorePlace
from equivalents.store.trail import trail
from equivalents.store.upgrading import upgrade
from tests.service.receivers import Receiver
from tests.service.visitors import Service

__all__ = ["EVERY", "Quiet", "address", "pinged", "quiet_at", "signature", "signed_by"]

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
    # A key, as a session would end while a test lets days go by.
    made = Quiet(service, datetime.now(UTC), Dispatcher(ground), service.program("county_finance"))
    ground.clock = lambda: made.now
    return made


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


def pinged(quiet: Quiet, webhook: dict[str, Any]) -> str:
    answer = quiet.finance.post(f"/v1/webhooks/{webhook['id']}/test", json={})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
