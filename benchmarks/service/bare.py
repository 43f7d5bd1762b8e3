"""A bare FastAPI route: the bytes of a file, and nothing else.

What is compared with: the server, the framework and the size of the answer are the same; what a
service does for its answer (who asks, what they may, limits, the store, a page) is left out.
"""

import os
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response

__all__ = ["ANSWERS", "app"]

ANSWERS = "BENCHMARK_ANSWERS"
"""The variable that names the folder of answers."""


def app() -> FastAPI:
    """The application; ``/N`` is the file N."""
    made = FastAPI()
    folder = Path(os.environ[ANSWERS])
    known = {path.name: path.read_bytes() for path in folder.iterdir()}

    @made.get("/{name}")
    def answer(name: str) -> Response:
        return Response(known[name], 200, media_type="application/json")

    return made
