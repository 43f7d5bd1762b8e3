"""What stands of periods, as it is shown: states, steps with who, when and why, locks, results."""

from typing import Any

from sqlalchemy import Connection, select

from equivalents.store.lifestate import Life
from equivalents.store.lockrow import locks_of
from equivalents.store.periods import known_periods, life, period_name
from equivalents.store.results import results_of
from equivalents.store.schema import AUDIT, UNLOCKS
from equivalents.store.writing import parsed

__all__ = ["period_head", "period_shown", "periods_shown"]


def periods_shown(connection: Connection) -> list[dict[str, Any]]:
    """Every period: its state, round, and what its result pays."""
    return [_head(life(connection, name)) for name in known_periods(connection)]


def period_head(connection: Connection, period: str) -> dict[str, Any]:
    """One of them."""
    return _head(life(connection, period))


def _head(of: Life) -> dict[str, Any]:
    facts = of.settled.facts if of.settled else {}
    return {
        "period": of.period,
        "state": of.name,
        "round": of.round,
        "people": facts.get("people", 0),
        "amount": facts.get("amount", ""),
        "objections": sorted(of.objections),
    }


def period_shown(connection: Connection, period: str) -> dict[str, Any]:
    """A period: the flow with who is still wanting, the audit trail, results and locks."""
    of = life(connection, period_name(period))
    return {
        **_head(of),
        "flow": [
            {
                "step": one.step,
                "title": one.title,
                "level": one.level,
                "act": one.act,
                "missing": of.wanting(one),
            }
            for one in of.flow.steps
        ],
        "trail": _trail(connection, period),
        "results": [
            {
                "result": one.id,
                "kind": one.kind,
                "method": one.method,
                "as_of": one.as_of,
                "sha256": one.sha256,
                "about": one.about,
            }
            for one in results_of(connection, period)
        ],
        "locks": _locks(connection, period),
    }


def _trail(connection: Connection, period: str) -> list[dict[str, Any]]:
    """Every audit entry about the period, in order."""
    wanted = select(AUDIT).where(AUDIT.c.object_kind == "period", AUDIT.c.object_id == period)
    rows = sorted(connection.execute(wanted).mappings(), key=lambda row: int(row["seq"]))
    return [
        {
            **{name: row[name] for name in ("seq", "at", "who", "action", "why")},
            "before": parsed(row["before"]),
            "after": parsed(row["after"]),
        }
        for row in rows
    ]


def _locks(connection: Connection, period: str) -> list[dict[str, Any]]:
    rows = connection.execute(select(UNLOCKS)).mappings()
    opened = {
        int(row["lock_id"]): {
            "asked_by": row["asked_by"],
            "allowed_by": row["allowed_by"],
            "why": row["why"],
            "difference": parsed(row["difference"]),
        }
        for row in rows
    }
    return [
        {
            "lock": one.id,
            "result": one.result_id,
            "as_of": one.as_of,
            "root": one.root,
            "payouts_root": one.payouts_root,
            "hash": one.hash,
            "previous": one.previous,
            "supersedes": one.supersedes,
            "unlocked": opened.get(one.id),
        }
        for one in locks_of(connection)
        if one.period == period
    ]
