"""How much one file may cost: the limits of opening a file that somebody else made.

Each can be set in the environment: ``memory_mb`` as ``EQUIVALENTS_OPEN_MEMORY_MB`` and so on.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final

from equivalents.errors import UsageError

__all__ = ["ENVIRONMENT", "LARGEST", "Limits", "MIB", "setting_of", "whole_setting"]

ENVIRONMENT: Final = "EQUIVALENTS_OPEN_"
"""What the names of the settings begin with."""
MIB: Final = 1 << 20
LARGEST: Final = 1 << 40
"""No limit may be larger: products of it still fit where the system takes them."""
_LEAST: Final = {"nesting": 0, "memory_mb": 256}
"""The least that may be set, where that is not 1: with less memory no reader can even begin."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child process may use and a file may hold.

    ``memory_mb``, ``cpu_s``, ``wall_s``: memory in MiB and seconds of the child process;
    ``unpacked_mb``: MiB of one archive or workbook when unpacked, and of any file that is
    written; ``ratio``: unpacked by packed size of a member (small members may exceed it);
    ``members``: files in one archive; ``nesting``: archives inside archives;
    ``sheets``: sheets of one workbook; ``rows``, ``columns``: of one sheet; ``cells``: of the
    rectangle around the cells of one sheet, which its parser sets up whole.
    """

    memory_mb: int = 2048
    cpu_s: int = 600
    wall_s: int = 900
    unpacked_mb: int = 4096
    ratio: int = 200
    members: int = 5000
    nesting: int = 1
    sheets: int = 255
    cells: int = 40_000_000
    rows: int = 1_048_576
    columns: int = 2000

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Limits":
        """The defaults, with what the environment sets.

        Raises:
            UsageError: a setting that is no whole number from its least value up.
        """
        given = os.environ if environment is None else environment
        found = {}
        for one in fields(cls):
            least, before = _LEAST.get(one.name, 1), getattr(cls(), one.name)
            found[one.name] = whole_setting(setting_of(one.name), before, least, given)
        return cls(**found)

    @classmethod
    def from_values(cls, values: Mapping[str, int]) -> "Limits":
        """Limits as :meth:`values` gave them."""
        return cls(**values)

    def values(self) -> dict[str, int]:
        """The limits by name, as they are handed to the child."""
        return asdict(self)


def whole_setting(
    name: str, default: int, least: int, environment: Mapping[str, str] | None = None
) -> int:
    """A whole number that the environment sets; the default where it is blank or not there.

    Raises:
        UsageError: it is no whole number from ``least`` up, or larger than any limit may be.
    """
    text = (os.environ if environment is None else environment).get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and least <= int(text[:14]) <= LARGEST):
        raise UsageError(
            f"{name}={text[:40]}：须为不小于 {least} 的整数。 "
            f"It must be a whole number from {least} up."
        )
    return int(text)


def setting_of(name: str) -> str:
    """The environment name of a limit: ``EQUIVALENTS_OPEN_MEMORY_MB`` of ``memory_mb``."""
    return f"{ENVIRONMENT}{name.upper()}"
