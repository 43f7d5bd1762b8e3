"""Texts that rule a case: case.yaml, scheme files, weight tables that it names, column maps.

A document is dated like a row: a new text of the same kind, name and period takes the place of
the one before, which stays readable at every earlier audit entry. Kinds: ``case`` (case.yaml),
``scheme`` (a YAML file beside it: a scheme, a price list, a weight table), ``weights`` (a weight
table of rows that case.yaml names), ``map`` (a column map and its code tables, kept to show how
files were read), ``steps`` (the steps of a period's life). Source: specification page 2.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

import yaml
from sqlalchemy import Connection, select

from equivalents.errors import Place
from equivalents.findings import Findings
from equivalents.policy.calendar import parse_period
from equivalents.policy.yamltext import Entry, read_cell
from equivalents.store.schema import DOCUMENTS
from equivalents.store.sealing import canonical
from equivalents.store.writing import Writing

__all__ = [
    "CASE",
    "Document",
    "KINDS_OF_CASE",
    "case_document",
    "documents_as_of",
    "entry_of",
    "entry_text",
    "in_force",
    "plain_case",
    "put_documents",
]

CASE: Final = "case.yaml"
KINDS_OF_CASE: Final = ("scheme", "weights")
"""The kinds of documents that stand beside case.yaml in a case."""
_READ: Final = ("sources", "reading")
"""Keys that say how files are read; what is kept was read already."""


class Document(NamedTuple):
    """A text that rules; ``period`` is empty for one that stands. ``id`` and ``seq`` once kept."""

    kind: str
    name: str
    period: str
    body: str
    id: int = 0
    seq: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """What a later text takes the place of."""
        return self.kind, self.name, self.period


def documents_as_of(
    connection: Connection, as_of: int | None = None
) -> dict[tuple[str, str, str], Document]:
    """The documents in force, as known at an audit entry, by kind, name and period."""
    wanted = select(DOCUMENTS)
    if as_of is not None:
        wanted = wanted.where(DOCUMENTS.c.seq <= as_of)
    every = [
        Document(one.kind, one.name, one.period, one.body, int(one.id), int(one.seq))
        for one in connection.execute(wanted)
    ]
    return {one.key: one for one in sorted(every, key=lambda one: one.id)}


def put_documents(writer: Writing, documents: Iterable[Document]) -> list[Document]:
    """Keep documents within a transaction; those that stand already are left out of what is given.

    Returns:
        those that were new or other than before, with their ids.
    """
    standing = documents_as_of(writer.connection)
    made = []
    for one in documents:
        before = standing.get(one.key)
        if before is not None and before.body == one.body:
            continue
        digest = sha256(one.body.encode()).hexdigest()
        facts = {"kind": one.kind, "name": one.name, "period": one.period}
        number = writer.add_one(DOCUMENTS, **facts, body=one.body, sha256=digest)
        made.append(one._replace(id=number, seq=writer.seq))
    return made


def case_document(
    documents: Mapping[tuple[str, str, str], Document], period: str
) -> Document | None:
    """The case.yaml that rules a period.

    That of the period itself; else the standing one; else that of the latest period that begins
    before this one ends (for a year mostly its last month), of two that begin on one day the
    shorter.
    """
    own = documents.get(("case", CASE, period)) or documents.get(("case", CASE, ""))
    if own is not None:
        return own
    end = parse_period(period).end
    spans = [(parse_period(one.period), one) for one in documents.values() if one.kind == "case"]
    begun = [(span.start, -span.end, span.name, one) for span, one in spans if span.start < end]
    return max(begun, key=lambda found: found[:3])[3] if begun else None


def in_force(
    documents: Mapping[tuple[str, str, str], Document], period: str
) -> dict[str, Document]:
    """The documents beside the case.yaml of a period, by name: its own before standing ones."""
    of_case = [one for one in documents.values() if one.kind in KINDS_OF_CASE]
    found = {one.name: one for one in of_case if not one.period}
    return found | {one.name: one for one in of_case if period and one.period == period}


def plain_case(body: str, period: str, **more: str) -> str:
    """case.yaml as a case that is made of kept rows has it.

    Its period is the one that is asked for, ``more`` keys are set likewise, and what said how
    files were read is gone. Where nothing changes the text stays letter by letter; lines stay
    where they were if every key stands at the very left, as in nearly every file.
    """
    entry, said = entry_of(body, Findings()), {"period": period, **more}
    keys = entry.mapping
    if not any(key in keys for key in _READ) and _says(entry, said):
        return body
    begins, lines = _lines_of_keys(body), body.splitlines()
    if begins.keys() != keys.keys():
        kept = {key: value for key, value in keys.items() if key not in (*_READ, *said)}
        made = {key: Entry(text, Place()) for key, text in said.items()}
        return entry_text(Entry({**made, **kept}, entry.place))
    starts = [*sorted(begins.values()), len(lines)]
    for key in (*_READ, *said):
        text = f"{key}: {canonical(said[key])}" if key in said else ""
        if key in begins and entry.get(key).text != said.get(key):
            first = begins[key]
            after = starts[starts.index(first) + 1]
            lines[first:after] = [text, *[""] * (after - first - 1)]
        elif key in said and key not in begins:
            lines.append(text)
    return "".join(f"{line}\n" for line in lines)


def _says(entry: Entry, said: Mapping[str, str]) -> bool:
    return all(entry.get(key).text == text for key, text in said.items())


def _lines_of_keys(body: str) -> dict[str, int]:
    """The line, from 0, of each key that stands at the very left of its own line."""
    node = yaml.compose(body, yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return {}
    marks = {str(key.value): key.start_mark for key, _ in node.value}
    return {key: mark.line for key, mark in marks.items() if mark.column == 0}


def entry_text(entry: Entry) -> str:
    """Keys as YAML in which every text stands as it was, a key a line."""
    return "".join(f"{canonical(key)}: {_flow(value)}\n" for key, value in entry.mapping.items())


def _flow(entry: Entry) -> str:
    """A value in flow style; JSON's way of writing a text is YAML's."""
    value = entry.value
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{canonical(key)}: {_flow(one)}' for key, one in value.items())}}}"
    return canonical(value)


def entry_of(body: str, findings: Findings) -> Entry:
    """The keys of a text; what is wrong with it goes to ``findings``, as of case.yaml."""
    return read_cell(body, Place(CASE), findings) or Entry({}, Place(CASE))
