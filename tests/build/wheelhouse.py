"""A folder that installs without a network: every locked wheel, our own, hashes, and a script.

``python -m tests.build.wheelhouse [--python 3.12] [--machine aarch64] [--into FOLDER]``. Wheels
are those of ``requirements.lock`` for glibc 2.28 or later, fetched by pip, which checks each hash;
no address of where they came from stands in the folder. Source: issue 8, "Run it".
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from packaging.markers import Marker

__all__ = ["chosen", "finished", "fetched", "main", "own_wheel"]

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = ROOT / "requirements.lock"
_GLIBC: Final = (28, 27, 26, 24, 17, 12, 5)
"""Minor versions of glibc 2 whose wheels run where 2.28 is there."""
_PIN: Final = re.compile(r"(?P<pin>[A-Za-z0-9._-]+==\S+)(?: ; (?P<marker>.*?))? \\$")

INSTALL: Final = """\
#!/bin/sh
# 离线安装：sh install.sh 目录。只用本文件夹内的文件，先核对每个文件的哈希。
# Install without a network: sh install.sh FOLDER. Only files beside this script are used, and the
# hash of each is checked first. PYTHON names the Python to use.
set -eu
[ $# = 1 ] || { echo "用法 usage: sh install.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
target=$(cd "$1" && pwd)
cd "$(dirname "$0")"
sha256sum -c --quiet SHA256SUMS
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (@MAJOR@, @MINOR@))' || {
    echo "需要 Python @MAJOR@.@MINOR@；请用 PYTHON=… 指定。 Python @MAJOR@.@MINOR@ is needed." >&2
    exit 1
}
"$python" -m venv "$target"
"$target/bin/python" -m pip --isolated install --no-index --no-deps --no-cache-dir \\
    --disable-pip-version-check --require-hashes --find-links wheels -r requirements.txt
echo "已安装 Installed: $target/bin/equivalents"
"""


def chosen(lock: str, python: str, machine: str) -> str:
    """The lines of a lock that hold on a Linux machine with a Python, without their conditions."""
    known = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": machine,
    }
    return "\n".join(_kept(lock.splitlines(), known)) + "\n"


def _kept(lines: Sequence[str], known: dict[str, str]) -> Iterator[str]:
    keeps = False
    for line in lines:
        found = _PIN.fullmatch(line)
        if found is not None:
            marker = found["marker"]
            keeps = marker is None or Marker(marker).evaluate(known)
            if keeps:
                yield f"{found['pin']} \\"
        elif keeps and line.lstrip().startswith("--hash"):
            yield line


def fetched(requirements: Path, into: Path, python: str, machine: str) -> None:
    """Let pip fetch the wheels of some requirements; subprocess.CalledProcessError if it cannot."""
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in _GLIBC]
    platforms += [f"manylinux{year}_{machine}" for year in ("2014", "2010", "1")]
    words = [*_pip(), "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    words += ["--implementation", "cp", "--python-version", python]
    words += [word for one in platforms for word in ("--platform", one)]
    subprocess.run([*words, "-d", str(into), "-r", str(requirements)], check=True)


def _pip() -> list[str]:
    """The pip of this environment, or that of the Python it was made from, as uv leaves it out."""
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    told = subprocess.run([str(ROOT / "scripts" / "python")], check=True, capture_output=True)
    return [told.stdout.decode().strip(), "-m", "pip", "--disable-pip-version-check"]


def own_wheel(into: Path) -> Path:
    """Our own wheel, built without fetching anything."""
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)]
    subprocess.run(words, check=True, cwd=ROOT, capture_output=True)
    return next(into.glob("equivalents-*.whl"))


def finished(folder: Path, requirements: str, python: str) -> None:
    """Write what stands beside ``wheels``: all pins with hashes, the script, and SHA256SUMS."""
    own = next((folder / "wheels").glob("equivalents-*.whl"))
    version = own.name.split("-")[1]
    pin = f"equivalents=={version} \\\n    --hash=sha256:{_sha256(own)}\n"
    (folder / "requirements.txt").write_text(requirements + pin, encoding="utf-8")
    major, minor = python.split(".")
    script = INSTALL.replace("@MAJOR@", major).replace("@MINOR@", minor)
    (folder / "install.sh").write_text(script, encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def _sha256(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def main(words: Sequence[str]) -> None:
    """Make the folder anew."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    parser = argparse.ArgumentParser(prog="scripts/wheelhouse")
    parser.add_argument("--python", default=here, choices=("3.11", "3.12", "3.13"))
    parser.add_argument("--machine", default="x86_64", choices=("x86_64", "aarch64"))
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "wheelhouse")
    asked = parser.parse_args(words)
    folder: Path = asked.into
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    requirements = chosen(LOCK.read_text(encoding="utf-8"), asked.python, asked.machine)
    wanted = folder / "requirements.txt"
    wanted.write_text(requirements, encoding="utf-8")
    fetched(wanted, wheels, asked.python, asked.machine)
    own_wheel(wheels)
    finished(folder, requirements, asked.python)
    count = len([*wheels.iterdir()])
    print(f"{folder}: {count} wheels, Python {asked.python}, {asked.machine}")


if __name__ == "__main__":
    main(sys.argv[1:])
