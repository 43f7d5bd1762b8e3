"""Counts: what is counted, under which labels, and that labels stay few and nameless."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.telling.metrics import CONTENT_TYPE, Metrics


def counted(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Every sample by its name and its labels in the order of their names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def test_requests_are_counted_by_template_method_and_status() -> None:
    metrics = Metrics()
    for status in (200, 200, 403):
        metrics.request("/v1/people/{person_id}", "GET", status, 0.02)
    found = counted(metrics)
    route = "/v1/people/{person_id}"
    assert found["equivalents_requests_total", "GET", route, "200"] == 2
    assert found["equivalents_requests_total", "GET", route, "403"] == 1
    assert found["equivalents_request_seconds_count", "GET", route] == 3
    assert found["equivalents_request_seconds_bucket", "0.01", "GET", route] == 0
    assert found["equivalents_request_seconds_bucket", "0.025", "GET", route] == 3


def test_whatever_is_asked_for_the_labels_stay_few_and_nameless() -> None:
    metrics = Metrics()
    for number in range(500):
        metrics.request(f"/v1/people/P{number}", f"HACK{number}", 600 + number, 0.1)
        metrics.request("", "GET", 404, 0.1)
    text = metrics.render().decode()
    assert "P1" not in text
    assert "HACK" not in text
    found = counted(metrics)
    assert found["equivalents_requests_total", "?", "?", "?"] == 500
    assert found["equivalents_requests_total", "GET", "unmatched", "404"] == 500
    assert len(found) < 50


def test_jobs_are_a_state_of_now_and_none_is_left_over() -> None:
    metrics = Metrics()
    metrics.jobs({"queued": 3, "running": 1, "strange": 2})
    found = counted(metrics)
    assert found["equivalents_jobs", "queued"] == 3
    assert found["equivalents_jobs", "?"] == 2
    metrics.jobs({"running": 2})
    found = counted(metrics)
    assert found["equivalents_jobs", "queued"] == 0
    assert found["equivalents_jobs", "running"] == 2


def test_rows_of_imports_and_the_head_of_the_store() -> None:
    metrics = Metrics()
    assert counted(metrics)["equivalents_import_rows_total", "kept"] == 0
    metrics.imported(kept=990, refused=10)
    metrics.imported(kept=10, refused=0)
    metrics.head(1234)
    found = counted(metrics)
    assert found["equivalents_import_rows_total", "kept"] == 1000
    assert found["equivalents_import_rows_total", "refused"] == 10
    assert found["equivalents_store_head_seq",] == 1234


def test_each_instance_counts_for_itself_and_brings_nothing_of_the_process() -> None:
    one, two = Metrics(), Metrics()
    one.head(1)
    assert counted(two)["equivalents_store_head_seq",] == 0
    assert all(key[0].startswith("equivalents_") for key in counted(one))
    assert CONTENT_TYPE.startswith("text/plain")


def test_rows_never_go_back() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        Metrics().imported(kept=-1, refused=0)
