"""The shipped charge prices (B4a): every figure of the six notices, and which are not verified.

Catches: a price or a title tier that is not that of the notice, a notice without date or number, a
figure that the source strikes through and that is taken for good.
"""

import pytest

from equivalents.errors import Place
from equivalents.findings import Findings
from equivalents.policy.calendar import parse_day
from equivalents.policy.yamltext import Entry, read_yaml
from equivalents.resources import shipped_weights
from equivalents.units import parse_amount_fen

SENIOR, JUNIOR = "副高职称及以上", "中级职称及以下"
SETUP, ROUND, CALL_OUT, VISIT = "HOME_BED_SETUP", "HOME_BED_ROUND", "CALL_OUT", "HOME_HEALTH_ROUND"
CALLS = ((CALL_OUT, SENIOR, 6000), (CALL_OUT, JUNIOR, 4000))
NOTICES = {
    "hangzhou": ((SETUP, "", 8000), (ROUND, "", 4000), *CALLS),
    "ningbo": (
        *((SETUP, "", 5000), (ROUND, "", 4000), *CALLS),
        *((VISIT, "", 5000), ("HEALTH_CONSULTATION", "", 2500)),
    ),
    "wenzhou": (*CALLS, (VISIT, "", 5000)),
    "zhoushan": (*CALLS, (VISIT, "", 4000), (SETUP, "", 7000)),
    "jinhua": (*CALLS, (ROUND, "", 4000)),
    "taizhou": (*CALLS, (SETUP, "", 5000), (ROUND, "", 4000)),
}
"""By city what the slides say: charge code, title tier, fen."""
STRUCK = {
    "wenzhou": {(CALL_OUT, SENIOR), (CALL_OUT, JUNIOR), (VISIT, "")},
    "zhoushan": {(CALL_OUT, SENIOR), (CALL_OUT, JUNIOR), (VISIT, "")},
}
"""What the source strikes through."""


def cities() -> dict[str, Entry]:
    path = shipped_weights() / "prices" / "zhejiang-2017-charge-prices.yaml"
    findings = Findings()
    read = read_yaml(path, path.name, findings) or Entry("", Place(path.name))
    assert findings.problems == []
    assert read.get("prices").text == path.stem
    return read.get("cities").mapping


def test_the_cities_are_those_of_the_source() -> None:
    assert list(cities()) == list(NOTICES)


@pytest.mark.parametrize("city", NOTICES)
def test_a_notice_has_every_figure_of_the_source(city: str) -> None:
    entry = cities()[city]
    items = entry.get("items").items
    found = [(i.get("code"), i.get("title_tier"), i.get("price")) for i in items]
    assert tuple((c.text, t.text, parse_amount_fen(p.text)) for c, t, p in found) == NOTICES[city]
    unverified = {
        (i.get("code").text, i.get("title_tier").text)
        for i in items
        if i.get("unverified").text == "yes"
    }
    assert unverified == STRUCK.get(city, set())
    assert all(i.get("title").text and i.get("unit").text for i in items)
    assert entry.get("reference").text
    assert parse_day(entry.get("valid_from").text) > 0
