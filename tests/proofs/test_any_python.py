"""The wheel, installed in a clean environment of every Python found, gives the same bytes.

Catches: a file missing from the wheel, a dependency that nobody declared, a path that only exists
in a checkout, an order or a print that depends on the Python or NumPy version.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from equivalents import settle_case
from tests.proofs.counts import FULL
from tests.reference import write_random_case

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("python3.11", "python3.12", "python3.13")

pytestmark = [pytest.mark.slow, pytest.mark.wheel]


def _pythons() -> list[str]:
    """This Python, and one of each other supported version that the machine has and that runs."""
    found = {f"{sys.version_info.major}.{sys.version_info.minor}": sys.executable}
    for name in NAMES:
        version = name.removeprefix("python")
        for path in _candidates(name):
            if version not in found and _works(path):
                found[version] = path
    every = [found[version] for version in sorted(found)]
    # Of several the oldest and the newest, with full counts all of them.
    return every if FULL else [*dict.fromkeys((every[0], every[-1]))]


def _candidates(name: str) -> list[str]:
    """Where a Python may be: on the path, and behind the shims of a version manager."""
    on_path = shutil.which(name)
    paths = [] if on_path is None else [Path(on_path)]
    roots = {path.parent.parent for path in paths if path.parent.name == "shims"}
    roots.add(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")))
    for root in sorted(roots):
        paths += sorted(root.glob(f"versions/*/bin/{name}"))
    return [str(path) for path in paths]


def _works(path: str) -> bool:
    command = [path, "-c", "import ensurepip, venv"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(*command: str | Path, cwd: Path) -> str:
    # Nothing of this checkout may help: a path in the environment would hide a missing file.
    environment = {name: value for name, value in os.environ.items() if name[:6] != "PYTHON"}
    done = subprocess.run(
        [str(part) for part in command],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case") / "case"
    write_random_case(folder, 42, 2000, dirty=True)
    return folder


@pytest.fixture(scope="module")
def expected(case: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("here") / "out"
    settle_case(case, out, stop_on_reject=False)
    return _hashes(out)


@pytest.mark.parametrize("python", _pythons())
def test_the_wheel_works_and_settles_to_the_same_bytes(
    python: str, wheel: Path, case: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    environment = tmp_path / "environment"
    _install(python, environment, wheel, tmp_path)
    command = environment / "bin" / "equivalents"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shown = _run(command, "demo", "--records", "5000", cwd=elsewhere)
    assert "5,000" in shown
    assert (elsewhere / "demo-out" / "settlement.xlsx").is_file()
    _run(command, "settle", case, "-o", "out", "--on-reject", "quarantine", cwd=elsewhere)
    assert _hashes(elsewhere / "out") == expected


def _install(python: str, environment: Path, wheel: Path, cwd: Path) -> None:
    """A clean environment with the runtime lock and the wheel, by uv where there is one."""
    lock = ROOT / "requirements.lock"
    uv = shutil.which("uv")
    if uv is not None:
        _run(uv, "venv", "-q", "--python", python, environment, cwd=cwd)
        inside = environment / "bin" / "python"
        install: tuple[str | Path, ...] = (uv, "pip", "install", "-q", "--python", inside)
    else:
        _run(python, "-m", "venv", environment, cwd=cwd)
        # What is imported is compiled then; the rest of the libraries never needs to be.
        install = (environment / "bin" / "python", "-m", "pip", "install", "-q", "--no-compile")
    _run(*install, "--require-hashes", "-r", lock, cwd=cwd)
    _run(*install, "--no-deps", wheel, cwd=cwd)
