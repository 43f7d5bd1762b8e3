"""The worked example of docs/calculation.md is what the engine gives, figure by figure.

Catches: a figure of the text that was never computed, an example case that was edited without its
text, and a change of the engine that the text does not know.
"""

import csv
import re
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from equivalents.allocate import largest_remainder
from equivalents.run import settle_case

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLE = DOCS / "example"
Table = list[dict[str, str]]

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_TERM = re.compile(rf"{_NUMBER}(?: × {_NUMBER})*")


def _text() -> str:
    return (DOCS / "calculation.md").read_text(encoding="utf-8")


def _section() -> str:
    found = re.search(r"^## Worked example\n(.*?)^## ", _text(), re.M | re.S)
    assert found is not None
    return found[1]


def _tables(text: str) -> list[Table]:
    """The Markdown tables of a text, each row by heading."""
    tables = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        lines = [[c.strip() for c in line.strip()[1:-1].split("|")] for line in block.splitlines()]
        tables.append([dict(zip(lines[0], row, strict=True)) for row in lines[2:]])
    return tables


def _blocks(text: str) -> list[str]:
    return re.findall(r"^```\n(.*?)^```", text, re.M | re.S)


def _csv(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _units(text: str, places: int) -> int:
    """Exact decimal text as whole units; the text shows exactly that many places."""
    assert len(text.partition(".")[2]) == places, text
    return int(text.replace(".", ""))


def _value(side: str) -> Fraction:
    """The exact value of a sum of products such as ``2 × 3 + 4 - 1``."""
    total, sign, rest = Fraction(0), 1, side.strip()
    while True:
        term = _TERM.match(rest)
        assert term is not None, side
        product = Fraction(1)
        for factor in term[0].split(" × "):
            product *= Fraction(factor)
        total += sign * product
        rest = rest[term.end() :].strip()
        if not rest:
            return total
        assert rest[:2] in ("+ ", "- "), side
        sign, rest = (1 if rest[0] == "+" else -1), rest[2:]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "out"
    settle_case(EXAMPLE, folder, stop_on_reject=False)
    return folder


@pytest.fixture(scope="module")
def shown() -> list[Table]:
    tables = _tables(_section())
    assert len(tables) == 4, "weights, records, keys, shares"
    return tables


def test_the_weights_shown_are_those_of_the_case(shown: list[Table]) -> None:
    rows = _csv(EXAMPLE / "weights.csv")
    assert len(shown[0]) == len(rows)
    for line, row in zip(shown[0], rows, strict=True):
        for column in ("item_code", "valid_from", "valid_to"):
            assert line[column] == row[column]
        assert Fraction(line["weight"]) == Fraction(row["weight"])
        _units(line["weight"], 4)


def test_the_records_shown_are_those_of_the_case(shown: list[Table]) -> None:
    rows = _csv(EXAMPLE / "records.csv")
    for number, (line, row) in enumerate(zip(shown[1], rows, strict=True), 2):
        assert int(line["row"]) == number
        for column in ("record_id", "person_id", "item_code", "service_date"):
            assert line[column] == row[column]
        assert _units(line["quantity"], 3) == Fraction(row["quantity"]) * 1000


def test_each_product_is_what_the_engine_weighed(shown: list[Table], out: Path) -> None:
    weighed: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for line in shown[1]:
        if line["verdict"] != "counted":
            assert line["weight"] == line["equivalents"] == ""
            continue
        quantity_e3, weight_e4 = _units(line["quantity"], 3), _units(line["weight"], 4)
        assert quantity_e3 * weight_e4 == _units(line["equivalents"], 7)
        key = line["person_id"], line["item_code"], line["service_date"][:7], line["weight"]
        weighed[key][0] += quantity_e3
        weighed[key][1] += quantity_e3 * weight_e4
    engine = {
        (row["person_id"], row["item_code"], row["month"], row["weight"]): [
            _units(row["quantity"], 3),
            _units(row["equivalents"], 7),
        ]
        for row in _csv(out / "equivalents.csv")
    }
    assert weighed == engine


def test_the_rejected_record_is_the_one_shown(shown: list[Table], out: Path) -> None:
    lines = [line for line in shown[1] if line["verdict"] != "counted"]
    rows = _csv(out / "rejected.csv")
    told = [(row["row"], row["record_id"], row["code"]) for row in rows]
    assert told == [(line["row"], line["record_id"], line["verdict"]) for line in lines]


def test_the_keys_are_the_sums_of_the_products(shown: list[Table], out: Path) -> None:
    sums: dict[str, int] = defaultdict(int)
    for line in shown[1]:
        sums[line["person_id"]] += _units(line["equivalents"] or "0.0000000", 7)
    assert {line["person_id"]: _units(line["key"], 7) for line in shown[2]} == sums
    told = [(line["person_id"], line["equivalents"], line["key"]) for line in shown[2]]
    rows = _csv(out / "payouts.csv")
    assert told == [(row["person_id"], row["equivalents"], row["key"]) for row in rows]


def test_the_shares_are_the_payouts_and_divide_exactly(shown: list[Table], out: Path) -> None:
    (pool,) = _csv(EXAMPLE / "pools.csv")
    pool_fen = _units(pool["amount"], 2)
    total = sum(_units(line["key"], 7) for line in shown[3])
    for line in shown[3]:
        divided = divmod(pool_fen * _units(line["key"], 7), total)
        assert divided == (int(line["floor_fen"]), int(line["remainder"]))
        paid = _units(line["amount"], 2)
        assert paid == int(line["floor_fen"]) + int(line["remainder_fen"])
    columns = ("person_id", "key", "remainder_fen", "amount")
    told = [tuple(line[name] for name in columns) for line in shown[3]]
    assert told == [tuple(row[name] for name in columns) for row in _csv(out / "payouts.csv")]
    assert sum(_units(line["amount"], 2) for line in shown[3]) == pool_fen


def test_every_line_of_arithmetic_holds() -> None:
    sums = [line for block in _blocks(_section()) for line in block.splitlines() if " = " in line]
    assert len(sums) == 15
    for line in sums:
        left, right = line.split(" = ")
        assert _value(left) == _value(right), line


@pytest.mark.parametrize("wrong", ["1 + 1 = 3", "2.0 × 3 - 1 = 5.1"])
def test_the_arithmetic_check_bites(wrong: str) -> None:
    left, right = wrong.split(" = ")
    assert _value(left) != _value(right)


def _shares(pool_fen: int, *keys: int) -> list[int]:
    starts = np.zeros(1, np.int64)
    shares = largest_remainder(np.array([pool_fen]), np.array(keys), starts)
    return [int(amount) for amount in shares.amount_fen]


def test_float_trap_and_alabama_are_as_told() -> None:
    blocks = "".join(_blocks(_text()))
    for label, pool, keys in (
        ("exact", 71127, (60, 70, 20)),
        ("pool 7", 7, (15, 15, 9, 5)),
        ("pool 8", 8, (15, 15, 9, 5)),
    ):
        line = re.search(rf"^{label}:(.*)$", blocks, re.M)
        assert line is not None
        assert [int(n) for n in line[1].split()] == _shares(pool, *keys)
    quotients = [71127 * key / 150 for key in (60, 70, 20)]
    order = sorted(range(3), key=lambda i: -(quotients[i] % 1))
    floats = [int(q) + (i in order[:2]) for i, q in enumerate(quotients)]
    told = re.search(r"^floats:(.*)$", blocks, re.M)
    assert told is not None
    assert [int(n) for n in told[1].split()] == floats
