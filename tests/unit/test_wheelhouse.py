"""The folder that installs without a network: which pins it has, and that it installs only whole.

Faults it catches: a pin of another Python or system; a wheel that was changed on its way; a script
that names a host or asks an index. Wheels of others are not fetched here.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.build.wheelhouse import LOCK, chosen, finished, own_wheel

pytest.importorskip("ensurepip", reason="venv makes no pip here")
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
SMALL = """\
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via typer
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:cc
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:dd \\
    --hash=sha256:ee
    # via
    #   equivalents (pyproject.toml)
typer==0.20.0 \\
    --hash=sha256:ff
"""


def test_the_pins_are_those_of_the_target() -> None:
    assert chosen(SMALL, "3.11", "x86_64").splitlines() == [
        "numpy==2.4.6 \\",
        "    --hash=sha256:cc",
        "typer==0.20.0 \\",
        "    --hash=sha256:ff",
    ]
    assert "numpy==2.5.5 \\\n    --hash=sha256:dd \\\n    --hash=sha256:ee\n" in chosen(
        SMALL, "3.13", "aarch64"
    )


def test_every_pin_of_the_lock_is_looked_at() -> None:
    lock = LOCK.read_text("utf-8")
    every = {line.split("==")[0] for line in lock.splitlines() if line[:1].isalpha()}
    found = {
        line.split("==")[0]
        for line in chosen(lock, "3.12", "x86_64").splitlines()
        if line[:1].isalpha()
    }
    assert every - found == {"colorama", "tzdata"}, "of Windows alone"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with our own wheel alone."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "wheels").mkdir()
    own_wheel(folder / "wheels")
    finished(folder, "", HERE)
    return folder


def install(house: Path, target: Path) -> subprocess.CompletedProcess[str]:
    # An index that nobody answers at: nothing may be asked of it.
    said = {**os.environ, "PYTHON": sys.executable, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    said.pop("PYTHONPATH", None)
    words = ["sh", str(house / "install.sh"), str(target)]
    return subprocess.run(words, env=said, capture_output=True, text=True, check=False)


def test_it_installs_and_names_no_host(house: Path, tmp_path: Path) -> None:
    for name in ("install.sh", "SHA256SUMS", "requirements.txt"):
        assert "://" not in (house / name).read_text("utf-8")
    done = install(house, tmp_path / "a folder")
    assert done.returncode == 0, done.stderr
    python = tmp_path / "a folder" / "bin" / "python"
    # It is found, not imported: what it needs is not in this small folder.
    find = "from importlib.util import find_spec; print(find_spec('equivalents').origin)"
    words = [str(python), "-I", "-c", find]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert told.startswith(str(tmp_path))
    assert (tmp_path / "a folder" / "bin" / "equivalents").is_file()


def test_what_was_changed_on_its_way_is_not_installed(house: Path, tmp_path: Path) -> None:
    (wheel,) = (house / "wheels").iterdir()
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        done = install(house, tmp_path / "target")
    finally:
        wheel.write_bytes(whole)
    assert done.returncode != 0
    assert not (tmp_path / "target" / "bin").exists()
