"""What both ways of this engine share: a case folder in, the payouts as an Arrow table out.

The engine imports the parts of pyarrow when it needs them; here they are imported beforehand, as
the clock starts when a peer's libraries are there.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

from equivalents.count import Way
from equivalents.intake.case import load_case
from equivalents.intake.source import Source
from equivalents.memory import let_go
from equivalents.settle import Settlement, settle

__all__ = ["as_table", "settled"]


# With the first array of texts come time zones, with the first from NumPy masked arrays.
pa.array([""])
pa.array(np.zeros(1, np.int64))


def settled(case: Path, way: Way, threads: int) -> Settlement:
    """Settle a case folder one way, faulty records and all."""
    loaded = load_case(case)
    source = Source(case, loaded.records)
    return settle(loaded.rules, source.blocks, path=way, workers=threads, freed=let_go)


def as_table(result: Settlement) -> pa.Table:
    """The payouts as institution, pool, person and fen."""
    paid = result.payouts
    assert paid is not None, "rejected rows do not stop this settlement"
    places = pa.array([pool.institution_id for pool in result.pools])
    names = pa.array([pool.pool for pool in result.pools])
    people = pa.array(list(result.plan.persons.values))
    return pa.table(
        {
            "institution": places.take(pa.array(paid.pool)),
            "pool": names.take(pa.array(paid.pool)),
            "person": people.take(pa.array(paid.person)),
            "fen": pa.array(paid.amount_fen.astype(np.int64, copy=False)),
        }
    )
