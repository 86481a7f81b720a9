"""What partners and shops buy, at whose price, and what they owe for it."""
