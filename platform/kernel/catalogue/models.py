"""What a shop sells: the tables."""
