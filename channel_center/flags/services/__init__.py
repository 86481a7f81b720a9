"""Changes flags, and decides on them."""
