"""After-sales in the console."""
