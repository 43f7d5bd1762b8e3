"""What a job is done with: the store in its owner's name, its folder, and a way to say how far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from equivalents.servicesettings import ServiceSettings
from equivalents.store.engine import Store
from equivalents.store.jobs import Job

__all__ = [
    "Context",
    "Progress",
    "Run",
    "folder_of",
]


def folder_of(data: Path, job: str) -> Path:
    """The folder of what a job was given and of what it leaves."""
    return data / "jobs" / job


@dataclass(slots=True)
class Progress:
    """How far a job is; the last of it is written down every few seconds."""

    stage: str = ""
    done: int = 0
    total: int = 0

    def told(self, stage: str, done: int, total: int) -> None:
        """Say how far it is."""
        self.stage, self.done, self.total = stage, done, total

    def as_json(self) -> dict[str, Any]:
        """For the row of the job."""
        return {"stage": self.stage, "done": self.done, "total": self.total}


@dataclass(frozen=True, slots=True)
class Context:
    """A job under way; ``job.seq`` is not 0 where an earlier attempt has committed."""

    job: Job
    store: Store
    data: Path
    settings: ServiceSettings
    progress: Progress = field(default_factory=Progress)

    @property
    def asked(self) -> Any:
        """What is to be done."""
        return self.job.asked

    @property
    def folder(self) -> Path:
        """The job's own folder; it may be kept for some days."""
        return folder_of(self.data, self.job.job)


Run = Callable[[Context], Mapping[str, Any]]
"""A kind of job: it does its work and gives its result, a JSON object."""
