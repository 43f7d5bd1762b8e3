"""Assessment 考核 as plain immutable values: indicators, composites, results and what they come to.

A composite 综合考核 is a kind of coefficient: its score over weighted indicators becomes a dated
coefficient of an institution, a department or a person, and whatever takes coefficients takes it.
Computed in :mod:`equivalents.assess`, read in :mod:`equivalents.policy.assesstext` and
:mod:`equivalents.intake.assessments`. Sources: C1 to C3; definitions 5.2, 5.3, 5.17.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from equivalents.errors import NOWHERE, Place
from equivalents.policy.funds import Dated
from equivalents.policy.keyrules import Scope

__all__ = [
    "AppliesIn",
    "AssessedLevel",
    "Assessment",
    "CoefficientKind",
    "CoefficientRule",
    "Combine",
    "Composite",
    "Growth",
    "HUNDRED",
    "Indicator",
    "IndicatorPoints",
    "LEVEL_WORDS",
    "Length",
    "Outcome",
    "Result",
    "SCOPES",
    "ScoreKind",
    "ScoreRule",
    "ScoreTier",
    "Subjects",
]

HUNDRED: Final = Fraction(100)
"""The full points of an indicator, and the total of a composite, where nothing else is said."""


class AssessedLevel(StrEnum):
    """Whose results they are (C1)."""

    COUNTY = "county"
    INSTITUTION = "institution"
    DEPARTMENT = "department"
    TEAM = "team"
    VILLAGE_ROOM = "village_room"
    PERSON = "person"
    CONTRACT = "contract"

    @property
    def said(self) -> str:
        """The word for it in both languages, as texts of reasons take it."""
        return f"{LEVEL_WORDS[self]}¦{self.value.replace('_', ' ')}"


LEVEL_WORDS: Final[Mapping[str, str]] = {
    AssessedLevel.COUNTY: "县",
    AssessedLevel.INSTITUTION: "机构",
    AssessedLevel.DEPARTMENT: "科室",
    AssessedLevel.TEAM: "团队",
    AssessedLevel.VILLAGE_ROOM: "村卫生室",
    AssessedLevel.PERSON: "人员",
    AssessedLevel.CONTRACT: "合同",
}
"""The Chinese words for whose results they are."""


SCOPES: Final[Mapping[AssessedLevel, Scope]] = {
    AssessedLevel.COUNTY: Scope.INSTITUTION,
    AssessedLevel.INSTITUTION: Scope.INSTITUTION,
    AssessedLevel.DEPARTMENT: Scope.DEPARTMENT,
    AssessedLevel.TEAM: Scope.DEPARTMENT,
    AssessedLevel.VILLAGE_ROOM: Scope.DEPARTMENT,
    AssessedLevel.PERSON: Scope.PERSON,
}
"""Whom the coefficient of a composite belongs to; results of a contract make none."""


class ScoreKind(StrEnum):
    """How a ratio becomes points (C2)."""

    YES_NO = "yes_no"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    PROPORTIONAL = "proportional"
    LINEAR = "linear"
    TIERS = "tiers"


class ScoreTier(NamedTuple):
    """From ``start`` on, up to the next tier, ``value`` (points, or a coefficient)."""

    start: Fraction
    value: Fraction


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """A score function 计分办法: ``target`` or the bounds ``start`` < ``end``, dated; or tiers.

    ``falling``: full points at ``start``, none at ``end``.
    """

    kind: ScoreKind
    target: Dated[Fraction] | None = None
    start: Dated[Fraction] | None = None
    end: Dated[Fraction] | None = None
    falling: bool = False
    tiers: tuple[ScoreTier, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator 指标 worth ``full`` points; without ``score`` it takes given points only.

    ``family`` is free text: one of the families or classes of C3.
    """

    name: str
    title: str = ""
    family: str = ""
    full: Fraction = HUNDRED
    score: ScoreRule | None = None
    reference: str = ""
    place: Place = NOWHERE

    @property
    def yes_no(self) -> bool:
        """Whether it is judged as met or not met alone."""
        return self.score is not None and self.score.kind is ScoreKind.YES_NO


class Length(StrEnum):
    """How long the own period of a composite is; ``months`` says it in months."""

    YEAR = "year"
    HALF_YEAR = "half_year"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def months(self) -> int:
        """How many months it has."""
        return {"year": 12, "half_year": 6, "quarter": 3, "month": 1}[self.value]


class AppliesIn(StrEnum):
    """Whether a result holds in its own period or in the next one of that length."""

    SAME = "same"
    NEXT = "next"


class Combine(StrEnum):
    """What becomes of several periods within a case: each on its days, or their mean score."""

    EACH = "each"
    MEAN = "mean"


class CoefficientKind(StrEnum):
    """How a score becomes a coefficient (C2); ``SHARE`` is score / total."""

    SHARE = "share"
    LINEAR = "linear"
    TIERS = "tiers"
    THRESHOLD = "threshold"


@dataclass(frozen=True, slots=True)
class CoefficientRule:
    """From a score to the coefficient.

    ``steps``: the points of ``LINEAR`` (score, value), clamped at both ends; the tiers of
    ``TIERS``, the first from 0. ``THRESHOLD``: ``below`` under ``at``, else ``above``, which is
    score / total where it is ``None``. A coefficient outside ``least`` .. ``most`` is refused.
    """

    kind: CoefficientKind = CoefficientKind.SHARE
    steps: tuple[ScoreTier, ...] = ()
    at: Fraction = Fraction(0)
    below: Fraction = Fraction(0)
    above: Fraction | None = None
    least: Fraction | None = None
    most: Fraction | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Subjects:
    """Who is assessed: all of the level where every list is empty, else those that fit all lists.

    ``ids`` are codes of the level; ``groups`` and ``kinds`` those of the institution, ``kinds`` at
    departments their own; ``posts`` and ``employment_types`` those of a posting of the person.
    """

    ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    employment_types: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite 综合考核: weighted indicators of a level, their score and its coefficient (C2).

    ``weights`` are those of the indicators by name, dated; they add up to ``total``. The version
    of a result is that of the last day of its period, as are targets and bounds.
    """

    name: str
    level: AssessedLevel
    weights: Dated[Mapping[str, Fraction]]
    title: str = ""
    period: Length = Length.YEAR
    applies: AppliesIn = AppliesIn.SAME
    combine: Combine = Combine.EACH
    subjects: Subjects = Subjects()
    total: Fraction = HUNDRED
    coefficient: CoefficientRule = CoefficientRule()
    reference: str = ""
    place: Place = NOWHERE


class Growth(NamedTuple):
    """How many indicators a first year has, and how many each later year adds (C3); inclusive."""

    first: tuple[int, int] | None = None
    yearly: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The key ``assessment``: indicators and composites by name."""

    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    composites: Mapping[str, Composite] = field(default_factory=dict)
    growth: Growth = field(default_factory=Growth)
    place: Place = NOWHERE

    def __bool__(self) -> bool:
        return bool(self.indicators or self.composites)


class Result(NamedTuple):
    """A row of the table ``assessments`` 考核结果: of an indicator, or of a composite as such.

    Either ``numerator`` / ``denominator``, or the points ``score``, or ``exempt``.
    """

    level: AssessedLevel
    subject_id: str
    indicator: str
    period: str
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    score: Fraction | None = None
    exempt: bool = False
    reference: str = ""
    place: Place = NOWHERE


class IndicatorPoints(NamedTuple):
    """What an indicator gives a subject: ``points`` of its full points, ``weighted`` of the score.

    ``value`` is the ratio, ``None`` where points are given; ``points`` is ``None`` where the
    denominator is 0: not applicable, its weight is spread over the others (5.17).
    """

    indicator: str
    weight: Fraction
    points: Fraction | None
    weighted: Fraction
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    value: Fraction | None = None
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a composite comes to for a subject in a period of its length, or over the case (mean).

    ``coefficient_e4`` holds over ``[valid_from, valid_to)``; ``in_force`` is false for the single
    periods of a mean, and for subjects that are no institution, department or person. ``score`` is
    ``None`` where the subject is exempt: its coefficient is 1. ``next_step`` is the score at which
    the coefficient jumps next, to ``next_e4``, ``None`` where there is none.
    """

    composite: str
    level: AssessedLevel
    subject_id: str
    period: str
    valid_from: int
    valid_to: int
    score: Fraction | None
    coefficient_e4: int
    points: tuple[IndicatorPoints, ...] = ()
    exempt: bool = False
    in_force: bool = True
    next_step: Fraction | None = None
    next_e4: int | None = None
    reference: str = ""
    place: Place = NOWHERE
