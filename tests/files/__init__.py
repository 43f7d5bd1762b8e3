"""Small files as people hand them in, made by scripts, each with its expected outcome."""
