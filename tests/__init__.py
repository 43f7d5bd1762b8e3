"""Tests of the product, and the builders and references that they share."""
