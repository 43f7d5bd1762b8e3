"""``python -m equivalents`` is the command ``equivalents``."""

from equivalents.cli import main

main()
