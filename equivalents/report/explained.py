"""An explanation as text that can be added up by hand, and as JSON of decimal texts (溯源).

Every line of the text carries all of its figures, so that a reader with a pocket calculator (or a
test) gets from quantities to yuan without any other file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from equivalents.contracts import ContractLine
from equivalents.explain import ItemLine, PersonStory, PlaceStory, PoolStory
from equivalents.itemmoney import LineKind, MoneyLine
from equivalents.leave import LeaveLine
from equivalents.origin import Origin
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.leave import Average
from equivalents.policy.model import Posting
from equivalents.report.leavetable import print_percent
from equivalents.report.origins import origin_text
from equivalents.sharesteps import ShareStep, StandingBound
from equivalents.takenoff import CEILING, LEADER, TakenOff
from equivalents.units import print_e3, print_e4, print_e7, print_fen
from equivalents.yearly import LimitedPayout

__all__ = ["Record", "person_text", "pool_text"]

Record = Mapping[str, str]
"""One record of the person as texts: file, row, item, date, quantity, series, verdict."""

_LEVELS = {"institution": "机构 institution", "department": "科室 department", "person": "人员"}
_KEYS = {
    "adjusted": "按调整当量",
    "equivalents": "按当量",
    "headcount": "按人头",
    "fixed": "按固定份额",
    "contracts": "按签约数",
}
_MONEY = {
    LineKind.ITEM: "项目 item",
    LineKind.CUT: "封顶扣减 cut",
    LineKind.LEAVE: "请假 leave",
    LineKind.BROUGHT: "期初 brought in",
}
_SHORT = {"institution": "→ 机构", "department": "→ 科室", "person": "→ 人员"}


# -- text ------------------------------------------------------------------------------------------


def person_text(story: PersonStory, records: Sequence[Record] | None = None) -> str:
    """The explanation of a person as text, Chinese with English headings."""
    lines = [f"溯源 explain  {story.person_id} {story.name}  期间 period {story.period}".rstrip()]
    for place in story.places:
        lines += ["", *_place_text(place)]
    if records is not None:
        lines += ["", f"服务记录 records ({len(records)})", *map(_record_text, records)]
    sums = " + ".join(print_fen(place.amount_fen) for place in story.places)
    lines += ["", f"合计 total = {sums} = {print_fen(story.amount_fen)} 元 yuan"]
    return "\n".join(lines) + "\n"


def _place_text(place: PlaceStory) -> Iterator[str]:
    yield f"机构 institution {place.institution_id} {place.name}".rstrip()
    for posting in place.postings:
        facts = (posting.post_id, posting.post, posting.title_tier, posting.department_id)
        told = " ".join(fact for fact in facts if fact)
        yield f"  任职 posting {_days_text(posting)}  {told}".rstrip()
    for series, total_e7 in place.equivalents_e7:
        lines = [line for line in place.lines if line.series == series]
        yield f"  当量 equivalents, 口径 series {series}"
        yield from map(_line_text, lines)
        yield f"    小计 sum = {print_e7(total_e7)}"
        cuts = [cut for cut in place.cuts if cut.series == series]
        for cut in cuts:
            yield f"    {_why_off(cut)}: {print_e7(-cut.equivalents_e7)}"
        if cuts:
            left_e7 = total_e7 - sum(cut.equivalents_e7 for cut in cuts)
            yield f"    {_LEFT[cuts[-1].rule]} = {print_e7(left_e7)}"
    for pool in place.pools:
        yield from _pool_text(pool)
    sums = " + ".join(print_fen(pool.amount_fen) for pool in place.pools) or "0.00"
    yield f"  应得 amount here = {sums} = {print_fen(place.amount_fen)}"


_LEFT: Final = {
    CEILING: "封顶后 after the ceiling",
    LEADER: "进入绩效池 shared in pools",
}


def _why_off(cut: TakenOff) -> str:
    """The rule that keeps equivalents out of the pools."""
    if cut.rule == LEADER:
        return f"单位负责人不入池 head's work {cut.window} {cut.name}"
    return f"封顶扣减 cut {cut.window} {cut.name}"


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
    chosen = ", ".join(f"{name}={value}" for name, value in line.conditions) or "无条件 none"
    unit = f" {line.unit}" if line.unit else ""
    basis = "" if line.basis == "record" else f", 口径 basis {line.basis}"
    reference = f", 依据 {line.reference}" if line.reference else ""
    # A stay of several months is one record: its lines count days.
    counted = "床日 days" if line.basis == "days" else f"{line.records} 条 records"
    return (
        f"    {line.month} {line.item_code} {line.item_name}".rstrip()
        + f": {counted}, {print_e3(line.quantity_e3)}{unit}"
        + f" × {print_e4(line.weight_e4)}{share} = {print_e7(line.equivalents_e7)}"
        + f"  [{line.weight_row}; 条件 {chosen}; 自 from {print_day(line.valid_from)}"
        + f"{basis}{reference}]"
    )


def _pool_text(pool: PoolStory) -> Iterator[str]:
    yield (
        f"  绩效池 pool {pool.pool}（{pool.institution_id}，口径 {pool.series}）"
        f" {print_fen(pool.pool_fen)} 元; 当量 {print_e7(pool.equivalents_e7)},"
        f" 依据 key {print_e7(pool.key_e7)}（{_KEYS[pool.key_by]} {pool.key_by}）"
    )
    yield from origin_text(pool.origin)
    if pool.institution_e4 != ONE_E4:
        yield (
            f"    机构系数 coefficient of the institution × {print_e4(pool.institution_e4)}:"
            f" 下分 shared {print_fen(pool.shared_fen)}"
        )
    for segment in pool.segments:
        days = f"[{print_day(segment.since)}, {print_day(segment.until)})"
        post = f" {segment.post_id}" if segment.post_id else ""
        yield (
            f"    系数 coefficient{post} {days}: {print_e7(segment.equivalents_e7)}"
            f" × {print_e4(segment.coefficient_e4)} = {print_e7(segment.adjusted_e7)}"
        )
    if pool.brought_e7:
        yield f"    期初 brought in: {print_e7(pool.brought_e7)}"
    yield from map(_leave_text, pool.leave)
    yield from _heads_text(pool)
    yield from map(_contract_text, pool.contracts)
    yield from map(_step_text, pool.steps)
    if pool.withheld_fen:
        yield (
            f"    考核系数 withhold × {print_e4(pool.withhold_e4)}:"
            f" 扣留 withheld {print_fen(pool.withheld_fen)}"
        )
    if pool.limited is not None:
        yield _limited_text(pool.limited)
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
    for one in pool.heads:
        days = f"[{print_day(one.since)}, {print_day(one.until)})"
        post = f" {one.post_id}" if one.post_id else ""
        length = one.until - one.since
        yield f"    人头 head{post} {days}: {length} 天 days × {print_e4(one.value_e4)}"
    yield f"    人头 head, 按天平均 mean over the days = {print_e4(pool.head_e4)}"


def _leave_text(line: LeaveLine) -> str:
    run = line.run
    days = f"[{print_day(run.since)}, {print_day(run.until)})"
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


def _limited_text(one: LimitedPayout) -> str:
    months = f"{one.part.months}/12 × {print_e4(one.part.head_e4)}"
    if one.part.paid_fen:
        months += f" - 年内已付 paid before {print_fen(one.part.paid_fen)}"
    return (
        f"    年度封顶 yearly limit {one.limit.name}: {print_fen(one.year_fen)} × {months}"
        f" = 上限 cap {print_fen(one.cap_fen)},"
        f" 合计 total {print_fen(one.total_fen)}; {print_fen(one.before_fen)},"
        f" 扣下 taken {print_fen(one.taken_fen)}"
    )


def _step_text(step: ShareStep) -> str:
    parts = [_scaled_text(step) if step.floors_fen else _by_key_text(step)]
    if step.bound is not None and not step.floors_fen:
        parts = [f"依据 key {print_e7(step.key_e7)}"] if not step.cut else parts
        word = "封顶 at cap" if step.bound.side == "cap" else "保底 at floor"
        parts.append(f"{word} {_bound_text(step, step.bound)}")
    extra = f", 尾差 remainder {step.remainder_fen} 分" if step.remainder_fen else ""
    extra += f", 封顶 capped {print_fen(step.capped_fen)}" if step.capped_fen else ""
    extra += f", 保底 floored {print_fen(step.floored_fen)}" if step.floored_fen else ""
    if step.bound is not None and step.bound.reference:
        extra += f"  [依据 {step.bound.reference}]"
    return f"    {step.parent} {_SHORT[step.level]} {step.child}: {'; '.join(parts)}{extra}"


def _by_key_text(step: ShareStep) -> str:
    """Money x key / keys, less what those held at a bound have of both."""
    held = step.held
    money, keys = print_fen(step.parent_fen), print_e7(step.all_keys_e7)
    children = f"{step.children} 份"
    if held.count and step.key_e7:
        money = f"({money} - {print_fen(held.fen)})"
        keys = f"({keys} - {print_e7(held.key_e7)})"
        children += f", 封顶 at cap {held.at_cap}" if held.at_cap else ""
        children += f", 保底 at floor {held.at_floor}" if held.at_floor else ""
    shared = f"{money} × {print_e7(step.key_e7)} / {keys} ({children})"
    return f"{shared} = {print_fen(step.before_fen)}"


def _scaled_text(step: ShareStep) -> str:
    """Floors over what the parent has are the keys that share it (5.11)."""
    floor = print_fen(step.bound.fen) if step.bound is not None else "0.00"
    rule = f"; 保底 floor {_bound_text(step, step.bound)}" if step.bound is not None else ""
    return (
        f"依据 key {print_e7(step.key_e7)}{rule}; 保底按比例 floors scaled"
        f" {print_fen(step.parent_fen)} × {floor} / {print_fen(step.floors_fen)}"
        f" ({step.children} 份) = {print_fen(step.amount_fen)}"
    )


def _bound_text(step: ShareStep, bound: StandingBound) -> str:
    """A bound as it is declared, for the child's part of a head, and what that is in fen."""
    rule = print_fen(bound.value)
    if bound.average:
        rule = (
            f"{print_e4(bound.value)} × {print_fen(step.parent_fen)}"
            f" / {print_e4(bound.heads_e4)} 人头 heads"
        )
    head, before = print_e4(bound.head_e4), ""
    if bound.year is not None:
        rule += f" × {bound.year.months}/12"
        head = print_e4(bound.year.head_e4)
        before = f" - 年内已付 paid before {print_fen(bound.year.paid_fen)}"
    return f"{rule} × {head}{before} = {print_fen(bound.fen)}"


def _record_text(record: Record) -> str:
    shown = ("file", "row", "item_code", "service_date", "quantity", "ended")
    return "  " + "  ".join(record[name] for name in shown if record[name])


def pool_text(origin: Origin, steps: Iterable[ShareStep]) -> str:
    """The explanation of a pool: its source, then each parent and child, level by level."""
    lines = [f"溯源 explain  绩效池 pool {origin.pool}  {origin.institution_id}"]
    lines += ["", *origin_text(origin)]
    level = ""
    for step in steps:
        if step.level != level:
            level = step.level
            lines += ["", f"层级 level: {_LEVELS[level]}"]
        lines.append(_step_text(step))
    return "\n".join(lines) + "\n"
