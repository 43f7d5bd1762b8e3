"""Webhooks as they are kept: facts with their audit entries, and never a secret among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection

from api.problems import RequestError
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, add_fact, fact_of, facts_of, standing

__all__ = [
    "EVENTS",
    "EventType",
    "GONE",
    "PING",
    "WEBHOOKS",
    "Webhook",
    "change_webhook",
    "known_webhook",
    "stop_failing",
    "webhooks_of",
]

WEBHOOKS: Final = "webhook"
EventType = Literal["period.locked", "payouts.approved", "adjustment.created"]
EVENTS: Final = ("period.locked", "payouts.approved", "adjustment.created")
PING: Final = "webhook.ping"
GONE: Final = "WEBHOOK_GONE"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook: the fact that holds of it, and the audit entry by which it was made."""

    fact: Fact
    since: int

    @property
    def id(self) -> str:
        """Its opaque id."""
        return self.fact.subject

    @property
    def body(self) -> Any:
        """What is said of it."""
        return self.fact.body

    def wants(self, kind: str, seq: int) -> bool:
        """Whether an event of an audit entry is for it: it is on, and was made before."""
        return self.body["active"] and kind in self.body["events"] and self.since < seq

    def generations(self, now: str) -> list[int]:
        """The generations of its secret that sign now, the newest first."""
        old = [one["generation"] for one in self.body["former"] if one["ends_at"] > now]
        return [self.body["generation"], *sorted(old, reverse=True)]


def webhooks_of(connection: Connection) -> list[Webhook]:
    """Every webhook, in the order they were made."""
    first: dict[str, int] = {}
    for one in facts_of(connection, WEBHOOKS):
        first.setdefault(one.subject, one.seq)
    held = standing(connection, WEBHOOKS)
    return [Webhook(held[subject], seq) for subject, seq in first.items()]


def known_webhook(connection: Connection, webhook_id: str) -> Webhook:
    """A webhook by its id.

    Raises:
        RequestError: ``OBJECT_UNKNOWN``.
    """
    every = facts_of(connection, WEBHOOKS, webhook_id)
    if not every:
        raise RequestError("OBJECT_UNKNOWN", webhook_id)
    return Webhook(every[-1], every[0].seq)


def change_webhook(
    store: Store, found: Webhook, said: Mapping[str, Any], action: str, why: str = ""
) -> Webhook:
    """Say something else of a webhook from now on.

    Raises:
        RequestError: ``ETAG_OTHER``: it changed meanwhile.
    """
    body = {**found.body, **said}
    of_it = {"object_kind": WEBHOOKS, "object_id": found.id, "why": why}
    with store.writing(action, **of_it) as writer:
        stands = fact_of(writer.connection, WEBHOOKS, found.id)
        if stands is None or stands.id != found.fact.id:
            raise RequestError("ETAG_OTHER")
        writer.before = {name: found.body[name] for name in said}
        writer.after = dict(said)
        number = add_fact(writer, WEBHOOKS, found.id, body)
        return Webhook(Fact(number, writer.seq, WEBHOOKS, found.id, body), found.since)


def stop_failing(store: Store, webhook_id: str, code: str, why: str) -> None:
    """Turn off a webhook whose receiver wants no more, or was away too long."""
    with store.reading() as connection:
        found = known_webhook(connection, webhook_id)
    if found.body["active"]:
        said = {"active": False, "ended_by": code}
        change_webhook(store, found, said, "webhook.disable", why)
