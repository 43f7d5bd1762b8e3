"""The life of a period as data: its steps, their order, who takes them and what they need.

The shipped flow is ``weights/steps/default.yaml``; a store may hold its own, each from a date on.
A step is taken by a command (its *act*), by each institution of the result or once for the whole
community. Source: specification page 2 "A period's life".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings
from equivalents.policy.calendar import FIRST_DAY
from equivalents.policy.yamltext import (
    Entry,
    day_of,
    expect_keys,
    names_of,
    read_cell,
    read_yaml,
)
from equivalents.resources import shipped_weights

__all__ = ["ACTS", "COMMUNITY", "Flow", "FlowStep", "INSTITUTION", "flow_of", "read_flow"]

INSTITUTION: Final = "institution"
COMMUNITY: Final = "community"
ACTS: Final = ("submit", "approve", "publish", "lock", "pay")
"""The commands that take a step of a flow."""
_RESERVED: Final = ("settled", "objected", "answered", "returned", "unlocked", "adjusted")
"""What is written down besides the steps of a flow, so no step may be called so."""

_NEEDS: Final = ("why", "dates", "ended", "answers")
_HEAD: Final = {"steps": "text", "title": "text", "reference": "text", "valid_from": "text"}
_STEP: Final = {"step": "text", "title": "text", "level": "text", "act": "text"}
_LISTS: Final = {"other_than": "texts", "needs": "texts", "by": ""}


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A step: ``act`` is its command, ``level`` who takes it.

    ``by`` has the names that may take it, by institution, under the blank one those of all;
    nobody named: anybody may.
    """

    step: str
    title: str
    level: str
    act: str
    other_than: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def allowed(self, institution: str) -> tuple[str, ...]:
        """The names that may take it for an institution; none: anybody."""
        return self.by.get(institution, self.by.get("", ()))


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow: its name, its title, where it comes from, from which day on, and its steps."""

    name: str
    title: str
    reference: str
    valid_from: int
    steps: tuple[FlowStep, ...]
    text: str

    def step(self, name: str) -> FlowStep | None:
        """A step by its name."""
        return next((one for one in self.steps if one.step == name), None)

    def of(self, act: str) -> str:
        """The name of the one step of an act that stands once: lock, pay."""
        return next(one.step for one in self.steps if one.act == act)


def read_flow(path: Path | None = None) -> Flow:
    """A flow from a file; the shipped one where none is named.

    Raises:
        DataError: ``FLOW_INVALID`` and what else is wrong with the file, all of it.
    """
    path = path or shipped_weights() / "steps" / "default.yaml"
    findings = Findings()
    entry = read_yaml(path, path.name, findings)
    findings.stop_on_errors()
    assert entry is not None, "else there was an error"
    return _flow(entry, path.read_text(encoding="utf-8-sig"), findings)


def flow_of(text: str, name: str) -> Flow:
    """A flow as the store keeps it.

    Raises:
        DataError: as :func:`read_flow`.
    """
    findings = Findings()
    entry = read_cell(text, Place(name), findings)
    findings.stop_on_errors()
    assert entry is not None, "else there was an error"
    return _flow(entry, text, findings)


def _flow(entry: Entry, text: str, findings: Findings) -> Flow:
    expect_keys(entry, "steps", {**_HEAD, "flow": "list"}, findings)
    start = day_of(entry.get("valid_from"), FIRST_DAY, findings)
    steps = tuple(_step(one, findings) for one in entry.get("flow").items)
    for place, what in _faults(entry, steps):
        findings.add("FLOW_INVALID", place, detail=what)
    findings.stop_on_errors()
    name, title, reference = (entry.get(key).text for key in ("steps", "title", "reference"))
    return Flow(name, title, reference, start, steps, text)


def _step(entry: Entry, findings: Findings) -> FlowStep:
    expect_keys(entry, "flow", {**_STEP, **_LISTS}, findings)
    for name, allowed in (("act", ACTS), ("level", (INSTITUTION, COMMUNITY))):
        if entry.get(name).text not in allowed:
            findings.add_choice(entry.get(name).place, entry.get(name).text, allowed)
    needs = names_of(entry.get("needs"), "needs", findings)
    for one in needs:
        if one not in _NEEDS:
            findings.add_choice(entry.get("needs").place, one, _NEEDS)
    by = entry.get("by")
    names = by.mapping or {"": by}
    step, title, level, act = (entry.get(name).text for name in _STEP)
    return FlowStep(
        step,
        title,
        level,
        act,
        names_of(entry.get("other_than"), "other_than", findings),
        needs,
        {place: names_of(one, "by", findings) for place, one in names.items()},
    )


def _faults(entry: Entry, steps: Sequence[FlowStep]) -> Iterator[tuple[Place, str]]:
    """What is wrong with a flow as a whole."""
    if not entry.get("steps").text:
        yield entry.place, "缺少名称 steps¦it has no name (steps)"
    acts = [one.act for one in steps]
    if acts[-2:] != ["lock", "pay"] or acts.count("lock") != 1 or acts.count("pay") != 1:
        yield (
            entry.get("flow").place,
            "最后两步必须是锁定和发放，各一次¦its last two steps are lock and pay, once each",
        )
    seen: list[FlowStep] = []
    for one, at in zip(steps, entry.get("flow").items, strict=True):
        yield from ((at.place, what) for what in _step_faults(one, seen))
        seen.append(one)


def _step_faults(one: FlowStep, before: Sequence[FlowStep]) -> Iterator[str]:
    names = {other.step for other in before}
    if not one.step or one.step in names or one.step in _RESERVED:
        yield f"步骤名“{one.step}”为空、重复或是保留名¦the name '{one.step}' is blank, used or ours"
    for other in one.other_than:
        if other not in names:
            yield f"other_than 的“{other}”不是前面的步骤¦'{other}' in other_than is no earlier step"
    if one.act in ("lock", "pay") and one.level != COMMUNITY:
        yield "锁定和发放由共同体进行¦lock and pay are steps of the community"
    published = any(other.act == "publish" for other in before)
    if {"ended", "answers"} & {*one.needs} and not published:
        yield "ended、answers 之前须有公示¦ended and answers need a publication before them"
    if one.act == "publish" and "dates" not in one.needs:
        yield "公示须有起止日期（needs: [dates]）¦a publication needs its dates (needs: [dates])"
