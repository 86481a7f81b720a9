"""Stock, moved by verbs: the tables."""
