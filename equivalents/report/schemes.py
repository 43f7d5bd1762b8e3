"""What ``scheme show`` and ``scheme check`` print: text of 100 columns, and JSON objects.

Sources: issue "Schemes as dated data"; specification page 3 (``scheme show|diff|check``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day
from equivalents.policy.layers import Layer
from equivalents.policy.scheme import OpenChoice
from equivalents.policy.schemeshow import ABOUT, Block, Value, View, view_of
from equivalents.policy.schemetext import Reading
from equivalents.report.schemewords import (
    COLUMNS,
    SECTION_TITLES,
    days,
    hanging,
    key_title,
    padded,
    value_text,
    width,
    wrapped,
)

__all__ = [
    "Page",
    "check_object",
    "check_text",
    "counts",
    "scheme_object",
    "show_object",
    "show_text",
    "value_object",
]

_LABEL: Final = 26
_MARK: Final = "[示例]"


# -- show ----------------------------------------------------------------------------------------


def show_text(reading: Reading, on: int | None, institution: str) -> str:
    """What applies on a day (``None``: all versions), and where each value is from."""
    view = view_of(reading, on, institution)
    page = Page(view.layers)
    lines = [*_head(reading, view, on, institution), *_layers(view.layers, institution)]
    for top, blocks in groupby(view.blocks, key=lambda block: block.keys[0].partition("[")[0]):
        lines += ["", f"{SECTION_TITLES[top]} {top}"]
        for block in blocks:
            lines += page.block(block)
    own = {} if institution else _own(reading, view, on)
    for name, otherwise in own.items():
        lines += ["", f"机构 {name} 另有规定 what institution {name} has otherwise"]
        for block in otherwise:
            lines += page.block(block, head=False)
    lines += _idle(view, page)
    lines += _choices(reading.scheme.choices)
    return "\n".join([*lines, "", _counted(counts(view, own))]) + "\n"


def _own(reading: Reading, view: View, on: int | None) -> dict[str, list[Block]]:
    """By institution with layers of its own the rules that it has otherwise, with these values."""
    common = {*view.values}
    found = {}
    for name in _institutions(reading):
        blocks = view_of(reading, on, name).blocks
        parted = [
            replace(block, values=tuple(one for one in block.values if one not in common))
            for block in blocks
        ]
        found[name] = [block for block in parted if block.values]
    return found


def _head(reading: Reading, view: View, on: int | None, institution: str) -> Iterator[str]:
    scheme = reading.scheme
    mark = f"  {_MARK}" if scheme.illustrative else ""
    yield from hanging("分配方案 scheme: ", f"{scheme.title or '-'}  {scheme.name}{mark}")
    yield from hanging("依据 reference: ", scheme.reference or "-")
    day = "全部版本 all versions" if on is None else print_day(on)
    yield f"适用日期 on: {day}"
    if institution:
        known = institution in _institutions(reading)
        note = "" if known else "（没有自己的层，适用县域层 no layer of its own: as the community）"
        yield f"机构 institution: {institution}{note}"


def _choices(choices: Sequence[OpenChoice]) -> Iterator[str]:
    """What the documents leave open: what was taken, and why; or who decided it."""
    if choices:
        yield from ("", "原文未定的选择 open choices  [示例]")
    for one in choices:
        place = f"{one.place.file}:{one.place.row}"
        yield from hanging("  ", f"{one.path} = {one.taken or '无 none'}  ({place})")
        told = f"已由 {one.decided_by} 确定 decided" if one.decided_by else one.reason
        yield from hanging("    ", told)


def _layers(layers: Sequence[Layer], institution: str) -> Iterator[str]:
    yield "层 layers（后层改前层 the later over the earlier）:"
    for number, layer in enumerate(layers, start=1):
        kind = "机构 institution" if layer.of_institutions else "县域 community"
        names = f" {', '.join(layer.institutions)}" if layer.institutions else ""
        out = institution and layer.of_institutions and institution not in layer.institutions
        since = layer.valid_from.text
        note = f"  （数值自 {since} 起 figures from {since} on）" if since else ""
        note += "  （不适用于该机构 not its own）" if out else ""
        start = f"  {number}  {padded(kind + names, 20)}  {layer.file}  "
        yield from hanging(start, f"{layer.title}{note}", 6)


def _institutions(reading: Reading) -> list[str]:
    return sorted(reading.layered.own)


def _idle(view: View, page: "Page") -> Iterator[str]:
    if view.elsewhere:
        yield from ("", f"与该机构无关的资金 not its own: {', '.join(view.elsewhere)}")
    if view.idle:
        yield from ("", "当日不适用 not in force on this day")
    for value in view.idle:
        told = f"{value.text} {value.unit}".strip()
        span = days(value.valid_from, value.valid_to)
        yield from page.row(value.path, "  ".join(filter(None, (told, span))), value, 2)


class Page:
    """Lays values out in three columns: what, how much and since when, from where."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._several = len(layers) > 1

    def block(self, block: Block, *, head: bool = True) -> Iterator[str]:
        """A rule with its values; ``head``: its ground first."""
        shown = [one for one in block.values if _told(one, block)]
        mark = _MARK if block.ground.illustrative else ""
        span = days(block.valid_from, block.valid_to)
        name = block.keys[1:] or [key for key in block.keys if key.endswith("]")]
        told = [*name, *filter(None, (block.title, span))]
        if told:
            yield from hanging("  ", "  ".join(filter(None, (*told, mark))))
        if head and block.ground.reference:
            ground = block.ground.reference if told else f"{block.ground.reference}  {mark}"
            yield from hanging("    依据 reference: ", ground.rstrip(), 8)
        for _, versions in groupby(shown, key=lambda value: value.keys):
            yield from self._versions(block, list(versions))

    def _versions(self, block: Block, values: Sequence[Value]) -> Iterator[str]:
        """One value in all its versions, then those that they replaced."""
        label = key_title(values[0].keys[len(block.keys) :] or values[0].keys)
        above = block.ground.reference
        for value in values:
            if value.dropped:
                yield from self.row(label, f"（层 {value.layer} 不再有 dropped）", None, 4)
            else:
                yield from self._value(label, value, above, 4)
            label = ""
        for value in values[0].replaced:
            yield from self._value("原 was", value, "", 6)

    def _value(self, label: str, value: Value, above: str, indent: int) -> Iterator[str]:
        yield from self.row(label, _one(value), value, indent)
        if value.reference and value.reference != above:
            start = " " * (indent + 2) + "依据 reference: "
            yield from hanging(start, value.reference, indent + 4)

    def row(self, label: str, text: str, value: Value | None, indent: int) -> Iterator[str]:
        """One line, or more where the text is too long for its column."""
        start = " " * indent + padded(label, _LABEL + 4 - indent)
        if width(start) > _LABEL + 4:
            yield start.rstrip()
            start = " " * (_LABEL + 4)
        place = self._where(value) if value is not None else ""
        room = COLUMNS - width(start) - 2
        lines = wrapped(text, room - width(place) - 2)
        yield f"{start}  {padded(lines[0], room - width(place))}{place}".rstrip()
        for line in lines[1:]:
            yield f"{' ' * width(start)}  {line}"

    def side(self, side: str, value: Value) -> Iterator[str]:
        """One side of a comparison: the value in one line, its ground below."""
        place = self._where(value)
        first, *rest = wrapped(_one(value), COLUMNS - 11 - width(place))
        yield f"      {side}  {padded(first, COLUMNS - 9 - width(place))}{place}".rstrip()
        yield from (f"         {line}" for line in rest)
        if value.figure and value.reference:
            yield from hanging("         依据 reference: ", value.reference, 11)

    def _where(self, value: Value) -> str:
        if not value.place.file:
            return ""
        layer = f"层{value.layer} " if self._several and value.layer else ""
        return f"{layer}{value.place.file}:{value.place.row}"


def _told(value: Value, block: Block) -> bool:
    """What a rule says of itself stands in its first lines, but where it was changed."""
    return bool(value.replaced) or value.keys[len(block.keys) :] not in _IN_HEAD


_IN_HEAD: Final = frozenset((key,) for key in (*ABOUT, "title"))


def _one(value: Value) -> str:
    """A value with its unit, its dates and its mark."""
    text = value_text(value.keys[-1].partition("[")[0], value.text)
    parts = [
        f"{text} {value.unit}".strip(),
        days(value.valid_from, value.valid_to),
        _MARK if value.illustrative and value.figure else "",
    ]
    return "  ".join(filter(None, parts))


def show_object(reading: Reading, on: int | None, institution: str) -> dict[str, Any]:
    """The same as an object: every value with its layer, file and line, and what it replaced."""
    view = view_of(reading, on, institution)
    own = {} if institution else _own(reading, view, on)
    return {
        **scheme_object(reading),
        "on": "" if on is None else print_day(on),
        "institution": institution,
        "values": [value_object(value) for value in view.values],
        "institutions": [
            {
                "institution_id": name,
                "values": [value_object(one) for block in blocks for one in block.values],
            }
            for name, blocks in own.items()
        ],
        "not_in_force": [value_object(value) for value in view.idle],
        "not_its_own": [*view.elsewhere],
        "open_choices": [_choice_object(one) for one in reading.scheme.choices],
        "counts": counts(view, own),
    }


def _choice_object(choice: OpenChoice) -> dict[str, Any]:
    return {
        "path": choice.path,
        "taken": choice.taken,
        "reason": choice.reason,
        "decided_by": choice.decided_by,
        "file": choice.place.file,
        "line": choice.place.row,
    }


def scheme_object(reading: Reading) -> dict[str, Any]:
    """What a scheme says of itself, and its layers with their numbers."""
    scheme = reading.scheme
    return {
        "scheme": scheme.name,
        "title": scheme.title,
        "reference": scheme.reference,
        "illustrative": scheme.illustrative,
        "layers": [
            {
                "number": number,
                "layer": "institution" if layer.of_institutions else "community",
                "institutions": [*layer.institutions],
                "scheme": layer.name,
                "title": layer.title,
                "reference": layer.ground.reference,
                "illustrative": layer.ground.illustrative,
                "file": layer.file,
            }
            for number, layer in enumerate(reading.layered.layers, start=1)
        ],
    }


def value_object(value: Value) -> dict[str, Any]:
    """One value with its dates, ground, layer, file and line, and what it replaced."""
    plain = {
        "path": value.path,
        "value": value.text,
        "unit": value.unit,
        "valid_from": "" if value.valid_from <= FIRST_DAY else print_day(value.valid_from),
        "valid_to": "" if value.valid_to >= LAST_DAY else print_day(value.valid_to),
        "reference": value.reference,
        "illustrative": value.illustrative,
        "layer": value.layer,
        "file": value.place.file,
        "line": value.place.row,
    }
    if value.dropped:
        plain["dropped"] = True
    return plain | {"replaced": [value_object(one) for one in value.replaced]}


# -- check ---------------------------------------------------------------------------------------


def counts(view: View, own: Mapping[str, Sequence[Block]]) -> dict[str, int]:
    """How many rules and figures a scheme has, and how many figures are illustrative 示例.

    ``own`` has by institution the rules that it has otherwise; their figures count too.
    """
    values = [*view.values, *(one for several in own.values() for b in several for one in b.values)]
    figures = [value for value in values if value.figure and not value.dropped]
    there = [block.keys for block in view.blocks if not all(v.dropped for v in block.values)]
    tops, parts = [keys[0] for keys in there], [keys[:2] for keys in there]
    return {
        "channels": tops.count("channels"),
        "funds": tops.count("funds"),
        "pools": tops.count("pools"),
        "indicators": parts.count(("assessment", "indicators")),
        "composites": parts.count(("assessment", "composites")),
        "figures": len(figures),
        "illustrative": sum(value.illustrative for value in figures),
        "replaced": sum(bool(value.replaced) for value in values),
        "institutions": len(own),
    }


def _counts(reading: Reading) -> dict[str, int]:
    view = view_of(reading)
    return counts(view, _own(reading, view, None))


_COUNTS: Final = {
    "channels": "渠道",
    "funds": "资金",
    "pools": "绩效池",
    "indicators": "考核指标",
    "composites": "综合考核",
    "figures": "数值",
    "illustrative": "其中示例",
    "replaced": "改动",
    "institutions": "另有规定机构",
}


def _counted(found: dict[str, int]) -> str:
    told = [f"{_COUNTS[key]} {key} {count:,}" for key, count in found.items() if count]
    lines = [""]
    for one in told or ["没有规则 no rules"]:
        if lines[-1] and width(lines[-1]) + width(one) + 2 > COLUMNS:
            lines.append("")
        lines[-1] += f"  {one}" if lines[-1] else one
    return "\n".join(lines)


def check_text(reading: Reading) -> str:
    """A short confirmation of a scheme without problems: its files, what it has, what is 示例."""
    scheme, found = reading.scheme, _counts(reading)
    lines = hanging("没有问题 no problems: ", f"{scheme.title or '-'}  {scheme.name}")
    lines += _layers(reading.layered.layers, "")
    lines.append(_counted(found))
    if found["illustrative"]:
        lines.append("示例数值须换成本县文件的数值 replace illustrative figures by your own")
    left = sum(not one.decided_by for one in scheme.choices)
    if left:
        told = f"原文未定、尚未由本县确定的选择 open choices {left}"
        lines.append(f"{told}，逐项见 scheme show lists them")
    return "\n".join(lines) + "\n"


def check_object(reading: Reading, problems: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The same as an object, with every problem; counts only where nothing is an error."""
    faulty = any(problem["severity"] == "error" for problem in problems)
    return {
        **scheme_object(reading),
        "counts": {} if faulty else _counts(reading),
        "problems": [*problems],
    }
