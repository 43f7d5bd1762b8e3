"""What the paying side of a random case may declare once its pools are known: 5.2, 5.3, 5.9.

It has a source of chance of its own, so that the records of a seed do not depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

from tests.reference.random_csv import write_table
from tests.reference.random_weights import Fields, random_day
from tests.reference.text import csv_table

COLUMNS = ("scope", "subject_id", "kind", "value", "valid_from", "valid_to", "reference")
NONE_OF_KEYS = "coefficients: {bonus: {applies_to: none}}\n"
"""What the rules of a case may have declared already."""


def write_paying(
    seed: int,
    folder: Path,
    staff: Sequence[Fields],
    pools: Sequence[Fields],
    span: tuple[date, date],
    features: frozenset[str],
) -> None:
    """Add coefficients of other kinds, kinds of some pools only, and keys brought in."""
    rng = Random(f"paying {seed}")
    if "coefficients" in features:
        path = folder / "coefficients.csv"
        rows = [*csv_table(path), *_more_coefficients(rng, staff, span)]
        write_table(rng, path, COLUMNS, rows)
        case = folder / "case.yaml"
        text = case.read_text(encoding="utf-8")
        declared = _kinds(rng, rows, pools, plain=NONE_OF_KEYS not in text)
        text = text.replace(NONE_OF_KEYS, "") + declared
        case.write_text(text, encoding="utf-8")
    if features & {"levels", "bounds"} and rng.random() < 0.5:
        _declare_one(rng, folder / "case.yaml", staff, pools, features)
    if features & {"coefficients", "ceilings"} and rng.random() < 0.4:
        _write_opening(rng, folder, staff, pools)


def _more_coefficients(
    rng: Random, staff: Sequence[Fields], span: tuple[date, date]
) -> list[Fields]:
    """Return coefficients of institutions, some that withhold, and attendance that changes."""
    rows: list[Fields] = []
    always = {"valid_from": "2020-01-01"}
    for place in sorted({row["institution_id"] for row in staff}):
        for kind in rng.sample(("remote", "judged"), rng.choice((0, 0, 1, 2))):
            value = rng.choice(("0.9", "0.3333", "0.95", "1"))
            row = {"scope": "institution", "subject_id": place, "kind": kind, "value": value}
            rows.append(row | always)
    for person in sorted({row["person_id"] for row in staff}):
        row = {"scope": "person", "subject_id": person}
        if rng.random() < 0.3:
            value = rng.choice(("0.5", "0.3333", "0.9999", "1"))
            rows.append(row | {"kind": "assessed", "value": value} | always)
        if rng.random() < 0.3:
            row |= {"kind": "attendance", "value": rng.choice(("0", "0.3333", "0.8"))}
            rows.append(row | {"valid_from": random_day(rng, *span).isoformat()})
    return rows


def _kinds(rng: Random, rows: Sequence[Fields], pools: Sequence[Fields], *, plain: bool) -> str:
    """Return `coefficients` of `case.yaml`: of some pools, of heads, withheld, retained."""
    used = {row["kind"] for row in rows}
    names = sorted({row["pool"] for row in pools})
    declared = {"assessed": "{applies_to: withhold}"}
    if not plain:
        declared["bonus"] = "{applies_to: none}"
    for kind in ("title", "backbone", "post"):
        if rng.random() < 0.3:
            some = rng.sample(names, rng.randint(1, len(names)))
            declared[kind] = f"{{pools: {some}}}"
        elif rng.random() < 0.1:
            declared[kind] = "{applies_to: headcount}"
    for kind in ("remote", "judged"):
        if rng.random() < 0.5:
            declared[kind] = "{excess: retain}"
    entries = [f"{kind}: {rule}" for kind, rule in declared.items() if kind in used]
    return f"coefficients: {{{', '.join(entries)}}}\n" if entries else ""


def _declare_one(
    rng: Random,
    path: Path,
    staff: Sequence[Fields],
    pools: Sequence[Fields],
    features: frozenset[str],
) -> None:
    """Declare how one pool is shared: by fixed shares or heads, within bounds of single people."""
    people = sorted({row["person_id"] for row in staff})
    levels: list[str] = []
    if "levels" in features and rng.random() < 0.5:
        units = {row[name] for row in staff for name in ("institution_id", "department_id")}
        key = rng.choice(("fixed", "adjusted", "equivalents"))
        levels.append("{to: department" + _by(rng, key, sorted(units - {""})) + "}")
    last = "to: person" + _by(rng, rng.choice(("fixed", "headcount", "adjusted")), people)
    if "bounds" in features:
        bound = rng.choice(("'300.00'", "{average: '0.8'}"))
        last += ", " + rng.choice(("floor: '0.05'", f"cap: {bound}"))
        limits = {who: rng.choice(("{cap: '900.5'}", "{floor: '0.01'}")) for who in people[:3]}
        last += ", limits: {" + ", ".join(f"'{who}': {one}" for who, one in limits.items()) + "}"
        last += rng.choice(("", ", floors_over: scale", ", excess: retain"))
    levels.append("{" + last + "}")
    name, nobody = rng.choice(pools)["pool"], rng.choice(("equal", "carry", "retain"))
    declared = f"  '{name}': {{nobody: {nobody}, levels: [{', '.join(levels)}]}}\n"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sharing:\n", "sharing:\n" + declared), encoding="utf-8")


def _by(rng: Random, key: str, codes: Sequence[str]) -> str:
    """Return a key, with a share for each child where shares are fixed."""
    if key != "fixed":
        return f", key: {key}"
    shares = {code: rng.choice(("1", "0", "2.5", "0.3333")) for code in codes}
    told = ", ".join(f"'{code}': '{share}'" for code, share in shares.items())
    return f", key: fixed, shares: {{{told}}}"


def _write_opening(
    rng: Random, folder: Path, staff: Sequence[Fields], pools: Sequence[Fields]
) -> None:
    """Write keys brought in for some people of institutions with pools."""
    rows: list[Fields] = []
    for pool in pools:
        here = {
            row["person_id"] for row in staff if row["institution_id"] == pool["institution_id"]
        }
        for person in sorted(here):
            if rng.random() < 0.3:
                value = rng.choice(("-0.0000001", "-3.5", "-200", "7.25", "-12.3456789"))
                row = {"kind": "key", "institution_id": pool["institution_id"]}
                rows.append(row | {"pool": pool["pool"], "person_id": person, "equivalents": value})
    columns = ["kind", "institution_id", "pool", "person_id", "equivalents"]
    if rows:
        write_table(rng, folder / "opening.csv", columns, rows)
