"""Reviews as buyers meet them."""
