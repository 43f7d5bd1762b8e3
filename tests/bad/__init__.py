"""Ways to spoil a small good case, and what must be said of each; lists for `unit/`."""
