"""Rules as plain JSON values and back, exactly: what explain and compare read again from OUT.

Any dataclass or named tuple of the policy room is written field by field, by its type hints, so a
new rule is kept without a line here. Whole numbers stay whole numbers (days are day numbers,
weights ten-thousandths, money fen); nothing is a float. Places are not kept: files move.
"""

import types
from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from equivalents.errors import NOWHERE, Place

__all__ = ["NotKeptError", "from_plain", "to_plain"]

_Value = TypeVar("_Value")
_SCALARS: Final = frozenset((type(None), bool, int, str))
"""Kinds that are JSON values as they are, and most values of a rule."""


class NotKeptError(ValueError):
    """A value that is not of the shape that it should have: the file is not ours or was edited."""


def to_plain(value: object) -> Any:
    """A value as JSON values: numbers, texts, lists and mappings; sets are sorted."""
    plain: Any
    if type(value) in _SCALARS:
        plain = value
    elif isinstance(value, Enum):
        plain = value.value
    elif value is None or isinstance(value, bool | int | str):
        plain = value
    elif isinstance(value, Fraction):
        plain = str(value)
    elif is_dataclass(value) and not fields(value):
        # Kinds without a field are told apart by their name.
        plain = type(value).__name__
    elif is_dataclass(value) or hasattr(value, "_fields"):
        kind: Any = type(value)
        plain = {name: to_plain(getattr(value, name)) for name in _names(kind)}
    elif isinstance(value, Mapping):
        plain = {str(key): to_plain(value[key]) for key in sorted(value)}
    elif isinstance(value, Sequence | Set):
        plain = [to_plain(entry) for entry in (sorted(value) if isinstance(value, Set) else value)]
    else:
        raise TypeError(f"cannot keep a {type(value).__name__}")
    return plain


def from_plain(kind: type[_Value], plain: Any) -> _Value:
    """The value of a type that was written by :func:`to_plain`.

    Raises:
        NotKeptError: ``plain`` has another shape.
    """
    try:
        value: _Value = _read(kind, plain)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise NotKeptError(f"{kind.__name__}: {error}") from None
    return value


@cache
def _names(kind: Any) -> list[str]:
    """The fields of a type that are kept: all but places."""
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind)] if is_dataclass(kind) else list(hints)
    return [name for name in names if hints[name] is not Place]


def _read(kind: Any, plain: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _read_any(inner, plain)
    if origin is Literal:
        return _known(plain, inner)
    if origin is not None and is_dataclass(origin):
        variables: Any = getattr(origin, "__parameters__", ())
        return _read_fields(origin, plain, dict(zip(variables, inner, strict=True)))
    if origin is not None:
        return _read_many(origin, inner, plain)
    if is_dataclass(kind) or hasattr(kind, "_fields"):
        return _read_fields(kind, plain)
    return _read_scalar(kind, plain)


def _read_many(origin: Any, inner: Sequence[Any], plain: Any) -> Any:
    """Mappings, sets, tuples of fixed length, and any other sequence as a tuple."""
    if issubclass(origin, Mapping):
        return {_read(inner[0], key): _read(inner[1], entry) for key, entry in plain.items()}
    if not isinstance(plain, list):
        raise TypeError(f"{plain!r} is no list")
    if issubclass(origin, Set):
        return frozenset(_read(inner[0], entry) for entry in plain)
    if origin is tuple and inner[-1] is not ...:
        return tuple(_read(one, entry) for one, entry in zip(inner, plain, strict=True))
    return tuple(_read(inner[0], entry) for entry in plain)


def _read_any(kinds: Sequence[Any], plain: Any) -> Any:
    if plain is None and type(None) in kinds:
        return None
    for kind in kinds:
        try:
            return _read(kind, plain)
        except (TypeError, ValueError, KeyError, AttributeError):
            continue
    raise ValueError(f"none of {kinds} fits")


def _known(plain: Any, choices: Sequence[Any]) -> Any:
    if plain not in choices:
        raise ValueError(f"not one of {choices}: {plain!r}")
    return plain


def _read_fields(kind: Any, plain: Any, of: Mapping[Any, Any] | None = None) -> Any:
    """A dataclass or named tuple; ``of`` are the types that a generic one stands for."""
    hints = {name: _of(hint, of or {}) for name, hint in get_type_hints(kind).items()}
    if not hints:
        _known(plain, [kind.__name__])
        return kind()
    names = _names(kind)
    if set(plain) != set(names):
        raise ValueError(f"fields {sorted(plain)} instead of {sorted(names)}")
    places = {name: NOWHERE for name, hint in hints.items() if hint is Place}
    return kind(**{name: _read(hints[name], plain[name]) for name in names}, **places)


def _of(hint: Any, of: Mapping[Any, Any]) -> Any:
    """A type hint with what its type variables stand for."""
    if hint in of:
        return of[hint]
    asked = getattr(hint, "__parameters__", ()) if get_origin(hint) is not None else ()
    return hint[tuple(of[name] for name in asked)] if asked else hint


def _read_scalar(kind: Any, plain: Any) -> Any:
    if kind is type(None):
        return _known(plain, [None])
    if kind is Fraction or issubclass(kind, Enum):
        return kind(plain)
    if type(plain) is not kind:
        raise TypeError(f"{plain!r} is no {kind.__name__}")
    return plain
