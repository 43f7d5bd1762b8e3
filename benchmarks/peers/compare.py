"""Runs the peers in turn and puts their outcomes side by side."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.generate import Kind
from benchmarks.peers import PEERS, Peer
from benchmarks.peers.run import Outcome
from benchmarks.world import Rules

__all__ = ["Field", "Lane", "compare"]


@dataclass(slots=True)
class Lane:
    """All runs of one peer on one case. ``wrong`` payouts differ from those of the first peer."""

    peer: Peer
    outcomes: list[Outcome] = field(default_factory=list)
    processes: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def seconds(self) -> float:
        """The median time from files to payouts."""
        return median(outcome.seconds for outcome in self.outcomes)

    @property
    def cpu_seconds(self) -> float:
        """The median processor time of all threads."""
        return median(outcome.cpu_seconds for outcome in self.outcomes)

    @property
    def process_seconds(self) -> float:
        """The median time of the whole process, with start, imports and the hash."""
        return median(self.processes)

    @property
    def peak_bytes(self) -> int:
        """The largest memory of any run."""
        return max(outcome.peak_bytes for outcome in self.outcomes)

    @property
    def answers(self) -> set[str]:
        """The hashes of its payouts: one, unless a peer contradicts itself."""
        return {outcome.sha256 for outcome in self.outcomes}


@dataclass(frozen=True, slots=True)
class Field:
    """All peers on one case."""

    size: int
    kind: Kind
    lanes: Sequence[Lane]
    rules: Rules = "plain"

    @property
    def title(self) -> str:
        """What the case is."""
        return f"{self.size:,} records, {self.kind}, {self.rules} rules"

    def lane(self, name: str) -> Lane | None:
        """The runs of one peer, if it took part."""
        return next((lane for lane in self.lanes if lane.peer.name == name), None)

    def ratio(self, name: str) -> float | None:
        """How many times the time of this engine's direct path a peer took."""
        lane = self.lane(name)
        return None if lane is None else lane.seconds / self.lanes[0].seconds

    @property
    def disagreeing(self) -> list[str]:
        """The exact peers whose payouts are not those of the first one."""
        right = self.lanes[0].answers
        exact = [lane for lane in self.lanes if lane.peer.exact]
        return [lane.peer.name for lane in exact if lane.answers != right or len(right) != 1]


def compare(case: Path, field: Field, rounds: int, told: Callable[[str], None]) -> None:
    """Run every peer ``rounds`` times, A B C A B C, so that a slow minute hits all of them.

    What they took and paid goes into the lanes of ``field``.

    Raises:
        RuntimeError: a peer failed; the message ends with what it said.
    """
    _touch(case.iterdir())
    lanes = field.lanes
    assert lanes[0].peer is PEERS[0]
    with tempfile.TemporaryDirectory() as scratch:
        for nth in range(rounds):
            for lane in lanes:
                out = Path(scratch) / f"{lane.peer.name}.json"
                _run(lane, case, out)
                seconds = lane.outcomes[-1].seconds
                told(f"{field.title}, round {nth + 1}: {lane.peer.name} {seconds:.2f} s")
        right = _lines(Path(scratch), lanes[0])
        for lane in lanes:
            lane.wrong = len(_lines(Path(scratch), lane) - right)


def _run(lane: Lane, case: Path, out: Path) -> None:
    started = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.peers.run", lane.peer.name, str(case), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{lane.peer.name} failed:\n{done.stderr[-2000:]}")
    lane.processes.append(time.perf_counter() - started)
    lane.outcomes.append(Outcome(**json.loads(out.read_text("utf-8"))))


def _lines(scratch: Path, lane: Lane) -> set[str]:
    return set((scratch / f"{lane.peer.name}.txt").read_text("utf-8").split("\n"))


def _touch(files: Iterable[Path]) -> None:
    """Read the files once, so that the first peer does not pay for a cold disk."""
    for path in files:
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass
