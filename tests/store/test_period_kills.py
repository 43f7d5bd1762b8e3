"""Killed at every failpoint of settling, locking, unlocking and adjusting, and at random points.

A step is whole or absent, what was acknowledged is there, and the same command works afterwards.
Faults it catches: a result without one of its files; a lock without its step; an adjustment that
the open period does not know.
"""

import random
import signal
import subprocess
import sys
import time

from sqlalchemy import func, select

from equivalents.store import schema
from equivalents.store.engine import Store
from equivalents.store.locking import check_locks, lock, unlock
from equivalents.store.periods import pay, send_back
from equivalents.store.verify import verify
from tests.proofs.counts import counts
from tests.store import children
from tests.store.lives import H1, H2, LATE, by, fill, import_rows, ready, through
from tests.stores import environment

COUNT = counts(20, 200)
SETTLE = ("period", "settle", H1)
LOCK = ("period", "lock", H1)
UNLOCK = ("period", "unlock", H1, "--why", "补报", "--second", "另一人", "--who", "申请人")
ADJUST = ("period", "adjust", H1, "--into", H2)
LONGEST = {"settle": 0.8, "lock": 0.2, "unlock": 0.2}
"""Seconds within which a command is killed: about as long as it takes."""
COUNTED = (
    schema.RESULTS, schema.RESULT_FILES, schema.RESULT_BODIES, schema.STEPS, schema.LOCKS,
    schema.UNLOCKS, schema.DATED_ROWS, schema.AUDIT, schema.DOCUMENTS,
)  # fmt: skip


def start(store: Store, *words: str, failpoint: str = "") -> "subprocess.Popen[bytes]":
    more = {"EQUIVALENTS_FAILPOINT": failpoint} if failpoint else {}
    return subprocess.Popen(
        [sys.executable, "-m", "equivalents", *words],
        env=environment(store.place, EQUIVALENTS_WHO="县财务", **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def rows(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        found = {
            one.name: int(connection.execute(select(func.count()).select_from(one)).scalar() or 0)
            for one in COUNTED
        }
        assert check_locks(connection) == []
    return found


def killed(store: Store, words: tuple[str, ...], *failpoints: str) -> None:
    """Killed at each of them a command leaves the store as it was."""
    before = rows(store)
    for failpoint in failpoints:
        child = start(store, *words, failpoint=failpoint)
        out, _ = child.communicate(timeout=120)
        assert child.returncode == -signal.SIGKILL, (failpoint, out.decode())
        assert rows(store) == before, failpoint


def kept(store: Store, words: tuple[str, ...], failpoint: str = "write.committed") -> None:
    """Killed after it was committed, it is there as a whole."""
    before = rows(store)["audit"]
    child = start(store, *words, failpoint=failpoint)
    out, _ = child.communicate(timeout=120)
    assert child.returncode == -signal.SIGKILL, out.decode()
    assert rows(store)["audit"] == before + 1


def test_each_step_is_whole_or_absent(store: Store) -> None:
    fill(store, H1, H2)
    killed(store, SETTLE, "settle.done", "settle.file:9")
    kept(store, SETTLE)
    through(store, H1)
    killed(store, LOCK, "lock.leaves", "lock.rows")
    kept(store, LOCK)
    killed(store, UNLOCK, "unlock.rows")
    kept(store, UNLOCK)
    through(store, H1)
    lock(store, H1)
    pay(store, H1)
    import_rows(store, LATE, "补报")
    killed(store, ADJUST, "adjust.done", "put.rows")
    kept(store, ADJUST)
    assert verify(store).errors == 0


def at_random(store: Store, words: tuple[str, ...], generator: random.Random) -> bool:
    """Whether a command that was killed somewhere was whole by then."""
    before = rows(store)["audit"]
    child = children.start(words, environment(store.place, EQUIVALENTS_WHO="县财务"))
    time.sleep(generator.uniform(0, LONGEST[words[1]]))
    child.kill()
    child.join()
    done = rows(store)["audit"] == before + 1
    assert done or child.exitcode != 0, words
    return done


def test_killed_anywhere_nothing_is_half_done(store: Store) -> None:
    """A random moment of each command; then by hand, so that the next one can follow."""
    generator = random.Random(store.place.embedded)
    fill(store)
    for number in range(COUNT):
        import_rows(store, f"C01,P01,MZ01,2026-02-04,{number + 1}\n", f"第{number}轮")
        one_round(store, generator)
    assert verify(store).errors == 0


def one_round(store: Store, generator: random.Random) -> None:
    """Settled, locked, unlocked and sent back, each killed at some moment."""
    if not at_random(store, SETTLE, generator):
        ready(store)
    else:
        through(store, H1)
    if not at_random(store, LOCK, generator):
        lock(store, H1)
    if not at_random(store, UNLOCK, generator):
        unlock(by(store, "申请人"), H1, "试", "另一人")
    through(store, H1)
    send_back(store, H1, "试")
