"""Options of ``pytest benchmarks``: ``--large`` adds the runs with 10 million records."""

from pathlib import Path

import pytest

from benchmarks.generate import default_data


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--large", action="store_true", help="also with 10 million records")
    parser.addoption("--data", type=Path, default=default_data(), help="where cases are kept")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--large"):
        return
    skip = pytest.mark.skip(reason="10 million records: needs --large")
    for item in items:
        if item.get_closest_marker("slow") is not None:
            item.add_marker(skip)
