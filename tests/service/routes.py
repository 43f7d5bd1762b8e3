"""Every operation of the service, found in the application itself: what a proof over all asks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from api.document import action_of, api_routes

__all__ = ["ABSENT", "Operation", "operations"]

ABSENT = {
    "appeal_id": "apl_2026-06_9",
    "comparison_id": "job_0",
    "delivery_id": "dlv_0",
    "export_id": "exp_0",
    "import_id": "imp_9999",
    "institution_id": "C01",
    "job_id": "job_0",
    "name": "summary.json",
    "period": "2026-06",
    "run_id": "run_9999",
    "seq": "9999",
    "table": "staff",
    "webhook_id": "whk_0",
}
"""What stands for a parameter of a path: of the right form, and nobody has it."""


@dataclass(frozen=True)
class Operation:
    """One method of one path, and the action that its route names."""

    method: str
    path: str
    action: str
    name: str

    @property
    def title(self) -> str:
        """As ``GET /v1/users``."""
        return f"{self.method} {self.path}"

    @property
    def noun(self) -> str:
        """The first name of the path, as ``users``."""
        return self.path.removeprefix("/v1").strip("/").split("/")[0]

    def filled(self, **known: str) -> str:
        """Its path with made-up ids."""
        said = {**ABSENT, **known}
        return re.sub(r"{(\w+)}", lambda found: said.get(found[1], f"{found[1]}_0"), self.path)

    def ask(self, who: TestClient, body: Any = None, **known: str) -> Response:
        """The answer to a request of no use: an id that is not there, a body that says nothing."""
        said: dict[str, Any] = {}
        if self.method not in ("GET", "DELETE"):
            said["json"] = body or {}
        return who.request(self.method, self.filled(**known), **said)


def operations(app: FastAPI) -> Iterator[Operation]:
    """Every operation that the document of an application tells of."""
    for route in api_routes(app):
        for method in sorted(route.methods or ()):
            yield Operation(method, route.path_format, action_of(route), route.name)
