"""What explanations say in words and figures, worked out by hand from scenarios; folded lines.

Catches: an amount, a factor or a rule that a reader would have to guess.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.report.explained import person_text
from equivalents.report.explained_json import person_json
from equivalents.report.explained_pool import pool_json, pool_text
from equivalents.report.folding import CONTINUED, WIDTH, folded
from equivalents.run import settle_case
from equivalents.tracing import trace_person, trace_pool
from tests.statement_pool import re_add_pool
from tests.statement_steps import unfolded
from tests.statements import re_add

SCENARIOS = Path(__file__).parents[1] / "scenarios"


def out_of(name: str, tmp_path: Path) -> Path:
    case = next(SCENARIOS.glob(f"*-{name}*")) / "case"
    settle_case(case, tmp_path / "out", stop_on_reject=False)
    return tmp_path / "out"


def pool_lines(out: Path, institution_id: str, pool: str) -> list[str]:
    return [*unfolded(pool_text(trace_pool(out, institution_id, pool)))]


def person_lines(out: Path, person_id: str) -> list[str]:
    return [*unfolded(person_text(trace_person(out, person_id)[0]))]


def stand_together(wanted: list[str], lines: list[str]) -> bool:
    starts = range(len(lines) - len(wanted) + 1)
    return any(lines[at : at + len(wanted)] == wanted for at in starts)


@pytest.mark.rules("A7")
def test_what_is_withheld_is_told_from_the_share_to_what_is_paid(tmp_path: Path) -> None:
    # 600.06 by 30 : 20 : 10; 200.02 x 0.25 = 50.005, half-up 50.01; 100.01 x 0.995 = 99.50995.
    out = out_of("assessment-withholds", tmp_path)
    lines = pool_lines(out, "I01", "六月绩效")
    assert stand_together(
        [
            "    小计 sum I01 (3 份): 分出 given 600.06 + 未分 left 0.00 = 600.06",
            "",
            "分得之后 after the last step",
            "    人员 P02 (I01): 分得 got 200.02",
            "    考核系数 withhold × 0.2500: 扣留 withheld 150.01",
            "      因素 factor assessment: 0.2500  [自 from 2025-01-01]",
            "    实发 paid 50.01",
            "    人员 P03 (I01): 分得 got 100.01",
            "    考核系数 withhold × 0.9950: 扣留 withheld 0.50",
            "      因素 factor assessment: 0.9950  [自 from 2025-01-01]",
            "    实发 paid 99.51",
            "",
            (
                "合计 total = 已付 paid 449.55 (3 人) + 留存 retained 150.51"
                " + 结转 carried 0.00 = 600.06"
            ),
        ],
        lines,
    )
    told = pool_json(trace_pool(out, "I01", "六月绩效"))
    assert [(one["person_id"], one["withheld"], one["amount"]) for one in told["people"]] == [
        ("P01", "0.00", "300.03"), ("P02", "150.01", "50.01"), ("P03", "0.50", "99.51"),
    ]  # fmt: skip
    assert (told["amount"], told["paid"], told["retained"], told["carried"]) == (
        "600.06", "449.55", "150.51", "0.00",
    )  # fmt: skip


@pytest.mark.rules("D3")
def test_a_yearly_limit_is_told_with_all_of_its_pools(tmp_path: Path) -> None:
    # 8 of 12 months: 8,000.00 of 12,000.00; of 9,000.00 1,000.00 too much, 6/9 of it from here.
    out = out_of("yearly-limit-over-several-pools", tmp_path)
    lines = pool_lines(out, "I01", "绩效")
    assert stand_together(
        [
            "    人员 P02 (I01): 分得 got 6000.00",
            (
                "    年度封顶 yearly limit 年度封顶: 12000.00 × 8/12 × 1.0000 = 上限 cap 8000.00,"
                " 绩效、奖励 合计 total 9000.00, 其中此池 of this pool 6000.00,"
                " 扣下 taken 666.67, 留存 retained  [依据 示例文件 9 号]"
            ),
            "    实发 paid 5333.33",
        ],
        lines,
    )


@pytest.mark.rules("A7")
def test_the_coefficient_of_an_institution_is_told_on_its_pool_and_on_its_key(
    tmp_path: Path,
) -> None:
    # 10.01 x 0.95 = 9.5095, half-up 9.51; above, 4 x 0.5 = 2 of 5.
    out = out_of("institution-coefficient-above", tmp_path)
    assert stand_together(
        [
            "    金额 amount = 10.01",
            (
                "    机构系数 coefficient of the institution × 0.9500: 下分 shared 9.51,"
                " 留存 retained 0.50, 结转 carried 0.00"
            ),
            "      因素 factor quality: 0.9500  [自 from 2025-01-01]",
        ],
        pool_lines(out, "I01", "本院绩效"),
    )
    way = [
        "    I00 → 机构 I02: 50.00 × 2.0000000 / 5.0000000 (2 份) = 20.00",
        "      机构系数 coefficient of the institution: 4.0000000 × 0.5000 = 2.0000000",
        "      因素 factor remote: 0.5000  [自 from 2025-01-01]",
    ]
    assert stand_together(way, pool_lines(out, "I00", "县级绩效"))
    assert stand_together(way, person_lines(out, "P02"))
    step = pool_json(trace_pool(out, "I00", "县级绩效"))["steps"][1]
    assert (step["key_before_coefficient"], step["institution_coefficient"], step["key"]) == (
        "4.0000000", "0.5000", "2.0000000",
    )  # fmt: skip


@pytest.mark.rules("A7")
def test_a_coefficient_is_told_with_its_factors_and_rounded_once(tmp_path: Path) -> None:
    # 1.1111 x 1.2345 = 1.37165295, rounded once to 1.3717.
    out = out_of("two-kinds-are-rounded-once", tmp_path)
    assert stand_together(
        [
            "    系数 coefficient [2025-06-01, 2025-07-01): 0.3330333 × 1.3717 = 0.4568218",
            "      因素 factor post: 1.2345  [自 from 2025-01-01; 依据 示例文件 2 号]",
            "      因素 factor title: 1.1111  [自 from 2025-01-01; 依据 示例文件 1 号]",
            "      连乘 product: 1.37165295, 四舍五入 rounded = 1.3717",
        ],
        person_lines(out, "P01"),
    )
    story, _ = trace_person(out, "P01")
    segment = person_json(story)["institutions"][0]["pools"][0]["segments"][0]
    assert [one["value"] for one in segment["factors"][0]["factors"]] == ["1.2345", "1.1111"]


def test_a_negative_key_is_said_to_count_as_0(tmp_path: Path) -> None:
    out = out_of("money-on-item-lines", tmp_path)
    words = (
        "      依据为负 negative key -1.0000000, 按 0 计 counts as 0,"
        " 差额结转下期 deficit carried on"
    )
    assert words in person_lines(out, "P03")
    assert words in pool_lines(out, "I01", "绩效")


@pytest.mark.rules("B7")
def test_a_surplus_is_told_with_its_balance(tmp_path: Path) -> None:
    lines = pool_lines(out_of("surplus-odd-fen", tmp_path), "I01", "surplus")
    assert stand_together(
        [
            "    来源 source 结余 surplus: 700000.01",
            "    收支 account income: 9000000.01",
            "    收支 account expenditure: -8000000.00",
            "    收支 account closing_restricted: -300000.00",
            "    转入 bridge odd_to_development: 700000.01 × 0.5000 = 350000.00",
            "    金额 amount = 350000.00",
        ],
        lines,
    )


@pytest.mark.rules("A8")
def test_a_cut_is_told_with_its_ceiling_window_and_tiers(tmp_path: Path) -> None:
    out = out_of("ceiling", tmp_path)
    people = {row.split(",")[2] for row in (out / "payouts.csv").read_text("utf-8").split()[1:]}
    lines = [line for person in sorted(people) for line in person_lines(out, person)]
    cuts = [line for line in lines if line.startswith("    封顶扣减 cut ")]
    money = [line for line in lines if line.startswith("    金额 money 封顶扣减 cut ")]
    assert cuts
    assert money
    for line in cuts:
        assert "  [分段 tiers 0.0000000 起 × 1.0000, " in line
    named = {line.split(": ")[0].removeprefix("    封顶扣减 cut ") for line in cuts}
    windows = {name.partition(" ")[0] for name in named}
    assert all(any(window in line for window in windows) for line in money)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        pytest.param("扣留 withheld 150.01", "扣留 withheld 150.00", id="withheld"),
        pytest.param("    实发 paid 50.01\n", "", id="not paid"),
        pytest.param("factor assessment: 0.2500", "factor assessment: 0.2400", id="factor"),
        pytest.param("留存 retained 150.51", "留存 retained 150.52", id="retained"),
        pytest.param("(3 人)", "(2 人)", id="people"),
        pytest.param("金额 amount = 600.06", "金额 amount = 600.05", id="amount"),
        pytest.param("given 600.06 + 未分 left 0.00", "given 600.05 + 未分 left 0.01", id="left"),
    ],
)
def test_the_clerk_sees_what_does_not_add_up(wrong: str, right: str, tmp_path: Path) -> None:
    out = out_of("assessment-withholds", tmp_path)
    text = pool_text(trace_pool(out, "I01", "六月绩效"))
    assert re_add_pool(text).paid == 44_955
    assert wrong in text
    with pytest.raises(AssertionError):
        re_add_pool(text.replace(wrong, right))


def test_the_clerk_sees_a_factor_that_is_left_out(tmp_path: Path) -> None:
    text = person_text(trace_person(out_of("two-kinds-are-rounded-once", tmp_path), "P01")[0])
    assert re_add(text) == 45_682
    line = "      因素 factor title: 1.1111  [自 from 2025-01-01; 依据 示例文件 1 号]\n"
    assert line in text
    with pytest.raises(AssertionError):
        re_add(text.replace(line, ""))


@given(
    st.lists(
        st.lists(st.sampled_from(["十人", "ab,", "[条件", "1.0000000", "x" * 30]), min_size=1),
        max_size=4,
    ),
    st.sampled_from([" ", "  "]),
)
def test_folded_lines_are_no_wider_than_the_screen_and_come_back(
    lines: list[list[str]], between: str
) -> None:
    whole = [between.join(line) for line in lines]
    pieces = [*folded(whole)]
    for piece in pieces:
        assert sum(2 if ord(one) > 0x2E00 else 1 for one in piece) <= WIDTH
        assert piece == piece.rstrip()
    assert [*unfolded("\n".join(pieces))] == whole


def test_a_line_is_folded_behind_a_comma_where_one_stands_in_its_second_half() -> None:
    head, tail = "词" * 20 + " " + "词" * 10 + ",", "词" * 25
    assert [*folded([f"{head} {tail}"])] == [head, CONTINUED + tail]
    assert [*folded(["x" * 120])] == ["x" * 120]
