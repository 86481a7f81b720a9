"""Ways to ship and freight templates in the console."""
