"""What a job is done with: the store in its owner's name, its folder, and a way to say how far."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
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
    "forget_given",
    "given_of",
    "tables_of",
    "uploads_of",
]


def folder_of(data: Path, job: str) -> Path:
    """The folder of what a job was given and of what it leaves."""
    return data / "jobs" / job


def uploads_of(data: Path) -> Path:
    """The folder of uploads that are still coming in, each in a folder of its own."""
    return data / "uploads"


def tables_of(data: Path) -> Path:
    """The folder of bodies of tables, each in a folder of its own until its request ends."""
    return data / "tables"


def given_of(data: Path, job: str) -> Path:
    """The folder of what was uploaded for a job; ids of residents stand in it in clear."""
    return folder_of(data, job) / "given"


def forget_given(data: Path, job: str) -> None:
    """Delete what was uploaded for a job: the store has what is to be kept of it."""
    shutil.rmtree(given_of(data, job), ignore_errors=True)
    with suppress(OSError):
        folder_of(data, job).rmdir()  # where the job left nothing else


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
    def given(self) -> Path:
        """The folder of what was uploaded for it; gone as soon as the job has ended."""
        return given_of(self.data, self.job.job)

    @property
    def folder(self) -> Path:
        """The job's own folder; it may be kept for some days."""
        return folder_of(self.data, self.job.job)


Run = Callable[[Context], Mapping[str, Any]]
"""A kind of job: it does its work and gives its result, a JSON object."""
