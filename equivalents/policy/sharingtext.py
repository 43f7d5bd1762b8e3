"""The key ``sharing`` of case.yaml, read strictly: every fault with its place.

:func:`read_sharing` reads the form; :func:`check_sharing` compares names with the tables of the
case. Sources: D1, D3; definitions 5.9 and 5.11.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from equivalents.findings import Findings, near
from equivalents.policy.averagetext import read_averages
from equivalents.policy.load import fault_text
from equivalents.policy.model import Institution, Pool
from equivalents.policy.roster import Roster
from equivalents.policy.sharing import (
    DEFAULT_SHARING,
    FOR_ALL_POOLS,
    Bound,
    Level,
    LevelKey,
    LevelKind,
    Limits,
    Nobody,
    Sharing,
)
from equivalents.policy.whotext import check_who, read_who
from equivalents.policy.yamltext import Entry, choice_of, expect, note_keys
from equivalents.units import NumberFaultError, parse_amount_fen, parse_weight_e4

__all__ = ["check_sharing", "read_sharing"]

_SECONDARY: Final = ("secondary_default", "secondary_missing")
_SHARING_KEYS: Final = (
    *("nobody", "levels", "excess_fund", "who", "averages", *_SECONDARY, "reference"),
)
_LEVEL_SHAPES: Final = {
    "to": "text",
    "key": "text",
    "shares": "mapping",
    "nobody": "text",
    "floor": "",
    "cap": "",
    "excess": "text",
    "floors_over": "text",
    "limits": "mapping",
    "secondary_default": "text",
    "secondary_missing": "text",
    "reference": "text",
}
_LIMITS: Final = ("floor", "cap")
_SAID: Final = {
    LevelKind.INSTITUTION: "机构一级¦The level 'institution'",
    LevelKind.DEPARTMENT: "科室一级¦The level 'department'",
    LevelKind.PERSON: "人员一级¦The level 'person'",
}

_ORDER: Final = (
    "须按 institution、department、person 的顺序，各至多一次，最后为 person"
    "¦levels go institution, department, person, each at most once, and end in person"
)
_STRAY_SHARES: Final = "shares 只用于 key: fixed¦shares belong to key: fixed only"
_AVERAGE: Final = "平均值的倍数只能用于 person 一级¦a multiple of the average is for persons only"
_YEAR: Final = "全年的限额只能用于 person 一级¦a bound of a year is for persons only"
_SECONDARY_PEOPLE: Final = (
    "key: secondary 只用于 person 一级¦key: secondary is for the level person only"
)
_STRAY_SECONDARY: Final = (
    "secondary_default、secondary_missing 只用于 key: secondary"
    "¦secondary_default and secondary_missing belong to key: secondary only"
)
_AVERAGES_BY: Final = (
    "averages 要求 person 一级按 adjusted、equivalents 或 contracts 分配"
    "¦averages need a level person that is shared by adjusted, equivalents or contracts"
)
_WITH_MEAN: Final = (LevelKey.ADJUSTED, LevelKey.EQUIVALENTS, LevelKey.CONTRACTS)
_ONE_OF: Final = "average 与 year 只能写一个¦say either average or year"


class _Excess(StrEnum):
    SHARE = "share"
    RETAIN = "retain"


class _FloorsOver(StrEnum):
    REFUSE = "refuse"
    SCALE = "scale"


class _Default(StrEnum):
    REFUSE = "refuse"
    ADJUSTED = "adjusted"


class _Missing(StrEnum):
    REFUSE = "refuse"
    ZERO = "zero"


def read_sharing(entry: Entry, findings: Findings) -> dict[str, Sharing]:
    """What case.yaml says about sharing, by pool name; faults are noted."""
    found = {}
    for name, rule in entry.mapping.items():
        expect(rule, "mapping", f"sharing.{name}", findings)
        note_keys(rule, _SHARING_KEYS, findings)
        nobody = choice_of(rule.get("nobody"), Nobody.REFUSE, findings)
        expect(rule.get("levels"), "list", f"sharing.{name}.levels", findings)
        for key in ("reference", "excess_fund"):
            expect(rule.get(key), "text", f"sharing.{name}.{key}", findings)
        for key in _SECONDARY:
            expect(rule.get(key), "text", f"sharing.{name}.{key}", findings)
        levels = tuple(_level(item, rule, nobody, findings) for item in rule.get("levels").items)
        if "levels" not in rule.mapping or not isinstance(rule.get("levels").value, list):
            levels = tuple(Level(level.to, nobody=nobody) for level in DEFAULT_SHARING.levels)
        elif not _in_order([level.to for level in levels]):
            findings.add("LEVEL_INVALID", rule.get("levels").place, name, detail=_ORDER)
        averages = read_averages(rule.get("averages"), findings)
        _check_further(rule, levels, findings)
        texts = rule.get("reference").text, rule.place, rule.get("excess_fund").text
        who = read_who(rule.get("who"), f"sharing.{name}.who", findings)
        found[name] = Sharing(levels, *texts, who, averages)
    return found


def _check_further(rule: Entry, levels: Sequence[Level], findings: Findings) -> None:
    """Note averages and words on secondary distribution where no level has a use for them."""
    averages, last = rule.get("averages"), levels[-1] if levels else None
    if averages.items and (last is None or last.key not in _WITH_MEAN):
        findings.add("LEVEL_INVALID", averages.place, "averages", detail=_AVERAGES_BY)
    for key in _SECONDARY:
        if rule.get(key).text and all(level.key != LevelKey.SECONDARY for level in levels):
            findings.add("LEVEL_INVALID", rule.get(key).place, key, detail=_STRAY_SECONDARY)


def _in_order(kinds: Sequence[LevelKind]) -> bool:
    order = [list(LevelKind).index(kind) for kind in kinds]
    return bool(kinds) and kinds[-1] == LevelKind.PERSON and order == sorted(set(order))


def _level(entry: Entry, rule: Entry, nobody: Nobody, findings: Findings) -> Level:
    expect(entry, "mapping", "levels", findings)
    note_keys(entry, tuple(_LEVEL_SHAPES), findings)
    for key, shape in _LEVEL_SHAPES.items():
        if shape:
            expect(entry.get(key), shape, key, findings)
    if not entry.get("to").text:
        findings.add("KEY_MISSING", entry.place, "to")
    to = choice_of(entry.get("to"), LevelKind.PERSON, findings)
    key = _key(entry.get("key"), findings)
    own = {}
    for child, limits in entry.get("limits").mapping.items():
        expect(limits, "mapping", child, findings)
        note_keys(limits, _LIMITS, findings)
        own[child] = _limits(limits, to, findings)
    return Level(
        to,
        key,
        choice_of(entry.get("nobody"), nobody, findings),
        _shares(entry, key, findings),
        _limits(entry, to, findings),
        own,
        choice_of(entry.get("excess"), _Excess.SHARE, findings) == _Excess.RETAIN,
        choice_of(entry.get("floors_over"), _FloorsOver.REFUSE, findings) == _FloorsOver.SCALE,
        entry.get("reference").text,
        entry.place,
        *_secondary(entry, rule, to, key, findings),
    )


def _secondary(
    entry: Entry, rule: Entry, to: LevelKind, key: LevelKey, findings: Findings
) -> tuple[bool, bool]:
    """What happens where nothing, or not everybody, is handed in: the level's word or the pool's.

    The pool's is for its secondary level alone.
    """
    if key != LevelKey.SECONDARY:
        for name in _SECONDARY:
            if entry.get(name).text:
                findings.add("LEVEL_INVALID", entry.place, name, detail=_STRAY_SECONDARY)
        return False, False
    if to != LevelKind.PERSON:
        findings.add("LEVEL_INVALID", entry.place, key.value, detail=_SECONDARY_PEOPLE)
    default, missing = (
        entry.get(name) if entry.get(name).text else rule.get(name) for name in _SECONDARY
    )
    return (
        choice_of(default, _Default.REFUSE, findings) == _Default.ADJUSTED,
        choice_of(missing, _Missing.REFUSE, findings) == _Missing.ZERO,
    )


def _key(entry: Entry, findings: Findings) -> LevelKey:
    return choice_of(entry, LevelKey.ADJUSTED, findings)


def _shares(entry: Entry, key: LevelKey, findings: Findings) -> dict[str, int]:
    shares = entry.get("shares")
    if key == LevelKey.FIXED and not shares.mapping:
        findings.add("KEY_MISSING", entry.place, "shares")
    if key != LevelKey.FIXED and shares.mapping:
        findings.add("LEVEL_INVALID", shares.place, "shares", detail=_STRAY_SHARES)
    return {
        child: _number(share, parse_weight_e4, "NUMBER_INVALID", findings)
        for child, share in shares.mapping.items()
    }


def _limits(entry: Entry, to: LevelKind, findings: Findings) -> Limits:
    floor, cap = (
        _bound(entry.mapping[name], name, to, findings) if name in entry.mapping else None
        for name in _LIMITS
    )
    return Limits(floor, cap)


def _bound(entry: Entry, name: str, to: LevelKind, findings: Findings) -> Bound | None:
    """``"300.00"``, ``{average: "0.5"}`` or ``{year: "60000.00"}``; blank is none."""
    if isinstance(entry.value, list):
        expect(entry, "text", name, findings)
    if isinstance(entry.value, dict):
        return _bound_of(entry, name, to, findings)
    if not entry.text:
        return None
    value = _number(entry, parse_amount_fen, "AMOUNT_INVALID", findings)
    return Bound(value, place=entry.place)


def _bound_of(entry: Entry, name: str, to: LevelKind, findings: Findings) -> Bound | None:
    """A multiple of the average, or an amount of a whole year."""
    note_keys(entry, ("average", "year"), findings)
    given = [key for key in ("average", "year") if key in entry.mapping]
    if not given:
        findings.add("KEY_MISSING", entry.place, "average")
        return None
    if len(given) > 1:
        findings.add("LEVEL_INVALID", entry.place, name, detail=_ONE_OF)
    yearly = given[0] == "year"
    if to != LevelKind.PERSON:
        detail = _YEAR if yearly else _AVERAGE
        findings.add("LEVEL_INVALID", entry.place, name, detail=detail)
    if yearly:
        value = _number(entry.get("year"), parse_amount_fen, "AMOUNT_INVALID", findings)
        return Bound(value, place=entry.place, yearly=True)
    value = _number(entry.get("average"), parse_weight_e4, "NUMBER_INVALID", findings)
    return Bound(value, average=True, place=entry.place)


def _number(entry: Entry, parse: Callable[[str], int], code: str, findings: Findings) -> int:
    if not isinstance(entry.value, str):
        expect(entry, "text", "value", findings)
        return 0
    try:
        return parse(entry.text)
    except NumberFaultError as fault:
        findings.add(code, entry.place, entry.text, detail=fault_text(fault))
        return 0


def check_sharing(
    sharing: Mapping[str, Sharing],
    pools: Sequence[Pool],
    institutions: Sequence[Institution],
    codes: Mapping[LevelKind, Iterable[str]],
    roster: Roster,
    findings: Findings,
) -> None:
    """Note pools, children and people that no table has, and pools of one name that meet.

    ``codes`` are the registered codes of each kind: institutions, departments, people.
    """
    registers = {
        "departments": {*codes[LevelKind.DEPARTMENT]},
        "institutions": {*codes[LevelKind.INSTITUTION]},
    }
    names = sorted({pool.pool for pool in pools})
    for name, rule in sharing.items():
        if names and name not in names and name != FOR_ALL_POOLS:
            hint = near(name, names)
            findings.add("POOL_UNKNOWN", rule.place, name, near=hint, allowed=", ".join(names))
        for level in rule.levels:
            _check_children(level, codes, findings)
        for who in (rule.who, *(average.who for average in rule.averages)):
            if who is not None:
                check_who(who, roster, registers, findings)
    _check_meetings(sharing, pools, institutions, findings)


def _check_children(
    level: Level, codes: Mapping[LevelKind, Iterable[str]], findings: Findings
) -> None:
    known = sorted(codes[level.to])
    if level.to == LevelKind.DEPARTMENT:  # staff without department go by their institution
        known = sorted({*known, *codes[LevelKind.INSTITUTION]})
    for child in sorted({*level.shares_e4, *level.own} - set(known)) if known else ():
        hint = near(child, known)
        findings.add("CHILD_UNKNOWN", level.place, child, near=hint, level=_SAID[level.to])


def _check_meetings(
    sharing: Mapping[str, Sharing],
    pools: Sequence[Pool],
    institutions: Sequence[Institution],
    findings: Findings,
) -> None:
    """Payouts are known by institution, pool and person: two pools must not share these."""
    parent = {row.institution_id: row.parent_id for row in institutions}
    higher = {
        (pool.institution_id, pool.pool): pool
        for pool in pools
        if (rule := sharing.get(pool.pool, sharing.get(FOR_ALL_POOLS)))
        and rule.level(LevelKind.INSTITUTION)
    }
    for pool in pools if higher else ():
        above = higher.get((parent.get(pool.institution_id, ""), pool.pool))
        if above:
            findings.add(
                "POOLS_MEET",
                pool.place,
                pool.pool,
                institution=pool.institution_id,
                other=str(above.place),
            )
