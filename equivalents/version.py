"""The version of the engine, as the manifest names it; ``pyproject.toml`` says the same."""

__all__ = ["__version__"]

__version__ = "0.1.0"
