"""Every reason of access and of webhooks is raised by the code and asked for by a test.

And the house: what these rooms export, import and ask of the machine.
"""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

from equivalents.reasons import REASONS
from equivalents.reasons.service_access import SERVICE_ACCESS_REASONS
from equivalents.reasons.service_hooks import SERVICE_HOOK_REASONS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("access", "hooks", "telling")
# What asks the store, the disk and the clock stands beside the rooms of values.
WORKING = {"dispatching", "events", "keyfile", "subscribed"}
FILES = sorted(
    path
    for room in ROOMS
    for path in (ROOT / "api" / room).glob("*.py")
    if path.stem not in WORKING
)
TESTS = sorted(
    path
    for kind in ROOMS
    for path in (ROOT / "tests" / "service").glob(f"test_{kind}_*.py")
    if path.name != Path(__file__).name
)
# Said by the service itself (see api/), when it has looked at the request and the store.
BY_ROUTES = {
    "CSRF_REFUSED", "FORBIDDEN_APPROVED", "KEY_MALFORMED", "KEY_ROTATION", "LOGIN_REFUSED",
    "SIGN_IN_NEEDED", "WEBHOOK_GIVEN_UP", "WEBHOOK_GONE",
}  # fmt: skip
CODES = [reason.code for reason in (*SERVICE_ACCESS_REASONS, *SERVICE_HOOK_REASONS)]


def codes_in(paths: list[Path]) -> set[str]:
    return {
        code
        for path in paths
        for code in re.findall(r'"([A-Z]+_[A-Z_]+)"', path.read_text(encoding="utf-8"))
    }


def test_every_reason_is_registered_and_of_the_service() -> None:
    assert set(CODES) <= set(REASONS)
    assert {REASONS[code].stage for code in CODES} == {"service"}


def test_every_reason_is_raised_and_tested() -> None:
    assert set(CODES) - BY_ROUTES == codes_in(FILES) & set(CODES)
    assert set(CODES) - BY_ROUTES <= codes_in(TESTS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_room_exports_what_it_has_and_explains_it(path: Path) -> None:
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
    assert module.__doc__
    assert list(module.__all__) == sorted(module.__all__)
    for name in module.__all__:
        value = getattr(module, name)
        assert not (inspect.isclass(value) or inspect.isfunction(value)) or value.__doc__, name


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_room_knows_no_framework_no_database_no_clock_and_no_environment(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
            for name in names:
                top = str(name).split(".")[0]
                assert top not in ("fastapi", "starlette", "sqlalchemy", "os", "random"), name
                assert not str(name).startswith("equivalents.store"), name
    for forbidden in (".now(", ".today(", "time.time", "os.environ"):
        assert forbidden not in text
    assert len(text.splitlines()) <= 400
