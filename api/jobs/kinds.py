"""Which function does which kind of job, by name, so that a process loads the one it needs."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from api.jobs.context import Run

__all__ = [
    "KINDS",
    "run_of",
]

KINDS: Final[Mapping[str, str]] = {
    "adjustment": "api.jobs.adjusting:adjust_period",
    "comparison": "api.jobs.comparing:compare",
    "export": "api.jobs.exporting:make",
    "import": "api.jobs.imports:take",
    "settle": "api.jobs.runs:settle",
    "trial": "api.jobs.runs:try_out",
}
"""Kind of job -> ``module:function``."""


def run_of(kind: str) -> Run:
    """The function of a kind of job."""
    module, _, name = KINDS[kind].partition(":")
    found: Run = getattr(import_module(module), name)
    return found
