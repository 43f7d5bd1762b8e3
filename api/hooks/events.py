"""Events of webhooks: what audit entries mean to other systems; ids and counts, nobody's data.

An event is read off the audit chain, so it does not matter who acted, over HTTP or by the command
line. What it is about is fetched over the API by who may see it. Specification page 3, "Service".
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection

from api.ground import new_id
from api.hooks.subscribed import EVENTS, PING, Webhook
from api.periodshown import run_name
from equivalents.store.deliveries import DUE, Delivery
from equivalents.store.periods import life
from equivalents.store.trail import Entry, trail

__all__ = [
    "Event",
    "delivery",
    "events_since",
    "ping",
]

_LOCKED, _APPROVED, _ADJUSTED = EVENTS


class Event:
    """An event: its type, the audit entry that it is, and the text that is signed and sent."""

    def __init__(self, kind: str, seq: int, at: str, data: dict[str, Any]) -> None:
        self.kind = kind
        self.seq = seq
        said = {"type": kind, "timestamp": at, "data": data}
        self.body: Final = json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def events_since(connection: Connection, since: int) -> Iterator[Event]:
    """The events of the entries after one, in their order."""
    for entry in trail(connection, since=since, object_kind="period"):
        for kind, data in _meant(connection, entry):
            yield Event(kind, entry.seq, entry.at, data)


def _meant(connection: Connection, entry: Entry) -> Iterator[tuple[str, dict[str, Any]]]:
    if entry.action not in ("period.approve", "period.lock", "period.adjust"):
        return
    after = entry.after
    run = {"run_id": run_name(after["result"]), "audit_seq": entry.seq}
    if entry.action == "period.adjust":
        about = {"period": entry.object_id, "into": after["into"], "rows": after["rows"]}
        yield _ADJUSTED, {**about, **run}
        return
    if "institution" in after:
        return
    known = {"period": entry.object_id, **run, **_counts(connection, entry)}
    if after["step"] == life(connection, entry.object_id).approval_step:
        yield _APPROVED, known
    if entry.action == "period.lock":
        yield _LOCKED, {**known, "lock_id": f"lock_{after['lock']}"}


def _counts(connection: Connection, entry: Entry) -> dict[str, Any]:
    """How many people and institutions the result of a step pays."""
    rows = life(connection, entry.object_id).rows
    made = [one for one in rows if one.result_id == entry.after["result"] and "flow" in one.facts]
    if not made:
        return {}
    facts = made[0].facts
    return {"people": facts.get("people"), "institutions": len(facts["institutions"])}


def ping(webhook: Webhook, now: str) -> Event:
    """An event that says nothing but that messages arrive."""
    return Event(PING, 0, now, {"webhook_id": webhook.id})


def delivery(webhook: Webhook, event: Event, now: str) -> Delivery:
    """The delivery of an event to a webhook, due at once."""
    return Delivery(new_id("dlv"), webhook.id, event.kind, event.body, DUE, now, now, 0, [])
