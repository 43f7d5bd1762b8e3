"""Hypothesis profiles (small counts in `make test`, full ones in `make proof`), shared cases."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.demo import write_county
from equivalents.run import settle_case
from tests.build import medicare
from tests.once import made_once
from tests.postgres import running_postgres
from tests.schemelayers import BASE, OVER, OWN

SCENARIOS = Path(__file__).parent / "scenarios"

_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=60, derandomize=True, **_COMMON)  # type: ignore[arg-type]
settings.register_profile("full", max_examples=1000, **_COMMON)  # type: ignore[arg-type]
settings.load_profile(os.environ.get("EQUIVALENTS_PROOF", "quick"))


@pytest.fixture(scope="session")
def medicare_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case built from the real service lines; only to be read."""
    folder = tmp_path_factory.mktemp("medicare") / "case"
    medicare.build(folder)
    return folder


def _settled(folder: Path, records: int) -> None:
    write_county(folder / "case", records=records)
    settle_case(folder / "case", folder / "out", stop_on_reject=False)


@pytest.fixture(scope="session")
def settled_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo county of 20,000 records (``case``), settled (``out``); to be read."""
    return made_once(tmp_path_factory, "settled-demo", partial(_settled, records=20_000))


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the smallest demo county (``case``), settled (``out``); only to be read."""
    return made_once(tmp_path_factory, "small-demo", partial(_settled, records=5_000))


@pytest.fixture(scope="session")
def settled_scenario(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Where a readable scenario of that name is settled, as files only to be read."""

    def settled(name: str) -> Path:
        def make(folder: Path) -> None:
            settle_case(SCENARIOS / name / "case", folder / "out", stop_on_reject=False)

        return made_once(tmp_path_factory, f"scenario-{name}", make) / "out"

    return settled


@pytest.fixture(scope="session")
def usual_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where ``equivalents demo`` was run as it stands; ``printed`` has what it said."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            result = CliRunner().invoke(app, ["demo"])
        assert result.exit_code == 0
        (folder / "printed").write_text(result.output, encoding="utf-8")

    return made_once(tmp_path_factory, "usual-demo", make)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the three layers of a scheme, where the commands are run."""
    for name, text in (("base", BASE), ("over", OVER), ("own", OWN)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL, started once; a test makes its own tables there."""
    with running_postgres() as url:
        yield url
