"""What a job that fails tells whoever sees one institution only.

Fault it catches: a trial or a comparison by one institution that tells the sums, people or rows of
another one in its problems.
"""

import json
from typing import Any

from fastapi.testclient import TestClient

from tests.service.lives import ended, people
from tests.service.visitors import Service
from tests.store.lives import H1, fill, import_rows, pools

PROPOSED = "item_code,weight,valid_from\nMZ01,2,2026-01-01\n"
UNKNOWN = "item_code,weight,valid_from\nMZ99,2,2026-01-01\n"
TRIAL = {"period": H1, "kind": "trial"}
COMPARISON = {"period": H1, "weights_csv": PROPOSED}


def failed(who: TestClient, path: str, body: dict[str, str]) -> Any:
    """The problem of a job that fails."""
    job = ended(who, who.post(path, json=body))
    assert job["state"] == "failed", job
    return job["problem"]


def codes(problem: Any) -> list[str]:
    return [one["code"] for one in problem["errors"]]


def test_the_sums_of_others_are_not_told_by_a_failure(small: Service) -> None:
    pools(small.store, H1)
    import_rows(small.store, "C01,P01,MZ01,2026-02-03,60\n")  # C02 has 300.00 and no records
    them = people(small)
    accountant = them.accountants["C01"]
    for path, body in (("/v1/runs", TRIAL), ("/v1/comparisons", COMPARISON)):
        whole = failed(them.finance, path, body)
        assert "POOL_NO_KEY" in codes(whole)
        assert "300.00" in json.dumps(whole)
        part = failed(accountant, path, body)
        assert codes(part) == ["JOB_PART_WITHHELD"]
        assert "300.00" not in json.dumps(part)
        assert "C02" not in json.dumps(part)


def test_what_is_wrong_with_a_proposal_of_ones_own_is_told(small: Service) -> None:
    fill(small.store, H1)
    accountant = people(small).accountants["C01"]
    proposal = {**COMPARISON, "weights_csv": UNKNOWN}
    assert codes(failed(accountant, "/v1/comparisons", proposal))[0] == "PROPOSAL_MISSES"
    rejected = failed(accountant, "/v1/runs", {**TRIAL, "weights_csv": UNKNOWN})
    assert codes(rejected) == ["REJECTED_ROWS"]
    absent = failed(accountant, "/v1/runs", {**TRIAL, "period": "2019"})
    assert codes(absent) == ["STORE_CASE_ABSENT"]
