"""The flow as data: the shipped one, one of the store's own, and files that are no flow.

Faults it catches: a flow that could never end in a lock; a step that names a later one; a flow
that changes under a period that began with another.
"""

from pathlib import Path

import pytest

from equivalents.errors import DataError
from equivalents.store.lifestate import same_person
from equivalents.store.steps import flow_of, read_flow

OWN = """steps: small
title: 小县
valid_from: 2026-01-01
flow:
  - {step: sent, level: community, act: submit, by: [王会计, 李会计]}
  - {step: agreed, level: community, act: approve, other_than: sent, needs: [why]}
  - {step: shut, level: community, act: lock, other_than: [sent]}
  - {step: given, level: community, act: pay}
"""


def faults(text: str) -> list[tuple[str, str]]:
    with pytest.raises(DataError) as refused:
        flow_of(text, "steps.yaml")
    return [(one.code, one.text("en")) for one in refused.value.problems]


def test_the_shipped_flow_is_that_of_the_specification() -> None:
    flow = read_flow()
    assert [(one.step, one.act, one.level) for one in flow.steps] == [
        ("submitted", "submit", "institution"),
        ("approved", "approve", "institution"),
        ("published", "publish", "community"),
        ("confirmed", "approve", "community"),
        ("locked", "lock", "community"),
        ("paid", "pay", "community"),
    ]
    assert flow.reference
    assert {"submitted", "approved"} == {*flow.steps[3].other_than}
    assert flow.steps[3].needs == ("ended", "answers")


def test_a_flow_of_its_own() -> None:
    flow = flow_of(OWN, "own")
    assert (flow.name, flow.title, len(flow.steps)) == ("small", "小县", 4)
    assert flow.steps[0].allowed("") == ("王会计", "李会计")
    assert flow.steps[1].allowed("C01") == ()
    assert flow.of("lock") == "shut"


def test_names_by_institution(tmp_path: Path) -> None:
    text = OWN.replace("by: [王会计, 李会计]", "by: {C01: [王], C02: 李}")
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    step = read_flow(path).steps[0]
    assert (step.allowed("C01"), step.allowed("C02"), step.allowed("C03")) == (("王",), ("李",), ())


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("act: pay", "act: lock", "FLOW_INVALID", "lock and pay, once each"),
        ("{step: given, level: community", "{step: given, level: institution", "FLOW_INVALID", ""),
        ("step: shut", "step: sent", "FLOW_INVALID", "'sent' is blank, used or ours"),
        ("step: sent", "step: returned", "FLOW_INVALID", "'returned'"),
        ("other_than: sent", "other_than: given", "FLOW_INVALID", "'given' in other_than"),
        ("needs: [why]", "needs: [ended]", "FLOW_INVALID", "need a publication before"),
        ("needs: [why]", "needs: [luck]", "CHOICE_INVALID", "luck"),
        ("act: approve", "act: publish", "FLOW_INVALID", "needs its dates"),
        ("act: submit", "act: wish", "CHOICE_INVALID", "wish"),
        ("level: community, act: submit", "level: moon, act: submit", "CHOICE_INVALID", "moon"),
        ("steps: small", "steps:", "FLOW_INVALID", "no name"),
        ("title: 小县", "titel: 小县", "KEY_UNKNOWN", "titel"),
        ("2026-01-01", "2026-02-30", "DATE_INVALID", "2026-02-30"),
        ("flow:", "flow: [", "YAML_INVALID", ""),
    ],
)
def test_a_file_that_is_no_flow(old: str, new: str, code: str, says: str) -> None:
    assert old in OWN
    found = faults(OWN.replace(old, new, 1))
    assert [text for one, text in found if one == code and says in text], found


def test_a_name_is_not_made_another_by_its_writing() -> None:
    assert same_person("Zhang San", "ｚｈａｎｇ  san ")
    assert same_person("王 会计", "王会计")
    assert not same_person("王会计", "李会计")
