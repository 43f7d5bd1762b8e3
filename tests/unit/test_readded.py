"""Adding up OUT again from its files: what is right passes, and each fault is told."""

from pathlib import Path

import pytest

from equivalents.run import settle_case
from tests.readded import READ_AGAIN, readded
from tests.reference.small_case import HEAD, a_case, rows

FILES = {
    "payouts": rows(
        "institution_id,pool,person_id,component,amount",
        "I1,main,P1,pool_share,60.00",
        "I1,main,P2,pool_share,30.00",
        "I1,津贴,P1,津贴,12.34",
    ),
    "pools": rows(
        "institution_id,pool,amount,paid,retained,carried", "I1,main,100.00,90.00,4.00,6.00"
    ),
    "components": rows(
        "institution_id,component,person_id,amount,pool",
        "I1,津贴,P1,12.00,津贴",
        "I1,津贴,P1,0.34,津贴",
    ),
}  # fmt: skip


def written(folder: Path, **changed: tuple[str, str]) -> Path:
    """Write the files, some with a text changed into another."""
    for name, text in FILES.items():
        old, new = changed.get(name, ("", ""))
        assert old in text
        (folder / f"{name}.csv").write_text(
            text.replace(old, new) if old else text, encoding="utf-8"
        )
    return folder


def test_what_adds_up_is_not_told(tmp_path: Path) -> None:
    assert set(READ_AGAIN) == set(FILES)
    assert readded(written(tmp_path)) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"pools": ("4.00", "4.01")}, "pool I1/main: 100.00, parts 10001 fen"),
        ({"payouts": ("30.00", "29.99")}, "pool main: paid 9000, people have 8999 fen"),
        ({"payouts": ("P2", "P1")}, "I1/main/P1: two lines"),
        ({"components": ("0.34", "0.35")}, "component I1/津贴/津贴/P1: 1235, paid 1234 fen"),
        ({"payouts": ("12.34", "0.00")}, "component I1/津贴/津贴/P1: 1234, paid 0 fen"),
    ],
)
def test_each_fault_is_told(tmp_path: Path, changed: dict[str, tuple[str, str]], told: str) -> None:
    assert readded(written(tmp_path, **changed)) == [told]


def test_a_component_under_another_pool_is_told_in_each_way(tmp_path: Path) -> None:
    moved = written(tmp_path, payouts=("I1,津贴,P1,津贴", "I1,main,P1,津贴"))
    assert sorted(readded(moved)) == [
        "component I1/main/津贴/P1: 0, paid 1234 fen",
        "component I1/津贴/津贴/P1: 1234, paid 0 fen",
        "component 津贴 stands under main",
    ]


def test_a_component_is_no_pool(tmp_path: Path) -> None:
    out = written(tmp_path, pools=("I1,main,1", "I1,津贴,0.00,0.00,0.00,0.00\nI1,main,1"))
    assert readded(out) == ["component 津贴 is a pool too"]


def test_a_settled_case_adds_up(tmp_path: Path) -> None:
    work = rows(HEAD[:-1], "I1,P1,A,2025-03-01,6", "I1,P2,A,2025-03-01,3")
    pools = rows("institution_id,pool,amount", "I1,main,100.00")
    settle_case(a_case(tmp_path, records=work, pools=pools), tmp_path / "out")
    assert readded(tmp_path / "out") == []
