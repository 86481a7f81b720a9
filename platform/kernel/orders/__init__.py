"""Orders and their timeline."""
