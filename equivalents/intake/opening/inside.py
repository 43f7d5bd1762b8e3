"""What runs inside the child process: limits first, then one task, then one answer.

Started as a plain script by :mod:`equivalents.intake.opening.child`, so that the package's public
surface, and with it the whole engine, is never loaded here. The request comes as JSON on standard
input, the answer goes as JSON to what was standard output; whatever else prints goes to errors.
"""

import gc
import importlib
import json
import math
import os
import signal
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

__all__ = ["EXIT_ANSWERED", "NAME_OF_PACKAGE", "main"]

NAME_OF_PACKAGE: Final = "equivalents"
EXIT_ANSWERED: Final = 0
_GRACE_S: Final = 5
_DIE_WITH_PARENT: Final = 1
"""Linux's ``PR_SET_PDEATHSIG``."""
_COLLECTIONS: Final = (200_000, 20, 100)


def main() -> int:
    """Read the request, do the task under its limits, write the answer; 0 when there is one."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asked = json.load(sys.stdin.buffer)
    _restrain(asked["limits"])
    _die_with(asked["parent"])
    _light_package()
    # Rows are hundreds of thousands of lists without one circle among them.
    gc.set_threshold(*_COLLECTIONS)
    try:
        answer = _do(asked)
    # A parser written in Rust raises panics that are no Exception; nothing may pass by here.
    except BaseException as error:
        answer = _told(error)
    out.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace"))
    out.close()
    return EXIT_ANSWERED


def _restrain(limits: Mapping[str, int]) -> None:
    """Set the limits of this process where the system has them (POSIX); the parent has a clock."""
    try:
        import resource
    except ImportError:  # Windows
        return
    memory = limits["memory_mb"] << 20
    _limit(resource, resource.RLIMIT_DATA, memory, memory)
    _limit(resource, resource.RLIMIT_CPU, limits["cpu_s"], limits["cpu_s"] + _GRACE_S)
    size = limits["unpacked_mb"] << 20
    _limit(resource, resource.RLIMIT_FSIZE, size, size)
    _limit(resource, resource.RLIMIT_CORE, 0, 0)
    # Should the parent die where the system does not tell, nobody else would end a waiting child.
    signal.alarm(math.ceil(limits["wall_s"]) + _GRACE_S)


def _limit(resource: Any, which: int, soft: int, hard: int) -> None:
    """Lower one limit; never above what already holds."""
    before = resource.getrlimit(which)[1]
    if before != resource.RLIM_INFINITY:
        soft, hard = min(soft, before), min(hard, before)
    resource.setrlimit(which, (soft, hard))


def _die_with(parent: int) -> None:
    """Where the system can (Linux), have it kill this process as soon as the parent is gone."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it was gone before
        os.kill(os.getpid(), signal.SIGKILL)


class _NoPandas:
    """Keeps Arrow from loading pandas, where that is installed, only to ask whether it is there."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: object = None) -> None:
        """Tell that there is no pandas; all else is for others to find."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _light_package() -> None:
    """Put an empty package in the place of the public surface: only what is asked for is loaded."""
    sys.meta_path.insert(0, _NoPandas)
    if NAME_OF_PACKAGE not in sys.modules:
        package = types.ModuleType(NAME_OF_PACKAGE)
        package.__path__ = [str(Path(__file__).resolve().parents[2])]
        sys.modules[NAME_OF_PACKAGE] = package


def _do(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of the task."""
    from equivalents.intake.opening.limits import Limits

    module, _, function = asked["task"].partition(":")
    task: Callable[[dict[str, Any], Limits], dict[str, Any]]
    task = getattr(importlib.import_module(f"{asked['package']}.{module}"), function)
    return {"answer": task(asked["request"], Limits.from_values(asked["limits"]))}


def _told(error: BaseException) -> dict[str, Any]:
    """A failure as data: problems that were found, or what was raised."""
    from equivalents.errors import DataError

    if not isinstance(error, DataError):
        return {"fault": type(error).__name__, "detail": str(error)[:2000]}
    return {
        "total": error.total,
        "problems": [
            [one.code, list(one.place), one.value, dict(one.facts), one.series]
            for one in error.problems
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
