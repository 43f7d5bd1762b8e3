"""Units and first days of random figures, in the figure or in its fund: nothing is without (A3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from tests.reference.random_fundkinds import Yaml

EVER = "2000-01-01"
ITEM_UNITS = ("元/次", "元/人次", "元/床日", "元/人·年")
EACH = ("prices", "group_prices", "standards")
SINGLE = ("rate", "at_least", "price", "budget", "share")


def complete(files: Mapping[str, Yaml], funds: Mapping[str, Yaml]) -> dict[str, Yaml]:
    """Return the same schemes with every figure dated and in a unit that its kind of fund knows.

    `funds` are the community's: an institution's layer names no kind.
    """
    return {name: _file(text, funds) for name, text in files.items()}


def _file(text: Yaml, funds: Mapping[str, Yaml]) -> Yaml:
    done = dict(text)
    if "funds" in text:
        done["funds"] = {
            name: _fund(name, one, funds[name], inner="kind" in one)
            for name, one in text["funds"].items()
        }
    for key in ("pools", "share_tests"):
        if key in text:
            done[key] = {name: _with(one, "比例") for name, one in text[key].items()}
    if "terms" in text.get("pay_cap", {}):
        terms = [_with(_with(one, "比例"), "元/人·月", "rate") for one in text["pay_cap"]["terms"]]
        done["pay_cap"] = text["pay_cap"] | {"terms": terms}
    return done


def _with(one: Yaml, unit: str, *keys: str) -> Yaml:
    said = [key for key in keys or ("share", "at_least") if key in one]
    return one | {key: _figure(one[key], unit) for key in said}


def _unit(kind: str, per: str, rng: Random) -> str:
    match kind:
        case "per_head" | "packages":
            return {"year": "元/人·年", "month": "元/人·月"}[per]
        case "per_item" | "tasks":
            return rng.choice(ITEM_UNITS)
        case "split":
            return "比例"
    return "元/当量"


def _fund(name: str, one: Yaml, base: Yaml, *, inner: bool) -> Yaml:
    """Return a fund complete; `inner` figures may leave unit and day to the fund."""
    rng = Random(f"units {name}")
    unit = _unit(base["kind"], base.get("per", "year"), rng)
    plain = inner and "budget" not in one and rng.random() < 0.5
    bare = plain and "valid_from" in one
    done = dict(one)

    def figure(key: str, value: Any) -> Any:
        if bare and isinstance(value, str):
            return value  # unit and day are the fund's
        found = _figure(value, "元" if key == "budget" else unit)
        return _without_unit(found) if plain else found

    for key, value, put in _figures(done):
        put(figure(key, value))
    return done | ({"unit": unit} if plain else {})


def _figures(fund: Yaml) -> Iterator[tuple[str, Any, Callable[[Any], None]]]:
    """Go through the figures of a fund, and how to put another in place of each."""

    for key in SINGLE:
        if key in fund:
            yield key, fund[key], _into(fund, key)
    for key in EACH:
        if key in fund:
            fund[key] = dict(fund[key])
            for name in fund[key]:
                yield key, fund[key][name], _into(fund[key], name)
    if "tiers" in fund:
        fund["tiers"] = [dict(tier) for tier in fund["tiers"]]
        for tier in fund["tiers"]:
            yield "price", tier["price"], _into(tier, "price")
    if "packages" in fund:
        fund["packages"] = {name: dict(one) for name, one in fund["packages"].items()}
        for one in fund["packages"].values():
            for key in ("price", "reimbursement"):
                if key in one:
                    yield key, one[key], _into(one, key)


def _into(found: Yaml, key: str) -> Callable[[Any], None]:
    return lambda value: found.__setitem__(key, value)


def _figure(value: Any, unit: str) -> Any:
    if isinstance(value, list):
        return [_figure(one, unit) for one in value]
    version = value if isinstance(value, dict) else {"value": value}
    return {"valid_from": EVER} | version | {"unit": unit}


def _without_unit(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_unit(one) for one in value]
    return {key: one for key, one in value.items() if key != "unit"}
