"""What OUT says of money, added up again from its files alone: pools and what is paid beside them.

Catches: a payout without its component's line or the other way round, a component that has the
name of a pool, a pool whose parts are not the pool, somebody paid twice by one pool.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.lines_alike import fen, read_out

__all__ = ["READ_AGAIN", "readded"]

POOL_SHARE = "pool_share"
ADJUSTMENT = "adjustment"
"""What a correction of a closed period pays: mostly a pool of this period, which it is part of."""
READ_AGAIN = ("payouts", "pools", "components")
"""The files that are read; `components` may be missing where nothing is paid beside pools."""

Names = tuple[str, ...]
Rows = list[dict[str, str]]


def readded(out: Path) -> list[str]:
    """Everything that does not add up, as sentences; none where all does."""
    payouts, pools = read_out(out, "payouts"), read_out(out, "pools")
    path = out / "components.csv"
    components = read_out(out, "components") if path.exists() else []
    shares = [row for row in payouts if row["component"] == POOL_SHARE]
    beside = [row for row in payouts if row["component"] != POOL_SHARE]
    taken = {row["pool"] for row in pools}
    charged = [row for row in beside if row["component"] == ADJUSTMENT and row["pool"] in taken]
    return [
        *_pools([*shares, *charged], pools),
        *_once(shares, ("institution_id", "pool", "person_id")),
        *_beside(beside, components),
        *_named(beside, pools),
    ]


def _pools(shares: Rows, pools: Rows) -> Iterator[str]:
    """Pools that are not what became of them; and those of a name not what people have of it."""
    for row in pools:
        parts = sum(fen(row[name]) for name in ("paid", "retained", "carried"))
        if parts != fen(row["amount"]):
            yield f"pool {row['institution_id']}/{row['pool']}: {row['amount']}, parts {parts} fen"
    had, paid = _sums(shares, ("pool",)), _sums(pools, ("pool",), "paid")
    for name in sorted({*had, *paid}):
        if had.get(name, 0) != paid.get(name, 0):
            yield f"pool {name[0]}: paid {paid.get(name, 0)}, people have {had.get(name, 0)} fen"


def _once(rows: Rows, names: Names) -> Iterator[str]:
    """Lines that stand there twice."""
    seen: set[Names] = set()
    for row in rows:
        at = tuple(row[name] for name in names)
        if at in seen:
            yield f"{'/'.join(at)}: two lines"
        seen.add(at)


def _beside(beside: Rows, components: Rows) -> Iterator[str]:
    """Payouts beside pools that are not the sums of their lines."""
    names = ("institution_id", "pool", "component", "person_id")
    yield from _once(beside, names)
    had, told = _sums(beside, names), _sums(components, names)
    for at in sorted({*had, *told}):
        if had.get(at, 0) != told.get(at, 0):
            yield f"component {'/'.join(at)}: {told.get(at, 0)}, paid {had.get(at, 0)} fen"


def _named(beside: Rows, pools: Rows) -> Iterator[str]:
    """Components whose rows do not say their name, or the name of a pool."""
    taken = {row["pool"] for row in pools}
    for row in beside:
        adjusts = row["component"] == ADJUSTMENT and row["pool"] in taken
        if row["pool"] != row["component"] and not adjusts:
            yield f"component {row['component']} stands under {row['pool']}"
    for name in sorted({row["component"] for row in beside} & taken):
        yield f"component {name} is a pool too"


def _sums(rows: Rows, names: Names, figure: str = "amount") -> dict[Names, int]:
    """Sums in fen by what names a line."""
    found: dict[Names, int] = {}
    for row in rows:
        at = tuple(row[name] for name in names)
        found[at] = found.get(at, 0) + fen(row[figure])
    return found
