"""Reasons about the cache: what was kept and is not to be believed, or cannot be kept."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["STORE_CACHE_REASONS"]

STORE_CACHE_REASONS: Final[tuple[Reason, ...]] = (
    Reason(
        "CACHE_REBUILT",
        "warning",
        "command",
        "缓存文件 {value} 与它自己的散列不符（被截断、改动，或是别的文件），没有使用，"
        "已从原始记录重新算出；结果不受影响。若反复出现，请检查磁盘，或清空缓存文件夹。",
        "The cached file {value} is not what its hash says (cut, altered, or another file). It was "
        "not used and was made again from the records; the result is unharmed. If this comes "
        "again, check the disk or empty the folder of the cache.",
    ),
    Reason(
        "CACHE_UNUSED",
        "warning",
        "command",
        "缓存文件 {value} 无法读写（{detail}）；本次不用缓存照常核算，结果不受影响，"
        "只是下次不会更快。请检查缓存文件夹的权限和磁盘空间。",
        "The cached file {value} cannot be read or written ({detail}). The settlement went on "
        "without it and is unharmed, only the next one will not be faster. Check the rights of the "
        "folder and the room on its disk.",
    ),
)
