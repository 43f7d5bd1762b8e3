"""The whole life of a year, as a clerk lives it: two half years, a late record, the year's end.

C01 shares 1000.00 each half year: 60 and 40 equivalents in the first, 50 and 50 in the second.
In August two visits of P02 in June come to light, 5 equivalents, at 10.00 each: 50.00 are paid by
the second half. The year's pool is 2200.00 for 110 + 95 equivalents.

Faults it catches: a late record that changes what was paid; an adjustment that is paid twice; a
year that forgets one; a step without its author.
"""

import csv
from pathlib import Path

from equivalents.store.engine import Store
from equivalents.store.locking import check_locks
from equivalents.store.place import StorePlace
from equivalents.store.verify import verify
from tests.store.lives import H1, H2, LATE, YEAR, fill, import_rows, pools, run, told


def steps(place: StorePlace, period: str) -> None:
    """From the submissions to the payment, every step by somebody else."""
    for one in ("C01", "C02"):
        run(place, "submit", period, "--institution", one, who=f"会计{one}")
        run(place, "approve", period, "--institution", one, who=f"院长{one}")
    run(place, "publish", period, "--from", "2027-01-04", "--to", "2027-01-08")
    run(place, "approve", period, "--on", "2027-01-11", who="县主任")
    printed = run(place, "lock", period).output
    assert "锁定散列" in printed
    assert "链头" in printed
    run(place, "pay", period, "--on", "2027-01-15", who="出纳")


def paid(place: StorePlace, period: str, folder: Path) -> dict[str, str]:
    """Amounts by person and component, out of the result as the store gives it back."""
    run(place, "result", period, "-o", str(folder / period))
    name = "year_end.csv" if len(period) == 4 else "payouts.csv"
    column = "pay_now" if len(period) == 4 else "amount"
    with (folder / period / name).open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    return {f"{row['person_id']} {row['component']}": row[column] for row in rows}


def first_half(store: Store, tmp_path: Path) -> dict[str, str]:
    place = store.place
    fill(store, H1)
    settled = told(place, "settle", H1, "--why", "上半年核算")
    assert (settled["people"], settled["amount"]) == (3, "1300.00")
    steps(place, H1)
    first = paid(place, H1, tmp_path)
    assert (first["P01 pool_share"], first["P02 pool_share"]) == ("600.00", "400.00")
    return first


def second_half(store: Store, tmp_path: Path, first: dict[str, str]) -> None:
    place = store.place
    # Late visits of June: the first half stays as it is, the second pays the difference.
    fill(store, H2)
    import_rows(store, LATE, "补报")
    done = told(place, "adjust", H1, "--into", H2, "--why", "漏报 6 月门诊")
    assert (done["kept"], done["adjustments"]["amount"]) == (True, "50.00")
    again = told(place, "adjust", H1, "--into", H2)
    assert again["kept"] is False
    told(place, "settle", H2)
    steps(place, H2)
    second = paid(place, H2, tmp_path)
    assert second["P02 adjustment"] == "50.00"
    assert (second["P01 pool_share"], second["P02 pool_share"]) == ("475.00", "475.00")
    assert paid(place, H1, tmp_path / "again") == first


def test_a_year_of_two_halves(store: Store, tmp_path: Path) -> None:
    place = store.place
    second_half(store, tmp_path, first_half(store, tmp_path))

    # The year: entitlement less what both halves and the adjustment paid.
    pools(store, "2026", YEAR)
    told(place, "year-end", "2026", "--why", "年终清算")
    steps(place, "2026")
    year = paid(place, "2026", tmp_path)
    # 2200 x 110/205 and 95/205 of the year's pool, less 600 + 475 and 400 + 475 + 50.
    assert year["P01 pool_share"] == "105.49"
    assert year["P02 pool_share"] == "94.51"
    with store.reading() as connection:
        assert check_locks(connection) == []
    # From what the store knew then, each of them comes out again, to the byte.
    found = verify(store, recompute=True)
    assert (found.recomputed, found.problems) == (["2026", H1, H2, f"{H1} {H2}"], [])

    # Who did what, when and why.
    shown = told(place, "show", H1)
    trail = [(one["action"], one["who"]) for one in shown["trail"]]
    assert trail == [
        ("period.settle", "县财务"),
        ("period.submit", "会计C01"),
        ("period.approve", "院长C01"),
        ("period.submit", "会计C02"),
        ("period.approve", "院长C02"),
        ("period.publish", "县财务"),
        ("period.approve", "县主任"),
        ("period.lock", "县财务"),
        ("period.pay", "出纳"),
        ("period.adjust", "县财务"),
    ]
    assert all(one["at"] for one in shown["trail"])
    assert shown["trail"][-1]["why"] == "漏报 6 月门诊"
    assert "上半年核算" in run(place, "show", H1).output
    listed = told(place, "list")["periods"]
    assert [(one["period"], one["state"]) for one in listed] == [
        ("2026", "paid"),
        (H1, "paid"),
        (H2, "paid"),
    ]
    assert "1,300" in run(place, "list").output or "1300.00" in run(place, "list").output
