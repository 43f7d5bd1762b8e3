"""Builders of cases from the real data in ``tests/data``."""
