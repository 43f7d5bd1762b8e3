"""Deliveries of webhooks: each message with every try, sent again by hand (回调投递)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from starlette.responses import Response

from api.asks import Asking, Asks
from api.ground import time_text
from api.hooks.dispatching import LEASE
from api.hooks.subscribed import known_webhook
from api.models import Answered, Asked, Time, Why
from api.problems import RequestError
from equivalents.store.deliveries import DUE, Delivery, delivery_of, send_again
from equivalents.store.engine import Store

__all__ = [
    "DeliveryAgain",
    "DeliveryId",
    "DeliveryShown",
    "Try",
    "delivery_shown",
    "replay_delivery",
    "router",
]

router = APIRouter(prefix="/v1/deliveries", tags=["deliveries 回调投递"])
DeliveryId = Annotated[str, InPath(pattern="^dlv_[0-9A-Z]{1,40}$")]


class Try(Answered):
    """One try: the status that the receiver answered; 0 and a ``failure`` where none came."""

    at: Time
    status: int
    failure: str
    milliseconds: int


class DeliveryShown(Answered):
    """A message to a webhook; ``id`` is its ``webhook-id``, ``due_at`` the time of the next try."""

    id: str
    webhook_id: str
    event: str
    body: str
    state: str
    created_at: Time
    due_at: Time | None
    attempts: list[Try]


class DeliveryAgain(Asked):
    """The reason for which a message is sent again."""

    why: Why = ""


def delivery_shown(one: Delivery) -> DeliveryShown:
    """A delivery as it is answered."""
    return DeliveryShown(
        id=one.delivery,
        webhook_id=one.webhook,
        event=one.event,
        body=one.body,
        state=one.state,
        created_at=one.created_at,
        due_at=one.due_at if one.state == DUE else None,
        attempts=[Try(**each) for each in one.attempts or []],
    )


@router.post("/{delivery_id}/replay", response_model=DeliveryShown)
def replay_delivery(
    delivery_id: DeliveryId,
    asked: DeliveryAgain,
    asking: Annotated[Asking, Depends(Asks("webhooks.edit"))],
) -> Response:
    """Send a message again, now, under its own id; its tries are counted anew.

    What is being sent, or is due within two minutes, is left as it is.
    """

    def made(store: Store) -> DeliveryShown:
        ground = asking.ground
        with store.editing() as connection:
            one = delivery_of(connection, delivery_id)
            if one is None:
                raise RequestError("OBJECT_UNKNOWN", delivery_id)
            if not known_webhook(connection, one.webhook).body["active"]:
                raise RequestError("WEBHOOK_STOPPED", one.webhook)
            soon = ground.clock() + LEASE
            if one.state != DUE or datetime.fromisoformat(one.due_at) > soon:
                send_again(connection, one, time_text(ground.clock()))
            now = delivery_of(connection, delivery_id)
        assert now is not None, "it was there"
        return delivery_shown(now)

    answer = asking.act(made, 200)
    asking.ground.wake_webhooks()
    return answer
