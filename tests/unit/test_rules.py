"""``make rules`` tells the truth, and fails when a rule marked done has no scenario.

Faults caught: a rule missing in the list, a scenario that names a rule nobody wrote, a rule
marked done too early.
"""

from dataclasses import replace

import pytest

from tests import rules
from tests.rules import RULES, by_rule, faults, folders

ALL = (
    *(f"A{n}" for n in range(1, 13)),
    *("B1", "B2", "B3", "B4", "B4a", "B5", "B6", "B7", "B8", "B9", "B10"),
    *(f"C{n}" for n in range(1, 6)),
    *(f"D{n}" for n in range(7)),
    *("E1", "E2", "E3", "F"),
)
DONE = {"A1", "A2", "A4", "A6", "A9", "A10", "D1", "D2"}


def test_every_rule_of_the_domain_page_is_listed_in_its_order() -> None:
    assert tuple(RULES) == ALL


def test_the_rules_of_the_foundation_are_done() -> None:
    assert {name for name, rule in RULES.items() if rule.state == "done"} >= DONE


def test_the_command_prints_every_rule_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules.main() == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    printed = [line.split()[0] for line in shown.out.splitlines() if line.strip()]
    assert [name for name in printed if name in RULES] == list(ALL)
    known = {folder.name.partition("-")[0] for folder in folders()}
    for line in shown.out.splitlines():
        if line.split()[:1] and line.split()[0] in RULES and not line.endswith("-"):
            # Numbers stand last, with commas between them.
            told = line.rpartition("  ")[2].split(", ")
            assert set(told) <= known, line


def test_every_rule_of_the_foundation_has_two_scenarios_or_more() -> None:
    proofs = by_rule(folders())
    assert {name for name in DONE if len(proofs[name]) < 2} == set()


def test_a_done_rule_without_scenario_fails() -> None:
    early = {**RULES, "E1": replace(RULES["E1"], state="done")}
    assert faults(early, by_rule(folders())) == ["E1 is marked done, but no scenario names it"]


def test_a_scenario_of_an_unknown_rule_fails() -> None:
    proofs = {**by_rule(folders()), "Z9": ["99-nothing"]}
    assert faults(RULES, proofs) == ["Z9 is no rule, but is named by 99-nothing"]


def test_the_command_fails_when_they_disagree(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rules, "RULES", {**RULES, "E1": replace(RULES["E1"], state="done")})
    assert rules.main() == 1
    assert "E1" in capsys.readouterr().err
