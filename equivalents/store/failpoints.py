"""Named places where a test may kill the process, to prove that nothing is lost or half done.

``EQUIVALENTS_FAILPOINT=NAME`` ends the process with SIGKILL at that place, ``NAME:3`` at the third
time that it is passed. Without the variable a failpoint costs a comparison. Every name stands in
:data:`FAILPOINTS`, so that a test can go through all of them.
Source: specification page 4 "Crash".
"""

import os
import signal
from typing import Final

__all__ = ["FAILPOINTS", "failpoint"]

FAILPOINTS: Final[dict[str, str]] = {
    "write.begun": "the lock is held, nothing is written",
    "write.rows": "rows are written, their audit entry is not",
    "write.sealed": "the audit entry is written, nothing is committed",
    "write.committed": "committed, the head outside is older",
    "write.told": "committed, and the head outside is written",
    "import.read": "the file is read and coded, the lock is not held",
    "import.segment": "one segment and its body are written",
    "import.rows": "all segments and the row of the import are written",
    "compact.segment": "the compacted segment is written, its parents are not named",
    "put.rows": "dated rows are written, what they end is not",
    "settle.done": "a period is settled in a folder, nothing of it is kept",
    "settle.file": "one file of the result is kept",
    "cache.written": "a file of the cache is written under another name",
    "lock.leaves": "the leaves are read, the lock is not written",
    "lock.rows": "the lock is written, its step is not",
    "unlock.rows": "the unlock is written, its step is not",
    "adjust.done": "adjustments are computed, nothing of them is kept",
    "backup.written": "the backup is written under another name",
    "backup.renamed": "the backup has its name, nothing is told",
    "restore.rows": "some tables are restored, nothing is committed",
    "expire.body": "a body is deleted, nothing is committed",
}
"""Every failpoint and what is so when it is passed."""

_VARIABLE: Final = "EQUIVALENTS_FAILPOINT"
_passed: dict[str, int] = {}


def failpoint(name: str) -> None:
    """End the process here if the environment says so.

    Raises:
        KeyError: a name that is not in the list: a test could never reach it.
    """
    FAILPOINTS[name]
    wanted = os.environ.get(_VARIABLE)
    if not wanted:
        return
    which, _, count = wanted.partition(":")
    if which != name:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] == int(count or 1):
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
