"""The payers 出资方 of a fund: parts of one form, in the declared order, dated where they change.

Parts become whole numbers by which a fund's total is split (5.10, 5.15): shares as they are,
percents and amounts in their smallest unit. What does not add up is an error: percents to 100,
amounts to every version of the rate that is in force with them. Sources: B4; definition 5.15.
"""

from collections.abc import Sequence
from typing import Final

from equivalents.policy.figuretext import Reader, money_e4
from equivalents.policy.funds import Dated, Payer, Version
from equivalents.policy.yamltext import Entry, span_of
from equivalents.units import parse_share, parse_weight_e4, print_e4

__all__ = ["FORMS", "read_payers"]

FORMS: Final = ("share", "percent", "amount", "equal")
"""How the part of a payer may be written; all of one fund alike."""
_PAYER: Final = {"payer": "text", "level": "text", **dict.fromkeys(FORMS, "text")}
_VERSION: Final = {
    **dict.fromkeys(("valid_from", "valid_to", "reference", "illustrative"), "text"),
    "payers": "list",
}
_HUNDRED_E4: Final = 1_000_000

_ONE_FORM: Final = (
    "每个出资方须写且只写一种 share、percent、amount 或 equal，各方写法一致"
    "¦each payer has exactly one of share, percent, amount and equal, all the same one"
)
_NO_RATE: Final = "amount 只用于按人头的标准¦amounts are for rates per head only"


def read_payers(entry: Entry, read: Reader, rate: Dated[int] | None) -> Dated[tuple[Payer, ...]]:
    """Who pays, by date; without versions where nobody is named. Faults are noted."""
    if not entry.items:
        return Dated(())
    if all("payers" in one.mapping for one in entry.items):
        versions = [_version(one, read, rate) for one in entry.items]
    else:
        ground = read.ground(entry, "payers")
        parts = _payers(entry.items, read)
        version = Version(parts, reference=ground.reference, place=entry.place)
        _check_amounts(entry.items, version, read, rate)
        versions = [version]
    return Dated(read.in_order(versions, "payers"))


def _version(entry: Entry, read: Reader, rate: Dated[int] | None) -> Version[tuple[Payer, ...]]:
    read.keys(entry, _VERSION, "payers")
    ground = read.ground(entry, "payers")
    start, end = span_of(entry, read.findings)
    items = entry.get("payers").items
    version = Version(_payers(items, read), start, end, "", *ground, entry.place)
    _check_amounts(items, version, read, rate)
    return version


def _payers(entries: Sequence[Entry], read: Reader) -> tuple[Payer, ...]:
    if not entries:
        return ()  # a fund that nobody pays is told where it is read
    forms = [[form for form in FORMS if form in one.mapping] for one in entries]
    alike = all(len(form) == 1 and form == forms[0] for form in forms)
    if not alike:
        read.invalid("PAYERS_INVALID", entries[0], entries[0].get("payer").text, _ONE_FORM)
    found = []
    for one in entries:
        read.keys(one, _PAYER, "payers")
        read.need(one, "payer")
        if not alike:
            continue
        key = _key(one.get(forms[0][0]), forms[0][0], read)
        found.append(Payer(one.get("payer").text, key, one.get("level").text))
    names = [one.name for one in found]
    for at, name in enumerate(names):
        if name and name in names[:at]:
            place = entries[at].get("payer").place
            other = str(entries[names.index(name)].place)
            read.findings.add("ID_TWICE", place, name, other=other)
    if alike and forms[0] == ["percent"]:
        total = sum(one.key for one in found)
        if total != _HUNDRED_E4:
            place = entries[0].place
            read.findings.add("PAYERS_NOT_ALL", place, print_e4(total), whole="100")
    return tuple(found)


def _key(entry: Entry, form: str, read: Reader) -> int:
    if form == "equal":
        read.flag(entry, default=True)
        return 1
    parse = parse_share if form == "share" else parse_weight_e4 if form == "percent" else money_e4
    return read.number(entry, parse) or 0


def _check_amounts(
    entries: Sequence[Entry],
    parts: Version[tuple[Payer, ...]],
    read: Reader,
    rate: Dated[int] | None,
) -> None:
    """Amounts add up to each rate that is in force with them."""
    if not entries or "amount" not in entries[0].mapping:
        return
    if rate is None:
        read.invalid("PAYERS_INVALID", entries[0], "amount", _NO_RATE)
        return
    total = sum(one.key for one in parts.value)
    for one in rate.versions:
        meet = max(one.valid_from, parts.valid_from) < min(one.valid_to, parts.valid_to)
        if meet and one.value != total:
            whole = print_e4(one.value)
            read.findings.add("PAYERS_NOT_ALL", parts.place, print_e4(total), whole=whole)
