"""Which weight row applies (5.7), asked through the public ``WeightBook.choose``.

Faults caught: the first fitting row instead of the most specific, the smaller weight among resident
groups, a blank attribute that matches a filled condition, a stop that outlives a later row, an
attribute learned after the first question answered from a stale table.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from equivalents.codes import Codebook
from equivalents.policy.book import ANY_VISIT, Attributes, PostingClass, Verdict, WeightBook
from equivalents.policy.contacts import ConcurrentRule
from equivalents.policy.model import CONDITIONS, WeightRow
from equivalents.policy.posts import Codes

END = 100
CLASSES = [PostingClass(), PostingClass("I", "senior"), PostingClass("I"), PostingClass("II", "b")]


def row(
    weight: int,
    start: int = 0,
    end: int = END,
    *,
    item: str = "A",
    series: str = "pay",
    stopped: bool = False,
    **conditions: str,
) -> WeightRow:
    """A weight row; days are small numbers, weights are ten-thousandths."""
    plain = WeightRow(series, item, weight, start, end, stopped=stopped)
    return under(plain, **conditions)


def under(weight: WeightRow, /, **conditions: str) -> WeightRow:
    """The same row under some conditions."""
    group, resident, tier, setting, visit = [conditions.pop(name, "") for name in CONDITIONS]
    assert not conditions, "every name is a condition"
    return replace(weight, conditions=(group, resident, tier, setting, visit))


class Desk:
    """A book of some rows and the codebooks that it is asked by."""

    def __init__(self, *rows: WeightRow, buckets: Sequence[int] = range(END + 5)) -> None:
        self.items: Codebook[str] = Codebook(sorted({one.item_code for one in rows}))
        self.classes = Codebook(CLASSES)
        self.attributes: Codebook[Attributes] = Codebook([Attributes()])
        self.book = WeightBook("pay", rows, self.items, list(buckets), self.classes)

    def ask(
        self,
        *questions: tuple[str, int, PostingClass, Attributes],
    ) -> list[int]:
        """The weights, or verdicts, for some (item, bucket, class, attributes)."""
        item, bucket, place, attribute = zip(*questions, strict=True)
        chosen = self.book.choose(
            codes(self.items.learn(item)),
            codes(bucket),
            codes(self.classes.find(one) for one in place),
            codes(self.attributes.learn(attribute)),
            self.attributes,
        )
        return [int(self.book.weight_e4[i]) if i >= 0 else int(i) for i in chosen]

    def one(
        self,
        day: int = 5,
        item: str = "A",
        place: PostingClass = CLASSES[0],
        groups: tuple[str, ...] = (),
        setting: str = "",
        visit: str = "",
    ) -> int:
        return self.ask((item, day, place, Attributes(groups, setting, visit)))[0]


def codes(values: object) -> Codes:
    return np.fromiter(values, np.int32)  # type: ignore[call-overload, no-any-return]


# -- 5.7 -----------------------------------------------------------------------------------


def test_the_most_specific_row_wins_whatever_its_weight() -> None:
    desk = Desk(
        row(900),
        row(50, setting="home"),
        row(1, setting="home", institution_group="I"),
        row(2, setting="home", institution_group="I", title_tier="senior"),
    )
    assert desk.one() == 900
    assert desk.one(setting="home") == 50
    assert desk.one(setting="home", place=PostingClass("I")) == 1
    assert desk.one(setting="home", place=PostingClass("I", "senior")) == 2
    assert desk.one(setting="clinic", place=PostingClass("I", "senior")) == 900


@pytest.mark.parametrize("name", CONDITIONS)
def test_each_condition_is_asked(name: str) -> None:
    met = {
        "institution_group": {"place": PostingClass("I")},
        "resident_group": {"groups": ("child", "I")},
        "title_tier": {"place": PostingClass("I", "senior")},
        "setting": {"setting": "I"},
        "visit_number": {"visit": "1"},
    }[name]
    value = {"title_tier": "senior", "visit_number": "1"}.get(name, "I")
    asking = under(row(8), **{name: value})
    desk = Desk(row(7), asking)
    assert desk.one(**met) == 8  # type: ignore[arg-type]
    assert desk.one() == 7
    assert Desk(asking).one(visit="9") == Verdict.NO_WEIGHT_FOR_CONDITIONS


def test_the_larger_weight_of_several_resident_groups() -> None:
    desk = Desk(
        row(10),
        row(30, resident_group="elderly"),
        row(40, resident_group="child"),
        row(20, resident_group="poor"),
    )
    assert desk.one(groups=("elderly", "poor")) == 30
    assert desk.one(groups=("child", "elderly", "poor")) == 40
    assert desk.one(groups=("poor",)) == 20
    assert desk.one(groups=("unheard-of",)) == 10


def test_equal_weights_go_to_the_smaller_group_code() -> None:
    desk = Desk(row(30, resident_group="b"), row(30, resident_group="B"), row(30))
    assert desk.one(groups=("B", "b")) == 30
    at = desk.book.choose(
        codes([0]),
        codes([5]),
        codes([0]),
        codes(desk.attributes.learn([Attributes(("B", "b"))])),
        desk.attributes,
    )
    assert desk.book.rows[at[0]].conditions[1] == "B"


def test_more_conditions_win_over_a_larger_group_weight() -> None:
    desk = Desk(row(99, resident_group="elderly"), row(1, resident_group="child", setting="home"))
    assert desk.one(groups=("child", "elderly"), setting="home") == 1


def test_a_weight_of_nothing_is_a_weight() -> None:
    assert Desk(row(0), row(5, setting="home")).one() == 0


# -- verdicts ------------------------------------------------------------------------------


def test_validity_is_half_open() -> None:
    desk = Desk(row(1, 10, 20), row(2, 20, 30))
    days = [desk.one(day) for day in (9, 10, 19, 20, 29, 30)]
    missing = Verdict.NO_WEIGHT_ON_DATE
    assert days == [missing, 1, 1, 2, 2, missing]


def test_a_stop_holds_until_a_later_row() -> None:
    desk = Desk(row(1, 10, 20, stopped=True), row(2, 30, 40))
    days = [desk.one(day) for day in (5, 15, 20, 29, 30, 40)]
    assert days == [
        Verdict.NO_WEIGHT_ON_DATE,
        1,
        Verdict.ITEM_STOPPED,
        Verdict.ITEM_STOPPED,
        2,
        Verdict.NO_WEIGHT_ON_DATE,
    ]


def test_a_stop_is_not_undone_by_a_row_that_began_before_it() -> None:
    """Found by the reference with full counts: the row that ended last decided, stopped or not."""
    elderly = under(row(1, 0, 10, stopped=True), resident_group="elderly")
    diabetes = under(row(2, 0, 20), resident_group="diabetes")
    desk = Desk(elderly, diabetes)
    assert desk.one(25) == Verdict.ITEM_STOPPED


def test_unknown_items_and_items_of_another_series() -> None:
    desk = Desk(row(1), row(5, item="B", series="purchase"))
    assert desk.one(item="B") == Verdict.NOT_IN_SERIES
    assert desk.one(item="never seen") == Verdict.ITEM_UNKNOWN
    assert desk.one(item="a") == Verdict.ITEM_UNKNOWN


def test_a_visit_number_is_asked_like_other_conditions() -> None:
    desk = Desk(row(3), row(4, visit_number="1"), row(6, setting="home", visit_number="2"))
    assert desk.one(setting="home") == 3
    assert desk.one(visit="1") == 4
    assert desk.one(visit="2", setting="home") == 6
    assert desk.one(visit="17") == 3


def test_any_visit_meets_every_visit_number() -> None:
    desk = Desk(row(4, visit_number="3"))
    assert desk.one(visit=ANY_VISIT) == 4
    assert desk.one() == Verdict.NO_WEIGHT_FOR_CONDITIONS


def test_a_series_without_rows_answers_for_every_item() -> None:
    desk = Desk(row(1, series="purchase"))
    assert desk.one() == Verdict.NOT_IN_SERIES
    assert desk.one(item="x") == Verdict.ITEM_UNKNOWN


# -- learning ------------------------------------------------------------------------------


def test_values_that_arrive_after_the_first_question() -> None:
    desk = Desk(row(1), row(2, setting="home"), row(3, resident_group="child"))
    assert desk.one() == 1
    assert desk.one(setting="home") == 2
    for number in range(300):
        assert desk.one(item=f"new {number}") == Verdict.ITEM_UNKNOWN
        assert desk.one(setting=f"place {number}") == 1
        assert desk.one(groups=("child", f"group {number}")) == 3
    assert desk.one(setting="home") == 2


def test_records_without_any_attribute_need_no_column() -> None:
    desk = Desk(row(1), row(2, institution_group="I"), row(3, setting="home"))
    desk.attributes.learn([Attributes(setting="home")])
    count = len(CLASSES)
    chosen = desk.book.choose(
        codes([0] * count), codes([5] * count), codes(range(count)), None, desk.attributes
    )
    assert desk.book.weight_e4[chosen].tolist() == [1, 2, 2, 1]


def test_a_book_that_asks_no_posting_says_so() -> None:
    asking = [Desk(row(1, institution_group="I")), Desk(row(1, title_tier="senior"))]
    assert [desk.book.asks_posting for desk in asking] == [True, True]
    desk = Desk(row(1), row(2, setting="home"))
    assert not desk.book.asks_posting
    attribute = codes(desk.attributes.learn([Attributes(setting="home"), Attributes()]))
    chosen = desk.book.choose(codes([0, 0]), codes([5, 5]), None, attribute, desk.attributes)
    assert desk.book.weight_e4[chosen].tolist() == [2, 1]


def test_an_empty_column_of_questions() -> None:
    none = codes([])
    desk = Desk(row(1), row(2, setting="home"))
    assert desk.book.choose(none, none, none, none, desk.attributes).size == 0


# -- against the obvious loop ----------------------------------------------------------------

_CHOICES = ((("I", "II"), ("I", "II"), ("senior", "b"), ("home", "clinic"), ("1", "2")), 0.3)


def obvious(
    rows: Sequence[WeightRow], item: str, day: int, place: PostingClass, record: Attributes
) -> int:
    """Definition 5.7 and the verdicts of A10, one record at a time: a weight or a verdict."""
    mine = [one for one in rows if one.item_code == item]
    if not mine:
        return Verdict.ITEM_UNKNOWN
    valid = [one for one in mine if one.valid_from <= day < one.valid_to]
    if not valid:
        stops = [one.valid_to for one in mine if one.stopped and one.valid_to <= day]
        stopped = any(not any(end <= one.valid_from <= day for one in mine) for end in stops)
        return Verdict.ITEM_STOPPED if stopped else Verdict.NO_WEIGHT_ON_DATE
    found = (place.institution_group, place.title_tier, record.setting, record.visit_number)
    fitting = [
        (len([value for value in one.conditions if value]), one.weight_e4)
        for one in valid
        if one.conditions[1] in ("", *record.resident_groups)
        and all(
            asked in ("", have)
            for asked, have in zip(one.conditions[:1] + one.conditions[2:], found, strict=True)
        )
    ]
    return max(fitting)[1] if fitting else Verdict.NO_WEIGHT_FOR_CONDITIONS


def random_desk(rng: Random) -> tuple[Desk, list[WeightRow]]:
    """A book of rows; rows of the same conditions do not overlap."""
    values, chance = _CHOICES
    rows: list[WeightRow] = []
    for _ in range(rng.randrange(1, 14)):
        filled = [rng.choice(one) if rng.random() < chance else "" for one in values]
        start = rng.randrange(10)
        conditions = dict(zip(CONDITIONS, filled, strict=True))
        span = start, start + rng.randrange(1, 12)
        stopped = rng.random() < 0.3
        item = rng.choice("ABC")
        new = under(row(rng.randrange(9), *span, item=item, stopped=stopped), **conditions)
        if not any(_overlap(new, old) for old in rows):
            rows.append(new)
    return Desk(*rows, buckets=range(25)), rows


def _overlap(one: WeightRow, other: WeightRow) -> bool:
    same = (one.item_code, one.conditions) == (other.item_code, other.conditions)
    return same and max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to)


def random_questions(rng: Random, count: int) -> list[tuple[str, int, PostingClass, Attributes]]:
    groups = ((), ("I",), ("II",), ("I", "II"), ("I", "other"))
    return [
        (
            rng.choice("ABCD"),
            rng.randrange(25),
            rng.choice(CLASSES),
            Attributes(
                rng.choice(groups),
                rng.choice(("", "home", "clinic", "street")),
                rng.choice(("", "1", "2", "3")),
                rng.choice(("", "team")),
            ),
        )
        for _ in range(count)
    ]


def test_whole_columns_agree_with_the_obvious_loop() -> None:
    rng = Random(20250131)
    met: set[int] = set()
    for _ in range(150):
        desk, rows = random_desk(rng)
        questions = random_questions(rng, 60)
        wanted = [obvious(rows, *question) for question in questions]
        assert desk.ask(*questions) == wanted
        met.update(wanted)
    met_here = {
        Verdict.ITEM_STOPPED,
        Verdict.NO_WEIGHT_ON_DATE,
        Verdict.NO_WEIGHT_FOR_CONDITIONS,
    }
    assert met_here <= met


def test_many_threads_get_the_same_answers() -> None:
    rng = Random(7)
    for _ in range(15):
        desk, rows = random_desk(rng)
        batches = [random_questions(rng, 40) for _ in range(24)]
        with ThreadPoolExecutor(8) as pool:
            answers = [*pool.map(lambda batch, desk=desk: desk.ask(*batch), batches)]
        assert answers == [[obvious(rows, *one) for one in batch] for batch in batches]


@pytest.mark.rules("A12")
@pytest.mark.parametrize(
    ("weight", "credit", "lowered"), [(1, 5_000, 1), (2, 5_000, 1), (3, 9_999, 3)]
)
def test_part_of_a_weight_that_rounds_to_it_stays_one_row(
    weight: int, credit: int, lowered: int
) -> None:
    # 0.0001 x 0.5 = 0.00005 -> 0.0001: one weight row has one total that is split (5.4).
    rule = ConcurrentRule("beside", frozenset("B"), frozenset("A"), credit)
    items = Codebook(["A"])
    book = WeightBook("pay", [row(weight)], items, [0], Codebook(CLASSES), [rule])
    lower = book.lower(0, "beside")
    assert int(book.weight_e4[lower]) == lowered
    assert (lower == 0) == (lowered == weight)
