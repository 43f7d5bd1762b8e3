"""Which texts are read from the files to tell who is first (5.5), and that they tell it.

Faults caught: resident ids left out where residents of one household are compared, a column that is
left out besides them, ids read where every tie is of one resident.
"""

from pathlib import Path

import numpy as np
import pytest

from equivalents.intake.case import load_case
from equivalents.intake.source import Source
from equivalents.settle import settle
from equivalents.units import Int64

TABLES = {
    "case.yaml": 'period: "2025"\n',
    "institutions.csv": "institution_id,name\nI1,One\n",
    "staff.csv": "person_id,institution_id,name\nA,I1,Ann\n",
    "pools.csv": "institution_id,pool,amount\nI1,pay,1.00\n",
    "weights.csv": "item_code,weight,valid_from,counting_basis,setting\n"
    "HH,1,2025-01-01,{basis},centre\n"
    "HH,2,2025-01-01,{basis},home\n",
}
HEADINGS = (
    "institution_id,person_id,item_code,service_date,quantity,resident_id,household_id,setting"
)


def a_case(folder: Path, basis: str, rows: list[str]) -> Path:
    """Records of one item and day by one person, of whom one counts."""
    for name, text in TABLES.items():
        (folder / name).write_text(text.format(basis=basis), "utf-8")
    lines = [HEADINGS, *(f"I1,A,HH,2025-06-09,1,{row}" for row in rows)]
    (folder / "records.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("basis", "rows", "weight", "read"),
    [
        # The first resident of the household was seen at home; "centre" stands before "home".
        ("household", ["R1,H1,home", "R2,H1,centre"], 2, True),
        # The same resident: the household id does not differ, the setting decides.
        ("resident", ["R1,H1,home", "R1,H1,centre"], 1, False),
        # The household id stands before the setting.
        ("resident", ["R1,H1,home", "R1,H2,centre"], 2, False),
    ],
)
def test_resident_ids_are_read_where_they_may_differ(
    basis: str,
    rows: list[str],
    weight: int,
    read: bool,
    turned: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bool] = []
    original = Source.texts

    def texts(self: Source, index: int, rows: Int64, *, residents: bool) -> list[tuple[str, ...]]:
        asked.append(residents)
        return original(self, index, rows, residents=residents)

    monkeypatch.setattr(Source, "texts", texts)
    case = load_case(a_case(tmp_path, basis, rows[::-1] if turned else rows))
    source = Source(case.folder, case.records)
    settled = settle(case.rules, source.blocks)
    assert settled.weighed[settled.scales.series[0]].posting_e7.tolist() == [weight * 10**7]
    assert asked == [read]


def test_only_resident_ids_are_left_out(tmp_path: Path) -> None:
    case = load_case(a_case(tmp_path, "resident", ["R1,H1,home", "R2,,centre"]))
    source = Source(case.folder, case.records)
    rows = np.array([2, 3])
    full = source.texts(0, rows, residents=True)
    short = source.texts(0, rows, residents=False)
    assert [[text for text in row if text] for row in full] == [
        ["R1", "H1", "home"],
        ["R2", "centre"],
    ]
    assert [[text for text in row if text] for row in short] == [["H1", "home"], ["centre"]]
    assert {len(row) for row in (*full, *short)} == {len(full[0])}
