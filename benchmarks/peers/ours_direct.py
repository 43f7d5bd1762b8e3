"""This engine, the direct path: each record is weighed as it streams by."""

from pathlib import Path

import pyarrow as pa

from benchmarks.peers.ours import as_table, settled

__all__ = ["payouts"]


def payouts(case: Path, threads: int) -> pa.Table:
    """Settle a case folder; the payouts as institution, pool, person and fen."""
    return as_table(settled(case, "direct", threads))
