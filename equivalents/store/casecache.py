"""The folder of cases that are made of what is kept: found again by content, never just believed.

An entry is made under another name and renamed, so it is whole or absent. It carries the size and
the hash of each of its files, and of this list; all are compared whenever it is used again. One
that lies or was cut is told and made anew. The folder may be deleted at any time. Source:
specification page 2 "Records at rest"; issue 7, "Bad input".
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from equivalents.errors import Problem
from equivalents.processors import workers
from equivalents.report.folder import sha256 as file_sha256
from equivalents.store.failpoints import failpoint
from equivalents.store.sealing import canonical

__all__ = ["CASES", "COUNTS", "CaseCache", "PARTS", "part_sha256"]

CASES: Final = "cases"
PARTS: Final = "records"
COUNTS: Final = "counts"
"""The folders of a cache: cases, the record files that they share, and what was counted of them."""
_LIST: Final = "manifest.json"
_CASE: Final = "case"
_FORMAT: Final = 1
_ENTRIES: Final = 24
_BYTES: Final = 20_000_000_000
_DAY_SECONDS: Final = 86_400


class CaseCache:
    """The cache of one store; ``problems`` grows by what was found to lie."""

    def __init__(self, folder: Path) -> None:
        self.cases = folder / CASES
        self.parts = folder / PARTS
        self.counts = folder / COUNTS
        self.problems: list[Problem] = []

    def find(self, name: str) -> Path | None:
        """The case of a name, if it is there and is what its list says."""
        entry = self.cases / name
        if not entry.is_dir():
            return None
        if _holds(entry):
            os.utime(entry)
            return entry / _CASE
        self._told(entry)
        self._drop(entry)
        return None

    def fresh(self) -> Path:
        """A new folder to make a case in."""
        self.cases.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".new-", dir=self.cases))
        (made / _CASE).mkdir()
        return made / _CASE

    def keep(self, case: Path, name: str, known: Mapping[Path, str]) -> Path:
        """Give a case that was made in a :meth:`fresh` folder its name.

        ``known`` are hashes of files that were proven or written a moment ago.
        """
        made, entry = case.parent, self.cases / name
        files = {
            one: [path.stat().st_size, known.get(path) or file_sha256(path)]
            for one, path in _files(case)
        }
        listed = {"format": _FORMAT, "files": files}
        whole = {**listed, "sha256": _hash(listed)}
        (made / _LIST).write_text(canonical(whole), "utf-8", newline="\n")
        made.chmod(0o700)
        failpoint("cache.written")
        try:
            made.rename(entry)
        except OSError:
            # Somebody made the same meanwhile; by its name it has the same content.
            if self.find(name) is None:
                made.rename(entry)
            else:
                shutil.rmtree(made, ignore_errors=True)
        with suppress(FileNotFoundError):  # others tidy, too
            self.prune(entry)
        return entry / _CASE

    def parts_of(self, keys: Iterable[str]) -> dict[str, Path | None]:
        """What :meth:`part` says of several keys, on every processor."""
        asked = [*keys]
        with ThreadPoolExecutor(workers()) as pool:
            return dict(zip(asked, pool.map(self.part, asked), strict=True))

    def part(self, key: str) -> Path | None:
        """The file of records of a key, if it is there and is what was written.

        Its hash is part of its name, so that name and proof come into being at once.
        """
        for path in sorted(self.parts.glob(f"{key}.*.parquet")):
            try:
                if file_sha256(path) == part_sha256(path):
                    return path
            except FileNotFoundError:
                continue  # another program found that it lies
            self._told(path)
            path.unlink(missing_ok=True)
        return None

    def new_part(self, key: str) -> Path:
        """Where a file of records is to be written before :meth:`keep_part`."""
        self.parts.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(prefix=".new-", dir=self.parts)
        os.close(handle)
        return Path(path)

    def keep_part(self, written: Path, key: str) -> Path:
        """Give a file of records its name."""
        path = self.parts / f"{key}.{file_sha256(written)}.parquet"
        failpoint("cache.written")
        return written.replace(path)

    def note(self, key: str) -> int | None:
        """A number that was kept under a key; ``None`` where it is not, or not what was written."""
        try:
            number, proof = (self.parts / f"{key}.note").read_text("ascii").split()
        except (OSError, ValueError):
            return None
        return int(number) if proof == _hash([key, number]) else None

    def keep_note(self, key: str, number: int) -> None:
        """Keep a number under a key."""
        written = self.new_part(key)
        written.write_text(f"{number} {_hash([key, str(number)])}", "ascii")
        written.replace(self.parts / f"{key}.note")

    def noted_case(self, key: str) -> str | None:
        """The text that was kept under a key; ``None`` where it is not, or not what was written."""
        path = self._note_of_case(key)
        try:
            proof, _, text = path.read_text("utf-8").partition("\n")
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            proof = text = ""
        if proof == _hash([key, text]):
            with suppress(OSError):
                os.utime(path)
            return text
        self._told(path)
        path.unlink(missing_ok=True)
        return None

    def note_case(self, key: str, text: str) -> None:
        """Keep a text under a key, with the proof that it is that of this key."""
        written = self.new_part(key)
        written.write_text(f"{_hash([key, text])}\n{text}", "utf-8", newline="\n")
        written.replace(self._note_of_case(key))

    def _note_of_case(self, key: str) -> Path:
        return self.parts / f"{key}.case"

    def _told(self, path: Path) -> None:
        self.problems.append(Problem("CACHE_REBUILT", value=f"{path.parent.name}/{path.name}"))

    def _drop(self, entry: Path) -> None:
        """Take an entry away: renamed first, so that nobody opens half of it."""
        aside = entry.with_name(f".old-{entry.name}-{os.getpid()}")
        with suppress(FileNotFoundError):  # another program was first
            entry.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)

    def prune(self, keep: Path | None = None) -> None:
        """Drop what was used longest ago beyond 24 cases or 20 GB, and records of no case.

        Notes of cases go when nobody asked for them for a day.
        """
        entries = sorted(self._entries(), key=lambda one: one.stat().st_mtime_ns, reverse=True)
        total = 0
        for number, entry in enumerate(entries):
            total += sum(path.stat().st_size for _, path in _files(entry))
            if entry != keep and (number >= _ENTRIES or total > _BYTES):
                self._drop(entry)
        for folder in (self.cases, self.parts):
            _sweep(folder)
        for path in [*self.parts.glob("*.parquet")] if self.parts.is_dir() else []:
            if path.stat().st_nlink == 1 and _is_old(path):
                path.unlink(missing_ok=True)
        for path in [*self.parts.glob("*.case")] if self.parts.is_dir() else []:
            if _is_old(path):
                path.unlink(missing_ok=True)

    def clear(self) -> int:
        """Delete every case, its records and counts; gives how many cases there were."""
        count = len([*self._entries()])
        for folder in (self.cases, self.parts, self.counts):
            shutil.rmtree(folder, ignore_errors=True)
        return count

    def size(self) -> tuple[int, int]:
        """How many cases there are, and bytes of files that lie here, each once."""
        seen = {
            (found.st_dev, found.st_ino): found.st_size
            for folder in (self.cases, self.parts, self.counts)
            for _, path in _files(folder)
            for found in [path.stat()]
        }
        return len([*self._entries()]), sum(seen.values())

    def _entries(self) -> Iterator[Path]:
        if self.cases.is_dir():
            yield from (one for one in self.cases.iterdir() if not one.name.startswith("."))


def part_sha256(path: Path) -> str:
    """The hash that the name of a file of records says."""
    return path.name.split(".")[1]


def _is_old(path: Path) -> bool:
    """Whether nobody touched it for a day: what is younger may be in the making."""
    return time.time() - path.stat().st_mtime > _DAY_SECONDS


def _sweep(folder: Path) -> None:
    """Take away what a program that was killed left half done more than a day ago."""
    for path in [*folder.iterdir()] if folder.is_dir() else []:
        if path.name.startswith(".") and _is_old(path):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file of a folder by its path in it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


def _hash(listed: object) -> str:
    return sha256(canonical(listed).encode()).hexdigest()


def _holds(entry: Path) -> bool:
    """Whether every file of an entry is what its list says, and the list what it was."""
    try:
        listed = json.loads((entry / _LIST).read_text("utf-8"))
        own = listed.pop("sha256")
        found = dict(_files(entry / _CASE))
        return bool(
            own == _hash(listed)
            and listed["format"] == _FORMAT
            and found.keys() == listed["files"].keys()
            and all(found[name].stat().st_size == size for name, (size, _) in _sizes(listed))
            and _hashes(found) == {name: digest for name, (_, digest) in _sizes(listed)}
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _hashes(files: Mapping[str, Path]) -> dict[str, str]:
    """The hashes of files, taken on every processor."""
    with ThreadPoolExecutor(workers()) as pool:
        return dict(zip(files, pool.map(file_sha256, files.values()), strict=True))


def _sizes(listed: dict[str, dict[str, tuple[int, str]]]) -> Iterator[tuple[str, tuple[int, str]]]:
    yield from listed["files"].items()
