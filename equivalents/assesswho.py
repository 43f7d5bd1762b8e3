"""Who has to have results of an assessment, and who may: by level, posting and declared subjects.

Whoever has a posting on the days on which the result holds has to; people but for heads of
institutions, who are paid by another way (5.20). Others of the level may have results, unless
``subjects`` leaves them out. Sources: C1; definitions 5.17, 5.20.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.codes import Coded
from equivalents.policy.assessment import SCOPES, AssessedLevel, Composite, Subjects
from equivalents.policy.calendar import Period
from equivalents.policy.keyrules import Scope
from equivalents.policy.leaders import LeaderRule, leads
from equivalents.policy.model import VILLAGE_ROOMS, Department, Institution
from equivalents.policy.roster import Roster

__all__ = ["Assessed", "Known"]

_OF_DEPARTMENTS: Final = (AssessedLevel.DEPARTMENT, AssessedLevel.TEAM, AssessedLevel.VILLAGE_ROOM)
_KINDS: Final[Mapping[AssessedLevel, frozenset[str]]] = {
    AssessedLevel.TEAM: frozenset(("team", "签约团队", "团队")),
    AssessedLevel.VILLAGE_ROOM: frozenset(VILLAGE_ROOMS),
}
"""The kinds of departments that are of a level of their own; all others are plain departments."""
_Mask = npt.NDArray[np.bool_]


class Assessed(NamedTuple):
    """Who must have results, in order, and who else may."""

    required: Sequence[str]
    optional: Collection[str]


@dataclass(frozen=True)
class Known:
    """Everybody whom results may name; ``teams`` are those of the table of teams."""

    period: Period
    institutions: Sequence[Institution]
    departments: Mapping[str, Department]
    roster: Roster
    leaders: Sequence[LeaderRule] = ()
    teams: Collection[str] = ()
    contracts: Collection[str] = ()
    _of_places: dict[Subjects, _Mask] = field(default_factory=dict, compare=False)

    def names(self, level: AssessedLevel) -> Collection[str] | None:
        """The codes that a level may name; ``None`` for the county, whose name is free."""
        if level is AssessedLevel.COUNTY:
            return None
        if level is AssessedLevel.INSTITUTION:
            return {one.institution_id for one in self.institutions}
        if level is AssessedLevel.PERSON:
            return set(self.roster.person_id.texts) - {""}
        if level is AssessedLevel.CONTRACT:
            return set(self.contracts)
        more = self.teams if level is AssessedLevel.TEAM else ()
        return {*self.departments, *more}

    def occurring(self, level: AssessedLevel) -> Mapping[str, Collection[str]]:
        """What the lists of ``subjects`` may name at a level, by list."""
        places = self.institutions
        kinds = {one.kind for one in places}
        if SCOPES.get(level) is Scope.DEPARTMENT:
            kinds = {one.kind for one in self.departments.values()}
        names = self.names(level)
        return {
            "ids": names if names is not None else (),
            "groups": {one.group for one in places},
            "kinds": kinds,
            "posts": set(self._column("post").texts),
            "employment_types": set(self._column("employment_type").texts),
            "institutions": {one.institution_id for one in places},
        }

    def assessed(self, composite: Composite, since: int, until: int) -> Assessed:
        """Whom a composite concerns for a result that holds over ``[since, until)``."""
        start, end = max(since, self.period.start), min(until, self.period.end)
        posted = (self.roster.active_from < end) & (self.roster.active_to > start)
        subjects, level = composite.subjects, composite.level
        if level is AssessedLevel.PERSON:
            fitting = self._fitting(subjects)
            people = self.roster.person_id
            required = _named(people, posted & fitting & ~self._led)
            return _listed(required, _named(people, fitting), subjects)
        if level is AssessedLevel.INSTITUTION:
            there = _named(self.roster.institution_id, posted)
            fit = self._institutions(subjects)
            return _listed(there & fit, fit, subjects)
        there = _named(self._column("department_id"), posted)
        may = self._departments(subjects)
        must = there & may & self._of_level(level, subjects)
        if level is AssessedLevel.TEAM and not (subjects.kinds or subjects.institutions):
            may |= {*self.teams}
            must |= {*self.teams}.intersection(subjects.ids)
        return _listed(must, may, subjects)

    def _column(self, name: str) -> Coded:
        column = self.roster.others.get(name)
        return Coded.alike("", len(self.roster)) if column is None else Coded.of(column)

    @cached_property
    def _led(self) -> _Mask:
        """The postings of heads in the period."""
        led = np.zeros(len(self.roster), np.bool_)
        posts = {post for rule in self.leaders for post in rule.posts}
        for at in np.flatnonzero(_among(self._column("post"), posts)).tolist() if posts else ():
            led[at] = leads(self.roster[at], self.leaders, self.period)
        return led

    def _institutions(self, subjects: Subjects) -> set[str]:
        places = [
            one.institution_id
            for one in self.institutions
            if _in(one.group, subjects.groups) and _in(one.kind, subjects.kinds)
        ]
        return {name for name in places if _in(name, subjects.institutions)}

    def _fitting(self, subjects: Subjects) -> _Mask:
        """The postings that fit what is declared of people."""
        if subjects not in self._of_places:
            mask = _among(self.roster.institution_id, self._institutions(subjects))
            if subjects.posts:
                mask &= _among(self._column("post"), subjects.posts)
            if subjects.employment_types:
                mask &= _among(self._column("employment_type"), subjects.employment_types)
            self._of_places[subjects] = mask
        return self._of_places[subjects]

    def _departments(self, subjects: Subjects) -> set[str]:
        places = {
            one.institution_id for one in self.institutions if _in(one.group, subjects.groups)
        }
        return {
            name
            for name, one in self.departments.items()
            if one.institution_id in places
            and _in(one.institution_id, subjects.institutions)
            and _in(one.kind, subjects.kinds)
        }

    def _of_level(self, level: AssessedLevel, subjects: Subjects) -> set[str]:
        """The departments of a level by their kind; all where none has it or some are declared."""
        own = _KINDS.get(level, frozenset())
        others = frozenset().union(*_KINDS.values()) if not own else frozenset()
        of_kind = {
            name
            for name, one in self.departments.items()
            if (one.kind in own if own else one.kind not in others)
        }
        return set(self.departments) if _narrowed(subjects) or not of_kind else of_kind


def _narrowed(subjects: Subjects) -> bool:
    return any((subjects.ids, subjects.kinds, subjects.groups, subjects.institutions))


def _in(name: str, declared: Collection[str]) -> bool:
    return not declared or name in declared


def _listed(required: Iterable[str], optional: Iterable[str], subjects: Subjects) -> Assessed:
    must = sorted(name for name in required if name and _in(name, subjects.ids))
    may = {name for name in optional if name and _in(name, subjects.ids)}
    return Assessed(must, may.difference(must))


def _among(column: Coded, names: Collection[str]) -> _Mask:
    return np.array([text in names for text in column.texts], np.bool_)[column.code]


def _named(column: Coded, mask: _Mask) -> set[str]:
    """The texts of a column in some rows."""
    texts: Callable[[int], str] = column.texts.__getitem__
    return {texts(at) for at in np.unique(column.code[mask]).tolist()}
