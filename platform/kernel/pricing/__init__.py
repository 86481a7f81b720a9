"""What things cost, and why."""
