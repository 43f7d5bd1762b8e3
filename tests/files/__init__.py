"""Files as systems export them, made by `make/`, and what is said of each, in `expected/`."""
