"""The option of commands that may keep counts for the next run, and use those of an earlier one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from equivalents.store.tallycache import TallyCache

__all__ = ["CacheOption", "kept_counts"]

CacheOption = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="缓存文件夹：再次核算时只读新的服务记录，结果不变；可随时删除。"
        "A folder of counts: a later run reads new records only, with the same result. "
        "It may be deleted at any time.",
    ),
]


def kept_counts(folder: Path | None) -> "TallyCache | None":
    """What is kept in a folder; ``None`` where none is named."""
    if folder is None:
        return None
    from equivalents.store.tallycache import TallyCache

    return TallyCache(folder)
