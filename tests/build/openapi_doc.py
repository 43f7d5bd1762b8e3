"""``docs/openapi.json``: the document of the service as it was last agreed on.

Run ``python -m tests.build.openapi_doc`` after a change of the routes; a test holds them equal,
and another one refuses a change that breaks a client (:mod:`tests.service.compatibility`).
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.service.visitors import served
from tests.stores import new_place

__all__ = ["PAGE", "document", "main", "text_of"]

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def document() -> dict[str, Any]:
    """The document that the service of this tree gives."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(new_place("sqlite", folder, ""), folder / "data") as service:
            said: dict[str, Any] = service.nobody.get("/v1/openapi.json").json()
    return said


def text_of(said: dict[str, Any]) -> str:
    """It as a file: one form for one document, so that a change is a change of its lines."""
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> int:
    """Write the file."""
    PAGE.write_bytes(text_of(document()).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
