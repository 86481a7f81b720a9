"""Orders and their timeline: the tables."""
