"""Commands in processes that begin where Python and its libraries are loaded already.

So a moment of a command can be hit twenty times in the time that one start of Python takes; the
tests with failpoints, beside them, run the command as people do.
"""

import multiprocessing
import os
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext, ForkServerProcess

__all__ = ["context", "start"]


def context() -> ForkServerContext:
    """Where such processes come from."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["tests.store.preloaded"])
    return found


def start(words: tuple[str, ...], environment: Mapping[str, str]) -> ForkServerProcess:
    """Start ``equivalents WORDS``; its exit code is that of the command."""
    child = context().Process(target=_command, args=(words, dict(environment)))
    child.start()
    return child


def _command(words: tuple[str, ...], environment: Mapping[str, str]) -> None:
    from equivalents.cli import app

    os.environ.update(environment)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    app(args=words)
