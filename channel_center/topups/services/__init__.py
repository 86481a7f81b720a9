"""What top-ups do."""
