"""The thread that tells webhooks: it reads events off the audit chain and sends what is due.

Several servers may do so on one store. Events become deliveries in the transaction that moves the
mark, so each is told once; a delivery is taken by moving its time, so one server sends it. What a
server that was killed had taken is due again when its time is up: a receiver may then get a message
twice, and knows it by its ``webhook-id``.
"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from api.ground import Ground, time_text
from api.hooks.addresses import read_networks, target_of
from api.hooks.events import delivery, events_since
from api.hooks.keyfile import check_of, key_file, secret_of
from api.hooks.schedule import wait_before_next
from api.hooks.sending import Attempt, outcome, send
from api.hooks.signing import signed
from api.hooks.subscribed import GONE, Webhook, known_webhook, stop_failing, webhooks_of
from api.telling.lines import tell_event
from equivalents.errors import DataError, Problem
from equivalents.store.deliveries import (
    DELIVERED,
    DUE,
    GIVEN_UP,
    Delivery,
    add_deliveries,
    attempted,
    deliveries_of,
    mark_of,
    set_mark,
    take_due,
)
from equivalents.store.engine import Store
from equivalents.store.writing import head_of

__all__ = [
    "Dispatcher",
    "LEASE",
    "MARK",
    "tries_of",
]

MARK: Final = "webhooks"
LEASE: Final = timedelta(minutes=2)
"""How long a delivery is a sender's own; a try takes some ten seconds."""
_AT_ONCE: Final = 4
_LOOK_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 15.0


class Dispatcher:
    """Webhooks of one server process."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def wake(self) -> None:
        """Something is due: look now."""
        self._wake.set()

    def stop(self) -> None:
        """End; what is being sent is sent."""
        self._stop.set()
        self._wake.set()
        self._thread.join(_STOP_SECONDS)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
                while not self._stop.is_set() and self.send_due():
                    pass
            except (DataError, OSError) as error:
                tell_event("webhooks.store", logging.WARNING, error)
            except Exception as error:  # a fault of ours must not end what is told for good
                tell_event("webhooks.fault", logging.ERROR, error)
            self._wake.wait(_LOOK_SECONDS)
            self._wake.clear()

    # -- events -----------------------------------------------------------------------------------

    def look(self) -> int:
        """Make deliveries of what happened since the mark; gives how many."""
        store = self._ground.store
        with store.reading() as connection:
            head, mark = head_of(connection), mark_of(connection, MARK)
        if head is None or head.seq <= mark:
            return 0
        with store.editing() as connection:
            found = head_of(connection)
            # The mark goes first: whoever comes second leaves before anything is added.
            if found is None or not set_mark(connection, MARK, mark, found.seq):
                return 0
            now, every = self._ground.now(), webhooks_of(connection)
            made = [
                delivery(webhook, event, now)
                for event in (events_since(connection, mark) if every else ())
                for webhook in every
                if event.seq <= found.seq and webhook.wants(event.kind, event.seq)
            ]
            add_deliveries(connection, made)
        return len(made)

    # -- deliveries -------------------------------------------------------------------------------

    def send_due(self) -> int:
        """Send what is due, a few at a time; gives how many were tried."""
        store = self._ground.store
        with store.reading() as connection:
            if not deliveries_of(connection, state=DUE, due=self._ground.now()):
                return 0
        with store.editing() as connection:
            now, until = self._ground.now(), time_text(self._ground.clock() + LEASE)
            taken = take_due(connection, now, until, _AT_ONCE)
        with ThreadPoolExecutor(_AT_ONCE, "webhook") as pool:
            return len([*pool.map(self._deliver, taken)])

    def _deliver(self, one: Delivery) -> None:
        with self._ground.store.reading() as connection:
            webhook = known_webhook(connection, one.webhook)
        tried = self._try(webhook, one)
        with self._ground.store.together("service") as joined:
            self._tried(joined, webhook, one, tried)
        tell_event("webhook.tried", status=tried.status, tries=one.attempt + 1)

    def _try(self, webhook: Webhook, one: Delivery) -> "_Tried":
        """One try, or why there was none."""
        if not webhook.body["active"]:
            return _Tried("stopped", "stopped")
        ground = self._ground
        try:
            networks = read_networks(",".join(ground.settings.networks("webhook_networks")))
            target = target_of(webhook.body["url"], networks)
        except DataError as error:
            # The name moved, or the settings did: refused now as it would be when it is made.
            return _Tried("again", error.problems[0].code)
        key = key_file(ground.data)
        secrets = [secret_of(key, webhook.id, each) for each in webhook.generations(ground.now())]
        if check_of(secrets[0]) != webhook.body["check"]:
            return _Tried("again", "secret")
        body = one.body.encode()
        attempt = send(target, signed(one.delivery, body, secrets, ground.clock()), body)
        return _Tried.of(attempt)

    def _tried(self, store: Store, webhook: Webhook, one: Delivery, tried: "_Tried") -> None:
        """Write down how a try ended; turn off a webhook that wants no more or was away."""
        now = self._ground.clock()
        told = {"at": time_text(now), **tried.told()}
        state, due = GIVEN_UP, now
        if tried.meaning == "delivered":
            state = DELIVERED
        elif tried.meaning == "again":
            began = _began(one) or now
            wait = wait_before_next(one.delivery, one.attempt + 1, now - began, tried.retry_after)
            if wait is not None:
                state, due = DUE, now + wait
        with store.editing() as connection:
            if not attempted(connection, one, told, state, time_text(due)):
                return
        if state == GIVEN_UP and tried.meaning != "stopped":
            self._given_up(store, webhook, one, tried)

    def _given_up(self, store: Store, webhook: Webhook, one: Delivery, tried: "_Tried") -> None:
        gone = tried.meaning == "gone"
        if not gone:
            began = time_text(_began(one) or self._ground.clock())
            with store.reading() as connection:
                if any(
                    _arrived_after(each, began) for each in deliveries_of(connection, webhook.id)
                ):
                    return  # it does take others
        code = GONE if gone else "WEBHOOK_GIVEN_UP"
        facts = {"attempts": str(one.attempt + 1)}
        said = Problem(code, value=webhook.body["title"], facts=facts).text("zh")
        stop_failing(store, webhook.id, code, said)
        tell_event("webhook.disabled", logging.WARNING)


def tries_of(one: Delivery) -> list[Any]:
    """The tries of a delivery since it was last sent by hand."""
    return list(one.attempts or [])[-one.attempt :] if one.attempt else []


def _began(one: Delivery) -> datetime | None:
    tries = tries_of(one)
    return datetime.fromisoformat(tries[0]["at"]) if tries else None


def _arrived_after(one: Delivery, began: str) -> bool:
    told = one.attempts or []
    return any(200 <= each["status"] < 300 and each["at"] >= began for each in told)


class _Tried(NamedTuple):
    """What came of a try: ``meaning`` is that of :func:`~api.hooks.sending.outcome`."""

    meaning: str
    failure: str
    status: int = 0
    milliseconds: int = 0
    retry_after: timedelta | None = None

    @classmethod
    def of(cls, attempt: Attempt) -> "_Tried":
        return cls(
            outcome(attempt),
            attempt.failure,
            attempt.status,
            attempt.milliseconds,
            attempt.retry_after,
        )

    def told(self) -> dict[str, Any]:
        """What is kept of it: nothing that the receiver said but its status."""
        kept = {"status": self.status, "failure": self.failure}
        return {**kept, "milliseconds": self.milliseconds}
