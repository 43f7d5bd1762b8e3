"""The data-quality report as tables of texts: what the workbook and the page both show.

Counts are whole numbers; shares are percentages with two places, rounded half up from the counts.
Source: issue "Files as they are", data-quality report.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from equivalents.intake.headings import TABLES
from equivalents.intake.qualityrows import QualityGroups, dimension_of
from equivalents.policy.calendar import print_day
from equivalents.quality import GROUPINGS, QualitySums, share_e2
from equivalents.reasons import REASONS
from equivalents.report.book import SheetColumn
from equivalents.units import print_fixed

__all__ = [
    "Quality",
    "QualityColumn",
    "QualityTable",
    "filled_marks",
    "forms_read",
    "percent",
    "quality_tables",
]

_GROUPING: Final = {
    "source": ("来源", "source"),
    "institution": ("机构", "institution"),
    "item": ("项目", "item"),
    "month": ("月份", "month"),
}
_DIMENSIONS: Final = {
    "completeness": ("完整性", "completeness"),
    "validity": ("有效性", "validity"),
    "uniqueness": ("唯一性", "uniqueness"),
    "timeliness": ("时效性", "timeliness"),
    "consistency": ("一致性", "consistency"),
}
_SEVERITIES: Final = {"error": "错误 error", "warning": "提示 warning", "note": "说明 note"}
_COLUMNS: Final = TABLES["records"].columns
_COUNT, _SHARE = "#,##0", "0.00"


@dataclass(frozen=True, slots=True)
class QualityColumn:
    """A column: heading in both languages, width in the workbook; blank form: text."""

    zh: str
    en: str
    width: int
    form: str = ""
    total: bool = False

    @property
    def sheet(self) -> SheetColumn:
        """The same column of a workbook."""
        return SheetColumn(f"{self.zh} {self.en}", self.width, self.form, self.total)


@dataclass(frozen=True, slots=True)
class QualityTable:
    """A table: its key, title and note, columns and rows of texts, a text for each column."""

    key: str
    zh: str
    en: str
    note: str
    columns: Sequence[QualityColumn]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Quality:
    """What is reported: sums by groups, the names of institutions and items, forms understood."""

    sums: QualitySums
    groups: QualityGroups
    names: Mapping[str, Mapping[str, str]]
    forms: Sequence[Sequence[str]]
    title: str

    @property
    def outside(self) -> int:
        """Records whose day is outside the period, whatever else is wrong with them."""
        return int(self.sums.received["month"][len(self.groups.months)])

    def labels(self, grouping: str) -> list[str]:
        """What the groups are called, in order."""
        own: list[str] = {
            "source": self.groups.sources,
            "institution": self.groups.institutions,
            "item": self.groups.items,
            "month": self.groups.months,
        }[grouping]
        named = self.names.get(grouping, {})
        labels = [f"{one} {named[one]}" if named.get(one) else one for one in own]
        if grouping == "month":
            return [*labels, "（期间之外 outside）", "（无效日期 no date）"]
        if grouping == "source":
            return labels
        return [*labels, "（不在表中 unknown）", "（空白 blank）"]

    def shown(self, grouping: str) -> list[int]:
        """The groups that are shown: those with records; of tables but items also silent ones."""
        received = self.sums.received[grouping]
        extra = 0 if grouping == "source" else 2
        own = received.size - extra if grouping != "item" else 0
        return [at for at in range(received.size) if at < own or received[at]]


def percent(part: int, whole: int) -> str:
    """A share as a percentage with two places, blank of nothing."""
    share = share_e2(part, whole)
    return "" if share is None else print_fixed(share, 2)


def filled_marks(required: bool) -> list[str]:
    """The marks of cells that are filled in required columns, or in the others.

    Where performers or a team are named no person needs to be.
    """
    names = [column.name for column in _COLUMNS if column.required == required]
    return ["performer" if name == "person_id" else f"filled:{name}" for name in names]


def quality_tables(quality: Quality) -> list[QualityTable]:
    """All tables of the report, in the order in which they are shown."""
    return [
        _overview(quality),
        *(_by_group(quality, grouping) for grouping in GROUPINGS),
        _filled(quality),
        _found(quality),
        _coverage(quality),
        _forms(quality),
    ]


def _overview(quality: Quality) -> QualityTable:
    """One line a measure: how many, of how many."""
    columns = (
        QualityColumn("维度", "dimension", 24),
        QualityColumn("指标", "measure", 62),
        QualityColumn("数量", "count", 16, _COUNT),
        QualityColumn("总数", "of", 16, _COUNT),
        QualityColumn("占比（%）", "share", 12, _SHARE),
    )
    rows = [
        (" ".join(_DIMENSIONS[dimension]), measure, str(part), str(whole), percent(part, whole))
        for dimension, measure, part, whole in _measures(quality)
    ]
    note = (
        "占比由整数四舍五入到两位；写明参与人员或团队的记录不必填人员编号。"
        "Shares are rounded half up; a record of performers or a team needs no person."
    )
    return QualityTable("overview", "概览", "Overview", note, columns, rows)


def _measures(quality: Quality) -> Iterator[tuple[str, str, int, int]]:
    sums = quality.sums
    total, months = sums.total(), len(quality.groups.months)
    for required, said in ((True, "必填列已填的单元格 required cells filled"),
                           (False, "选填列已填的单元格 optional cells filled")):  # fmt: skip
        names = filled_marks(required)
        filled = sum(sums.total(name) for name in names)
        yield "completeness", said, filled, total * len(names)
    present = int(np.count_nonzero(sums.received["month"][:months]))
    yield "completeness", "有记录的月份 months with records", present, months
    yield "validity", "未退回的记录 records not rejected", total - sums.total("rejected"), total
    yield "validity", "写法有问题的记录 records doubtful in form", sums.total("in:validity"), total
    repeated = sums.total("in:uniqueness")
    yield "uniqueness", "编号重复的记录 records with a repeated id", repeated, total
    equal = sums.total("equal")
    yield "uniqueness", "与前面某行各列相同的记录 records equal to an earlier row", equal, total
    outside = "服务日期在期间之外的记录 records outside the period"
    yield "timeliness", outside, quality.outside, total
    last = int(sums.received["month"][months - 1])
    yield "timeliness", "最后一个月的记录 records of the last month", last, total
    unmatched = sums.total("in:consistency")
    yield "consistency", "与其他表对不上的记录 records at odds with tables", unmatched, total


def _by_group(quality: Quality, grouping: str) -> QualityTable:
    """One line a group with every dimension."""
    zh, en = _GROUPING[grouping]
    columns = (
        QualityColumn(zh, en, 34),
        QualityColumn("收到", "received", 13, _COUNT, True),
        QualityColumn("退回", "rejected", 12, _COUNT, True),
        QualityColumn("有提示", "with warnings", 12, _COUNT, True),
        QualityColumn("有效率（%）", "valid", 10, _SHARE),
        QualityColumn("必填完整率（%）", "required filled", 12, _SHARE),
        QualityColumn("选填完整率（%）", "optional filled", 12, _SHARE),
        QualityColumn("编号重复", "repeated ids", 12, _COUNT, True),
        QualityColumn("相同行", "equal rows", 12, _COUNT, True),
        QualityColumn("对不上", "at odds", 12, _COUNT, True),
        QualityColumn("有记录的月数", "months present", 11, _COUNT),
        QualityColumn("最早服务日", "first day", 12),
        QualityColumn("最晚服务日", "last day", 12),
        QualityColumn("距期末天数", "days to the end", 11, _COUNT),
        QualityColumn("末月占比（%）", "last month", 11, _SHARE),
    )
    labels = quality.labels(grouping)
    rows = [_group_row(quality, grouping, at, labels[at]) for at in quality.shown(grouping)]
    note = "每条记录只在一组中，各组相加等于收到的记录。Each record is in one group."
    return QualityTable(grouping, f"按{zh}", f"By {en}", note, columns, rows)


def _group_row(quality: Quality, grouping: str, at: int, label: str) -> list[str]:
    sums, months = quality.sums, len(quality.groups.months)
    received = int(sums.received[grouping][at])

    def count(mark: str) -> int:
        return int(sums.marked(grouping, mark)[at])

    def filled(required: bool) -> str:
        names = filled_marks(required)
        return percent(sum(map(count, names)), received * len(names))

    monthly = sums.monthly[grouping][at, :months]
    days = ["", "", ""]
    if sums.has_days(grouping)[at]:
        first, last = int(sums.first[grouping][at]), int(sums.last[grouping][at])
        left = quality.groups.period.end - 1 - last
        days = [print_day(first), print_day(last), str(left)]
    return [
        label,
        *(str(number) for number in (received, count("rejected"), count("warned"))),
        percent(received - count("rejected"), received),
        filled(True),
        filled(False),
        *(str(count(mark)) for mark in ("in:uniqueness", "equal", "in:consistency")),
        str(int(np.count_nonzero(monthly))),
        *days,
        percent(int(monthly[-1]), received),
    ]


def _filled(quality: Quality) -> QualityTable:
    """How many cells of each column are filled, by groups."""
    columns = (
        QualityColumn("分组", "grouping", 18),
        QualityColumn("名称", "group", 34),
        QualityColumn("列", "column", 32),
        QualityColumn("必填", "required", 10),
        QualityColumn("已填", "filled", 14, _COUNT),
        QualityColumn("收到", "received", 14, _COUNT),
        QualityColumn("占比（%）", "share", 10, _SHARE),
    )
    met = {*quality.sums.marks("filled:")}
    used = [column for column in _COLUMNS if column.required or column.name in met]
    rows = []
    for grouping in GROUPINGS:
        labels, received = quality.labels(grouping), quality.sums.received[grouping]
        counts = [quality.sums.marked(grouping, f"filled:{column.name}") for column in used]
        for at in quality.shown(grouping):
            for column, filled in zip(used, counts, strict=True):
                part, whole = int(filled[at]), int(received[at])
                said = f"{column.heading} {column.name}"
                needed = "是 yes" if column.required else "否 no"
                own = (" ".join(_GROUPING[grouping]), labels[at], said, needed)
                rows.append([*own, str(part), str(whole), percent(part, whole)])
    note = "没有一条记录填写的选填列不列。Optional columns that nobody filled are left out."
    return QualityTable("filled", "各列完整", "Columns filled", note, columns, rows)


def _found(quality: Quality) -> QualityTable:
    """How many records each code was found in, by groups."""
    columns = (
        QualityColumn("分组", "grouping", 18),
        QualityColumn("名称", "group", 34),
        QualityColumn("维度", "dimension", 20),
        QualityColumn("代码", "code", 28),
        QualityColumn("程度", "severity", 14),
        QualityColumn("记录", "records", 13, _COUNT),
        QualityColumn("占比（%）", "share", 10, _SHARE),
        QualityColumn("以此退回", "rejected by it first", 14, _COUNT),
    )
    rows = []
    for grouping in GROUPINGS:
        labels, received = quality.labels(grouping), quality.sums.received[grouping]
        codes = [
            (code, quality.sums.marked(grouping, f"code:{code}"),
             quality.sums.marked(grouping, f"first:{code}"))
            for code in quality.sums.marks("code:")
        ]  # fmt: skip
        for at in quality.shown(grouping):
            for code, found, first in codes:
                if found[at]:
                    own = [" ".join(_GROUPING[grouping]), labels[at], *_about(code)]
                    counts = int(found[at]), int(received[at])
                    rows.append([*own, str(counts[0]), percent(*counts), str(int(first[at]))])
    note = (
        "一条记录可有几个代码；“以此退回”只计第一个，各代码相加等于退回的记录。"
        "A record may have several codes; it is rejected by the first."
    )
    return QualityTable("codes", "问题代码", "Codes found", note, columns, rows)


def _about(code: str) -> tuple[str, str, str]:
    dimension = " ".join(_DIMENSIONS[dimension_of(code)])
    return dimension, code, _SEVERITIES[REASONS[code].severity]


def _coverage(quality: Quality) -> QualityTable:
    """Records of each source, institution and item month by month."""
    months = quality.labels("month")
    columns = (
        QualityColumn("分组", "grouping", 18),
        QualityColumn("名称", "group", 34),
        *(QualityColumn(*_parted(month), 12, _COUNT) for month in months),
    )
    rows = [
        [
            " ".join(_GROUPING[grouping]),
            quality.labels(grouping)[at],
            *map(str, quality.sums.monthly[grouping][at].tolist()),
        ]
        for grouping in ("source", "institution", "item")
        for at in quality.shown(grouping)
    ]
    note = "各月收到的记录，退回的也在内。Records received by month, rejected ones too."
    return QualityTable("coverage", "月份覆盖", "Coverage by month", note, columns, rows)


def _parted(label: str) -> tuple[str, str]:
    """A label of a month as Chinese and English."""
    zh, _, en = label.strip("（）").partition(" ")
    return zh, en


def _forms(quality: Quality) -> QualityTable:
    """What was understood though it was written in another form."""
    columns = (
        QualityColumn("文件", "file", 40),
        QualityColumn("列", "column", 30),
        QualityColumn("写法", "form", 40),
        QualityColumn("原文", "text", 30),
        QualityColumn("读作", "read as", 24),
        QualityColumn("单元格", "cells", 12, _COUNT),
    )
    note = (
        "写法不同但认得出、已换写的单元格：照原样读取的文件每种原文一行，其他文件每种写法一行。"
        "Cells in another form that were understood: a line a text, of cleaned files a form."
    )
    return QualityTable("forms", "换写", "Other forms", note, columns, quality.forms)


def forms_read(understood: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    """The forms that were met in files that are not plain."""
    for one in understood:
        if one["table"] == "records":
            for form in one["forms"]:
                file = f"{one['file']} [{one['sheet']}]" if one["sheet"] else str(one["file"])
                # No example: it may be the id of a resident, and a report goes further than a case.
                yield [file, str(form["column"]), str(form["form"]), "", "", str(form["count"])]
