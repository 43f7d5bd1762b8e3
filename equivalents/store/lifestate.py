"""Where a period stands: what was done in its round, by whom, and what is due; nothing is asked.

Every step is a row that is never changed. Sending back (退回) and unlocking begin a new round: the
steps before it stand no longer, objections do until they are answered. So the state is what a walk
through the rows comes to. Source: specification page 2 "A period's life".
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from equivalents.errors import DataError, Problem
from equivalents.store.steps import COMMUNITY, INSTITUTION, Flow, FlowStep

__all__ = ["Done", "Life", "life_of", "same_person"]


@dataclass(frozen=True, slots=True)
class Done:
    """A row of the table of steps."""

    step: str
    institution: str
    who: str
    at: str
    why: str
    round: int
    result_id: int | None
    facts: Mapping[str, Any]
    seq: int


@dataclass(slots=True)
class Life:
    """A period: its round, the result that its steps are about, and what stands.

    ``flow`` is that of the result; ``objections`` are those without an answer, by number.
    """

    period: str
    flow: Flow
    round: int = 1
    settled: Done | None = None
    stands: dict[tuple[str, str], Done] = field(default_factory=dict)
    objections: dict[int, Done] = field(default_factory=dict)
    objected: int = 0
    rows: list[Done] = field(default_factory=list)

    @property
    def institutions(self) -> tuple[str, ...]:
        """The institutions of the result, each of which takes the steps of its level."""
        return tuple(self.settled.facts["institutions"]) if self.settled else ()

    @property
    def result_id(self) -> int:
        """The result that the steps are about, of a period that has one."""
        assert self.settled is not None, "no step is due before"
        return int(self.settled.result_id or 0)

    @property
    def flow_hash(self) -> str:
        """The hash of the flow that the result was kept under; blank without a result."""
        return str(self.settled.facts["flow"]) if self.settled else ""

    @property
    def locked(self) -> Done | None:
        """The lock that holds."""
        return self.stands.get((self.flow.of("lock"), ""))

    @property
    def paid(self) -> Done | None:
        """The payment."""
        return self.stands.get((self.flow.of("pay"), ""))

    @property
    def approved(self) -> bool:
        """Whether the community approves of its result; where no step says so: it is locked."""
        return (self.approval_step, "") in self.stands

    @property
    def approval_step(self) -> str:
        """The step by which the community approves; the lock where no step says so."""
        steps = [one for one in self.flow.steps if (one.act, one.level) == ("approve", COMMUNITY)]
        return steps[-1].step if steps else self.flow.of("lock")

    @property
    def name(self) -> str:
        """What its state is called: the last step that all have taken, ``settled`` or ``open``."""
        name = "settled" if self.settled else "open"
        for one in self.flow.steps:
            if self.wanting(one):
                break
            name = one.step
        return name

    def takers(self, step: FlowStep) -> tuple[str, ...]:
        """Who takes a step: institutions, or the community (blank)."""
        return self.institutions if step.level == INSTITUTION else ("",)

    def wanting(self, step: FlowStep) -> list[str]:
        """Who has not taken a step yet."""
        if self.settled is None:
            return [""]
        return [one for one in self.takers(step) if (step.step, one) not in self.stands]

    def due(self, act: str, institution: str) -> FlowStep:
        """The step that a command takes now.

        Raises:
            DataError: ``PERIOD_NOT_SETTLED``, ``STEP_LEVEL``, ``STEP_INSTITUTION``,
                ``STEP_DONE``, ``STEP_NOT_DUE``.
        """
        if self.settled is None:
            raise _refused("PERIOD_NOT_SETTLED", self.period)
        level = INSTITUTION if institution else "community"
        steps = [one for one in self.flow.steps if one.act == act and one.level == level]
        if not steps:
            raise _refused("STEP_LEVEL", act, level=_level(not institution))
        if institution and institution not in self.institutions:
            raise _refused("STEP_INSTITUTION", institution, period=self.period)
        step = next((one for one in steps if (one.step, institution) not in self.stands), None)
        if step is None:
            done = self.stands[steps[-1].step, institution]
            raise _refused("STEP_DONE", _called(steps[-1]), who=done.who, at=done.at)
        missing = self._before(step, institution)
        if missing:
            raise _refused("STEP_NOT_DUE", _called(step), missing="; ".join(missing))
        return step

    def _before(self, step: FlowStep, institution: str) -> list[str]:
        """The steps that must stand before this one and do not."""
        missing = []
        for one in self.flow.steps[: self.flow.steps.index(step)]:
            lost = self.wanting(one)
            if one.level == INSTITUTION and institution:
                lost = [name for name in lost if name == institution]
            if lost:
                names = ", ".join(name for name in lost[:10] if name)
                missing.append(_called(one) + (f" {names}" if names else ""))
        return missing

    def check_person(self, step: FlowStep, institution: str, who: str) -> None:
        """Whether somebody may take a step.

        Raises:
            DataError: ``STEP_NOT_ALLOWED``, ``STEP_SAME_PERSON``.
        """
        allowed = step.allowed(institution)
        if allowed and not any(same_person(who, name) for name in allowed):
            raise _refused("STEP_NOT_ALLOWED", who, step=_called(step), names=", ".join(allowed))
        self.check_others(step, institution, who)

    def check_others(self, step: FlowStep, institution: str, who: str) -> None:
        """Whether the steps that somebody else must have taken were taken by somebody else.

        Raises:
            DataError: ``STEP_SAME_PERSON``.
        """
        for (name, place), done in self.stands.items():
            mine = not institution or not place or place == institution
            if name in step.other_than and mine and same_person(done.who, who):
                other = self.flow.step(name)
                told = f"{_called(other) if other else name} {place}".strip()
                raise _refused("STEP_SAME_PERSON", who, step=_called(step), other=told)

    def publication(self) -> Done | None:
        """The last publication that stands."""
        names = [one.step for one in self.flow.steps if one.act == "publish"]
        found = [done for (name, _), done in self.stands.items() if name in names]
        return max(found, key=lambda one: one.seq, default=None)

    def after_publication(self) -> bool:
        """Whether a step that follows the publications was taken."""
        acts = [one.act for one in self.flow.steps]
        last = len(acts) - acts[::-1].index("publish") if "publish" in acts else 0
        later = {one.step for one in self.flow.steps[last:]}
        return any(name in later for name, _ in self.stands)

    def check_open(self) -> None:
        """Whether a new result may be kept.

        Raises:
            DataError: ``PERIOD_PAID``, ``PERIOD_LOCKED``, ``PERIOD_UNDER_WAY``.
        """
        self.check_unlocked()
        if self.stands:
            raise _refused("PERIOD_UNDER_WAY", self.period, step=self.last)

    def check_unlocked(self) -> None:
        """Whether the period is not locked.

        Raises:
            DataError: ``PERIOD_PAID``, ``PERIOD_LOCKED``.
        """
        if self.paid:
            raise _refused("PERIOD_PAID", self.period, who=self.paid.who, at=self.paid.at)
        if self.locked:
            raise _refused("PERIOD_LOCKED", self.period, who=self.locked.who, at=self.locked.at)

    @property
    def last(self) -> str:
        """The last step that was taken, as people call it; of none, nothing."""
        latest = max(self.stands.values(), key=lambda one: one.seq, default=None)
        step = self.flow.step(latest.step) if latest else None
        return f"{_called(step)} {latest.institution}".strip() if step and latest else ""


def life_of(period: str, rows: Iterable[Done], flows: Mapping[str, Flow], default: Flow) -> Life:
    """Walk through the rows of a period, in their order.

    Args:
        period: its name.
        rows: its steps.
        flows: the flows that results were kept under, by the hash that their rows name.
        default: the flow of a period without a result.
    """
    life = Life(period, default)
    for one in rows:
        life.rows.append(one)
        if one.step == "settled":
            life.settled, life.flow = one, flows[one.facts["flow"]]
        elif one.step in ("returned", "unlocked"):
            life.round = one.round + 1
            life.stands.clear()
        elif one.step == "objected":
            life.objected = int(one.facts["number"])
            life.objections[life.objected] = one
        elif one.step == "answered":
            life.objections.pop(int(one.facts["number"]), None)
        elif one.step != "adjusted":
            life.stands[one.step, one.institution] = one
    return life


def same_person(one: str, other: str) -> bool:
    """Whether two names are one: width, case and blanks make no other person."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _called(step: FlowStep) -> str:
    return f"{step.title or step.step} {step.step}" if step.title else step.step


def _level(institution: bool) -> str:
    return "机构¦an institution" if institution else "共同体¦the community"


def _refused(code: str, value: str, **facts: str) -> DataError:
    return DataError([Problem(code, value=value, facts=facts)])
