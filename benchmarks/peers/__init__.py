"""The same settlement by other engines, on the same files, each in a process of its own.

Every peer is a module with ``payouts(case, threads)``: a case folder in, an Arrow table with one
row per pool and eligible person out. All of them read the master tables, drop the same faulty
records (unknown ids, outside the period, no posting on the date, no weight on the date), choose
the most specific weight, and share the pools. With full rules they also find the first records of
residents and split what is shared; not every peer can. The exact ones must pay the same fen; of
the inexact one the wrong payouts are counted. ``python -m benchmarks.peers --help`` runs them.
"""

from dataclasses import dataclass
from typing import Final

from benchmarks.world import Rules

__all__ = ["PEERS", "Peer", "peers_for"]


@dataclass(frozen=True, slots=True)
class Peer:
    """A competitor: its module in this package, its title, and what is asked of it.

    ``largest`` is the largest number of records it is run with; ``None`` means any. ``rules`` are
    those that it knows.
    """

    name: str
    title: str
    exact: bool = True
    largest: int | None = None
    rules: tuple[Rules, ...] = ("plain", "full")


PEERS: Final = (
    Peer("ours_direct", "equivalents, direct path"),
    Peer("ours_tally", "equivalents, tally path", largest=10_000_000),
    Peer("duckdb_sql", "DuckDB, SQL"),
    Peer("polars_lazy", "polars, lazy and streaming"),
    Peer(
        "pandas_script",
        "pandas, a script with floats",
        exact=False,
        largest=10_000_000,
        rules=("plain",),
    ),
)
"""All peers; the first is the one that the others are compared with."""


def peers_for(size: int, rules: Rules) -> tuple[Peer, ...]:
    """The peers that are run with so many records of a kind of case."""
    fitting = (peer for peer in PEERS if rules in peer.rules)
    return tuple(peer for peer in fitting if peer.largest is None or size <= peer.largest)
