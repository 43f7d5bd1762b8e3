"""The application: its routes, what stands around them, and its document."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from api.document import describe
from api.envelope import Envelope
from api.ground import Ground
from api.problems import add_handlers
from api.resources import ROUTERS
from api.telling.lines import LOGGER, handler_to
from equivalents.servicesettings import ServiceSettings, apply_settings
from equivalents.store.engine import open_store
from equivalents.store.place import place_of
from equivalents.version import __version__

__all__ = [
    "app_from_environment",
    "create_app",
    "ground_of",
]

_UPLOADS: Final = frozenset({"/v1/imports", "/v1/tables/", "/v1/weight-tables/"})


def create_app(ground: Ground) -> FastAPI:
    """The application on a ground; what works beside requests runs while it is served."""
    from api.working import Working

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        working = Working(ground)
        working.start()
        try:
            yield
        finally:
            working.stop()
            ground.store.close()

    app = FastAPI(
        title="equivalents 当量绩效核算",
        version=__version__,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=living,
    )
    app.state.ground = ground
    for router in ROUTERS:
        # Their routes are whole by themselves; so all of them stand in one list, to be looked at.
        app.router.routes.extend(router.routes)
    add_handlers(app)
    describe(app)
    app.add_middleware(Envelope, ground=ground, uploads=_UPLOADS)
    return app


def ground_of(settings: ServiceSettings) -> Ground:
    """The ground that settings name: the store that is there, and the working folder.

    Raises:
        DataError: there is no store, or it is of another revision.
    """
    place = place_of()
    data = Path(settings.text("data") or place.cache.parent / "service")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Ground(settings, open_store(place, "service"), data)


def app_from_environment() -> FastAPI:
    """The application that ``equivalents serve`` runs in each of its processes."""
    settings = apply_settings()
    logging.basicConfig(level=logging.WARNING, handlers=[handler_to(sys.stderr)], force=True)
    logging.getLogger(LOGGER).setLevel(settings.text("log_level").upper())
    return create_app(ground_of(settings))
