"""Options that every command on the store has, and the store opened by them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from equivalents.terminal import say

if TYPE_CHECKING:
    from equivalents.store.engine import Store

__all__ = ["KeyOption", "StoreOption", "WhoOption", "WhyOption", "opened"]

StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        help="数据库：SQLite 文件，或 postgresql://…；缺省用环境变量 EQUIVALENTS_STORE。"
        "The store: a SQLite file or postgresql://...; else EQUIVALENTS_STORE.",
    ),
]
KeyOption = Annotated[
    str,
    typer.Option(
        "--key",
        help="县级密钥文件，用于隐去居民编号；缺省用环境变量 EQUIVALENTS_KEY。"
        "The file of the county key; else EQUIVALENTS_KEY.",
    ),
]
WhoOption = Annotated[
    str,
    typer.Option(
        "--who",
        help="操作人，记入操作日志；缺省用 EQUIVALENTS_WHO，再缺省用本机用户名。"
        "Who does this, for the audit trail; else EQUIVALENTS_WHO, else the user's name.",
    ),
]
WhyOption = Annotated[
    str, typer.Option("--why", help="原因，记入操作日志。Why, for the audit trail.")
]


@contextmanager
def opened(store: str, *, key: str = "", who: str = "") -> Iterator["Store"]:
    """The store that the options or the environment name, closed afterwards; warnings are said.

    Raises:
        DataError: as :func:`equivalents.store.place.place_of` and
            :func:`equivalents.store.engine.open_store`.
    """
    from equivalents.store.engine import open_store
    from equivalents.store.place import place_of

    found = open_store(place_of(store, key=key), who)
    try:
        yield found
    finally:
        found.close()
        for problem in found.warnings:
            say(f"{problem.text('zh')}\n{problem.text('en')}", err=True)
