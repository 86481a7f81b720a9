"""Forms that a shop makes up: built, and what was sent with them."""
