"""Arrow types that are a date with a time of day, and how long their days are (5.21)."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["units_of_day", "with_time", "with_zone"]

_SECONDS: Final = 86_400
_UNITS: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def with_time(kind: "pa.DataType") -> bool:
    """Whether a type is a date with a time of day."""
    import pyarrow as pa

    return bool(pa.types.is_timestamp(kind))


def with_zone(kind: "pa.DataType") -> bool:
    """Whether a type of :func:`with_time` has a time zone too."""
    return with_time(kind) and kind.tz is not None


def units_of_day(kind: "pa.DataType") -> int:
    """How many units of a type of :func:`with_time` a day has."""
    return _SECONDS * _UNITS[kind.unit]
