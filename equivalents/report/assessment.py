"""The assessment in OUT: every indicator of every subject, each score and its coefficient.

Numbers are exact: with all their decimals where they have at most seven, else as a fraction.
Sources: C1, C2; definition 5.17.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from equivalents.assess import print_number
from equivalents.policy.assessment import LEVEL_WORDS, IndicatorPoints, Outcome
from equivalents.report.book import ROWS_SHOWN, SheetColumn
from equivalents.report.furthersheets import FurtherSheet
from equivalents.report.shown import shown_distance, shown_number
from equivalents.report.table import OutTable, texts
from equivalents.settle import Settlement
from equivalents.units import print_e4

__all__ = ["ASSESSMENT_SHEETS", "assessment_checks", "assessment_table"]

_COLUMNS: Final = (
    *("composite", "level", "subject_id", "period", "indicator", "numerator", "denominator"),
    *("value", "points", "weight", "weighted", "not_applicable", "exempt", "score"),
    *("coefficient", "in_force", "next_step", "next_coefficient", "distance"),
)
_POINTS, _FOUR, _TEXT = "#,##0.####", "0.0000", 10
_YES: Final = {"1": "是"}
_NUMBERS: Final = (
    *("numerator", "denominator", "value", "points", "weight", "weighted", "score", "next_step"),
)
ASSESSMENT_SHEETS: Final = (
    FurtherSheet(
        "assessment",
        "考核结果",
        "各指标得分按权重合计为总分，总分换成系数；距下一档：还差多少分系数就跳到下一档。"
        f"数字显示四位小数；超过 {ROWS_SHOWN:,} 行时只列总分。精确值和各指标见 assessment.csv",
        (
            ("composite", SheetColumn("综合考核", 16)),
            ("level", SheetColumn("考核层级", _TEXT)),
            ("subject_id", SheetColumn("对象编号", 14)),
            ("subject_name", SheetColumn("对象名称", 28)),
            ("period", SheetColumn("期间", _TEXT)),
            ("indicator", SheetColumn("考核指标", 24)),
            ("numerator", SheetColumn("分子", _TEXT, _POINTS)),
            ("denominator", SheetColumn("分母", _TEXT, _POINTS)),
            ("value", SheetColumn("比值", _TEXT, "0.00##")),
            ("points", SheetColumn("得分", _TEXT, _POINTS)),
            ("weight", SheetColumn("权重", _TEXT, _POINTS)),
            ("weighted", SheetColumn("加权得分", _TEXT, _POINTS)),
            ("not_applicable", SheetColumn("不适用", 8)),
            ("exempt", SheetColumn("免考", 8)),
            ("score", SheetColumn("总分", _TEXT, _POINTS)),
            ("coefficient", SheetColumn("系数", _TEXT, _FOUR)),
            ("in_force", SheetColumn("用于核算", 8)),
            ("next_step", SheetColumn("下一档分数", _TEXT, _POINTS)),
            ("next_coefficient", SheetColumn("下一档系数", _TEXT, _FOUR)),
            ("distance", SheetColumn("距下一档", _TEXT, _POINTS)),
        ),
        {
            "level": LEVEL_WORDS,
            "indicator": {"": "总分"},
            "not_applicable": _YES,
            "exempt": _YES,
            "in_force": _YES,
        },
        forms=dict.fromkeys(_NUMBERS, shown_number) | {"distance": shown_distance},
        details="indicator",
    ),
)
"""The sheet of the assessment."""


def assessment_table(settlement: Settlement) -> OutTable | None:
    """A row for each indicator of an outcome, then its score and coefficient."""
    rows = [row for one in settlement.rules.assessed or () for row in _rows(one)]
    if not rows:
        return None
    columns = zip(*rows, strict=True)
    return OutTable("assessment", dict(zip(_COLUMNS, map(texts, columns), strict=True)))


def _rows(outcome: Outcome) -> Iterator[Sequence[str]]:
    names = outcome.composite, outcome.level.value, outcome.subject_id, outcome.period
    for one in outcome.points:
        yield (*names, *_points(one), "", "", "", "", "", "")
    step, score = outcome.next_step, outcome.score
    yield (
        *names,
        *("", "", "", "", "", "", "", ""),
        "1" if outcome.exempt else "",
        _number(score),
        print_e4(outcome.coefficient_e4),
        "1" if outcome.in_force else "",
        _number(step),
        "" if outcome.next_e4 is None else print_e4(outcome.next_e4),
        "" if step is None or score is None else print_number(step - score),
    )


def _points(one: IndicatorPoints) -> Sequence[str]:
    return (
        one.indicator,
        _number(one.numerator),
        _number(one.denominator),
        _number(one.value),
        _number(one.points),
        print_number(one.weight),
        print_number(one.weighted),
        "1" if one.points is None else "",
        "1" if one.exempt else "",
    )


def _number(value: Fraction | None) -> str:
    return "" if value is None else print_number(value)


def assessment_checks(settlement: Settlement) -> Iterator[tuple[str, str, str, str]]:
    """Scores out of indicators that are the sum of their parts, of how many; coefficients used."""
    outcomes = settlement.rules.assessed or ()
    of_points = [one for one in outcomes if one.points and one.score is not None]
    if of_points:
        good = sum(
            1
            for one in of_points
            if sum((part.weighted for part in one.points), Fraction(0)) == one.score
        )
        zh = "考核总分等于各指标加权得分之和的个数 = 按指标计分的个数"
        en = "scores that are the sum of their indicators = scores out of indicators"
        yield zh, en, str(good), str(len(of_points))
