"""The marked copy of what was checked: wrong cells in colour, with reasons, and a list of all."""
