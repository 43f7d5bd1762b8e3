"""Opening a file in a child process: whatever the file does to its parser, there is an answer.

The child is a process of its own, with its own session, a bare environment (no settings, no
secrets) and limits of memory, processor time and file size where the system has them, and
a clock everywhere. It does one task of this package and answers in JSON. Its death, of
whatever kind, is the problem ``FILE_UNREADABLE`` with the reason.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.opening import inside
from equivalents.intake.opening.limits import MIB, Limits, setting_of
from equivalents.reasons import BOTH

__all__ = ["in_child", "plain_words"]

_PACKAGE: Final = "equivalents.intake.opening"
_TASK: Final = re.compile(r"[a-z_0-9]+:[a-z_0-9]+")
_LONGEST_ANSWER: Final = 64 * MIB
_LAST_WORDS: Final = 4096
_KEPT: Final = frozenset(
    {
        "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME",
        "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ",
    }
)  # fmt: skip
"""What the child may know of the environment; a password or a key may stand in the rest."""
_OUT_OF_MEMORY: Final = (
    "memory allocation of", "MemoryError", "bad_alloc", "out of memory", "Cannot allocate memory",
    "failed to map segment",
)  # fmt: skip
_DISK_FULL: Final = ("No space left on device", "Disk quota exceeded")
_ROOM: Final = MIB
"""With less room than that for temporary files a child may not even say what it lacks."""
_PARTED: Final = 160


def in_child(task: str, request: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """Do ``module:function`` of this package in a child process and give its answer.

    The function takes the request and the limits and gives what JSON can hold.
    ``request["name"]`` is what people call the file: the place of a problem.

    Raises:
        DataError: what the task found; ``FILE_UNREADABLE`` if it died, of whatever cause;
            ``TEMP_FULL`` where the file is not at fault.
        ValueError: ``task`` is not named so.
    """
    return _in_child(_PACKAGE, task, request, limits)


def _in_child(
    package: str, task: str, request: Mapping[str, Any], limits: Limits
) -> dict[str, Any]:
    if not _TASK.fullmatch(task):
        raise ValueError(f"a task is module:function of {package}, not {task!r}")
    asked = {
        "package": package, "task": task, "request": dict(request), "limits": limits.values(),
        "parent": os.getpid(),
    }  # fmt: skip
    name = str(request.get("name", ""))
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as answer,
        tempfile.TemporaryFile() as errors,
    ):
        given.write(json.dumps(asked, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        given.seek(0)
        code = _run(given, answer, errors, limits.wall_s)
        if code is None:
            raise _unreadable(name, _beyond("wall_s", limits))
        if code != inside.EXIT_ANSWERED:
            last_words = _tail(errors)
            _refuse_full(name, last_words, _free())
            raise _unreadable(name, _cause(code, last_words, limits))
        return _read(answer, name, limits)


def _run(given: IO[bytes], answer: IO[bytes], errors: IO[bytes], wall_s: float) -> int | None:
    """The exit code of the child, or nothing if its time ran out."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # Arrow's own pool sets a gigabyte aside at once, which the limit would count.
    environment["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    child = subprocess.Popen(
        [sys.executable, "-P", "-X", "utf8", str(Path(inside.__file__).resolve())],
        stdin=given,
        stdout=answer,
        stderr=errors,
        env=environment,
        start_new_session=True,
    )
    try:
        return child.wait(wall_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        # On an interrupt, too, nothing goes on reading behind our back.
        if child.poll() is None:
            _end(child)


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Kill the child with whatever it started."""
    if sys.platform == "win32":
        child.kill()
    else:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            child.kill()
    child.wait()


def _read(answer: IO[bytes], name: str, limits: Limits) -> dict[str, Any]:
    """The answer, or the problems in its place."""
    answer.seek(0)
    text = answer.read(_LONGEST_ANSWER + 1)
    try:
        if len(text) > _LONGEST_ANSWER:
            raise ValueError
        told = json.loads(text)
        if "answer" in told:
            found: dict[str, Any] = told["answer"]
            return found
        if "problems" in told:
            problems = [
                Problem(code, Place(*place), value, facts, series)
                for code, place, value, facts, series in told["problems"]
            ]
            raise DataError(problems, told["total"])
        fault, detail = told["fault"], told["detail"]
    except (ValueError, KeyError, TypeError):
        raise _unreadable(name, f"解析程序没有给出结果{BOTH}its reader gave no answer") from None
    if fault == "MemoryError" or any(sign in detail for sign in _OUT_OF_MEMORY):
        raise _unreadable(name, _beyond("memory_mb", limits))
    _refuse_full(name, detail)
    raise _unreadable(name, plain_words(f"{fault}: {detail}"))


def _free() -> int:
    """The room for temporary files, in bytes."""
    return shutil.disk_usage(tempfile.gettempdir()).free


def _refuse_full(name: str, words: str, free: int = _ROOM) -> None:
    """The file is not at fault where there was no room for temporary files.

    Raises:
        DataError: ``TEMP_FULL``.
    """
    if free < _ROOM or any(sign in words for sign in _DISK_FULL):
        raise DataError([Problem("TEMP_FULL", Place(name), tempfile.gettempdir())])


def _cause(code: int, last_words: str, limits: Limits) -> str:
    """Why a child died, in both languages."""
    if -code == getattr(signal, "SIGXCPU", None):
        return _beyond("cpu_s", limits)
    if any(sign in last_words for sign in _OUT_OF_MEMORY):
        return _beyond("memory_mb", limits)
    if -code == getattr(signal, "SIGKILL", None):
        return (
            f"解析程序被系统终止，多半因为内存或时间不足{BOTH}the system ended its reader, "
            "most likely for want of memory or time"
        )
    if code < 0:
        return f"解析程序崩溃（信号 {-code}）{BOTH}its reader crashed (signal {-code})"
    return f"解析程序异常退出（{code}）{BOTH}its reader ended with code {code}"


def _beyond(limit: str, limits: Limits) -> str:
    """That a limit was passed, and what sets it."""
    setting, value = setting_of(limit), limits.values()[limit]
    zh, en = {
        "memory_mb": ("内存", "MB of memory"),
        "cpu_s": ("处理器时间（秒）", "seconds of processor time"),
        "wall_s": ("时间（秒）", "seconds"),
    }[limit]
    return (
        f"所需{zh}超过上限 {value}，可用 {setting} 调整{BOTH}it needs more than {value} {en}; "
        f"{setting} sets the limit"
    )


def _tail(errors: IO[bytes]) -> str:
    """The end of what the child said."""
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(size - _LAST_WORDS, 0))
    return errors.read().decode("utf-8", "replace")


def _unreadable(name: str, detail: str) -> DataError:
    return DataError([Problem("FILE_UNREADABLE", Place(name), facts={"detail": detail})])


def plain_words(text: str) -> str:
    """A parser's own words made harmless: one line, printable, not too long."""
    shown = "".join(c if c.isprintable() and c != BOTH else " " for c in text)
    return " ".join(shown.split())[:_PARTED]
