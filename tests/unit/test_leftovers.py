"""Spools of a program that was killed do not lie about.

Faults seen to be caught: nothing looked for; a folder that is in use removed.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from equivalents.intake.opening.found import SpoolFolder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the locks are those of POSIX")

_KILLED = """
import os, signal
from equivalents.intake.opening.found import SpoolFolder
folder = SpoolFolder()
(folder.fresh() / "0.parquet").write_bytes(b"records of people")
print(folder.path, flush=True)
if {killed}:
    os.kill(os.getpid(), signal.SIGKILL)
input()
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def program(*, killed: bool) -> "subprocess.Popen[str]":
    code = _KILLED.format(killed=killed)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=pipe, stdout=pipe, text=True, env=environment
    )


def test_what_a_killed_program_left_is_removed_by_the_next_one() -> None:
    told, _ = program(killed=True).communicate()
    left = Path(told.strip())
    assert (left / "1" / "0.parquet").exists()
    folder = SpoolFolder()
    assert not left.exists()
    assert folder.path.exists()


def test_what_is_in_use_stays_and_so_does_what_is_not_ours(tmp_path: Path) -> None:
    other, link = tmp_path / "equivalents-benchmarks", tmp_path / "equivalents-link"
    other.mkdir()
    (other / "case").write_text("x")
    link.symlink_to(other)
    mine = SpoolFolder()
    theirs = program(killed=False)
    assert theirs.stdout is not None
    told = Path(theirs.stdout.readline().strip())
    SpoolFolder().remove()
    assert told.exists()
    assert mine.path.exists()
    assert (other / "case").exists()
    assert link.is_symlink()
    theirs.communicate("\n")
    assert not told.exists()
    mine.remove()
    assert not mine.path.exists()
