"""Random cases known later and in halves, and the files that corrections and year-ends write.

Catches: a correction that makes or loses money, one that is not 0 the second time; a comparison
of files that does not see a wrong fen.
"""

import csv
from pathlib import Path

import pytest

from tests.corrections_against_reference import correction_differences, year_end_differences
from tests.reference import Outcome, Refused, settle, write_random_case
from tests.reference.corrections import Who, corrections, year_end
from tests.reference.random_later import in_halves, known_later

FEATURES = frozenset({"coefficients", "levels", "shares"})
ADJUSTMENTS = ("institution_id", "pool", "person_id", "key_closed", "key_now", "key_difference",
               "closed", "earlier", "amount")  # fmt: skip


def amounts(closed: Outcome, now: Outcome, mode: str, *earlier: dict[Who, int]) -> dict[Who, int]:
    """What corrections pay."""
    return {who: one.amount_fen for who, one in corrections(closed, now, mode, earlier).items()}


def test_random_cases_known_later_are_corrected_once(tmp_path: Path) -> None:
    changed = priceless = 0
    for seed in range(8):
        folders = [tmp_path / f"{seed}{name}" for name in ("closed", "now", "again")]
        write_random_case(folders[0], seed, 60, dirty=False, features=FEATURES)
        for folder in folders[1:]:
            known_later(folders[0], folder, seed, pools=seed % 2 > 0)
        closed, now, again = (settle(folder) for folder in folders)
        assert now == again, "one seed, one case"
        once = amounts(closed, now, "reshare")
        paid = sum(pool.paid_fen for pool in now.pools.values())
        before = sum(pool.paid_fen for pool in closed.pools.values())
        assert sum(once.values()) == paid - before, "what is paid now, less what was paid"
        assert amounts(closed, now, "reshare", once) == {}
        assert amounts(closed, closed, "at_price") == {}
        changed += bool(once)
        try:
            at_price = amounts(closed, now, "at_price")
        except Refused:
            priceless += 1
        else:
            assert amounts(closed, now, "at_price", at_price) == {}
    assert changed > 4
    assert priceless < 4


def yuan(fen: int) -> str:
    """Fen as yuan."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def write(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    """Write a table as the commands do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.mark.parametrize("mode", ["at_price", "reshare"])
def test_a_wrong_fen_of_a_correction_is_seen(tmp_path: Path, mode: str) -> None:
    closed, now, out = (tmp_path / name for name in ("closed", "now", "adj"))
    write_random_case(closed, 0, 60, dirty=False)
    known_later(closed, now, 0)
    found = corrections(settle(closed), settle(now), mode)
    rows: list[tuple[object, ...]] = [
        (*who, one.key_closed, one.key_now, one.key_now - one.key_closed,
         yuan(one.closed_fen), yuan(one.earlier_fen), yuan(one.amount_fen))
        for who, one in found.items()
    ]  # fmt: skip
    assert rows
    write(out / "adjustments.csv", ADJUSTMENTS, rows)
    assert correction_differences(closed, now, out, mode) == []
    rows[0] = (*rows[0][:-1], yuan(next(iter(found.values())).amount_fen + 1))
    write(out / "adjustments.csv", ADJUSTMENTS, rows)
    assert len(correction_differences(closed, now, out, mode)) == 1
    write(out / "adjustments.csv", ADJUSTMENTS, rows[1:])
    assert len(correction_differences(closed, now, out, mode)) == 1


def test_the_halves_of_a_year_are_paid_and_the_rest_is_due(tmp_path: Path) -> None:
    seen = 0
    for seed in range(12):
        case = tmp_path / str(seed)
        write_random_case(case, seed, 60, dirty=True, features=FEATURES - {"levels"})
        halves = in_halves(case, tmp_path / f"{seed}-parts", seed)
        if not halves:
            continue
        seen += 1
        year, parts = settle(case), [settle(half) for half in halves]
        found = year_end(year, parts)
        due = sum(one.due_fen for one in found.values())
        paid = sum(pool.paid_fen for one in parts for pool in one.pools.values())
        assert due + paid == sum(pool.paid_fen for pool in year.pools.values())
        rows: list[tuple[object, ...]] = [
            (*who, *map(yuan, (one.entitlement_fen, one.paid_fen, 0, one.due_fen)))
            for who, one in found.items()
        ]
        header = ("institution_id", "pool", "person_id", "entitlement", "paid", "adjusted", "due")
        out = tmp_path / f"{seed}-out"
        write(out / "year_end.csv", header, rows)
        assert year_end_differences(case, halves, out) == []
        write(out / "year_end.csv", header, rows[1:])
        assert len(year_end_differences(case, halves, out)) == 1
    assert seen > 2
