"""Weights by a study: out of time, difficulty and risk; of experts' rounds; of observed time (A11).

This is the shell around :mod:`equivalents.worth` and :mod:`equivalents.observed`: it reads what a
study file names, and tells what came out as tables, the proposal first.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from equivalents.intake.studyfile import StudyFile, open_study
from equivalents.intake.studysheets import CATEGORIES, LABOUR, OPINIONS
from equivalents.intake.studytables import Named, opinions_of, tasks_of, work_of
from equivalents.report.studies import Study, StudyTable, places, statistic
from equivalents.studies import made_up, parameters_of
from equivalents.studyobserved import observed_weights
from equivalents.studyproposal import check_standard, proposal_table
from equivalents.worth import (
    FACTOR,
    Opinion,
    Round,
    Task,
    Thresholds,
    Verdict,
    concordance,
    smallest_product,
    time_weights,
    verdicts,
    weight_e4,
)

__all__ = ["METHODS", "study_weights"]

METHODS: Final = ("time", "experts", "observed")
"""How weights can be derived: the words of the key ``method``."""
_TIME: Final = {
    "item_code": "项目编码",
    "item_name": "项目名称",
    "work": "耗时×人力系数（分钟）",
    "difficulty": "技术难度",
    "risk": "风险程度",
    "product": "难度×风险",
    "y": "技术劳务价值 Y",
    "ratio": "Y/Y0",
    "weight": "当量值",
}
_EXPERTS: Final = {
    "item_code": "项目编码",
    "item_name": "项目名称",
    "round": "末轮",
    "experts": "专家数",
    "median": "中位数",
    "lower_quartile": "下四分位",
    "upper_quartile": "上四分位",
    "iqr": "四分位距",
    "mean": "平均",
    "cv": "变异系数",
    "shift": "中位数变动",
    "another_round": "须再询",
    "weight": "当量值",
}
_ROUNDS: Final = {
    "round": "轮次",
    "items": "项目数",
    "experts": "专家数",
    "concordance": "肯德尔系数 W",
    "compared": "与上轮可比项目",
    "stable": "其中稳定",
}
_SAID: Final = {"cv": "变异系数", "iqr": "四分位距", "shift": "中位数变动"}
_WHY: Final = {
    "cv": "变异系数 {found} 大于 {most}¦the coefficient of variation, {found}, is above {most}",
    "iqr": "四分位距/中位数 {found} 大于 {most}¦quartiles / median, {found}, is above {most}",
    "shift": "中位数变动 {found} 大于 {most}¦the median moved by {found}, above {most}",
}


def study_weights(path: Path) -> Study:
    """Weights by the method that the study file names.

    Raises:
        DataError: every fault of the study file and its tables.
    """
    file, method = open_study(path, METHODS)
    file.day("valid_from")
    if method != "experts":
        file.needed("standard")
    weighed: Mapping[str, Any] = {
        "time": _by_time,
        "experts": _by_experts,
        "observed": observed_weights,
    }
    tables, statistics = weighed[method](file)
    file.findings.stop_on_errors()
    title, parameters = made_up(file, "当量值测算"), parameters_of(file)
    files, problems = tuple(file.files), tuple(file.findings.problems)
    return Study(f"weights:{method}", title, tables, files, parameters, statistics, problems)


_Out = tuple[tuple[StudyTable, ...], dict[str, Any]]


# -- time, difficulty and risk ---------------------------------------------------------------------


def _by_time(file: StudyFile) -> _Out:
    labour = file.table("labour", LABOUR)
    categories = file.table("categories", CATEGORIES, required=False)
    factor = file.number("factor", FACTOR)
    declared = file.number("smallest")
    work = [] if labour is None else work_of(labour, categories, file.findings)
    file.findings.stop_on_errors()
    tasks = tasks_of(work, file.findings)
    names = {one.item_code: one.named for one in reversed(work)}
    file.findings.stop_on_errors()
    standard = check_standard(file, tasks)
    file.findings.stop_on_errors()
    smallest = declared or smallest_product([*tasks.values()])
    for item, task in tasks.items():
        if task.product < smallest:
            facts = {"product": str(task.product), "smallest": str(smallest)}
            facts = {name: places(Fraction(text)) for name, text in facts.items()}
            file.findings.add("STUDY_BELOW_SMALLEST", names[item].place, item, **facts)
    if not tasks[standard].work:
        file.findings.add("STUDY_STANDARD_ZERO", names[standard].place, standard)
    file.findings.stop_on_errors()
    worth = time_weights([*tasks.values()], standard, smallest, factor or FACTOR)
    weights = {item: weight_e4(one.ratio) for item, one in worth.items()}
    rows = [
        _time_row(task, names[item].name, worth[item].y, worth[item].ratio, weights[item])
        for item, task in tasks.items()
    ]
    report = StudyTable("report", "测算明细", _TIME, rows, (*_TIME,)[2:])
    statistics = {
        "items": len(tasks),
        "standard": standard,
        "standard_y": places(worth[standard].y),
        "factor": places(factor),
        "smallest": places(smallest, 7),
        "smallest_from": "declared" if declared else "items",
    }
    return (proposal_table(file, weights, names), report), statistics


def _time_row(task: Task, name: str, y: Fraction, ratio: Fraction, weight: int) -> tuple[str, ...]:
    figures = (task.work, task.difficulty, task.risk, task.product, y, ratio)
    return task.item_code, name, *map(places, figures), places(Fraction(weight, 10**4))


# -- experts ---------------------------------------------------------------------------------------


def _by_experts(file: StudyFile) -> _Out:
    table = file.table("opinions", OPINIONS)
    asked = Thresholds(
        file.number("largest_cv", Fraction(1, 4)),
        file.number("largest_iqr"),
        file.number("largest_shift", Fraction(15, 100)),
    )
    at_least = file.count("at_least", 3)
    opinions, names = ([], {}) if table is None else opinions_of(table, file.findings)
    file.findings.stop_on_errors()
    found = verdicts(opinions, asked)
    standard = check_standard(file, found)
    file.findings.stop_on_errors()
    for item, verdict in found.items():
        if verdict.last.experts < at_least:
            facts = {"found": str(verdict.last.experts), "needed": str(at_least)}
            file.findings.add("STUDY_FEW", names[item].place, item, **facts)
    one = found[standard].last.median if standard else Fraction(1)
    if not one:
        file.findings.add("STUDY_STANDARD_ZERO", names[standard].place, standard)
    file.findings.stop_on_errors()
    _tell_again(file, found, names, asked)
    weights = {item: weight_e4(verdict.last.median / one) for item, verdict in found.items()}
    rows = [
        _expert_row(verdict, names[item].name, weights[item]) for item, verdict in found.items()
    ]
    numbers = tuple(name for name in _EXPERTS if name not in _WORDS)
    report = StudyTable(
        "report", "末轮意见", _EXPERTS, rows, numbers, words={"another_round": _SAID}
    )
    rounds = StudyTable("rounds", "各轮一致性", _ROUNDS, _round_rows(opinions, found, asked))
    again = [item for item, verdict in found.items() if verdict.again]
    statistics = {
        "items": len(found),
        "rounds": len(rounds.rows),
        "another_round": again,
        "standard": standard,
        "thresholds": {
            "cv": places(asked.cv), "iqr": places(asked.iqr), "shift": places(asked.shift)
        },
    }  # fmt: skip
    return (proposal_table(file, weights, names), report, rounds), statistics


_WORDS: Final = ("item_code", "item_name", "round", "experts", "another_round")


def _cv(one: Round) -> str:
    squared = one.cv_squared
    return "" if squared is None else statistic(float(squared) ** 0.5)


def _expert_row(verdict: Verdict, name: str, weight: int) -> tuple[str, ...]:
    last = verdict.last
    return (
        last.item_code,
        name,
        str(last.number),
        str(last.experts),
        *map(places, (last.median, last.lower, last.upper, last.iqr, last.mean)),
        _cv(last),
        places(verdict.shift),
        ";".join(verdict.again),
        places(Fraction(weight, 10**4)),
    )


def _tell_again(
    file: StudyFile, found: Mapping[str, Verdict], names: Mapping[str, Named], asked: Thresholds
) -> None:
    """Which items need another round, and why, with the figure and the declared threshold."""
    most = {"cv": asked.cv, "iqr": asked.iqr, "shift": asked.shift}
    for item, verdict in found.items():
        last = verdict.last
        figure = {
            "cv": _cv(last),
            "iqr": places(last.iqr / last.median) if last.median else places(last.iqr),
            "shift": places(verdict.shift),
        }
        halves: list[list[str]] = [[], []]
        for name in verdict.again:
            said = _WHY[name].format(found=figure[name], most=places(most[name]))
            for half, text in zip(halves, said.split("¦"), strict=True):
                half.append(text)
        if verdict.again:
            why = f"{'；'.join(halves[0])}¦{'; '.join(halves[1])}"
            file.findings.add("STUDY_ANOTHER_ROUND", names[item].place, item, why=why)


def _round_rows(
    opinions: Sequence[Opinion], found: Mapping[str, Verdict], asked: Thresholds
) -> list[tuple[str, ...]]:
    """Every round: who took part, how much they agree, how many medians stood still."""
    rows: list[tuple[str, ...]] = []
    for number in sorted({one.round for one in opinions}):
        mine = [one for one in opinions if one.round == number]
        compared, stable = 0, 0
        for verdict in found.values():
            pair = [one for one in verdict.rounds if one.number <= number][-2:]
            if len(pair) == 2 and pair[1].number == number and pair[0].median:
                moved = abs(pair[1].median - pair[0].median) / pair[0].median
                compared += 1
                stable += asked.shift is None or moved <= asked.shift
        rows.append(
            (
                str(number),
                str(len({one.item_code for one in mine})),
                str(len({one.expert for one in mine})),
                places(concordance(mine)),
                str(compared),
                str(stable),
            )
        )
    return rows
