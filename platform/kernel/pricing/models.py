"""What things cost, and why: the tables."""
