"""Documents on the console."""
