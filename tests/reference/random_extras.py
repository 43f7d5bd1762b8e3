"""Random assessment, who shares, averages and secondary sharing on top of a random case.

They have sources of chance of their own, so that the records of a seed do not depend on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from tests.plainyaml import plain_yaml
from tests.reference.random_assessment import REFERENCE, Drawing, Span, Yaml, figure
from tests.reference.random_csv import write_table
from tests.reference.random_weights import Fields
from tests.reference.settling import settle
from tests.reference.tables import rows_of
from tests.reference.text import Refused, csv_table, read_yaml

ATTRIBUTES = {
    "post": ("全科医生", "护士", "公卫医生", ""),
    "employment_type": ("在编", "合同工", ""),
    "kind": ("借调", "多点执业", ""),
    "in_cap": ("", "1", "0"),
}
LISTS = {"post": "posts", "employment_type": "employment_types", "title_tier": "title_tiers",
         "kind": "kinds", "department_id": "departments", "institution_id": "institutions",
         "person_id": "persons"}  # fmt: skip
KEYED = ("adjusted", "equivalents", "contracts")
"""The keys of people that an average is of."""
SECONDARY_AT = "level"
"""Where `secondary_missing` and `secondary_default` are written: at the `level` or the `pool`."""
SECONDARY = ("institution_id", "department_id", "pool", "person_id", "share", "amount", "reference")


def load(folder: Path) -> Yaml:
    """Return `case.yaml` with every scalar as text."""
    found: Yaml = read_yaml(folder / "case.yaml")
    return found


def dump(folder: Path, declared: Yaml) -> None:
    """Write `case.yaml`."""
    text = plain_yaml(declared, sort_keys=False, width=10**6)
    (folder / "case.yaml").write_text(text, encoding="utf-8")


def write_before_funds(
    seed: int, folder: Path, pools: Sequence[Fields], span: Span, features: frozenset[str]
) -> None:
    """Give postings their attributes, and draw assessment, who shares and averages."""
    rng = Random(f"extras {seed}")
    _attributes(rng, folder)
    declared = load(folder)
    names = sorted({row["pool"] for row in pools})
    if "surplus" in features and "funds" not in features:
        # What is advanced is of a fund, and there is none.
        rows = csv_table(folder / "accounts.csv")
        kept = [row for row in rows if row["kind"] != "advance"]
        write_table(rng, folder / "accounts.csv", list(rows[0]), kept)
    if "assessment" in features:
        drawing = Drawing(rng, folder, span, names)
        levels = {name: _levels(declared, name) for name in ["", "surplus", *names]}
        whole, rules = drawing.declare(levels, funds="funds" in features)
        declared["assessment"] = whole
        kinds = declared.setdefault("coefficients", {})
        kinds.update(rules)
        _agree(kinds)
        drawing.write()
        if "surplus" in features and rng.random() < 0.5 and _on_surplus(rules):
            declared.setdefault("surplus", {})["assessment"] = "required"
    if "who" in features:
        for name in rng.sample(names, rng.randint(1, len(names))):
            cap = "funds" not in features
            who = choose_who(rng, folder, cap=cap) if _may_choose(declared) else {}
            if who:
                own(declared, name)["who"] = who
    if "averages" in features:
        opened = {row["pool"] for row in rows_of(folder, "opening") if row["kind"] == "key"}
        for name in sorted({*names} - opened):
            if _may_average(declared, name) and rng.random() < 0.8:
                cap = "funds" not in features
                averages = _averages(rng, folder, span, cap=cap)
                if averages:
                    own(declared, name)["averages"] = averages
    dump(folder, declared)


def _agree(kinds: Yaml) -> None:
    """Let several kinds that withhold say nothing of later: of one pool they must agree."""
    withholding = [one for one in kinds.values() if one.get("applies_to") == "withhold"]
    for rule in withholding if len(withholding) > 1 else ():
        rule.pop("later", None)


def own(declared: Yaml, pool: str) -> Yaml:
    """Return what a pool declares of its own; it begins as what it had by default."""
    sharing: Yaml = declared.setdefault("sharing", {})
    found: Yaml = sharing.setdefault(pool, dict(sharing.get("default", {})))
    return found


def _levels(declared: Yaml, pool: str) -> list[str]:
    sharing = declared.get("sharing") or {}
    rule = sharing.get(pool, sharing.get("default", {}))
    return [level["to"] for level in rule.get("levels") or [{"to": "person"}]]


def _may_average(declared: Yaml, pool: str) -> bool:
    """Say whether a pool goes straight to people, by keys that some may not have."""
    sharing = declared.get("sharing") or {}
    levels = sharing.get(pool, sharing.get("default", {})).get("levels") or [{"to": "person"}]
    return len(levels) == 1 and levels[0].get("key", "adjusted") in KEYED


def _on_surplus(rules: Yaml) -> bool:
    """Say whether a composite applies to the surplus."""
    return any(
        rule.get("applies_to") in ("key", "withhold") and "pools" not in rule
        for rule in rules.values()
    )


def _may_choose(declared: Yaml) -> bool:
    """Say whether nobody's leave is paid by the average of a department.

    Whether those who do not share are in that average the rules do not say.
    """
    return "'department'" not in str(declared.get("leave"))


def _attributes(rng: Random, folder: Path) -> None:
    """Give everybody at an institution one post name, employment type and kind, where none is."""
    staff = csv_table(folder / "staff.csv")
    for name, values in ATTRIBUTES.items():
        if all(not row.get(name) for row in staff):
            drawn: dict[tuple[str, str], str] = {}
            for row in staff:
                at = (row["institution_id"], row["person_id"])
                row[name] = drawn.setdefault(at, rng.choice(values))
    if "department_id" in staff[0] and rng.random() < 0.5:
        one_each = {(row["institution_id"], row["person_id"]): row for row in staff}
        for row in staff:
            at = (row["institution_id"], row["person_id"])
            row["department_id"] = one_each[at]["department_id"]
    write_table(rng, folder / "staff.csv", list(staff[0]), staff)


def choose_who(rng: Random, folder: Path, *, cap: bool = True) -> Yaml:
    """Return whom a rule is for, by what all of a person's postings at a place agree on.

    With postings that differ it could mean the person or the posting. Without `cap` nobody asks
    who is in the pay cap: random funds will say it otherwise.
    """
    staff = csv_table(folder / "staff.csv")
    said: dict[str, set[str]] = {}
    for name in (*LISTS, "in_cap"):
        values: dict[tuple[str, str], set[str]] = {}
        for row in staff:
            at = (row["institution_id"], row["person_id"])
            values.setdefault(at, set()).add(row.get(name, ""))
        if all(len(one) == 1 for one in values.values()):
            said[name] = {value for one in values.values() for value in one}
    found: Yaml = {}
    lists = [name for name in LISTS if said.get(name, set()) - {""}]
    for name in rng.sample(lists, min(len(lists), rng.choice((1, 1, 2)))):
        values_of = sorted(said[name] - {""})
        found[LISTS[name]] = rng.sample(values_of, rng.randint(1, len(values_of)))
    if cap and "in_cap" in said and rng.random() < 0.2:
        found["in_cap"] = rng.choice(("yes", "no"))
    return found


def _averages(rng: Random, folder: Path, span: Span, *, cap: bool) -> list[Yaml]:
    """Return up to two rules, each of some people."""
    found: list[Yaml] = []
    for _ in range(rng.choice((1, 1, 2))):
        who = choose_who(rng, folder, cap=cap)
        multiple = figure(rng.choice(("0.9", "1", "0.3333", "1.25")), "倍", rng, span)
        if who:
            found.append({"who": who, "multiple": multiple, "reference": REFERENCE})
    return found


def write_secondary(seed: int, folder: Path, pools: Sequence[Fields]) -> None:
    """Let the departments of a pool share their own money: by shares, by amounts, or by default.

    The pool must be payable before: then it is known what each of them receives.
    """
    rng = Random(f"secondary {seed}")
    declared = load(folder)
    kinds = ("key", "past", "paid")
    opened = {row["pool"] for row in rows_of(folder, "opening") if row["kind"] in kinds}
    free = [
        row
        for row in pools
        if row["pool"] not in opened
        and "averages" not in own(load(folder), row["pool"])
        and sum(row["pool"] == other["pool"] for other in pools) == 1
    ]
    if not free:
        return
    pool = rng.choice(sorted(free, key=lambda row: (row["amount"] == "0.00", row["pool"])))
    name = pool["pool"]
    rule = own(declared, name)
    levels = [dict(level) for level in rule.get("levels") or [{"to": "person"}]]
    last: Yaml = {"to": "person", "key": "secondary"}
    levels[-1] = last
    rule["levels"] = levels
    rows, missing, default = _handed_in(rng, folder, pool)
    said = last if SECONDARY_AT == "level" else rule
    if missing:
        said["secondary_missing"] = "zero"
    if default:
        said["secondary_default"] = "adjusted"
    if rows:
        write_table(rng, folder / "secondary.csv", SECONDARY, rows)
    dump(folder, declared)


def _handed_in(
    rng: Random, folder: Path, pool: Mapping[str, str]
) -> tuple[list[Fields], bool, bool]:
    """Return rows of every department, whether people are missing, and whether departments are."""
    departments = {row["department_id"] for row in rows_of(folder, "departments")}
    rows: list[Fields] = []
    missing = default = False
    for shelf in settle(folder).shelves[pool["institution_id"], pool["pool"]]:
        people = sorted(shelf.keys)
        where = {"institution_id": shelf.institution, "pool": pool["pool"]}
        where["department_id"] = shelf.parent if shelf.parent in departments else ""
        form = rng.choice(("share", "share", "amount", "amount", "none"))
        if form == "none" or not people:
            default = True
            continue
        if len(people) > 1 and rng.random() < 0.4:
            missing = True
            people = rng.sample(people, len(people) - 1)
        fen = _split(rng, shelf.amount_fen, len(people))
        for number, person in enumerate(people):
            share = str(rng.choice((1, 2, 3, 7)) if number == 0 else rng.choice((0, 1, 2, 5)))
            amount = f"{fen[number] // 100}.{fen[number] % 100:02}"
            text = share if form == "share" else amount
            rows.append(where | {"person_id": person, form: text})
    rng.shuffle(rows)
    return rows, missing, default


def _split(rng: Random, fen: int, count: int) -> list[int]:
    """Split an amount at random."""
    cuts = sorted(rng.randint(0, fen) for _ in range(count - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, fen], strict=True)]


def drop_secondary(folder: Path, pool: str) -> None:
    """Take secondary sharing back where it cannot be paid."""
    declared = load(folder)
    declared["sharing"][pool]["levels"][-1] = {"to": "person"}
    (folder / "secondary.csv").unlink(missing_ok=True)
    dump(folder, declared)


def check_secondary(folder: Path) -> None:
    """Take secondary sharing back where something else does not let it be paid."""
    try:
        settle(folder)
    except Refused as refused:
        if not refused.code.startswith(("SECONDARY_", "POOL_", "YEARLY_")):
            raise
        drop_secondary(folder, refused.where.split("/")[1])
