"""Files as they are: whatever a hospital system exported becomes tables that the engine reads."""
