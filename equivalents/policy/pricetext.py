"""Files of charge prices 收费价格 become :class:`ChargePrices`; every fault noted in its place.

A file has a ``title``, a ``reference`` and ``cities``; a city has the number and date of its notice
and its ``items``. An item takes dates, reference and ``illustrative`` of its city unless it has its
own. Source: rule B4a.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from equivalents.findings import Findings, near
from equivalents.policy.calendar import print_day
from equivalents.policy.figuretext import amount_fen
from equivalents.policy.figureunits import COUNTED
from equivalents.policy.funds import Dated, Version
from equivalents.policy.layers import with_paths
from equivalents.policy.load import fault_text
from equivalents.policy.prices import ChargePrice, ChargePrices
from equivalents.policy.yamltext import Entry, expect_keys, flag_of, span_of
from equivalents.units import NumberFaultError

__all__ = ["read_prices"]

_TOP: Final = {"prices": "text", "title": "text", "reference": "text", "cities": "mapping"}
_NOTICE: Final = {
    "reference": "text",
    "valid_from": "text",
    "valid_to": "text",
    "illustrative": "text",
}
_CITY: Final = {"title": "text", **_NOTICE, "items": "list"}
_ITEM: Final = {
    "code": "text",
    "title": "text",
    "title_tier": "text",
    "price": "text",
    "unit": "text",
    "unverified": "text",
    **_NOTICE,
}
_ABOVE_ZERO: Final = "应大于 0¦it must be above 0"

_Key = tuple[str, str, bool]
"""Code, title tier, whether it is unverified."""


def read_prices(entry: Entry, stem: str, findings: Findings) -> dict[str, ChargePrices]:
    """The charge prices of a file by city, all of it checked; faults are noted.

    ``entry`` is the file as read, ``stem`` its name without folder and ending.
    """
    entry, apart = with_paths(entry), Findings()
    desk = _Desk(apart, entry.get("reference"))
    desk.keys(entry, _TOP)
    desk.need(entry, "prices", "title", "reference", "cities")
    name = entry.get("prices")
    if name.text and name.text != stem:
        apart.add("CHARGE_PRICES_NAME", name.place, name.text, file=stem)
    found = {
        city: ChargePrices(stem, city, one.get("title").text, desk.city(one))
        for city, one in entry.get("cities").mapping.items()
    }
    # What is wrong with a city's date would be told again for each of its items.
    told = {(one.code, one.place, one.value): one for one in reversed(apart.problems)}
    findings.problems += reversed(told.values())
    return found


@dataclass(frozen=True, slots=True)
class _Desk:
    """Reads one file; ``findings`` grow. ``reference`` is that of the whole file."""

    findings: Findings
    reference: Entry

    def keys(self, entry: Entry, shapes: Mapping[str, str]) -> None:
        """Note unknown keys and values of the wrong shape."""
        expect_keys(entry, entry.place.column, shapes, self.findings)

    def need(self, entry: Entry, *keys: str) -> None:
        """Note the keys that are missing or blank."""
        for key in keys:
            if entry.get(key).value in ("", [], {}):
                self.findings.add("KEY_MISSING", entry.place, key)

    def flag(self, entry: Entry) -> bool:
        """Yes or no; no where blank."""
        return bool(flag_of(entry, self.findings))

    def city(self, entry: Entry) -> tuple[ChargePrice, ...]:
        """The prices of a city, the versions of each code, tier and mark together."""
        self.keys(entry, _CITY)
        self.need(entry, "items")
        self.flag(entry.get("illustrative"))
        found: dict[_Key, list[tuple[Version[int], str]]] = {}
        for item in entry.get("items").items:
            self.keys(item, _ITEM)
            self.need(item, "code", "price", "unit")
            self._check_unit(item.get("unit"))
            version = self._version(item, entry)
            key = item.get("code").text, item.get("title_tier").text
            unverified = self.flag(item.get("unverified"))
            if version is not None and key[0]:
                found.setdefault((*key, unverified), []).append((version, item.get("title").text))
        self._check_dates(found)
        return tuple(
            ChargePrice(
                code,
                Dated(tuple(sorted((v for v, _ in read), key=lambda v: v.valid_from))),
                read[0][1],
                tier,
                unverified,
            )
            for (code, tier, unverified), read in found.items()
        )

    def _check_unit(self, unit: Entry) -> None:
        """Note a unit that no price of a counted thing has."""
        if unit.text and unit.text not in COUNTED:
            facts = {"what": "price", "near": near(unit.text, COUNTED)}
            self.findings.add(
                "UNIT_INVALID", unit.place, unit.text, **facts, allowed=", ".join(COUNTED)
            )

    def _version(self, item: Entry, city: Entry) -> Version[int] | None:
        """One price with what founds it and when it holds."""
        given = {key: item.get(key) if item.get(key).text else city.get(key) for key in _NOTICE}
        if not given["reference"].text:
            given["reference"] = self.reference
        if not given["reference"].text:
            self.findings.add("REFERENCE_MISSING", item.place, item.get("code").text)
        if not given["valid_from"].text:
            self.findings.add("KEY_MISSING", item.place, "valid_from")
        dates = Entry({key: given[key] for key in ("valid_from", "valid_to")}, item.place)
        start, end = span_of(dates, self.findings)
        illustrative = self.flag(item.get("illustrative")) or given["illustrative"].text in (
            "yes",
            "true",
        )
        price, unit, reference = item.get("price"), item.get("unit").text, given["reference"].text
        fen = self._fen(price)
        if not fen or end <= start:
            return None
        return Version(fen, start, end, unit, reference, illustrative, price.place)

    def _fen(self, price: Entry) -> int:
        """A price in fen, above 0; 0 where it is blank or at fault (noted)."""
        try:
            fen = amount_fen(price.text) if price.text else 0
            detail = _ABOVE_ZERO if price.text and not fen else ""
        except NumberFaultError as fault:
            fen, detail = 0, fault_text(fault)
        if detail:
            self.findings.add("AMOUNT_INVALID", price.place, price.text, detail=detail)
        return fen

    def _check_dates(self, found: Mapping[_Key, list[tuple[Version[int], str]]]) -> None:
        """Note two prices of one code and tier at a time, and gaps between them."""
        by_tier: dict[tuple[str, str], list[Version[int]]] = {}
        for (code, tier, _), read in found.items():
            by_tier.setdefault((code, tier), []).extend(version for version, _ in read)
        for (code, tier), versions in by_tier.items():
            what = f"{code} {tier}".rstrip()
            for earlier, later in pairwise(sorted(versions, key=lambda one: one.valid_from)):
                if later.valid_from < earlier.valid_to:
                    other = str(earlier.place)
                    self.findings.add("FIGURE_OVERLAP", later.place, what, other=other)
                elif later.valid_from > earlier.valid_to:
                    days = {
                        "since": print_day(earlier.valid_to),
                        "until": print_day(later.valid_from),
                    }
                    self.findings.add("FIGURE_GAP", later.place, what, **days)
