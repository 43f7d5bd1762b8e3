"""Records come into the store exactly once; a corrected file replaces by reversal.

Two things make it once. A file whose bytes came before, read in the same way, is recognised and
nothing is written. Any other file adds the rows whose key is not live (:mod:`~.rowkeys`). Reading,
judging and sorting are done outside the writer's lock; inside it is asked again whether all that
still holds, and if not it is done again. So however many processes import, each row is kept once,
and one that was killed is run again with the same command. Late rows are accepted and posted to the
first open period; locks keep what was known to them.
Sources: issue 7, "Import"; specification page 2 "Records at rest"; definitions 5.8, 5.19.
"""

import json
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from equivalents.errors import DataError, Problem
from equivalents.intake.opening.found import SpoolFolder
from equivalents.policy.calendar import parse_day
from equivalents.store.engine import Store
from equivalents.store.evidence import Upload, keep_body
from equivalents.store.failpoints import failpoint
from equivalents.store.importdone import Imported, ImportedFile, without_cells
from equivalents.store.importfiles import Incoming, incoming
from equivalents.store.importknown import Known, chain_of, check_replaceable, known_import
from equivalents.store.importlook import Changes
from equivalents.store.importparts import Decided, decide, take_back, unchanged
from equivalents.store.importread import Read, read_file
from equivalents.store.importrows import Hider
from equivalents.store.importscope import (
    WITHOUT,
    Bounds,
    check_reach,
    import_institutions,
    read_institutions,
)
from equivalents.store.schema import IMPORTS, REJECTIONS
from equivalents.store.secret import check_key, keep_check, read_key
from equivalents.store.segmentwrite import keep_pieces
from equivalents.store.writing import Writing, json_text

__all__ = [
    "How",
    "Imported",
    "ImportedFile",
    "KEPT_BYTES",
    "import_files",
    "import_records",
    "void_import",
]

KEPT_BYTES: Final = 200_000_000
"""A file of more bytes is not kept as evidence: its hash and size are."""
_ATTEMPTS: Final = 3
"""So often is decided outside the lock; if others were faster each time, then inside."""


@dataclass(frozen=True, slots=True)
class How:
    """How files are imported: what :func:`import_records` takes, and of an upload its bounds.

    ``before`` are imports that an earlier attempt of the same upload made: their files are known
    by them, whatever came since. ``kept`` is called in the transaction of each file with what will
    be told of it.
    """

    source: str = ""
    replaces: int | None = None
    show: bool = False
    on_reject: str = "stop"
    retain_until: str = ""
    why: str = ""
    bounds: Bounds = WITHOUT
    before: frozenset[int] = frozenset()
    kept: Callable[[Connection, ImportedFile], object] = lambda connection, done: None


def import_records(
    store: Store,
    files: Iterable[Path],
    *,
    source: str = "",
    replaces: int | None = None,
    show: bool = False,
    on_reject: str = "stop",
    retain_until: str = "",
    why: str = "",
) -> Imported:
    """Import files of records, or the records of cases; each file is one transaction.

    Args:
        store: the opened store; its place names the key for ids of residents.
        files: files of any kind that ``check`` reads, or case folders.
        source: what the clerk calls the origin of the files.
        replaces: the import that the one file replaces.
        show: only say what it would change; nothing is written.
        on_reject: ``stop``: any row with a fault of its own and nothing is imported, of no file;
            one whose record id stands already stops its file. ``quarantine``: rejected rows are
            kept apart.
        retain_until: the first day on which the kept files may go, ``YYYY-MM-DD``.
        why: for the audit trail.

    Raises:
        DataError: what cannot be read; rejected rows with ``stop``; ``KEY_ABSENT``, ``KEY_WRONG``;
            ``IMPORT_REPLACED``, ``IMPORT_UNKNOWN``; a failure of the database: nothing of that file
            was written, the files before it are.
    """
    return import_files(store, files, How(source, replaces, show, on_reject, retain_until, why))


def import_files(store: Store, files: Iterable[Path], how: How) -> Imported:
    """The same as somebody's upload, within bounds.

    Raises:
        DataError: as :func:`import_records`; ``UPLOAD_ROWS``, ``UPLOAD_DATABASE``,
            ``FORBIDDEN_INSTITUTION``: nothing was written.
    """
    every = incoming(files, databases=how.bounds.databases)
    _check_asked(every, how.replaces, how.retain_until)
    task = _Task(store, how)
    done: list[ImportedFile | Read] = []
    for one in every:
        read = sum(few.received for few in done if isinstance(few, Read))
        done.append(task.known_before(one) or task.read(one, read))
    task.stop_on_rejects([one for one in done if isinstance(one, Read)])
    return Imported(tuple(task.keep(one) if isinstance(one, Read) else one for one in done))


def void_import(
    store: Store, import_id: int, *, why: str = "", allowed: Container[str] | None = None
) -> ImportedFile:
    """Take everything back that is live of an import, and of those that it replaced.

    ``allowed`` are the institutions whose rows may be taken back; all without it.

    Raises:
        DataError: ``IMPORT_UNKNOWN``, ``IMPORT_REPLACED``, ``FORBIDDEN_INSTITUTION``; a failure of
            the database.
    """
    folder = SpoolFolder()
    while True:
        with store.reading() as connection:
            check_replaceable(connection, import_id)
            chain = chain_of(connection, import_id)
            check_reach(allowed, import_institutions(connection, chain))
            decided = take_back(store, connection, chain, folder.fresh())
        with store.writing(
            "import.void", object_kind="import", object_id=str(import_id), why=why
        ) as writer:
            check_replaceable(writer.connection, import_id)
            if not unchanged(writer.connection, decided):
                continue
            whole = IMPORTS.c.id == import_id
            was = writer.connection.execute(select(IMPORTS).where(whole)).mappings().one()
            voided = writer.add_one(
                IMPORTS,
                upload_id=was["upload_id"],
                source=was["source"],
                period=";".join(sorted(decided.posted)),
                replaces=import_id,
                received=0,
                accepted=0,
                known=0,
                reversed=decided.reversed,
                rejected=0,
            )
            keep_pieces(writer, decided.pieces, voided, "import.segment")
            writer.after = {"import": voided, "reversed": decided.reversed}
            failpoint("import.rows")
        return ImportedFile("", voided, reversed=decided.reversed)


def _check_asked(every: list[Incoming], replaces: int | None, retain_until: str) -> None:
    if replaces is not None and len(every) != 1:
        raise DataError([Problem("IMPORT_REPLACES_ONE", value=str(len(every)))])
    if retain_until:
        try:
            parse_day(retain_until)
        except ValueError:
            raise DataError([Problem("IMPORT_RETAIN", value=retain_until)]) from None


@dataclass(frozen=True, slots=True)
class _Task:
    """One command: what was asked, and each file in turn."""

    store: Store
    how: How

    def known_before(self, file: Incoming) -> ImportedFile | None:
        """Whether the file came before, without reading it; whose rows it has may be asked."""
        if self.how.bounds.allowed is not None and not self.how.before:
            return None
        with self.store.reading() as connection:
            return self._known(connection, file)

    def _known(self, connection: Connection, file: Incoming) -> ImportedFile | None:
        found = known_import(connection, file.sha256, file.plan)
        if found is not None and found.import_id in self.how.before:
            same = True
        elif self.how.replaces is None:
            same = found is not None and found.whole
        else:
            same = self._replaced_so(connection, found)
        if found is None or not same:
            self._check_old(found)
            return None
        facts = {"import": str(found.import_id)}
        told = Problem("IMPORT_KNOWN", value=file.name, facts=facts)
        return ImportedFile(file.name, known_as=found.import_id, problems=(told,))

    def _replaced_so(self, connection: Connection, found: Known | None) -> bool:
        """Whether the file itself is what is to be replaced, or has replaced it already."""
        if found is not None and not found.replaced_by:
            if found.replaces == self.how.replaces:
                return True
            if found.import_id == self.how.replaces and found.whole:
                return True
        check_replaceable(connection, int(self.how.replaces or 0))
        return False

    def _check_old(self, found: Known | None) -> None:
        """A file that was replaced does not come back by chance."""
        if found is not None and found.replaced_by and self.how.replaces != found.replaced_by:
            facts = {"import": str(found.import_id), "by": str(found.replaced_by)}
            raise DataError([Problem("IMPORT_WAS_REPLACED", facts=facts)])

    def read(self, file: Incoming, rows: int) -> Read:
        """Read a file, its ids hidden by the key of the store; ``rows`` came before it."""
        most = self.how.bounds.rows
        left = None if most is None else most - rows
        read = read_file(file, Hider(lambda: read_key(self.store.place.key)), left, most or 0)
        check_reach(self.how.bounds.allowed, read_institutions(read))
        if read.secrecy and self.store.place.key is not None:
            read.hider.ask()
        return read

    def stop_on_rejects(self, reads: Iterable[Read]) -> None:
        """Nothing of any file where a row is rejected, unless rejected rows are set aside.

        Raises:
            DataError: the first thousand rejected rows of each file.
        """
        if self.how.on_reject != "stop":
            return
        rejected = [one for read in reads for one in read.rejected]
        problems = [one for several in rejected for one in several.first]
        if problems:
            total = sum(several.total for several in rejected)
            problems.append(Problem("IMPORT_REJECTED", facts={"count": str(total)}))
            raise DataError(problems, total + 1)

    def keep(self, read: Read) -> ImportedFile:
        """Decide and write, until both were done against the same state."""
        attempt = 0
        while True:
            attempt += 1
            with self.store.reading() as connection:
                found = self._known(connection, read.file)
                if found is not None:
                    return found
                decided, changes = self._decided(connection, read)
            if self.how.show:
                return self._result(read, decided, changes)
            failpoint("import.read")
            with self.store.writing("import.accept", why=self.how.why) as writer:
                found = self._known(writer.connection, read.file)
                if found is not None:
                    return found
                if not unchanged(writer.connection, decided):
                    if attempt < _ATTEMPTS:
                        continue
                    decided, changes = self._decided(writer.connection, read)
                result = self._write(writer, read, decided, changes)
            return result

    def _decided(self, connection: Connection, read: Read) -> tuple[Decided, Changes | None]:
        key = read.hider.key
        if key is not None:
            check_key(connection, key, self.store.place.key)
        chain: frozenset[int] = frozenset()
        if self.how.replaces is not None:
            chain = chain_of(connection, self.how.replaces)
            check_reach(self.how.bounds.allowed, import_institutions(connection, chain))
        changes = Changes() if self.how.replaces is not None else None
        folder = read.file.keeper.fresh()
        decided = decide(self.store, connection, read, folder, chain, changes)
        read.reject(decided.clashes)
        self.stop_on_rejects([read])
        return decided, changes.paired() if changes is not None else None

    def _write(
        self, writer: Writing, read: Read, decided: Decided, changes: Changes | None
    ) -> ImportedFile:
        file = read.file
        key = read.hider.key
        if key is not None:
            keep_check(writer, key, self.store.place.key)
        result = self._result(read, decided, changes)
        upload = keep_body(writer, self._upload(read, kept=True), key, self.store.place.key)
        import_id = writer.add_one(
            IMPORTS,
            upload_id=upload,
            source=self.how.source,
            plan_sha256=file.plan,
            period=result.period,
            replaces=self.how.replaces,
            received=result.received,
            accepted=result.accepted,
            known=result.known,
            reversed=result.reversed,
            rejected=result.rejected,
            quality=json_text(dict(sorted(result.quality.items()))),
            understood=json.dumps(
                without_cells([*file.understood]), ensure_ascii=False, sort_keys=True
            ),
        )
        keep_pieces(writer, decided.pieces, import_id, "import.segment")
        for rejected in read.rejected:
            for rows in rejected.rows():
                writer.add(REJECTIONS, [{"import_id": import_id, **one} for one in rows])
        writer.object_kind, writer.object_id = "import", str(import_id)
        writer.after = {
            "file": file.name,
            "sha256": file.sha256,
            "accepted": result.accepted,
            "known": result.known,
            "reversed": result.reversed,
            "rejected": result.rejected,
        }
        done = replace(result, import_id=import_id)
        self.how.kept(writer.connection, done)
        failpoint("import.rows")
        return done

    def _upload(self, read: Read, *, kept: bool = False) -> Upload:
        """The file itself as evidence, its bytes where they are to be ``kept``."""
        file, why = read.file, ""
        if file.path is None:
            why = "database"
        elif file.size > KEPT_BYTES:
            why = f"larger than {KEPT_BYTES} bytes"
        upload = Upload(
            "records", file.name, file.sha256, file.size, read.received,
            why=why, secrecy=read.secrecy, retain_until=self.how.retain_until,
        )  # fmt: skip
        if kept and file.path is not None and not upload.why_not(read.hider.key):
            return replace(upload, body=file.path.read_bytes())
        return upload

    def _result(self, read: Read, decided: Decided, changes: Changes | None) -> ImportedFile:
        file, told = read.file, [*read.problems]
        for period, rows in sorted(decided.late.items()):
            if rows:
                facts = {"period": period, "count": str(rows), "posted": self._posted(decided)}
                told.append(Problem("LATE_ROWS", value=file.name, facts=facts))
        if not self.how.show and self._upload(read).why_not(read.hider.key):
            told.append(Problem("UPLOAD_NOT_KEPT", value=file.name))
        quality = Counter(one.code for one in told)
        for rejected in read.rejected:
            quality += rejected.counts
        return ImportedFile(
            file.name,
            received=read.received,
            accepted=decided.accepted,
            known=decided.known,
            reversed=decided.reversed,
            rejected=sum(one.total for one in read.rejected),
            period=self._posted(decided),
            quality=quality,
            problems=(*told, *(one for several in read.rejected for one in several.first)),
            understood=file.understood,
            changes=changes,
        )

    def _posted(self, decided: Decided) -> str:
        return ";".join(sorted(decided.posted))
