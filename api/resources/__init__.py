"""The nouns of the API, one module each; a route names its action and translates, no more."""

from typing import Final

from fastapi import APIRouter

from api.resources import (
    api_keys,
    audit_entries,
    health,
    jobs,
    periods,
    sessions,
    unlock_requests,
    users,
)

__all__ = [
    "ROUTERS",
]

ROUTERS: Final[tuple[APIRouter, ...]] = (
    health.router,
    sessions.router,
    users.router,
    api_keys.router,
    audit_entries.router,
    jobs.router,
    periods.router,
    unlock_requests.router,
)
"""The routers of every noun."""
