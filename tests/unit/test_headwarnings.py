"""What is told of heads and stops nothing: months without a row, groups of nobody, estimates.

Catches: one row of a register that pays all months without a word, a fund whose group is spelled
otherwise in the contracts, a yearly rate of a quarter that looks like a settlement.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from equivalents.errors import RefusedError
from equivalents.headchecks import head_counts
from equivalents.headwarnings import head_warnings
from equivalents.policy.calendar import parse_period
from equivalents.policy.funds import Dated, Fund, Heads, HeadSource, Package, Packages, Per
from equivalents.policy.heads import FundTables, Register, Registers
from tests.signed import One, contracts
from tests.unit.test_heads import HOSPITALS, YEAR, D, fund

pytestmark = pytest.mark.rules("A2", "B4", "B5")


def warned(*funds: Fund, rows: Sequence[One] = (), registers: Sequence[Register] = (),
           period: str = "2025") -> list[tuple[str, str, dict[str, str]]]:  # fmt: skip
    tables = FundTables(contracts(rows), Registers(tuple(registers)))
    problems = head_warnings(funds, tables, HOSPITALS[:1], parse_period(period))
    return [(one.code, one.value, dict(one.facts)) for one in problems]


def at(heads: int, day: str, group: str = "pop") -> Register:
    return Register("A", group, heads, D(day))


def test_months_without_a_row_of_a_register_are_named_once() -> None:
    pop = Heads(HeadSource.REGISTERS, "pop")
    rows = [at(5, "2025-01-31"), at(6, "2025-03-02"), at(9, "2025-02-28", "other")]
    found = warned(fund("f", pop, per=Per.MONTH), registers=rows, period="2025-H1")
    facts = {"fund": "f", "register": "pop", "months": "2025-02, 2025-04, 2025-05, 2025-06",
             "day": "2025-01-31"}  # fmt: skip
    assert found == [("REGISTER_CARRIED", "A", facts)]
    # By year the last row is asked for once; a monthly register is refused instead.
    assert warned(fund("f", pop), registers=rows) == []
    monthly = fund("f", replace(pop, monthly=True), per=Per.MONTH)
    assert warned(monthly, registers=rows, period="2025-H1") == []
    with pytest.raises(RefusedError, match="REGISTER_MONTH_MISSING"):
        head_counts([monthly], FundTables(registers=Registers(tuple(rows))), HOSPITALS[:1],
                    parse_period("2025-H1"))  # fmt: skip
    whole = [at(5, "2025-01-01"), at(6, "2025-02-28")]
    assert warned(fund("f", pop, per=Per.MONTH), registers=whole, period="2025-02") == []
    tables = FundTables(registers=Registers(tuple(whole)))
    assert head_counts([monthly], tables, HOSPITALS[:1], parse_period("2025-02"))


def test_a_group_has_a_code_and_a_chinese_name() -> None:
    rows = [One("J1", "A", "P", groups="贫困人口;老年人"), One("J2", "A", "P", groups="poor"),
            One("J3", "A", "P", groups="贫困户")]  # fmt: skip
    for group in ("poor", "贫困人口", "建档立卡贫困人口"):
        asked = Heads(groups=(group,))
        assert warned(fund("f", asked), rows=rows) == []
        counts = head_counts([fund("f", asked)], FundTables(contracts(rows)), HOSPITALS[:1], YEAR)
        assert counts[0].total == 2
    ((code, value, facts),) = warned(fund("f", Heads(groups=("贫困",))), rows=rows)
    assert (code, value) == ("GROUP_OF_NOBODY", "贫困")
    assert "贫困户" in facts["near"]
    assert warned(fund("f", Heads(groups=("贫困",)))) == [], "no table of contracts at all"


def test_a_rate_of_a_year_is_an_estimate_in_a_shorter_period() -> None:
    by_month = fund("m", Heads(), per=Per.MONTH)
    prorated = fund("p", Heads(), prorate=True)
    yearly, packs = (
        fund("y", Heads()),
        Fund("k", Packages((Package("a", Dated(()), Dated(())),), "")),
    )
    told = warned(by_month, prorated, yearly, packs, period="2025-Q4")
    assert [(code, value, facts["months"], facts["day"]) for code, value, facts in told] == [
        ("FUND_ESTIMATE", "y", "3", "2025-12-31"),
        ("FUND_ESTIMATE", "k", "3", "2025-12-31"),
    ]
    assert warned(by_month, prorated, yearly, packs) == []
