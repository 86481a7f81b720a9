"""What runs in the background of a shop."""
