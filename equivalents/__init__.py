"""当量绩效核算: standardized workload equivalents to exact performance pay.

The public surface: read a case, settle it, write the result. See ``docs/architecture.md``.
"""

__version__ = "0.1.0"
