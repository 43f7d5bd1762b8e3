"""Kinds of values that answers are made of: texts that are numbers, times, ids; never a float.

What is asked is judged in bounds: a few bytes of a body make a fault, and each takes a thousand
bytes until it is told. So a body with many members is not looked into, and no further row is
once a thousand faults were found.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticKnownError

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
    "check_members",
    "in_parts",
]

_PART: Final = 1_000
_BEYOND: Final = 20
"""Members of an object that are unknown and told one by one."""

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

    @model_validator(mode="before")
    @classmethod
    def _check_members(cls, said: Any) -> Any:
        return check_members(len(cls.model_fields) + _BEYOND)(said)


class Answered(BaseModel):
    """A body that is answered."""

    model_config = ConfigDict(extra="forbid")


def check_members(most: int) -> Callable[[Any], Any]:
    """What refuses an object of more than ``most`` members before it is looked into."""

    def checked(said: Any) -> Any:
        if isinstance(said, dict) and len(said) > most:
            facts = {"field_type": "Object", "max_length": most, "actual_length": len(said)}
            raise PydanticKnownError("too_long", facts)
        return said

    return checked


def in_parts(most: int) -> WrapValidator:
    """What judges rows, ``most`` at the most, a thousand at a time, until as many are at fault."""

    def judged(rows: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        if not isinstance(rows, list) or not _PART < len(rows) <= most:
            return handler(rows)
        made: list[Any] = []
        wrong: list[InitErrorDetails] = []
        for at in range(0, len(rows), _PART):
            try:
                made += handler(rows[at : at + _PART])
            except ValidationError as error:
                wrong += (_moved(one, at) for one in error.errors(include_url=False))
                if len(wrong) >= _PART:
                    break
        if wrong:
            raise ValidationError.from_exception_data("rows", wrong)
        return made

    return WrapValidator(judged)


def _moved(one: Any, rows: int) -> InitErrorDetails:
    """A fault of a part, where it stands among all rows."""
    first, *path = one["loc"]
    return InitErrorDetails(
        type=one["type"], loc=(first + rows, *path), input=one["input"], ctx=one.get("ctx", {})
    )
