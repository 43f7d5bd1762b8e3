"""Tasks that misbehave in every way, for the tests of the child process."""

import ctypes
import errno
import os
import sys
import time
from pathlib import Path
from typing import Any

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.opening.archive import unpack_all
from equivalents.intake.opening.kinds import Kind, kind_of
from equivalents.intake.opening.limits import Limits
from equivalents.intake.opening.workbook import raw_sheets

__all__: list[str] = []


def echo(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    print("not part of the answer")
    return {
        "request": request,
        "limits": limits.values(),
        "loaded": sorted(sys.modules),
        "environment": sorted(os.environ),
        "session": os.getsid(0) == os.getpid(),
    }


def problems(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    place = Place("六月.xlsx", "记录", 7, "日期")
    raise DataError([Problem("VALUE_MISSING", place, "x", {"column": "日期"}, "pay")], 9)


def raises(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    raise BaseExceptionGroup("¦ two\nlines", [KeyboardInterrupt()])


def memory(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    return {"length": len(bytearray(request["mb"] << 20))}


def full_disk(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if request["dies"]:
        print(error, file=sys.stderr, flush=True)
        os._exit(120)
    raise error


def processor(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    while True:
        pass


def sleep(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    if request.get("pid"):
        Path(request["pid"]).write_text(str(os.getpid()))
    time.sleep(600)
    return {}


def abort(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    os.abort()


def segfault(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    ctypes.string_at(0)
    return {}


def leave(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    os._exit(request["code"])


def large_file(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    with Path(request["path"]).open("wb") as file:
        for _ in range(64):
            file.write(bytes(1 << 20))
    return {}


def unspeakable(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    return {"value": object()}


def talkative(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    return {"value": "x" * (65 << 20)}


def open_each(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Open many files one after the other: codes of problems, a fault, or all its cells."""
    return {"found": [_opened(Path(path), limits) for path in request["paths"]]}


def _opened(path: Path, limits: Limits) -> dict[str, Any]:
    try:
        kind = kind_of(path, path.name)
        if kind is Kind.ZIP:
            folder = path.with_suffix(".out")
            folder.mkdir(exist_ok=True)
            for old in folder.iterdir():
                old.unlink()
            files, _ = unpack_all(path, path.name, folder, limits)
            return {"read": [[one.name, one.path.read_bytes().hex()] for one in files]}
        if not kind.is_workbook:
            return {"text": True}
        sheets = raw_sheets(path, kind, limits, path.name)
        return {"read": [[one.name, [repr(row) for rows in one.chunks() for row in rows]]
                         for one in sheets]}  # fmt: skip
    except DataError as error:
        return {"codes": [one.code for one in error.problems]}
    # What the parser raises when it panics is no Exception.
    except BaseException as error:
        return {"fault": type(error).__name__, "detail": str(error)[:200]}
