"""The nouns of the API, one module each; a route names its action and translates, no more."""

from typing import Final

from fastapi import APIRouter

from api.pages import first
from api.resources import api_keys, health, jobs, sessions, users

__all__ = [
    "ROUTERS",
]

ROUTERS: Final[tuple[APIRouter, ...]] = (
    health.router,
    sessions.router,
    users.router,
    api_keys.router,
    jobs.router,
    first.router,
)
"""The routers of every noun."""
