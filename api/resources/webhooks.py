"""Webhooks: other systems are told of locks, approvals and adjustments (回调)."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from pydantic import Field
from starlette.responses import Response

from api.asks import Asking, Asks
from api.ground import new_id
from api.hooks.addresses import LONGEST, read_networks, target_of
from api.hooks.events import delivery, ping
from api.hooks.keyfile import check_of, key_file, secret_of
from api.hooks.subscribed import (
    WEBHOOKS,
    EventType,
    Webhook,
    change_webhook,
    known_webhook,
    webhooks_of,
)
from api.models import Answered, Asked, Time, Why
from api.paging import Listed, Paged, paged
from api.problems import RequestError
from api.resources.deliveries import DeliveryShown, delivery_shown
from equivalents.errors import DataError, Place, Problem
from equivalents.store.deliveries import add_deliveries, deliveries_of
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, add_fact

__all__ = [
    "Events",
    "Title",
    "Url",
    "WebhookAsked",
    "WebhookChanged",
    "WebhookId",
    "WebhookReason",
    "WebhookRotated",
    "WebhookShown",
    "change_webhook_by_id",
    "create_webhook",
    "get_webhook",
    "list_webhook_deliveries",
    "list_webhooks",
    "rotate_webhook",
    "router",
    "stop_webhook",
    "test_webhook",
]

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks 回调"])
WebhookId = Annotated[str, InPath(pattern="^whk_[0-9A-Z]{1,40}$")]
Url = Annotated[str, Field(min_length=1, max_length=LONGEST, examples=["https://hr.example/in"])]
Title = Annotated[str, Field(min_length=1, max_length=100)]
Events = Annotated[list[EventType], Field(min_length=1, max_length=3)]
_OVERLAP_HOURS: Final = 24


class WebhookAsked(Asked):
    """Where to tell what: an https address, and the events that are wanted."""

    url: Url
    events: Events
    title: Title
    why: Why = ""


class WebhookChanged(Asked):
    """What is to be otherwise; ``active`` turns a webhook on again that was turned off."""

    url: Url | None = None
    events: Events | None = None
    title: Title | None = None
    active: bool | None = None
    why: Why = ""


class WebhookRotated(Asked):
    """A new secret; messages are signed with the old one, too, for 24 hours."""

    why: Why = ""


class WebhookReason(Asked):
    """The reason of an act."""

    why: Why = ""


class WebhookShown(Answered):
    """A webhook; ``secret`` is shown once: when it is made. ``ended_by`` says why it is off."""

    id: str
    url: str
    events: list[str]
    title: str
    active: bool
    ended_by: str
    created_by: str
    former_secret_until: Time | None
    secret_lost: bool
    secret: str | None = None


def _shown(asking: Asking, found: Webhook) -> WebhookShown:
    body = found.body
    known = ("url", "events", "title", "active", "ended_by", "created_by")
    until = [one["ends_at"] for one in body["former"] if one["ends_at"] > asking.ground.now()]
    return WebhookShown(
        id=found.id,
        former_secret_until=max(until, default=None),
        secret_lost=check_of(_secret(asking, found.id, body["generation"])) != body["check"],
        **{name: body[name] for name in known},
    )


def _secret(asking: Asking, webhook_id: str, generation: int) -> str:
    return secret_of(key_file(asking.ground.data), webhook_id, generation)


def _check_url(asking: Asking, url: str) -> None:
    """Refuse an address that may not be called.

    Raises:
        DataError: ``WEBHOOK_URL``, ``WEBHOOK_ADDRESS`` and others of
            :func:`~api.hooks.addresses.target_of`.
    """
    networks = read_networks(",".join(asking.ground.settings.networks("webhook_networks")))
    try:
        target_of(url, networks)
    except DataError as error:
        place = Place(column="/url")
        told = [Problem(one.code, place, one.value, one.facts) for one in error.problems]
        raise DataError(told) from None


def _found(asking: Asking, webhook_id: str) -> Webhook:
    with asking.reading() as connection:
        return known_webhook(connection, webhook_id)


@router.get("")
def list_webhooks(
    asking: Annotated[Asking, Depends(Asks("webhooks.read"))], page: Paged
) -> Listed[WebhookShown]:
    """Every webhook, without its secret."""
    with asking.reading() as connection:
        every = sorted(webhooks_of(connection), key=lambda one: one.id)
    part, more, cursor = paged(page, "webhooks", every, lambda one: (one.id,))
    data = [_shown(asking, one) for one in part]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.post("", status_code=201, response_model=WebhookShown)
def create_webhook(
    asked: WebhookAsked, asking: Annotated[Asking, Depends(Asks("webhooks.edit"))]
) -> Response:
    """Make a webhook. Its secret is in this answer and nowhere else."""
    _check_url(asking, asked.url)
    webhook_id = new_id("whk")
    secret = _secret(asking, webhook_id, 1)
    said: dict[str, Any] = {
        **asked.model_dump(exclude={"why"}),
        "active": True,
        "ended_by": "",
        "created_by": asking.principal.id,
    }
    body = {**said, "generation": 1, "former": [], "check": check_of(secret)}

    def made(store: Store) -> WebhookShown:
        of_it = {"object_kind": WEBHOOKS, "object_id": webhook_id, "why": asked.why}
        with store.writing("webhook.add", **of_it) as writer:
            writer.after = said
            number = add_fact(writer, WEBHOOKS, webhook_id, body)
            fact = Fact(number, writer.seq, WEBHOOKS, webhook_id, body)
            return _shown(asking, Webhook(fact, writer.seq))

    location = {"Location": f"/v1/webhooks/{webhook_id}"}
    return asking.act(made, headers=lambda one: location, secret={"secret": secret})


@router.get("/{webhook_id}", response_model=WebhookShown)
def get_webhook(
    webhook_id: WebhookId, asking: Annotated[Asking, Depends(Asks("webhooks.read"))]
) -> Response:
    """One webhook, without its secret."""
    found = _found(asking, webhook_id)
    return asking.answer(_shown(asking, found), etag=str(found.fact.id))


@router.patch("/{webhook_id}", name="change_webhook", response_model=WebhookShown)
def change_webhook_by_id(
    webhook_id: WebhookId,
    asked: WebhookChanged,
    asking: Annotated[Asking, Depends(Asks("webhooks.edit"))],
) -> Response:
    """Change a webhook, or turn it on again."""
    found = _found(asking, webhook_id)
    asking.check_match(str(found.fact.id))
    said = asked.model_dump(exclude={"why"}, exclude_none=True)
    if asked.url is not None:
        _check_url(asking, asked.url)
    if asked.active is not None:
        said["ended_by"] = "" if asked.active else asking.principal.id

    def made(store: Store) -> WebhookShown:
        return _shown(asking, change_webhook(store, found, said, "webhook.edit", asked.why))

    return asking.act(made, 200)


@router.post("/{webhook_id}/stop", response_model=WebhookShown)
def stop_webhook(
    webhook_id: WebhookId,
    asked: WebhookReason,
    asking: Annotated[Asking, Depends(Asks("webhooks.edit"))],
) -> Response:
    """Turn a webhook off; what was due for it is not sent."""
    found = _found(asking, webhook_id)
    said = {"active": False, "ended_by": asking.principal.id}

    def made(store: Store) -> WebhookShown:
        return _shown(asking, change_webhook(store, found, said, "webhook.stop", asked.why))

    return asking.act(made, 200)


@router.post("/{webhook_id}/rotations", status_code=201, response_model=WebhookShown)
def rotate_webhook(
    webhook_id: WebhookId,
    asked: WebhookRotated,
    asking: Annotated[Asking, Depends(Asks("webhooks.edit"))],
) -> Response:
    """Give a webhook a new secret; the old one signs, too, for 24 hours."""
    found = _found(asking, webhook_id)
    body, now = found.body, asking.ground.now()
    former = [one for one in body["former"] if one["ends_at"] > now]
    ends = asking.ground.ahead(hours=_OVERLAP_HOURS)
    former.append({"generation": body["generation"], "ends_at": ends})
    secret = _secret(asking, webhook_id, body["generation"] + 1)
    said = {"generation": body["generation"] + 1, "former": former, "check": check_of(secret)}

    def made(store: Store) -> WebhookShown:
        return _shown(asking, change_webhook(store, found, said, "webhook.rotate", asked.why))

    return asking.act(made, secret={"secret": secret})


@router.post("/{webhook_id}/test", status_code=201, response_model=DeliveryShown)
def test_webhook(
    webhook_id: WebhookId,
    asked: WebhookReason,
    asking: Annotated[Asking, Depends(Asks("webhooks.edit"))],
) -> Response:
    """Send a message that says nothing but that messages arrive: ``webhook.ping``."""

    def made(store: Store) -> DeliveryShown:
        with store.editing() as connection:
            found = known_webhook(connection, webhook_id)
            if not found.body["active"]:
                raise RequestError("WEBHOOK_STOPPED", webhook_id)
            now = asking.ground.now()
            one = delivery(found, ping(found, now), now)
            add_deliveries(connection, [one])
        return delivery_shown(one)

    answer = asking.act(made)
    asking.ground.wake_webhooks()
    return answer


test_webhook.__test__ = False  # type: ignore[attr-defined]  # no test of pytest


@router.get("/{webhook_id}/deliveries")
def list_webhook_deliveries(
    webhook_id: WebhookId,
    asking: Annotated[Asking, Depends(Asks("webhooks.read"))],
    page: Paged,
) -> Listed[DeliveryShown]:
    """What a webhook was told, or is to be, with every try; oldest first."""
    with asking.reading() as connection:
        known_webhook(connection, webhook_id)
        every = deliveries_of(connection, webhook_id)
    name = f"deliveries {webhook_id}"
    part, more, cursor = paged(page, name, every, lambda one: (one.created_at, one.delivery))
    data = [delivery_shown(one) for one in part]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)
