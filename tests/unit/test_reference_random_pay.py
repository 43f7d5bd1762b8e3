"""The random cases of assessment, components and what else pools declare: payable, all drawn.

Catches: a function, level, period, component or form that random cases never draw, so that
nothing says whether the engine knows it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.proofs.counts import counts
from tests.reference import FEATURES, FUNDS, PAY, settle, write_random_case
from tests.reference.tables import rows_of


@pytest.mark.parametrize("features", [*({name} for name in sorted(PAY)), FEATURES | PAY])
def test_random_cases_can_be_settled(tmp_path: Path, features: set[str]) -> None:
    for seed in range(4):
        places = [tmp_path / f"{seed}{name}" for name in "ab"]
        for place in places:
            write_random_case(place, seed, 50, dirty=seed % 2 > 0, features=frozenset(features))
        outcome = settle(places[0])
        assert outcome == settle(places[1]), "one seed, one case"
        assert all(sum(pool[1:]) == pool.amount_fen for pool in outcome.pools.values())


def test_with_funds_nothing_beside_the_pools_takes_more_than_is_due(tmp_path: Path) -> None:
    paying = 0
    for seed in range(counts(12, 30)):
        case = tmp_path / str(seed)
        write_random_case(case, seed, 20, dirty=True, features=FUNDS | {"components"})
        outcome = settle(case)
        due = {(one.institution, one.fund): one.due_fen for one in outcome.dues}
        declared = yaml.load((case / "case.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
        for name, rule in declared["components"].items():
            fund = (rule.get("paid_from") or {}).get("fund", "")
            for place in {one.institution for one in outcome.beside} if fund else ():
                beside = outcome.beside.items()
                taken = sum(fen for at, fen in beside if at[:2] == (place, name))
                assert taken <= due.get((place, fund), 0)
                paying += taken > 0
    assert paying > 2


def drawn(folder: Path) -> set[str]:
    """What a case declares, each as one word."""
    declared = yaml.load((folder / "case.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    assessment = declared.get("assessment") or {}
    words: set[str] = set()
    for one in (assessment.get("indicators") or {}).values():
        score = one.get("score") or {"kind": "none"}
        words.add(f"score {score['kind']}" + (" falling" if "falling" in score else ""))
    for name, one in (assessment.get("composites") or {}).items():
        rule = (declared.get("coefficients") or {}).get(name) or {}
        function = one.get("coefficient") or {"kind": "default"}
        words |= {f"level {one['level']}", f"period {one.get('period', 'year')}"}
        words |= {f"applies {one.get('applies', 'same')}", f"combine {one.get('combine', 'each')}"}
        words |= {f"coefficient {function['kind']}"}
        words |= {f"{one['level']} to {rule.get('applies_to')}"}
        words |= {"versions"} if isinstance(one["weights"], list) else set()
        words |= {key for key in ("subjects", "total") if key in one}
        words |= {"limits"} if "limits" in function else set()
    words |= {f"scope {row['scope']}" for row in rows_of(folder, "coefficients")}
    words |= {"growth"} if "growth" in assessment else set()
    for row in rows_of(folder, "assessments"):
        words |= {"exempt"} if row.get("exempt") else set()
        words |= {"not applicable"} if row.get("denominator") == "0" else set()
        if row["indicator"] in assessment.get("composites", {}):
            words.add("exempt composite" if row.get("exempt") else "given composite")
    for one in (declared.get("components") or {}).values():
        words |= {f"component {one['kind']}", f"month {one.get('month')}"}
        words |= {f"fte {one.get('fte')}", f"rest {one.get('rest')}", f"in_cap {one.get('in_cap')}"}
        words |= {key for key in ("who", "coefficient", "heads", "valid_to") if key in one}
    for one in (declared.get("sharing") or {}).values():
        words |= {"averages"} if "averages" in one else set()
        words |= {f"who {key}" for key in one.get("who") or {}}
        last = (one.get("levels") or [{}])[-1]
        words |= {key for key in last if key.startswith("secondary")}
    for row in rows_of(folder, "secondary"):
        words.add("secondary by " + ("share" if row.get("share") else "amount"))
    words |= {"later"} if "later" in str(declared.get("coefficients")) else set()
    if (declared.get("surplus") or {}).get("assessment") == "required":
        words.add("required")
    words |= {"adjusted"} if (folder / "adjustments.csv").exists() else set()
    words |= {row["kind"] for row in rows_of(folder, "opening")} & {"withheld"}
    return words


EVERY = """
    score none|score yes_no|score at_least|score at_most|score proportional|score linear
    score linear falling|score tiers
    level person|level institution|level county|level department|level team|level village_room
    period year|period half_year|period quarter|period month
    applies same|applies next|combine each|combine mean|versions|subjects|total|limits|growth
    coefficient default|coefficient linear|coefficient tiers|coefficient threshold
    person to key|person to withhold|person to headcount|person to none
    institution to key|county to key|department to key|required
    exempt|not applicable|exempt composite|given composite|later|withheld
    component allowance|component per_contract|component bonus|component leader|component release
    month last_day|month days|fte yes|fte no|rest carry|rest retain|in_cap yes|in_cap no
    who|coefficient|heads|valid_to|adjusted|scope department
    averages|who posts|who employment_types|who kinds|who in_cap|who title_tiers|who departments
    who institutions|who persons
    secondary by share|secondary by amount|secondary_missing|secondary_default
"""


def test_random_cases_draw_every_rule(tmp_path: Path) -> None:
    every = {word.strip() for line in EVERY.splitlines() for word in line.split("|")} - {""}
    missing = set(every)
    features = PAY | {"levels", "surplus", "contracts", "leaders"}
    for seed in range(150):
        write_random_case(tmp_path / str(seed), seed, 30, dirty=True, features=features)
        missing -= drawn(tmp_path / str(seed))
        if not missing:
            break
    assert not missing
