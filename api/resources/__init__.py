"""The nouns of the API, one module each; a route names its action and translates, no more."""

from typing import Final

from fastapi import APIRouter

from api.pages import first
from api.resources import (
    adjustments,
    api_keys,
    appeals,
    audit_entries,
    comparisons,
    deliveries,
    exports,
    findings,
    health,
    imports,
    institutions,
    jobs,
    payouts,
    people,
    periods,
    readbacks,
    records,
    runs,
    schemes,
    sessions,
    statements,
    tables,
    unlock_requests,
    users,
    webhooks,
    weight_tables,
)

__all__ = [
    "ROUTERS",
]

ROUTERS: Final[tuple[APIRouter, ...]] = (
    # A request is held against one route after another: what is asked most stands first.
    payouts.router,
    runs.router,
    jobs.router,
    statements.router,
    health.router,
    sessions.router,
    users.router,
    api_keys.router,
    adjustments.router,
    appeals.router,
    audit_entries.router,
    comparisons.router,
    deliveries.router,
    exports.router,
    findings.router,
    imports.router,
    institutions.router,
    people.router,
    periods.router,
    readbacks.router,
    records.router,
    schemes.router,
    tables.router,
    unlock_requests.router,
    webhooks.router,
    weight_tables.router,
    first.router,
)
"""The routers of every noun."""
