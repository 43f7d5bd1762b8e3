"""This engine, the tally path: records are counted into cells, and the cells are weighed.

It does more than the others: its result also has the lines by item and month that statements,
explanations and what-ifs need.
"""

from pathlib import Path

import pyarrow as pa

from benchmarks.peers.ours import as_table, settled

__all__ = ["payouts"]


def payouts(case: Path, threads: int) -> pa.Table:
    """Settle a case folder; the payouts as institution, pool, person and fen."""
    return as_table(settled(case, "tally", threads))
