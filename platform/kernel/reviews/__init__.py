"""What members say of what they received, and the score that comes of it."""
