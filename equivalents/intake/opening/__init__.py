"""Files as they are: whatever people hand in, made into spools that the engine reads."""
