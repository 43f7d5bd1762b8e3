"""What becomes of a message: tried again, given up, sent again by hand, forgotten.

Faults it catches: a receiver that is down and never told; one that wants no more and is told still;
a message that two senders write down; one that is kept for ever.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from api.hooks.dispatching import LEASE
from api.working import Working
from equivalents.store.deliveries import attempted, take_due
from equivalents.store.verify import verify
from tests.service.quiet import Quiet, address, pinged
from tests.service.receivers import Receiver, receiving
from tests.service.test_ground import problem


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


def test_what_ended_long_ago_is_forgotten_and_what_is_due_is_not(
    quiet: Quiet, receiver: Receiver
) -> None:
    """Ninety days after the last try: a message that was sent again counts from then."""
    webhook = quiet.add(address(receiver))
    with receiving() as gone:
        port = gone.port
    lost = quiet.add(f"http://127.0.0.1:{port}/200")
    first, again = pinged(quiet, webhook), pinged(quiet, webhook)
    pinged(quiet, lost)
    assert quiet.told() == 3
    tidy = Working(quiet.service.ground).tidy
    quiet.later(days=60)
    assert quiet.finance.post(f"/v1/deliveries/{again}/replay", json={}).is_success
    assert quiet.told() == 2  # it, and what was lost: the service stood still for so long
    assert [one["state"] for one in quiet.deliveries(lost)] == ["given_up"]
    quiet.finance.patch(
        f"/v1/webhooks/{lost['id']}", json={"active": True}, headers={"If-Match": "*"}
    )
    waiting = pinged(quiet, lost)
    quiet.later(days=30)
    tidy()
    assert {one["id"] for one in quiet.deliveries(webhook)} == {first, again}
    quiet.later(seconds=1)
    tidy()
    assert [one["id"] for one in quiet.deliveries(webhook)] == [again]
    quiet.later(days=100)
    tidy()
    assert quiet.deliveries(webhook) == []
    assert [one["id"] for one in quiet.deliveries(lost)] == [waiting]
    problem(quiet.finance.post(f"/v1/deliveries/{first}/replay", json={}), 404, "OBJECT_UNKNOWN")
