"""Reviews in the console."""
