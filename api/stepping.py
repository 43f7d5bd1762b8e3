"""A step of a period's life as a request: which action it is, and that one person is one person."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection

from api.access.roles import ALL, Principal
from api.directory import names_of
from equivalents.errors import DataError, Problem
from equivalents.store.engine import Store
from equivalents.store.locking import Locked, lock
from equivalents.store.periods import Taken, approve, life, pay, publish, send_back, submit

__all__ = [
    "STEP_ACTS",
    "action_of_step",
    "check_one_person",
    "check_send_back",
    "take_step",
]

_ACTIONS: Final = {
    "submit": "periods.submit",
    "approve": "periods.approve_community",
    "publish": "periods.publish",
    "lock": "periods.lock",
    "pay": "periods.pay",
    "return": "periods.send_back",
}
STEP_ACTS: Final = tuple(_ACTIONS)
"""What ``act`` of a step may be."""


def action_of_step(act: str, institution: str) -> str:
    """The action that a step is; to approve is one of institutions and one of the community."""
    return "periods.approve_institution" if act == "approve" and institution else _ACTIONS[act]


def check_one_person(
    connection: Connection, principal: Principal, act: str, period: str, institution: str
) -> None:
    """Refuse a step that must be another one's than one taken under a former name of the asker.

    Raises:
        DataError: ``STEP_SAME_PERSON``; the step is not due.
    """
    if act == "return":
        return
    of = life(connection, period)
    step = of.due(act, institution)
    for name in names_of(connection, principal.id):
        of.check_others(step, institution, name)


def check_send_back(connection: Connection, principal: Principal, act: str, period: str) -> None:
    """Refuse that somebody of one institution undoes what the community approved of.

    Raises:
        DataError: ``FORBIDDEN_APPROVED``.
    """
    of_all = principal.institutions(_ACTIONS["return"]) is ALL
    if act == "return" and not of_all and life(connection, period).approved:
        raise DataError([Problem("FORBIDDEN_APPROVED", value=period)])


def take_step(store: Store, act: str, period: str, institution: str, said: Any) -> Taken | Locked:
    """Take it; ``said`` has ``why``, ``on``, ``starts`` and ``ends``.

    Raises:
        DataError: as the function of :mod:`equivalents.store.periods` that takes it.
    """
    why = said.why
    acts: dict[str, Callable[[], Taken | Locked]] = {
        "submit": lambda: submit(store, period, institution, why),
        "approve": lambda: approve(store, period, institution, said.on, why),
        "publish": lambda: publish(store, period, (said.starts, said.ends), institution, why),
        "lock": lambda: lock(store, period, why),
        "pay": lambda: pay(store, period, said.on, why),
        "return": lambda: send_back(store, period, why, institution),
    }
    return acts[act]()
