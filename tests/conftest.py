"""Hypothesis profiles (small counts in `make test`, full ones in `make proof`), shared cases."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.build import medicare
from tests.postgres import running_postgres
from tests.schemelayers import BASE, OVER, OWN

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
