"""Schemes and the other texts that rule a period: case.yaml, maps, the steps of its life (方案).

A text is checked before it is kept, among those that stand; what it takes the place of stays
readable as of every earlier audit entry. Shipped schemes are listed, too, and never edited.
"""

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final, Literal, NamedTuple

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from sqlalchemy import Connection
from starlette.responses import Response

from api.asks import Asking, Asks
from api.models import Answered, PeriodName
from api.paging import Listed, Paged, paged
from api.problems import RequestError
from api.rowsasked import AsOf, Found, Reason, found
from api.shippedtexts import shipped_texts, title_of
from equivalents.errors import DataError, Problem
from equivalents.store.caseput import put_text
from equivalents.store.documents import CASE, Document, documents_as_of
from equivalents.store.engine import Store
from equivalents.store.periods import put_flow
from equivalents.store.textcheck import checked_text

__all__ = [
    "Kind",
    "KindPut",
    "Scheme",
    "SchemeName",
    "SchemePut",
    "SchemeText",
    "get_scheme",
    "list_schemes",
    "put_scheme",
    "router",
]

router = APIRouter(prefix="/v1/schemes", tags=["schemes 方案"])
SchemeName = Annotated[
    str,
    InPath(
        min_length=1,
        max_length=200,
        description="A relative path in a case, or a shipped name 资料内的相对路径，或随附名",
        examples=["case.yaml"],
    ),
]
Kind = Literal["case", "scheme", "weights", "map", "steps"]
KindPut = Literal["case", "scheme", "map", "steps"]
_KINDS: Final = ("case", "scheme", "weights", "map", "steps")
_YAML: Final = ("application/yaml", "text/yaml", "application/x-yaml", "text/x-yaml")
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {
                "schema": {
                    "type": "string",
                    "format": "binary",
                    "maxLength": 1_000_000,
                    "description": "The text, UTF-8 文件原文",
                }
            }
            for kind in _YAML[:2]
        },
    }
}
_LONGEST: Final = 255
"""Bytes of the name of a file or folder, as disks have them."""
_FILES: Final = (".yaml", ".yml", ".csv", ".parquet", ".xlsx")


class Scheme(Answered):
    """A text that rules; ``period`` is blank where it stands for all, ``seq`` 0 where shipped."""

    kind: Kind
    name: str
    period: str
    origin: Literal["store", "shipped"]
    title: str
    sha256: str
    size: int
    seq: int


class SchemeText(Scheme):
    """A text that rules, with the text itself."""

    text: str


class SchemePut(Scheme):
    """A text as it was kept, and what is to be known of it."""

    problems: list[Found]


def _facts(one: Document) -> dict[str, object]:
    body = one.body.encode()
    title = "" if one.kind == "weights" else title_of(one.name, one.body)
    return {
        "kind": one.kind,
        "name": one.name,
        "period": one.period,
        "origin": "store" if one.id else "shipped",
        "title": title,
        "sha256": sha256(body).hexdigest(),
        "size": len(body),
        "seq": one.seq,
    }


def _shipped() -> list[Document]:
    return [Document("scheme", name, "", text) for name, text in shipped_texts().items()]


@router.get("")
def list_schemes(
    asking: Annotated[Asking, Depends(Asks("schemes.read"))],
    page: Paged,
    kind: Annotated[Kind | None, Query()] = None,
    period: Annotated[PeriodName | None, Query()] = None,
    as_of: AsOf = None,
) -> Listed[Scheme]:
    """The texts that stand, by kind, name and period, then the shipped schemes."""
    with asking.reading() as connection:
        standing = documents_as_of(connection, as_of)
    own = [standing[key] for key in sorted(standing)]
    every = [
        (where, one)
        for where, some in enumerate((own, _shipped()))
        for one in some
        if kind in (None, one.kind) and period in (None, one.period)
    ]
    part, more, cursor = paged(page, "schemes", every, lambda one: (one[0], *one[1].key))
    data = [Scheme.model_validate(_facts(one)) for _, one in part]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.get("/{name:path}", response_model=SchemeText)
def get_scheme(
    name: SchemeName,
    asking: Annotated[Asking, Depends(Asks("schemes.read"))],
    kind: Annotated[Kind | None, Query()] = None,
    period: Annotated[PeriodName | None, Query()] = None,
    as_of: AsOf = None,
) -> Response:
    """One text; its ETag is its hash. Without a kind: the first of that name."""
    with asking.reading() as connection:
        standing = documents_as_of(connection, as_of)
    known = [standing.get((one, name, period or "")) for one in _KINDS if kind in (None, one)]
    shipped = [one for one in _shipped() if one.name == name and kind in (None, one.kind)]
    one = next((one for one in (*known, *([] if period else shipped)) if one is not None), None)
    if one is None:
        raise RequestError("OBJECT_UNKNOWN", name)
    said = SchemeText.model_validate({**_facts(one), "text": one.body})
    return asking.answer(said, etag=said.sha256)


@router.put("/{name:path}", response_model=SchemePut, openapi_extra=_BODY)
def put_scheme(  # each is a parameter of the address
    name: SchemeName,
    asking: Annotated[Asking, Depends(Asks("schemes.edit"))],
    kind: KindPut = "scheme",
    period: Annotated[PeriodName | None, Query()] = None,
    why: Reason = "",
) -> Response:
    """Keep a text: new (``If-None-Match: *``), or over what was read (``If-Match``).

    A flow of steps holds from its own day on and has no period.
    """
    of = "case" if name == CASE else kind
    text = _text(asking)
    _check_name(name, of)
    one = Document(of, name, "" if of == "steps" else period or "", text)
    ahead = None if of == "steps" else _looked_ahead(asking, one)

    def made(store: Store) -> SchemePut:
        if ahead is None:
            key, told = _put_steps(asking, store, one, why)
        else:
            key, told = _put(asking, store, one, why, ahead)
        with store.reading() as connection:
            kept = documents_as_of(connection)[key]
        problems = found(told, asking.language)
        return SchemePut.model_validate({**_facts(kept), "problems": problems})

    return asking.act(made, 200)


def _text(asking: Asking) -> str:
    kind = asking.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _YAML:
        raise RequestError("BODY_TYPE", kind, allowed=", ".join(_YAML))
    try:
        return asking.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        detail = "应为 UTF-8 文本¦it has to be text in UTF-8"
        raise RequestError("FIELD_INVALID", pointer="/", detail=detail) from None


def _check_name(name: str, kind: str) -> None:
    """Refuse a name that is no path within a case.

    Raises:
        RequestError: ``FIELD_INVALID``.
    """
    parts = name.split("/")
    plain = all(part.strip() not in ("", ".", "..") and part.isprintable() for part in parts)
    ending = kind == "steps" or name.endswith((".yaml", ".yml"))
    detail = ""
    if not (plain and ending and "\\" not in name and (kind != "case" or name == CASE)):
        detail = (
            "应为资料内的相对路径，以 .yaml 结尾；case.yaml 只有一个"
            "¦it has to be a relative path ending in .yaml; a case is called case.yaml"
        )
    elif any(len(part.encode()) > _LONGEST for part in parts):
        detail = (
            f"每一级名称至多 {_LONGEST} 字节，一个汉字为 3 字节"
            f"¦each part of the path has at most {_LONGEST} bytes"
        )
    elif any(part.lower().endswith(_FILES) for part in parts[:-1]):
        detail = (
            "文件夹的名称不应像文件名，如以 .yaml、.csv 结尾"
            "¦no folder is called like a file, as with .yaml or .csv at its end"
        )
    if detail:
        raise RequestError("FIELD_INVALID", name, pointer="?name", detail=detail)


class _LookedAt(NamedTuple):
    """What a text came to beside others: how it is kept and warnings, or what is wrong with it."""

    beside: list[Document]
    found: tuple[Document, list[Problem]] | DataError


def _beside(connection: Connection, one: Document) -> list[Document]:
    standing = documents_as_of(connection)
    return [standing[key] for key in sorted(standing) if key[2] in ("", one.period)]


def _looked_ahead(asking: Asking, one: Document) -> _LookedAt:
    """Look at a text before it is its turn to be kept: seconds that nobody else waits for.

    Raises:
        DataError: everything that is wrong with it, unless it was answered under its key.
    """
    with asking.reading() as connection:
        beside = _beside(connection, one)
    ahead = _looked_at(one, beside)
    if isinstance(ahead.found, DataError) and not asking.answered():
        raise ahead.found
    return ahead


def _looked_at(one: Document, beside: list[Document]) -> _LookedAt:
    try:
        found = checked_text(one, beside)
    except DataError as error:
        return _LookedAt(beside, error)
    title_of(found[0].name, found[0].body)  # it is remembered
    return _LookedAt(beside, found)


def _check_put(asking: Asking, connection: Connection, one: Document) -> None:
    before = documents_as_of(connection).get(one.key)
    asking.check_put(sha256(before.body.encode()).hexdigest() if before else "")


def _put(
    asking: Asking, store: Store, one: Document, why: str, ahead: _LookedAt
) -> tuple[tuple[str, str, str], list[Problem]]:
    """Put a text that was looked at; again, where others stand beside it by now."""
    with store.reading() as connection:
        beside = _beside(connection, one)
        found = (ahead if beside == ahead.beside else _looked_at(one, beside)).found
        if isinstance(found, DataError):
            raise found
        checked, told = found
        _check_put(asking, connection, checked)
    done = put_text(store, checked, why=why)
    return checked.key, [*told, *done.problems]


def _put_steps(
    asking: Asking, store: Store, one: Document, why: str
) -> tuple[tuple[str, str, str], list[Problem]]:
    with store.reading() as connection:
        _check_put(asking, connection, one)
    with TemporaryDirectory(prefix="equivalents-") as name:
        path = Path(name) / "steps.yaml"
        path.write_bytes(one.body.encode())
        flow = put_flow(store, path, why)
    if flow.name != one.name:
        detail = f"文件中的 steps 为 {flow.name}¦the text says steps: {flow.name}"
        raise RequestError("FIELD_INVALID", one.name, pointer="?name", detail=detail)
    return one.key, []
