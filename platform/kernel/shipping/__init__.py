"""Ways to ship, freight templates, and what freight costs."""
