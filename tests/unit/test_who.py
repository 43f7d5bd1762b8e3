"""Whose postings a pool, an average or a component is for: one filter, one reader (D1, D4, 5.20).

Catches: a list that picks by another column, a list that is not asked, a word that is read where
none fits, two places that read the same filter differently.
"""

from pathlib import Path
from typing import Any

import pytest

from equivalents.findings import Findings
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.model import Posting
from equivalents.policy.roster import Roster
from equivalents.policy.who import WHO_COLUMNS, Who
from equivalents.policy.whotext import WHO_KEYS, check_who, read_who
from equivalents.policy.yamltext import read_yaml
from equivalents.run import settle_case
from tests.bad.case import HEAD, Content, write_case
from tests.lines_alike import read_out

pytestmark = pytest.mark.rules("D1", "D4")
ALLOWANCE = 'kind: allowance, rate: {value: "1.00", unit: 元/人·月, valid_from: 2020-01-01}'


def posting(person: str, institution: str, **said: Any) -> Posting:
    days = {"active_from": FIRST_DAY, "active_to": LAST_DAY}
    return Posting(**{"person_id": person, "institution_id": institution, **days, **said})


def filter_of(folder: Path, text: str) -> tuple[Who | None, list[str]]:
    """A filter as written, and the codes of what is wrong with it."""
    path, findings = folder / "who.yaml", Findings()
    path.write_text(text, encoding="utf-8")
    entry = read_yaml(path, path.name, findings)
    assert entry is not None
    return read_who(entry, "who", findings), [one.code for one in findings.problems]


@pytest.mark.parametrize(("name", "column"), WHO_COLUMNS.items())
def test_each_list_picks_by_its_column(tmp_path: Path, name: str, column: str) -> None:
    these = posting("P1", "I1", **{column: "甲"})
    others = posting("P2", "I2", **{column: "乙"})
    for text in (f"{name}: 甲", f"{name}: [丙, 甲]"):
        who, faults = filter_of(tmp_path, text)
        assert who is not None
        assert not faults
        assert (who.fits(these, ()), who.fits(others, ())) == (True, False)
        findings = Findings()
        check_who(who, Roster.of([these, others]), {}, findings)
        assert [one.value for one in findings.problems] == ["丙"] * text.count("丙")


def test_all_that_is_said_must_fit(tmp_path: Path) -> None:
    who, _ = filter_of(tmp_path, "posts: [医]\nin_cap: no\n")
    assert who is not None
    fits = [
        who.fits(posting("P1", "I1", post=post, in_cap=in_cap), ())
        for post in ("医", "护")
        for in_cap in (True, False)
    ]
    assert fits == [False, True, False, False]


@pytest.mark.parametrize(("said", "people"), [("yes", ["P01"]), ("no", ["P02"])])
def test_the_cap_is_asked_in_both_of_its_senses(
    tmp_path: Path, said: str, people: list[str]
) -> None:
    """P02 has a type outside the cap: the pool, its averages and an allowance all leave it out."""
    who = f"who: {{institutions: [I01], in_cap: {said}}}"
    averages = 'averages: [{who: {in_cap: no}, multiple: "2", reference: 示例}]'
    text = (
        "period: 2025-06\nreference: 示例\npay_cap: {kind: none, outside_types: [合同工]}\n"
        f"sharing: {{绩效: {{{who}}}, 奖金: {{{averages}}}}}\n"
        f"components: {{津贴: {{{ALLOWANCE}, {who}}}}}\n"
    )
    files: dict[str, Content] = {
        "case.yaml": text,
        "staff.csv": "person_id,institution_id,employment_type\nP01,I01,在编\nP02,I01,合同工\n",
        "institutions.csv": "institution_id,name\nI01,青溪镇卫生院\n",
        "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\nI01,奖金,30.00\n",
        "records.csv": f"{HEAD}\nI01,P01,MZ01,2025-06-02,10\n",
    }
    if said == "no":
        files["records.csv"] = f"{HEAD}\nI01,P01,MZ01,2025-06-02,10\nI01,P02,MZ01,2025-06-02,5\n"
    settle_case(write_case(tmp_path / "case", files), tmp_path / "out")
    rows = read_out(tmp_path / "out", "payouts")
    paid = {(row["pool"], row["person_id"]): row["amount"] for row in rows}
    assert [person for pool, person in paid if pool == "津贴"] == people
    assert [person for pool, person in paid if pool == "绩效"] == people
    # Without work P02 has twice the mean key of P01 alone; with it P02 keeps an own key.
    shares = {"yes": ("10.00", "20.00"), "no": ("20.00", "10.00")}[said]
    assert (paid["奖金", "P01"], paid["奖金", "P02"]) == shares


def test_a_filter_that_says_nothing_is_none(tmp_path: Path) -> None:
    assert filter_of(tmp_path, "posts: []\nin_cap:\n") == (None, [])
    assert filter_of(tmp_path, "who: 医\n") == (None, ["KEY_UNKNOWN"])
    assert filter_of(tmp_path, "in_cap: 1\n") == (None, ["CHOICE_INVALID"])
    assert {*WHO_KEYS} == {*WHO_COLUMNS, "in_cap"}


def test_the_same_filter_stands_anywhere(tmp_path: Path) -> None:
    """Of P01, P02 at I01 and P03 at I02: the pools by I02 and P01 alone, the allowance too."""
    who = "who: {institutions: [I01, I02], persons: [P01, P03]}"
    text = (
        f"period: 2025-06\nreference: 示例\nsharing: {{绩效: {{{who}}}}}\n"
        f"components: {{津贴: {{{ALLOWANCE}, {who}}}}}\n"
    )
    case = write_case(tmp_path / "case", {"case.yaml": text})
    settle_case(case, tmp_path / "out")
    paid = {(row["pool"], row["person_id"]) for row in read_out(tmp_path / "out", "payouts")}
    assert paid == {(pool, person) for pool in ("绩效", "津贴") for person in ("P01", "P03")}
