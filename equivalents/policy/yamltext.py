"""YAML as text with positions: every scalar stays the text it was, every value knows its line.

Floats never come in this way: ``5`` and ``5.0`` and ``1e3`` arrive as written and are parsed
strictly where they are used. Only plain data is accepted; tags, aliases and doubled keys are not.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

import yaml

from equivalents.errors import Place
from equivalents.findings import Findings, near
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day, print_day
from equivalents.policy.daytext import day_fault

__all__ = [
    "Entry",
    "all_texts",
    "choice_of",
    "day_of",
    "expect",
    "expect_keys",
    "flag_of",
    "names_of",
    "note_keys",
    "read_cell",
    "read_yaml",
    "span_of",
]

_Choice = TypeVar("_Choice", bound=StrEnum)

_Where = Callable[[int], Place]
"""The place of a line, counted from 1."""
_FLAGS: Final[Mapping[str, bool]] = {"yes": True, "no": False, "true": True, "false": False}
"""How yes and no are written."""

_TOO_DEEP: Final = "嵌套过深或引用自身¦nested too deeply or refers to itself"
_ALIAS: Final = "不支持引用（*{0}），请把内容写全¦no aliases (*{0}): write the content out"
_SHAPES: Final = {
    "text": "一个值¦a single value",
    "mapping": "键值对（键: 值，冒号用半角、后空一格）¦keys with values (key: value, with a blank)",
    "list": "列表¦a list",
    "texts": "一个名称或名称列表¦a name or a list of names",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A YAML value: text, a list of entries or a mapping of entries, with its place."""

    value: "str | list[Entry] | dict[str, Entry]"
    place: Place

    @property
    def text(self) -> str:
        """The scalar text; blank for lists and mappings."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def items(self) -> "list[Entry]":
        """The entries of a list; none for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def mapping(self) -> "dict[str, Entry]":
        """The entries of a mapping; none for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def get(self, key: str) -> "Entry":
        """An entry of a mapping; a blank text where it is absent."""
        return self.mapping.get(key, Entry("", self.place))


class _Plain(yaml.SafeLoader):
    """A loader that takes no alias: a few lines of them can stand for more than memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            detail = _ALIAS.format(event.anchor)
            raise yaml.composer.ComposerError(None, None, detail, event.start_mark)
        return super().compose_node(parent, index)


def read_yaml(path: Path, name: str, findings: Findings) -> Entry | None:
    """Read one YAML file; ``None`` with the fault noted when it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.add("FILE_ENCODING", Place(name), detail=f"utf-8: byte {error.start}")
        return None
    return _read(text, lambda line: Place(name, row=line), findings)


def read_cell(text: str, place: Place, findings: Findings) -> Entry | None:
    """Read the YAML text of one cell of a sheet; all of it stands at that place."""
    return _read(text, lambda _: place, findings)


def _read(text: str, where: _Where, findings: Findings) -> Entry | None:
    try:
        node = yaml.compose(text, _Plain)
    except RecursionError:
        findings.add("YAML_INVALID", where(1), detail=_TOO_DEEP)
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = where(mark.line + 1 if mark else 0)
        detail = str(getattr(error, "problem", None) or error)
        findings.add("YAML_INVALID", place, detail=detail)
        return None
    if node is None:
        findings.add("FILE_EMPTY", where(0))
        return None
    return _entry(node, where, findings, depth=0)


def expect(entry: Entry, shape: str, what: str, findings: Findings) -> None:
    """Note a value of the wrong shape: ``text``, ``mapping``, ``list`` or ``texts`` (or one)."""
    fits = {
        "text": isinstance(entry.value, str),
        "mapping": isinstance(entry.value, dict),
        "list": isinstance(entry.value, list),
        "texts": isinstance(entry.value, str) or all_texts(entry),
    }
    # A key without a value reads as a blank text and means "not given".
    if not fits[shape] and entry.value != "":
        findings.add("VALUE_SHAPE", entry.place, what, expected=_SHAPES[shape])


def all_texts(entry: Entry) -> bool:
    """Whether an entry is a list of plain texts."""
    return isinstance(entry.value, list) and all(isinstance(e.value, str) for e in entry.items)


def _entry(node: yaml.Node, where: _Where, findings: Findings, depth: int) -> Entry:
    place = where(node.start_mark.line + 1)
    if depth > 20:
        findings.add("YAML_INVALID", place, detail=_TOO_DEEP)
    elif isinstance(node, yaml.ScalarNode):
        # A null (`key:`) reads as blank; everything else stays the text that was written.
        blank = node.tag == "tag:yaml.org,2002:null"
        return Entry("" if blank else node.value, place)
    elif isinstance(node, yaml.SequenceNode):
        return Entry([_entry(child, where, findings, depth + 1) for child in node.value], place)
    elif isinstance(node, yaml.MappingNode):
        return Entry(dict(_pairs(node, where, findings, depth)), place)
    return Entry("", place)


def _pairs(
    node: yaml.MappingNode, where: _Where, findings: Findings, depth: int
) -> Iterator[tuple[str, Entry]]:
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        text = str(key.value)
        if text in lines:
            findings.add("KEY_TWICE", where(line), text, other=str(lines[text]))
        lines[text] = line
        yield text, _entry(value, where, findings, depth + 1)


def note_keys(entry: Entry, known: Collection[str], findings: Findings) -> None:
    """Note the keys of a mapping that are none of those known."""
    for key, value in entry.mapping.items():
        if key not in known:
            findings.add("KEY_UNKNOWN", value.place, key, near=near(key, tuple(known)))


def expect_keys(
    entry: Entry, what: str, shapes: Mapping[str, str], findings: Findings, *, prefix: str = ""
) -> None:
    """Note what is no mapping, unknown keys, and values of the wrong shape (blank: any)."""
    expect(entry, "mapping", what, findings)
    note_keys(entry, shapes, findings)
    for key, value in entry.mapping.items():
        if shapes.get(key):
            expect(value, shapes[key], f"{prefix}{key}", findings)


def choice_of(entry: Entry, default: _Choice, findings: Findings) -> _Choice:
    """One of the choices that the default is one of; the default where blank, or odd (noted)."""
    names = {choice.value: choice for choice in type(default)}
    if entry.text and entry.text not in names:
        findings.add_choice(entry.place, entry.text, tuple(names))
    return names.get(entry.text, default)


def flag_of(entry: Entry, findings: Findings) -> bool | None:
    """Yes or no; ``None`` where blank, or neither (noted)."""
    if entry.text and entry.text not in _FLAGS:
        findings.add_choice(entry.place, entry.text, ("yes", "no"))
    return _FLAGS.get(entry.text)


def names_of(entry: Entry, what: str, findings: Findings) -> tuple[str, ...]:
    """A name or a list of names; a name that stands twice is noted, and what is no name."""
    expect(entry, "texts", what, findings)
    seen: dict[str, Entry] = {}
    for one in entry.items or ([entry] if entry.text else []):
        if one.text in seen:
            findings.add("ID_TWICE", one.place, one.text, other=str(seen[one.text].place))
        seen.setdefault(one.text, one)
    return tuple(text for text in seen if text)


def day_of(entry: Entry, default: int, findings: Findings) -> int:
    """The day number that an entry names, the default where it is blank or no date (noted)."""
    try:
        return parse_day(entry.text) if entry.text else default
    except ValueError:
        why = day_fault(entry.text, of_table=False)
        findings.add("DATE_INVALID", entry.place, entry.text, detail=why)
        return default


def span_of(entry: Entry, findings: Findings) -> tuple[int, int]:
    """The days ``[valid_from, valid_to)`` of a dated rule, open where blank; faults are noted."""
    start = day_of(entry.get("valid_from"), FIRST_DAY, findings)
    end = day_of(entry.get("valid_to"), LAST_DAY, findings)
    if end <= start:
        place = entry.get("valid_to").place
        findings.add("DATES_REVERSED", place, print_day(end), other=print_day(start))
    return start, end
