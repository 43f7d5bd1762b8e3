"""The table ``assessments`` 考核结果: results by rows, each fault where it stands.

Sources: C1, C2; definition 5.17; specification page 3.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from equivalents.assess import print_number
from equivalents.assesswho import Known
from equivalents.findings import Findings, Row, Table, near
from equivalents.policy.assessfigures import decimal
from equivalents.policy.assessment import AssessedLevel, Assessment, Result
from equivalents.policy.calendar import Period, parse_period
from equivalents.policy.load import fault_text
from equivalents.units import NumberFaultError

__all__ = ["check_results", "read_results"]

_LEVELS: Final = {level.value: level for level in AssessedLevel}
_FLAGS: Final = {"1": True, "是": True, "0": False, "否": False}
_RATIO: Final = ("numerator", "denominator")
_FORMS: Final = (
    "分子和分母、得分、免考三者须有且只有一样"
    "¦give exactly one of numerator and denominator, score, and exempt"
)
_NO_RATIO: Final = "此指标没有计分办法，只能直接给得分¦it has no score function: give its score"
_NO_SCORE: Final = "此指标按分子和分母计分¦its score is computed: give numerator and denominator"
_WHOLE: Final = "综合考核只能直接给总分或免考¦a composite is given its score, or is exempt"
_YES_NO: Final = "是否类指标的比值须为 0 或 1¦the ratio of a yes/no must be 0 or 1"


def read_results(table: Table, period: Period | None, findings: Findings) -> tuple[Result, ...]:
    """The results that can be read; faults are noted, a result that stands twice too."""
    found: list[Result] = []
    seen: dict[tuple[str, ...], Row] = {}
    for row in table:
        result = _result(row, period, findings)
        if result is None:
            continue
        key = (result.level.value, result.subject_id, result.indicator, result.period)
        if key in seen:
            facts = {"indicator": key[2], "period": key[3], "other": str(seen[key].place)}
            findings.add("RESULT_TWICE", row.place, key[1], **facts)
        else:
            found.append(result)
        seen.setdefault(key, row)
    return tuple(found)


def _result(row: Row, period: Period | None, findings: Findings) -> Result | None:
    """A row as read; one at fault stands for itself as exempt, so that it is not missing too."""
    before = len(findings.problems)
    if not (row["level"] and row["subject_id"] and row["indicator"]):
        return None  # a blank required cell is noted where the table is read
    level = _level(row, findings)
    named = _period(row, period, findings)
    above, below, score = (_number(row, name, findings) for name in (*_RATIO, "score"))
    exempt = _exempt(row, findings)
    ratio = bool(row[_RATIO[0]] and row[_RATIO[1]])
    whole = ratio or not (row[_RATIO[0]] or row[_RATIO[1]])
    if not whole or ratio + bool(row["score"]) + exempt != 1:
        findings.add("RESULT_FORM", row.place, row["indicator"], detail=_FORMS)
    if level is None or not named:
        return None
    texts = row["subject_id"], row["indicator"], named
    if any(one.severity == "error" for one in findings.problems[before:]):
        return Result(level, *texts, exempt=True, place=row.place)
    return Result(level, *texts, above, below, score, exempt, row["reference"], row.place)


def _exempt(row: Row, findings: Findings) -> bool:
    """A flag written 1, 0, 是, 否 or blank."""
    text = row["exempt"]
    if text not in ("", *_FLAGS):
        findings.add("FLAG_INVALID", row.at("exempt"), text)
    return _FLAGS.get(text, False)


def _level(row: Row, findings: Findings) -> AssessedLevel | None:
    text = row["level"]
    if text in _LEVELS:
        return _LEVELS[text]
    findings.add_choice(row.at("level"), text, tuple(_LEVELS))
    return None


def _period(row: Row, period: Period | None, findings: Findings) -> str:
    text = row["period"] or (period.name if period is not None else "")
    try:
        return parse_period(text).name if text else ""
    except ValueError:
        findings.add("PERIOD_INVALID", row.at("period"), text)
        return period.name if period is not None else ""


def _number(row: Row, column: str, findings: Findings) -> Fraction | None:
    text = row[column]
    try:
        return decimal(text) if text else None
    except NumberFaultError as fault:
        detail = fault_text(fault)
        findings.add("NUMBER_INVALID", row.at(column), text, detail=detail)
        return None


# -- against the assessment -----------------------------------------------------------------------


def check_results(
    results: Sequence[Result], assessment: Assessment, known: Known, findings: Findings
) -> tuple[Result, ...]:
    """Note results of unknown subjects and indicators, and those of another form or above full.

    The results come back with those of another form as exempt, so that they bring no other fault.
    """
    checked = []
    names = {level: known.names(level) for level in {row.level for row in results}}
    every = (*assessment.indicators, *assessment.composites)
    for row in results:
        subjects = names[row.level]
        if subjects is not None and row.subject_id not in subjects:
            hint = near(row.subject_id, sorted(subjects))
            place = row.place.at("subject_id")
            findings.add("ID_UNKNOWN", place, row.subject_id, column="subject_id", near=hint)
        if row.indicator not in every:
            hint, listed = near(row.indicator, every), ", ".join(every) or "-"
            place = row.place.at("indicator")
            findings.add("INDICATOR_UNKNOWN", place, row.indicator, near=hint, allowed=listed)
            checked.append(row)
        elif _fits(row, assessment, findings):
            checked.append(row)
        else:
            checked.append(row._replace(numerator=None, denominator=None, score=None, exempt=True))
    return tuple(checked)


def _fits(row: Result, assessment: Assessment, findings: Findings) -> bool:
    indicator = assessment.indicators.get(row.indicator)
    given = row.denominator is not None
    detail = ""
    if indicator is None:
        full = assessment.composites[row.indicator].total
        detail = _WHOLE if given else ""
    else:
        full = indicator.full
        if given and indicator.score is None:
            detail = _NO_RATIO
        elif row.score is not None and indicator.score is not None:
            detail = _NO_SCORE
        elif indicator.yes_no and row.denominator and row.numerator not in (0, row.denominator):
            detail = _YES_NO
    if detail:
        findings.add("RESULT_FORM", row.place, row.indicator, detail=detail)
    if row.score is not None and row.score > full:
        place, facts = row.place.at("score"), {"full": print_number(full)}
        text = print_number(row.score)
        findings.add("RESULT_ABOVE_FULL", place, text, indicator=row.indicator, **facts)
        return False
    return not detail
