"""A scheme as data: layers merged key by key, dated figures, payers, scope (B1 to B10).

Everything stays text until it is used; BaseLoader reads every scalar as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from tests.reference.text import FIRST_DAY, NO_END, Refused, date_or, read_yaml

Yaml = Mapping[str, Any]
SCHEME_KEYS = (
    *("channels", "funds", "pools", "pay_cap", "share_tests"),
    *("consultation_codes", "charge_prices"),
)
ABOUT_A_FILE = (
    *("scheme", "title", "reference", "layer", "institution", "illustrative"),
    "open_choices",
)


class Payer(NamedTuple):
    """Who pays which part of a fund, in declared order (5.15)."""

    name: str
    key: Fraction


@dataclass(frozen=True)
class Scheme:
    """What the community's layers say, and what institutions say otherwise."""

    community: Yaml
    own: Mapping[str, Yaml]
    """By institution: the community's layers with those of the institution over them."""

    @property
    def funds(self) -> Sequence[str]:
        """Return the funds in declared order."""
        return list(self.community.get("funds") or {})

    def fund(self, name: str, institution: str = "") -> Yaml:
        """Return a fund as an institution has it, or as the community has it."""
        found: Yaml = self.own.get(institution, self.community)["funds"][name]
        return found

    def part(self, key: str) -> Yaml:
        """Return a part that only the community may declare."""
        found: Yaml = self.community.get(key) or {}
        return found


def merged(below: Any, above: Any) -> Any:
    """Lay one layer over another: mappings merge, lists and texts are replaced."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    both = dict(below)
    for key, value in above.items():
        both[key] = merged(below[key], value) if key in below else value
    return both


def read_layers(folder: Path, case_yaml: Yaml, shipped: Path | None) -> tuple[Yaml, Scheme]:
    """Return `case.yaml` with the community's layers under it, and the scheme.

    The inline keys of `case.yaml` are the last community layer; layers of institutions come over
    it.
    """
    files = [_file(folder, name, shipped) for name in _texts(case_yaml.get("scheme") or [])]
    whole: Yaml = {}
    for text in files:
        if text.get("layer", "community") == "community":
            whole = merged(whole, _without(text, ABOUT_A_FILE))
    whole = merged(whole, case_yaml)
    own: dict[str, Yaml] = {}
    for text in files:
        if text.get("layer", "community") == "institution":
            for place in _texts(text["institution"]):
                own[place] = merged(own.get(place, whole), _without(text, ABOUT_A_FILE))
    return whole, Scheme(whole, own)


def _texts(value: Any) -> list[str]:
    """Return one text, or a list of them, as a list."""
    return [value] if isinstance(value, str) else list(value)


def _without(text: Yaml, keys: Sequence[str]) -> Yaml:
    return {key: value for key, value in text.items() if key not in keys}


def _file(folder: Path, name: str, shipped: Path | None) -> Yaml:
    if name.endswith((".yaml", ".yml")):
        path = folder / name
    else:
        assert shipped is not None, f"no folder of shipped schemes to find {name!r} in"
        path = shipped / "schemes" / f"{name}.yaml"
    text: Yaml = read_yaml(path)
    return text


def span(one: Yaml) -> tuple[date, date]:
    """Return the days that a rule is in force, the end exclusive."""
    return date_or(one.get("valid_from", ""), FIRST_DAY), date_or(one.get("valid_to", ""), NO_END)


def in_force(one: Yaml, day: date) -> bool:
    """Say whether a rule is in force on a day."""
    first, to = span(one)
    return first <= day < to


def versions(figure: Any) -> list[Yaml]:
    """Return the versions of a figure: a text alone holds always."""
    if isinstance(figure, str):
        return [{"value": figure}]
    return [figure] if isinstance(figure, dict) else list(figure)


def on_day(figure: Any, day: date, where: str) -> Fraction:
    """Return a figure of a day; a figure that is needed and missing is refused."""
    for version in versions(figure):
        if in_force(version, day):
            return Fraction(version["value"])
    raise Refused("FUND_FIGURE_MISSING", f"{where} {day}")


def payers_on(fund: Yaml, day: date) -> tuple[Payer, ...]:
    """Return the payers of a day in declared order, the key being the declared part."""
    declared = fund.get("payers") or []
    if declared and "payers" in declared[0]:
        declared = next((one["payers"] for one in declared if in_force(one, day)), None)
        if declared is None:
            raise Refused("FUND_FIGURE_MISSING", f"payers {day}")
    return tuple(Payer(one["payer"], _part(one)) for one in declared)


def _part(payer: Yaml) -> Fraction:
    for form in ("share", "percent", "amount"):
        if form in payer:
            return Fraction(payer[form])
    assert payer["equal"] == "yes", payer
    return Fraction(1)


def yes(one: Yaml, key: str, *, default: bool = False) -> bool:
    """Return a declared `yes` or `no`."""
    return {"yes": True, "no": False}[one.get(key, "yes" if default else "no")]
