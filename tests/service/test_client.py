"""A client that is generated from docs/openapi.json works against a running server.

Faults it catches: a document that a generator warns of or stumbles over; a file that a client
reads as JSON; a default that a client writes out and the service refuses; an ETag that nobody can
send back; a figure that arrives as a float; a mistake that its model does not hold.
"""

import os
import subprocess
from pathlib import Path

import pytest

from api.ground import Ground
from equivalents.servicesettings import read_settings
from equivalents.store.engine import open_store
from equivalents.store.place import StorePlace
from equivalents.store.upgrading import upgrade
from tests.build.openapi_doc import PAGE
from tests.service.test_serve import running
from tests.service.visitors import add_program
from tests.store.lives import H1, fill, ready
from tests.stores import new_place

ROOT = Path(__file__).resolve().parents[2]
GENERATOR = ROOT / ".venv-client" / "bin" / "openapi-python-client"
CONFIG = PAGE.with_name("openapi-python-client.yaml")
GUIDE = PAGE.with_name("integrators.md")
PACKAGE = "equivalents_client"
LONGEST_SECONDS = 300


def clean() -> dict[str, str]:
    """The environment, with the programs of the generator first and no word for our own."""
    said = {k: v for k, v in os.environ.items() if not k.startswith(("EQUIVALENTS_", "PYTHON"))}
    path = f"{GENERATOR.parent}:{os.environ['PATH']}"
    return {**said, "PATH": path, "PYTHONUTF8": "1", "NO_PROXY": "127.0.0.1"}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a client, made by the command of the guide."""
    if not GENERATOR.is_file():
        pytest.fail(f"{GENERATOR} is missing: run `scripts/venv client`, or `make test`")
    folder = tmp_path_factory.mktemp("client")
    words = ["--path", PAGE.name, "--config", CONFIG.name, "--fail-on-warning"]
    command = f"openapi-python-client generate {' '.join(words)}"
    assert command in GUIDE.read_text("utf-8")
    for file in (PAGE, CONFIG):
        (folder / file.name).write_bytes(file.read_bytes())
    done = subprocess.run(
        command.split(), cwd=folder, env=clean(), capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "WARNING" not in said.upper()
    return folder / "equivalents-client"


def keys(place: StorePlace, folder: Path) -> dict[str, str]:
    """A store whose first half year is approved; the keys of a payroll system and of finance."""
    upgrade(place)
    ground = Ground(read_settings(), open_store(place, "service"), folder)
    try:
        fill(ground.store, H1)
        ready(ground.store, H1)
        return {"KEY": add_program(ground), "FINANCE_KEY": add_program(ground, "county_finance")}
    finally:
        ground.store.close()


def test_a_generated_client_does_what_an_integrator_does(generated: Path, tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path, "")
    program = [GENERATOR.with_name("python"), Path(__file__).with_name("client_program.py")]
    said = {**clean(), "PYTHONPATH": str(generated), **keys(place, tmp_path)}
    with running(place, tmp_path) as (_, address):
        done = subprocess.run(
            program,
            env={**said, "BASE": address},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "已签收 acknowledged 1300.00"


def test_its_names_are_those_that_people_would_choose(generated: Path) -> None:
    """No schema without a name of its own but objects whose fields nobody names beforehand."""
    models = {one.stem for one in (generated / PACKAGE / "models").glob("*.py")} - {"__init__"}
    assert [one for one in models if "body" in one or "response" in one or not one.isascii()] == []
    open_ones = {one for one in models if one.endswith(("_type_0", "_item"))}
    for one in sorted(open_ones):
        text = (generated / PACKAGE / "models" / f"{one}.py").read_text("utf-8")
        assert "additional_properties" in text, one
    calls = [*(generated / PACKAGE / "api").rglob("*.py")]
    assert all(str(one.relative_to(generated)).isascii() for one in calls)
    assert {one.stem for one in calls} >= {"create_import", "list_payouts", "get_export_file"}
