"""Hypothesis profiles: small fixed counts in `make test`, full counts in `make proof`."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.build import medicare

_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=60, derandomize=True, **_COMMON)  # type: ignore[arg-type]
settings.register_profile("full", max_examples=2000, **_COMMON)  # type: ignore[arg-type]
settings.load_profile(os.environ.get("EQUIVALENTS_PROOF", "quick"))


@pytest.fixture(scope="session")
def medicare_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case built from the real service lines; only to be read."""
    folder = tmp_path_factory.mktemp("medicare") / "case"
    medicare.build(folder)
    return folder
