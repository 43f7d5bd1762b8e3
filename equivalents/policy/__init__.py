"""Dated rules: what they are, how they are read and checked, and what applies on a date."""
