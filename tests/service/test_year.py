"""The end of a year over HTTP, after two half years that were paid and one adjustment.

The figures are those of tests/store/test_period_scenario.py: the year's 2200.00 of C01 are for 110
equivalents of P01 and 95 of P02; less 600 + 475 and 400 + 475 + 50 that were paid, 105.49 and
94.51 are owed.

Faults it catches: a year that is settled before its months are locked; one that forgets an
adjustment; a year's end that is told as an ordinary settlement.
"""

import csv
import io

from equivalents.store.adjusting import adjust
from tests.service.lives import ended, people, step, stepped
from tests.service.test_ground import problem
from tests.service.visitors import Service
from tests.store.lives import H1, H2, LATE, YEAR, by, fill, import_rows, locked_life, pools


def test_a_year_ends_over_what_its_halves_paid(service: Service) -> None:
    store, them = service.store, people(service)
    fill(store, H1)
    locked_life(store, H1)
    body = {"period": "2026", "kind": "year_end", "why": "年终清算"}
    early = ended(them.finance, them.finance.post("/v1/runs", json=body))
    assert (early["state"], early["problem"]["code"]) == ("failed", "YEAR_NOT_LOCKED")

    fill(store, H2)
    import_rows(store, LATE, "补报")
    assert adjust(by(store, "县财务"), H1, H2).taken is not None
    locked_life(store, H2)
    pools(store, "2026", YEAR)
    made = ended(them.finance, them.finance.post("/v1/runs", json=body))
    assert made["state"] == "succeeded", made
    run = made["result"]["run_id"]
    # 2800.00 of both institutions, less 2 x 1300.00; the second half paid the adjustment within.
    assert (made["result"]["people"], made["result"]["amount"]) == (3, "200.00")
    again = ended(them.finance, them.finance.post("/v1/runs", json=body))
    assert again["result"] == {**made["result"], "known": True}

    listed = them.auditor.get("/v1/runs", params={"kind": "year_end"}).json()["data"]
    assert [(one["id"], one["period"], one["amount"]) for one in listed] == [
        (run, "2026", "200.00"),
    ]
    table = them.auditor.get(f"/v1/runs/{run}/files/year_end.csv").content.decode("utf-8-sig")
    owed = {
        (one["person_id"], one["component"]): one["pay_now"]
        for one in csv.DictReader(io.StringIO(table))
    }
    assert (owed["P01", "pool_share"], owed["P02", "pool_share"]) == ("105.49", "94.51")

    # Its life goes on like that of any period.
    stepped(them, "2026")
    for who, act in ((them.finance, "lock"), (them.cashier, "pay")):
        assert step(who, "2026", act).status_code == 201
    problem(them.finance.post("/v1/runs", json=body), 409, "PERIOD_PAID")
    asked = {"run_id": run, "person_id": "P02"}
    told = them.staff.get("/v1/statements", params=asked).json()
    assert (told["amount"], len(told["year_end"])) == ("1019.51", 1)  # 2200 x 95/205
    due = {name: told["year_end"][0][name] for name in ("paid", "adjusted", "due", "pay_now")}
    assert due == {"paid": "875.00", "adjusted": "50.00", "due": "94.51", "pay_now": "94.51"}
    text = them.staff.get("/v1/statements/texts", params=asked).text
    assert "本次发放 paid now 94.51 元" in text.splitlines()[-1]
    other = them.accountants["C02"].get("/v1/statements", params=asked)
    problem(other, 404, "OBJECT_UNKNOWN")
    proof = them.staff.get("/v1/periods/2026/proofs/P02").json()
    assert any('"pay_now":"94.51"' in one["line"] for one in proof["lines"])
