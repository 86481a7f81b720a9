"""After-sales as buyers meet it."""
