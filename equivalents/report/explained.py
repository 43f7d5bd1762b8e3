"""An explanation as text that can be added up by hand, and as JSON of decimal texts (溯源).

Every line of the text carries all of its figures, so that a reader with a pocket calculator (or a
test) gets from quantities to yuan without any other file.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from equivalents.contracts import ContractLine
from equivalents.errors import called
from equivalents.explain import ItemLine, PersonStory, PlaceStory
from equivalents.itemmoney import LineKind, MoneyLine
from equivalents.leave import LeaveLine
from equivalents.ownrecords import OwnRecord
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.leave import Average
from equivalents.policy.model import Posting
from equivalents.poolstory import PoolStory
from equivalents.reasons import EXCLUSIONS
from equivalents.report.componenttext import charged_text, component_text
from equivalents.report.factors import days_text, factors_text
from equivalents.report.folding import folded
from equivalents.report.leavetable import print_percent
from equivalents.report.origins import origin_text
from equivalents.report.steptext import KEYS, limited_text, step_text, withheld_text
from equivalents.report.whowords import average_text, handed_text, who_text
from equivalents.takenoff import CEILING, LEADER, TakenOff
from equivalents.units import print_e3, print_e4, print_e7, print_fen

__all__ = ["person_text"]

_MONEY = {
    LineKind.ITEM: "项目 item",
    LineKind.CUT: "封顶扣减 cut",
    LineKind.LEAVE: "请假 leave",
    LineKind.BROUGHT: "期初 brought in",
}


# -- text ------------------------------------------------------------------------------------------


def person_text(story: PersonStory, records: Sequence[OwnRecord] | None = None) -> str:
    """The explanation of a person as text, Chinese with English headings."""
    lines = [f"溯源 explain  {story.person_id} {story.name}  期间 period {story.period}".rstrip()]
    for place in story.places:
        lines += ["", *_place_text(place)]
    if records is not None:
        lines += ["", f"服务记录 records ({len(records)})"]
        lines += [line for record in records for line in _record_text(record)]
    sums = " + ".join(print_fen(place.amount_fen) for place in story.places)
    lines += ["", f"合计 total = {sums} = {print_fen(story.amount_fen)} 元 yuan"]
    return "\n".join(folded(lines)) + "\n"


def _place_text(place: PlaceStory) -> Iterator[str]:
    yield f"机构 institution {place.institution_id} {place.name}".rstrip()
    for posting in place.postings:
        facts = [posting.post_id, posting.post, posting.title_tier, posting.department_id]
        if any(pool.who for pool in place.pools):
            facts += [posting.employment_type, posting.kind]
        told = " ".join(fact for fact in facts if fact)
        yield f"  任职 posting {_days_text(posting)}  {told}".rstrip()
    for series, total_e7 in place.equivalents_e7:
        lines = [line for line in place.lines if line.series == series]
        yield f"  当量 equivalents, 口径 series {series}"
        yield from map(_line_text, lines)
        yield f"    小计 sum = {print_e7(total_e7)}"
        cuts = [cut for cut in place.cuts if cut.series == series]
        yield from map(_cut_text, cuts)
        if cuts:
            left_e7 = total_e7 - sum(cut.equivalents_e7 for cut in cuts)
            yield f"    {_LEFT[cuts[-1].rule]} = {print_e7(left_e7)}"
    for pool in place.pools:
        yield from _pool_text(pool, place.outside_e7(pool))
    for one in place.components:
        yield from component_text(one)
    amounts = [pool.amount_fen for pool in place.pools]
    amounts += [one.amount_fen for one in place.components]
    sums = " + ".join(map(print_fen, amounts)) or "0.00"
    yield f"  应得 amount here = {sums} = {print_fen(place.amount_fen)}"


_LEFT: Final = {
    CEILING: "封顶后 after the ceiling",
    LEADER: "进入绩效池 shared in pools",
}


def _cut_text(cut: TakenOff) -> str:
    """Equivalents that share in no pool, and by which rule."""
    reference = f"依据 {cut.reference}" if cut.reference else ""
    if cut.rule == LEADER:
        told = f"    单位负责人不入池 head's work {cut.window} {cut.name}"
        return f"{told}: {print_e7(-cut.equivalents_e7)}" + (
            f"  [{reference}]" if reference else ""
        )
    tiers = ", ".join(f"{print_e7(one.from_e7)} 起 × {print_e4(one.rate_e4)}" for one in cut.tiers)
    rule = "; ".join(filter(None, (f"分段 tiers {tiers}", reference)))
    return f"    封顶扣减 cut {cut.window} {cut.name}: {print_e7(-cut.equivalents_e7)}  [{rule}]"


def _days_text(posting: Posting) -> str:
    """The days of a posting, half-open; in words where they have no end."""
    start = "" if posting.active_from == FIRST_DAY else print_day(posting.active_from)
    end = "" if posting.active_to == LAST_DAY else print_day(posting.active_to)
    if start and end:
        return f"[{start}, {end})"
    return (
        f"自 from {start}"
        if start
        else f"至 until {end}（不含 exclusive）"
        if end
        else "一直 always"
    )


def _line_text(line: ItemLine) -> str:
    share = f" × {line.share}/{line.whole}" if line.whole > 1 else ""
    chosen = ", ".join(f"{name}={value}" for name, value in line.conditions)
    chosen = f"条件 {chosen}; " if chosen else ""
    unit = f" {line.unit}" if line.unit else ""
    basis = "" if line.basis == "record" else f", 口径 basis {line.basis}"
    reference = f", 依据 {line.reference}" if line.reference else ""
    # A stay of several months is one record: its lines count days.
    counted = "床日 days" if line.basis == "days" else f"{line.records} 条 records"
    return (
        f"    {line.month} {line.item_code} {line.item_name}".rstrip()
        + f": {counted}, {print_e3(line.quantity_e3)}{unit}"
        + f" × {print_e4(line.weight_e4)}{share} = {print_e7(line.equivalents_e7)}"
        + f"  [{line.weight_row}; {chosen}自 from {print_day(line.valid_from)}"
        + f"{basis}{reference}]"
    )


def _pool_text(pool: PoolStory, outside_e7: int) -> Iterator[str]:
    yield (
        f"  绩效池 pool {pool.pool}（{pool.institution_id}，口径 {pool.series}）"
        f" {print_fen(pool.pool_fen)} 元; 当量 {print_e7(pool.equivalents_e7)},"
        f" 依据 key {print_e7(pool.key_e7)}（{KEYS[pool.key_by]} {pool.key_by}）"
    )
    yield from origin_text(pool.origin)
    if pool.who is not None:
        yield who_text(pool.who)
    if outside_e7:
        yield f"    其余任职不参与 other postings do not share: {print_e7(-outside_e7)}"
    if pool.institution_e4 != ONE_E4 or pool.institution_factors:
        yield (
            f"    机构系数 coefficient of the institution × {print_e4(pool.institution_e4)}:"
            f" 下分 shared {print_fen(pool.shared_fen + pool.charged_fen)}"
        )
        yield from factors_text(pool.institution_factors)
    if pool.charged_fen:
        yield charged_text(pool.charged_fen, pool.shared_fen)
    for segment in pool.segments:
        days = days_text(segment.since, segment.until)
        post = f" {segment.post_id}" if segment.post_id else ""
        yield (
            f"    系数 coefficient{post} {days}: {print_e7(segment.equivalents_e7)}"
            f" × {print_e4(segment.coefficient_e4)} = {print_e7(segment.adjusted_e7)}"
        )
        yield from factors_text(segment.factors)
    if pool.brought_e7:
        yield f"    期初 brought in: {print_e7(pool.brought_e7)}"
    yield from map(_leave_text, pool.leave)
    yield from _heads_text(pool)
    yield from map(_contract_text, pool.contracts)
    if pool.average is not None:
        yield average_text(pool.average)
    yield from map(handed_text, pool.handed)
    for step in pool.steps:
        yield from step_text(step)
    if pool.withheld_fen or pool.withhold_factors:
        yield from withheld_text(
            pool.withhold_e4,
            pool.withheld_fen,
            pool.withhold_factors,
            later=pool.released_later,
        )
    if pool.limited is not None:
        yield limited_text(pool.limited)
    yield from map(_money_text, pool.money)
    if pool.unlined_fen:
        yield f"    不分到各行 on the pool's line: {print_fen(pool.unlined_fen)}"
    yield f"    得 gets {print_fen(pool.amount_fen)}"


def _money_text(line: MoneyLine) -> str:
    """What of the amount falls on a line of the key, and by what key (5.13)."""
    key = print_e7(line.equivalents_e7)
    if line.coefficient_e4 != ONE_E4:
        key += f" × {print_e4(line.coefficient_e4)}"
    named = (_MONEY[line.kind], line.when, line.code, line.name)
    told = " ".join(word for word in named if word)
    row = f"  [{line.weight_row}]" if line.weight_row else ""
    share = f", 分摊 share {line.share}/{line.whole}" if line.whole > 1 else ""
    return f"    金额 money {told}{share}: {key} → {print_fen(line.amount_fen)}{row}"


def _heads_text(pool: PoolStory) -> Iterator[str]:
    """How much of a head somebody is: the mean over the days of postings there (5.3)."""
    if not pool.heads:
        return
    for one, factors in zip(pool.heads, pool.head_factors, strict=True):
        days = days_text(one.since, one.until)
        post = f" {one.post_id}" if one.post_id else ""
        length = one.until - one.since
        yield f"    人头 head{post} {days}: {length} 天 days × {print_e4(one.value_e4)}"
        yield from factors_text(factors)
    yield f"    人头 head, 按天平均 mean over the days = {print_e4(pool.head_e4)}"


def _leave_text(line: LeaveLine) -> str:
    run = line.run
    days = days_text(run.since, run.until)
    whose = f"科室 department {run.department}".rstrip()
    if run.rule.average is Average.OWN:
        whose = f"本人 own, {run.rule.over.value}"
    reference = f", 依据 {run.rule.reference}" if run.rule.reference else ""
    return (
        f"    请假 leave {run.leave.kind} {days}: {line.days} 天 days"
        f" × {print_percent(run.rule.percent_e4)}% × {print_e4(line.head_e4)}"
        f" × {print_e7(line.average_e7)} / {print_e4(line.days_e4)} = {print_e7(line.key_e7)}"
        f"  [平均 average {whose}{reference}]"
    )


def _contract_text(line: ContractLine) -> str:
    whose = f"团队 team {line.team_id}" if line.team_id else "本人 own"
    return (
        f"    签约 contracts {whose}: {line.contracts} × {line.share}/{line.whole}"
        f" = {print_e7(line.key_e7)}"
    )


def _record_text(record: OwnRecord) -> Iterator[str]:
    """A record as it came, and below it how it ended in each series."""
    dates = [record.columns.get(name, "") for name in ("service_date", "service_end_date")]
    days = " 至 to ".join(filter(None, dates))
    team = record.columns.get("team_id", "")
    told = f"{record.institution_id} {record.item_code} {days}"
    told += f", 数量 quantity {record.columns.get('quantity', '')}"
    told += f", 团队 team {team}" if team else ""
    told += f", 参与 performers {record.performers}" if record.performers else ""
    yield f"  {called(record.file, record.sheet)} 第 {record.row} 行 row: {told}"
    for end in record.ends:
        if end.verdict:
            zh, en = EXCLUSIONS.get(end.verdict, ("退回", "rejected"))
            yield f"    口径 {end.series}: 未计 not counted {zh} {en} ({end.verdict})"
            continue
        share = f", 份额 share {end.share}/{end.whole}" if end.whole > 1 else ""
        yield (
            f"    口径 {end.series}: {end.month} 计 counted {end.records} 条 records,"
            f" {print_e3(end.quantity_e3)}{share}  [{end.weight_row}]"
        )
