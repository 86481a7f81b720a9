"""Forms that the shop made up, as visitors meet them."""
