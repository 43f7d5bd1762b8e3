"""The charge prices 收费价格 that a scheme names: a shipped list or a file of the case (B4a)."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from equivalents.findings import Findings, near
from equivalents.policy.prices import ChargePrices
from equivalents.policy.pricetext import read_prices
from equivalents.policy.yamltext import Entry, expect, note_keys, read_yaml
from equivalents.resources import shipped_weights

__all__ = ["charge_prices", "shipped_prices"]

_KEYS: Final = ("name", "city")


def shipped_prices() -> dict[str, Path]:
    """The shipped lists of charge prices by name."""
    return {path.stem: path for path in sorted((shipped_weights() / "prices").glob("*.yaml"))}


def charge_prices(
    merged: Entry, own: Iterable[Entry], folder: Path, findings: Findings
) -> tuple[ChargePrices | None, tuple[tuple[str, Path], ...]]:
    """The charge prices of a scheme and their file; ``None`` where it names none, or at fault.

    ``merged`` are the scheme's keys, ``own`` those that institutions have of their own, ``folder``
    the one that a path is looked for in. The key
    ``charge_prices`` is a name, or ``{name, city}`` where the list has several cities.
    """
    entry = merged.get("charge_prices")
    name = entry.get("name") if entry.mapping else entry
    names = {*shipped_prices(), name.text} - {""}
    for one in (merged, *own):
        _check_never(one.get("funds"), names, findings)
    if entry.value == "":
        return None, ()
    note_keys(entry, _KEYS, findings)
    for key in _KEYS:
        expect(entry.get(key), "text", key, findings)
    if not name.text:
        findings.add("KEY_MISSING", entry.place, "name")
        return None, ()
    path = _find(name.text, folder)
    if path is None:
        known = sorted(shipped_prices())
        facts = {"near": near(name.text, known), "allowed": ", ".join(known)}
        findings.add("CHARGE_PRICES_UNKNOWN", name.place, name.text, **facts)
        return None, ()
    shown = name.text if path.is_relative_to(folder.resolve()) else path.name
    read = read_yaml(path, shown, findings)
    if read is None:
        return None, ((shown, path),)
    cities = read_prices(read, path.stem, findings)
    return _city(entry, cities, findings), ((shown, path),)


def _find(name: str, folder: Path) -> Path | None:
    """A path inside the folder, else a shipped list."""
    inside = (folder / name).resolve()
    if inside.is_relative_to(folder.resolve()) and inside.is_file():
        return inside
    return shipped_prices().get(name)


def _city(entry: Entry, cities: dict[str, ChargePrices], findings: Findings) -> ChargePrices | None:
    """The city that is named, or the only one."""
    city = entry.get("city")
    if not city.text and len(cities) == 1:
        return next(iter(cities.values()))
    if city.text not in cities:
        place = city.place if city.text else entry.place
        facts = {"near": near(city.text, list(cities)), "allowed": ", ".join(cities)}
        findings.add("CHARGE_PRICES_CITY", place, city.text, **facts)
        return None
    return cities[city.text]


def _check_never(funds: Entry, names: set[str], findings: Findings) -> None:
    """Note charge prices that stand in a fund: they are no fiscal prices."""
    for one in _texts(funds):
        if one.text in names:
            findings.add("CHARGE_PRICES_FISCAL", one.place, one.text)


def _texts(entry: Entry) -> Iterator[Entry]:
    inside: Sequence[Entry] = (*entry.mapping.values(), *entry.items)
    if not inside:
        yield entry
    for one in inside:
        yield from _texts(one)
