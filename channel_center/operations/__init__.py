"""What the operator does with the whole installation."""
