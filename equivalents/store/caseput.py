"""A whole case put at once: every table, case.yaml and what it names, in one transaction.

Source: issue 7, "Store": institutions, people, postings, teams, tables, schemes, contracts,
accounts and assessments are dated rows with authors.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from equivalents.errors import Problem
from equivalents.store.caseread import CaseContent, read_case, read_document
from equivalents.store.dated import (
    Given,
    Put,
    compared,
    locked_notes,
    put_given,
    told_of,
    was_put,
)
from equivalents.store.datedread import rows_page
from equivalents.store.datedrules import KEPT
from equivalents.store.documents import Document, documents_as_of, put_documents
from equivalents.store.engine import Store
from equivalents.store.evidence import Upload, keep_body
from equivalents.store.schema import UPLOAD_BODIES, UPLOADS
from equivalents.store.secret import ResidentKey
from equivalents.store.writing import Writing

__all__ = ["CasePut", "put_case", "put_document", "put_text"]


@dataclass(frozen=True, slots=True)
class CasePut:
    """What a put of a case did, or would do: its tables, and the documents that are new."""

    period: str
    puts: Sequence[Put]
    documents: Sequence[Document]
    problems: Sequence[Problem]


def put_case(
    store: Store,
    path: Path,
    *,
    period: str = "",
    why: str = "",
    who: str | None = None,
    end_missing: bool = False,
    alone: bool = False,
    show: bool = False,
) -> CasePut:
    """Put every table of a case, its case.yaml and what that names, in one transaction.

    Tables that the case has not got stay as they stand and are told, unless ``end_missing``:
    then their rows end. ``period`` and ``alone`` are as in :func:`~.caseread.read_case`; with
    ``show`` nothing is written.

    Raises:
        DataError: every fault of form; nothing was written.
    """
    content = read_case(store, path, period=period, alone=alone)
    if show:
        with store.reading() as connection:
            content, told = _with_missing(connection, content, end_missing, alone=alone)
            puts = [compared(connection, one) for one in content.tables]
            standing = documents_as_of(connection)
        new = [one for one in content.documents if _is_new(one, standing)]
        return CasePut(content.period, puts, new, [*content.problems, *told])
    object_id = content.period
    with store.reading() as connection:
        ready = [compared(connection, one) for one in content.tables]
    with store.writing("case.put", object_kind="case", object_id=object_id, why=why, who=who) as w:
        content, told = _with_missing(w.connection, content, end_missing, alone=alone)
        puts, documents = _write(w, content, ready)
        told += [*_shadowed(w.connection, content), *locked_notes(w.connection, puts)]
    return CasePut(content.period, puts, documents, [*content.problems, *told])


def _write(
    writer: Writing, content: CaseContent, ready: Sequence[Put]
) -> tuple[list[Put], list[Document]]:
    whole = None
    if content.whole is not None:
        whole = _same_upload(writer.connection, content.whole, content.key)
        if whole is None:
            whole = keep_body(writer, content.whole, content.key, content.key_file)
    # Tables that end because the case lacks them come last, and were not compared before.
    puts = [
        put_given(writer, one, upload_id=whole, ready=before)
        for one, before in zip_longest(content.tables, ready)
    ]
    documents = put_documents(writer, content.documents)
    before, after = told_of(puts)
    names = [[one.kind, one.name, one.period] for one in documents]
    writer.before = before
    writer.after = {"tables": after or {}, "documents": names} if after or names else None
    return puts, documents


def _same_upload(connection: Connection, whole: Upload, key: ResidentKey | None) -> int | None:
    """The first upload of this content; with its body, if that is kept now."""
    wanted = select(UPLOADS.c.id).where(UPLOADS.c.sha256 == whole.sha256)
    if not whole.why_not(key):
        wanted = wanted.join(UPLOAD_BODIES, UPLOAD_BODIES.c.upload_id == UPLOADS.c.id)
    found = connection.execute(wanted.order_by(UPLOADS.c.id).limit(1)).scalar()
    return None if found is None else int(found)


def _with_missing(
    connection: Connection, content: CaseContent, end_missing: bool, *, alone: bool
) -> tuple[CaseContent, list[Problem]]:
    """What is to become of tables that stand and that the case has not got."""
    ends: list[Given] = []
    stay: list[Given] = []
    for name in content.missing:
        of = content.period if alone or KEPT[name].per_period else ""
        if rows_page(connection, name, of, limit=1):
            (ends if end_missing else stay).append(Given(name, of, ()))
    told = []
    if stay:
        names = ", ".join(one.table for one in stay)
        told.append(Problem("DATED_STANDS", value=names))
    return replace(content, tables=(*content.tables, *ends)), told


def _shadowed(connection: Connection, content: CaseContent) -> list[Problem]:
    """Standing tables that do not hold in the period, which has rows of its own."""
    names = [
        one.table
        for one in content.tables
        if not one.period and content.period in was_put(connection, one.table)
    ]
    facts = {"period": content.period}
    return [Problem("DATED_SHADOWED", value=", ".join(names), facts=facts)] if names else []


def _is_new(one: Document, standing: Any) -> bool:
    before = standing.get(one.key)
    return before is None or before.body != one.body


def put_document(
    store: Store,
    path: Path,
    *,
    period: str = "",
    why: str = "",
    who: str | None = None,
    show: bool = False,
) -> CasePut:
    """Put one YAML file: case.yaml, or a file that it names.

    Raises:
        DataError: it cannot be read.
    """
    return put_text(store, read_document(path, period), why=why, who=who, show=show)


def put_text(
    store: Store, one: Document, *, why: str = "", who: str | None = None, show: bool = False
) -> CasePut:
    """Put one document that was read and found good already."""
    if show:
        with store.reading() as connection:
            new = [one] if _is_new(one, documents_as_of(connection)) else []
        return CasePut(one.period, [], new, [])
    object_id = f"{one.kind}:{one.name}"
    with store.writing(
        "document.put", object_kind="document", object_id=object_id, why=why, who=who
    ) as w:
        new = put_documents(w, [one])
        others = sorted(
            other.period
            for other in documents_as_of(w.connection).values()
            if (other.kind, other.name) == (one.kind, one.name) and other.period and not one.period
        )
        if new:
            w.after = {"period": one.period, "documents": [[one.kind, one.name, one.period]]}
    facts = {"period": ", ".join(others)}
    told = [Problem("DATED_SHADOWED", value=one.name, facts=facts)] if others else []
    return CasePut(one.period, [], new, told)
