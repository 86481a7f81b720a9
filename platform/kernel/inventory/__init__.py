"""Stock, moved by verbs."""
