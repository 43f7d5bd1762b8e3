"""Kinds of values that answers are made of: texts that are numbers, times, ids; never a float."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Amount",
    "Answered",
    "Asked",
    "Day",
    "DayOrNone",
    "Decimal",
    "Id",
    "PeriodName",
    "Time",
    "Why",
]

Decimal = Annotated[
    str,
    Field(
        pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$",
        max_length=60,
        description="An exact decimal number",
    ),
]
Amount = Annotated[
    str,
    Field(
        pattern=r"^-?(0|[1-9][0-9]*)\.[0-9]{2}$",
        max_length=30,
        description="Yuan with two places, 元",
    ),
]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-07-10"])]
DayOrNone = Annotated[
    str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", examples=["2026-07-10"])
]
Time = Annotated[str, Field(description="RFC 3339 with offset")]
Id = Annotated[str, Field(min_length=1, max_length=200, description="A code or an opaque id 编号")]
PeriodName = Annotated[
    str,
    Field(
        pattern=r"^(19|20|21)[0-9]{2}(-(0[1-9]|1[0-2]|H[12]|Q[1-4]))?$",
        examples=["2026-06"],
        description="2026, 2026-H1, 2026-Q3 or 2026-06",
    ),
]
Why = Annotated[str, Field(max_length=2_000, description="The reason, for the audit trail 理由")]


class Asked(BaseModel):
    """A body that somebody sends: unknown fields are refused, nothing is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Answered(BaseModel):
    """A body that is answered."""

    model_config = ConfigDict(extra="forbid")
